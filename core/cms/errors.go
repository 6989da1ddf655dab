package cms

import (
	"errors"
	"fmt"
	"strings"
)

// ErrDecrypt is the one error for a message that does not open: wrong key, bad padding, a wrong tag, content that was
// changed or cut short. It does not say which of these, because an answer that does can be used to decrypt (RFC 3218).
var ErrDecrypt = errors.New("the message does not open: wrong key, or it was changed or damaged")

// ErrFormat is matched by every *FormatError.
var ErrFormat = errors.New("not a readable CMS message")

// ErrNoMatchingKey is matched by every *NoMatchingKeyError.
var ErrNoMatchingKey = errors.New("no matching key")

// ErrUnsupported is matched by every *UnsupportedError.
var ErrUnsupported = errors.New("not supported")

// FormatError is a violation of the encoding or of the structure of a message.
type FormatError struct {
	Offset int64  // of the byte, from 0, in the stream that was given
	Reason string // in words
	Other  string // what the data is instead, "a ZIP archive", where that is known; Offset and Reason are empty then

	content bool // the header was accepted already: what fails now is damage
}

func (e *FormatError) Error() string {
	if e.Other != "" {
		return "no CMS message: it is " + e.Other
	}
	return fmt.Sprintf("the CMS message is damaged at byte %d (%s): download or copy it again, in binary mode", e.Offset, e.Reason)
}

// Is matches ErrFormat; damage behind the header matches ErrDecrypt too, so that one test covers all of it.
func (e *FormatError) Is(target error) bool {
	return target == ErrFormat || e.content && target == ErrDecrypt
}

// UnsupportedError is a valid message, certificate or key that this package has no code for.
type UnsupportedError struct {
	What string // "content type", "cipher", "recipient key" …
	Name string // in words or as an object identifier
}

func (e *UnsupportedError) Error() string {
	text := fmt.Sprintf("%s %s is not supported", e.What, e.Name)
	switch {
	case e.What == "content type":
		return fmt.Sprintf("the CMS message is not sealed to a recipient: its content type is %s", e.Name)
	case e.What == "cipher" || e.What == "key encryption":
		text += ": ask for the result to be sealed again with AES-256, to an RSA certificate"
	}
	return text
}

// Is matches ErrUnsupported.
func (e *UnsupportedError) Is(target error) bool { return target == ErrUnsupported }

// NoMatchingKeyError says which keys a message wants and which were offered.
type NoMatchingKeyError struct {
	Wanted []RecipientID
	Have   []Offered
}

// shownIDs is how many recipients and keys an error text lists before it counts.
const shownIDs = 4

func (e *NoMatchingKeyError) Error() string {
	text := "no matching key: it was sealed to " + listed(e.Wanted, "nobody") + "; you chose " + listed(e.Have, "no key")
	for _, w := range e.Wanted {
		for _, h := range e.Have {
			if w.Serial != nil && h.Serial != nil && w.Serial.Cmp(h.Serial) == 0 && w.Issuer == h.Issuer {
				return text + ". Name and serial number are equal, but the key is another one"
			}
		}
	}
	return text
}

// Is matches ErrNoMatchingKey.
func (e *NoMatchingKeyError) Is(target error) bool { return target == ErrNoMatchingKey }

// listed joins the first few items in words.
func listed[T fmt.Stringer](items []T, none string) string {
	if len(items) == 0 {
		return none
	}
	var words []string
	for i, item := range items {
		if i == shownIDs {
			words = append(words, fmt.Sprintf("%d more", len(items)-i))
			break
		}
		words = append(words, item.String())
	}
	return strings.Join(words, ", ")
}
