package help

import (
	"io/fs"
	"path"
	"regexp"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// link is a link or a picture of Markdown.
var link = regexp.MustCompile(`!?\[([^\[\]]*)\]\(([^()\s]*)\)`)

// more is another page that a page leads to.
type more struct{ title, page string }

// unlinked takes links and pictures out of a page, whose path is at: the pages that it leads to, each once, and the text. Links in a text
// take no keys of the window, and most of a rule's page are links within it.
func (r *Room) unlinked(at, text string) (string, []more) {
	var out []more
	seen := map[string]bool{at: true}
	text = link.ReplaceAllStringFunc(text, func(found string) string {
		if found[0] == '!' {
			return ""
		}
		part := link.FindStringSubmatch(found)
		target, _, _ := strings.Cut(part[2], "#")
		page := path.Join(path.Dir(at), target)
		if _, err := fs.Stat(r.app.Documentation(), page); err == nil && strings.HasSuffix(page, ".md") && !seen[page] {
			seen[page] = true
			out = append(out, more{strings.Trim(part[1], "`"), page})
		}
		return part[1]
	})
	return text, out
}

// page shows a page of the documentation.
func (r *Room) page(at string) fyne.CanvasObject {
	b, err := fs.ReadFile(r.app.Documentation(), at)
	if err != nil {
		return widgets.NewParagraph(words.Error(err))
	}
	text, links := r.unlinked(at, string(b))
	if strings.HasPrefix(at, folder) { // its last line is links alone
		text = strings.TrimSpace(text)
		if i := strings.LastIndex(text, "\n\n"); i >= 0 && len(links) > 0 && strings.HasPrefix(text[i+2:], links[0].title) {
			text = text[:i]
		}
	}
	all := widgets.Down(look.Gap, written(text))
	if strings.HasPrefix(at, path.Join(folder, words.Language())+"/") && (words.Language() == "zh" || words.Language() == "ja") {
		all = widgets.Down(look.Gap, unspaced(text))
	}
	for _, m := range links {
		all.Add(widgets.Across(0, widgets.Link(words.SentenceCase(m.title), func() { r.show(words.SentenceCase(m.title), r.page(m.page), nil) })))
	}
	return all
}

// written is Markdown as it is read.
func written(text string) fyne.CanvasObject {
	t := widget.NewRichTextFromMarkdown(text)
	t.Wrapping = fyne.TextWrapWord
	return t
}

// unspaced is a page of help in a language without spaces, in whose lines the toolkit breaks before a full stop and behind a bullet. Each of its
// paragraphs and items is one line of Markdown.
func unspaced(text string) fyne.CanvasObject {
	all := widgets.Down(look.Gap)
	for line := range strings.SplitSeq(strings.NewReplacer("**", "", "`", "").Replace(text), "\n") {
		if line == "" {
			continue
		}
		if mark := item.FindString(line); mark != "" {
			all.Add(container.NewBorder(nil, nil, widgets.Wide(3*look.Gap, widgets.Down(0, widgets.NewText(strings.Replace(mark, "-", "•", 1)).Bold())), nil,
				widgets.NewParagraph(line[len(mark):])))
			continue
		}
		level := len(line) - len(strings.TrimLeft(line, "#"))
		p := widgets.NewParagraph(strings.TrimSpace(line[level:]))
		switch level {
		case 1:
			p.Face, p.Style.Bold = look.SizeFigure, true
		case 2:
			p.Title()
		}
		all.Add(p)
	}
	return all
}

// item is how an item of a list begins.
var item = regexp.MustCompile(`^(?:\d+\.|-) `)
