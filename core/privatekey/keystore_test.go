package privatekey

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Java lists the key under its name with the whole chain, OpenSSL checks the MAC, and we read it again.
func TestKeystore(t *testing.T) {
	issue := func(name string, ca bool, parent *x509.Certificate, signer *ecdsa.PrivateKey) (*x509.Certificate, *ecdsa.PrivateKey) {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		c := &x509.Certificate{SerialNumber: big.NewInt(int64(len(name))), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: ca, BasicConstraintsValid: true}
		if parent == nil {
			parent, signer = c, key
		}
		der, err := x509.CreateCertificate(rand.Reader, c, parent, key.Public(), signer)
		if err != nil {
			t.Fatal(err)
		}
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		return cert, key
	}
	ca, caKey := issue("CA", true, nil, nil)
	cert, key := issue("line 4 \u00fc", false, ca, caKey)
	file, err := Keystore(key, cert, []*x509.Certificate{ca}, "line-4-\u00fc", []byte("secret pass"), 2048)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, data := range map[string][]byte{"k.p12": file, "pass": []byte("secret pass\n")} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ command, want string }{
		{"keytool -J-Dfile.encoding=UTF-8 -list -v -keystore k.p12 -storepass:file pass", "PrivateKeyEntry"},
		{"keytool -J-Dfile.encoding=UTF-8 -list -v -keystore k.p12 -storepass:file pass", "Certificate chain length: 2"},
		{"keytool -J-Dfile.encoding=UTF-8 -list -keystore k.p12 -storepass:file pass", "line-4-"},
		{"openssl pkcs12 -in k.p12 -passin file:pass -nokeys -info", "MAC: sha256"},
	} {
		fields := strings.Fields(c.command)
		if _, err := exec.LookPath(fields[0]); err != nil {
			t.Logf("%s is not installed", fields[0])
			continue
		}
		cmd := exec.Command(fields[0], fields[1:]...)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "LC_ALL=C.UTF-8")
		if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), c.want) {
			t.Errorf("%s: %v, %s", c.command, err, out)
		}
	}
	read, err := Read(file, func(int) ([]byte, error) { return []byte("secret pass"), nil })
	if err != nil || !key.Equal(read.Private) || len(read.Certificates) != 2 {
		t.Errorf("%v, %v", read, err)
	}
}
