package sheet

import (
	"image/color"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
)

// variant is Fyne's theme, fixed to light or dark.
type variant struct {
	fyne.Theme
	v    fyne.ThemeVariant
	size float32
}

func (v variant) Color(name fyne.ThemeColorName, _ fyne.ThemeVariant) color.Color {
	return v.Theme.Color(name, v.v)
}

func (v variant) Size(name fyne.ThemeSizeName) float32 {
	if name == theme.SizeNameText {
		return v.size
	}
	return v.Theme.Size(name)
}

func TestEveryTextIsReadable(t *testing.T) {
	for name, v := range map[string]fyne.ThemeVariant{"light": theme.VariantLight, "dark": theme.VariantDark} {
		test.NewTempApp(t).Settings().SetTheme(variant{theme.DefaultTheme(), v, 14})
		s := New(nil, nil)
		for i, c := range s.style.text {
			for where, b := range map[string]color.NRGBA{"background": s.style.background, "selection": s.style.selection,
				"selection without focus": s.style.selectionIdle} {
				if got := contrast(c, b); got < readable {
					t.Errorf("%s: importance %d on the %s has a contrast of %.2f", name, i, where, got)
				}
			}
		}
		seen := map[color.NRGBA]int{}
		for i, c := range s.style.text {
			if j, ok := seen[c]; ok {
				t.Errorf("%s: importances %d and %d have the same colour", name, i, j)
			}
			seen[c] = i
		}
		if s.style.selection == s.style.background || s.style.selection == s.style.selectionIdle {
			t.Errorf("%s: the selection is not to be told", name)
		}
	}
}

func TestContrast(t *testing.T) {
	black, white := color.NRGBA{A: 255}, color.NRGBA{R: 255, G: 255, B: 255, A: 255}
	if got := contrast(black, white); got < 20.99 || got > 21.01 {
		t.Errorf("black on white: %g, want 21", got)
	}
	// #767676 is the lightest grey that WCAG's 4.5 allows on white.
	if got := contrast(color.NRGBA{R: 0x76, G: 0x76, B: 0x76, A: 255}, white); got < 4.5 || got > 4.6 {
		t.Errorf("#767676 on white: %g, want about 4.54", got)
	}
}

func TestThemeChangesWhileShown(t *testing.T) {
	app := test.NewTempApp(t)
	app.Settings().SetTheme(variant{theme.DefaultTheme(), theme.VariantLight, 14})
	s, _ := shown(t, &grid{t: t, rows: 100, cols: 1}, columns(1))
	text := s.body.lines[0].cells[0].text
	light, row := text.Color, s.page.row
	if row < 32 || row > 36 {
		t.Errorf("rows are %g high at the usual text size", row)
	}
	app.Settings().SetTheme(variant{theme.DefaultTheme(), theme.VariantDark, 30})
	s.Refresh()
	if text.Color == light || s.back.FillColor != s.style.background {
		t.Error("a dark theme leaves the colours")
	}
	if text.TextSize != 30 || s.page.row <= row || s.page.row < text.MinSize().Height {
		t.Errorf("text of %g in rows of %g", text.TextSize, s.page.row)
	}
}

// Faces differ in height; in one row they must stand on one line.
func TestBaselinesAgree(t *testing.T) {
	texts := []string{"plain gy", "MONO gy", "mixed Ж Ω"}
	g := &grid{t: t, rows: 3, cols: 3, cell: func(row, col int) Cell { return Cell{Text: texts[col], Mono: col == 1} }}
	s, _ := shown(t, g, columns(3))
	var first float32
	for col := range texts {
		o := s.body.lines[0].cells[col].text
		height, baseline := lineMetrics(o.Text, o.TextSize, o.TextStyle)
		y := o.Position().Y + (o.Size().Height-height)/2 + baseline
		if col == 0 {
			first = y
		}
		if d := y - first; d < -0.1 || d > 0.1 {
			t.Errorf("%q stands %g pixels off the baseline", o.Text, d)
		}
	}
}

func TestImportanceAndIcon(t *testing.T) {
	icon := theme.ConfirmIcon()
	withIcon := true
	g := &grid{t: t, rows: 3, cols: 2, cell: func(row, col int) Cell {
		c := Cell{Text: "ready", Importance: Success, Align: fyne.TextAlignTrailing}
		if withIcon && col == 0 {
			c.Icon = icon
		}
		return c
	}}
	s, _ := shown(t, g, columns(2))
	p, q := &s.body.lines[0].cells[0], &s.body.lines[0].cells[1]
	if p.icon == nil || !p.icon.Visible() || q.icon != nil {
		t.Fatal("the icon is missing, or one was made that nobody asked for")
	}
	if p.icon.Position().X+p.icon.Size().Width > p.text.Position().X {
		t.Error("the icon covers the text")
	}
	if p.text.Color != s.style.text[Success] || p.text.Alignment != fyne.TextAlignTrailing {
		t.Error("colour or alignment of the cell is not drawn")
	}
	drawn := false
	for _, o := range test.WidgetRenderer(s.body).Objects() {
		drawn = drawn || o == fyne.CanvasObject(p.icon)
	}
	if !drawn {
		t.Error("the driver does not know of the icon")
	}
	withIcon = false
	s.Refresh()
	if p.icon.Visible() || p.text.Position().X != cellPad {
		t.Error("the icon stays although its cell has none any more")
	}
	g.cell = func(int, int) Cell { return Cell{Text: "x", Importance: 200} }
	s.Refresh() // an importance of a later version must not crash
	if _, ok := p.text.Color.(color.NRGBA); !ok {
		t.Error("no colour")
	}
}
