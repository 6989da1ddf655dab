package openpgp

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1" // #nosec G505 -- the format's own hash (RFC 9580 §5.13.1); what it must withstand is not collisions
	"crypto/subtle"
	"hash"
	"io"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// Our own reader of SEIPDv1 (RFC 9580 §5.13.1) for AES: the library's works byte by byte, and the profile of a delivery
// showed two thirds of all time there. Everything else, other ciphers included, is left to the library.

const (
	mdcSize  = 22       // a packet header of two bytes and a SHA-1
	mdcChunk = 64 << 10 // bytes that are decrypted at once; a multiple of the block
)

// mdcReader decrypts CFB with a zero IV. Its plaintext is a block of random bytes, the last two of them again, packets,
// and the MDC packet: a SHA-1 over all that stands before it. It delivers the packets, and io.EOF only if the MDC is right.
type mdcReader struct {
	in    io.Reader
	block cipher.Block
	hash  hash.Hash
	// text holds one block of ciphertext from before and a chunk; that is what CFB needs to decrypt the chunk.
	text []byte
	// plain holds the last bytes from before, which may turn out to be the MDC, and a decrypted chunk.
	plain   []byte
	used    int    // bytes of plain that are filled
	ready   []byte // part of plain that may be delivered
	started bool   // the random prefix has been passed over
	err     error
}

// newMDCReader returns nil for a packet or a cipher that is not its own.
func newMDCReader(p *packet.SymmetricallyEncrypted, c packet.CipherFunction, key []byte) *mdcReader {
	switch c {
	case packet.CipherAES128, packet.CipherAES192, packet.CipherAES256:
	default:
		return nil
	}
	if p.Version != 1 || len(key) != c.KeySize() {
		return nil
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil
	}
	return &mdcReader{in: p.Contents, block: block, hash: sha1.New(), text: make([]byte, aes.BlockSize+mdcChunk), plain: make([]byte, mdcSize+mdcChunk)} // #nosec G401 -- as above
}

func (m *mdcReader) Read(p []byte) (int, error) {
	for len(m.ready) == 0 {
		if m.err != nil {
			return 0, m.err
		}
		m.err = m.fill()
	}
	n := copy(p, m.ready)
	m.ready = m.ready[n:]
	return n, nil
}

// fill decrypts the next chunk. With the last one the MDC is verified before anything of it is delivered.
func (m *mdcReader) fill() error {
	n, end := 0, error(nil)
	chunk := m.text[aes.BlockSize:]
	for n < len(chunk) && end == nil {
		var k int
		k, end = m.in.Read(chunk[n:])
		n += k
	}
	if end != nil && end != io.EOF {
		return end
	}
	// The key stream is the encryption of the ciphertext one block earlier. It is made in place of the plaintext; the last
	// block may be cut short.
	held := min(m.used, mdcSize)
	copy(m.plain, m.plain[m.used-held:m.used])
	fresh := m.plain[held:]
	at := 0
	for ; at+aes.BlockSize <= n; at += aes.BlockSize {
		m.block.Encrypt(fresh[at:at+aes.BlockSize], m.text[at:at+aes.BlockSize])
	}
	if at < n {
		var last [aes.BlockSize]byte
		m.block.Encrypt(last[:], m.text[at:at+aes.BlockSize])
		copy(fresh[at:n], last[:])
	}
	subtle.XORBytes(fresh[:n], fresh[:n], chunk[:n])
	if end == nil {
		copy(m.text, m.text[len(m.text)-aes.BlockSize:])
	}
	m.used = held + n
	return m.deliver(m.plain[:m.used], end)
}

// deliver hashes and releases all but the last bytes of what is decrypted.
func (m *mdcReader) deliver(plain []byte, end error) error {
	const prefix = aes.BlockSize + 2
	first := 0
	if !m.started {
		first = prefix
		m.started = true
	}
	if len(plain) < first+mdcSize {
		return io.ErrUnexpectedEOF // the chunk was the last: a whole one is far longer
	}
	body, tail := plain[:len(plain)-mdcSize], plain[len(plain)-mdcSize:]
	m.hash.Write(body)
	if end == io.EOF {
		m.hash.Write(tail[:2])
		if tail[0] != 0xc0|19 || tail[1] != sha1.Size || subtle.ConstantTimeCompare(m.hash.Sum(nil), tail[2:]) != 1 {
			return ErrIntegrity
		}
	}
	m.ready = body[first:]
	return end
}

// Close verifies the MDC if nobody has read that far.
func (m *mdcReader) Close() error {
	for m.err == nil {
		m.ready = nil
		m.err = m.fill()
	}
	if m.err != io.EOF {
		return m.err
	}
	return nil
}
