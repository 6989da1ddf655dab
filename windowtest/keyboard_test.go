//go:build window

package windowtest

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"enrollbench/windowtest/desktop"
)

// Everything of the way from a path to an upload file can be done without a mouse.
func TestKeyboardOnly(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "line4")
	put(t, filepath.Join(folder, "a.csr"), encode(request(t, "a")))
	put(t, filepath.Join(folder, "b.csr"), encode(request(t, "b")))
	broken := request(t, "z")
	broken[len(broken)-1] ^= 1
	put(t, filepath.Join(folder, "z.csr"), encode(broken))
	s := open(t, folder)
	s.ready("2 ready", "1 error")

	// F8 goes to the problem.
	s.key("F8")
	s.expect("the faulty entry", func(s desktop.State) bool { return strings.HasSuffix(s.Current, "z.csr") })

	// Tab comes around everything and back, and Shift+Tab the other way.
	forth, back := s.around("Tab"), s.around("shift+Tab")
	slices.Sort(forth)
	slices.Sort(back)
	if !slices.Equal(forth, back) {
		t.Errorf("Tab comes to %q, Shift+Tab to %q", forth, back)
	}
	for _, want := range []string{"Button Add files…", "Button Add folder…", "Entry Find…", "Sheet", "Button Save upload file…"} {
		if !slices.Contains(forth, want) {
			t.Errorf("Tab never comes to %q, only to %q", want, forth)
		}
	}

	// Ctrl+F narrows the list down from wherever the focus is; Escape in the field widens it again.
	s.key("ctrl+f")
	s.expect("the focus on the field", func(s desktop.State) bool { return strings.HasPrefix(s.Focus, "Entry") })
	s.typed("b.csr")
	s.expect("one row", func(s desktop.State) bool { return s.Rows == 1 })
	s.key("Return")
	s.key("ctrl+Home")
	s.expect("the only entry that matches", func(s desktop.State) bool { return strings.HasSuffix(s.Current, "b.csr") })
	s.key("ctrl+f")
	s.expect("the focus on the field", func(s desktop.State) bool { return strings.HasPrefix(s.Focus, "Entry") })
	s.key("Escape")
	s.expect("all rows", func(s desktop.State) bool { return s.Rows == 3 })

	// The faulty entry is removed, taken back, and removed again.
	s.key("F8")
	s.expect("the faulty entry", func(s desktop.State) bool { return strings.HasSuffix(s.Current, "z.csr") })
	s.focus("Sheet")
	s.key("Delete")
	s.expect("two good ones", func(s desktop.State) bool {
		return strings.Contains(s.Sentence, "2 ready") && !strings.Contains(s.Sentence, "error")
	})
	s.key("ctrl+z")
	s.ready("2 ready", "1 error")
	s.key("F8")
	s.expect("the faulty entry", func(s desktop.State) bool { return strings.HasSuffix(s.Current, "z.csr") })
	s.focus("Sheet")
	s.key("Delete")
	s.expect("two good ones", func(s desktop.State) bool {
		return strings.Contains(s.Sentence, "2 ready") && !strings.Contains(s.Sentence, "error")
	})

	// Help, and Escape out of it.
	s.key("F1")
	s.expect("the page that explains the room", func(s desktop.State) bool { return s.Tab == "Help" && s.Current == "CSR files" && s.Focus == "Reader" })
	s.key("Escape", "Escape") // the note about what was removed goes first, if it is still there
	s.expect("the room", func(s desktop.State) bool { return s.Tab == "CSR files" })

	s.press("Save upload file…")
	out := filepath.Join(t.TempDir(), "keys.zip")
	s.saveAs("Save upload file", out)
	if names := entries(t, out); len(names) != 2 {
		t.Errorf("the ZIP holds %q, want two", names)
	}

	// Another tab and back.
	s.key("ctrl+3")
	s.expect("the MAC tab", func(s desktop.State) bool { return s.Tab == "MAC range" })
	s.key("ctrl+1")
	s.expect("the CSR tab as it was", func(s desktop.State) bool { return s.Tab == "CSR files" && strings.HasPrefix(s.Sentence, "2 ready") })
}

// around presses a key until the focus has come back to where it was first, and returns where it has been.
func (s *shown) around(key string) (seen []string) {
	s.Helper()
	const most = 60 // a focus that never comes back would go on for ever
	before, err := s.State()
	if err != nil {
		s.Fatal(err)
	}
	for range most {
		last := before.Focus
		s.key(key)
		before = s.expect("the focus elsewhere than on "+last, func(now desktop.State) bool { return now.Focus != last })
		if len(seen) > 0 && before.Focus == seen[0] {
			return seen
		}
		seen = append(seen, before.Focus)
	}
	s.Fatalf("after %d times %s the focus has not come around: %q", most, key, seen)
	return nil
}
