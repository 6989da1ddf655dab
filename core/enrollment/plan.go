package enrollment

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"enrollbench/core/attribute"
	"enrollbench/core/csvdoc"
	"enrollbench/core/eui48"
	"enrollbench/core/finding"
)

// plan is what the header makes of the options: which column obeys which rules. It does not change.
type plan struct {
	opt     Options
	keys    Keys // never UnknownKeys
	columns []column
	now     time.Time
	header  []headerFinding

	name, id, csr, mac, from, to int // positions of columns that have a part of their own, -1 where there are none
	subject, san                 []int
}

// column is one column of the document.
type column struct {
	id       csvdoc.ColumnID
	name     string
	field    *Field // what it stands for, also where it is misspelt; nil for a device field
	kind     Kind
	required bool
	profiled bool // what spreadsheets do to values is looked for
	unnamed  bool
}

// headerFinding is something about the header.
type headerFinding struct {
	rule          *finding.Rule
	column        int    // position, -1 where it is about the whole
	name          string // of the column it is about, also where that is missing
	message, hint string
	rename        string // the repair: this name; "" for none
	remove        bool   // or taking the column away
}

func newPlan(columns []csvdoc.Column, o Options) *plan {
	p := &plan{opt: o.withDefaults(), name: -1, id: -1, csr: -1, mac: -1, from: -1, to: -1}
	p.now = p.opt.Now()
	p.columns = make([]column, len(columns))
	wanted := knownNames
	if o.Template != nil {
		wanted = o.Template.Names()
	}
	present := map[string]int{} // exact names, with the first column of each
	for i, c := range columns {
		p.columns[i] = column{id: c.ID, name: c.Name}
		if _, ok := present[c.Name]; !ok {
			present[c.Name] = i
		}
	}
	meant := map[string]int{}
	for i := range p.columns {
		p.readColumn(i, wanted, present, meant)
	}
	p.keys = p.opt.Keys
	if p.keys == UnknownKeys {
		p.keys = ServerKeys
		if p.csr >= 0 {
			p.keys = ClientKeys
		} else if o.Template != nil {
			if _, ok := o.Template.Column(csrColumn); ok {
				p.keys = ClientKeys
			}
		}
	}
	p.wholeHeader(meant)
	for i := range p.columns {
		c := &p.columns[i]
		if o.Template != nil {
			t, ok := o.Template.Column(p.meaning(c))
			c.required = ok && t.Required
		}
		c.required = c.required || i == p.csr && p.keys == ClientKeys || i == p.name && p.keys == ServerKeys
		switch c.kind {
		case Request, JSONObject, Date, flag, KeyUsage, ExtKeyUsage, Algorithm, CountryCode:
		default:
			c.profiled = !c.unnamed
		}
	}
	return p
}

// macRows is how many rows are looked at for a column of MAC addresses that is not named as one.
const macRows = 256

// findMAC is the column of MAC addresses whose values are compared with each other: one that is named as one, else one of which the first
// rows mostly hold them; -1 for none.
func (p *plan) findMAC(snap *csvdoc.Snapshot) int {
	filled, found := make([]int, len(p.columns)), make([]int, len(p.columns))
	var cells []string
	for row := range min(snap.Rows(), macRows) {
		cells = snap.Row(row, cells)
		for i := range p.columns {
			value := strings.TrimFunc(cells[i], isBlankRune)
			if value == "" {
				continue
			}
			filled[i]++
			if _, n, err := eui48.Parse(value); err == nil && (n != eui48.Bare && n != eui48.Other || strings.ContainsAny(value, "abcdefABCDEF")) {
				found[i]++
			}
		}
	}
	best := -1
	for i, c := range p.columns {
		switch {
		case i == p.name || c.kind == Request:
		case namesMACs(c.name):
			return i
		case best < 0 && found[i] >= 2 && 5*found[i] >= 3*filled[i]:
			best = i
		}
	}
	return best
}

var knownNames = func() (names []string) {
	for _, f := range Fields {
		names = append(names, f.Name)
	}
	return names
}()

// meaning is the name that a column has or should have.
func (p *plan) meaning(c *column) string {
	if c.field != nil {
		return c.field.Name
	}
	return c.name
}

// readColumn finds out what the column at i stands for, and what its name breaks.
func (p *plan) readColumn(i int, wanted []string, present, meant map[string]int) {
	c := &p.columns[i]
	tell := func(r *finding.Rule, hint, format string, args ...any) *headerFinding {
		p.header = append(p.header, headerFinding{rule: r, column: i, name: c.name, message: fmt.Sprintf(format, args...), hint: hint})
		return &p.header[len(p.header)-1]
	}
	c.kind = DeviceField
	if first := present[c.name]; first != i && c.name != "" {
		tell(RuleDuplicateColumn, "", "the column %s is there twice; the first is column %d", attribute.Quote(c.name), first+1)
		return
	}
	if strings.TrimFunc(c.name, isBlankRune) == "" {
		c.unnamed = true // what that means depends on whether it has values
		return
	}
	if strings.ContainsFunc(c.name, func(r rune) bool { return isControlOrSeparator(r) || unicode.Is(unicode.Bidi_Control, r) }) {
		h := tell(RuleColumnControl, "", "the name %s of column %d contains a control character", quoted(c.name), i+1)
		h.name = visibleName(c.name)
		if _, taken := present[h.name]; !taken && h.name != "" {
			h.hint, h.rename = "rename the column to "+h.name, h.name
		}
		return
	}
	name := c.name
	if _, exact := FieldOf(name); !exact && !slices.Contains(wanted, name) {
		name = p.guess(i, wanted, present, tell)
	}
	if first, twice := meant[name]; twice {
		tell(RuleDuplicateColumn, "", "the column %s means the same as %s, column %d", attribute.Quote(c.name), attribute.Quote(p.columns[first].name), first+1)
		return
	}
	meant[name] = i
	c.field, _ = FieldOf(name)
	inTemplate := p.opt.Template != nil && slices.Contains(wanted, name)
	switch {
	case inTemplate:
	case p.opt.Template != nil && c.name == name && name != idColumn && (name != csrColumn || p.opt.Keys == UnknownKeys):
		tell(RuleNotInTemplate, "", "the column %s is not part of the template %s", attribute.Quote(c.name), attribute.Quote(p.opt.Template.Source))
	case p.opt.Template == nil && c.field == nil && c.name == name && !p.told(i):
		tell(RuleDeviceField, "", "the column %s is read as a device field", attribute.Quote(c.name))
	case p.opt.Template == nil && c.field != nil && !c.field.Confirmed:
		tell(RuleInferred, "", "the column %s follows the pattern of documented names, but is not documented itself", attribute.Quote(name))
	}
	if c.field != nil {
		c.kind = c.field.Kind
		p.place(i, c.field)
	}
}

// visibleName is a name without control characters and spaces at its ends.
func visibleName(name string) string {
	return strings.TrimFunc(strings.Map(func(r rune) rune {
		if isControlOrSeparator(r) {
			return -1
		}
		return r
	}, name), isBlankRune)
}

// told says whether the header has a finding about the column already.
func (p *plan) told(i int) bool {
	return slices.ContainsFunc(p.header, func(h headerFinding) bool { return h.column == i })
}

// guess finds the name that a column not known by its own should have.
func (p *plan) guess(i int, wanted []string, present map[string]int, tell func(*finding.Rule, string, string, ...any) *headerFinding) string {
	c := &p.columns[i]
	similar := Similar(c.name, wanted)
	if similar == "" {
		similar = Similar(c.name, knownNames)
	}
	if similar == "" {
		return c.name
	}
	_, taken := present[similar]
	if squeezed(similar) == squeezed(c.name) {
		h := tell(RuleSpelling, "write "+similar, spellingDifference(c.name, similar), attribute.Quote(c.name), attribute.Quote(similar))
		if !taken {
			h.rename = similar
		}
		return similar
	}
	if taken {
		return c.name
	}
	tell(RuleSimilar, "write "+similar+" if that is what was meant", "the column %s looks like %s", attribute.Quote(c.name), attribute.Quote(similar)).rename = similar
	return c.name
}

// spellingDifference is a sentence with places for two names that have the same letters and digits: what they differ in.
func spellingDifference(a, b string) string {
	blank := func(s string) string {
		return strings.Map(func(r rune) rune {
			if isBlankRune(r) {
				return -1
			}
			return r
		}, s)
	}
	switch {
	case strings.EqualFold(a, b):
		return "the column %s differs from %s only in case"
	case blank(a) == b:
		return "the column %s differs from %s only in spaces"
	case strings.EqualFold(blank(a), b):
		return "the column %s differs from %s only in case and spaces"
	}
	return "the column %s differs from %s only in the characters between its words"
}

func (p *plan) place(i int, f *Field) {
	switch f.Name {
	case nameColumn:
		p.name = i
	case idColumn:
		p.id = i
	case csrColumn:
		p.csr = i
	case validFrom:
		p.from = i
	case validTo:
		p.to = i
	}
	if f.Attribute != "" {
		p.subject = append(p.subject, i)
	}
	if strings.HasPrefix(f.Name, "san.") {
		p.san = append(p.san, i)
	}
}

// wholeHeader finds what is missing, and what must not be there.
func (p *plan) wholeHeader(meant map[string]int) {
	tell := func(r *finding.Rule, column int, name, format string, args ...any) *headerFinding {
		p.header = append(p.header, headerFinding{rule: r, column: column, name: name, message: fmt.Sprintf(format, args...)})
		return &p.header[len(p.header)-1]
	}
	if t := p.opt.Template; t != nil {
		for _, c := range t.Columns {
			if _, ok := meant[c.Name]; !ok && c.Required && (c.Name != csrColumn || p.keys != ServerKeys) {
				tell(RuleMissing, -1, c.Name, "the column %s of the template %s is missing", attribute.Quote(c.Name), attribute.Quote(t.Source))
			}
		}
	}
	csrMissing := slices.ContainsFunc(p.header, func(h headerFinding) bool { return h.rule == RuleMissing && h.name == csrColumn })
	if p.keys == ClientKeys && p.csr < 0 && !csrMissing {
		tell(RuleCSRMissing, -1, csrColumn, "there is no column %q, but the devices make their keys", csrColumn)
	}
	if p.keys == ServerKeys && p.csr >= 0 {
		tell(RuleCSRPresent, p.csr, p.columns[p.csr].name, "there is a column %q, but the service makes the keys", csrColumn).remove = true
	}
	named := p.name >= 0 || p.csr >= 0 || csrMissing || p.keys == ClientKeys ||
		slices.ContainsFunc(p.header, func(h headerFinding) bool { return h.rule == RuleMissing && h.name == nameColumn })
	if !named && len(p.san) == 0 {
		tell(RuleNoName, -1, nameColumn, "there is neither a column %q nor %q", nameColumn, csrColumn)
	}
}
