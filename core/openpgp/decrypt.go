package openpgp

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	pgperrors "github.com/ProtonMail/go-crypto/openpgp/errors"
	"github.com/ProtonMail/go-crypto/openpgp/packet"

	"enrollbench/core/form"
)

// maxDecompressed is MaxDecompressed; a variable so that tests can lower it.
var maxDecompressed int64 = MaxDecompressed

// Message is a message that is being opened: an io.Reader of the plaintext. What it delivered may be used only after it
// ended with io.EOF: until then nothing is authenticated. It is not safe for concurrent use.
type Message struct {
	Recipients []string   // key IDs that the message names, or Hidden
	Cipher     string     // "AES-256"
	AEAD       bool       // SEIPDv2 or GnuPG's OCB packet; otherwise MDC
	Coats      form.Coats // what lay around it, from the outside in

	source    *source
	outer     *bufio.Reader
	framed    *strict // outer, as the library reads the encrypted packet from it
	decrypted io.ReadCloser
	packets   *packet.CheckReader
	body      io.Reader
	err       error
}

// source remembers an error of the reader that was given: it is no damage of the message.
type source struct {
	r   io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

// strict stands between the stream of packets and the library, which takes the end of the stream for the end of a packet
// whose length says that there is more. In a message that is framed well, nobody reads past its end.
type strict struct {
	r       *bufio.Reader
	starved bool
}

func (s *strict) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	s.starved = s.starved || err == io.EOF
	return n, err
}

// failure turns what went wrong below into one of ours: the reader's own error as it is, limits as they are, everything
// else ErrIntegrity, without a word about where it was noticed.
func (s *source) failure(err error) error {
	if s.err != nil {
		return fmt.Errorf("reading the message: %w", s.err)
	}
	var limit *LimitError
	switch {
	case errors.As(err, &limit):
		return limit
	case errors.Is(err, ErrUnsupported):
		return err
	}
	return ErrIntegrity
}

// Decrypt reads the header of a message, binary or armored, and opens its session key with a secret key of the ring. ask
// is called when only a locked key fits; it may be nil.
//
// Errors: ErrNotEncrypted, ErrUnprotected, ErrPassphraseOnly, *NoMatchingKeyError, ErrNeedPassphrase,
// ErrWrongPassphrase, ErrIntegrity, ErrUnsupported, *LimitError, what ask returned, and errors of r.
func Decrypt(r io.Reader, keys *KeyRing, ask Passphrase) (*Message, error) {
	m := &Message{source: &source{r: r}}
	encrypted, envelopes, passphrases, err := m.readHeader()
	if err != nil {
		return nil, err
	}
	if len(m.Recipients) == 0 && passphrases {
		return nil, ErrPassphraseOnly
	}
	if err := m.openSession(encrypted, envelopes, keys, ask); err != nil {
		return nil, err
	}
	if err := m.openBody(maxDecompressed); err != nil {
		return nil, err
	}
	return m, nil
}

// Inspect tells which keys a message names, without opening it. Nothing of that is proven.
func Inspect(r io.Reader) (recipients []string, err error) {
	m := &Message{source: &source{r: r}}
	_, _, _, err = m.readHeader()
	return m.Recipients, err
}

// readHeader reads up to the encrypted packet.
func (m *Message) readHeader() (encrypted packet.EncryptedDataPacket, envelopes []*packet.EncryptedKey, passphrases bool, err error) {
	if err := m.unwrap(); err != nil {
		return nil, nil, false, err
	}
	left := MaxHeaderBytes
	for first := true; ; first = false {
		tag, err := peekTag(m.outer)
		if err == io.EOF && first {
			return nil, nil, false, fmt.Errorf("%w: there is nothing in it", ErrNotEncrypted)
		}
		if err != nil {
			return nil, nil, false, m.source.failure(err)
		}
		switch tag {
		case tagSEIPD, tagOCB:
			if err := unreadable(m.outer, tag); err != nil {
				return nil, nil, false, err
			}
			m.framed = &strict{r: m.outer}
			p, err := packet.Read(m.framed)
			if err != nil {
				return nil, nil, false, m.source.failure(err)
			}
			m.AEAD = tag == tagOCB
			if s, ok := p.(*packet.SymmetricallyEncrypted); ok {
				m.AEAD = s.Version == 2
			}
			return p.(packet.EncryptedDataPacket), envelopes, passphrases, nil
		case tagPKESK, tagSKESK, tagMarker, tagPadding:
			whole, body, err := readSmall(m.outer, left)
			if err != nil {
				return nil, nil, false, m.source.failure(err)
			}
			left -= len(whole)
			switch tag {
			case tagPKESK:
				m.Recipients = append(m.Recipients, recipientID(body))
				if p, err := packet.Read(bytes.NewReader(whole)); err == nil { // else of a version or algorithm we do not know
					if !canonical(body) {
						return nil, nil, false, ErrIntegrity
					}
					envelopes = append(envelopes, p.(*packet.EncryptedKey))
				}
			case tagSKESK:
				passphrases = true
			}
		case tagSED:
			return nil, nil, false, ErrUnprotected
		default:
			if !first {
				return nil, nil, false, ErrIntegrity
			}
			return nil, nil, false, fmt.Errorf("%w: %s", ErrNotEncrypted, notEncrypted(tag))
		}
	}
}

func notEncrypted(tag byte) string {
	switch tag {
	case tagSecretKey, tagPublicKey:
		return "it is an OpenPGP key"
	case tagLiteral, tagCompressed:
		return "its content is not encrypted"
	case tagOnePass, tagSignature:
		return "it is signed and not encrypted"
	}
	return "it does not start like one"
}

// unwrap sets outer to the stream of packets.
func (m *Message) unwrap() error {
	in, f, err := form.Unwrap(m.source)
	m.Coats = f.Coats
	switch {
	case err != nil:
		return m.source.failure(err)
	case f.Kind == form.Empty:
		return fmt.Errorf("%w: there is nothing in it", ErrNotEncrypted)
	case f.Label != "" && f.Kind != form.PGPMessage:
		return fmt.Errorf("%w: it is %s", ErrNotEncrypted, f)
	}
	m.outer = bufio.NewReaderSize(in, 64<<10)
	return nil
}

// openSession finds a secret key for one of the envelopes: first among those that are unlocked, then by asking. Every
// secret key that an envelope names is tried, whatever its flags and dates say: some software seals to a key that is not
// marked for it, and an expired key still opens what was sealed to it.
func (m *Message) openSession(encrypted packet.EncryptedDataPacket, envelopes []*packet.EncryptedKey, keys *KeyRing, ask Passphrase) error {
	var open, locked []*packet.PrivateKey
	var have []string
	if keys != nil {
		for _, k := range keys.keys {
			for p := range privateKeys(k.entity) {
				if !p.PubKeyAlgo.CanEncrypt() {
					continue
				}
				have = append(have, keyID(p.KeyId))
				switch {
				case !wanted(p, envelopes):
				case p.Encrypted:
					locked = append(locked, p)
				default:
					open = append(open, p)
				}
			}
		}
	}
	noMatch := &NoMatchingKeyError{Wanted: m.Recipients, Have: have}
	if keys != nil {
		noMatch.Absent = keys.Absent()
	}
	if len(open)+len(locked) == 0 {
		return noMatch
	}
	var named, done bool
	var failed error
	attempts := 0
	try := func(candidates []*packet.PrivateKey) bool {
		for _, p := range candidates {
			for _, e := range envelopes {
				if !fits(p, e) {
					continue
				}
				if attempts++; attempts > maxAttempts {
					failed = &LimitError{What: "session keys for the keys at hand", Max: maxAttempts}
					return true
				}
				named = named || e.KeyId != 0
				if done, failed = m.openWith(encrypted, e, p); done || failed != nil {
					return true
				}
			}
		}
		return false
	}
	if !try(open) {
		if err := unlock(locked, ask, try); err != nil {
			return err
		}
	}
	switch {
	case failed != nil:
		return m.source.failure(failed)
	case done:
		return nil
	case named: // the right key, and it does not open
		return ErrIntegrity
	}
	return noMatch
}

// openWith tries one envelope with one key. A failure is one of reading the message, after which nothing else helps.
func (m *Message) openWith(encrypted packet.EncryptedDataPacket, e *packet.EncryptedKey, p *packet.PrivateKey) (done bool, failure error) {
	attempt := *e // Decrypt leaves its result in the envelope
	if err := attempt.Decrypt(p, config()); err != nil {
		if unsupported := pgperrors.UnsupportedError(""); errors.As(err, &unsupported) {
			return false, &UnsupportedError{Name: cipherName(attempt.CipherFunc)}
		}
		return false, nil
	}
	defer clear(attempt.Key)
	cipher := attempt.CipherFunc
	if s, ok := encrypted.(*packet.SymmetricallyEncrypted); ok {
		if s.Version == 2 {
			cipher = s.Cipher
		} else if own := newMDCReader(s, cipher, attempt.Key); own != nil {
			m.decrypted = own
		}
	}
	if m.decrypted == nil {
		decrypted, err := encrypted.Decrypt(cipher, attempt.Key)
		if m.source.err != nil {
			return false, m.source.err
		}
		if err != nil || decrypted == nil {
			return false, nil
		}
		m.decrypted = decrypted
	}
	m.Cipher = cipherName(cipher)
	return true, nil
}

// ciphers are those of RFC 9580 §9.3, the ones that are not read among them.
var ciphers = map[packet.CipherFunction]string{1: "IDEA", packet.Cipher3DES: "3DES", packet.CipherCAST5: "CAST5", 4: "Blowfish",
	packet.CipherAES128: "AES-128", packet.CipherAES192: "AES-192", packet.CipherAES256: "AES-256", 10: "Twofish",
	11: "Camellia-128", 12: "Camellia-192", 13: "Camellia-256"}

func cipherName(c packet.CipherFunction) string {
	if name, ok := ciphers[c]; ok {
		return name
	}
	return fmt.Sprintf("cipher number %d", c)
}

// openBody reads the packets inside up to the literal data.
func (m *Message) openBody(limit int64) error {
	m.packets = packet.NewCheckReader(m.decrypted)
	for {
		p, err := m.packets.Next()
		if err != nil {
			return m.source.failure(err)
		}
		switch p := p.(type) {
		case *packet.Compressed:
			if err := m.packets.Push(&limited{r: p.Body, left: limit, max: limit}); err != nil {
				return m.source.failure(err)
			}
		case *packet.LiteralData:
			m.body = p.Body
			return nil
		case *packet.OnePassSignature, *packet.Signature, packet.Padding, *packet.Marker:
		default:
			return ErrIntegrity
		}
	}
}

// limited stops a compressed message that grows too large.
type limited struct {
	r         io.Reader
	left, max int64
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left == 0 {
		var one [1]byte
		if n, err := l.r.Read(one[:]); n == 0 {
			return 0, err
		}
		return 0, &LimitError{What: "bytes after decompression", Max: l.max}
	}
	n, err := l.r.Read(p[:min(int64(len(p)), l.left)])
	l.left -= int64(n)
	return n, err
}

// Read delivers plaintext. io.EOF says that the message is whole and authentic in itself; after any other error everything
// that was delivered must be thrown away.
func (m *Message) Read(p []byte) (int, error) {
	if m.err != nil {
		return 0, m.err
	}
	n, err := m.body.Read(p)
	if err == io.EOF {
		err = m.finish()
	}
	if err != nil && err != io.EOF {
		n, m.err = 0, m.source.failure(err)
		return n, m.err
	}
	m.err = err
	return n, err
}

// finish reads what follows the literal data, has the library verify MDC or AEAD tag, and sees that nothing follows.
func (m *Message) finish() error {
	for {
		p, err := m.packets.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		switch p.(type) {
		case *packet.Signature, packet.Padding, *packet.Marker:
		default:
			return ErrIntegrity
		}
	}
	if err := m.decrypted.Close(); err != nil {
		return err
	}
	if _, err := m.outer.ReadByte(); err != io.EOF || m.framed.starved {
		return ErrIntegrity
	}
	return io.EOF
}
