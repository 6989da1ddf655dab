package csr

import (
	"bytes"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"enrollbench/core/finding"
)

// Kind says what an input turned out to be.
type Kind uint8

const (
	Request     Kind = iota // a PKCS#10 CertificationRequest, good or bad
	Certificate             // an X.509 certificate
	PrivateKey              // a private key in any form but PKCS#12, encrypted or not
	PGPKey                  // an OpenPGP public key or message
	PKCS12                  // a PKCS#12 file; it nearly always holds a private key
	PKCS7                   // a CMS or PKCS#7 object
	Empty                   // no bytes, or blanks alone
	TooLarge                // above a limit
	Unreadable              // the file system, or a broken ZIP, would not give it
	Other                   // none of these
)

var kindNames = [...]string{"CSR", "certificate", "private key", "OpenPGP data", "PKCS#12 file", "PKCS#7 file", "empty file",
	"too large", "unreadable", "not a CSR"}

// String names the kind for people, "private key".
func (k Kind) String() string { return kindNames[k] }

// rule is the rule that an input of this kind breaks by standing among CSRs.
func (k Kind) rule() *finding.Rule {
	switch k {
	case Certificate:
		return RuleIsCertificate
	case PrivateKey:
		return RulePrivateKey
	case PGPKey:
		return RuleIsPGPKey
	case PKCS12:
		return RuleIsPKCS12
	case Empty:
		return RuleEmptyFile
	case TooLarge:
		return RuleTooLarge
	case Unreadable:
		return RuleUnreadable
	}
	return RuleNotACSR
}

// kindOfLabel says what a PEM block of this label holds (RFC 7468, RFC 9580 §6.2 for OpenPGP).
func kindOfLabel(label string) Kind {
	switch {
	case label == "CERTIFICATE REQUEST" || label == "NEW CERTIFICATE REQUEST":
		return Request
	case strings.HasSuffix(label, "PRIVATE KEY") || label == "PGP PRIVATE KEY BLOCK":
		return PrivateKey
	case label == "CERTIFICATE" || label == "X509 CERTIFICATE" || label == "TRUSTED CERTIFICATE":
		return Certificate
	case strings.HasPrefix(label, "PGP "):
		return PGPKey
	case label == "PKCS7" || label == "CMS":
		return PKCS7
	}
	return Other
}

var utf8BOM = []byte{0xEF, 0xBB, 0xBF}

// kindOfBytes tells what bytes without a PEM block are, by their first structures and not by a file name. An ASN.1
// SEQUENCE that is nothing else known counts as a Request, so that its examination can say where it breaks.
func kindOfBytes(b []byte) (Kind, string) {
	trimmed := bytes.TrimSpace(bytes.TrimPrefix(b, utf8BOM))
	switch {
	case len(trimmed) == 0:
		return Empty, "it holds no data"
	case b[0] == 0x30:
		return kindOfDER(b)
	case bytes.HasPrefix(b, []byte("openssh-key-v1\x00")):
		return PrivateKey, "an OpenSSH private key"
	case bytes.HasPrefix(b, []byte("PuTTY-User-Key-File")):
		return PrivateKey, "a PuTTY private key"
	case bytes.HasPrefix(b, []byte{0xFE, 0xED, 0xFE, 0xED}):
		return PrivateKey, "a Java keystore"
	case b[0]&0x80 != 0 && len(b) > 2:
		return kindOfPacket(b)
	case isBase64(trimmed):
		return Other, "base64 without its BEGIN and END lines"
	case bytes.HasPrefix(trimmed, []byte("<")):
		return Other, "an HTML or XML text"
	case bytes.HasPrefix(trimmed, []byte("{")) || bytes.HasPrefix(trimmed, []byte("[")):
		return Other, "a JSON text"
	case bytes.HasPrefix(b, []byte{0xFF, 0xFE}) || bytes.HasPrefix(b, []byte{0xFE, 0xFF}):
		return Other, "a UTF-16 text"
	case bytes.IndexByte(b, 0) < 0:
		return Other, "a text without a PEM block"
	}
	return Other, "binary data of no known kind"
}

// kindOfPacket reads an OpenPGP packet tag (RFC 9580 §4.2).
func kindOfPacket(b []byte) (Kind, string) {
	tag := b[0] & 0x3F
	if b[0]&0x40 == 0 { // legacy format: the tag stands in bits 5 to 2
		tag >>= 2
	}
	switch tag {
	case 5, 7:
		return PrivateKey, "an OpenPGP secret key"
	case 6, 14:
		return PGPKey, "an OpenPGP public key"
	case 1, 3, 8, 18:
		return PGPKey, "an OpenPGP message"
	}
	return Other, "binary data of no known kind"
}

func isBase64(b []byte) bool {
	if len(b) < 64 {
		return false
	}
	for _, c := range b {
		switch {
		case 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '+', c == '/', c == '=', c == '\r', c == '\n':
		default:
			return false
		}
	}
	return true
}

// kindOfDER looks at the first two levels of a SEQUENCE; the shapes of RFC 2986, 5280, 5958, 8017, 5915, 7292 and 5652
// differ there.
func kindOfDER(b []byte) (Kind, string) {
	s := cryptobyte.String(b)
	var outer, first cryptobyte.String
	var tag asn1.Tag
	if !s.ReadASN1(&outer, asn1.SEQUENCE) || !outer.ReadAnyASN1(&first, &tag) {
		return Request, ""
	}
	switch tag {
	case asn1.OBJECT_IDENTIFIER:
		return PKCS7, "a PKCS#7 or CMS object"
	case asn1.INTEGER:
		return kindOfVersioned(first, outer)
	case asn1.SEQUENCE:
		if outer.PeekASN1Tag(asn1.OCTET_STRING) && first.PeekASN1Tag(asn1.OBJECT_IDENTIFIER) {
			return PrivateKey, "an encrypted PKCS#8 private key"
		}
		if first.PeekASN1Tag(asn1.OBJECT_IDENTIFIER) && outer.PeekASN1Tag(asn1.BIT_STRING) {
			return Other, "a bare public key"
		}
		if first.PeekASN1Tag(asn1.Tag(0).ContextSpecific().Constructed()) {
			return Certificate, "an X.509 certificate"
		}
		return kindOfSigned(first)
	}
	return Request, ""
}

// kindOfVersioned tells apart what starts with a version INTEGER.
func kindOfVersioned(version, rest cryptobyte.String) (Kind, string) {
	switch {
	case rest.PeekASN1Tag(asn1.OCTET_STRING):
		return PrivateKey, "a SEC 1 private key"
	case rest.PeekASN1Tag(asn1.INTEGER):
		var n cryptobyte.String
		count := 1
		for rest.PeekASN1Tag(asn1.INTEGER) && rest.ReadASN1(&n, asn1.INTEGER) {
			count++
		}
		if count >= 6 {
			return PrivateKey, "a PKCS#1 or DSA private key"
		}
		return Other, "a bare public key"
	case rest.PeekASN1Tag(asn1.SEQUENCE):
		if len(version) == 1 && version[0] == 3 {
			return PKCS12, "a PKCS#12 file"
		}
		var algorithm cryptobyte.String
		if rest.ReadASN1(&algorithm, asn1.SEQUENCE) && rest.PeekASN1Tag(asn1.OCTET_STRING) {
			return PrivateKey, "a PKCS#8 private key"
		}
	}
	return Other, "an ASN.1 structure that is no CSR"
}

// kindOfSigned tells a CertificationRequestInfo (INTEGER, Name, SPKI) from a version 1 TBSCertificate (INTEGER,
// AlgorithmIdentifier, Name, Validity) and from a TBSCertList.
func kindOfSigned(tbs cryptobyte.String) (Kind, string) {
	var skip, second cryptobyte.String
	if !tbs.ReadASN1(&skip, asn1.INTEGER) || !tbs.ReadASN1(&second, asn1.SEQUENCE) {
		return Request, ""
	}
	if second.PeekASN1Tag(asn1.OBJECT_IDENTIFIER) {
		return Certificate, "an X.509 certificate or revocation list"
	}
	return Request, ""
}
