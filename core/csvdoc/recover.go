package csvdoc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"enrollbench/core/filelock"
	"enrollbench/core/progress"
)

// Recovery is a document that ended without being closed and had edits that were not saved.
type Recovery struct {
	Path    string    // of its file, where it was saved last; "" for a new document
	Member  string    // within a ZIP
	Started time.Time // when the first edit was made
	Last    time.Time // when the last one was
	Edits   int       // steps that its file does not hold
	Journal string    // the journal's file
	// Missing: the file that the edits belong to is gone or was changed, and no copy of it is left. Recover fails.
	Missing bool
}

// trail follows a journal without its document: which state it is in, and which were saved.
type trail struct {
	head   journalHead
	states []int // the state after each step; what was undone lies behind at
	at     int
	next   int
	past   []moment // after each edit, undo and redo, from the beginning
	saves  []saved
}

// moment is a state, and how many steps led to it.
type moment struct{ state, steps int }

// saved is a save that was begun when the document was in a state.
type saved struct {
	saveRecord
	moment
}

func (t *trail) state() int {
	if t.at == 0 {
		return 0
	}
	return t.states[t.at-1]
}

func (t *trail) follow(kind byte, content []byte) error {
	if (kind == opHead) != (t.head.Version == 0) {
		return errRecord
	}
	switch kind {
	case opHead:
		if err := json.Unmarshal(content, &t.head); err != nil || t.head.Version != journalVersion {
			return fmt.Errorf("a journal of another version of this program: %w", errors.Join(errRecord, err))
		}
	case opEdit:
		t.next++
		t.states = append(t.states[:t.at], t.next)
		t.at++
	case opUndo:
		if t.at == 0 {
			return errRecord
		}
		t.at--
	case opRedo:
		if t.at == len(t.states) {
			return errRecord
		}
		t.at++
	case opSave:
		var s saved
		if err := json.Unmarshal(content, &s.saveRecord); err != nil {
			return errors.Join(errRecord, err)
		}
		switch {
		case s.Edits > uint64(len(t.past)):
			return errRecord
		case s.Edits > 0:
			s.moment = t.past[s.Edits-1]
		}
		t.saves = append(t.saves, s)
		return nil
	default:
		return errRecord
	}
	if kind != opHead {
		t.past = append(t.past, moment{t.state(), t.at})
	}
	return nil
}

// edits is the number of the last step.
func (t *trail) edits() uint64 { return uint64(len(t.past)) }

// file finds which save its path holds: its index, -1 for the file that was opened, and whether any matches. A save that
// was begun and never took effect does not match. However many saves there were, each path is read once.
func (t *trail) file() (at int, ok bool) {
	seen := map[string]identity{}
	holds := func(path string, id identity) bool {
		is, known := seen[path]
		if !known {
			is = identify(path)
			seen[path] = is
		}
		return is.Size == id.Size && is.Sum == id.Sum
	}
	for i := len(t.saves) - 1; i >= 0; i-- {
		if holds(t.saves[i].Path, t.saves[i].File) {
			return i, true
		}
	}
	return -1, t.head.Path != "" && holds(t.head.Path, t.head.Base)
}

// base finds the bytes that the edits belong to.
func (t *trail) base(journal string) (string, bool) {
	for _, path := range []string{strings.TrimSuffix(journal, journalExt) + sidecarExt, t.head.Path} {
		if path != "" && t.head.Base.matches(path) {
			return path, true
		}
	}
	return "", t.head.Path == ""
}

// Recoverable lists what can be recovered from a folder of journals, the latest first. Journals of documents that are
// open in this or another program are left alone; those without unsaved edits are removed. What could not be looked at
// is told by the error, beside the others.
func Recoverable(dir string) ([]Recovery, error) {
	names, err := filepath.Glob(filepath.Join(escapeGlob(dir), journalName+"*"+journalExt))
	if err != nil {
		return nil, err
	}
	var found []Recovery
	var failed error
	for _, name := range names {
		r, ok, err := examineJournal(name)
		if err != nil {
			failed = errors.Join(failed, err)
		}
		if ok {
			found = append(found, r)
		}
	}
	slices.SortStableFunc(found, func(a, b Recovery) int { return b.Last.Compare(a.Last) })
	return found, failed
}

func escapeGlob(dir string) string {
	return strings.NewReplacer("*", `\*`, "?", `\?`, "[", `\[`).Replace(dir)
}

func examineJournal(name string) (Recovery, bool, error) {
	j, t, err := openJournal(name)
	if errors.Is(err, ErrInUse) || errors.Is(err, os.ErrNotExist) {
		return Recovery{}, false, nil
	}
	if errors.Is(err, errRecord) {
		return Recovery{}, false, nil // another version's: not ours to judge or to remove
	}
	if err != nil {
		return Recovery{}, false, err
	}
	defer j.close()
	r := Recovery{Path: t.head.Path, Member: t.head.Member, Started: t.head.Started, Journal: name}
	if info, err := j.f.Stat(); err == nil {
		r.Last = info.ModTime()
	}
	at, ok := t.file()
	state, steps := 0, 0
	if at >= 0 {
		r.Path, r.Member = t.saves[at].Path, t.saves[at].Member
		state, steps = t.saves[at].state, t.saves[at].steps
	}
	if (ok || t.head.Path == "" && len(t.saves) == 0) && state == t.state() {
		return Recovery{}, false, j.remove()
	}
	if r.Edits = t.at - steps; r.Edits <= 0 {
		r.Edits = max(1, steps-t.at)
	}
	_, found := t.base(name)
	r.Missing = !found
	return r, true, nil
}

// openJournal locks a journal and follows it.
func openJournal(name string) (*journal, *trail, error) {
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return nil, nil, err
	}
	if filelock.Try(f) == filelock.Held {
		return nil, nil, errors.Join(ErrInUse, f.Close())
	}
	j, t := &journal{path: name, f: f}, &trail{}
	j.size, err = readJournal(f, t.follow)
	if err == nil && t.head.Version == 0 {
		// Killed before the head was whole: no edit was made. A head that is there and damaged is left to its owner.
		err = os.ErrNotExist
		if info, e := f.Stat(); e == nil && info.Size() < 4096 {
			err = errors.Join(err, removeFile(name))
		}
	}
	if err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	return j, t, nil
}

// Discard removes what was offered.
func (r Recovery) Discard() error {
	j, _, err := openJournal(r.Journal)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return j.remove()
}

// Recover brings a document back as it was after its last edit that reached the disk, with its history. The options'
// journal folder is not used: the journal goes on. It reports bytes of the file.
func Recover(ctx context.Context, r Recovery, o Options, report progress.Func) (*Document, error) {
	j, t, err := openJournal(r.Journal)
	if err != nil {
		return nil, err
	}
	o.Journal = filepath.Dir(r.Journal)
	o.Dialect = &t.head.Dialect
	d, err := t.reopen(ctx, j, o, report)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("recover %q: %w", r.Path, err), j.close())
	}
	return d, nil
}

func (t *trail) reopen(ctx context.Context, j *journal, o Options, report progress.Func) (*Document, error) {
	var d *Document
	var err error
	if t.head.Path == "" {
		d, err = New(t.head.Columns, o)
	} else {
		path, ok := t.base(j.path)
		if !ok {
			return nil, &ChangedError{Path: t.head.Path}
		}
		if d, err = Open(ctx, path, o); err == nil {
			if path == j.sidecar() {
				d.sidecar = path
			}
			d.path, d.base.path = t.head.Path, t.head.Path
			if err = d.Index(ctx, report); err != nil {
				err = errors.Join(err, d.base.close())
			}
		}
	}
	if err != nil {
		return nil, err
	}
	if err := d.replay(t, j); err != nil {
		return nil, errors.Join(err, d.base.close())
	}
	return d, nil
}

// replay does all steps of a journal again and goes on with it.
func (d *Document) replay(t *trail, j *journal) error {
	file, ok := t.file()
	states := map[int]*Snapshot{0: d.Snapshot()}
	again := &trail{}
	_, err := readJournal(j.f, func(kind byte, content []byte) error {
		if err := again.follow(kind, content); err != nil {
			return err
		}
		switch kind {
		case opEdit:
			r := &opReader{b: content}
			r.uint()
			label := r.string()
			if r.err != nil {
				return r.err
			}
			before := d.Snapshot()
			e := newEdit(before, d.options.Limits, nil)
			if err := e.replay(r.b); err != nil {
				return err
			}
			after := e.s
			c := e.change(label)
			c.Edits = again.edits()
			d.history.push(step{before: before, after: &after, change: c})
			d.current.Store(&after)
			if len(t.saves) > 0 {
				states[again.next] = &after
			}
		case opUndo:
			d.history.at--
			d.current.Store(d.history.steps[d.history.at].before)
		case opRedo:
			d.current.Store(d.history.steps[d.history.at].after)
			d.history.at++
		}
		return nil
	})
	if err != nil {
		return err
	}
	d.edits = again.edits()
	switch {
	case file >= 0:
		s := t.saves[file]
		d.path, d.onDisk, d.saved = s.Path, s.File, states[s.state]
	case ok:
		d.path, d.onDisk, d.saved = t.head.Path, t.head.Base, states[0]
	case len(t.saves) > 0:
		// Another program changed the file since: the next save will say so.
		s := t.saves[len(t.saves)-1]
		d.path, d.onDisk, d.saved = s.Path, s.File, states[s.state]
	default:
		d.path, d.onDisk, d.saved = t.head.Path, t.head.Base, states[0]
		if t.head.Path == "" {
			d.onDisk.Size = -1
		}
	}
	if err := j.f.Truncate(j.size); err != nil {
		return err
	}
	j.last, j.kept = d.edits, 0
	d.journal = j
	return j.sync()
}
