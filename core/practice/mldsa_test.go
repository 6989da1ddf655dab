package practice

import (
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"strings"
	"testing"

	"enrollbench/core/mldsa"
)

// requestMLDSA is a request with an ML-DSA key, which crypto/x509 cannot make; the signature can be spoiled.
func requestMLDSA(t *testing.T, a *mldsa.Algorithm, name string, spoil bool) ([]byte, *mldsa.PublicKey) {
	t.Helper()
	key, err := a.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	public := key.Public().(*mldsa.PublicKey)
	info, err := asn1.Marshal(struct {
		Version    int
		Subject    pkix.RDNSequence
		Key        asn1.RawValue
		Attributes asn1.RawValue
	}{0, pkix.Name{CommonName: name}.ToRDNSequence(), asn1.RawValue{FullBytes: public.MarshalPKIX()}, asn1.RawValue{Class: 2, Tag: 0, IsCompound: true}})
	if err != nil {
		t.Fatal(err)
	}
	signature, err := key.Sign(rand.Reader, info, crypto.Hash(0))
	if err != nil {
		t.Fatal(err)
	}
	if spoil {
		signature[7] ^= 1
	}
	der, err := asn1.Marshal(struct {
		Info      asn1.RawValue
		Algorithm pkix.AlgorithmIdentifier
		Signature asn1.BitString
	}{asn1.RawValue{FullBytes: info}, pkix.AlgorithmIdentifier{Algorithm: a.OID}, asn1.BitString{Bytes: signature, BitLength: 8 * len(signature)}})
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}), public
}

// checkMLDSA: a certificate over an ML-DSA key comes from the issuing CA, and says what every other one does.
func checkMLDSA(t *testing.T, c *client, text []byte, want *mldsa.PublicKey) {
	t.Helper()
	block, _ := pem.Decode(text)
	if block == nil {
		t.Fatal("no PEM")
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	got, err := mldsa.ParsePKIXPublicKey(cert.RawSubjectPublicKeyInfo)
	if err != nil || !got.Equal(want) {
		t.Errorf("the key is another: %v", err)
	}
	if err := cert.CheckSignatureFrom(c.service.Anchors()[1]); err != nil {
		t.Error(err)
	}
	if cert.KeyUsage != x509.KeyUsageDigitalSignature || len(cert.ExtKeyUsage) != 2 || len(cert.SubjectKeyId) != 20 || !cert.BasicConstraintsValid {
		t.Errorf("%+v", cert)
	}
}

func TestMLDSA(t *testing.T) {
	c := open(t, Options{})
	to := newReceiver(t)
	for _, a := range mldsa.Algorithms {
		good, public := requestMLDSA(t, a, "good", false)
		bad, _ := requestMLDSA(t, a, "bad", true)
		id := c.start(order{profile: c.profile(ClientSide, KeyType(a.Name), false), fields: map[string]string{"certificate_format": "pem"}, name: "a.zip",
			file: zipOf(t, "good.csr", string(good), "bad.csr", string(bad), "other.csr", string(newRequest(t, newKey(t), "other")))})
		j := c.wait(id)
		if j.Issued != 1 || j.Failed != 2 {
			t.Fatalf("%s: %+v", a.Name, j)
		}
		checkMLDSA(t, c, unzip(t, c.download(id).body)["good.pem"], public)

		o := c.macs(KeyType(a.Name), 2, "pem", to.field(t))
		id = c.start(o)
		if j := c.wait(id); j.Issued != 2 {
			t.Fatalf("%s: %+v", a.Name, j)
		}
		for name, file := range unzip(t, to.open(t, c.download(id).body)) {
			stem, ok := strings.CutSuffix(name, ".key")
			if !ok {
				continue
			}
			block, _ := pem.Decode(file)
			key, err := mldsa.ParsePKCS8PrivateKey(block.Bytes)
			if err != nil {
				t.Fatal(err)
			}
			checkMLDSA(t, c, unzip(t, to.open(t, c.download(id).body))[stem+".pem"], key.Public().(*mldsa.PublicKey))
		}
	}
}
