package widgets

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

// Octets break between two of them, never inside one, and are copied without the breaks.
func TestOctetsBreakBetweenGroups(t *testing.T) {
	app := test.NewTempApp(t)
	text := strings.TrimSuffix(strings.Repeat("3f:", 32), ":")
	v := NewValue(text)
	v.TextStyle.Monospace = true
	w := test.NewTempWindow(t, v)
	w.Resize(fyne.NewSize(300, 300))
	lines := strings.Split(v.Text, "\n")
	if len(lines) < 2 || strings.Join(lines, "") != text {
		t.Fatalf("%q", lines)
	}
	for i, l := range lines {
		if i < len(lines)-1 && !strings.HasSuffix(l, ":") || len(l) < 3 {
			t.Errorf("line %d is %q", i, l)
		}
		if width := fyne.MeasureText(l, app.Settings().Theme().Size("text"), v.TextStyle).Width; width > v.Size().Width {
			t.Errorf("line %d is %v wide, the value %v", i, width, v.Size().Width)
		}
	}
	v.TypedShortcut(&fyne.ShortcutCopy{})
	if got := app.Clipboard().Content(); got != text {
		t.Errorf("copied %q", got)
	}
	for _, other := range []string{"a: b: c: d: e: f", "12:30", "-----BEGIN-----\na:b:c:d:e:f"} {
		if isGroups(other) {
			t.Errorf("%q is taken for octets", other)
		}
	}
}
