package settings

import (
	"context"
	"strings"

	"enrollbench/core/job"
	"enrollbench/core/progress"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// askLedger shows the settings of the station and its ledger: how the station is called, and whether its ledger is a file of this
// computer or a database that several stations share.
func (t *Room) askLedger() {
	if !t.free() {
		return
	}
	desk := t.app.Desk()
	frame.Run(t.work, "", func(context.Context, progress.Func) (job.LedgerSettings, error) { return desk.LedgerSettings() }, func(s job.LedgerSettings, err error) {
		if err != nil {
			t.app.Fail(words.T("settings.ledger-unreadable"), err)
			return
		}
		t.editLedger(desk, s)
	})
}

func (t *Room) editLedger(desk *frame.Desk, s job.LedgerSettings) {
	station := widgets.NewField(words.T("settings.station"), s.Name(), words.T("settings.station-note"), false, nil)
	station.Entry.SetText(s.Station)
	server := widgets.NewField(words.T("settings.server"), "postgres://enrollbench@db.plant.example/ledger?sslmode=verify-full", words.T("settings.server-note"), true, nil)
	server.Entry.SetText(s.Server)
	password := widgets.NewField(words.T("settings.server-password"), "", words.T("settings.server-password-note"), false, nil)
	password.Entry.Password = true
	local := widgets.NewCheck(words.T("settings.claim-locally"), nil)
	local.SetChecked(s.ClaimLocally)
	d := &widgets.Dialog{State: look.Notice, Title: words.T("settings.ledger"), Text: words.T("settings.ledger-text"),
		Body: widgets.Down(look.Gap, station.Content(), server.Content(), password.Content(), local)}
	d.Answers = []widgets.Answer{{Text: words.T("dialog.back")}, {Text: words.T("settings.ledger-save"), Act: func() {
		s.Station, s.Server, s.ClaimLocally = strings.TrimSpace(station.Entry.Text), strings.TrimSpace(server.Entry.Text), local.Checked
		t.saveLedger(desk, s, []byte(password.Entry.Text))
	}}}
	d.FocusFirst(station.Entry)
	t.app.Ask(d)
}

// saveLedger keeps the settings and opens the ledger that they name, so that a wrong one is told at once and not before a start.
func (t *Room) saveLedger(desk *frame.Desk, s job.LedgerSettings, password []byte) {
	type saved struct {
		where string
		kept  bool
	}
	frame.Run(t.work, words.T("settings.ledger-saving"), func(ctx context.Context, _ progress.Func) (done saved, err error) {
		defer clear(password)
		done.kept = true
		if len(password) > 0 {
			if done.kept, err = desk.Keep(ctx, job.LedgerPassword, password); err != nil {
				return done, err
			}
		}
		if err := desk.SaveLedgerSettings(s); err != nil {
			return done, err
		}
		l, err := desk.Station.Ledger(ctx, false)
		if err == nil {
			done.where = l.Where()
		}
		return done, err
	}, func(done saved, err error) {
		t.show()
		t.app.StationChanged(s.Name())
		switch {
		case frame.Cancelled(err):
		case err != nil:
			t.app.Fail(words.T("settings.ledger-failed"), err, widgets.Answer{Text: words.T("settings.ledger-again"), Act: func() { t.editLedger(desk, s) }})
		case !done.kept:
			t.app.Note(widgets.Note{State: look.Warning, Text: words.T("settings.ledger-memory")})
		default:
			t.app.Note(widgets.Note{State: look.Ready, Text: words.T("settings.ledger-saved", "Place", words.Visible(done.where))})
		}
	})
}
