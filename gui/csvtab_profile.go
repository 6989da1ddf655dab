package gui

import (
	"context"

	"enrollbench/core/enrollment"
	"enrollbench/core/progress"
	"enrollbench/core/trustmanager"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// chooseProfile fetches the template of a profile from the connection that is in use; begin makes a new sheet of it.
func (t *csvTab) chooseProfile(begin bool) {
	a := t.app
	c := a.connected.find(a.connected.standard)
	switch {
	case a.Desk() == nil:
		a.NoDesk()
		return
	case c == nil && len(a.connected.all) > 0:
		a.ShowConnections()
		a.Note(widgets.Note{State: look.Notice, Text: words.T("csv.choose-connection")})
		return
	case c == nil:
		a.ShowWelcome()
		return
	}
	d, connection := a.Desk(), *c
	Run(t.remote, words.T("csv.profiles-asked"), func(ctx context.Context, _ progress.Func) (profileList, error) {
		return d.profiles(ctx, connection.ID)
	}, func(l profileList, err error) {
		if err != nil {
			a.Fail(words.T("start.no-profiles"), err)
			return
		}
		var fit []trustmanager.Profile
		for _, p := range l.all {
			if p.Batch() {
				fit = append(fit, p)
			}
		}
		if len(fit) == 0 {
			a.Note(widgets.Note{State: look.Warning, Text: words.T("start.no-profile-fits")})
			return
		}
		which := widgets.NewSelect(profileNames(fit), func(int) {})
		text := words.T("csv.profile-text")
		if l.why != nil {
			text += " " + words.T("start.profiles-kept", "Date", when(l.kept))
		}
		a.Ask(&widgets.Dialog{State: look.Notice, Title: words.T("csv.profile-title"), Body: widgets.Outlined(which), Text: text,
			Answers: []widgets.Answer{{Text: words.T("dialog.back")}, {Text: words.T("csv.profile-take"), Act: func() {
				t.fetchTemplate(connection, fit[max(which.SelectedIndex(), 0)], begin)
			}}}})
	})
}

func (t *csvTab) fetchTemplate(c trustmanager.Connection, p trustmanager.Profile, begin bool) {
	a := t.app
	d := a.Desk()
	Run(t.remote, words.T("csv.template-asked"), func(ctx context.Context, _ progress.Func) (*enrollment.Template, error) {
		return d.template(ctx, c.ID, p)
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
