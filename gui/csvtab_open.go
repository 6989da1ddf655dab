package gui

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"

	"enrollbench/core/csvdoc"
	"enrollbench/core/progress"
	"enrollbench/gui/look"
	"enrollbench/gui/numbers"
	"enrollbench/gui/widgets"
)

// open lets the user choose a file.
func (t *csvTab) open() {
	o := ChooserOptions{Title: lang.X("csv.open-title", "Open a CSV"), Folder: t.app.fyne.Preferences().String(prefOpenFolder),
		Kind: lang.X("csv.kind", "CSV files and ZIPs with one"), Ends: []string{".csv", ".txt", ".tsv", ".zip"}}
	pick(t.app, func(ctx context.Context) ([]string, error) { return t.app.choose.Files(ctx, o) }, func(paths []string) {
		if len(paths) > 0 {
			t.app.fyne.Preferences().SetString(prefOpenFolder, filepath.Dir(paths[0]))
			t.openPath(paths[0])
		}
	})
}

// openPath opens a file in place of the open one.
func (t *csvTab) openPath(path string) { t.leave(func() { t.load(path) }) }

// load opens a file: its first rows are shown at once, and the others while they are found.
func (t *csvTab) load(path string) {
	o := t.documentOptions()
	step(t, lang.X("csv.opening", "Opening {{.Name}}", map[string]any{"Name": visible(filepath.Base(path))}),
		func(ctx context.Context, _ progress.Func) (*csvdoc.Document, error) { return csvdoc.Open(ctx, path, o) },
		func(d *csvdoc.Document, err error) {
			if err != nil {
				if errors.Is(err, fs.ErrNotExist) {
					t.forget(path)
				}
				t.app.fail(lang.X("csv.open-failed", "{{.Name}} could not be opened", map[string]any{"Name": visible(filepath.Base(path))}), err)
				return
			}
			t.remember(path)
			t.enter(d)
			t.index()
		})
}

func (t *csvTab) documentOptions() csvdoc.Options { return csvdoc.Options{Journal: t.journals} }

// index finds the rest of the rows, and then has everything checked.
func (t *csvTab) index() {
	f := t.file
	f.indexing = true
	title := lang.X("csv.reading", "Reading {{.Name}}", map[string]any{"Name": visible(f.fileName())})
	step(t, title, func(ctx context.Context, report progress.Func) (struct{}, error) {
		return struct{}{}, f.doc.Index(ctx, report)
	},
		func(_ struct{}, err error) {
			if t.file != f {
				return
			}
			if err != nil {
				t.steps = nil
				t.shut(func() {
					if cancelled(err) {
						t.app.note(widgets.Note{State: look.Notice, Text: lang.X("csv.open-cancelled", "Cancelled. The file was closed.")})
						return
					}
					t.app.fail(lang.X("csv.read-failed", "The file could not be read to its end"), err)
				})
				return
			}
			f.indexing = false
			t.grown()
			t.source.show()
			t.value.show(t.editor.Current(), true)
			t.recheckAll()
		})
}

// newSheet begins an untitled document with these columns.
func (t *csvTab) newSheet(columns []string) {
	o := t.documentOptions()
	t.leave(func() {
		step(t, "", func(context.Context, progress.Func) (*csvdoc.Document, error) {
			d, err := csvdoc.New(columns, o)
			if err == nil {
				_, err = d.InsertRows(0, make([][]string, 1))
			}
			return d, err
		}, func(d *csvdoc.Document, err error) {
			if err != nil {
				t.app.fail(lang.X("csv.new-failed", "No new sheet could be made"), err)
				return
			}
			t.enter(d)
			t.focusSheet()
			t.recheckAll()
		})
	})
}

// Columns of a new sheet without a template.
var (
	serverColumns = []string{"subject.common_name", "subject.organization_name", "san.dns_name"}
	clientColumns = append(append([]string(nil), serverColumns...), "csr")
)

// recover opens the edits that a crash left.
func (t *csvTab) recover(r csvdoc.Recovery) {
	o := t.documentOptions()
	t.leave(func() {
		step(t, lang.X("csv.recovering", "Recovering the edits"), func(ctx context.Context, report progress.Func) (*csvdoc.Document, error) {
			return csvdoc.Recover(ctx, r, o, report)
		}, func(d *csvdoc.Document, err error) {
			if err != nil {
				t.app.fail(lang.X("csv.recover-failed", "The edits could not be recovered"), err)
				return
			}
			t.start.dropOffer(r)
			t.enter(d)
			t.recheckAll()
			t.app.note(widgets.Note{State: look.Ready, Text: lang.X("csv.recovered", "All edits are back. Save the file to keep them.")})
		})
	})
}

// offer is one line of the start page about edits that a crash left, or that somebody kept.
func (s *csvStart) offer(r csvdoc.Recovery) fyne.CanvasObject {
	name := lang.X("csv.untitled", "Untitled")
	if r.Path != "" {
		name = filepath.Base(r.Path)
	}
	data := map[string]any{"Name": visible(name), "Number": numbers.Group(r.Edits), "Time": r.Last.Local().Format("2006-01-02 15:04")}
	text := widgets.NewParagraph(lang.XN("csv.offer", "{{.Number}} edits of {{.Name}} were not saved, the last one at {{.Time}}.", r.Edits, data)).Bold()
	lines := widgets.Down(2, text)
	if r.Path != "" {
		lines.Add(widgets.NewText(visible(r.Path)).Small().Muted().Giving())
	}
	discard := widgets.NewQuiet(lang.X("csv.discard", "Discard"), look.Icon("remove"), func() { s.discard(r, name) })
	if r.Missing {
		gone := widgets.NewParagraph(lang.X("csv.offer-missing", "The file that they belong to is gone or was changed, so they cannot be brought back until it is there again as it was.")).Small()
		gone.Color = look.Warning.Color()
		lines.Add(gone)
	}
	back := widgets.NewButton(lang.X("csv.recover", "Recover"), look.Icon("undo"), func() { s.tab.recover(r) })
	back.SetEnabled(!r.Missing)
	return widgets.Inset(look.Gap/2, look.Gap*3, container.NewStack(widgets.NewArea(look.ColorAccent, 8),
		widgets.Inset(look.Gap, look.Gap*1.5, container.NewBorder(nil, nil,
			widgets.Across(0, widgets.Middle(widgets.Icon(look.Warning.Icon(), 22)), widgets.Space(look.Gap, 0)),
			widgets.Across(look.Gap, widgets.Middle(discard), widgets.Middle(back)), widgets.Middle(lines)))))
}

// discard gives up what could be recovered, after a question: there is no way back.
func (s *csvStart) discard(r csvdoc.Recovery, name string) {
	t := s.tab
	t.app.ask(&widgets.Dialog{State: look.Warning,
		Title: lang.X("csv.discard-title", "Discard the edits of {{.Name}}?", map[string]any{"Name": visible(name)}),
		Text:  lang.X("csv.discard-text", "The file itself stays as it is. The edits cannot be brought back."),
		Answers: []widgets.Answer{{Text: lang.X("dialog.back", "Go back")},
			{Text: lang.X("csv.discard", "Discard"), Danger: true, Act: func() {
				step(t, "", func(context.Context, progress.Func) (struct{}, error) { return struct{}{}, r.Discard() }, func(_ struct{}, err error) {
					if err != nil {
						t.app.fail(lang.X("csv.discard-failed", "The edits could not be discarded"), err)
						return
					}
					s.dropOffer(r)
				})
			}}}})
}
