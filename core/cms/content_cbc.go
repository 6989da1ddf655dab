package cms

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/des" // #nosec G502 -- to read what older tools wrote; never to write
	"crypto/subtle"
	"runtime"
	"sync"
)

// cbcOpener decrypts CBC content (RFC 3565 §2.3, RFC 3370 §5.1).
type cbcOpener struct {
	block cipher.Block
	iv    []byte // the ciphertext block before the next one
	any   bool   // something was decrypted
}

func newCBCOpener(a contentAlgorithm, cek []byte) (contentOpener, error) {
	var block cipher.Block
	var err error
	if a.cipher == TripleDESCBC {
		block, err = des.NewTripleDESCipher(cek) // #nosec G405 -- see the import
	} else {
		block, err = aes.NewCipher(cek)
	}
	if err != nil {
		return nil, err
	}
	return &cbcOpener{block: block, iv: append([]byte(nil), a.iv...)}, nil
}

// parallelFrom is the batch from which two cores pay, bytes.
const parallelFrom = 32 << 10

// open decrypts a batch. A wrong length and wrong padding are the same error.
func (c *cbcOpener) open(buf []byte, last bool) ([]byte, error) {
	size := c.block.BlockSize()
	if len(buf)%size != 0 || last && len(buf) == 0 && !c.any {
		return nil, ErrDecrypt
	}
	if len(buf) > 0 {
		c.any = true
		c.decrypt(buf)
	}
	if !last {
		return buf, nil
	}
	return unpad(buf, size)
}

// decrypt works on both halves at once where that pays: in CBC every block needs only the ciphertext before it.
func (c *cbcOpener) decrypt(buf []byte) {
	size := c.block.BlockSize()
	iv := c.iv
	c.iv = append([]byte(nil), buf[len(buf)-size:]...)
	if len(buf) < parallelFrom || runtime.GOMAXPROCS(0) < 2 {
		cipher.NewCBCDecrypter(c.block, iv).CryptBlocks(buf, buf)
		return
	}
	half := len(buf) / 2 / size * size
	middle := append([]byte(nil), buf[half-size:half]...)
	var second sync.WaitGroup
	second.Go(func() { cipher.NewCBCDecrypter(c.block, middle).CryptBlocks(buf[half:], buf[half:]) })
	cipher.NewCBCDecrypter(c.block, iv).CryptBlocks(buf[:half], buf[:half])
	second.Wait()
}

// verify has nothing to verify: CBC in EnvelopedData carries no proof.
func (c *cbcOpener) verify(_, _ []byte) error { return nil }

// unpad removes the padding of RFC 5652 §6.3: n bytes of value n, 1 ≤ n ≤ size. It looks at all of the last block, so that
// the time tells nothing about where it is wrong.
func unpad(buf []byte, size int) ([]byte, error) {
	if len(buf) < size {
		return nil, ErrDecrypt
	}
	tail := buf[len(buf)-size:]
	value := tail[size-1]
	n := int(value)
	good := subtle.ConstantTimeLessOrEq(1, n) & subtle.ConstantTimeLessOrEq(n, size)
	for i, c := range tail {
		inside := subtle.ConstantTimeLessOrEq(size-n, i)
		good &= 1 ^ inside&(1^subtle.ConstantTimeByteEq(c, value))
	}
	if good != 1 {
		return nil, ErrDecrypt
	}
	return buf[:len(buf)-n], nil
}

// cbcSealer encrypts CBC content.
type cbcSealer struct{ mode cipher.BlockMode }

func newCBCSealer(a contentAlgorithm, cek []byte) (contentSealer, error) {
	block, err := aes.NewCipher(cek)
	if err != nil {
		return nil, err
	}
	return &cbcSealer{cipher.NewCBCEncrypter(block, a.iv)}, nil
}

// length adds the padding, which is always there.
func (c *cbcSealer) length(plain int64) int64 { return (plain/aes.BlockSize + 1) * aes.BlockSize }

// seal encrypts in place; the last segment grows by the padding.
func (c *cbcSealer) seal(buf []byte, last bool) []byte {
	if last {
		n := aes.BlockSize - len(buf)%aes.BlockSize
		for range n {
			buf = append(buf, byte(n))
		}
	}
	c.mode.CryptBlocks(buf, buf)
	return buf
}

// tag is none.
func (c *cbcSealer) tag() []byte { return nil }
