package csvdoc

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// cellTexts are what the random tables are made of: short, so that equal cells are many, with what sorting and searching must
// not stumble over.
var cellTexts = []string{
	"", "", "a", "A", "b", "ab", "Ab", "aB", "abab", "b2", "B10", "b010", "b2c", "b2-", "ä", "Ä", "ß", "K", "k", "\u212a", "ſs", "007", "7", "7.0", "-7", "-7.5", "+3", "12", "1.23E+11",
	"99999999999999999998", "99999999999999999999", "-0.5", "0", "-0", ".5", "5.", " 8 ", "a b", "x,y", "say \"hi\"", "two\nlines", "日本",
}

func randomRows(r *rand.Rand, rows, columns int) [][]string {
	table := make([][]string, rows)
	for i := range table {
		for range columns {
			table[i] = append(table[i], cellTexts[r.IntN(len(cellTexts))])
		}
	}
	return table
}

// viewRows is what a view shows.
func viewRows(v *View) []int {
	rows := make([]int, v.Rows())
	for i := range rows {
		rows[i] = v.Index(i)
	}
	return rows
}

// plainNumber is what counts as a number.
var plainNumber = regexp.MustCompile(`^[ \t\x{a0}]*([+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+))[ \t\x{a0}]*$`)

// naiveNumber is the number that a cell is, by arithmetic instead of by bytes.
func naiveNumber(s string) (*big.Rat, bool) {
	n, seen := numbers[s]
	if !seen {
		if m := plainNumber.FindStringSubmatch(s); m != nil {
			n, _ = new(big.Rat).SetString(m[1])
		}
		numbers[s] = n
	}
	return n, n != nil
}

var numbers = map[string]*big.Rat{}

// token is a number or a character.
var token = regexp.MustCompile(`(?s)[0-9]+|.`)

// naiveToken is one of them: its letters without case, and its value where it is a number.
type naiveToken struct {
	text  string
	value *big.Int
}

// tokens remembers what a text was cut into: sorting asks again and again.
var tokens = map[string][]naiveToken{}

func naiveTokens(s string) []naiveToken {
	all, seen := tokens[s]
	if !seen {
		for _, t := range token.FindAllString(s[:min(len(s), naturalBytes)], -1) {
			v, _ := new(big.Int).SetString(t, 10)
			all = append(all, naiveToken{strings.ToLower(t), v})
		}
		tokens[s] = all
	}
	return all
}

// naiveText orders texts as people do, one number or character after the other.
func naiveText(a, b string) int {
	x, y := naiveTokens(a), naiveTokens(b)
	for i := range min(len(x), len(y)) {
		c := strings.Compare(x[i].text, y[i].text)
		switch {
		case x[i].value != nil && y[i].value != nil:
			c = x[i].value.Cmp(y[i].value)
		case x[i].value != nil:
			c = strings.Compare("0", y[i].text)
		case y[i].value != nil:
			c = strings.Compare(x[i].text, "0")
		}
		if c != 0 {
			return c
		}
	}
	return cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(a, b))
}

func naiveCompare(k SortKey, a, b string) int {
	if a == "" || b == "" {
		switch {
		case a == b:
			return 0
		case a == "":
			return 1
		}
		return -1
	}
	c := 0
	na, isA := naiveNumber(a)
	nb, isB := naiveNumber(b)
	switch {
	case k.Numeric && isA && isB:
		c = na.Cmp(nb)
	case k.Numeric && isA:
		c = -1
	case k.Numeric && isB:
		c = 1
	default:
		c = naiveText(a, b)
	}
	if k.Descending {
		return -c
	}
	return c
}

func TestViewAgainstModel(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 1))
	for round := range 60 {
		n := []int{0, 1, 3, 50, 400}[round%5]
		table := randomRows(r, n, 3)
		d := openRows(t, []string{"x", "y", "z"}, table)
		s := d.Snapshot()
		columns := s.Columns()
		var keys []SortKey
		for range r.IntN(4) {
			keys = append(keys, SortKey{columns[r.IntN(3)].ID, r.IntN(2) == 0, r.IntN(2) == 0})
		}
		var f Filter
		want := []int{}
		needle := []string{"a", "7", "B", "ss"}[r.IntN(4)]
		not := r.IntN(2) == 0
		if round%3 > 0 {
			f.All = append(f.All, Condition{Query{Text: needle, MatchCase: true, Columns: []ColumnID{columns[1].ID}}, not})
		}
		if round%3 > 1 {
			f.Rows = []RowID{}
			for i := range n {
				if i%3 == 0 {
					f.Rows = append(f.Rows, s.ID(i))
				}
			}
		}
		for i, row := range table {
			if (f.All == nil || strings.Contains(row[1], needle) != not) && (f.Rows == nil || i%3 == 0) {
				want = append(want, i)
			}
		}
		slices.SortStableFunc(want, func(a, b int) int {
			for _, k := range keys {
				at := slices.IndexFunc(columns, func(c Column) bool { return c.ID == k.Column })
				if c := naiveCompare(k, table[a][at], table[b][at]); c != 0 {
					return c
				}
			}
			return 0
		})
		v, err := NewView(t.Context(), s, keys, f, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := viewRows(v); !slices.Equal(got, want) {
			t.Fatalf("round %d: by %+v and %+v\n got %v\nwant %v\n%q", round, keys, f, got, want, table)
		}
		for i := range n {
			at, shown := v.Position(i)
			if place := slices.Index(want, i); shown != (place >= 0) || shown && at != place {
				t.Fatalf("row %d stands at %d, %v", i, at, shown)
			}
		}
	}
}

// Many rows are sorted in parts and merged; values that are longer than what is held of them are read again.
func TestSortOfManyLongValues(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 2))
	const n = sortChunk + 5000
	shared := strings.Repeat("-", 2*keyBytes+5)
	table := make([][]string, n)
	for i := range table {
		value := shared + fmt.Sprint(r.IntN(50), strings.Repeat("=", keyBytes), r.IntN(9))
		if i%7 == 0 {
			value = shared[:r.IntN(len(shared))]
		}
		table[i] = []string{value, fmt.Sprint(r.IntN(5000))}
	}
	s := openRows(t, []string{"long", "short"}, table).Snapshot()
	columns := s.Columns()
	for _, keys := range [][]SortKey{
		{{Column: columns[0].ID}},
		{{Column: columns[0].ID, Descending: true}},
		{{Column: columns[1].ID, Numeric: true}, {Column: columns[0].ID}},
	} {
		want := make([]int, n)
		for i := range want {
			want[i] = i
		}
		slices.SortFunc(want, func(a, b int) int {
			for _, k := range keys {
				at := slices.IndexFunc(columns, func(c Column) bool { return c.ID == k.Column })
				if c := naiveCompare(k, table[a][at], table[b][at]); c != 0 {
					return c
				}
			}
			return a - b
		})
		v, err := NewView(t.Context(), s, keys, Filter{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(viewRows(v), want) {
			t.Errorf("sorted otherwise by %+v", keys)
		}
	}
}

func TestViewFollows(t *testing.T) {
	d := openRows(t, []string{"x"}, [][]string{{"c"}, {"a"}, {"d"}, {"b"}})
	column := d.Snapshot().Columns()[0].ID
	v, err := NewView(t.Context(), d.Snapshot(), []SortKey{{Column: column}}, Filter{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	show := func(v *View) string {
		var b strings.Builder
		for i := range v.Rows() {
			b.WriteString(v.Snapshot().Cell(v.Index(i), 0))
		}
		return b.String()
	}
	if show(v) != "abcd" {
		t.Fatal(show(v))
	}
	id := d.Snapshot().ID
	a, c := id(1), id(0)
	if _, err := d.SetCells("", []Cell{{a, column, "z"}}); err != nil {
		t.Fatal(err)
	}
	follow := func(want string) {
		t.Helper()
		var err error
		if v, err = v.Follow(t.Context(), d.Snapshot()); err != nil || show(v) != want {
			t.Fatalf("%q, want %q: %v", show(v), want, err)
		}
	}
	follow("zbcd")
	if _, err := d.InsertRows(1, [][]string{{"new"}}); err != nil { // behind c in the file
		t.Fatal(err)
	}
	follow("zbcnewd")
	if _, err := d.InsertRows(0, [][]string{{"top"}}); err != nil {
		t.Fatal(err)
	}
	follow("topzbcnewd")
	if _, err := d.DeleteRows([]RowID{c}); err != nil {
		t.Fatal(err)
	}
	follow("topzbnewd")
	for range 3 {
		if _, err := d.Undo(); err != nil {
			t.Fatal(err)
		}
	}
	if v, err = v.Follow(t.Context(), d.Snapshot()); err != nil || v.Rows() != 4 {
		t.Fatal(show(v), err)
	}
}

func TestViewErrors(t *testing.T) {
	s := openRows(t, []string{"x"}, randomRows(rand.New(rand.NewPCG(1, 1)), 100, 1)).Snapshot()
	var bad *QueryError
	if _, err := NewView(t.Context(), s, nil, Filter{All: []Condition{{Query: Query{Text: "(", Regexp: true}}}}, nil); !errors.As(err, &bad) {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, keys := range [][]SortKey{nil, {{Column: s.Columns()[0].ID}}} {
		if v, err := NewView(ctx, s, keys, Filter{Rows: []RowID{s.ID(3)}}, nil); !errors.Is(err, context.Canceled) || v != nil && err == nil {
			t.Error(err)
		}
	}
	// A column that is gone is no key.
	v, err := NewView(t.Context(), s, []SortKey{{Column: 1 << 30}}, Filter{}, nil)
	if err != nil || !slices.IsSorted(viewRows(v)) || v.Rows() != 100 {
		t.Error(err)
	}
}

func TestDuplicatesAgainstModel(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 3))
	for range 30 {
		table := randomRows(r, r.IntN(300), 5)
		d := openRows(t, []string{"a", "b", "c", "d", "e"}, table)
		s := d.Snapshot()
		var chosen []int
		var ids []ColumnID
		for c := range 5 {
			if r.IntN(2) == 0 {
				chosen = append(chosen, c)
				ids = append(ids, s.Columns()[c].ID)
			}
		}
		if ids == nil {
			chosen = []int{0, 1, 2, 3, 4}
		}
		var want []Duplicate
		var kept [][]string
		first := map[string]int{}
		for i, row := range table {
			var key []string
			for _, c := range chosen {
				key = append(key, row[c])
			}
			k := fmt.Sprintf("%q", key)
			if at, there := first[k]; there {
				want = append(want, Duplicate{s.ID(i), s.ID(at)})
				continue
			}
			first[k] = i
			kept = append(kept, row)
		}
		got, err := FindDuplicates(t.Context(), s, ids, nil)
		if err != nil || !slices.Equal(got, want) {
			t.Fatalf("%v\n got %v\nwant %v", err, got, want)
		}
		_, n, err := d.RemoveDuplicates(t.Context(), ids, nil)
		if err != nil || n != len(want) || !reflect.DeepEqual(allRows(d.Snapshot()), kept) && len(kept) > 0 {
			t.Fatalf("%d removed, %v", n, err)
		}
		if n > 0 {
			if _, err := d.Undo(); err != nil || !reflect.DeepEqual(allRows(d.Snapshot()), table) {
				t.Fatal("undo does not bring them back")
			}
		}
	}
}

// Equal hashes are not enough.
func TestDuplicatesWithEqualHashes(t *testing.T) {
	table := [][]string{{"a"}, {"b"}, {"a"}, {"c"}, {"b"}, {"c"}, {"a"}}
	s := openRows(t, []string{"x"}, table).Snapshot()
	first := newFirstRows(make([]uint64, len(table)))
	var got []int
	for i := range table {
		for at := range first.candidates(i) {
			if equalRows(s, queryColumns(s, nil), at, i) {
				got = append(got, i, at)
				break
			}
		}
	}
	if want := []int{2, 0, 4, 1, 5, 3, 6, 0}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
