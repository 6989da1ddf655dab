package settings

import (
	"context"
	"io"
	"os"
	"path/filepath"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"enrollbench/core/atomicfile"
	"enrollbench/core/job"
	"enrollbench/core/progress"
	"enrollbench/core/trustmanager"
	"enrollbench/gui/files"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/widgets/sight"
	"enrollbench/gui/words"
)

// settingsWindow is what the room needs of the window around it.
type Window interface {
	frame.Voice
	frame.Bench
	frame.Picker
	frame.Writer
	frame.Stage
	frame.Station
	Secrets() frame.SecretStore
	KeptPassphrases() []string
	JobsThatNeed(connection string) int
	StationChanged(name string)
	ShowJobs()
	CopyDiagnosis()
	ShowLine()
}

// settingsTab shows core/trustmanager's connections: who is ordered from, and how one proves who one is.
type Room struct {
	Contract *contractPage
	app      Window
	work     *frame.Runner // saving, testing, asking the keychain
	peek     *frame.Runner // how old a key is

	list   frame.ConnectionList
	chosen string // id of the connection that is shown; "" for a new one, or none

	root     fyne.CanvasObject
	progress *widgets.ProgressRow
	bar      *widgets.BottomBar
	using    *widgets.Button
	more     *widgets.Button
	phrases  *widgets.Button // to forget passphrases
	rows     *fyne.Container
	stage    *fyne.Container
	hint     fyne.CanvasObject
	form     *connectionForm
	practice *practicePane
}

// settingsList is the width of the list of connections.
const settingsList = 236

func New(a Window) *Room {
	t := &Room{app: a}
	t.progress = widgets.NewProgressRow(t.Escape)
	t.work = a.Tasks().NewRunner(func(p *widgets.Progress) { t.progress.Set(p); t.showBar() })
	t.peek = a.Tasks().NewRunner(nil)
	t.Contract = newContractPage(t)
	t.build()
	t.show()
	return t
}

func (t *Room) Name() string               { return words.T("settings.tab") }
func (t *Room) Icon() string               { return "settings" }
func (t *Room) Content() fyne.CanvasObject { return t.root }

func (t *Room) build() {
	t.using = widgets.NewButton(words.T("settings.use"), look.Icon("ready"), t.use)
	t.more = widgets.NewButton("", look.Icon("options"), t.openMore)
	t.bar = widgets.NewBottomBar(widgets.NewPrimary(words.T("settings.test"), look.Icon("refresh"), t.act), t.more, t.using)
	t.form = newConnectionForm(t)
	t.practice = newPracticePane(t)
	t.rows = widgets.Down(look.Gap / 2)
	add := widgets.NewButton(words.T("settings.add"), look.Icon("add"), t.Add)
	paste := widgets.NewButton(words.T("settings.paste"), look.Icon("paste"), t.pasteCurl)
	importing := widgets.NewButton(words.T("settings.import"), look.Icon("folder"), t.Open)
	t.phrases = widgets.NewButton("", look.Icon("key"), t.askPassphrases)
	language := widgets.NewButton(words.T("settings.language"), look.Icon("options"), t.askLanguage)
	memory := widgets.NewButton(words.T("settings.ledger"), look.Icon("ledger"), t.askLedger)
	line := widgets.NewButton(words.T("line.settings"), look.Icon("scanner"), t.askLine)
	diagnosis := widgets.NewButton(words.T("diagnosis.copy"), look.Icon("copy"), t.app.CopyDiagnosis)
	buttons := widgets.Down(look.Gap/2, t.phrases, add, paste, importing, memory, line, language, diagnosis)
	left := widgets.Inset(2*look.Gap, 1.5*look.Gap, container.NewBorder(
		widgets.Inset(0, look.Gap, widgets.NewText(words.T("settings.connections")).Title()), buttons, nil, nil,
		sight.New(widgets.Inset(look.Gap, 0, t.rows))))
	t.hint = widgets.Hint(words.T("settings.none"))
	t.stage = container.NewStack(t.hint, t.form.root, t.practice.root)
	t.root = widgets.Edged(nil, widgets.Down(0, t.progress, t.bar.Content()),
		widgets.Wide(settingsList, widgets.Edged(nil, nil, nil, widgets.Upright(), left)), nil, t.stage)
}

// showList shows the connections as they are now.
func (t *Room) showList(l frame.ConnectionList) {
	t.list = l
	if t.list.Find(t.chosen) == nil && !t.form.fresh() {
		t.chosen = l.Standard
		if t.list.Find(t.chosen) == nil && len(l.All) > 0 {
			t.chosen = l.All[0].ID
		}
		t.fill()
	}
	t.show()
}

// free says whether something can be begun, and says why not where it cannot: what is saved or asked in the keychain is not
// broken off by what comes after it.
func (t *Room) free() bool {
	switch {
	case t.app.Desk() == nil:
		t.app.NoDesk()
		return false
	case t.work.Busy():
		t.app.Busy()
		return false
	}
	return true
}

// choose shows a connection.
func (t *Room) choose(id string) {
	if t.work.Busy() || id == t.chosen && !t.form.fresh() {
		return
	}
	if t.form.changed() {
		t.askChanges(func() { t.form.forget(); t.choose(id) })
		return
	}
	t.chosen = id
	t.fill()
	t.show()
}

// askChanges asks what becomes of changes that were not saved.
func (t *Room) askChanges(then func()) {
	t.app.Ask(&widgets.Dialog{State: look.Warning, Title: words.T("settings.unsaved"),
		Text:    words.T("settings.unsaved-text"),
		Answers: []widgets.Answer{{Text: words.T("dialog.back")}, {Text: words.T("settings.discard"), Danger: true, Act: then}}})
}

// fill puts the chosen connection into the form.
func (t *Room) fill() {
	c := t.list.Find(t.chosen)
	if c == nil || c.Kind == trustmanager.Practice && c.ID == job.PracticeID {
		t.form.forget()
		return
	}
	t.form.set(*c, false)
}

// Add begins a new connection.
func (t *Room) Add() {
	if t.work.Busy() {
		t.app.Busy()
		return
	}
	if t.form.changed() {
		t.askChanges(func() { t.form.forget(); t.Add() })
		return
	}
	t.chosen = ""
	t.form.set(trustmanager.NewConnection("", trustmanager.IoTTrustManager, trustmanager.KnownBaseURLs[0]), true)
	t.show()
	t.app.Canvas().Focus(t.form.title)
}

// show shows the list and the part that fits the chosen connection.
func (t *Room) show() {
	widgets.Renew(t.rows, t.fillRows)
	t.showRest()
}

// fillRows lists the connections.
func (t *Room) fillRows() {
	for _, c := range t.list.All {
		icon, below := look.Icon("connection"), c.Host()
		if c.Kind == trustmanager.Practice {
			icon = frame.PracticeIcon()
		}
		if c.ID == job.PracticeID {
			below = words.T("settings.practice-below")
		}
		if c.ID == t.list.Standard {
			below = words.T("settings.used", "Host", below)
		}
		row := widgets.NewRow(widgets.Inset(look.Gap, look.Gap, container.NewBorder(nil, nil,
			widgets.Across(0, widgets.Middle(widgets.Icon(icon, 22)), widgets.Space(look.Gap, 0)), nil,
			widgets.Down(2, widgets.NewText(words.Visible(c.Name)).Bold().Giving(), widgets.NewText(below).Muted().Small().Giving()))), 8, func() { t.choose(c.ID) })
		row.Label = c.Name
		row.SetSelected(c.ID == t.chosen)
		t.rows.Add(row)
	}
	if t.list.Find(job.PracticeID) == nil {
		row := widgets.NewRow(widgets.Inset(look.Gap, look.Gap, widgets.Across(look.Gap, widgets.Middle(widgets.Icon(frame.PracticeIcon(), 22)),
			widgets.Middle(widgets.NewText(words.T("welcome.practise"))))), 8, func() { t.app.Practise(nil) })
		row.Label = words.T("welcome.practise")
		t.rows.Add(row)
	}
}

// showRest shows what stands below the list, and the part that fits the chosen connection.
func (t *Room) showRest() {
	n := len(t.app.KeptPassphrases())
	t.phrases.SetText(words.N("settings.passphrases", n))
	if n == 0 {
		t.phrases.Hide()
	} else {
		t.phrases.Show()
	}
	set := func(o fyne.CanvasObject, on bool) {
		if on {
			o.Show()
		} else {
			o.Hide()
		}
	}
	c := t.list.Find(t.chosen)
	practice := c != nil && c.ID == job.PracticeID
	set(t.practice.root, practice)
	set(t.form.root, !practice && (c != nil || t.form.fresh()))
	set(t.hint, !practice && c == nil && !t.form.fresh())
	if practice {
		t.practice.show()
	}
	t.showBar()
}

func (t *Room) showBar() {
	if t.bar == nil || t.form == nil {
		return
	}
	c := t.list.Find(t.chosen)
	hide := func(b *widgets.Button, on bool) {
		if on {
			b.Hide()
		} else {
			b.Show()
		}
	}
	hide(t.using, c == nil || c.ID == t.list.Standard || t.form.changed())
	hide(t.more, c == nil || t.form.changed())
	t.bar.Primary.SetText(words.T("settings.test"))
	state := widgets.Fact{Plain: true, Text: words.N("settings.count", len(t.list.All))}
	switch {
	case t.work.Busy():
		t.bar.SetAction(false, words.T("open.wait"))
	case t.form.changed():
		t.bar.Primary.SetText(words.T("settings.save"))
		if t.form.fresh() {
			t.bar.Primary.SetText(words.T("settings.save-test"))
		}
		reason := t.form.lacks()
		state = widgets.Fact{State: look.Notice, Text: words.T("settings.changed")}
		t.bar.SetAction(reason == "", reason)
	case t.form.fresh():
		t.bar.Primary.SetText(words.T("settings.save-test"))
		t.bar.SetAction(false, words.T("settings.name-it"))
	case c == nil:
		t.bar.SetAction(false, words.T("settings.choose"))
	default:
		if fact, ok := t.form.tested(c.ID); ok {
			state = fact
		}
		t.bar.SetAction(true, "")
	}
	t.bar.SetFacts(state)
}

// act saves what was changed, else tests the connection.
func (t *Room) act() {
	if t.bar.Primary.Disabled() {
		t.app.Note(widgets.Note{State: look.Notice, Text: t.bar.Reason()})
		return
	}
	if t.form.changed() {
		t.form.save()
		return
	}
	t.test()
}

// test tries the connection from end to end and says each step in words.
func (t *Room) test() {
	c, d := t.list.Find(t.chosen), t.app.Desk()
	if c == nil || !t.free() {
		return
	}
	one := *c
	frame.Run(t.work, words.T("settings.testing"), func(ctx context.Context, _ progress.Func) (trustmanager.TestResult, error) {
		client, err := d.ClientOf(ctx, one)
		if err != nil {
			return trustmanager.TestResult{}, err
		}
		defer client.Close()
		return client.Test(ctx), ctx.Err()
	}, func(r trustmanager.TestResult, err error) {
		if err != nil {
			t.showBar()
			t.app.Fail(words.T("settings.test-failed"), err)
			return
		}
		t.form.results[one.ID] = r
		if one.ID == job.PracticeID {
			t.practice.show()
		} else {
			t.form.showResult()
			t.form.wheel.ScrollToBottom() // in a small window the steps lie below
		}
		t.showBar()
	})
}

// Verdict is what the last test of the chosen connection found, for the tests of the real window: the step that failed and why.
func (t *Room) Verdict() string {
	r, ok := t.form.results[t.chosen]
	if !ok {
		return ""
	}
	for _, s := range r.Steps {
		if s.Outcome == trustmanager.FailedStep {
			return s.Title + ": " + s.Text
		}
	}
	return words.T("settings.works")
}

// use makes the connection the one that is used for jobs.
func (t *Room) use() {
	if t.free() {
		t.app.UseConnection(t.chosen)
	}
}

// askPassphrases forgets the passphrases of private keys that were put into the keychain.
func (t *Room) askPassphrases() {
	a := t.app
	a.Ask(&widgets.Dialog{State: look.Warning, Title: words.T("settings.passphrases-title"),
		Text: words.T("settings.passphrases-text"),
		Answers: []widgets.Answer{{Text: words.T("dialog.back")}, {Text: words.T("settings.passphrases-now"), Danger: true, Act: func() {
			accounts := a.KeptPassphrases()
			if t.work.Busy() {
				a.Busy()
				return
			}
			frame.Run(t.work, "", func(ctx context.Context, _ progress.Func) (struct{}, error) {
				for _, account := range accounts {
					if err := frame.ForgetSecret(ctx, a.Secrets(), account); err != nil {
						return struct{}{}, err
					}
				}
				return struct{}{}, nil
			}, func(_ struct{}, err error) {
				if err != nil {
					a.Fail(words.T("settings.passphrases-failed"), err)
				} else {
					a.Preferences().SetStringList(frame.PrefPassphrases, nil)
				}
				t.show()
			})
		}}}})
}

// openMore offers what is seldom done with a connection.
func (t *Room) openMore() {
	c := t.list.Find(t.chosen)
	if c == nil {
		return
	}
	one := *c
	answers := []widgets.Answer{{Text: words.T("dialog.close")}}
	if one.ID != job.PracticeID {
		answers = append(answers, widgets.Answer{Text: words.T("settings.contract"), Act: t.editContract})
	}
	answers = append(answers,
		widgets.Answer{Text: words.T("settings.record"), Act: func() { t.record(one) }},
		widgets.Answer{Text: words.T("settings.remove"), Act: func() { t.askRemove(one) }},
		widgets.Answer{Text: words.T("settings.export"), Act: func() { t.export(one) }})
	t.app.Ask(&widgets.Dialog{State: look.Notice, Title: words.Visible(one.Name), Text: words.T("settings.more-text"), Answers: answers})
}

func (t *Room) askRemove(c trustmanager.Connection) {
	if n := t.app.JobsThatNeed(c.ID); n > 0 {
		t.app.Ask(&widgets.Dialog{State: look.Warning, Title: words.T("settings.needed", "Name", words.Visible(c.Name)),
			Text: words.N("settings.needed-text", n),
			Answers: []widgets.Answer{{Text: words.T("dialog.back")},
				{Text: words.T("settings.needed-show"), Act: t.app.ShowJobs}}})
		return
	}
	t.app.Ask(&widgets.Dialog{State: look.Warning, Title: words.T("settings.remove-title", "Name", words.Visible(c.Name)),
		Text:    words.T("settings.remove-text"),
		Answers: []widgets.Answer{{Text: words.T("dialog.back")}, {Text: words.T("settings.remove-now"), Danger: true, Act: func() { t.remove(c) }}}})
}

func (t *Room) remove(c trustmanager.Connection) {
	d := t.app.Desk()
	if !t.free() {
		return
	}
	frame.Run(t.work, words.T("settings.removing"), func(ctx context.Context, _ progress.Func) (struct{}, error) {
		for _, s := range trustmanager.AllSecrets {
			if err := d.Forget(ctx, c.Account(s)); err != nil {
				return struct{}{}, err
			}
		}
		_, err := d.Connections.Remove(c.ID)
		return struct{}{}, err
	}, func(_ struct{}, err error) {
		if err != nil {
			t.showBar()
			t.app.Fail(words.T("settings.remove-failed"), err)
			return
		}
		t.form.forget()
		t.chosen = ""
		t.app.ReadConnections(false)
	})
}

func (t *Room) export(c trustmanager.Connection) {
	d := t.app.Desk()
	t.app.SaveFile(files.Options{Title: words.T("settings.export-title"), Name: "connection.json",
		Kind: words.T("settings.kind"), Ends: []string{".json"}}, func(path string, replace bool) {
		if !t.free() {
			return
		}
		frame.Run(t.work, "", func(context.Context, progress.Func) (struct{}, error) {
			return struct{}{}, atomicfile.Write(path, atomicfile.Options{Replace: replace, Mode: 0o600}, func(w io.Writer) error { return d.Connections.Export(w, c.ID) })
		}, func(_ struct{}, err error) {
			t.showBar()
			if err != nil {
				t.app.Fail(words.T("settings.export-failed"), err)
				return
			}
			t.app.Note(widgets.Note{State: look.Ready, Detail: path, Text: words.T("settings.exported")})
		})
	})
}

// Open imports connections.
func (t *Room) Open() {
	t.app.PickFiles(files.Options{Title: words.T("settings.import-title"), Kind: words.T("settings.kind"), Ends: []string{".json"}}, t.Drop)
}

// Takes says that connections of another station belong here.
func (t *Room) Takes() (home, also files.Use) { return files.Connections, 0 }

// Drop imports exported connections.
func (t *Room) Drop(paths []string) {
	d := t.app.Desk()
	if !t.free() {
		return
	}
	if t.form.changed() {
		t.askChanges(func() { t.fill(); t.Drop(paths) })
		return
	}
	frame.Run(t.work, words.T("settings.importing"), func(context.Context, progress.Func) ([]trustmanager.Connection, error) {
		f, err := os.Open(filepath.Clean(paths[0]))
		if err != nil {
			return nil, err
		}
		defer f.Close()
		return d.Connections.Import(f)
	}, func(all []trustmanager.Connection, err error) {
		t.showBar()
		if err != nil {
			t.app.Fail(words.T("settings.import-failed"), err)
			return
		}
		t.form.forget()
		t.chosen = all[0].ID
		t.app.Preferences().SetBool(frame.PrefWelcomed, true)
		t.app.ReadConnections(false)
		t.app.Note(widgets.Note{State: look.Ready, Text: words.N("settings.imported", len(all))})
	})
}

func (t *Room) Save()    { t.act() }
func (t *Room) Recheck() { t.test() }

// Paste takes a cURL command that the portal shows.
func (t *Room) Paste(text string) {
	if looksLikeCurl(text) {
		t.readCurl(text)
	}
}

func (t *Room) Shown() { t.app.ReadConnections(false) }

func (t *Room) Escape() {
	switch {
	case t.work.Busy():
		t.work.Cancel()
	case t.form.changed():
		t.askChanges(t.discard)
	case t.form.fresh():
		t.discard()
	}
}

// discard lets go of what was changed in the form.
func (t *Room) discard() {
	fresh := t.form.fresh()
	t.form.forget()
	if fresh {
		t.showList(t.list)
		return
	}
	t.fill()
	t.show()
}

func (t *Room) Busy() bool { return t.work.Busy() || t.peek.Busy() || t.practice.work.Busy() }

// ConnectionsRead shows the connections as they were read.
func (t *Room) ConnectionsRead(l frame.ConnectionList, _ bool) { t.showList(l) }

func (t *Room) Telling() (*widgets.BottomBar, bool, int, string) {
	current := ""
	if c := t.list.Find(t.chosen); c != nil {
		current = c.Name
	}
	return t.bar, t.work.Busy(), len(t.list.All), current
}
