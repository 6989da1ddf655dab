package files

import (
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
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
			if u, err := url.Parse(line); err == nil { // else the address itself is said to be missing
				line = addressed(u, runtime.GOOS)
			}
		case strings.HasPrefix(line, "~/"):
			if home, err := os.UserHomeDir(); err == nil {
				line = filepath.Join(home, line[2:])
			}
		}
		out = append(out, line)
	}
	return out
}

// addressed is the path that a file address names: of file:///C:/a%20b that is C:\a b on Windows, and of file://server/share
// a path to that server (RFC 8089, appendix E.2 and E.3).
func addressed(u *url.URL, system string) string {
	path := u.Path
	if system != "windows" {
		return path
	}
	if len(path) > 2 && path[0] == '/' && (path[2] == ':' || path[2] == '|') {
		path = path[1:2] + ":" + path[3:]
	} else if len(u.Host) == 2 && u.Host[1] == ':' { // file://C:/x, as many write it
		path = u.Host + path
	} else if u.Host != "" && u.Host != "localhost" {
		path = "//" + u.Host + path
	}
	return strings.ReplaceAll(path, "/", `\`)
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
