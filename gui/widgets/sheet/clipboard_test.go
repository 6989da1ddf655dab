package sheet

import (
	"fmt"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
)

func TestCopy(t *testing.T) {
	s, _ := shown(t, &grid{t: t, rows: 5_000_000, cols: 3}, columns(3))
	fyne.CurrentApp().Clipboard().SetContent("before")
	s.Copy()
	if got := fyne.CurrentApp().Clipboard().Content(); got != "before" {
		t.Errorf("copying nothing put %q on the clipboard", got)
	}
	var copied, of int
	s.OnCopied = func(a, b int) { copied, of = a, b }
	s.OnNotice = func(text string) { t.Errorf("notice %q about a small copy", text) }
	s.SetSelected([][2]int{{3, 4}, {4_000_000, 4_000_000}})
	s.TypedShortcut(&fyne.ShortcutCopy{})
	want := "3.0\t3.1\t3.2\n4.0\t4.1\t4.2\n4000000.0\t4000000.1\t4000000.2\n"
	if got := fyne.CurrentApp().Clipboard().Content(); got != want {
		t.Errorf("copied %q, want %q", got, want)
	}
	if copied != 3 || of != 3 {
		t.Errorf("OnCopied heard %d of %d", copied, of)
	}

	own := 0
	s.OnCopy = func() { own++ }
	s.TypedShortcut(&fyne.ShortcutCopy{})
	if own != 1 {
		t.Error("OnCopy does not take the place of Copy")
	}
}

func TestCopyIsBounded(t *testing.T) {
	g := &grid{t: t, rows: 5_000_000, cols: 2}
	s, _ := shown(t, g, columns(2))
	var notice string
	var copied, of int
	s.OnNotice = func(text string) { notice = text }
	s.OnCopied = func(a, b int) { copied, of = a, b }
	s.SelectAll()
	s.Copy()
	if copied != CopyRows || of != 5_000_000 || !strings.Contains(notice, "50000") {
		t.Errorf("%d of %d copied, notice %q", copied, of, notice)
	}
	if got := strings.Count(fyne.CurrentApp().Clipboard().Content(), "\n"); got != CopyRows {
		t.Errorf("%d lines on the clipboard", got)
	}

	long := strings.Repeat("x", 1000)
	g.cell = func(row, col int) Cell { return Cell{Text: fmt.Sprint(row, long)} }
	s.Copy()
	got := fyne.CurrentApp().Clipboard().Content()
	if len(got) > CopyBytes || len(got) < CopyBytes-3000 || !strings.HasSuffix(got, "\n") || strings.Count(got, "\n") != copied {
		t.Errorf("%d bytes in %d lines, %d rows said to be copied", len(got), strings.Count(got, "\n"), copied)
	}
	g.cell = func(row, col int) Cell { return Cell{Text: strings.Repeat("x", CopyBytes+1)} }
	s.Select(4)
	s.Copy()
	if copied != 0 || of != 1 {
		t.Errorf("a row beyond the limit: %d of %d copied", copied, of)
	}
}
