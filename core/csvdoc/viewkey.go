package csvdoc

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"hash/maphash"
	"slices"
	"sort"
	"unicode"
	"unicode/utf8"

	"enrollbench/core/progress"
)

// SortKey is one column to sort by. Empty cells come last in either direction, as in a spreadsheet. Text is ordered as people
// do: numbers in it by their values (dev-2 before dev-10), letters without case, and what differs only in that by its bytes; all this
// in its first naturalBytes, beyond which it is ordered by its bytes. With Numeric, values that are decimal numbers come first, by
// their value however many digits they have; other text follows as text.
type SortKey struct {
	Column     ColumnID
	Descending bool
	Numeric    bool
}

const (
	keyBytes  = 56       // of a key are read at once
	keyBudget = 64 << 20 // of all keys, where few rows are left: more at once
)

// append adds the key of a value to b: bytes that compare as the values do.
func (k SortKey) append(b, value []byte) []byte {
	if k.Numeric {
		if n, ok := appendNumber(b, value); ok {
			return n
		}
		b = append(b, keyText)
	}
	return append(appendNatural(b, value[:min(len(value), naturalBytes)]), value...)
}

// naturalBytes is how far into a text people look for numbers: names are shorter, and requests would cost twice the time.
const naturalBytes = 128

// appendNatural adds bytes that compare as people order texts, and an end that comes before whatever a longer text goes on with.
func appendNatural(b, text []byte) []byte {
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case c >= '0' && c <= '9':
			end := i + 1
			for end < len(text) && text[end] >= '0' && text[end] <= '9' {
				end++
			}
			number := bytes.TrimLeft(text[i:end], "0")
			b = append(b, '0', byte(len(number))) // a digit among other characters; more digits are more
			b = append(b, number...)
			i = end
			continue
		case c >= 'A' && c <= 'Z':
			b = append(b, c+'a'-'A')
		case c < utf8.RuneSelf:
			b = append(b, c)
		default:
			r, size := utf8.DecodeRune(text[i:])
			b = utf8.AppendRune(b, unicode.ToLower(r))
			i += size
			continue
		}
		i++
	}
	return append(b, 0)
}

// The first byte of a numeric key.
const (
	keyNegative = 1 + iota
	keyZero
	keyPositive
	keyText
)

// appendNumber adds the key of a decimal number: a sign or none, digits, and digits behind a decimal point or none, with
// blanks around allowed; 007 and 7.0 are equal to 7. Nothing is rounded.
func appendNumber(b, value []byte) ([]byte, bool) {
	s := bytes.Trim(value, " \u00a0\t")
	negative := false
	if len(s) > 0 && (s[0] == '-' || s[0] == '+') {
		negative = s[0] == '-'
		s = s[1:]
	}
	whole, fraction, point := bytes.Cut(s, []byte("."))
	if len(whole) == 0 && len(fraction) == 0 || point && len(fraction) == 0 {
		return b, false
	}
	for i := range s {
		if (s[i] < '0' || s[i] > '9') && i != len(whole) {
			return b, false
		}
	}
	whole = bytes.TrimLeft(whole, "0")
	fraction = bytes.TrimRight(fraction, "0")
	if len(whole) == 0 && len(fraction) == 0 {
		return append(b, keyZero), true
	}
	if negative {
		b = append(b, keyNegative)
	} else {
		b = append(b, keyPositive)
	}
	from := len(b)
	b = binary.BigEndian.AppendUint32(b, uint32(len(whole))) // more digits before the point are more
	b = append(b, whole...)
	b = append(b, fraction...)
	if negative {
		for i := range b[from:] {
			b[from+i] ^= 0xff
		}
		b = append(b, 0xff) // what is longer is less: -1.25 before -1.2
	}
	return b, true
}

const (
	keyCut   = 1 << iota // the key goes on behind what was read; its hash follows
	keyEmpty             // the cell is empty
)

// keys are parts of the keys of some rows of a ranking.
type keys struct {
	rows   []int32  // of the snapshot
	open   []int32  // which of them, ascending
	arena  [][]byte // the parts one after the other, by step of the scan
	starts []uint32 // by place in open: where its part begins in its step's of the arena
	flags  []byte   // by place in open
}

// read reads size bytes from byte from on of the keys of the rows that are open.
func (r *ranking) read(ctx context.Context, open []int32, from, size int, report progress.Func) (*keys, error) {
	k := &keys{
		rows: r.rows, open: open,
		arena:  make([][]byte, r.snapshot.Rows()/scanRows+1),
		starts: make([]uint32, len(open)), flags: make([]byte, len(open)),
	}
	seed := maphash.MakeSeed()
	err := scanOrdered(ctx, r.snapshot, report, func(ctx context.Context, first, last int) (struct{}, error) {
		at := sort.Search(len(open), func(i int) bool { return int(r.rows[open[i]]) >= first })
		if at == len(open) || int(r.rows[open[at]]) >= last {
			return struct{}{}, nil
		}
		var part, key []byte
		err := r.snapshot.ScanBytes(ctx, first, last, func(i int, _ RowID, cells [][]byte, _ []byte) error {
			if at == len(open) || int(r.rows[open[at]]) != i {
				return nil
			}
			k.starts[at] = uint32(len(part))
			if value := cells[r.column]; len(value) == 0 {
				k.flags[at] = keyEmpty
			} else {
				key = r.key.append(key[:0], value)
				rest := key[from:]
				part = append(part, rest[:min(size, len(rest))]...)
				if len(rest) > size {
					k.flags[at] = keyCut
					part = le.AppendUint64(part, maphash.Bytes(seed, rest))
				}
			}
			at++
			return nil
		})
		k.arena[first/scanRows] = part
		return struct{}{}, err
	}, func(struct{}) error { return nil })
	return k, err
}

// part is what was read of a key, and the hash of all that was left of it where it is cut.
func (k *keys) part(at int32) (read, hash []byte) {
	step := k.rows[k.open[at]] / scanRows
	part := k.arena[step]
	end := uint32(len(part))
	if next := int(at) + 1; next < len(k.open) && k.rows[k.open[next]]/scanRows == step {
		end = k.starts[next]
	}
	part = part[k.starts[at]:end]
	if k.flags[at]&keyCut == 0 {
		return part, nil
	}
	n := len(part) - 8
	return part[:n], part[n:]
}

// prefix makes the first eight bytes a number that orders as they do.
func (k *keys) prefix(at int) uint64 {
	read, _ := k.part(int32(at))
	if len(read) >= 8 {
		return binary.BigEndian.Uint64(read)
	}
	var b [8]byte
	copy(b[:], read)
	return binary.BigEndian.Uint64(b[:])
}

// compare orders two rows by their rank so far, by what was read of their keys, and by their place in the file.
func (k *keys) compare(a, b sortItem) int {
	if c := k.order(a, b); c != 0 {
		return c
	}
	return cmp.Compare(a.at, b.at)
}

// order is compare without the place: equal rows remain equal, as far as was read.
func (k *keys) order(a, b sortItem) int {
	if a.rank != b.rank {
		return cmp.Compare(a.rank, b.rank)
	}
	if a.prefix != b.prefix {
		return cmp.Compare(a.prefix, b.prefix)
	}
	x, _ := k.part(a.at)
	y, _ := k.part(b.at)
	if c := bytes.Compare(x, y); c != 0 {
		return c
	}
	return cmp.Compare(k.flags[a.at]&keyCut, k.flags[b.at]&keyCut) // what goes on is the greater
}

// number gives sorted rows their ranks and returns those that stay open, ascending: equal so far, and cut. Rows whose
// remainders have one hash of 64 bits are taken for equal; should they differ by that chance, their order is that of the file.
func (k *keys) number(items []sortItem, ranks []uint32) (open []int32) {
	base := 0 // where the rows of one earlier rank begin
	for from := 0; from < len(items); {
		if items[from].rank != items[base].rank {
			base = from
		}
		to, same := from+1, true
		_, hash := k.part(items[from].at)
		for to < len(items) && k.order(items[from], items[to]) == 0 {
			_, other := k.part(items[to].at)
			same = same && bytes.Equal(hash, other)
			to++
		}
		for _, it := range items[from:to] {
			ranks[k.open[it.at]] = it.rank + uint32(from-base)
			if !same {
				open = append(open, k.open[it.at])
			}
		}
		from = to
	}
	slices.Sort(open)
	return open
}
