package sheet

import (
	"slices"
	"sort"
)

// ranges is a set of rows: ascending ranges that neither touch nor overlap, both ends included. The size depends on how
// often the selection is interrupted, never on the number of rows. Methods return a new set and leave the old alone, so
// that a gesture can start again from what was selected before it.
type ranges [][2]int

// has reports whether row is in the set.
func (r ranges) has(row int) bool {
	i := r.after(row)
	return i < len(r) && r[i][0] <= row
}

// after is the index of the first range that ends at row or later.
func (r ranges) after(row int) int {
	return sort.Search(len(r), func(i int) bool { return r[i][1] >= row })
}

// with adds the rows from…to; none if from > to.
func (r ranges) with(from, to int) ranges {
	if from > to {
		return r
	}
	// A range that ends right before from, or begins right behind to, grows instead of standing beside it.
	first := sort.Search(len(r), func(i int) bool { return r[i][1] >= from-1 })
	end := first
	for end < len(r) && r[end][0]-1 <= to {
		from, to = min(from, r[end][0]), max(to, r[end][1])
		end++
	}
	out := make(ranges, 0, len(r)-(end-first)+1)
	out = append(out, r[:first]...)
	out = append(out, [2]int{from, to})
	return append(out, r[end:]...)
}

// without removes the rows from…to; none if from > to.
func (r ranges) without(from, to int) ranges {
	if from > to {
		return r
	}
	out := make(ranges, 0, len(r)+1)
	for _, x := range r {
		if x[1] < from || x[0] > to {
			out = append(out, x)
			continue
		}
		if x[0] < from {
			out = append(out, [2]int{x[0], from - 1})
		}
		if x[1] > to {
			out = append(out, [2]int{to + 1, x[1]})
		}
	}
	return out
}

// below keeps the rows 0 ≤ row < n.
func (r ranges) below(n int) ranges {
	if len(r) == 0 || (r[0][0] >= 0 && r[len(r)-1][1] < n) {
		return r
	}
	out := make(ranges, 0, len(r))
	for _, x := range r {
		if x[0], x[1] = max(x[0], 0), min(x[1], n-1); x[0] <= x[1] {
			out = append(out, x)
		}
	}
	return out
}

// count is the number of rows in the set.
func (r ranges) count() int {
	n := 0
	for _, x := range r {
		n += x[1] - x[0] + 1
	}
	return n
}

// span is a selection being made: from the anchor to wherever the pointer or the keyboard goes, on top of what was
// selected before.
type span struct {
	anchor int    // -1 for none
	base   ranges // what the gesture began with, and keeps
	remove bool   // the gesture takes rows away: it began with Ctrl on a selected row
}

// choose makes this the selection and tells the owner if that changed anything. The next extension starts at anchor and
// replaces the selection.
func (s *Sheet) choose(selected ranges, current, anchor int) {
	s.span = span{anchor: anchor}
	s.adopt(selected, current)
}

// flip turns one row's selection over and starts a gesture that does to further rows what it did to this one.
func (s *Sheet) flip(row int) {
	s.span = span{anchor: row, base: s.selected, remove: s.selected.has(row)}
	s.extend(row)
}

// extend moves the loose end of the gesture to row; without an anchor it begins there.
func (s *Sheet) extend(row int) {
	if s.span.anchor < 0 {
		s.span.anchor = row
	}
	from, to := min(s.span.anchor, row), max(s.span.anchor, row)
	if s.span.remove {
		s.adopt(s.span.base.without(from, to), row)
	} else {
		s.adopt(s.span.base.with(from, to), row)
	}
}

// adopt draws the selection and calls OnSelect once, last, when something is different.
func (s *Sheet) adopt(selected ranges, current int) {
	if current == s.current && slices.Equal(selected, s.selected) {
		return
	}
	s.selected, s.current = selected, current
	s.place()
	if s.OnSelect != nil {
		s.OnSelect(current)
	}
}

// mark implements host: a band behind each run of selected rows in sight, and a bar at the current row.
func (s *Sheet) mark(b *body) {
	fill := s.style.selectionIdle
	if s.focused {
		fill = s.style.selection
	}
	used := 0
	end := min(s.seen+s.page.shown, s.rows)
	for i := s.selected.after(s.seen); i < len(s.selected) && s.selected[i][0] < end; i++ {
		from, to := max(s.selected[i][0], s.seen), min(s.selected[i][1], end-1)
		r := b.bands[used]
		used++
		put(r, 0, float32(from-s.seen)*s.page.row, s.page.body.Width, float32(to-from+1)*s.page.row)
		paint(r, fill)
		s.show(r, true)
	}
	for _, r := range b.bands[used:] {
		s.show(r, false)
	}

	visible := s.current >= s.seen && s.current < end
	if visible {
		put(b.cursor, cursorInset, float32(s.current-s.seen)*s.page.row, cursorWidth, s.page.row)
		if s.focused {
			paint(b.cursor, s.style.accent)
		} else {
			paint(b.cursor, s.style.thumb)
		}
	}
	s.show(b.cursor, visible)
}
