package enrollment

import (
	"context"
	"slices"
	"strings"

	"enrollbench/core/csvdoc"
	"enrollbench/core/finding"
)

// Form is what was found wrong with the form of a document's file: rows of other widths, stray quotes, bytes that are no
// characters. Rows with such an error are not ready, until a cell of them is edited: then the row is written anew, in good
// form, by somebody who has looked at it. A Form does not change.
type Form struct {
	path   string // of the document
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
	err := d.EachFinding(ctx, func(f finding.Finding, rows int) error {
		at := slices.IndexFunc(csvdoc.Rules, func(r *finding.Rule) bool { return r.Name == f.Rule })
		if at < 0 {
			return nil
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
