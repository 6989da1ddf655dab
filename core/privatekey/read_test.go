package privatekey

import (
	"bytes"
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const secret = "korrekt Pferd 7"

// openssl runs the real tool in dir; a test that needs it is skipped where there is none.
func openssl(t *testing.T, dir string, args ...string) {
	t.Helper()
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("no openssl here")
	}
	cmd := exec.Command("openssl", args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("openssl %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

func load(t *testing.T, parts ...string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(parts...))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// answers returns a Passphrase that gives one after the other, and how often it was asked.
func answers(list ...string) (Passphrase, *int) {
	asked := new(int)
	return func(attempt int) ([]byte, error) {
		*asked++
		if attempt != *asked {
			return nil, fmt.Errorf("attempt %d, asked %d times", attempt, *asked)
		}
		return []byte(list[min(attempt, len(list))-1]), nil
	}, asked
}

func equalKeys(a, b crypto.PrivateKey) bool {
	k, ok := a.(interface{ Equal(crypto.PrivateKey) bool })
	return ok && k.Equal(b)
}

// plainKey makes a P-256 key and a certificate with openssl: key.pem, cert.pem.
func plainKey(t *testing.T) (dir string, key *Key) {
	t.Helper()
	dir = t.TempDir()
	openssl(t, dir, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-subj", "/CN=line 4", "-days", "2")
	key, err := Read(load(t, dir, "key.pem"), nil)
	if err != nil {
		t.Fatal(err)
	}
	return dir, key
}

func TestEveryProtectionThatOpenSSLWrites(t *testing.T) {
	dir, want := plainKey(t)
	pass := []string{"-passout", "pass:" + secret}
	pkcs8 := func(args ...string) []string {
		return append(append([]string{"pkcs8", "-topk8", "-in", "key.pem"}, args...), pass...)
	}
	p12 := func(args ...string) []string {
		return append(append([]string{"pkcs12", "-export", "-inkey", "key.pem", "-in", "cert.pem"}, args...), pass...)
	}
	type form struct {
		name, form string
		args       []string
	}
	cases := []form{
		{"PBE-SHA1-3DES", EncryptedPKCS8, pkcs8("-v1", "PBE-SHA1-3DES")},
		{"scrypt", EncryptedPKCS8, pkcs8("-scrypt", "-scrypt_N", "16384")},
		{"scrypt AES-128", EncryptedPKCS8, pkcs8("-v2", "aes-128-cbc", "-scrypt", "-scrypt_N", "2048", "-scrypt_r", "4", "-scrypt_p", "3")},
		{"default", EncryptedPKCS8, pkcs8()},
		{"DER", EncryptedPKCS8, pkcs8("-outform", "DER")},
		{"legacy PEM AES-256", LegacyPEM, append([]string{"ec", "-in", "key.pem", "-aes256"}, pass...)},
		{"legacy PEM 3DES", LegacyPEM, append([]string{"ec", "-in", "key.pem", "-des3"}, pass...)},
		{"PKCS#12", PKCS12, p12()},
		{"PKCS#12 -legacy", PKCS12, p12("-legacy")},
		{"PKCS#12 SHA-512", PKCS12, p12("-macalg", "sha512")},
		{"PKCS#12 SHA-1 MAC, 3DES", PKCS12, p12("-macalg", "sha1", "-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES")},
		{"PKCS#12 without MAC", PKCS12, p12("-nomac")},
		{"PKCS#12 without MAC, 3DES", PKCS12, p12("-nomac", "-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES")},
		{"PKCS#12 without certificate", PKCS12, p12("-nocerts")},
		{"PKCS#12, certificate in the clear", PKCS12, p12("-certpbe", "NONE")},
	}
	for _, cipher := range []string{"aes-128-cbc", "aes-192-cbc", "aes-256-cbc", "des3"} {
		for _, prf := range []string{"hmacWithSHA1", "hmacWithSHA224", "hmacWithSHA256", "hmacWithSHA384", "hmacWithSHA512", "hmacWithSHA512-224", "hmacWithSHA512-256"} {
			cases = append(cases, form{cipher + " " + prf, EncryptedPKCS8, pkcs8("-v2", cipher, "-v2prf", prf)})
		}
	}
	for i, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			file := fmt.Sprintf("out%d", i)
			openssl(t, dir, append(c.args, "-out", file)...)
			data := load(t, dir, file)

			ask, asked := answers("wrong", secret)
			k, err := Read(data, ask)
			if err != nil || *asked != 2 || k.Form != c.form || !equalKeys(k.Private, want.Private) {
				t.Fatalf("asked %d times: %v, %v", *asked, k, err)
			}
			if hasCertificate := c.form == PKCS12 && c.name != "PKCS#12 without certificate"; hasCertificate != (k.Certificate() != nil) {
				t.Errorf("certificate: %v", k.Certificates)
			}
			if _, err := Read(data, nil); !errors.Is(err, ErrNeedPassphrase) {
				t.Errorf("without a passphrase: %v", err)
			}
			ask, asked = answers("a", "b", "c", secret)
			if k, err := Read(data, ask); k != nil || !errors.Is(err, ErrWrongPassphrase) || *asked != MaxAttempts {
				t.Errorf("after %d wrong ones: %v, %v", *asked, k, err)
			}
		})
	}
}

func TestPlainForms(t *testing.T) {
	dir := t.TempDir()
	openssl(t, dir, "genrsa", "-out", "rsa8.pem", "2048")
	openssl(t, dir, "rsa", "-in", "rsa8.pem", "-traditional", "-out", "rsa1.pem")
	openssl(t, dir, "rsa", "-in", "rsa8.pem", "-traditional", "-outform", "DER", "-out", "rsa1.der")
	openssl(t, dir, "ecparam", "-name", "secp384r1", "-genkey", "-out", "ec.pem") // EC PARAMETERS stand before it
	openssl(t, dir, "ec", "-in", "ec.pem", "-outform", "DER", "-out", "ec.der")
	openssl(t, dir, "genpkey", "-algorithm", "ed25519", "-out", "ed.pem")
	openssl(t, dir, "genpkey", "-algorithm", "x25519", "-outform", "DER", "-out", "x.der")
	openssl(t, dir, "rsa", "-in", "rsa8.pem", "-traditional", "-aes128", "-passout", "pass:"+secret, "-out", "rsa1enc.pem")
	openssl(t, dir, "ecparam", "-name", "prime256v1", "-param_enc", "explicit", "-genkey", "-noout", "-out", "ex1.pem")
	openssl(t, dir, "pkcs8", "-topk8", "-nocrypt", "-in", "ex1.pem", "-out", "ex8.pem")
	for file, want := range map[string]string{
		"rsa8.pem":    "RSA 2048 private key (PKCS#8)",
		"rsa1.pem":    "RSA 2048 private key (PKCS#1)",
		"rsa1.der":    "RSA 2048 private key (PKCS#1)",
		"rsa1enc.pem": "RSA 2048 private key (legacy encrypted PEM)",
		"ec.pem":      "P-384 private key (SEC 1)",
		"ec.der":      "P-384 private key (SEC 1)",
		"ed.pem":      "Ed25519 private key (PKCS#8)",
		"x.der":       "X25519 private key (PKCS#8)",
		"ex1.pem":     "P-256 private key (SEC 1)",
		"ex8.pem":     "P-256 private key (PKCS#8)",
	} {
		ask, _ := answers(secret)
		k, err := Read(load(t, dir, file), ask)
		if err != nil || k.String() != want {
			t.Errorf("%s: %v, %v", file, k, err)
		}
	}
	crlf := bytes.ReplaceAll(load(t, dir, "rsa8.pem"), []byte("\n"), []byte("\r\n"))
	pem8 := string(load(t, dir, "rsa8.pem"))
	for name, coated := range map[string][]byte{
		"UTF-16 of PowerShell": utf16Text(pem8, binary.LittleEndian), "UTF-16 big-endian": utf16Text(pem8, binary.BigEndian),
		"base64 of PEM": []byte(base64.StdEncoding.EncodeToString([]byte(pem8))), "base64 of DER": []byte(base64.StdEncoding.EncodeToString(load(t, dir, "x.der"))),
	} {
		if _, err := Read(coated, nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Read(append([]byte("\xef\xbb\xbfBag Attributes\r\n    friendlyName: line 4\r\n"), crlf...), nil); err != nil {
		t.Errorf("a mark, text before it and CRLF: %v", err)
	}
}

// utf16Text is a text as PowerShell's > writes it.
func utf16Text(text string, order binary.AppendByteOrder) (out []byte) {
	for _, r := range "\ufeff" + text {
		out = order.AppendUint16(out, uint16(r))
	}
	return out
}

func TestEmptyPassphraseOfPKCS12IsNotAskedFor(t *testing.T) {
	dir, want := plainKey(t)
	openssl(t, dir, "pkcs12", "-export", "-inkey", "key.pem", "-in", "cert.pem", "-out", "e.p12", "-passout", "pass:")
	k, err := Read(load(t, dir, "e.p12"), nil)
	if err != nil || !equalKeys(k.Private, want.Private) || k.Certificate() == nil {
		t.Errorf("%v, %v", k, err)
	}
}

func TestCertificateBesideTheKey(t *testing.T) {
	dir, _ := plainKey(t)
	openssl(t, dir, "req", "-x509", "-newkey", "ed25519", "-nodes", "-keyout", "other.pem", "-out", "ca.pem", "-subj", "/CN=CA")
	all := bytes.Join([][]byte{load(t, dir, "ca.pem"), load(t, dir, "key.pem"), load(t, dir, "cert.pem"), load(t, dir, "other.pem")}, nil)
	k, err := Read(all, nil)
	if err != nil || len(k.Certificates) != 2 || k.Certificate() == nil || k.Certificate().Subject.CommonName != "line 4" || k.Algorithm() != "P-256" {
		t.Errorf("%v, %v", k, err)
	}
}

func TestWhatItIsInstead(t *testing.T) {
	dir, _ := plainKey(t)
	openssl(t, dir, "x509", "-in", "cert.pem", "-outform", "DER", "-out", "cert.der")
	openssl(t, dir, "pkey", "-in", "key.pem", "-pubout", "-out", "pub.pem")
	openssl(t, dir, "pkey", "-in", "key.pem", "-pubout", "-outform", "DER", "-out", "pub.der")
	openssl(t, dir, "req", "-new", "-key", "key.pem", "-subj", "/CN=x", "-outform", "DER", "-out", "req.der")
	openssl(t, dir, "pkcs12", "-export", "-nokeys", "-in", "cert.pem", "-passout", "pass:", "-out", "certs.p12")
	openssl(t, dir, "genpkey", "-algorithm", "ed448", "-out", "ed448.pem")
	openssl(t, dir, "ecparam", "-name", "brainpoolP256r1", "-genkey", "-out", "bp.pem")
	openssl(t, dir, "pkcs8", "-topk8", "-nocrypt", "-in", "bp.pem", "-out", "bp8.pem")
	openssl(t, dir, "pkcs8", "-topk8", "-in", "key.pem", "-v2", "aria-256-cbc", "-passout", "pass:x", "-out", "aria.pem")
	good := load(t, dir, "key.pem")
	der, _ := pem.Decode(good)
	for _, c := range []struct {
		name string
		data []byte
		is   error
		says string
	}{
		{"certificate", load(t, dir, "cert.pem"), ErrNotAKey, "a certificate"},
		{"certificate DER", load(t, dir, "cert.der"), ErrNotAKey, "a certificate"},
		{"public key", load(t, dir, "pub.pem"), ErrNotAKey, "a bare public key"},
		{"public key DER", load(t, dir, "pub.der"), ErrNotAKey, "a bare public key"},
		{"request DER", load(t, dir, "req.der"), ErrNotAKey, "a certification request (CSR)"},
		{"PKCS#12 of certificates", load(t, dir, "certs.p12"), ErrNotAKey, "certificates only"},
		{"OpenPGP armored", []byte("-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQ==\n=aaaa\n-----END PGP PRIVATE KEY BLOCK-----\n"), ErrNotAKey, "an OpenPGP secret key"},
		{"JKS", []byte("\xfe\xed\xfe\xed\x00\x00\x00\x02\x00\x00\x00\x01\x00\x00\x00\x01"), ErrNotAKey, "keytool -importkeystore"},
		{"OpenSSH", []byte("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n"), ErrNotAKey, "OpenSSH"},
		{"empty", nil, ErrNotAKey, "an empty file"},
		{"text", []byte("my key\n"), ErrNotAKey, "a text"},
		{"UTF-16", []byte{0xff, 0xfe, '-', 0, '-', 0}, ErrNotAKey, "UTF-16"},
		{"ZIP", []byte("PK\x03\x04rest"), ErrNotAKey, "ZIP"},
		{"cut PEM", good[:len(good)/2], ErrDamaged, "cut short"},
		{"cut DER", der.Bytes[:len(der.Bytes)-9], ErrDamaged, "cut short"},
		{"junk after DER", append(bytes.Clone(der.Bytes), 1), ErrDamaged, "follow"},
		{"Ed448", load(t, dir, "ed448.pem"), ErrUnsupported, "Ed448"},
		{"brainpool SEC 1", load(t, dir, "bp.pem"), ErrUnsupported, "brainpoolP256r1"},
		{"brainpool PKCS#8", load(t, dir, "bp8.pem"), ErrUnsupported, "brainpoolP256r1"},
		{"ARIA", load(t, dir, "aria.pem"), ErrUnsupported, "ARIA-256-CBC"},
		{"too large", make([]byte, MaxBytes+1), nil, "the limit is"},
	} {
		k, err := Read(c.data, func(int) ([]byte, error) { return nil, errors.New("nobody should be asked") })
		if k != nil || err == nil || c.is != nil && !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, %v", c.name, k, err)
		}
	}
}

func TestCancelAndWipedPassphrase(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der := protected(t, key, []byte(secret), 10)
	stop := errors.New("the user closed the dialog")
	if _, err := Read(der, func(int) ([]byte, error) { return nil, stop }); !errors.Is(err, stop) {
		t.Errorf("cancelled: %v", err)
	}
	given := []byte(secret)
	if _, err := Read(der, func(int) ([]byte, error) { return given, nil }); err != nil || !bytes.Equal(given, make([]byte, len(secret))) {
		t.Errorf("the passphrase is still %q, %v", given, err)
	}
}

// Damage to a file with a MAC, or to the structure of one without, is not called a wrong passphrase.
func TestDamageIsNotAWrongPassphrase(t *testing.T) {
	dir, key := plainKey(t)
	openssl(t, dir, "pkcs12", "-export", "-inkey", "key.pem", "-in", "cert.pem", "-out", "k.p12", "-passout", "pass:"+secret)
	p12 := load(t, dir, "k.p12")
	der := protected(t, key, []byte(secret), 10)
	short := bytes.Clone(der)
	short = short[:len(short)-3]
	for name, data := range map[string][]byte{"PKCS#12 cut short": p12[:len(p12)-20], "PKCS#8 cut short": short, "iteration count of nought": bytes.Replace(der, []byte{2, 1, 10}, []byte{2, 1, 0}, 1)} {
		ask, asked := answers(secret)
		if _, err := Read(data, ask); !errors.Is(err, ErrDamaged) || *asked > 0 {
			t.Errorf("%s: %v, asked %d times", name, err, *asked)
		}
	}
}

func TestNothingPrintsAKey(t *testing.T) {
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	x, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, private := range []crypto.PrivateKey{ed, ec, x} {
		k := Key{Private: private, Form: PKCS8}
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%o", "%T %v"} {
			for _, v := range []any{k, &k, struct{ K Key }{k}, []*Key{&k}} {
				args := []any{v}
				if verb == "%T %v" {
					args = []any{v, v}
				}
				got := fmt.Sprintf(verb, args...)
				if stripped := strings.NewReplacer(k.String(), "", "privatekey.Key", "").Replace(got); len(stripped) > 40 {
					t.Errorf("%s of %T shows %s", verb, v, got)
				}
			}
		}
		if text, err := k.MarshalText(); err != nil || string(text) != k.String() {
			t.Errorf("%s, %v", text, err)
		}
	}
	k := &Key{Private: ed}
	k.Wipe()
	if !bytes.Equal(ed, make([]byte, len(ed))) || k.Private != nil || k.Public() != nil {
		t.Error("the key is still there")
	}
	k = &Key{Private: ec}
	//lint:ignore SA1019 to see that the number is gone there is no other way to reach it
	if k.Wipe(); ec.D.Sign() != 0 {
		t.Error("the scalar is still there")
	}
}

// protected is a key as an encrypted PKCS#8.
func protected(t testing.TB, key crypto.PrivateKey, passphrase []byte, iterations int) []byte {
	t.Helper()
	if k, ok := key.(*Key); ok {
		key = k.Private
	}
	plain, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return encryptedPKCS8(plain, passphrase, iterations)
}
