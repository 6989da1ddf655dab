package help

import (
	"io/fs"
	"runtime"
	"runtime/debug"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/widgets/sheet"
	"enrollbench/gui/words"
	"enrollbench/resources"
)

// keys shows what the keys do.
func (r *Room) keys() fyne.CanvasObject {
	grid := container.New(layout.NewFormLayout())
	for _, k := range frame.Keys() {
		grid.Add(widgets.Middle(widgets.NewText(k.Keys).Mono()))
		grid.Add(widgets.Inset(2, look.Gap, widgets.NewParagraph(k.Does)))
	}
	return widgets.Down(2*look.Gap, widgets.NewText(words.T("help.title")).Title(), grid, widgets.NewParagraph(words.T("help.text")).Muted())
}

// about says which program this is, what it is built of, and where its data lies.
func (r *Room) about() fyne.CanvasObject {
	build := map[string]string{}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			build[s.Key] = s.Value
		}
	}
	name := widgets.NewText("EnrollBench")
	name.Face, name.Style.Bold = look.SizeFigure, true
	facts := widgets.Section(words.T("about.build"),
		[3]string{words.T("about.version"), words.Visible(r.app.Version())},
		[3]string{words.T("about.revision"), build["vcs.revision"], "mono"},
		[3]string{words.T("about.date"), build["vcs.time"]},
		[3]string{"Go", strings.TrimPrefix(runtime.Version(), "go") + " · " + runtime.GOOS + "/" + runtime.GOARCH},
		[3]string{words.T("about.data"), words.Visible(r.app.Config())},
		[3]string{words.T("about.license"), "Apache License 2.0"})
	buttons := widgets.Across(look.Gap, widgets.NewButton(words.T("diagnosis.copy"), look.Icon("copy"), r.app.CopyDiagnosis),
		widgets.NewButton(words.T("about.licenses"), look.Icon("options"), func() { r.show(words.T("about.licenses"), licenses(), nil) }))
	return widgets.Down(2*look.Gap, widgets.Across(1.5*look.Gap, widgets.Middle(widgets.Icon(resources.AppIcon(), 56)), widgets.Middle(name)),
		widgets.NewParagraph(words.T("about.text")), facts, buttons)
}

// noticeRows are the licenses, line by line.
type noticeRows []string

// Rows implements sheet.Model.
func (n noticeRows) Rows() int { return len(n) }

// Columns implements sheet.Model.
func (n noticeRows) Columns() int { return 1 }

// Cell implements sheet.Model.
func (n noticeRows) Cell(row, _ int) sheet.Cell { return sheet.Cell{Text: n[row]} }

// licenses shows those of everything that is built in: thousands of lines, so in a list.
func licenses() fyne.CanvasObject {
	return sheet.New([]sheet.Column{{Title: words.T("about.licenses"), Width: 640, MinWidth: 200, Flexible: true, Mono: true}}, noticeRows(strings.Split(strings.TrimSpace(resources.Notices()), "\n")))
}

// prefSeen is the version of the program that was started last.
const prefSeen = "version.seen"

// ConnectionsRead shows once after an update what is new, unless the window was opened to see files. The first start of all has the
// welcome page, and builds between versions have nothing to tell.
func (r *Room) ConnectionsRead(_ frame.ConnectionList, first bool) {
	version, p := r.app.Version(), r.app.Preferences()
	seen := p.String(prefSeen)
	if !first || version == "" || strings.HasPrefix(version, "unreleased") || version == seen {
		return
	}
	p.SetString(prefSeen, version)
	if (seen != "" || r.known) && !r.app.Given() {
		r.from = nil
		r.show(words.T("help.news"), r.news(seen), nil)
	}
}

// news shows what has changed since a version, all of it for "".
func (r *Room) news(since string) fyne.CanvasObject {
	b, err := fs.ReadFile(r.app.Documentation(), "CHANGELOG.md")
	if err != nil {
		return widgets.NewParagraph(words.Error(err))
	}
	text, _ := r.unlinked("CHANGELOG.md", string(b))
	if i := strings.Index(text, "\n## "); i >= 0 { // behind the words on its form
		text = text[i+1:]
	}
	if i := strings.Index(text, "\n## ["+since+"]"); i >= 0 && since != "" {
		text = text[:i]
	}
	return written("# " + words.T("help.news") + "\n\n" + text)
}
