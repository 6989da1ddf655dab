package gui

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

func TestStateForTests(t *testing.T) {
	r := newRig(t)
	var told bytes.Buffer
	r.tellEvery(&told, nil)
	// again lets the time pass after which it looks once more, and returns the last line.
	again := func() (s testState) {
		t.Helper()
		timers := r.timers
		r.timers = nil
		for _, f := range timers {
			f()
		}
		r.until(func() bool { return len(r.posted) == 0 })
		lines := strings.Split(strings.TrimSuffix(told.String(), "\n"), "\n")
		if err := json.Unmarshal([]byte(lines[len(lines)-1]), &s); err != nil {
			t.Fatal(err)
		}
		return s
	}
	lines := func() int { return strings.Count(told.String(), "\n") }

	if s := again(); s.Tab != "CSR files" || s.Enabled || s.Rows != 0 || s.Action != "Save upload file…" || s.Sentence == "" {
		t.Errorf("an empty list is told as %+v", s)
	}
	before := lines()
	if again(); lines() != before {
		t.Error("a line was written though nothing had changed")
	}
	r.drop(mixedFolder(t))
	s := again()
	if s.Sentence != r.CSR.bar.Sentence() || s.Rows != len(r.files()) || s.Rows == 0 || !s.Enabled || s.Busy {
		t.Errorf("a mixed list is told as %+v", s)
	}
	r.CSR.Save()
	if s := again(); s.Dialog != r.dialog().Title || len(s.Answers) != len(r.dialog().Answers) || !strings.HasPrefix(s.Focus, "Button ") {
		t.Errorf("the question about errors is told as %+v", s)
	}
	r.dialog().Cancel()
	r.Bring(r.MAC)
	if s := again(); s.Tab != "MAC range" || s.Dialog != "" || !strings.HasPrefix(s.Focus, "Entry") {
		t.Errorf("the MAC tab is told as %+v", s)
	}
}

// Without the variable nothing of it runs.
func TestNoStateUnlessAskedFor(t *testing.T) {
	t.Setenv(testStateVariable, "")
	r := newRig(t)
	r.tellTests()
	if len(r.timers) > 0 {
		t.Error("a timer runs though nobody asked for the state")
	}
}
