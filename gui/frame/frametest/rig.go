// Package frametest is a frame in the toolkit's test driver, for the tests of rooms.
package frametest

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/storage"
	"fyne.io/fyne/v2/test"

	"enrollbench/core/job"
	"enrollbench/core/ledger"
	"enrollbench/core/practice"
	"enrollbench/core/trustmanager"
	"enrollbench/gui/files"
	"enrollbench/gui/frame"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// frameRig is a frame in Fyne's test driver with a UI thread of its own: what workers post waits until the test, which is
// that thread, takes it.
type Rig struct {
	T        *testing.T
	F        *frame.Frame
	Choose   *Chooser
	Keychain *Keychain
	Tick     chan time.Time // lets running work show its progress
	Timers   []func()       // of toasts
	Else     *elsewhere     // a room without anything in it

	posted chan func()
}

// New is a frame without rooms, in English.
func New(t *testing.T) *Rig {
	t.Helper()
	return NewIn(t, "en")
}

// NewIn is one in another language.
func NewIn(t *testing.T, language string) *Rig {
	t.Helper()
	r := &Rig{T: t, posted: make(chan func(), 1<<12), Tick: make(chan time.Time), Choose: &Chooser{}, Keychain: &Keychain{}, Else: &elsewhere{content: container.NewStack()}}
	tasks := frame.NewTestTasks(func(f func()) { r.posted <- f }, r.Tick, func(f func()) { r.Timers = append(r.Timers, f) })
	app := test.NewTempApp(t)
	app.Preferences().SetBool(frame.PrefWelcomed, true)
	app.Preferences().SetString(frame.PrefLanguage, language)
	words.Use(language)
	r.F = frame.New(app, frame.Options{Tasks: tasks, Chooser: r.Choose, Config: t.TempDir(), Traces: t.TempDir(), Secrets: r.Keychain, Pages: os.DirFS(root(t))})
	return r
}

// root is the folder of the repository, in which the pages of the documentation lie.
func root(t *testing.T) string {
	t.Helper()
	for dir := ".."; len(dir) < 100; dir = filepath.Join(dir, "..") {
		if files.Exists(filepath.Join(dir, "go.mod")) {
			return dir
		}
	}
	t.Fatal("no go.mod above the test")
	return ""
}

// Begin furnishes the frame; what it does by itself is waited for.
func (r *Rig) Begin(l frame.Layout) {
	r.T.Helper()
	if l.Leave == nil {
		l.Leave = func(leave func()) { leave() }
	}
	r.F.Furnish(l)
	r.Wait()
	r.T.Cleanup(func() {
		closed := false
		r.F.Tasks().Close(func() { closed = true })
		r.Until(func() bool { return closed })
		r.F.CloseRooms()
	})
}

// Practice makes the practice service the connection that is used.
func (r *Rig) Practice() {
	r.T.Helper()
	r.F.Practise(nil)
	r.Wait()
	l := r.F.Connections()
	link, _ := r.F.Header()
	if c := l.Find(l.Standard); c == nil || c.ID != job.PracticeID || link.Text() != "Practice" {
		r.T.Fatalf("the connection is %v, the header says %q", c, link.Text())
	}
}

// Plant adds a connection that costs money, makes it the one that is used, and returns its ledger and its environment there.
func (r *Rig) Plant() (*ledger.Ledger, string) {
	r.T.Helper()
	d, c := r.F.Desk(), trustmanager.NewConnection("plant", trustmanager.IoTTrustManager, "https://one.example.com")
	if err := errors.Join(d.Connections.Add(c), d.Connections.SetDefault(c.ID)); err != nil {
		r.T.Fatal(err)
	}
	r.F.ReadConnections(false)
	r.Wait()
	l, env, err := d.LedgerOf(r.T.Context(), c.ID)
	if err != nil {
		r.T.Fatal(err)
	}
	return l, env
}

// Misbehaves makes the practice service do so.
func (r *Rig) Misbehaves(specs ...string) {
	r.T.Helper()
	s, err := r.F.Desk().Practice(r.T.Context())
	if err != nil {
		r.T.Fatal(err)
	}
	var all practice.Faults
	for _, spec := range specs {
		f, err := practice.ParseFault(spec)
		if err != nil {
			r.T.Fatal(err)
		}
		all = append(all, f)
	}
	if err := s.SetFaults(all); err != nil {
		r.T.Fatal(err)
	}
}

// patience is how long a test waits for work that never ends before it fails; no test depends on its length.
const patience = 60 * time.Second

// Until is the UI thread until the condition holds.
func (r *Rig) Until(done func() bool) {
	r.T.Helper()
	for !done() {
		select {
		case f := <-r.posted:
			f()
		case <-time.After(patience):
			r.T.Fatal("waited in vain")
		}
	}
}

// Drained says whether nothing waits for the UI thread.
func (r *Rig) Drained() bool { return len(r.posted) == 0 }

// Wait waits until nothing runs.
func (r *Rig) Wait() {
	r.T.Helper()
	r.Until(func() bool { return r.F.Idle() && r.Drained() })
}

// Drop drops paths on the window, as the toolkit would.
func (r *Rig) Drop(paths ...string) {
	r.T.Helper()
	var uris []fyne.URI
	for _, p := range paths {
		uris = append(uris, storage.NewFileURI(p))
	}
	r.F.OnDropped(fyne.NewPos(200, 200), uris)
	r.Wait()
}

// Dialog is the open dialog.
func (r *Rig) Dialog() *widgets.Dialog {
	r.T.Helper()
	if len(r.F.Dialogs()) == 0 {
		r.T.Fatal("no dialog is open")
	}
	return r.F.Dialogs()[len(r.F.Dialogs())-1]
}

// NoDialog fails where one is open.
func (r *Rig) NoDialog() {
	r.T.Helper()
	if len(r.F.Dialogs()) > 0 {
		d := r.F.Dialogs()[0]
		r.T.Fatalf("an unexpected dialog: %s / %s / %s", d.Title, d.Text, d.Detail)
	}
}

// Dismiss gives up every open dialog.
func (r *Rig) Dismiss() {
	for len(r.F.Dialogs()) > 0 {
		r.Dialog().Cancel()
	}
}

// ToastText is what the toast says, "" for nothing.
func (r *Rig) ToastText() string {
	if n := r.F.Toast().Note(); n != nil {
		return n.Text
	}
	return ""
}

// elsewhere is a room that holds nothing.
type elsewhere struct{ content fyne.CanvasObject }

func (e *elsewhere) Name() string               { return "Elsewhere" }
func (e *elsewhere) Icon() string               { return "help" }
func (e *elsewhere) Content() fyne.CanvasObject { return e.content }
func (e *elsewhere) Shown()                     {}

// RecipientShown is what the header says of the recipient.
func (r *Rig) RecipientShown() string {
	_, text := r.F.Header()
	return text.Text()
}

// ConnectionShown is what the header says of the connection.
func (r *Rig) ConnectionShown() string {
	text, _ := r.F.Header()
	return text.Text()
}
