package frame

import (
	"context"
	"errors"
	"os"
	"os/user"
	"strings"

	"fyne.io/fyne/v2"

	"enrollbench/core/ledger"
	"enrollbench/core/progress"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// LedgerKeeper is what rooms need that work on the ledger.
type LedgerKeeper interface {
	Ledger() func(ctx context.Context) (l *ledger.Ledger, environment string, err error)
	Operator() string
}

// Ledger is how the ledger of the connection that is chosen now is opened, off the UI thread; it names the environment in it.
func (a *Frame) Ledger() func(ctx context.Context) (*ledger.Ledger, string, error) {
	d, connection := a.desk, a.connected.Standard
	return func(ctx context.Context) (*ledger.Ledger, string, error) {
		if connection == "" { // nothing was ordered through any yet
			l, err := d.Station.Ledger(ctx, false)
			return l, "", err
		}
		return d.LedgerOf(ctx, connection)
	}
}

// Operator is who signed in, "" for nobody by name: the system's account is recorded anyway.
func (a *Frame) Operator() string {
	if a.desk == nil {
		return ""
	}
	return a.desk.Operator()
}

// whoRow is the part of the header that says who works where; pressing it lets somebody else sign in.
func (a *Frame) whoRow() fyne.CanvasObject {
	a.whoText = widgets.NewText("").Muted()
	a.who = widgets.NewRow(widgets.Inset(look.Gap/2, look.Gap, widgets.Middle(a.whoText)), 8, a.askWho)
	a.showWho()
	return a.who
}

// showWho names who works and the station, "ana @ station-7": workstations are shared.
func (a *Frame) showWho() {
	name, station := a.Operator(), ""
	if a.desk != nil {
		station = a.desk.Called
	}
	if name == "" {
		if u, err := user.Current(); err == nil {
			name = u.Username
		}
	}
	if station == "" {
		station, _ = os.Hostname()
	}
	text := name
	switch {
	case name == "":
		text = station
	case station != "":
		text = name + " @ " + station
	}
	a.whoText.SetText(words.Visible(text))
	a.who.Label = a.whoText.Text()
}

// askWho lets an operator sign in for a shift, by name or by a badge that a scanner types; with the PIN, if there is one.
func (a *Frame) askWho() {
	if a.desk == nil {
		a.NoDesk()
		return
	}
	field := widgets.NewField(words.T("signin.name"), words.T("signin.example"), words.T("signin.note"), false, nil)
	field.Entry.SetText(a.Operator())
	pin := pinField(words.T("signin.pin"), words.T("signin.pin-note"))
	d := &widgets.Dialog{State: look.Notice, Title: words.T("signin.title"), Text: words.T("signin.text"), Body: widgets.Down(look.Gap, field.Content(), pin.Content())}
	d.Answers = []widgets.Answer{{Text: words.T("dialog.back")}}
	if a.Operator() != "" {
		d.Answers = append(d.Answers, widgets.Answer{Text: words.T("signin.out"), Act: func() { a.signIn("", nil, nil) }},
			widgets.Answer{Text: words.T("signin.set-pin"), Act: a.askPIN})
	}
	d.Answers = append(d.Answers, widgets.Answer{Text: words.T("signin.in"), Stays: true, Act: func() {
		name := strings.TrimSpace(field.Entry.Text)
		if name == "" {
			field.Set(&widgets.Remark{State: look.Failed, Text: words.T("signin.missing")})
			return
		}
		a.signIn(name, []byte(pin.Entry.Text), func(err error) {
			if err == nil {
				d.Close()
				return
			}
			text := words.T("signin.pin-needed")
			if errors.Is(err, ledger.ErrWrongPIN) {
				text = words.T("signin.pin-wrong")
			}
			pin.Entry.SetText("")
			pin.Set(&widgets.Remark{State: look.Failed, Text: text})
			a.Canvas().Focus(pin.Entry)
		})
	}})
	d.FocusFirst(field.Entry)
	a.Ask(d)
}

func pinField(name, note string) *widgets.Field {
	f := widgets.NewField(name, "", note, false, nil)
	f.Entry.Password = true
	return f
}

// askPIN lets whoever is signed in choose a PIN, or do without one from now on.
func (a *Frame) askPIN() {
	name := a.Operator()
	now, next, again := pinField(words.T("signin.pin-now"), words.T("signin.pin-note")), pinField(words.T("signin.pin-new"), words.T("signin.pin-new-note")), pinField(words.T("signin.pin-again"), "")
	d := &widgets.Dialog{State: look.Notice, Title: words.T("signin.pin-title"), Text: words.T("signin.pin-text"),
		Body: widgets.Down(look.Gap, now.Content(), next.Content(), again.Content())}
	d.Answers = []widgets.Answer{{Text: words.T("dialog.back")}, {Text: words.T("signin.pin-save"), Stays: true, Act: func() {
		if next.Entry.Text != again.Entry.Text {
			again.Set(&widgets.Remark{State: look.Failed, Text: words.T("signin.pin-differ")})
			return
		}
		desk, before, chosen := a.desk, []byte(now.Entry.Text), []byte(next.Entry.Text)
		Run(a.asking, "", func(ctx context.Context, _ progress.Func) (struct{}, error) {
			l, err := desk.Station.Ledger(ctx, false)
			if err == nil {
				err = l.CheckPIN(ctx, name, before)
			}
			if err == nil {
				err = l.SetPIN(ctx, name, chosen, name)
			}
			return struct{}{}, err
		}, func(_ struct{}, err error) {
			switch {
			case errors.Is(err, ledger.ErrNeedsPIN), errors.Is(err, ledger.ErrWrongPIN):
				now.Set(&widgets.Remark{State: look.Failed, Text: words.T("signin.pin-wrong")})
			case errors.Is(err, ledger.ErrShortPIN):
				next.Set(&widgets.Remark{State: look.Failed, Text: words.T("signin.pin-short")})
			case err != nil:
				d.Close()
				a.Fail(words.T("signin.pin-failed"), err)
			default:
				d.Close()
				text := words.T("signin.pin-set", "Name", words.Visible(name))
				if len(chosen) == 0 {
					text = words.T("signin.pin-removed", "Name", words.Visible(name))
				}
				a.Note(widgets.Note{State: look.Ready, Text: text})
			}
		})
	}}}
	d.FocusFirst(now.Entry)
	a.Ask(d)
}

// StationChanged hears that the station has another name or ledger.
func (a *Frame) StationChanged(name string) {
	a.desk.Called = name
	a.showWho()
	tell(a, LedgerWatcher.LedgerChanged)
}

// signIn signs somebody in, "" nobody. answered, which may be nil, hears nil or what is wrong with the PIN.
func (a *Frame) signIn(name string, pin []byte, answered func(pin error)) {
	desk := a.desk
	Run(a.asking, "", func(ctx context.Context, _ progress.Func) (struct{}, error) {
		defer clear(pin)
		return struct{}{}, desk.SignIn(ctx, name, pin)
	}, func(_ struct{}, err error) {
		refused := errors.Is(err, ledger.ErrNeedsPIN) || errors.Is(err, ledger.ErrWrongPIN)
		switch {
		case answered == nil:
		case refused:
			answered(err)
		default:
			answered(nil)
		}
		a.showWho()
		switch {
		case refused:
		case err != nil:
			a.Fail(words.T("signin.not-recorded"), err)
		case name == "":
			a.Note(widgets.Note{State: look.Ready, Text: words.T("signin.out-done")})
		default:
			a.Note(widgets.Note{State: look.Ready, Text: words.T("signin.done", "Name", words.Visible(name))})
		}
	})
}
