package table

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"enrollbench/core/csvdoc"
	"enrollbench/core/progress"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// encodings are what can be chosen, in this order.
var encodings = csvdoc.Encodings

// openDialect shows how the file is written and lets the user read it another way.
func (t *Room) openDialect() {
	f := t.file
	if f == nil || f.indexing {
		return
	}
	now := f.doc.Dialect()
	next := now
	next.Guessed = false // whoever reads it so has looked at it
	d := &widgets.Dialog{State: look.Notice, Title: words.T("dialect.title", "Name", words.Visible(f.fileName()))}
	changed := func() { d.Enable(1, next != now) }

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
	widgets.ChooseQuietly(encoding, at)

	names, at = nil, 0
	for i, b := range csvdoc.Delimiters {
		names = append(names, delimiterWord(b))
		if b == now.Delimiter {
			at = i
		}
	}
	delimiter := widgets.NewSelect(names, func(i int) { next.Delimiter = csvdoc.Delimiters[i]; changed() })
	widgets.ChooseQuietly(delimiter, at)

	quotes := widgets.NewSelect([]string{words.T("dialect.doubled"), words.T("dialect.backslashed")},
		func(i int) { next.Escape = csvdoc.Escape(i); changed() }) // #nosec G115 -- one of two
	widgets.ChooseQuietly(quotes, int(now.Escape))
	header := widgets.NewCheck(words.T("dialect.header"), func(on bool) { next.Header = on; changed() })
	header.Checked = now.Header

	label := func(s string) fyne.CanvasObject { return widgets.Middle(widgets.NewText(s)) }
	line := func(o fyne.CanvasObject) fyne.CanvasObject { return widgets.Inset(look.Gap/4, 0, widgets.Outlined(o)) }
	phrase := now.Newline.String()
	if now.BOM {
		phrase += " · " + words.T("dialect.bom")
	}
	rows := f.rows.snap.Rows()
	phrase += " · " + words.N("dialect.rows", rows)
	d.Body = widgets.Down(look.Gap, container.New(layout.NewFormLayout(),
		label(words.T("dialect.encoding")), line(encoding),
		label(words.T("dialect.delimiter")), line(delimiter),
		label(words.T("dialect.quotes")), line(quotes),
		label(words.T("dialect.newlines")), widgets.Inset(look.Gap, 0, widgets.NewText(phrase))), header)
	d.Text = words.T("dialect.text")
	if f.facts.dirty {
		d.Text = words.T("dialect.edited")
		for _, s := range []*widgets.Select{encoding, delimiter, quotes} {
			s.Disable()
		}
		header.Disable()
	}
	if g, ok := f.doc.Guess(); ok {
		d.Text = words.T("dialect.guess", "Guess", words.Visible(g.String()))
	}
	d.Answers = []widgets.Answer{{Text: words.T("dialog.back")}, {Text: words.T("dialect.again"), Act: func() {
		if confirmed := now; next.Encoding == now.Encoding && now.Guessed {
			if confirmed.Guessed = false; next == confirmed {
				t.confirmEncoding()
				return
			}
		}
		t.reopen(next)
	}}}
	t.app.Ask(d)
	changed()
}

// confirmEncoding says that the user found the guessed letters right.
func (t *Room) confirmEncoding() {
	f := t.file
	if f == nil || !t.idle() {
		t.app.Busy()
		return
	}
	f.doc.ConfirmEncoding()
	f.learn()
	t.source.show()
	t.recheckAll()
}

// guessStrip shows above the sheet how letters are read that the file does not tell the encoding of, to be confirmed with a
// click before an upload.
type guessStrip struct {
	tab     *Room
	content fyne.CanvasObject
	text    *widgets.Text
}

func newGuessStrip(t *Room) *guessStrip {
	s := &guessStrip{tab: t, text: widgets.NewParagraph("")}
	buttons := widgets.Across(0, widgets.NewQuiet(words.T("dialect.choose"), look.Icon("edit"), t.openDialect),
		widgets.NewButton(words.T("dialect.right"), look.Icon("ready"), t.confirmEncoding))
	s.content = widgets.Backed(look.ColorFill, widgets.Inset(look.Gap/2, look.Gap*1.5, container.NewBorder(nil, nil,
		widgets.Across(0, widgets.Middle(widgets.Icon(look.Warning.Icon(), 18)), widgets.Space(look.Gap, 0)), widgets.Middle(buttons), widgets.Middle(s.text))))
	s.content.Hide()
	return s
}

// show shows the guess, if there is one.
func (s *guessStrip) show() {
	phrase := s.tab.file.facts.guess
	if s.content.Visible() == (phrase != "") && s.text.Text() == phrase {
		return
	}
	s.text.SetText(phrase)
	if phrase == "" {
		s.content.Hide()
	} else {
		s.content.Show()
	}
	s.tab.strip.area.Refresh()
}

// guessWords says a guess with its samples.
func guessWords(g csvdoc.Guess) string {
	var cells []string
	for _, c := range g.Samples {
		cells = append(cells, words.T("dialect.sample", "Value", shortValue(c.Value), "Row", words.Group(c.Row)))
	}
	return words.T("dialect.read-as", "Encoding", g.Encoding.String(), "Cells", strings.Join(cells, ", "))
}

// reopen reads the file in another dialect.
func (t *Room) reopen(as csvdoc.Dialect) {
	f := t.file
	t.dropChecked()
	t.stop()
	t.editor.SetModel(nil) // the rows shown cannot be read any more
	step(t, words.T("csv.opening", "Name", words.Visible(f.fileName())),
		func(ctx context.Context, _ progress.Func) (struct{}, error) { return struct{}{}, f.doc.Reopen(ctx, as) },
		func(_ struct{}, err error) {
			if err != nil {
				t.app.Fail(words.T("dialect.failed"), err)
				t.editor.SetModel(f.rows)
				t.recheckAll()
				return
			}
			t.enter(f.doc)
			t.index()
		})
}
