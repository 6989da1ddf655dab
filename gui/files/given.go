package files

import (
	"bufio"
	"context"
	"crypto/x509"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
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
	GivenSealed            // a result, or part of one, that wants a key
	givenPlain             // a result, or part of one, that is not sealed
	GivenKey               // a private key
	GivenOrder             // a table
)

// GivenFile is one dropped file, judged without any key.
type GivenFile struct {
	Path  string
	size  int64
	Kind  givenKind
	Words string   // what it is
	Wants []string // which keys can open it, in words
	Names []string // of these keys, as core names them

	alsoKey bool // it can serve as a private key, whatever else it is
}

// Given is what was dropped on the tab for results.
type Given struct {
	Paths  []string
	Files  []GivenFile // the first few of a folder
	Count  int         // of all files
	bytes  int64
	Sealed int // how many want a key
	Known  int // how many are results or parts of them

	Practice bool                // the result of a practice batch
	Anchors  []*x509.Certificate // to trust for it besides those that are pinned
}

// listedFiles is how many files of a folder are told one by one.
const listedFiles = 200

// Inspect says what was given. It reads the beginning of every file.
func Inspect(ctx context.Context, paths []string, report progress.Func) (*Given, error) {
	g := &Given{Paths: paths}
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
			f, err := InspectFile(path)
			if err != nil {
				return err
			}
			g.add(f)
			report.Report(int64(g.Count), 0)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return g, nil
}

func (g *Given) add(f GivenFile) {
	g.Count++
	g.bytes += f.size
	switch f.Kind {
	case GivenSealed:
		g.Sealed++
		g.Known++
	case givenPlain:
		g.Known++
	}
	if len(g.Files) < listedFiles {
		g.Files = append(g.Files, f)
	}
}

// Only returns the file if it is the only one and serves as that.
func (g *Given) Only(kind givenKind) (path string, ok bool) {
	if g.Count == 1 && (g.Files[0].Kind == kind || kind == GivenKey && g.Files[0].alsoKey) {
		return g.Files[0].Path, true
	}
	return "", false
}

func InspectFile(path string) (GivenFile, error) {
	f := GivenFile{Path: path}
	g, err := delivery.Inspect(path)
	if err != nil {
		return f, err
	}
	f.size, f.alsoKey = g.Size, g.Key
	switch kind := g.Form.Kind; {
	case kind == form.Empty:
		f.Words = words.T("given.empty")
	case kind == form.PGPPublicKey, kind == form.PGPSecretKey:
		f.Kind, f.Words = GivenKey, words.T("given.openpgp-key")
	case g.Result && len(g.Wants) > 0, g.Result && g.Form.Sealed():
		f.Kind, f.Wants, f.Names = GivenSealed, g.Wants, slices.Clone(g.Wants)
		data := map[string]any{"Cipher": g.Cipher, "Coat": g.Coats.String()}
		switch {
		case kind == form.PGPMessage:
			f.Words = words.T("given.openpgp")
			for i, id := range f.Wants {
				if f.Wants[i] = words.T("given.key-id", "ID", id); id == "" {
					f.Wants[i] = words.T("given.hidden")
				}
			}
		case len(g.Coats) > 0:
			f.Words = words.T("given.cms-coat", data)
		default:
			f.Words = words.T("given.cms", data)
		}
	case kind == form.ZIP:
		f.Kind, f.Words = givenPlain, words.T("given.zip")
	case kind == form.JSON, kind == form.JWK:
		f.Kind, f.Words = givenPlain, words.T("given.json")
	case kind == form.PKCS12:
		f.Kind, f.Words = GivenKey, words.T("given.pkcs12")
	case isTable(path):
		f.Kind, f.Words = GivenOrder, words.T("given.table")
	case g.Result && g.Form.Label != "":
		f.Kind, f.Words = givenPlain, words.T("given.certificates")
	case g.Key:
		f.Kind, f.Words = GivenKey, words.T("given.key")
	case g.Result:
		f.Kind, f.Words = givenPlain, words.T("given.der")
	default:
		f.Words = words.T("given.unknown")
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

// SizeWords is "3 files · 41.2 MB".
func (g *Given) SizeWords() string {
	return words.N("given.files", g.Count) + " · " + words.Size(g.bytes)
}

// Names are those of the keys that can open it, as far as they are given.
func (g *Given) Names() (names []string) {
	for _, f := range g.Files {
		names = append(names, f.Names...)
	}
	return names
}

// Folder is what all places have in common, and lists leave out; "" where several things were given.
func (g *Given) Folder() string {
	if len(g.Paths) != 1 {
		return ""
	}
	return filepath.Dir(g.Paths[0]) + string(filepath.Separator)
}
