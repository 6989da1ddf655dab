package enrollment

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"strings"
	"testing"

	"enrollbench/core/csvlist"
)

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// request makes a PEM request on several lines.
func request(t testing.TB, template *x509.CertificateRequest, key crypto.Signer) string {
	t.Helper()
	der, err := x509.CreateCertificateRequest(rand.Reader, template, key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}))
}

func requestOf(t testing.TB, name string, dns ...string) string {
	t.Helper()
	return request(t, &x509.CertificateRequest{Subject: pkix.Name{CommonName: name}, DNSNames: dns}, newKey(t))
}

func withIP(t testing.TB, name, ip string) string {
	t.Helper()
	return request(t, &x509.CertificateRequest{Subject: pkix.Name{CommonName: name}, IPAddresses: []net.IP{net.ParseIP(ip)}}, newKey(t))
}

// csvOf writes rows with every cell quoted.
func csvOf(rows ...[]string) string {
	var b []byte
	for _, row := range rows {
		b = rowOf(b, row)
	}
	return string(b)
}

func rowOf(b []byte, row []string) []byte {
	cells := make([][]byte, len(row))
	for i, cell := range row {
		cells[i] = []byte(cell)
	}
	for i, cell := range cells {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(csvlist.AppendQuoted(append(b, '"'), cell), '"')
	}
	return append(b, '\n')
}

func oneLine(pemText string) string { return strings.ReplaceAll(pemText, "\n", "") }

func template509(name string) *x509.CertificateRequest {
	return &x509.CertificateRequest{Subject: pkix.Name{CommonName: name}}
}

// sharedPrimeRequests are two requests whose RSA keys share a prime.
func sharedPrimeRequests(t testing.TB) []string {
	t.Helper()
	shared := rsaPrime(t)
	var out []string
	for _, name := range []string{"device-1", "device-2"} {
		q := rsaPrime(t)
		one, n := big.NewInt(1), new(big.Int).Mul(shared, q)
		phi := new(big.Int).Mul(new(big.Int).Sub(shared, one), new(big.Int).Sub(q, one))
		key := &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: n, E: 65537}, D: new(big.Int).ModInverse(big.NewInt(65537), phi), Primes: []*big.Int{shared, q}}
		key.Precompute()
		out = append(out, oneLine(request(t, template509(name), key)))
	}
	return out
}

// rsaPrime is half of a modulus of 2048 bits with the exponent 65537.
func rsaPrime(t testing.TB) *big.Int {
	t.Helper()
	for {
		p, err := rand.Prime(rand.Reader, 1024)
		if err != nil {
			t.Fatal(err)
		}
		if rest := new(big.Int).Mod(p, big.NewInt(65537)); p.Bit(1022) == 1 && rest.Int64() != 1 {
			return p
		}
	}
}

// repeating signs with P-256 and a nonce that it repeats, which no sound library allows.
type repeating struct {
	*ecdsa.PrivateKey
	nonce *ecdsa.PrivateKey
}

func (k repeating) Sign(_ io.Reader, digest []byte, _ crypto.SignerOpts) ([]byte, error) {
	point, err := k.nonce.PublicKey.Bytes()
	if err != nil {
		return nil, err
	}
	d, err := k.Bytes()
	if err != nil {
		return nil, err
	}
	at, err := k.nonce.Bytes()
	if err != nil {
		return nil, err
	}
	n := k.Curve.Params().N
	r := new(big.Int).SetBytes(point[1:33])
	r.Mod(r, n)
	s := new(big.Int).Mul(r, new(big.Int).SetBytes(d))
	s.Add(s, new(big.Int).SetBytes(digest)).Mul(s, new(big.Int).ModInverse(new(big.Int).SetBytes(at), n)).Mod(s, n)
	return asn1.Marshal(struct{ R, S *big.Int }{r, s})
}
