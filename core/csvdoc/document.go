package csvdoc

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"enrollbench/core/progress"
)

// Options say how a document is opened.
type Options struct {
	Dialect *Dialect         // as the user chose it; nil: find it
	Journal string           // the folder for journals, which is made if missing; "": edits are not kept for after a crash
	Scratch string           // the folder for private temporaries; "": that of the journal, else the system's
	Limits  Limits           // 0 takes DefaultLimits
	Now     func() time.Time // nil: time.Now

	free func(dir string) (int64, error) // bytes free; tests set it
}

func (o Options) scratch() string {
	if o.Scratch != "" {
		return o.Scratch
	}
	return o.Journal
}

func (o Options) complete() Options {
	o.Limits = o.Limits.orDefault()
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.free == nil {
		o.free = freeSpace
	}
	return o
}

// Document is a CSV being edited. All methods are safe for concurrent use. Index, Save, Reopen and Close wait for each
// other; the document may be read while they run, and edited while it is saved: Save writes what there was when it was
// called.
type Document struct {
	busy    sync.Mutex // held by Index, Save, Reopen and Close; taken before mu
	mu      sync.Mutex // held for moments
	options Options
	path    string
	base    *base
	in      *intake // nil when the file was read
	indexer *indexer
	current atomic.Pointer[Snapshot]
	saved   *Snapshot // what the file at path holds
	onDisk  identity  // of the file at path; its Size is -1 where there is none
	history history
	edits   uint64 // number of the last step, undo and redo counted
	journal *journal
	sidecar string // where the bytes from before the first save are
	closed  bool

	confirmed bool // see ConfirmEncoding
}

// Open opens a CSV file, or a ZIP that holds one. It returns when the dialect and the first rows are known: Index reads
// the rest. Errors: those of the system, *LimitError, ErrNotOneCSV, archive.Error. Whatever is wrong with rows is a
// finding and no error.
func Open(ctx context.Context, path string, o Options) (*Document, error) {
	o = o.complete()
	d := &Document{options: o, path: path}
	if err := d.open(ctx, path); err != nil {
		return nil, err
	}
	return d, nil
}

func (d *Document) open(ctx context.Context, path string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	b, in, err := openBase(path, d.options)
	if err != nil {
		return err
	}
	x := newIndexer(b, in, d.options.Limits)
	done, err := x.step()
	if err == nil && done {
		err = x.finish()
	}
	if err != nil {
		return errors.Join(err, in.close(), b.close())
	}
	d.base, d.in, d.indexer = b, in, x
	d.publish()
	if done {
		d.indexed()
	}
	return nil
}

// close gives back what a base holds.
func (b *base) close() error {
	if b.src == nil {
		return nil
	}
	err := b.src.close()
	if b.outer != nil {
		err = errors.Join(err, b.outer.close())
	}
	return err
}

// New makes a document without a file. Its dialect is that of RFC 4180 with every cell quoted, unless o has another.
func New(columns []string, o Options) (*Document, error) {
	o = o.complete()
	b := &base{dialect: defaultDialect, faults: newFaults()}
	if o.Dialect != nil {
		b.dialect = *o.Dialect
		if err := b.dialect.check(); err != nil {
			return nil, err
		}
	}
	if len(columns) > o.Limits.Columns {
		return nil, &LimitError{What: "columns", Value: int64(len(columns)), Max: int64(o.Limits.Columns)}
	}
	b.scanner = newScanner(b.dialect)
	b.names = append([]string(nil), columns...)
	b.width = len(columns)
	e := newEncoder(b.dialect)
	for i, name := range columns {
		if i > 0 {
			b.header = append(b.header, b.dialect.Delimiter)
		}
		b.header = e.cell(b.header, name, b.dialect.QuoteAll)
	}
	b.ending = []byte(b.dialect.newline())
	d := &Document{options: o, base: b, onDisk: identity{Size: -1}}
	d.current.Store(newSnapshot(b, index{cells: len(columns)}))
	d.saved = d.Snapshot()
	return d, nil
}

// newSnapshot is a base without edits, as far as it was indexed.
func newSnapshot(b *base, x index) *Snapshot {
	s := &Snapshot{view: &view{base: b, index: x}, plain: true, fresh: firstFresh, added: firstAdded}
	s.columns = make([]Column, max(x.cells, len(b.names)))
	for i := range s.columns {
		s.columns[i].ID = ColumnID(i)
		if i < len(b.names) {
			s.columns[i].Name = b.names[i]
		}
	}
	if x.rows > 0 {
		s.order = leaf([]run{{0, x.rows}})
	}
	return s
}

func (d *Document) publish() {
	s, old := newSnapshot(d.indexer.b, d.indexer.view), d.current.Load()
	if old != nil && old.view.base == s.view.base && len(old.columns) == len(s.columns) {
		s.columns = old.columns
	}
	d.current.Store(s)
}

// indexed ends the reading of the file.
func (d *Document) indexed() {
	d.base = d.indexer.b
	d.publish()
	d.in, d.indexer = nil, nil
	d.saved, d.onDisk = d.Snapshot(), d.base.file
}

// Index reads the rest of the file; Snapshot grows meanwhile. It reports bytes. Edits are refused with ErrIndexing
// until it has returned nil. After an error, a cancelled context included, it may be called again and goes on.
func (d *Document) Index(ctx context.Context, report progress.Func) error {
	d.busy.Lock()
	defer d.busy.Unlock()
	if d.closed {
		return ErrClosed
	}
	if d.indexer == nil {
		return nil
	}
	if err := d.indexer.run(ctx, d.publish, report); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.indexed()
	return nil
}

// Snapshot returns the document as it is now.
func (d *Document) Snapshot() *Snapshot { return d.current.Load() }

// Path is where the document was opened or saved last; "" for a new one.
func (d *Document) Path() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.path
}

// Member is the name of the CSV within its ZIP; "" where the file is no ZIP.
func (d *Document) Member() string { return d.Snapshot().view.member }

// Foreign says what the file is where its bytes are not those of the rows as they are read: a spreadsheet's own file, or an encoding that is
// turned into UTF-8; and whether a line for Excel stands above the header. "" and false for a plain CSV.
func (d *Document) Foreign() (workbook, encoding string, sepLine bool) {
	b := d.Snapshot().view.base
	if b.faults.sheet != nil {
		workbook = b.faults.sheet.kind.Name()
	}
	return workbook, b.faults.turned, len(b.lead) > 0
}

// Dialect is the form of the file.
func (d *Document) Dialect() Dialect { return d.Snapshot().view.dialect }

// Dirty tells whether the document differs from its file.
func (d *Document) Dirty() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.dirty()
}

func (d *Document) dirty() bool { return d.saved != nil && d.saved != d.Snapshot() }

// Reopen reads the file again in another dialect; Index has to follow. It fails with ErrEdited when there are edits,
// ErrUntitled where there is no file. On an error the document stays as it is.
//
// Snapshots from before cannot be read any more.
func (d *Document) Reopen(ctx context.Context, dialect Dialect) error {
	d.busy.Lock()
	defer d.busy.Unlock()
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.closed:
		return ErrClosed
	case len(d.history.steps) > 0:
		return ErrEdited
	case d.path == "":
		return ErrUntitled
	}
	if err := dialect.check(); err != nil {
		return err
	}
	old, in, x := d.base, d.in, d.indexer
	before := d.options.Dialect
	dialect.Guessed = dialect.Guessed && dialect.Encoding == old.dialect.Encoding
	d.options.Dialect = &dialect
	if err := d.open(ctx, d.path); err != nil {
		d.options.Dialect, d.base, d.in, d.indexer = before, old, in, x
		return fmt.Errorf("read %q as %s: %w", d.path, dialect, err)
	}
	if d.indexer != nil {
		d.saved = nil
	}
	return errors.Join(in.close(), old.close())
}

// Close ends the document. Edits that were not saved are lost; the journal and the bytes from before a save are
// removed. Suspend keeps them. It waits for Index and Save: cancel their context before.
func (d *Document) Close() error {
	return d.end(func(j *journal) error { return j.remove() })
}

// Suspend ends the document and leaves its journal, for a program that is told to end at once: the next start is
// offered what was not saved.
func (d *Document) Suspend() error {
	return d.end(func(j *journal) error { return errors.Join(j.sync(), j.close()) })
}

func (d *Document) end(journal func(*journal) error) error {
	d.busy.Lock()
	defer d.busy.Unlock()
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil
	}
	d.closed = true
	err := errors.Join(d.in.close(), d.base.close())
	if d.journal != nil {
		err = errors.Join(err, journal(d.journal))
		if d.sidecar == d.journal.sidecar() {
			return err
		}
	}
	if d.sidecar != "" {
		err = errors.Join(err, removeFile(d.sidecar))
	}
	return err
}
