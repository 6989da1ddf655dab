package look

import (
	"image/color"
	"math"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"enrollbench/core/finding"
)

func luminance(c color.NRGBA) float64 {
	part := func(v uint8) float64 {
		x := float64(v) / 255
		if x <= 0.04045 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	return 0.2126*part(c.R) + 0.7152*part(c.G) + 0.0722*part(c.B)
}

func contrast(a, b color.NRGBA) float64 {
	x, y := luminance(a), luminance(b)
	return (math.Max(x, y) + 0.05) / (math.Min(x, y) + 0.05)
}

// over is a colour with transparency as it looks on a background.
func over(c, back color.NRGBA) color.NRGBA {
	mix := func(a, b uint8) uint8 {
		return uint8(math.Round((float64(a)*float64(c.A) + float64(b)*float64(255-c.A)) / 255))
	}
	return color.NRGBA{mix(c.R, back.R), mix(c.G, back.G), mix(c.B, back.B), 255}
}

// What WCAG 2.2 asks for on level AA: 4.5 for text (success criterion 1.4.3), 3 for the edge of a field, an icon that says
// something, and the mark of the focus (1.4.11).
const (
	textContrast = 4.5
	edgeContrast = 3.0
)

// TestContrast holds every pair that the window shows to WCAG, in both themes: text and icons on each background they stand
// on, also while the mouse is over it, it is pressed or it is selected.
func TestContrast(t *testing.T) {
	type names = []fyne.ThemeColorName
	states := names{ColorInfo, theme.ColorNameError, theme.ColorNameWarning, theme.ColorNameSuccess, theme.ColorNamePrimary, ColorMuted}
	rows := []struct {
		inks, backs, veils names // veils are the transparent colours that may lie between ink and background
		least              float64
	}{
		{append(names{theme.ColorNameForeground, theme.ColorNamePlaceHolder, theme.ColorNameHyperlink, ColorPractice}, states...),
			names{theme.ColorNameBackground, ColorRail, ColorFill, theme.ColorNameOverlayBackground}, nil, textContrast},
		// Lists, tables and menus: words and states in a row that is pointed at or selected.
		{names{theme.ColorNameForeground}, names{theme.ColorNameBackground, ColorRail, ColorFill, theme.ColorNameOverlayBackground, theme.ColorNameMenuBackground,
			theme.ColorNameHeaderBackground, theme.ColorNameButton, ColorAccent, theme.ColorNameInputBackground},
			names{theme.ColorNameHover, theme.ColorNamePressed, theme.ColorNameSelection}, textContrast},
		{states, names{theme.ColorNameBackground}, names{theme.ColorNameHover, theme.ColorNameSelection}, textContrast},
		{names{theme.ColorNameForeground, ColorMuted}, names{ColorAccent, theme.ColorNameHeaderBackground}, nil, textContrast},
		{names{theme.ColorNamePlaceHolder, theme.ColorNameForeground}, names{theme.ColorNameInputBackground}, nil, textContrast},
		{names{theme.ColorNameForegroundOnPrimary}, names{theme.ColorNamePrimary}, names{theme.ColorNameHover, theme.ColorNamePressed}, textContrast},
		{names{theme.ColorNameForegroundOnError}, names{theme.ColorNameError}, names{theme.ColorNameHover, theme.ColorNamePressed}, textContrast},
		{names{theme.ColorNameForegroundOnWarning}, names{theme.ColorNameWarning}, names{theme.ColorNameHover, theme.ColorNamePressed}, textContrast},
		{names{theme.ColorNameForegroundOnSuccess}, names{theme.ColorNameSuccess}, names{theme.ColorNameHover, theme.ColorNamePressed}, textContrast},
		{names{ColorOnGreen}, names{ColorGreen}, nil, textContrast},
		{names{ColorOnViolet}, names{ColorViolet}, nil, textContrast},
		{names{ColorOnAmber}, names{ColorAmber}, nil, textContrast},
		{names{ColorOnRed}, names{ColorRed}, nil, textContrast},
		{names{theme.ColorNameInputBorder}, names{theme.ColorNameInputBackground, theme.ColorNameBackground, theme.ColorNameOverlayBackground}, nil, edgeContrast},
		// The ring around what has the focus; on a filled button it has the colour of the button's text.
		{names{theme.ColorNamePrimary}, names{theme.ColorNameButton, theme.ColorNameBackground, theme.ColorNameOverlayBackground, theme.ColorNameInputBackground,
			ColorRail, ColorFill, ColorAccent}, names{theme.ColorNameFocus, theme.ColorNameHover}, edgeContrast},
		// Text of what cannot be pressed is exempt (1.4.3, "inactive"); it is to be readable all the same.
		{names{theme.ColorNameDisabled}, names{theme.ColorNameDisabledButton, theme.ColorNameBackground}, nil, edgeContrast},
	}
	// What carries no meaning: separators and shadows; the scroll bar, which the wheel and the keys make dispensable.
	used := map[fyne.ThemeColorName]bool{theme.ColorNameSeparator: true, theme.ColorNameShadow: true, theme.ColorNameScrollBar: true}
	for name, table := range map[string]map[fyne.ThemeColorName]color.NRGBA{"light": light, "dark": dark} {
		colour := func(n fyne.ThemeColorName) color.NRGBA {
			c, ok := table[n]
			if !ok {
				t.Fatalf("%s: %s is no colour of this theme", name, n)
			}
			used[n] = true
			return c
		}
		for _, row := range rows {
			for _, back := range row.backs {
				for _, ink := range row.inks {
					for _, veil := range append(names{""}, row.veils...) {
						ground := colour(back)
						if veil != "" {
							ground = over(colour(veil), ground)
						}
						if c := contrast(colour(ink), ground); c < row.least {
							t.Errorf("%s: %s on %s %s has a contrast of %.2f, and %.1f is needed", name, ink, back, veil, c, row.least)
						}
					}
				}
			}
		}
		for n := range table {
			if !used[n] {
				t.Errorf("%s: %s is in no pair", name, n)
			}
		}
	}
	if len(light) != len(dark) {
		t.Errorf("light has %d colours and dark %d", len(light), len(dark))
	}
}

func TestStates(t *testing.T) {
	icons, phrase := map[fyne.Resource]bool{}, map[string]bool{}
	for s := range State(states) {
		icons[s.Icon()] = true
		phrase[s.Word()] = true
		if s.Icon() != s.Icon() {
			t.Errorf("state %d has another icon each time", s)
		}
	}
	if len(icons) != states || len(phrase) != states {
		t.Errorf("%d icons and %d words for %d states: colour alone would tell some apart", len(icons), len(phrase), states)
	}
	if OfSeverity(finding.Error) != Failed || OfSeverity(finding.Warning) != Warning || OfSeverity(finding.Notice) != Notice {
		t.Error("a severity is shown as another state")
	}
}

func TestTheme(t *testing.T) {
	th := NewTheme()
	if th.Color(ColorRail, theme.VariantLight) == th.Color(ColorRail, theme.VariantDark) {
		t.Error("light and dark are the same")
	}
	if th.Size(theme.SizeNameText) < 14 || th.Font(fyne.TextStyle{Monospace: true}) == th.Font(fyne.TextStyle{}) {
		t.Error("text too small, or monospaced text in the ordinary face")
	}
}
