// Package upload writes the files of an upload: its parts, each within the service's limit, and the lists that stand beside
// them. All of them appear together or none does.
//
// What stands in a part is the caller's: CSRs in a ZIP (package csr), rows of a CSV (package enrollment).
package upload

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"enrollbench/core/atomicfile"
	"enrollbench/core/csvlist"
)

// MaxBytes is the service's limit for one uploaded file, 200 MB in its stricter reading (DigiCert IoT Trust Manager, "Prepare
// enrollment data").
const MaxBytes = 200_000_000

// MaxPlainEntries is the most entries a ZIP holds without ZIP64, which not every reader knows; whether the service does
// is not stated.
const MaxPlainEntries = 65_534

// Part is one file of an upload. Each is an order of its own: delivery compares the result with it.
type Part struct {
	File    string `json:"file"`
	Bytes   int64  `json:"bytes"`
	Entries int    `json:"entries"` // CSRs or rows
	SHA256  string `json:"sha256"`
}

// LeftoverError says that files of an earlier upload stand where this one would go.
type LeftoverError struct{ Files []string }

// Error names the files.
func (e *LeftoverError) Error() string {
	return fmt.Sprintf("files of an earlier upload are in the folder: %s; choose another name, or agree to replace them", strings.Join(e.Files, ", "))
}

// Is matches fs.ErrExist.
func (e *LeftoverError) Is(target error) bool { return target == fs.ErrExist }

// ErrOwnFile refuses an upload that would replace the file that it is made of.
var ErrOwnFile = errors.New("the upload would replace the document that it is made of; choose another name")

// Target says where an upload goes.
type Target struct {
	Out     string // path of its file when it has one part; the extension is that of the parts
	Max     int64  // bytes of one part; 0: MaxBytes
	Replace bool   // files of an earlier upload of this name may be replaced
	Source  string // the file that the upload is made of, which is never replaced; "" for none

	// EarlierZIP says whether the ZIP of the upload's name, where the parts are CSVs, was left by an earlier upload; nil: it was
	// not. A CSV beside a new ZIP is never taken for one: it may be what the upload is made of.
	EarlierZIP func(path string) bool
}

// Files are the files of one upload while they are written. Use them like a file: Create, defer Abort, write, Commit.
type Files struct {
	target    Target
	dir, stem string
	extension string // of the parts, with its dot, as the user wrote it
	old       []string
	set       *atomicfile.Set
	names     []string
	parts     []Part
}

// Create prepares an upload. A *LeftoverError names the files of an earlier one of this name, unless Target.Replace.
func Create(t Target) (*Files, error) {
	if t.Max <= 0 {
		t.Max = MaxBytes
	}
	dir, base := filepath.Split(t.Out)
	if dir == "" {
		dir = "."
	}
	ext := filepath.Ext(base)
	f := &Files{target: t, dir: dir, stem: strings.TrimSuffix(base, ext), extension: ext}
	if f.stem == "" || ext == "" {
		return nil, fmt.Errorf("the upload %q needs a name and an extension", t.Out)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("cannot look into the folder for the upload: %w", err)
	}
	for _, d := range entries {
		if rest, ok := strings.CutPrefix(d.Name(), f.stem); ok && f.leftBehind(d.Name(), rest) {
			f.old = append(f.old, d.Name())
		}
	}
	if len(f.old) > 0 && !t.Replace {
		return nil, &LeftoverError{Files: f.old}
	}
	f.Restart(ext)
	return f, nil
}

// leftBehind says whether a file whose name goes on after the stem with rest belongs to an earlier upload.
func (f *Files) leftBehind(name, rest string) bool {
	path := filepath.Join(f.dir, name)
	switch lower := strings.ToLower(rest); {
	case strings.EqualFold(rest, f.extension):
		return true
	case rest == ".left-out.csv", rest == ".manifest.csv", isPart(lower):
		return !f.isSource(path)
	case lower == ".zip":
		return f.target.EarlierZIP != nil && !f.isSource(path) && f.target.EarlierZIP(path)
	}
	return false
}

// isPart says whether a name goes on as that of a part does: "-part7.zip".
func isPart(rest string) bool {
	number, ok := strings.CutPrefix(rest, "-part")
	number, ext, cut := strings.Cut(number, ".")
	_, err := strconv.ParseUint(number, 10, 32)
	return ok && cut && err == nil && (ext == "csv" || ext == "zip")
}

func (f *Files) isSource(path string) bool {
	if f.target.Source == "" {
		return false
	}
	a, err := os.Stat(f.target.Source)
	if err != nil {
		return false
	}
	b, err := os.Stat(path)
	return err == nil && os.SameFile(a, b)
}

// Restart forgets what was written, and goes on with parts of another extension.
func (f *Files) Restart(extension string) {
	f.Abort()
	f.set = atomicfile.NewSet(f.dir, atomicfile.Options{Replace: f.target.Replace})
	f.extension, f.names, f.parts = extension, nil, nil
}

// Abort removes what was written, unless Commit was.
func (f *Files) Abort() {
	if f.set != nil {
		_ = f.set.Abort()
	}
}

// Stem is the name of the upload without extension: a CSV within a ZIP is called after it.
func (f *Files) Stem() string { return f.stem }

// Max is the most bytes of one part.
func (f *Files) Max() int64 { return f.target.Max }

// Parts is how many parts are complete.
func (f *Files) Parts() int { return len(f.parts) }

// PartWriter writes one part.
type PartWriter struct {
	files *Files
	file  *atomicfile.SetFile
	name  string
	sum   hash.Hash
	n     int64
}

// NextPart opens a part. Only one is open at a time.
func (f *Files) NextPart() (*PartWriter, error) {
	name := fmt.Sprintf("%s-part%d%s", f.stem, len(f.parts)+1, f.extension)
	file, err := f.set.Create(name)
	if err != nil {
		return nil, err
	}
	return &PartWriter{files: f, file: file, name: name, sum: sha256.New()}, nil
}

// Write implements io.Writer.
func (p *PartWriter) Write(b []byte) (int, error) {
	n, err := p.file.Write(b)
	p.sum.Write(b[:n])
	p.n += int64(n)
	return n, err
}

// Close ends a part of so many CSRs or rows. A part beyond the limit is an error.
func (p *PartWriter) Close(entries int) error {
	if err := p.file.Close(); err != nil {
		return fmt.Errorf("cannot write the upload: %w", err)
	}
	if p.n > p.files.target.Max {
		return fmt.Errorf("a part came to %d bytes, and the limit is %d", p.n, p.files.target.Max)
	}
	p.files.parts = append(p.files.parts, Part{File: p.name, Bytes: p.n, Entries: entries, SHA256: hex.EncodeToString(p.sum.Sum(nil))})
	return nil
}

// List writes a list beside the parts, "name.left-out.csv" for the suffix ".left-out.csv", and returns its path.
func (f *Files) List(suffix string, columns []string, rows func(row func(cells ...string)) error) (string, error) {
	name := f.stem + suffix
	file, err := f.set.Create(name)
	if err != nil {
		return "", err
	}
	f.names = append(f.names, name)
	list := csvlist.NewWriter(file, columns...)
	if err = rows(list.Row); err == nil {
		err = list.Flush()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return "", fmt.Errorf("cannot write %q: %w", name, err)
	}
	return filepath.Join(f.dir, name), nil
}

// Commit gives all files their names, a single part the plain one, and removes what an earlier upload left.
func (f *Files) Commit() ([]Part, error) {
	if len(f.parts) == 1 {
		plain := f.stem + f.extension
		if err := f.set.Rename(f.parts[0].File, plain); err != nil {
			return nil, err
		}
		f.parts[0].File = plain
	}
	for _, p := range f.parts {
		f.names = append(f.names, p.File)
	}
	for _, name := range slices.Concat(f.names, f.old) {
		if f.isSource(filepath.Join(f.dir, name)) {
			return nil, fmt.Errorf("%q: %w", name, ErrOwnFile)
		}
	}
	for _, name := range f.old {
		if !slices.Contains(f.names, name) {
			f.set.Remove(name)
		}
	}
	if err := f.set.Commit(); err != nil {
		return nil, err
	}
	for i := range f.parts {
		f.parts[i].File = filepath.Join(f.dir, f.parts[i].File)
	}
	return f.parts, nil
}

// What a ZIP spends on an entry besides its data: the local header and the directory's record without the name, which
// stands in both (APPNOTE 4.3.7, 4.3.12); at the end of the directory (4.3.16), with ZIP64's records (4.3.14, 4.3.15).
const (
	localBytes     = 30
	directoryBytes = 46
	endBytes       = 22
	end64Bytes     = 56 + 20
)

// EntryBytes is what a ZIP spends on an entry of that name besides its data.
func EntryBytes(name string) int64 { return localBytes + directoryBytes + 2*int64(len(name)) }

// EndBytes is what the end of a ZIP takes with so many entries and so many bytes before it.
func EndBytes(entries int, used int64) int64 {
	if entries > MaxPlainEntries || used >= 1<<32-1 {
		return endBytes + end64Bytes
	}
	return endBytes
}

// ZIPEntry is the header of an entry whose bytes are compressed by the caller (zip.Writer.CreateRaw).
func ZIPEntry(name string, method uint16) *zip.FileHeader {
	h := &zip.FileHeader{Name: name, Method: method}
	//lint:ignore SA1019 a raw header has no other way to 1 January 1980, the earliest that ZIP knows: a true time would make equal input differ
	h.ModifiedDate = 1<<5 | 1
	h.SetMode(0o644)
	return h
}
