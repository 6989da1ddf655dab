package table

import (
	"strings"

	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"enrollbench/core/enrollment"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// showBar says how things stand.
func (t *Room) showBar() {
	f := t.file
	t.ordering.SetEnabled(f != nil && !f.indexing && f.checked.result != nil && f.checked.result.Counts().Ready > 0)
	if f == nil {
		t.saving.SetEnabled(false)
		t.bar.SetFacts(widgets.Fact{Plain: true, Text: words.T("csv.nothing")})
		t.bar.SetAction(false, words.T("csv.open-first"))
		return
	}
	t.saving.SetEnabled(!f.indexing && (f.facts.dirty || f.facts.path == ""))
	t.bar.SetFacts(t.facts()...)
	switch {
	case f.indexing:
		t.bar.SetAction(false, words.T("csv.wait-reading"))
	case f.checked.result == nil:
		t.bar.SetAction(false, words.T("csv.wait-check"))
	case f.checked.result.Counts().Rows == 0 || f.fresh():
		t.bar.SetAction(false, words.T("csv.no-rows"))
	default:
		t.bar.SetAction(true, "")
	}
}

// facts are the parts of the sentence: "1,499,997 ready · 3 errors · 183.2 of 200 MB".
func (t *Room) facts() []widgets.Fact {
	f := t.file
	number := func(n int) map[string]any { return map[string]any{"Number": words.Group(n)} }
	r := f.checked.result
	if r == nil {
		n := f.rows.snap.Rows()
		text := words.N("csv.checking-rows", n, number(n))
		if f.indexing {
			text = words.N("csv.reading-rows", n, number(n))
		}
		return []widgets.Fact{{State: look.Running, Text: text}}
	}
	if f.fresh() {
		return []widgets.Fact{{Plain: true, Text: words.T("csv.fresh")}}
	}
	c := r.Counts()
	facts := []widgets.Fact{{State: look.Ready, Text: words.N("csr.ready", c.Ready, number(c.Ready))}}
	if n := c.Header; n > 0 {
		facts = append(facts, widgets.Fact{State: look.Failed, Text: words.N("csv.errors-header", n, number(n))})
	}
	if n := c.Errors; n > 0 {
		facts = append(facts, widgets.Fact{State: look.Failed, Text: words.N("csr.errors", n, number(n))})
	}
	if n := c.Warnings; n > 0 {
		facts = append(facts, widgets.Fact{State: look.Warning, Text: words.N("csr.warnings", n, number(n))})
	}
	for _, g := range r.Groups() {
		if g.Beside {
			facts = append(facts, widgets.Fact{State: look.OfSeverity(g.Rule.Severity), Text: words.N("csr.ordered-before", g.Rows, number(g.Rows))})
		}
	}
	return append(facts, widgets.Fact{Plain: true, Text: uploadSize(r.Size())})
}

// uploadSize sets the size of the upload against the limit of one file.
func uploadSize(s enrollment.Size) string {
	data := map[string]any{"Size": words.Megabytes(s.Plain), "Limit": words.Group(s.Max / 1_000_000)}
	if s.Over() {
		return words.T("csv.size-over", data)
	}
	return words.T("csr.size", data)
}

// prefSeparator is what stands between several values of one cell, "" where a cell holds one value.
const prefSeparator = "csv.separator"

// openOptions asks how the upload file is written.
func (t *Room) openOptions() {
	form := widgets.NewSelect([]string{
		words.T("csv.pem-one"),
		words.T("csv.pem-kept"),
	}, func(i int) {
		t.options.PEM = enrollment.PEMForm(i) // #nosec G115 -- one of two
		t.app.Preferences().SetInt(prefCSVPEM, i)
	})
	widgets.ChooseQuietly(form, int(t.options.PEM))
	separator := widgets.NewEntry()
	separator.SetText(t.options.Separator)
	separator.PlaceHolder = words.T("csv.one-value")
	before := t.options
	t.app.Ask(&widgets.Dialog{State: look.Notice, Title: words.T("options.title"),
		Text: words.T("csv.options-text"),
		Body: container.New(layout.NewFormLayout(), widgets.Middle(widgets.NewText(words.T("csv.pem"))), widgets.Outlined(form),
			widgets.Middle(widgets.NewText(words.T("csv.separator"))), widgets.Inset(look.Gap/2, 0, separator)),
		Answers: []widgets.Answer{{Text: words.T("options.done"), Act: func() {
			t.options.Separator = strings.TrimSpace(separator.Text)
			t.app.Preferences().SetString(prefSeparator, t.options.Separator)
			if (t.options.PEM != before.PEM || t.options.Separator != before.Separator) && t.file != nil {
				t.recheckAll() // the size is another, or what a cell holds
			}
		}}}})
}
