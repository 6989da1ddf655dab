package csvdoc

import (
	"math/bits"
	"slices"
	"sort"
	"sync"
)

// Blocks of rows whose beginnings the index keeps: 16 rows or 32 KiB, whatever comes first, so that a row is found by
// one read and a short scan, and 2 million rows cost 1.5 MB.
const (
	blockRows  = 16
	blockBytes = 32 << 10
)

// index is where rows lie, as far as the file was read. A value never changes: its slices grow behind its back only
// beyond their length.
type index struct {
	offs    []int64  // where each block begins
	firsts  []uint32 // its first row
	rows    int
	begin   int64   // of the first data row
	end     int64   // of the last row that was read
	cells   int     // the most cells that a row has, the header included
	literal []int64 // see scanner
	unended bool    // the last row ends with the file
}

// block returns the block that a row lies in.
func (x *index) block(row int) int {
	// Blocks of 16 rows are the rule, so the guess is right nearly always.
	k := min(row/blockRows, len(x.firsts)-1)
	if int(x.firsts[k]) <= row && (k+1 == len(x.firsts) || row < int(x.firsts[k+1])) {
		return k
	}
	return sort.Search(len(x.firsts), func(k int) bool { return int(x.firsts[k]) > row }) - 1
}

// extent is where a block lies.
func (x *index) extent(k int) (from, to int64) {
	if k+1 < len(x.offs) {
		return x.offs[k], x.offs[k+1]
	}
	return x.offs[k], x.end
}

// add takes a row that begins at off.
func (x *index) add(off int64) {
	k := len(x.offs) - 1
	if k < 0 || x.rows-int(x.firsts[k]) >= blockRows || off-x.offs[k] >= blockBytes {
		x.offs = append(x.offs, off)
		x.firsts = append(x.firsts, uint32(x.rows))
	}
	x.rows++
}

// rowSet is a set of rows: a bit each in pieces of 65,536 rows, so that any number of findings costs at most a bit a
// row.
type rowSet struct {
	pieces []*[1024]uint64
	n      int
}

func (s *rowSet) add(row int) {
	p := row >> 16
	if p >= len(s.pieces) {
		s.pieces = slices.Grow(s.pieces, p+1-len(s.pieces))[:p+1]
	}
	if s.pieces[p] == nil {
		s.pieces[p] = new([1024]uint64)
	}
	word, bit := &s.pieces[p][row>>6&1023], uint64(1)<<(row&63)
	if *word&bit == 0 {
		*word |= bit
		s.n++
	}
}

func (s *rowSet) has(row int) bool {
	p := row >> 16
	return p < len(s.pieces) && s.pieces[p] != nil && s.pieces[p][row>>6&1023]&(1<<(row&63)) != 0
}

// next returns the first row of the set from row on, -1 if none is left.
func (s *rowSet) next(row int) int {
	for p := row >> 16; p < len(s.pieces); p++ {
		if s.pieces[p] != nil {
			w := 0
			mask := ^uint64(0)
			if p == row>>16 {
				w, mask = row>>6&1023, ^uint64(0)<<(row&63)
			}
			for ; w < 1024; w++ {
				if m := s.pieces[p][w] & mask; m != 0 {
					return p<<16 | w<<6 | bits.TrailingZeros64(m)
				}
				mask = ^uint64(0)
			}
		}
	}
	return -1
}

// cacheBytes bounds the blocks that are kept for rows that are read one by one.
const cacheBytes = 4 << 20

// block is rows as they stand in the file.
type block struct {
	number int
	first  int   // row
	off    int64 // of bytes[0]
	bytes  []byte
	starts []uint32 // of rows within bytes
	spans  rowSpans // for loading
}

// blockCache keeps the blocks that were read last.
type blockCache struct {
	mu     sync.Mutex
	blocks map[int]*block
	recent []int // numbers, the last one used most recently; short
	bytes  int
}

func (c *blockCache) get(number int, end int64) *block {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := c.blocks[number]
	if b == nil || b.off+int64(len(b.bytes)) != end {
		return nil
	}
	return b
}

func (c *blockCache) put(b *block) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.blocks == nil {
		c.blocks = map[int]*block{}
	}
	if old := c.blocks[b.number]; old != nil {
		c.bytes -= len(old.bytes)
	} else {
		c.recent = append(c.recent, b.number)
	}
	c.blocks[b.number] = b
	c.bytes += len(b.bytes)
	for (c.bytes > cacheBytes || len(c.recent) > 1024) && len(c.recent) > 1 {
		k := c.recent[0]
		c.recent = c.recent[1:]
		c.bytes -= len(c.blocks[k].bytes)
		delete(c.blocks, k)
	}
}
