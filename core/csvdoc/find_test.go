package csvdoc

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// hitTexts writes hits as "row.column:text".
func hitTexts(s *Snapshot, hits []Hit) string {
	var out []string
	for _, h := range hits {
		row, _ := s.Index(h.Row)
		at := slices.IndexFunc(s.Columns(), func(c Column) bool { return c.ID == h.Column })
		out = append(out, fmt.Sprintf("%d.%d:%s", row, at, s.Cell(row, at)[h.Start:h.End]))
	}
	return strings.Join(out, " ")
}

func TestFind(t *testing.T) {
	s := openRows(t, []string{"name", "note"}, [][]string{
		{"Device-1", "first device"}, {"device-2", ""}, {"DEVICE", "ſpecial \u212aelvin"}, {"Straße", "STRASSE"}, {"aaa", "x.y"},
	}).Snapshot()
	name, note := s.Columns()[0].ID, s.Columns()[1].ID
	for _, c := range []struct {
		query Query
		want  string
	}{
		{Query{Text: "device"}, "0.0:Device 0.1:device 1.0:device 2.0:DEVICE"},
		{Query{Text: "device", MatchCase: true}, "0.1:device 1.0:device"},
		{Query{Text: "device", WholeCell: true}, "2.0:DEVICE"},
		{Query{Text: "device", WholeCell: true, MatchCase: true}, ""},
		{Query{Text: "device", Columns: []ColumnID{note}}, "0.1:device"},
		{Query{Text: "device", Columns: []ColumnID{}}, ""},
		{Query{Text: "device", Rows: []RowID{s.ID(1), s.ID(2)}}, "1.0:device 2.0:DEVICE"},
		{Query{Text: "device", Rows: []RowID{}}, ""},
		{Query{Text: "", WholeCell: true}, "1.1:"},
		{Query{Text: "kelvin"}, "2.1:\u212aelvin"},
		{Query{Text: "Special"}, "2.1:ſpecial"},
		{Query{Text: "STRASSE"}, "3.1:STRASSE"},
		{Query{Text: "straße"}, "3.0:Straße"},
		{Query{Text: "aa"}, "4.0:aa"},
		{Query{Text: "."}, "4.1:."},
		{Query{Text: "."}, "4.1:."},
		{Query{Text: `\d`, Regexp: true}, "0.0:1 1.0:2"},
		{Query{Text: `D\w+`, Regexp: true, MatchCase: true}, "0.0:Device 2.0:DEVICE"},
		{Query{Text: `d\w+-.`, Regexp: true, WholeCell: true}, "0.0:Device-1 1.0:device-2"},
		{Query{Text: `a|aa|aaa`, Regexp: true, WholeCell: true}, "4.0:aaa"},
		{Query{Text: `^`, Regexp: true, Columns: []ColumnID{name}, Rows: []RowID{s.ID(0)}}, "0.0:"},
	} {
		hits, err := Find(t.Context(), s, c.query, nil)
		if err != nil || hitTexts(s, hits) != c.want {
			t.Errorf("%+v: %s, want %s (%v)", c.query, hitTexts(s, hits), c.want, err)
		}
	}
}

func TestFindErrors(t *testing.T) {
	s := openRows(t, []string{"x"}, randomRows(rand.New(rand.NewPCG(1, 1)), 100, 1)).Snapshot()
	if _, err := Find(t.Context(), s, Query{}, nil); !errors.Is(err, ErrQueryEmpty) {
		t.Error(err)
	}
	if _, err := Find(t.Context(), s, Query{Regexp: true, WholeCell: true}, nil); !errors.Is(err, ErrQueryEmpty) {
		t.Error(err)
	}
	var bad *QueryError
	if _, err := Find(t.Context(), s, Query{Text: "a)(b", Regexp: true}, nil); !errors.As(err, &bad) || strings.Contains(err.Error(), "?i") {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Find(ctx, s, Query{Text: "a"}, nil); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	stop := errors.New("enough")
	if err := FindEach(t.Context(), s, Query{Text: "a"}, func([]Hit) error { return stop }, nil); !errors.Is(err, stop) {
		t.Error(err)
	}
}

// Hits come in the order of the file, whichever core found them, and progress ends at the number of rows.
func TestFindEachInFileOrder(t *testing.T) {
	const n = 5*scanRows + 17
	table := make([][]string, n)
	for i := range table {
		table[i] = []string{fmt.Sprintf("dev-%d", i)}
	}
	s := openRows(t, []string{"x"}, table).Snapshot()
	next := 0
	var done, total int64
	err := FindEach(t.Context(), s, Query{Text: "DEV"}, func(batch []Hit) error {
		for _, h := range batch {
			if i, _ := s.Index(h.Row); i != next {
				t.Fatalf("row %d, want %d", i, next)
			}
			next++
		}
		return nil
	}, func(a, b int64) { done, total = a, b })
	if err != nil || next != n || done != n || total != n {
		t.Error(err, next, done, total)
	}
}

// naiveFold finds the needle by comparing characters one by one.
func naiveFold(cell, needle string) [][2]int {
	equal := func(a, b string) bool { // one character each
		ra, na := utf8.DecodeRuneInString(a)
		rb, nb := utf8.DecodeRuneInString(b)
		if ra == utf8.RuneError && na == 1 || rb == utf8.RuneError && nb == 1 {
			return a == b
		}
		for f := unicode.SimpleFold(ra); ; f = unicode.SimpleFold(f) {
			if f == rb {
				return true
			}
			if f == ra {
				return false
			}
		}
	}
	cut := func(s string) []string {
		var out []string
		for s != "" {
			_, n := utf8.DecodeRuneInString(s)
			out, s = append(out, s[:n]), s[n:]
		}
		return out
	}
	c, w := cut(cell), cut(needle)
	var hits [][2]int
	at := 0
	for i := 0; i < len(c); {
		n, k := 0, 0
		for k < len(w) && i+k < len(c) && equal(c[i+k], w[k]) {
			n += len(c[i+k])
			k++
		}
		if k == len(w) {
			hits = append(hits, [2]int{at, at + n})
			at, i = at+n, i+k
			continue
		}
		at += len(c[i])
		i++
	}
	return hits
}

func FuzzMatch(f *testing.F) {
	f.Add("Device-1 device", "DEVICE")
	f.Add("\u212a and ſ", "ks")
	f.Add("ſſſ", "s")
	f.Add("\xff\xfe\xff", "\xff")
	f.Add("Straße ẞ", "ß")
	f.Add("aaaa", "aa")
	f.Fuzz(func(t *testing.T, cell, needle string) {
		if needle == "" {
			return
		}
		hits := func(q Query) (all [][2]int) {
			m, err := q.compile()
			if err != nil {
				t.Fatal(err)
			}
			m.each([]byte(cell), func(start, end int) { all = append(all, [2]int{start, end}) })
			if m.has([]byte(cell)) != (len(all) > 0) {
				t.Fatal("has and each disagree")
			}
			return all
		}
		if got, want := hits(Query{Text: needle}), naiveFold(cell, needle); !reflect.DeepEqual(got, want) {
			t.Fatalf("%q in %q: %v, want %v", needle, cell, got, want)
		}
		whole := naiveFold(cell, needle)
		if got := hits(Query{Text: needle, WholeCell: true}); (len(got) == 1) != (len(whole) == 1 && whole[0] == [2]int{0, len(cell)}) {
			t.Fatalf("%q is all of %q: %v", needle, cell, got)
		}
		var exact [][2]int
		for at := 0; ; {
			i := strings.Index(cell[at:], needle)
			if i < 0 {
				break
			}
			exact = append(exact, [2]int{at + i, at + i + len(needle)})
			at += i + len(needle)
		}
		if got := hits(Query{Text: needle, MatchCase: true}); !reflect.DeepEqual(got, exact) {
			t.Fatalf("%q in %q: %v, want %v", needle, cell, got, exact)
		}
		if utf8.ValidString(needle) && utf8.ValidString(cell) {
			// The library's own folding agrees.
			if got := hits(Query{Text: regexp.QuoteMeta(needle), Regexp: true}); !reflect.DeepEqual(got, hits(Query{Text: needle})) {
				t.Fatalf("%q in %q: as an expression %v", needle, cell, got)
			}
		}
	})
}
