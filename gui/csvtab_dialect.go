package gui

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"

	"enrollbench/core/csvdoc"
	"enrollbench/core/progress"
	"enrollbench/gui/look"
	"enrollbench/gui/numbers"
	"enrollbench/gui/widgets"
)

// encodings are what can be chosen, in this order.
var encodings = []csvdoc.Encoding{csvdoc.UTF8, csvdoc.UTF16LE, csvdoc.UTF16BE, csvdoc.Windows1252, csvdoc.ISO88591}

// openDialect shows how the file is written and lets the user read it another way.
func (t *csvTab) openDialect() {
	f := t.file
	if f == nil || f.indexing {
		return
	}
	now := f.doc.Dialect()
	next := now
	d := &widgets.Dialog{State: look.Notice, Title: lang.X("dialect.title", "How {{.Name}} is written", map[string]any{"Name": visible(f.fileName())})}
	changed := func() { d.Enable(1, next != now && !f.facts.dirty) }

	names := make([]string, len(encodings))
	at := 0
	for i, e := range encodings {
		names[i] = e.String()
		if e == now.Encoding {
			at = i
		}
	}
	encoding := widgets.NewSelect(names, func(i int) {
		next.Encoding = encodings[i]
		next.BOM = now.BOM && next.Encoding == now.Encoding
		changed()
	})
	chooseQuietly(encoding, at)

	names, at = nil, 0
	for i, b := range csvdoc.Delimiters {
		names = append(names, delimiterWord(b))
		if b == now.Delimiter {
			at = i
		}
	}
	delimiter := widgets.NewSelect(names, func(i int) { next.Delimiter = csvdoc.Delimiters[i]; changed() })
	chooseQuietly(delimiter, at)

	quotes := widgets.NewSelect([]string{lang.X("dialect.doubled", "doubled: \"\""), lang.X("dialect.backslashed", "with a backslash: \\\"")},
		func(i int) { next.Escape = csvdoc.Escape(i); changed() }) // #nosec G115 -- one of two
	chooseQuietly(quotes, int(now.Escape))
	header := widgets.NewCheck(lang.X("dialect.header", "The first row names the columns"), func(on bool) { next.Header = on; changed() })
	header.Checked = now.Header

	label := func(s string) fyne.CanvasObject { return widgets.Middle(widgets.NewText(s)) }
	line := func(o fyne.CanvasObject) fyne.CanvasObject { return widgets.Inset(look.Gap/4, 0, widgets.Outlined(o)) }
	words := now.Newline.String()
	if now.BOM {
		words += " · " + lang.X("dialect.bom", "with a byte order mark")
	}
	rows := f.rows.snap.Rows()
	words += " · " + lang.XN("dialect.rows", "{{.Number}} rows", rows, map[string]any{"Number": numbers.Group(rows)})
	d.Body = widgets.Down(look.Gap, container.New(layout.NewFormLayout(),
		label(lang.X("dialect.encoding", "Encoding")), line(encoding),
		label(lang.X("dialect.delimiter", "Between cells")), line(delimiter),
		label(lang.X("dialect.quotes", "Quotes in cells")), line(quotes),
		label(lang.X("dialect.newlines", "Ends of rows")), widgets.Inset(look.Gap, 0, widgets.NewText(words))), header)
	d.Text = lang.X("dialect.text", "This was found in the file, and Save writes it the same way. Where letters or columns look wrong, read it another way.")
	if f.facts.dirty {
		d.Text = lang.X("dialect.edited", "The file can be read another way only while nothing is edited. Save the edits or undo them first.")
		for _, s := range []*widgets.Select{encoding, delimiter, quotes} {
			s.Disable()
		}
		header.Disable()
	}
	d.Answers = []widgets.Answer{{Text: lang.X("dialog.back", "Go back")}, {Text: lang.X("dialect.again", "Read it so"), Act: func() { t.reopen(next) }}}
	t.app.ask(d)
	d.Enable(1, false)
}

// reopen reads the file in another dialect.
func (t *csvTab) reopen(as csvdoc.Dialect) {
	f := t.file
	t.dropChecked()
	t.stop()
	t.editor.SetModel(nil) // the rows shown cannot be read any more
	step(t, lang.X("csv.opening", "Opening {{.Name}}", map[string]any{"Name": visible(f.fileName())}),
		func(ctx context.Context, _ progress.Func) (struct{}, error) { return struct{}{}, f.doc.Reopen(ctx, as) },
		func(_ struct{}, err error) {
			if err != nil {
				t.app.fail(lang.X("dialect.failed", "The file could not be read that way"), err)
				t.editor.SetModel(f.rows)
				t.recheckAll()
				return
			}
			t.enter(f.doc)
			t.index()
		})
}
