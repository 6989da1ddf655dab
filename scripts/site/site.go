package main

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// page is one page of the site.
type page struct {
	source string // in the repository: docs/jobs.md
	target string // on the site: docs/jobs.html
	title  string
	group  string
	text   []byte
	tree   ast.Node
	ids    map[string]bool // what a link may name behind "#"
}

// The groups of the menu, in its order.
const (
	using   = "Using it"
	rules   = "Rules"
	help    = "In the window"
	working = "Working on it"
)

// rest are the pages outside docs/.
var rest = map[string]string{"README.md": using, "CHANGELOG.md": using, "SECURITY.md": using, "CONTRIBUTING.md": working}

// groupOf is the place of a page in the menu.
func groupOf(source string) string {
	switch name := path.Base(source); {
	case rest[source] != "":
		return rest[source]
	case path.Dir(source) == "docs/help":
		return help
	case strings.HasSuffix(name, "-rules.md"):
		return rules
	case name == "ARCHITECTURE.md", name == "style.md", name == "release.md":
		return working
	}
	return using
}

// site is everything that is written: by its path, with "/".
type site map[string][]byte

// run makes the site of a checkout and writes it.
func run(from fs.FS, out string) error {
	made, err := build(from)
	if err != nil {
		return err
	}
	if err := os.RemoveAll(out); err != nil {
		return err
	}
	for name, b := range made {
		target := filepath.Join(out, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil { // #nosec G301 -- documentation is for everybody
			return err
		}
		if err := os.WriteFile(target, b, 0o644); err != nil { // #nosec G306 -- the same
			return err
		}
	}
	return nil
}

// build reads the pages and makes the site, with the pictures that they show. All links that lead nowhere are one error.
func build(from fs.FS) (site, error) {
	pages, err := read(from)
	if err != nil {
		return nil, err
	}
	made, wrong := site{}, []error(nil)
	for _, p := range pages {
		pictures, err := p.link(from, pages)
		wrong = append(wrong, err)
		for _, name := range pictures {
			if made[name], err = fs.ReadFile(from, name); err != nil {
				return nil, err
			}
		}
		if made[p.target], err = p.html(pages); err != nil {
			return nil, err
		}
	}
	return made, errors.Join(wrong...)
}

// markdown is what GitHub shows, so that a page looks the same in both places.
var markdown = goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithParserOptions(parser.WithAutoHeadingID()))

// read parses every page. The first heading is its title.
func read(from fs.FS) ([]*page, error) {
	var sources []string
	for _, pattern := range []string{"docs/*.md", "docs/help/*.md"} {
		some, err := fs.Glob(from, pattern)
		if err != nil {
			return nil, err
		}
		sources = append(sources, some...)
	}
	for name := range rest {
		sources = append(sources, name)
	}
	var pages []*page
	for _, source := range sources {
		b, err := fs.ReadFile(from, source)
		if err != nil {
			return nil, err
		}
		p := &page{source: source, target: strings.TrimSuffix(source, ".md") + ".html", group: groupOf(source), text: b, ids: map[string]bool{}}
		if source == "README.md" {
			p.target = "index.html"
		}
		p.tree = markdown.Parser().Parse(text.NewReader(b), parser.WithContext(parser.NewContext(parser.WithIDs(slugs(p.ids)))))
		if h, ok := p.tree.FirstChild().(*ast.Heading); ok {
			p.title = plain(h, b)
		}
		if p.title == "" {
			return nil, fmt.Errorf("%s does not begin with a heading", source)
		}
		pages = append(pages, p)
	}
	order := []string{using, help, rules, working}
	slices.SortFunc(pages, func(a, b *page) int {
		switch {
		case a.group != b.group:
			return slices.Index(order, a.group) - slices.Index(order, b.group)
		case a.target == "index.html" || b.target == "index.html":
			return map[bool]int{true: -1, false: 1}[a.target == "index.html"]
		}
		return strings.Compare(strings.ToLower(a.title), strings.ToLower(b.title))
	})
	return pages, nil
}

// slugs gives headings the names that GitHub gives them: "recipient/weak" is #recipientweak.
type slugs map[string]bool

func (s slugs) Generate(heading []byte, _ ast.NodeKind) []byte {
	var b strings.Builder
	for _, r := range strings.ToLower(strings.Trim(string(heading), "` ")) {
		switch {
		case r == ' ':
			b.WriteByte('-')
		case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(r)
		}
	}
	id := b.String()
	for n := 1; s[id]; n++ {
		id = fmt.Sprintf("%s-%d", b.String(), n)
	}
	s[id] = true
	return []byte(id)
}

func (s slugs) Put(id []byte) { s[string(id)] = true }

// plain is the text of a node without its form.
func plain(n ast.Node, source []byte) string {
	var b strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if t, ok := n.(*ast.Text); ok && entering {
			b.Write(t.Segment.Value(source))
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

// link leads the links of a page to the site's pages, and returns which pictures it shows. What lies in the repository and not on the
// site, such as the Makefile, keeps its text and loses its link.
func (p *page) link(from fs.FS, pages []*page) (pictures []string, err error) {
	var wrong []error
	var away []*ast.Link
	_ = ast.Walk(p.tree, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Image:
			name := path.Join(path.Dir(p.source), string(n.Destination))
			if _, err := fs.Stat(from, name); err != nil {
				wrong = append(wrong, fmt.Errorf("%s shows %s, which is not there", p.source, n.Destination))
				break
			}
			pictures = append(pictures, name)
		case *ast.Link:
			target, stays, err := p.resolve(from, pages, string(n.Destination))
			switch {
			case err != nil:
				wrong = append(wrong, err)
			case !stays:
				away = append(away, n)
			case strings.HasSuffix(target, ".png"):
				pictures = append(pictures, path.Join(path.Dir(p.source), target))
			}
			n.Destination = []byte(target)
		}
		return ast.WalkContinue, nil
	})
	for _, n := range away {
		for child := n.FirstChild(); child != nil; child = n.FirstChild() {
			n.Parent().InsertBefore(n.Parent(), n, child)
		}
		n.Parent().RemoveChild(n.Parent(), n)
	}
	return pictures, errors.Join(wrong...)
}

// resolve returns where a link of the page leads on the site, and whether it leads anywhere there.
func (p *page) resolve(from fs.FS, pages []*page, link string) (target string, stays bool, err error) {
	u, err := url.Parse(link)
	if err != nil {
		return "", false, fmt.Errorf("%s links to %s: %w", p.source, link, err)
	}
	if u.Scheme != "" {
		return link, true, nil // the world outside is not asked
	}
	source := p.source
	if u.Path != "" {
		source = path.Join(path.Dir(p.source), u.Path)
	}
	at := slices.IndexFunc(pages, func(q *page) bool { return q.source == source })
	if at < 0 {
		if _, err := fs.Stat(from, source); err != nil {
			return "", false, fmt.Errorf("%s links to %s, which is not there", p.source, link)
		}
		return link, strings.HasSuffix(source, ".png"), nil
	}
	if u.Fragment != "" && !pages[at].ids[u.Fragment] {
		return "", false, fmt.Errorf("%s links to %s: there is no such heading", p.source, link)
	}
	if u.Path != "" {
		u.Path = relative(p.target, pages[at].target)
	}
	return u.String(), true, nil
}

// relative is the way from one page of the site to another.
func relative(from, to string) string {
	if path.Dir(from) == path.Dir(to) {
		return path.Base(to)
	}
	return strings.Repeat("../", strings.Count(from, "/")) + to
}

// html is the whole page.
func (p *page) html(pages []*page) ([]byte, error) {
	var body, out bytes.Buffer
	if err := markdown.Renderer().Render(&body, p.text, p.tree); err != nil {
		return nil, fmt.Errorf("%s: %w", p.source, err)
	}
	type entry struct {
		Title, Link string
		Here        bool
	}
	type group struct {
		Title   string
		Entries []entry
	}
	var menu []group
	for _, q := range pages {
		if len(menu) == 0 || menu[len(menu)-1].Title != q.group {
			menu = append(menu, group{Title: q.group})
		}
		g := &menu[len(menu)-1]
		g.Entries = append(g.Entries, entry{q.title, relative(p.target, q.target), q == p})
	}
	err := layout.Execute(&out, struct {
		Title string
		Menu  []group
		Body  template.HTML
	}{p.title, menu, template.HTML(body.String())}) // #nosec G203 -- our own pages, made into HTML by goldmark, which lets no HTML through
	return out.Bytes(), err
}
