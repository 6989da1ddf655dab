package files

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2/storage"
)

// parsePaths reads a pasted list: a path or file:// address a line, in quotes or not.
func ParsePaths(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if len(line) > 1 && (line[0] == '"' || line[0] == '\'') && line[len(line)-1] == line[0] {
			line = line[1 : len(line)-1]
		}
		switch {
		case line == "" || line == "copy" || line == "cut" || line[0] == '#': // file managers begin their lists so
			continue
		case strings.HasPrefix(line, "file://"):
			u, err := url.Parse(line)
			if err != nil {
				continue
			}
			line = storage.NewFileURI(u.Path).Path()
		case strings.HasPrefix(line, "~/"):
			if home, err := os.UserHomeDir(); err == nil {
				line = filepath.Join(home, line[2:])
			}
		}
		out = append(out, line)
	}
	return out
}

// looksLikePaths says whether every line of a text could be a path of this system.
func LooksLikePaths(text string) bool {
	paths := ParsePaths(text)
	for _, p := range paths {
		if !filepath.IsAbs(p) {
			return false
		}
	}
	return len(paths) > 0
}

func IsFolder(p string) bool {
	info, err := os.Stat(p)
	return err == nil && info.IsDir()
}

func Exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
