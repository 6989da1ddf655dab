package privatekey

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"math/big"
	"strings"
	"testing"
)

// TestChangedKeys: a key out of JSON, a mail, a settings file or a word processor is read; what a transfer as text made of one is named,
// and so is a key of another kind.
func TestChangedKeys(t *testing.T) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, _ := x509.MarshalPKCS8PrivateKey(private)
	sec1, _ := x509.MarshalECPrivateKey(private)
	text := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}))
	object, _ := json.Marshal(map[string]string{"private_key": text})
	for name, data := range map[string]string{
		"dashes":      strings.ReplaceAll(text, "-----", "\u2014\u2014"),
		"escaped":     strings.ReplaceAll(text, "\n", `\n`),
		"JSON":        string(object),
		"one line":    strings.ReplaceAll(text, "\n", " "),
		"indented":    "key: |\n  " + strings.ReplaceAll(text, "\n", "\n  "),
		"a setting":   `KEY="` + strings.ReplaceAll(text, "\n", `\n`) + `"`,
		"wrong label": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: sec1})),
	} {
		if key, err := Read([]byte(data), nil); err != nil || !private.Equal(key.Private) {
			t.Errorf("%s: %v", name, err)
		}
	}
	broken := sec1
	for !bytes.Contains(broken[20:], []byte("\n")) { // until there is a line break to change
		private, _ = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		broken, _ = x509.MarshalECPrivateKey(private)
	}
	if _, err := Read(bytes.ReplaceAll(broken, []byte("\n"), []byte("\r\n")), nil); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "treated as text") {
		t.Errorf("transferred as text: %v", err)
	}
	if _, err := Read([]byte("<RSAKeyValue><Modulus>AA==</Modulus><D>AA==</D></RSAKeyValue>"), nil); !errors.Is(err, ErrNotAKey) || !strings.Contains(err.Error(), "this kind of private key is not supported") {
		t.Errorf("XML: %v", err)
	}
	legacy := "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: CAMELLIA-128-CBC,00112233445566778899AABBCCDDEEFF\n\nAAAAAAAAAAAAAAAAAAAAAA==\n-----END RSA PRIVATE KEY-----\n"
	ask := func(int) ([]byte, error) { return []byte("secret"), nil }
	if _, err := Read([]byte(legacy), ask); !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), `"CAMELLIA-128-CBC"`) || !strings.Contains(err.Error(), "openssl pkey") {
		t.Errorf("Camellia: %v", err)
	}
}

// TestSeveralKeys: the one that a certificate belongs to is meant; without one none is guessed.
func TestSeveralKeys(t *testing.T) {
	_, key := plainKey(t)
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	block := func(label string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der}))
	}
	pkcs8 := func(k any) []byte {
		der, err := x509.MarshalPKCS8PrivateKey(k)
		if err != nil {
			t.Fatal(err)
		}
		return der
	}
	certify := func(k crypto.Signer) string {
		der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: big.NewInt(1)}, &x509.Certificate{}, k.Public(), k)
		if err != nil {
			t.Fatal(err)
		}
		return block("CERTIFICATE", der)
	}
	a, b := pkcs8(key.Private), pkcs8(other)
	mine, theirs := block("PRIVATE KEY", a), block("PRIVATE KEY", b)
	encoded := base64.StdEncoding.EncodeToString
	for name, c := range map[string]struct {
		text string
		ok   bool
	}{
		"twice":                   {mine + mine, true},
		"two":                     {theirs + mine, false},
		"two, its certificate":    {theirs + mine + certify(key.Private.(crypto.Signer)), true},
		"two, both certificates":  {theirs + mine + certify(other) + certify(key.Private.(crypto.Signer)), false},
		"one that cannot be read": {mine + block("DSA PRIVATE KEY", []byte{0x30, 3, 2, 1, 0}), true},
		"protected":               {mine + block("ENCRYPTED PRIVATE KEY", protected(t, other, []byte("x"), 1000)), false},
		"wrong label":             {block("CERTIFICATE", a), true},
		"JSON":                    {`{"data": {"tls.crt": "` + encoded([]byte(certify(other))) + `", "tls.key": "` + encoded([]byte(mine)) + `"}}`, true},
		"YAML":                    {"kind: Secret\ndata:\n  tls.key: " + encoded(a) + "\n", true},
		"XML":                     {"<?xml version=\"1.0\"?><key>" + encoded(a) + "</key>", true},
		"JSON, two":               {`["` + encoded(a) + `", "` + encoded(b) + `"]`, false},
		"JSON, the same":          {`["` + encoded(a) + `", "` + encoded(a) + `"]`, true},
	} {
		got, err := Read([]byte(c.text), nil)
		if c.ok != (err == nil) || c.ok && !equalKeys(got.Private, key.Private) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
		if !c.ok && !errors.Is(err, ErrSeveral) && name != "protected" {
			t.Errorf("%s: %v", name, err)
		}
	}
}
