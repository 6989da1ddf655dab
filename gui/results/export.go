package results

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"enrollbench/core/atomicfile"
	"enrollbench/core/delivery"
	"enrollbench/core/progress"
	"enrollbench/gui/files"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/widgets/sight"
	"enrollbench/gui/words"
)

// Preferences of an export.
const (
	prefExportForm   = "export.form"   // a delivery.Encoding
	prefExportLayout = "export.layout" // a delivery.Layout
	prefExportNames  = "export.names"
	prefExportChain  = "export.chain"
)

// exportPage asks how certificates and keys are written, and shows what the files will be called.
type exportPage struct {
	tab    *Room
	open   bool
	names  []string // of all certificates, by the template
	wrong  string   // why there are none
	naming *frame.Runner

	root      fyne.CanvasObject
	pill      fyne.CanvasObject // PRACTICE
	title     *widgets.Text
	form      *widgets.Select
	layout    *widgets.Select
	chain     *widgets.Check
	template  *widgets.Entry
	first     *widgets.Entry
	second    *widgets.Entry
	secrets   *fyne.Container
	folder    *widgets.Entry
	examples  *fyne.Container
	remark    *widgets.Text
	mismatch  *widgets.Text
	organized fyne.CanvasObject
}

// shownExamples is how many devices the examples show.
const shownExamples = 3

func newExportPage(t *Room) *exportPage {
	p := &exportPage{tab: t, naming: t.app.Tasks().NewRunner(nil), title: widgets.NewText("").Title(), pill: widgets.PracticePill(), examples: widgets.Down(look.Gap / 2)}
	prefs := t.app.Preferences()
	p.form = widgets.NewSelect([]string{
		words.T("export.pem"),
		words.T("export.der"),
		words.T("export.pkcs12"),
		words.T("export.one"),
	}, func(i int) { prefs.SetInt(prefExportForm, i); p.arrange() })
	p.layout = widgets.NewSelect([]string{
		words.T("export.flat"),
		words.T("export.folders"),
	}, func(i int) { prefs.SetInt(prefExportLayout, i); p.showExamples() })
	p.chain = widgets.NewCheck(words.T("export.chain"), func(on bool) { prefs.SetBool(prefExportChain, on) })
	p.template = widgets.NewEntry()
	p.template.TextStyle.Monospace = true
	p.template.PlaceHolder = delivery.DefaultNames
	p.template.OnChanged = func(text string) { prefs.SetString(prefExportNames, strings.TrimSpace(text)); p.name() }
	secret := func(placeholder string) *widgets.Entry {
		e := widgets.NewEntry()
		e.Password = true
		e.PlaceHolder = placeholder
		e.OnChanged = func(string) { p.tab.showBar(); p.showMismatch() }
		return e
	}
	p.first, p.second = secret(words.T("passphrase.field")), secret(words.T("export.again"))
	p.mismatch = widgets.NewParagraph("").Small()
	p.folder = widgets.NewEntry()
	p.folder.OnChanged = func(string) { p.tab.showBar() }
	browse := widgets.NewButton(words.T("save.browse"), look.Icon("folder"), p.browse)
	p.remark = widgets.NewParagraph("").Small()
	p.remark.Lines = 4

	block := func(name string, objects ...fyne.CanvasObject) *fyne.Container {
		return widgets.Down(look.Gap*0.75, append([]fyne.CanvasObject{widgets.NewText(name).Bold()}, objects...)...)
	}
	p.secrets = block(words.T("export.passphrase"), container.NewGridWithColumns(2, p.first, p.second), p.mismatch)
	p.organized = widgets.Outlined(p.layout)
	help := widgets.NewParagraph(words.T("export.names-help")).Small().Muted()
	left := widgets.Down(2*look.Gap, p.pill, p.title,
		block(words.T("export.form"), widgets.Outlined(p.form), p.organized, p.chain),
		p.secrets,
		block(words.T("export.names"), p.template, help, p.remark),
		block(words.T("export.folder"), container.NewBorder(nil, nil, nil, browse, p.folder)))
	right := widgets.Down(2*look.Gap, widgets.NewText(words.T("export.examples")).Title(), p.examples,
		widgets.NewParagraph(words.T("export.private")).Small().Muted())
	side := container.NewStack(widgets.NewArea(look.ColorFill, 0), widgets.Wide(widgets.AsideWidth,
		sight.New(widgets.Inset(2.5*look.Gap, 2.5*look.Gap, right))))
	p.root = widgets.Edged(nil, nil, nil, side, sight.New(widgets.Inset(2.5*look.Gap, 3*look.Gap, left)))

	silently(p.form, prefs.Int(prefExportForm))
	silently(p.layout, prefs.Int(prefExportLayout))
	p.chain.SetChecked(prefs.BoolWithFallback(prefExportChain, true))
	return p
}

// silently chooses without telling.
func silently(s *widgets.Select, i int) {
	changed := s.OnChanged
	s.OnChanged = nil
	s.SetSelectedIndex(min(max(i, 0), len(s.Options)-1))
	s.OnChanged = changed
}

// export opens the page.
func (t *Room) export() { t.insist(t.askExport) }

// insist goes on at once, or, where nothing proves what was sealed, once the user wants it all the same.
func (t *Room) insist(then func()) {
	if t.result.proven() {
		then()
		return
	}
	t.app.Ask(&widgets.Dialog{State: look.Warning, Title: words.T("export.not-proven"),
		Text:    words.T("export.not-proven-text"),
		Answers: []widgets.Answer{{Text: words.T("dialog.back")}, {Text: words.T("export.insist"), Danger: true, Act: then}}})
}

func (t *Room) askExport() {
	p := t.exports
	p.open = true
	n := t.result.delivery.Len()
	p.title.SetText(words.N("export.title", n))
	prefs := t.app.Preferences()
	base := filepath.Base(t.result.request.given.Paths[0])
	folder := prefs.String(frame.PrefSaveFolder)
	if folder == "" {
		folder = filepath.Dir(t.result.request.given.Paths[0])
	}
	name := stem(base) + "-export"
	p.pill.Hide()
	if t.result.practice() { // a folder is looked at later, by others
		name = stem(base) + "-PRACTICE"
		p.pill.Show()
	}
	p.folder.SetText(filepath.Join(folder, name))
	p.first.SetText("")
	p.second.SetText("")
	changed := p.template.OnChanged
	p.template.OnChanged = nil
	p.template.SetText(prefs.StringWithFallback(prefExportNames, delivery.DefaultNames))
	p.template.OnChanged = changed
	p.arrange()
	p.name()
	t.show()
	t.app.Canvas().Focus(p.form)
}

// stem is a file's name without all its endings: result.zip.p7m is result.
func stem(base string) string {
	for range 3 {
		ext := filepath.Ext(base)
		if ext == "" || ext == base || len(ext) > 5 {
			break
		}
		base = strings.TrimSuffix(base, ext)
	}
	return base
}

// leave closes the page and empties its fields.
func (p *exportPage) leave() {
	p.open = false
	p.names = nil
	p.naming.Drop()
	p.first.SetText("")
	p.second.SetText("")
	p.tab.show()
}

func (p *exportPage) encoding() delivery.Encoding {
	return delivery.Encoding(p.form.SelectedIndex()) // #nosec G115 -- one of four
}

// arrange shows what the form needs.
func (p *exportPage) arrange() {
	show := func(o fyne.CanvasObject, on bool) {
		if on {
			o.Show()
		} else {
			o.Hide()
		}
	}
	e := p.encoding()
	show(p.secrets, e == delivery.PKCS12)
	show(p.organized, e != delivery.OnePEM)
	show(p.chain, e == delivery.PEM || e == delivery.OnePEM)
	p.showMismatch()
	p.showExamples()
	p.tab.showBar()
}

// name makes the names of all files by the template.
func (p *exportPage) name() {
	d, template := p.tab.result.delivery, strings.TrimSpace(p.template.Text)
	p.names, p.wrong = nil, words.T("export.naming")
	frame.Run(p.naming, "", func(context.Context, progress.Func) ([]string, error) { return d.FileNames(template) },
		func(names []string, err error) {
			p.names, p.wrong = names, ""
			if err != nil {
				p.wrong = frame.Words(err)
			}
			p.showExamples()
			p.tab.showBar()
		})
}

// showExamples shows what the first files will be called.
func (p *exportPage) showExamples() {
	p.remark.SetText("")
	p.remark.Hide()
	if p.wrong != "" {
		p.remark.Color = look.Failed.Color()
		p.remark.SetText(p.wrong)
		p.remark.Show()
	}
	p.examples.Objects = nil
	add := func(text string) { p.examples.Add(widgets.NewText(words.Visible(text)).Mono().Giving()) }
	endings := []string{".pem", ".key"}
	switch p.encoding() {
	case delivery.DER:
		endings = []string{".der", ".key"}
	case delivery.PKCS12:
		endings = []string{".p12"}
	case delivery.OnePEM:
		endings = nil
		add("all.pem")
	}
	for _, n := range p.names[:min(len(p.names), shownExamples)] {
		for _, e := range endings {
			if delivery.Layout(p.layout.SelectedIndex()) == delivery.Folders { // #nosec G115 -- one of two
				add(n + "/" + n + e)
			} else {
				add(n + e)
			}
		}
	}
	if more := len(p.names) - shownExamples; more > 0 && endings != nil {
		p.examples.Add(widgets.NewText(words.N("export.more", more)).Muted())
	}
	p.examples.Add(widgets.Space(0, look.Gap))
	for _, name := range []string{"chain.pem", "manifest.csv", "SHA256SUMS"} {
		add(name)
	}
	p.examples.Refresh()
}

func (p *exportPage) showMismatch() {
	text := ""
	if p.first.Text != "" && p.second.Text != "" && p.first.Text != p.second.Text {
		text = look.Failed.Word() + ": " + words.T("export.mismatch")
	}
	p.mismatch.Color = look.Failed.Color()
	p.mismatch.SetText(text)
}

// lacks says why nothing can be exported yet, "" if it can.
func (p *exportPage) lacks() string {
	switch {
	case p.names == nil:
		if p.wrong != "" && !p.naming.Busy() {
			return words.T("export.mend-names")
		}
		return words.T("export.naming")
	case p.encoding() == delivery.PKCS12 && p.first.Text == "":
		return words.T("export.type-passphrase")
	case p.encoding() == delivery.PKCS12 && p.first.Text != p.second.Text:
		return words.T("export.repeat")
	case !filepath.IsAbs(strings.TrimSpace(p.folder.Text)):
		return words.T("export.type-folder")
	case !files.Exists(filepath.Dir(strings.TrimSpace(p.folder.Text))):
		return words.T("save.no-folder", "Folder", filepath.Dir(strings.TrimSpace(p.folder.Text)))
	}
	return ""
}

func (p *exportPage) browse() { p.pickFolder(filepath.Dir(p.folder.Text)) }

// browseElsewhere begins where the folder that just failed is not.
func (p *exportPage) browseElsewhere() {
	home, err := os.UserHomeDir()
	if err != nil {
		home = ""
	}
	p.pickFolder(home)
}

func (p *exportPage) pickFolder(begin string) {
	p.tab.app.PickFolder(files.Options{Title: words.T("export.pick-folder"), Folder: begin},
		func(path string) { p.folder.SetText(filepath.Join(path, filepath.Base(p.folder.Text))) })
}

// write exports; replace says that the user agreed to lose what is in the folder.
func (p *exportPage) write(replace bool) {
	t, a := p.tab, p.tab.app
	d, dir := t.result.delivery, strings.TrimSpace(p.folder.Text)
	o := delivery.ExportOptions{Dir: dir, Encoding: p.encoding(), Layout: delivery.Layout(p.layout.SelectedIndex()), // #nosec G115 -- one of two
		Names: strings.TrimSpace(p.template.Text), FullChain: p.chain.Checked, Replace: replace}
	if secret := p.first.Text; o.Encoding == delivery.PKCS12 {
		o.Passphrase = func() ([]byte, error) { return []byte(secret), nil }
	}
	n, practice := d.Len(), d.Practice()
	t.octets = false
	frame.Run(t.work, words.T("export.writing"), func(ctx context.Context, report progress.Func) (struct{}, error) {
		return struct{}{}, d.Export(ctx, o, report)
	}, func(_ struct{}, err error) {
		t.show()
		switch {
		case err != nil && !replace && (frame.IsExist(err) || errors.Is(err, atomicfile.ErrExists)):
			a.Ask(&widgets.Dialog{State: look.Warning, Title: words.T("export.exists", "Name", filepath.Base(dir)),
				Text: words.T("export.exists-text"),
				Answers: []widgets.Answer{{Text: words.T("dialog.back")},
					{Text: words.T("export.replace"), Danger: true, Act: func() { p.write(true) }}}})
		case err != nil:
			a.Fail(words.T("export.failed"), err, widgets.Answer{Text: words.T("problem.other-folder"), Act: p.browseElsewhere})
		default:
			a.Preferences().SetString(frame.PrefSaveFolder, filepath.Dir(dir))
			p.leave()
			t.tellDelivered(dir)
			done := words.N("export.done", n)
			if practice {
				done = words.T("practice.says", "Text", done)
			}
			a.Written(look.Ready, done, dir)
		}
	})
}
