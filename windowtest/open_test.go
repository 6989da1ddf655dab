//go:build window

package windowtest

import (
	"encoding/hex"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"crypto/sha256"

	"enrollbench/windowtest/desktop"
	"enrollbench/windowtest/sample"
)

// A sealed result goes the whole way with drops and the keyboard: key, order, the issuer compared and pinned, green,
// exported; and the damaged one is red, with nothing to export.
func TestOpenResult(t *testing.T) {
	folder := t.TempDir()
	made, err := sample.Write(folder, 8)
	if err != nil {
		t.Fatal(err)
	}
	s := open(t)
	s.key("ctrl+5")
	s.expect("the tab for results", func(s desktop.State) bool { return s.Tab == "Open results" })
	s.dropped(made.Complete)
	s.expect("the field for the key", func(s desktop.State) bool { return !s.Busy && s.Focus == "Entry Path of the private key" })
	s.typed(made.ProtectedKey)
	s.dropped(made.Order)
	s.expect("the way to open it", func(s desktop.State) bool {
		return !s.Busy && s.Action == "Open and check" && s.Enabled && s.Focus == "Button Open and check"
	})
	s.key("Return")
	s.dialog("Passphrase of line4-protected.key")
	s.typed(sample.Passphrase)
	s.key("Return")
	s.expect("an issuer that nobody confirmed", func(s desktop.State) bool { return s.Verdict == "warning: Issuer not confirmed" && s.Rows == 8 })

	root, err := os.ReadFile(made.Root)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(root)
	sum := sha256.Sum256(block.Bytes)
	s.press("Pin this issuer…")
	s.dialog("Is this the issuer's fingerprint?")
	s.typed(hex.EncodeToString(sum[:]))
	s.press("Pin this issuer")
	s.expect("green", func(s desktop.State) bool {
		return !s.Busy && s.Verdict == "ready: 8 of 8 delivered, matched, verified"
	})

	s.key("ctrl+s")
	s.expect("the page of the export", func(s desktop.State) bool { return s.Action == "Export" && s.Enabled })
	s.key("ctrl+s")
	s.expect("the word that it is written", func(s desktop.State) bool { return strings.HasPrefix(s.Toast, "8 certificates exported") })
	for _, name := range []string{"thermostat-0001.pem", "thermostat-0008.key", "SHA256SUMS"} {
		if _, err := os.Stat(filepath.Join(folder, "complete-export", name)); err != nil {
			t.Error(err)
		}
	}

	s.dropped(made.Damaged)
	s.expect("another result", func(s desktop.State) bool {
		return !s.Busy && s.Verdict == "" && s.Action == "Open and check" && s.Enabled
	})
	s.key("ctrl+s")
	state := s.expect("red", func(s desktop.State) bool { return !s.Busy && strings.HasPrefix(s.Verdict, "error: ") })
	if state.Rows != 0 || state.Enabled {
		t.Errorf("a damaged result shows %d rows, and its button is enabled: %v", state.Rows, state.Enabled)
	}
}

// The key to encrypt to is chosen with a drop and proven with its private half; the private key itself is refused.
func TestEncryptionKey(t *testing.T) {
	made, err := sample.Write(t.TempDir(), 2)
	if err != nil {
		t.Fatal(err)
	}
	s := open(t)
	s.key("ctrl+k")
	s.expect("the panel", func(s desktop.State) bool { return s.Tab == "Encryption key" })
	s.dropped(made.Both)
	s.expect("the refusal", func(s desktop.State) bool { return s.Sentence == "A private key was chosen" && s.Rows == 1 })
	s.dropped(made.Certificate)
	s.expect("the recipient", func(s desktop.State) bool {
		return s.Sentence == "RSA 3072 · not proven" && s.Focus == "Entry Path of the private key"
	})
	s.typed(made.Key)
	s.key("Return")
	s.expect("the proof", func(s desktop.State) bool { return s.Sentence == "RSA 3072 · proven today" })
}
