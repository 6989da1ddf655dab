package certificate

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

var signer = func() *ecdsa.PrivateKey {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return k
}()

// made is a self-signed certificate whose TBSCertificate was changed before it was signed.
func made(t testing.TB, template *x509.Certificate, change func(tbs []byte) []byte) []byte {
	t.Helper()
	template.NotBefore, template.NotAfter = time.Unix(1_700_000_000, 0), time.Unix(2_000_000_000, 0)
	if template.SerialNumber == nil {
		template.SerialNumber = big.NewInt(0x1234567890)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, signer.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	r := &reading{} // crypto/x509 does not read all that it writes
	if !r.take(der) {
		t.Fatal("no certificate")
	}
	tbs := change(bytes.Clone(r.tbs))
	digest := sha256.Sum256(tbs)
	signature, err := ecdsa.SignASN1(rand.Reader, signer, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(tbs)
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2})
		})
		b.AddASN1BitString(signature)
	})
	return b.BytesOrPanic()
}

func replaced(old, with string) func([]byte) []byte {
	return func(tbs []byte) []byte {
		if !bytes.Contains(tbs, []byte(old)) {
			panic("nothing to replace")
		}
		return bytes.ReplaceAll(tbs, []byte(old), []byte(with))
	}
}

// What crypto/x509 refuses and others read is read, is named, and its signature verifies over the octets of the file.
func TestUnusual(t *testing.T) {
	named := func(cn string) *x509.Certificate {
		return &x509.Certificate{Subject: pkix.Name{CommonName: cn}, IsCA: true, BasicConstraintsValid: true}
	}
	with := func(ext ...pkix.Extension) *x509.Certificate {
		c := named("line 4")
		c.ExtraExtensions = ext
		return c
	}
	san := asn1.ObjectIdentifier{2, 5, 29, 17}
	for what, c := range map[string]struct {
		der   []byte
		words string
		check func(*x509.Certificate) bool
	}{
		"negative serial": {made(t, named("line 4"), replaced("\x02\x05\x12\x34\x56\x78\x90", "\x02\x05\x92\x34\x56\x78\x90")), "negative serial number",
			func(c *x509.Certificate) bool { return c.SerialNumber.Int64() == 0x1234567890-0x8000000000 }},
		"serial with more octets": {made(t, named("line 4"), replaced("\x02\x05\x12\x34\x56\x78\x90", "\x02\x05\x00\x00\x00\x00\x07")), "",
			func(c *x509.Certificate) bool { return c.SerialNumber.Int64() == 7 }},
		"underscore": {made(t, named("line_4"), replaced("\x0c\x06line_4", "\x13\x06line_4")), "'_' in a PrintableString of its subject",
			func(c *x509.Certificate) bool { return c.Subject.CommonName == "line_4" }},
		"8 bit in IA5String": {made(t, named("line\u00e4"), replaced("\x0c\x06line\xc3\xa4", "\x16\x06line\xc3\xa4")), "IA5String of its subject", nil},
		"not UTF-8":          {made(t, named("line\u00e4"), replaced("\x0c\x06line\xc3\xa4", "\x0c\x06line\xe4\xe4")), "the byte 0xE4 in a UTF8String", nil},
		"damaged alternative name": {made(t, with(pkix.Extension{Id: san, Value: []byte{0x30, 3, 0x82, 1, 0xff}}), replaced("line", "line")), "cannot be read: subject alternative name",
			func(c *x509.Certificate) bool {
				return len(c.UnhandledCriticalExtensions) == 0 && slices.ContainsFunc(c.Extensions, func(e pkix.Extension) bool { return e.Id.Equal(san) })
			}},
		"damaged and critical": {made(t, with(pkix.Extension{Id: san, Critical: true, Value: []byte{0x30, 3, 0x82, 1, 0xff}}), replaced("line", "line")), "subject alternative name",
			func(c *x509.Certificate) bool {
				return len(c.UnhandledCriticalExtensions) == 1 && c.UnhandledCriticalExtensions[0].Equal(san)
			}},
		"damaged name constraints": {made(t, with(pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, 30}, Value: []byte{0x30, 2, 5, 0}}), replaced("line", "line")), "name constraints",
			func(c *x509.Certificate) bool { return len(c.UnhandledCriticalExtensions) == 1 }},
		"bytes behind": {append(made(t, named("line 4"), replaced("line", "line")), 0, 0, 0), "3 bytes behind its end", nil},
	} {
		got, unusual, err := Parse(c.der)
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		if words := strings.Join(unusual, "; "); !strings.Contains(words, c.words) {
			t.Errorf("%s: %q", what, words)
		}
		if !bytes.HasPrefix(c.der, got.Raw) || !bytes.Contains(got.Raw, got.RawTBSCertificate) || got.CheckSignature(got.SignatureAlgorithm, got.RawTBSCertificate, got.Signature) != nil {
			t.Errorf("%s: the signature does not verify", what)
		}
		if c.check != nil && !c.check(got) {
			t.Errorf("%s: %+v", what, got)
		}
	}
}

func openssl(t *testing.T, dir string, args ...string) {
	t.Helper()
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("openssl is missing")
	}
	cmd := exec.Command("openssl", args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("openssl %q: %v\n%s", args, err, out)
	}
}

// Keys as OpenSSL writes them: the parameters of a curve in full, a curve of Brainpool, one that nobody knows.
func TestKeysOfOpenSSL(t *testing.T) {
	dir := t.TempDir()
	for what, c := range map[string]struct {
		curve, encoding, form, words string
		curveOf                      elliptic.Curve
	}{
		"named":                     {"P-256", "named_curve", "uncompressed", "", elliptic.P256()},
		"explicit":                  {"P-256", "explicit", "uncompressed", "instead of the curve's name", elliptic.P256()},
		"explicit P-384":            {"P-384", "explicit", "uncompressed", "instead of the curve's name", elliptic.P384()},
		"explicit, compressed base": {"P-521", "explicit", "compressed", "instead of the curve's name", elliptic.P521()},
		"Brainpool":                 {"brainpoolP256r1", "named_curve", "uncompressed", "not known here (1.3.36.3.3.2.8.1.1.7)", nil},
		"explicit Brainpool":        {"brainpoolP256r1", "explicit", "uncompressed", "a curve that it defines itself", nil},
		"secp256k1":                 {"secp256k1", "named_curve", "uncompressed", "not known here (1.3.132.0.10)", nil},
	} {
		t.Run(what, func(t *testing.T) {
			openssl(t, dir, "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:"+c.curve, "-pkeyopt", "ec_param_enc:"+c.encoding, "-pkeyopt", "point-format:"+c.form, "-out", "k")
			openssl(t, dir, "req", "-x509", "-key", "k", "-subj", "/CN=line 4", "-out", "c.pem")
			data, err := os.ReadFile(filepath.Join(dir, "c.pem"))
			if err != nil {
				t.Fatal(err)
			}
			block, _ := pem.Decode(data)
			got, unusual, err := Parse(block.Bytes)
			if err != nil {
				t.Fatal(err)
			}
			if words := strings.Join(unusual, "; "); !strings.Contains(words, c.words) || c.words == "" && words != "" {
				t.Errorf("%q", words)
			}
			key, _ := got.PublicKey.(*ecdsa.PublicKey)
			if (key != nil) != (c.curveOf != nil) || key != nil && (key.Curve != c.curveOf || got.CheckSignature(got.SignatureAlgorithm, got.RawTBSCertificate, got.Signature) != nil) {
				t.Errorf("%v", got.PublicKey)
			}
			if got.Subject.CommonName != "line 4" {
				t.Errorf("%q", got.Subject)
			}
		})
	}
}

// Each parameter of a curve counts: changed, it is no curve that is known.
func TestNamedCurveComparesAll(t *testing.T) {
	dir := t.TempDir()
	openssl(t, dir, "ecparam", "-name", "prime256v1", "-param_enc", "explicit", "-outform", "DER", "-out", "p")
	der, err := os.ReadFile(filepath.Join(dir, "p"))
	if err != nil {
		t.Fatal(err)
	}
	if got := NamedCurve(der); got.String() != "1.2.840.10045.3.1.7" {
		t.Fatalf("%v", got)
	}
	q := elliptic.P256().Params()
	for what, value := range map[string]*big.Int{"p": q.P, "b": q.B, "x": q.Gx, "y": q.Gy, "n": q.N} {
		at := bytes.Index(der, value.FillBytes(make([]byte, 32)))
		changed := bytes.Clone(der)
		changed[at+31] ^= 2
		if got := NamedCurve(changed); got != nil {
			t.Errorf("%s changed: %v", what, got)
		}
	}
	if NamedCurve(append(der, 0)) != nil || NamedCurve(nil) != nil {
		t.Error("junk is a curve")
	}
}

func TestParseRefuses(t *testing.T) {
	good := made(t, &x509.Certificate{Subject: pkix.Name{CommonName: "a"}}, replaced("a", "a"))
	for what, der := range map[string][]byte{"nothing": nil, "cut": good[:len(good)-5], "text": []byte("hello"), "a sequence": {0x30, 0},
		"a point that is on no curve": func() []byte {
			b := bytes.Clone(good)
			b[bytes.Index(b, signer.X.FillBytes(make([]byte, 32)))] ^= 1
			return b
		}()} {
		if _, _, err := Parse(der); err == nil || strings.Contains(err.Error(), "x509") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// FuzzParse: what is read holds its octets in the file, and is read again alike.
func FuzzParse(f *testing.F) {
	c := &x509.Certificate{Subject: pkix.Name{CommonName: "line_4"}, IsCA: true, BasicConstraintsValid: true, DNSNames: []string{"a.example"}}
	f.Add(made(f, c, replaced("\x0c\x06line_4", "\x13\x06line_4")))
	f.Add(made(f, c, replaced("\x02\x05\x12\x34\x56\x78\x90", "\x02\x05\x92\x34\x56\x78\x90")))
	f.Fuzz(func(t *testing.T, der []byte) {
		c, unusual, err := Parse(der)
		if err != nil {
			return
		}
		for _, part := range [][]byte{c.Raw, c.RawTBSCertificate, c.RawIssuer, c.RawSubject, c.RawSubjectPublicKeyInfo} {
			if !bytes.Contains(der, part) {
				t.Fatalf("%x is not in the file", part)
			}
		}
		again, more, err := Parse(c.Raw)
		if err != nil || !bytes.Equal(again.RawTBSCertificate, c.RawTBSCertificate) || again.SerialNumber.Cmp(c.SerialNumber) != 0 || len(more) > len(unusual) {
			t.Fatalf("another certificate, %v", err)
		}
	})
}

// A DSA key may leave its parameters to its issuer (RFC 3279 §2.3.2): the certificate is read, its key is not known here.
func TestInheritedParameters(t *testing.T) {
	der := made(t, &x509.Certificate{Subject: pkix.Name{CommonName: "line 4"}, IsCA: true, BasicConstraintsValid: true}, func(tbs []byte) []byte {
		const ec = "\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07"
		const dsa = "\x30\x4f\x30\x09\x06\x07\x2a\x86\x48\xce\x38\x04\x01"
		in := cryptobyte.String(replaced(ec, dsa)(tbs))
		var b cryptobyte.Builder
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) { b.AddBytes(in[len(tbs)-len(content(tbs)):]) })
		return b.BytesOrPanic()
	})
	c, unusual, err := Parse(der)
	if err != nil || c.PublicKey != nil || c.Subject.CommonName != "line 4" || !strings.Contains(strings.Join(unusual, "; "), "DSA key without its parameters") {
		t.Fatalf("%v, %q", err, unusual)
	}
}

// content is what stands behind the tag and the length of an element.
func content(element []byte) []byte {
	in := cryptobyte.String(element)
	var out cryptobyte.String
	in.ReadASN1(&out, cbasn1.SEQUENCE)
	return out
}

// TestTreatedAsText: a line break behind a certificate has changed nothing, one in place of an LF within has.
func TestTreatedAsText(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: big.NewInt(0x0A0A0A), Subject: pkix.Name{CommonName: "a\nb"}}, &x509.Certificate{}, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	converted := bytes.ReplaceAll(der, []byte("\n"), []byte("\r\n"))
	if TreatedAsText(append(bytes.Clone(der), "\r\n"...)) || TreatedAsText(der) {
		t.Error("a line break behind it is called damage")
	}
	if !TreatedAsText(converted) || !TreatedAsText(append(converted, "\r\n"...)) {
		t.Error("damage is not found")
	}
	if _, _, err := Parse(append(bytes.Clone(der), "\r\n"...)); errors.Is(err, ErrTreatedAsText) {
		t.Error(err)
	}
}
