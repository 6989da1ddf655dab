package csvdoc

import (
	"fmt"
	"slices"
)

// AddColumn puts an empty column before column at, 0 ≤ at ≤ len(Columns), and returns its id.
func (d *Document) AddColumn(at int, name string) (ColumnID, Change, error) {
	var id ColumnID
	c, err := d.Apply("add column", func(e *Edit) (err error) {
		id, err = e.AddColumn(at, name)
		return err
	})
	return id, c, err
}

// RemoveColumns removes columns with all their cells.
func (d *Document) RemoveColumns(ids []ColumnID) (Change, error) {
	return d.Apply("remove columns", func(e *Edit) error { return e.RemoveColumns(ids) })
}

// RenameColumn changes a name in the header. A file without a header row has none: ErrNoHeader.
func (d *Document) RenameColumn(id ColumnID, name string) (Change, error) {
	return d.Apply("rename column", func(e *Edit) error { return e.RenameColumn(id, name) })
}

// MoveColumn puts a column before the column that is at place to now.
func (d *Document) MoveColumn(id ColumnID, to int) (Change, error) {
	return d.Apply("move column", func(e *Edit) error { return e.MoveColumn(id, to) })
}

// setColumns replaces the list of columns.
func (e *Edit) setColumns(columns []Column) {
	e.s.columns = columns
	e.s.plain = len(columns) == max(e.s.view.cells, len(e.s.view.names))
	for i, c := range columns {
		e.s.plain = e.s.plain && c.ID == ColumnID(i)
		if c.ID >= e.s.added {
			e.s.added = c.ID + 1
		}
	}
	e.reshaped()
	e.last = nil
}

// AddColumn is Document.AddColumn as a part of a step.
func (e *Edit) AddColumn(at int, name string) (ColumnID, error) {
	if at < 0 || at > len(e.s.columns) {
		return 0, fmt.Errorf("%w: %d", ErrNoColumn, at)
	}
	if n := len(e.s.columns) + 1; n > e.limits.Columns {
		return 0, &LimitError{What: "columns", Value: int64(n), Max: int64(e.limits.Columns)}
	}
	if name != "" && !e.s.view.dialect.Header {
		return 0, ErrNoHeader
	}
	id := e.s.added
	e.setColumns(slices.Insert(slices.Clone(e.s.columns), at, Column{ID: id, Name: name}))
	e.log.columns(e.s.columns)
	return id, nil
}

// RemoveColumns is Document.RemoveColumns as a part of a step.
func (e *Edit) RemoveColumns(ids []ColumnID) error {
	for _, id := range ids {
		if _, ok := e.s.Column(id); !ok {
			return fmt.Errorf("%w: %d", ErrNoColumn, id)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	e.setColumns(slices.DeleteFunc(slices.Clone(e.s.columns), func(c Column) bool { return slices.Contains(ids, c.ID) }))
	e.log.columns(e.s.columns)
	return nil
}

// RenameColumn is Document.RenameColumn as a part of a step.
func (e *Edit) RenameColumn(id ColumnID, name string) error {
	i, ok := e.s.Column(id)
	switch {
	case !ok:
		return fmt.Errorf("%w: %d", ErrNoColumn, id)
	case !e.s.view.dialect.Header:
		return ErrNoHeader
	case e.s.columns[i].Name == name:
		return nil
	}
	columns := slices.Clone(e.s.columns)
	columns[i].Name = name
	e.setColumns(columns)
	e.log.columns(columns)
	return nil
}

// MoveColumn is Document.MoveColumn as a part of a step.
func (e *Edit) MoveColumn(id ColumnID, to int) error {
	i, ok := e.s.Column(id)
	if !ok {
		return fmt.Errorf("%w: %d", ErrNoColumn, id)
	}
	if to < 0 || to > len(e.s.columns) {
		return fmt.Errorf("%w: %d", ErrNoColumn, to)
	}
	if to > i {
		to--
	}
	if to == i {
		return nil
	}
	c := e.s.columns[i]
	e.setColumns(slices.Insert(slices.Delete(slices.Clone(e.s.columns), i, i+1), to, c))
	e.log.columns(e.s.columns)
	return nil
}
