package widgets

import (
	"fyne.io/fyne/v2"

	"enrollbench/gui/widgets/sheet"
)

// KeepWidths remembers below a key of the preferences how wide the user made the columns of a sheet.
func KeepWidths(p fyne.Preferences, key string, s *sheet.Sheet) {
	s.SetWidths(p.FloatList(key))
	s.OnResized = func() { p.SetFloatList(key, s.Widths()) }
}
