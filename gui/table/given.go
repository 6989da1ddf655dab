package table

import (
	"context"
	"path/filepath"
	"slices"
	"strings"

	"enrollbench/core/csr"
	"enrollbench/core/csvdoc"
	"enrollbench/core/enrollment"
	"enrollbench/core/finding"
	"enrollbench/core/progress"
	"enrollbench/gui/files"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// Takes says that tables belong here; CSRs become rows.
func (t *Room) Takes() (home, also files.Use) {
	return files.Table, files.Request | files.Key | files.Vague
}

// Drop takes in what was dropped on the tab: a table is opened, anything else is looked through for CSRs, which become rows.
func (t *Room) Drop(paths []string) {
	frame.Run(t.given, "", func(ctx context.Context, _ progress.Func) ([]files.Item, error) { return files.Look(ctx, paths) }, func(items []files.Item, err error) {
		if err != nil {
			t.app.Fail(words.T("csv.drop-failed"), err)
			return
		}
		i := slices.IndexFunc(items, func(i files.Item) bool { return i.Uses&files.Table != 0 && !files.IsFolder(i.Path) })
		if i < 0 {
			t.addRows(paths)
			return
		}
		t.OpenPath(items[i].Path)
		if len(paths) > 1 {
			t.app.Note(widgets.Note{State: look.Notice, Text: words.T("csv.one-only", "Name", words.Visible(filepath.Base(items[i].Path)))})
		}
	})
}

// addFiles and addFolder let the user choose the CSRs that become rows.
func (t *Room) addFiles() {
	t.app.PickFiles(files.Options{Title: words.T("csv.add-title")}, t.addRows)
}

func (t *Room) addFolder() {
	t.app.PickFolder(files.Options{Title: words.T("csv.add-title")}, func(path string) { t.addRows([]string{path}) })
}

// addRows makes a row of each CSR and puts them behind the last one; without a document it begins one.
func (t *Room) addRows(paths []string) {
	f := t.file
	if f == nil {
		o, columns := t.documentOptions(), clientColumns
		if t.options.Template != nil {
			columns = t.options.Template.Names()
		}
		step(t, "", func(context.Context, progress.Func) (*csvdoc.Document, error) { return csvdoc.New(columns, o) }, func(d *csvdoc.Document, err error) {
			if err != nil {
				t.app.Fail(words.T("csv.new-failed"), err)
				return
			}
			t.enter(d)
			t.addRows(paths)
		})
		return
	}
	step(t, words.T("csv.adding"), func(ctx context.Context, report progress.Func) (*csr.Set, error) {
		return csr.NewSet(csr.Options{}).Add(ctx, paths, report)
	}, func(set *csr.Set, err error) {
		switch {
		case t.file != f:
		case err != nil:
			t.unchanged(err)
		default:
			t.askSecrets(set)
		}
	})
}

// askSecrets stops where a private key lies among what was given, and says so before any row is added.
func (t *Room) askSecrets(set *csr.Set) {
	var names []string
	var rule *finding.Rule
	for _, g := range set.Report().Groups() {
		if !frame.IsSecret(g.Rule) {
			continue
		}
		if rule == nil || g.Rule == csr.RulePrivateKey.Name {
			rule = frame.Rules[g.Rule]
		}
		for _, f := range g.Findings {
			names = append(names, f.Location.String())
		}
	}
	if rule == nil {
		t.askKeys(set)
		return
	}
	var next []widgets.Answer
	if holdsRequest(set) {
		next = append(next, widgets.Answer{Text: words.T("csv.add-without-keys"), Act: func() { t.askKeys(set) }})
	}
	t.app.AskSecrets(rule, names, next...)
}

// holdsRequest says whether a row can be made of anything in a set.
func holdsRequest(set *csr.Set) bool {
	for i := range set.Len() {
		if e := set.Entry(i); e.Kind == csr.Request && e.SPKI != [32]byte{} {
			return true
		}
	}
	return false
}

// askKeys asks where the service would make other keys for the devices whose CSRs these are.
func (t *Room) askKeys(set *csr.Set) {
	f := t.file
	if f == nil {
		return
	}
	if !holdsRequest(set) || !t.serviceKeys() {
		t.insertRequests(set, true)
		return
	}
	t.app.Ask(&widgets.Dialog{State: look.Warning, Title: words.T("csv.own-keys"), Text: words.T("csv.own-keys-text"),
		Answers: []widgets.Answer{
			{Text: words.T("dialog.back")},
			{Text: words.T("csv.names-only"), Act: func() { t.insertRequests(set, false) }},
			{Text: words.T("csv.with-csrs"), Act: func() {
				t.setKeys(enrollment.ClientKeys)
				t.insertRequests(set, true)
			}},
		}})
}

// serviceKeys says whether the service makes the keys for the table, as it is now.
func (t *Room) serviceKeys() bool {
	switch t.options.Keys {
	case enrollment.ServerKeys:
		return true
	case enrollment.ClientKeys:
		return false
	}
	if x := t.options.Template; x != nil {
		_, ok := x.Column(requestColumn)
		return !ok
	}
	_, exact := t.file.requestColumn()
	snap := t.file.rows.snap
	return !exact && (snap.Rows() > 1 || snap.Rows() == 1 && !emptyRow(snap, 0))
}

// requestColumn is the name of the column with the CSRs.
const requestColumn = "csr"

// requestColumn is the place of the column with the CSRs, -1 where there is none; exact says that it has just this name, by
// which the service knows it.
func (f *csvFile) requestColumn() (at int, exact bool) {
	at = -1
	for i, c := range f.rows.columns {
		if c.Name == requestColumn {
			return i, true
		}
		if strings.EqualFold(strings.TrimSpace(c.Name), requestColumn) {
			at = i
		}
	}
	return at, false
}

// insertRequests makes a row of each CSR of a set and puts them behind the last one that holds anything. With keys the CSRs
// themselves go into the column csr, which is added where there is none.
func (t *Room) insertRequests(set *csr.Set, keys bool) {
	f := t.file
	var r *enrollment.RequestRows
	var at int
	place, exact := f.requestColumn()
	label, separator := words.T("csv.label-add"), t.options.Separator
	t.alter(edit{title: words.T("csv.adding"), cells: fewCells + 1,
		work: func(ctx context.Context, d *csvdoc.Document, report progress.Func) (_ csvdoc.Change, err error) {
			columns := d.Snapshot().Columns()
			names := make([]string, 0, len(columns)+1)
			for _, c := range columns {
				names = append(names, c.Name)
			}
			switch {
			case !keys && exact:
				names[place] = ""
			case keys && place < 0:
				names = append(names, requestColumn)
			case keys:
				names[place] = requestColumn
			}
			if r, err = enrollment.RowsFromCSRs(ctx, set, names, separator, report); err != nil {
				return csvdoc.Change{}, err
			}
			at = filledRows(d.Snapshot())
			return d.Apply(label, func(e *csvdoc.Edit) error {
				if keys && !exact && len(r.Rows) > 0 {
					if err := nameColumn(e, columns, place); err != nil {
						return err
					}
				}
				return e.InsertRows(at, r.Rows)
			})
		},
		then: func(csvdoc.Change) { t.addedRows(r, at) }})
}

// nameColumn gives the column at a place the name of the column with the CSRs, and adds one for place -1.
func nameColumn(e *csvdoc.Edit, columns []csvdoc.Column, place int) error {
	if place >= 0 {
		return e.RenameColumn(columns[place].ID, requestColumn)
	}
	_, err := e.AddColumn(len(columns), requestColumn)
	return err
}

// addedRows says what became of what was given.
func (t *Room) addedRows(r *enrollment.RequestRows, at int) {
	n := len(r.Rows)
	if n > 0 {
		t.editor.Select(at, 0)
	}
	if len(r.Skipped) > 0 || n == 0 {
		var names []string
		for _, l := range r.Skipped {
			names = append(names, words.Visible(l.String()))
		}
		data := map[string]any{"Number": words.Group(len(names)), "Rows": words.Group(n)}
		d := &widgets.Dialog{State: look.Warning, List: names,
			Title:   words.N("csv.skipped", len(names), data),
			Text:    words.N("csv.skipped-text", n, data),
			Answers: []widgets.Answer{{Text: words.T("dialog.close")}}}
		if len(names) == 0 {
			d.Title = words.T("csr.found-nothing")
		}
		t.app.Ask(d)
		return
	}
	text := words.N("csv.added", n)
	if r.Several > 0 {
		text += " " + words.N("csv.several", r.Several, "Cells", words.Group(r.Several))
	}
	t.noteUndo(text)
}
