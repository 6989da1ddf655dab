package table

import (
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"enrollbench/gui/frame/frametest"
)

// What is pasted is taken for what it is: rows of a spreadsheet, CSV from a text file, or requests in PEM, a cell each.
func TestPasteOfAnyKind(t *testing.T) {
	r := newRig(t)
	r.Bring(r.CSV)
	pem := "-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n"
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
	if got, err := pasted(pem + pem); err != nil || len(got) != 2 || len(got[0]) != 1 || !strings.HasPrefix(got[1][0], "-----BEGIN") {
		t.Errorf("two requests are taken for %q, %v", got, err)
	}
}
