package sheet

import (
	"errors"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// Editor is the sheet in which cells are edited. It looks like a Sheet and is used like a spreadsheet; it never changes
// data itself: it says what the user wants, the owner changes its model and calls Refresh.
//
// Set the callbacks before it is shown. All of them are optional, and what has none is not offered: its key goes on to the
// window. They run on the UI thread, after the sheet is consistent, and may call every method.
type Editor struct {
	view

	// OnSelect hears that the current cell or the selection is another. at.Row is -1 when there are no cells.
	OnSelect func(at Place, selected Area)
	// OnEdit: a cell was edited in place and its text is now another. Without it the sheet only shows.
	OnEdit func(row, col int, text string)
	// CanEdit, where it is set, is asked before a cell is edited in place or filled by a paste that begins there.
	CanEdit func(row, col int) bool
	// OnPaste: put block, whose rows may differ in length, at row and column and to the right and below; rows or columns
	// that are not there yet are the owner's to add or refuse. A single cell pasted on a larger selection arrives repeated
	// over the selection, up to PasteCells cells, and so does a block whose size divides the selection's. Rows of block may be
	// one and the same slice: they are there to be read.
	OnPaste func(row, col int, block [][]string)
	// OnClear: make these cells empty. Delete, Backspace, and Cut after the cells have been copied completely.
	OnClear func(cells Area)
	// OnFillDown: give every row of these cells the texts of its first. Ctrl+D; with one row selected the row above it is
	// part of cells, as spreadsheets have it.
	OnFillDown func(cells Area)
	// OnInsertRows: put count empty rows before row, which is Rows() for the end. Ctrl+Plus.
	OnInsertRows func(row, count int)
	// OnAppend: Enter in the last row or Tab in its last cell asks for a row behind it. The owner appends one at once, or
	// appends none and returns nil because the last row is still empty, or returns why it cannot now; what is typed next then
	// goes nowhere, rather than over the last row, and OnFail hears the reason.
	OnAppend func() error
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

	// CellHint, where it is set, says what there is to say about a cell beside its text, such as what its mark means; "" for
	// nothing. It is shown when the pointer rests on the cell.
	CellHint func(row, col int) string
	// RowNumber is the number shown before a row: of a sorted or filtered view the row's number in the document. Without it
	// rows count from 1.
	RowNumber func(row int) int
	// Marks, where it is set, is asked in each Refresh for the worst mark within each of so many equal parts of all rows:
	// part i begins at row i·Rows()/buckets. It must answer at once, from what the owner keeps.
	Marks func(buckets int) []Mark
	// OnMarks takes the place of scrolling there: the strip of marks was clicked at a part that holds the rows from…to.
	OnMarks func(from, to int)

	at      Place // the cell that the keyboard is on, and the corner of the selection that stays; Row -1 while there are no cells
	loose   Place // the corner that Shift and a drag move
	area    Area
	tabbed  int   // the column in which a run of Tab began, to which Enter returns; -1 for none
	full    error // why no row came when one was asked for, until the current cell is chosen again
	refused bool  // that was said
	unseen  bool  // the current cell's column is to be brought into view once there is a size

	grip     grip
	edit     edit
	numbers  *numbers
	strip    *strip
	boundary *canvas.Rectangle // right of the columns that do not scroll
}

// Target is what a context menu is about: the cell at Row and Column; a whole row (Column is -1) at its number; a whole
// column (Row is -1) at its title; both -1 in the corner and where there are no cells.
type Target struct{ Row, Column int }

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
	e := &Editor{at: Place{Row: -1}, loose: Place{Row: -1}, area: nowhere, tabbed: -1, unseen: true}
	e.grid = true
	e.begin(e, columns, model)
	e.breaks = arrows
	e.grip.sort = -1
	e.header = newHeader(&e.view, false, true)
	fixed := pane{newHeader(&e.view, true, true), newBody(&e.view, true)}
	e.fixed = []pane{fixed}
	e.numbers = newNumbers(e)
	e.strip = newStrip(e)
	e.boundary = hidden(canvas.NewRectangle(nil))
	e.parts = []fyne.CanvasObject{e.back, e.body, fixed.body, e.header, fixed.header, e.numbers, e.strip,
		e.boundary, e.edge, e.vbar, e.hbar, e.ring}
	e.ExtendBaseWidget(e)
	e.restyle()
	e.countRows()
	return e
}

// SetModel shows another model, or the same after great changes. Position and selection stay as far as it reaches. A text
// that is being edited stays too if the cell is still what it was.
func (e *Editor) SetModel(model Model) {
	if model == nil {
		e.numbers.forget()
	}
	e.release()
	e.model = model
	e.Refresh()
}

// SetColumns replaces the columns. A column whose ID is not 0 keeps the width that was given to it by hand, and the sort
// arrow; the horizontal position stays.
func (e *Editor) SetColumns(columns []Column) {
	left, ascending, sorted := e.left, e.ascending, uint32(0)
	if e.sortColumn >= 0 {
		sorted = e.columns[e.sortColumn].ID
	}
	e.view.SetColumns(columns)
	for i := range e.columns {
		if sorted != 0 && e.columns[i].ID == sorted {
			e.SetSort(i, ascending)
			break
		}
	}
	e.scrollTo(e.top, left)
	e.doubt()
}

// Refresh asks the model, RowNumber and Marks again for everything visible. Call it after each change of the model; it
// costs one screen whatever the model's size, and draws only what changed.
func (e *Editor) Refresh() {
	e.countRows()
	e.doubt()
	e.strip.stale = true
	e.view.Refresh()
}

// Freeze keeps the first n columns in sight while the others scroll. It is cut down to what leaves room for the others.
func (e *Editor) Freeze(n int) {
	e.hold = max(n, 0)
	e.place()
}

// Frozen is the number of columns that Freeze was asked for.
func (e *Editor) Frozen() int { return e.hold }

// Current is the cell that the keyboard is on.
func (e *Editor) Current() Place { return e.at }

// Selection is the selected area; it holds the current cell.
func (e *Editor) Selection() Area { return e.area }

// Editing reports whether a text is being edited in place.
func (e *Editor) Editing() bool { return e.edit.entry != nil }

// Commit ends an edit in place as Enter does, without moving on. Call it before something that needs all edits, such as
// saving or closing.
func (e *Editor) Commit() {
	had := e.edit.entry != nil && e.canvas() != nil && e.canvas().Focused() == fyne.Focusable(e.edit.entry)
	e.commit()
	if had {
		e.requestFocus()
	}
}

// Edit begins editing the current cell in place, as F2 does, and reports whether that is possible.
func (e *Editor) Edit() bool { return e.beginEdit(nil) }

// Select makes a cell the current and only selected one and brings it into view. Outside the sheet the nearest is taken.
func (e *Editor) Select(row, col int) { e.SelectArea(between(Place{row, col}, Place{row, col}, Cells)) }

// SelectArea selects an area, as far as it exists, and brings its upper left cell, which becomes the current one, into
// view. An area that does not exist at all selects the cell nearest to its upper left one.
func (e *Editor) SelectArea(a Area) {
	e.countRows()
	if e.at.Row < 0 {
		return
	}
	at := e.inside(Place{a.Top, a.Left})
	cut := a.within(e.rows, e.cols)
	if cut.Empty() {
		cut = between(at, at, Cells)
	}
	e.tabbed, e.full = -1, nil
	e.adopt(at, Place{cut.Bottom, cut.Right}, cut)
	e.showCell(e.at)
}

// ScrollTo brings a cell into view: not at all if it is visible, otherwise with some rows above it for context.
func (e *Editor) ScrollTo(row, col int) {
	e.countRows()
	if e.at.Row >= 0 {
		e.showCell(e.inside(Place{row, col}))
	}
}

// AccessibilityLabel reads the current cell aloud with its column's title.
func (e *Editor) AccessibilityLabel() string {
	e.countRows()
	if e.at.Row < 0 {
		return ""
	}
	text := legible(bounded(e.model.Cell(e.at.Row, e.at.Column).Text, End), blanks)
	if title := e.columns[e.at.Column].Title; title != "" {
		text = legible(title, blanks) + ": " + text
	}
	return text
}
