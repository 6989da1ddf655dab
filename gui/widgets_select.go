package gui

import (
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"

	"fyne.io/fyne/v2"
)

// chooseQuietly chooses without telling.
func chooseQuietly(s *widgets.Select, index int) {
	changed := s.OnChanged
	s.OnChanged = nil
	s.SetSelectedIndex(index)
	s.OnChanged = changed
}

// quietly fills a choice without telling anybody.
func quietly(s *widgets.Select, options []string, index int) {
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
func menuItem(text, icon string, act func()) *fyne.MenuItem {
	m := fyne.NewMenuItem(text, act)
	if icon != "" {
		m.Icon = look.Icon(icon)
	}
	return m
}
