package sheet

import (
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

// otherRunes is how many characters beyond ASCII are remembered.
const otherRunes = 4096

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
	c = sameWidth(c)
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
	return fyne.MeasureText(string(c), r.size, r.style).Width
}

// sameWidth is one character for all those that fonts give the same width: Chinese characters, Hangul syllables, kana,
// emoji. Looking for a font that has a character takes up to a millisecond, and a page of Chinese has hundreds.
func sameWidth(c rune) rune {
	switch {
	case c < 0x3000:
		return c
	case c <= 0x30ff, c >= 0x3400 && c <= 0x9fff, c >= 0x20000 && c <= 0x3ffff:
		return '国'
	case c >= 0xac00 && c <= 0xd7a3:
		return '한'
	case c >= 0x1f300 && c <= 0x1faff:
		return '😀'
	}
	return c
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
