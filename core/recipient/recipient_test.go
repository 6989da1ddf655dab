package recipient

import (
	"bytes"
	"context"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/ecdh"
	"github.com/ProtonMail/go-crypto/openpgp/eddsa"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	pgp "github.com/ProtonMail/go-crypto/openpgp/v2"

	"enrollbench/core/finding"
)

func rules(r *finding.Report) (names []string) {
	for _, f := range r.All() {
		names = append(names, strings.TrimPrefix(f.Rule, "recipient/"))
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func TestFindingsOfCertificates(t *testing.T) {
	key := rsaKey(t, 2048)
	usage := func(u x509.KeyUsage) func(*x509.Certificate) {
		return func(c *x509.Certificate) { c.KeyUsage = u }
	}
	ends := func(in time.Duration) func(*x509.Certificate) {
		return func(c *x509.Certificate) { c.NotAfter = time.Now().Add(in) }
	}
	for _, c := range []struct {
		name string
		cert *x509.Certificate
		want string
	}{
		{"RSA without key usage", certify(t, key, nil), ""},
		{"RSA with key encipherment", certify(t, key, usage(x509.KeyUsageKeyEncipherment)), ""},
		{"RSA for signing", certify(t, key, usage(x509.KeyUsageDigitalSignature)), "no-encryption-key"},
		{"RSA with key agreement only", certify(t, key, usage(x509.KeyUsageKeyAgreement)), "no-encryption-key"},
		{"RSA 1024", certify(t, rsaKey(t, 1024), nil), "weak"},
		{"expired", certify(t, key, ends(-time.Hour)), "expired"},
		{"ends in 29 days", certify(t, key, ends(29*24*time.Hour)), "expires-soon"},
		{"ends in 31 days", certify(t, key, ends(31*24*time.Hour)), ""},
		{"tomorrow's", certify(t, key, func(c *x509.Certificate) { c.NotBefore = time.Now().Add(24 * time.Hour) }), "not-yet-valid"},
		{"P-256", certify(t, ecKey(t, elliptic.P256()), nil), "uncertain-service"},
		{"P-256 with key agreement", certify(t, ecKey(t, elliptic.P256()), usage(x509.KeyUsageKeyAgreement)), "uncertain-service"},
		{"P-256 for signing", certify(t, ecKey(t, elliptic.P256()), usage(x509.KeyUsageDigitalSignature)), "no-encryption-key uncertain-service"},
		{"P-224", certify(t, ecKey(t, elliptic.P224()), nil), "no-encryption-key"},
		{"X25519", certifyX25519(t, xKey(t)), "uncertain-service"},
		{"Ed25519", certify(t, edKey(t), nil), "no-encryption-key"},
		{"expired, weak and for signing", certify(t, rsaKey(t, 1024), func(c *x509.Certificate) { ends(-time.Hour)(c); usage(x509.KeyUsageCRLSign)(c) }), "expired no-encryption-key weak"},
	} {
		r := only(t, certPEM(c.cert))
		if got := strings.Join(rules(r.Findings(time.Now())), " "); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		if r.Kind() != X509 || r.Title() != "line 4" || !r.NotAfter().Equal(c.cert.NotAfter) || len(r.Fingerprint()) != 64 || strings.Count(r.FingerprintText(), ":") != 31 {
			t.Errorf("%s: %s %s %s", c.name, r.Kind(), r.Title(), r.FingerprintText())
		}
		_, err := r.Seal(new(bytes.Buffer), SealOptions{Size: -1})
		var unfit *UnfitError
		if bad := r.Findings(time.Now()).Count(finding.Error) > 0; bad != errors.As(err, &unfit) || bad == (err == nil) {
			t.Errorf("%s: sealing says %v", c.name, err)
		}
	}
}

func TestFindingsOfOpenPGPKeys(t *testing.T) {
	ago := func(d time.Duration) func(*packet.Config) {
		return func(c *packet.Config) { pgpRSA(2048)(c); c.Time = func() time.Time { return time.Now().Add(-d) } }
	}
	lasting := func(life, age time.Duration) func(*packet.Config) {
		return func(c *packet.Config) { ago(age)(c); c.KeyLifetimeSecs = uint32(life / time.Second) }
	}
	const day = 24 * time.Hour
	revoked, subRevoked, signOnly := pgpEntity(t, nil), pgpEntity(t, nil), pgpEntity(t, nil)
	if err := errors.Join(revoked.Revoke(packet.KeySuperseded, "", nil), subRevoked.Subkeys[0].Revoke(packet.KeyCompromised, "", nil)); err != nil {
		t.Fatal(err)
	}
	signOnly.Subkeys = nil
	for _, c := range []struct {
		name   string
		entity *pgp.Entity
		want   string
	}{
		{"RSA", pgpEntity(t, pgpRSA(2048)), ""},
		{"RSA 1024", pgpEntity(t, pgpRSA(1024)), "no-encryption-key weak"},
		{"Curve25519", pgpEntity(t, nil), "uncertain-service"},
		{"brainpool", pgpEntity(t, func(c *packet.Config) { c.Algorithm, c.Curve = packet.PubKeyAlgoECDSA, packet.CurveBrainpoolP256 }), "uncertain-service"},
		{"expired", pgpEntity(t, lasting(day, 2*day)), "expired"},
		{"expires soon", pgpEntity(t, lasting(10*day, 2*day)), "expires-soon"},
		{"lasting", pgpEntity(t, lasting(100*day, 2*day)), ""},
		{"not yet valid", pgpEntity(t, ago(-2*day)), "not-yet-valid"},
		{"revoked", revoked, "revoked"},
		{"its subkey is revoked", subRevoked, "no-encryption-key revoked"},
		{"for signing", signOnly, "no-encryption-key"},
	} {
		r := only(t, pgpPublic(t, c.entity))
		if got := strings.Join(rules(r.Findings(time.Now())), " "); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		_, err := r.Seal(new(bytes.Buffer), SealOptions{Size: -1})
		if bad := r.Findings(time.Now()).Count(finding.Error) > 0; bad == (err == nil) {
			t.Errorf("%s: sealing says %v", c.name, err)
		}
		if r.Kind() != OpenPGP || r.Title() != "anna <anna@example.com>" || len(r.Fingerprint()) != 40 || !strings.Contains(r.FingerprintText(), " ") || r.KeyUsed() == "" {
			t.Errorf("%s: %s %s", c.name, r.Title(), r.FingerprintText())
		}
	}
}

// The table is what documentation and the window are made from: every rule is whole and has its own name.
func TestRulesAreWhole(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Rules {
		if seen[r.Name] || !strings.HasPrefix(r.Name, "recipient/") || r.Title == "" || r.Why == "" || r.Source == "" || strings.HasSuffix(r.Title, ".") {
			t.Errorf("%+v", r)
		}
		seen[r.Name] = true
	}
}

func TestDSAIsWeak(t *testing.T) {
	dir := t.TempDir()
	openssl(t, dir, "dsaparam", "-out", "p.pem", "1024")
	openssl(t, dir, "gendsa", "-out", "k.pem", "p.pem")
	openssl(t, dir, "req", "-x509", "-new", "-key", "k.pem", "-subj", "/CN=line 4", "-addext", "basicConstraints=critical,CA:FALSE", "-out", "c.pem")
	r := only(t, load(t, dir, "c.pem"))
	if got := rules(r.Findings(time.Now())); len(got) == 0 || got[len(got)-1] != "weak" {
		t.Errorf("%v", got)
	}
}

// utf16Text is a text as PowerShell's > writes it.
func utf16Text(text string) (out []byte) {
	for _, r := range "\ufeff" + text {
		out = binary.LittleEndian.AppendUint16(out, uint16(r))
	}
	return out
}

// What a strict parser refuses and OpenSSL reads is read with a warning, also beside the key.
func TestNegativeSerialNumber(t *testing.T) {
	dir := t.TempDir()
	openssl(t, dir, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "line4.key", "-subj", "/CN=line 4", "-set_serial", "-42", "-days", "300", "-out", "line4.pem")
	all, _, err := Parse(load(t, dir, "line4.pem"))
	if err != nil {
		t.Fatal(err)
	}
	if report := all[0].Findings(time.Now()); report.Count(finding.Error) > 0 || !slices.Contains(rules(report), "unusual") {
		t.Errorf("%v", rules(report))
	}
	o, err := LoadOpener(load(t, dir, "line4.key"), load(t, dir, "line4.pem"), nil)
	if err != nil || o.Certificate() == nil {
		t.Fatalf("%v, %v", o, err)
	}
	if _, err := Rehearse(context.Background(), all[0], o); err != nil {
		t.Error(err)
	}
}

func TestParse(t *testing.T) {
	key := rsaKey(t, 2048)
	cert, other := certify(t, key, nil), certify(t, ecKey(t, elliptic.P256()), nil)
	ca := certify(t, ecKey(t, elliptic.P256()), func(c *x509.Certificate) {
		c.IsCA, c.BasicConstraintsValid, c.Subject.CommonName = true, true, "Works CA"
	})
	dir := t.TempDir()
	save(t, append(certPEM(cert), keyPEM(t, key)...), dir, "both.pem")
	openssl(t, dir, "pkcs12", "-export", "-in", "both.pem", "-passout", "pass:", "-out", "empty.p12")
	openssl(t, dir, "pkcs12", "-export", "-in", "both.pem", "-passout", "pass:"+secret, "-out", "secret.p12")
	openssl(t, dir, "x509", "-in", "both.pem", "-addtrust", "emailProtection", "-trustout", "-out", "trusted.pem")
	openssl(t, dir, "pkcs8", "-topk8", "-in", "both.pem", "-passout", "pass:"+secret, "-out", "enc.pem")
	openssl(t, dir, "pkcs8", "-topk8", "-nocrypt", "-in", "both.pem", "-outform", "DER", "-out", "key.der")
	openssl(t, dir, "req", "-x509", "-key", "both.pem", "-subj", "/CN=line 4", "-set_serial", "-42", "-days", "300", "-out", "negative.pem")
	openssl(t, dir, "x509", "-in", "negative.pem", "-outform", "DER", "-out", "negative.der")
	anna, berta := pgpEntity(t, nil), pgpEntity(t, pgpRSA(2048))
	join := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	for _, c := range []struct {
		name  string
		data  []byte
		count int
		rules string
		says  string
	}{
		{"PEM", certPEM(cert), 1, "", ""},
		{"DER", cert.Raw, 1, "", ""},
		{"a mark, text and CRLF", join([]byte("\xef\xbb\xbfsubject=line 4\r\n"), bytes.ReplaceAll(certPEM(cert), []byte("\n"), []byte("\r\n"))), 1, "", ""},
		{"trusted form", load(t, dir, "trusted.pem"), 1, "", ""},
		{"several", join(certPEM(cert), certPEM(other)), 2, "", ""},
		{"the same twice", join(certPEM(cert), certPEM(cert)), 1, "", ""},
		{"chain", join(certPEM(cert), certPEM(ca)), 1, "issuer-left-out", ""},
		{"issuer alone", certPEM(ca), 1, "", ""},
		{"key before certificate", join(keyPEM(t, key), certPEM(cert)), 1, "private-key", ""},
		{"key behind certificate", load(t, dir, "both.pem"), 1, "private-key", ""},
		{"damaged key beside it", join([]byte("-----BEGIN PRIVATE KEY-----\nMIIEv\n"), certPEM(cert)), 1, "private-key", ""},
		{"PKCS#12 without passphrase", load(t, dir, "empty.p12"), 1, "private-key", ""},
		{"PKCS#12", load(t, dir, "secret.p12"), 0, "private-key", "private key"},
		{"encrypted key", load(t, dir, "enc.pem"), 0, "private-key", "private key"},
		{"key DER", load(t, dir, "key.der"), 0, "private-key", "private key"},
		{"OpenPGP public", pgpPublic(t, anna), 1, "", ""},
		{"OpenPGP public, two", join(pgpPublic(t, anna), pgpPublic(t, berta)), 2, "", ""},
		{"OpenPGP secret", pgpSecret(t, anna), 1, "private-key", ""},
		{"empty", nil, 0, "", "an empty file"},
		{"text", []byte("hello"), 0, "", "a text"},
		{"request", []byte("-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n-----END CERTIFICATE REQUEST-----\n"), 0, "", "certification request (CSR)"},
		{"UTF-16", utf16Text(string(certPEM(cert))), 1, "", ""},
		{"base64 of DER", []byte(base64.StdEncoding.EncodeToString(cert.Raw)), 1, "", ""},
		{"negative serial number", load(t, dir, "negative.pem"), 1, "", ""},
		{"negative serial number, DER", load(t, dir, "negative.der"), 1, "", ""},
		{"Java keystore", []byte("\xfe\xed\xfe\xed\x00\x00\x00\x02\x00\x00\x00\x01\x00\x00\x00\x01"), 0, "private-key", "keytool"},
		{"damaged certificate", []byte("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"), 0, "", "cannot be read"},
		{"cut PEM", certPEM(cert)[:300], 0, "", "damaged"},
		{"cut OpenPGP", pgpPublic(t, anna)[:60], 0, "", "no OpenPGP key"},
	} {
		given := bytes.Clone(c.data)
		all, report, err := Parse(given)
		var before []string
		for _, r := range all {
			before = append(before, r.Fingerprint())
		}
		clear(given) // as callers do, because it may be a private key
		for i, r := range all {
			if r.Fingerprint() != before[i] {
				t.Errorf("%s: what was parsed is a part of what was given", c.name)
			}
		}
		if len(all) != c.count || strings.Join(rules(report), " ") != c.rules || (err == nil) != (c.count > 0) {
			t.Errorf("%s: %d recipients, %v, %v", c.name, len(all), rules(report), err)
		}
		if err != nil && (!errors.Is(err, ErrNoRecipient) || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s: %v", c.name, err)
		}
		for _, r := range all {
			if r.key != nil && r.key.Secret {
				t.Errorf("%s: the recipient holds the secret key", c.name)
			}
		}
	}
}

// windows cuts the numbers of a private key into pieces of eight bytes.
func windows(t *testing.T, numbers ...[]byte) (out [][]byte) {
	t.Helper()
	for _, n := range numbers {
		for i := 0; i+8 <= len(n); i++ {
			out = append(out, n[i:i+8])
		}
	}
	if len(out) < 20 {
		t.Fatal("no secret found to look for")
	}
	return out
}

// A file that holds key and certificate must not leak one byte of the key into the request: no eight bytes of its secret
// numbers are in the field, as it is, decoded once, or decoded twice.
func TestFieldNeverHoldsThePrivateKey(t *testing.T) {
	r2048, p256 := rsaKey(t, 2048), ecKey(t, elliptic.P256())
	ints := func(n ...*big.Int) (out [][]byte) {
		for _, x := range n {
			out = append(out, x.Bytes())
		}
		return out
	}
	rsaNumbers := ints(r2048.D, r2048.Primes[0], r2048.Primes[1], r2048.Precomputed.Dp, r2048.Precomputed.Dq, r2048.Precomputed.Qinv)
	scalar, err := p256.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	curve, modulus := pgpEntity(t, nil), pgpEntity(t, pgpRSA(2048))
	dir := t.TempDir()
	save(t, append(certPEM(certify(t, r2048, nil)), keyPEM(t, r2048)...), dir, "both.pem")
	openssl(t, dir, "pkcs12", "-export", "-in", "both.pem", "-passout", "pass:", "-out", "both.p12")
	var pgpNumbers [][]byte
	for _, p := range []any{modulus.PrivateKey.PrivateKey, modulus.Subkeys[0].PrivateKey.PrivateKey} {
		k := p.(interface{ Validate() error })
		if err := k.Validate(); err != nil {
			t.Fatal(err)
		}
	}
	for _, p := range []*packet.PrivateKey{modulus.PrivateKey, modulus.Subkeys[0].PrivateKey} {
		var private, public bytes.Buffer
		if err := errors.Join(p.Serialize(&private), p.PublicKey.Serialize(&public)); err != nil {
			t.Fatal(err)
		}
		pgpNumbers = append(pgpNumbers, private.Bytes()[public.Len()+1:])
	}
	for _, c := range []struct {
		name    string
		data    []byte
		numbers [][]byte
	}{
		{"certificate and RSA key", append(certPEM(certify(t, r2048, nil)), keyPEM(t, r2048)...), rsaNumbers},
		{"RSA key and certificate", append(keyPEM(t, r2048), certPEM(certify(t, r2048, nil))...), rsaNumbers},
		{"PKCS#12", load(t, dir, "both.p12"), rsaNumbers},
		{"certificate and P-256 key", append(certPEM(certify(t, p256, nil)), keyPEM(t, p256)...), [][]byte{scalar}},
		{"OpenPGP RSA", pgpSecret(t, modulus), pgpNumbers},
		{"OpenPGP Curve25519", pgpSecret(t, curve), [][]byte{curve.PrivateKey.PrivateKey.(*eddsa.PrivateKey).D, curve.Subkeys[0].PrivateKey.PrivateKey.(*ecdh.PrivateKey).D}},
	} {
		looked := windows(t, c.numbers...)
		all, report, err := Parse(c.data)
		if err != nil || len(all) != 1 || report.Count(finding.Error) != 1 {
			t.Fatalf("%s: %v, %v", c.name, report.All(), err)
		}
		for _, e := range []Encoding{Base64OfText, RawText, Base64OfDER} {
			field, err := all[0].Field(e)
			if all[0].Kind() == OpenPGP && e == Base64OfDER {
				if !errors.Is(err, ErrEncoding) {
					t.Errorf("%s: %v", c.name, err)
				}
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			forms := [][]byte{[]byte(field)}
			if b, err := base64.StdEncoding.DecodeString(field); err == nil {
				forms = append(forms, b)
			} else if e != RawText {
				t.Errorf("%s: not base64: %v", c.name, err)
			}
			for _, f := range forms {
				forms = append(forms, dearmor(f))
			}
			for _, f := range forms {
				for _, w := range looked {
					if bytes.Contains(f, w) {
						t.Fatalf("%s, %s: the field holds %x of the private key", c.name, e, w)
					}
				}
			}
		}
	}
}

// dearmor decodes the base64 of a PEM or armor block, whatever it is.
func dearmor(text []byte) []byte {
	if b, _ := pem.Decode(text); b != nil {
		return b.Bytes
	}
	var body strings.Builder
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); !strings.HasPrefix(line, "-") && !strings.HasPrefix(line, "=") {
			body.WriteString(line)
		}
	}
	b, _ := base64.StdEncoding.DecodeString(body.String())
	return b
}

func TestFieldIsTheSameHoweverItWasRead(t *testing.T) {
	cert := certify(t, rsaKey(t, 2048), nil)
	fromPEM, fromDER := only(t, append([]byte("some text\n"), certPEM(cert)...)), only(t, cert.Raw)
	for _, e := range []Encoding{Base64OfText, RawText, Base64OfDER} {
		a, errA := fromPEM.Field(e)
		b, errB := fromDER.Field(e)
		if errA != nil || errB != nil || a != b || a == "" {
			t.Errorf("%s: %q and %q", e, a, b)
		}
	}
	text, _ := fromPEM.Field(RawText)
	if again := only(t, []byte(text)); again.Fingerprint() != fromDER.Fingerprint() {
		t.Error("another certificate")
	}
	if _, err := fromPEM.Field(9); err == nil {
		t.Error("an unknown encoding is taken")
	}
}
