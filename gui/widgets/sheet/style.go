package sheet

import (
	"image/color"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// style is the theme as the sheet uses it: colours that are readable on each background they meet, faces and heights.
type style struct {
	source source // what it was made from

	background, line, headerLine       color.NRGBA
	selection, selectionIdle           color.NRGBA
	accent, track, thumb, thumbHover   color.NRGBA
	headerHover, tipBack, tipEdge      color.NRGBA
	text                               [importances]color.NRGBA
	mark, tint                         [MarkError + 1]color.NRGBA // of a bad cell: its signs, and what lies behind its text
	plain, mono, bold                  *ruler
	rowHeight, headerHeight, monoShift float32
}

// source is everything that a style depends on; comparable, to see a change of theme.
type source struct {
	background, foreground, primary, muted, separator, hover, scrollBar, overlay color.NRGBA
	success, warning, danger                                                     color.NRGBA
	textSize                                                                     float32
	font, monoFont, boldFont                                                     fyne.Resource
}

// headerFill is behind titles and numbers of selected cells: stronger when the rows or columns are selected as such.
func (st *style) headerFill(whole bool) color.NRGBA {
	if whole {
		return st.selection
	}
	return st.selectionIdle
}

// ruler is the face for a cell.
func (st *style) ruler(mono bool) *ruler {
	if mono {
		return st.mono
	}
	return st.plain
}

// restyle takes the theme in and reports whether anything changed.
func (v *view) restyle() bool {
	from := sourceOf(v.Theme(), fyne.CurrentApp().Settings().ThemeVariant())
	if from == v.style.source {
		return false
	}
	v.style = newStyle(from)
	return true
}

// sourceOf is what a theme has for a style.
func sourceOf(th fyne.Theme, variant fyne.ThemeVariant) source {
	colour := func(name fyne.ThemeColorName) color.NRGBA {
		return color.NRGBAModel.Convert(th.Color(name, variant)).(color.NRGBA)
	}
	return source{
		background: colour(theme.ColorNameBackground), foreground: colour(theme.ColorNameForeground),
		primary: colour(theme.ColorNamePrimary), muted: colour(theme.ColorNamePlaceHolder),
		separator: colour(theme.ColorNameSeparator), hover: colour(theme.ColorNameHover),
		scrollBar: colour(theme.ColorNameScrollBar), overlay: colour(theme.ColorNameOverlayBackground),
		success: colour(theme.ColorNameSuccess), warning: colour(theme.ColorNameWarning), danger: colour(theme.ColorNameError),
		textSize: th.Size(theme.SizeNameText),
		font:     th.Font(fyne.TextStyle{}),
		monoFont: th.Font(fyne.TextStyle{Monospace: true}),
		boldFont: th.Font(fyne.TextStyle{Bold: true}),
	}
}

// readable is the least contrast of text with its background: WCAG 2.2, success criterion 1.4.3.
const readable = 4.5

// discernible is the least contrast of a sign that is no text: the same, 1.4.11.
const discernible = 3

func newStyle(from source) style {
	st := style{source: from}
	bg, fg := opaque(from.background), opaque(from.foreground)
	st.background = bg
	st.selection = mix(bg, opaque(from.primary), 0.18)
	st.selectionIdle = mix(bg, fg, 0.10)
	st.line = mix(bg, fg, 0.06)
	st.headerLine = mix(bg, fg, 0.16)
	st.headerHover = mix(bg, fg, 0.05)
	st.accent = opaque(from.primary)
	st.track = mix(bg, fg, 0.03)
	st.thumb = mix(bg, fg, 0.24)
	st.thumbHover = mix(bg, fg, 0.42)
	st.tipBack = over(from.overlay, bg)
	st.tipEdge = mix(bg, fg, 0.3)

	warning, danger := opaque(from.warning), opaque(from.danger)
	st.mark = [...]color.NRGBA{MarkWarning: contrasting(warning, fg, []color.NRGBA{bg}, discernible),
		MarkError: contrasting(danger, fg, []color.NRGBA{bg}, discernible)}
	st.tint = [...]color.NRGBA{MarkWarning: mix(bg, warning, 0.12), MarkError: mix(bg, danger, 0.10)}

	on := []color.NRGBA{bg, st.selection, st.selectionIdle, st.tint[MarkWarning], st.tint[MarkError]}
	st.text = [importances]color.NRGBA{
		Normal:  fg,
		Success: contrasting(from.success, fg, on, readable),
		Warning: contrasting(from.warning, fg, on, readable),
		Danger:  contrasting(from.danger, fg, on, readable),
		Info:    contrasting(from.primary, fg, on, readable),
		Muted:   contrasting(mix(bg, fg, 0.55), fg, on, readable),
	}

	st.plain = newRuler(from.textSize, fyne.TextStyle{})
	st.mono = newRuler(from.textSize, fyne.TextStyle{Monospace: true})
	st.bold = newRuler(from.textSize, fyne.TextStyle{Bold: true})
	st.rowHeight = max(leastRow, float32(math.Ceil(float64(st.plain.height+rowPad))))
	st.headerHeight = max(leastRow+2, float32(math.Ceil(float64(st.bold.height+headerPad))))
	st.monoShift = st.lift(st.mono.height, st.mono.baseline)
	return st
}

// lift is how far a line of this height and baseline, centred in a row, must move down to stand on the same baseline as
// plain text.
func (st *style) lift(height, baseline float32) float32 {
	rest := func(height, baseline float32) float32 { return max((st.rowHeight-height)/2, 0) + baseline }
	return rest(st.plain.height, st.plain.baseline) - rest(height, baseline)
}

func opaque(c color.NRGBA) color.NRGBA {
	c.A = 0xff
	return c
}

// mix is a with a part t of b, both opaque. The sheet paints opaque colours, so that overlapping edges do not show.
func mix(a, b color.NRGBA, t float64) color.NRGBA {
	at := func(x, y uint8) uint8 { return uint8(math.Round(float64(x) + (float64(y)-float64(x))*t)) }
	return color.NRGBA{R: at(a.R, b.R), G: at(a.G, b.G), B: at(a.B, b.B), A: 0xff}
}

// over is what c looks like on an opaque background.
func over(c, background color.NRGBA) color.NRGBA {
	return mix(background, opaque(c), float64(c.A)/0xff)
}

// contrasting darkens c, or lightens it on a dark background, until it has the least contrast with each background; an amber that
// serves as an area is seldom readable as text on white. Towards black or white a colour keeps its hue.
func contrasting(c, foreground color.NRGBA, backgrounds []color.NRGBA, least float64) color.NRGBA {
	c = opaque(c)
	towards := color.NRGBA{A: 0xff}
	if luminance(foreground) > luminance(backgrounds[0]) {
		towards = color.NRGBA{R: 0xff, G: 0xff, B: 0xff, A: 0xff}
	}
	for t := 0.0; t < 1; t += 0.02 {
		tried, enough := mix(c, towards, t), true
		for _, b := range backgrounds {
			enough = enough && contrast(tried, b) >= least
		}
		if enough {
			return tried
		}
	}
	return foreground
}

// contrast is the contrast ratio of two colours, 1 to 21, by WCAG 2.2.
func contrast(a, b color.NRGBA) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(c color.NRGBA) float64 {
	linear := func(v uint8) float64 {
		x := float64(v) / 0xff
		if x <= 0.04045 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
}
