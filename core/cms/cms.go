// Package cms seals files to X.509 certificates and opens them: CMS EnvelopedData and AuthEnvelopedData (RFC 5652,
// RFC 5083) as streams, in memory that does not grow with the file.
//
// Which to call:
//
//   - Encrypt to seal. Give the size when it is known: the result is then DER, which every reader takes;
//   - Unwrap first when a file may wear a coat (S/MIME headers, PEM, base64), then Decrypt on what it returns;
//   - Inspect to learn, without a key, who a file was sealed to and with which cipher.
//
// # What may be believed
//
// Message is a stream: what it delivers is proven only when it ends with io.EOF, and with a CBC cipher not even then.
// Authenticated tells the two apart. AES-GCM ends in a tag over everything, so io.EOF proves that nothing was changed
// since somebody sealed it (not who). CBC in EnvelopedData has no integrity at all: the padding says "not obviously
// damaged", and a caller needs a check of its own (the CRCs of a ZIP, valid JSON) before it uses the plaintext. Write to a
// temporary file, rename at the end. The last batch of up to 256 KiB is held back until the end was checked, so a smaller
// message that fails delivers nothing.
//
// # What is spoken
//
// Key transport: RSA PKCS#1 v1.5 with a random key where the padding is wrong (RFC 3218), and, to read, OAEP with any
// SHA-1, SHA-2 or SHA-3 hash and any MGF1 hash (RFC 4055). Key agreement: ECDH over P-256, P-384, P-521 (RFC 5753) and
// X25519 (RFC 8418), X9.63 KDF or HKDF, AES key wrap (RFC 3394). Content: AES-128/192/256 in CBC and GCM (RFC 5084);
// 3DES-CBC is read and never written. Recipients of other types are named and skipped.
//
// # Where things are
//
// core/ber and der.go know encodings, envelope.go the structure, recipientinfo.go the recipients; rsa.go, ecdh.go,
// kdf.go and keywrap.go open and seal the content key; content_cbc.go and content_gcm.go the content; coat.go what lies
// around a message. Errors are in errors.go.
package cms

import (
	"crypto"
	"crypto/x509"
)

// Key is a private key that may open a message.
type Key struct {
	// Private is an *rsa.PrivateKey, *ecdsa.PrivateKey or *ecdh.PrivateKey.
	Private crypto.PrivateKey
	// Certificate of the key, or nil. Recipients that name it come first; where none does, every recipient that the key
	// fits is tried, as after a certificate was renewed for the same key.
	Certificate *x509.Certificate
}
