package gui

import (
	"bufio"
	"context"
	"crypto/x509"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"enrollbench/core/delivery"
	"enrollbench/core/form"
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

	alsoKey bool // it can serve as a private key, whatever else it is
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
	if g.count == 1 && (g.files[0].kind == kind || kind == givenKey && g.files[0].alsoKey) {
		return g.files[0].path, true
	}
	return "", false
}

func inspectFile(path string) (givenFile, error) {
	f := givenFile{path: path}
	g, err := delivery.Inspect(path)
	if err != nil {
		return f, err
	}
	f.size, f.alsoKey = g.Size, g.Key
	switch kind := g.Form.Kind; {
	case kind == form.Empty:
		f.words = words.T("given.empty")
	case kind == form.PGPPublicKey, kind == form.PGPSecretKey:
		f.kind, f.words = givenKey, words.T("given.openpgp-key")
	case g.Result && len(g.Wants) > 0, g.Result && g.Form.Sealed():
		f.kind, f.wants = givenSealed, g.Wants
		data := map[string]any{"Cipher": g.Cipher, "Coat": g.Coats.String()}
		switch {
		case kind == form.PGPMessage:
			f.words = words.T("given.openpgp")
			for i, id := range f.wants {
				if f.wants[i] = words.T("given.key-id", "ID", id); id == "" {
					f.wants[i] = words.T("given.hidden")
				}
			}
		case len(g.Coats) > 0:
			f.words = words.T("given.cms-coat", data)
		default:
			f.words = words.T("given.cms", data)
		}
	case kind == form.ZIP:
		f.kind, f.words = givenPlain, words.T("given.zip")
	case kind == form.JSON, kind == form.JWK:
		f.kind, f.words = givenPlain, words.T("given.json")
	case kind == form.PKCS12:
		f.kind, f.words = givenKey, words.T("given.pkcs12")
	case isTable(path):
		f.kind, f.words = givenOrder, words.T("given.table")
	case g.Result && g.Form.Label != "":
		f.kind, f.words = givenPlain, words.T("given.certificates")
	case g.Key:
		f.kind, f.words = givenKey, words.T("given.key")
	case g.Result:
		f.kind, f.words = givenPlain, words.T("given.der")
	default:
		f.words = words.T("given.unknown")
	}
	return f, nil
}

// isTable: a text may be an order, by its name or by its header.
func isTable(path string) bool {
	if strings.EqualFold(filepath.Ext(path), ".csv") {
		return true
	}
	file, err := os.Open(path) // #nosec G304 -- the user's own choice
	if err != nil {
		return false
	}
	defer file.Close()
	line, _ := bufio.NewReaderSize(io.LimitReader(file, form.HeadBytes), form.HeadBytes).ReadString('\n')
	return strings.Contains(line, "subject.common_name") || strings.Contains(line, "\"csr\"")
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
