package privatekey

import (
	"crypto"
	"encoding/binary"
	"math/big"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// password is a passphrase in the two forms that derivations take.
type password struct {
	text []byte // as it was given: PBKDF2 and scrypt
	bmp  []byte // UTF-16 big-endian with a terminating zero: PKCS#12's own derivation (RFC 7292 B.1)
}

// passwordOf encodes a passphrase. Bytes that are no UTF-8 are a character each, as OpenSSL has it.
func passwordOf(passphrase []byte) password {
	var runes []rune
	if utf8.Valid(passphrase) {
		runes = []rune(string(passphrase))
	} else {
		for _, c := range passphrase {
			runes = append(runes, rune(c))
		}
	}
	units := utf16.Encode(runes)
	bmp := make([]byte, 0, 2*len(units)+2)
	for _, u := range units {
		bmp = binary.BigEndian.AppendUint16(bmp, u)
	}
	clear(units)
	clear(runes)
	return password{text: passphrase, bmp: append(bmp, 0, 0)}
}

// wipe overwrites the form that was made here; the passphrase belongs to whoever gave it.
func (p password) wipe() { clear(p.bmp) }

// pbes are the encryption schemes of RFC 7292 Appendix C, which older tools write: SHA-1 and these ciphers.
var pbes = map[string]blockCipher{
	"1.2.840.113549.1.12.1.1": {"128-bit RC4", 16, nil, 0},
	"1.2.840.113549.1.12.1.2": {"40-bit RC4", 5, nil, 0},
	"1.2.840.113549.1.12.1.3": {"3DES-CBC", 24, newTripleDES, 8},
	"1.2.840.113549.1.12.1.4": {"2-key 3DES-CBC", 16, newTripleDES, 8},
	"1.2.840.113549.1.12.1.5": {"128-bit RC2-CBC", 16, newRC2, 8},
	"1.2.840.113549.1.12.1.6": {"40-bit RC2-CBC", 5, newRC2, 8},
}

// parsePBE reads pkcs-12PbeParams (RFC 7292 Appendix C).
func (w *work) parsePBE(s cryptobyte.String, c blockCipher) (*scheme, error) {
	var salt []byte
	var iterations uint64
	if !s.ReadASN1Bytes(&salt, cbasn1.OCTET_STRING) || !readCount(&s, &iterations) || !s.Empty() {
		return nil, errShape
	}
	if err := w.iterate(iterations); err != nil {
		return nil, err
	}
	return &scheme{cipher: c, derive: func(secret password) (key, iv []byte, err error) {
		key = pkcs12Derive(crypto.SHA1, 1, secret.bmp, salt, iterations, c.keySize)
		if c.iv > 0 {
			iv = pkcs12Derive(crypto.SHA1, 2, secret.bmp, salt, iterations, c.iv)
		}
		return key, iv, nil
	}}, nil
}

// pkcs12Derive is the key derivation of RFC 7292 B.2. purpose is 1 for a key, 2 for an IV, 3 for a MAC.
func pkcs12Derive(hash crypto.Hash, purpose byte, password, salt []byte, rounds uint64, size int) []byte {
	h := hash.New()
	v := h.BlockSize()
	diversifier := make([]byte, v)
	for i := range diversifier {
		diversifier[i] = purpose
	}
	input := append(repeated(salt, v), repeated(password, v)...)
	defer clear(input)
	one := big.NewInt(1)
	var out, a []byte
	for {
		h.Reset()
		h.Write(diversifier)
		h.Write(input)
		a = h.Sum(a[:0])
		for range rounds - 1 {
			h.Reset()
			h.Write(a)
			a = h.Sum(a[:0])
		}
		out = append(out, a...)
		if len(out) >= size {
			return out[:size]
		}
		b := new(big.Int).SetBytes(repeated(a, v)[:v])
		b.Add(b, one)
		for at := 0; at < len(input); at += v { // each block of the input becomes (block + B + 1) mod 2^(8v)
			sum := new(big.Int).SetBytes(input[at : at+v])
			sum.Add(sum, b)
			bytes := sum.FillBytes(make([]byte, v+1))
			copy(input[at:at+v], bytes[1:])
		}
	}
}

// repeated fills a whole number of blocks with copies of s; nothing stays nothing.
func repeated(s []byte, block int) []byte {
	out := make([]byte, (len(s)+block-1)/block*block)
	for n := 0; n < len(out); {
		n += copy(out[n:], s)
	}
	return out
}
