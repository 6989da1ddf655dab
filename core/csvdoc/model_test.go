package csvdoc

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// model is the naive document: values in memory, a copy of all for each step.
type model struct {
	names []string
	ids   []ColumnID
	rows  [][]string
	keys  []RowID
}

func (m *model) clone() *model {
	c := &model{slices.Clone(m.names), slices.Clone(m.ids), nil, slices.Clone(m.keys)}
	for _, r := range m.rows {
		c.rows = append(c.rows, slices.Clone(r))
	}
	return c
}

// modelOf reads a snapshot cell by cell.
func modelOf(s *Snapshot) *model {
	m := &model{}
	for _, c := range s.Columns() {
		m.names, m.ids = append(m.names, c.Name), append(m.ids, c.ID)
	}
	for i := range s.Rows() {
		row := make([]string, len(m.names))
		for c := range row {
			row[c] = s.Cell(i, c)
		}
		m.rows, m.keys = append(m.rows, row), append(m.keys, s.ID(i))
	}
	return m
}

type fataler interface {
	Helper()
	Fatalf(string, ...any)
}

// same compares by every way of reading.
func (m *model) same(t fataler, s *Snapshot) {
	t.Helper()
	if got := modelOf(s); !reflect.DeepEqual(normal(got), normal(m)) {
		t.Fatalf("cells differ:\ngot  %q %q %v\nwant %q %q %v", got.names, got.rows, got.keys, m.names, m.rows, m.keys)
	}
	n := 0
	err := s.Scan(context.Background(), 0, s.Rows(), func(i int, id RowID, cells []string) error {
		if at, ok := s.Index(id); i != n || id != m.keys[i] || !slices.Equal(cells, m.rows[i]) || at != i || !ok {
			t.Fatalf("scan of row %d (%d): %q, want %q; found at %d", i, id, cells, m.rows[i], at)
		}
		n++
		return nil
	})
	if err != nil || n != len(m.rows) || s.Err() != nil {
		t.Fatalf("scan: %d of %d, %v, %v", n, len(m.rows), err, s.Err())
	}
}

func normal(m *model) *model {
	if len(m.rows) == 0 {
		return &model{names: m.names, ids: m.ids}
	}
	return m
}

// value draws text that is hard to write.
func value(d Dialect) *rapid.Generator[string] {
	runes := []rune{'a', 'b', '0', ' ', ',', ';', '\t', '|', '"', '\\', '\n', '\r', '\'', 'é', 'ÿ'}
	if !d.Encoding.legacy() {
		runes = append(runes, '€', '😀', '\uFEFF')
	}
	return rapid.OneOf(rapid.Just(""), rapid.StringN(0, 6, -1), rapid.StringOfN(rapid.SampledFrom(runes), 0, 8, -1)).Filter(func(v string) bool {
		e := newEncoder(d)
		_, bad := e.unencodable(v)
		return !bad && !strings.ContainsRune(v, 0)
	})
}

// dialects draws any dialect that can be told from its text or is given.
func dialects() *rapid.Generator[Dialect] {
	return rapid.Custom(func(t *rapid.T) Dialect {
		d := Dialect{
			Encoding:  rapid.SampledFrom([]Encoding{UTF8, UTF16LE, UTF16BE, Windows1252, ISO88591}).Draw(t, "encoding"),
			Delimiter: rapid.SampledFrom(Delimiters).Draw(t, "delimiter"),
			Escape:    rapid.SampledFrom([]Escape{Doubled, Backslash}).Draw(t, "escape"),
			Newline:   rapid.SampledFrom([]Newline{LF, CRLF, Mixed, CR}).Draw(t, "newline"),
			Header:    rapid.IntRange(0, 9).Draw(t, "header") > 0,
			QuoteAll:  rapid.Bool().Draw(t, "quote all"),
		}
		d.BOM = !d.Encoding.legacy() && rapid.Bool().Draw(t, "bom")
		if d.NewRows = d.Newline; d.Newline == Mixed {
			d.NewRows = LF
		}
		return d
	})
}

// render writes rows as a file of the dialect, quoted at whim.
func render(t *rapid.T, d Dialect, rows [][]string) string {
	enc := newEncoder(d)
	var b []byte
	ends := map[Newline][]string{LF: {"\n"}, CRLF: {"\r\n"}, CR: {"\r"}, Mixed: {"\n", "\r\n"}}[d.Newline]
	for i, row := range rows {
		for j, v := range row {
			if j > 0 {
				b = append(b, d.Delimiter)
			}
			b = enc.cell(b, v, rapid.Bool().Draw(t, "quoted") || v == "" && len(row) == 1)
		}
		if i+1 < len(rows) || rapid.Bool().Draw(t, "ended") {
			b = append(b, rapid.SampledFrom(ends).Draw(t, "end")...)
		}
	}
	return d.bom() + raw(d, string(b))
}

// raw turns UTF-8 into UTF-16 where that is the encoding.
func raw(d Dialect, text string) string {
	if !d.Encoding.utf16() {
		return text
	}
	var out strings.Builder
	w := newToUTF16(&out, d.Encoding)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return out.String()
}

func drawRows(t *rapid.T, d Dialect, width, least, most int) [][]string {
	n := rapid.IntRange(least, most).Draw(t, "rows")
	rows := make([][]string, n)
	for i := range rows {
		k := width
		if rapid.IntRange(0, 5).Draw(t, "ragged") == 0 {
			k = rapid.IntRange(1, width+2).Draw(t, "cells")
		}
		for range k {
			rows[i] = append(rows[i], value(d).Draw(t, "value"))
		}
	}
	return rows
}

// What is done at random to a document and to the naive model of it is the same; undoing all of it and saving gives the
// bytes that were opened. Now and then the document crashes and is recovered, or is saved and opened by another.
func TestRandomEditsAgainstModel(t *testing.T) {
	root := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp(root, "")
		if err != nil {
			t.Fatal(err)
		}
		d := dialects().Draw(t, "dialect")
		text := render(t, d, drawRows(t, d, rapid.IntRange(1, 4).Draw(t, "width"), 1, 40))
		path := filepath.Join(dir, "a.csv")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		o := Options{Dialect: &d, Scratch: dir}
		if rapid.Bool().Draw(t, "journal") {
			o.Journal = filepath.Join(dir, "journal")
		}
		doc := reopen(t, path, o)
		defer func() { doc.Close() }()
		m := modelOf(doc.Snapshot())
		past := []*model{m.clone()}
		at := 0
		did := func(next *model, err error, c Change) {
			if err != nil {
				t.Fatalf("%v", err)
			}
			if reflect.DeepEqual(normal(next), normal(past[at])) && !c.Structure && len(c.Rows) == 0 {
				return
			}
			past = append(past[:at+1], next)
			at++
		}
		for range rapid.IntRange(1, 25).Draw(t, "steps") {
			next := past[at].clone()
			switch op := rapid.SampledFrom([]string{"cells", "cells", "block", "insert", "delete", "move", "add", "remove", "rename", "shift", "undo", "undo", "redo", "save", "crash"}).Draw(t, "op"); op {
			case "undo":
				if _, err := doc.Undo(); (err == nil) != (at > 0) {
					t.Fatalf("undo at %d: %v", at, err)
				}
				at = max(0, at-1)
			case "redo":
				if _, err := doc.Redo(); (err == nil) != (at+1 < len(past)) {
					t.Fatalf("redo: %v", err)
				}
				at = min(at+1, len(past)-1)
			case "save":
				if err := doc.Save(context.Background(), "", SaveOptions{}, nil); err != nil {
					t.Fatalf("save: %v", err)
				}
				if doc.Dirty() {
					t.Fatalf("dirty after a save")
				}
				next.holds(t, path, d)
			case "crash":
				if o.Journal == "" {
					continue
				}
				if err := doc.Suspend(); err != nil {
					t.Fatalf("suspend: %v", err)
				}
				dirty := doc.Dirty()
				offered, err := Recoverable(o.Journal)
				if err != nil || len(offered) > 1 || (len(offered) == 1) != dirty {
					t.Fatalf("dirty %t, offered %+v, %v", dirty, offered, err)
				}
				if !dirty {
					doc = reopen(t, path, o)
					past, at = []*model{modelOf(doc.Snapshot())}, 0
					b, _ := os.ReadFile(path)
					text = string(b)
					continue
				}
				if doc, err = Recover(context.Background(), offered[0], Options{Scratch: dir}, nil); err != nil {
					t.Fatalf("recover: %v", err)
				}
			default:
				c, err := next.edit(t, op, doc, d)
				did(next, err, c)
			}
			past[at].same(t, doc.Snapshot())
		}
		for doc.CanUndo() {
			if _, err := doc.Undo(); err != nil {
				t.Fatalf("undo: %v", err)
			}
		}
		past[0].same(t, doc.Snapshot())
		if err := doc.Save(context.Background(), "", SaveOptions{}, nil); err != nil {
			t.Fatalf("save: %v", err)
		}
		if b, _ := os.ReadFile(path); string(b) != text {
			t.Fatalf("undone to the beginning:\ngot  %q\nwant %q", b, text)
		}
	})
}

func reopen(t fataler, path string, o Options) *Document {
	t.Helper()
	doc, err := Open(context.Background(), path, o)
	if err == nil {
		err = doc.Index(context.Background(), nil)
	}
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	return doc
}

// holds reads a saved file and compares it with the model: a short row reads as if it were filled up.
func (m *model) holds(t *rapid.T, path string, d Dialect) {
	other := reopen(t, path, Options{Dialect: &d, Scratch: filepath.Dir(path)})
	defer other.Close()
	got := modelOf(other.Snapshot())
	if d.Header && !slices.Equal(trimmed(got.names), trimmed(m.names)) {
		t.Fatalf("saved names %q, want %q", got.names, m.names)
	}
	if len(got.rows) != len(m.rows) && len(m.names) > 0 {
		t.Fatalf("saved %d rows, want %d", len(got.rows), len(m.rows))
	}
	for i := range got.rows {
		if !slices.Equal(trimmed(got.rows[i]), trimmed(m.rows[i])) {
			t.Fatalf("saved row %d as %q, want %q", i, got.rows[i], m.rows[i])
		}
	}
}

func trimmed(row []string) []string {
	for len(row) > 0 && row[len(row)-1] == "" {
		row = row[:len(row)-1]
	}
	return row
}

// edit does one random edit to both.
func (m *model) edit(t *rapid.T, op string, doc *Document, d Dialect) (Change, error) {
	n, width := len(m.rows), len(m.names)
	pick := func(k int, what string) int { return rapid.IntRange(0, max(k-1, 0)).Draw(t, what) }
	switch op {
	case "cells":
		if n == 0 || width == 0 {
			return Change{}, nil
		}
		var cells []Cell
		for range rapid.IntRange(1, 5).Draw(t, "cells") {
			r, c, v := pick(n, "row"), pick(width, "column"), value(d).Draw(t, "value")
			m.rows[r][c] = v
			cells = append(cells, Cell{m.keys[r], m.ids[c], v})
		}
		return doc.SetCells(op, cells)
	case "block":
		if width == 0 {
			return Change{}, nil
		}
		r, c := rapid.IntRange(0, n).Draw(t, "row"), pick(width, "column")
		var block [][]string
		fresh := doc.Snapshot().fresh
		for k := range rapid.IntRange(1, 4).Draw(t, "height") {
			var row []string
			for range rapid.IntRange(0, width-c).Draw(t, "width") {
				row = append(row, value(d).Draw(t, "value"))
			}
			block = append(block, row)
			if r+k == len(m.rows) {
				m.rows, m.keys = append(m.rows, make([]string, width)), append(m.keys, fresh)
				fresh++
			}
			copy(m.rows[r+k][c:], row)
		}
		return doc.SetBlock(r, c, block)
	case "insert":
		at := rapid.IntRange(0, n).Draw(t, "at")
		var rows [][]string
		for k := range rapid.IntRange(1, 3).Draw(t, "count") {
			row := make([]string, width)
			for c := range rapid.IntRange(0, width).Draw(t, "width") {
				row[c] = value(d).Draw(t, "value")
			}
			rows = append(rows, row)
			m.rows = slices.Insert(m.rows, at+k, slices.Clone(row))
			m.keys = slices.Insert(m.keys, at+k, doc.Snapshot().fresh+RowID(k))
		}
		return doc.InsertRows(at, rows)
	case "delete", "move":
		if n == 0 {
			return Change{}, nil
		}
		var ids []RowID
		var places []int
		for range rapid.IntRange(1, 4).Draw(t, "count") {
			if i := pick(n, "row"); !slices.Contains(places, i) {
				places, ids = append(places, i), append(ids, m.keys[i])
			}
		}
		to := rapid.IntRange(0, n).Draw(t, "to")
		var rows [][]string
		for _, i := range places {
			rows = append(rows, m.rows[i])
		}
		before := 0
		for _, i := range slices.Backward(slices.Sorted(slices.Values(places))) {
			m.rows, m.keys = slices.Delete(m.rows, i, i+1), slices.Delete(m.keys, i, i+1)
			if i < to {
				before++
			}
		}
		if op == "delete" {
			return doc.DeleteRows(ids)
		}
		m.rows, m.keys = slices.Insert(m.rows, to-before, rows...), slices.Insert(m.keys, to-before, ids...)
		return doc.MoveRows(ids, to)
	case "add":
		at := rapid.IntRange(0, width).Draw(t, "at")
		name := ""
		if d.Header {
			name = value(d).Draw(t, "name")
		}
		id, c, err := doc.AddColumn(at, name)
		m.names, m.ids = slices.Insert(m.names, at, name), slices.Insert(m.ids, at, id)
		for i := range m.rows {
			m.rows[i] = slices.Insert(m.rows[i], at, "")
		}
		return c, err
	case "remove":
		if width < 2 {
			return Change{}, nil
		}
		at := pick(width, "column")
		id := m.ids[at]
		m.names, m.ids = slices.Delete(m.names, at, at+1), slices.Delete(m.ids, at, at+1)
		for i := range m.rows {
			m.rows[i] = slices.Delete(m.rows[i], at, at+1)
		}
		return doc.RemoveColumns([]ColumnID{id})
	case "rename":
		if width == 0 || !d.Header {
			return Change{}, nil
		}
		at := pick(width, "column")
		m.names[at] = value(d).Draw(t, "name")
		return doc.RenameColumn(m.ids[at], m.names[at])
	}
	if width == 0 {
		return Change{}, nil
	}
	from, to := pick(width, "column"), rapid.IntRange(0, width).Draw(t, "to")
	id := m.ids[from]
	shift := func(row []string, v string) []string {
		row = slices.Delete(row, from, from+1)
		if to > from {
			return slices.Insert(row, to-1, v)
		}
		return slices.Insert(row, to, v)
	}
	m.names = shift(m.names, m.names[from])
	m.ids = slices.Delete(m.ids, from, from+1)
	if to > from {
		m.ids = slices.Insert(m.ids, to-1, id)
	} else {
		m.ids = slices.Insert(m.ids, to, id)
	}
	for i := range m.rows {
		m.rows[i] = shift(m.rows[i], m.rows[i][from])
	}
	return doc.MoveColumn(id, to)
}
