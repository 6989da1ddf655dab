package frame_test

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"enrollbench/core/ledger"
	"enrollbench/gui/frame"
	"enrollbench/gui/frame/frametest"
)

// TestSignIn: an operator signs in by name or badge; the header and the ledger's audit log say so until somebody signs out.
func TestSignIn(t *testing.T) {
	r := frametest.New(t)
	r.Begin(frame.Layout{Rooms: []frame.Room{r.Else}})
	enter := func(text string) {
		t.Helper()
		r.F.AskWho()
		field, ok := r.F.Canvas().Focused().(interface {
			fyne.Focusable
			SetText(string)
		})
		if !ok {
			t.Fatalf("the focus is on %T", r.F.Canvas().Focused())
		}
		field.SetText(text)
		field.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn}) // as a scanner ends a badge
		r.Wait()
	}
	enter("  ")
	if len(r.F.Dialogs()) == 0 || r.F.Operator() != "" {
		t.Fatal("nobody signed in")
	}
	r.Dismiss()
	enter(" Ana Souza ")
	r.NoDialog()
	if r.F.Operator() != "Ana Souza" || !strings.HasPrefix(r.F.WhoShown(), "Ana Souza @ ") || !strings.Contains(r.ToastText(), "Ana Souza is signed in") {
		t.Errorf("%q, %q, %q", r.F.Operator(), r.F.WhoShown(), r.ToastText())
	}
	enter("Ben")
	r.F.AskWho()
	r.Dialog().Take(1)
	r.Wait()
	if r.F.Operator() != "" || strings.Contains(r.F.WhoShown(), "Ben") {
		t.Errorf("%q, %q", r.F.Operator(), r.F.WhoShown())
	}
	l, _, err := r.F.Ledger()(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for e, err := range l.Entries(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Act == ledger.ActSignedIn {
			said = append(said, e.Operator+" "+e.Detail)
		}
	}
	if got := strings.Join(said, "; "); got != "Ana Souza signed in; Ben signed in;  signed out" {
		t.Errorf("the audit log says %q", got)
	}
}

func TestStationChanged(t *testing.T) {
	r := frametest.New(t)
	r.Begin(frame.Layout{Rooms: []frame.Room{r.Else}})
	r.F.StationChanged("station-7")
	if !strings.HasSuffix(r.F.WhoShown(), " @ station-7") {
		t.Error(r.F.WhoShown())
	}
}
