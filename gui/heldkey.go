package gui

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"

	"enrollbench/core/delivery"
	"enrollbench/core/openpgp"
	"enrollbench/core/privatekey"
	"enrollbench/core/recipient"
)

// heldKey is a private key that was read and unlocked, for as long as a result stays open.
type heldKey struct {
	path   string
	opener *recipient.Opener
	ctx    atomic.Value // context.Context of the work that uses it now: an OpenPGP ring may ask for another passphrase later
}

// readKey reads a private key; a protected one is unlocked. It runs off the UI thread.
func (a *App) readKey(ctx context.Context, path string) (*heldKey, error) {
	data, err := os.ReadFile(path) // #nosec G304 -- the user's own choice
	if err != nil {
		return nil, err
	}
	defer clear(data)
	h := &heldKey{path: path}
	h.use(ctx)
	ask := func(attempt int) ([]byte, error) {
		now, _ := h.ctx.Load().(held)
		return a.passphraseFor(now.Context, filepath.Base(path))(attempt)
	}
	h.opener, err = recipient.LoadOpener(data, nil, ask)
	if err != nil {
		return nil, err
	}
	return h, nil
}

// held gives every context one type, which atomic.Value asks for.
type held struct{ context.Context }

// use makes questions of the key end with this work.
func (h *heldKey) use(ctx context.Context) { h.ctx.Store(held{ctx}) }

// wipe overwrites it.
func (h *heldKey) wipe() {
	if h != nil {
		h.opener.Wipe()
	}
}

// keyProblem says whether an error is about the chosen key rather than about the result.
func keyProblem(err error) bool {
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
	recentKeys = 5
)

func (a *App) recentKeys() []string {
	return slices.DeleteFunc(a.fyne.Preferences().StringList(prefKeys), func(p string) bool {
		info, err := os.Stat(p)
		return err != nil || !info.Mode().IsRegular()
	})
}

func (a *App) rememberKey(path string) {
	list := append([]string{path}, slices.DeleteFunc(a.fyne.Preferences().StringList(prefKeys), func(p string) bool { return p == path })...)
	a.fyne.Preferences().SetStringList(prefKeys, list[:min(len(list), recentKeys)])
}
