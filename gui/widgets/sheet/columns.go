package sheet

import "fyne.io/fyne/v2"

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

// columnAt is the column at x within the body, or -1.
func (s *Sheet) columnAt(x float32) int {
	x += s.left
	for i := range s.columns {
		if c := &s.columns[i]; x >= c.x && x < c.x+c.width {
			return i
		}
	}
	return -1
}

// resizeColumn sets a width by hand; the column is no longer flexible.
func (s *Sheet) resizeColumn(col int, width float32) {
	c := &s.columns[col]
	c.Width = float32(int(min(max(width, c.MinWidth), mostWidth)))
	c.Flexible = false
	s.place()
}

// fitColumn makes a column as wide as its title and the cells on the screen ask for. Rows elsewhere are not looked at:
// there may be millions.
func (s *Sheet) fitColumn(col int) {
	c := &s.columns[col]
	most := s.style.bold.width(c.Title, mostWidth) + titleRoom(c.Sortable)
	if s.model != nil && col < s.model.Columns() {
		for row := s.seen; row < min(s.seen+s.page.shown, s.rows); row++ {
			cell := s.model.Cell(row, col)
			w := s.style.ruler(cell.Mono || c.Mono).width(legible(bounded(cell.Text, c.Elide)), mostWidth)
			if cell.Icon != nil {
				w += iconSize + iconGap
			}
			most = max(most, w)
		}
	}
	s.resizeColumn(col, most+2*cellPad+2)
}
