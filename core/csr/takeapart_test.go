package csr

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"math/big"
	"os"
	"testing"

	"enrollbench/core/csr/keycheck"
)

// takeApart reads a P-256 request with the library alone.
func takeApart(t *testing.T, path string) (s signed) {
	t.Helper()
	r, err := x509.ParseCertificateRequest(readDER(t, path))
	if err != nil {
		t.Fatal(err)
	}
	var sig struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(r.Signature, &sig); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(r.RawTBSCertificateRequest)
	return signed{r.PublicKey.(*ecdsa.PublicKey), sum[:], sig.R, sig.S}
}

func recoverKey(a, b signed) (*big.Int, error) {
	return keycheck.RecoverECDSA(elliptic.P256(), a.r, a.s, b.s, a.hash, b.hash)
}

// readDER reads a fixture, PEM or DER.
func readDER(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(data) > 0 && data[0] == 0x30 {
		return data
	}
	der, err := DecodePEM(data)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return der
}
