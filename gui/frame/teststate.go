package frame

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"reflect"
	"runtime"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"enrollbench/core/osfile"
	"enrollbench/gui/widgets"
	"enrollbench/gui/widgets/sight"
)

// testStateVariable names a file to which the program appends what its window shows, for tests that drive the real
// window. It only tells. CONTRIBUTING.md describes the fields.
const testStateVariable = "ENROLLBENCH_TEST_STATE"

// testStateEvery is how often it is looked whether something has changed.
const testStateEvery = 30 * time.Millisecond

// testState is one line of that file. It holds labels and sentences, and nothing that was typed.
type testState struct {
	Tab      string   `json:"tab"`
	Sentence string   `json:"sentence"`
	Action   string   `json:"action"`
	Enabled  bool     `json:"enabled"`
	Busy     bool     `json:"busy"`
	Rows     int      `json:"rows"`
	Current  string   `json:"current"`
	Verdict  string   `json:"verdict"`
	Toast    string   `json:"toast"`
	Dialog   string   `json:"dialog"`
	Text     string   `json:"text"` // of the dialog
	Answers  []string `json:"answers"`
	Focus    string   `json:"focus"`
	Unseen   bool     `json:"unseen"`     // what has the focus is not within the window
	Width    int      `json:"width"`      // of the window, in pixels
	Routines int      `json:"goroutines"` // when the line was written; it alone writes none
}

// TellTests writes the state to the file that the environment names, whenever it has changed, if it names one.
func (a *Frame) TellTests() {
	path := os.Getenv(testStateVariable)
	if path == "" {
		return
	}
	f, err := osfile.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600) // #nosec G703 -- who sets the environment may
	if err != nil {
		fyne.LogError("the file of "+testStateVariable+" cannot be opened", err)
		return
	}
	a.tellEvery(f, nil)
}

// tellEvery writes a line to w if the state is not last any more, and looks again in a while.
func (a *Frame) tellEvery(w io.Writer, last []byte) {
	state := a.testState()
	line, err := json.Marshal(state)
	if err == nil && !bytes.Equal(line, last) {
		var told []byte
		state.Routines = runtime.NumGoroutine()
		if told, err = json.Marshal(state); err == nil {
			_, err = w.Write(append(told, '\n'))
		}
	}
	if err != nil {
		fyne.LogError("the state for tests cannot be written", err)
		return
	}
	a.tasks.After(testStateEvery, func() { a.tellEvery(w, line) })
}

// testState is what the window shows now.
func (a *Frame) testState() testState {
	s := testState{Tab: a.Current().Name(), Focus: describe(a.Canvas().Focused()), Answers: []string{}}
	s.Unseen, s.Width = a.unseen(a.Canvas().Focused()), int(a.Canvas().Size().Width*a.Canvas().Scale()+0.5)
	if t, ok := a.Current().(Telling); ok {
		var bar *widgets.BottomBar
		bar, s.Busy, s.Rows, s.Current = t.Telling()
		s.Sentence, s.Action, s.Enabled = bar.Sentence(), bar.Primary.Text, !bar.Primary.Disabled()
	}
	if t, ok := a.Current().(Judging); ok {
		s.Verdict = t.Verdict()
	}
	if n := a.toast.Note(); n != nil {
		s.Toast = n.Text
	}
	if n := len(a.dialogs); n > 0 {
		d := a.dialogs[n-1]
		s.Dialog, s.Text = d.Title, d.Text
		for _, answer := range d.Answers {
			s.Answers = append(s.Answers, answer.Text)
		}
	}
	return s
}

// unseen says whether what has the focus is hidden, or lies beside the window.
func (a *Frame) unseen(f fyne.Focusable) bool {
	o, ok := f.(fyne.CanvasObject)
	if !ok {
		return false
	}
	at, size := a.fyne.Driver().AbsolutePositionForObject(o), a.Canvas().Size()
	return sight.Gone(o) || sight.Hidden(o) || at.X >= size.Width || at.Y >= size.Height
}

// describe says what has the focus: its kind, and the label by which somebody would name it.
func describe(f fyne.Focusable) string {
	if f == nil {
		return ""
	}
	kind := reflect.Indirect(reflect.ValueOf(f)).Type().Name()
	label := ""
	switch f := f.(type) {
	case *widgets.Button:
		if label = f.Text; label == "" && f.Icon != nil {
			_, label, _ = strings.Cut(f.Icon.Name(), "_") // the icon's, behind its colour
		}
	case *widgets.Entry:
		label = f.PlaceHolder
	case *widgets.Select:
		label = f.Selected
	case *widgets.Check:
		label = f.Text
	case *widgets.Row:
		label = f.Label
	case *widget.Button:
		label = f.Text
	}
	if label == "" {
		return kind
	}
	return kind + " " + label
}
