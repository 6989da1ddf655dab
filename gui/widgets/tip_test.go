package widgets

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
)

// resting is what the toolkit does with a mouse that comes to a place: it tells the last object there that listens.
func resting(c fyne.Canvas, x, y float32) desktop.Hoverable {
	var found desktop.Hoverable
	var look func(o fyne.CanvasObject, at fyne.Position)
	look = func(o fyne.CanvasObject, at fyne.Position) {
		if s := o.Size(); !o.Visible() || x < at.X || y < at.Y || x >= at.X+s.Width || y >= at.Y+s.Height {
			return
		}
		if h, ok := o.(desktop.Hoverable); ok {
			found = h
		}
		var inside []fyne.CanvasObject
		switch o := o.(type) {
		case *fyne.Container:
			inside = o.Objects
		case fyne.Widget:
			inside = test.WidgetRenderer(o).Objects()
		}
		for _, i := range inside {
			look(i, at.Add(i.Position()))
		}
	}
	look(c.Content(), c.Content().Position())
	return found
}

func TestWhatIsCutIsShownWhereTheMouseRests(t *testing.T) {
	long := strings.Repeat("long ", 40)
	text := NewText(long).Giving()
	row := NewRow(container.NewStack(text), 0, nil)
	chosen := NewSelect([]string{long}, func(int) {})
	content := WithTips(container.NewVBox(row, chosen))
	w := test.NewTempWindow(t, content)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(300, 200))
	tips := content.Objects[1].(*Tips)
	if !text.Cut() || !chosen.Cut() {
		t.Fatalf("the text is cut: %v, the choice: %v", text.Cut(), chosen.Cut())
	}
	for what, y := range map[string]float32{"the text": row.Position().Y + 4, "the choice": chosen.Position().Y + 4} {
		over := resting(w.Canvas(), 20, y)
		over.MouseIn(&desktop.MouseEvent{})
		if tips.Text() != long {
			t.Errorf("over %s it says %q", what, tips.Text())
		}
		if what == "the text" && !row.hovered {
			t.Error("the row does not hear of the mouse over its text")
		}
		for _, o := range test.WidgetRenderer(tips).Objects() {
			if o.Position().X < 0 || o.Position().Y < 0 || o.Position().X+o.Size().Width > 300 {
				t.Errorf("over %s it lies at %v, %v", what, o.Position(), o.Size())
			}
		}
		over.MouseOut()
		if tips.Text() != "" || row.hovered {
			t.Errorf("the mouse has left %s, and it says %q still; hovered: %v", what, tips.Text(), row.hovered)
		}
	}
	// What fits needs none, and takes the mouse from nothing.
	text.SetText("short")
	if over := resting(w.Canvas(), 20, row.Position().Y+4); over != desktop.Hoverable(row) {
		t.Errorf("over a short text the mouse is %T's", over)
	}
	chosen.Options = []string{"short"}
	chosen.SetSelectedIndex(0)
	chosen.MouseIn(nil)
	if tips.Text() != "" {
		t.Errorf("over a short choice it says %q", tips.Text())
	}
	// A text of several lines is cut at the last.
	paragraph := NewParagraph(long)
	paragraph.Lines = 2
	paragraph.Resize(fyne.NewSize(200, 60))
	if !paragraph.Cut() {
		t.Error("a paragraph of which there are too many lines is not cut")
	}
	text.SetText(long)
	over := resting(w.Canvas(), 20, row.Position().Y+4)
	over.MouseIn(&desktop.MouseEvent{})
	text.SetText("short")
	if tips.Text() != "" {
		t.Errorf("a text that fits again is still told: %q", tips.Text())
	}
}

// In a dialog the layer is the dialog's: the window's lies below it.
func TestTipsInADialog(t *testing.T) {
	w := test.NewTempWindow(t, WithTips(NewText("")))
	w.Resize(fyne.NewSize(800, 600))
	name := NewText(strings.Repeat("name ", 60)).Giving()
	d := &Dialog{Title: "Which?", Body: name, Answers: []Answer{{Text: "Back"}}}
	d.Show(w.Canvas())
	name.tip.MouseIn(&desktop.MouseEvent{})
	if l := tipsOf(w.Canvas()); l == nil || l.Text() != name.Text() {
		t.Error("nothing is shown in the dialog")
	}
	ClearTips(w.Canvas())
	if text := tipsOf(w.Canvas()).Text(); text != "" {
		t.Errorf("cleared, it says %q", text)
	}
}

func TestFlow(t *testing.T) {
	box := func(w float32) fyne.CanvasObject { return Space(w, 10) }
	a, b, c := box(40), box(40), box(40)
	f := Flow(10, a, b, c)
	f.Resize(fyne.NewSize(100, 50))
	if b.Position() != fyne.NewPos(50, 0) || c.Position() != fyne.NewPos(0, 20) || f.MinSize() != fyne.NewSize(40, 30) {
		t.Errorf("flow: %v, %v, %v", b.Position(), c.Position(), f.MinSize())
	}
	f.Resize(fyne.NewSize(140, 50))
	if c.Position() != fyne.NewPos(100, 0) || f.MinSize() != fyne.NewSize(40, 10) {
		t.Errorf("on one line: %v, %v", c.Position(), f.MinSize())
	}
	b.Hide()
	f.Refresh()
	if c.Position() != fyne.NewPos(50, 0) {
		t.Errorf("what is hidden takes room: %v", c.Position())
	}
	m := box(40)
	Centered(10, m).Resize(fyne.NewSize(100, 10))
	if m.Position().X != 30 {
		t.Errorf("centered: %v", m.Position())
	}
	left, right := box(40), box(40)
	s := Sides(left, right, left)
	s.Resize(fyne.NewSize(200, 10))
	if left.Size().Width != 152 || right.Position().X != 160 {
		t.Errorf("sides: %v, %v", left.Size(), right.Position())
	}
	s.Resize(fyne.NewSize(60, 10))
	if left.Size().Width != 60 || right.Position() != fyne.NewPos(20, 18) {
		t.Errorf("below each other: %v, %v", left.Size(), right.Position())
	}
	s = Sides(left, right, right)
	s.Resize(fyne.NewSize(200, 10))
	if left.Size().Width != 40 || right.Position().X != 48 || right.Size().Width != 152 {
		t.Errorf("the right one grows: %v, %v, %v", left.Size(), right.Position(), right.Size())
	}
}

// A field in which its placeholder or its text has no room shows the whole of it; a passphrase never.
func TestAFieldShowsWhatItHasNoRoomFor(t *testing.T) {
	long := strings.Repeat("long ", 20)
	e := NewEntry()
	content := WithTips(container.NewVBox(e))
	w := test.NewTempWindow(t, content)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(300, 200))
	tips := content.Objects[1].(*Tips)
	over := func() string {
		resting(w.Canvas(), 20, 4).MouseIn(&desktop.MouseEvent{})
		defer e.MouseOut()
		return tips.Text()
	}
	for _, c := range []struct {
		placeHolder, text string
		password, lines   bool
		want              string
	}{
		{long, "", false, false, long}, {"short", "", false, false, ""}, {long, "typed", false, false, ""}, {"short", long + "x", false, false, long + "x"},
		{long, "", true, false, long}, {"short", long, true, false, ""}, {long, "", false, true, ""},
	} {
		e.PlaceHolder, e.Password, e.MultiLine = c.placeHolder, c.password, c.lines
		e.SetText(c.text)
		if got := over(); got != c.want {
			t.Errorf("%+v: it says %q", c, got)
		}
	}
	if tips.Text() != "" {
		t.Error("the mouse has left, and it says it still")
	}
	// What an icon takes is no room for the text.
	e.MultiLine, e.PlaceHolder = false, ""
	e.SetText("")
	for e.whole() == "" {
		e.PlaceHolder += "l"
	}
	e.PlaceHolder = e.PlaceHolder[1:]
	e.ActionItem = NewText("x")
	if e.whole() == "" {
		t.Error("the room of an icon is taken for the text's")
	}
}

// A placeholder that is too long is cut instead of scrolled, and whole again where there is room.
func TestPlaceHolderIsCut(t *testing.T) {
	const hint = "Certificate of the issuer, if you have it"
	e := NewEntry()
	e.PlaceHolder = hint
	show(t, e, 120, 44)
	for range 2 {
		if got := e.Entry.PlaceHolder; !strings.HasSuffix(got, "…") || e.measure(got) > e.room()+1 || e.whole() != hint {
			t.Errorf("in %v it says %q, whole %q", e.Size().Width, got, e.whole())
		}
		e.Resize(fyne.NewSize(600, 44))
		if got := e.Entry.PlaceHolder; got != hint || e.whole() != "" {
			t.Errorf("in %v it says %q", e.Size().Width, got)
		}
		e.Resize(fyne.NewSize(120, 44))
	}
	e.SetPlaceHolder("Name")
	if e.Entry.PlaceHolder != "Name" {
		t.Error(e.Entry.PlaceHolder)
	}
}
