package delivery

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"enrollbench/core/csvlist"
	"enrollbench/core/finding"
)

// Colour of a verdict.
type Colour uint8

const (
	Green Colour = iota // what was ordered, from whom it was ordered
	Amber               // somebody has to look at it
	Red                 // not to be used
)

// String returns "green", "amber" or "red".
func (c Colour) String() string {
	return [...]string{"green", "amber", "red"}[c]
}

// Verdict is the answer that is read across a room.
type Verdict struct {
	Colour   Colour
	Sentence string
}

// shownNames is how many missing devices a sentence names.
const shownNames = 3

// Verdict sums the findings up. A finding of severity error makes it red; a warning, or nothing to compare with, amber.
func (d *Delivery) Verdict() Verdict {
	f := &d.gathering.findings
	v := Verdict{Colour: Green}
	switch {
	case f.Count(finding.Error) > 0:
		v.Colour = Red
	case f.Count(finding.Warning) > 0, d.request.Order == nil:
		v.Colour = Amber
	}
	v.Sentence = d.sentence(v.Colour)
	return v
}

func (d *Delivery) sentence(c Colour) string {
	count := fmt.Sprintf("%d delivered", d.delivered)
	if d.request.Order != nil {
		count = fmt.Sprintf("%d of %d delivered", d.delivered, d.Ordered())
	}
	if c == Green {
		return count + ", matched, verified"
	}
	by := map[string]int{}
	for _, g := range d.gathering.findings.Groups() {
		by[g.Rule] += len(g.Findings)
	}
	var reasons []string
	for _, severity := range []finding.Severity{finding.Error, finding.Warning} {
		for _, r := range Rules {
			if n := by[r.Name]; n > 0 && r.Severity == severity && r != RuleMissing && r != RuleUnexpected {
				reasons = append(reasons, reason(r, n))
			}
		}
	}
	if c == Red {
		return count + "; " + strings.Join(reasons, "; ")
	}
	var head string
	if missing := d.lists[Missing]; len(missing) > 0 {
		head = fmt.Sprintf("%d of %d: missing %s", d.delivered, d.Ordered(), names(missing))
	} else {
		head = count
		if len(reasons) == 0 {
			head += ", matched, verified"
		}
	}
	if extra := d.lists[Unexpected]; len(extra) > 0 {
		reasons = append([]string{"not ordered: " + names(extra)}, reasons...)
	}
	if d.request.Order == nil {
		reasons = append(reasons, "not compared with an order")
	}
	return strings.Join(append([]string{head}, reasons...), "; ")
}

// reason is the title of a rule within a sentence.
func reason(r *finding.Rule, n int) string {
	title := r.Title
	if !strings.HasPrefix(title, "PRACTICE") {
		title = strings.ToLower(title[:1]) + title[1:]
	}
	if n == 1 || r == RuleIssuerNotConfirmed || r == RuleNoIssuer {
		return title
	}
	return fmt.Sprintf("%s (%d)", title, n)
}

func names(entries []Entry) string {
	shown := make([]string, 0, shownNames)
	for _, e := range entries[:min(len(entries), shownNames)] {
		shown = append(shown, e.Name)
	}
	if more := len(entries) - shownNames; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(shown, ", "), more)
	}
	if n := len(shown); n > 1 {
		return strings.Join(shown[:n-1], ", ") + " and " + shown[n-1]
	}
	return strings.Join(shown, "")
}

// Fields are what `deliver --json` adds to the findings: numbers, whether every chain ends in an anchor, and the verdict.
func (d *Delivery) Fields() []finding.Field {
	v := d.Verdict()
	return []finding.Field{
		{Name: "ordered", Value: d.Ordered()},
		{Name: "delivered", Value: d.delivered},
		{Name: "missing", Value: len(d.lists[Missing])},
		{Name: "unexpected", Value: len(d.lists[Unexpected])},
		{Name: "unmatched_keys", Value: len(d.lists[KeyWithoutCertificate])},
		{Name: "issuer_confirmed", Value: d.confirmed},
		{Name: "practice", Value: d.Practice()},
		{Name: "verdict", Value: v.Colour.String()},
		{Name: "sentence", Value: v.Sentence},
	}
}

// ListColumns head the CSV of the lists.
var ListColumns = []string{"list", "common_name", "place", "row", "detail"}

// WriteLists writes all lists in full as one CSV.
func (d *Delivery) WriteLists(w io.Writer) error {
	list := csvlist.NewWriter(w, ListColumns...)
	for l, entries := range d.lists {
		for _, e := range entries {
			row := ""
			if e.Row > 0 {
				row = strconv.Itoa(e.Row)
			}
			list.Row(List(l).String(), e.Name, e.Place, row, e.Detail) // #nosec G115 -- an index of lists
		}
	}
	return list.Flush()
}
