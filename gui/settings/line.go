package settings

import (
	"context"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"enrollbench/core/job"
	"enrollbench/core/progress"
	"enrollbench/core/watch"
	"enrollbench/gui/files"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// askLine shows the settings of line mode, which itself has none: the folders that are watched while it is on, and its sounds.
func (t *Room) askLine() {
	if !t.free() {
		return
	}
	folder := t.app.Desk().Folder()
	plans, err := watch.Plans(folder)
	if err != nil {
		t.app.Fail(words.T("line.plans-unreadable"), err)
		return
	}
	prefs := t.app.Preferences()
	silent := widgets.NewCheck(words.T("line.silent"), func(on bool) { prefs.SetBool(frame.PrefSilent, on) })
	silent.SetChecked(prefs.Bool(frame.PrefSilent))
	d := &widgets.Dialog{State: look.Notice, Title: words.T("line.settings"), Text: words.T("line.settings-text"), Body: silent,
		Answers: []widgets.Answer{{Text: words.T("dialog.close")}}}
	for _, p := range plans {
		d.List = append(d.List, words.Visible(p.Folder+" · "+p.ProfileName))
	}
	if len(plans) > 0 {
		d.Answers = append(d.Answers, widgets.Answer{Text: words.T("line.remove"), Act: func() { t.askRemovePlan(folder, plans) }})
	}
	d.Answers = append(d.Answers, widgets.Answer{Text: words.T("line.add"), Act: func() { t.addPlan(folder, plans) }})
	if len(plans) > 0 {
		d.Answers = append(d.Answers, widgets.Answer{Text: words.T("line.enter"), Act: t.app.ShowLine})
	}
	t.app.Ask(d)
}

// savePlans keeps the folders and shows them.
func (t *Room) savePlans(folder string, plans []watch.Plan) {
	if err := watch.SavePlans(folder, plans); err != nil {
		t.app.Fail(words.T("line.plans-not-saved"), err)
		return
	}
	t.askLine()
}

// askRemovePlan asks which folder is watched no more.
func (t *Room) askRemovePlan(folder string, plans []watch.Plan) {
	var names []string
	for _, p := range plans {
		names = append(names, words.Visible(p.Folder))
	}
	which := widgets.NewSelect(names, func(int) {})
	t.app.Ask(&widgets.Dialog{State: look.Notice, Title: words.T("line.remove"), Text: words.T("line.remove-text"), Body: widgets.Outlined(which),
		Answers: []widgets.Answer{{Text: words.T("dialog.back"), Act: t.askLine}, {Text: words.T("line.remove-now"), Act: func() {
			t.savePlans(folder, slices.Delete(plans, which.SelectedIndex(), which.SelectedIndex()+1))
		}}}})
}

// addPlan lets the user choose a folder, and a profile of the connection that is used.
func (t *Room) addPlan(settings string, plans []watch.Plan) {
	c := t.list.Find(t.list.Standard)
	if c == nil {
		t.app.Note(widgets.Note{State: look.Warning, Text: words.T("line.no-connection")})
		return
	}
	desk, id, name := t.app.Desk(), c.ID, c.Name
	t.app.PickFolder(files.Options{Title: words.T("line.pick")}, func(path string) {
		frame.Run(t.work, words.T("line.asking"), func(ctx context.Context, _ progress.Func) (frame.ProfileList, error) { return desk.Profiles(ctx, id) },
			func(l frame.ProfileList, err error) {
				t.show()
				if err != nil {
					t.app.Fail(words.T("line.no-profiles"), err, widgets.Answer{Text: words.T("problem.again"), Act: func() { t.addPlan(settings, plans) }})
					return
				}
				t.editPlan(settings, plans, watch.Plan{Folder: path, Connection: id}, name, l)
			})
	})
}

// editPlan asks for profile, count and time.
func (t *Room) editPlan(settings string, plans []watch.Plan, p watch.Plan, connection string, l frame.ProfileList) {
	var names []string
	var fit []job.Profile
	for _, of := range l.All {
		if profile := frame.JobProfile(of); frame.Takes(profile, job.ByDevice) {
			names, fit = append(names, words.Visible(of.Name)), append(fit, profile)
		}
	}
	if len(fit) == 0 {
		t.app.Note(widgets.Note{State: look.Warning, Text: words.T("line.no-fitting-profile")})
		return
	}
	d := &widgets.Dialog{State: look.Notice, Title: words.T("line.add"),
		Text: words.T("line.add-text", "Folder", words.Visible(filepath.Base(p.Folder)), "Connection", words.Visible(connection))}
	profile := widgets.Searched(widgets.NewSelect(names, func(int) {}), words.T("line.profile"), t.app.Ask)
	var check func()
	number := func(name, note string, standard int) *widgets.Field {
		return widgets.NewField(name, strconv.Itoa(standard), note, false, func(string) { check() })
	}
	count := number(words.T("line.count"), words.T("line.count-note"), watch.DefaultCount)
	minutes := number(words.T("line.minutes"), words.T("line.minutes-note"), int(watch.DefaultWait.Minutes()))
	read := func(f *widgets.Field) (n int, ok bool) {
		text := strings.TrimSpace(f.Entry.Text)
		if text == "" {
			return 0, true
		}
		n, err := strconv.Atoi(text)
		return n, err == nil && n > 0
	}
	check = func() {
		_, one := read(count)
		_, two := read(minutes)
		d.Enable(1, one && two)
	}
	d.Body = widgets.Down(look.Gap, widgets.NewText(words.T("line.profile")).Bold(), widgets.Outlined(profile), count.Content(), minutes.Content())
	d.Answers = []widgets.Answer{{Text: words.T("dialog.back"), Act: t.askLine}, {Text: words.T("line.add-now"), Act: func() {
		chosen := fit[profile.SelectedIndex()]
		p.Profile, p.ProfileName = chosen.ID, chosen.Name
		p.Count, _ = read(count)
		p.Minutes, _ = read(minutes)
		t.savePlans(settings, append(slices.DeleteFunc(plans, func(o watch.Plan) bool { return o.Folder == p.Folder }), p))
	}}}
	t.app.Ask(d)
}
