package gui

import (
	"bufio"
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"enrollbench/core/cms"
	"enrollbench/core/form"
	"enrollbench/core/openpgp"
	"enrollbench/core/progress"
	"enrollbench/gui/words"
)

// givenKind is what a dropped file can serve as.
type givenKind uint8

const (
	givenUnknown givenKind = iota
	givenSealed            // a result, or part of one, that wants a key
	givenPlain             // a result, or part of one, that is not sealed
	givenKey               // a private key
	givenOrder             // a table
)

// givenFile is one dropped file, judged without any key.
type givenFile struct {
	path  string
	size  int64
	kind  givenKind
	words string   // what it is
	wants []string // which keys can open it, in words
}

// given is what was dropped on the tab for results.
type given struct {
	paths  []string
	files  []givenFile // the first few of a folder
	count  int         // of all files
	bytes  int64
	sealed int // how many want a key
	known  int // how many are results or parts of them

	practice bool                // the result of a practice batch
	anchors  []*x509.Certificate // to trust for it besides those that are pinned
}

// listedFiles is how many files of a folder are told one by one.
const listedFiles = 200

// inspect says what was given. It reads the beginning of every file.
func inspect(ctx context.Context, paths []string, report progress.Func) (*given, error) {
	g := &given{paths: paths}
	for _, root := range paths {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			if path != root && strings.HasPrefix(d.Name(), ".") {
				if d.IsDir() {
					return fs.SkipDir
				}
				return nil
			}
			if !d.Type().IsRegular() && path != root || d.IsDir() {
				return nil
			}
			f, err := inspectFile(path)
			if err != nil {
				return err
			}
			g.add(f)
			report.Report(int64(g.count), 0)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return g, nil
}

func (g *given) add(f givenFile) {
	g.count++
	g.bytes += f.size
	switch f.kind {
	case givenSealed:
		g.sealed++
		g.known++
	case givenPlain:
		g.known++
	}
	if len(g.files) < listedFiles {
		g.files = append(g.files, f)
	}
}

// only returns the file if it is the only one and serves as that.
func (g *given) only(kind givenKind) (path string, ok bool) {
	if g.count == 1 && g.files[0].kind == kind {
		return g.files[0].path, true
	}
	return "", false
}

// judgedHead is how much of a file is read to judge it.
const judgedHead = 4 << 10

func inspectFile(path string) (givenFile, error) {
	file, err := os.Open(path) // #nosec G304 -- the user's own choice
	if err != nil {
		return givenFile{}, err
	}
	defer file.Close()
	f := givenFile{path: path}
	if info, err := file.Stat(); err == nil {
		f.size = info.Size()
	}
	in := bufio.NewReaderSize(file, judgedHead)
	head, err := in.Peek(judgedHead)
	if err != nil && !errors.Is(err, io.EOF) {
		return f, err
	}
	f.judge(head, in)
	return f, nil
}

// judge looks at the first octets and, of what may be sealed, at the header.
func (f *givenFile) judge(head []byte, in io.Reader) {
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n")
	has := func(s string) bool { return bytes.Contains(head, []byte(s)) }
	switch {
	case len(text) == 0:
		f.words = words.T("given.empty")
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		f.kind, f.words = givenPlain, words.T("given.zip")
	case text[0] == '{', text[0] == '[':
		f.kind, f.words = givenPlain, words.T("given.json")
	case has("PRIVATE KEY-----"), has("BEGIN PGP PRIVATE KEY"):
		f.kind, f.words = givenKey, words.T("given.key")
	case form.Detect(head).Kind == form.PGPPublicKey, form.Detect(head).Kind == form.PGPSecretKey:
		f.kind, f.words = givenKey, words.T("given.openpgp-key")
	case isPKCS12(f.path) && head[0] == 0x30:
		f.kind, f.words = givenKey, words.T("given.pkcs12")
	case has("-----BEGIN CERTIFICATE-----"):
		f.kind, f.words = givenPlain, words.T("given.certificates")
	case f.sealed(head, in):
	case isTable(f.path, text):
		f.kind, f.words = givenOrder, words.T("given.table")
	case head[0] == 0x30:
		f.kind, f.words = givenPlain, words.T("given.der")
	default:
		f.words = words.T("given.unknown")
	}
}

// sealed reads the header of a message. A long file is not read to its end.
func (f *givenFile) sealed(head []byte, in io.Reader) bool {
	if wants, err := openpgp.Inspect(bytes.NewReader(head)); err == nil {
		f.kind, f.words = givenSealed, words.T("given.openpgp")
		for _, id := range wants {
			if id == openpgp.Hidden {
				f.wants = append(f.wants, words.T("given.hidden"))
				continue
			}
			f.wants = append(f.wants, words.T("given.key-id", "ID", openpgp.Display(id)))
		}
		return true
	}
	bare, coat, err := cms.Unwrap(in)
	if err != nil {
		return false
	}
	info, err := cms.Inspect(bare)
	if err != nil {
		return false
	}
	f.kind = givenSealed
	data := map[string]any{"Cipher": info.Algorithm, "Coat": coat.String()}
	f.words = words.T("given.cms", data)
	if len(coat) > 0 {
		f.words = words.T("given.cms-coat", data)
	}
	for _, r := range info.Recipients {
		f.wants = append(f.wants, r.String())
	}
	return true
}

func isPKCS12(path string) bool {
	e := strings.ToLower(filepath.Ext(path))
	return e == ".p12" || e == ".pfx"
}

func isTable(path string, text []byte) bool {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	return strings.EqualFold(filepath.Ext(path), ".csv") || bytes.Contains(line, []byte("subject.common_name")) || bytes.Contains(line, []byte("\"csr\""))
}

// sizeWords is "3 files · 41.2 MB".
func (g *given) sizeWords() string {
	return words.N("given.files", g.count) + " · " + words.Size(g.bytes)
}

// folder is what all places have in common, and lists leave out; "" where several things were given.
func (g *given) folder() string {
	if len(g.paths) != 1 {
		return ""
	}
	return filepath.Dir(g.paths[0]) + string(filepath.Separator)
}
