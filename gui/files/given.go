package files

import (
	"context"
	"crypto/x509"
	"io/fs"
	"path/filepath"
	"strings"

	"enrollbench/core/progress"
	"enrollbench/gui/words"
)

// GivenFile is one dropped file, judged without any key.
type GivenFile struct {
	Path  string
	size  int64
	Uses  Use
	Words string   // what it is
	What  string   // the same, as it stands behind "is": "a table"
	To    string   // what to do with it where nothing here takes it, "" where nobody knows
	Wants []string // which keys can open it, in words
	Names []string // of these keys, as core names them
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
		err := Each(ctx, root, func(path string) error {
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

// Each visits a file, or the files of a folder, however deep, that are not hidden.
func Each(ctx context.Context, root string, visit func(path string) error) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
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
		return visit(path)
	})
}

func (g *Given) add(f GivenFile) {
	g.Count++
	g.bytes += f.size
	if f.Uses&Sealed != 0 {
		g.Sealed++
	}
	if f.Uses&(Sealed|Plain) != 0 {
		g.Known++
	}
	if len(g.Files) < listedFiles {
		g.Files = append(g.Files, f)
	}
}

// Only returns the file if it is the only one and serves as that.
func (g *Given) Only(use Use) (path string, ok bool) {
	if g.Count == 1 && g.Files[0].Uses&use != 0 {
		return g.Files[0].Path, true
	}
	return "", false
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
