package openpgp

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/armor"
	pgp "github.com/ProtonMail/go-crypto/openpgp/v2"
)

// EncryptOptions say how a message is written.
type EncryptOptions struct {
	Armor bool      // as text, a third larger
	Now   time.Time // at which the keys must be valid; zero: now
}

// Encrypt writes the header of a message to w and returns the writer of its plaintext. Each of the keys can open it.
// Close writes the end and its error must be checked: without a successful Close the message is not whole. Close does
// not close w.
//
// Errors: ErrNoEncryptionKey with the reasons, for a key that cannot be used; those of w.
func Encrypt(w io.Writer, to []*Key, o EncryptOptions) (io.WriteCloser, error) {
	if len(to) == 0 {
		return nil, errors.New("no key to seal to")
	}
	now := o.Now
	if now.IsZero() {
		now = time.Now()
	}
	var entities []*pgp.Entity
	modern := true
	for _, k := range to {
		if _, err := k.EncryptionSubkey(now); err != nil {
			return nil, err
		}
		modern = modern && k.AdvertisesSEIPDv2
		entities = append(entities, k.entity)
	}
	s := &sealer{out: bufio.NewWriterSize(w, 64<<10)}
	var inner io.Writer = s.out
	if o.Armor {
		// Readers of before RFC 9580 want the checksum; around its AEAD packets it must not be (§6.1).
		a, err := armor.EncodeWithChecksumOption(s.out, pgp.MessageType, nil, !modern)
		if err != nil {
			return nil, err
		}
		s.armor, inner = a, a
	}
	c := config()
	c.Time = func() time.Time { return now }
	plain, err := pgp.EncryptWithParams(inner, entities, nil, &pgp.EncryptParams{Config: c, EncryptionTime: &now})
	if err != nil {
		return nil, fmt.Errorf("sealing to OpenPGP keys: %w", err)
	}
	s.plain = plain
	return s, nil
}

// sealer closes the layers from the inside out, and reports the first failure again if it is closed again.
type sealer struct {
	plain  io.WriteCloser
	armor  io.Closer // nil: binary
	out    *bufio.Writer
	closed bool
	err    error
}

func (s *sealer) Write(p []byte) (int, error) {
	if s.closed {
		return 0, errors.New("write to a sealed message after its end")
	}
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.plain.Write(p)
	s.err = err
	return n, err
}

func (s *sealer) Close() error {
	if s.closed {
		return s.err
	}
	s.closed = true
	if s.err != nil {
		return s.err
	}
	s.err = s.plain.Close()
	if s.err == nil && s.armor != nil {
		if s.err = s.armor.Close(); s.err == nil {
			s.err = s.out.WriteByte('\n')
		}
	}
	if s.err == nil {
		s.err = s.out.Flush()
	}
	return s.err
}
