package cms

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/subtle"
	"encoding/binary"
)

// maxGCM is the longest plaintext under one key and nonce, bytes (NIST SP 800-38D §5.2.1.1).
const maxGCM = 1<<36 - 32

// gcm is AES-GCM as a stream. The standard library's works on whole messages only, so the two halves are joined here: its
// counter mode, and GHASH as ghash.go gets it out of its AES-GCM.
type gcm struct {
	stream counterStream
	hash   *ghash
	mask   [aes.BlockSize]byte // E(K, J0), which hides the final hash
	length uint64              // bytes of content
}

func newGCM(a contentAlgorithm, cek []byte) (*gcm, error) {
	block, err := aes.NewCipher(cek)
	if err != nil {
		return nil, err
	}
	h, err := newGHASH(block)
	if err != nil {
		return nil, err
	}
	g := &gcm{hash: h}
	j0 := h.initialCounter(a.iv)
	block.Encrypt(g.mask[:], j0[:])
	g.stream = newCounterStream(block, j0)
	return g, nil
}

// finish is the tag (NIST SP 800-38D §7.1). The additional data comes after the content in AuthEnvelopedData but enters
// the hash before it: the hash is a polynomial in H, so its share is multiplied by the power of H that the content is long.
func (g *gcm) finish(additional []byte) []byte {
	state := g.hash.state
	if len(additional) > 0 {
		g.hash.state = fieldElement{}
		g.hash.update(additional)
		share := g.hash.state
		g.hash.state = state
		state = state.add(share.mul(g.hash.h.power((g.length + aes.BlockSize - 1) / aes.BlockSize)))
	}
	var lengths [aes.BlockSize]byte
	binary.BigEndian.PutUint64(lengths[:8], uint64(len(additional))*8)
	binary.BigEndian.PutUint64(lengths[8:], g.length*8)
	tag := state.add(element128(lengths)).mul(g.hash.h).bytes()
	subtle.XORBytes(tag[:], tag[:], g.mask[:])
	return tag[:]
}

// counterStream is counter mode with the 32-bit counter of GCM, which wraps where cipher.NewCTR carries on.
type counterStream struct {
	block   cipher.Block
	counter [aes.BlockSize]byte // where stream began
	stream  cipher.Stream
	left    uint64 // bytes until the counter wraps
}

// newCounterStream begins with the block after j0.
func newCounterStream(block cipher.Block, j0 [aes.BlockSize]byte) counterStream {
	c := counterStream{block: block, counter: j0}
	c.from(binary.BigEndian.Uint32(j0[12:]) + 1)
	return c
}

func (c *counterStream) from(n uint32) {
	binary.BigEndian.PutUint32(c.counter[12:], n)
	c.stream = cipher.NewCTR(c.block, c.counter[:])
	c.left = (1<<32 - uint64(n)) * aes.BlockSize
}

func (c *counterStream) xor(buf []byte) {
	for uint64(len(buf)) > c.left {
		c.stream.XORKeyStream(buf[:c.left], buf[:c.left])
		buf = buf[c.left:]
		c.from(0)
	}
	c.stream.XORKeyStream(buf, buf)
	c.left -= uint64(len(buf))
}

// gcmOpener decrypts GCM content.
type gcmOpener struct {
	*gcm
}

func newGCMOpener(a contentAlgorithm, cek []byte) (contentOpener, error) {
	g, err := newGCM(a, cek)
	return &gcmOpener{g}, err
}

func (g *gcmOpener) open(buf []byte, _ bool) ([]byte, error) {
	if g.length += uint64(len(buf)); g.length > maxGCM {
		return nil, ErrDecrypt
	}
	g.hash.update(buf)
	g.stream.xor(buf)
	return buf, nil
}

func (g *gcmOpener) verify(attributes, tag []byte) error {
	if subtle.ConstantTimeCompare(g.finish(attributes)[:len(tag)], tag) != 1 {
		return ErrDecrypt
	}
	return nil
}

// taggedOpener decrypts GCM content in EnvelopedData, which has no place for the tag: Bouncy Castle's generator puts it behind the ciphertext, as
// Java's cipher gives it (RFC 5084 §1.1 wants AuthEnvelopedData instead). It proves as much there.
type taggedOpener struct {
	*gcm
	size int    // of the tag
	held []byte // the last bytes that were read, the tag among them perhaps
}

func newTaggedOpener(a contentAlgorithm, cek []byte) (contentOpener, error) {
	g, err := newGCM(a, cek)
	return &taggedOpener{gcm: g, size: a.tag}, err
}

func (t *taggedOpener) open(buf []byte, last bool) ([]byte, error) {
	all := append(t.held, buf...)
	n := len(all) - t.size
	if !last {
		n = max(n, 0) &^ (aes.BlockSize - 1) // the hash takes whole blocks until the last piece
	}
	if n < 0 {
		return nil, ErrDecrypt
	}
	t.held = append([]byte(nil), all[n:]...)
	if t.length += uint64(n); t.length > maxGCM {
		return nil, ErrDecrypt
	}
	t.hash.update(all[:n])
	t.stream.xor(all[:n])
	return all[:n], nil
}

func (t *taggedOpener) verify(_, _ []byte) error {
	if subtle.ConstantTimeCompare(t.finish(nil)[:t.size], t.held) != 1 {
		return ErrDecrypt
	}
	return nil
}

// gcmSealer encrypts GCM content.
type gcmSealer struct {
	*gcm
}

func newGCMSealer(a contentAlgorithm, cek []byte) (contentSealer, error) {
	g, err := newGCM(a, cek)
	return &gcmSealer{g}, err
}

func (g *gcmSealer) length(plain int64) int64 { return plain }

func (g *gcmSealer) seal(buf []byte, _ bool) []byte {
	g.gcm.length += uint64(len(buf))
	g.stream.xor(buf)
	g.hash.update(buf)
	return buf
}

func (g *gcmSealer) tag() []byte { return g.finish(nil) }
