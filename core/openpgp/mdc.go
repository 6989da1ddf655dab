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

// Our own reader of SEIPDv1 (RFC 9580 §5.13.1) for AES: the library's works byte by byte and takes twice the time, and it
// delivers a small message before its MDC is verified. Other ciphers are left to the library.

const (
	mdcSize  = 22       // a packet header of two bytes and a SHA-1
	mdcChunk = 64 << 10 // bytes that are decrypted at once; a multiple of the block
)

// mdcReader decrypts CFB with a zero IV. Its plaintext is a block of random bytes, the last two of them again, packets,
// and the MDC packet: a SHA-1 over all that stands before it. It delivers the packets, and io.EOF only if the MDC is right.
type mdcReader struct {
	in     io.Reader
	stream cipher.Stream
	hash   hash.Hash
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
	//lint:ignore SA1019 the packet is defined with CFB; its hash authenticates it
	stream := cipher.NewCFBDecrypter(block, make([]byte, aes.BlockSize)) // #nosec G407 -- as above
	hash := sha1.New()                                                   // #nosec G401 -- as above
	return &mdcReader{in: p.Contents, stream: stream, hash: hash, plain: make([]byte, mdcSize+mdcChunk)}
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
	held := min(m.used, mdcSize)
	copy(m.plain, m.plain[m.used-held:m.used])
	fresh := m.plain[held : held+mdcChunk]
	n, end := 0, error(nil)
	for n < len(fresh) && end == nil {
		var k int
		k, end = m.in.Read(fresh[n:])
		n += k
	}
	if end != nil && end != io.EOF {
		return end
	}
	m.stream.XORKeyStream(fresh[:n], fresh[:n])
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
