package frame

import (
	"errors"
	"strings"

	"enrollbench/core/delivery"
	"enrollbench/core/openpgp"
	"enrollbench/core/privatekey"
	"enrollbench/core/recipient"
	"enrollbench/gui/words"
)

// keyWords puts an error about the key into words.
func KeyWords(err error) (text, hint string) {
	other := (*recipient.NoMatchingKeyError)(nil)
	switch {
	case errors.As(err, &other) && len(other.Wanted) > 0:
		return words.T("key.other", "Wanted", words.Visible(strings.Join(other.Wanted[:min(len(other.Wanted), shownKeys)], ", ")), "Have", words.Visible(other.Have)),
			words.T("key.other-hint")
	case errors.Is(err, privatekey.ErrWrongPassphrase):
		return words.T("key.wrong-passphrase"), words.T("key.wrong-passphrase-hint")
	case errors.Is(err, privatekey.ErrNotAKey), errors.Is(err, openpgp.ErrNotAKey):
		return words.Sentence(words.Plain(err.Error())), words.T("key.not-a-key-hint")
	case errors.Is(err, delivery.ErrNeedKey):
		return words.T("key.needed"), words.T("key.needed-hint")
	}
	if text := causeOf(err); text != "" {
		return text, ""
	}
	return words.Sentence(words.Plain(err.Error())), ""
}

// shownKeys is how many keys a message names.
const shownKeys = 3

// fingerprintLines writes a SHA-256 in groups of eight octets, to be compared piece by piece.
func FingerprintLines(sum [32]byte) []string {
	text := delivery.Fingerprint(sum)
	const group = 8 * 3
	var out []string
	for i := 0; i < len(text); i += group {
		out = append(out, strings.TrimSuffix(text[i:min(i+group, len(text))], ":"))
	}
	return out
}
