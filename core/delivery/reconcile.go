package delivery

import (
	"fmt"
	"math/bits"
	"strings"

	"enrollbench/core/finding"
)

// List is one of the lists that a delivery is told by. They are complete.
type List uint8

const (
	Missing               List = iota // ordered, not delivered
	Unexpected                        // delivered, not ordered
	Duplicate                         // delivered twice, or two certificates for one line of the order
	KeyWithoutCertificate             // a private key that belongs to no certificate
	CertificateWithoutKey             // a certificate whose key should have been delivered
	OtherSubject                      // a subject or key other than ordered
	SealedKey                         // a private key that was not opened
	lists
)

var listNames = [lists]string{"missing", "unexpected", "duplicate", "key without certificate", "certificate without key", "other than ordered", "sealed key"}

// String names the list as the exported CSV does.
func (l List) String() string { return listNames[l] }

// Lists are all lists, in the order in which they are shown.
func Lists() []List {
	all := make([]List, lists)
	for i := range all {
		all[i] = List(i)
	}
	return all
}

// Entry is one line of a list.
type Entry struct {
	Name   string // common name; of a key without one the first 16 digits of its SHA-256
	Place  string // where it stands: in the result, or in the order for what is missing
	Row    int    // of the order, 0 if there is none
	Detail string // in words, where there is more to say
}

// comparison is the work of reconciling records with an order.
type comparison struct {
	*gathering
	order     *Order
	lists     [lists][]Entry
	delivered int
}

func (c *comparison) add(l List, e Entry) { c.lists[l] = append(c.lists[l], e) }

// note puts an entry into a list and a finding into the report.
func (c *comparison) note(l List, rule *finding.Rule, at ref, e Entry, message string) {
	place := c.location(at)
	e.Place = place.String()
	if e.Detail == "" {
		e.Detail = message
	}
	place.Row = 0
	c.add(l, e)
	c.findings.Add(rule.Finding(place, message, ""))
}

// once removes certificates and keys that stand there again.
func (c *comparison) once() {
	first := make(map[[32]byte]int32, len(c.certificates))
	kept := c.certificates[:0]
	for _, r := range c.certificates {
		if i, again := first[r.sum]; again {
			if kept[i].at.sameUnit(r.at) {
				continue // a chain that begins with the certificate itself
			}
			c.note(Duplicate, RuleDuplicate, r.at, Entry{Name: r.name},
				fmt.Sprintf("the certificate of %q is already in %s", r.name, c.location(kept[i].at)))
			continue
		}
		first[r.sum] = int32(len(kept)) // #nosec G115 -- below maxParts a unit
		kept = append(kept, r)
	}
	c.certificates = kept
	keys := make(map[keyHash]bool, len(c.privates))
	unique := c.privates[:0]
	for _, k := range c.privates {
		if keys[k.key] {
			c.note(Duplicate, RuleDuplicate, k.at, Entry{Name: shortHash(k.key)}, "the result holds the same private key twice")
			continue
		}
		keys[k.key] = true
		unique = append(unique, k)
	}
	c.privates = unique
}

// match brings keys and certificates together by public key. Several certificates may have one key: a renewal if the
// names are equal, a defect if they are not.
func (c *comparison) match() {
	owner := make(map[keyHash]int32, len(c.certificates))
	for i := range c.certificates {
		r := &c.certificates[i]
		j, shared := owner[r.key]
		if !shared {
			owner[r.key] = int32(i) // #nosec G115 -- below maxParts a unit
			continue
		}
		if other := &c.certificates[j]; other.name != r.name {
			c.findings.Add(RuleSharedKey.Finding(c.location(r.at), fmt.Sprintf("%q has the same key as %q in %s", r.name, other.name, c.location(other.at)), ""))
		}
	}
	private := make(map[keyHash]int32, len(c.privates))
	for i := range c.privates {
		k := &c.privates[i]
		private[k.key] = int32(i) // #nosec G115 -- below maxParts a unit
		if j, ok := owner[k.key]; ok {
			k.cert = j
		}
	}
	for i := range c.certificates {
		r := &c.certificates[i]
		if k, ok := private[r.key]; ok {
			r.private = k
		}
	}
	c.pairSealed()
	for _, k := range c.privates {
		if k.cert == none {
			f := RuleKeyWithoutCertificate.Finding(c.location(k.at), "no certificate of the result belongs to the private key with the SHA-256 "+shortHash(k.key)+"…", "")
			if c.unread {
				f.Hint = "keep the key: a certificate that could not be read may be its own; download the result again"
			}
			c.add(KeyWithoutCertificate, Entry{Name: shortHash(k.key), Place: c.location(k.at).String(), Detail: f.Message})
			c.findings.Add(f)
		}
	}
	expected := c.order == nil && len(c.privates)+len(c.sealed) > 0 || c.order != nil && c.order.maker == Service
	if !expected {
		return
	}
	for i := range c.certificates {
		if r := &c.certificates[i]; r.private == none && r.sealed == none {
			c.note(CertificateWithoutKey, RuleCertificateWithoutKey, r.at, Entry{Name: r.name}, fmt.Sprintf("the private key of %q is missing", r.name))
		}
	}
}

// pairSealed lets a key that could not be opened go with the one certificate that stands in the same object or file.
// Nothing is proven by that; it only keeps the two together.
func (c *comparison) pairSealed() {
	i := 0
	for s := range c.sealed {
		k := &c.sealed[s]
		for i < len(c.certificates) && c.certificates[i].at.compare(k.at) < 0 && !c.certificates[i].at.sameUnit(k.at) {
			i++
		}
		e := Entry{Detail: k.reason}
		here := func(j int) bool { return j < len(c.certificates) && c.certificates[j].at.sameUnit(k.at) }
		if here(i) && !here(i+1) {
			if r := &c.certificates[i]; r.sealed == none && r.private == none {
				r.sealed, k.cert = int32(s), int32(i) // #nosec G115 -- below maxParts a unit
				e.Name = r.name
			}
		}
		e.Place = c.location(k.at).String()
		c.add(SealedKey, e)
	}
}

// reconcile holds the certificates against the order.
func (c *comparison) reconcile() {
	if c.order == nil {
		c.delivered = len(c.certificates)
		return
	}
	lines := c.order.lines
	taken := make([]uint64, (lines.len()+63)/64)
	isTaken := func(i int) bool { return taken[i/64]>>(i%64)&1 != 0 }
	// Two rounds: keys are certain, so they take their lines before names are looked at.
	for i := range c.certificates {
		r := &c.certificates[i]
		if l, ok := c.lineByKey(r, isTaken); ok {
			if isTaken(l) {
				c.second(r, l)
			}
			c.take(r, l, taken)
		}
	}
	for i := range c.certificates {
		if r := &c.certificates[i]; r.line == none {
			c.byName(r, taken, isTaken)
		}
	}
	for i := range lines.len() {
		if !lines.wanted(i) || isTaken(i) {
			continue
		}
		l := lines.line(i)
		c.add(Missing, Entry{Name: l.Name, Place: finding.Location{File: c.order.source, Row: l.Row}.String(), Row: l.Row})
		c.findings.Add(RuleMissing.Finding(finding.Location{File: c.order.source, Row: l.Row},
			fmt.Sprintf("%q was ordered and is not in the result", l.Name), ""))
	}
	all := 0
	for i, w := range taken {
		all += bits.OnesCount64(w)
		for ; w != 0; w &= w - 1 {
			if !lines.wanted(i*64 + bits.TrailingZeros64(w)) {
				all--
			}
		}
	}
	c.delivered = all
}

func (c *comparison) take(r *record, l int, taken []uint64) {
	r.line = int32(l) // #nosec G115 -- maxOrderRows bounds it
	taken[l/64] |= 1 << (l % 64)
	line := c.order.lines.line(l)
	e := Entry{Name: r.name, Row: line.Row}
	if !c.order.lines.wanted(l) {
		c.note(Unexpected, RuleUnexpected, r.at, e, fmt.Sprintf("%q belongs to part %d of the order", r.name, line.Part))
		return
	}
	if r.name != line.Name {
		c.note(OtherSubject, RuleOtherName, r.at, e, fmt.Sprintf("the common name is %q, ordered was %q (row %d)", r.name, line.Name, line.Row))
	}
	c.compareSubject(r, l, e)
}

// second: the line has a certificate already.
func (c *comparison) second(r *record, l int) {
	line := c.order.lines.line(l)
	c.note(Duplicate, RuleDuplicate, r.at, Entry{Name: r.name, Row: line.Row},
		fmt.Sprintf("%q is another certificate for row %d of the order, which has one already", r.name, line.Row))
}

func (c *comparison) lineByKey(r *record, isTaken func(int) bool) (int, bool) {
	found := c.order.lines.byKey(r.key)
	if r.written != nil && len(found) == 0 {
		found = c.order.lines.byKey(*r.written)
	}
	if len(found) == 0 {
		return 0, false
	}
	for _, l := range found {
		if !isTaken(int(l)) && c.order.lines.line(int(l)).Name == r.name {
			return int(l), true
		}
	}
	for _, l := range found {
		if !isTaken(int(l)) {
			return int(l), true
		}
	}
	return int(found[0]), true
}

func (c *comparison) byName(r *record, taken []uint64, isTaken func(int) bool) {
	lines := c.order.lines
	first, more, ok := lines.byName(r.name)
	if !ok {
		c.note(Unexpected, RuleUnexpected, r.at, Entry{Name: r.name}, fmt.Sprintf("%q was not ordered", r.name))
		return
	}
	free := first
	for _, l := range more {
		if !isTaken(free) {
			break
		}
		free = int(l)
	}
	line := lines.line(free)
	if lines.hasKey(free) {
		// The order says which key this name has, and it is not this one.
		e := Entry{Name: r.name, Row: line.Row}
		c.note(OtherSubject, RuleOtherKey, r.at, e, fmt.Sprintf("the certificate of %q has another key than its request (row %d)", r.name, line.Row))
		c.note(Unexpected, RuleUnexpected, r.at, e, fmt.Sprintf("no request has the key of the certificate of %q", r.name))
		return
	}
	if isTaken(free) {
		c.second(r, free)
	}
	c.take(r, free, taken)
}

// compareSubject holds the subject's other attributes against the columns of the order. A cell may hold several values
// with a separator that nobody states; empty cells leave the attribute to the profile.
func (c *comparison) compareSubject(r *record, l int, e Entry) {
	if len(c.order.fields) == 0 {
		return
	}
	want, have := strings.Split(c.order.lines.subject(l), "\x00"), strings.Split(r.subject, "\x00")
	for i, f := range c.order.fields {
		if i >= len(want) || i >= len(have) || want[i] == "" || sameValues(want[i], have[i]) {
			continue
		}
		shown := strings.ReplaceAll(have[i], valueSeparator, ", ")
		c.note(OtherSubject, RuleOtherSubject, r.at, e, fmt.Sprintf("%s of %q is %q, ordered was %q (row %d)", f.column, r.name, shown, want[i], e.Row))
	}
}

func sameValues(cell, have string) bool {
	values := strings.Split(have, valueSeparator)
	if len(values) == 1 {
		return cell == have
	}
	rest := cell
	for _, v := range values {
		i := strings.Index(rest, v)
		if v == "" || i < 0 {
			return false
		}
		rest = rest[:i] + rest[i+len(v):]
	}
	return !strings.ContainsFunc(rest, func(c rune) bool { return !strings.ContainsRune(",;|/+ ", c) })
}

func shortHash(k keyHash) string { return fmt.Sprintf("%x", k[:8]) }
