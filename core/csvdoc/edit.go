package csvdoc

import (
	"fmt"
	"slices"
	"strconv"
)

// Cell is a value for one cell.
type Cell struct {
	Row    RowID
	Column ColumnID
	Value  string
}

// Edit is a step under way: Document.Apply hands it to a function that changes the document piece by piece. It is of no
// use afterwards.
type Edit struct {
	s       Snapshot // the state so far; its slices belong to the edit once own is set
	by      *owner
	limits  Limits
	log     *opWriter
	last    *overlay
	rows    []RowID
	all     bool
	columns []ColumnID
	whole   bool // whole rows changed
	shape   bool
	changed bool
}

// Snapshot returns the state so far. It shares memory with the edit: do not use it after the next change.
func (e *Edit) Snapshot() *Snapshot {
	s := e.s
	return &s
}

// Apply runs f, which changes the document through its Edit, as one step: one undo, one record of the journal. If f
// fails, nothing is changed and its error is returned. A step that changes nothing is none. f must not call methods of
// the document other than Snapshot, which shows it as it was before.
func (d *Document) Apply(label string, f func(*Edit) error) (Change, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.editable(); err != nil {
		return Change{}, err
	}
	before := d.Snapshot()
	var log *opWriter
	if d.options.Journal != "" {
		log = new(opWriter)
	}
	e := newEdit(before, d.options.Limits, log)
	if err := f(e); err != nil {
		return Change{}, err
	}
	return d.commit(label, before, e)
}

func (d *Document) editable() error {
	switch {
	case d.closed:
		return ErrClosed
	case d.indexer != nil:
		return ErrIndexing
	}
	return nil
}

// newEdit begins a step; log is nil where nothing is recorded.
func newEdit(s *Snapshot, l Limits, log *opWriter) *Edit {
	e := &Edit{s: *s, by: new(owner), limits: l, log: log}
	e.s.cells = slices.Clone(s.cells)
	return e
}

// commit makes an edit the document's state.
func (d *Document) commit(label string, before *Snapshot, e *Edit) (Change, error) {
	if !e.changed {
		return Change{Label: label}, nil
	}
	if err := d.recordEdit(label, e.log); err != nil {
		return Change{}, err
	}
	after := e.s
	d.edits++
	c := e.change(label)
	c.Edits = d.edits
	d.history.push(step{before: before, after: &after, change: c})
	d.current.Store(&after)
	return c, nil
}

func (e *Edit) change(label string) Change {
	c := Change{Label: label, AllRows: e.all, Structure: e.shape}
	if !e.all {
		slices.Sort(e.rows)
		c.Rows = slices.Compact(e.rows)
	}
	if !e.whole {
		c.Columns = e.columns
	}
	return c
}

func (e *Edit) touch(id RowID) {
	e.changed = true
	if e.all || len(e.rows) > 0 && e.rows[len(e.rows)-1] == id {
		return
	}
	if len(e.rows) >= 2*listedRows {
		slices.Sort(e.rows)
		e.rows = slices.Compact(e.rows)
		if len(e.rows) > listedRows {
			e.all, e.rows = true, nil
			return
		}
	}
	e.rows = append(e.rows, id)
}

// overlayOf returns what is set in a column, to be changed.
func (e *Edit) overlayOf(c ColumnID) *overlay {
	if e.last != nil && e.last.column == c {
		return e.last
	}
	i, ok := slices.BinarySearchFunc(e.s.cells, c, func(o overlay, c ColumnID) int { return int(o.column) - int(c) })
	if !ok {
		e.s.cells = slices.Insert(e.s.cells, i, overlay{column: c})
	}
	if !slices.Contains(e.columns, c) {
		e.columns = append(e.columns, c)
	}
	e.last = &e.s.cells[i]
	return e.last
}

// SetCell sets one cell. It is made for millions of calls: it checks that row and column were ever there, and not
// whether the value is another one.
func (e *Edit) SetCell(row RowID, column ColumnID, value string) error {
	if row < firstFresh && row >= RowID(e.s.view.rows) || row >= e.s.fresh {
		return fmt.Errorf("%w: %d", ErrNoRow, row)
	}
	if e.last == nil || e.last.column != column {
		if _, ok := e.s.Column(column); !ok {
			return fmt.Errorf("%w: %d", ErrNoColumn, column)
		}
	}
	e.set(row, column, value)
	e.log.cell(row, column, value)
	return nil
}

func (e *Edit) set(row RowID, column ColumnID, value string) {
	e.overlayOf(column).set(row, value, e.by)
	e.touch(row)
}

// setAt sets a cell of a row that is there, unless it has that value.
func (e *Edit) setAt(row RowID, column ColumnID, value string) error {
	if _, ok := e.s.Index(row); !ok {
		return fmt.Errorf("%w: %d", ErrNoRow, row)
	}
	if _, ok := e.s.Column(column); !ok {
		return fmt.Errorf("%w: %d", ErrNoColumn, column)
	}
	if e.s.Value(row, column) == value {
		return nil
	}
	return e.SetCell(row, column, value)
}

// SetCells sets cells as one step. Cells that have their value already are left alone.
func (d *Document) SetCells(label string, cells []Cell) (Change, error) {
	return d.Apply(label, func(e *Edit) error {
		for _, c := range cells {
			if err := e.setAt(c.Row, c.Column, c.Value); err != nil {
				return err
			}
		}
		return nil
	})
}

// SetBlock writes a block of values with its upper left corner at a row and column, as a paste does. Rows are added
// where the block reaches beyond the last one; columns are not: a block that is too wide is a *PosError for
// ErrNoColumn.
func (d *Document) SetBlock(row, column int, block [][]string) (Change, error) {
	return d.Apply("paste", func(e *Edit) error { return e.SetBlock(row, column, block) })
}

// SetBlock is Document.SetBlock as a part of a step.
func (e *Edit) SetBlock(row, column int, block [][]string) error {
	if row < 0 || row > e.s.Rows() {
		return fmt.Errorf("%w: %d", ErrNoRow, row)
	}
	width := 0
	for k, values := range block {
		width = max(width, len(values))
		if column < 0 || column+len(values) > len(e.s.columns) {
			return &PosError{Row: e.s.FileRow(row + k), Column: strconv.Itoa(len(e.s.columns) + 1), Err: ErrNoColumn}
		}
	}
	if missing := row + len(block) - e.s.Rows(); missing > 0 {
		if err := e.InsertRows(e.s.Rows(), make([][]string, missing)); err != nil {
			return err
		}
	}
	ids := make([]RowID, 0, len(block))
	e.s.order.walk(row, row+len(block), func(_ int, x run) bool {
		for k := range x.n {
			ids = append(ids, x.first+RowID(k))
		}
		return true
	})
	var old []string
	for k, values := range block {
		old = e.s.RowByID(ids[k], old)
		for j, v := range values {
			if old[column+j] != v {
				if err := e.SetCell(ids[k], e.s.columns[column+j].ID, v); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// Undo takes the last step back and returns what changed by that.
func (d *Document) Undo() (Change, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.editable(); err != nil {
		return Change{}, err
	}
	if d.history.at == 0 {
		return Change{}, ErrNothingToUndo
	}
	if err := d.recordMove(opUndo); err != nil {
		return Change{}, err
	}
	d.history.at--
	s := d.history.steps[d.history.at]
	d.current.Store(s.before)
	d.edits++
	s.change.Edits = d.edits
	return s.change, nil
}

// Redo does the step again that was undone last.
func (d *Document) Redo() (Change, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.editable(); err != nil {
		return Change{}, err
	}
	if d.history.at == len(d.history.steps) {
		return Change{}, ErrNothingToRedo
	}
	if err := d.recordMove(opRedo); err != nil {
		return Change{}, err
	}
	s := d.history.steps[d.history.at]
	d.history.at++
	d.current.Store(s.after)
	d.edits++
	s.change.Edits = d.edits
	return s.change, nil
}

// UndoLabel names the step that Undo would take back; false where there is none.
func (d *Document) UndoLabel() (string, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.history.at == 0 {
		return "", false
	}
	return d.history.steps[d.history.at-1].change.Label, true
}

// RedoLabel names the step that Redo would do again; false where there is none.
func (d *Document) RedoLabel() (string, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.history.at == len(d.history.steps) {
		return "", false
	}
	return d.history.steps[d.history.at].change.Label, true
}

// CanUndo tells whether there is a step to take back.
func (d *Document) CanUndo() bool { _, ok := d.UndoLabel(); return ok }

// CanRedo tells whether there is a step to do again.
func (d *Document) CanRedo() bool { _, ok := d.RedoLabel(); return ok }
