package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"enrollbench/gui/look"
	"enrollbench/gui/widgets/sight"
	"enrollbench/gui/words"
)

// Answer is one button of a dialog. Its text is a verb that says what happens.
type Answer struct {
	Text   string
	Danger bool
	Stays  bool   // the dialog stays open; Act closes it, or says in it why not
	Act    func() // may be nil
}

// Dialog asks for a decision or tells of a failure: what happened, what to do, and verbs to do it with. The first answer
// is the way back, which Escape takes; the last is the one to recommend.
type Dialog struct {
	State   look.State
	Title   string
	Text    string
	List    []string          // names of things concerned, scrolled where there are many
	Body    fyne.CanvasObject // may be nil; stands below the text
	Detail  string            // raw text for whoever helps, behind "Details" with a way to copy it
	Answers []Answer

	OnClosed func()

	popup   *widget.PopUp
	buttons []*Button
	first   fyne.Focusable
}

const (
	dialogWidth = 540
	shownNames  = 6
)

// Show shows it over everything in the window.
func (d *Dialog) Show(c fyne.Canvas) {
	heading := NewParagraph(d.Title).Title()
	text := NewParagraph(d.Text)
	body := Down(look.Gap*1.5, text)
	if len(d.List) > 0 {
		body.Add(nameList(d.List))
	}
	if d.Body != nil {
		body.Add(d.Body)
	}
	if d.Detail != "" {
		body.Add(d.details(c))
	}
	line := Across(look.Gap, layout.NewSpacer())
	d.buttons = nil
	for i, a := range d.Answers {
		b := NewButton(a.Text, nil, func() {
			if a.Stays {
				a.Act()
				if d.popup != nil && d.first != nil {
					c.Focus(d.first) // the press took it
				}
				return
			}
			d.close(a.Act)
		})
		if i == len(d.Answers)-1 {
			b.Importance = widget.HighImportance
			if a.Danger {
				b.Importance = widget.DangerImportance
			}
		}
		d.buttons = append(d.buttons, b)
		line.Add(b)
	}
	icon := Down(0, Icon(d.State.Icon(), 30))
	content := Inset(2.5*look.Gap, 3*look.Gap, Down(2*look.Gap,
		container.NewBorder(nil, nil, Across(0, icon, Space(1.5*look.Gap, 0)), nil, Middle(heading)), body, line))
	width := min(dialogWidth, c.Size().Width-4*look.Gap)
	box := container.New(fixedWidth(width), content)
	// A wrapped text knows its height only once it knows its width.
	box.Resize(fyne.NewSize(width, box.MinSize().Height))
	d.popup = widget.NewModalPopUp(WithTips(box), c)
	d.popup.Show()
	d.entriesSubmit(body)
	if d.first != nil {
		c.Focus(d.first)
	} else if n := len(d.buttons); n > 0 {
		c.Focus(d.buttons[n-1])
		if d.Answers[n-1].Danger {
			c.Focus(d.buttons[0])
		}
	}
}

// FocusFirst names what shall have the focus when the dialog opens.
func (d *Dialog) FocusFirst(f fyne.Focusable) { d.first = f }

// Cancel takes the first answer.
func (d *Dialog) Cancel() {
	var act func()
	if len(d.Answers) > 0 {
		act = d.Answers[0].Act
	}
	d.close(act)
}

// Submit takes the answer that is recommended, as Enter does; one that is dangerous is pressed by itself.
func (d *Dialog) Submit() {
	if n := len(d.Answers); n > 0 && d.popup != nil && !d.Answers[n-1].Danger {
		d.Take(n - 1)
	}
}

// entriesSubmit makes Enter in a field submit the dialog, and Ctrl+Enter in one of several lines, where nothing else was said.
func (d *Dialog) entriesSubmit(o fyne.CanvasObject) {
	switch o := o.(type) {
	case *Entry:
		if o.OnSubmitted == nil {
			o.OnSubmitted = func(string) { d.Submit() }
		}
	case *fyne.Container:
		for _, inside := range o.Objects {
			d.entriesSubmit(inside)
		}
	case *sight.Scroll:
		d.entriesSubmit(o.Content)
	}
}

// Close closes it without any answer.
func (d *Dialog) Close() { d.close(nil) }

// Fit gives it the height that its content asks for now.
func (d *Dialog) Fit() {
	if d.popup != nil {
		d.popup.Resize(d.popup.MinSize())
		d.popup.Refresh()
	}
}

// Take presses the answer of that index.
func (d *Dialog) Take(i int) { d.buttons[i].Tapped(nil) }

// Enable enables or disables the answer of that index.
func (d *Dialog) Enable(i int, on bool) { d.buttons[i].SetEnabled(on) }

func (d *Dialog) close(then func()) {
	if d.popup == nil {
		return
	}
	d.popup.Hide()
	d.popup = nil
	if d.OnClosed != nil {
		d.OnClosed()
	}
	if then != nil {
		then()
	}
}

// details shows raw text on request. The popup grows with it.
func (d *Dialog) details(c fyne.Canvas) fyne.CanvasObject {
	raw := NewParagraph(d.Detail).Mono().Small()
	copying := NewQuiet(words.T("dialog.copy"), look.Icon("copy"), func() {
		fyne.CurrentApp().Clipboard().SetContent(d.Detail)
	})
	inside := container.NewBorder(nil, nil, nil, Down(0, copying), raw)
	inside.Hide()
	head := NewDisclosure(words.T("dialog.details"), nil, func(open bool) {
		if open {
			inside.Show()
		} else {
			inside.Hide()
		}
		d.Fit()
	})
	return Down(look.Gap/2, head.Row, inside)
}

// nameList shows names one below the other.
func nameList(names []string) fyne.CanvasObject {
	box := Down(look.Gap / 2)
	for _, n := range names {
		box.Add(container.NewBorder(nil, nil, Across(0, NewText("•").Muted(), Space(look.Gap/2, 0)), nil, NewText(n).Giving()))
	}
	if len(names) <= shownNames {
		return box
	}
	scroll := sight.New(box)
	scroll.SetMinSize(fyne.NewSize(0, shownNames*(NewText("Mg").MinSize().Height+look.Gap/2)))
	return scroll
}

// fixedWidth gives everything one width, whatever it asks for.
type fixedWidth float32

func (w fixedWidth) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Move(fyne.Position{})
		o.Resize(fyne.NewSize(float32(w), size.Height))
	}
}

func (w fixedWidth) MinSize(objects []fyne.CanvasObject) fyne.Size {
	size := fyne.NewSize(float32(w), 0)
	for _, o := range objects {
		if o.Size().Width != float32(w) {
			o.Resize(fyne.NewSize(float32(w), o.MinSize().Height))
		}
		size.Height = max(size.Height, o.MinSize().Height)
	}
	return size
}
