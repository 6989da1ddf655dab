package privatekey

import (
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rc4" // #nosec G503 -- old keys are protected with it; only read
	"encoding/asn1"
	"errors"
	"fmt"
	"math"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
	"golang.org/x/crypto/pbkdf2"
	"golang.org/x/crypto/scrypt"
)

// Object identifiers of PKCS#5 (RFC 8018 Appendix A), PKCS#12 (RFC 7292 Appendix C) and scrypt (RFC 7914 §7).
var (
	oidPBES2      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13}
	oidPBKDF2     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 12}
	oidScrypt     = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 11591, 4, 11}
	oidHMACSHA1   = asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 7}
	oidHMACSHA256 = asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 9}
	oidAES256CBC  = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 42}
)

var prfs = map[string]crypto.Hash{
	oidHMACSHA1.String():   crypto.SHA1,
	"1.2.840.113549.2.8":   crypto.SHA224,
	oidHMACSHA256.String(): crypto.SHA256,
	"1.2.840.113549.2.10":  crypto.SHA384,
	"1.2.840.113549.2.11":  crypto.SHA512,
	"1.2.840.113549.2.12":  crypto.SHA512_224,
	"1.2.840.113549.2.13":  crypto.SHA512_256,
}

type blockCipher struct {
	name    string
	keySize int
	block   func(key []byte) (cipher.Block, error)
	iv      int // bytes; 0 for RC4, a stream, which has no block either
}

var ciphers = map[string]blockCipher{
	"2.16.840.1.101.3.4.1.2":  {"AES-128-CBC", 16, aes.NewCipher, aes.BlockSize},
	"2.16.840.1.101.3.4.1.22": {"AES-192-CBC", 24, aes.NewCipher, aes.BlockSize},
	oidAES256CBC.String():     {"AES-256-CBC", 32, aes.NewCipher, aes.BlockSize},
	"1.2.840.113549.3.7":      {"DES-EDE3-CBC", 24, newTripleDES, 8},
}

// scheme is a checked password-based encryption: everything but the passphrase.
type scheme struct {
	cipher blockCipher
	// derive gives the cipher's key and, where the scheme derives it too, the IV.
	derive func(password) (key, iv []byte, err error)
	iv     []byte
}

var (
	errShape      = errors.New("unexpected structure")
	errParameters = fmt.Errorf("%w: the encryption's parameters are malformed", ErrDamaged)
)

// work is what a file asks for before it opens: all its derivations together are limited before the first is computed.
type work struct{ iterations, blocks uint64 }

// iterate adds a derivation of n iterations.
func (w *work) iterate(n uint64) error {
	if n == 0 {
		return errShape
	}
	if w.iterations += min(n, maxIterations+1); w.iterations > maxIterations {
		return &LimitError{What: "iterations", Value: max(n, w.iterations), Max: maxIterations}
	}
	return nil
}

// readCount reads an iteration count; one that does not fit is the largest there is, for the limit to refuse.
func readCount(s *cryptobyte.String, n *uint64) bool {
	var whole cryptobyte.String
	if !s.ReadASN1Element(&whole, cbasn1.INTEGER) {
		return false
	}
	if !whole.ReadASN1Integer(n) {
		*n = math.MaxUint64
	}
	return true
}

// readEncryptedPKCS8 reads an EncryptedPrivateKeyInfo (RFC 5958 §3). All that can be checked is checked before anybody
// is asked for a passphrase.
func readEncryptedPKCS8(der []byte, ask Passphrase) (*Key, error) {
	s, ciphertext, err := new(work).parseEncryptedPKCS8(der)
	if err != nil {
		return nil, err
	}
	return unlock(EncryptedPKCS8, ask, func(passphrase []byte) (*Key, error) {
		secret := passwordOf(passphrase)
		defer secret.wipe()
		return s.open(secret, ciphertext)
	})
}

func (w *work) parseEncryptedPKCS8(der []byte) (*scheme, []byte, error) {
	var outer, id, ciphertext cryptobyte.String
	in := cryptobyte.String(der)
	if !in.ReadASN1(&outer, cbasn1.SEQUENCE) || !in.Empty() || !outer.ReadASN1(&id, cbasn1.SEQUENCE) ||
		!outer.ReadASN1(&ciphertext, cbasn1.OCTET_STRING) || !outer.Empty() {
		return nil, nil, fmt.Errorf("%w: no EncryptedPrivateKeyInfo in it", ErrDamaged)
	}
	s, err := w.parseScheme(id, ciphertext)
	return s, ciphertext, err
}

// open decrypts a PrivateKeyInfo. There is no MAC, so a wrong passphrase shows in the padding or in what it decrypts to.
func (s *scheme) open(secret password, ciphertext []byte) (*Key, error) {
	info, err := s.decrypt(secret, ciphertext)
	defer clear(info)
	if err != nil {
		return nil, err
	}
	if !isPrivateKeyInfo(info) {
		return nil, ErrWrongPassphrase // one wrong passphrase in 256 leaves a padding that looks right
	}
	return parsePKCS8(info, EncryptedPKCS8)
}

// decrypt returns the plaintext without its padding, for the caller to wipe. A padding that is wrong is ErrWrongPassphrase.
func (s *scheme) decrypt(secret password, ciphertext []byte) ([]byte, error) {
	key, iv, err := s.derive(secret)
	if err != nil {
		return nil, err
	}
	defer clear(key)
	plain := make([]byte, len(ciphertext))
	if s.cipher.block == nil {
		stream, err := rc4.NewCipher(key) // #nosec G405 -- see the import
		if err == nil {
			stream.XORKeyStream(plain, ciphertext)
		}
		return plain, err // whoever reads it sees whether it is what it must be
	}
	block, err := s.cipher.block(key)
	if err != nil {
		return nil, err
	}
	if iv == nil {
		iv = s.iv
	}
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(plain, ciphertext)
	pad := int(plain[len(plain)-1])
	good := pad > 0 && pad <= block.BlockSize()
	for i := 0; good && i < pad; i++ {
		good = int(plain[len(plain)-1-i]) == pad
	}
	if !good {
		clear(plain)
		return nil, ErrWrongPassphrase
	}
	return plain[:len(plain)-pad], nil
}

// unsupported names what a key is protected with and how to protect it again.
func unsupported(what string, id asn1.ObjectIdentifier) error {
	return fmt.Errorf("the private key is protected with the %s %s: %w: protect it again with AES: openssl pkcs8 -provider legacy -provider default -topk8 -v2 aes-256-cbc -in OLD -out NEW (of a .p12: openssl pkcs12 -legacy -aes256 -in OLD -out NEW)",
		what, AlgorithmName(id), ErrUnsupported)
}

// parseScheme reads the contents of the AlgorithmIdentifier of an encryption, and sees that the ciphertext is whole blocks.
func (w *work) parseScheme(id cryptobyte.String, ciphertext []byte) (s *scheme, err error) {
	var algorithm asn1.ObjectIdentifier
	var parameters cryptobyte.String
	if !id.ReadASN1ObjectIdentifier(&algorithm) {
		return nil, errParameters
	}
	c, old := pbes[algorithm.String()]
	if !old && !algorithm.Equal(oidPBES2) {
		return nil, unsupported("algorithm", algorithm)
	}
	if !id.ReadASN1(&parameters, cbasn1.SEQUENCE) || !id.Empty() {
		return nil, errParameters
	}
	if old {
		s, err = w.parsePBE(parameters, c)
	} else {
		s, err = w.parsePBES2(parameters)
	}
	if errors.Is(err, errShape) {
		err = errParameters
	}
	if err != nil {
		return nil, err
	}
	if len(ciphertext) == 0 || s.cipher.iv > 0 && len(ciphertext)%s.cipher.iv != 0 {
		return nil, fmt.Errorf("%w: %d bytes of ciphertext are not a multiple of %s's block", ErrDamaged, len(ciphertext), s.cipher.name)
	}
	return s, nil
}

// parsePBES2 reads PBES2-params (RFC 8018 A.4).
func (w *work) parsePBES2(s cryptobyte.String) (*scheme, error) {
	var kdf, encryption, kdfParameters cryptobyte.String
	var kdfID, cipherID asn1.ObjectIdentifier
	var iv []byte
	if !s.ReadASN1(&kdf, cbasn1.SEQUENCE) || !s.ReadASN1(&encryption, cbasn1.SEQUENCE) || !s.Empty() ||
		!kdf.ReadASN1ObjectIdentifier(&kdfID) || !encryption.ReadASN1ObjectIdentifier(&cipherID) {
		return nil, errShape
	}
	c, ok := ciphers[cipherID.String()]
	if !ok {
		return nil, unsupported("cipher", cipherID)
	}
	if !encryption.ReadASN1Bytes(&iv, cbasn1.OCTET_STRING) || !encryption.Empty() || len(iv) != c.iv {
		return nil, errShape
	}
	if !kdf.ReadASN1(&kdfParameters, cbasn1.SEQUENCE) || !kdf.Empty() {
		return nil, errShape
	}
	out := &scheme{cipher: c, iv: iv}
	switch {
	case kdfID.Equal(oidPBKDF2):
		derive, size, err := w.parsePBKDF2(kdfParameters)
		if err == nil && size != 0 && size != c.keySize {
			err = errShape
		}
		out.derive = func(secret password) ([]byte, []byte, error) { return derive(secret, c.keySize), nil, nil }
		return out, err
	case kdfID.Equal(oidScrypt):
		derive, err := w.parseScrypt(kdfParameters, c.keySize)
		out.derive = derive
		return out, err
	}
	return nil, unsupported("key derivation", kdfID)
}

// parsePBKDF2 reads PBKDF2-params (RFC 8018 A.2). The PRF is HMAC-SHA-1 where none is named; size is the key's length in
// bytes, 0 where it is left out.
func (w *work) parsePBKDF2(s cryptobyte.String) (derive func(secret password, size int) []byte, size int, err error) {
	var salt []byte
	var iterations uint64
	prf := oidHMACSHA1
	if !s.ReadASN1Bytes(&salt, cbasn1.OCTET_STRING) || !readCount(&s, &iterations) {
		return nil, 0, errShape
	}
	if s.PeekASN1Tag(cbasn1.INTEGER) && (!s.ReadASN1Integer(&size) || size <= 0) {
		return nil, 0, errShape
	}
	if !s.Empty() {
		var id cryptobyte.String
		if !s.ReadASN1(&id, cbasn1.SEQUENCE) || !id.ReadASN1ObjectIdentifier(&prf) || !s.Empty() {
			return nil, 0, errShape
		}
	}
	hash, ok := prfs[prf.String()]
	if !ok {
		return nil, 0, unsupported("pseudo-random function", prf)
	}
	return func(secret password, size int) []byte {
		return pbkdf2.Key(secret.text, salt, int(iterations), size, hash.New) // #nosec G115 -- at most MaxIterations
	}, size, w.iterate(iterations)
}

// parseScrypt reads scrypt-params (RFC 7914 §7.1).
func (w *work) parseScrypt(s cryptobyte.String, keySize int) (func(password) ([]byte, []byte, error), error) {
	var salt []byte
	var n, r, p uint64
	var keyLength int64
	if !s.ReadASN1Bytes(&salt, cbasn1.OCTET_STRING) || !s.ReadASN1Integer(&n) || !s.ReadASN1Integer(&r) || !s.ReadASN1Integer(&p) {
		return nil, errShape
	}
	if !s.Empty() && (!s.ReadASN1Integer(&keyLength) || keyLength != int64(keySize) || !s.Empty()) {
		return nil, errShape
	}
	const each = 1 << 30 // keeps the products below within 64 bits
	if n < 2 || n&(n-1) != 0 || r == 0 || p == 0 {
		return nil, errShape
	}
	for _, v := range []uint64{n, r, p} {
		if v > each {
			return nil, &LimitError{What: "as a parameter of scrypt", Value: v, Max: each}
		}
	}
	if n*r > maxScryptMemory/128 {
		return nil, &LimitError{What: "bytes of scrypt memory", Value: saturate(n*r, 128), Max: maxScryptMemory}
	}
	if w.blocks += n * r * p; w.blocks > maxScryptWork { // n·r is below 2^21 here
		return nil, &LimitError{What: "blocks of scrypt work", Value: w.blocks, Max: maxScryptWork}
	}
	return func(secret password) ([]byte, []byte, error) {
		key, err := scrypt.Key(secret.text, salt, int(n), int(r), int(p), keySize) // #nosec G115 -- at most 2^24
		return key, nil, err
	}, nil
}

// saturate multiplies without wrapping around.
func saturate(a, b uint64) uint64 {
	if a > ^uint64(0)/b {
		return ^uint64(0)
	}
	return a * b
}
