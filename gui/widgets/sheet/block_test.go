package sheet

import (
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"fyne.io/fyne/v2"
)

// What is copied and pasted again, from one cell or a row, a column or a block, into the sheet or from a spreadsheet, is the
// same cells, whatever they hold.
func FuzzCopyPaste(f *testing.F) {
	f.Add("Doe, John", "Roe, Jane", "a;b", "c|d")
	f.Add("a", "b\tc", "d\"e", "\"f\r\ng")
	f.Add("", "", "", "\"")
	f.Add("\"\"", "\r", "\n\n", "日\x00")
	f.Add("\"a\",\"b\"", "\"c\",\"d\"", " blanks ", "-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----")
	f.Fuzz(func(t *testing.T, a, b, c, d string) {
		for _, v := range []string{a, b, c, d} {
			if !utf8.ValidString(v) {
				t.Skip("a clipboard holds UTF-8")
			}
		}
		for _, want := range [][][]string{{{a}}, {{a, b, c, d}}, {{a}, {b}, {c}, {d}}, {{a, b}, {c, d}}} {
			bk := newBook(t, len(want), len(want[0]))
			for row := range want {
				for col := range want[row] {
					want[row][col] = strings.ReplaceAll(want[row][col], "\x00", "\ufffd")
					bk.rows[row][col] = want[row][col]
				}
			}
			e, _ := edited(t, bk, columns(len(want[0])))
			e.SelectArea(Area{0, 0, len(want) - 1, len(want[0]) - 1, Cells})
			e.TypedShortcut(&fyne.ShortcutCopy{})
			var got [][]string
			e.OnPaste = func(_, _ int, block [][]string) { got = block }
			e.TypedShortcut(&fyne.ShortcutPaste{})
			if clipboard() != "" && !reflect.DeepEqual(got, want) {
				t.Fatalf("%q was copied as %q and pasted as %q", want, clipboard(), got)
			}
		}
	})
}

func clipboard() string { return fyne.CurrentApp().Clipboard().Content() }

func TestCopyCutPaste(t *testing.T) {
	b := newBook(t, 30, 4)
	b.rows[2][2] = "two\nlines"
	b.rows[3][1] = `"q"` + "\x00"
	e, _ := edited(t, b, columns(4))
	var copied, of int
	e.OnCopied = func(c, o int) { copied, of = c, o }
	e.SelectArea(Area{2, 1, 3, 2, Cells})
	e.TypedShortcut(&fyne.ShortcutCopy{})
	if got, want := clipboard(), "2.1\t\"two\nlines\"\n\"\"\"q\"\"\ufffd\"\t3.2\n"; got != want || copied != 2 || of != 2 {
		t.Errorf("copied %q, want %q; %d of %d", got, want, copied, of)
	}
	e.Select(0, 3)
	e.TypedShortcut(&fyne.ShortcutCopy{})
	if got := clipboard(); got != "0.3" {
		t.Errorf("a single cell is copied as %q", got)
	}

	var cleared []Area
	e.TypedShortcut(&fyne.ShortcutCut{}) // nobody clears: the window's
	e.OnClear = func(a Area) { cleared = append(cleared, a) }
	e.SelectArea(Area{1, 0, 1, 1, Cells})
	e.TypedShortcut(&fyne.ShortcutCut{})
	if got := clipboard(); got != "1.0\t1.1\n" || !reflect.DeepEqual(cleared, []Area{{1, 0, 1, 1, Cells}}) {
		t.Errorf("cut %q, cleared %v", got, cleared)
	}
	typeInto(t, e, fyne.KeyDelete, 0)
	typeInto(t, e, fyne.KeyBackspace, 0)
	if len(cleared) != 3 {
		t.Errorf("cleared %v", cleared)
	}

	var at Place
	var block [][]string
	e.OnPaste = func(row, col int, in [][]string) { at, block = Place{row, col}, in }
	e.Select(28, 3)
	e.TypedShortcut(&fyne.ShortcutPaste{})
	if at != (Place{28, 3}) || !reflect.DeepEqual(block, [][]string{{"1.0", "1.1"}}) {
		t.Errorf("pasted %q at %v", block, at)
	}
	wantArea(t, e, Area{28, 3, 28, 3, Cells}) // what there is of it
	e.Select(4, 1)
	fyne.CurrentApp().Clipboard().SetContent("a\tb\nc\td\n")
	e.TypedShortcut(&fyne.ShortcutPaste{})
	wantArea(t, e, Area{4, 1, 5, 2, Cells})

	e.CanEdit = func(int, int) bool { return false }
	block = nil
	e.TypedShortcut(&fyne.ShortcutPaste{})
	if block != nil {
		t.Error("pasted where nothing can be edited")
	}
}

func TestPasteIsRepeated(t *testing.T) {
	e, _ := edited(t, &grid{t: t, rows: 2_000_000, cols: 4}, columns(4))
	var failed error
	e.OnFail = func(err error) { failed = err }
	rows, cells := 0, 0
	e.OnPaste = func(_, _ int, block [][]string) {
		rows, cells = len(block), 0
		for _, r := range block {
			cells += len(r)
		}
	}
	paste := func(text string, a Area) {
		rows, cells, failed = 0, 0, nil
		fyne.CurrentApp().Clipboard().SetContent(text)
		e.SelectArea(a)
		e.TypedShortcut(&fyne.ShortcutPaste{})
	}
	paste("x", Area{0, 0, 99, 3, Cells})
	if rows != 100 || cells != 400 {
		t.Errorf("one cell on 100 × 4: %d rows, %d cells", rows, cells)
	}
	paste("x\ty\n", Area{0, 0, 9, 3, Cells})
	if rows != 10 || cells != 40 {
		t.Errorf("1 × 2 on 10 × 4: %d rows, %d cells", rows, cells)
	}
	paste("x\ty\tz\n", Area{0, 0, 9, 3, Cells})
	if rows != 1 || cells != 3 {
		t.Errorf("1 × 3 on 10 × 4 does not go in: %d rows, %d cells", rows, cells)
	}
	paste("x", Area{Left: 1, Right: 1, Bottom: 1, Kind: Columns})
	if rows != 0 || failed != ErrPasteTooLong {
		t.Errorf("one cell on two million: %d rows, %v", rows, failed)
	}
	paste(strings.Repeat("x", PasteBytes+1), Area{0, 0, 0, 0, Cells})
	if rows != 0 || failed != ErrPasteTooLong {
		t.Errorf("a clipboard beyond the limit: %d rows, %v", rows, failed)
	}
}

func TestCopyOfMillions(t *testing.T) {
	g := &grid{t: t, rows: 2_000_000, cols: 4}
	e, _ := edited(t, g, columns(4))
	var copied, of int
	var failed error
	e.OnCopied = func(c, o int) { copied, of = c, o }
	e.OnFail = func(err error) { failed = err }
	e.OnClear = func(Area) { t.Error("cleared what is not on the clipboard") }
	e.TypedShortcut(&fyne.ShortcutSelectAll{})
	wantArea(t, e, Area{0, 0, 1_999_999, 3, All})
	fyne.CurrentApp().Clipboard().SetContent("before")
	e.TypedShortcut(&fyne.ShortcutCut{})
	if failed != ErrCutTooLong || clipboard() != "before" {
		t.Errorf("cutting two million rows: %v", failed)
	}
	e.TypedShortcut(&fyne.ShortcutCopy{})
	if copied != CopyRows || of != 2_000_000 || strings.Count(clipboard(), "\n") != CopyRows {
		t.Errorf("%d of %d copied, %d lines", copied, of, strings.Count(clipboard(), "\n"))
	}
}
