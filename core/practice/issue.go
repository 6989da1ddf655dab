package practice

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"encoding/asn1"
	"fmt"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// Lifetime of a certificate whose row does not say otherwise.
const lifetimeYears = 3

var (
	oidECDSAWithSHA256  = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}
	oidBasicConstraints = asn1.ObjectIdentifier{2, 5, 29, 19}
	oidKeyUsage         = asn1.ObjectIdentifier{2, 5, 29, 15}
	oidExtKeyUsage      = asn1.ObjectIdentifier{2, 5, 29, 37}
	oidSubjectAltName   = asn1.ObjectIdentifier{2, 5, 29, 17}
	oidSubjectKeyID     = asn1.ObjectIdentifier{2, 5, 29, 14}
	oidAuthorityKeyID   = asn1.ObjectIdentifier{2, 5, 29, 35}
)

// identity is what a certificate says of its holder.
type identity struct {
	subject              []byte // DER of the Name
	altNames             []byte // DER of the GeneralNames within subjectAltName; nil for none
	commonName, uniqueID string
	validFrom, validTo   time.Time // zero for the usual
	keyUsage             uint16    // bits of RFC 5280 §4.2.1.3, digitalSignature the highest; 0 for the usual
	extKeyUsage          []asn1.ObjectIdentifier
}

// issuer signs certificates. It assembles them itself: x509.CreateCertificate parses its issuer and verifies what it
// signed, which takes twice as long as the signature. It is safe for concurrent use.
type issuer struct {
	ca        *ca
	from, to  time.Time // the usual validity
	algorithm []byte    // DER of the AlgorithmIdentifier
	basic     []byte    // DER of the extension basicConstraints, of a certificate that is no CA's
	keyID     []byte    // DER of the extension authorityKeyIdentifier
}

func newIssuer(c *ca, now time.Time) *issuer {
	i := &issuer{ca: c, from: now.Add(-clockTolerance).UTC().Truncate(time.Second)}
	i.to = i.from.AddDate(lifetimeYears, 0, 0)
	if end := c.certificate.NotAfter; i.to.After(end) {
		i.to = end
	}
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(oidECDSAWithSHA256) })
	i.algorithm = b.BytesOrPanic()
	i.basic = extension(oidBasicConstraints, true, func(b *cryptobyte.Builder) { b.AddASN1(cbasn1.SEQUENCE, func(*cryptobyte.Builder) {}) })
	i.keyID = extension(oidAuthorityKeyID, false, func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1(cbasn1.Tag(0).ContextSpecific(), func(b *cryptobyte.Builder) { b.AddBytes(c.certificate.SubjectKeyId) })
		})
	})
	return i
}

// extension encodes an Extension (RFC 5280 §4.1).
func extension(id asn1.ObjectIdentifier, critical bool, value cryptobyte.BuilderContinuation) []byte {
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(id)
		if critical {
			b.AddASN1Boolean(true)
		}
		b.AddASN1(cbasn1.OCTET_STRING, value)
	})
	return b.BytesOrPanic()
}

// issue signs a certificate for who, over the SubjectPublicKeyInfo spki of a key of the kind k.
func (i *issuer) issue(who *identity, spki []byte, k KeyType) ([]byte, error) {
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
	keyID, err := subjectKeyID(spki)
	if err != nil {
		return nil, err
	}
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.Tag(0).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) { b.AddASN1Int64(2) })
		b.AddASN1(cbasn1.INTEGER, func(b *cryptobyte.Builder) { b.AddBytes(serialBytes()) })
		b.AddBytes(i.algorithm)
		b.AddBytes(ca.RawSubject)
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			addTime(b, from)
			addTime(b, to)
		})
		b.AddBytes(who.subject)
		b.AddBytes(spki)
		b.AddASN1(cbasn1.Tag(3).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
			b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddBytes(i.basic)
				b.AddBytes(keyUsageExtension(who.keyUsage, k))
				b.AddBytes(extKeyUsageExtension(who.extKeyUsage))
				if who.altNames != nil {
					emptySubject := len(who.subject) == 2 // then the names are all there is (RFC 5280 §4.2.1.6)
					b.AddBytes(extension(oidSubjectAltName, emptySubject, func(b *cryptobyte.Builder) {
						b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) { b.AddBytes(who.altNames) })
					}))
				}
				b.AddBytes(extension(oidSubjectKeyID, false, func(b *cryptobyte.Builder) { b.AddASN1OctetString(keyID) }))
				b.AddBytes(i.keyID)
			})
		})
	})
	tbs, err := b.Bytes()
	if err != nil {
		return nil, err
	}
	digest := sha256.Sum256(tbs)
	signature, err := ecdsa.SignASN1(rand.Reader, i.ca.key, digest[:])
	if err != nil {
		return nil, err
	}
	out := cryptobyte.NewBuilder(make([]byte, 0, len(tbs)+len(signature)+32))
	out.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(tbs)
		b.AddBytes(i.algorithm)
		b.AddASN1BitString(signature)
	})
	return out.Bytes()
}

// addTime writes a time as RFC 5280 §4.1.2.5 wants it: two digits for the year until 2049.
func addTime(b *cryptobyte.Builder, t time.Time) {
	if t = t.UTC(); t.Year() < 2050 {
		b.AddASN1UTCTime(t)
		return
	}
	b.AddASN1GeneralizedTime(t)
}

// subjectKeyID is method 1 of RFC 7093 §2: the leftmost 160 bits of the SHA-256 of the key's bits.
func subjectKeyID(spki []byte) ([]byte, error) {
	s := cryptobyte.String(spki)
	var in cryptobyte.String
	var bits asn1.BitString
	if !s.ReadASN1(&in, cbasn1.SEQUENCE) || !in.SkipASN1(cbasn1.SEQUENCE) || !in.ReadASN1BitString(&bits) {
		return nil, fmt.Errorf("its public key cannot be read")
	}
	sum := sha256.Sum256(bits.Bytes)
	return sum[:20], nil
}

// Bits of KeyUsage in the order of RFC 5280 §4.2.1.3, digitalSignature first.
const (
	usageDigitalSignature uint16 = 1 << (15 - iota)
	usageContentCommitment
	usageKeyEncipherment
	usageDataEncipherment
	usageKeyAgreement
)

// keyUsageExtension of the given bits, or of what suits the key.
func keyUsageExtension(usage uint16, k KeyType) []byte {
	if usage == 0 {
		usage = usageDigitalSignature
		if k.rsaBits() > 0 {
			usage |= usageKeyEncipherment
		}
	}
	first, unused := byte(usage>>8), 0
	for first>>unused&1 == 0 {
		unused++
	}
	return extension(oidKeyUsage, true, func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.BIT_STRING, func(b *cryptobyte.Builder) {
			b.AddUint8(uint8(unused)) // #nosec G115 -- 0 to 7
			b.AddUint8(first)
		})
	})
}

var (
	oidServerAuth = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 1}
	oidClientAuth = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 2}
)

// usualExtKeyUsage is that of a device that speaks TLS.
var usualExtKeyUsage = []asn1.ObjectIdentifier{oidClientAuth, oidServerAuth}

func extKeyUsageExtension(usages []asn1.ObjectIdentifier) []byte {
	if len(usages) == 0 {
		usages = usualExtKeyUsage
	}
	return extension(oidExtKeyUsage, false, func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			for _, u := range usages {
				b.AddASN1ObjectIdentifier(u)
			}
		})
	})
}
