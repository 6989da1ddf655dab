package privatekey

import (
	"crypto/des"  // #nosec G502 -- the scheme is defined with it; only read
	"crypto/sha1" // #nosec G505 -- the scheme is defined with it; only read
	"encoding/binary"
	"math/big"
	"unicode/utf16"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// parsePBE3DES reads the parameters of pbeWithSHAAnd3-KeyTripleDES-CBC (RFC 7292 Appendix C), which older tools write.
func parsePBE3DES(s cryptobyte.String) (*scheme, error) {
	var salt []byte
	var iterations uint64
	if !s.ReadASN1Bytes(&salt, cbasn1.OCTET_STRING) || !s.ReadASN1Integer(&iterations) || !s.Empty() {
		return nil, errShape
	}
	if err := checkIterations(iterations); err != nil {
		return nil, err
	}
	c := ciphers["1.2.840.113549.3.7"]
	return &scheme{cipher: c, derive: func(passphrase []byte) ([]byte, []byte, error) {
		bmp := bmpString(passphrase)
		defer clear(bmp)
		rounds := int(iterations) // #nosec G115 -- at most MaxIterations
		return pkcs12Derive(1, bmp, salt, rounds, c.keySize), pkcs12Derive(2, bmp, salt, rounds, des.BlockSize), nil
	}}, nil
}

// bmpString encodes a passphrase in UTF-16 big-endian with its terminating zero (RFC 7292 B.1).
func bmpString(passphrase []byte) []byte {
	units := utf16.Encode([]rune(string(passphrase)))
	out := make([]byte, 0, 2*len(units)+2)
	for _, u := range units {
		out = binary.BigEndian.AppendUint16(out, u)
	}
	clear(units)
	return append(out, 0, 0)
}

// pkcs12Derive is the key derivation of RFC 7292 B.2 with SHA-1. purpose is 1 for a key, 2 for an IV.
func pkcs12Derive(purpose byte, password, salt []byte, rounds, size int) []byte {
	const v, u = 64, sha1.Size // bytes of the hash's block and of its output
	diversifier := make([]byte, v)
	for i := range diversifier {
		diversifier[i] = purpose
	}
	input := append(repeated(salt, v), repeated(password, v)...)
	defer clear(input)
	one := big.NewInt(1)
	var out []byte
	for {
		a := sha1.Sum(append(append([]byte(nil), diversifier...), input...)) // #nosec G401 -- as above
		for range rounds - 1 {
			a = sha1.Sum(a[:]) // #nosec G401 -- as above
		}
		out = append(out, a[:]...)
		if len(out) >= size {
			return out[:size]
		}
		b := new(big.Int).SetBytes(repeated(a[:u], v))
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
