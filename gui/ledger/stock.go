package ledger

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"enrollbench/core/eui48"
	core "enrollbench/core/ledger"
	"enrollbench/core/progress"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/widgets/sight"
	"enrollbench/gui/words"
)

// stockView is the stock of MAC addresses: the blocks that the plant owns, how much of each is left, a picture of the chosen one, and the
// next free range in it.
type stockView struct {
	room  *Room
	root  fyne.CanvasObject
	rows  *fyne.Container
	pane  *fyne.Container
	title *widgets.Text
	map_  *widgets.BlockMap
	facts *fyne.Container
	count *widgets.Field
	step  *widgets.Field
	next  *widgets.Text
	using *widgets.Button

	blocks []core.Block
	stock  []core.Stretch // of each block, as a whole
	cells  []core.Stretch // of the chosen block
	chosen int64          // its id
	free   eui48.Range    // the next free range, Count 0 for none
}

// mapCells is how many cells a picture of a block has.
const mapCells = 8 * widgets.BlockMapColumns

func newStockView(t *Room) *stockView {
	v := &stockView{room: t, rows: widgets.Down(2), title: widgets.NewText("").Title(), map_: widgets.NewBlockMap(), facts: widgets.Flow(2 * look.Gap)}
	v.count = widgets.NewField(words.T("mac.count"), "500", "", false, func(string) { v.ask() })
	v.step = widgets.NewField(words.T("mac.step"), "1", "", false, func(string) { v.ask() })
	v.next = widgets.NewText("").Mono().Giving()
	v.using = widgets.NewButton(words.T("ledger.use-range"), look.Icon("mac"), func() { v.room.app.UseRange(v.free) })
	v.count.Entry.SetText("500")
	v.step.Entry.SetText("1")
	reserve := widgets.NewButton(words.T("ledger.reserve"), look.Icon("ready"), v.askReserve)
	change := widgets.NewButton(words.T("ledger.block-change"), look.Icon("edit"), func() { v.edit(v.block()) })
	add := widgets.NewButton(words.T("ledger.block-add"), look.Icon("add"), func() { v.edit(&core.Block{}) })

	left := widgets.Inset(look.Gap, look.Gap, container.NewBorder(nil, widgets.Inset(look.Gap, 0, add), nil, nil, sight.New(v.rows)))
	v.pane = widgets.Down(2*look.Gap, container.NewBorder(nil, nil, nil, change, widgets.Middle(v.title)), v.facts, v.map_,
		widgets.NewText(words.T("ledger.next-free")).Bold(),
		widgets.Flow(2*look.Gap, widgets.Wide(140, v.count.Content()), widgets.Wide(140, v.step.Content())), v.next, widgets.Flow(look.Gap, v.using, reserve))
	v.root = widgets.NewSplit(false, 0.32, left, container.NewStack(widgets.NewArea(look.ColorFill, 0), sight.New(widgets.Inset(2*look.Gap, 2*look.Gap, v.pane))))
	v.show()
	return v
}

func (v *stockView) content() fyne.CanvasObject { return v.root }

// block is the chosen one, nil where there is none.
func (v *stockView) block() *core.Block {
	for i := range v.blocks {
		if v.blocks[i].ID == v.chosen {
			return &v.blocks[i]
		}
	}
	return nil
}

func (v *stockView) query() query {
	chosen := v.chosen
	return func(ctx context.Context, l *core.Ledger, environment string) (func(), error) {
		blocks, err := l.Blocks(ctx, environment)
		if err != nil {
			return nil, err
		}
		if len(blocks) > 0 && !slices.ContainsFunc(blocks, func(b core.Block) bool { return b.ID == chosen }) {
			chosen = blocks[0].ID
		}
		stock, cells := make([]core.Stretch, len(blocks)), []core.Stretch(nil)
		for i, b := range blocks {
			if stock[i], err = l.Stock(ctx, b); err != nil {
				return nil, err
			}
			if b.ID != chosen {
				continue
			}
			if cells, err = l.Map(ctx, environment, b.First, b.Last, mapCells); err != nil {
				return nil, err
			}
		}
		return func() { v.blocks, v.stock, v.chosen, v.cells = blocks, stock, chosen, cells; v.show() }, nil
	}
}

// The colours of what a cell holds, in the order in which they stand from the bottom up.
var stockColors = []fyne.ThemeColorName{theme.ColorNamePrimary, look.ColorInfo, theme.ColorNameWarning}

func (v *stockView) show() {
	widgets.Renew(v.rows, v.fillRows)
	b := v.block()
	if b == nil {
		v.pane.Hide()
		return
	}
	v.pane.Show()
	v.title.SetText(words.Visible(b.String()))
	v.showMap()
	v.ask()
}

// fillRows lists the blocks.
func (v *stockView) fillRows() {
	for i, b := range v.blocks {
		state, left := blockState(b, v.stock[i]), words.T("ledger.left", "Number", words.Group(v.stock[i].Free()))
		label := widgets.NewText(words.Visible(b.String())).Bold().Giving()
		row := widgets.NewRow(widgets.Inset(look.Gap, look.Gap, container.NewBorder(nil, nil, widgets.Across(0, widgets.Middle(widgets.Icon(state.Icon(), 20)), widgets.Space(look.Gap, 0)), nil,
			widgets.Down(2, label, widgets.NewText(b.First.String()+" … "+b.Last.String()).Mono().Small().Muted().Giving(), widgets.NewText(left).Small()))), 6,
			func() { v.chosen = b.ID; v.room.show(v) })
		row.Label = label.Text() + ", " + left
		row.SetSelected(b.ID == v.chosen)
		v.rows.Add(row)
	}
	if len(v.blocks) == 0 {
		v.rows.Add(widgets.NewParagraph(words.T("ledger.no-blocks")).Muted())
	}
}

// blockState warns of a block of which too little is left.
func blockState(b core.Block, stock core.Stretch) look.State {
	if stock.Free() < b.Minimum {
		return look.Warning
	}
	return look.Ready
}

// parts are the shares of a cell, from the bottom up.
func parts(s core.Stretch) []widgets.Part {
	size := float64(s.Size())
	return []widgets.Part{{Share: float64(s.Issued) / size, Color: stockColors[0]}, {Share: float64(s.Claimed) / size, Color: stockColors[1]}, {Share: float64(s.Reserved) / size, Color: stockColors[2]}}
}

func (v *stockView) showMap() {
	cells := make([][]widgets.Part, len(v.cells))
	var total core.Stretch
	for i, s := range v.cells {
		cells[i] = parts(s)
	}
	for i, b := range v.blocks {
		if b.ID == v.chosen {
			total = v.stock[i]
		}
	}
	v.map_.Set(cells)
	v.facts.Objects = nil
	for i, f := range []struct {
		name string
		n    uint64
	}{{words.T("ledger.map-issued"), total.Issued}, {words.T("ledger.map-claimed"), total.Claimed}, {words.T("ledger.map-reserved"), total.Reserved}, {words.T("ledger.map-free"), total.Free()}} {
		color := theme.ColorNameSeparator
		if i < len(stockColors) {
			color = stockColors[i]
		}
		v.facts.Add(widgets.Across(look.Gap/2, widgets.Middle(widgets.AtLeast(14, 14, widgets.NewArea(color, 2))), widgets.NewText(f.name+": "+words.Group(f.n))))
	}
	v.facts.Refresh()
}

// wanted are the count and step that were entered; ok is false, and the field says so, where they are no numbers.
func (v *stockView) wanted() (count, step uint64, ok bool) {
	ok = true
	read := func(f *widgets.Field, most uint64) uint64 {
		n, err := strconv.ParseUint(strings.TrimSpace(f.Entry.Text), 10, 48)
		f.Set(nil)
		if err != nil || n == 0 || n > most {
			ok = false
			f.Set(&widgets.Remark{State: look.Failed, Text: words.T("ledger.number", "Most", words.Group(most))})
		}
		return n
	}
	return read(v.count, eui48.OrderLimit), read(v.step, 1<<24), ok
}

// ask looks for the next free range of the count and step in the chosen block.
func (v *stockView) ask() {
	b := v.block()
	v.free = eui48.Range{}
	v.using.SetEnabled(false)
	if b == nil {
		return
	}
	count, step, ok := v.wanted()
	if !ok {
		v.next.SetText("")
		return
	}
	block := *b
	v.room.using(func(ctx context.Context, l *core.Ledger, environment string) (func(), error) {
		r, found, err := l.NextFree(ctx, environment, block.First, block.Last, count, step)
		return func() {
			if !found {
				v.next.SetText(words.T("ledger.no-room"))
				return
			}
			v.free = r
			v.next.SetText(r.Start.String() + " … " + r.Last().String())
			v.using.SetEnabled(true)
		}, err
	})
}

// askReserve holds the range for a draft.
func (v *stockView) askReserve() {
	r := v.free
	if r.Count == 0 {
		return
	}
	label := widgets.NewField(words.T("ledger.reserve-for"), words.T("ledger.reserve-example"), "", false, nil)
	d := &widgets.Dialog{State: look.Notice, Title: words.N("ledger.reserve-title", int(r.Count)), Text: words.T("ledger.reserve-text", "Range", r.Start.String()+" … "+r.Last().String()), Body: label.Content()} // #nosec G115 -- at most 500,000
	d.Answers = []widgets.Answer{{Text: words.T("dialog.back")}, {Text: words.T("ledger.reserve-now"), Stays: true, Act: func() {
		name := strings.TrimSpace(label.Entry.Text)
		if name == "" {
			label.Set(&widgets.Remark{State: look.Failed, Text: words.T("ledger.label-missing")})
			return
		}
		d.Close()
		v.room.write(words.T("ledger.reserving"), words.T("ledger.reserve-failed"), func(ctx context.Context, l *core.Ledger, environment, operator string, _ progress.Func) (string, error) {
			_, err := l.Reserve(ctx, core.Batch{Environment: environment, ID: "reserved " + name + " " + r.Start.String(), Name: name, Operator: operator, Ranges: []eui48.Range{r}})
			return words.T("ledger.reserved", "Name", words.Visible(name)), err
		})
	}}}
	d.FocusFirst(label.Entry)
	v.room.app.Ask(d)
}

// edit enters a block as owned, or changes one.
func (v *stockView) edit(b *core.Block) {
	if b == nil {
		return
	}
	label := widgets.NewField(words.T("ledger.block-label"), words.T("ledger.block-example"), "", false, nil)
	first := widgets.NewField(words.T("mac.first"), "00:1a:c2:00:00:00", words.T("ledger.block-first-note"), true, nil)
	last := widgets.NewField(words.T("mac.last"), "00:1a:c2:ff:ff:ff", "", true, nil)
	least := widgets.NewField(words.T("ledger.block-least"), "1000", "", false, nil)
	first.Entry.OnChanged = func(text string) { // the IEEE's block of the first address is what is owned most often
		if a, _, err := eui48.Parse(text); err == nil && strings.TrimSpace(last.Entry.Text) == "" && a == a.Block().First() {
			last.Entry.SetText(a.Block().Last().String())
		}
	}
	title := words.T("ledger.block-new")
	if b.ID != 0 {
		title = words.T("ledger.block-change-title")
		label.Entry.SetText(b.Label)
		last.Entry.SetText(b.Last.String())
		first.Entry.SetText(b.First.String())
	}
	least.Entry.SetText(strconv.FormatUint(b.Minimum, 10))
	d := &widgets.Dialog{State: look.Notice, Title: title, Body: container.NewGridWithColumns(2, label.Content(), least.Content(), first.Content(), last.Content())}
	d.Answers = []widgets.Answer{{Text: words.T("dialog.back")}}
	if b.ID != 0 {
		d.Answers = append(d.Answers, widgets.Answer{Text: words.T("ledger.block-remove"), Danger: true, Act: func() { v.remove(*b) }})
	}
	d.Answers = append(d.Answers, widgets.Answer{Text: words.T("ledger.block-save"), Stays: true, Act: func() {
		changed, ok := *b, true
		address := func(f *widgets.Field) (a eui48.Address) {
			a, _, err := eui48.Parse(f.Entry.Text)
			f.Set(nil)
			if err != nil {
				ok = false
				f.Set(&widgets.Remark{State: look.Failed, Text: words.SentenceCase(words.Error(err))})
			}
			return a
		}
		changed.First, changed.Last, changed.Label = address(first), address(last), strings.TrimSpace(label.Entry.Text)
		n, err := strconv.ParseUint(strings.TrimSpace(least.Entry.Text), 10, 48)
		if least.Set(nil); err != nil {
			ok = false
			least.Set(&widgets.Remark{State: look.Failed, Text: words.T("ledger.least-number")})
		}
		if changed.Minimum = n; ok && changed.Last < changed.First {
			ok = false
			last.Set(&widgets.Remark{State: look.Failed, Text: words.T("ledger.block-order")})
		}
		if !ok {
			return
		}
		d.Close()
		v.room.write(words.T("ledger.block-saving"), words.T("ledger.block-failed"), func(ctx context.Context, l *core.Ledger, environment, operator string, _ progress.Func) (string, error) {
			changed.Environment = environment
			saved, err := l.SaveBlock(ctx, changed, operator)
			return words.T("ledger.block-saved", "Name", words.Visible(saved.String())), err
		})
	}})
	d.FocusFirst(label.Entry)
	v.room.app.Ask(d)
}

func (v *stockView) remove(b core.Block) {
	v.room.write(words.T("ledger.block-saving"), words.T("ledger.block-failed"), func(ctx context.Context, l *core.Ledger, _, operator string, _ progress.Func) (string, error) {
		return words.T("ledger.block-removed", "Name", words.Visible(b.String())), l.RemoveBlock(ctx, b, operator)
	})
}
