package privatekey

import (
	"bytes"
	encodingasn1 "encoding/asn1"
	"encoding/hex"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// tool runs a program of another house; a test that needs it is skipped where there is none.
func tool(t *testing.T, dir, name string, args ...string) {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Skipf("no %s here", name)
	}
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

// wantPair reads a file and sees that key and certificate are the ones of plainKey, also after everything that the reader
// was given has been wiped.
func wantPair(t *testing.T, data []byte, want *Key) *Key {
	t.Helper()
	given := bytes.Clone(data)
	ask, asked := answers(secret)
	k, err := Read(given, ask)
	if err != nil || *asked != 1 || k.Form != PKCS12 || !equalKeys(k.Private, want.Private) {
		t.Fatalf("asked %d times: %v, %v", *asked, k, err)
	}
	clear(given)
	if c := k.Certificate(); c == nil || c.Subject.CommonName != "line 4" || c.CheckSignatureFrom(c) != nil {
		t.Errorf("its certificate: %v", c)
	}
	return k
}

// GnuTLS writes three safes where an authority goes with the key, and a private key in a safe of its own.
func TestPKCS12OfCerttool(t *testing.T) {
	dir, want := plainKey(t)
	openssl(t, dir, "req", "-x509", "-newkey", "ed25519", "-nodes", "-keyout", "other.pem", "-out", "ca.pem", "-subj", "/CN=CA")
	for name, args := range map[string][]string{
		"RC2-40":           {"--pkcs-cipher=rc2-40"},
		"with authorities": {"--pkcs-cipher=aes-128", "--load-ca-certificate=ca.pem"},
	} {
		t.Run(name, func(t *testing.T) {
			tool(t, dir, "certtool", append([]string{"--to-p12", "--load-privkey=key.pem", "--load-certificate=cert.pem", "--p12-name=line 4",
				"--password=" + secret, "--outder", "--outfile=out.p12"}, args...)...)
			if k := wantPair(t, load(t, dir, "out.p12"), want); (len(k.Certificates) == 2) != (name == "with authorities") {
				t.Errorf("%d certificates", len(k.Certificates))
			}
		})
	}
}

// An empty passphrase is written in two ways: no characters and the zero that ends them, and nothing at all.
func TestPKCS12WithoutPassphrase(t *testing.T) {
	dir, want := plainKey(t)
	for _, form := range []string{"--empty-password", "--null-password"} {
		tool(t, dir, "certtool", "--to-p12", "--load-privkey=key.pem", "--load-certificate=cert.pem", "--p12-name=line 4", form, "--pkcs-cipher=3des-pkcs12", "--outder", "--outfile=out.p12")
		if k, err := Read(load(t, dir, "out.p12"), nil); err != nil || !equalKeys(k.Private, want.Private) || k.Certificate() == nil {
			t.Errorf("%s: %v, %v", form, k, err)
		}
	}
}

// NSS and Firefox write BER: indefinite lengths, octet strings in pieces.
func TestPKCS12OfNSS(t *testing.T) {
	dir, want := plainKey(t)
	openssl(t, dir, "pkcs12", "-export", "-inkey", "key.pem", "-in", "cert.pem", "-name", "line 4", "-passout", "pass:"+secret, "-out", "in.p12")
	for name, b := range map[string]string{"none": "", "pw": secret + "\n"} {
		if err := os.WriteFile(dir+"/"+name, []byte(b), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	tool(t, dir, "certutil", "-N", "-d", ".", "--empty-password")
	tool(t, dir, "pk12util", "-d", ".", "-i", "in.p12", "-w", "pw", "-K", "")
	for name, args := range map[string][]string{
		"default": nil, "RC2": {"-c", "RC2-CBC", "-C", "RC2-CBC"},
	} {
		t.Run(name, func(t *testing.T) {
			tool(t, dir, "pk12util", append([]string{"-d", ".", "-o", "out.p12", "-n", "line 4", "-w", "pw", "-K", ""}, args...)...)
			data := load(t, dir, "out.p12")
			if data[1] != 0x80 {
				t.Error("not BER: this proves nothing")
			}
			wantPair(t, data, want)
		})
	}
}

func TestPKCS12OfJava(t *testing.T) {
	dir := t.TempDir()
	tool(t, dir, "keytool", "-genkeypair", "-keystore", "k.p12", "-storetype", "PKCS12", "-alias", "line4", "-keyalg", "RSA", "-keysize", "2048", "-dname", "CN=line 4",
		"-storepass", secret, "-keypass", secret)
	ask, _ := answers(secret)
	if k, err := Read(load(t, dir, "k.p12"), ask); err != nil || k.Certificate() == nil || k.Algorithm() != "RSA 2048" {
		t.Errorf("%v, %v", k, err)
	}
}

// What OpenSSL writes with -legacy and without a MAC: RC2 around the certificate.
func TestPKCS12WithRC2(t *testing.T) {
	dir, want := plainKey(t)
	for _, args := range [][]string{
		{"-certpbe", "PBE-SHA1-RC2-40"}, {"-certpbe", "PBE-SHA1-RC2-128", "-keypbe", "PBE-SHA1-RC2-40"}, {"-keypbe", "PBE-SHA1-2DES"}, {"-keypbe", "PBE-SHA1-RC4-128", "-certpbe", "PBE-SHA1-RC4-40"},
		{"-certpbe", "PBE-SHA1-RC2-40", "-nomac"},
	} {
		openssl(t, dir, append([]string{"pkcs12", "-export", "-legacy", "-inkey", "key.pem", "-in", "cert.pem", "-passout", "pass:" + secret, "-out", "k.p12"}, args...)...)
		wantPair(t, load(t, dir, "k.p12"), want)
	}
}

// The vectors of RFC 2268 §5 whose effective length is the key's own.
func TestRC2(t *testing.T) {
	for _, v := range [][3]string{
		{"ffffffffffffffff", "ffffffffffffffff", "278b27e42e2f0d49"},
		{"3000000000000000", "1000000000000001", "30649edf9be7d2c2"},
		{"88bca90e90875a7f0f79c384627bafb2", "0000000000000000", "2269552ab0f85ca6"},
	} {
		key, _ := hex.DecodeString(v[0])
		sealed, _ := hex.DecodeString(v[2])
		c, err := newRC2(key)
		if err != nil {
			t.Fatal(err)
		}
		if c.Decrypt(sealed, sealed); hex.EncodeToString(sealed) != v[1] {
			t.Errorf("key %s: %x", v[0], sealed)
		}
	}
}

// Passphrases beyond ASCII: UTF-8, and bytes that are none.
func TestPKCS12Passphrases(t *testing.T) {
	dir, want := plainKey(t)
	for _, pass := range []string{"zażółć gęślą", "p\xe4ss"} {
		for _, form := range [][]string{nil, {"-legacy"}} {
			openssl(t, dir, append([]string{"pkcs12", "-export", "-inkey", "key.pem", "-in", "cert.pem", "-passout", "pass:" + pass, "-out", "k.p12"}, form...)...)
			k, err := Read(load(t, dir, "k.p12"), func(int) ([]byte, error) { return []byte(pass), nil })
			if err != nil || !equalKeys(k.Private, want.Private) {
				t.Errorf("%q %v: %v, %v", pass, form, k, err)
			}
		}
	}
}

func integer(n uint64) []byte {
	var b cryptobyte.Builder
	b.AddASN1Uint64(n)
	return b.BytesOrPanic()
}

// safes builds a PFX without MAC around contents.
func safes(t *testing.T, mac []byte, contents ...[]byte) []byte {
	t.Helper()
	list := sequence(contents...)
	return sequence(integer(3), sequence(der(oidData), element(explicitZero, octets(list))), mac)
}

// encryptedSafe asks for iterations.
func encryptedSafe(t *testing.T, iterations uint64) []byte {
	t.Helper()
	scheme := sequence(der(encodingasn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 1, 3}), sequence(octets([]byte("salt")), integer(iterations)))
	info := sequence(der(oidData), scheme, element(contextZero, make([]byte, 16)))
	return sequence(der(oidEncryptedData), element(explicitZero, sequence(integer(0), info)))
}

// All derivations of a file are added up before the first: parsePFX has no passphrase to derive anything from.
func TestPKCS12WorkIsAddedUp(t *testing.T) {
	mac := func(n uint64) []byte {
		return sequence(sequence(sequence(der(encodingasn1.ObjectIdentifier{1, 3, 14, 3, 2, 26}), []byte{5, 0}), octets(make([]byte, 20))), octets([]byte("salt")), integer(n))
	}
	half := encryptedSafe(t, MaxIterations/2)
	huge := element(asn1.INTEGER, bytes.Repeat([]byte{0x7f}, 30))
	for name, data := range map[string][]byte{
		"one safe":          safes(t, nil, encryptedSafe(t, MaxIterations+1)),
		"three safes":       safes(t, nil, half, half, encryptedSafe(t, 1)),
		"safe and MAC":      safes(t, mac(MaxIterations/2+1), half),
		"count of 30 bytes": safes(t, nil, bytes.Replace(encryptedSafe(t, 1<<20), integer(1<<20), huge, 1)),
	} {
		var limit *LimitError
		p, err := parsePFX(data)
		if name == "count of 30 bytes" && errors.Is(err, errMalformedPKCS12) {
			continue // the lengths around it are wrong now
		}
		if !errors.As(err, &limit) || limit.What != "iterations" {
			t.Errorf("%s: %v, %v", name, p, err)
		}
	}
	if p, err := parsePFX(safes(t, mac(MaxIterations/2), half)); err != nil || p.work.iterations != MaxIterations {
		t.Errorf("what is allowed: %v", err)
	}
}

// RFC 9579 §9 refuses short keys of PBMAC1; a file must not open as if it had no MAC at all.
func TestPBMAC1(t *testing.T) {
	sha256 := sequence(der(oidHMACSHA256), []byte{5, 0})
	for length, want := range map[int]error{-1: ErrUnsupported, 1: ErrUnsupported, 19: ErrUnsupported, 20: ErrWrongPassphrase, 32: ErrWrongPassphrase, 64: ErrWrongPassphrase, 65: ErrUnsupported} {
		parameters := [][]byte{octets([]byte("salt")), integer(1)}
		if length > 0 {
			parameters = append(parameters, integer(uint64(length)))
		}
		kdf := sequence(der(oidPBKDF2), sequence(append(parameters, sha256)...))
		id := sequence(der(oidPBMAC1), sequence(kdf, sha256))
		mac := sequence(sequence(id, octets(make([]byte, 32))), octets([]byte("salt")), integer(1))
		ask, _ := answers("x")
		if _, err := Read(safes(t, mac), ask); !errors.Is(err, want) {
			t.Errorf("a key of %d bytes: %v", length, err)
		}
	}
}

// An RSA key of 64k bits, and one of a hundred thousand primes, are refused by their size.
func TestSizeOfKeys(t *testing.T) {
	number := func(n int) []byte { return element(asn1.INTEGER, bytes.Repeat([]byte{0x7f}, n)) }
	for name, numbers := range map[string][][]byte{
		"modulus": {integer(0), number(MaxModulusBits/8 + 2), integer(3)},
		"primes":  {integer(1), number(256), bytes.Repeat(number(30), 1100)},
	} {
		pkcs1 := sequence(numbers...)
		pkcs8 := sequence(integer(0), sequence(der(encodingasn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}), []byte{5, 0}), octets(pkcs1))
		for form, der := range map[string][]byte{PKCS8: pkcs8, PKCS1: pkcs1} {
			var limit *LimitError
			if _, err := Read(der, nil); name == "modulus" || form == PKCS8 {
				if !errors.As(err, &limit) {
					t.Errorf("%s of %s: %v", name, form, err)
				}
			}
		}
	}
}
