package files

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"testing"
)

// One PEM with certificate and key is a result, as the command line takes it, and can serve as a key where one is wanted.
func TestGivenKinds(t *testing.T) {
	dir := t.TempDir()
	secret := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	der, err := x509.MarshalPKCS8PrivateKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1)}
	certificate, err := x509.CreateCertificate(nil, template, template, secret.Public(), secret)
	if err != nil {
		t.Fatal(err)
	}
	text := func(label string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der}))
	}
	key := text("PRIVATE KEY", der)
	for name, c := range map[string]struct {
		data string
		kind givenKind
		key  bool
	}{
		"pair.pem":  {text("CERTIFICATE", certificate) + key, givenPlain, true},
		"key.pem":   {key, GivenKey, true},
		"order.csv": {"name;\"-----BEGIN CERTIFICATE REQUEST-----\"\n", GivenOrder, false},
		"order.txt": {"\"subject.common_name\"\n\"a\"\n", GivenOrder, false},
		"mail.txt":  {"Subject: lunch\n\nat noon\n", givenUnknown, false},
		"empty":     {"", givenUnknown, false},
		"a.json":    {"[]", givenPlain, false},
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(c.data), 0o600); err != nil {
			t.Fatal(err)
		}
		g, err := Inspect(t.Context(), []string{path}, nil)
		if err != nil || g.Files[0].Kind != c.kind || g.Files[0].Words == "" {
			t.Errorf("%s: %+v, %v", name, g, err)
			continue
		}
		if _, key := g.Only(GivenKey); key != c.key {
			t.Errorf("%s as a key: %v", name, key)
		}
	}
}
