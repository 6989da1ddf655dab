package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
)

// Bar is a bar of a chart: it takes its share, from 0 to 1, of the width that it gets.
func Bar(share float64) fyne.CanvasObject {
	return container.New(barLayout{share}, NewArea(theme.ColorNamePrimary, 3))
}

type barLayout struct{ share float64 }

// chartBar is how thick a bar is; one of a few in many is still seen.
const (
	chartBar   = 18
	chartLeast = 3
)

// Layout implements fyne.Layout.
func (l barLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	w := float32(l.share) * size.Width
	if l.share > 0 {
		w = max(w, chartLeast)
	}
	objects[0].Move(fyne.NewPos(0, (size.Height-chartBar)/2))
	objects[0].Resize(fyne.NewSize(w, chartBar))
}

// MinSize implements fyne.Layout.
func (barLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(60, chartBar) }
