package csvdoc

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"unicode/utf8"

	"enrollbench/core/finding"
)

// Findings tells what is wrong with the form of the file, as far as no edit has mended it. Rows that follow each other
// and have one cause are one finding, at the first of them. Before Index has ended there are none.
func (d *Document) Findings() []finding.Finding {
	var all []finding.Finding
	_ = d.EachFinding(context.Background(), func(f finding.Finding, _ int) error {
		all = append(all, f)
		return nil
	})
	return all
}

// EachFinding calls f for each finding with the number of rows that it stands for, rule by rule. However many there
// are, it takes no memory for them.
func (d *Document) EachFinding(ctx context.Context, f func(found finding.Finding, rows int) error) error {
	d.mu.Lock()
	ready, path, s := d.indexer == nil && !d.closed, d.path, d.Snapshot()
	d.mu.Unlock()
	if !ready {
		return nil
	}
	l := &findingLister{s: s, at: finding.Location{File: path}, f: f}
	l.at.Member = l.s.view.member
	faults := l.s.view.faults
	if err := d.wholeFindings(s, func(r *finding.Rule, row int, column, format string, args ...any) error {
		at := l.at
		at.Row, at.Column = row, column
		return f(r.Finding(at, fmt.Sprintf(format, args...), ""), 1)
	}); err != nil {
		return err
	}
	for _, c := range []struct {
		rule *finding.Rule
		rows *rowSet
	}{
		{RuleRagged, &faults.ragged}, {RuleBlankRow, &faults.blank}, {RuleStrayQuote, &faults.stray}, {RuleShifted, &faults.stray}, {RuleSpaces, &faults.space},
		{RuleUnclosedQuote, &faults.unclosed}, {RuleNUL, &faults.nul}, {RuleUndecodable, &faults.undecodable},
	} {
		if err := l.list(ctx, c.rule, c.rows); err != nil {
			return err
		}
	}
	return nil
}

// findingLister turns sets of rows into findings.
type findingLister struct {
	s     *Snapshot
	at    finding.Location
	f     func(finding.Finding, int) error
	rule  *finding.Rule
	row   rowSpans
	first int // row of the sheet where the stretch begins; n rows of it
	n     int
	cause cause
}

// cause is what findings have to share to be told as one.
type cause struct {
	column string
	text   string
}

func (l *findingLister) list(ctx context.Context, rule *finding.Rule, rows *rowSet) error {
	l.rule, l.n = rule, 0
	for number := rows.next(0); number >= 0; number = rows.next(number + 1) {
		if err := ctx.Err(); err != nil {
			return err
		}
		at, c, ok, err := l.examine(number)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		if l.n > 0 && (at != l.first+l.n || c != l.cause) {
			if err := l.tell(); err != nil {
				return err
			}
		}
		if l.n == 0 {
			l.first, l.cause = at, c
		}
		l.n++
	}
	return l.tell()
}

func (l *findingLister) tell() error {
	if l.n == 0 {
		return nil
	}
	at := l.at
	at.Row, at.Column = l.first, l.cause.column
	text := l.cause.text
	if l.n > 1 {
		text = fmt.Sprintf("rows %d to %d: %s", l.first, l.first+l.n-1, text)
	}
	n := l.n
	l.n = 0
	return l.f(l.rule.Finding(at, text, ""), n)
}

// examine looks at a row again and says where it is now and what is wrong with it; ok is false where an edit mended it.
func (l *findingLister) examine(number int) (at int, c cause, ok bool, err error) {
	v := l.s.view
	var b []byte
	id := RowID(number - 1)
	if number == 0 {
		at = 1
		b = v.header
		sc := v.scanner
		if sc.row(b, 0, 0, true, &l.row) < 0 && l.row.open >= 0 {
			sc.literal = []int64{int64(l.row.open)}
			sc.row(b, 0, 0, true, &l.row)
		}
	} else {
		place, there := l.s.Index(id)
		if !there {
			return 0, c, false, nil
		}
		at = l.s.FileRow(place)
		if b, _, err = v.row(number-1, &l.row); err != nil {
			return 0, c, false, err
		}
	}
	cells := l.row.cells
	switch l.rule {
	case RuleRagged, RuleBlankRow:
		return at, l.widths(id, len(cells)), l.width(id, len(cells)) != l.wanted(), nil
	}
	if l.rule == RuleStrayQuote || l.rule == RuleShifted {
		if shifted(b, cells) != (l.rule == RuleShifted) {
			return 0, c, false, nil
		}
	}
	for i, cell := range cells {
		if !l.guilty(b, cell) || l.mended(number, id, i) {
			continue
		}
		c.column = l.columnName(i)
		c.text = l.describe(b, cell)
		return at, c, true, nil
	}
	return 0, c, false, nil
}

// wanted is how many cells a row should have.
func (l *findingLister) wanted() int {
	n := 0
	for i, c := range l.s.columns {
		if c.ID >= firstAdded || int(c.ID) < l.s.view.width || c.Name != "" {
			n = i + 1
		}
	}
	return n
}

// width is how many cells a row will have when it is written.
func (l *findingLister) width(id RowID, cells int) int {
	n := 0
	for i, c := range l.s.columns {
		v, set := l.s.edited(id, c.ID)
		extra := c.ID < firstAdded && int(c.ID) >= l.s.view.width && set && v == ""
		if !extra && (set || c.ID >= firstAdded || int(c.ID) < cells) {
			n = i + 1
		}
	}
	return n
}

func (l *findingLister) widths(id RowID, cells int) (c cause) {
	if l.rule == RuleBlankRow {
		c.text = "this line is empty"
		return c
	}
	c.text = fmt.Sprintf("%s, not %d", count(l.width(id, cells), "cell"), l.wanted())
	return c
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

// mended tells whether the cell was edited or its column removed.
func (l *findingLister) mended(number int, id RowID, cell int) bool {
	at, ok := l.s.Column(ColumnID(cell))
	if !ok {
		return true
	}
	if number == 0 {
		return cell < len(l.s.view.names) && l.s.columns[at].Name != l.s.view.names[cell]
	}
	return l.s.Edited(id, ColumnID(cell))
}

func (l *findingLister) columnName(cell int) string {
	if at, ok := l.s.Column(ColumnID(cell)); ok && l.s.columns[at].Name != "" {
		return l.s.columns[at].Name
	}
	return strconv.Itoa(cell + 1)
}

// shifted tells whether quotes in a row that has a stray one stand so that cells may be shifted: text follows a closing quote,
// or a quote that looks like an opening one in one cell is closed in a later one.
func shifted(b []byte, cells []span) bool {
	open := false
	for _, c := range cells {
		raw := b[c.start:c.end]
		switch {
		case c.kind == tailed:
			return true
		case c.kind != bare || bytes.Count(raw, []byte{'"'})%2 == 0:
		default:
			at := bytes.LastIndexByte(raw, '"')
			if open && (at == len(raw)-1 || raw[at+1] == ' ') {
				return true
			}
			open = open || at > 0 && raw[at-1] == ' ' && at+1 < len(raw)
		}
	}
	return false
}

// guilty tells whether a cell is the one that the rule means.
func (l *findingLister) guilty(b []byte, c span) bool {
	raw := b[c.start:c.end]
	switch l.rule {
	case RuleSpaces:
		return c.kind == padded
	case RuleStrayQuote, RuleShifted:
		if c.kind == bare && len(raw) > 0 && raw[0] == '"' {
			raw = raw[1:] // nothing closes that one: RuleUnclosedQuote tells of it
		}
		return c.kind == tailed || c.kind == bare && bytes.IndexByte(raw, '"') >= 0
	case RuleUnclosedQuote:
		return c.kind == bare && len(raw) > 0 && raw[0] == '"'
	case RuleNUL:
		return bytes.IndexByte(raw, 0) >= 0
	}
	return l.s.view.dialect.Encoding.undecodable(raw)
}

// excerptBytes is how much of a cell a message quotes.
const excerptBytes = 60

func (l *findingLister) describe(b []byte, c span) string {
	raw := b[c.start:c.end]
	switch l.rule {
	case RuleSpaces:
		return "spaces around the quotes are left out"
	case RuleNUL:
		return "a NUL character at byte " + strconv.Itoa(bytes.IndexByte(raw, 0)+1) + " of the cell"
	case RuleUndecodable:
		for i := 0; i < len(raw); {
			r, n := utf8.DecodeRune(raw[i:])
			if r == utf8.RuneError && n == 1 {
				return fmt.Sprintf("byte %02X at byte %d of the cell is not %s", raw[i], i+1, l.s.view.dialect.Encoding)
			}
			i += n
		}
	}
	sc := l.s.view.rowScanner()
	d := newDecoder(&sc, l.s.view.dialect.Encoding)
	plain, _ := d.cell(nil, raw, span{0, uint32(len(raw)), bare})
	if len(plain) > excerptBytes {
		cut := excerptBytes
		for cut > 0 && !utf8.RuneStart(plain[cut]) {
			cut--
		}
		return fmt.Sprintf("%q and so on", plain[:cut])
	}
	return fmt.Sprintf("%q", plain)
}
