package sheet

import (
	"strings"
	"unicode/utf8"

	"fyne.io/fyne/v2"
)

// ruler estimates the width of text in one face and size as the sum of its characters, each measured once. Kerning and
// shaping make real text a little narrower: an estimate errs towards eliding, never towards overflowing. Asking the
// driver for each text instead costs a hundred times as much.
type ruler struct {
	size  float32
	style fyne.TextStyle
	ascii [utf8.RuneSelf]float32 // 0 for not yet measured
	other map[rune]float32

	height, baseline float32 // of a line in this face alone
}

const (
	sampleLength = 8    // a character is measured so many times over, which takes rounding out
	otherRunes   = 4096 // characters beyond ASCII that are remembered
)

func newRuler(size float32, style fyne.TextStyle) *ruler {
	r := &ruler{size: size, style: style, other: map[rune]float32{}}
	r.height, r.baseline = lineMetrics("Mg", size, style)
	return r
}

// lineMetrics is the height of a line of text and the distance from its top to the baseline.
func lineMetrics(text string, size float32, style fyne.TextStyle) (height, baseline float32) {
	box, baseline := fyne.CurrentApp().Driver().RenderedTextSize(text, size, style, nil)
	return box.Height, baseline
}

// rune is the width of one character.
func (r *ruler) rune(c rune) float32 {
	if c < utf8.RuneSelf {
		if w := r.ascii[c]; w > 0 {
			return w
		}
		r.ascii[c] = r.sample(c)
		return r.ascii[c]
	}
	w, ok := r.other[c]
	if !ok {
		if len(r.other) >= otherRunes {
			clear(r.other)
		}
		w = r.sample(c)
		r.other[c] = w
	}
	return w
}

func (r *ruler) sample(c rune) float32 {
	return fyne.MeasureText(strings.Repeat(string(c), sampleLength), r.size, r.style).Width / sampleLength
}

// width is the width of text; it stops counting beyond limit.
func (r *ruler) width(text string, limit float32) float32 {
	var w float32
	for _, c := range text {
		if w += r.rune(c); w > limit {
			break
		}
	}
	return w
}
