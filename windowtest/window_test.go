//go:build window

// Package windowtest proves what only the program's real window can: that it opens, takes a true drop, saves what
// enrollctl writes, and stays usable after a cancel. It needs build/enrollbench-checked and build/enrollctl, which
// `make test` makes, and the tools that desktop.Missing names.
package windowtest

import (
	"archive/zip"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"enrollbench/core/store/storetest"
	"enrollbench/windowtest/desktop"
)

// The builds under test. The checked one logs every touch of a widget from a wrong thread, which fails the test.
var (
	window    = build("enrollbench-checked")
	enrollctl = build("enrollctl")
)

func build(name string) string {
	path, err := filepath.Abs(filepath.Join("..", "build", name))
	if err != nil {
		panic(err)
	}
	return path
}

func TestMain(m *testing.M) {
	for _, path := range []string{window, enrollctl} {
		if _, err := os.Stat(path); err != nil {
			os.Stderr.WriteString(err.Error() + ": make window-checked enrollctl\n")
			os.Exit(1)
		}
	}
	if missing := desktop.Missing(); len(missing) > 0 {
		os.Stderr.WriteString("missing: " + strings.Join(missing, " ") + ": make deps\n")
		os.Exit(1)
	}
	storetest.Main(m)
}

// shown is the program's window in one test, whose steps end the test where they fail.
type shown struct {
	*testing.T
	*desktop.Program
}

// open opens the window on a desktop of its own, past the page of the first start. The test ends with the window closed the
// way a user closes it.
func open(t *testing.T, args ...string) *shown {
	t.Helper()
	s := openFirst(t, args...)
	if len(args) == 0 {
		s.key("Escape")
	}
	s.expect("the list", func(s desktop.State) bool { return s.Tab == "CSR files" && !s.Busy })
	return s
}

// openFirst opens the window as it is when the program is started for the first time.
func openFirst(t *testing.T, args ...string) *shown {
	t.Helper()
	return openThemed(t, "light", args...)
}

// openThemed opens it in a theme, "light" or "dark".
func openThemed(t *testing.T, theme string, args ...string) *shown {
	t.Helper()
	s := openIn(t, t.TempDir(), theme, args...)
	if len(args) == 0 { // who brings files came to see them
		s.expect("the page of the first start", func(s desktop.State) bool { return s.Tab == "Welcome" && !s.Busy })
	}
	return s
}

// openIn opens it with a home in a folder, in which settings may lie.
func openIn(t *testing.T, folder, theme string, args ...string) *shown {
	t.Helper()
	d, err := desktop.Start(folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	p, err := d.Launch(window, theme, args...)
	if err != nil {
		t.Fatal(err)
	}
	s := &shown{t, p}
	t.Cleanup(func() {
		if t.Failed() {
			s.keepPicture()
		}
		if err := p.Close(); err != nil {
			t.Errorf("closing the window: %v", err)
		}
	})
	return s
}

// keepPicture leaves a picture of what went wrong below build.
func (s *shown) keepPicture() {
	path := filepath.Join("..", "build", "windowtest", strings.ReplaceAll(s.Name(), "/", "-")+".png")
	if err := s.Picture(path); err != nil {
		s.Log(err)
		return
	}
	s.Logf("what the window shows: %s", path)
}

func (s *shown) expect(what string, shows func(desktop.State) bool) desktop.State {
	s.Helper()
	state, err := s.Expect(what, shows)
	if err != nil {
		s.Fatal(err)
	}
	return state
}

// ready waits until nothing is at work and the sentence has all of those parts: "2 ready", "1 error".
func (s *shown) ready(parts ...string) desktop.State {
	s.Helper()
	return s.expect("the sentence with "+strings.Join(parts, ", "), func(state desktop.State) bool {
		said := strings.Split(state.Sentence, " · ")
		return !state.Busy && !slices.ContainsFunc(parts, func(p string) bool { return !slices.Contains(said, p) })
	})
}

func (s *shown) key(keys ...string) {
	s.Helper()
	if err := s.Key(keys...); err != nil {
		s.Fatal(err)
	}
}

func (s *shown) typed(text string) {
	s.Helper()
	if err := s.Type(text); err != nil {
		s.Fatal(err)
	}
}

// dropped drops paths on the middle of the window.
func (s *shown) dropped(paths ...string) {
	s.Helper()
	if err := s.Drop(desktop.Width/2, desktop.Height/2, paths...); err != nil {
		s.Fatal(err)
	}
}

// dialog waits for a dialog.
func (s *shown) dialog(title string) desktop.State {
	s.Helper()
	return s.expect("the dialog "+title, func(state desktop.State) bool { return strings.Contains(state.Dialog, title) })
}

// saveAs answers the dialog for a path, which has the focus on its line of text, and waits for the word that all went well.
func (s *shown) saveAs(title, path string) {
	s.Helper()
	s.dialog(title)
	s.key("ctrl+a")
	s.typed(path)
	s.key("Return")
	s.expect("the word that it was saved", func(state desktop.State) bool { return state.Dialog == "" && strings.Contains(state.Toast, "saved") })
}

// ctl runs enrollctl, fails where its exit status is not the expected one, and returns what it said.
func ctl(t *testing.T, status int, args ...string) (said string) {
	t.Helper()
	out, err := exec.Command(enrollctl, args...).CombinedOutput()
	got := 0
	if exit, ok := err.(*exec.ExitError); ok {
		got = exit.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	if got != status {
		t.Fatalf("enrollctl %s: exit status %d, want %d\n%s", strings.Join(args, " "), got, status, out)
	}
	return string(out)
}

// equalFiles fails unless both files hold the same bytes, of which there are some.
func equalFiles(t *testing.T, got, want string) {
	t.Helper()
	g, err := os.ReadFile(got)
	if err != nil {
		t.Fatal(err)
	}
	w, err := os.ReadFile(want)
	if err != nil {
		t.Fatal(err)
	}
	if len(w) == 0 {
		t.Fatalf("%s is empty", want)
	}
	if !bytes.Equal(g, w) {
		t.Errorf("%s (%d bytes) differs from %s (%d bytes)", got, len(g), want, len(w))
	}
}

// entries names what a ZIP holds.
func entries(t *testing.T, path string) (names []string) {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	for _, f := range z.File {
		names = append(names, f.Name)
	}
	return names
}
