package csr

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"enrollbench/core/finding"
	"enrollbench/core/osfile"
)

// found is a file to look into.
type found struct {
	path  string // as it shall be shown: the path as given, or as found below the given folder
	size  int64
	given bool // by name
}

// walk lists the files at paths in a fixed order: the paths as given, folders by name. It does not follow links out of
// a folder, and it does not follow those within either, because their target is listed anyway. A path that does not
// exist or cannot be read at all is an error; what cannot be read within a folder is a finding.
func walk(ctx context.Context, paths []string, l Limits) (files []found, extra []finding.Finding, err error) {
	for _, p := range paths {
		info, err := os.Stat(p) // a link that the user named is followed
		if err != nil {
			return nil, nil, fmt.Errorf("cannot read what was given: %w", err)
		}
		if !info.IsDir() {
			if !info.Mode().IsRegular() {
				return nil, nil, fmt.Errorf("%q is neither a file nor a folder", p)
			}
			files = append(files, found{p, info.Size(), true})
			continue
		}
		w := walker{ctx: ctx, root: p, limits: l, files: files}
		if err := filepath.WalkDir(p, w.visit); err != nil {
			return nil, nil, err
		}
		files, extra = w.files, append(extra, w.extra...)
	}
	return files, extra, nil
}

type walker struct {
	ctx    context.Context
	root   string
	limits Limits
	files  []found
	extra  []finding.Finding
}

func (w *walker) visit(path string, d fs.DirEntry, err error) error {
	if e := w.ctx.Err(); e != nil {
		return e
	}
	at := finding.Location{File: path}
	if err != nil {
		if path == w.root {
			return fmt.Errorf("cannot read the folder: %w", err)
		}
		w.add(RuleUnreadable, at, osfile.Explain(err))
		if d != nil && d.IsDir() {
			return fs.SkipDir
		}
		return nil
	}
	switch {
	case path == w.root:
		return nil
	case hidden(d.Name()):
		w.add(RuleHiddenFile, at, fmt.Sprintf("%q is hidden", d.Name()))
		if d.IsDir() {
			return fs.SkipDir
		}
	case d.IsDir():
		rel, _ := filepath.Rel(w.root, path)
		if depth := strings.Count(rel, string(filepath.Separator)) + 1; depth > w.limits.Depth {
			w.add(RuleLimit, at, fmt.Sprintf("the folder is %d levels deep, and the limit is %d", depth, w.limits.Depth))
			return fs.SkipDir
		}
	case d.Type()&fs.ModeSymlink != 0:
		w.link(path, at)
	case !d.Type().IsRegular():
		w.add(RuleNotACSR, at, "neither a file nor a folder (a device, pipe or socket)")
	default:
		info, err := d.Info()
		if err != nil {
			w.add(RuleUnreadable, at, osfile.Explain(err))
			return nil
		}
		w.files = append(w.files, found{path, info.Size(), false})
	}
	return nil
}

// link says why a link is not followed. One that stays inside the folder needs no word: its target is in the list.
func (w *walker) link(path string, at finding.Location) {
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		w.add(RuleLinkOutside, at, "the link points to nothing")
		return
	}
	root, err := filepath.EvalSymlinks(w.root)
	if err == nil {
		if rel, err := filepath.Rel(root, target); err == nil && filepath.IsLocal(rel) {
			return
		}
	}
	w.add(RuleLinkOutside, at, fmt.Sprintf("the link points to %q, outside the folder", target))
}

func (w *walker) add(r *finding.Rule, at finding.Location, message string) {
	w.extra = append(w.extra, r.Finding(at, message, ""))
}

// hidden says whether a name is one that systems keep for themselves.
func hidden(name string) bool {
	switch strings.ToLower(name) {
	case "thumbs.db", "desktop.ini", "__macosx", "icon\r":
		return true
	}
	return strings.HasPrefix(name, ".")
}
