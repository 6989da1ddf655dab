// Package finding holds what validation has to say about the user's input.
//
// A finding is a value, not an error: a bad row does not stop a check, an unreadable file does. Checks never stop at
// the first finding and never cap the list; Report groups what has one cause and keeps every location.
//
// Build findings with a Rule's Finding method so that severity and name come from one place, collect them in a Report,
// and show Report.Groups to people or Report.JSON to scripts.
package finding

import (
	"cmp"
	"fmt"
	"strings"
)

// Severity says what a finding means for the batch. The zero value is Notice.
type Severity uint8

const (
	// Notice: something was done or seen that the user may want to know.
	Notice Severity = iota
	// Warning: the service will do something the user may not expect.
	Warning
	// Error: the service will reject it, or a device would be unsafe.
	Error
)

var severityNames = [...]string{"notice", "warning", "error"}

// String returns "notice", "warning" or "error".
func (s Severity) String() string {
	if int(s) < len(severityNames) {
		return severityNames[s]
	}
	return fmt.Sprintf("severity(%d)", uint8(s))
}

// MarshalText writes the name, as the command line's JSON shows it.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads a name written by MarshalText.
func (s *Severity) UnmarshalText(b []byte) error {
	for i, n := range severityNames {
		if n == string(b) {
			*s = Severity(i)
			return nil
		}
	}
	return fmt.Errorf("unknown severity %q", b)
}

// Rule is the data of one check: what it is called, how bad a breach is, and where that is written.
type Rule struct {
	Name     string   // stable, "csr/weak-rsa-key"
	Severity Severity // of its findings
	Title    string   // one short line for the group's heading, sentence case, no full stop
	Why      string   // one or two sentences for "Why?": what would happen to the device or the batch
	Hint     string   // the next step, unless a finding brings its own
	Source   string   // RFC and section, CVE, or the page of the service's documentation
}

// NewRule makes a rule. Tables of rules call it with a line for each of source, title, why and hint.
func NewRule(name string, severity Severity, source, title, why, hint string) *Rule {
	return &Rule{Name: name, Severity: severity, Title: title, Why: why, Hint: hint, Source: source}
}

// Finding makes a finding of this rule. An empty hint takes the rule's.
func (r *Rule) Finding(at Location, message, hint string) Finding {
	if hint == "" {
		hint = r.Hint
	}
	return Finding{Rule: r.Name, Severity: r.Severity, Location: at, Message: message, Hint: hint}
}

// Location is a place in the user's input. Zero fields do not apply.
type Location struct {
	File   string `json:"file"`             // path as the user gave it, or as the walk below a given folder found it
	Member string `json:"member,omitempty"` // name inside File where that is a ZIP
	Entry  int    `json:"entry"`            // counts the CSRs within File from 1
	Row    int    `json:"row"`              // as a spreadsheet shows it: the header is row 1
	Column string `json:"column"`           // the header's name
}

// String names the place in words: "batch.zip: dev-1.csr, entry 3", "orders.csv: row 7, column san.dns_name".
func (l Location) String() string {
	var b strings.Builder
	b.WriteString(l.File)
	sep := ": "
	add := func(s string) { b.WriteString(sep); b.WriteString(s); sep = ", " }
	if l.Member != "" {
		add(l.Member)
	}
	if l.Entry > 0 {
		add(fmt.Sprintf("entry %d", l.Entry))
	}
	if l.Row > 0 {
		add(fmt.Sprintf("row %d", l.Row))
	}
	if l.Column != "" {
		add("column " + l.Column)
	}
	return b.String()
}

// Compare orders locations by file, entry, row, column, then member.
func (l Location) Compare(m Location) int {
	return cmp.Or(
		strings.Compare(l.File, m.File),
		cmp.Compare(l.Entry, m.Entry),
		cmp.Compare(l.Row, m.Row),
		strings.Compare(l.Column, m.Column),
		strings.Compare(l.Member, m.Member),
	)
}

// Finding is one thing found at one place. Messages are lower case without a full stop, quote the offending value and
// never hold a secret.
type Finding struct {
	Rule     string   `json:"rule"`
	Severity Severity `json:"severity"`
	Location
	Message string `json:"message"`
	Hint    string `json:"hint"`

	// Partners is what this finding shares with others ("the same key as …"): one set, all its places, held once and
	// pointed to by the finding of each member, so that a set of n costs n and not n². Nil where a finding stands alone.
	Partners *Partners `json:"-"`
}

// Partners is the set of all places that share one cause, the finding's own place included, in order.
type Partners struct {
	Rule   string
	Places []Location
	// Rows stands in the place of Places where these differ by the row alone: a set of a million rows takes 4 MB.
	Rows []int32
	At   Location // of Rows, without a row
}

// Len is the number of places.
func (p *Partners) Len() int { return len(p.Places) + len(p.Rows) }

// Place is one of them, 0 ≤ i < Len.
func (p *Partners) Place(i int) Location {
	if p.Rows == nil {
		return p.Places[i]
	}
	at := p.At
	at.Row = int(p.Rows[i])
	return at
}

// Others lists the places of the set other than at, at most limit of them, and how many more there are.
func (p *Partners) Others(at Location, limit int) (shown []Location, more int) {
	for i := range p.Len() {
		q := p.Place(i)
		if q == at {
			continue
		}
		if len(shown) == limit {
			return shown, p.Len() - 1 - limit
		}
		shown = append(shown, q)
	}
	return shown, 0
}

// namedPartners is how many partners a message spells out; the complete set stands once in the report's "partners".
const namedPartners = 20

// Named spells out the other places of the set for a message: "a.csr and b.csr, entry 2".
func (p *Partners) Named(at Location) string {
	shown, more := p.Others(at, namedPartners)
	words := make([]string, len(shown))
	for i, l := range shown {
		words[i] = l.String()
	}
	if more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(words, ", "), more)
	}
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
	return strings.Join(words, "")
}
