package openpgp

import (
	"errors"
	"fmt"
	"strings"

	"enrollbench/core/privatekey"
)

// What can be wrong; match with errors.Is.
var (
	// ErrIntegrity is the one error for a message that was changed: flipped, truncated, appended to.
	ErrIntegrity = errors.New("the message was changed or damaged on its way: nothing of it may be used")
	// ErrNotEncrypted is a file that is no encrypted OpenPGP message.
	ErrNotEncrypted = errors.New("not an encrypted OpenPGP message")
	// ErrUnprotected is a message in the format of before 2003, whose changes would not show.
	ErrUnprotected = errors.New("the message has no integrity protection (a packet of type 9): ask for it to be sealed again by current software")
	// ErrPassphraseOnly is a message that is sealed with a passphrase and to no key at all.
	ErrPassphraseOnly = errors.New("the message is sealed with a passphrase, not to a key")
	// ErrUnsupported is matched by every *UnsupportedError.
	ErrUnsupported = errors.New("not supported")
	// ErrNoMatchingKey is matched by every *NoMatchingKeyError.
	ErrNoMatchingKey = errors.New("no matching key")
	// ErrNotAKey is a file that holds no OpenPGP key.
	ErrNotAKey = errors.New("no OpenPGP key in it")
	// ErrNoEncryptionKey is a key that nothing can be sealed to.
	ErrNoEncryptionKey = errors.New("nothing can be sealed to this key")

	ErrWrongPassphrase = privatekey.ErrWrongPassphrase
	ErrNeedPassphrase  = privatekey.ErrNeedPassphrase
)

// UnsupportedError is a message that uses what this package does not read. It matches ErrUnsupported.
type UnsupportedError struct {
	Name string // "Twofish", "chunks of 8,388,608 bytes"
}

func (e *UnsupportedError) Error() string {
	return fmt.Sprintf("the message is sealed with %s, which is not supported: ask for it to be sealed again with AES-256", e.Name)
}

// Is matches ErrUnsupported.
func (e *UnsupportedError) Is(target error) bool { return target == ErrUnsupported }

// NoMatchingKeyError says which keys a message wants and which were offered. It matches ErrNoMatchingKey.
type NoMatchingKeyError struct {
	Wanted []string // key IDs; "hidden" for a recipient that is not named
	Have   []string // key IDs of the secret keys that were offered
	// Absent says which secret keys are on a smart card or were left out of the file, and what to do; "" for none.
	Absent string
}

// Hidden stands in Wanted for a recipient without a name.
const Hidden = "hidden"

func (e *NoMatchingKeyError) Error() string {
	have := "you chose a file without a secret key"
	if len(e.Have) > 0 {
		have = "you chose " + list(e.Have)
	}
	if e.Absent != "" {
		have += "; " + e.Absent
	}
	if len(e.Wanted) == 0 {
		return "no matching key: it was sealed to no key; " + have
	}
	return fmt.Sprintf("no matching key: it was sealed to %s; %s", list(e.Wanted), have)
}

// Is matches ErrNoMatchingKey.
func (e *NoMatchingKeyError) Is(target error) bool { return target == ErrNoMatchingKey }

// Absent says which secret keys the file only points to, and what to do about it; "" where there are none.
func (k *KeyRing) Absent() string {
	switch {
	case len(k.OnCard) > 0:
		return "the secret part of " + list(k.OnCard) + " is on a smart card or token, and the file only points to it: open the result with gpg --decrypt while the card is inserted"
	case len(k.Elsewhere) > 0:
		return "the secret part of " + list(k.Elsewhere) + " was left out of the file: export it where the key is, with gpg --export-secret-keys"
	}
	return ""
}

// list spells out key IDs, hidden ones counted.
func list(ids []string) string {
	const shown = 8
	var words []string
	hidden := 0
	for _, id := range ids {
		if id == Hidden {
			hidden++
		} else {
			words = append(words, "key "+Display(id))
		}
	}
	if more := len(words) - shown; more > 0 {
		words = append(words[:shown], fmt.Sprintf("%d more", more))
	}
	if hidden == 1 {
		words = append(words, "a hidden recipient")
	} else if hidden > 1 {
		words = append(words, fmt.Sprintf("%d hidden recipients", hidden))
	}
	return strings.Join(words, ", ")
}

// LimitError is a limit that a file exceeds.
type LimitError struct {
	What string // what is limited, in the plural
	Max  int64
}

func (e *LimitError) Error() string { return fmt.Sprintf("more than %d %s", e.Max, e.What) }
