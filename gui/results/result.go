package results

import (
	"context"
	"crypto/x509"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"

	"enrollbench/core/progress"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/widgets/sheet"
	"enrollbench/gui/widgets/sight"
	"enrollbench/gui/words"
)

// resultPage is the answer: the verdict, the numbers, the issuer, and the lists below.
type resultPage struct {
	tab    *Room
	result *result
	views  []resultView
	view   int
	rows   []int32 // of the view's model that the filter shows; nil: all

	root       *fyne.Container
	verdict    *widgets.Verdict
	pill       fyne.CanvasObject // PRACTICE
	asPractice *widgets.Button   // for one that was opened as production
	again      *widgets.Button   // fetches the damaged result of a batch once more
	origin     *widgets.Text
	change     *widgets.Button
	figures    *fyne.Container
	ordered    *widgets.Figure
	certs      *widgets.Figure
	keys       *widgets.Figure
	chain      *widgets.Text
	issuer     *fyne.Container
	lists      *fyne.Container // all of what a red verdict hides
	raw        *fyne.Container // what is said instead
	choice     *widgets.Select
	findBox    *widgets.Entry
	saving     *widgets.Button
	sheet      *sheet.Sheet
	why        *widgets.Text
	whyBox     *fyne.Container
	head       *widgets.Disclosure
	body       *fyne.Container
	wheel      *sight.Scroll
	stage      *fyne.Container
}

func newResultPage(t *Room) *resultPage {
	p := &resultPage{tab: t, verdict: widgets.NewVerdict(), pill: widgets.PracticePill(), origin: widgets.NewText("").Muted().Giving(), issuer: widgets.Down(0), raw: widgets.Down(look.Gap)}
	p.asPractice = widgets.NewButton(words.T("practice.open"), look.ColoredIcon("practice", look.ColorPractice), t.openAsPractice)
	p.again = widgets.NewButton(words.T("jobs.fetch-again"), look.Icon("refresh"), func() { t.app.FetchAgain(t.job) })
	p.change = widgets.NewQuiet(words.T("result.change"), look.Icon("left"), t.back)
	p.ordered = widgets.NewFigure(words.T("result.ordered"))
	p.certs = widgets.NewFigure(words.T("result.certificates"))
	p.keys = widgets.NewFigure(words.T("result.keys"))
	p.chain = widgets.NewParagraph("")
	p.chain.Lines = 2
	chain := widgets.Down(look.Gap/2, widgets.NewText(words.T("result.chain")).Muted(), p.chain)
	p.figures = container.NewBorder(nil, nil, widgets.Across(4*look.Gap, p.ordered.Content(), p.certs.Content(), p.keys.Content(), widgets.Space(0, 0)), nil, chain)

	p.choice = widgets.NewSelect(nil, p.choose)
	p.findBox = widgets.NewSearch(words.T("csr.find"), func(string) { p.sift() }, p.focusSheet)
	p.saving = widgets.NewButton(words.T("result.save-lists"), look.Icon("save"), p.saveLists)
	p.sheet = sheet.New(nil, nil)
	p.sheet.OnSelect = func(int) { p.showDetails() }
	p.sheet.OnActivate = func(int) { p.head.SetOpen(true) }
	p.sheet.OnNotice = func(text string) { t.app.Note(widgets.Note{State: look.Notice, Text: text}) }
	p.sheet.OnCopied = func(n, selected int) {
		if n == selected {
			t.app.Note(widgets.Note{State: look.Ready, Text: words.N("csr.copied", n)})
		}
	}
	p.why = widgets.NewParagraph("").Muted()
	p.why.Lines = 4
	p.body = widgets.Down(look.Gap * 1.5)
	p.wheel = sight.New(widgets.Inset(look.Gap, look.Gap*2, p.body))
	p.head = widgets.NewDisclosure(words.T("details.title"), nil, p.toggle)
	p.stage = container.NewStack()
	p.toggle(false)

	p.whyBox = container.New(layout.NewCustomPaddedLayout(0, look.Gap, 2*look.Gap, 2*look.Gap), p.why)
	bar := widgets.Inset(look.Gap, 2*look.Gap, container.NewBorder(nil, nil, widgets.Wide(240, widgets.Outlined(p.choice)), p.saving,
		widgets.Inset(0, look.Gap, p.findBox)))
	p.lists = widgets.Topped(widgets.Down(0, bar, p.whyBox, widgets.Rule()), p.stage)
	top := widgets.Inset(1.5*look.Gap, 2*look.Gap, widgets.Down(look.Gap, p.verdict.Content(), container.NewBorder(nil, nil, p.pill, widgets.Across(look.Gap, p.asPractice, p.again), widgets.Middle(p.origin)), container.NewBorder(nil, nil, nil, widgets.Middle(p.change), p.figures), p.issuer))
	p.root = container.NewStack(sight.New(widgets.Topped(widgets.Down(0, top, widgets.Rule()),
		container.NewStack(p.lists, sight.New(widgets.Inset(look.Gap, 2*look.Gap, p.raw))))))
	return p
}

// set shows a result; nil lets go of it.
func (p *resultPage) set(r *result) {
	p.result = r
	p.views, p.view, p.rows = nil, 0, nil
	if r == nil {
		p.sheet.SetModel(nil)
		return
	}
	if r.practice() {
		p.verdict.SetPractice(r.state, words.T("practice.says", "Text", words.Visible(r.head)), words.Visible(r.below))
		p.pill.Show()
	} else {
		p.verdict.Set(r.state, words.Visible(r.head), words.Visible(r.below))
		p.pill.Hide()
	}
	if r.strayed() {
		p.asPractice.Show()
	} else {
		p.asPractice.Hide()
	}
	if r.delivery == nil && p.tab.job != nil {
		p.again.Show()
	} else {
		p.again.Hide()
	}
	p.origin.SetText(p.originWords())
	p.raw.Objects = nil
	quiet := p.findBox.OnChanged
	p.findBox.OnChanged = nil
	p.findBox.SetText("")
	p.findBox.OnChanged = quiet
	if r.delivery == nil {
		p.figures.Hide()
		p.issuer.Objects = nil
		p.lists.Hide()
		p.raw.Add(p.rawWords(r.problem.Error()))
		p.root.Refresh()
		return
	}
	p.figures.Show()
	p.showFigures()
	p.showIssuer()
	if !r.usable() {
		p.lists.Hide()
		p.showReasons()
		p.root.Refresh()
		return
	}
	p.lists.Show()
	p.views = r.views
	p.choice.Options = nil
	for _, v := range p.views {
		p.choice.Options = append(p.choice.Options, v.title())
	}
	changed := p.choice.OnChanged
	p.choice.OnChanged = nil
	p.choice.SetSelectedIndex(firstView(p.views))
	p.choice.OnChanged = changed
	p.choose(p.choice.SelectedIndex())
	p.root.Refresh()
}

// originWords says where it came from, how it was protected, and when it was opened.
func (p *resultPage) originWords() string {
	r := p.result
	parts := []string{filepath.Base(r.request.given.Paths[0])}
	if r.delivery != nil {
		if files := r.delivery.Files(); len(files) == 1 {
			parts = append(parts, words.Core(files[0].Form))
			switch files[0].Integrity {
			case "authenticated":
				parts = append(parts, words.T("result.authenticated"))
			case "undamaged":
				parts = append(parts, words.T("result.undamaged"))
			case "not proven":
				parts = append(parts, words.T("result.not-proven"))
			}
		} else if len(files) > 1 {
			parts = append(parts, r.request.given.SizeWords())
		}
	}
	parts = append(parts, words.T("result.opened", "Time", words.Clock(r.at)))
	return strings.Join(parts, " · ")
}

func (p *resultPage) showFigures() {
	d := p.result.delivery
	plain := theme.ColorNameForeground
	if d.Ordered() > 0 {
		p.ordered.Set(words.Group(d.Ordered()), plain)
	} else {
		p.ordered.Set("—", look.ColorMuted)
	}
	color := plain
	if d.Ordered() > 0 && d.Delivered() < d.Ordered() {
		color = look.Warning.Color()
	}
	p.certs.Set(words.Group(d.Len()), color)
	if d.Keys() > 0 {
		p.keys.Set(words.Group(d.Keys()), plain)
	} else {
		p.keys.Set("—", look.ColorMuted)
	}
	var chains []string
	for _, i := range d.Issuers() {
		chains = append(chains, words.Visible(strings.ReplaceAll(i.Words(), " → ", " › "))) // the face has no arrow
	}
	p.chain.SetText(strings.Join(chains, "; "))
}

// showIssuer asks to compare the root of an issuer that nobody has confirmed.
func (p *resultPage) showIssuer() {
	p.issuer.Objects = nil
	d := p.result.delivery
	if d.IssuerConfirmed() || !p.result.usable() {
		return
	}
	for _, i := range d.Issuers() {
		root := i.Root()
		if i.Confirmed || root == nil {
			continue
		}
		sum := frame.FingerprintLines(frame.RootSum(root))
		text := widgets.Down(look.Gap/4,
			widgets.NewText(words.T("issuer.not-confirmed", "Name", words.Visible(commonName(root)))).Bold().Giving(),
			widgets.NewParagraph(strings.Join(sum, " ")).Mono().Small())
		pin := widgets.NewButton(words.T("issuer.pin"), look.Icon("sealed"), func() { p.tab.askPin(root) })
		p.issuer.Add(container.NewBorder(nil, nil, widgets.Across(0, widgets.Middle(widgets.Icon(look.Warning.Icon(), 24)), widgets.Space(look.Gap, 0)), pin, widgets.Middle(text)))
		break // one at a time: after it is pinned the next is shown
	}
}

// commonName is the name of a CA, the whole one where it has no common name.
func commonName(c *x509.Certificate) string {
	if c.Subject.CommonName != "" {
		return c.Subject.CommonName
	}
	return c.Subject.String()
}

func (p *resultPage) rawWords(text string) fyne.CanvasObject {
	copying := widgets.NewQuiet(words.T("dialog.copy"), look.Icon("copy"), func() { p.tab.app.Clipboard().SetContent(text) })
	return widgets.Down(look.Gap, widgets.NewText(words.T("dialog.details")).Bold(),
		widgets.NewParagraph(words.Visible(text)).Mono().Small().Muted(), container.NewHBox(copying))
}

// showReasons says why a result is red, and shows nothing of what it holds.
func (p *resultPage) showReasons() {
	for _, g := range p.result.groups {
		state := look.OfSeverity(g.Severity)
		if state != look.Failed {
			continue
		}
		title := widgets.NewParagraph(frame.RuleTitle(g.Rule) + " — " + words.Places(len(g.Findings)))
		title.Style.Bold = true
		lines := widgets.Down(look.Gap/2, title)
		if rule := frame.Rules[g.Rule]; rule != nil {
			lines.Add(widgets.NewParagraph(words.Sentence(rule.Hint)))
			lines.Add(frame.Reasons(rule))
		}
		first := widgets.NewParagraph(words.Sentence(words.Visible(g.Findings[0].Message))).Muted()
		first.Lines = 3
		lines.Add(first)
		p.raw.Add(widgets.Inset(look.Gap, 0, container.NewBorder(nil, nil,
			widgets.Across(0, widgets.Down(0, widgets.Icon(state.Icon(), 22)), widgets.Space(look.Gap, 0)), nil, lines)))
	}
}

// choose shows a view.
func (p *resultPage) choose(i int) {
	if i < 0 || i >= len(p.views) {
		return
	}
	p.view = i
	v := &p.views[i]
	p.sheet.SetColumns(v.columns)
	p.why.SetText(v.why)
	if v.why == "" {
		p.whyBox.Hide()
	} else {
		p.whyBox.Show()
	}
	p.lists.Refresh()
	p.sift()
}

// sift narrows the list down to what is looked for, off the UI thread.
func (p *resultPage) sift() {
	if len(p.views) == 0 {
		return
	}
	v, text := p.views[p.view], strings.ToLower(strings.TrimSpace(p.findBox.Text))
	if text == "" {
		p.tab.sift.Drop()
		p.showRows(nil)
		return
	}
	shown := p.view
	frame.Run(p.tab.sift, "", func(ctx context.Context, _ progress.Func) ([]int32, error) {
		rows := []int32{}
		for i := range v.model.Rows() {
			if i%1024 == 0 && ctx.Err() != nil {
				return nil, ctx.Err()
			}
			if strings.Contains(strings.ToLower(v.name(i)), text) {
				rows = append(rows, int32(i)) // #nosec G115 -- the number of certificates is bounded
			}
		}
		return rows, nil
	}, func(rows []int32, err error) {
		if err == nil && p.view == shown {
			p.showRows(rows)
		}
	})
}

func (p *resultPage) showRows(rows []int32) {
	p.rows = rows
	p.sheet.SetModel(siftedRows{p.views[p.view].model, rows})
	p.sheet.Select(-1)
	p.sheet.ScrollTo(0)
	p.showDetails()
}

// current is the row of the view's own model that the keyboard is on, -1 for none.
func (p *resultPage) current() int {
	row := p.sheet.CurrentRow()
	if row < 0 || p.result == nil {
		return -1
	}
	if p.rows != nil {
		if row >= len(p.rows) {
			return -1
		}
		return int(p.rows[row])
	}
	return row
}

func (p *resultPage) focus() {
	if p.result.usable() {
		p.tab.app.Canvas().Focus(p.tab.bar.Primary)
		return
	}
	p.tab.app.Canvas().Focus(p.tab.again)
}

func (p *resultPage) focusFind() {
	if p.result.usable() {
		p.tab.app.Canvas().Focus(p.findBox)
	}
}

func (p *resultPage) focusSheet() {
	p.tab.app.Canvas().Focus(p.sheet)
	if p.sheet.CurrentRow() < 0 {
		p.sheet.Select(0)
	}
}

// nextProblem goes to the next list that wants to be looked at.
func (p *resultPage) nextProblem() {
	for k := 1; k <= len(p.views); k++ {
		i := (p.view + k) % len(p.views)
		if s := p.views[i].state; s == look.Warning || s == look.Failed {
			p.choice.SetSelectedIndex(i)
			p.focusSheet()
			return
		}
	}
	if p.result.usable() {
		p.tab.app.Note(widgets.Note{State: look.Ready, Text: words.T("result.no-problem")})
	}
}

// escape closes the details; it says whether they were open.
func (p *resultPage) escape() bool {
	open := p.head.Open()
	p.head.SetOpen(false)
	return open
}
