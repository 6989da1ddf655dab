package table

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"enrollbench/core/archive"
	"enrollbench/core/csr"
	"enrollbench/core/csvdoc"
	"enrollbench/core/enrollment"
	"enrollbench/core/progress"
	"enrollbench/gui/files"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// Drop takes in what was dropped on the tab: a table is opened, anything else is looked through for CSRs, which become rows.
func (t *Room) Drop(paths []string) {
	frame.Run(t.given, "", func(context.Context, progress.Func) (string, error) { return tableAmong(paths), nil }, func(table string, err error) {
		switch {
		case err != nil:
			t.app.Fail(words.T("csv.drop-failed"), err)
		case table != "":
			t.OpenPath(table)
			if len(paths) > 1 {
				t.app.Note(widgets.Note{State: look.Notice, Text: words.T("csv.one-only", "Name", words.Visible(filepath.Base(table)))})
			}
		default:
			t.addRows(paths)
		}
	})
}

// tableAmong is the first path that holds a table, "" if none does.
func tableAmong(paths []string) string {
	for _, p := range paths {
		if files.IsFolder(p) {
			continue
		}
		if strings.EqualFold(filepath.Ext(p), ".zip") {
			if zipOfTable(p) {
				return p
			}
			continue
		}
		switch strings.ToLower(filepath.Ext(p)) {
		case ".csv", ".tsv":
			return p
		}
		if f, err := files.InspectFile(p); err == nil && f.Kind == files.GivenOrder {
			return p
		}
	}
	return ""
}

// zipOfTable says whether a ZIP holds one CSV and nothing else that counts.
func zipOfTable(path string) bool {
	f, err := os.Open(path) // #nosec G304 -- the user's own choice
	if err != nil {
		return false
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return false
	}
	z, err := archive.Open(f, info.Size(), archive.Limits{})
	if err != nil {
		return false
	}
	const few = 64 // a ZIP of CSRs has many entries
	if z.Len() > few {
		return false
	}
	tables := 0
	for i := range z.Len() {
		if e, err := z.Entry(i); err == nil && strings.EqualFold(filepath.Ext(e.Name), ".csv") {
			tables++
		}
	}
	return tables == 1
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
	var r *enrollment.RequestRows
	at, label, separator := f.rows.snap.Rows(), words.T("csv.label-add"), t.options.Separator
	t.alter(edit{title: words.T("csv.adding"), cells: fewCells + 1,
		work: func(ctx context.Context, d *csvdoc.Document, report progress.Func) (csvdoc.Change, error) {
			set, err := csr.NewSet(csr.Options{}).Add(ctx, paths, report)
			if err != nil {
				return csvdoc.Change{}, err
			}
			var names []string
			for _, c := range d.Snapshot().Columns() {
				names = append(names, c.Name)
			}
			if r, err = enrollment.RowsFromCSRs(ctx, set, names, separator, report); err != nil {
				return csvdoc.Change{}, err
			}
			return d.Apply(label, func(e *csvdoc.Edit) error { return e.InsertRows(e.Snapshot().Rows(), r.Rows) })
		},
		then: func(csvdoc.Change) {
			t.addedRows(r, at)
		}})
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
