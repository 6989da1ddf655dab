package table

import (
	"context"

	"enrollbench/core/enrollment"
	"enrollbench/core/progress"
	"enrollbench/core/trustmanager"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// chooseProfile fetches the template of a profile from the connection that is in use; begin makes a new sheet of it.
func (t *Room) chooseProfile(begin bool) {
	a := t.app
	c := a.Connections().Find(a.Connections().Standard)
	switch {
	case a.Desk() == nil:
		a.NoDesk()
		return
	case c == nil && len(a.Connections().All) > 0:
		a.ShowConnections()
		a.Note(widgets.Note{State: look.Notice, Text: words.T("csv.choose-connection")})
		return
	case c == nil:
		a.ShowWelcome()
		return
	}
	d, connection := a.Desk(), *c
	frame.Run(t.remote, words.T("csv.profiles-asked"), func(ctx context.Context, _ progress.Func) (frame.ProfileList, error) {
		return d.Profiles(ctx, connection.ID)
	}, func(l frame.ProfileList, err error) {
		if err != nil {
			a.Fail(words.T("start.no-profiles"), err)
			return
		}
		var fit []trustmanager.Profile
		for _, p := range l.All {
			if p.Batch() {
				fit = append(fit, p)
			}
		}
		if len(fit) == 0 {
			a.Note(widgets.Note{State: look.Warning, Text: words.T("start.no-profile-fits")})
			return
		}
		which := widgets.Searched(widgets.NewSelect(frame.ProfileNames(fit), func(int) {}), words.T("jobs.column-profile"), a.Ask)
		text := words.T("csv.profile-text")
		if l.Why != nil {
			text += " " + words.T("start.profiles-kept", "Date", words.When(l.Kept))
		}
		a.Ask(&widgets.Dialog{State: look.Notice, Title: words.T("csv.profile-title"), Body: widgets.Outlined(which), Text: text,
			Answers: []widgets.Answer{{Text: words.T("dialog.back")}, {Text: words.T("csv.profile-take"), Act: func() {
				t.fetchTemplate(connection, fit[max(which.SelectedIndex(), 0)], begin)
			}}}})
	})
}

func (t *Room) fetchTemplate(c trustmanager.Connection, p trustmanager.Profile, begin bool) {
	a := t.app
	d := a.Desk()
	frame.Run(t.remote, words.T("csv.template-asked"), func(ctx context.Context, _ progress.Func) (*enrollment.Template, error) {
		return d.Template(ctx, c.ID, p)
	}, func(x *enrollment.Template, err error) {
		if err != nil {
			a.Fail(words.T("csv.template-not-had"), err)
			return
		}
		t.setTemplate(x, "")
		if begin {
			t.newSheet(x.Names())
		}
	})
}
