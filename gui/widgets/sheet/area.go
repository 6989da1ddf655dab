package sheet

// Place is where a cell stands, counted from 0. Row is -1 for none.
type Place struct{ Row, Column int }

// Kind says what a selection was made of: the same cells mean more when somebody took whole rows.
type Kind uint8

const (
	Cells   Kind = iota
	Rows         // whole rows, taken by their numbers or Shift+Space
	Columns      // whole columns, taken by their titles or Ctrl+Space
	All          // everything, by Ctrl+A or the corner
)

// Area is a rectangle of cells; all four sides belong to it. With Rows it reaches from the first to the last column, with
// Columns from the first to the last row, whatever these were when it was made.
type Area struct {
	Top, Left, Bottom, Right int
	Kind                     Kind
}

// nowhere is the area that holds no cell.
var nowhere = Area{Top: 0, Left: 0, Bottom: -1, Right: -1}

// between is the area that has two cells for corners.
func between(a, b Place, kind Kind) Area {
	return Area{Top: min(a.Row, b.Row), Left: min(a.Column, b.Column), Bottom: max(a.Row, b.Row), Right: max(a.Column, b.Column), Kind: kind}
}

// Empty reports that no cell is in the area.
func (a Area) Empty() bool { return a.Bottom < a.Top || a.Right < a.Left }

// Rows is the number of rows that the area touches.
func (a Area) Rows() int { return max(a.Bottom-a.Top+1, 0) }

// Columns is the number of columns that the area touches.
func (a Area) Columns() int { return max(a.Right-a.Left+1, 0) }

// Has reports whether a cell is in the area.
func (a Area) Has(row, col int) bool {
	return row >= a.Top && row <= a.Bottom && col >= a.Left && col <= a.Right
}

// within is what is left of the area in a sheet of so many rows and columns; whole rows, columns or all stay whole.
func (a Area) within(rows, columns int) Area {
	if a.Empty() || rows <= 0 || columns <= 0 {
		return nowhere
	}
	if a.Kind == Rows || a.Kind == All {
		a.Left, a.Right = 0, columns-1
	}
	if a.Kind == Columns || a.Kind == All {
		a.Top, a.Bottom = 0, rows-1
	}
	a.Top, a.Left = min(max(a.Top, 0), rows-1), min(max(a.Left, 0), columns-1)
	a.Bottom, a.Right = min(a.Bottom, rows-1), min(a.Right, columns-1)
	if a.Empty() {
		return nowhere
	}
	return a
}
