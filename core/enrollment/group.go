package enrollment

import (
	"enrollbench/core/csvdoc"
	"enrollbench/core/finding"
)

// WholeRow stands for the findings about a row that are about none of its cells, where a column is asked for (Result.Mark).
const WholeRow = noColumn

const noColumn = ^csvdoc.ColumnID(0)

// cause is what findings are grouped by: one rule, and one column.
type cause struct {
	rule   *finding.Rule
	column csvdoc.ColumnID
}

// rowGroup is the rows of one cause.
type rowGroup struct {
	rows    *rowSet
	fixable *rowSet // those that can be mended for certain; the same set where all can, nil where none
}

// causes holds groups while they grow. Sets that come from another result are copied before they change.
type causes map[cause]*rowGroup

func (g causes) add(at cause, id csvdoc.RowID, fixable bool) {
	group := g[at]
	if group == nil {
		group = &rowGroup{rows: new(rowSet)}
		g[at] = group
	}
	group.rows.add(id)
	if fixable {
		if group.fixable == nil {
			group.fixable = new(rowSet)
		}
		group.fixable.add(id)
	}
}

func (g causes) remove(id csvdoc.RowID) {
	for at, group := range g {
		group.rows.remove(id)
		if group.fixable != nil {
			group.fixable.remove(id)
		}
		if group.rows.len() == 0 {
			delete(g, at)
		}
	}
}

func (g causes) removeFrom(at cause, id csvdoc.RowID) {
	if group := g[at]; group != nil {
		group.rows.remove(id)
		if group.rows.len() == 0 {
			delete(g, at)
		}
	}
}

func (g causes) merge(other causes) {
	for at, more := range other {
		group := g[at]
		if group == nil {
			g[at] = more
			continue
		}
		group.rows.merge(more.rows)
		if more.fixable != nil {
			if group.fixable == nil {
				group.fixable = new(rowSet)
			}
			group.fixable.merge(more.fixable)
		}
	}
}

func (g causes) clone() causes {
	out := make(causes, len(g))
	for at, group := range g {
		copied := &rowGroup{rows: group.rows.clone()}
		if group.fixable != nil {
			copied.fixable = group.fixable.clone()
		}
		out[at] = copied
	}
	return out
}

// rowSizes holds how many bytes each row takes in an upload.
type rowSizes struct {
	pages map[uint64]*sizePage
	owned map[uint64]bool // nil: all pages belong to these sizes alone
	total int64
}

type sizePage [blockRows]uint32

func (s *rowSizes) set(id csvdoc.RowID, n uint32) {
	key := uint64(id) >> blockBits
	page := s.pages[key]
	switch {
	case page == nil:
		if s.pages == nil {
			s.pages = map[uint64]*sizePage{}
		}
		page = new(sizePage)
		s.pages[key] = page
		if s.owned != nil {
			s.owned[key] = true
		}
	case s.owned != nil && !s.owned[key]:
		copied := *page
		page = &copied
		s.pages[key], s.owned[key] = page, true
	}
	at := &page[uint64(id)%blockRows]
	s.total += int64(n) - int64(*at)
	*at = n
}

func (s *rowSizes) get(id csvdoc.RowID) int64 {
	if page := s.pages[uint64(id)>>blockBits]; page != nil {
		return int64(page[uint64(id)%blockRows])
	}
	return 0
}

// of is the bytes of several rows.
func (s *rowSizes) of(rows *rowSet) (n int64) {
	for id := range rows.all() {
		n += s.get(id)
	}
	return n
}

// merge takes in the sizes of rows that are not in s.
func (s *rowSizes) merge(other *rowSizes) {
	if s.pages == nil {
		s.pages = map[uint64]*sizePage{}
	}
	for key, more := range other.pages {
		page := s.pages[key]
		if page == nil {
			s.pages[key] = more
			continue
		}
		for i, n := range more {
			page[i] += n
		}
	}
	s.total += other.total
}

func (s *rowSizes) clone() *rowSizes {
	out := &rowSizes{pages: make(map[uint64]*sizePage, len(s.pages)), owned: map[uint64]bool{}, total: s.total}
	for key, page := range s.pages {
		out.pages[key] = page
	}
	return out
}
