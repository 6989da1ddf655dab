package traveller

import (
	"fmt"
	"image"
	"image/draw"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// faces are the fonts that a text is drawn with: our own, and one of the system for what that lacks.
type faces struct {
	fonts []*opentype.Font // the first is our own
}

var (
	regular = sync.OnceValue(func() *faces { return newFaces(goregular.TTF) })
	bold    = sync.OnceValue(func() *faces { return newFaces(gobold.TTF) })
	// wide is a font of the system with Chinese and Japanese characters, nil where there is none.
	wide = sync.OnceValue(systemFont)
)

func facesOf(isBold bool) *faces {
	if isBold {
		return bold()
	}
	return regular()
}

func newFaces(ttf []byte) *faces {
	f := &faces{}
	if own, err := opentype.Parse(ttf); err == nil { // it is built in
		f.fonts = append(f.fonts, own)
	}
	if w := wide(); w != nil {
		f.fonts = append(f.fonts, w)
	}
	return f
}

// places are where fonts for Chinese and Japanese lie, on one system or another.
var places = map[string][]string{
	"windows": {`Fonts\msyh.ttc`, `Fonts\YuGothM.ttc`, `Fonts\meiryo.ttc`, `Fonts\simsun.ttc`, `Fonts\msgothic.ttc`},
	"darwin":  {"/System/Library/Fonts/PingFang.ttc", "/System/Library/Fonts/Hiragino Sans GB.ttc", "/Library/Fonts/Arial Unicode.ttf"},
	"linux": {"/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", "/usr/share/fonts/*/NotoSansCJK-Regular.ttc", "/usr/share/fonts/*/*/NotoSansCJK*.ttc", "/usr/share/fonts/*/*/NotoSansCJK*.otf",
		"/usr/share/fonts/truetype/droid/DroidSansFallback*.ttf", "/usr/share/fonts/*/*/wqy-*.ttc", "/usr/share/fonts/*/*/fonts-japanese-gothic.ttf"},
}

// maxFont is the most bytes of a font that is read: those with all of CJK have 20 MB.
const maxFont = 64 << 20

func systemFont() *opentype.Font {
	for _, pattern := range places[runtime.GOOS] {
		if runtime.GOOS == "windows" {
			pattern = filepath.Join(os.Getenv("SystemRoot"), pattern)
		}
		found, _ := filepath.Glob(pattern)
		for _, path := range found {
			if info, err := os.Stat(path); err != nil || info.Size() > maxFont { // #nosec G703 -- a font of the system
				continue
			}
			data, err := os.ReadFile(path) // #nosec G304 G703 -- a font of the system
			if err != nil {
				continue
			}
			if c, err := opentype.ParseCollection(data); err == nil && c.NumFonts() > 0 {
				if f, err := c.Font(0); err == nil {
					return f
				}
			}
		}
	}
	return nil
}

// of is the number of the first font that has a character, -1 for none.
func (f *faces) of(r rune) int {
	var b sfnt.Buffer
	for i, font := range f.fonts {
		if g, err := font.GlyphIndex(&b, r); err == nil && g != 0 {
			return i
		}
	}
	return -1
}

// own says whether our own font has all of a text.
func (f *faces) own(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return f.of(r) != 0 })
}

// maxText is the most octets of a text that are looked at: no line holds more.
const maxText = 400

// legible puts the number of each character in its place that no font has, or that is not to be seen.
func legible(f *faces, s string) string {
	var b strings.Builder
	for i, r := range s {
		if i > maxText {
			return b.String() + "…"
		}
		if r == ' ' || unicode.IsPrint(r) && f.of(r) >= 0 {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "(U+%04X)", r)
		}
	}
	return b.String()
}

// each calls do with each run of characters of one font.
func (f *faces) each(s string, pixels float64, do func(face font.Face, run string)) {
	made := map[int]font.Face{}
	face := func(i int) font.Face {
		if made[i] == nil {
			made[i], _ = opentype.NewFace(f.fonts[max(i, 0)], &opentype.FaceOptions{Size: pixels, DPI: 72, Hinting: font.HintingNone}) // never fails
		}
		return made[i]
	}
	from, now := 0, -2
	for at, r := range s {
		if i := f.of(r); i != now {
			if at > from {
				do(face(now), s[from:at])
			}
			from, now = at, i
		}
	}
	if from < len(s) {
		do(face(now), s[from:])
	}
	for _, m := range made {
		_ = m.Close()
	}
}

func (f *faces) width(s string, pixels float64) (w fixed.Int26_6) {
	f.each(s, pixels, func(face font.Face, run string) { w += font.MeasureString(face, run) })
	return w
}

func (f *faces) draw(dst draw.Image, at fixed.Point26_6, pixels float64, s string) {
	d := &font.Drawer{Dst: dst, Src: image.Black, Dot: at}
	f.each(s, pixels, func(face font.Face, run string) {
		d.Face = face
		d.DrawString(run)
	})
}

// fit makes a text smaller, and shorter at last, until it is no wider than room, in millimetres.
func (f *faces) fit(s string, points, room float64) (string, float64) {
	const measured = 100.0 // pixels
	wide := func(s string) float64 { return float64(f.width(s, measured)) / 64 / measured * points / 72 * inch }
	if w := wide(s); w > room {
		points *= max(room/w, smallest)
	}
	runes := []rune(s)
	for wide(s) > room && len(runes) > 1 {
		runes = runes[:len(runes)-1]
		s = string(runes) + "…"
	}
	return s, points
}
