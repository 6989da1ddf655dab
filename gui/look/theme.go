// Package look is the window's appearance: one calm theme in light and dark, the icons, and the states of things, each
// with icon, word and colour. Everything that is drawn takes its colours from here by name.
package look

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Names of colours that Fyne has none for.
const (
	ColorRail     fyne.ThemeColorName = "rail"     // behind navigation, header and bottom bar
	ColorAccent   fyne.ThemeColorName = "accent"   // background of the chosen tab
	ColorMuted    fyne.ThemeColorName = "muted"    // text of second rank, readable
	ColorInfo     fyne.ThemeColorName = "info"     // notices
	ColorPractice fyne.ThemeColorName = "practice" // everything that is for practice
	ColorFill     fyne.ThemeColorName = "fill"     // a quiet area on the background, such as a drop zone

	// The answers that are read across a room look the same in light and dark: those of a traffic light, and that of practice.
	ColorGreen    fyne.ThemeColorName = "green"
	ColorAmber    fyne.ThemeColorName = "amber"
	ColorRed      fyne.ThemeColorName = "red"
	ColorViolet   fyne.ThemeColorName = "violet"
	ColorOnGreen  fyne.ThemeColorName = "onGreen"
	ColorOnAmber  fyne.ThemeColorName = "onAmber"
	ColorOnRed    fyne.ThemeColorName = "onRed"
	ColorOnViolet fyne.ThemeColorName = "onViolet"
)

// Gap is the rhythm of all distances, in pixels.
const Gap float32 = 8

// Sizes of text that Fyne has no names for.
const (
	SizeVerdict fyne.ThemeSizeName = "verdict" // the answer that is read across a room
	SizeFigure  fyne.ThemeSizeName = "figure"  // a number that counts
)

// Target is the least height of what is meant to be hit, in pixels: gloved hands.
const Target float32 = 42

// Theme is the program's own theme.
type Theme struct{ base fyne.Theme }

// NewTheme returns the theme.
func NewTheme() *Theme { return &Theme{base: theme.DefaultTheme()} }

func rgb(v uint32) color.NRGBA {
	return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 0xff} // #nosec G115 -- each takes its octet
}

func rgba(v uint32, alpha uint8) color.NRGBA {
	c := rgb(v)
	c.A = alpha
	return c
}

// The contrasts that WCAG 2.2 asks for are checked by a test, pair by pair.
var light = map[fyne.ThemeColorName]color.NRGBA{
	theme.ColorNameBackground:          rgb(0xffffff),
	theme.ColorNameForeground:          rgb(0x1b2329),
	theme.ColorNamePrimary:             rgb(0x0b6a7f),
	theme.ColorNameForegroundOnPrimary: rgb(0xffffff),
	theme.ColorNameButton:              rgb(0xe9edf0),
	theme.ColorNameDisabledButton:      rgb(0xeef1f3),
	theme.ColorNameDisabled:            rgb(0x6b7780),
	theme.ColorNameError:               rgb(0xb3261e),
	theme.ColorNameForegroundOnError:   rgb(0xffffff),
	theme.ColorNameWarning:             rgb(0x875100),
	theme.ColorNameForegroundOnWarning: rgb(0xffffff),
	theme.ColorNameSuccess:             rgb(0x156b34),
	theme.ColorNameForegroundOnSuccess: rgb(0xffffff),
	theme.ColorNameFocus:               rgba(0x0b6a7f, 0x38),
	theme.ColorNameHover:               rgba(0x1b2329, 0x12),
	theme.ColorNamePressed:             rgba(0x1b2329, 0x2a),
	theme.ColorNameHyperlink:           rgb(0x0b6a7f),
	theme.ColorNameHeaderBackground:    rgb(0xf3f5f7),
	theme.ColorNameInputBackground:     rgb(0xffffff),
	theme.ColorNameInputBorder:         rgb(0x7f8b95),
	theme.ColorNameMenuBackground:      rgb(0xffffff),
	theme.ColorNameOverlayBackground:   rgb(0xffffff),
	theme.ColorNamePlaceHolder:         rgb(0x66727b),
	theme.ColorNameScrollBar:           rgba(0x1b2329, 0x66),
	theme.ColorNameSelection:           rgba(0x0b6a7f, 0x2a),
	theme.ColorNameSeparator:           rgb(0xdde3e7),
	theme.ColorNameShadow:              rgba(0x0d1418, 0x40),
	ColorRail:                          rgb(0xf3f5f7),
	ColorAccent:                        rgb(0xd8eaee),
	ColorMuted:                         rgb(0x55616a),
	ColorInfo:                          rgb(0x1f5bb5),
	ColorPractice:                      rgb(0x6f3fb4),
	ColorFill:                          rgb(0xf7f9fa),
	ColorGreen:                         rgb(0x1a7a3c),
	ColorOnGreen:                       rgb(0xffffff),
	ColorAmber:                         rgb(0xf5b02e),
	ColorOnAmber:                       rgb(0x2b1a00),
	ColorRed:                           rgb(0xb3261e),
	ColorOnRed:                         rgb(0xffffff),
	ColorViolet:                        rgb(0x6f3fb4),
	ColorOnViolet:                      rgb(0xffffff),
}

var dark = map[fyne.ThemeColorName]color.NRGBA{
	theme.ColorNameBackground:          rgb(0x171b1f),
	theme.ColorNameForeground:          rgb(0xe8edf0),
	theme.ColorNamePrimary:             rgb(0x5cc0d3),
	theme.ColorNameForegroundOnPrimary: rgb(0x06262e),
	theme.ColorNameButton:              rgb(0x2c343a),
	theme.ColorNameDisabledButton:      rgb(0x242b30),
	theme.ColorNameDisabled:            rgb(0x8b98a1),
	theme.ColorNameError:               rgb(0xff8a80),
	theme.ColorNameForegroundOnError:   rgb(0x3a0805),
	theme.ColorNameWarning:             rgb(0xf2b34c),
	theme.ColorNameForegroundOnWarning: rgb(0x2e1c00),
	theme.ColorNameSuccess:             rgb(0x6fd08c),
	theme.ColorNameForegroundOnSuccess: rgb(0x06260f),
	theme.ColorNameFocus:               rgba(0x5cc0d3, 0x30),
	theme.ColorNameHover:               rgba(0xffffff, 0x14),
	theme.ColorNamePressed:             rgba(0xffffff, 0x2c),
	theme.ColorNameHyperlink:           rgb(0x5cc0d3),
	theme.ColorNameHeaderBackground:    rgb(0x1e2429),
	theme.ColorNameInputBackground:     rgb(0x1c2126),
	theme.ColorNameInputBorder:         rgb(0x6c7983),
	theme.ColorNameMenuBackground:      rgb(0x242b30),
	theme.ColorNameOverlayBackground:   rgb(0x20262b),
	theme.ColorNamePlaceHolder:         rgb(0x98a5ae),
	theme.ColorNameScrollBar:           rgba(0xffffff, 0x66),
	theme.ColorNameSelection:           rgba(0x5cc0d3, 0x40),
	theme.ColorNameSeparator:           rgb(0x323b42),
	theme.ColorNameShadow:              rgba(0x000000, 0x80),
	ColorRail:                          rgb(0x1e2429),
	ColorAccent:                        rgb(0x23434b),
	ColorMuted:                         rgb(0xa6b2ba),
	ColorInfo:                          rgb(0x8ab8ff),
	ColorPractice:                      rgb(0xc9a8ff),
	ColorFill:                          rgb(0x1b2025),
	ColorGreen:                         rgb(0x1a7a3c),
	ColorOnGreen:                       rgb(0xffffff),
	ColorAmber:                         rgb(0xf5b02e),
	ColorOnAmber:                       rgb(0x2b1a00),
	ColorRed:                           rgb(0xb3261e),
	ColorOnRed:                         rgb(0xffffff),
	ColorViolet:                        rgb(0x6f3fb4),
	ColorOnViolet:                      rgb(0xffffff),
}

// Color implements fyne.Theme.
func (t *Theme) Color(name fyne.ThemeColorName, variant fyne.ThemeVariant) color.Color {
	table := dark
	if variant == theme.VariantLight {
		table = light
	}
	if c, ok := table[name]; ok {
		return c
	}
	return t.base.Color(name, variant)
}

// Font implements fyne.Theme.
func (t *Theme) Font(style fyne.TextStyle) fyne.Resource { return t.base.Font(style) }

// Icon implements fyne.Theme.
func (t *Theme) Icon(name fyne.ThemeIconName) fyne.Resource { return t.base.Icon(name) }

var sizes = map[fyne.ThemeSizeName]float32{
	theme.SizeNameText:           14,
	theme.SizeNameCaptionText:    12,
	theme.SizeNameSubHeadingText: 17,
	theme.SizeNameHeadingText:    22,
	SizeVerdict:                  36,
	SizeFigure:                   26,
	theme.SizeNamePadding:        4,
	theme.SizeNameInnerPadding:   11,
	theme.SizeNameInlineIcon:     18,
	theme.SizeNameScrollBar:      14,
	theme.SizeNameScrollBarSmall: 6,
	theme.SizeNameInputRadius:    6,
	theme.SizeNameButtonRadius:   6,
	theme.SizeNamePopupRadius:    10,
	theme.SizeNameDialogRadius:   10,
	theme.SizeNameMenuRadius:     6,
}

// Size implements fyne.Theme.
func (t *Theme) Size(name fyne.ThemeSizeName) float32 {
	if v, ok := sizes[name]; ok {
		return v
	}
	return t.base.Size(name)
}

// Color is the present theme's colour of that name.
func Color(name fyne.ThemeColorName) color.Color {
	s := fyne.CurrentApp().Settings()
	return s.Theme().Color(name, s.ThemeVariant())
}
