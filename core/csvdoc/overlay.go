package csvdoc

import (
	"math/bits"
	"slices"
)

// owner marks the nodes that one edit made: it may change those in place until it ends.
type owner struct{ _ byte }

// texts is a sparse array of strings that never changes: a trie with 64 branches. Setting one costs a path; an edit that
// sets many copies each node once.
type texts struct {
	root  *textNode
	level uint8 // of the root; 0 is a leaf
}

// textNode holds up to 64 branches or, in a leaf, strings; only those that are there, packed.
type textNode struct {
	by     *owner
	has    uint64
	kids   []*textNode
	values []string
}

const branchBits = 6

func slot(key uint64, level uint8) uint64 {
	return 1 << (key >> (branchBits * level) & (1<<branchBits - 1))
}

func (n *textNode) place(bit uint64) int { return bits.OnesCount64(n.has & (bit - 1)) }

// covers tells whether key lies below the root.
func (t texts) covers(key uint64) bool {
	return t.root != nil && (t.level >= 10 || key>>(branchBits*(t.level+1)) == 0)
}

// get returns the string at key.
func (t texts) get(key uint64) (string, bool) {
	n := t.leaf(key)
	if n == nil {
		return "", false
	}
	bit := slot(key, 0)
	if n.has&bit == 0 {
		return "", false
	}
	return n.values[n.place(bit)], true
}

// leaf returns the leaf for key, nil where there is none.
func (t texts) leaf(key uint64) *textNode {
	if !t.covers(key) {
		return nil
	}
	n := t.root
	for level := t.level; level > 0; level-- {
		bit := slot(key, level)
		if n.has&bit == 0 {
			return nil
		}
		n = n.kids[n.place(bit)]
	}
	return n
}

// set returns the array with v at key.
func (t texts) set(key uint64, v string, by *owner) texts {
	if t.root == nil {
		for key>>(branchBits*t.level) >= 1<<branchBits {
			t.level++
		}
	}
	for t.root != nil && !t.covers(key) {
		t.root = &textNode{by: by, has: 1, kids: []*textNode{t.root}}
		t.level++
	}
	t.root = t.root.set(key, v, t.level, by)
	return t
}

func (n *textNode) set(key uint64, v string, level uint8, by *owner) *textNode {
	if n == nil {
		n = &textNode{by: by}
	} else if n.by != by {
		n = &textNode{by: by, has: n.has, kids: slices.Clone(n.kids), values: slices.Clone(n.values)}
	}
	bit := slot(key, level)
	at := n.place(bit)
	missing := n.has&bit == 0
	n.has |= bit
	if level == 0 {
		if missing {
			n.values = slices.Insert(n.values, at, v)
		} else {
			n.values[at] = v
		}
		return n
	}
	if missing {
		n.kids = slices.Insert(n.kids, at, nil)
	}
	n.kids[at] = n.kids[at].set(key, v, level-1, by)
	return n
}

// next returns the first key that is set, from key on.
func (t texts) next(key uint64) (uint64, bool) {
	if !t.covers(key) {
		return 0, false
	}
	return t.root.next(key, 0, t.level)
}

func (n *textNode) next(key, prefix uint64, level uint8) (uint64, bool) {
	shift := branchBits * level
	from := uint64(0)
	if key > prefix {
		from = (key - prefix) >> shift
	}
	for rest := n.has &^ (1<<from - 1); rest != 0; rest &= rest - 1 {
		i := uint64(bits.TrailingZeros64(rest))
		at := prefix | i<<shift
		if level == 0 {
			return at, true
		}
		if k, ok := n.kids[n.place(1<<i)].next(key, at, level-1); ok {
			return k, true
		}
	}
	return 0, false
}

// each calls f for all that is set, in order.
func (t texts) each(f func(key uint64, v string) bool) bool {
	return t.root == nil || t.root.each(0, t.level, f)
}

func (n *textNode) each(prefix uint64, level uint8, f func(uint64, string) bool) bool {
	k := 0
	for rest := n.has; rest != 0; rest &= rest - 1 {
		at := prefix | uint64(bits.TrailingZeros64(rest))<<(branchBits*level)
		if level == 0 {
			if !f(at, n.values[k]) {
				return false
			}
		} else if !n.kids[k].each(at, level-1, f) {
			return false
		}
		k++
	}
	return true
}

// overlay is what was set in one column: in rows of the file, and in new ones.
type overlay struct {
	column ColumnID
	file   texts
	fresh  texts // by id-firstFresh
}

// get works on nil, where nothing was set.
func (o *overlay) get(id RowID) (string, bool) {
	if o == nil {
		return "", false
	}
	if id >= firstFresh {
		return o.fresh.get(uint64(id - firstFresh))
	}
	return o.file.get(uint64(id))
}

func (o *overlay) set(id RowID, v string, by *owner) {
	if id >= firstFresh {
		o.fresh = o.fresh.set(uint64(id-firstFresh), v, by)
	} else {
		o.file = o.file.set(uint64(id), v, by)
	}
}

// overlays lists what was set by column, nil where nothing was.
func (s *Snapshot) overlays() []*overlay {
	all := make([]*overlay, len(s.columns))
	for i, c := range s.columns {
		all[i] = findOverlay(s.cells, c.ID)
	}
	return all
}
