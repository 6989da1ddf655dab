package widgets

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"enrollbench/gui/look"
	"enrollbench/gui/widgets/sight"
	"enrollbench/gui/words"
)

// Value is a text that can be selected and copied. It shows that it has the focus, and leaves every key that does not copy to
// the window: the toolkit's own selectable label keeps them all.
type Value struct {
	widget.Label

	selection labelSelection // the label's, which this widget drives; nil before the first frame
	marks     fyne.WidgetRenderer
	ring      *canvas.Rectangle
	focused   bool
	whole     string // the text as it was given; Text has breaks between its groups where it is one of octets
}

// labelSelection is what the toolkit's label marks its text with.
type labelSelection interface {
	fyne.Widget
	fyne.Focusable
	fyne.Draggable
	fyne.DoubleTappable
	desktop.Mouseable
	SelectedText() string
}

var (
	_ fyne.Focusable         = (*Value)(nil)
	_ fyne.Shortcutable      = (*Value)(nil)
	_ fyne.Draggable         = (*Value)(nil)
	_ fyne.DoubleTappable    = (*Value)(nil)
	_ fyne.SecondaryTappable = (*Value)(nil)
	_ desktop.Mouseable      = (*Value)(nil)
	_ desktop.Cursorable     = (*Value)(nil)
	_ fyne.WidgetRenderer    = (*valueRenderer)(nil)
)

// NewValue makes one that breaks its lines wherever it has to.
func NewValue(text string) *Value {
	v := &Value{ring: canvas.NewRectangle(nil)}
	v.Text, v.whole, v.Wrapping, v.Selectable = text, text, fyne.TextWrapWord, true
	v.ring.StrokeWidth, v.ring.CornerRadius = 2, 4
	v.ExtendBaseWidget(v)
	return v
}

// isGroups says whether a text is octets with colons between them and nothing else to break at.
func isGroups(text string) bool {
	return strings.Count(text, ":") > 4 && !strings.ContainsAny(text, " \n")
}

// Resize implements fyne.Widget. Lines of octets break between two of them, behind the colon.
func (v *Value) Resize(size fyne.Size) {
	if isGroups(v.whole) {
		per := int((size.Width - 2*theme.InnerPadding()) / fyne.MeasureText("0", theme.TextSize(), v.TextStyle).Width)
		v.Text = breakGroups(v.whole, per)
	}
	v.Label.Resize(size)
}

// breakGroups puts line breaks behind colons, so that no line has more than per characters where its groups allow that.
func breakGroups(text string, per int) string {
	var b strings.Builder
	line := 0
	for group := range strings.SplitAfterSeq(text, ":") {
		if line > 0 && line+len(group) > per {
			b.WriteByte('\n')
			line = 0
		}
		b.WriteString(group)
		line += len(group)
	}
	return b.String()
}

// Cursor implements desktop.Cursorable.
func (v *Value) Cursor() desktop.Cursor { return desktop.TextCursor }

// FocusGained implements fyne.Focusable.
func (v *Value) FocusGained() { v.focused = true; v.drive(labelSelection.FocusGained); sight.Gained(v) }

// FocusLost implements fyne.Focusable.
func (v *Value) FocusLost() { v.focused = false; v.drive(labelSelection.FocusLost) }

// TypedRune implements fyne.Focusable.
func (v *Value) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (v *Value) TypedKey(ev *fyne.KeyEvent) { passOn(v, ev) }

// TypedShortcut implements fyne.Shortcutable: copying and selecting are the value's, everything else is the window's.
func (v *Value) TypedShortcut(s fyne.Shortcut) {
	switch s.(type) {
	case *fyne.ShortcutCopy:
		v.copy()
	case *fyne.ShortcutSelectAll:
		v.selectAll()
	default:
		passShortcut(v, s)
	}
}

// Tapped implements fyne.Tappable: a press belongs to the value and not to what lies behind it.
func (v *Value) Tapped(*fyne.PointEvent) {}

// MouseDown implements desktop.Mouseable.
func (v *Value) MouseDown(ev *desktop.MouseEvent) {
	if c := fyne.CurrentApp().Driver().CanvasForObject(v); c != nil {
		c.Focus(v)
	}
	v.drive(func(s labelSelection) { s.MouseDown(ev) })
}

// MouseUp implements desktop.Mouseable.
func (v *Value) MouseUp(ev *desktop.MouseEvent) { v.drive(func(s labelSelection) { s.MouseUp(ev) }) }

// Dragged implements fyne.Draggable.
func (v *Value) Dragged(ev *fyne.DragEvent) { v.drive(func(s labelSelection) { s.Dragged(ev) }) }

// DragEnd implements fyne.Draggable.
func (v *Value) DragEnd() { v.drive(labelSelection.DragEnd) }

// DoubleTapped implements fyne.DoubleTappable.
func (v *Value) DoubleTapped(ev *fyne.PointEvent) {
	v.drive(func(s labelSelection) { s.DoubleTapped(ev) })
}

// TappedSecondary implements fyne.SecondaryTappable.
func (v *Value) TappedSecondary(ev *fyne.PointEvent) {
	if c := fyne.CurrentApp().Driver().CanvasForObject(v); c != nil {
		widget.ShowPopUpMenuAtPosition(fyne.NewMenu("", MenuItem(words.T("dialog.copy"), "copy", v.copy)), c, ev.AbsolutePosition)
	}
}

// SelectedText is what is selected, "" for nothing.
func (v *Value) SelectedText() string {
	if v.selection == nil {
		return ""
	}
	return v.selection.SelectedText()
}

// copy copies what is selected, the whole value where nothing is.
func (v *Value) copy() {
	text := v.SelectedText()
	if text == "" {
		text = v.whole
	}
	if isGroups(v.whole) {
		text = strings.ReplaceAll(text, "\n", "")
	}
	fyne.CurrentApp().Clipboard().SetContent(text)
}

// selectAll drags from one corner to the other, which is all that the label's selection can be told.
func (v *Value) selectAll() {
	const far = 1 << 20
	v.DragEnd()
	v.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: fyne.NewPos(far, far)}, Dragged: fyne.NewDelta(far, far)})
	v.DragEnd()
}

// drive lets the label's selection act and draws what it marks.
func (v *Value) drive(act func(labelSelection)) {
	if v.selection != nil {
		act(v.selection)
	}
	v.Refresh()
}

// CreateRenderer implements fyne.Widget. The label's selection is not shown itself, only what it marks: so it never gets the
// focus, nor the mouse.
func (v *Value) CreateRenderer() fyne.WidgetRenderer {
	label := v.Label.CreateRenderer()
	r := &valueRenderer{WidgetRenderer: label, v: v}
	for _, o := range label.Objects() {
		if s, ok := o.(labelSelection); ok {
			v.selection, v.marks = s, s.CreateRenderer()
		} else {
			r.text = append(r.text, o)
		}
	}
	r.paint()
	return r
}

type valueRenderer struct {
	fyne.WidgetRenderer
	v    *Value
	text []fyne.CanvasObject
}

func (r *valueRenderer) paint() {
	r.v.ring.StrokeColor = nil
	if r.v.focused {
		r.v.ring.StrokeColor = look.Color(theme.ColorNamePrimary)
	}
}

// Layout implements fyne.WidgetRenderer.
func (r *valueRenderer) Layout(size fyne.Size) {
	r.WidgetRenderer.Layout(size)
	r.v.ring.Resize(size)
}

// Refresh implements fyne.WidgetRenderer.
func (r *valueRenderer) Refresh() {
	r.paint()
	r.WidgetRenderer.Refresh()
	r.v.marks.Refresh()
	canvas.Refresh(r.v)
}

// Objects implements fyne.WidgetRenderer.
func (r *valueRenderer) Objects() []fyne.CanvasObject {
	return append(append(append([]fyne.CanvasObject{}, r.v.marks.Objects()...), r.text...), r.v.ring)
}
