package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"enrollbench/gui/look"
)

// BlockMap draws a block as a field of cells, line by line from its first address to its last: each cell is a stretch of the block in the
// colours of what it holds, from the bottom up.
type BlockMap struct {
	widget.BaseWidget
	cells  [][]Part
	raster *canvas.Raster
}

// Part is a share of a cell, from 0 to 1, in a colour of the theme.
type Part struct {
	Share float64
	Color fyne.ThemeColorName
}

// BlockMapColumns is how many cells stand in a line.
const BlockMapColumns = 64

// blockMapLine is the height of a line of cells.
const blockMapLine = 14

// NewBlockMap makes an empty map.
func NewBlockMap() *BlockMap {
	m := &BlockMap{}
	m.raster = canvas.NewRasterWithPixels(m.pixel)
	m.ExtendBaseWidget(m)
	return m
}

// Set shows cells; what their parts leave is empty.
func (m *BlockMap) Set(cells [][]Part) {
	m.cells = cells
	m.Refresh()
}

// Cells is how many it shows.
func (m *BlockMap) Cells() int { return len(m.cells) }

func (m *BlockMap) lines() int { return (len(m.cells) + BlockMapColumns - 1) / BlockMapColumns }

// pixel is the colour at a place of the picture. Cells are a pixel apart.
func (m *BlockMap) pixel(x, y, w, h int) color.Color {
	lines := m.lines()
	if lines == 0 || w < BlockMapColumns || h < lines {
		return look.Color(theme.ColorNameSeparator)
	}
	line, column := y*lines/h, x*BlockMapColumns/w
	i := line*BlockMapColumns + column
	left, top := (column*w+BlockMapColumns-1)/BlockMapColumns, (line*h+lines-1)/lines
	bottom := ((line+1)*h + lines - 1) / lines
	if i >= len(m.cells) || x == left || y == top {
		return look.Color(theme.ColorNameBackground)
	}
	// The first parts stand at the bottom; one that is there at all is seen.
	height, from := bottom-top-1, bottom
	for _, p := range m.cells[i] {
		if p.Share <= 0 {
			continue
		}
		from -= max(1, int(p.Share*float64(height)+0.5))
		if y >= from {
			return look.Color(p.Color)
		}
	}
	return look.Color(theme.ColorNameSeparator)
}

// CreateRenderer implements fyne.Widget.
func (m *BlockMap) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(m.raster) }

// MinSize implements fyne.CanvasObject.
func (m *BlockMap) MinSize() fyne.Size {
	m.ExtendBaseWidget(m)
	return fyne.NewSize(3*BlockMapColumns, float32(max(1, m.lines())*blockMapLine))
}
