package keys

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"enrollbench/core/finding"
	"enrollbench/core/progress"
	"enrollbench/core/recipient"
	"enrollbench/gui/files"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/widgets/sight"
	"enrollbench/gui/words"
)

// keyWindow is what the room needs of the window around it.
type Window interface {
	frame.Voice
	frame.Bench
	frame.Picker
	frame.Writer
	frame.Stage
	frame.KeyRing
	frame.Recipients
	StandingWords(r *recipient.Recipient) string
	SetRecipient(r *recipient.Recipient, path string)
	RememberProof(p recipient.Proof)
	Config() string
}

// keyPanel shows core/recipient: which key results are encrypted to. It is no tab of its own but opens from the header,
// for every tab that orders something.
type Room struct {
	app  Window
	work *frame.Runner
	file *frame.RecipientFile // chosen and not settled yet: several keys, or a private one

	root     fyne.CanvasObject
	empty    fyne.CanvasObject
	page     *fyne.Container // the chosen recipient
	ask      *fyne.Container // which of several, or what to do about a private key
	progress *widgets.ProgressRow
	bar      *widgets.BottomBar
	other    *widgets.Button
	none     *widgets.Button
	seal     *widgets.Button
	making   *widgets.Button
	practice *widgets.Button

	title  *widgets.Text
	words  *widgets.Text
	facts  *fyne.Container
	says   *fyne.Container
	proof  *fyne.Container
	key    *widgets.Entry
	remark *widgets.Text
}

func New(a Window) *Room {
	p := &Room{app: a}
	p.progress = widgets.NewProgressRow(p.Escape)
	p.work = a.Tasks().NewRunner(func(s *widgets.Progress) { p.progress.Set(s); p.showBar() })
	p.build()
	p.show()
	return p
}

func (p *Room) Name() string               { return words.T("keys.title") }
func (p *Room) Icon() string               { return "key" }
func (p *Room) Content() fyne.CanvasObject { return p.root }

func (p *Room) build() {
	p.seal = widgets.NewButton(words.T("keys.encrypt"), look.Icon("sealed"), p.encrypt)
	p.other = widgets.NewButton(words.T("keys.other"), look.Icon("key"), p.Open)
	p.none = widgets.NewButton(words.T("keys.none"), look.Icon("remove"), p.forget)
	primary := widgets.NewPrimary(words.T("keys.rehearse"), look.Icon("refresh"), p.act)
	p.bar = widgets.NewBottomBar(primary, p.none, p.other)

	files := widgets.NewPrimary(words.T("open.files"), look.Icon("add"), p.Open)
	p.making = widgets.NewButton(words.T("keys.make"), look.Icon("key"), p.askPair)
	p.practice = widgets.NewQuiet(words.T("keys.make-for-practice"), look.ColoredIcon("practice", look.ColorPractice), p.makePractice)
	p.empty = widgets.DropZone(words.T("keys.drop"), words.T("keys.drop-hint"), p.practice, files, p.making)

	p.title, p.words = widgets.NewText("").Giving(), widgets.NewText("").Giving()
	p.title.Face, p.title.Style.Bold = look.SizeFigure, true
	p.facts, p.says, p.proof = widgets.Down(look.Gap), widgets.Down(look.Gap), widgets.Down(look.Gap)
	head := container.NewBorder(nil, nil, widgets.Across(0, widgets.Middle(widgets.Icon(look.Icon("key"), 36)), widgets.Space(1.5*look.Gap, 0)), nil,
		widgets.Down(0, p.title, p.words))
	left := sight.New(widgets.Inset(2.5*look.Gap, 3*look.Gap, widgets.Down(2.5*look.Gap, head, p.says, p.facts)))

	p.key = widgets.NewEntry()
	p.key.PlaceHolder = words.T("open.key-path")
	p.key.TypeOver = true
	p.key.OnChanged = func(string) { p.remark.SetText(""); p.showBar() }
	p.key.OnSubmitted = func(string) { p.act() }
	choose := widgets.NewButton("", look.Icon("folder"), p.chooseKey)
	p.remark = widgets.NewParagraph("")
	p.remark.Color = look.Failed.Color()
	right := widgets.Down(2*look.Gap, widgets.NewText(words.T("keys.rehearsal")).Title(), p.proof,
		widgets.NewParagraph(words.T("keys.rehearsal-text")).Muted(),
		container.NewBorder(nil, nil, nil, choose, p.key), p.remark, widgets.Rule(), container.NewHBox(p.seal), container.NewHBox(widgets.NewQuiet(words.T("keys.make"), look.Icon("key"), p.askPair)))
	side := container.NewStack(widgets.NewArea(look.ColorFill, 0), widgets.Wide(widgets.AsideWidth,
		sight.New(widgets.Inset(2.5*look.Gap, 2.5*look.Gap, right))))
	p.page = widgets.Edged(nil, nil, nil, side, left)
	p.ask = widgets.Down(2 * look.Gap)
	p.root = widgets.Edged(nil, widgets.Down(0, p.progress, p.bar.Content()), nil, nil,
		container.NewStack(p.empty, p.page, sight.New(widgets.Inset(2.5*look.Gap, 3*look.Gap, p.ask))))
}

// show shows how things stand.
func (p *Room) show() {
	if p.bar == nil {
		return
	}
	r := p.app.Recipient()
	set := func(o fyne.CanvasObject, on bool) {
		if on {
			o.Show()
		} else {
			o.Hide()
		}
	}
	set(p.ask, p.file != nil)
	set(p.page, p.file == nil && r != nil)
	set(p.empty, p.file == nil && r == nil)
	set(p.other, p.file != nil || r != nil)
	set(p.none, p.file == nil && r != nil)
	set(p.seal, p.file == nil && r != nil)
	if p.file != nil {
		p.showQuestion()
	} else if r != nil {
		p.showRecipient(r)
	}
	p.showBar()
}

func (p *Room) showBar() {
	r := p.app.Recipient()
	switch {
	case p.file != nil && p.file.Secret():
		p.bar.SetFacts(widgets.Fact{State: look.Failed, Text: frame.RuleTitle(recipient.RulePrivateKey.Name)})
		p.bar.SetAction(false, words.T("keys.decide"))
	case p.file != nil:
		p.bar.SetFacts(widgets.Fact{State: look.Notice, Text: words.N("keys.several", len(p.file.Recipients))})
		p.bar.SetAction(false, words.T("keys.decide"))
	case r == nil:
		p.bar.SetFacts(widgets.Fact{Plain: true, Text: words.T("keys.nothing")})
		p.bar.SetAction(false, words.T("keys.choose-first"))
	default:
		state := p.app.RecipientState(r)
		p.bar.SetFacts(widgets.Fact{State: state, Text: p.app.StandingWords(r)}) // the name stands above, and may be long
		p.seal.SetEnabled(state != look.Failed && !p.work.Busy())
		path := strings.TrimSpace(p.key.Text)
		info, err := os.Stat(path)
		switch {
		case p.work.Busy():
			p.bar.SetAction(false, words.T("open.wait"))
		case state == look.Failed:
			p.bar.SetAction(false, words.T("keys.unfit"))
		case path == "":
			p.bar.SetAction(false, words.T("keys.choose-private"))
		case err != nil || info.IsDir():
			p.bar.SetAction(false, words.T("open.no-such-key"))
		default:
			p.bar.SetAction(true, "")
		}
	}
}

// showRecipient shows everything about the chosen one.
func (p *Room) showRecipient(r *recipient.Recipient) {
	p.title.SetText(words.Visible(r.Title()))
	p.words.SetText(words.Core(r.Kind().String()) + " · " + r.Algorithm())
	day := func(t time.Time) string {
		if t.IsZero() {
			return words.T("keys.never")
		}
		return words.Minute(t)
	}
	printName := words.T("keys.fingerprint")
	if r.Kind() == recipient.X509 {
		printName = words.T("details.sha256-certificate")
	}
	who := [][3]string{}
	if c := r.Certificate(); c != nil {
		who = append(who, [3]string{words.T("details.subject"), words.Visible(c.Subject.String())},
			[3]string{words.T("details.issued-by"), words.Visible(c.Issuer.String())},
			[3]string{words.T("details.serial"), strings.ToUpper(c.SerialNumber.Text(16)), "mono"})
	}
	if k := r.Key(); k != nil {
		who = append(who, [3]string{words.T("keys.users"), words.Visible(strings.Join(k.UserIDs, "; "))})
	}
	who = append(who, [3]string{words.T("keys.used"), words.Visible(words.Core(r.KeyUsed()))},
		[3]string{words.T("details.from"), day(r.NotBefore())},
		[3]string{words.T("details.until"), day(r.NotAfter())},
		[3]string{printName, printOf(r), "mono"},
		[3]string{words.T("details.file"), p.app.Preferences().String(frame.PrefRecipient)})
	p.facts.Objects = []fyne.CanvasObject{widgets.Section(words.T("keys.about"), who...)}
	p.says.Objects = nil
	for _, g := range r.Findings(p.app.Tasks().Now()).Groups() { // errors first
		for _, f := range g.Findings {
			p.says.Add(frame.FindingLine(f))
		}
	}
	state, text := look.Warning, words.T("keys.unproven")
	if at := p.app.Proven(r); !at.IsZero() {
		state, text = look.Ready, words.T("keys.proved", "Date", words.Minute(at))
	}
	phrase := widgets.NewParagraph(text)
	phrase.Color, phrase.Style.Bold = state.Color(), true
	p.proof.Objects = []fyne.CanvasObject{container.NewBorder(nil, nil, widgets.Across(0, widgets.Down(0, widgets.Icon(state.Icon(), 22)), widgets.Space(look.Gap, 0)), nil, phrase)}
	if keys := p.app.RecentKeys(); p.key.Text == "" && len(keys) > 0 {
		p.key.SetText(keys[0])
	}
	p.page.Refresh()
}

// printOf is a recipient's fingerprint in lines to compare.
func printOf(r *recipient.Recipient) string {
	if c := r.Certificate(); c != nil {
		return strings.Join(frame.FingerprintLines(frame.RootSum(c)), "\n")
	}
	return r.FingerprintText()
}

// showQuestion asks which of several keys is meant, or what to do about a private one.
func (p *Room) showQuestion() {
	p.ask.Objects = nil
	f := p.file
	if f.Secret() {
		card := widgets.NewVerdict()
		below := words.T("keys.private-text", "File", filepath.Base(f.Path))
		if len(f.Recipients) == 0 {
			below = words.T("keys.private-alone", "File", filepath.Base(f.Path))
		}
		card.Set(look.Failed, frame.RuleTitle(recipient.RulePrivateKey.Name), below)
		p.ask.Add(card.Content())
	}
	title := words.T("keys.which")
	if f.Secret() {
		title = words.T("keys.public-half")
	}
	if len(f.Recipients) > 0 {
		p.ask.Add(widgets.NewText(title).Title())
	}
	rows := widgets.Down(look.Gap / 2)
	for _, r := range f.Recipients {
		state := look.Ready
		if r.Findings(p.app.Tasks().Now()).Count(finding.Error) > 0 {
			state = look.Failed
		}
		line := widgets.NewRow(widgets.Inset(look.Gap, look.Gap, container.NewBorder(nil, nil,
			widgets.Across(0, widgets.Middle(widgets.Icon(state.Icon(), 22)), widgets.Space(1.5*look.Gap, 0)), widgets.Middle(widgets.Icon(look.ColoredIcon("right", look.ColorMuted), 14)),
			widgets.Down(2, widgets.NewText(words.Visible(r.Title())).Bold().Giving(),
				widgets.NewText(words.Core(r.Kind().String())+" · "+r.Algorithm()+" · "+r.FingerprintText()).Muted().Small().Giving()))), 8, func() { p.settle(r) })
		line.Label = r.Title()
		rows.Add(line)
	}
	p.ask.Add(rows)
	if p.app.Recipient() != nil {
		p.ask.Add(container.NewHBox(widgets.NewButton(words.T("dialog.back"), look.Icon("left"), p.giveUp)))
	}
	p.ask.Refresh()
}

// settle takes one of the file's keys.
func (p *Room) settle(r *recipient.Recipient) {
	path := p.file.Path
	p.file = nil
	p.app.SetRecipient(r, path)
	p.focus()
}

func (p *Room) giveUp() {
	p.file = nil
	p.show()
}

// Takes says that public keys belong here; a private one is refused with a word about it.
func (p *Room) Takes() (home, also files.Use) { return files.Public, files.Vague | files.Key }

// Drop takes a file with a key.
func (p *Room) Drop(paths []string) {
	if p.work.Busy() {
		p.app.Busy()
		return
	}
	path := paths[0]
	frame.Run(p.work, words.T("keys.reading"), func(context.Context, progress.Func) (*frame.RecipientFile, error) { return frame.ReadRecipients(path) },
		func(f *frame.RecipientFile, err error) {
			p.showBar()
			if err != nil {
				p.app.Fail(words.T("keys.read-failed"), err, widgets.Answer{Text: words.T("problem.other-file"), Act: p.Open})
				return
			}
			p.file = f
			if len(f.Recipients) == 1 && !f.Secret() {
				p.settle(f.Recipients[0])
				return
			}
			p.show()
		})
}

// Open lets the user pick the key to encrypt to.
func (p *Room) Open() { p.app.PickRecipient(func(path string) { p.Drop([]string{path}) }) }

// forget chooses no key.
func (p *Room) forget() {
	r, path := p.app.Recipient(), p.app.Preferences().String(frame.PrefRecipient)
	p.app.SetRecipient(nil, "")
	p.app.Note(widgets.Note{State: look.Ready, Text: words.T("keys.forgotten"),
		Action: words.T("csr.undo"), Act: func() { p.app.SetRecipient(r, path) }})
}

func (p *Room) chooseKey() {
	p.app.PickFile(words.T("open.pick-key"), []string{".key", ".pem", ".p12", ".pfx", ".asc", ".gpg", ".der"}, words.T("open.key-kind"),
		func(path string) { p.key.SetText(path); p.focus() })
}

// act rehearses.
func (p *Room) act() {
	if p.bar.Primary.Disabled() {
		p.app.Note(widgets.Note{State: look.Notice, Text: p.bar.Reason()})
		return
	}
	r, path := p.app.Recipient(), strings.TrimSpace(p.key.Text)
	frame.Run(p.work, words.T("keys.rehearsing"), func(ctx context.Context, _ progress.Func) (recipient.Proof, error) {
		held, err := p.app.ReadKey(ctx, path)
		if err != nil {
			return recipient.Proof{}, err
		}
		defer held.Wipe()
		proof, err := recipient.Rehearse(ctx, r, held.Opener)
		if err == nil {
			p.app.KeepPassphrase(ctx, held)
		}
		return proof, err
	}, func(proof recipient.Proof, err error) {
		p.showBar()
		switch {
		case frame.Cancelled(err):
			p.app.Note(widgets.Note{State: look.Notice, Text: words.T("note.cancelled")})
		case err != nil:
			text, hint := frame.KeyWords(err)
			p.remark.SetText(strings.TrimSpace(look.Failed.Word() + ": " + text + " " + hint))
			p.page.Refresh()
			p.app.Canvas().Focus(p.key)
		default:
			p.rememberKey(r, path)
			p.app.RememberProof(proof)
			p.show()
			p.app.Note(widgets.Note{State: look.Ready, Text: words.T("keys.rehearsed", "Name", words.Visible(r.Title()))})
		}
	})
}

func (p *Room) focus() {
	c := p.app.Canvas()
	switch {
	case p.app.Recipient() == nil:
	case !p.bar.Primary.Disabled():
		c.Focus(p.bar.Primary)
	case p.app.RecipientState(p.app.Recipient()) != look.Failed:
		c.Focus(p.key)
	}
}

func (p *Room) Save() { p.act() }
func (p *Room) Paste(text string) {
	if files.LooksLikePaths(text) {
		p.Drop(files.ParsePaths(text))
	}
}

// Recheck reads the file of the chosen key anew.
func (p *Room) Recheck() {
	if path := p.app.Preferences().String(frame.PrefRecipient); p.app.Recipient() != nil {
		p.Drop([]string{path})
	}
}
func (p *Room) Shown() { p.show(); p.focus() }

// Escape cancels what runs, gives up a question, or closes the panel.
func (p *Room) Escape() {
	switch {
	case p.work.Busy():
		p.work.Cancel()
	case p.file != nil:
		p.giveUp()
	default:
		p.app.Back()
	}
}

// RecipientChanged shows another recipient.
func (p *Room) RecipientChanged() { p.show() }

func (p *Room) Telling() (*widgets.BottomBar, bool, int, string) {
	rows, current := 0, ""
	if p.file != nil {
		rows = len(p.file.Recipients)
	}
	if p.app.Recipient() != nil {
		current = p.app.Recipient().Title()
	}
	return p.bar, p.work.Busy(), rows, current
}

// Busy says whether anything runs that ends by itself.
func (p *Room) Busy() bool { return p.work.Busy() }
