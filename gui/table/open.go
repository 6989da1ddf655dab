package table

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"enrollbench/core/csvdoc"
	"enrollbench/core/progress"
	"enrollbench/gui/files"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// Open lets the user choose a file.
func (t *Room) Open() {
	t.app.PickFiles(files.Options{Title: words.T("csv.open-title"), Kind: words.T("csv.kind"), Ends: []string{".csv", ".txt", ".tsv", ".zip", ".xlsx", ".ods"}},
		func(paths []string) { t.OpenPath(paths[0]) })
}

// OpenPath opens a file in place of the open one.
func (t *Room) OpenPath(path string) { t.Leave(func() { t.load(path) }) }

// load opens a file: its first rows are shown at once, and the others while they are found.
func (t *Room) load(path string) {
	o := t.documentOptions()
	step(t, words.T("csv.opening", "Name", words.Visible(filepath.Base(path))),
		func(ctx context.Context, _ progress.Func) (*csvdoc.Document, error) { return csvdoc.Open(ctx, path, o) },
		func(d *csvdoc.Document, err error) {
			if err != nil {
				if errors.Is(err, fs.ErrNotExist) {
					t.forget(path)
				}
				t.app.Fail(words.T("csv.open-failed", "Name", words.Visible(filepath.Base(path))), err)
				return
			}
			t.remember(path)
			t.enter(d)
			t.index()
		})
}

func (t *Room) documentOptions() csvdoc.Options { return csvdoc.Options{Journal: t.journals} }

// index finds the rest of the rows, and then has everything checked.
func (t *Room) index() {
	f := t.file
	f.indexing = true
	title := words.T("csv.reading", "Name", words.Visible(f.fileName()))
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
					if frame.Cancelled(err) {
						t.app.Note(widgets.Note{State: look.Notice, Text: words.T("csv.open-cancelled")})
						return
					}
					t.app.Fail(words.T("csv.read-failed"), err)
				})
				return
			}
			f.indexing = false
			f.learn()
			t.grown()
			t.source.show()
			t.value.show(t.editor.Current(), true)
			t.recheckAll()
		})
}

// newSheet begins an untitled document with these columns.
func (t *Room) newSheet(columns []string) {
	o := t.documentOptions()
	t.Leave(func() {
		step(t, "", func(context.Context, progress.Func) (*csvdoc.Document, error) {
			d, err := csvdoc.New(columns, o)
			if err == nil {
				_, err = d.InsertRows(0, make([][]string, 1))
			}
			return d, err
		}, func(d *csvdoc.Document, err error) {
			if err != nil {
				t.app.Fail(words.T("csv.new-failed"), err)
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
func (t *Room) recover(r csvdoc.Recovery) {
	o := t.documentOptions()
	t.Leave(func() {
		step(t, words.T("csv.recovering"), func(ctx context.Context, report progress.Func) (*csvdoc.Document, error) {
			return csvdoc.Recover(ctx, r, o, report)
		}, func(d *csvdoc.Document, err error) {
			if err != nil {
				t.app.Fail(words.T("csv.recover-failed"), err)
				return
			}
			t.start.dropOffer(r)
			t.enter(d)
			t.recheckAll()
			t.app.Note(widgets.Note{State: look.Ready, Text: words.T("csv.recovered")})
		})
	})
}

// offer is one line of the start page about edits that a crash left, or that somebody kept.
func (s *csvStart) offer(r csvdoc.Recovery) fyne.CanvasObject {
	name := words.T("csv.untitled")
	if r.Path != "" {
		name = filepath.Base(r.Path)
	}
	data := map[string]any{"Name": words.Visible(name), "Number": words.Group(r.Edits), "Time": words.Minute(r.Last)}
	text := widgets.NewParagraph(words.N("csv.offer", r.Edits, data)).Bold()
	lines := widgets.Down(2, text)
	if r.Path != "" {
		lines.Add(widgets.NewText(words.Visible(r.Path)).Small().Muted().Giving())
	}
	discard := widgets.NewQuiet(words.T("csv.discard"), look.Icon("remove"), func() { s.discard(r, name) })
	if r.Missing {
		gone := widgets.NewParagraph(words.T("csv.offer-missing")).Small()
		gone.Color = look.Warning.Color()
		lines.Add(gone)
	}
	back := widgets.NewButton(words.T("csv.recover"), look.Icon("undo"), func() { s.tab.recover(r) })
	back.SetEnabled(!r.Missing)
	return widgets.Inset(look.Gap/2, look.Gap*3, container.NewStack(widgets.NewArea(look.ColorAccent, 8),
		widgets.Inset(look.Gap, look.Gap*1.5, container.NewBorder(nil, nil,
			widgets.Across(0, widgets.Middle(widgets.Icon(look.Warning.Icon(), 22)), widgets.Space(look.Gap, 0)),
			widgets.Across(look.Gap, widgets.Middle(discard), widgets.Middle(back)), widgets.Middle(lines)))))
}

// discard gives up what could be recovered, after a question: there is no way back.
func (s *csvStart) discard(r csvdoc.Recovery, name string) {
	t := s.tab
	t.app.Ask(&widgets.Dialog{State: look.Warning,
		Title: words.T("csv.discard-title", "Name", words.Visible(name)),
		Text:  words.T("csv.discard-text"),
		Answers: []widgets.Answer{{Text: words.T("dialog.back")},
			{Text: words.T("csv.discard"), Danger: true, Act: func() {
				step(t, "", func(context.Context, progress.Func) (struct{}, error) { return struct{}{}, r.Discard() }, func(_ struct{}, err error) {
					if err != nil {
						t.app.Fail(words.T("csv.discard-failed"), err)
						return
					}
					s.dropOffer(r)
				})
			}}}})
}
