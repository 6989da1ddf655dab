package cms

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
)

// ghash is GHASH (NIST SP 800-38D §6.4) over data that comes in pieces.
//
// The standard library has it in assembler, but only inside AES-GCM. Its tag over additional data A and no plaintext is
// E(K, J0) ⊕ (S ⊕ L)·H, where S is the hash state after A and L the block of lengths. All but S is known, so
// S = (tag ⊕ E(K, J0))·H⁻¹ ⊕ L. The state carries on by adding it to the first block of the next piece. That costs one
// slow multiplication for each piece and runs at the speed of the assembler otherwise.
type ghash struct {
	aead    cipher.AEAD
	nonce   [gcmNonce]byte      // any will do: these tags never leave
	mask    [aes.BlockSize]byte // E(K, J0) of that nonce
	h       fieldElement
	inverse fieldElement
	state   fieldElement
	tag     [aes.BlockSize]byte
}

func newGHASH(block cipher.Block) (*ghash, error) {
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	g := &ghash{aead: aead}
	var zero, h, j0 [aes.BlockSize]byte
	block.Encrypt(h[:], zero[:])
	g.h = element128(h)
	g.inverse = g.h.inverse()
	j0[15] = 1
	block.Encrypt(g.mask[:], j0[:])
	return g, nil
}

// update hashes data, whose first block is used as scratch space. Only the last piece may be no multiple of 16 bytes; it is
// padded with zeros.
func (g *ghash) update(data []byte) {
	if len(data) == 0 {
		return
	}
	var first [aes.BlockSize]byte
	n := copy(first[:], data)
	sum := element128(first).add(g.state).bytes()
	var short [aes.BlockSize]byte
	in, kept := data, first
	if n < aes.BlockSize { // the state reaches beyond the data
		short = sum
		in = short[:]
	} else {
		copy(data, sum[:])
	}
	tag := g.aead.Seal(g.tag[:0], g.nonce[:], nil, in)
	if n == aes.BlockSize {
		copy(data, kept[:])
	}
	for i := range tag {
		tag[i] ^= g.mask[i]
	}
	var lengths [aes.BlockSize]byte
	binary.BigEndian.PutUint64(lengths[:8], uint64(len(in))*8)
	g.state = element128([aes.BlockSize]byte(tag)).mul(g.inverse).add(element128(lengths))
}

// initialCounter is J0 of a nonce (NIST SP 800-38D §7.1 step 2). The state must be fresh and is fresh again afterwards.
func (g *ghash) initialCounter(nonce []byte) [aes.BlockSize]byte {
	var j0 [aes.BlockSize]byte
	if len(nonce) == gcmNonce {
		copy(j0[:], nonce)
		j0[15] = 1
		return j0
	}
	g.update(append([]byte(nil), nonce...))
	var lengths [aes.BlockSize]byte
	binary.BigEndian.PutUint64(lengths[8:], uint64(len(nonce))*8)
	j0 = g.state.add(element128(lengths)).mul(g.h).bytes()
	g.state = fieldElement{}
	return j0
}

// fieldElement is an element of GF(2¹²⁸) with GCM's order of bits: the first bit is the coefficient of x⁰.
type fieldElement struct{ high, low uint64 }

func element128(b [aes.BlockSize]byte) fieldElement {
	return fieldElement{binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])}
}

func (x fieldElement) bytes() (b [aes.BlockSize]byte) {
	binary.BigEndian.PutUint64(b[:8], x.high)
	binary.BigEndian.PutUint64(b[8:], x.low)
	return b
}

func (x fieldElement) add(y fieldElement) fieldElement {
	return fieldElement{x.high ^ y.high, x.low ^ y.low}
}

// mul multiplies (NIST SP 800-38D §6.3) without a branch or an index that depends on the factors.
func (x fieldElement) mul(y fieldElement) fieldElement {
	var z fieldElement
	for i := range 128 {
		word := x.high
		if i >= 64 {
			word = x.low
		}
		take := -(word >> (63 - i%64) & 1)
		z.high ^= y.high & take
		z.low ^= y.low & take
		carry := -(y.low & 1)
		y.low = y.low>>1 | y.high<<63
		y.high = y.high>>1 ^ 0xe1<<56&carry
	}
	return z
}

// power is x raised to n. n is public.
func (x fieldElement) power(n uint64) fieldElement {
	result := fieldElement{high: 1 << 63}
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			result = result.mul(x)
		}
		x = x.mul(x)
	}
	return result
}

// inverse is x raised to 2¹²⁸−2. The inverse of zero comes out as zero; H is zero for no key that anybody can find.
func (x fieldElement) inverse() fieldElement {
	result := fieldElement{high: 1 << 63}
	for range 127 {
		x = x.mul(x)
		result = result.mul(x)
	}
	return result
}
