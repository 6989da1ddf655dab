package widgets

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"enrollbench/gui/widgets/sheet"
)

func TestWidthsAreRemembered(t *testing.T) {
	p := test.NewTempApp(t).Preferences()
	open := func(titles ...string) *sheet.Sheet {
		var columns []sheet.Column
		for _, title := range titles {
			columns = append(columns, sheet.Column{Title: title, Width: 100, Flexible: true})
		}
		s := sheet.New(columns, nil)
		s.Resize(fyne.NewSize(600, 300))
		KeepWidths(p, "list", s)
		return s
	}
	s := open("a", "b")
	s.SetWidths([]float64{0, 222})
	s.OnResized()
	if got := open("a", "b").Widths(); !slices.Equal(got, []float64{0, 222}) {
		t.Errorf("the widths are %v", got)
	}
	if got := open("a", "b", "c").Widths(); !slices.Equal(got, []float64{0, 0, 0}) {
		t.Errorf("a list that has another column now takes over %v", got)
	}
}
