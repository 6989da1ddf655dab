package trustmanager

import (
	"crypto/x509"

	"enrollbench/core/certificate"
	"enrollbench/core/form"
)

// parseCertificates reads the certificates of a PEM file, or one in DER.
func parseCertificates(data []byte) (chain []*x509.Certificate, err error) {
	data = form.UTF8(data)
	for block := range form.PEMBlocks(data) {
		if form.OfLabel(block.Type) != form.Certificate {
			continue
		}
		one, _, err := certificate.Parse(block.Bytes)
		if err != nil {
			return nil, err
		}
		chain = append(chain, one)
	}
	if len(chain) == 0 {
		one, _, err := certificate.Parse(data)
		if err != nil {
			return nil, errNoCertificate
		}
		chain = append(chain, one)
	}
	return chain, nil
}
