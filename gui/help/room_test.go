package help

import (
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"enrollbench/gui/frame"
	"enrollbench/gui/frame/frametest"
	"enrollbench/gui/widgets/sheet"
	"enrollbench/gui/words"
)

// window is the frame with a version and pages of its own.
type window struct {
	*frame.Frame
	version string
	pages   fs.FS
	given   bool
}

func (w *window) Version() string      { return w.version }
func (w *window) Documentation() fs.FS { return w.pages }
func (w *window) Given() bool          { return w.given }

// welcome is a page that explains what has none.
type welcome struct{ frame.Room }

func (welcome) Name() string { return "Welcome" }

// rig is the page in a frame with a room that it explains.
type rig struct {
	*frametest.Rig
	*window
	Help *Room
}

const changes = "# Changelog\n\nAbout its form.\n\n## [2.0.0] - 2027-01-01\n\n- the newest\n\n## [1.1.0] - 2026-12-01\n\n- the middle\n\n## [1.0.0] - 2026-11-01\n\n- the oldest\n"

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{Rig: frametest.New(t)}
	text := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	r.window = &window{Frame: r.F, version: "2.0.0", pages: fstest.MapFS{
		"CHANGELOG.md":              text(changes),
		"docs/help/first-result.md": text("# First result\n\nPractise.\n"),
		"docs/help/csr.md":          text("# CSR files\n\nSee [the states](#states), ![a picture](x.png) and [nothing](gone.md).\n\n[All rules](../csr-rules.md), [again](../csr-rules.md#x)\n"),
		"docs/help/de/csr.md":       text("# CSR-Dateien\n"),
		"docs/csr-rules.md":         text("# Rules\n\n| rule | what |\n|---|---|\n| [`csr/x`](#csrx) | wrong |\n\n" + strings.Repeat("A line of text.\n\n", 200)),
	}}
	r.Help = New(r.window, []Page{{welcome{}, "first-result"}, {r.Else, "csr"}})
	r.Preferences().SetString(prefSeen, r.version)
	r.Begin(frame.Layout{Rooms: []frame.Room{r.Else}, Pages: []frame.Room{r.Help}, Help: r.Help})
	return r
}

func (r *rig) text() string { return strings.ReplaceAll(frametest.AllText(r.Help.reader), "\n", "") }

func (r *rig) f1() { r.OnKey(&fyne.KeyEvent{Name: fyne.KeyF1}) }

func TestMain(m *testing.M) { frametest.Main(m) }

// F1 explains the room in front, a link leads on, and Escape leads back to the room.
func TestHelpOfARoom(t *testing.T) {
	r := newRig(t)
	r.f1()
	if r.Current() != frame.Room(r.Help) || r.Help.shown != "Elsewhere" || !strings.Contains(r.text(), "See the states,  and nothing.") {
		t.Fatalf("F1 shows %s, %q: %s", r.Current().Name(), r.Help.shown, r.text())
	}
	if got := strings.Count(r.text(), "All rules"); got != 1 || strings.Contains(r.text(), "again") || strings.Contains(r.text(), "csrx") {
		t.Errorf("of the other page it says: %s", r.text())
	}
	r.f1() // help of help is where one is
	r.OnKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if r.Current() != frame.Room(r.Else) {
		t.Errorf("Escape leads from the help of help to %s", r.Current().Name())
	}
	var links []fyne.Tappable
	test.WidgetRenderer(r.Help.reader)
	var walk func(o fyne.CanvasObject)
	walk = func(o fyne.CanvasObject) {
		if c, ok := o.(*fyne.Container); ok {
			for _, inside := range c.Objects {
				walk(inside)
			}
		} else if l, ok := o.(fyne.Tappable); ok {
			links = append(links, l)
		}
	}
	r.Help.Help(r.Else)
	walk(r.Help.reader.Content())
	test.Tap(links[len(links)-1])
	if r.Help.shown != "All rules" || !strings.Contains(r.text(), "csr/x") {
		t.Errorf("the link leads to %q: %.200s", r.Help.shown, r.text())
	}
	r.OnKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if r.Current() != frame.Room(r.Else) {
		t.Errorf("Escape leads to %s", r.Current().Name())
	}
}

// The text scrolls by the keys, never beyond its ends, and gives the keys of the window to the window.
func TestReadingByKeys(t *testing.T) {
	r := newRig(t)
	r.Help.show("Rules", r.Help.page("docs/csr-rules.md"), nil)
	r.Window().Resize(fyne.NewSize(1000, 700))
	if r.Canvas().Focused() != fyne.Focusable(r.Help.reader) {
		t.Fatalf("the focus is on %T", r.Canvas().Focused())
	}
	at := func(keys ...fyne.KeyName) float32 {
		for _, k := range keys {
			r.Help.reader.TypedKey(&fyne.KeyEvent{Name: k})
		}
		return r.Help.reader.Offset()
	}
	start, line, page := at(fyne.KeyHome), at(fyne.KeyDown), at(fyne.KeyPageDown)
	if start != 0 || line <= 0 || page < 5*line || page > 700 {
		t.Errorf("down by %v, then to %v", line, page)
	}
	if got := at(fyne.KeyPageUp); got != line {
		t.Errorf("a page back leads to %v, not %v", got, line)
	}
	if got := at(fyne.KeyUp, fyne.KeyUp, fyne.KeyPageUp); got != 0 {
		t.Errorf("above the beginning is %v", got)
	}
	end := at(fyne.KeyEnd)
	if got := at(fyne.KeyDown, fyne.KeyPageDown, fyne.KeySpace); got != end || end < 1000 {
		t.Errorf("below the end %v is %v", end, got)
	}
	r.Help.reader.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if r.Current() == frame.Room(r.Help) {
		t.Error("Escape is the reader's")
	}
}

func TestPagesInTheLanguageOfTheWindow(t *testing.T) {
	r := newRig(t)
	defer words.Use("en")
	words.Use("de")
	if got := r.Help.locate("csr"); got != "docs/help/de/csr.md" {
		t.Errorf("in German: %s", got)
	}
	if got := r.Help.locate("first-result"); got != "docs/help/first-result.md" {
		t.Errorf("what is not translated: %s", got)
	}
}

// What is new comes once after an update and shows what the version before did not have: not at the first start, not in front of files
// that somebody came to see, not between versions.
func TestWhatIsNewComesOnceAfterAnUpdate(t *testing.T) {
	for _, c := range []struct {
		name, seen, version  string
		known, given, first  bool
		comes                bool
		shows, shows2, hides string
	}{
		{"first start of all", "", "2.0.0", false, false, true, false, "", "", ""},
		{"update", "1.0.0", "2.0.0", true, false, true, true, "the newest", "the middle", "the oldest"},
		{"update of a version that kept no note of itself", "", "2.0.0", true, false, true, true, "the newest", "the oldest", "its form"},
		{"the same again", "2.0.0", "2.0.0", true, false, true, false, "", "", ""},
		{"with files", "1.0.0", "2.0.0", true, true, true, false, "", "", ""},
		{"a build between versions", "1.0.0", "unreleased 0123456789ab", true, false, true, false, "", "", ""},
		{"a build without a version", "1.0.0", "", true, false, true, false, "", "", ""},
		{"read again later", "1.0.0", "2.0.0", true, false, false, false, "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			r.Bring(r.Else)
			r.Preferences().SetString(prefSeen, c.seen)
			r.Help.known, r.version, r.given = c.known, c.version, c.given
			r.Help.ConnectionsRead(frame.ConnectionList{}, c.first)
			if came := r.Current() == frame.Room(r.Help); came != c.comes {
				t.Fatalf("it comes: %v", came)
			}
			if c.comes && (!strings.Contains(r.text(), c.shows) || !strings.Contains(r.text(), c.shows2) || strings.Contains(r.text(), c.hides)) {
				t.Errorf("it shows %s", r.text())
			}
			r.Bring(r.Else)
			r.Help.ConnectionsRead(frame.ConnectionList{}, c.first)
			if r.Current() == frame.Room(r.Help) {
				t.Error("it comes again")
			}
		})
	}
}

func TestKeysAndAbout(t *testing.T) {
	r := newRig(t)
	r.Help.openTopic(func(t *topic) bool { return t.name == "Keys" })
	for _, k := range frame.Keys() {
		if !strings.Contains(r.text(), k.Keys) || !strings.Contains(r.text(), k.Does) {
			t.Errorf("%s is missing", k.Keys)
		}
	}
	r.Help.openTopic(func(t *topic) bool { return t.name == "About" })
	for _, want := range []string{"2.0.0", "Apache", r.Config()} {
		if !strings.Contains(r.text(), want) {
			t.Errorf("%q is missing: %s", want, r.text())
		}
	}
	r.Help.show("licenses", licenses(), nil)
	list := r.Help.stage.Objects[0].(*sheet.Sheet)
	rows := licenses().(*sheet.Sheet)
	if list.MinSize().Height > 600 || rows == nil {
		t.Error("the licenses are no list that scrolls")
	}
	r.Help.openTopic(func(t *topic) bool { return t.name == "About" })
	if r.Help.stage.Objects[0] != fyne.CanvasObject(r.Help.reader) {
		t.Error("a page does not come back behind the licenses")
	}
}

// Every page of the repository that help shows is there, begins with a heading, and leads only to pages that are there.
func TestThePagesOfTheRepository(t *testing.T) {
	r := newRig(t)
	r.window.pages = r.Frame.Documentation()
	pages, err := fs.Glob(r.window.pages, folder+"/*.md")
	english := len(pages)
	if err != nil || english < 9 {
		t.Fatal(pages, err)
	}
	for _, lang := range words.Languages()[1:] { // each is there in each language
		own, err := fs.Glob(r.window.pages, path.Join(folder, lang, "*.md"))
		if err != nil || len(own) != english {
			t.Errorf("%s has %d of %d pages: %v", lang, len(own), english, err)
		}
		for _, at := range own {
			if _, err := fs.Stat(r.window.pages, path.Join(folder, path.Base(at))); err != nil {
				t.Error(err)
			}
		}
		pages = append(pages, own...)
	}
	for _, at := range pages {
		b, err := fs.ReadFile(r.window.pages, at)
		if err != nil || !strings.HasPrefix(string(b), "# ") {
			t.Errorf("%s begins with no heading: %v", at, err)
		}
		for _, found := range link.FindAllStringSubmatch(string(b), -1) {
			page := path.Join(path.Dir(at), found[2])
			if _, err := fs.Stat(r.window.pages, page); err != nil {
				t.Errorf("%s leads to %s: %v", at, found[2], err)
			}
		}
		_, links := r.Help.unlinked(at, string(b))
		text := frametest.AllText(r.Help.page(at))
		if i := slices.IndexFunc(links, func(m more) bool { return !strings.Contains(strings.ToLower(text), strings.ToLower(m.title)) }); i >= 0 {
			t.Errorf("%s lacks its link %q", at, links[i].title)
		}
	}
}

// A page in a language without spaces is set by our own texts, which break where the language allows it.
func TestPagesWithoutSpaces(t *testing.T) {
	r := newRig(t)
	r.window.pages = r.Frame.Documentation()
	defer words.Use("en")
	for _, lang := range []string{"zh", "ja", "de"} {
		words.Use(lang)
		at := r.Help.locate("results")
		page := r.Help.page(at).(*fyne.Container)
		_, own := page.Objects[0].(*fyne.Container)
		if own != (lang != "de") {
			t.Errorf("%s is set by our own texts: %v", lang, own)
		}
		b, err := fs.ReadFile(r.window.pages, at)
		if err != nil {
			t.Fatal(err)
		}
		if text := frametest.AllText(page); strings.Count(text, "•") != strings.Count(string(b), "\n- ") && own || strings.ContainsAny(text, "*`#") {
			t.Errorf("%s shows %s", lang, text)
		}
	}
}
