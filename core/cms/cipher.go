package cms

import (
	"encoding/asn1"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"enrollbench/core/privatekey"
)

// Cipher is the algorithm of the content.
type Cipher int

// The ciphers. The zero value is what every CMS reader takes.
const (
	AES256CBC Cipher = iota
	AES192CBC
	AES128CBC
	AES256GCM
	AES192GCM
	AES128GCM
	TripleDESCBC // read only: 64-bit blocks do not carry large files safely

	UnknownCipher Cipher = -1
)

// Object identifiers of content types (RFC 5652 §4, RFC 5083 §1.1).
var (
	oidData              = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	oidEnvelopedData     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 3}
	oidAuthEnvelopedData = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 23}
)

// contentTypes names what a file may hold instead of an envelope.
var contentTypes = map[string]string{
	oidData.String():              "Data",
	oidEnvelopedData.String():     "EnvelopedData",
	oidAuthEnvelopedData.String(): "AuthEnvelopedData",
	"1.2.840.113549.1.7.2":        "SignedData",
	"1.2.840.113549.1.7.5":        "DigestedData",
	"1.2.840.113549.1.7.6":        "EncryptedData",
	"1.2.840.113549.1.9.16.1.2":   "AuthenticatedData",
	"1.2.840.113549.1.9.16.1.9":   "CompressedData",
}

// cipherInfo is what there is to know about a cipher (RFC 3565 §4.1, RFC 5084 §3.2, RFC 3370 §5.1).
type cipherInfo struct {
	name  string
	oid   asn1.ObjectIdentifier
	key   int // bytes
	block int // bytes
	gcm   bool
}

var ciphers = map[Cipher]cipherInfo{
	AES128CBC:    {"AES-128-CBC", aesOID(2), 16, 16, false},
	AES192CBC:    {"AES-192-CBC", aesOID(22), 24, 16, false},
	AES256CBC:    {"AES-256-CBC", aesOID(42), 32, 16, false},
	AES128GCM:    {"AES-128-GCM", aesOID(6), 16, 16, true},
	AES192GCM:    {"AES-192-GCM", aesOID(26), 24, 16, true},
	AES256GCM:    {"AES-256-GCM", aesOID(46), 32, 16, true},
	TripleDESCBC: {"3DES-CBC", asn1.ObjectIdentifier{1, 2, 840, 113549, 3, 7}, 24, 8, false},
}

// aesOID is an identifier of NIST's AES arc.
func aesOID(n int) asn1.ObjectIdentifier {
	return asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, n}
}

// String is the cipher's usual name.
func (c Cipher) String() string {
	if info, ok := ciphers[c]; ok {
		return info.name
	}
	return "unknown cipher"
}

// Authenticated tells whether the cipher proves that nothing was changed.
func (c Cipher) Authenticated() bool { return ciphers[c].gcm }

// contentAlgorithm is the algorithm of the content with its parameters.
type contentAlgorithm struct {
	cipher Cipher
	name   string
	iv     []byte // or nonce
	tag    int    // bytes; 0 for CBC
}

// gcmTagDefault is aes-ICVlen when it is absent, gcmTag what is written (RFC 5084 §3.2).
const (
	gcmTagDefault = 12
	gcmTag        = 16
	gcmNonce      = 12
)

// parseContentAlgorithm knows the cipher of an AlgorithmIdentifier. An unknown one is named, not refused: Inspect reports it.
func parseContentAlgorithm(a algorithm) (contentAlgorithm, error) {
	for cipher, info := range ciphers {
		if !a.oid.Equal(info.oid) {
			continue
		}
		c := contentAlgorithm{cipher: cipher, name: info.name}
		params := a.params
		if !info.gcm {
			var iv cryptobyte.String
			if !params.ReadASN1(&iv, cbasn1.OCTET_STRING) || !params.Empty() || len(iv) != info.block {
				return c, fmt.Errorf("the parameters of %s are not an initialization vector of %d bytes", info.name, info.block)
			}
			c.iv = iv
			return c, nil
		}
		var inner, nonce cryptobyte.String
		c.tag = gcmTagDefault
		if !params.ReadASN1(&inner, cbasn1.SEQUENCE) || !params.Empty() ||
			!inner.ReadASN1(&nonce, cbasn1.OCTET_STRING) ||
			!inner.Empty() && !inner.ReadASN1Integer(&c.tag) || !inner.Empty() {
			return c, fmt.Errorf("the parameters of %s are broken", info.name)
		}
		if len(nonce) == 0 || c.tag < 12 || c.tag > 16 {
			return c, fmt.Errorf("%s with a nonce of %d bytes and a tag of %d bytes", info.name, len(nonce), c.tag)
		}
		c.iv = nonce
		return c, nil
	}
	return contentAlgorithm{cipher: UnknownCipher, name: privatekey.AlgorithmName(a.oid)}, nil
}

// der encodes the algorithm.
func (c contentAlgorithm) der() ([]byte, error) {
	return algorithmDER(ciphers[c.cipher].oid, func(b *cryptobyte.Builder) {
		if c.tag == 0 {
			b.AddASN1OctetString(c.iv)
			return
		}
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1OctetString(c.iv)
			b.AddASN1Int64(int64(c.tag))
		})
	})
}
