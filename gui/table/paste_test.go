package table

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"enrollbench/gui/frame/frametest"
	"enrollbench/gui/widgets/sheet"
)

// What is pasted is taken for what it is: rows of a spreadsheet, CSV from a text file, or requests in PEM, a cell each.
func TestPasteOfAnyKind(t *testing.T) {
	r := newRig(t)
	r.Bring(r.CSV)
	for text, want := range map[string]string{
		"a\tb\n":                             "\"a\",\"b\"",
		"\"a, x\",\"b\"\n":                   "\"a, x\",\"b\"",
		"\"00123\";\"b\"\n\"00456\";\"c\"\n": "\"00123\",\"b\"",
		"Dear Ana, how are you":              "\"Dear Ana, how are you\",\"y1\"",
	} {
		path := frametest.Put(t, filepath.Join(t.TempDir(), "a.csv"), []byte("\"subject.common_name\",\"serial\"\r\n\"x1\",\"y1\"\r\n\"x2\",\"y2\"\r\n"))
		r.CSV.Drop([]string{path})
		r.Wait()
		for len(r.Dialogs()) > 0 { // the changes of the round before
			r.Dialog().Take(len(r.Dialog().Answers) - 1)
			r.Wait()
		}
		r.CSV.editor.Select(0, 0)
		r.Clipboard().SetContent(text)
		r.CSV.editor.TypedShortcut(&fyne.ShortcutPaste{})
		r.Wait()
		out := filepath.Join(t.TempDir(), "out.csv")
		r.Choose.SaveAnswer = out
		r.CSV.Save()
		r.Wait()
		if got := strings.Split(r.saved(path), "\r\n"); got[1] != want {
			t.Errorf("pasting %q: the first row is %s, want %s", text, got[1], want)
		}
	}
}

// Two cells of one column whose values hold commas are pasted into that column alone.
func TestCopiedColumnStaysInItsColumn(t *testing.T) {
	r, _ := openedCSV(t, "name,note\r\n\"Doe,John\",keep 1\r\n\"Roe,Jane\",keep 2\r\nx,keep 3\r\ny,keep 4\r\n")
	e := r.CSV.editor
	e.SelectArea(sheet.Area{Top: 0, Left: 0, Bottom: 1, Right: 0, Kind: sheet.Cells})
	e.TypedShortcut(&fyne.ShortcutCopy{})
	e.Select(2, 0)
	e.TypedShortcut(&fyne.ShortcutPaste{})
	r.Wait()
	want := [][]string{{"Doe,John", "keep 1"}, {"Roe,Jane", "keep 2"}, {"Doe,John", "keep 3"}, {"Roe,Jane", "keep 4"}}
	if got := r.cells(); !reflect.DeepEqual(got, want) {
		t.Errorf("the cells are %q, want %q", got, want)
	}
}
