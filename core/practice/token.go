package practice

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"enrollbench/core/atomicfile"
)

// ErrTokenNotKept: the token was shown when it was made.
var ErrTokenNotKept = errors.New("the token was shown when it was made, and only its hash is kept: use it, or make a new one")

// tokenPrefix lets people and scanners of files see what a token is for.
const tokenPrefix = "practice_"

// token is the API token of the service. Its file holds the SHA-256: 256 random bits need no slow hash.
type token struct {
	mu   sync.Mutex
	file string
	hash [sha256.Size]byte
	text []byte // while it is new
}

func (t *token) open(folder string) error {
	t.file = filepath.Join(folder, "token.sha256")
	kept, err := os.ReadFile(t.file) // #nosec G304 -- the service's own folder
	if errors.Is(err, fs.ErrNotExist) {
		made, err := t.renew()
		clear(made)
		return err
	}
	if err != nil {
		return err
	}
	hash, err := hex.DecodeString(string(bytes.TrimSpace(kept)))
	if err != nil || len(hash) != sha256.Size {
		return fmt.Errorf("%q is damaged: remove it, and the next start makes a new token", t.file)
	}
	copy(t.hash[:], hash)
	return nil
}

func (t *token) renew() ([]byte, error) {
	var random [32]byte
	if _, err := rand.Read(random[:]); err != nil {
		return nil, err
	}
	text := base64.RawURLEncoding.AppendEncode([]byte(tokenPrefix), random[:])
	clear(random[:])
	hash := sha256.Sum256(text)
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := atomicfile.WriteFile(t.file, []byte(hex.EncodeToString(hash[:])+"\n"), atomicfile.Options{Mode: 0o600, Replace: true}); err != nil {
		clear(text)
		return nil, err
	}
	clear(t.text)
	t.text, t.hash = text, hash
	return bytes.Clone(text), nil
}

func (t *token) fresh() ([]byte, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.text == nil {
		return nil, ErrTokenNotKept
	}
	return bytes.Clone(t.text), nil
}

func (t *token) wipe() {
	t.mu.Lock()
	defer t.mu.Unlock()
	clear(t.text)
	t.text = nil
}

// is tells whether a request brought the token.
func (t *token) is(given string) bool {
	hash := sha256.Sum256([]byte(given))
	t.mu.Lock()
	defer t.mu.Unlock()
	return subtle.ConstantTimeCompare(hash[:], t.hash[:]) == 1
}
