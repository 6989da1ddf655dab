package frame

import (
	"context"
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

// askWho lets an operator sign in for a shift, by name or by a badge that a scanner types.
func (a *Frame) askWho() {
	if a.desk == nil {
		a.NoDesk()
		return
	}
	field := widgets.NewField(words.T("signin.name"), words.T("signin.example"), words.T("signin.note"), false, nil)
	field.Entry.SetText(a.Operator())
	d := &widgets.Dialog{State: look.Notice, Title: words.T("signin.title"), Text: words.T("signin.text"), Body: field.Content()}
	d.Answers = []widgets.Answer{{Text: words.T("dialog.back")}}
	if a.Operator() != "" {
		d.Answers = append(d.Answers, widgets.Answer{Text: words.T("signin.out"), Act: func() { a.signIn("") }})
	}
	d.Answers = append(d.Answers, widgets.Answer{Text: words.T("signin.in"), Stays: true, Act: func() {
		name := strings.TrimSpace(field.Entry.Text)
		if name == "" {
			field.Set(&widgets.Remark{State: look.Failed, Text: words.T("signin.missing")})
			return
		}
		d.Close()
		a.signIn(name)
	}})
	d.FocusFirst(field.Entry)
	a.Ask(d)
}

// StationChanged hears that the station has another name or ledger.
func (a *Frame) StationChanged(name string) {
	a.desk.Called = name
	a.showWho()
	tell(a, LedgerWatcher.LedgerChanged)
}

func (a *Frame) signIn(name string) {
	desk := a.desk
	Run(a.asking, "", func(ctx context.Context, _ progress.Func) (struct{}, error) {
		return struct{}{}, desk.SignIn(ctx, name)
	}, func(_ struct{}, err error) {
		a.showWho()
		switch {
		case err != nil:
			a.Fail(words.T("signin.not-recorded"), err)
		case name == "":
			a.Note(widgets.Note{State: look.Ready, Text: words.T("signin.out-done")})
		default:
			a.Note(widgets.Note{State: look.Ready, Text: words.T("signin.done", "Name", words.Visible(name))})
		}
	})
}
