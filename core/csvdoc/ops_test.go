package csvdoc

import (
	"context"
	"testing"
)

// FuzzReplay: whatever stands in a record whose checksum is right, doing it again ends with an error or with a document
// that can be read and edited in every way.
func FuzzReplay(f *testing.F) {
	log := func(do func(e *Edit) error) {
		w := new(opWriter)
		e := newEdit(newSnapshot(&base{faults: newFaults(), names: []string{"a", "b"}, dialect: defaultDialect}, index{cells: 2}), DefaultLimits, w)
		if err := do(e); err != nil {
			f.Fatal(err)
		}
		f.Add(w.b)
	}
	rows := [][]string{{"1", "2"}, {"3"}, {"", "5"}}
	log(func(e *Edit) error { return e.InsertRows(0, rows) })
	log(func(e *Edit) error {
		if err := e.InsertRows(0, rows); err != nil {
			return err
		}
		if err := e.MoveRows([]RowID{firstFresh + 2, firstFresh}, 1); err != nil {
			return err
		}
		return e.DeleteRows([]RowID{firstFresh + 1})
	})
	log(func(e *Edit) error {
		if _, err := e.AddColumn(1, "n"); err != nil {
			return err
		}
		if err := e.InsertRows(0, rows); err != nil {
			return err
		}
		return e.RemoveColumns([]ColumnID{0})
	})
	f.Add([]byte("h\x030\x01"))
	f.Add([]byte("d\x01\x00\x01p\x00\x01\x00\x02"))
	f.Fuzz(func(t *testing.T, ops []byte) {
		limits := Limits{Rows: 1000}.orDefault()
		d := open(t, "a,b\n1,2\n3,4\n5,6\n", Options{Limits: limits})
		e := newEdit(d.Snapshot(), limits, nil)
		if e.replay(ops) != nil {
			return
		}
		if _, err := d.commit("replayed", d.Snapshot(), e); err != nil {
			t.Fatal(err)
		}
		s := d.Snapshot()
		if s.Rows() > 1000 || len(s.Columns()) > limits.Columns {
			t.Fatalf("%d rows, %d columns", s.Rows(), len(s.Columns()))
		}
		n := 0
		err := s.ScanBytes(context.Background(), 0, s.Rows(), func(i int, id RowID, cells [][]byte, _ []byte) error {
			n++
			for c := range cells {
				if string(cells[c]) != s.Cell(i, c) {
					t.Fatalf("row %d, column %d: %q and %q", i, c, cells[c], s.Cell(i, c))
				}
			}
			return nil
		})
		if err != nil || n != s.Rows() {
			t.Fatalf("%d of %d rows: %v", n, s.Rows(), err)
		}
		written(t, d)
		if _, err := d.InsertRows(s.Rows()/2, make([][]string, 1)); err != nil && s.Rows() < 1000 {
			t.Fatal(err)
		}
		for d.CanUndo() {
			if _, err := d.Undo(); err != nil {
				t.Fatal(err)
			}
		}
		if got := written(t, d); got != "a,b\n1,2\n3,4\n5,6\n" {
			t.Fatalf("undone: %q", got)
		}
	})
}
