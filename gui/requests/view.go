package requests

import (
	"bytes"
	"cmp"
	"context"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"enrollbench/core/csr"
	"enrollbench/core/finding"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets/sheet"
	"enrollbench/gui/words"
)

// Columns of the list.
const (
	colState = iota
	colFile
	colName
	colKey
	colFingerprint
	csrColumns
)

// stateOf is what the window shows of a status.
func stateOf(s csr.Status) look.State {
	switch s {
	case csr.Ready:
		return look.Ready
	case csr.Noticed:
		return look.Notice
	case csr.Warned:
		return look.Warning
	case csr.Failed:
		return look.Failed
	case csr.Ignored:
		return look.Stranger
	}
	return look.LeftOut
}

// csrFilter says which entries are shown and in what order.
type csrFilter struct {
	state     int    // a csr.Status, or anyState
	text      string // part of file, member, common name, key or fingerprint; case does not matter
	column    int    // to sort by, -1 for the order of the input
	ascending bool
}

const anyState = -1

func (f csrFilter) everything() bool { return f.state == anyState && f.text == "" }

// csrView is what the tab shows of a state: made off the UI thread, then only read.
type csrView struct {
	csrState
	groups   []finding.Group
	ordered  []finding.Finding         // what the ledger said
	taken    map[int][]finding.Finding // the same, of the entries of the list
	counts   [int(csr.Excluded) + 1]int
	accepted int
	bytes    int64
	folder   string  // left away before file names
	rows     []int32 // indexes of entries, as shown
}

func makeView(ctx context.Context, s csrState, f csrFilter, ordered []finding.Finding) (*csrView, error) {
	v := &csrView{csrState: s, accepted: s.set.Accepted(), bytes: s.set.EstimatedBytes(), folder: s.commonFolder()}
	v.groups = v.take(ordered).Groups()
	slices.SortStableFunc(v.groups, func(a, b finding.Group) int { // private keys before all else
		return cmp.Compare(rank(a.Rule), rank(b.Rule))
	})
	for i := range s.set.Len() {
		v.counts[v.status(i)]++
	}
	var err error
	v.rows, err = arrange(ctx, v, f)
	return v, err
}

func rank(rule string) int {
	if frame.IsSecret(rule) {
		return 0
	}
	return 1
}

// arrange filters and sorts.
func arrange(ctx context.Context, v *csrView, f csrFilter) ([]int32, error) {
	set := v.set
	rows := make([]int32, 0, set.Len())
	text := strings.ToLower(strings.TrimSpace(f.text))
	print := strings.ReplaceAll(text, ":", "") // fingerprints are shown with colons
	for i := range set.Len() {
		if i&0xfff == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if f.state != anyState && v.status(i) != csr.Status(f.state) { // #nosec G115 -- one of the few statuses
			continue
		}
		if text != "" && !matches(v, set.Entry(i), text, print) {
			continue
		}
		rows = append(rows, int32(i)) // #nosec G115 -- a set holds a few million
	}
	if f.column < 0 {
		return rows, nil
	}
	compare := comparison(v, f.column)
	slices.SortFunc(rows, func(a, b int32) int {
		c := compare(int(a), int(b))
		if !f.ascending {
			c = -c
		}
		return cmp.Or(c, cmp.Compare(a, b))
	})
	return rows, ctx.Err()
}

func matches(v *csrView, e *csr.Entry, text, print string) bool {
	if strings.Contains(strings.ToLower(v.place(e.At)), text) || strings.Contains(strings.ToLower(e.CommonName), text) {
		return true
	}
	if e.Kind != csr.Request {
		return strings.Contains(e.Kind.String(), text)
	}
	if strings.Contains(strings.ToLower(e.Key.String()), text) {
		return true
	}
	return len(print) >= 4 && strings.Contains(hex.EncodeToString(e.SPKI[:]), print)
}

// gravity sorts statuses by how much they want to be looked at.
var gravity = [...]int{csr.Failed: 0, csr.Warned: 1, csr.Ignored: 2, csr.Noticed: 3, csr.Ready: 4, csr.Excluded: 5}

func comparison(v *csrView, column int) func(a, b int) int {
	set := v.set
	switch column {
	case colState:
		return func(a, b int) int { return cmp.Compare(gravity[v.status(a)], gravity[v.status(b)]) }
	case colName:
		return func(a, b int) int { return words.Compare(set.Entry(a).CommonName, set.Entry(b).CommonName) }
	case colKey:
		return func(a, b int) int {
			x, y := set.Entry(a).Key, set.Entry(b).Key
			return cmp.Or(cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.Bits, y.Bits), strings.Compare(x.Name, y.Name))
		}
	case colFingerprint:
		return func(a, b int) int { return bytes.Compare(set.Entry(a).SPKI[:], set.Entry(b).SPKI[:]) }
	}
	return func(a, b int) int {
		x, y := set.Entry(a).At, set.Entry(b).At
		return cmp.Or(words.Compare(x.File, y.File), words.Compare(x.Member, y.Member), x.Compare(y))
	}
}

// place names where an entry comes from, short: below the common folder, with the member of a ZIP and the number among
// several in one file.
func (v *csrView) place(at finding.Location) string {
	s := at.File
	if v.folder != "" {
		s = strings.TrimPrefix(s, withSlash(v.folder))
	}
	if at.Member != "" {
		s += " › " + at.Member
	}
	if at.Entry > 1 {
		s += " #" + strconv.Itoa(at.Entry)
	}
	return s
}

// rowOf is the row that shows entry i, -1 if it is filtered out.
func (v *csrView) rowOf(i int) int { return slices.Index(v.rows, int32(i)) } // #nosec G115 -- a set holds a few million

// nextProblem is the row after row, around the end, whose entry wants to be looked at; -1 if there is none.
func (v *csrView) nextProblem(row int) int {
	for pass := range 2 {
		for k := 1; k <= len(v.rows); k++ {
			r := (row + k) % len(v.rows)
			switch s := v.status(int(v.rows[r])); {
			case pass == 0 && s == csr.Failed, pass == 1 && (s == csr.Warned || s == csr.Ignored):
				return r
			}
		}
	}
	return -1
}

// csrRows is the view as a sheet shows it.
type csrRows struct {
	*csrView
	words [int(csr.Excluded) + 1]string // looked up once, not for each cell
}

func newCSRRows(v *csrView) *csrRows {
	r := &csrRows{csrView: v}
	for s := range r.words {
		r.words[s] = stateOf(csr.Status(s)).Word() // #nosec G115 -- one of the few statuses
	}
	return r
}

// Rows implements sheet.Model.
func (r *csrRows) Rows() int { return len(r.rows) }

// Columns implements sheet.Model.
func (r *csrRows) Columns() int { return csrColumns }

// Cell implements sheet.Model.
func (r *csrRows) Cell(row, col int) sheet.Cell {
	i := int(r.rows[row])
	e, status := r.set.Entry(i), r.status(i)
	var c sheet.Cell
	if status == csr.Excluded || status == csr.Ignored {
		c.Importance = sheet.Muted
	}
	switch col {
	case colState:
		s := stateOf(status)
		c = sheet.Cell{Text: r.words[status], Icon: s.Icon(), Importance: s.Importance()}
	case colFile:
		c.Text = r.place(e.At)
	case colName:
		c.Text = e.CommonName
	case colKey:
		if e.Kind == csr.Request {
			c.Text = e.Key.String()
		} else {
			c.Text = words.Core(e.Kind.String())
		}
	case colFingerprint:
		if e.Kind == csr.Request && e.SPKI != [32]byte{} {
			c.Text = colons(e.SPKI[:])
		}
	}
	return c
}

// colons writes bytes as fingerprints are compared: 3f:9a:….
func colons(b []byte) string {
	const digits = "0123456789abcdef"
	out := make([]byte, 0, 3*len(b))
	for i, v := range b {
		if i > 0 {
			out = append(out, ':')
		}
		out = append(out, digits[v>>4], digits[v&15])
	}
	return string(out)
}
