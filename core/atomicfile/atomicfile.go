// Package atomicfile writes files so that a final name never shows half of them: everything goes into a temporary
// beside the target, is synced, and takes its name by a rename.
//
// Which to call:
//
//   - WriteFile for bytes that are at hand, Create for one file that is written as a stream;
//   - NewSet for a few files in one folder that only make sense together (the parts of a bundle and its manifest);
//   - NewTree for a folder of many files, written into a sibling folder, synced once and renamed once.
//
// All three follow one form: create, defer Abort, write, Commit. Abort after Commit does nothing.
//
// # What is promised
//
// After Commit returned nil, the content is complete under its final name and survives a power cut, as far as the file
// system keeps its word on fsync. After any error, crash or kill before that, the final name shows what it showed
// before: the old file or none. A crash leaves at most hidden temporaries (".<name>.<16 hex digits>.tmp"), which Sweep
// removes. A Set that was killed while its files took their names is finished by Recover (see there), which NewSet and
// NewTree call for their folder.
//
// Without Options.Replace a target that exists is refused, at Create and again at Commit, by an error that matches
// ErrExists and fs.ErrExist. How sharp the second refusal is depends on the platform:
//
//   - Linux: renameat2 with RENAME_NOREPLACE, free of races; where the file system does not know it (NFS), a hard link,
//     which is free of races too;
//   - macOS: renamex_np with RENAME_EXCL, else a hard link;
//   - Windows: MoveFileEx without MOVEFILE_REPLACE_EXISTING, free of races;
//   - a file system with neither (some FUSE and FAT drivers): a look, then a rename. A file that another program puts
//     there between the two is replaced; never half-written.
//
// # Where sync or rename is refused
//
// Network shares and FUSE file systems refuse some calls. An fsync answered with "not supported" (EINVAL, ENOTSUP,
// ENOSYS) is tolerated: such a file system has nothing better to offer. A folder that cannot be opened for its fsync
// for want of permission is tolerated too. Every other failure of a file's fsync (EIO, ENOSPC, EDQUOT) is an error: the
// temporary is removed, the old file stays. A refused rename is an error with the same end. An fsync of the folder that
// fails with EIO comes after the rename: it is reported, and the new file, complete, stays under its name.
//
// On Windows a rename that another program blocks (virus scanners hold new files for moments) is tried again for about
// a second. Paths over 260 characters work there: they are given the \\?\ prefix. Windows has no fsync of a folder;
// the rename is written through.
//
// A target that is a symbolic link is replaced itself; what it points to stays as it is. The new file has the mode of
// Options, not that of the file it replaces.
package atomicfile

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"unicode/utf8"
)

// Options say how the final file or folder comes to be.
type Options struct {
	Mode    fs.FileMode // permission bits of files, before the umask; 0 means 0644
	Replace bool        // what stands under the final name may be replaced
}

func (o Options) mode() fs.FileMode {
	if o.Mode == 0 {
		return 0o644
	}
	return o.Mode.Perm()
}

// ErrExists is the cause where a target exists and Options.Replace is false. It matches fs.ErrExist too.
var ErrExists error = existsError{}

type existsError struct{}

func (existsError) Error() string { return "already exists" }

func (existsError) Is(target error) bool { return target == fs.ErrExist }

func refuseExisting(path string) error {
	return fmt.Errorf("%q: %w; choose another name or agree to replace it", path, ErrExists)
}

// errClosed answers writes after Commit or Abort.
var errClosed = fs.ErrClosed

// File is one file that will appear at Commit. Its methods are not safe for concurrent use, ReadAt and WriteAt aside.
type File struct {
	temporary
	target string
	opts   Options
}

// Create opens a temporary beside path, in the same folder, which must exist. The caller writes, then calls Commit, or
// Abort to leave no trace. It refuses an existing path unless o.Replace.
func Create(path string, o Options) (*File, error) { return create(path, o, system) }

func create(path string, o Options, ops operations) (*File, error) {
	if !o.Replace {
		if _, err := os.Lstat(path); err == nil {
			return nil, refuseExisting(path)
		} else if !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("create %q: %w", path, err)
		}
	} else if info, err := os.Lstat(path); err == nil && info.IsDir() {
		return nil, fmt.Errorf("create %q: a folder has that name", path)
	}
	f := &File{target: path, opts: o}
	dir, base := filepath.Split(path)
	if err := f.open(dir, base, o.mode(), ops); err != nil {
		return nil, fmt.Errorf("create %q: %w", path, err)
	}
	return f, nil
}

// Commit syncs the content, closes the temporary and gives it its final name. If that fails the temporary is removed
// and what stood under the final name stays, with one exception that the package comment names: a failed fsync of the
// folder, after the rename. A write that failed before makes Commit fail: a caller that ignored it cannot publish half
// a file. A second Commit, or one after Abort, fails with fs.ErrClosed.
func (f *File) Commit() error {
	if f.done {
		return fmt.Errorf("save %q: %w", f.target, errClosed)
	}
	if err := f.finish(); err != nil {
		_ = f.Abort()
		return fmt.Errorf("save %q: %w", f.target, err)
	}
	rename := f.ops.renameNew
	if f.opts.Replace {
		rename = f.ops.rename
	}
	if err := rename(f.path, f.target); err != nil {
		_ = f.Abort()
		if errors.Is(err, fs.ErrExist) && !f.opts.Replace {
			return refuseExisting(f.target)
		}
		return fmt.Errorf("save %q: %w%s", f.target, err, renameHint(err))
	}
	f.done = true
	if err := f.ops.syncDir(filepath.Dir(f.target)); err != nil {
		return fmt.Errorf("save %q: the file is complete, but its folder could not be synced: %w", f.target, err)
	}
	return nil
}

// Abort closes and removes the temporary. It may be called any number of times; after a successful Commit it does
// nothing, so `defer f.Abort()` right after Create is the form.
func (f *File) Abort() error { return f.discard() }

// Write makes the file at path hold what write writes; where that fails, nothing appears and what was there stays.
func Write(path string, o Options, write func(w io.Writer) error) error {
	f, err := Create(path, o)
	if err != nil {
		return err
	}
	defer f.Abort()
	if err := write(f); err != nil {
		return err
	}
	return f.Commit()
}

// WriteFile writes data to path as Create and Commit do.
func WriteFile(path string, data []byte, o Options) error {
	return Write(path, o, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// renameHint names the next step where a rename was refused for a reason that the user can remove.
func renameHint(err error) string {
	if errors.Is(err, fs.ErrPermission) {
		return " (close the file where another program has it open, and see that the folder may be written)"
	}
	return ""
}

// Names of what lies in a folder while a write is under way, or after a crash. The random part keeps them apart from
// anything a user would name a file, so that Sweep may remove them.
const (
	tempSuffix   = ".tmp"    // a temporary file or folder
	asideSuffix  = ".old"    // what a commit replaces or removes, until all is done
	recordSuffix = ".commit" // the record of a commit under way
)

var hiddenName = regexp.MustCompile(`^\..+\.[0-9a-f]{16}(\.tmp|\.old|\.commit)$`)

// isHidden tells whether name is one that this package makes, with that suffix.
func isHidden(name, suffix string) bool {
	m := hiddenName.FindStringSubmatch(name)
	return m != nil && m[1] == suffix
}

// hidden makes a fresh name for base. Only the first bytes of base appear: the whole must stay below the 255 bytes
// (143 on eCryptfs) that a file system grants.
func hidden(base, suffix string) string {
	const show = 64
	if len(base) > show {
		cut := show
		for cut > 0 && !utf8.RuneStart(base[cut]) {
			cut--
		}
		base = base[:cut]
	}
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails, crypto/rand says
	return "." + base + "." + hex.EncodeToString(b[:]) + suffix
}
