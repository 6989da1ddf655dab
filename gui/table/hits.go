package table

import (
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"enrollbench/core/csvdoc"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets/sheet"
	"enrollbench/gui/words"
)

// hitList shows every hit of a search with a tick box. It is made for millions of them: what a hit looks like, and what
// it would become, is worked out when it is seen.
type hitList struct {
	page    *csvFind
	sheet   *sheet.Sheet
	content fyne.CanvasObject

	snap  *csvdoc.Snapshot
	query csvdoc.Query
	as    *csvdoc.Replacement // nil: the text to replace with makes none
	hits  []csvdoc.Hit
	out   []uint64 // a bit for each hit that is not ticked
	outs  int      // how many
	names map[csvdoc.ColumnID]string
}

const tickWidth = 38

func newHitList(p *csvFind) *hitList {
	l := &hitList{page: p}
	l.sheet = sheet.New([]sheet.Column{
		{Width: tickWidth, MinWidth: tickWidth, Align: fyne.TextAlignCenter},
		{Title: words.T("find.column-row"), Width: 56, MinWidth: 44, Align: fyne.TextAlignTrailing},
		{Title: words.T("find.column-text"), Width: 220, MinWidth: 220, Flexible: true},
		{Title: words.T("find.column-column"), Width: 150, MinWidth: 80},
	}, l)
	l.sheet.OnSelect = l.reveal
	l.sheet.OnActivate = func(row int) { l.flip(row) }
	l.content = container.NewStack(l.sheet, newTickStrip(l))
	return l
}

func (l *hitList) show(snap *csvdoc.Snapshot, q csvdoc.Query, hits []csvdoc.Hit) {
	l.snap, l.query, l.hits, l.as = snap, q, hits, nil
	l.out, l.outs = make([]uint64, (len(hits)+63)/64), 0
	l.names = map[csvdoc.ColumnID]string{}
	for _, c := range snap.Columns() {
		l.names[c.ID] = columnTitle(c.Name)
	}
	l.sheet.Select(-1)
	l.sheet.SetModel(l)
	l.sheet.ScrollTo(0)
}

func (l *hitList) clear() {
	l.snap, l.hits, l.out, l.outs = nil, nil, nil, 0
	l.sheet.Select(-1)
	l.sheet.SetModel(l)
}

// become shows what a replacement makes of the hits.
func (l *hitList) become(r *csvdoc.Replacement) {
	l.as = r
	l.sheet.Refresh()
}

// ticked is how many hits are ticked.
func (l *hitList) ticked() int { return len(l.hits) - l.outs }

func (l *hitList) isTicked(i int) bool { return l.out[i/64]>>(i%64)&1 == 0 }

// flip ticks a hit or takes its tick away.
func (l *hitList) flip(i int) {
	if i < 0 || i >= len(l.hits) {
		return
	}
	if l.isTicked(i) {
		l.outs++
	} else {
		l.outs--
	}
	l.out[i/64] ^= 1 << (i % 64)
	l.sheet.Refresh()
	l.page.show(l.hits, "")
}

func (l *hitList) setAll(on bool) {
	l.outs = 0
	fill := uint64(0)
	if !on {
		fill, l.outs = ^fill, len(l.hits)
	}
	for i := range l.out {
		l.out[i] = fill
	}
	l.sheet.Refresh()
}

// chosen returns what lists the ticked hits, off the UI thread.
func (l *hitList) chosen() func() []csvdoc.Hit {
	hits, outs := l.hits, l.outs
	out := append([]uint64(nil), l.out...)
	return func() []csvdoc.Hit {
		if outs == 0 {
			return hits
		}
		kept := make([]csvdoc.Hit, 0, len(hits)-outs)
		for i, h := range hits {
			if out[i/64]>>(i%64)&1 == 0 {
				kept = append(kept, h)
			}
		}
		return kept
	}
}

// reveal goes to a hit's cell.
func (l *hitList) reveal(row int) {
	if row >= 0 && row < len(l.hits) {
		l.page.tab.reveal(l.hits[row].Row, l.hits[row].Column)
	}
}

// Rows implements sheet.Model.
func (l *hitList) Rows() int { return len(l.hits) }

// Columns implements sheet.Model.
func (l *hitList) Columns() int { return 4 }

// Cell implements sheet.Model.
func (l *hitList) Cell(row, col int) sheet.Cell {
	h := l.hits[row]
	switch col {
	case 0:
		icon := look.Icon("unticked")
		if l.isTicked(row) {
			icon = look.Icon("ticked")
		}
		return sheet.Cell{Icon: icon, Align: fyne.TextAlignCenter}
	case 1:
		if i, ok := l.snap.Index(h.Row); ok {
			return sheet.Cell{Text: strconv.Itoa(l.snap.FileRow(i))}
		}
		return sheet.Cell{}
	case 2:
		return sheet.Cell{Text: l.change(h)}
	}
	return sheet.Cell{Text: l.names[h.Column], Importance: sheet.Muted}
}

// change is a hit, and what it would become.
func (l *hitList) change(h csvdoc.Hit) string {
	if l.as == nil || l.page.with.Text == "" {
		return around(l.snap.Value(h.Row, h.Column), h.Start, h.End)
	}
	before, after, err := l.as.Preview(l.snap, h)
	if err != nil {
		return around(before, h.Start, h.End)
	}
	return around(before, h.Start, h.End) + " › " + around(after, h.Start, h.Start+len(after)-len(before)+h.End-h.Start)
}

// hitContext is how many octets before a hit are shown.
const hitContext = 10

// around is a text with some of what stands before and behind the part from start to end.
func around(s string, start, end int) string {
	start, end = min(max(start, 0), len(s)), min(max(end, 0), len(s))
	from, to := 0, len(s)
	if start > hitContext/2 {
		from = start - hitContext/2
	}
	if to-end > hitContext {
		to = end + hitContext
	}
	text := strings.ToValidUTF8(s[from:max(to, from)], "")
	if from > 0 {
		text = "…" + text
	}
	if to < len(s) {
		text += "…"
	}
	return text
}

// tickStrip lies over the list's first column and turns a click there into a tick. The wheel passes through it.
type tickStrip struct {
	widget.BaseWidget
	list *hitList
}

var _ desktop.Mouseable = (*tickStrip)(nil)

func newTickStrip(l *hitList) fyne.CanvasObject {
	s := &tickStrip{list: l}
	s.ExtendBaseWidget(s)
	return container.New(leftEdge(tickWidth), s)
}

// CreateRenderer implements fyne.Widget.
func (s *tickStrip) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.NewWithoutLayout())
}

// MouseDown implements desktop.Mouseable: the list selects the row beneath, and its tick changes.
func (s *tickStrip) MouseDown(ev *desktop.MouseEvent) {
	l := s.list.sheet
	if ev.Button != desktop.MouseButtonPrimary {
		l.MouseDown(ev)
		return
	}
	l.Select(-1)
	l.MouseDown(ev)
	s.list.flip(l.CurrentRow())
}

// MouseUp implements desktop.Mouseable.
func (s *tickStrip) MouseUp(ev *desktop.MouseEvent) { s.list.sheet.MouseUp(ev) }

// leftEdge gives its object so many pixels at the left.
type leftEdge float32

// Layout implements fyne.Layout.
func (w leftEdge) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		o.Move(fyne.Position{})
		o.Resize(fyne.NewSize(float32(w), size.Height))
	}
}

// MinSize implements fyne.Layout.
func (w leftEdge) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(float32(w), 0) }
