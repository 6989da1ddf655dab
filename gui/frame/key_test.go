package frame_test

import (
	"fmt"
	"testing"

	"enrollbench/core/recipient"
	"enrollbench/gui/frame"
)

func TestNoMatchingKeyNamesBoth(t *testing.T) {
	text, hint := frame.KeyWords(fmt.Errorf("%q: %w", "a.p7m", &recipient.NoMatchingKeyError{Wanted: []string{"OpenPGP key AB"}, Have: "line4"}))
	if text != "It was sealed to OpenPGP key AB; you chose line4." || hint == "" {
		t.Errorf("%q, %q", text, hint)
	}
}
