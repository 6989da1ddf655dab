package frame_test

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"enrollbench/core/ledger"
	"enrollbench/gui/frame"
	"enrollbench/gui/frame/frametest"
	"enrollbench/gui/widgets"
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
	if got := strings.Join(said, "; "); got != "Ana Souza signed in; Ben signed in; Ben signed out" {
		t.Errorf("the audit log says %q", got)
	}
}

// TestSignInWithPIN: who has set a PIN is asked for it, a wrong one is told, and nobody else notices.
func TestSignInWithPIN(t *testing.T) {
	r := frametest.New(t)
	r.Begin(frame.Layout{Rooms: []frame.Room{r.Else}})
	type entry interface {
		fyne.Focusable
		SetText(string)
	}
	enter := func(texts ...string) { // in the fields one after another, then Return
		t.Helper()
		for i, text := range texts {
			if i > 0 {
				r.F.Canvas().FocusNext()
			}
			field, ok := r.F.Canvas().Focused().(entry)
			if !ok {
				t.Fatalf("the focus is on %T", r.F.Canvas().Focused())
			}
			field.SetText(text)
		}
		r.F.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
		r.Wait()
	}
	open := func(answer string) {
		t.Helper()
		r.F.AskWho()
		if answer == "" {
			return
		}
		i := slices.IndexFunc(r.Dialog().Answers, func(a widgets.Answer) bool { return a.Text == answer })
		if i < 0 {
			t.Fatalf("%+v", r.Dialog().Answers)
		}
		r.Dialog().Take(i)
		r.Wait()
	}
	open("")
	enter("Ana")
	open("Set PIN…")
	enter("", "123", "123")
	enter("", "2468", "2469")
	if len(r.F.Dialogs()) == 0 {
		t.Fatal("a short PIN or two different ones are taken")
	}
	enter("", "2468", "2468")
	r.NoDialog()
	if !strings.Contains(r.ToastText(), "with a PIN") {
		t.Errorf("%q", r.ToastText())
	}
	open("")
	enter("Ben") // who has none signs in as before
	r.NoDialog()
	if r.F.Operator() != "Ben" {
		t.Fatalf("%q", r.F.Operator())
	}
	open("")
	enter("ana")
	if len(r.F.Dialogs()) == 0 || r.F.Operator() != "Ben" {
		t.Fatalf("signed in without the PIN: %q", r.F.Operator())
	}
	enter("2467") // the focus is on the PIN
	if len(r.F.Dialogs()) == 0 || r.F.Operator() != "Ben" || !strings.HasPrefix(r.F.WhoShown(), "Ben @ ") {
		t.Fatalf("signed in with a wrong PIN: %q", r.F.Operator())
	}
	enter("2468")
	r.NoDialog()
	if r.F.Operator() != "ana" {
		t.Errorf("%q", r.F.Operator())
	}
	open("Set PIN…")
	enter("1111", "", "")
	if len(r.F.Dialogs()) == 0 {
		t.Fatal("the PIN is removed by who does not know it")
	}
	enter("2468", "", "")
	r.NoDialog()
	if !strings.Contains(r.ToastText(), "without a PIN") {
		t.Errorf("%q", r.ToastText())
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

// TestLedgerIsBackedUp: the backup that is due is made while the window is open, once there is a ledger.
func TestLedgerIsBackedUp(t *testing.T) {
	r := frametest.New(t)
	r.Begin(frame.Layout{Rooms: []frame.Room{r.Else}})
	d := r.F.Desk()
	r.Until(func() bool { return len(r.Timers) > 0 })
	if _, err := os.Stat(d.LedgerBackups()); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("without a ledger: %v", err)
	}
	if _, err := d.Station.Ledger(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time none is due
		timers := r.Timers
		r.Timers = nil
		for _, f := range timers {
			f()
		}
		r.Until(func() bool { return len(r.Timers) > 0 }) // it is looked again in an hour
	}
	if all, err := os.ReadDir(d.LedgerBackups()); err != nil || len(all) != 1 {
		t.Errorf("%d backups, %v", len(all), err)
	}
}
