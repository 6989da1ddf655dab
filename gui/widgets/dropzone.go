package widgets

import (
	"image"
	"image/color"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"enrollbench/gui/look"
)

// DropZone is an empty list as an invitation: a dashed frame around one line of text, buttons, a hint and a link. The window
// receives the drop itself: the whole window takes it, not just the frame.
func DropZone(title, hint string, link fyne.CanvasObject, buttons ...fyne.CanvasObject) fyne.CanvasObject {
	heading := NewParagraph(title).Title()
	heading.Align = fyne.TextAlignCenter
	small := NewParagraph(hint).Muted()
	small.Align = fyne.TextAlignCenter
	line := container.NewCenter(Across(look.Gap, buttons...))
	inner := container.New(column(zoneWidth), Down(2*look.Gap,
		container.NewCenter(Icon(look.ColoredIcon("drop", theme.ColorNamePrimary), 64)),
		heading, Space(0, 0), line, small, container.NewCenter(link)))
	return Inset(3*look.Gap, 3*look.Gap, container.NewStack(NewArea(look.ColorFill, frameRadius), newDashes(), inner))
}

const (
	zoneWidth   = 720
	frameRadius = 14
	dashLength  = 9
	dashGap     = 7
	dashWidth   = 1.6
)

// newDashes draws the dashed frame pixel by pixel, because lines of the toolkit cannot be dashed around a corner.
func newDashes() *canvas.Raster {
	return canvas.NewRaster(func(w, h int) image.Image {
		ink, ok := color.NRGBAModel.Convert(look.Color(theme.ColorNameInputBorder)).(color.NRGBA)
		img := image.NewNRGBA(image.Rect(0, 0, w, h))
		if !ok || w < 4*frameRadius || h < 4*frameRadius {
			return img
		}
		band := int(frameRadius) + 3 // only near the edge is there anything to draw
		for y := range h {
			for x := range w {
				if x == band && y >= band && y < h-band {
					x = w - band
				}
				if x >= band && x < w-band && y >= band && y < h-band {
					continue
				}
				if a := dash(float64(x)+0.5, float64(y)+0.5, float64(w), float64(h)); a > 0 {
					c := ink
					c.A = uint8(a*float64(ink.A) + 0.5)
					img.SetNRGBA(x, y, c)
				}
			}
		}
		return img
	})
}

// dash is how much of the pixel at x, y the frame covers: its distance from a rounded rectangle's edge, and where along
// the edge it lies.
func dash(x, y, w, h float64) float64 {
	const r, inset = float64(frameRadius), dashWidth
	cx, cy := x-w/2, y-h/2
	ax, ay := math.Abs(cx)-(w/2-inset-r), math.Abs(cy)-(h/2-inset-r)
	var d, along float64
	switch {
	case ax > 0 && ay > 0:
		d = math.Abs(math.Hypot(ax, ay) - r)
		along = (w/2 - inset - r) + math.Atan2(ax, ay)*r
	case ax > ay:
		d = math.Abs(ax - r)
		along = (w/2 - inset - r) + math.Pi/2*r + (h/2 - inset - r - math.Abs(cy))
	default:
		d = math.Abs(ay - r)
		along = math.Abs(cx)
	}
	phase := math.Mod(along+dashLength/2, dashLength+dashGap)
	if phase > dashLength {
		return 0
	}
	return math.Max(0, math.Min(1, dashWidth/2+0.5-d))
}
