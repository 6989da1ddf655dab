package enrollment

import (
	"context"
	"maps"
	"slices"
	"strings"

	"enrollbench/core/csr"
	"enrollbench/core/csvdoc"
	"enrollbench/core/eui48"
	"enrollbench/core/finding"
	"enrollbench/core/progress"
)

// relation is a way in which rows are compared with each other.
type relation uint8

const (
	byName    relation = iota // common name
	byID                      // unique_identifier
	byAddress                 // MAC address of the column that is named as one
	byDER                     // the same CSR
	bySPKI                    // the same key
	byNonce                   // the same nonce of an ECDSA signature
	numRelations
)

// rowValues is what a row is compared by; 0 where it has no such value.
type rowValues struct {
	of      [numRelations]valueHash
	modulus []byte
}

// valuesOf takes from a checked row what it is compared by.
func (c *checker) valuesOf(cells []string) (v rowValues) {
	name := ""
	if i := c.p.name; i >= 0 && i < len(cells) && !c.blank(i, cells[i]) {
		name = cells[i]
	}
	if f := c.facts; f != nil {
		if name == "" {
			name = f.CommonName
		}
		v.of[byDER], v.of[bySPKI] = hashBytes(f.Facts.DER[:]), hashBytes(f.SPKI[:])
		if nonce, ok := f.Nonce(); ok {
			v.of[byNonce] = hashBytes(nonce[:])
		}
		v.modulus = f.Modulus()
	}
	if name != "" {
		v.of[byName] = hashName(name)
	}
	if i := c.p.id; i >= 0 && i < len(cells) && !c.blank(i, cells[i]) {
		v.of[byID] = hashText(cells[i])
	}
	if i := c.p.mac; i >= 0 && i < len(cells) && !c.blank(i, cells[i]) {
		if a, _, err := eui48.Parse(strings.TrimFunc(cells[i], isBlankRune)); err == nil {
			v.of[byAddress] = hashName(a.String())
		}
	}
	return v
}

// hashName makes two ways to write one MAC address the same name: they name one device.
func hashName(name string) valueHash {
	if len(name) >= 12 && len(name) <= 17 {
		if a, _, err := eui48.Parse(name); err == nil {
			var b [17]byte
			return hashBytes(a.Append(b[:0]))
		}
	}
	return hashText(name)
}

// relations is what all rows together show.
type relations struct {
	index   [numRelations]*valueIndex
	base    map[csvdoc.RowID]rowValues // rows with a CSR; it does not change
	over    map[csvdoc.RowID]rowValues // lies over it; a zero value says that the row has none
	named   *rowSet                    // rows whose unique_identifier is filled
	moduli  int                        // rows with an RSA key
	primes  []primeSet                 // rows whose RSA keys share a prime
	skipped bool                       // they were too many to compare
	groups  causes
}

func (r *relations) values(id csvdoc.RowID) (rowValues, bool) {
	if v, ok := r.over[id]; ok {
		return v, v.of != [numRelations]valueHash{}
	}
	v, ok := r.base[id]
	return v, ok
}

func (r *relations) eachRequest(do func(id csvdoc.RowID, v rowValues)) {
	for id, v := range r.base {
		if _, ok := r.over[id]; !ok {
			do(id, v)
		}
	}
	for id, v := range r.over {
		if v.of != [numRelations]valueHash{} {
			do(id, v)
		}
	}
}

// newRelations compares all rows.
func newRelations(ctx context.Context, p *plan, snap *csvdoc.Snapshot, parts []*tally, report progress.Func) (*relations, error) {
	r := &relations{base: map[csvdoc.RowID]rowValues{}, groups: causes{}, named: new(rowSet)}
	for k := range r.index {
		var lists []*valueList
		for _, t := range parts {
			lists = append(lists, &t.values[k])
		}
		var err error
		if r.index[k], err = newValueIndex(ctx, p.opt.Workers, lists); err != nil {
			return nil, err
		}
	}
	for _, t := range parts {
		maps.Copy(r.base, t.requests)
		r.named.merge(t.named)
	}
	if err := r.blameAll(ctx, p, snap); err != nil {
		return nil, err
	}
	return r, r.comparePrimes(ctx, p, nil, report)
}

// blameAll makes the findings of all relations but the shared primes.
func (r *relations) blameAll(ctx context.Context, p *plan, snap *csvdoc.Snapshot) error {
	r.groups = causes{}
	for k := range numRelations { // the same CSR first: its copies are compared no further
		if err := ctx.Err(); err != nil {
			return err
		}
		r.index[k].shared(func(_ valueHash, rows []csvdoc.RowID) { r.blame(p, snap, k, rows) })
	}
	return nil
}

// column is where a relation's findings stand.
func (p *plan) relationColumn(k relation) csvdoc.ColumnID {
	i := p.csr
	switch k {
	case byName:
		if p.name >= 0 {
			i = p.name
		}
	case byID:
		i = p.id
	case byAddress:
		i = p.mac
	}
	if i < 0 {
		return noColumn
	}
	return p.columns[i].id
}

var relationRules = [numRelations][]*finding.Rule{
	byName: {RuleDuplicateName}, byID: {RuleDuplicateID}, byAddress: {RuleDuplicateMAC}, byDER: {csr.RuleSameFile}, bySPKI: {csr.RuleSameKey},
	byNonce: {csr.RuleSharedNonce, csr.RuleSharedNonceOtherKey},
}

// blame adds the findings of the rows that have one value in common.
func (r *relations) blame(p *plan, snap *csvdoc.Snapshot, k relation, rows []csvdoc.RowID) {
	at := cause{relationRules[k][0], p.relationColumn(k)}
	switch k {
	case byName:
		for _, id := range rows {
			if !r.named.has(id) { // the service calls its file after the identifier
				r.groups.add(at, id, false)
			}
		}
	case byID, byAddress:
		for _, id := range rows {
			r.groups.add(at, id, false)
		}
	case byDER:
		first := firstRow(snap, rows)
		for _, id := range rows {
			if id != first {
				r.groups.add(at, id, false)
			}
		}
	case bySPKI:
		if live := r.live(p, rows); len(live) > 1 {
			for _, id := range live {
				r.groups.add(at, id, false)
			}
		}
	case byNonce:
		r.blameNonce(p, r.live(p, rows))
	}
}

// blameNonce: by one key over different requests, or by different keys; the findings of package csr.
func (r *relations) blameNonce(p *plan, rows []csvdoc.RowID) {
	if len(rows) < 2 {
		return
	}
	keys := map[valueHash]int{}
	for _, id := range rows {
		v, _ := r.values(id)
		keys[v.of[bySPKI]]++
	}
	column := p.relationColumn(byNonce)
	for _, id := range rows {
		v, _ := r.values(id)
		if keys[v.of[bySPKI]] > 1 {
			r.groups.add(cause{csr.RuleSharedNonce, column}, id, false)
		}
		if len(keys) > 1 {
			r.groups.add(cause{csr.RuleSharedNonceOtherKey, column}, id, false)
		}
	}
}

// copies are the rows that hold the later copies of one CSR; nil for none.
func (r *relations) copies(p *plan) *rowSet {
	if copies := r.groups[cause{csr.RuleSameFile, p.relationColumn(byDER)}]; copies != nil {
		return copies.rows
	}
	return nil
}

// live leaves out the later copies of one CSR.
func (r *relations) live(p *plan, rows []csvdoc.RowID) []csvdoc.RowID {
	copies := r.copies(p)
	if copies == nil {
		return rows
	}
	return slices.DeleteFunc(slices.Clone(rows), copies.has)
}

func firstRow(snap *csvdoc.Snapshot, rows []csvdoc.RowID) csvdoc.RowID {
	best, at := rows[0], -1
	for _, id := range rows {
		if i, ok := snap.Index(id); ok && (at < 0 || i < at) {
			best, at = id, i
		}
	}
	return best
}
