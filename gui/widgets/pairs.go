package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"enrollbench/gui/look"
)

func AddLine(grid *fyne.Container, name, value string, mono bool) {
	label := NewText(name).Muted()
	text := NewValue(value)
	text.TextStyle.Monospace = mono
	inset := look.Gap/4 - theme.InnerPadding()
	grid.Add(Inset(look.Gap/4, 0, label))
	grid.Add(container.New(layout.NewCustomPaddedLayout(inset, inset, inset, inset), text))
}

// pairsLayout puts names into a column of fixed width, so that all sections stand in line, and values beside them.
type PairsLayout struct{}

const nameWidth = 148

// Layout implements fyne.Layout.
func (PairsLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	y := float32(0)
	for i := 0; i+1 < len(objects); i += 2 {
		name, value := objects[i], objects[i+1]
		value.Resize(fyne.NewSize(size.Width-nameWidth, value.MinSize().Height))
		h := max(name.MinSize().Height, value.MinSize().Height)
		name.Move(fyne.NewPos(0, y))
		name.Resize(fyne.NewSize(nameWidth-look.Gap, name.MinSize().Height))
		value.Move(fyne.NewPos(nameWidth, y))
		value.Resize(fyne.NewSize(size.Width-nameWidth, h))
		y += h
	}
}

// MinSize implements fyne.Layout.
func (PairsLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	h := float32(0)
	for i := 0; i+1 < len(objects); i += 2 {
		h += max(objects[i].MinSize().Height, objects[i+1].MinSize().Height)
	}
	return fyne.NewSize(2*nameWidth, h)
}

// section is a heading with names and values below it; nil without any. A third text makes the value monospaced.
func Section(title string, lines ...[3]string) fyne.CanvasObject {
	grid := container.New(PairsLayout{})
	for _, l := range lines {
		if l[1] != "" {
			AddLine(grid, l[0], l[1], l[2] != "")
		}
	}
	if len(grid.Objects) == 0 {
		return nil
	}
	return Down(look.Gap/2, NewText(title).Bold(), grid)
}
