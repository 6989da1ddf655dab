package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"

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

// demoKey makes a key pair to seal to. Its private half never leaves the memory.
func demoKey(ctx context.Context, kind recipient.Kind) (*recipient.Recipient, *recipient.Opener, error) {
	pair, err := recipient.Make(ctx, recipient.MakeOptions{Kind: kind, Name: "Line 4", Email: "line4@example.com"})
	if err != nil {
		return nil, nil, err
	}
	defer pair.Wipe()
	opener, err := recipient.LoadOpener(pair.Private, nil, nil)
	return pair.Recipient, opener, err
}
