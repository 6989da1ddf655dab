package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"enrollbench/gui/look"
	"enrollbench/gui/words"
)

// Remark is what is to be said about the content of a field.
type Remark struct {
	State look.State
	Text  string
	Hint  string
	Why   func() // says more, nil for nothing more to say
}

// Field is one large entry with its name above and what is to be said about its content below. Room for the remark is
// kept, so that nothing jumps while somebody types.
type Field struct {
	Entry   *Entry
	content *fyne.Container
	icon    *canvas.Image
	text    *Text
	hint    *Text
	why     *Row
	note    string
	remark  *Remark
}

// NewField makes a field; note is small print that stands below while there is no remark.
func NewField(name, placeholder, note string, mono bool, changed func(string)) *Field {
	f := &Field{Entry: NewEntry(), note: note}
	f.Entry.PlaceHolder = placeholder
	f.Entry.TypeOver = true
	f.Entry.TextStyle.Monospace = mono
	f.Entry.OnChanged = changed
	f.icon = Icon(look.Notice.Icon(), 18)
	f.text = NewParagraph(note).Small()
	f.hint = NewParagraph("").Small().Muted()
	f.why = Link(words.T("findings.why"), func() { f.remark.Why() })
	remark := AtLeast(0, remarkRoom, container.NewBorder(nil, nil, Down(0, f.icon), Down(0, f.why), Inset(0, 0, Down(2, f.text, f.hint))))
	// Larger text would need the toolkit's theme override, which loads every font again for each of its refreshes and keeps them all.
	f.content = Down(look.Gap/2, NewText(name).Bold(), f.Entry, Inset(2, 0, remark))
	f.Set(nil)
	return f
}

// remarkRoom is kept below the entry: three lines of small print.
const remarkRoom = 52

// Content is what to show.
func (f *Field) Content() fyne.CanvasObject { return f.content }

// Remark is what is said, nil for nothing.
func (f *Field) Remark() *Remark { return f.remark }

// Set says something about the content; nil says nothing.
func (f *Field) Set(r *Remark) {
	f.remark = r
	if r == nil {
		f.icon.Hide()
		f.text.Color = look.ColorMuted
		f.text.SetText(f.note)
		f.text.Refresh()
		f.hint.SetText("")
		f.hint.Hide()
		f.why.Hide()
		return
	}
	f.icon.Resource = r.State.Icon()
	f.icon.Refresh()
	f.icon.Show()
	f.text.Color = r.State.Color()
	f.text.SetText(r.State.Word() + ": " + r.Text)
	f.text.Refresh()
	f.hint.SetText(r.Hint)
	if r.Hint == "" {
		f.hint.Hide()
	} else {
		f.hint.Show()
	}
	if r.Why == nil {
		f.why.Hide()
	} else {
		f.why.Show()
	}
	f.content.Refresh()
}

// NewSearch is a field that narrows a list down: changed hears every letter, submitted that the list is wanted. Escape empties
// it first.
func NewSearch(placeHolder string, changed func(string), submitted func()) *Entry {
	e := NewEntry()
	e.PlaceHolder, e.Icon, e.OnChanged = placeHolder, look.ColoredIcon("search", look.ColorMuted), changed
	e.OnSubmitted = func(string) { submitted() }
	e.OnEscape = func() bool {
		filled := e.Text != ""
		e.SetText("")
		return filled
	}
	return e
}
