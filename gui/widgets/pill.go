package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"enrollbench/gui/look"
	"enrollbench/gui/words"
)

// PracticePill says PRACTICE on violet: beside whatever must not be mistaken for production.
func PracticePill() fyne.CanvasObject {
	text := NewText(words.T("practice.word")).Bold()
	text.Color = look.ColorOnViolet
	return container.NewHBox(container.NewStack(NewArea(look.ColorViolet, 2*look.Gap), Inset(look.Gap/2, 1.5*look.Gap,
		Across(look.Gap/2, Middle(Icon(look.ColoredIcon("practice", look.ColorOnViolet), 18)), Middle(text)))))
}
