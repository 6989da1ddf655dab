package enrollment

import (
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"

	"enrollbench/core/csr"
	"enrollbench/core/csvdoc"
	"enrollbench/core/eui48"
	"enrollbench/core/finding"
	"enrollbench/core/progress"
	"enrollbench/core/work"
)

// HeaderFindings are those about the header and about the file as a whole. Their row is 1; it is 0 where they are about
// no row.
func (r *Result) HeaderFindings() []finding.Finding {
	out := make([]finding.Finding, 0, len(r.header))
	for i := range r.header {
		out = append(out, r.header[i].finding())
	}
	return out
}

func (h *headerFinding) finding() finding.Finding {
	at := finding.Location{Row: 1, Column: h.name}
	if h.column < 0 && h.name == "" {
		at.Row = 0
	}
	return h.rule.Finding(at, h.message, h.hint)
}

// Finding is one finding of a row, and what Fix would write.
type Finding struct {
	finding.Finding
	Position Position
	Fix      string // the value that the cell would get
	Fixable  bool
	Delete   bool // the repair is to delete the row
}

// RowFindings says in words what is wrong with the row at place i, in order of the columns and the worst first. It checks the row again; a row
// with a CSR costs the verification of its signature.
func (r *Result) RowFindings(i int) []Finding {
	if i < 0 || i >= r.snap.Rows() {
		return nil
	}
	e := newExplainer(r)
	e.brief = true
	return e.row(i, r.snap.ID(i), r.snap.Row(i, nil))
}

// GroupFindings puts the findings of a group into words, in order of the rows: of the first limit rows, or of all where
// limit is 0. A group about the header has one finding.
func (r *Result) GroupFindings(ctx context.Context, g *Group, limit int, do func(Finding) error) error {
	if g.Header {
		h := &r.header[g.at]
		return do(Finding{Finding: h.finding(), Position: Position{-1, h.column}})
	}
	rows := r.places(g.rows, limit)
	return r.explainRows(ctx, rows, "", len(rows) < briefRows, nil, func(list []Finding) error {
		for _, f := range list {
			if f.Rule == g.Rule.Name && (!g.HasColumn || f.Position.Column >= 0 && r.p.columns[f.Position.Column].id == g.Column) {
				if err := do(f); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// briefRows is up to how many rows are explained without keeping what they share with others.
const briefRows = 100

// explainer makes the words of findings.
type explainer struct {
	r       *Result
	checker *checker
	brief   bool // a finding names some of the other rows, and does not bring all of them along
	file    string
	shared  *partnerSets
}

// partnerSets keeps the places of rows that share a value, made once for all of them.
type partnerSets struct {
	mu   sync.Mutex
	sets map[partnerKey]*finding.Partners
}

type partnerKey struct {
	rule  *finding.Rule
	value valueHash
}

func newExplainer(r *Result) *explainer {
	e := &explainer{r: r, checker: newChecker(r.p, true), shared: &partnerSets{sets: map[partnerKey]*finding.Partners{}}}
	e.checker.verdicts = r.verdicts
	return e
}

// beside is an explainer for another goroutine.
func (e *explainer) beside() *explainer {
	other := *e
	other.checker = newChecker(e.r.p, true)
	other.checker.verdicts = e.r.verdicts
	return &other
}

func (e *explainer) row(i int, id csvdoc.RowID, cells []string) []Finding {
	r := e.r
	e.checker.row(id, cells)
	row := r.snap.FileRow(i)
	var out []Finding
	add := func(rule *finding.Rule, column int, message, hint string) *Finding {
		f := Finding{Position: Position{i, column}}
		at := finding.Location{File: e.file, Row: row}
		if column >= 0 {
			at.Column = r.p.columns[column].name
		}
		f.Finding = rule.Finding(at, message, hint)
		out = append(out, f)
		return &out[len(out)-1]
	}
	for _, h := range e.checker.hits {
		if h.rule == RuleEmptyRow && r.trailing.has(id) {
			h.rule = RuleTrailingRow
		}
		f := add(h.rule, h.column, h.message, h.hint)
		f.Fix, f.Fixable, f.Delete = h.fix, h.fixable, h.fixable && deletesRow(h.rule)
	}
	if form := r.p.opt.Form; form != nil && len(form.causes) > 0 && !r.rewritten(id) {
		form.of(id, func(rule *finding.Rule, column, message string) { add(rule, r.p.columnNamed(column), message, "") })
	}
	e.related(id, cells, add)
	if text, ok := r.beside.said[id]; ok {
		add(r.beside.rule, -1, text, "")
	}
	slices.SortStableFunc(out, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Position.Column, b.Position.Column), cmp.Compare(b.Severity, a.Severity), cmp.Compare(a.Rule, b.Rule))
	})
	return out
}

// related explains what a row has in common with others.
func (e *explainer) related(id csvdoc.RowID, cells []string, add func(rule *finding.Rule, column int, message, hint string) *Finding) {
	rel, p := e.r.relations, e.r.p
	values, ok := rel.values(id)
	if !ok {
		values = e.checker.valuesOf(cells)
	}
	for k := range numRelations {
		columnID := p.relationColumn(k)
		column := -1
		if columnID != noColumn {
			column, _ = e.r.snap.Column(columnID)
		}
		for _, rule := range relationRules[k] {
			if g := rel.groups[cause{rule, columnID}]; g == nil || !g.rows.has(id) {
				continue
			}
			others, partners := e.others(id, rule, k, values.of[k], rel.index[k].each(values.of[k]))
			add(rule, column, e.relationMessage(rule, cells, others), "").Partners = partners
		}
	}
	prime := rel.groups[cause{csr.RuleSharedPrime, p.relationColumn(byDER)}]
	for n, set := range rel.primes {
		if _, in := slices.BinarySearch(set.rows, id); in && prime != nil && prime.rows.has(id) {
			others, partners := e.others(id, csr.RuleSharedPrime, byDER, valueHash(n), slices.Values(set.rows)) // #nosec G115 -- an index
			f := add(csr.RuleSharedPrime, p.csr, "its RSA modulus shares a prime with that of "+others+": both private keys can be computed", "")
			f.Partners = partners
		}
	}
}

func (e *explainer) fileRow(id csvdoc.RowID) int {
	i, _ := e.r.snap.Index(id)
	return e.r.snap.FileRow(i)
}

// others names the other rows that have a value in common with one, and brings all of them along unless brief words are wanted.
func (e *explainer) others(id csvdoc.RowID, rule *finding.Rule, k relation, value valueHash, rows iter.Seq[csvdoc.RowID]) (string, *finding.Partners) {
	self := e.fileRow(id)
	if !e.brief {
		set := e.partners(rule, k, value, rows)
		return otherRows(set.Len(), self, set.Rows), set
	}
	first, n := smallest(e.numbers(rule, rows), namedRows+1) // one of them may be the row itself
	return otherRows(n, self, first), nil
}

// numbers are the rows as a spreadsheet shows them, without the copies of a CSR where a rule is not about them.
func (e *explainer) numbers(rule *finding.Rule, rows iter.Seq[csvdoc.RowID]) iter.Seq[int32] {
	var copies *rowSet
	switch rule {
	case csr.RuleSameKey, csr.RuleSharedNonce, csr.RuleSharedNonceOtherKey, csr.RuleSharedPrime:
		copies = e.r.relations.copies(e.r.p)
	}
	return func(yield func(int32) bool) {
		for id := range rows {
			if !copies.has(id) && !yield(int32(e.fileRow(id))) { // #nosec G115 -- csvdoc bounds the rows
				return
			}
		}
	}
}

// smallest are the first k numbers in order, and how many there are in all; a million of them are not held for that.
func smallest(numbers iter.Seq[int32], k int) (first []int32, n int) {
	for x := range numbers {
		n++
		if len(first) == k && x >= first[k-1] {
			continue
		}
		i, _ := slices.BinarySearch(first, x)
		first = slices.Insert(first, i, x)
		first = first[:min(len(first), k)]
	}
	return first, n
}

func (e *explainer) partners(rule *finding.Rule, k relation, value valueHash, rows iter.Seq[csvdoc.RowID]) *finding.Partners {
	e.shared.mu.Lock()
	defer e.shared.mu.Unlock()
	key := partnerKey{rule, value}
	if set := e.shared.sets[key]; set != nil {
		return set
	}
	set := &finding.Partners{Rule: rule.Name}
	name := ""
	if id := e.r.p.relationColumn(k); id != noColumn {
		if i, ok := e.r.snap.Column(id); ok {
			name = e.r.p.columns[i].name
		}
	}
	set.At, set.Rows = finding.Location{File: e.file, Column: name}, slices.Sorted(e.numbers(rule, rows))
	e.shared.sets[key] = set
	return set
}

// namedRows is how many other rows a message names.
const namedRows = 3

// otherRows names the first of n rows but one: "row 3", "row 3, row 7, row 12 and 5 more".
func otherRows(n, row int, first []int32) string {
	var words []string
	for i := 0; i < len(first) && len(words) < namedRows; i++ { // first may be all of them
		if other := int(first[i]); other != row {
			words = append(words, fmt.Sprintf("row %d", other))
		}
	}
	if more := n - 1 - len(words); more > 0 {
		return strings.Join(words, ", ") + fmt.Sprintf(" and %d more", more)
	}
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
	return strings.Join(words, "")
}

func (e *explainer) relationMessage(rule *finding.Rule, cells []string, others string) string {
	cell := func(i int) string {
		if i >= 0 && i < len(cells) {
			return cells[i]
		}
		return ""
	}
	switch rule {
	case RuleDuplicateName:
		name := strings.TrimFunc(cell(e.r.p.name), isBlankRune)
		if name == "" && e.checker.facts != nil {
			name = e.checker.facts.CommonName
		}
		then := "a random value is appended to the names of their files"
		if e.r.p.id >= 0 {
			then += ", because unique_identifier is empty here"
		}
		// However the other rows write it; but decimal digits alone, in groups or not, may be a serial number.
		if _, n, err := eui48.Parse(name); err == nil && (n != eui48.Bare && n != eui48.Other || n == eui48.Other && strings.ContainsAny(name, "abcdefxABCDEFX")) {
			return fmt.Sprintf("the same MAC address %s as %s, and an address names one device; where the files would have one name, %s", quoted(name), others, then)
		}
		return fmt.Sprintf("the same common name %s as %s: one file at most is called %s, and %s", quoted(name), others, quoted(name+".pem"), then)
	case RuleDuplicateID:
		return fmt.Sprintf("the same unique_identifier %s as %s", quoted(cell(e.r.p.id)), others)
	case RuleDuplicateMAC:
		return fmt.Sprintf("the same MAC address %s as %s", quoted(cell(e.r.p.mac)), others)
	case csr.RuleSameFile:
		return "the same request, byte for byte, as " + others
	case csr.RuleSameKey:
		spki := ""
		if f := e.checker.facts; f != nil {
			spki = fmt.Sprintf(" (SPKI SHA-256 %s…)", hex.EncodeToString(f.SPKI[:8]))
		}
		return "the same public key" + spki + " as " + others
	case csr.RuleSharedNonce:
		return "its ECDSA signature has the same r as that of " + others + " by the same key: the private key can be computed from the two"
	}
	return "its ECDSA signature has the same r as that of " + others + " by another key: the random source is broken"
}

// withFindings are the places of all rows with a finding.
func (r *Result) withFindings() []int32 {
	all := r.marked[finding.Error].clone()
	all.merge(r.marked[finding.Warning])
	all.merge(r.marked[finding.Notice])
	return r.places(all, 0)
}

// explainRows explains rows on all cores and hands on what was found in their order.
func (r *Result) explainRows(ctx context.Context, rows []int32, file string, brief bool, report progress.Func, do func([]Finding) error) error {
	const piece = 256
	first := newExplainer(r)
	first.file, first.brief = file, brief
	total := int64(len(rows))
	return work.Ranges(ctx, r.p.opt.Workers, len(rows), piece,
		func() work.Ranger[[]Finding] {
			e := first.beside()
			var cells []string
			return func(ctx context.Context, from, to int) ([]Finding, error) {
				var out []Finding
				for _, place := range rows[from:to] {
					if err := ctx.Err(); err != nil {
						return nil, err
					}
					i := int(place)
					cells = r.snap.Row(i, cells)
					out = append(out, e.row(i, r.snap.ID(i), cells)...)
				}
				return out, nil
			}
		},
		func(to int, list []Finding) error {
			report.Report(int64(to), total)
			return do(list)
		})
}
