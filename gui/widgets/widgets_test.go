package widgets

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"enrollbench/gui/look"
)

// show puts an object into a window of the test driver, with the program's own theme.
func show(t *testing.T, o fyne.CanvasObject, w, h float32) fyne.Window {
	t.Helper()
	app := test.NewTempApp(t)
	app.Settings().SetTheme(look.NewTheme())
	win := test.NewTempWindow(t, o)
	win.SetPadded(false)
	win.Resize(fyne.NewSize(w, h))
	return win
}

func TestTextWrapsAndElides(t *testing.T) {
	long := "a common name that is much too long for the room that there is"
	wrapped, elided := NewParagraph(long), NewText(long)
	show(t, Down(0, wrapped, elided), 120, 400)
	if len(wrapped.broken) < 3 || strings.Join(wrapped.broken, " ") != long {
		t.Errorf("wrapped into %q", wrapped.broken)
	}
	for _, l := range wrapped.broken {
		if wrapped.measure(l) > 121 {
			t.Errorf("the line %q is wider than its room", l)
		}
	}
	wrapped.Lines = 2
	wrapped.Refresh()
	if n := len(wrapped.broken); n != 2 || !strings.HasSuffix(wrapped.broken[1], "…") {
		t.Errorf("in two lines: %q", wrapped.broken)
	}
	wrapped.Lines = 0
	wrapped.SetText("/a/path/without/any/blank/that/is/longer/than/a/line")
	if strings.Join(wrapped.broken, "") != wrapped.Text() || len(wrapped.broken) < 2 {
		t.Errorf("a long word: %q", wrapped.broken)
	}
	elided.Resize(fyne.NewSize(60, 20))
	if got := elided.broken[0]; !strings.HasSuffix(got, "…") || elided.measure(got) > 61 {
		t.Errorf("elided to %q", got)
	}
	if elided.Text() != long {
		t.Error("eliding changed the text")
	}
}

// Chinese and Japanese have no spaces: a line breaks between two characters, but none begins with what ends a sentence or a quote, and none
// ends with what opens one.
func TestTextWithoutSpacesWraps(t *testing.T) {
	for _, text := range []string{
		"アカウントなしで全手順を体験できます。注文用のサンプル CSR が用意され、このプログラム内の練習用サービスが、誰にも信頼されない「証明書」を実際に発行します。",
		"无需帐户即可走完整个流程：示例 CSR 已备好可供订购，本程序内的练习服务会颁发没有人信任的（真实）证书。",
	} {
		for width := float32(90); width < 400; width += 7 {
			p := NewParagraph(text)
			p.Resize(fyne.NewSize(width, 400))
			whole := ""
			for i, line := range p.breakUp() {
				if i > 0 && strings.ContainsAny(line[:min(3, len(line))], "。、，：」）") || strings.HasSuffix(line, "「") || strings.HasSuffix(line, "（") {
					t.Errorf("at %v there is the line %q", width, line)
				}
				if got := p.measure(line); got > width || got < width/2 && i+1 < len(p.breakUp()) {
					t.Errorf("at %v the line %q is %v wide", width, line, got)
				}
				whole += line
			}
			if strings.ReplaceAll(whole, " ", "") != strings.ReplaceAll(text, " ", "") {
				t.Errorf("at %v it says %q", width, whole)
			}
		}
	}
	if got := slices.Collect(breakable("/a/path-of.one_word")); len(got) != 1 {
		t.Errorf("a path breaks into %q", got)
	}
}

func TestTargetsAreLargeEnough(t *testing.T) {
	b, e, s := NewButton("Add", nil, nil), NewEntry(), NewSelect([]string{"a", "b"}, func(int) {})
	show(t, Across(0, b, e, s), 600, 100)
	for _, o := range []fyne.CanvasObject{b, e, s, NewRow(NewText("x"), 0, nil)} {
		if h := o.MinSize().Height; h < look.Target {
			t.Errorf("%T is %v pixels high", o, h)
		}
	}
}

func TestKeysReachTheWindow(t *testing.T) {
	pressed, escaped := 0, false
	b, e := NewButton("Go", nil, func() { pressed++ }), NewEntry()
	row := NewRow(NewText("x"), 0, func() { pressed += 10 })
	sel := NewSelect([]string{"a"}, func(int) {})
	w := show(t, Across(0, b, e, row, sel), 600, 100)
	var got []fyne.KeyName
	w.Canvas().SetOnTypedKey(func(k *fyne.KeyEvent) { got = append(got, k.Name) })
	for _, f := range []fyne.Focusable{b, e, row, sel} {
		f.TypedKey(&fyne.KeyEvent{Name: fyne.KeyF8})
	}
	if len(got) != 4 {
		t.Errorf("of four F8 the window saw %v", got)
	}
	b.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	b.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	row.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEnter})
	if pressed != 12 {
		t.Errorf("Enter and Space pressed %d", pressed)
	}
	e.OnEscape = func() bool { escaped = true; return true }
	e.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if !escaped || len(got) != 4 {
		t.Error("Escape went past the field that wanted it")
	}
	for key, wanted := range map[fyne.KeyName]bool{fyne.KeyS: false, fyne.Key1: false, fyne.KeyLeft: true, fyne.KeyBackspace: true} {
		if editing(&desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierControl}) != wanted {
			t.Errorf("Ctrl+%s: the field should keep it: %v", key, wanted)
		}
	}
}

func TestDisabledButtonStaysQuiet(t *testing.T) {
	pressed := false
	b := NewPrimary("Go", nil, func() { pressed = true })
	show(t, b, 100, 50)
	b.SetEnabled(false)
	b.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	test.Tap(b)
	if pressed {
		t.Error("a disabled button was pressed")
	}
}

func TestBottomBar(t *testing.T) {
	b := NewBottomBar(NewPrimary("Save", nil, nil))
	show(t, b.Content(), 900, 80)
	b.SetFacts(Fact{State: look.Ready, Text: "12,340 ready"}, Fact{State: look.Failed, Text: "3 errors"}, Fact{Plain: true, Text: "41.2 of 200 MB"})
	if got := b.Sentence(); got != "12,340 ready · 3 errors · 41.2 of 200 MB" {
		t.Errorf("%q", got)
	}
	height := b.Content().MinSize().Height
	b.SetAction(false, "because")
	if !b.Primary.Disabled() || b.Reason() != "because" {
		t.Error("a disabled button without its reason")
	}
	b.SetAction(true, "because")
	if b.Primary.Disabled() || b.Reason() != "" {
		t.Error("an enabled button with a reason why it is not")
	}
	b.SetFacts()
	if b.Content().MinSize().Height != height {
		t.Error("the bar jumps with what it says")
	}
}

// A narrow window shows the first facts and does not grow with the others; the sentence as text has all of them.
func TestBottomBarGivesWay(t *testing.T) {
	b := NewBottomBar(NewPrimary("Save", nil, nil))
	b.SetFacts(Fact{State: look.Ready, Text: "1,499,997 ready"}, Fact{State: look.Failed, Text: "3 errors"}, Fact{Plain: true, Text: "183.2 of 200 MB"})
	seen := func() (n int) {
		for i, o := range b.facts.Objects {
			if i%2 == 0 && o.Visible() {
				n++
			}
		}
		return n
	}
	w := show(t, b.Content(), 900, 60)
	if got := seen(); got != 3 {
		t.Errorf("in a wide window %d facts are shown", got)
	}
	w.Resize(fyne.NewSize(300, 60))
	if got := seen(); got == 0 || got == 3 {
		t.Errorf("in a narrow window %d facts are shown", got)
	}
	if width := b.Content().MinSize().Width; width > 300 {
		t.Errorf("the bar wants %v pixels", width)
	}
	if got := b.Sentence(); got != "1,499,997 ready · 3 errors · 183.2 of 200 MB" {
		t.Errorf("the sentence is %q", got)
	}
	w.Resize(fyne.NewSize(900, 60))
	if got := seen(); got != 3 {
		t.Errorf("wide again, %d facts are shown", got)
	}
}

func TestProgressNumbers(t *testing.T) {
	for _, c := range []struct {
		p    Progress
		want []string
	}{
		{Progress{}, []string{"Starting"}},
		{Progress{Done: 5}, []string{"5"}},
		{Progress{Done: 50, Total: 100, Elapsed: 100 * time.Millisecond}, []string{"50 of 100"}},
		{Progress{Done: 50, Total: 100, Elapsed: 10 * time.Second}, []string{"50 of 100", "a second", "10 s left"}},
		{Progress{Done: 100, Total: 100, Elapsed: 10 * time.Second}, []string{"100 of 100"}},
		{Progress{Done: 100, Total: 100, Stopping: true}, []string{"Stopping"}},
	} {
		got := c.p.Numbers()
		for _, w := range c.want {
			if !strings.Contains(got, w) {
				t.Errorf("%+v: %q lacks %q", c.p, got, w)
			}
		}
	}
	if got := (Progress{Done: 100, Total: 100, Elapsed: time.Minute}).Numbers(); strings.Contains(got, "left") {
		t.Errorf("what is done has time left: %q", got)
	}
}

func TestProgressRow(t *testing.T) {
	stopped := 0
	p := NewProgressRow(func() { stopped++ })
	show(t, Edged(nil, p, nil, nil, NewText("")), 600, 300)
	if p.Visible() {
		t.Error("visible while nothing runs")
	}
	p.Set(&Progress{Title: "Checking", Done: 1, Total: 4})
	if !p.Visible() || p.bar.share != 0.25 {
		t.Errorf("visible %v, share %v", p.Visible(), p.bar.share)
	}
	test.Tap(p.Cancel())
	p.Set(&Progress{Title: "Checking", Done: 9, Total: 4, Stopping: true})
	test.Tap(p.Cancel())
	if stopped != 1 || p.bar.share != 1 {
		t.Errorf("cancelled %d times, share %v", stopped, p.bar.share)
	}
	p.Set(nil)
	if p.Visible() {
		t.Error("visible after the end")
	}
}

func TestToast(t *testing.T) {
	toast, acted := NewToast(), 0
	show(t, toast, 168, 300)
	toast.ShowNote(Note{Text: strings.Repeat("a long text ", 60), Detail: "/a/path", Action: "Undo", Act: func() {}})
	if toast.box.Position().Y < 0 || toast.box.Size().Height > 300 {
		t.Errorf("a long text lies at %v, %v", toast.box.Position(), toast.box.Size())
	}
	toast.ShowNote(Note{State: look.Ready, Text: "Removed.", Action: "Undo", Act: func() { acted++ }})
	box := toast.box
	if end := box.Position().Add(box.Size()); end.X > 168 || end.Y > 300 || box.Size().Height < look.Target {
		t.Errorf("the toast lies at %v, %v", box.Position(), box.Size())
	}
	var undo *Button
	walk(box, func(o fyne.CanvasObject) {
		if b, ok := o.(*Button); ok && b.Text == "Undo" {
			undo = b
		}
	})
	test.Tap(undo)
	if acted != 1 || toast.Note() != nil {
		t.Error("Undo did not act once and go away")
	}
}

func walk(o fyne.CanvasObject, see func(fyne.CanvasObject)) {
	see(o)
	if c, ok := o.(*fyne.Container); ok {
		for _, k := range c.Objects {
			walk(k, see)
		}
	}
}

func TestDialog(t *testing.T) {
	w := show(t, NewText(""), 800, 600)
	var took []string
	closed := 0
	d := &Dialog{State: look.Failed, Title: "It failed", Text: strings.Repeat("Do this now. ", 20), Detail: "raw: 0x1",
		List: []string{"a", "b"}, OnClosed: func() { closed++ },
		Answers: []Answer{{Text: "Go back", Act: func() { took = append(took, "back") }}, {Text: "Delete", Danger: true, Act: func() { took = append(took, "delete") }}}}
	d.Show(w.Canvas())
	if f := w.Canvas().Focused(); f != fyne.Focusable(d.buttons[0]) {
		t.Error("a dialog that destroys does not begin on the way back")
	}
	if s := d.popup.MinSize(); s.Width > 800 || s.Height > 600 || s.Height < 200 {
		t.Errorf("the dialog takes %v", s)
	}
	d.Cancel()
	d.Cancel()
	if len(took) != 1 || took[0] != "back" || closed != 1 || w.Canvas().Overlays().Top() != nil {
		t.Errorf("took %q, closed %d times", took, closed)
	}
	d.Show(w.Canvas())
	d.Take(1)
	if took[1] != "delete" {
		t.Errorf("took %q", took)
	}
}

func TestFieldKeepsItsPlace(t *testing.T) {
	f := NewField("Start", "", "a note", true, nil)
	show(t, Down(0, f.Content()), 320, 400)
	height := f.Content().MinSize().Height
	f.Set(&Remark{State: look.Failed, Text: "six octets are needed", Hint: "Write six."})
	if got := f.Content().MinSize().Height; got != height {
		t.Errorf("the field grew from %v to %v for a short remark", height, got)
	}
	if f.text.Text() != "error: six octets are needed" {
		t.Errorf("colour alone tells that %q is an error", f.text.Text())
	}
	f.Set(nil)
	if f.text.Text() != "a note" || f.icon.Visible() {
		t.Error("the note does not come back")
	}
}

func TestDisclosure(t *testing.T) {
	var heard []bool
	d := NewDisclosure("Details", nil, func(open bool) { heard = append(heard, open) })
	show(t, d.Row, 300, 60)
	d.Row.Tapped(nil)
	d.SetOpen(true)
	d.Row.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	if len(heard) != 2 || !heard[0] || heard[1] {
		t.Errorf("heard %v", heard)
	}
}

func TestSplit(t *testing.T) {
	a, b := canvas.NewRectangle(nil), canvas.NewRectangle(nil)
	a.SetMinSize(fyne.NewSize(100, 10))
	b.SetMinSize(fyne.NewSize(200, 10))
	s := NewSplit(false, 0.5, a, b)
	moved := 0.0
	s.OnMoved = func(share float64) { moved = share }
	show(t, s, 1000, 100)
	if a.Size().Width != 500 || b.Size().Width != 499 {
		t.Errorf("halves of %v and %v", a.Size().Width, b.Size().Width)
	}
	s.grip.Dragged(&fyne.DragEvent{Dragged: fyne.NewDelta(-1000, 0)})
	if a.Size().Width != 100 || moved < 0.09 || moved > 0.11 {
		t.Errorf("dragged to the left: %v, %v", a.Size().Width, moved)
	}
	s.grip.Dragged(&fyne.DragEvent{Dragged: fyne.NewDelta(2000, 0)})
	if b.Size().Width != 200 {
		t.Errorf("dragged to the right: %v", b.Size().Width)
	}
}

func TestEdged(t *testing.T) {
	part := func(w, h float32) *canvas.Rectangle {
		r := canvas.NewRectangle(nil)
		r.SetMinSize(fyne.NewSize(w, h))
		return r
	}
	top, bottom, left, right, center := part(10, 20), part(10, 30), part(40, 10), part(50, 10), part(1, 1)
	c := Edged(top, bottom, left, right, center)
	if m := c.MinSize(); m != fyne.NewSize(91, 60) {
		t.Errorf("least size %v", m)
	}
	c.Resize(fyne.NewSize(300, 200))
	if center.Position() != fyne.NewPos(40, 20) || center.Size() != fyne.NewSize(210, 150) {
		t.Errorf("the middle lies at %v, %v: there are gaps", center.Position(), center.Size())
	}
	bottom.Hide()
	c.Layout.Layout(c.Objects, fyne.NewSize(300, 200))
	if center.Size().Height != 180 {
		t.Error("a hidden edge takes room")
	}
}

func TestDashes(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(look.NewTheme())
	img := newDashes().Generator(200, 120)
	count := func(y int) (on, changes int) {
		last := false
		for x := 20; x < 180; x++ {
			_, _, _, a := img.At(x, y).RGBA()
			if now := a > 0x4000; now != last {
				changes++
				last = now
			}
			if last {
				on++
			}
		}
		return on, changes
	}
	if on, changes := count(1); on < 50 || on > 130 || changes < 10 {
		t.Errorf("the upper edge has %d pixels and %d changes: no dashes", on, changes)
	}
	if on, _ := count(60); on != 0 {
		t.Errorf("%d pixels in the middle", on)
	}
}

func TestRangeBar(t *testing.T) {
	r := NewRangeBar()
	show(t, r, 400, 100)
	r.Set(0.5, 0.5000001, false, "first", "last", "title")
	if r.part.Size().Width < rangeLeast || r.part.Position().X < 199 {
		t.Errorf("a range of one address is drawn at %v with %v", r.part.Position(), r.part.Size())
	}
	r.Set(0.9, 1, true, "first", "last", "title")
	if r.beyond.Hidden || r.part.Position().X+r.part.Size().Width > 400 {
		t.Error("running out of the block is not drawn, or outside of the bar")
	}
	r.Clear()
	if !r.part.Hidden || !r.beyond.Hidden {
		t.Error("an empty block shows a range")
	}
}

func TestAreaFollowsTheTheme(t *testing.T) {
	a := NewArea(look.ColorRail, 0)
	show(t, a, 100, 100)
	if a.rect.FillColor != look.Color(look.ColorRail) {
		t.Error("another colour")
	}
	a.SetColor(theme.ColorNameError)
	if a.rect.FillColor != look.Color(theme.ColorNameError) {
		t.Error("the colour does not change")
	}
}

func TestRowShowsFocusAndChoice(t *testing.T) {
	r := NewRow(NewText("x"), 4, nil)
	show(t, r, 100, 50)
	if r.ring.StrokeColor != nil || r.back.FillColor != nil {
		t.Error("a plain row is marked")
	}
	r.FocusGained()
	r.SetSelected(true)
	if r.ring.StrokeColor == nil || r.back.FillColor == nil {
		t.Error("focus or choice cannot be seen")
	}
}

func TestTypingReplacesWhatAFieldHeld(t *testing.T) {
	before := NewEntry()
	f := NewField("Step", "", "", false, nil)
	w := show(t, Down(0, before, f.Content()), 300, 300)
	f.Entry.SetText("1")
	w.Canvas().Focus(before)
	w.Canvas().Focus(f.Entry)
	test.Type(f.Entry, "10")
	if f.Entry.Text != "10" {
		t.Errorf("the field holds %q, want the typed 10", f.Entry.Text)
	}
}

// TestBlockMap: the parts of a cell stand on each other from the bottom up, and what is there at all is seen.
func TestBlockMap(t *testing.T) {
	test.NewTempApp(t)
	m := NewBlockMap()
	cells := make([][]Part, 2*BlockMapColumns)
	cells[0] = []Part{{Share: 0.5, Color: theme.ColorNamePrimary}, {Share: 0.25, Color: theme.ColorNameWarning}}
	cells[1] = []Part{{Share: 1e-9, Color: theme.ColorNameError}}
	m.Set(cells)
	if m.Cells() != len(cells) || m.MinSize().Height < 2*blockMapLine {
		t.Errorf("%d cells, %v", m.Cells(), m.MinSize())
	}
	const w, h = 10 * BlockMapColumns, 42 // a cell is 10 by 21 pixels, its line above and left included
	for _, c := range []struct {
		x, y int
		want fyne.ThemeColorName
	}{
		{5, 20, theme.ColorNamePrimary}, {5, 11, theme.ColorNamePrimary}, {5, 10, theme.ColorNameWarning}, {5, 6, theme.ColorNameWarning},
		{5, 5, theme.ColorNameSeparator}, {0, 20, theme.ColorNameBackground}, {5, 0, theme.ColorNameBackground},
		{15, 20, theme.ColorNameError}, {15, 19, theme.ColorNameSeparator}, {25, 20, theme.ColorNameSeparator}, {5, 41, theme.ColorNameSeparator},
	} {
		if got := m.pixel(c.x, c.y, w, h); got != look.Color(c.want) {
			t.Errorf("%d, %d: %v, want %s", c.x, c.y, got, c.want)
		}
	}
	m.Set(nil)
	if got := m.pixel(5, 5, w, h); got != look.Color(theme.ColorNameSeparator) {
		t.Error(got)
	}
}

// TestBar: a bar takes its share of the room, and one of a few in many is still seen.
func TestBar(t *testing.T) {
	test.NewTempApp(t)
	for share, want := range map[float64]float32{0: 0, 0.5: 100, 1: 200, 1e-6: 3} {
		b := Bar(share).(*fyne.Container)
		b.Resize(fyne.NewSize(200, 30))
		if got := b.Objects[0].Size().Width; got != want {
			t.Errorf("%v: %v, want %v", share, got, want)
		}
	}
}
