package privatekey

import (
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
	"golang.org/x/crypto/pbkdf2"
)

// exportIterations of PBKDF2 for keys that we protect: OWASP's figure for HMAC-SHA-256 (Password Storage Cheat Sheet, 2023).
const exportIterations = 600_000

// MarshalPKCS8PEM writes key unprotected as "PRIVATE KEY" (RFC 7468 §10). Wipe the result after use.
func MarshalPKCS8PEM(key crypto.PrivateKey) ([]byte, error) {
	der, err := marshalPKCS8(key)
	if err != nil {
		return nil, err
	}
	defer clear(der)
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

// EncryptPKCS8PEM writes key as "ENCRYPTED PRIVATE KEY" (RFC 7468 §11): PBES2 with AES-256-CBC and PBKDF2 with
// HMAC-SHA-256, 600,000 iterations, which takes a good part of a second. An empty passphrase is refused.
func EncryptPKCS8PEM(key crypto.PrivateKey, passphrase []byte) ([]byte, error) {
	der, err := encryptPKCS8(key, passphrase, exportIterations)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: der}), nil
}

func marshalPKCS8(key crypto.PrivateKey) ([]byte, error) {
	if k, ok := key.(*Key); ok {
		key = k.Private
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("a private key of type %T cannot be written as %s: %w", key, PKCS8, ErrUnsupported)
	}
	return der, nil
}

func encryptPKCS8(key crypto.PrivateKey, passphrase []byte, iterations int) ([]byte, error) {
	if len(passphrase) == 0 {
		return nil, errors.New("a private key is protected with a passphrase: the one given is empty")
	}
	plain, err := marshalPKCS8(key)
	if err != nil {
		return nil, err
	}
	defer func() { clear(plain) }()
	salt, iv := make([]byte, 16), make([]byte, aes.BlockSize)
	for _, b := range [][]byte{salt, iv} {
		if _, err := rand.Read(b); err != nil {
			return nil, err
		}
	}
	derived := pbkdf2.Key(passphrase, salt, iterations, 32, sha256.New)
	defer clear(derived)
	block, err := aes.NewCipher(derived)
	if err != nil {
		return nil, err
	}
	pad := aes.BlockSize - len(plain)%aes.BlockSize
	padded := make([]byte, len(plain)+pad)
	copy(padded, plain)
	for i := len(plain); i < len(padded); i++ {
		padded[i] = byte(pad)
	}
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(padded, padded) // #nosec G407 -- the IV has been filled with random bytes
	return encryptedPrivateKeyInfo(salt, iv, iterations, padded)
}

// encryptedPrivateKeyInfo builds the structure of RFC 5958 §3 with the parameters of RFC 8018 A.2 and A.4.
func encryptedPrivateKeyInfo(salt, iv []byte, iterations int, ciphertext []byte) ([]byte, error) {
	var b cryptobyte.Builder
	sequence := func(b *cryptobyte.Builder, f func(*cryptobyte.Builder)) { b.AddASN1(cbasn1.SEQUENCE, f) }
	algorithm := func(b *cryptobyte.Builder, id asn1.ObjectIdentifier, parameters func(*cryptobyte.Builder)) {
		sequence(b, func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(id); parameters(b) })
	}
	sequence(&b, func(b *cryptobyte.Builder) {
		algorithm(b, oidPBES2, func(b *cryptobyte.Builder) {
			sequence(b, func(b *cryptobyte.Builder) {
				algorithm(b, oidPBKDF2, func(b *cryptobyte.Builder) {
					sequence(b, func(b *cryptobyte.Builder) {
						b.AddASN1OctetString(salt)
						b.AddASN1Int64(int64(iterations))
						algorithm(b, oidHMACSHA256, (*cryptobyte.Builder).AddASN1NULL)
					})
				})
				algorithm(b, oidAES256CBC, func(b *cryptobyte.Builder) { b.AddASN1OctetString(iv) })
			})
		})
		b.AddASN1OctetString(ciphertext)
	})
	return b.Bytes()
}
