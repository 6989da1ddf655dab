package gui

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"

	"enrollbench/core/csvdoc"
	"enrollbench/core/progress"
	"enrollbench/gui/look"
	"enrollbench/gui/numbers"
	"enrollbench/gui/widgets"
)

// openDuplicates asks by which columns rows are the same.
func (t *csvTab) openDuplicates() {
	f := t.file
	if f == nil {
		return
	}
	columns := f.rows.snap.Columns()
	chosen := make([]bool, len(columns))
	d := &widgets.Dialog{State: look.Notice, Title: lang.X("duplicates.title", "Remove duplicate rows"),
		Text: lang.X("duplicates.text", "Of rows that agree in every ticked column, letter by letter, the first stays.")}
	none := func() bool {
		for _, on := range chosen {
			if on {
				return false
			}
		}
		return true
	}
	list := widgets.Down(0)
	var boxes []*widgets.Check
	for i, c := range columns {
		chosen[i] = true
		b := widgets.NewCheck(columnTitle(c.Name), nil)
		b.SetChecked(true)
		b.OnChanged = func(on bool) {
			chosen[i] = on
			d.Enable(1, !none())
		}
		boxes = append(boxes, b)
		list.Add(b)
	}
	set := func(on bool) func() {
		return func() {
			for _, b := range boxes {
				b.SetChecked(on)
			}
		}
	}
	body := fyne.CanvasObject(list)
	if len(columns) > shownColumns {
		scroll := container.NewVScroll(list)
		scroll.SetMinSize(fyne.NewSize(0, shownColumns*look.Target))
		body = scroll
	}
	d.Body = widgets.Down(look.Gap/2, widgets.Across(look.Gap,
		widgets.NewQuiet(lang.X("duplicates.all", "Tick all"), nil, set(true)),
		widgets.NewQuiet(lang.X("duplicates.none", "Tick none"), nil, set(false))), body)
	d.Answers = []widgets.Answer{{Text: lang.X("dialog.back", "Go back")},
		{Text: lang.X("duplicates.remove", "Remove duplicates"), Act: func() {
			var ids []csvdoc.ColumnID
			for i, on := range chosen {
				if on {
					ids = append(ids, columns[i].ID)
				}
			}
			t.removeDuplicates(ids)
		}}}
	t.app.ask(d)
}

// shownColumns is how many columns a dialog lists before it scrolls.
const shownColumns = 6

func (t *csvTab) removeDuplicates(columns []csvdoc.ColumnID) {
	before := t.file.rows.snap.Rows()
	t.alter(edit{title: lang.X("duplicates.removing", "Removing duplicate rows"), cells: before,
		work: func(ctx context.Context, d *csvdoc.Document, report progress.Func) (csvdoc.Change, error) {
			c, _, err := d.RemoveDuplicates(ctx, columns, report)
			return c, err
		},
		then: func(csvdoc.Change) {
			n := before - t.file.doc.Snapshot().Rows()
			if n == 0 {
				t.app.note(widgets.Note{State: look.Ready, Text: lang.X("duplicates.nothing", "No two rows are the same in these columns.")})
				return
			}
			t.noteUndo(lang.XN("duplicates.removed", "{{.Number}} duplicate rows removed.", n, map[string]any{"Number": numbers.Group(n)}))
		}})
}
