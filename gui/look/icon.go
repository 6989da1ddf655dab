package look

import (
	"sync"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"enrollbench/resources"
)

type iconKey struct {
	name  string
	color fyne.ThemeColorName
}

var (
	iconsMu sync.Mutex
	icons   = map[iconKey]fyne.Resource{}
)

// Icon is the drawing of that name in the colour of text. Each call gives the same value, so that it can be compared.
func Icon(name string) fyne.Resource { return ColoredIcon(name, theme.ColorNameForeground) }

// ColoredIcon is the drawing in a colour of the theme.
func ColoredIcon(name string, color fyne.ThemeColorName) fyne.Resource {
	iconsMu.Lock()
	defer iconsMu.Unlock()
	k := iconKey{name, color}
	r, ok := icons[k]
	if !ok {
		r = theme.NewColoredResource(resources.Icon(name), color)
		icons[k] = r
	}
	return r
}
