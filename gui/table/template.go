package table

import (
	"context"

	"fyne.io/fyne/v2"

	"enrollbench/core/csvdoc"
	"enrollbench/core/enrollment"
	"enrollbench/core/progress"
	"enrollbench/gui/files"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// Preferences of the rules.
const (
	prefCSVTemplate = "csv.template" // path of the template, "" for none
	prefCSVKeys     = "csv.keys"     // an enrollment.Keys
	prefCSVPEM      = "csv.pem"      // an enrollment.PEMForm
)

// openTemplate offers what the columns are compared with.
func (s *csvSource) openTemplate() {
	t := s.tab
	items := []*fyne.MenuItem{widgets.MenuItem(words.T("csv.template-file"), "folder", func() {
		t.chooseTemplate(func(x *enrollment.Template) { t.setTemplate(x, x.Source) })
	})}
	items = append(items, widgets.MenuItem(words.T("csv.template-profile"), "connection", func() { t.chooseProfile(false) }))
	if t.options.Template != nil {
		items = append(items, widgets.MenuItem(words.T("csv.template-none"), "close", func() { t.setTemplate(nil, "") }))
		if missing := t.missingColumns(); len(missing) > 0 {
			n := len(missing)
			items = append(items, widgets.MenuItem(words.N("csv.template-add", n), "add", func() { t.addColumns(missing) }))
		}
	}
	t.app.Below(s.template, items...)
}

// chooseTemplate lets the user point at a template and hands it on.
func (t *Room) chooseTemplate(then func(*enrollment.Template)) {
	o := files.Options{Title: words.T("csv.template-title"), Kind: words.T("csv.template-kind"), Ends: []string{".csv", ".txt"}}
	t.app.PickFiles(o, func(paths []string) {
		frame.Run(t.given, "", func(context.Context, progress.Func) (*enrollment.Template, error) {
			return enrollment.ReadTemplate(paths[0])
		},
			func(x *enrollment.Template, err error) {
				if err != nil {
					t.app.Fail(words.T("csv.template-failed"), err)
					return
				}
				then(x)
			})
	})
}

// newFromFile begins a document with the columns of a template.
func (t *Room) newFromFile() {
	t.chooseTemplate(func(x *enrollment.Template) {
		t.setTemplate(x, x.Source)
		t.newSheet(x.Names())
	})
}

// setTemplate compares with a template from now on; nil is for the columns that the service knows.
func (t *Room) setTemplate(x *enrollment.Template, path string) {
	t.options.Template = x
	t.app.Preferences().SetString(prefCSVTemplate, path)
	t.optionsChanged()
}

// setKeys says who makes the keys.
func (t *Room) setKeys(k enrollment.Keys) {
	if t.options.Keys == k {
		return
	}
	t.options.Keys = k
	t.app.Preferences().SetInt(prefCSVKeys, int(k))
	t.optionsChanged()
}

func (t *Room) optionsChanged() {
	t.source.show()
	if t.file != nil {
		t.showColumns()
		t.recheckAll()
	}
}

// recallOptions takes up what was chosen last time. A template that is gone is left alone, quietly: the name in the tab
// tells what is compared with.
func (t *Room) recallOptions() {
	p := t.app.Preferences()
	t.options.Keys = enrollment.Keys(min(max(p.Int(prefCSVKeys), 0), int(enrollment.ServerKeys))) // #nosec G115 -- one of three
	t.options.PEM = enrollment.PEMForm(min(max(p.Int(prefCSVPEM), 0), int(enrollment.Kept)))      // #nosec G115 -- one of two
	t.options.Separator = p.String(prefSeparator)
	path := p.String(prefCSVTemplate)
	if path == "" {
		return
	}
	frame.Run(t.given, "", func(context.Context, progress.Func) (*enrollment.Template, error) {
		return enrollment.ReadTemplate(path)
	}, func(x *enrollment.Template, err error) {
		if err != nil {
			t.app.Note(widgets.Note{State: look.Warning, Detail: words.Error(err), Text: words.T("csv.template-gone")})
			return
		}
		t.options.Template = x
		t.optionsChanged()
	})
}

// missingColumns are those of the template that the file lacks.
func (t *Room) missingColumns() []string {
	if t.options.Template == nil || t.file == nil {
		return nil
	}
	have := map[string]bool{}
	for _, c := range t.file.rows.columns {
		have[c.Name] = true
	}
	var out []string
	for _, name := range t.options.Template.Names() {
		if !have[name] {
			out = append(out, name)
		}
	}
	return out
}

// addColumns puts empty columns behind the last one.
func (t *Room) addColumns(names []string) {
	label := words.T("csv.label-column")
	t.alter(edit{cells: len(names), work: func(_ context.Context, d *csvdoc.Document, _ progress.Func) (csvdoc.Change, error) {
		return d.Apply(label, func(e *csvdoc.Edit) error {
			for _, name := range names {
				if _, err := e.AddColumn(len(e.Snapshot().Columns()), name); err != nil {
					return err
				}
			}
			return nil
		})
	}, then: func(csvdoc.Change) {
		t.noteUndo(words.N("csv.columns-added", len(names)))
	}})
}

// freeNames are the known columns that the file lacks, those of the template first.
func (t *Room) freeNames() []string {
	have := map[string]bool{}
	for _, c := range t.file.rows.columns {
		have[c.Name] = true
	}
	var out []string
	add := func(name string) {
		if !have[name] {
			have[name] = true
			out = append(out, name)
		}
	}
	if t.options.Template != nil {
		for _, name := range t.options.Template.Names() {
			add(name)
		}
	}
	for _, f := range enrollment.Fields {
		add(f.Name)
	}
	return out
}
