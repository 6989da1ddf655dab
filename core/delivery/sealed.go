package delivery

import (
	"io"
	"sync"

	"enrollbench/core/recipient"
)

// Opener is the private key that results were sealed to, ready to open; see WithKey. It is used by several goroutines.
type Opener interface {
	Open(sealed io.Reader) (Opened, error)
}

// Opened is the plaintext of a sealed message. It counts only once it ended with io.EOF.
type Opened interface {
	io.Reader
	// Authenticated says whether that end proves that nothing was changed (MDC, AEAD); CBC proves nothing.
	Authenticated() bool
}

// WithKey makes an Opener of a private key. The caller wipes the key once the delivery is closed.
func WithKey(key *recipient.Opener) Opener { return &keyOpener{key: key} }

type keyOpener struct {
	key *recipient.Opener
	mu  sync.Mutex // an OpenPGP ring may ask for another passphrase while it opens
}

func (o *keyOpener) Open(sealed io.Reader) (Opened, error) {
	if o.key.Kind() == recipient.OpenPGP {
		o.mu.Lock()
		defer o.mu.Unlock()
	}
	in, err := o.key.Open(sealed)
	if err != nil {
		return nil, err // not in: a nil pointer in an interface is not nil
	}
	return in, nil
}

// Seal begins a message to a recipient on w. size is the number of octets that will be written, -1 where it is not
// known. The end is written by Close, which must be checked.
type Seal func(w io.Writer, size int64) (io.WriteCloser, error)

// SealTo seals to one recipient or several of one kind; o.Size is not used.
func SealTo(to []*recipient.Recipient, o recipient.SealOptions) Seal {
	return func(w io.Writer, size int64) (io.WriteCloser, error) {
		o := o
		o.Size = size
		return recipient.SealTo(w, to, o)
	}
}
