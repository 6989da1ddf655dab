// Package diagnosis is what the program tells those who help: a log that rotates, a file for each crash, and one text with
// versions, settings and the last errors. None of it holds a secret: the core puts none into its errors, and Clean takes out
// what looks like one, because a text of another library or of a service may quote it.
package diagnosis

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sync"

	"enrollbench/core/osfile"
	"enrollbench/core/trustmanager"
)

// Folder is where logs and crash files lie.
func Folder() string { return filepath.Join(trustmanager.DefaultFolder(), "log") }

// MaxLog is how many bytes a log may have before a new one begins. The one before it is kept beside it, named .1.
const MaxLog = 512 << 10

// Log is a file that lines are appended to, made with the first of them. It is safe for concurrent use. It never fails: a disk
// that is full must not stop the work.
type Log struct {
	mu   sync.Mutex
	path string
	max  int64
}

// NewLog returns the log of a program in a folder.
func NewLog(folder, program string) *Log {
	return &Log{path: filepath.Join(folder, program+".log"), max: MaxLog}
}

// Write implements io.Writer: one call is one entry.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if osfile.MkdirAll(filepath.Dir(l.path), 0o700) != nil {
		return len(p), nil
	}
	if info, err := os.Stat(l.path); err == nil && info.Size()+int64(len(p)) > l.max {
		_ = os.Rename(l.path, l.path+".1") // where another program holds it, it grows until that ends
	}
	f, err := osfile.OpenFile(l.path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err == nil {
		_, _ = f.Write(Clean(p))
		_ = f.Close()
	}
	return len(p), nil
}

// tail is the end of a log, from the beginning of a line.
func (l *Log) tail(bytes int) ([]byte, error) {
	var text []byte
	for _, path := range []string{l.path + ".1", l.path} {
		b, err := os.ReadFile(path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		text = append(text, b...)
	}
	if len(text) > bytes {
		text = text[len(text)-bytes:]
		for i, c := range text {
			if c == '\n' {
				text = text[i+1:]
				break
			}
		}
	}
	return text, nil
}

// secrets are what looks like one: the value behind a word for it, a token of the practice service, a private key in PEM.
var secrets = []struct {
	form *regexp.Regexp
	with string
}{
	{regexp.MustCompile(`(?s)-----BEGIN [A-Z ]*PRIVATE KEY( BLOCK)?-----.*?(-----END [A-Z ]*PRIVATE KEY( BLOCK)?-----|$)`), "[private key removed]"},
	{regexp.MustCompile(`practice_[A-Za-z0-9_-]{16,}`), "[token removed]"},
	{regexp.MustCompile(`(?i)\b(authorization["']?\s*[:=]\s*["']?(?:basic|bearer)?|bearer|x-api-key["']?\s*[:=]|api[ _-]?key["']?\s*[:=]|pass(?:phrase|word|code)["']?\s*[:=]|secret["']?\s*[:=]|token["']?\s*[:=])\s*["']?[^\s"',;&]+`), "$1 [removed]"},
	{regexp.MustCompile(`(https?://)[^/\s@"']+@`), "$1[removed]@"},
}

// Clean takes out of a text what looks like a secret.
func Clean(text []byte) []byte {
	for _, s := range secrets {
		text = s.form.ReplaceAll(text, []byte(s.with))
	}
	return text
}
