package start

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"enrollbench/core/eui48"
	"enrollbench/core/finding"
	"enrollbench/core/job"
	"enrollbench/core/progress"
	"enrollbench/core/recipient"
	"enrollbench/core/trustmanager"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/widgets/sight"
	"enrollbench/gui/words"
)

// startWindow is what the room needs of the window around it.
type Window interface {
	frame.Voice
	frame.Bench
	frame.Stage
	frame.Station
	frame.Recipients
	RecipientWords(r *recipient.Recipient) string
	Practising() bool
	Given() bool
	OpenHere()
	ShowKeys()
	ShowWelcome()
	AddConnection()
	UseRange(r eui48.Range)
	TakeJobs(all ...*job.Record)
	ShowJob(id string)
	SendJob(id string)
	OrderSamples()
}

// startPage says in words what is about to be ordered, from whom and for whom, and starts it with one button.
type Room struct {
	app   Window
	work  *frame.Runner // preparing and sending
	check *frame.Runner // what speaks against it
	ask   *frame.Runner // connections and profiles

	given       *frame.Order // nil while the page is closed
	connections []trustmanager.Connection
	profiles    []trustmanager.Profile
	listed      string // id of the connection whose profiles those are
	asking      string // why the profiles are not there, "" while they are
	summary     *job.Summary

	root       fyne.CanvasObject
	progress   *widgets.ProgressRow
	bar        *widgets.BottomBar
	keep       *widgets.Button
	back       *widgets.Button
	head       *widgets.Text
	sentence   *widgets.Text
	ordered    *fyne.Container // what is ordered, in lines
	request    *fyne.Container // what is sent, and where to
	connection *widgets.Select
	where      *widgets.Text // what the connection means: practice, or a host where it costs money
	profile    *widgets.Select
	profiled   *widgets.Text   // why there is no profile to choose
	details    *widgets.Button // of that
	trouble    error           // why the service could not be asked; nil where it was
	format     *widgets.Select
	chain      *widgets.Check
	sealed     *fyne.Container
	sealedTo   *widgets.Text
	unproven   *widgets.Check
	again      fyne.CanvasObject // shown where the same was ordered before
	reason     *widgets.Entry    // to order it once more
	free       *widgets.Button   // to order what is free instead
	says       *fyne.Container
	fields     map[string]*widgets.Entry // device group and the like, by their names
	fieldLines *fyne.Container
}

// Preferences of the page.
const (
	prefStartFormat  = "start.format"
	prefStartNoChain = "start.no-chain"
	prefStartProfile = "start.profile." // and the connection's id
)

func New(a Window) *Room {
	p := &Room{app: a}
	p.progress = widgets.NewProgressRow(p.Escape)
	p.work = a.Tasks().NewRunner(func(s *widgets.Progress) {
		if s != nil {
			s.Octets = true
		}
		p.progress.Set(s)
		p.showBar()
	})
	p.check, p.ask = a.Tasks().NewRunner(nil), a.Tasks().NewRunner(nil)
	p.build()
	return p
}

func (p *Room) Name() string               { return words.T("start.title") }
func (p *Room) Icon() string               { return "jobs" }
func (p *Room) Content() fyne.CanvasObject { return p.root }

func (p *Room) build() {
	preferences := p.app.Preferences()
	p.keep = widgets.NewButton(words.T("start.keep"), look.Icon("save"), func() { p.act(false) })
	p.back = widgets.NewButton(words.T("dialog.back"), look.Icon("left"), p.leave)
	p.bar = widgets.NewBottomBar(widgets.NewPrimary(words.T("start.title"), look.Icon("jobs"), func() { p.act(true) }), p.back, p.keep)

	p.head = widgets.NewParagraph(words.T("start.title"))
	p.head.Face, p.head.Style.Bold = look.SizeFigure, true
	p.sentence = widgets.NewParagraph("").Title()
	p.ordered, p.request = widgets.Down(0), widgets.Down(0)
	p.connection = widgets.NewSelect(nil, func(int) { p.onConnection() })
	p.profile = widgets.Searched(widgets.NewSelect(nil, func(int) { p.onChange() }), words.T("jobs.column-profile"), p.app.Ask)
	p.profiled = widgets.NewParagraph("").Small()
	p.where = widgets.NewParagraph("").Small()
	p.where.Style.Bold = true
	p.details = widgets.NewQuiet(words.T("dialog.details"), look.Icon("options"), func() {
		if p.trouble != nil {
			p.app.Fail(words.T("start.no-profiles"), p.trouble)
		}
	})
	p.details.Hide()
	var forms []string
	for _, f := range job.Formats {
		forms = append(forms, strings.ToUpper(string(f)))
	}
	p.format = widgets.NewSelect(forms, func(i int) { preferences.SetInt(prefStartFormat, i); p.onChange() })
	if i := preferences.Int(prefStartFormat); i > 0 && i < len(forms) {
		p.format.SetSelectedIndex(i)
	}
	p.chain = widgets.NewCheck(words.T("start.chain"), func(on bool) { preferences.SetBool(prefStartNoChain, !on); p.onChange() })
	p.chain.Checked = !preferences.Bool(prefStartNoChain)
	p.sealedTo = widgets.NewParagraph("")
	p.unproven = widgets.NewCheck(words.T("start.unproven"), func(bool) { p.onChange() })
	choose := widgets.NewButton(words.T("start.key"), look.Icon("key"), p.app.ShowKeys)
	p.sealed = widgets.Down(look.Gap, line(words.T("keys.used"), widgets.Down(look.Gap/2,
		container.NewBorder(nil, nil, nil, widgets.Down(0, choose), widgets.Inset(1.25*look.Gap, 0, p.sealedTo)), p.unproven)))
	p.reason = widgets.NewEntry()
	p.reason.PlaceHolder = words.T("start.again-hint")
	p.reason.OnChanged = func(string) { p.onChange() }
	p.free = widgets.NewButton("", look.Icon("mac"), p.useFree)
	p.again = widgets.Down(look.Gap, line(words.T("start.again"), p.reason), container.NewHBox(p.free))
	p.again.Hide()
	p.says = widgets.Down(1.5 * look.Gap)
	p.fields, p.fieldLines = map[string]*widgets.Entry{}, widgets.Down(look.Gap)
	titles := map[string]string{"device_group": words.T("start.field-device_group"), "account": words.T("start.field-account"), "key_type": words.T("start.field-key_type")}
	for _, name := range trustmanager.OrderFields {
		e := widgets.NewEntry()
		e.OnChanged = func(string) { p.onChange() }
		p.fields[name] = e
		p.fieldLines.Add(line(titles[name], e))
	}
	form := widgets.Down(1.5*look.Gap,
		line(words.T("jobs.column-connection"), widgets.Down(2, container.NewBorder(nil, nil, nil,
			widgets.NewButton(words.T("start.connections"), look.Icon("settings"), p.app.ShowConnections), widgets.Outlined(p.connection)), p.where)),
		line(words.T("jobs.column-profile"), widgets.Down(2, widgets.Outlined(p.profile),
			container.NewBorder(nil, nil, nil, widgets.Down(0, p.details), p.profiled))),
		p.fieldLines,
		line(words.T("jobs.fact-format"), container.NewBorder(nil, nil, widgets.Wide(120, widgets.Outlined(p.format)), nil, widgets.Inset(0, look.Gap, p.chain))),
		p.sealed, p.request)
	page := widgets.Inset(3*look.Gap, 4*look.Gap, widgets.Down(2.5*look.Gap, widgets.Down(look.Gap, p.head, p.sentence, p.ordered), form, widgets.Rule(), p.says, p.again))
	p.root = widgets.Edged(nil, widgets.Down(0, p.progress, p.bar.Content()), nil, nil, sight.New(page))
}

// Take opens the page for what a room prepared.
func (p *Room) Take(o *frame.Order) {
	if p.app.Desk() == nil {
		p.app.NoDesk()
		return
	}
	if p.work.Busy() { // another batch is being prepared, whose files are needed
		p.Discard(o)
		p.app.Busy()
		return
	}
	p.leaveBehind()
	p.given = o
	p.showRequest("")
	p.reason.SetText("")
	for _, e := range p.fields {
		e.SetText("")
	}
	p.connections = nil // a new batch goes through the connection that the header shows
	widgets.FillQuietly(p.connection, nil, -1)
	p.app.ShowAside(p)
}

// Shown reads the connections anew: they may have been changed in the settings meanwhile.
func (p *Room) Shown() {
	if p.given == nil {
		return
	}
	p.unproven.SetChecked(false)
	p.sentence.SetText(p.given.What)
	p.showOrdered()
	p.read()
}

// read reads the connections and asks for the profiles.
func (p *Room) read() {
	if p.given == nil || p.work.Busy() {
		return
	}
	p.showSealed()
	d := p.app.Desk()
	frame.Run(p.ask, "", func(context.Context, progress.Func) (frame.ConnectionList, error) { return d.List() }, func(l frame.ConnectionList, err error) {
		if err != nil {
			p.app.Fail(words.T("connections.unreadable"), err)
			return
		}
		p.showConnections(l)
	})
}

// showConnections offers the connections; the default is chosen unless one was chosen before.
func (p *Room) showConnections(l frame.ConnectionList) {
	before := p.chosen()
	p.connections = l.All
	if len(l.All) == 0 {
		if p.app.Current() == frame.Room(p) {
			p.app.ShowWelcome()
		}
		return
	}
	if before != nil && l.Find(before.ID) == nil {
		before = nil // it was removed meanwhile
	}
	var names []string
	index := -1
	for i, c := range l.All {
		name := c.Name
		if kind := c.Kind.Title(); kind != name {
			name += " · " + kind
		}
		if c.Kind != trustmanager.Practice {
			name += " · " + c.Host()
		}
		names = append(names, words.Visible(name))
		if before != nil && c.ID == before.ID || before == nil && (c.ID == l.Standard || len(l.All) == 1) {
			index = i
		}
	}
	widgets.FillQuietly(p.connection, names, index)
	p.onConnection()
}

// chosen is the connection that is chosen, nil for none.
func (p *Room) chosen() *trustmanager.Connection {
	if i := p.connection.SelectedIndex(); i >= 0 && i < len(p.connections) {
		return &p.connections[i]
	}
	return nil
}

// onConnection asks for the profiles of the connection.
func (p *Room) onConnection() {
	c := p.chosen()
	if c == nil || p.given == nil {
		p.onChange()
		return
	}
	p.showFields(c)
	p.profiles, p.listed, p.trouble = nil, c.ID, nil
	p.asking = words.T("start.profiles-asked")
	widgets.FillQuietly(p.profile, nil, -1)
	p.onChange()
	d := p.app.Desk()
	frame.Run(p.ask, "", func(ctx context.Context, _ progress.Func) (frame.ProfileList, error) { return d.Profiles(ctx, c.ID) },
		func(l frame.ProfileList, err error) {
			if frame.Cancelled(err) || p.given == nil {
				return
			}
			p.asking = ""
			switch {
			case err != nil:
				p.trouble = err
				e := frame.Explain(words.T("start.no-profiles"), err)
				p.asking = e.Title + ". " + e.Text
			case l.Why != nil:
				p.trouble = l.Why
				p.asking = words.T("start.profiles-kept", "Date", words.When(l.Kept))
			}
			p.showProfiles(l.All)
		})
}

// showFields offers what an order through the connection can name besides its profile; nothing for most.
func (p *Room) showFields(c *trustmanager.Connection) {
	offered := c.Contract.OrderFieldsOf(p.given.Batch.KeyMethod())
	for i, name := range trustmanager.OrderFields {
		p.fields[name].SetPlaceHolder(words.T("start.field-default", "Value", words.Visible(cmp.Or(c.Contract.Order[name], words.T("start.field-none")))))
		if slices.Contains(offered, name) {
			p.fieldLines.Objects[i].Show()
		} else {
			p.fieldLines.Objects[i].Hide()
		}
	}
	if len(offered) > 0 {
		p.fieldLines.Show()
	} else {
		p.fieldLines.Hide()
	}
}

// showProfiles offers those that take such a batch.
func (p *Room) showProfiles(all []trustmanager.Profile) {
	p.profiles = slices.DeleteFunc(all, func(x trustmanager.Profile) bool { return !p.fits(x) })
	last := p.app.Preferences().String(prefStartProfile + p.listed)
	index := 0
	if c := p.chosen(); c != nil && c.Kind != trustmanager.Practice && len(p.profiles) > 1 {
		index = -1 // what costs money is chosen, unless it is what was chosen last
	}
	if i := slices.IndexFunc(p.profiles, func(x trustmanager.Profile) bool { return x.ID == last }); i >= 0 {
		index = i
	}
	if len(p.profiles) == 0 && p.asking == "" {
		p.asking = words.T("start.no-profile-fits")
	}
	widgets.FillQuietly(p.profile, frame.ProfileNames(p.profiles), index)
	p.onChange()
}

// fits says whether a profile takes batches of these keys, as far as the service tells.
func (p *Room) fits(x trustmanager.Profile) bool {
	return frame.Takes(frame.JobProfile(x), p.given.Batch.Keys)
}

// batch is what is chosen now.
func (p *Room) batch() job.Batch {
	g := p.given
	b := g.Batch
	b.Format, b.FullChain = job.Formats[max(p.format.SelectedIndex(), 0)], p.chain.Checked
	if c := p.chosen(); c != nil {
		b.Connection = job.Connection{ID: c.ID, Name: c.Name, Practice: c.Kind == trustmanager.Practice}
	}
	if i := p.profile.SelectedIndex(); i >= 0 && i < len(p.profiles) {
		b.Profile = frame.JobProfile(p.profiles[i])
	}
	b.Again = p.reason.Text
	for name, e := range p.fields {
		if text := strings.TrimSpace(e.Text); text != "" && p.fieldLines.Visible() {
			if b.Fields == nil {
				b.Fields = map[string]string{}
			}
			b.Fields[name] = text
		}
	}
	if r := p.app.Recipient(); r != nil && b.Keys == job.ByService {
		b.Recipient, b.Unproven = r, p.unproven.Checked
		b.Proof = recipient.Proof{Fingerprint: r.Fingerprint(), At: p.app.Proven(r)}
	}
	return b
}

// showSealed says whom the keys are sealed to.
func (p *Room) showSealed() {
	if p.given.Batch.Keys != job.ByService {
		p.sealed.Hide()
		return
	}
	p.sealed.Show()
	r := p.app.Recipient()
	p.unproven.Hide()
	p.sealedTo.Style.Bold = true
	if r == nil {
		p.sealedTo.Color = look.Failed.Color()
		p.sealedTo.SetText(words.T("start.nobody"))
		return
	}
	p.sealedTo.Color = p.app.RecipientState(r).Color()
	p.sealedTo.SetText(p.app.RecipientWords(r))
	p.sealedTo.Refresh()
	if p.app.Proven(r).IsZero() {
		p.unproven.Show()
	}
}

// onChange works out anew what would be started and what speaks against it.
func (p *Room) onChange() {
	if p.given == nil || p.work.Busy() {
		return
	}
	p.showWhere()
	p.profiled.SetText(p.asking)
	if p.trouble == nil {
		p.details.Hide()
	} else {
		p.details.Show()
	}
	if p.asking == "" {
		p.profiled.Hide()
	} else {
		p.profiled.Show()
	}
	p.showSealed()
	b, d := p.batch(), p.app.Desk()
	p.summary = nil
	p.showBar()
	frame.Run(p.check, "", func(ctx context.Context, _ progress.Func) (*job.Summary, error) { return d.Jobs.Check(ctx, b) }, func(s *job.Summary, err error) {
		if frame.Cancelled(err) {
			return
		}
		if err != nil {
			p.app.Fail(words.T("start.check-failed"), err)
			return
		}
		p.summary = s
		p.showSummary()
	})
}

// showSummary says what would be started and what speaks against it.
func (p *Room) showSummary() {
	p.sentence.SetText(words.SentenceCase(words.Visible(p.summary.Sentence)))
	p.showRequest(p.summary.Request)
	p.says.Objects = nil
	groups := p.summary.Report.Groups()
	again := p.reason.Text != "" // somebody is typing it
	for _, g := range groups {
		again = again || g.Rule == job.RuleSentBefore.Name
		if g.Rule == job.RuleProfile.Name && p.asking != "" {
			continue // it is said where the profile is chosen
		}
		p.says.Add(causeLine(g))
	}
	if len(groups) == 0 {
		good := widgets.NewText(words.T("start.nothing-against")).Bold()
		good.Color = look.Ready.Color()
		p.says.Add(widgets.Across(look.Gap, widgets.Middle(widgets.Icon(look.Ready.Icon(), 22)), widgets.Middle(good)))
	}
	if again {
		p.again.Show()
	} else {
		p.again.Hide()
	}
	if next := p.summary.Next; next.Count > 0 {
		p.free.SetText(words.T("start.use-free", "Start", next.Start.String()))
		p.free.Show()
	} else {
		p.free.Hide()
	}
	p.says.Refresh()
	p.showBar()
}

func (p *Room) showBar() {
	if p.bar == nil || p.given == nil {
		return
	}
	s := p.summary
	n := 0
	if s != nil {
		n = s.Count
	}
	p.bar.Primary.SetText(words.N("start.now", n))
	if n == 0 {
		p.bar.Primary.SetText(words.T("start.title"))
	}
	var facts []widgets.Fact
	if c := p.chosen(); c != nil {
		name := c.Name
		if c.Kind != trustmanager.Practice {
			name += " · " + c.Host()
		}
		facts = append(facts, widgets.Fact{Plain: true, Text: words.Visible(name)})
	}
	ready := false
	switch {
	case p.work.Busy():
		p.bar.SetAction(false, words.T("open.wait"))
	case s == nil:
		p.bar.SetAction(false, words.T("start.checking"))
	case s.Blocked():
		errs := causes(s.Report, finding.Error)
		facts = append(facts, widgets.Fact{State: look.Failed, Text: words.N("start.errors", errs)})
		p.bar.SetAction(false, words.T("start.blocked"))
	default:
		ready = true
		if w := causes(s.Report, finding.Warning); w > 0 {
			facts = append(facts, widgets.Fact{State: look.Warning, Text: words.N("start.warnings", w)})
		} else {
			facts = append(facts, widgets.Fact{State: look.Ready, Text: words.T("start.ready")})
		}
		p.bar.SetAction(true, "")
	}
	p.keep.SetEnabled(ready)
	p.back.SetEnabled(!p.work.Busy())
	p.bar.SetFacts(facts...)
}
