// Command translations keeps the languages' files whole.
//
//	go run ./scripts/translations missing de [-n 200]   prints what de lacks, as JSON: each key with its English text
//	go run ./scripts/translations merge de FILE         puts the texts of FILE (the same JSON, translated) into de's files
//
// A language has two files below resources/translations: LANG.json holds the window's texts by their keys, core/LANG.json core's sentences,
// whose key is the English. What English no longer has is dropped by merge. A test fails where a language lacks a text or loses a place of it.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
)

const folder = "resources/translations"

// file is a language's file, or a part of one: texts, or forms by number, by key.
type file map[string]any

// both are a language's two files.
type both struct {
	Window file `json:"window"`
	Core   file `json:"core"`
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) >= 2 && args[0] == "missing":
		most := -1
		if len(args) == 4 && args[2] == "-n" {
			most, _ = strconv.Atoi(args[3])
		}
		return missing(args[1], most)
	case len(args) == 3 && args[0] == "merge":
		return merge(args[1], args[2])
	}
	return errors.New("usage: translations missing LANG [-n MOST] | merge LANG FILE")
}

// english is what is to be said.
func english(root string) (both, error) {
	window, err := read(filepath.Join(root, folder, "en.json"))
	if err != nil {
		return both{}, err
	}
	sentences, err := sentencesOf(root)
	core := file{}
	for s := range sentences {
		core[s] = s
	}
	return both{window, core}, err
}

func language(root, tag string) (both, error) {
	window, err := read(filepath.Join(root, folder, tag+".json"))
	core, err2 := read(filepath.Join(root, folder, "core", tag+".json"))
	return both{window, core}, errors.Join(err, err2)
}

func missing(tag string, most int) error {
	en, err := english(".")
	if err != nil {
		return err
	}
	own, err := language(".", tag)
	if err != nil {
		return err
	}
	lacking := both{file{}, file{}}
	for _, p := range []struct{ en, own, to file }{{en.Window, own.Window, lacking.Window}, {en.Core, own.Core, lacking.Core}} {
		for _, key := range sorted(p.en) {
			if _, ok := p.own[key]; !ok && most != 0 {
				p.to[key] = p.en[key]
				most--
			}
		}
	}
	return write(os.Stdout, lacking)
}

func merge(tag, path string) error {
	en, err := english(".")
	if err != nil {
		return err
	}
	own, err := language(".", tag)
	if err != nil {
		return err
	}
	raw, err := os.ReadFile(path) // #nosec G304 G703 -- the file that the translator names
	if err != nil {
		return err
	}
	var given both
	if err := json.Unmarshal(raw, &given); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	for _, p := range []struct {
		en, own, given file
		name           string
	}{{en.Window, own.Window, given.Window, tag + ".json"}, {en.Core, own.Core, given.Core, "core/" + tag + ".json"}} {
		all := file{}
		for key, text := range p.en {
			t, ok := p.given[key]
			if !ok {
				t, ok = p.own[key]
			}
			if !ok {
				continue
			}
			if why := unlike(text, t); why != "" {
				fmt.Fprintf(os.Stderr, "left out: %q: %s\n", key, why)
				continue
			}
			all[key] = t
		}
		var b bytes.Buffer
		if err := write(&b, all); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(folder, p.name), b.Bytes(), 0o644); err != nil { // #nosec G306 -- a source file
			return err
		}
		fmt.Printf("%s: %d of %d\n", p.name, len(all), len(p.en))
	}
	return nil
}

// read is a language's file; one that does not exist yet is empty.
func read(path string) (file, error) {
	raw, err := os.ReadFile(path) // #nosec G304 G703 -- below this repository
	if errors.Is(err, fs.ErrNotExist) {
		return file{}, nil
	}
	if err != nil {
		return nil, err
	}
	f := file{}
	if err := json.Unmarshal(raw, &f); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

func write(to interface{ Write([]byte) (int, error) }, v any) error {
	e := json.NewEncoder(to)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
