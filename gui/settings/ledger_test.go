package settings

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"

	"enrollbench/core/job"
	"enrollbench/gui/frame"
	"enrollbench/gui/widgets"
)

func entriesOf(d *widgets.Dialog) []*widgets.Entry {
	var all []*widgets.Entry
	for _, o := range test.LaidOutObjects(d.Body) {
		if e, ok := o.(*widgets.Entry); ok {
			all = append(all, e)
		}
	}
	return all
}

// TestLedgerSettings: the station's name is kept, a shared database that does not answer is told at once, and its password is in the
// keychain and nowhere else.
func TestLedgerSettings(t *testing.T) {
	r := newRig(t)
	r.Settings.askLedger()
	r.Wait()
	fields := entriesOf(r.Dialog())
	if len(fields) != 3 || !fields[2].Password {
		t.Fatalf("%d fields, or the password can be read", len(fields))
	}
	fields[0].SetText("station-7")
	r.Dialog().Take(1)
	r.Wait()
	r.NoDialog()
	if !strings.Contains(r.ToastText(), "ledger.db") {
		t.Error(r.ToastText())
	}
	if s, err := r.F.Desk().LedgerSettings(); err != nil || s.Station != "station-7" || s.Server != "" {
		t.Errorf("%+v, %v", s, err)
	}
	const secret = "korrekt Pferd 7"
	r.Settings.askLedger()
	r.Wait()
	fields = entriesOf(r.Dialog())
	if fields[0].Text != "station-7" {
		t.Errorf("the station is called %q", fields[0].Text)
	}
	fields[1].SetText("host=127.0.0.1 port=1 user=x dbname=x sslmode=disable")
	fields[2].SetText(secret)
	r.Dialog().Take(1)
	r.Wait()
	d := r.Dialog()
	if d.Title != "The ledger could not be opened" || strings.Contains(d.Text+d.Detail, secret) {
		t.Errorf("%s / %s / %s", d.Title, d.Text, d.Detail)
	}
	if got, err := r.Keychain.Get(t.Context(), job.LedgerPassword); err != nil || string(got) != secret {
		t.Errorf("%q, %v", got, err)
	}
	d.Take(1) // change the settings
	r.Wait()
	fields = entriesOf(r.Dialog())
	if !strings.Contains(fields[1].Text, "127.0.0.1") || fields[2].Text != "" {
		t.Errorf("%q, %q", fields[1].Text, fields[2].Text)
	}
	fields[1].SetText("")
	r.Dialog().Take(1)
	r.Wait()
	r.NoDialog()
}

func TestLanguage(t *testing.T) {
	r := newRig(t)
	r.Settings.askLanguage()
	d := r.Dialog()
	if len(d.Answers) < 4 || d.Answers[2].Text != "English" || d.Answers[3].Text != "Deutsch" {
		t.Fatalf("%d answers", len(d.Answers))
	}
	d.Take(3)
	r.Wait()
	if got := r.Preferences().String(frame.PrefLanguage); got != "de" || !strings.Contains(r.ToastText(), "open EnrollBench again") {
		t.Errorf("%q, %q", got, r.ToastText())
	}
	r.Settings.askLanguage()
	if d := r.Dialog(); !strings.Contains(d.Text, "Deutsch") {
		t.Error(d.Text)
	}
	r.Dialog().Take(1)
	r.Wait()
	if got := r.Preferences().String(frame.PrefLanguage); got != "" {
		t.Error(got)
	}
}
