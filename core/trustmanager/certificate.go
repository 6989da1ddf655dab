package trustmanager

import (
	"crypto/x509"
	"encoding/pem"

	"enrollbench/core/certificate"
)

// parseCertificates reads the certificates of a PEM file, or one in DER.
func parseCertificates(data []byte) (chain []*x509.Certificate, err error) {
	for rest := data; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" && block.Type != "X509 CERTIFICATE" && block.Type != "TRUSTED CERTIFICATE" {
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
