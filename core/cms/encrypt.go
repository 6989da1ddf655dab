package cms

import (
	"crypto"
	"crypto/aes"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"io"

	"enrollbench/core/ber"
)

// EncryptOptions say how a message is written.
type EncryptOptions struct {
	// Size is the number of plaintext bytes that will be written, exactly; the message is then DER. -1 when it is not
	// known: BER of indefinite length.
	Size int64
	// Cipher of the content: AES-256-CBC unless chosen otherwise. 3DES is refused.
	Cipher Cipher
}

// segment is the size of the pieces that content is written in, bytes.
const segment = 64 << 10

// contentSealer encrypts the content of a message.
type contentSealer interface {
	// length of the encrypted content of a plaintext.
	length(plain int64) int64
	// seal encrypts a segment in place; all but the last are a multiple of the block size. The last one may grow by a block.
	seal(buf []byte, last bool) []byte
	// tag authenticates everything that was sealed; nil if the cipher has none.
	tag() []byte
}

// sealer is the io.WriteCloser that Encrypt returns.
type sealer struct {
	w       io.Writer
	layout  layout
	size    int64 // announced, or -1
	written int64 // plaintext so far
	content contentSealer
	buf     []byte // room for a segment header, then plaintext that waits; capacity for a block of padding behind a full segment
	err     error
	closed  bool
}

// segmentRoom is kept free before a segment for its header.
const segmentRoom = 8

// Encrypt writes the header of a message to w and returns the writer of its plaintext. Each of the recipients can open it.
// Close writes the end and its error must be checked: without a successful Close the message is not whole. Close does not
// close w. To give up, do not call it and throw away what was written.
//
// Errors: *UnsupportedError names a recipient's key, a hash or a cipher that cannot be used; errors of w are returned as
// they are. It is an error to write more or fewer bytes than announced.
func Encrypt(w io.Writer, to []*x509.Certificate, o EncryptOptions) (io.WriteCloser, error) {
	info, known := ciphers[o.Cipher]
	if !known || o.Cipher == TripleDESCBC {
		return nil, &UnsupportedError{What: "encryption with", Name: o.Cipher.String()}
	}
	if len(to) == 0 {
		return nil, errors.New("there is no recipient to seal to")
	}
	if o.Size < -1 || o.Size > ber.MaxLength/2 || info.gcm && o.Size > maxGCM {
		return nil, fmt.Errorf("a message of %d bytes cannot be sealed", o.Size)
	}
	cek := make([]byte, info.key)
	rand.Read(cek)
	defer clear(cek)

	s := &sealer{w: w, size: o.Size, layout: layout{outer: oidEnvelopedData}}
	algorithm := contentAlgorithm{cipher: o.Cipher, iv: make([]byte, info.block)}
	newSealer := newCBCSealer
	if info.gcm {
		s.layout.outer, s.layout.tag = oidAuthEnvelopedData, gcmTag
		algorithm.iv, algorithm.tag = algorithm.iv[:gcmNonce], gcmTag
		newSealer = newGCMSealer
	}
	rand.Read(algorithm.iv)
	var err error
	if s.layout.algorithm, err = algorithm.der(); err != nil {
		return nil, err
	}
	for i, certificate := range to {
		der, err := sealKey(certificate, cek)
		if err != nil {
			return nil, fmt.Errorf("recipient %d: %w", i+1, err)
		}
		s.layout.recipients = append(s.layout.recipients, der)
		if der[0] != ber.Sequence && !info.gcm { // RFC 5652 §6.1; AuthEnvelopedData is always version 0, RFC 5083 §2.1
			s.layout.version = 2
		}
	}
	if s.content, err = newSealer(algorithm, cek); err != nil {
		return nil, err
	}
	s.buf = make([]byte, segmentRoom, segmentRoom+segment+aes.BlockSize)
	head, err := s.layout.before(s.length())
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(head); err != nil {
		return nil, err
	}
	return s, nil
}

// length of the encrypted content, -1 when not known.
func (s *sealer) length() int64 {
	if s.size < 0 {
		return -1
	}
	return s.content.length(s.size)
}

// sealKey builds the RecipientInfo of one recipient.
func sealKey(to *x509.Certificate, cek []byte) ([]byte, error) {
	public, err := publicKeyOf(to)
	if err != nil {
		return nil, err
	}
	switch key := public.(type) {
	case *rsa.PublicKey:
		return sealRSA(to, key, cek)
	case *ecdsa.PublicKey:
		public, err := key.ECDH()
		if err != nil {
			return nil, &UnsupportedError{What: "recipient key on curve", Name: key.Params().Name}
		}
		return sealECDH(to, public, cek)
	case *ecdh.PublicKey:
		return sealECDH(to, key, cek)
	}
	return nil, &UnsupportedError{What: "recipient key", Name: fmt.Sprintf("of type %T", public)}
}

// publicKeyOf is a certificate's public key. crypto/x509 leaves X25519 in certificates unparsed, though it can parse it.
func publicKeyOf(c *x509.Certificate) (crypto.PublicKey, error) {
	if c.PublicKey != nil {
		return c.PublicKey, nil
	}
	key, err := x509.ParsePKIXPublicKey(c.RawSubjectPublicKeyInfo)
	if err != nil {
		return nil, &UnsupportedError{What: "recipient key", Name: "of an algorithm other than RSA, EC and X25519"}
	}
	return key, nil
}

var errClosed = errors.New("the message is closed already")

// Write takes plaintext.
func (s *sealer) Write(p []byte) (int, error) {
	if s.err == nil && s.closed {
		return 0, errClosed
	}
	if s.err == nil && s.limit() < int64(len(p)) {
		s.err = fmt.Errorf("more than the %d bytes announced are written", s.limit()+s.written)
	}
	n := 0
	for s.err == nil && n < len(p) {
		if s.flushFull(); s.err != nil {
			break
		}
		m := copy(s.buf[len(s.buf):segmentRoom+segment], p[n:])
		s.buf = s.buf[:len(s.buf)+m]
		n += m
		s.written += int64(m)
	}
	return n, s.err
}

// limit is how much may still be written.
func (s *sealer) limit() int64 {
	switch {
	case s.size >= 0:
		return s.size - s.written
	case s.layout.tag > 0:
		return maxGCM - s.written
	}
	return ber.MaxLength/2 - s.written
}

// flushFull writes the segment when it is full.
func (s *sealer) flushFull() {
	if len(s.buf) == segmentRoom+segment {
		s.flush(false)
	}
}

// flush encrypts and writes the segment.
func (s *sealer) flush(last bool) {
	sealed := s.content.seal(s.buf[segmentRoom:], last)
	out := s.buf[:segmentRoom+len(sealed)]
	start := segmentRoom
	if s.size < 0 && len(sealed) > 0 {
		var header [segmentRoom]byte
		h := ber.AppendHeader(header[:0], ber.OctetString, int64(len(sealed)))
		start -= len(h)
		copy(out[start:], h)
	}
	if len(sealed) > 0 {
		_, s.err = s.w.Write(out[start:])
	}
	s.buf = s.buf[:segmentRoom]
}

// Close writes the end of the message.
func (s *sealer) Close() error {
	if s.closed {
		return s.err
	}
	s.closed = true
	defer clear(s.buf[:cap(s.buf)])
	if s.err == nil && s.size >= 0 && s.written != s.size {
		s.err = fmt.Errorf("%d of the %d bytes announced were written", s.written, s.size)
	}
	if s.err != nil {
		return s.err
	}
	if s.flush(true); s.err != nil {
		return s.err
	}
	_, s.err = s.w.Write(s.layout.after(s.length(), s.content.tag()))
	return s.err
}
