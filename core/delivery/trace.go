package delivery

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"enrollbench/core/atomicfile"
	"enrollbench/core/filelock"
	"enrollbench/core/osfile"
)

// trace is a note that a temporary with plaintext exists, written before the first octet of plaintext and removed after
// the temporary took its final name or was removed. While the program lives it holds a lock on the note; a note without
// one is what a crash left, and Sweep follows it.
type trace struct{ f *os.File }

type traceRecord struct {
	Temporary string `json:"temporary"` // absolute path
}

const traceSuffix = ".trace"

// traceFolder is where notes lie if the caller does not say: below the user's folder for caches, which outlives a
// restart, else below the one for temporaries.
func traceFolder(dir string) string {
	if dir != "" {
		return dir
	}
	if cache, err := os.UserCacheDir(); err == nil {
		return filepath.Join(cache, "enrollbench", "traces")
	}
	return filepath.Join(os.TempDir(), "enrollbench-traces")
}

// newTrace notes the temporary in the folder dir ("" for the usual one). The temporary exists and is still empty.
func newTrace(dir, temporary string) (*trace, error) {
	dir = traceFolder(dir)
	temporary, err := filepath.Abs(temporary)
	if err != nil {
		return nil, err
	}
	if err := osfile.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("cannot note the temporary file, which a crash would leave behind: %w", err)
	}
	record, err := json.Marshal(traceRecord{temporary})
	if err != nil {
		return nil, err
	}
	for range 100 {
		t, err := writeTrace(dir, record)
		if err != nil {
			return nil, fmt.Errorf("cannot note the temporary file, which a crash would leave behind: %w", err)
		}
		if t != nil {
			return t, nil
		}
	}
	return nil, errors.New("cannot note the temporary file: another program removes the note")
}

// writeTrace returns nil where a Sweep took the note away before it was locked.
func writeTrace(dir string, record []byte) (*trace, error) {
	var random [8]byte
	if _, err := rand.Read(random[:]); err != nil {
		return nil, err
	}
	f, err := osfile.OpenFile(filepath.Join(dir, hex.EncodeToString(random[:])+traceSuffix), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	if filelock.Try(f) == filelock.Held {
		return nil, f.Close()
	}
	if _, err = f.Write(record); err == nil {
		err = f.Sync()
	}
	if err != nil {
		return nil, errors.Join(err, f.Close(), os.Remove(f.Name()))
	}
	if d, err := os.Open(dir); err == nil { // where a folder can be synced; the rest is up to the file system
		_ = d.Sync()
		_ = d.Close()
	}
	there, err := os.Stat(f.Name())
	mine, err2 := f.Stat()
	if err != nil || err2 != nil || !os.SameFile(there, mine) {
		return nil, f.Close()
	}
	return &trace{f}, nil
}

// done removes the note. It may be called for nil.
func (t *trace) done() error {
	if t == nil {
		return nil
	}
	return errors.Join(t.f.Close(), os.Remove(t.f.Name())) // in this order for Windows
}

// temporaryName matches the temporaries of atomicfile and of the spool: nothing else is ever removed.
var temporaryName = regexp.MustCompile(`^\..*[.-][0-9a-f]{16}\.tmp$`)

// Sweep removes the plaintext that a crash left: the temporaries of Unseal and Export, wherever they were. Call it when
// the program starts. traces is the folder of the notes that were given to them, "" for the usual one. Temporaries of
// programs that are still running stay; a folder whose content was complete and about to take its name is given it
// (atomicfile.Recover). It returns the paths that it removed; a place that cannot be reached now (a network drive) is an
// error and stays noted.
func Sweep(traces string) (removed []string, err error) {
	dir := traceFolder(traces)
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var failed []error
	for _, e := range entries {
		if !e.Type().IsRegular() || !strings.HasSuffix(e.Name(), traceSuffix) {
			continue
		}
		path, err := follow(filepath.Join(dir, e.Name()))
		if err != nil {
			failed = append(failed, err)
		}
		if path != "" {
			removed = append(removed, path)
		}
	}
	return removed, errors.Join(failed...)
}

// follow removes what one note names and then the note.
func follow(note string) (removed string, err error) {
	f, err := os.OpenFile(note, os.O_RDWR, 0)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return "", nil
		}
		return "", err
	}
	defer f.Close()
	if filelock.Try(f) == filelock.Held {
		return "", nil // its program lives
	}
	data, err := io.ReadAll(io.LimitReader(f, 1<<16))
	if err != nil {
		return "", err
	}
	var r traceRecord
	if json.Unmarshal(data, &r) == nil && filepath.IsAbs(r.Temporary) && temporaryName.MatchString(filepath.Base(r.Temporary)) {
		// Else it was cut off before a first octet of plaintext was written.
		if removed, err = removeTemporary(r.Temporary); err != nil {
			return "", err
		}
	}
	_ = f.Close()
	return removed, os.Remove(note)
}

func removeTemporary(path string) (string, error) {
	if _, err := atomicfile.Recover(filepath.Dir(path)); err != nil {
		return "", err
	}
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		return "", nil
	} else if err != nil {
		return "", err
	}
	return path, os.RemoveAll(path)
}
