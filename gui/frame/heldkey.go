package frame

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"enrollbench/core/delivery"
	"enrollbench/core/openpgp"
	"enrollbench/core/privatekey"
	"enrollbench/core/recipient"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// heldKey is a private key that was read and unlocked, for as long as a result stays open.
type HeldKey struct {
	Path   string
	Opener *recipient.Opener
	ctx    atomic.Value // context.Context of the work that uses it now: an OpenPGP ring may ask for another passphrase later

	dialog  *passphraseDialog // that is open, nil for none; belongs to the UI thread
	givenUp bool              // the user went back while a passphrase was tried; belongs to the UI thread

	account string // of its passphrase in the keychain
	mu      sync.Mutex
	keep    []byte // the passphrase that the user wants kept once it has proven right
}

// passphraseAccount is the keychain's account for the passphrase of a key: by the content of its file, so that it goes with a
// copy and not with another file of the same name.
func passphraseAccount(file []byte) string {
	sum := sha256.Sum256(file)
	return "key/" + hex.EncodeToString(sum[:]) + "/passphrase"
}

// ReadKey reads a private key; a protected one is unlocked. It runs off the UI thread.
func (a *Frame) ReadKey(ctx context.Context, path string) (*HeldKey, error) {
	data, err := os.ReadFile(path) // #nosec G304 -- the user's own choice
	if err != nil {
		return nil, err
	}
	defer clear(data)
	h := &HeldKey{Path: path, account: passphraseAccount(data)}
	h.Use(ctx)
	known := slices.Contains(a.KeptPassphrases(), h.account)
	ask := func(attempt int) ([]byte, error) {
		now, _ := h.ctx.Load().(held)
		if known { // one that is wrong, or that the keychain does not give, is asked for
			known = false
			if p, err := a.secrets.Get(now.Context, h.account); err == nil {
				return p, nil
			}
		}
		return a.passphraseFor(now.Context, filepath.Base(path), h)(attempt)
	}
	for { // the user ends it, not a number of attempts
		if h.Opener, err = recipient.LoadOpener(data, nil, ask); !errors.Is(err, privatekey.ErrWrongPassphrase) {
			break
		}
	}
	if err == nil && a.gaveUp(ctx, h) {
		h.Opener.Wipe()
		err = context.Canceled
	}
	if err != nil {
		h.wants(nil)
		return nil, err
	}
	return h, nil
}

// held gives every context one type, which atomic.Value asks for.
type held struct{ context.Context }

// use makes questions of the key end with this work.
func (h *HeldKey) Use(ctx context.Context) { h.ctx.Store(held{ctx}) }

// wants notes a passphrase that is to be kept; nil forgets an earlier one, which was wrong.
func (h *HeldKey) wants(p []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	clear(h.keep)
	h.keep = bytes.Clone(p)
}

// opened is called once the key has opened something: what the user wants kept goes into the keychain. It runs off the UI
// thread; where there is no keychain nothing is kept, and that is said.
func (a *Frame) KeepPassphrase(ctx context.Context, h *HeldKey) {
	h.mu.Lock()
	keep := h.keep
	h.keep = nil
	h.mu.Unlock() // a keychain may ask its user first, and whoever closes the result must not wait for that
	if len(keep) == 0 {
		return
	}
	err := a.secrets.Set(ctx, h.account, keep)
	clear(keep)
	a.tasks.post(func() {
		if err != nil {
			a.Note(widgets.Note{State: look.Warning, Detail: words.Error(err), Text: words.T("passphrase.not-kept")})
			return
		}
		list := append([]string{h.account}, slices.DeleteFunc(a.KeptPassphrases(), func(s string) bool { return s == h.account })...)
		a.Preferences().SetStringList(PrefPassphrases, list)
		a.Note(widgets.Note{State: look.Ready, Text: words.T("passphrase.kept")})
	})
}

// prefPassphrases are the accounts of passphrases that were put into the keychain: names, nothing secret. The keychain is
// asked only for these.
const PrefPassphrases = "keys.passphrases"

func (a *Frame) KeptPassphrases() []string { return a.Preferences().StringList(PrefPassphrases) }

// wipe overwrites it.
func (h *HeldKey) Wipe() {
	if h != nil {
		h.wants(nil)
		h.Opener.Wipe()
	}
}

// keyProblem says whether an error is about the chosen key rather than about the result.
func KeyProblem(err error) bool {
	for _, e := range []error{recipient.ErrNoMatchingKey, privatekey.ErrNeedPassphrase, privatekey.ErrWrongPassphrase,
		privatekey.ErrNotAKey, privatekey.ErrDamaged, privatekey.ErrUnsupported, openpgp.ErrNotAKey, delivery.ErrNeedKey} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// Keys that were used lately are remembered by path, never by content.
const (
	prefKeys   = "keys.recent"
	prefOpens  = "keys.opens" // "NAME\tPATH": by which name a result asks for which key
	keptNames  = 50
	recentKeys = 5
)

func (a *Frame) RecentKeys() []string {
	return slices.DeleteFunc(a.Preferences().StringList(prefKeys), func(p string) bool {
		info, err := os.Stat(p)
		return err != nil || !info.Mode().IsRegular()
	})
}

// RememberKey puts a key first among the recent ones. names are those by which results ask for it.
func (a *Frame) RememberKey(path string, names ...string) {
	var opens []string
	for _, n := range names {
		if n != "" {
			opens = append(opens, n+"\t"+path)
		}
	}
	for _, line := range a.Preferences().StringList(prefOpens) {
		if name, _, _ := strings.Cut(line, "\t"); !slices.Contains(names, name) {
			opens = append(opens, line)
		}
	}
	a.Preferences().SetStringList(prefOpens, opens[:min(len(opens), keptNames)])
	list := append([]string{path}, slices.DeleteFunc(a.Preferences().StringList(prefKeys), func(p string) bool { return p == path })...)
	a.Preferences().SetStringList(prefKeys, list[:min(len(list), recentKeys)])
}

// KeyFor is the key that results with one of these names opened with, "" if none is known or its file is gone.
func (a *Frame) KeyFor(names []string) string {
	for _, line := range a.Preferences().StringList(prefOpens) {
		if name, path, _ := strings.Cut(line, "\t"); slices.Contains(names, name) {
			if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
				return path
			}
		}
	}
	return ""
}
