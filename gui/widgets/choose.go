package widgets

import (
	"fyne.io/fyne/v2"

	"enrollbench/gui/look"
)

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

// menuItem is an entry of a menu with an icon.
func MenuItem(text, icon string, act func()) *fyne.MenuItem {
	m := fyne.NewMenuItem(text, act)
	if icon != "" {
		m.Icon = look.Icon(icon)
	}
	return m
}
