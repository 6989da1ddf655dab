package enrollment

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"enrollbench/core/csvdoc"
	"enrollbench/core/finding"
)

// Form is what was found wrong with the form of a document's file: rows of other widths, stray quotes, bytes that are no
// characters. Rows with such an error are not ready, until a cell of them is edited: then the row is written anew, in good
// form, by somebody who has looked at it. A Form does not change.
type Form struct {
	path   string // of the document
	guess  error  // why letters beyond ASCII may not be uploaded: the encoding is a guess; nil where it is certain
	header []finding.Finding
	causes map[formCause]*formRows
}

type formCause struct {
	rule   *finding.Rule
	column string
}

type formRows struct {
	all      *rowSet
	messages map[string]*rowSet
}

// formMessages is how many different messages of one cause are kept; rows beyond have the title of the rule.
const formMessages = 1000

// FormOf takes what a document says about the form of its file, for Options.Form. The document must be indexed.
func FormOf(ctx context.Context, d *csvdoc.Document) (*Form, error) {
	snap := d.Snapshot()
	out := &Form{path: d.Path(), causes: map[formCause]*formRows{}}
	if g, ok := d.Guess(); ok {
		out.guess = fmt.Errorf("%w: %s", ErrEncodingGuessed, g)
	}
	err := d.EachFinding(ctx, func(f finding.Finding, rows int) error {
		at := slices.IndexFunc(csvdoc.Rules, func(r *finding.Rule) bool { return r.Name == f.Rule })
		if at < 0 {
			return nil
		}
		if csvdoc.Rules[at] == csvdoc.RuleBlankRow {
			return nil // RuleEmptyRow and RuleTrailingRow tell of it
		}
		first := f.Row - snap.FileRow(0)
		if first < 0 {
			out.header = append(out.header, f)
			return nil
		}
		message := f.Message
		if rows > 1 { // "rows 7 to 9: 3 cells, not 4"
			_, message, _ = strings.Cut(message, ": ")
		}
		key := formCause{csvdoc.Rules[at], f.Column}
		c := out.causes[key]
		if c == nil {
			c = &formRows{all: new(rowSet), messages: map[string]*rowSet{}}
			out.causes[key] = c
		}
		set := c.messages[message]
		if set == nil && len(c.messages) < formMessages {
			set = new(rowSet)
			c.messages[message] = set
		}
		for i := first; i < first+rows; i++ {
			id := snap.ID(i)
			c.all.add(id)
			if set != nil {
				set.add(id)
			}
		}
		return nil
	})
	return out, err
}

// of calls do for each breach of a row.
func (f *Form) of(id csvdoc.RowID, do func(rule *finding.Rule, column, message string)) {
	if f == nil {
		return
	}
	for key, rows := range f.causes {
		if !rows.all.has(id) {
			continue
		}
		message := strings.ToLower(key.rule.Title[:1]) + key.rule.Title[1:]
		for text, set := range rows.messages {
			if set.has(id) {
				message = text
				break
			}
		}
		do(key.rule, key.column, message)
	}
}

// ErrEncodingGuessed refuses an upload with letters beyond ASCII that are read by a guess which nobody confirmed; see
// csvdoc.Document.ConfirmEncoding. It wraps the guess with samples.
var ErrEncodingGuessed = errors.New("the encoding must be confirmed before letters beyond ASCII are uploaded")

// checkGuess refuses rows for the upload whose letters are only guessed.
func (r *Result) checkGuess(ctx context.Context) error {
	if r.p.opt.Form == nil || r.p.opt.Form.guess == nil {
		return nil
	}
	return r.snap.ScanBytes(ctx, 0, r.snap.Rows(), func(_ int, id csvdoc.RowID, cells [][]byte, _ []byte) error {
		if r.states[finding.Error].has(id) {
			return nil
		}
		for _, cell := range cells {
			if bytes.ContainsFunc(cell, func(c rune) bool { return c > unicode.MaxASCII }) {
				return r.p.opt.Form.guess
			}
		}
		return nil
	})
}

// misread says whether the file's form hides the header, so that what else is found about it only follows from that.
func (f *Form) misread() bool {
	return f != nil && slices.ContainsFunc(f.header, func(x finding.Finding) bool {
		return slices.ContainsFunc(csvdoc.HidesHeader, func(rule *finding.Rule) bool { return rule.Name == x.Rule })
	})
}

// addForm adds what is wrong with the form of rows: of all, or of those in only.
func (r *Result) addForm(only *rowSet) {
	form := r.p.opt.Form
	if form == nil {
		return
	}
	for key, rows := range form.causes {
		column := noColumn
		if i := r.p.columnNamed(key.column); i >= 0 {
			column = r.p.columns[i].id
		}
		for id := range rows.all.all() {
			if only != nil && !only.has(id) {
				continue
			}
			if _, there := r.snap.Index(id); there && !r.rewritten(id) {
				r.groups.add(cause{key.rule, column}, id, false)
			}
		}
	}
}

// columnNamed is the place of the first column of that name, -1 where there is none.
func (p *plan) columnNamed(name string) int {
	if name == "" {
		return -1
	}
	return slices.IndexFunc(p.columns, func(c column) bool { return c.name == name })
}

// rewritten says whether a cell of the row was edited, so that the row will be written anew.
func (r *Result) rewritten(id csvdoc.RowID) bool {
	return slices.ContainsFunc(r.p.columns, func(c column) bool { return r.snap.Edited(id, c.id) })
}
