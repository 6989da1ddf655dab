package sheet

import (
	"sort"

	"fyne.io/fyne/v2"
)

// Column says how one column of the model is shown; the first Column shows the model's column 0. Columns that the model
// does not have stay empty.
type Column struct {
	Title    string
	ID       uint32  // which column it is, for an owner that replaces columns and wants to keep their widths; 0 for none
	Sign     Sign    // glyph before the title, for an Editor
	Hint     string  // shown while the pointer rests on the title, for an Editor
	Mark     Mark    // something is wrong with the title itself, for an Editor
	Width    float32 // initial width, 0 for 120; of a flexible column the least while there is room
	MinWidth float32 // least width when dragged or squeezed, 0 for 40
	Align    fyne.TextAlign
	Mono     bool
	Elide    Elide
	Sortable bool
	Flexible bool // takes its share of what the others leave, until it is resized by hand
}

const (
	defaultWidth = 120
	leastWidth   = 40
	mostWidth    = 4000 // a fitted or dragged column; beyond it a text is for the detail pane
)

// column is a Column on the screen.
type column struct {
	Column
	x, width float32 // left edge within all columns, and the width now, in whole pixels
	byHand   bool    // the width was dragged or fitted
}

func makeColumns(columns []Column) []column {
	out := make([]column, len(columns))
	for i, c := range columns {
		if c.MinWidth <= 0 {
			c.MinWidth = leastWidth
		}
		if c.Width <= 0 {
			c.Width = defaultWidth
		}
		c.Width = max(c.Width, c.MinWidth)
		out[i] = column{Column: c}
	}
	return out
}

// spread gives every column its width within room and returns the width of all. Flexible columns share what is left, or
// give way down to their least widths before the sheet has to scroll.
func spread(columns []column, room float32) float32 {
	var sum, give float32
	flexible := 0
	for i := range columns {
		c := &columns[i]
		sum += c.Width
		if c.Flexible {
			flexible++
			give += c.Width - c.MinWidth
		}
	}
	spare := room - sum
	var x float32
	for i := range columns {
		c := &columns[i]
		c.width = c.Width
		if c.Flexible {
			switch {
			case spare > 0:
				// The last one takes what rounding left over.
				share := float32(int(spare / float32(flexible)))
				if flexible == 1 {
					share = spare
				}
				c.width += share
				spare -= share
				flexible--
			case spare < 0 && give > 0:
				c.width -= float32(int(min(-spare/give, 1)*(c.Width-c.MinWidth) + 0.999))
				c.width = max(c.width, c.MinWidth)
			}
		}
		c.x = x
		x += c.width
	}
	return x
}

// keepWidths gives columns the widths that the user gave to those of the same ID before.
func keepWidths(columns, before []column) {
	kept := map[uint32]float32{}
	for i := range before {
		if c := &before[i]; c.ID != 0 && c.byHand {
			kept[c.ID] = c.Width
		}
	}
	for i := range columns {
		c := &columns[i]
		if width, ok := kept[c.ID]; ok {
			c.Width, c.Flexible, c.byHand = width, false, true
		}
	}
}

// visible is the columns from…to-1 of those that scroll, or of those that do not, with a pixel on the screen.
func (v *view) visible(fixed bool) (from, to int) {
	if fixed {
		return 0, v.page.fixed
	}
	return v.visibleAt(v.across)
}

// visibleAt is the columns from…to-1 with a pixel on the screen when so many pixels are scrolled out.
func (v *view) visibleAt(left float32) (from, to int) {
	begin := v.page.frozen + left
	end := begin + v.page.body.Width
	from = sort.Search(len(v.columns), func(i int) bool { return v.columns[i].x+v.columns[i].width > begin })
	to = sort.Search(len(v.columns), func(i int) bool { return v.columns[i].x >= end })
	return max(from, v.page.fixed), max(to, v.page.fixed)
}

// columnAt is the column at x within the view, or -1.
func (v *view) columnAt(x float32) int {
	if x -= v.page.left; x < 0 || x >= v.page.frozen+v.page.body.Width {
		return -1
	}
	if x >= v.page.frozen {
		x += v.across
	}
	if i := v.columnOver(x); i < len(v.columns) {
		return i
	}
	return -1
}

// columnOver is the column that x, within all columns, lies in: their number beyond the last.
func (v *view) columnOver(x float32) int {
	return sort.Search(len(v.columns), func(i int) bool { return v.columns[i].x+v.columns[i].width > x })
}

// resizeColumn sets a width by hand; the column is no longer flexible.
func (v *view) resizeColumn(col int, width float32) {
	c := &v.columns[col]
	c.Width = float32(int(min(max(width, c.MinWidth), mostWidth)))
	c.Flexible, c.byHand = false, true
	v.place()
}

// fitColumn makes a column as wide as its title and the cells on the screen ask for. Rows elsewhere are not looked at:
// there may be millions.
func (v *view) fitColumn(col int) {
	c := &v.columns[col]
	most := v.style.bold.width(c.Title, mostWidth) + v.header.room(c)
	if col < v.cols {
		for row := v.seen; row < min(v.seen+v.page.shown, v.rows); row++ {
			cell := v.model.Cell(row, col)
			w := v.style.ruler(cell.Mono || c.Mono).width(legible(bounded(cell.Text, c.Elide), v.breaks), mostWidth)
			if cell.Icon != nil {
				w += iconSize + iconGap
			}
			most = max(most, w)
		}
	}
	most += 2*cellPad + 2
	if v.grid {
		most = min(most, max(v.page.body.Width-leastWidth, defaultWidth)) // a column wider than the screen helps nobody
	}
	v.resizeColumn(col, most)
}
