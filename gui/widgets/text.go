package widgets

import (
	"image/color"
	"iter"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"enrollbench/gui/look"
)

// Text is text without padding, in a colour and size of the theme. One that wraps breaks at blanks and takes the height
// it needs; another stays on its line and ends in an ellipsis where there is no room. What is cut is shown whole while the mouse
// rests on it.
type Text struct {
	widget.BaseWidget
	Color fyne.ThemeColorName
	Face  fyne.ThemeSizeName
	Style fyne.TextStyle
	Align fyne.TextAlign
	Wrap  bool
	Lines int  // of a wrapped text at most, 0 for as many as it takes
	Gives bool // on one line: asks for no room and ends in an ellipsis where it gets too little, so that no window grows with it

	text   string
	width  float32
	drawn  []*canvas.Text
	broken []string
	cut    bool // not all of it is drawn
	tip    *tipArea
}

// NewText makes a text of normal size and colour on one line.
func NewText(text string) *Text {
	t := &Text{Color: theme.ColorNameForeground, Face: theme.SizeNameText, text: text, tip: &tipArea{}}
	t.tip.ExtendBaseWidget(t.tip)
	t.ExtendBaseWidget(t)
	return t
}

// NewParagraph makes a text that wraps.
func NewParagraph(text string) *Text {
	t := NewText(text)
	t.Wrap = true
	return t
}

// Muted makes it text of second rank.
func (t *Text) Muted() *Text { t.Color = look.ColorMuted; return t }

// Small makes it as small as captions.
func (t *Text) Small() *Text { t.Face = theme.SizeNameCaptionText; return t }

// Giving makes it give way where there is no room for it.
func (t *Text) Giving() *Text { t.Gives = true; return t }

// Bold makes it bold.
func (t *Text) Bold() *Text { t.Style.Bold = true; return t }

// Mono sets it in the monospaced face.
func (t *Text) Mono() *Text { t.Style.Monospace = true; return t }

// Title makes it as large as a heading.
func (t *Text) Title() *Text { t.Face = theme.SizeNameSubHeadingText; t.Style.Bold = true; return t }

// Text is what it shows.
func (t *Text) Text() string { return t.text }

// SetText changes it.
func (t *Text) SetText(text string) {
	if t.text == text {
		return
	}
	t.text = text
	t.Refresh()
}

// Cut says whether there was no room for all of it.
func (t *Text) Cut() bool { return t.cut }

// SetColor changes its colour.
func (t *Text) SetColor(name fyne.ThemeColorName) {
	if t.Color != name {
		t.Color = name
		t.Refresh()
	}
}

// Resize implements fyne.CanvasObject.
func (t *Text) Resize(size fyne.Size) {
	changed := size.Width != t.width
	t.width = size.Width
	t.BaseWidget.Resize(size)
	if changed {
		t.Refresh()
	}
}

// AccessibilityLabel implements fyne.Accessible.
func (t *Text) AccessibilityLabel() string { return t.text }

// AccessibilityRole implements fyne.Accessible.
func (t *Text) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

func (t *Text) points() float32 { return t.Theme().Size(t.Face) }

func (t *Text) measure(s string) float32 { return fyne.MeasureText(s, t.points(), t.Style).Width }

func (t *Text) lineHeight() float32 {
	return float32(int(fyne.MeasureText("Mg", t.points(), t.Style).Height + 0.5))
}

// breakUp puts the text into lines that fit the width, and notes whether something is cut.
func (t *Text) breakUp() []string {
	t.cut = false
	if t.width <= 0 {
		return []string{t.text}
	}
	if !t.Wrap {
		line := t.fit(t.text)
		t.cut = line != t.text
		return []string{line}
	}
	var out []string
	for _, paragraph := range strings.Split(t.text, "\n") {
		line := ""
		for _, word := range strings.Fields(paragraph) {
			gap := " "
			for part := range breakable(word) {
				for {
					joined := part
					if line != "" {
						joined = line + gap + part
					}
					if t.measure(joined) <= t.width {
						line = joined
						break
					}
					if line != "" {
						out = append(out, line)
						line = ""
						continue
					}
					n := t.head(part) // longer than a line, such as a path
					if n == len(part) {
						line = part
						break
					}
					out = append(out, part[:n])
					part = part[n:]
				}
				gap = ""
			}
		}
		out = append(out, line)
	}
	if t.Lines > 0 && len(out) > t.Lines {
		t.cut = true
		last := t.fit(out[t.Lines-1] + " " + strings.Join(out[t.Lines:], " "))
		out = append(out[:t.Lines-1], last)
	}
	return out
}

// Characters that begin no line and that end none, where a line may break between any two others (JLREQ 3.1.7 and 3.1.8).
const (
	beginsNone = "。、，．・：；？！）」』】〉》〕］｝ー々ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ…,.:;!?)]}%"
	endsNone   = "（「『【〈《〔［｛([{"
)

// breakable cuts a word where a line may break within it: between two characters of Chinese and Japanese, which have no spaces.
func breakable(word string) iter.Seq[string] {
	wide := func(r rune) bool { return r >= 0x2e80 && r < 0xfb00 || r >= 0xff00 && r < 0xffe0 }
	return func(yield func(string) bool) {
		start, last := 0, rune(0)
		for i, r := range word {
			if i > start && (wide(last) || wide(r)) && !strings.ContainsRune(beginsNone, r) && !strings.ContainsRune(endsNone, last) {
				if !yield(word[start:i]) {
					return
				}
				start = i
			}
			last = r
		}
		if start < len(word) {
			yield(word[start:])
		}
	}
}

// head is how many bytes of a word fit on a line, at least one character.
func (t *Text) head(word string) int {
	end := 0
	for i, r := range word {
		next := i + len(string(r))
		if end > 0 && t.measure(word[:next]) > t.width {
			return end
		}
		end = next
	}
	return len(word)
}

// fit cuts a line to the width.
func (t *Text) fit(s string) string { return cutTo(s, t.width, t.measure) }

// cutTo cuts a line to a width and says so with an ellipsis.
func cutTo(s string, width float32, measure func(string) float32) string {
	if measure(s) <= width+0.5 {
		return s
	}
	runes := []rune(s)
	low, high := 0, len(runes)
	for low < high {
		mid := (low + high + 1) / 2
		if measure(string(runes[:mid])+"…") <= width {
			low = mid
		} else {
			high = mid - 1
		}
	}
	return strings.TrimRight(string(runes[:low]), " ") + "…"
}

// CreateRenderer implements fyne.Widget.
func (t *Text) CreateRenderer() fyne.WidgetRenderer {
	t.ExtendBaseWidget(t)
	r := &textRenderer{t: t}
	r.fill()
	return r
}

type textRenderer struct {
	t       *Text
	objects []fyne.CanvasObject
}

func (r *textRenderer) fill() {
	t := r.t
	t.broken = t.breakUp()
	for len(t.drawn) < len(t.broken) {
		t.drawn = append(t.drawn, canvas.NewText("", color.Transparent))
	}
	r.objects = r.objects[:0]
	ink, points, line := look.Color(t.Color), t.points(), t.lineHeight()
	for i, s := range t.broken {
		c := t.drawn[i]
		c.Text, c.Color, c.TextSize, c.TextStyle, c.Alignment = s, ink, points, t.Style, t.Align
		c.Move(fyne.NewPos(0, float32(i)*line))
		c.Resize(fyne.NewSize(t.width, line))
		c.Refresh()
		r.objects = append(r.objects, c)
	}
	if t.cut {
		t.tip.text = t.text
		t.tip.Resize(fyne.NewSize(t.width, line*float32(len(t.broken))))
		r.objects = append(r.objects, t.tip)
	} else {
		t.tip.end()
	}
}

func (r *textRenderer) Layout(fyne.Size) {}

func (r *textRenderer) MinSize() fyne.Size {
	t := r.t
	height := t.lineHeight() * float32(max(len(t.broken), 1))
	if t.Wrap {
		return fyne.NewSize(32, height)
	}
	if t.Gives {
		return fyne.NewSize(0, height)
	}
	return fyne.NewSize(float32(int(t.measure(t.text)+1)), height)
}

func (r *textRenderer) Refresh() {
	r.fill()
	canvas.Refresh(r.t)
}

func (r *textRenderer) Objects() []fyne.CanvasObject { return r.objects }
func (r *textRenderer) Destroy()                     {}
