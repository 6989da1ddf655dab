package recipient

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"math/big"
	"testing"
)

// TestCertificateInCoats: a certificate that can only be meant is read, whatever lies around or behind it.
func TestCertificateInCoats(t *testing.T) {
	certificate := func() []byte {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: big.NewInt(1)}, &x509.Certificate{}, key.Public(), key)
		if err != nil {
			t.Fatal(err)
		}
		return der
	}
	der, other := certificate(), certificate()
	text := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	encoded := base64.StdEncoding.EncodeToString(der)
	for name, c := range map[string]struct {
		data string
		n    int
	}{
		"DER": {string(der), 1}, "CR LF behind": {string(der) + "\r\n", 1}, "zeros behind": {string(der) + "\x00\x00\x1a", 1}, "CR LF before": {"\r\n" + string(der), 1}, "more behind": {string(der) + "\r\nx", 1},
		"JSON": {`{"certificate": "` + encoded + `"}`, 1}, "JSON of PEM": {`{"certificate": "` + base64.StdEncoding.EncodeToString([]byte(text)) + `"}`, 1},
		"YAML": {"data:\n  tls.crt: " + base64.StdEncoding.EncodeToString([]byte(text)) + "\n", 1}, "XML": {`<?xml version="1.0"?><X509Certificate>` + encoded + "</X509Certificate>", 1},
		"two": {`["` + encoded + `", "` + base64.StdEncoding.EncodeToString(other) + `"]`, 2}, "the same twice": {`["` + encoded + `", "` + encoded + `"]`, 1},
		"no certificate": {`{"hash": "` + base64.StdEncoding.EncodeToString(make([]byte, 300)) + `"}`, 0},
	} {
		all, _, err := Parse([]byte(c.data))
		if len(all) != c.n || (c.n == 0) != errors.Is(err, ErrNoRecipient) {
			t.Errorf("%s: %d recipients, %v", name, len(all), err)
		}
	}
}
