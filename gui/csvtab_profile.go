package gui

import (
	"context"

	"fyne.io/fyne/v2/lang"

	"enrollbench/core/enrollment"
	"enrollbench/core/progress"
	"enrollbench/core/trustmanager"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
)

// chooseProfile fetches the template of a profile from the connection that is in use; begin makes a new sheet of it.
func (t *csvTab) chooseProfile(begin bool) {
	a := t.app
	c := a.connected.find(a.connected.standard)
	switch {
	case a.desk == nil:
		a.noDesk()
		return
	case c == nil && len(a.connected.all) > 0:
		a.showConnections()
		a.note(widgets.Note{State: look.Notice, Text: lang.X("csv.choose-connection", "Choose the connection that is to be used for jobs; the profile comes from it.")})
		return
	case c == nil:
		a.welcome()
		return
	}
	d, connection := a.desk, *c
	Run(t.remote, lang.X("csv.profiles-asked", "Asking for the profiles"), func(ctx context.Context, _ progress.Func) (profileList, error) {
		return d.profiles(ctx, connection.ID)
	}, func(l profileList, err error) {
		if err != nil {
			a.fail(lang.X("start.no-profiles", "The profiles could not be asked for"), err)
			return
		}
		var fit []trustmanager.Profile
		for _, p := range l.all {
			if p.Batch() {
				fit = append(fit, p)
			}
		}
		if len(fit) == 0 {
			a.note(widgets.Note{State: look.Warning, Text: lang.X("start.no-profile-fits", "None of the profiles of this connection takes such a batch.")})
			return
		}
		which := widgets.NewSelect(profileNames(fit), func(int) {})
		text := lang.X("csv.profile-text", "Its template says which columns the service wants. The columns are then compared with it.")
		if l.why != nil {
			text += " " + lang.X("start.profiles-kept", "As they were seen on {{.Date}}: the service could not be asked now.", map[string]any{"Date": when(l.kept)})
		}
		a.ask(&widgets.Dialog{State: look.Notice, Title: lang.X("csv.profile-title", "Which profile?"), Body: widgets.Outlined(which), Text: text,
			Answers: []widgets.Answer{{Text: lang.X("dialog.back", "Go back")}, {Text: lang.X("csv.profile-take", "Use its template"), Act: func() {
				t.fetchTemplate(connection, fit[max(which.SelectedIndex(), 0)], begin)
			}}}})
	})
}

func (t *csvTab) fetchTemplate(c trustmanager.Connection, p trustmanager.Profile, begin bool) {
	a := t.app
	d := a.desk
	Run(t.remote, lang.X("csv.template-asked", "Asking for the template"), func(ctx context.Context, _ progress.Func) (*enrollment.Template, error) {
		return d.template(ctx, c.ID, p)
	}, func(x *enrollment.Template, err error) {
		if err != nil {
			a.fail(lang.X("csv.template-not-had", "The template could not be had"), err)
			return
		}
		t.setTemplate(x, "")
		if begin {
			t.newSheet(x.Names())
		}
	})
}
