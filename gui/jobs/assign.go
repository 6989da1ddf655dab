package jobs

import (
	"context"
	"slices"

	"enrollbench/core/job"
	"enrollbench/core/progress"
	"enrollbench/core/trustmanager"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// known says whether this computer has the connection of a batch; that of another one has an id of its own.
func (t *Room) known(r *job.Record) bool {
	return r.Connection.ID == job.PracticeID || t.app.Connections().Find(r.Connection.ID) != nil
}

// host is the host that a batch goes to, "" where it is for practice.
func (t *Room) host(r *job.Record) string {
	if c := t.app.Connections().Find(r.Connection.ID); c != nil && !r.Connection.Practice {
		return c.Host()
	}
	return ""
}

// askConnection asks through which connection a prepared batch goes, such as one that was prepared on another computer. What
// is for practice stays so.
func (t *Room) askConnection(r *job.Record, then func(*job.Record)) {
	var fit []trustmanager.Connection
	var names []string
	index := 0
	for _, c := range t.app.Connections().All {
		if (c.Kind == trustmanager.Practice) != r.Connection.Practice {
			continue
		}
		if c.ID == r.Connection.ID || c.ID == t.app.Connections().Standard && !t.known(r) {
			index = len(fit)
		}
		name := c.Name
		if c.ID != job.PracticeID {
			name += " · " + c.Host()
		}
		fit, names = append(fit, c), append(names, words.Visible(name))
	}
	if len(fit) == 0 {
		t.sure(look.Notice, words.T("jobs.no-connection"),
			words.T("jobs.no-connection-text", "Name", words.Visible(r.Connection.Name)),
			words.T("start.connections"), false, t.app.ShowConnections)
		return
	}
	which := widgets.NewSelect(names, func(int) {})
	which.SetSelectedIndex(index)
	t.app.Ask(&widgets.Dialog{State: look.Notice, Title: words.T("jobs.assign-title"), Body: widgets.Outlined(which),
		Text: words.T("jobs.assign-text", "Name", words.Visible(r.Connection.Name), "Profile", words.Visible(r.Profile.Name)),
		Answers: []widgets.Answer{{Text: words.T("dialog.back")}, {Text: words.T("jobs.assign-now"), Act: func() {
			t.askProfile(r, fit[max(which.SelectedIndex(), 0)], then)
		}}}})
}

// askProfile keeps the profile of the batch where the connection has it, and asks for another one where it has not.
func (t *Room) askProfile(r *job.Record, c trustmanager.Connection, then func(*job.Record)) {
	d := t.app.Desk()
	inTurn(t, words.T("csv.profiles-asked"), func(ctx context.Context, _ progress.Func) (frame.ProfileList, error) {
		return d.Profiles(ctx, c.ID)
	}, func(l frame.ProfileList, err error) {
		t.showBar()
		if err != nil {
			t.app.Fail(words.T("start.no-profiles"), err)
			return
		}
		if i := slices.IndexFunc(l.All, func(p trustmanager.Profile) bool { return p.ID == r.Profile.ID }); i >= 0 {
			t.assign(r, c, frame.JobProfile(l.All[i]), then)
			return
		}
		fit := slices.DeleteFunc(l.All, func(p trustmanager.Profile) bool { return !frame.Takes(frame.JobProfile(p), r.Keys) })
		if len(fit) == 0 {
			t.app.Note(widgets.Note{State: look.Warning, Text: words.T("start.no-profile-fits")})
			return
		}
		which := widgets.Searched(widgets.NewSelect(frame.ProfileNames(fit), func(int) {}), words.T("jobs.column-profile"), t.app.Ask)
		t.app.Ask(&widgets.Dialog{State: look.Warning, Title: words.T("jobs.assign-profile"), Body: widgets.Outlined(which),
			Text: words.T("jobs.assign-profile-text", "Name", words.Visible(c.Name), "Profile", words.Visible(r.Profile.Name)),
			Answers: []widgets.Answer{{Text: words.T("dialog.back")}, {Text: words.T("jobs.assign-now"), Act: func() {
				if i := which.SelectedIndex(); i >= 0 {
					t.assign(r, c, frame.JobProfile(fit[i]), then)
				}
			}}}})
	})
}

// assign gives the batch, and the others of its series that were not sent, another connection and profile.
func (t *Room) assign(r *job.Record, c trustmanager.Connection, p job.Profile, then func(*job.Record)) {
	jobs, to := t.app.Desk().Jobs, job.ConnectionOf(c)
	t.run(r, words.T("jobs.assigning"), words.T("jobs.assign-failed"), func(ctx context.Context, _ progress.Func) (*job.Record, error) {
		s, err := jobs.SeriesOf(ctx, r.ID)
		if err != nil {
			return nil, err
		}
		for _, part := range s.Records {
			if part.State == job.Prepared && part.ID != r.ID {
				if _, err := jobs.Assign(ctx, part.ID, to, p); err != nil {
					return nil, err
				}
			}
		}
		return jobs.Assign(ctx, r.ID, to, p)
	}, then)
}

// Need is how many batches cannot go on without a connection.
func (t *Room) Need(connection string) int {
	n := 0
	for _, r := range t.all {
		if r.Connection.ID == connection && (r.State.UnderWay() || r.State == job.Starting || r.State == job.MayExist || r.State == job.Complete) {
			n++
		}
	}
	return n
}
