package privatekey

import (
	"bytes"
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" // #nosec G505 -- a certificate's fingerprint is how a key is told to belong to it; nothing rests on its strength
	"crypto/sha256"
	"crypto/x509"
	encodingasn1 "encoding/asn1"
	"slices"
	"unicode/utf16"

	"golang.org/x/crypto/cryptobyte/asn1"
	"golang.org/x/crypto/pbkdf2"

	"enrollbench/core/ber"
)

// Object identifiers of attributes (RFC 2985 §5.5) and of the certificates in a bag (RFC 7292 §4.2.3).
var (
	oidFriendlyName    = encodingasn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 20}
	oidLocalKeyID      = encodingasn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 21}
	oidX509Certificate = encodingasn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 22, 1}
	oidSHA256          = encodingasn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
)

// Keystore writes a PKCS#12 with a key, its certificate and the CAs above it (AES-256, PBKDF2 with SHA-256, a MAC with
// SHA-256). Java opens it as a keystore in which the key has the alias name, Windows and OpenSSL show it as the friendly
// name. name must not be empty; Java takes passphrases in ASCII only. Each of its three derivations has that many
// iterations.
func Keystore(key crypto.PrivateKey, certificate *x509.Certificate, chain []*x509.Certificate, name string, passphrase []byte, iterations int) ([]byte, error) {
	plain, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	defer clear(plain)
	fingerprint := sha1.Sum(certificate.Raw) // #nosec G401 -- see the import
	keyID := attribute(oidLocalKeyID, octets(fingerprint[:]))
	var units []byte
	for _, u := range utf16.Encode([]rune(name)) {
		units = append(units, byte(u>>8), byte(u)) // #nosec G115 -- the two octets of a unit
	}
	certificates := safeBag(oidCertificateBag, certificateBag(certificate), keyID)
	for _, c := range chain {
		certificates = append(certificates, safeBag(oidCertificateBag, certificateBag(c))...)
	}
	algorithm, ciphertext := protect(sequence(certificates), passphrase, iterations)
	encrypted := sequence(der(0), sequence(der(oidData), algorithm, element(contextZero, ciphertext)))
	shrouded := safeBag(oidShroudedKeyBag, encryptedPKCS8(plain, passphrase, iterations), attribute(oidFriendlyName, element(asn1.Tag(30), units)), keyID)
	safes := sequence(
		sequence(der(oidEncryptedData), element(explicitZero, encrypted)),
		data(sequence(shrouded)))

	salt := random(16)
	secret := passwordOf(passphrase)
	defer secret.wipe()
	macKey := pkcs12Derive(crypto.SHA256, 3, secret.bmp, salt, uint64(iterations), sha256.Size) // #nosec G115 -- not negative
	defer clear(macKey)
	mac := hmac.New(sha256.New, macKey)
	mac.Write(safes)
	digest := sequence(sequence(der(oidSHA256), null), octets(mac.Sum(nil)))
	return sequence(der(3), data(safes), sequence(digest, octets(salt), der(iterations))), nil
}

// encryptedPKCS8 is an EncryptedPrivateKeyInfo (RFC 5958 §3).
func encryptedPKCS8(info, passphrase []byte, iterations int) []byte {
	algorithm, ciphertext := protect(info, passphrase, iterations)
	return sequence(algorithm, octets(ciphertext))
}

// protect encrypts with PBES2: AES-256-CBC, PBKDF2 with HMAC-SHA-256 (RFC 8018 A.4, A.2). algorithm is its
// AlgorithmIdentifier.
func protect(plain, passphrase []byte, iterations int) (algorithm, ciphertext []byte) {
	salt, iv := random(16), random(aes.BlockSize)
	key := pbkdf2.Key(passphrase, salt, iterations, 32, sha256.New)
	defer clear(key)
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // the length of the key is right
	}
	pad := aes.BlockSize - len(plain)%aes.BlockSize
	ciphertext = append(slices.Clip(bytes.Clone(plain)), bytes.Repeat([]byte{byte(pad)}, pad)...)
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(ciphertext, ciphertext) // #nosec G407 -- the IV is random
	kdf := sequence(der(oidPBKDF2), sequence(octets(salt), der(iterations), sequence(der(oidHMACSHA256), null)))
	return sequence(der(oidPBES2), sequence(kdf, sequence(der(oidAES256CBC), octets(iv)))), ciphertext
}

func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) //nolint:errcheck // it never fails
	return b
}

// Parts of DER.
var null = []byte{5, 0}

func element(tag asn1.Tag, parts ...[]byte) []byte {
	body := bytes.Join(parts, nil)
	return append(ber.AppendHeader(nil, byte(tag), int64(len(body))), body...)
}

func sequence(parts ...[]byte) []byte { return element(asn1.SEQUENCE, parts...) }

func octets(b []byte) []byte { return element(asn1.OCTET_STRING, b) }

// der is a number or an object identifier of this package.
func der(v any) []byte {
	b, err := encodingasn1.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

// data is a ContentInfo of the type data (RFC 5652 §4).
func data(content []byte) []byte {
	return sequence(der(oidData), element(explicitZero, octets(content)))
}

func attribute(id encodingasn1.ObjectIdentifier, value []byte) []byte {
	return sequence(der(id), element(asn1.SET, value))
}

// safeBag is a SafeBag (RFC 7292 §4.2); the attributes are a set, which DER sorts.
func safeBag(kind encodingasn1.ObjectIdentifier, value []byte, attributes ...[]byte) []byte {
	if len(attributes) == 0 {
		return sequence(der(kind), element(explicitZero, value))
	}
	slices.SortFunc(attributes, bytes.Compare)
	return sequence(der(kind), element(explicitZero, value), element(asn1.SET, attributes...))
}

func certificateBag(c *x509.Certificate) []byte {
	return sequence(der(oidX509Certificate), element(explicitZero, octets(c.Raw)))
}
