package traveller

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/math/fixed"
	"rsc.io/qr"
)

// paper is what is drawn on. Lengths are millimetres from the upper left corner, sizes of text points; y of a text is its base line.
type paper interface {
	// text writes one line that is no wider than room: smaller if need be, and cut at last.
	text(x, y, points float64, bold bool, room float64, s string)
	rect(x, y, w, h float64) // black
	finish(w io.Writer) error
}

const (
	dots      = 300.0 // an inch, of pictures
	inch      = 25.4  // millimetres
	smallest  = 0.6   // of the size of a text, before it is cut
	quietZone = 4     // modules around a QR code: ISO/IEC 18004
)

// drawCode draws a QR code with its quiet zone into a square.
func drawCode(p paper, code *qr.Code, x, y, size float64) {
	module := size / float64(code.Size+2*quietZone)
	for row := range code.Size {
		for col := 0; col < code.Size; {
			n := 0
			for col+n < code.Size && code.Black(col+n, row) {
				n++
			}
			if n > 0 {
				p.rect(x+module*float64(col+quietZone), y+module*float64(row+quietZone), module*float64(n), module)
			}
			col += max(n, 1)
		}
	}
}

// pdf is a paper of one page.
type pdf struct {
	f        *fpdf.Fpdf
	pictures int
}

func newPDF(width, height float64, at time.Time, title string) *pdf {
	f := fpdf.NewCustom(&fpdf.InitType{UnitStr: "mm", Size: fpdf.SizeType{Wd: width, Ht: height}})
	f.SetCatalogSort(true) // equal records give equal bytes
	f.SetCreationDate(at.UTC())
	f.SetModificationDate(at.UTC())
	f.SetTitle(strings.ToValidUTF8(title, "?"), true) // the library takes no other
	f.SetProducer("EnrollBench", true)
	f.SetMargins(0, 0, 0)
	f.SetAutoPageBreak(false, 0)
	f.AddUTF8FontFromBytes("go", "", goregular.TTF)
	f.AddUTF8FontFromBytes("go", "B", gobold.TTF)
	f.AddPage()
	return &pdf{f: f}
}

func (p *pdf) rect(x, y, w, h float64) { p.f.Rect(x, y, w, h, "F") }

// rule is a thin line across.
func (p *pdf) rule(x, y, w float64) { p.rect(x, y, w, 0.2) }

func (p *pdf) text(x, y, points float64, bold bool, room float64, s string) {
	faces := facesOf(bold)
	s, points = faces.fit(legible(faces, s), points, room)
	if faces.own(s) {
		style := ""
		if bold {
			style = "B"
		}
		p.f.SetFont("go", style, points)
		p.f.Text(x, y, s)
		return
	}
	pixels := points / 72 * dots
	width := faces.width(s, pixels)
	img := image.NewGray(image.Rect(0, 0, width.Ceil()+2, int(1.6*pixels)))
	draw.Draw(img, img.Bounds(), image.White, image.Point{}, draw.Src)
	faces.draw(img, fixed.Point26_6{X: fixed.I(1), Y: fixed.I(int(1.2 * pixels))}, pixels, s)
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		p.f.SetError(err)
		return
	}
	p.pictures++
	name := strings.Repeat("i", p.pictures)
	o := fpdf.ImageOptions{ImageType: "PNG"}
	p.f.RegisterImageOptionsReader(name, o, &b)
	mm := func(n int) float64 { return float64(n) * inch / dots }
	p.f.ImageOptions(name, x, y-mm(int(1.2*pixels)), mm(img.Rect.Dx()), mm(img.Rect.Dy()), false, o, 0, "")
}

func (p *pdf) finish(w io.Writer) error { return p.f.Output(w) }

// picture is a paper of pixels.
type picture struct{ img *image.Gray }

func newPNG(width, height float64) *picture {
	img := image.NewGray(image.Rect(0, 0, pixel(width), pixel(height)))
	draw.Draw(img, img.Bounds(), image.White, image.Point{}, draw.Src)
	return &picture{img}
}

func pixel(mm float64) int { return int(mm*dots/inch + 0.5) }

func (p *picture) rect(x, y, w, h float64) {
	draw.Draw(p.img, image.Rect(pixel(x), pixel(y), pixel(x+w), pixel(y+h)), image.NewUniform(color.Black), image.Point{}, draw.Src)
}

func (p *picture) text(x, y, points float64, bold bool, room float64, s string) {
	faces := facesOf(bold)
	s, points = faces.fit(legible(faces, s), points, room)
	faces.draw(p.img, fixed.Point26_6{X: fixed.I(pixel(x)), Y: fixed.I(pixel(y))}, points/72*dots, s)
}

func (p *picture) finish(w io.Writer) error { return png.Encode(w, p.img) }
