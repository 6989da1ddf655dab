package csvdoc

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"enrollbench/core/atomicfile"
)

// below is the file that the document was opened from, nil for a new one.
func (b *base) below() *source {
	if b.outer != nil {
		return b.outer
	}
	return b.src
}

// replace gives a written file its name. What stood there is kept under another name first, if the document rests on
// it, and its handle is closed for the moment of the rename.
func (d *Document) replace(f *atomicfile.File, path string) error {
	src := d.base.below()
	if d.sidecar != "" {
		// Its mode is the file's while a commit that failed has left both names to one file.
		err := f.Commit()
		if err == nil {
			_ = os.Chmod(d.sidecar, 0o600)
		}
		return err
	}
	if src == nil || !sameFile(src, path) && d.journal == nil {
		return f.Commit()
	}
	if d.journal == nil && runtime.GOOS != "windows" {
		return f.Commit() // the open handle keeps the old bytes, and nobody needs them after a crash
	}
	name, err := d.keepBase(src)
	if err != nil {
		return fmt.Errorf("keep the bytes from before the save: %w", err)
	}
	d.sidecar = name
	err = src.move(func() (string, error) { return name, f.Commit() })
	if err == nil {
		// Until the rename a hard link shares its mode with the file.
		_ = os.Chmod(name, 0o600)
	}
	return err
}

func sameFile(s *source, path string) bool {
	a, errA := s.stat()
	b, errB := os.Stat(path)
	return errA == nil && errB == nil && os.SameFile(a, b)
}

// keepBase gives the file below a second name, or copies it where that cannot be. The copy is complete when it gets its
// name, so what has the name can be relied on.
func (d *Document) keepBase(src *source) (string, error) {
	var name string
	if d.journal != nil {
		name = d.journal.sidecar()
	} else {
		f, err := os.CreateTemp(d.options.scratch(), spoolPrefix+"*"+sidecarExt)
		if err != nil {
			return "", err
		}
		name = f.Name()
		if err := errors.Join(f.Close(), os.Remove(name)); err != nil {
			return "", err
		}
	}
	// The path may have been given to another file meanwhile: then the open one has to be copied.
	if sameFile(src, src.path) && os.Link(src.path, name) == nil {
		return name, syncFolder(filepath.Dir(name))
	}
	out, err := atomicfile.Create(name, atomicfile.Options{Mode: 0o600, Replace: true})
	if err != nil {
		return "", err
	}
	defer out.Abort()
	if _, err := io.Copy(out, io.NewSectionReader(src, 0, d.base.file.Size)); err != nil {
		return "", err
	}
	return name, out.Commit()
}

// recordSave tells the journal what is about to appear, so that after a crash it can be told whether it did.
func (d *Document) recordSave(j saving, file identity) error {
	text, err := json.Marshal(saveRecord{Path: j.path, Member: d.base.member, File: file, Edits: j.edits})
	if err != nil {
		return err
	}
	if err := d.journal.append(opSave, text); err != nil {
		return err
	}
	return d.journal.sync()
}
