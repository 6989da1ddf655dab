package gui

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
func keyWords(err error) (text, hint string) {
	other := (*recipient.NoMatchingKeyError)(nil)
	switch {
	case errors.As(err, &other) && len(other.Wanted) > 0:
		return words.T("key.other", "Wanted", visible(strings.Join(other.Wanted[:min(len(other.Wanted), shownWants)], ", ")), "Have", visible(other.Have)),
			words.T("key.other-hint")
	case errors.Is(err, privatekey.ErrWrongPassphrase):
		return words.T("key.wrong-passphrase"), words.T("key.wrong-passphrase-hint")
	case errors.Is(err, privatekey.ErrNotAKey), errors.Is(err, openpgp.ErrNotAKey):
		return sentence(visible(err.Error())), words.T("key.not-a-key-hint")
	case errors.Is(err, delivery.ErrNeedKey):
		return words.T("key.needed"), words.T("key.needed-hint")
	}
	return sentence(visible(err.Error())), ""
}
