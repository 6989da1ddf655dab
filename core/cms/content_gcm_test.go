package cms

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"fmt"
	"testing"
)

// TestGCMEqualsTheLibrary compares the stream with the library's AES-GCM: key, nonce and data lengths, pieces, additional
// data behind the content.
func TestGCMEqualsTheLibrary(t *testing.T) {
	for _, keySize := range []int{16, 24, 32} {
		for _, nonceSize := range []int{1, 8, 12, 16, 60} {
			block, err := aes.NewCipher(payload(keySize))
			if err != nil {
				t.Fatal(err)
			}
			library, err := cipher.NewGCMWithNonceSize(block, nonceSize)
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range []int{0, 1, 15, 16, 17, 31, 160, 4096, 5001} {
				for _, additional := range [][]byte{nil, {7}, payload(16), payload(77)} {
					name := fmt.Sprint(keySize, nonceSize, n, len(additional))
					nonce, plain := payload(nonceSize), payload(n)
					want := library.Seal(nil, nonce, plain, additional)
					a := contentAlgorithm{cipher: AES256GCM, iv: nonce, tag: 16}
					g, err := newGCM(a, payload(keySize))
					if err != nil {
						t.Fatal(err)
					}
					opener := &gcmOpener{g}
					data := bytes.Clone(want[:n])
					for piece := data; len(piece) > 0; { // in pieces of 48 bytes
						m := min(48, len(piece))
						if _, err := opener.open(piece[:m], m == len(piece)); err != nil {
							t.Fatal(err)
						}
						piece = piece[m:]
					}
					if !bytes.Equal(data, plain) {
						t.Errorf("%s: decrypts to something else", name)
					}
					tag := want[n:]
					for _, size := range []int{12, 13, 14, 15, 16} {
						if err := opener.verify(additional, tag[:size]); err != nil {
							t.Errorf("%s: tag of %d bytes: %v", name, size, err)
						}
					}
					tag[3] ^= 1
					if err := opener.verify(additional, tag); err == nil {
						t.Errorf("%s: a wrong tag is accepted", name)
					}
				}
			}
		}
	}
}

// TestCounterWraps: GCM's counter has 32 bits and does not carry into the rest, which shows only with unusual nonces.
func TestCounterWraps(t *testing.T) {
	block, err := aes.NewCipher(payload(16))
	if err != nil {
		t.Fatal(err)
	}
	var j0 [16]byte
	copy(j0[:], payload(12))
	binary.BigEndian.PutUint32(j0[12:], 0xfffffffd)
	var want []byte
	for i := range uint32(6) {
		counter := j0
		binary.BigEndian.PutUint32(counter[12:], 0xfffffffd+1+i)
		var out [16]byte
		block.Encrypt(out[:], counter[:])
		want = append(want, out[:]...)
	}
	for _, piece := range []int{7, 16, 32, 96} {
		stream := newCounterStream(block, j0)
		got := make([]byte, len(want))
		for at := 0; at < len(got); at += piece {
			stream.xor(got[at:min(at+piece, len(got))])
		}
		if !bytes.Equal(got, want) {
			t.Errorf("pieces of %d: another key stream", piece)
		}
	}
}

func TestFieldInverse(t *testing.T) {
	one := fieldElement{high: 1 << 63}
	for i := range 20 {
		x := element128([16]byte(payload(16 * (i + 1))[16*i:]))
		if x.mul(x.inverse()) != one {
			t.Errorf("%x times its inverse is not one", x)
		}
		if x.power(5) != x.mul(x).mul(x).mul(x).mul(x) {
			t.Errorf("%x to the fifth", x)
		}
	}
}
