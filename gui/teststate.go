package gui

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"reflect"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"enrollbench/gui/widgets"
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
	Answers  []string `json:"answers"`
	Focus    string   `json:"focus"`
}

// telling is a tab that can say what its line at the bottom shows, whether it works, how many rows its list shows, and
// which entry the keyboard is on.
type telling interface {
	telling() (bar *widgets.BottomBar, busy bool, rows int, current string)
}

func (t *csrTab) telling() (*widgets.BottomBar, bool, int, string) {
	current := ""
	if e := t.currentEntry(); e != nil {
		current = t.view.place(e.At)
	}
	return t.bar, t.work.Busy() || t.sift.Busy(), len(t.view.rows), current
}

func (t *macTab) telling() (*widgets.BottomBar, bool, int, string) {
	return t.bar, t.work.Busy(), macRows{t.series}.Rows(), ""
}

func (t *csvTab) telling() (*widgets.BottomBar, bool, int, string) {
	f := t.file
	if f == nil {
		return t.bar, t.busy(), 0, ""
	}
	current := ""
	if at := t.editor.Current(); at.Row >= 0 && at.Row < f.rows.Rows() && at.Column < f.rows.Columns() {
		current = strconv.Itoa(f.rows.number(at.Row)) + " " + f.rows.column(at.Column).Name
	}
	return t.bar, t.busy(), f.rows.Rows(), current
}

func (t *openTab) telling() (*widgets.BottomBar, bool, int, string) {
	rows, current := 0, ""
	if t.result != nil && t.result.usable() && len(t.shows.views) > 0 {
		v := t.shows.views[t.shows.view]
		rows = siftedRows{v.model, t.shows.rows}.Rows()
		if i := t.shows.current(); i >= 0 {
			current = v.name(i)
		}
	}
	return t.bar, t.work.Busy() || t.sift.Busy(), rows, current
}

func (p *keyPanel) telling() (*widgets.BottomBar, bool, int, string) {
	rows, current := 0, ""
	if p.file != nil {
		rows = len(p.file.recipients)
	}
	if p.app.Recipient != nil {
		current = p.app.Recipient.Title()
	}
	return p.bar, p.work.Busy(), rows, current
}

func (t *jobTab) telling() (*widgets.BottomBar, bool, int, string) {
	current := ""
	if r := t.current(); r != nil {
		_, word := jobState(r)
		current = r.Short() + ": " + word
	}
	return t.bar, t.work.Busy() || t.list.Busy(), len(t.rows), current
}

func (t *settingsTab) telling() (*widgets.BottomBar, bool, int, string) {
	current := ""
	if c := t.list.find(t.chosen); c != nil {
		current = c.Name
	}
	return t.bar, t.work.Busy(), len(t.list.all), current
}

func (p *startPage) telling() (*widgets.BottomBar, bool, int, string) {
	return p.bar, p.busy(), len(p.profiles), p.sentence.Text()
}

func (p *welcomePage) telling() (*widgets.BottomBar, bool, int, string) {
	return p.bar, p.app.opening.Busy() || p.app.practising.Busy(), 0, ""
}

func (p *contractPage) telling() (*widgets.BottomBar, bool, int, string) {
	return p.bar, p.work.Busy(), 0, p.title.Text()
}

// tellTests writes the state to the file that the environment names, whenever it has changed, if it names one.
func (a *App) tellTests() {
	path := os.Getenv(testStateVariable)
	if path == "" {
		return
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600) // #nosec G703 -- who sets the environment may
	if err != nil {
		fyne.LogError("the file of "+testStateVariable+" cannot be opened", err)
		return
	}
	a.tellEvery(f, nil)
}

// tellEvery writes a line to w if the state is not last any more, and looks again in a while.
func (a *App) tellEvery(w io.Writer, last []byte) {
	line, err := json.Marshal(a.testState())
	if err == nil && !bytes.Equal(line, last) {
		_, err = w.Write(append(line, '\n'))
	}
	if err != nil {
		fyne.LogError("the state for tests cannot be written", err)
		return
	}
	a.tasks.After(testStateEvery, func() { a.tellEvery(w, line) })
}

// testState is what the window shows now.
func (a *App) testState() testState {
	s := testState{Tab: a.current().name(), Focus: describe(a.window.Canvas().Focused()), Answers: []string{}}
	if t, ok := a.current().(telling); ok {
		var bar *widgets.BottomBar
		bar, s.Busy, s.Rows, s.Current = t.telling()
		s.Sentence, s.Action, s.Enabled = bar.Sentence(), bar.Primary.Text, !bar.Primary.Disabled()
	}
	if t := a.Results; a.current() == tab(t) && t.result != nil {
		s.Verdict = t.result.state.Word() + ": " + t.result.head
	}
	if n := a.toast.Note(); n != nil {
		s.Toast = n.Text
	}
	if n := len(a.dialogs); n > 0 {
		d := a.dialogs[n-1]
		s.Dialog = d.Title
		for _, answer := range d.Answers {
			s.Answers = append(s.Answers, answer.Text)
		}
	}
	return s
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
