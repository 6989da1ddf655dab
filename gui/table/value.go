package table

import (
	"context"
	"strings"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"enrollbench/core/csr"
	"enrollbench/core/csvdoc"
	"enrollbench/core/enrollment"
	"enrollbench/core/progress"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/widgets/sheet"
	"enrollbench/gui/widgets/sight"
	"enrollbench/gui/words"
)

// csvValue shows the whole value of the current cell beneath the sheet: the text, what is wrong with it, and where it is
// a CSR who made it.
type csvValue struct {
	tab    *Room
	head   *widgets.Disclosure
	edit   *widgets.Button
	copied *widgets.Button
	text   *widgets.Value
	rest   *widgets.Text // that the text goes on
	side   *fyne.Container
	body   *fyne.Container
	wheel  *sight.Scroll
	outer  *fyne.Container
	above  fyne.CanvasObject

	at    sheet.Place
	value string
	found []enrollment.Finding // at the cell; nil until they are known
}

// shownValue is how many octets of a value are shown. A CSR with the largest RSA key has 3,000.
const shownValue = 16 << 10

// prefValue remembers whether the pane is open, prefValueShare where its upper edge stands.
const (
	prefValue      = "csv.value"
	prefValueShare = "csv.value-share"
)

func newCSVValue(t *Room) *csvValue {
	v := &csvValue{tab: t, at: sheet.Place{Row: -1}, text: widgets.NewValue(""), rest: widgets.NewParagraph("").Muted().Small(), side: widgets.Down(look.Gap)}
	v.text.TextStyle.Monospace = true
	v.edit = widgets.NewQuiet(words.T("csv.value-edit"), look.Icon("edit"), v.openEdit)
	v.copied = widgets.NewQuiet(words.T("csv.value-copy"), look.Icon("copy"), v.copy)
	v.body = container.NewGridWithColumns(1)
	v.wheel = sight.New(widgets.Inset(look.Gap/2, look.Gap, v.body))
	v.head = widgets.NewDisclosure(words.T("csv.value"), nil, v.toggle)
	return v
}

// place puts the pane beneath the sheet.
func (v *csvValue) place(outer *fyne.Container, above fyne.CanvasObject) {
	v.outer, v.above = outer, above
	if v.tab.app.Preferences().BoolWithFallback(prefValue, true) {
		v.head.SetOpen(true)
	} else {
		v.arrange(false)
	}
}

func (v *csvValue) toggle(open bool) {
	v.tab.app.Preferences().SetBool(prefValue, open)
	v.arrange(open)
	v.show(v.at, true)
}

func (v *csvValue) arrange(open bool) {
	line := container.NewBorder(nil, nil, nil, widgets.Across(0, v.edit, v.copied), v.head.Row)
	if !open {
		v.outer.Objects = []fyne.CanvasObject{widgets.Edged(nil, widgets.Down(0, widgets.Rule(), line), nil, nil, v.above)}
		v.outer.Refresh()
		return
	}
	p := v.tab.app.Preferences()
	split := widgets.NewSplit(true, p.FloatWithFallback(prefValueShare, 0.74), v.above,
		widgets.Edged(widgets.Down(0, line, widgets.Rule()), nil, nil, nil, widgets.AtLeast(0, 88, v.wheel)))
	split.OnMoved = func(share float64) { p.SetFloat(prefValueShare, share) }
	v.outer.Objects = []fyne.CanvasObject{split}
	v.outer.Refresh()
}

// show shows a cell; fresh shows it anew though place and text are the same.
func (v *csvValue) show(at sheet.Place, fresh bool) {
	f := v.tab.file
	if f == nil || at.Row < 0 || at.Row >= f.rows.Rows() || at.Column < 0 || at.Column >= f.rows.Columns() {
		v.at, v.value = sheet.Place{Row: -1}, ""
		v.tab.peek.Drop()
		v.head.SetTitle(words.T("csv.value"))
		v.edit.SetEnabled(false)
		v.copied.SetEnabled(false)
		v.fill("", nil)
		return
	}
	value := f.rows.text(at.Row, at.Column)
	if at == v.at && value == v.value && !fresh {
		return
	}
	same := at == v.at && value == v.value
	v.at, v.value = at, value
	if !same {
		v.found = nil
	}
	v.head.SetTitle(words.T("csv.value-of", "Column", columnTitle(f.rows.column(at.Column).Name), "Row", words.Group(f.rows.number(at.Row))))
	v.edit.SetEnabled(!f.indexing)
	v.copied.SetEnabled(value != "")
	if !same && v.head.Open() {
		v.fill(value, nil)
	}
	v.examine(at, value)
}

// fill puts a text and what is said about it into the pane.
func (v *csvValue) fill(value string, about []fyne.CanvasObject) {
	shown := value
	v.rest.SetText("")
	if len(shown) > shownValue {
		end := shownValue
		for end > 0 && !utf8.RuneStart(shown[end]) {
			end--
		}
		shown = shown[:end]
		v.rest.SetText(words.T("csv.value-more", "Shown", words.Size(int64(end)), "Size", words.Size(int64(len(value)))))
	}
	if v.text.Text != shown {
		v.text.SetText(readable(shown))
	}
	v.side.Objects = about
	left := fyne.CanvasObject(v.text)
	if v.rest.Text() != "" {
		left = widgets.Down(0, v.text, widgets.Inset(0, look.Gap, v.rest))
	}
	v.body.Objects = []fyne.CanvasObject{left}
	v.body.Layout = fullWidth{}
	if len(v.side.Objects) > 0 {
		v.body.Objects = append(v.body.Objects, widgets.Inset(look.Gap, look.Gap, v.side))
		v.body.Layout = halves{}
	}
	v.side.Refresh()
	v.body.Refresh()
	v.wheel.Refresh()
}

// readable makes what has no shape visible, and leaves line breaks.
func readable(s string) string {
	lines := strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	for i := range lines {
		lines[i] = words.Visible(lines[i])
	}
	return strings.Join(lines, "\n")
}

// findingLine is one finding in words, with its icon, and with a button where the repair is certain.
func (v *csvValue) findingLine(f enrollment.Finding, row csvdoc.RowID, column csvdoc.Column) fyne.CanvasObject {
	state := look.OfSeverity(f.Severity)
	title := widgets.NewParagraph(state.Word() + ": " + words.Sentence(words.Visible(f.Message)))
	title.Color = state.Color()
	lines := widgets.Down(2, title)
	if f.Hint != "" {
		lines.Add(widgets.NewParagraph(words.Sentence(f.Hint)).Muted().Small())
	}
	if f.Fixable {
		text, fix := v.tab.repair(f, row, column)
		lines.Add(container.NewHBox(widgets.NewButton(text, look.Icon("ready"), fix)))
	}
	return container.NewBorder(nil, nil, widgets.Across(0, widgets.Down(0, widgets.Icon(state.Icon(), 18)), widgets.Space(look.Gap, 0)), nil, lines)
}

// about is what is said of a value.
type about struct {
	found   []enrollment.Finding
	request *csr.Details
	problem error // why the CSR cannot be read
}

// examine finds out off the UI thread what is wrong with the cell, and describes a CSR.
func (v *csvValue) examine(at sheet.Place, value string) {
	f := v.tab.file
	rows := f.rows
	id, column := rows.id(at.Row), rows.column(at.Column)
	frame.Run(v.tab.peek, "", func(context.Context, progress.Func) (a about, _ error) {
		if r := rows.result; r != nil {
			if i, ok := r.Snapshot().Index(id); ok {
				c, _ := r.Snapshot().Column(column.ID)
				for _, x := range r.RowFindings(i) {
					if x.Position.Column == c || x.Position.Column < 0 {
						a.found = append(a.found, x)
					}
				}
			}
		}
		if strings.Contains(value[:min(len(value), 64)], "-----BEGIN ") && len(value) <= csrOctets {
			var der []byte
			if der, a.problem = csr.DecodePEM([]byte(value)); a.problem == nil {
				a.request, a.problem = csr.Describe(der)
			}
		}
		return a, nil
	}, func(a about, err error) {
		if v.tab.file != f || v.at != at || v.value != value {
			return
		}
		v.found = a.found
		if !v.head.Open() {
			return
		}
		var phrases []fyne.CanvasObject
		for _, x := range a.found {
			phrases = append(phrases, v.findingLine(x, id, column))
		}
		switch {
		case err != nil:
			phrases = append(phrases, widgets.NewParagraph(words.Sentence(words.Error(err))).Muted())
		case a.request != nil:
			phrases = append(phrases, describeCSR(a.request)...)
		case a.problem != nil && len(a.found) == 0:
			text := widgets.NewParagraph(words.T("csv.value-no-csr", "Reason", words.Error(a.problem)))
			text.Color = look.Failed.Color()
			phrases = append(phrases, text)
		}
		v.fill(value, phrases)
	})
}

// csrOctets bounds what is decoded as a CSR.
const csrOctets = 1 << 20

// describeCSR says whose a CSR is, of which key, and whether its signature is good.
func describeCSR(d *csr.Details) []fyne.CanvasObject {
	var lines [][3]string
	for _, n := range d.Subject {
		lines = append(lines, [3]string{words.Visible(n.Name), words.Visible(n.Value)})
	}
	for _, n := range d.AltNames {
		lines = append(lines, [3]string{n.Kind, words.Visible(n.Value)})
	}
	lines = append(lines, [3]string{words.T("details.key"), d.Key.String()}, [3]string{words.T("details.spki"), d.SPKISHA256, "mono"})
	state, phrase := look.Ready, words.T("csv.signature-good", "Algorithm", d.Signature.Algorithm)
	if !d.Signature.Verified {
		state, phrase = look.Failed, words.T("csv.signature-bad", "Reason", words.Visible(d.Signature.Reason))
	}
	text := widgets.NewParagraph(phrase)
	text.Color = state.Color()
	out := []fyne.CanvasObject{container.NewBorder(nil, nil, widgets.Across(0, widgets.Down(0, widgets.Icon(state.Icon(), 18)), widgets.Space(look.Gap, 0)), nil, text)}
	if s := widgets.Section(words.T("csv.value-csr"), lines...); s != nil {
		out = append(out, s)
	}
	return out
}

func (v *csvValue) copy() {
	v.tab.app.Clipboard().SetContent(v.value)
	v.tab.app.Note(widgets.Note{State: look.Ready, Text: words.T("csv.value-copied")})
}

// openEdit edits the value with all its lines.
func (v *csvValue) openEdit() {
	f, at := v.tab.file, v.at
	if f == nil || at.Row < 0 {
		return
	}
	if len(v.value) > editedValue {
		v.tab.app.Note(widgets.Note{State: look.Notice, Text: words.T("csv.value-too-long", "Size", words.Size(int64(len(v.value))))})
		return
	}
	row, column := f.rows.id(at.Row), f.rows.column(at.Column)
	area := widgets.NewTextArea()
	area.TextStyle.Monospace = true
	area.Wrapping = fyne.TextWrapBreak
	area.SetText(v.value)
	area.SetMinRowsVisible(10)
	d := &widgets.Dialog{State: look.Notice, Title: v.head.Row.Label, Body: area,
		Answers: []widgets.Answer{{Text: words.T("dialog.back")},
			{Text: words.T("csv.value-set"), Act: func() { v.tab.setCell(row, column, area.Text) }}}}
	d.FocusFirst(area)
	v.tab.app.Ask(d)
}

// editedValue is what a text area of the toolkit edits without stumbling.
const editedValue = 64 << 10

// fullWidth gives its one object the whole width.
type fullWidth struct{}

// Layout implements fyne.Layout.
func (fullWidth) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Move(fyne.Position{})
		o.Resize(size)
	}
}

// MinSize implements fyne.Layout.
func (fullWidth) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	for _, o := range objects {
		size = size.Max(o.MinSize())
	}
	return fyne.NewSize(200, size.Height)
}

// halves puts two objects side by side, each as high as it needs.
type halves struct{}

// Layout implements fyne.Layout.
func (halves) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	width := float32(int(size.Width / 2))
	for i, o := range objects {
		o.Move(fyne.NewPos(float32(i)*width, 0))
		o.Resize(fyne.NewSize(width, o.MinSize().Height))
		o.Resize(fyne.NewSize(width, o.MinSize().Height)) // a wrapped text knows its height only once it knows its width
	}
}

// MinSize implements fyne.Layout.
func (halves) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var height float32
	for _, o := range objects {
		height = max(height, o.MinSize().Height)
	}
	return fyne.NewSize(320, height)
}
