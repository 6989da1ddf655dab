package csvdoc

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"enrollbench/core/filelock"
	"enrollbench/core/osfile"
)

// A journal is a file of records in frames: four bytes of length, the highest bit of which says that the record goes on
// in the next frame; CRC-32C of length and content; content. The first record is a journalHead. A frame that is cut
// short or does not match its checksum ends the journal: a crash leaves one at most, and nobody was told that it was
// kept.
const (
	frameMax    = 1 << 20
	frameMore   = 1 << 31
	frameHead   = 8
	journalName = "csv-"
	journalExt  = ".journal"
	sidecarExt  = ".base"

	// syncAfter is when an edit is synced at the latest, one second before it is promised.
	syncAfter = time.Second
)

// journalHead says what a journal belongs to.
type journalHead struct {
	Version int       `json:"version"`
	Path    string    `json:"path"`             // absolute; "" for a new document
	Member  string    `json:"member,omitempty"` // within a ZIP
	Base    identity  `json:"base"`             // of the file when it was opened
	Dialect Dialect   `json:"dialect"`
	Columns []string  `json:"columns,omitempty"` // of a new document
	Started time.Time `json:"started"`
}

const journalVersion = 1

// saveRecord is written before a save takes effect: the file at Path is this save's if it has that content.
type saveRecord struct {
	Path   string   `json:"path"`
	Member string   `json:"member,omitempty"`
	File   identity `json:"file"`  // without a time
	Edits  uint64   `json:"edits"` // number of the last step that it holds
}

// journal is an open journal. It belongs to its document; its own lock is for the sync in the background.
type journal struct {
	path string
	mu   sync.Mutex
	f    *os.File
	size int64  // of what is whole
	last uint64 // the number of the last edit that was written
	kept uint64 // the number of the last edit that was synced
	// synced is where the file was synced up to: a save's record counts too.
	synced int64
	timer  *time.Timer
	err    error // of a sync, until one succeeds
	closed bool
}

// createJournal makes a journal that is locked and holds its head.
func createJournal(dir string, head journalHead) (*journal, error) {
	if err := osfile.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	f, err := osfile.CreateTemp(dir, journalName+"*"+journalExt) // 0600
	if err != nil {
		return nil, err
	}
	j := &journal{path: f.Name(), f: f}
	err = nil
	if filelock.Try(f) == filelock.Held {
		err = ErrInUse
	}
	if err == nil {
		var text []byte
		if text, err = json.Marshal(head); err == nil {
			err = j.append(opHead, text)
		}
	}
	if err != nil {
		return nil, errors.Join(err, f.Close(), os.Remove(f.Name()))
	}
	return j, nil
}

func (j *journal) sidecar() string { return strings.TrimSuffix(j.path, journalExt) + sidecarExt }

// append writes one record in frames. If that fails the journal is as it was.
func (j *journal) append(kind byte, parts ...[]byte) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return ErrClosed
	}
	total := 1
	for _, p := range parts {
		total += len(p)
	}
	frame := make([]byte, frameHead, min(total, frameMax)+frameHead)
	frame = append(frame, kind)
	at := j.size
	flush := func(more bool) error {
		n := uint32(len(frame) - frameHead)
		if more {
			n |= frameMore
		}
		le.PutUint32(frame, n)
		le.PutUint32(frame[4:], frameSum(frame[:4], frame[frameHead:]))
		_, err := j.f.WriteAt(frame, at)
		at += int64(len(frame))
		frame = frame[:frameHead]
		return err
	}
	var err error
	for _, p := range parts {
		for len(p) > 0 && err == nil {
			if len(frame) == frameMax+frameHead {
				err = flush(true)
			}
			n := min(len(p), frameMax+frameHead-len(frame))
			frame = append(frame, p[:n]...)
			p = p[n:]
		}
	}
	if err == nil {
		err = flush(false)
	}
	if err != nil {
		_ = j.f.Truncate(j.size)
		return fmt.Errorf("write the journal %q: %w: %w", j.path, ErrJournal, err)
	}
	j.size = at
	return nil
}

func frameSum(head, content []byte) uint32 {
	return crc32.Update(crc32.Checksum(head, castagnoli), castagnoli, content)
}

// wrote says that an edit was appended, and sees to it that it is synced.
func (j *journal) wrote(edit uint64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.last = edit
	if j.timer == nil && !j.closed {
		j.timer = time.AfterFunc(syncAfter, func() { _ = j.sync() })
	}
}

// sync brings everything to the disk.
func (j *journal) sync() error {
	j.mu.Lock()
	if j.timer != nil {
		j.timer.Stop()
		j.timer = nil
	}
	if j.closed || j.synced == j.size && j.err == nil {
		defer j.mu.Unlock()
		j.kept = j.last
		return j.err
	}
	last, size, f, named := j.last, j.size, j.f, j.synced > 0
	j.mu.Unlock()
	// Edits go on while the disk works. The first time the journal's name has to reach the disk too.
	err := f.Sync()
	if err == nil && !named {
		err = syncFolder(filepath.Dir(j.path))
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err = err; err != nil {
		if j.timer == nil && !j.closed {
			j.timer = time.AfterFunc(syncAfter, func() { _ = j.sync() })
		}
		return fmt.Errorf("sync the journal %q: %w", j.path, err)
	}
	j.kept, j.synced = max(j.kept, last), max(j.synced, size)
	return nil
}

// close gives the file and its lock back.
func (j *journal) close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return nil
	}
	j.closed = true
	if j.timer != nil {
		j.timer.Stop()
	}
	filelock.Release(j.f)
	return j.f.Close()
}

// remove closes the journal and removes it with its sidecar.
func (j *journal) remove() error {
	// The sidecar goes first: a journal without it is offered as missing, a sidecar without journal would never go.
	err := removeFile(j.sidecar())
	if runtime.GOOS != "windows" { // removed while it is locked, so that nobody is offered it in between
		err = errors.Join(err, removeFile(j.path))
	}
	return errors.Join(err, j.close(), removeFile(j.path))
}

func removeFile(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// readJournal calls f for each whole record and returns where the last one ends. The slice is f's to keep.
func readJournal(r io.ReaderAt, f func(kind byte, content []byte) error) (end int64, err error) {
	var head [frameHead]byte
	var record []byte
	for at := int64(0); ; {
		if readFull(r, head[:], at) != nil {
			return end, nil
		}
		n := le.Uint32(head[:])
		size := int(n &^ frameMore)
		if size == 0 || size > frameMax {
			return end, nil
		}
		from := len(record)
		record = append(record, make([]byte, size)...)
		if readFull(r, record[from:], at+frameHead) != nil || frameSum(head[:4], record[from:]) != le.Uint32(head[4:]) {
			return end, nil
		}
		at += frameHead + int64(size)
		if n&frameMore != 0 {
			continue
		}
		if err := f(record[0], record[1:]); err != nil {
			return end, err
		}
		end, record = at, nil
	}
}

// recordEdit appends an edit to the journal, which begins with the first one.
func (d *Document) recordEdit(label string, log *opWriter) error {
	if d.options.Journal == "" {
		return nil
	}
	if err := d.startJournal(); err != nil {
		return err
	}
	head := appendString(binary.AppendUvarint(nil, d.edits+1), label)
	if err := d.journal.append(opEdit, head, log.b); err != nil {
		return err
	}
	d.journal.wrote(d.edits + 1)
	return nil
}

// recordMove appends an undo or a redo.
func (d *Document) recordMove(kind byte) error {
	if d.options.Journal == "" {
		return nil
	}
	if err := d.startJournal(); err != nil {
		return err
	}
	if err := d.journal.append(kind); err != nil {
		return err
	}
	d.journal.wrote(d.edits + 1)
	return nil
}

// WithoutJournal goes on without a journal, for a user who wants to edit although ErrJournal says that nothing can be
// kept for after a crash. It cannot be taken back.
func (d *Document) WithoutJournal() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.options.Scratch, d.options.Journal = d.options.scratch(), ""
	if d.journal == nil {
		return nil
	}
	j := d.journal
	d.journal = nil
	return errors.Join(j.close(), removeFile(j.path))
}

func (d *Document) startJournal() error {
	if d.journal != nil {
		return nil
	}
	head := journalHead{Version: journalVersion, Base: d.base.file, Member: d.base.member, Dialect: d.base.dialect, Started: d.options.Now().UTC()}
	if d.base.path == "" {
		head.Columns = d.base.names
	} else {
		path, err := filepath.Abs(d.base.path)
		if err != nil {
			return err
		}
		head.Path = path
	}
	j, err := createJournal(d.options.Journal, head)
	if err != nil {
		return fmt.Errorf("begin a journal: %w: %w", ErrJournal, err)
	}
	d.journal = j
	return nil
}

// Sync brings all edits to the disk. Without a journal it does nothing.
func (d *Document) Sync() error {
	d.mu.Lock()
	j := d.journal
	d.mu.Unlock()
	if j == nil {
		return nil
	}
	return j.sync()
}

// Acknowledged is the number of the last edit that is on the disk: one that a crash or a power cut cannot take away. It
// follows Change.Edits by two seconds at most, and stays 0 without a journal.
func (d *Document) Acknowledged() uint64 {
	d.mu.Lock()
	j := d.journal
	d.mu.Unlock()
	if j == nil {
		return 0
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.kept
}

// JournalError is why the last sync in the background failed; nil while edits reach the disk.
func (d *Document) JournalError() error {
	d.mu.Lock()
	j := d.journal
	d.mu.Unlock()
	if j == nil {
		return nil
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.err
}
