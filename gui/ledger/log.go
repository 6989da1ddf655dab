package ledger

import (
	"context"
	"io"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	core "enrollbench/core/ledger"
	"enrollbench/core/progress"
	"enrollbench/gui/files"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/widgets/sheet"
	"enrollbench/gui/words"
)

// logView shows the audit log, the newest entries first, with its anchor and the ways to verify and export it.
type logView struct {
	room    *Room
	root    fyne.CanvasObject
	place   *widgets.Value
	anchor  *widgets.Value
	sheet   *sheet.Sheet
	entries []core.Entry
	head    core.Head
}

// shownEntries is how many entries are listed; the export holds all.
const shownEntries = 2000

func newLogView(t *Room) *logView {
	v := &logView{room: t, place: widgets.NewValue(""), anchor: widgets.NewValue("")}
	v.anchor.TextStyle.Monospace = true
	v.sheet = sheet.New([]sheet.Column{
		{Title: words.T("ledger.entry"), Width: 76, MinWidth: 60, Align: fyne.TextAlignTrailing},
		{Title: words.T("ledger.when"), Width: 150, MinWidth: 120},
		{Title: words.T("ledger.act"), Width: 140, MinWidth: 100},
		{Title: words.T("jobs.column-name"), Width: 160, MinWidth: 100, Flexible: true, Elide: sheet.Middle},
		{Title: words.T("ledger.by"), Width: 150, MinWidth: 100, Flexible: true},
		{Title: words.T("result.column-detail"), Width: 260, MinWidth: 120, Flexible: true},
	}, nil)
	buttons := widgets.Flow(look.Gap, widgets.NewButton(words.T("ledger.verify"), look.Icon("ready"), v.verify),
		widgets.NewButton(words.T("ledger.verify-anchor"), look.Icon("paste"), v.askAnchor),
		widgets.NewButton(words.T("ledger.copy-anchor"), look.Icon("copy"), v.copyAnchor),
		widgets.NewButton(words.T("ledger.export"), look.Icon("save"), v.askExport))
	v.root = widgets.Edged(widgets.Down(0, widgets.Inset(look.Gap, 1.5*look.Gap, widgets.Down(look.Gap, buttons,
		container.New(widgets.PairsLayout{}, widgets.NewText(words.T("ledger.where")).Muted(), v.place, widgets.NewText(words.T("ledger.anchor")).Muted(), v.anchor))), widgets.Rule()), nil, nil, nil, v.sheet)
	return v
}

func (v *logView) content() fyne.CanvasObject { return v.root }

func (v *logView) query() query {
	return func(ctx context.Context, l *core.Ledger, _ string) (func(), error) {
		place := l.Where()
		head, err := l.Head(ctx)
		if err != nil {
			return nil, err
		}
		var entries []core.Entry
		for e, err := range l.Entries(ctx, max(0, head.Seq-shownEntries)) {
			if err != nil {
				return nil, err
			}
			entries = append(entries, e)
		}
		return func() {
			v.head, v.entries = head, entries
			v.place.SetText(words.Visible(place))
			v.anchor.SetText(head.String())
			v.sheet.SetModel(entryRows(entries))
		}, nil
	}
}

func (v *logView) copyAnchor() {
	v.room.app.Clipboard().SetContent(v.head.String())
	v.room.app.Note(widgets.Note{State: look.Ready, Text: words.T("ledger.anchor-copied")})
}

// verify recomputes the whole log.
func (v *logView) verify() {
	v.check(func(ctx context.Context, l *core.Ledger) (*core.Broken, error) { return l.Verify(ctx) })
}

func (v *logView) check(verify func(ctx context.Context, l *core.Ledger) (*core.Broken, error)) {
	if v.room.work.Busy() {
		v.room.app.Busy()
		return
	}
	open := v.room.app.Ledger()
	frame.Run(v.room.work, words.T("ledger.verifying"), func(ctx context.Context, _ progress.Func) (*core.Broken, error) {
		l, _, err := open(ctx)
		if err != nil {
			return nil, err
		}
		return verify(ctx, l)
	}, func(b *core.Broken, err error) {
		switch {
		case frame.Cancelled(err):
		case err != nil:
			v.room.app.Fail(words.T("ledger.verify-failed"), err)
		case b != nil:
			v.room.app.Ask(&widgets.Dialog{State: look.Failed, Title: words.T("ledger.broken", "Number", words.Group(b.Seq)), Text: words.T("ledger.broken-text"),
				Detail: words.Error(b), Answers: []widgets.Answer{{Text: words.T("dialog.close")}}})
		default:
			v.room.app.Note(widgets.Note{State: look.Ready, Text: words.T("ledger.verified", "Number", words.Group(v.head.Seq))})
		}
	})
}

// askAnchor verifies against an anchor that was kept elsewhere.
func (v *logView) askAnchor() {
	field := widgets.NewField(words.T("ledger.anchor"), "118:9f86d0…", words.T("ledger.anchor-note"), true, nil)
	d := &widgets.Dialog{State: look.Notice, Title: words.T("ledger.verify-anchor"), Text: words.T("ledger.anchor-text"), Body: field.Content()}
	d.Answers = []widgets.Answer{{Text: words.T("dialog.back")}, {Text: words.T("ledger.verify"), Stays: true, Act: func() {
		head, err := core.ParseHead(strings.TrimSpace(field.Entry.Text))
		if err != nil {
			field.Set(&widgets.Remark{State: look.Failed, Text: words.Sentence(words.Visible(err.Error()))})
			return
		}
		d.Close()
		v.check(func(ctx context.Context, l *core.Ledger) (*core.Broken, error) { return l.VerifyAnchor(ctx, head) })
	}}}
	d.FocusFirst(field.Entry)
	v.room.app.Ask(d)
}

// askExport lets the user choose the form.
func (v *logView) askExport() {
	export := func(name, kind, end string, write func(*core.Ledger, context.Context, io.Writer) error) func() {
		return func() {
			open := v.room.app.Ledger()
			v.room.saveAs(files.Options{Title: words.T("ledger.export"), Name: name, Kind: kind, Ends: []string{end}}, words.T("ledger.exported"), func(ctx context.Context, w io.Writer) error {
				l, _, err := open(ctx)
				if err != nil {
					return err
				}
				return write(l, ctx, w)
			})
		}
	}
	v.room.app.Ask(&widgets.Dialog{State: look.Notice, Title: words.T("ledger.export-title"), Text: words.T("ledger.export-text"), Answers: []widgets.Answer{{Text: words.T("dialog.back")},
		{Text: words.T("ledger.export-json"), Act: export("audit-log.jsonl", words.T("ledger.json"), ".jsonl", (*core.Ledger).ExportJSON)},
		{Text: words.T("ledger.export-csv"), Act: export("audit-log.csv", words.T("ledger.csv"), ".csv", (*core.Ledger).ExportCSV)}}})
}

// entryRows are entries as a list, the newest first.
type entryRows []core.Entry

func (m entryRows) Rows() int    { return len(m) }
func (m entryRows) Columns() int { return 6 }

func (m entryRows) Cell(row, col int) sheet.Cell {
	e := m[len(m)-1-row]
	switch col {
	case 0:
		return sheet.Cell{Text: words.Group(e.Seq)}
	case 1:
		return sheet.Cell{Text: words.When(e.At)}
	case 2:
		return sheet.Cell{Text: words.Core(string(e.Act))}
	case 3:
		return sheet.Cell{Text: e.Batch}
	case 4:
		return sheet.Cell{Text: who(&core.Claim{Operator: e.Operator, Account: e.Account, Station: e.Station})}
	}
	return sheet.Cell{Text: words.Core(e.Detail)}
}
