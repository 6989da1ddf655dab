package cms

import (
	"bytes"
	"crypto/sha1" // #nosec G505 -- RFC 5280 §4.2.1.2 names keys by SHA-1; nothing rests on its strength
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"enrollbench/core/ber"
	"enrollbench/core/privatekey"
)

// RecipientType is the way a recipient gets the content key (RFC 5652 §6.2).
type RecipientType int

// The types of RFC 5652. Only the first two are opened; the others are named and skipped.
const (
	KeyTransport   RecipientType = iota // ktri: RSA
	KeyAgreement                        // kari: EC, X25519
	SymmetricKey                        // kekri: a key shared before
	Passphrase                          // pwri
	OtherRecipient                      // ori
)

var recipientTypes = [...]string{"key transport", "key agreement", "shared symmetric key", "passphrase", "other recipient type"}

// String names the type in words.
func (t RecipientType) String() string {
	if t < 0 || int(t) >= len(recipientTypes) {
		return "unknown recipient type"
	}
	return recipientTypes[t]
}

// RecipientID says which key a recipient holds: issuer and serial number of its certificate, or a key identifier.
type RecipientID struct {
	Type      RecipientType
	Issuer    string   // in the form of RFC 2253; empty when KeyID is used
	RawIssuer []byte   // DER
	Serial    *big.Int // nil when KeyID is used
	KeyID     []byte   // subject key identifier, or the identifier of a shared key
}

// String says it in words.
func (id RecipientID) String() string {
	switch {
	case id.Serial != nil:
		return fmt.Sprintf("the certificate with serial number %s issued by %q", serialText(id.Serial), id.Issuer)
	case id.Type == SymmetricKey:
		return fmt.Sprintf("a shared symmetric key %s", colons(id.KeyID))
	case id.Type == Passphrase:
		return "a passphrase"
	case id.KeyID != nil:
		return "the key with identifier " + colons(id.KeyID)
	}
	return "a recipient of unknown type"
}

// Matches tells whether a certificate is the one named.
func (id RecipientID) Matches(c *x509.Certificate) bool {
	if id.Type != KeyTransport && id.Type != KeyAgreement {
		return false
	}
	if id.Serial != nil {
		return c.SerialNumber.Cmp(id.Serial) == 0 && bytes.Equal(c.RawIssuer, id.RawIssuer)
	}
	return len(id.KeyID) > 0 && bytes.Equal(id.KeyID, keyIDOf(c))
}

// keyIDOf is the subject key identifier, or what RFC 5280 §4.2.1.2 method (1) gives where the extension is absent.
func keyIDOf(c *x509.Certificate) []byte {
	if len(c.SubjectKeyId) > 0 {
		return c.SubjectKeyId
	}
	return hashedKeyID(c.RawSubjectPublicKeyInfo)
}

// hashedKeyID is the SHA-1 of the key's bit string.
func hashedKeyID(spki []byte) []byte {
	s := cryptobyte.String(spki)
	var inner, algorithm cryptobyte.String
	var key asn1.BitString
	if !s.ReadASN1(&inner, cbasn1.SEQUENCE) || !inner.ReadASN1(&algorithm, cbasn1.SEQUENCE) || !inner.ReadASN1BitString(&key) {
		return nil
	}
	sum := sha1.Sum(key.Bytes) // #nosec G401 -- see the import
	return sum[:]
}

// serialText is a serial number as openssl and browsers show it.
func serialText(n *big.Int) string {
	sign := ""
	if n.Sign() < 0 {
		sign = "-"
	}
	text := new(big.Int).Abs(n).Text(16)
	if len(text)%2 == 1 {
		text = "0" + text
	}
	return sign + strings.ToUpper(text)
}

// colons is a key identifier as certificate viewers show it.
func colons(b []byte) string {
	var parts []string
	for _, c := range b {
		parts = append(parts, strings.ToUpper(hex.EncodeToString([]byte{c})))
	}
	return strings.Join(parts, ":")
}

// RecipientInfo is one recipient of a message.
type RecipientInfo struct {
	RecipientID
	// Algorithm says in words how the content key is protected: "RSA PKCS#1 v1.5", "ECDH, X9.63 KDF SHA-256, AES-256 key
	// wrap". One that is not supported is named by its object identifier.
	Algorithm string
	// Supported tells whether this package can open it, given the key.
	Supported bool

	oaep      *oaep      // of RSA-OAEP
	agreement *agreement // of key agreement
	encrypted []byte     // the content key
}

// errAttributes is an attribute set that cannot be parsed.
var errAttributes = errors.New("the attributes are malformed")

// errRecipient is a RecipientInfo that cannot be parsed.
var errRecipient = errors.New("a recipient is malformed")

// parseRecipient parses one RecipientInfo. A key agreement may hold several recipients.
func parseRecipient(der []byte) ([]RecipientInfo, error) {
	s := cryptobyte.String(der)
	var content cryptobyte.String
	var tag cbasn1.Tag
	if !s.ReadAnyASN1(&content, &tag) {
		return nil, errRecipient
	}
	switch tag {
	case cbasn1.SEQUENCE:
		return parseTransport(content)
	case cbasn1.Tag(ber.ContextConstructed | 1):
		return parseAgreement(content)
	case cbasn1.Tag(ber.ContextConstructed | 2):
		return parseSymmetric(content)
	case cbasn1.Tag(ber.ContextConstructed | 3):
		return []RecipientInfo{{RecipientID: RecipientID{Type: Passphrase}, Algorithm: Passphrase.String()}}, nil
	case cbasn1.Tag(ber.ContextConstructed | 4):
		return parseOther(content)
	}
	return []RecipientInfo{{
		RecipientID: RecipientID{Type: OtherRecipient}, Algorithm: fmt.Sprintf("recipient type with identifier %#02x", byte(tag)),
	}}, nil
}

// parseTransport parses a KeyTransRecipientInfo (RFC 5652 §6.2.1).
func parseTransport(s cryptobyte.String) ([]RecipientInfo, error) {
	var version int
	var a algorithm
	var encrypted cryptobyte.String
	info := RecipientInfo{RecipientID: RecipientID{Type: KeyTransport}}
	if !s.ReadASN1Integer(&version) || !readRecipientID(&s, &info.RecipientID) || !readAlgorithm(&s, &a) ||
		!s.ReadASN1(&encrypted, cbasn1.OCTET_STRING) || !s.Empty() {
		return nil, errRecipient
	}
	info.encrypted = encrypted
	switch {
	case a.oid.Equal(oidRSA) && a.plain():
		info.Algorithm, info.Supported = "RSA PKCS#1 v1.5", true
	case a.oid.Equal(oidOAEP):
		o, err := parseOAEP(a.params)
		if err != nil {
			info.Algorithm = "RSA-OAEP with " + err.Error()
			break
		}
		info.Algorithm, info.Supported, info.oaep = o.String(), true, o
	default:
		info.Algorithm = privatekey.AlgorithmName(a.oid)
	}
	return []RecipientInfo{info}, nil
}

// readRecipientID reads IssuerAndSerialNumber or [0] IMPLICIT SubjectKeyIdentifier.
func readRecipientID(s *cryptobyte.String, id *RecipientID) bool {
	if s.PeekASN1Tag(cbasn1.SEQUENCE) {
		return readIssuerSerial(s, id)
	}
	var keyID cryptobyte.String
	if !s.ReadASN1(&keyID, cbasn1.Tag(ber.Context)) {
		return false
	}
	id.KeyID = keyID
	return len(keyID) > 0
}

// readIssuerSerial reads IssuerAndSerialNumber (RFC 5652 §10.2.4).
func readIssuerSerial(s *cryptobyte.String, id *RecipientID) bool {
	var inner, issuer cryptobyte.String
	serial := new(big.Int)
	if !s.ReadASN1(&inner, cbasn1.SEQUENCE) || !inner.ReadASN1Element(&issuer, cbasn1.SEQUENCE) ||
		!inner.ReadASN1Integer(serial) || !inner.Empty() {
		return false
	}
	id.RawIssuer, id.Serial, id.Issuer = issuer, serial, nameText(issuer)
	return true
}

// nameText is a Name in words, or in hex where it has no form that can be shown.
func nameText(der []byte) string {
	var rdn pkix.RDNSequence
	if rest, err := asn1.Unmarshal(der, &rdn); err == nil && len(rest) == 0 {
		return rdn.String()
	}
	return "#" + hex.EncodeToString(der)
}

// addIssuerSerial is the reverse of readIssuerSerial for a certificate.
func addIssuerSerial(b *cryptobyte.Builder, c *x509.Certificate) {
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(c.RawIssuer)
		b.AddASN1BigInt(c.SerialNumber)
	})
}

// parseSymmetric names a KEKRecipientInfo (RFC 5652 §6.2.3).
func parseSymmetric(s cryptobyte.String) ([]RecipientInfo, error) {
	var version int
	var kekID, keyID cryptobyte.String
	if !s.ReadASN1Integer(&version) || !s.ReadASN1(&kekID, cbasn1.SEQUENCE) || !kekID.ReadASN1(&keyID, cbasn1.OCTET_STRING) {
		return nil, errRecipient
	}
	return []RecipientInfo{{RecipientID: RecipientID{Type: SymmetricKey, KeyID: keyID}, Algorithm: SymmetricKey.String()}}, nil
}

// parseOther names an OtherRecipientInfo (RFC 5652 §6.2.5).
func parseOther(s cryptobyte.String) ([]RecipientInfo, error) {
	var oid asn1.ObjectIdentifier
	if !s.ReadASN1ObjectIdentifier(&oid) {
		return nil, errRecipient
	}
	return []RecipientInfo{{RecipientID: RecipientID{Type: OtherRecipient}, Algorithm: oid.String()}}, nil
}
