package csvdoc

import (
	"errors"
	"fmt"
	"strings"
)

// Reasons for which an operation is refused.
var (
	ErrIndexing      = errors.New("the file is still being read")
	ErrEdited        = errors.New("the document has edits")
	ErrClosed        = errors.New("the document is closed")
	ErrNothingToUndo = errors.New("nothing to undo")
	ErrNothingToRedo = errors.New("nothing to redo")
	ErrNoRow         = errors.New("no such row")
	ErrNoColumn      = errors.New("no such column")
	ErrNoHeader      = errors.New("the file has no header row to hold names of columns")
	ErrUntitled      = errors.New("the document has no file yet")
	ErrNotOneCSV     = errors.New("the archive does not hold exactly one CSV file")
	ErrJournal       = errors.New("the edit could not be kept and was not made")
	ErrInUse         = errors.New("another program works on this journal")
)

// PosError is an error at one cell or row.
type PosError struct {
	Row    int    // as a spreadsheet shows it: the header is row 1; 0 where no row is meant
	Column string // the name, or its number where it has none; "" where the row is meant
	Err    error
}

func (e *PosError) Error() string {
	var b strings.Builder
	if e.Row > 0 {
		fmt.Fprintf(&b, "row %d", e.Row)
	}
	if e.Column != "" {
		if b.Len() > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "column %q", e.Column)
	}
	return b.String() + ": " + e.Err.Error()
}

// Unwrap gives the cause.
func (e *PosError) Unwrap() error { return e.Err }

// LimitError is a limit that a file exceeds.
type LimitError struct {
	What  string // what is limited, in the plural: "rows"
	Value int64  // what the file has, or the first value beyond the limit
	Max   int64
	Row   int // as a spreadsheet shows it, where one row is to blame
}

func (e *LimitError) Error() string {
	if e.Row > 0 {
		return fmt.Sprintf("row %d: %d %s, the limit is %d", e.Row, e.Value, e.What, e.Max)
	}
	return fmt.Sprintf("%d %s, the limit is %d", e.Value, e.What, e.Max)
}

// ChangedError tells that the file on disk is not the one that was opened or saved last. Save refuses it unless forced.
type ChangedError struct {
	Path string
	Gone bool // the file is not there any more
	// Damaged: another program wrote into the file that the document rests on, so rows that were not edited are lost to
	// it. Not even force helps; what was edited is in the journal and in the document.
	Damaged bool
}

func (e *ChangedError) Error() string {
	switch {
	case e.Damaged:
		return fmt.Sprintf("%q was written to by another program while it was open", e.Path)
	case e.Gone:
		return fmt.Sprintf("%q no longer exists", e.Path)
	}
	return fmt.Sprintf("%q was changed by another program", e.Path)
}

// SpaceError tells that a disk has too little room, before anything was written.
type SpaceError struct {
	Path       string
	Need, Free int64 // bytes
}

func (e *SpaceError) Error() string {
	return fmt.Sprintf("save %q: %d bytes are needed, %d are free", e.Path, e.Need, e.Free)
}

// Unencodable is a cell with a character that the file's encoding cannot hold.
type Unencodable struct {
	Row    int    // as a spreadsheet shows it; 1 is the header
	ID     RowID  // of a data row
	Column Column // with its name
	Rune   rune   // the first such character
}

// EncodingError names every cell that the file's encoding cannot hold. Save asks by it before it replaces anything.
type EncodingError struct {
	Encoding Encoding
	Cells    []Unencodable
}

func (e *EncodingError) Error() string {
	c := e.Cells[0]
	more := ""
	if n := len(e.Cells) - 1; n > 0 {
		more = fmt.Sprintf(", and %d more cells", n)
	}
	return fmt.Sprintf("%s cannot hold %q in row %d, column %q%s", e.Encoding, c.Rune, c.Row, c.Column.Name, more)
}
