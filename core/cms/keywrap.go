package cms

import (
	"crypto/aes"
	"crypto/subtle"
	"encoding/binary"
	"errors"
)

// wrapIV is the integrity check value of RFC 3394 §2.2.3.1.
var wrapIV = [8]byte{0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6}

// errUnwrap is every failure to unwrap.
var errUnwrap = errors.New("key wrap does not open")

// wrapKey is AES key wrap (RFC 3394 §2.2.1): key is a multiple of 8 bytes and at least 16.
func wrapKey(kek, key []byte) ([]byte, error) {
	if len(key) < 16 || len(key)%8 != 0 {
		return nil, errors.New("a key of this length cannot be wrapped")
	}
	block, err := aes.NewCipher(kek)
	if err != nil {
		return nil, err
	}
	out := append(wrapIV[:len(wrapIV):len(wrapIV)], key...)
	var ab [aes.BlockSize]byte
	copy(ab[:8], wrapIV[:])
	n := len(key) / 8
	for t := range 6 * n {
		r := out[8+t%n*8:][:8]
		copy(ab[8:], r)
		block.Encrypt(ab[:], ab[:])
		copy(r, ab[8:])
		binary.BigEndian.PutUint64(ab[:8], binary.BigEndian.Uint64(ab[:8])^uint64(t+1))
	}
	copy(out, ab[:8])
	return out, nil
}

// unwrapKey is the reverse (RFC 3394 §2.2.2); it returns no byte of a key whose check value is wrong.
func unwrapKey(kek, wrapped []byte) ([]byte, error) {
	if len(wrapped) < 24 || len(wrapped)%8 != 0 || len(wrapped) > maxRecipient {
		return nil, errUnwrap
	}
	block, err := aes.NewCipher(kek)
	if err != nil {
		return nil, errUnwrap
	}
	out := append([]byte(nil), wrapped[8:]...)
	var ab [aes.BlockSize]byte
	copy(ab[:8], wrapped)
	n := len(out) / 8
	for t := 6*n - 1; t >= 0; t-- {
		r := out[t%n*8:][:8]
		binary.BigEndian.PutUint64(ab[:8], binary.BigEndian.Uint64(ab[:8])^uint64(t+1))
		copy(ab[8:], r)
		block.Decrypt(ab[:], ab[:])
		copy(r, ab[8:])
	}
	if subtle.ConstantTimeCompare(ab[:8], wrapIV[:]) != 1 {
		clear(out)
		return nil, errUnwrap
	}
	return out, nil
}
