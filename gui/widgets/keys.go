package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"enrollbench/gui/look"
	"enrollbench/gui/widgets/sight"
)

// passOn gives a key to the window, which does not see keys while a widget has the focus: F1, F5, F8 and Escape work
// wherever it is.
func passOn(from fyne.CanvasObject, ev *fyne.KeyEvent) {
	if c := canvasOf(from); c != nil && c.OnTypedKey() != nil {
		c.OnTypedKey()(ev)
	}
}

// canvasOf is the canvas of a widget. Before the first frame that has the widget the toolkit knows none: a key that is pressed
// as a dialog opens would be lost.
func canvasOf(o fyne.CanvasObject) fyne.Canvas {
	d := fyne.CurrentApp().Driver()
	if c := d.CanvasForObject(o); c != nil {
		return c
	}
	for _, w := range d.AllWindows() {
		return w.Canvas()
	}
	return nil
}

// passShortcut gives a shortcut to the window, which does not see those that a widget with the focus takes.
func passShortcut(from fyne.CanvasObject, s fyne.Shortcut) {
	if c, ok := canvasOf(from).(fyne.Shortcutable); ok {
		c.TypedShortcut(s)
	}
}

// windowKey says whether a key means something to the window rather than to a field or button.
func windowKey(name fyne.KeyName) bool {
	switch name {
	case fyne.KeyEscape, fyne.KeyF1, fyne.KeyF2, fyne.KeyF3, fyne.KeyF4, fyne.KeyF5, fyne.KeyF6,
		fyne.KeyF7, fyne.KeyF8, fyne.KeyF9, fyne.KeyF10, fyne.KeyF11, fyne.KeyF12:
		return true
	}
	return false
}

// enter says whether a key is Enter, which submits a dialog where it means nothing to a choice or a tick box.
func enter(name fyne.KeyName) bool { return name == fyne.KeyReturn || name == fyne.KeyEnter }

// Button is Fyne's button, high enough for gloves, pressed by Enter too, and open for the window's keys.
type Button struct {
	widget.Button
	Face fyne.ThemeSizeName // size of the text, "" as elsewhere

	ring ring
}

// CreateRenderer implements fyne.Widget. The toolkit's own way to another size of text, its theme override, loads every font again for each
// refresh and keeps them all.
func (b *Button) CreateRenderer() fyne.WidgetRenderer {
	inner := b.Button.CreateRenderer()
	for _, o := range inner.Objects() {
		if label, ok := o.(*widget.RichText); ok && b.Face != "" {
			label.Segments[0].(*widget.TextSegment).Style.SizeName = b.Face
			label.Refresh()
		}
	}
	return b.ring.around(inner, func() fyne.ThemeColorName { return focusInk[b.Importance] })
}

// focusInk is the colour of the ring on a button: what its text has, where the button is filled with a colour.
var focusInk = map[widget.Importance]fyne.ThemeColorName{
	widget.LowImportance: theme.ColorNamePrimary, widget.MediumImportance: theme.ColorNamePrimary, widget.HighImportance: theme.ColorNameForegroundOnPrimary,
	widget.DangerImportance: theme.ColorNameForegroundOnError, widget.WarningImportance: theme.ColorNameForegroundOnWarning,
	widget.SuccessImportance: theme.ColorNameForegroundOnSuccess,
}

// FocusGained implements fyne.Focusable.
func (b *Button) FocusGained() { b.ring.focused = true; b.Button.FocusGained(); sight.Gained(b) }

// FocusLost implements fyne.Focusable.
func (b *Button) FocusLost() { b.ring.focused = false; b.Button.FocusLost() }

// NewButton makes a button; icon may be nil.
func NewButton(text string, icon fyne.Resource, tapped func()) *Button {
	b := &Button{}
	b.Text, b.Icon, b.OnTapped = text, icon, tapped
	b.ExtendBaseWidget(b)
	return b
}

// NewPrimary makes the one button of a tab that does what the tab is for.
func NewPrimary(text string, icon fyne.Resource, tapped func()) *Button {
	b := NewButton(text, icon, tapped)
	b.Importance = widget.HighImportance
	return b
}

// NewQuiet makes a button without a background.
func NewQuiet(text string, icon fyne.Resource, tapped func()) *Button {
	b := NewButton(text, icon, tapped)
	b.Importance = widget.LowImportance
	return b
}

// MinSize implements fyne.CanvasObject.
func (b *Button) MinSize() fyne.Size {
	s := b.Button.MinSize()
	return fyne.NewSize(max(s.Width, look.Target), max(s.Height, look.Target))
}

// TypedKey implements fyne.Focusable.
func (b *Button) TypedKey(ev *fyne.KeyEvent) {
	switch {
	case enter(ev.Name):
		b.Tapped(nil)
	case windowKey(ev.Name):
		passOn(b, ev)
	default:
		b.Button.TypedKey(ev)
	}
}

// SetEnabled enables or disables it.
func (b *Button) SetEnabled(on bool) {
	if on == !b.Disabled() {
		return
	}
	if on {
		b.Enable()
	} else {
		b.Disable()
	}
}

// Entry is Fyne's entry, high enough for gloves and open for the window's keys and shortcuts.
type Entry struct {
	widget.Entry
	OnEscape func() bool // whether Escape meant something here; otherwise the window gets it

	// TypeOver selects what is there when the focus comes, so that typing replaces it; a click still places the cursor.
	TypeOver bool

	// PlaceHolder takes the place of the toolkit's, which scrolls one that is too long, with a bar below it: here it is cut.
	PlaceHolder string

	tip tip // the whole of what it has no room for
}

var _ desktop.Hoverable = (*Entry)(nil)

// whole is the text or, where there is none, the placeholder, if there is no room for all of it; "" otherwise, and for a passphrase.
func (e *Entry) whole() string {
	text := e.Text
	switch {
	case e.MultiLine || text != "" && e.Password:
		return ""
	case text == "":
		text = e.PlaceHolder
	}
	if e.measure(text) <= e.room() {
		return ""
	}
	return text
}

// room is the width of what fits into it.
func (e *Entry) room() float32 {
	room := e.Size().Width - 2*e.Theme().Size(theme.SizeNameInnerPadding)
	if e.Icon != nil || e.ActionItem != nil {
		room -= e.Theme().Size(theme.SizeNameInlineIcon) + e.Theme().Size(theme.SizeNameInnerPadding)
	}
	return room
}

func (e *Entry) measure(text string) float32 {
	return fyne.MeasureText(text, e.Theme().Size(theme.SizeNameText), e.TextStyle).Width
}

// SetPlaceHolder changes it.
func (e *Entry) SetPlaceHolder(text string) {
	e.PlaceHolder = text
	e.cutHint()
}

func (e *Entry) cutHint() {
	hint := e.PlaceHolder
	if !e.MultiLine && e.Size().Width > 0 {
		hint = cutTo(hint, e.room(), e.measure)
	}
	if hint != e.Entry.PlaceHolder {
		e.Entry.SetPlaceHolder(hint)
	}
}

// Resize implements fyne.CanvasObject.
func (e *Entry) Resize(size fyne.Size) {
	e.Entry.Resize(size)
	e.cutHint()
}

// Refresh implements fyne.CanvasObject.
func (e *Entry) Refresh() {
	e.cutHint()
	e.Entry.Refresh()
}

// MouseIn implements desktop.Hoverable.
func (e *Entry) MouseIn(*desktop.MouseEvent) {
	if e.tip.text = e.whole(); e.tip.text != "" {
		e.tip.rest(e)
	}
}

// MouseMoved implements desktop.Hoverable.
func (e *Entry) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (e *Entry) MouseOut() { e.tip.end() }

// NewEntry makes a single-line entry.
func NewEntry() *Entry {
	e := &Entry{}
	e.ExtendBaseWidget(e)
	return e
}

// NewTextArea makes an entry of several lines.
func NewTextArea() *Entry {
	e := &Entry{}
	e.MultiLine = true
	e.Wrapping = fyne.TextWrapOff
	e.ExtendBaseWidget(e)
	return e
}

// AcceptsTab implements fyne.Tabbable: Tab always leads on, also out of several lines, whose buttons nobody could reach
// without a mouse otherwise. A tab in a text is pasted.
func (e *Entry) AcceptsTab() bool { return false }

// MinSize implements fyne.CanvasObject.
func (e *Entry) MinSize() fyne.Size {
	s := e.Entry.MinSize()
	return fyne.NewSize(s.Width, max(s.Height, look.Target))
}

// FocusGained implements fyne.Focusable.
func (e *Entry) FocusGained() {
	e.Entry.FocusGained()
	if e.TypeOver && e.Text != "" {
		e.Entry.TypedShortcut(&fyne.ShortcutSelectAll{})
	}
	sight.Gained(e)
}

// TypedKey implements fyne.Focusable.
func (e *Entry) TypedKey(ev *fyne.KeyEvent) {
	switch {
	case ev.Name == fyne.KeyEscape && e.OnEscape != nil && e.OnEscape():
	case windowKey(ev.Name):
		passOn(e, ev)
	default:
		e.Entry.TypedKey(ev)
	}
}

// TypedShortcut implements fyne.Shortcutable: what is no editing goes to the window.
func (e *Entry) TypedShortcut(s fyne.Shortcut) {
	if custom, ok := s.(*desktop.CustomShortcut); ok && !editing(custom) {
		if e.MultiLine && e.OnSubmitted != nil && enter(custom.KeyName) {
			e.OnSubmitted(e.Text)
			return
		}
		passShortcut(e, s)
		return
	}
	e.Entry.TypedShortcut(s)
}

// editing says whether a shortcut moves or deletes within a text.
func editing(s *desktop.CustomShortcut) bool {
	switch s.KeyName {
	case fyne.KeyLeft, fyne.KeyRight, fyne.KeyUp, fyne.KeyDown, fyne.KeyHome, fyne.KeyEnd, fyne.KeyBackspace, fyne.KeyDelete:
		return true
	}
	return false
}

// Check is Fyne's tick box, high enough for gloves and open for the window's keys.
type Check struct {
	widget.Check
	ring ring
}

// CreateRenderer implements fyne.Widget.
func (c *Check) CreateRenderer() fyne.WidgetRenderer {
	return c.ring.around(c.Check.CreateRenderer(), func() fyne.ThemeColorName { return theme.ColorNamePrimary })
}

// FocusGained implements fyne.Focusable.
func (c *Check) FocusGained() { c.ring.focused = true; c.Check.FocusGained(); sight.Gained(c) }

// FocusLost implements fyne.Focusable.
func (c *Check) FocusLost() { c.ring.focused = false; c.Check.FocusLost() }

// NewCheck makes a tick box.
func NewCheck(text string, changed func(bool)) *Check {
	c := &Check{}
	c.Text, c.OnChanged = text, changed
	c.ExtendBaseWidget(c)
	return c
}

// MinSize implements fyne.CanvasObject.
func (c *Check) MinSize() fyne.Size {
	m := c.Check.MinSize()
	return fyne.NewSize(m.Width, max(m.Height, look.Target))
}

// TypedKey implements fyne.Focusable.
func (c *Check) TypedKey(ev *fyne.KeyEvent) {
	if windowKey(ev.Name) || enter(ev.Name) {
		passOn(c, ev)
		return
	}
	c.Check.TypedKey(ev)
}
