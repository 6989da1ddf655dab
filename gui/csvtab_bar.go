package gui

import (
	"strings"

	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"

	"enrollbench/core/enrollment"
	"enrollbench/gui/look"
	"enrollbench/gui/numbers"
	"enrollbench/gui/widgets"
)

// showBar says how things stand.
func (t *csvTab) showBar() {
	f := t.file
	t.ordering.SetEnabled(f != nil && !f.indexing && f.checked.result != nil && f.checked.result.Counts().Ready > 0)
	if f == nil {
		t.saving.SetEnabled(false)
		t.bar.SetFacts(widgets.Fact{Plain: true, Text: lang.X("csv.nothing", "No file is open")})
		t.bar.SetAction(false, lang.X("csv.open-first", "Open a CSV or begin a new one"))
		return
	}
	t.saving.SetEnabled(!f.indexing && (f.facts.dirty || f.facts.path == ""))
	t.bar.SetFacts(t.facts()...)
	switch {
	case f.indexing:
		t.bar.SetAction(false, lang.X("csv.wait-reading", "Wait until the file is read"))
	case f.checked.result == nil:
		t.bar.SetAction(false, lang.X("csv.wait-check", "Wait until it is checked"))
	case f.checked.result.Counts().Rows == 0:
		t.bar.SetAction(false, lang.X("csv.no-rows", "There are no rows"))
	default:
		t.bar.SetAction(true, "")
	}
}

// facts are the parts of the sentence: "1,499,997 ready · 3 errors · 183.2 of 200 MB".
func (t *csvTab) facts() []widgets.Fact {
	f := t.file
	number := func(n int) map[string]any { return map[string]any{"Number": numbers.Group(n)} }
	r := f.checked.result
	if r == nil {
		n := f.rows.snap.Rows()
		text := lang.XN("csv.checking-rows", "{{.Number}} rows, being checked", n, number(n))
		if f.indexing {
			text = lang.XN("csv.reading-rows", "{{.Number}} rows so far", n, number(n))
		}
		return []widgets.Fact{{State: look.Running, Text: text}}
	}
	c := r.Counts()
	facts := []widgets.Fact{{State: look.Ready, Text: lang.XN("csr.ready", "{{.Number}} ready", c.Ready, number(c.Ready))}}
	if n := c.Header; n > 0 {
		facts = append(facts, widgets.Fact{State: look.Failed, Text: lang.XN("csv.errors-header", "{{.Number}} bad titles", n, number(n))})
	}
	if n := c.Errors; n > 0 {
		facts = append(facts, widgets.Fact{State: look.Failed, Text: lang.XN("csr.errors", "{{.Number}} errors", n, number(n))})
	}
	if n := c.Warnings; n > 0 {
		facts = append(facts, widgets.Fact{State: look.Warning, Text: lang.XN("csr.warnings", "{{.Number}} warnings", n, number(n))})
	}
	return append(facts, widgets.Fact{Plain: true, Text: uploadSize(r.Size())})
}

// uploadSize sets the size of the upload against the limit of one file.
func uploadSize(s enrollment.Size) string {
	data := map[string]any{"Size": numbers.Megabytes(s.Plain), "Limit": numbers.Group(s.Max / 1_000_000)}
	if s.Over() {
		return lang.X("csv.size-over", "{{.Size}} of {{.Limit}} MB: zipped or in parts", data)
	}
	return lang.X("csr.size", "{{.Size}} of {{.Limit}} MB", data)
}

// prefSeparator is what stands between several values of one cell, "" where a cell holds one value.
const prefSeparator = "csv.separator"

// openOptions asks how the upload file is written.
func (t *csvTab) openOptions() {
	form := widgets.NewSelect([]string{
		lang.X("csv.pem-one", "on one line, as in the service's example"),
		lang.X("csv.pem-kept", "with the line breaks that they have"),
	}, func(i int) {
		t.options.PEM = enrollment.PEMForm(i) // #nosec G115 -- one of two
		t.app.fyne.Preferences().SetInt(prefCSVPEM, i)
	})
	chooseQuietly(form, int(t.options.PEM))
	separator := widgets.NewEntry()
	separator.SetText(t.options.Separator)
	separator.PlaceHolder = lang.X("csv.one-value", "nothing: a cell holds one value")
	before := t.options
	t.app.ask(&widgets.Dialog{State: look.Notice, Title: lang.X("options.title", "Upload file"),
		Text: lang.X("csv.options-text", "The upload file is UTF-8, with commas, every cell in quotes and one line a row, whatever the file is that is edited here."),
		Body: container.New(layout.NewFormLayout(), widgets.Middle(widgets.NewText(lang.X("csv.pem", "CSRs are written"))), widgets.Outlined(form),
			widgets.Middle(widgets.NewText(lang.X("csv.separator", "Between several values"))), widgets.Inset(look.Gap/2, 0, separator)),
		Answers: []widgets.Answer{{Text: lang.X("options.done", "Done"), Act: func() {
			t.options.Separator = strings.TrimSpace(separator.Text)
			t.app.fyne.Preferences().SetString(prefSeparator, t.options.Separator)
			if (t.options.PEM != before.PEM || t.options.Separator != before.Separator) && t.file != nil {
				t.recheckAll() // the size is another, or what a cell holds
			}
		}}}})
}
