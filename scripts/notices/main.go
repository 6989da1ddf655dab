// Command notices prints the license of everything that is built into the programs: of Go's standard library and of each module that
// the window or enrollctl needs on Linux, Windows or macOS. The fonts and the C code within them count too. `make docs` writes the
// result to resources/notices.txt, from where the window shows it and each package takes it. Run it in the module's folder.
package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// legal matches the names under which a license, or what it asks to be passed on, lies in a module.
var legal = regexp.MustCompile(`(?i)^(un)?licen[sc]e|^copying|^copyright|^notice|^patents`)

func main() {
	if err := run(os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "notices: %v\n", err)
		os.Exit(1)
	}
}

func run(out io.Writer) error {
	modules, err := needed()
	if err != nil {
		return err
	}
	var all []text
	for _, m := range modules {
		found, err := m.texts()
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return fmt.Errorf("%s has no license file: a program must not be shipped with it", m.name)
		}
		all = append(all, found...)
	}
	return write(out, all)
}

// module is what licenses are given for: a name with its version, its folder, and the folders of its packages that are needed.
type module struct {
	name, dir string
	packages  map[string]bool
}

// text is one license file.
type text struct{ owner, file, body string }

// needed asks the go command what the programs are made of. Nothing is compiled.
func needed() ([]module, error) {
	modules := map[string]module{}
	for _, system := range []string{"linux", "windows", "darwin"} {
		cmd := exec.Command("go", "list", "-deps", "-json=Dir,Standard,Module", "-tags", "migrated_fynedo", ".", "./cmd/enrollctl")
		cmd.Env = append(os.Environ(), "CGO_ENABLED=1", "GOARCH=amd64", "GOOS="+system)
		cmd.Stderr = os.Stderr
		listed, err := cmd.Output()
		if err != nil {
			return nil, fmt.Errorf("go list for %s: %w", system, err)
		}
		for dec := json.NewDecoder(bytes.NewReader(listed)); ; {
			var p struct {
				Dir      string
				Standard bool
				Module   *struct {
					Path, Version, Dir string
					Main               bool
				}
			}
			switch err := dec.Decode(&p); {
			case errors.Is(err, io.EOF):
			case err != nil:
				return nil, err
			case p.Module != nil && !p.Module.Main:
				m, ok := modules[p.Module.Path]
				if !ok {
					m = module{p.Module.Path + " " + p.Module.Version, p.Module.Dir, map[string]bool{}}
					modules[p.Module.Path] = m
				}
				m.packages[p.Dir] = true
				continue
			default:
				continue
			}
			break
		}
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, fmt.Errorf("go env GOROOT: %w", err)
	}
	dir := strings.TrimSpace(string(root))
	modules[""] = module{"The Go standard library", dir, map[string]bool{filepath.Join(dir, "src", "runtime"): true}}
	return slices.SortedFunc(maps.Values(modules), func(a, b module) int { return cmp.Compare(a.name, b.name) }), nil
}

// texts returns the license files that hold for the packages of the module that are needed: those above a package, beside it, and
// below it in folders without Go code (fonts, C code).
func (m module) texts() (found []text, err error) {
	code := map[string]bool{} // the folders of the needed packages and those above them
	for dir := range m.packages {
		for ; len(dir) >= len(m.dir); dir = filepath.Dir(dir) {
			code[dir] = true
		}
	}
	data := maps.Clone(m.packages) // and what hangs below them and is no package
	err = filepath.WalkDir(m.dir, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir():
			sources, err := filepath.Glob(filepath.Join(path, "*.go"))
			switch {
			case err != nil || code[path]:
			case len(sources) == 0 && entry.Name() != "testdata" && data[filepath.Dir(path)]:
				data[path] = true
			default:
				return fs.SkipDir
			}
			return err
		case !legal.MatchString(entry.Name()) || strings.HasSuffix(entry.Name(), ".go"):
			return nil
		}
		body, err := os.ReadFile(path) // #nosec G304 -- a license in the module cache
		if err != nil {
			return err
		}
		name, err := filepath.Rel(m.dir, path)
		found = append(found, text{m.name, filepath.ToSlash(name), clean(body)})
		return err
	})
	return found, err
}

// clean gives a text the form in which equal licenses are equal: LF, without spaces at the end of lines.
func clean(body []byte) string {
	var out strings.Builder
	for line := range strings.Lines(strings.Trim(strings.TrimPrefix(string(body), "\ufeff"), "\r\n")) {
		out.WriteString(strings.TrimRight(line, " \t\r\n\f") + "\n")
	}
	return out.String()
}

// write prints each text once, below the names of all that it holds for, in the order of the first name.
func write(out io.Writer, all []text) error {
	owners := map[string][]string{}
	var order []string
	for _, t := range all {
		if _, known := owners[t.body]; !known {
			order = append(order, t.body)
		}
		owners[t.body] = append(owners[t.body], t.owner+" ("+t.file+")")
	}
	var b bytes.Buffer
	b.WriteString("EnrollBench is built with the software named below. Each part has its own license.\n")
	for _, body := range order {
		b.WriteString("\n" + strings.Repeat("=", 80) + "\n")
		for _, owner := range owners[body] {
			b.WriteString(owner + "\n")
		}
		b.WriteString(strings.Repeat("-", 80) + "\n\n" + body)
	}
	_, err := out.Write(b.Bytes())
	return err
}
