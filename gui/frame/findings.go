package frame

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"enrollbench/core/csr"
	"enrollbench/core/csvdoc"
	"enrollbench/core/delivery"
	"enrollbench/core/enrollment"
	"enrollbench/core/eui48"
	"enrollbench/core/finding"
	"enrollbench/core/job"
	"enrollbench/core/recipient"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// titleOf is the heading of a group.
func RuleTitle(rule string) string {
	if r := Rules[rule]; r != nil {
		return words.Core(r.Title)
	}
	return rule
}

// IsSecret says whether a rule is about private keys, which are shown first and loudest.
func IsSecret(rule string) bool {
	return rule == csr.RulePrivateKey.Name || rule == csr.RuleIsPKCS12.Name
}

// findingLine is a finding with icon and word, its reason and what to do.
func FindingLine(f finding.Finding) fyne.CanvasObject {
	state := look.OfSeverity(f.Severity)
	head := widgets.NewParagraph(state.Word() + ": " + RuleTitle(f.Rule))
	head.Color, head.Style.Bold = state.Color(), true
	lines := widgets.Down(2, head, widgets.NewParagraph(words.Sentence(words.Visible(f.Message))))
	if f.Hint != "" {
		lines.Add(widgets.NewParagraph(words.Sentence(f.Hint)))
	}
	if rule := Rules[f.Rule]; rule != nil {
		lines.Add(Reasons(rule))
	}
	return container.NewBorder(nil, nil, widgets.Across(0, widgets.Down(0, widgets.Icon(state.Icon(), 22)), widgets.Space(look.Gap, 0)), nil, lines)
}

// AskWhy tells what is behind a finding: the rule that it breaks, why that is one, what to do, and where it is written.
func (a *Frame) AskWhy(f finding.Finding) {
	rule := Rules[f.Rule]
	if rule == nil {
		return
	}
	d := &widgets.Dialog{State: look.OfSeverity(f.Severity), Title: words.Core(rule.Title), Text: words.Sentence(words.Visible(f.Message)),
		Body: Reasons(rule), Answers: []widgets.Answer{{Text: words.T("dialog.close")}}}
	if f.Hint != "" {
		d.Text += " " + words.Sentence(f.Hint)
	}
	a.Ask(d)
}

// Reasons says why a rule is there, its name and its source.
func Reasons(r *finding.Rule) fyne.CanvasObject {
	return widgets.Down(look.Gap/2, widgets.NewParagraph(words.Core(r.Why)).Muted(),
		widgets.NewParagraph(words.T("findings.source", "Rule", r.Name, "Source", r.Source)).Muted().Small())
}

// rulesByName finds a finding's rule, for its title and reasons.
var Rules = func() map[string]*finding.Rule {
	m := map[string]*finding.Rule{}
	for _, rules := range [][]*finding.Rule{csr.Rules, csvdoc.Rules, eui48.Rules, enrollment.Rules, delivery.Rules, recipient.Rules, job.Rules} {
		for _, r := range rules {
			m[r.Name] = r
		}
	}
	return m
}()
