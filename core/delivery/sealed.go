package delivery

import "io"

// Opener is the private key that results were sealed to, ready to open.
type Opener interface {
	Open(sealed io.Reader) (Opened, error)
}

// Opened is the plaintext of a sealed message. It counts only once it ended with io.EOF.
type Opened interface {
	io.Reader
	// Authenticated says whether that end proves that nothing was changed (MDC, AEAD); CBC proves nothing.
	Authenticated() bool
}

type opener = Opener
