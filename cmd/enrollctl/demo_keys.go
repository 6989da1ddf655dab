package main

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
	pgp "github.com/ProtonMail/go-crypto/openpgp/v2"

	"enrollbench/core/recipient"
)

// demoRequest makes the CSR that a device of this name would send. The key is forgotten: the device keeps its own.
func demoRequest(name string) ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{
		Subject:  pkix.Name{Organization: []string{"Example Works"}, OrganizationalUnit: []string{"Line 4"}, CommonName: name},
		DNSNames: []string{name + ".devices.example.com"},
	}, key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}), nil
}

// demoKeyBits of what results are sealed to: what every service and tool reads, and quickly made.
const demoKeyBits = 2048

// demoCertificate makes a key and a certificate to seal to. The key never leaves the memory.
func demoCertificate() (*recipient.Recipient, *recipient.Opener, error) {
	key, err := rsa.GenerateKey(rand.Reader, demoKeyBits)
	if err != nil {
		return nil, nil, err
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{Organization: []string{"Example Works"}, CommonName: "Line 4"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(1, 0, 0), KeyUsage: x509.KeyUsageKeyEncipherment}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, nil, err
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, nil, err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, nil, err
	}
	defer clear(secret)
	opener, err := recipient.LoadOpener(secret, der, nil)
	return recipient.FromCertificate(c), opener, err
}

// demoPGPKey makes an OpenPGP key to seal to. Its secret half never leaves the memory.
func demoPGPKey() (*recipient.Recipient, *recipient.Opener, error) {
	entity, err := pgp.NewEntity("Line 4", "", "line4@example.com", &packet.Config{RSABits: demoKeyBits, Algorithm: packet.PubKeyAlgoRSA, DefaultHash: crypto.SHA256})
	if err != nil {
		return nil, nil, err
	}
	var secret, public bytes.Buffer
	if err := entity.SerializePrivate(&secret, nil); err != nil {
		return nil, nil, err
	}
	defer func() { clear(secret.Bytes()) }()
	if err := entity.Serialize(&public); err != nil {
		return nil, nil, err
	}
	found, _, err := recipient.Parse(public.Bytes())
	if err != nil {
		return nil, nil, err
	}
	if len(found) != 1 {
		return nil, nil, fmt.Errorf("the OpenPGP key that was made reads as %d keys", len(found))
	}
	opener, err := recipient.LoadOpener(secret.Bytes(), nil, nil)
	return found[0], opener, err
}
