package atomicfile

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
)

// step is one final name that a commit changes. All names are plain names in the commit's folder.
type step struct {
	Name  string    `json:"name"`            // the final name
	Temp  string    `json:"temp,omitempty"`  // what takes that name; empty: the name goes away
	Aside string    `json:"aside,omitempty"` // where what stood there waits until all is done; empty: nothing stood there
	Old   *identity `json:"old,omitempty"`   // of what stood there
}

// identity tells a file from another that took its name later. A rename keeps both values.
type identity struct {
	Size     int64 `json:"size"` // 0 for folders, whose size is the file system's affair
	Modified int64 `json:"modified"`
}

func identify(info fs.FileInfo) *identity {
	id := &identity{Modified: info.ModTime().UnixNano()}
	if !info.IsDir() {
		id.Size = info.Size()
	}
	return id
}

func (id *identity) is(info fs.FileInfo) bool { return id != nil && *identify(info) == *id }

// recordLimit bounds what is read of a record: about 40,000 files of one set.
const recordLimit = 16 << 20

var errRecord = errors.New("not a complete record")

// encodeRecord writes the steps as JSON in one line and the line's SHA-256 in a second one, so that a record cut short
// by a crash is known as such.
func encodeRecord(steps []step) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(struct {
		Version int    `json:"version"`
		Steps   []step `json:"steps"`
	}{1, steps}); err != nil {
		return nil, err
	}
	if b.Len() > recordLimit-2*sha256.Size-1 {
		return nil, fmt.Errorf("too many files in one set: %d", len(steps))
	}
	return seal(b.Bytes()), nil
}

// seal appends a line's SHA-256.
func seal(line []byte) []byte {
	sum := sha256.Sum256(line)
	return append(hex.AppendEncode(line, sum[:]), '\n')
}

// doneMark is appended once all steps are taken and durable.
const doneMark = "done\n"

// decodeRecord reads what encodeRecord wrote, and whether the mark follows, in whole or cut short: it is begun only
// when all is done. It takes nothing on trust: a record lies in a folder that others may
// write to, so every name must be a plain one in that folder, and temporaries must have the names that we give.
func decodeRecord(data []byte) (steps []step, done bool, err error) {
	line := bytes.IndexByte(data, '\n') + 1
	if line == 0 || len(data) > recordLimit {
		return nil, false, errRecord
	}
	mark, ok := bytes.CutPrefix(data, seal(slices.Clone(data[:line])))
	if !ok || !strings.HasPrefix(doneMark, string(mark)) {
		return nil, false, errRecord
	}
	var r struct {
		Version int    `json:"version"`
		Steps   []step `json:"steps"`
	}
	d := json.NewDecoder(bytes.NewReader(data[:line]))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil || r.Version != 1 || len(r.Steps) == 0 {
		return nil, false, errRecord
	}
	seen := map[string]bool{}
	for _, s := range r.Steps {
		if checkName(s.Name) != nil || seen[s.Name] ||
			s.Temp == "" && s.Aside == "" ||
			s.Temp != "" && (checkName(s.Temp) != nil || !isHidden(s.Temp, tempSuffix) || seen[s.Temp]) ||
			s.Aside != "" && (checkName(s.Aside) != nil || !isHidden(s.Aside, asideSuffix) || seen[s.Aside]) ||
			(s.Aside == "") != (s.Old == nil) {
			return nil, false, errRecord
		}
		seen[s.Name], seen[s.Temp], seen[s.Aside] = true, true, true
		delete(seen, "")
	}
	return r.Steps, len(mark) > 0, nil
}

// checkName accepts one plain name: no folder, nothing that Windows or a shell would take for one.
func checkName(name string) error {
	switch {
	case name == "", name == ".", name == "..":
		return fmt.Errorf("%q is not a file name", name)
	case strings.ContainsAny(name, "/\\\x00"):
		return fmt.Errorf("%q must be a plain name without a folder", name)
	case !filepath.IsLocal(name):
		return fmt.Errorf("%q is a name that this system reserves", name)
	case len(name) > 255:
		return fmt.Errorf("%q is longer than 255 bytes", name)
	}
	return nil
}
