package widgets

import (
	"fyne.io/fyne/v2"

	"enrollbench/gui/look"
)

// MenuItem is an entry of a menu with an icon.
func MenuItem(text, icon string, act func()) *fyne.MenuItem {
	m := fyne.NewMenuItem(text, act)
	if icon != "" {
		m.Icon = look.Icon(icon)
	}
	return m
}
