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
	"enrollbench/core/osfile"
)

// below is the file that the document was opened from, nil for a new one.
func (b *base) below() *source {
	if b.outer != nil {
		return b.outer
	}
	return b.src
}

// needsSidecar tells whether the old bytes have to be kept under another name before path is replaced, and where. Once
// they are, they are for all saves to come.
func (d *Document) needsSidecar(path string, j *journal) bool {
	src := d.base.below()
	switch {
	case src == nil, d.sidecar != "":
		return false
	case j != nil:
		return true // after a crash the edits need their base, also where the save goes elsewhere
	}
	// Without a journal nobody needs them after a crash: elsewhere than on Windows the open handle keeps them.
	return runtime.GOOS == "windows" && sameFile(src, path)
}

// keepBase gives the file below a second name, or copies it where that cannot be. The copy is complete when it gets its
// name, so what has the name can be relied on.
func (d *Document) keepBase(j *journal) (string, error) {
	src := d.base.below()
	var name string
	if j != nil {
		name = j.sidecar()
	} else {
		f, err := osfile.CreateTemp(d.options.scratch(), spoolPrefix+"*"+sidecarExt)
		if err != nil {
			return "", err
		}
		name = f.Name()
		if err := errors.Join(f.Close(), os.Remove(name)); err != nil {
			return "", err
		}
	}
	// The path may have been given to another file meanwhile: then the open one has to be copied.
	if sameFile(src, src.path) && (os.Link(src.path, name) == nil || sameFile(src, name)) {
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

func sameFile(s *source, path string) bool {
	a, errA := s.stat()
	b, errB := os.Stat(path)
	return errA == nil && errB == nil && os.SameFile(a, b)
}

// replace gives a written file its name. Where the old bytes have a second name the handle is closed for the moment of
// the rename, which Windows asks for, and opened under that.
func (d *Document) replace(f *atomicfile.File) error {
	if d.sidecar == "" {
		return f.Commit()
	}
	src := d.base.below()
	commit := f.Commit
	if src.path != d.sidecar {
		commit = func() error {
			return src.move(func() (string, error) { return d.sidecar, f.Commit() })
		}
	}
	err := commit()
	if info, e := os.Stat(d.sidecar); err == nil && e == nil && names(info) == 1 {
		// A hard link shares its mode with the file, so it is made private when it is the last name.
		_ = os.Chmod(d.sidecar, 0o600)
	}
	return err
}

// syncNow brings a written file to the disk before the moment in which the document waits for its rename.
func syncNow(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil // whoever commits will sync it
	}
	err = f.Sync()
	_ = f.Close()
	if errors.Is(err, errors.ErrUnsupported) {
		return nil
	}
	return err
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

// keepOld sees to the sidecar before the document has to wait; the journal may begin meanwhile, so it is asked again.
func (d *Document) keepOld(path string) error {
	d.mu.Lock()
	j := d.journal
	d.mu.Unlock()
	return d.keepFor(path, j)
}

func (d *Document) keepFor(path string, j *journal) error {
	if !d.needsSidecar(path, j) {
		return nil
	}
	name, err := d.keepBase(j)
	if err != nil {
		return fmt.Errorf("keep the bytes from before the save: %w", err)
	}
	d.sidecar = name
	return nil
}
