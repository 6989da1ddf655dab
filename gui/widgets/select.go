package widgets

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"enrollbench/gui/look"
	"enrollbench/gui/widgets/sight"
	"enrollbench/gui/words"
)

// Select is Fyne's choice of one among several, high enough for gloves and open for the window's keys. What is chosen is shown
// whole while the mouse rests on it, where there is no room.
type Select struct {
	widget.Select
	ring ring
	tip  tip
	many func() // opens in place of the menu where there are many to choose from; may be nil
}

// NewSelect makes a choice; changed hears the index of what was chosen by hand.
func NewSelect(options []string, changed func(index int)) *Select {
	s := &Select{}
	s.Options = options
	s.ExtendBaseWidget(s)
	if len(options) > 0 {
		s.SetSelectedIndex(0)
	}
	s.OnChanged = func(string) { changed(s.SelectedIndex()) }
	return s
}

// CreateRenderer implements fyne.Widget.
func (s *Select) CreateRenderer() fyne.WidgetRenderer {
	return s.ring.around(s.Select.CreateRenderer(), func() fyne.ThemeColorName { return theme.ColorNamePrimary })
}

// FocusGained implements fyne.Focusable.
func (s *Select) FocusGained() { s.ring.focused = true; s.Select.FocusGained(); sight.Gained(s) }

// FocusLost implements fyne.Focusable.
func (s *Select) FocusLost() { s.ring.focused = false; s.Select.FocusLost() }

// MinSize implements fyne.CanvasObject.
func (s *Select) MinSize() fyne.Size {
	m := s.Select.MinSize()
	return fyne.NewSize(m.Width, max(m.Height, look.Target))
}

// Cut says whether there is no room for all of what is chosen.
func (s *Select) Cut() bool {
	size := s.Theme().Size
	around := 3*size(theme.SizeNameInnerPadding) + size(theme.SizeNameInlineIcon) - size(theme.SizeNamePadding)
	return fyne.MeasureText(s.Selected, size(theme.SizeNameText), fyne.TextStyle{}).Width+around > s.Size().Width
}

// MouseIn implements desktop.Hoverable.
func (s *Select) MouseIn(ev *desktop.MouseEvent) {
	s.Select.MouseIn(ev)
	if s.Cut() {
		s.tip.text = s.Selected
		s.tip.rest(s)
	}
}

// MouseOut implements desktop.Hoverable.
func (s *Select) MouseOut() {
	s.Select.MouseOut()
	s.tip.end()
}

const (
	fewChoices   = 8   // that a menu still shows well
	listedAtOnce = 100 // matches below the field
	listHeight   = 300
)

// Searched makes a choice among many open a dialog with a field that narrows them down.
func Searched(s *Select, title string, ask func(*Dialog)) *Select {
	s.many = func() { ask(s.search(title)) }
	return s
}

func (s *Select) searched() bool { return s.many != nil && len(s.Options) > fewChoices }

// search is a dialog that narrows the choices down. Enter takes the first that fits.
func (s *Select) search(title string) *Dialog {
	d := &Dialog{State: look.Notice, Title: title, Answers: []Answer{{Text: words.T("dialog.back")}}}
	take := func(i int) {
		d.Close()
		s.SetSelectedIndex(i)
	}
	list, first := Down(0), -1
	fill := func(text string) {
		list.Objects, first = nil, -1
		fit := 0
		for i, o := range s.Options {
			if !strings.Contains(strings.ToLower(o), strings.ToLower(strings.TrimSpace(text))) {
				continue
			}
			if fit++; fit == 1 {
				first = i
			}
			if fit <= listedAtOnce {
				row := NewRow(Inset(0, look.Gap, Middle(NewText(o).Giving())), 6, func() { take(i) })
				row.Label = o
				row.SetSelected(o == s.Selected)
				list.Add(row)
			}
		}
		if fit == 0 {
			list.Add(Inset(look.Gap, look.Gap, NewParagraph(words.T("search.none")).Muted()))
		}
		if fit > listedAtOnce {
			list.Add(Inset(look.Gap, look.Gap, NewParagraph(words.N("search.more", fit-listedAtOnce)).Muted()))
		}
		list.Refresh()
	}
	field := NewSearch(words.T("csr.find"), fill, func() {
		if first >= 0 {
			take(first)
		}
	})
	fill("")
	d.Body = Down(look.Gap, field, AtLeast(0, listHeight, sight.New(list)))
	d.FocusFirst(field)
	return d
}

// TypedKey implements fyne.Focusable.
func (s *Select) TypedKey(ev *fyne.KeyEvent) {
	switch {
	case windowKey(ev.Name) || enter(ev.Name):
		passOn(s, ev)
	case ev.Name == fyne.KeySpace && s.searched():
		s.many()
	default:
		s.Select.TypedKey(ev)
	}
}

// Tapped implements fyne.Tappable.
func (s *Select) Tapped(ev *fyne.PointEvent) {
	if s.searched() && !s.Disabled() {
		s.many()
		return
	}
	s.Select.Tapped(ev)
}

// chooseQuietly chooses without telling.
func ChooseQuietly(s *Select, index int) {
	changed := s.OnChanged
	s.OnChanged = nil
	s.SetSelectedIndex(index)
	s.OnChanged = changed
}

// quietly fills a choice without telling anybody.
func FillQuietly(s *Select, options []string, index int) {
	changed := s.OnChanged
	s.OnChanged = nil
	s.Options = options
	if index >= 0 && index < len(options) {
		s.SetSelectedIndex(index)
	} else {
		s.ClearSelected()
	}
	s.OnChanged = changed
	s.Refresh()
}
