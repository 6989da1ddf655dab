package gui

import (
	"path/filepath"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"

	"enrollbench/core/csvdoc"
	"enrollbench/core/enrollment"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
)

// csvSource is the line above the sheet: which file, in what dialect, against which template, and whose keys.
type csvSource struct {
	tab     *csvTab
	content fyne.CanvasObject

	more               *widgets.Button
	name, dialect      *widgets.Text
	file               *widgets.Row
	template           *widgets.Row
	templateText       *widgets.Text
	keys               *widgets.Select
	undo, redo, search *widgets.Button
}

func newCSVSource(t *csvTab) *csvSource {
	s := &csvSource{tab: t, name: widgets.NewText("").Bold().Giving(), dialect: widgets.NewText("").Small().Muted().Giving(), templateText: widgets.NewText("").Giving()}
	open := widgets.NewButton(lang.X("csv.open", "Open…"), look.Icon("folder"), t.open)
	s.more = widgets.NewButton(lang.X("csv.more", "More"), look.Icon("down"), s.openMore)
	s.file = widgets.NewRow(widgets.Inset(3, look.Gap, widgets.Middle(widgets.Down(1, s.name, s.dialect))), 8, t.openDialect)
	caption := widgets.NewText(lang.X("csv.template", "Template")).Small().Muted()
	s.template = widgets.NewRow(widgets.Inset(3, look.Gap, container.NewBorder(nil, nil, nil,
		widgets.Middle(widgets.Icon(look.ColoredIcon("down", look.ColorMuted), 14)), widgets.Middle(widgets.Down(1, caption, s.templateText)))), 8, s.openTemplate)
	s.keys = widgets.NewSelect([]string{
		lang.X("csv.keys-auto", "Keys: as the file says"),
		lang.X("csv.keys-client", "Keys: by the devices"),
		lang.X("csv.keys-server", "Keys: by the service"),
	}, func(i int) { t.setKeys(enrollment.Keys(i)) }) // #nosec G115 -- one of three
	s.undo = widgets.NewQuiet("", look.Icon("undo"), t.undo)
	s.redo = widgets.NewQuiet("", look.Icon("redo"), t.redo)
	s.search = widgets.NewQuiet("", look.Icon("search"), t.find)
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
	name := visible(f.fileName())
	if f.facts.dirty {
		name += " •"
	}
	s.name.SetText(name)
	s.dialect.SetText(dialectWords(f.doc.Dialect()))
	s.file.Label = s.name.Text() + ", " + s.dialect.Text()
	s.templateText.SetText(s.templateName())
	s.template.Label = lang.X("csv.template", "Template") + ": " + s.templateText.Text()
	chooseQuietly(s.keys, int(s.tab.options.Keys))
	s.undo.SetEnabled(f.facts.undoes)
	s.redo.SetEnabled(f.facts.redoes)
}

func (s *csvSource) templateName() string {
	t := s.tab.options.Template
	if t == nil {
		return lang.X("csv.no-template", "known columns")
	}
	return visible(filepath.Base(t.Source))
}

// dialectWords says how a file is written: "UTF-8 · semicolon · CRLF".
func dialectWords(d csvdoc.Dialect) string {
	words := []string{d.Encoding.String()}
	if d.BOM {
		words[0] += " " + lang.X("dialect.with-bom", "with BOM")
	}
	words = append(words, delimiterWord(d.Delimiter), d.Newline.String())
	if d.Escape == csvdoc.Backslash {
		words = append(words, lang.X("dialect.backslash", "quotes with backslash"))
	}
	return strings.Join(words, " · ")
}

// delimiterWord names what stands between cells.
func delimiterWord(b byte) string {
	switch b {
	case ',':
		return lang.X("dialect.comma", "comma")
	case ';':
		return lang.X("dialect.semicolon", "semicolon")
	case '\t':
		return lang.X("dialect.tab", "tab")
	case '|':
		return lang.X("dialect.pipe", "pipe")
	}
	return strconv.QuoteRune(rune(b))
}

// menuItem is an entry of a menu with an icon.
func menuItem(text, icon string, act func()) *fyne.MenuItem {
	m := fyne.NewMenuItem(text, act)
	if icon != "" {
		m.Icon = look.Icon(icon)
	}
	return m
}

// below opens a menu beneath an object.
func (a *App) below(o fyne.CanvasObject, items ...*fyne.MenuItem) {
	pos := a.fyne.Driver().AbsolutePositionForObject(o)
	widget.ShowPopUpMenuAtPosition(fyne.NewMenu("", items...), a.window.Canvas(), pos.AddXY(0, o.Size().Height))
}

// openMore offers what concerns the whole document.
func (s *csvSource) openMore() {
	t := s.tab
	var recent []*fyne.MenuItem
	for _, p := range t.recentFiles() {
		recent = append(recent, menuItem(visible(filepath.Base(p)), "csv", func() { t.openPath(p) }))
	}
	items := []*fyne.MenuItem{menuItem(lang.X("csv.new", "New from template…"), "add", func() { t.offerNew(s.more) })}
	if len(recent) > 0 {
		m := menuItem(lang.X("csv.recent", "Recent files"), "csv", nil)
		m.ChildMenu = fyne.NewMenu("", recent...)
		items = append(items, m)
	}
	items = append(items, fyne.NewMenuItemSeparator(),
		menuItem(lang.X("csv.add-csrs", "Add CSR files as rows…"), "csr", t.addFiles),
		menuItem(lang.X("csv.add-folder", "Add a folder of CSRs as rows…"), "folder", t.addFolder),
		menuItem(lang.X("duplicates.open", "Remove duplicate rows…"), "remove", t.openDuplicates),
		menuItem(lang.X("find.open", "Find and replace…"), "search", t.replace),
		fyne.NewMenuItemSeparator(),
		menuItem(lang.X("csv.save-as", "Save as…"), "save", func() { t.saveAs(nil) }),
		menuItem(lang.X("csv.close", "Close the file"), "close", func() { t.leave(func() {}) }))
	t.app.below(s.more, items...)
}
