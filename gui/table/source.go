package table

import (
	"path/filepath"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"enrollbench/core/csvdoc"
	"enrollbench/core/enrollment"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// csvSource is the line above the sheet: which file, in what dialect, against which template, and whose keys.
type csvSource struct {
	tab     *Room
	content fyne.CanvasObject

	more               *widgets.Button
	name, dialect      *widgets.Text
	file               *widgets.Row
	template           *widgets.Row
	templateText       *widgets.Text
	keys               *widgets.Select
	undo, redo, search *widgets.Button
}

func newCSVSource(t *Room) *csvSource {
	s := &csvSource{tab: t, name: widgets.NewText("").Bold().Giving(), dialect: widgets.NewText("").Small().Muted().Giving(), templateText: widgets.NewText("").Giving()}
	open := widgets.NewButton(words.T("csv.open"), look.Icon("folder"), t.Open)
	s.more = widgets.NewButton(words.T("csv.more"), look.Icon("down"), s.openMore)
	s.file = widgets.NewRow(widgets.Inset(3, look.Gap, widgets.Middle(widgets.Down(1, s.name, s.dialect))), 8, t.openDialect)
	caption := widgets.NewText(words.T("csv.template")).Small().Muted()
	s.template = widgets.NewRow(widgets.Inset(3, look.Gap, container.NewBorder(nil, nil, nil,
		widgets.Middle(widgets.Icon(look.ColoredIcon("down", look.ColorMuted), 14)), widgets.Middle(widgets.Down(1, caption, s.templateText)))), 8, s.openTemplate)
	s.keys = widgets.NewSelect([]string{
		words.T("csv.keys-auto"),
		words.T("csv.keys-client"),
		words.T("csv.keys-server"),
	}, func(i int) { t.setKeys(enrollment.Keys(i)) }) // #nosec G115 -- one of three
	s.undo = widgets.NewQuiet("", look.Icon("undo"), t.Undo)
	s.redo = widgets.NewQuiet("", look.Icon("redo"), t.Redo)
	s.search = widgets.NewQuiet("", look.Icon("search"), t.Find)
	left := widgets.Across(look.Gap, open, s.more)
	right := widgets.Across(look.Gap, widgets.Wide(150, widgets.Outlined(s.template)), widgets.Wide(190, widgets.Outlined(s.keys)),
		widgets.Across(0, s.undo, s.redo, s.search))
	s.content = widgets.Inset(look.Gap, look.Gap*1.5, container.NewBorder(nil, nil, left, right, widgets.Inset(0, look.Gap, s.file)))
	return s
}

// show says what is open.
func (s *csvSource) show() {
	f := s.tab.file
	if f == nil {
		return
	}
	name := words.Visible(f.fileName())
	if f.facts.dirty {
		name += " •"
	}
	s.name.SetText(name)
	s.dialect.SetText(dialectWords(f.doc.Dialect()))
	s.file.Label = s.name.Text() + ", " + s.dialect.Text()
	s.templateText.SetText(s.templateName())
	s.template.Label = words.T("csv.template") + ": " + s.templateText.Text()
	widgets.ChooseQuietly(s.keys, int(s.tab.options.Keys))
	s.undo.SetEnabled(f.facts.undoes)
	s.redo.SetEnabled(f.facts.redoes)
	s.tab.guess.show()
}

func (s *csvSource) templateName() string {
	t := s.tab.options.Template
	if t == nil {
		return words.T("csv.no-template")
	}
	return words.Visible(filepath.Base(t.Source))
}

// dialectWords says how a file is written: "UTF-8 · semicolon · CRLF".
func dialectWords(d csvdoc.Dialect) string {
	phrases := []string{d.Encoding.String()}
	if d.BOM {
		phrases[0] += " " + words.T("dialect.with-bom")
	}
	phrases = append(phrases, delimiterWord(d.Delimiter), d.Newline.String())
	if d.Escape == csvdoc.Backslash {
		phrases = append(phrases, words.T("dialect.backslash"))
	}
	return strings.Join(phrases, " · ")
}

// delimiterWord names what stands between cells.
func delimiterWord(b byte) string {
	switch b {
	case ',':
		return words.T("dialect.comma")
	case ';':
		return words.T("dialect.semicolon")
	case '\t':
		return words.T("dialect.tab")
	case '|':
		return words.T("dialect.pipe")
	}
	return strconv.QuoteRune(rune(b))
}

// openMore offers what concerns the whole document.
func (s *csvSource) openMore() {
	t := s.tab
	var recent []*fyne.MenuItem
	for _, p := range t.recentFiles() {
		recent = append(recent, widgets.MenuItem(words.Visible(filepath.Base(p)), "csv", func() { t.OpenPath(p) }))
	}
	items := []*fyne.MenuItem{widgets.MenuItem(words.T("csv.new"), "add", func() { t.offerNew(s.more) })}
	if len(recent) > 0 {
		m := widgets.MenuItem(words.T("csv.recent"), "csv", nil)
		m.ChildMenu = fyne.NewMenu("", recent...)
		items = append(items, m)
	}
	items = append(items, fyne.NewMenuItemSeparator(),
		widgets.MenuItem(words.T("csv.menu-add-rows"), "add", t.openAddRows),
		widgets.MenuItem(words.T("csv.add-csrs"), "csr", t.addFiles),
		widgets.MenuItem(words.T("csv.add-folder"), "folder", t.addFolder),
		widgets.MenuItem(words.T("duplicates.open"), "remove", t.openDuplicates),
		widgets.MenuItem(words.T("find.open"), "search", t.Replace),
		fyne.NewMenuItemSeparator(),
		widgets.MenuItem(words.T("csv.save-as"), "save", func() { t.saveAs(nil) }),
		widgets.MenuItem(words.T("csv.close"), "close", func() { t.Leave(func() {}) }))
	t.app.Below(s.more, items...)
}
