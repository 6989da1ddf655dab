package widgets

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"enrollbench/gui/look"
)

// A window that becomes narrower in one step, as when it is tiled, cuts no text off.
func TestDownWrapsAtOnce(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(look.NewTheme())
	v := NewVerdict()
	v.Set(look.Failed, "A private key was chosen", "line4-with-key.pem holds a private key. It must never be sent, and it stays where it is. Only its public half is needed here.")
	w := test.NewTempWindow(t, Inset(20, 20, Down(20, v.Content(), NewText("below"))))
	var heights []float32
	for _, width := range []float32{1600, 700, 1600, 700} {
		w.Resize(fyne.NewSize(width, 600))
		heights = append(heights, v.Content().Size().Height)
		if v.Content().Size().Height < v.Content().MinSize().Height {
			t.Errorf("at %v the text needs %v and has %v", width, v.Content().MinSize().Height, v.Content().Size().Height)
		}
	}
	if heights[0] >= heights[1] || heights[0] != heights[2] || heights[1] != heights[3] {
		t.Errorf("the heights are %v", heights)
	}
}
