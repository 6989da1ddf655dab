package table

import (
	"context"

	"fyne.io/fyne/v2"

	"enrollbench/core/csvdoc"
	"enrollbench/core/progress"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/widgets/sight"
	"enrollbench/gui/words"
)

// openDuplicates asks by which columns rows are the same.
func (t *Room) openDuplicates() {
	f := t.file
	if f == nil {
		return
	}
	columns := f.rows.snap.Columns()
	chosen := make([]bool, len(columns))
	d := &widgets.Dialog{State: look.Notice, Title: words.T("duplicates.title"), Text: words.T("duplicates.text")}
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
		scroll := sight.New(list)
		scroll.SetMinSize(fyne.NewSize(0, shownColumns*look.Target))
		body = scroll
	}
	d.Body = widgets.Down(look.Gap/2, widgets.Across(look.Gap,
		widgets.NewQuiet(words.T("duplicates.all"), nil, set(true)),
		widgets.NewQuiet(words.T("duplicates.none"), nil, set(false))), body)
	d.Answers = []widgets.Answer{{Text: words.T("dialog.back")},
		{Text: words.T("duplicates.remove"), Act: func() {
			var ids []csvdoc.ColumnID
			for i, on := range chosen {
				if on {
					ids = append(ids, columns[i].ID)
				}
			}
			t.removeDuplicates(ids)
		}}}
	t.app.Ask(d)
}

// shownColumns is how many columns a dialog lists before it scrolls.
const shownColumns = 6

func (t *Room) removeDuplicates(columns []csvdoc.ColumnID) {
	before := t.file.rows.snap.Rows()
	t.alter(edit{title: words.T("duplicates.removing"), cells: before,
		work: func(ctx context.Context, d *csvdoc.Document, report progress.Func) (csvdoc.Change, error) {
			c, _, err := d.RemoveDuplicates(ctx, columns, report)
			return c, err
		},
		then: func(csvdoc.Change) {
			n := before - t.file.doc.Snapshot().Rows()
			if n == 0 {
				t.app.Note(widgets.Note{State: look.Ready, Text: words.T("duplicates.nothing")})
				return
			}
			t.noteUndo(words.N("duplicates.removed", n))
		}})
}
