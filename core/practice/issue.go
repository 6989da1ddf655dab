package practice

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"math/big"
	"time"

	"enrollbench/core/mldsa"
)

// Lifetime of a certificate whose row does not say otherwise.
const lifetimeYears = 3

var oidSubjectAltName = asn1.ObjectIdentifier{2, 5, 29, 17}

// identity is what a certificate says of its holder.
type identity struct {
	subject              []attributeValue
	names                []asn1.RawValue // of subjectAltName
	commonName, uniqueID string
	validFrom, validTo   time.Time          // zero for the usual
	keyUsage             x509.KeyUsage      // 0 for what suits the key
	extKeyUsage          []x509.ExtKeyUsage // none for those of a device that speaks TLS
}

// issuer signs certificates. It is safe for concurrent use.
type issuer struct {
	ca       *ca
	from, to time.Time // the usual validity
}

func newIssuer(c *ca, now time.Time) *issuer {
	i := &issuer{ca: c, from: now.Add(-clockTolerance).UTC().Truncate(time.Second)}
	i.to = i.from.AddDate(lifetimeYears, 0, 0)
	if end := c.certificate.NotAfter; i.to.After(end) {
		i.to = end
	}
	return i
}

// issue signs a certificate for who over a public key and its SubjectPublicKeyInfo. The key's identifier is method 4 of
// RFC 7093 §2.
func (i *issuer) issue(who *identity, public any, spki []byte) ([]byte, error) {
	from, to := i.from, i.to
	if !who.validFrom.IsZero() {
		from = who.validFrom
		if to.Before(from) || who.validTo.IsZero() {
			to = from.AddDate(lifetimeYears, 0, 0)
		}
	}
	if !who.validTo.IsZero() {
		to = who.validTo
	}
	ca := i.ca.certificate
	switch {
	case !from.Before(to):
		return nil, fmt.Errorf("its validity would end at %s, before it starts at %s", to.Format(time.RFC3339), from.Format(time.RFC3339))
	case from.Before(ca.NotBefore), to.After(ca.NotAfter):
		return nil, fmt.Errorf("the validity %s to %s is not within that of the issuing CA, %s to %s",
			from.Format(time.RFC3339), to.Format(time.RFC3339), ca.NotBefore.Format(time.RFC3339), ca.NotAfter.Format(time.RFC3339))
	}
	subject, err := marshalName(who.subject)
	if err != nil {
		return nil, err
	}
	keyID := sha256.Sum256(spki)
	template := &x509.Certificate{
		SerialNumber: newSerial(), RawSubject: subject, NotBefore: from, NotAfter: to, SubjectKeyId: keyID[:20],
		KeyUsage: who.keyUsage, ExtKeyUsage: who.extKeyUsage, BasicConstraintsValid: true,
	}
	if who.keyUsage == 0 {
		template.KeyUsage = x509.KeyUsageDigitalSignature
		if _, ok := public.(*rsa.PublicKey); ok {
			template.KeyUsage |= x509.KeyUsageKeyEncipherment
		}
	}
	if len(who.extKeyUsage) == 0 {
		template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth}
	}
	if len(who.names) > 0 {
		value, err := asn1.Marshal(who.names)
		if err != nil {
			return nil, err
		}
		// Without a subject the names are all there is (RFC 5280 §4.2.1.6).
		template.ExtraExtensions = []pkix.Extension{{Id: oidSubjectAltName, Critical: len(who.subject) == 0, Value: value}}
	}
	if _, ok := public.(*mldsa.PublicKey); !ok {
		return x509.CreateCertificate(rand.Reader, template, ca, public, i.ca.key)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, ca, i.ca.key.Public(), i.ca.key)
	if err != nil {
		return nil, err
	}
	return i.exchangeKey(der, spki)
}

// exchangeKey signs a certificate again with another key in it, of an algorithm that crypto/x509 does not know.
func (i *issuer) exchangeKey(der, spki []byte) ([]byte, error) {
	var tbs struct {
		Version                        int `asn1:"explicit,tag:0"`
		Serial                         *big.Int
		Algorithm                      pkix.AlgorithmIdentifier
		Issuer, Validity, Subject, Key asn1.RawValue
		Extensions                     []pkix.Extension `asn1:"explicit,tag:3"`
	}
	var whole struct {
		TBS       asn1.RawValue
		Algorithm pkix.AlgorithmIdentifier
		Signature asn1.BitString
	}
	if _, err := asn1.Unmarshal(der, &whole); err != nil {
		return nil, err
	}
	if _, err := asn1.Unmarshal(whole.TBS.FullBytes, &tbs); err != nil {
		return nil, err
	}
	tbs.Key = asn1.RawValue{FullBytes: spki}
	text, err := asn1.Marshal(tbs)
	if err != nil {
		return nil, err
	}
	digest := sha256.Sum256(text)
	signature, err := ecdsa.SignASN1(rand.Reader, i.ca.key, digest[:])
	if err != nil {
		return nil, err
	}
	whole.TBS, whole.Signature = asn1.RawValue{FullBytes: text}, asn1.BitString{Bytes: signature, BitLength: 8 * len(signature)}
	return asn1.Marshal(whole)
}
