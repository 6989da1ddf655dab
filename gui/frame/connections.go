package frame

import (
	"context"
	"errors"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"enrollbench/core/enrollment"
	"enrollbench/core/job"
	"enrollbench/core/keychain"
	"enrollbench/core/progress"
	"enrollbench/core/trustmanager"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// connectionList is all connections, and the id of the one that is meant where none is named.
type ConnectionList struct {
	All      []trustmanager.Connection
	Standard string
}

func (l ConnectionList) Find(id string) *trustmanager.Connection {
	for i := range l.All {
		if l.All[i].ID == id {
			return &l.All[i]
		}
	}
	return nil
}

// list reads the connections.
func (d *Desk) List() (ConnectionList, error) {
	all, err := d.Connections.Load()
	if err != nil {
		return ConnectionList{}, err
	}
	standard, err := d.Connections.Default()
	return ConnectionList{all, standard}, err
}

// profileList is the profiles of a connection; kept is when they were seen where the service cannot be asked now.
type ProfileList struct {
	All  []trustmanager.Profile
	Kept time.Time
	Why  error // it cannot be asked
}

// profiles asks a service for its profiles. Preparation computers are often offline: then those that were seen last are
// what there is.
func (d *Desk) Profiles(ctx context.Context, id string) (ProfileList, error) {
	cache := trustmanager.NewProfileCache(d.Folder())
	c, err := d.Client(ctx, id)
	if err == nil {
		defer c.Close()
		var all []trustmanager.Profile
		if all, err = c.Profiles(ctx); err == nil {
			return ProfileList{All: all}, cache.PutProfiles(id, all, time.Now())
		}
	}
	if cached, kept := cache.Get(id); ctx.Err() == nil && kept == nil && len(cached.Profiles) > 0 {
		return ProfileList{All: cached.Profiles, Kept: cached.At, Why: err}, nil
	}
	return ProfileList{}, err
}

// template asks for the template of a profile and, where the service has it, for its specification, which tells what must be
// filled. Offline the template that was seen last is what there is.
func (d *Desk) Template(ctx context.Context, id string, p trustmanager.Profile) (*enrollment.Template, error) {
	cache := trustmanager.NewProfileCache(d.Folder())
	c, err := d.Client(ctx, id)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	csv, err := c.Template(ctx, p.ID)
	if err != nil {
		cached, kept := cache.Get(id)
		if one, ok := cached.Templates[p.ID]; ctx.Err() == nil && kept == nil && ok {
			return enrollment.ParseTemplate([]byte(one.CSV), p.Name)
		}
		return nil, err
	}
	if err := cache.PutTemplate(id, p.ID, csv, time.Now()); err != nil {
		return nil, err
	}
	t, err := enrollment.ParseTemplate(csv, p.Name)
	if err != nil {
		return nil, err
	}
	spec, err := c.Specification(ctx, p.ID)
	if err != nil {
		return t, ctx.Err() // profiles for batches alone have none
	}
	must := map[string]bool{}
	for _, f := range spec.Fields {
		must[f.ID] = f.Mandatory && f.Default == ""
	}
	return t.WithRequired(func(name string) (bool, bool) { m, known := must[name]; return m, known }), nil
}

// profileNames are the names of profiles to choose from. Those that several have are told apart by their ids: a choice goes
// by its text.
func ProfileNames(all []trustmanager.Profile) []string {
	seen := map[string]int{}
	for _, p := range all {
		seen[words.Visible(p.Name)]++
	}
	names := make([]string, len(all))
	for i, p := range all {
		names[i] = words.Visible(p.Name)
		if p.Name == "" || seen[names[i]] > 1 {
			names[i] = strings.TrimPrefix(names[i]+" · "+words.Visible(p.ID), " · ")
		}
	}
	return names
}

// jobProfile is what a batch keeps of a profile.
func JobProfile(p trustmanager.Profile) job.Profile { return job.ProfileOf(p) }

// openDesk opens what batches need, off the UI thread, and then shows the jobs.
func (a *Frame) openDesk() {
	Run(a.opening, "", func(ctx context.Context, _ progress.Func) (*Desk, error) { return openDesk(ctx, a.config, a.secrets) }, func(d *Desk, err error) {
		if err != nil {
			a.deskTrouble = err
			tell(a, func(w DeskWatcher) { w.DeskFailed(err) })
			return
		}
		a.desk, a.deskTrouble = d, nil
		a.showWho()
		tell(a, DeskWatcher.DeskOpened)
		a.ReadConnections(true)
		a.sweepUploads()
		a.backUpLedger()
	})
}

// backUpEvery is how often it is looked whether a backup of the ledger is due.
const backUpEvery = time.Hour

// backUpLedger makes the backup of the ledger that is due by the settings, and looks again in a while.
func (a *Frame) backUpLedger() {
	d := a.desk
	Run(a.tasks.NewRunner(nil), "", func(ctx context.Context, _ progress.Func) (string, error) { return d.BackUpLedger(ctx) }, func(_ string, err error) {
		if err != nil && !Cancelled(err) {
			a.Note(widgets.Note{State: look.Warning, Text: words.T("ledger.backup-failed"), Detail: words.Error(err)})
		}
		a.tasks.After(backUpEvery, a.backUpLedger)
	})
}

// ReopenDesk tries once more what failed when the program started.
func (a *Frame) ReopenDesk() {
	if a.desk != nil || a.opening.Busy() {
		return
	}
	a.deskTrouble = nil
	tell(a, DeskWatcher.DeskOpens)
	a.openDesk()
}

// sweepUploads removes upload files that nothing refers to any more.
func (a *Frame) sweepUploads() {
	d, now := a.desk, a.tasks.clock()
	Run(a.tasks.NewRunner(nil), "", func(ctx context.Context, _ progress.Func) (struct{}, error) {
		return struct{}{}, d.SweepUploads(ctx, now)
	}, func(_ struct{}, err error) {
		if err != nil && !Cancelled(err) {
			fyne.LogError("upload files that were left behind", err)
		}
	})
}

// NoDesk says why nothing can be started.
func (a *Frame) NoDesk() {
	if a.deskTrouble == nil {
		a.Note(widgets.Note{State: look.Notice, Text: words.T("app.desk-opens")})
		return
	}
	a.Fail(words.T("jobs.unreadable"), a.deskTrouble)
}

// ReadConnections reads the connections and shows the one that is used. At the first start there is none, and a page
// offers to practise or to connect.
func (a *Frame) ReadConnections(first bool) {
	a.withConnections(words.T("connections.unreadable"), (*Desk).List, first)
}

// UseConnection makes a connection the one that is used for jobs.
func (a *Frame) UseConnection(id string) {
	a.withConnections(words.T("settings.save-failed"), func(d *Desk) (ConnectionList, error) {
		if err := d.Connections.SetDefault(id); err != nil {
			return ConnectionList{}, err
		}
		return d.List()
	}, false)
}

// withConnections reads the connections, after a change of them or not, and tells everybody. failure says what went wrong.
func (a *Frame) withConnections(failure string, read func(*Desk) (ConnectionList, error), first bool) {
	if a.desk == nil {
		return
	}
	d := a.desk
	Run(a.opening, "", func(context.Context, progress.Func) (ConnectionList, error) { return read(d) }, func(l ConnectionList, err error) {
		if err != nil {
			if !Cancelled(err) {
				a.Fail(failure, err)
			}
			return
		}
		a.connected = l
		a.showLink()
		tell(a, func(w ConnectionsWatcher) { w.ConnectionsRead(l, first) })
	})
}

// prefWelcomed says that somebody was offered to practise or to connect, and chose.
const PrefWelcomed = "welcomed"

// practiceIcon marks everything that is for practice.
func PracticeIcon() fyne.Resource { return look.ColoredIcon("practice", look.ColorPractice) }

// Practising says whether the practice service is being started.
func (a *Frame) Practising() bool { return a.practising.Busy() }

// Practise makes the practice service the one that is used, and then does what was to be done.
func (a *Frame) Practise(then func()) {
	if a.desk == nil {
		a.NoDesk()
		return
	}
	if a.practising.Busy() {
		return
	}
	d := a.desk
	Run(a.practising, "", func(ctx context.Context, _ progress.Func) (struct{}, error) { return struct{}{}, d.practise(ctx) },
		func(_ struct{}, err error) {
			tell(a, PracticeWatcher.PracticeChanged)
			if err != nil {
				a.Fail(words.T("practice.failed"), err)
				return
			}
			a.Preferences().SetBool(PrefWelcomed, true)
			a.ReadConnections(false)
			if then != nil {
				then()
			}
		})
}

// connectionWords puts an error of a connection into words: what it is, what to do.
func ConnectionWords(err error) string {
	if advice := keychain.Advice(err); advice != "" {
		cause := err
		if e := (*keychain.Error)(nil); errors.As(err, &e) { // without the name under which the keychain has it
			cause = e.Kind
		}
		return words.Sentence(words.Visible(cause.Error())) + " " + words.Sentence(advice)
	}
	return words.Sentence(words.Plain(strings.TrimSpace(err.Error())))
}

// takes says whether a profile takes batches of these keys, as far as the service tells.
func Takes(p job.Profile, keys job.Keys) bool {
	switch {
	case p.NoBatch:
		return false
	case keys == job.ByService:
		return p.KeyGeneration != "client_side"
	}
	return p.KeyGeneration != "server_side"
}
