package sheet

import (
	"errors"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// Editor is the sheet in which cells are edited. It looks like a Sheet and is used like a spreadsheet; it never changes
// data itself: it says what the user wants, the owner changes its model and calls Refresh.
//
// Set the callbacks before it is shown. All of them are optional, and what has none is not offered: its key goes on to the
// window. They run on the UI thread, after the sheet is consistent, and may call every method.
type Editor struct {
	widget.BaseWidget

	// OnSelect hears that the current cell or the selection is another. at.Row is -1 when there are no cells.
	OnSelect func(at Place, selected Area)
	// OnEdit: a cell was edited in place and its text is now another. Without it the sheet only shows.
	OnEdit func(row, col int, text string)
	// CanEdit, where it is set, is asked before a cell is edited in place or filled by a paste that begins there.
	CanEdit func(row, col int) bool
	// OnPaste: put block, whose rows may differ in length, at row and column and to the right and below; rows or columns
	// that are not there yet are the owner's to add or refuse. A single cell pasted on a larger selection arrives repeated
	// over the selection, up to PasteCells cells.
	OnPaste func(row, col int, block [][]string)
	// OnClear: make these cells empty. Delete, Backspace, and Cut after the cells have been copied completely.
	OnClear func(cells Area)
	// OnFillDown: give every row of these cells the texts of its first. Ctrl+D; with one row selected the row above it is
	// part of cells, as spreadsheets have it.
	OnFillDown func(cells Area)
	// OnInsertRows: put count empty rows before row, which is Rows() for the end. Ctrl+Plus.
	OnInsertRows func(row, count int)
	// OnDeleteRows: remove the rows from…to, both included. Ctrl+Minus, and Delete is not it.
	OnDeleteRows func(from, to int)
	// OnUndo is Ctrl+Z; OnRedo is Ctrl+Y and Ctrl+Shift+Z.
	OnUndo, OnRedo func()
	// OnFind is Ctrl+F, OnReplace Ctrl+H, OnSave Ctrl+S. An edit in place is committed first.
	OnFind, OnReplace, OnSave func()
	// OnSort: the arrow in a sortable column's title was clicked. Sort the view, then Refresh.
	OnSort func(col int, ascending bool)
	// OnContext: a menu about target is wanted at pos, which is absolute: a right click, or the menu key. What is under the
	// pointer has been selected, unless it was selected already.
	OnContext func(target Target, pos fyne.Position)
	// OnCopied hears how many of the selected rows were copied: fewer than selected when CopyRows or CopyBytes was hit.
	OnCopied func(copied, selected int)
	// OnFail hears why something that the user wanted cannot be: ErrPasteTooLong, ErrCellTooLong, ErrCutTooLong.
	OnFail func(err error)
	// OnHover hears the full text of the elided cell or the hint of the title under the pointer, "" after; it replaces the
	// tooltip.
	OnHover func(text string)

	// RowNumber is the number shown before a row: of a sorted or filtered view the row's number in the document. Without it
	// rows count from 1.
	RowNumber func(row int) int
	// Marks, where it is set, is asked in each Refresh for the worst mark within each of so many equal parts of all rows:
	// part i begins at row i·Rows()/buckets. It must answer at once, from what the owner keeps.
	Marks func(buckets int) []Mark
	// OnMarks takes the place of scrolling there: the strip of marks was clicked at a part that holds the rows from…to.
	OnMarks func(from, to int)

	view *Sheet
	at   Place
	area Area
	hold int // columns that do not scroll
}

// Target is what a context menu is about: the cell at Row and Column; a whole row (Column is -1) at its number; a whole
// column (Row is -1) at its title; both -1 in the corner and where there are no cells.
type Target struct{ Row, Column int }

// FilledModel is a Model that knows where its filled cells end. Without it Ctrl+arrow looks at no more than JumpCells cells.
type FilledModel interface {
	Model
	// NextFilled is the place to which Ctrl+arrow goes from a cell, in steps of down rows or right columns, one of which is
	// -1 or 1 and the other 0: the last filled cell of the run that the next cell belongs to, or if the next cell is empty
	// the first filled cell beyond, or the sheet's edge. It must answer at once.
	NextFilled(from Place, down, right int) Place
}

// Mark is how bad a cell, or a part of the sheet, is. Each mark has a shape of its own beside its colour.
type Mark uint8

const (
	Unmarked    Mark = iota
	MarkWarning      // amber: a half-width notch in the strip, a small corner at the cell
	MarkError        // red: the strip's full width, a large corner and a line beneath the cell's text
)

// Sign is the glyph before a column's title.
type Sign uint8

const (
	NoSign      Sign = iota
	Required         // ● must be filled
	Unknown          // ? a column that the profile does not know
	DeviceField      // ◇ a field of the device, not of the certificate
)

// What an edit may hold. Beyond it a text is for a file or for the pane with the whole value.
const (
	JumpCells  = 20_000    // cells that Ctrl+arrow looks at
	PasteBytes = 64 << 20  // of the clipboard's text
	PasteCells = 1_000_000 // of one text repeated over the selection
	CellBytes  = 64 << 10  // of a text that is edited in place
)

var (
	ErrPasteTooLong = errors.New("the clipboard holds more than can be pasted at once")
	ErrCellTooLong  = errors.New("the cell's text is too long to be edited in place")
	ErrCutTooLong   = errors.New("the selection is too large for the clipboard: nothing was cut")
)

// NewEditor returns an editor of these columns over model, which may be nil until the data is there.
func NewEditor(columns []Column, model Model) *Editor {
	e := &Editor{view: New(columns, model), at: Place{Row: -1}, area: nowhere}
	e.ExtendBaseWidget(e)
	return e
}

// CreateRenderer implements fyne.Widget.
func (e *Editor) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(e.view) }

// SetModel shows another model, or the same after great changes. Position and selection stay as far as it reaches.
func (e *Editor) SetModel(model Model) { e.view.SetModel(model) }

// SetColumns replaces the columns. A column whose ID is not 0 keeps the width that was given to it by hand.
func (e *Editor) SetColumns(columns []Column) { e.view.SetColumns(columns) }

// SetSort shows the sort arrow without calling OnSort; col -1 shows none.
func (e *Editor) SetSort(col int, ascending bool) { e.view.SetSort(col, ascending) }

// Freeze keeps the first n columns in sight while the others scroll. It is cut down to what leaves room for the others.
func (e *Editor) Freeze(n int) { e.hold = max(n, 0) }

// Frozen is the number of columns that Freeze was asked for.
func (e *Editor) Frozen() int { return e.hold }

// Current is the cell that the keyboard is on.
func (e *Editor) Current() Place { return e.at }

// Selection is the selected area; it holds the current cell.
func (e *Editor) Selection() Area { return e.area }

// Select makes a cell the current and only selected one and brings it into view. Outside the sheet the nearest is taken.
func (e *Editor) Select(row, col int) { e.SelectArea(between(Place{row, col}, Place{row, col}, Cells)) }

// SelectArea selects an area, as far as it exists, and brings its upper left cell, which becomes the current one, into
// view.
func (e *Editor) SelectArea(a Area) {
	e.area = a
	e.at = Place{a.Top, a.Left}
	e.view.ScrollTo(a.Top)
}

// ScrollTo brings a cell into view: not at all if it is visible, otherwise with some rows above it for context.
func (e *Editor) ScrollTo(row, col int) { e.view.ScrollTo(row) }
