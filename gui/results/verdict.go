package results

import (
	"errors"
	"slices"
	"strings"
	"time"

	"enrollbench/core/archive"
	"enrollbench/core/delivery"
	"enrollbench/core/finding"
	"enrollbench/core/openpgp"
	"enrollbench/core/recipient"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// integrityWords puts such an error into a line and what to do.
func integrityWords(err error) (head, below string) {
	damage, limit := (*archive.Error)(nil), (*archive.LimitError)(nil)
	empty := (*delivery.EmptyError)(nil)
	again := words.T("verdict.again")
	switch {
	case errors.Is(err, recipient.ErrAsText):
		return words.T("verdict.as-text"), words.T("verdict.as-text-text")
	case errors.As(err, &empty):
		return words.T("verdict.empty"), again
	case errors.As(err, &damage), errors.As(err, &limit):
		return words.T("verdict.archive"), again
	case errors.Is(err, openpgp.ErrUnprotected):
		return words.T("verdict.unprotected"),
			words.T("verdict.unprotected-text")
	case errors.Is(err, openpgp.ErrIntegrity), errors.Is(err, delivery.ErrDamaged):
		return words.T("verdict.changed"), again
	}
	return words.T("verdict.does-not-open"),
		words.T("verdict.does-not-open-text")
}

// newResult works out what is shown of a result: it runs off the UI thread, for there may be hundreds of thousands of
// findings.
func newResult(request openRequest, d *delivery.Delivery, problem error, at time.Time) *result {
	r := &result{request: request, delivery: d, problem: problem, at: at}
	if d != nil {
		r.verdict, r.groups = d.Verdict(), d.Findings().Groups()
		if r.usable() {
			r.views = viewsOf(d, r.groups, request.given.Folder())
		}
	}
	r.state, r.head, r.below = r.words()
	return r
}

// proven says whether the integrity of what was sealed is known.
func (r *result) proven() bool {
	return !slices.ContainsFunc(r.groups, func(g finding.Group) bool { return g.Rule == delivery.RuleNotProven.Name })
}

// usable says whether anything may be exported.
func (r *result) usable() bool { return r.delivery != nil && r.verdict.Colour != delivery.Red }

// practice says whether a practice service issued it, whatever it was opened as.
func (r *result) practice() bool { return r.delivery != nil && r.delivery.Practice() }

// strayed says whether it is red because it comes from practice and was not opened as such.
func (r *result) strayed() bool {
	return slices.ContainsFunc(r.groups, func(g finding.Group) bool { return g.Rule == delivery.RulePractice.Name })
}

// fact is the sentence of the bottom bar: short, because names may be long.
func (r *result) fact() widgets.Fact {
	state, head := r.state, r.head
	switch {
	case r.delivery == nil:
		head = words.T("verdict.not-opened")
	case state == look.Failed:
		head = words.T("verdict.not-used")
	case state == look.Warning:
		head = r.numbers()
	}
	if r.practice() {
		head = words.T("practice.says", "Text", head)
	}
	return widgets.Fact{State: state, Text: head, Practice: r.practice()}
}

// numbers is "498 of 500 delivered".
func (r *result) numbers() string {
	d := r.delivery
	data := map[string]any{"Delivered": words.Group(d.Delivered()), "Ordered": words.Group(d.Ordered()), "Number": words.Group(d.Delivered())}
	if d.Ordered() > 0 {
		return words.T("verdict.of", data)
	}
	return words.N("verdict.delivered", d.Delivered(), data)
}

// words are the verdict as it is read across a room: state, what matters most, and the rest.
func (r *result) words() (state look.State, head, below string) {
	d := r.delivery
	if d == nil {
		head, below = integrityWords(r.problem)
		return look.Failed, head, below
	}
	numbers := r.numbers()
	switch r.verdict.Colour {
	case delivery.Green:
		return look.Ready, words.T("verdict.green", "Numbers", numbers), ""
	case delivery.Red:
		reasons := r.reasons(finding.Error)
		return look.Failed, reasons[0], strings.Join(append(reasons[1:], words.T("verdict.red")), " · ")
	}
	reasons := r.reasons(finding.Warning)
	if d.Ordered() == 0 {
		reasons = append(reasons, words.T("verdict.no-order"))
	}
	if missing := d.List(delivery.Missing); len(missing) > 0 {
		head = words.T("verdict.missing", "Names", namesOf(missing))
		return look.Warning, head, strings.Join(append([]string{numbers}, reasons...), " · ")
	}
	if len(d.List(delivery.Unexpected)) > 0 {
		reasons = append([]string{words.T("verdict.unexpected", "Names", namesOf(d.List(delivery.Unexpected)))}, reasons...)
	}
	if len(reasons) == 0 {
		return look.Warning, numbers, ""
	}
	if d.Ordered() == 0 && len(reasons) == 1 { // there is nothing wrong with it
		return look.Warning, words.T("verdict.matched", "Numbers", numbers), words.Sentence(reasons[0])
	}
	return look.Warning, words.SentenceCase(reasons[0]), strings.Join(append([]string{numbers}, reasons[1:]...), " · ")
}

// reasons are the titles of what was found of a severity, the names of devices aside.
func (r *result) reasons(s finding.Severity) []string {
	by := map[string]int{}
	for _, g := range r.groups {
		by[g.Rule] += len(g.Findings)
	}
	var out []string
	for _, rule := range delivery.Rules {
		if n := by[rule.Name]; n > 0 && rule.Severity == s && rule != delivery.RuleMissing && rule != delivery.RuleUnexpected {
			text := words.Core(rule.Title)
			if n > 1 && rule != delivery.RuleIssuerNotConfirmed && rule != delivery.RuleNoIssuer {
				text += " (" + words.Group(n) + ")"
			}
			out = append(out, text)
		}
	}
	return out
}

// shownMissing is how many names the verdict spells out.
const shownMissing = 3

func namesOf(entries []delivery.Entry) string {
	var names []string
	for _, e := range entries[:min(len(entries), shownMissing)] {
		names = append(names, words.Visible(e.Name))
	}
	text := strings.Join(names, ", ")
	if more := len(entries) - shownMissing; more > 0 {
		return words.N("verdict.and-more", more, "Names", text)
	}
	return text
}
