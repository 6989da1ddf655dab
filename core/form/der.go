package form

import (
	"bytes"
	"encoding/asn1"
)

// element is one element of DER or BER that may be cut short (X.690 §8.1).
type element struct {
	tag  byte
	cut  bool   // it goes on beyond what is there
	body []byte // as far as it is there; of an indefinite length: all that follows
}

// next reads the first element of b. ok is false where no element can begin so.
func next(b []byte) (e element, rest []byte, ok bool) {
	if len(b) < 2 || b[0]&0x1F == 0x1F { // no tag above 30 stands in what is known here
		return element{}, nil, false
	}
	e.tag = b[0]
	length, at := int(b[1]), 2
	switch {
	case length == 0x80:
		e.body = b[2:]
		return e, nil, e.tag&0x20 != 0
	case length > 0x84:
		return element{}, nil, false
	case length > 0x80:
		at += length - 0x80
		if at > len(b) {
			return element{}, nil, false
		}
		length = 0
		for _, c := range b[2:at] {
			length = length<<8 | int(c)
		}
	}
	end := len(b)
	if e.cut = length > end-at; !e.cut {
		end = at + length
	}
	e.body = b[at:end]
	return e, b[end:], true
}

// peek is the tag of the first element of b, 0 where there is none.
func peek(b []byte) byte {
	if e, _, ok := next(b); ok {
		return e.tag
	}
	return 0
}

// Tags (X.690 §8.1.2, X.680 §8.6).
const (
	tagInteger  = 0x02
	tagBits     = 0x03
	tagOctets   = 0x04
	tagOID      = 0x06
	tagUTCTime  = 0x17
	tagTime     = 0x18
	tagSequence = 0x30
	tagSet      = 0x31
	tagContext0 = 0xA0
)

// der knows a structure by the first members of its outer SEQUENCE; the shapes of RFC 2986, 5280, 5958, 8017, 5915, 7292
// and 5652 differ there. Unknown is no DER at all; ASN1 is a SEQUENCE of another shape, or one that is damaged.
func der(b []byte) Kind {
	if len(b) < 2 || b[0] != tagSequence || b[1] == 0 || printable(b[:min(len(b), 64)]) {
		return Unknown
	}
	outer, _, ok := next(b)
	if !ok {
		return Unknown
	}
	first, rest, ok := next(outer.body)
	if !ok {
		return ASN1
	}
	switch first.tag {
	case tagOID:
		return contentInfo(first.body, rest)
	case tagInteger:
		return versioned(first.body, rest)
	case tagSequence:
		switch tag := peek(first.body); {
		case tag == tagOID && (peek(rest) == tagOctets || len(rest) == 0 && underPassphrase(first.body)):
			return EncryptedPKCS8 // RFC 5958 §3
		case tag == tagOID && peek(rest) == tagBits:
			return PublicKey
		case tag == tagOID && peek(rest) == tagSequence:
			return revoked(first, rest)
		case tag == tagContext0:
			return Certificate
		case tag == tagInteger:
			return signed(first.body)
		case tag == tagSequence:
			return revoked(first, rest)
		}
	}
	return ASN1
}

// underPassphrase tells whether an AlgorithmIdentifier encrypts with a passphrase (RFC 8018, RFC 7292 appendix C).
func underPassphrase(algorithm []byte) bool {
	e, _, _ := next(algorithm)
	return bytes.HasPrefix(e.body, oidPKCS5) || bytes.HasPrefix(e.body, oidPKCS12PBE)
}

// versioned tells apart what starts with an INTEGER.
func versioned(version, rest []byte) Kind {
	second, after, ok := next(rest)
	if !ok {
		return ASN1
	}
	switch second.tag {
	case tagOctets:
		if len(version) == 1 && version[0] == 1 {
			return ECKey // RFC 5915 §3
		}
	case tagInteger:
		count := 2
		for peek(after) == tagInteger {
			_, after, _ = next(after)
			count++
		}
		switch {
		case count >= 6 || len(version) == 1 && version[0] <= 1 && len(second.body) > 32: // the others may be cut off
			if count == 6 && len(version) == 1 && len(after) == 0 {
				return DSAKey // as OpenSSL writes it
			}
			return RSAKey // RFC 8017 A.1.2
		case count == 2:
			return PublicKey // RFC 8017 A.1.1
		}
	case tagSequence:
		switch tag, safe := peek(second.body), second.body; {
		case len(version) == 1 && version[0] == 3 && tag == tagOID:
			if oid, _, ok := next(safe); ok && bytes.HasPrefix(oid.body, oidPKCS7) {
				return PKCS12 // RFC 7292 §4
			}
		case len(version) == 1 && version[0] <= 1 && tag == tagOID && peek(after) == tagOctets:
			return PKCS8 // RFC 5958 §2
		}
	}
	return ASN1
}

// signed tells a CertificationRequestInfo (INTEGER, Name, SubjectPublicKeyInfo) from a version 1 TBSCertificate (INTEGER,
// AlgorithmIdentifier, Name, Validity) and from a TBSCertList of version 2.
func signed(tbs []byte) Kind {
	_, rest, _ := next(tbs)
	second, rest, ok := next(rest)
	if !ok || second.tag != tagSequence {
		return ASN1
	}
	if peek(second.body) != tagOID {
		third, _, ok := next(rest)
		if ok && third.tag == tagSequence && peek(third.body) == tagSequence {
			return PKCS10
		}
		return ASN1
	}
	_, rest, _ = next(rest) // issuer
	switch peek(rest) {
	case tagUTCTime, tagTime:
		return CRL
	}
	return Certificate
}

// revoked knows a TBSCertList of version 1, which begins with its algorithm (RFC 5280 §5.1).
func revoked(tbs element, _ []byte) Kind {
	algorithm, rest, ok := next(tbs.body)
	if !ok || algorithm.tag != tagSequence || peek(algorithm.body) != tagOID {
		return ASN1
	}
	if _, rest, ok = next(rest); ok && (peek(rest) == tagUTCTime || peek(rest) == tagTime) {
		return CRL
	}
	return ASN1
}

// Object identifiers of content types.
var (
	oidPKCS7     = oid(1, 2, 840, 113549, 1, 7)            // RFC 2315 §14
	oidEnveloped = oid(1, 2, 840, 113549, 1, 7, 3)         // RFC 5652 §6
	oidSigned    = oid(1, 2, 840, 113549, 1, 7, 2)         // RFC 5652 §5
	oidAuth      = oid(1, 2, 840, 113549, 1, 9, 16, 1, 23) // RFC 5083 §2
	oidSMIME     = oid(1, 2, 840, 113549, 1, 9, 16, 1)     // content types of S/MIME
	oidPKCS5     = oid(1, 2, 840, 113549, 1, 5)
	oidPKCS12PBE = oid(1, 2, 840, 113549, 1, 12, 1)
	oidPKIData   = oid(1, 3, 6, 1, 5, 5, 7, 12, 2) // RFC 5272 §3.2.1
)

// oid is the body of an object identifier's encoding.
func oid(arcs ...int) []byte {
	der, err := asn1.Marshal(asn1.ObjectIdentifier(arcs))
	if err != nil {
		panic(err)
	}
	return der[2:]
}

// contentInfo knows a ContentInfo by its type (RFC 5652 §3).
func contentInfo(id, rest []byte) Kind {
	switch {
	case bytes.Equal(id, oidEnveloped):
		return EnvelopedData
	case bytes.Equal(id, oidAuth):
		return AuthEnvelopedData
	case bytes.Equal(id, oidSigned):
		// [0] { SEQUENCE { version, digestAlgorithms, encapContentInfo { eContentType
		for _, tag := range []byte{tagContext0, tagSequence, tagInteger} {
			e, after, ok := next(rest)
			if !ok || e.tag != tag {
				return SignedData
			}
			if rest = e.body; tag == tagInteger {
				rest = after
			}
		}
		_, rest, _ = next(rest)
		encap, _, _ := next(rest)
		if kind, _, ok := next(encap.body); ok && bytes.Equal(kind.body, oidPKIData) {
			return CMC
		}
		return SignedData
	case bytes.HasPrefix(id, oidPKCS7), bytes.HasPrefix(id, oidSMIME):
		return CMS
	}
	return ASN1
}
