package results

import (
	"context"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"enrollbench/core/atomicfile"
	"enrollbench/core/delivery"
	"enrollbench/core/finding"
	"enrollbench/core/progress"
	"enrollbench/gui/files"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/widgets/sheet"
	"enrollbench/gui/words"
)

// resultView is one list of a result: all certificates, one of delivery's lists, or the places of one cause.
type resultView struct {
	text    string
	why     string
	state   look.State
	columns []sheet.Column
	model   sheet.Model
	name    func(row int) string
	item    bool // its rows are certificates
}

func (v *resultView) title() string { return v.text + " (" + words.Group(v.model.Rows()) + ")" }

// viewsOf are the lists of a delivery that hold anything, the certificates first.
func viewsOf(d *delivery.Delivery, groups []finding.Group, folder string) []resultView {
	ready, warning := look.Ready.Icon(), look.Warning.Icon()
	all := certificateRows{d: d, own: words.T("result.key-matched"), sealed: words.T("result.key-sealed"),
		absent: words.T("result.key-absent"), good: ready, bad: warning, folder: folder}
	out := []resultView{{text: words.T("result.delivered"), state: look.Ready, model: all, item: true,
		name: func(i int) string { it := d.Item(i); return it.Name + " " + it.Serial },
		columns: []sheet.Column{
			{Title: words.T("result.column-name"), Width: 190, MinWidth: 112, Flexible: true},
			{Title: words.T("result.column-key"), Width: 130, MinWidth: 80},
			{Title: words.T("result.column-serial"), Width: 190, MinWidth: 80, Mono: true, Elide: sheet.Middle, Flexible: true},
			{Title: words.T("result.column-until"), Width: 110, MinWidth: 90},
			{Title: words.T("result.column-place"), Width: 240, MinWidth: 100, Elide: sheet.Middle, Flexible: true},
		}}}
	columns := []sheet.Column{
		{Title: words.T("result.column-name"), Width: 190, MinWidth: 112, Flexible: true},
		{Title: words.T("result.column-row"), Width: 70, MinWidth: 50, Align: fyne.TextAlignTrailing},
		{Title: words.T("result.column-detail"), Width: 320, MinWidth: 120, Flexible: true},
		{Title: words.T("result.column-place"), Width: 240, MinWidth: 100, Elide: sheet.Middle, Flexible: true},
	}
	for _, l := range delivery.Lists() {
		if entries := d.List(l); len(entries) > 0 {
			rule, shown := ruleOfList[l], columns
			if l == delivery.Missing { // its name says it all
				shown = slices.Delete(slices.Clone(columns), 2, 3)
			}
			out = append(out, resultView{text: listTitle(l), why: why(rule), state: look.Warning, columns: shown, model: entryRows{entries, folder, l == delivery.Missing},
				name: func(i int) string { return entries[i].Name + " " + entries[i].Place }})
		}
	}
	for _, g := range groups {
		if listed[g.Rule] || g.Rule == delivery.RuleNoOrder.Name || g.Rule == delivery.RuleIssuerNotConfirmed.Name {
			continue // a list or the page itself says it
		}
		out = append(out, resultView{text: frame.RuleTitle(g.Rule), why: why(frame.Rules[g.Rule]), state: look.OfSeverity(g.Severity), model: findingRows{g.Findings, folder},
			columns: []sheet.Column{
				{Title: words.T("result.column-detail"), Width: 420, MinWidth: 160, Flexible: true},
				{Title: words.T("result.column-place"), Width: 300, MinWidth: 100, Elide: sheet.Middle, Flexible: true}},
			name: func(i int) string { return g.Findings[i].Message + " " + g.Findings[i].Location.String() }})
	}
	return out
}

// ruleOfList says which rule explains a list.
var ruleOfList = map[delivery.List]*finding.Rule{
	delivery.Missing: delivery.RuleMissing, delivery.Unexpected: delivery.RuleUnexpected, delivery.Duplicate: delivery.RuleDuplicate,
	delivery.KeyWithoutCertificate: delivery.RuleKeyWithoutCertificate, delivery.CertificateWithoutKey: delivery.RuleCertificateWithoutKey,
	delivery.OtherSubject: delivery.RuleOtherSubject, delivery.SealedKey: delivery.RuleSealedKey,
}

// listed are the rules whose places are a list of their own.
var listed = func() map[string]bool {
	m := map[string]bool{delivery.RuleOtherName.Name: true, delivery.RuleOtherKey.Name: true}
	for _, r := range ruleOfList {
		m[r.Name] = true
	}
	return m
}()

func why(r *finding.Rule) string {
	if r == nil {
		return ""
	}
	return words.Core(r.Why) + " " + words.Sentence(r.Hint) + "\n" + words.T("findings.source", "Rule", r.Name, "Source", r.Source)
}

func listTitle(l delivery.List) string {
	switch l {
	case delivery.Missing:
		return words.T("list.missing")
	case delivery.Unexpected:
		return words.T("list.unexpected")
	case delivery.Duplicate:
		return words.T("list.duplicate")
	case delivery.KeyWithoutCertificate:
		return words.T("list.key-only")
	case delivery.CertificateWithoutKey:
		return words.T("list.certificate-only")
	case delivery.OtherSubject:
		return words.T("list.other")
	}
	return words.T("list.sealed")
}

// firstView is the list to show first: what is missing, else what else is the matter, else all certificates.
func firstView(views []resultView) int {
	for i, v := range views {
		if v.state == look.Warning || v.state == look.Failed {
			return i
		}
	}
	return 0
}

// certificateRows are all certificates.
type certificateRows struct {
	d                   *delivery.Delivery
	own, sealed, absent string
	good, bad           fyne.Resource
	folder              string // that places are shown without
}

// Rows implements sheet.Model.
func (m certificateRows) Rows() int { return m.d.Len() }

// Columns implements sheet.Model.
func (m certificateRows) Columns() int { return 5 }

// Cell implements sheet.Model.
func (m certificateRows) Cell(row, col int) sheet.Cell {
	item := m.d.Item(row)
	switch col {
	case 0:
		return sheet.Cell{Text: item.Name}
	case 1:
		switch item.Key {
		case delivery.KeyMatched:
			return sheet.Cell{Text: m.own, Icon: m.good, Importance: sheet.Success}
		case delivery.KeySealed:
			return sheet.Cell{Text: m.sealed, Icon: m.bad, Importance: sheet.Warning}
		}
		return sheet.Cell{Text: m.absent, Importance: sheet.Muted}
	case 2:
		return sheet.Cell{Text: item.Serial}
	case 3:
		return sheet.Cell{Text: words.Date(item.NotAfter)}
	}
	return sheet.Cell{Text: words.Core(strings.TrimPrefix(item.Place, m.folder)), Importance: sheet.Muted}
}

// entryRows are one of delivery's lists.
type entryRows struct {
	entries []delivery.Entry
	folder  string
	brief   bool // without details
}

// Rows implements sheet.Model.
func (m entryRows) Rows() int { return len(m.entries) }

// Columns implements sheet.Model.
func (m entryRows) Columns() int { return 4 }

// Cell implements sheet.Model.
func (m entryRows) Cell(row, col int) sheet.Cell {
	e := &m.entries[row]
	if m.brief && col == 2 {
		col = 3
	}
	switch col {
	case 0:
		return sheet.Cell{Text: e.Name}
	case 1:
		if e.Row == 0 {
			return sheet.Cell{}
		}
		return sheet.Cell{Text: strconv.Itoa(e.Row)}
	case 2:
		return sheet.Cell{Text: words.Core(e.Detail)}
	}
	return sheet.Cell{Text: words.Core(strings.TrimPrefix(e.Place, m.folder)), Importance: sheet.Muted}
}

// findingRows are the places of one cause.
type findingRows struct {
	findings []finding.Finding
	folder   string
}

// Rows implements sheet.Model.
func (m findingRows) Rows() int { return len(m.findings) }

// Columns implements sheet.Model.
func (m findingRows) Columns() int { return 2 }

// Cell implements sheet.Model.
func (m findingRows) Cell(row, col int) sheet.Cell {
	if col == 0 {
		return sheet.Cell{Text: words.Core(m.findings[row].Message)}
	}
	return sheet.Cell{Text: strings.TrimPrefix(m.findings[row].Location.String(), m.folder), Importance: sheet.Muted}
}

// siftedRows are some rows of a model; nil rows are all.
type siftedRows struct {
	sheet.Model
	rows []int32
}

// Rows implements sheet.Model.
func (m siftedRows) Rows() int {
	if m.rows == nil {
		return m.Model.Rows()
	}
	return len(m.rows)
}

// Cell implements sheet.Model.
func (m siftedRows) Cell(row, col int) sheet.Cell {
	if m.rows != nil {
		row = int(m.rows[row])
	}
	return m.Model.Cell(row, col)
}

// saveLists writes all lists as one CSV.
func (p *resultPage) saveLists() {
	d, a := p.result.delivery, p.tab.app
	base := filepath.Base(p.result.request.given.Paths[0])
	name := strings.TrimSuffix(base, filepath.Ext(base)) + "-lists.csv"
	a.SaveFile(files.Options{Title: words.T("result.save-lists-title"), Name: name, Kind: words.T("mac.kind"), Ends: []string{".csv"}},
		func(path string, replace bool) {
			frame.Run(p.tab.peek, "", func(context.Context, progress.Func) (struct{}, error) {
				return struct{}{}, atomicfile.Write(path, atomicfile.Options{Replace: replace, Mode: 0o600}, d.WriteLists)
			}, func(_ struct{}, err error) {
				if err != nil {
					a.Fail(words.T("result.save-lists-failed"), err, widgets.Answer{Text: words.T("problem.other-folder"), Act: p.saveLists})
					return
				}
				a.Written(look.Ready, words.T("result.lists-saved"), path)
			})
		})
}
