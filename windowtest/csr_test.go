//go:build window

package windowtest

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"enrollbench/windowtest/desktop"
)

func TestUp(t *testing.T) {
	s := open(t)
	t.Logf("the window was up after %.2f s", s.Up.Seconds())
	state := s.expect("an empty list that invites", func(s desktop.State) bool { return s.Sentence != "" })
	if state.Action != "Save upload file…" || state.Enabled {
		t.Errorf("the main button is %q, enabled %v; with nothing to save it should name its act and be disabled", state.Action, state.Enabled)
	}
}

func TestDrop(t *testing.T) {
	s := open(t)
	paths := strangeNames(t, t.TempDir())
	s.dropped(paths...)
	s.ready("7 ready")
	// A second drop adds, and what is there already is not taken twice.
	more := put(t, filepath.Join(t.TempDir(), "noch eins.csr"), encode(request(t, "dev-0004")))
	s.dropped(more, paths[0])
	s.ready("8 ready")

	out := t.TempDir()
	byWindow, byCtl := filepath.Join(out, "window.zip"), filepath.Join(out, "ctl.zip")
	s.key("ctrl+s")
	s.saveAs("Save upload file", byWindow)
	ctl(t, 0, append([]string{"csr", "bundle", "-o", byCtl, more}, paths...)...)
	equalFiles(t, byWindow, byCtl)
	if names := entries(t, byWindow); len(names) != 8 {
		t.Errorf("the ZIP holds %d entries, want 8: %q", len(names), names)
	}
	// The manifests differ in nothing but the name of the ZIP.
	manifest := func(zip string) string {
		b, err := os.ReadFile(strings.TrimSuffix(zip, ".zip") + ".manifest.csv")
		if err != nil {
			t.Fatal(err)
		}
		return strings.ReplaceAll(string(b), filepath.Base(zip), "ZIP")
	}
	if w, c := manifest(byWindow), manifest(byCtl); w != c {
		t.Errorf("the manifests differ:\n%s\n%s", w, c)
	}
}

func TestErrorsAreLeftOutByChoiceOnly(t *testing.T) {
	s := open(t)
	folder := t.TempDir()
	put(t, filepath.Join(folder, "good.csr"), encode(request(t, "good")))
	broken := request(t, "broken")
	broken[len(broken)-1] ^= 1
	put(t, filepath.Join(folder, "broken.csr"), encode(broken))
	put(t, filepath.Join(folder, "empty.csr"), nil)
	s.dropped(folder)
	s.ready("1 ready", "2 errors")

	out := t.TempDir()
	byWindow, byCtl := filepath.Join(out, "window.zip"), filepath.Join(out, "ctl.zip")
	leftOut := filepath.Join(out, "window.left-out.csv")
	s.key("ctrl+s")
	asked := s.dialog("2 entries have errors")
	if len(asked.Answers) != 2 || !strings.Contains(asked.Answers[1], "Leave 2 out") {
		t.Fatalf("the answers are %q", asked.Answers)
	}
	// Going back writes nothing.
	s.key("Escape")
	s.expect("the list again", func(s desktop.State) bool { return s.Dialog == "" })
	if files, err := os.ReadDir(out); err != nil || len(files) > 0 {
		t.Fatalf("after going back there is %v, %v", files, err)
	}
	s.key("ctrl+s")
	s.dialog("2 entries have errors")
	s.press(asked.Answers[1])
	s.saveAs("Save upload file", byWindow)

	ctl(t, 0, "csr", "bundle", "--leave-out-errors", "-o", byCtl, folder)
	equalFiles(t, byWindow, byCtl)
	list, err := os.ReadFile(leftOut)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"broken.csr", "csr/signature", "empty.csr", "csr/empty-file"} {
		if !strings.Contains(string(list), want) {
			t.Errorf("the list of what stayed out does not say %q:\n%s", want, list)
		}
	}
	if strings.Contains(string(list), "good.csr") {
		t.Errorf("the list of what stayed out names the good one:\n%s", list)
	}
}

// press moves the focus to the button of that text and presses it.
func (s *shown) press(button string) {
	s.Helper()
	s.focus("Button " + button)
	s.key("Return")
}

// focus presses Tab until what is meant has the focus; it fails when the focus has come around without it.
func (s *shown) focus(what string) {
	s.Helper()
	var seen []string
	state, err := s.State()
	if err != nil {
		s.Fatal(err)
	}
	for state.Focus != what {
		before := state.Focus
		if slices.Contains(seen, before) && before != "" {
			s.Fatalf("Tab never comes to %q, only to %q", what, seen)
		}
		seen = append(seen, before)
		s.key("Tab")
		state = s.expect("the focus elsewhere than on "+before, func(now desktop.State) bool { return now.Focus != before })
	}
}

func TestCancel(t *testing.T) {
	s := open(t)
	first := put(t, filepath.Join(t.TempDir(), "first.csr"), encode(request(t, "first")))
	s.dropped(first)
	s.ready("1 ready")

	s.dropped(many(t, filepath.Join(t.TempDir(), "many"), 20_000))
	s.expect("the check at work", func(s desktop.State) bool { return s.Busy })
	s.key("Escape")
	// What was there before the cancelled check is there still, and the window goes on working.
	s.ready("1 ready")
	second := put(t, filepath.Join(t.TempDir(), "second.csr"), encode(request(t, "second")))
	s.dropped(second)
	s.ready("2 ready")
	out := filepath.Join(t.TempDir(), "after.zip")
	s.key("ctrl+s")
	s.saveAs("Save upload file", out)
	if names := entries(t, out); len(names) != 2 {
		t.Errorf("the ZIP holds %q, want the two", names)
	}
}

// A window that is closed while a check runs cancels it and ends at once, without a word of an error.
func TestCloseDuringCheck(t *testing.T) {
	s := open(t)
	s.dropped(many(t, filepath.Join(t.TempDir(), "many"), 20_000))
	s.expect("the check at work", func(s desktop.State) bool { return s.Busy })
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
