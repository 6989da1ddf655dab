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

// TestContrast holds every pair of text and background that the window shows to WCAG 2.2: 4.5 for text (success
// criterion 1.4.3), 3 for what shows the edge of a field (1.4.11).
func TestContrast(t *testing.T) {
	backs := []fyne.ThemeColorName{theme.ColorNameBackground, ColorRail, ColorFill, theme.ColorNameOverlayBackground}
	for name, table := range map[string]map[fyne.ThemeColorName]color.NRGBA{"light": light, "dark": dark} {
		check := func(ink, back fyne.ThemeColorName, least float64) {
			t.Helper()
			a, ok := table[ink]
			b, ok2 := table[back]
			if !ok || !ok2 {
				t.Fatalf("%s: %s or %s is no colour of this theme", name, ink, back)
			}
			if c := contrast(a, b); c < least {
				t.Errorf("%s: %s on %s has a contrast of %.2f, and %.1f is needed", name, ink, back, c, least)
			}
		}
		for _, b := range backs {
			for _, ink := range []fyne.ThemeColorName{theme.ColorNameForeground, ColorMuted, ColorInfo, theme.ColorNameError,
				theme.ColorNameWarning, theme.ColorNameSuccess, theme.ColorNamePrimary, theme.ColorNamePlaceHolder} {
				check(ink, b, 4.5)
			}
		}
		check(theme.ColorNameForeground, ColorAccent, 4.5)
		check(ColorMuted, ColorAccent, 4.5)
		check(theme.ColorNameForeground, theme.ColorNameButton, 4.5)
		check(theme.ColorNameForegroundOnPrimary, theme.ColorNamePrimary, 4.5)
		check(theme.ColorNameForegroundOnError, theme.ColorNameError, 4.5)
		check(theme.ColorNameForegroundOnWarning, theme.ColorNameWarning, 4.5)
		check(theme.ColorNameForegroundOnSuccess, theme.ColorNameSuccess, 4.5)
		check(ColorOnGreen, ColorGreen, 4.5)
		check(ColorOnViolet, ColorViolet, 4.5)
		check(ColorOnAmber, ColorAmber, 4.5)
		check(ColorOnRed, ColorRed, 4.5)
		check(theme.ColorNameInputBorder, theme.ColorNameInputBackground, 3)
		check(theme.ColorNameDisabled, theme.ColorNameDisabledButton, 3)
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
