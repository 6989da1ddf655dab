package gui

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"enrollbench/gui/frame/frametest"
)

func TestStateForTests(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the program holds the file to its end, and Windows removes no such file")
	}
	r := newRig(t)
	path := filepath.Join(t.TempDir(), "state")
	t.Setenv("ENROLLBENCH_TEST_STATE", path)
	r.TellTests()
	told := func() string {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	type state struct {
		Tab, Sentence, Action, Dialog, Focus string
		Enabled, Busy                        bool
		Rows                                 int
		Answers                              []string
	}
	// again lets the time pass after which it looks once more, and returns the last line.
	again := func() (s state) {
		t.Helper()
		timers := r.Timers
		r.Timers = nil
		for _, f := range timers {
			f()
		}
		r.Until(func() bool { return r.Drained() })
		lines := strings.Split(strings.TrimSuffix(told(), "\n"), "\n")
		if err := json.Unmarshal([]byte(lines[len(lines)-1]), &s); err != nil {
			t.Fatal(err)
		}
		return s
	}
	lines := func() int { return strings.Count(told(), "\n") }

	if s := again(); s.Tab != "CSR files" || s.Enabled || s.Rows != 0 || s.Action != "Save upload file…" || s.Sentence == "" {
		t.Errorf("an empty list is told as %+v", s)
	}
	before := lines()
	if again(); lines() != before {
		t.Error("a line was written though nothing had changed")
	}
	r.Drop(frametest.MixedFolder(t))
	s := again()
	if s.Sentence != r.bar().Sentence() || s.Rows != rows(r.CSR) || s.Rows == 0 || !s.Enabled || s.Busy {
		t.Errorf("a mixed list is told as %+v", s)
	}
	r.CSR.Save()
	if s := again(); s.Dialog != r.Dialog().Title || len(s.Answers) != len(r.Dialog().Answers) || !strings.HasPrefix(s.Focus, "Button ") {
		t.Errorf("the question about errors is told as %+v", s)
	}
	r.Dialog().Cancel()
	r.Bring(r.MAC)
	if s := again(); s.Tab != "MAC range" || s.Dialog != "" || !strings.HasPrefix(s.Focus, "Entry") {
		t.Errorf("the MAC tab is told as %+v", s)
	}
}

// Without the variable nothing of it runs.
func TestNoStateUnlessAskedFor(t *testing.T) {
	t.Setenv("ENROLLBENCH_TEST_STATE", "")
	r := newRig(t)
	before := len(r.Timers) // of the scheduled backup of the ledger
	r.TellTests()
	if len(r.Timers) > before {
		t.Error("a timer runs though nobody asked for the state")
	}
}
