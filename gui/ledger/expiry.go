package ledger

import (
	"context"
	"io"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"enrollbench/core/csvlist"
	"enrollbench/core/eui48"
	core "enrollbench/core/ledger"
	"enrollbench/gui/files"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/widgets/sheet"
	"enrollbench/gui/widgets/sight"
	"enrollbench/gui/words"
)

// expiryView shows how many certificates end in each month, as bars, and those of the chosen month as a list to order again.
type expiryView struct {
	room  *Room
	root  fyne.CanvasObject
	bars  *fyne.Container
	title *widgets.Text
	sheet *sheet.Sheet
	again *widgets.Button

	months []core.Month
	chosen int // index in months
	certs  []core.Certificate
}

// expiryMonths is how far ahead is looked; shownCertificates how many of a month are listed.
const (
	expiryMonths      = 36
	shownCertificates = 100_000
)

func newExpiryView(t *Room) *expiryView {
	v := &expiryView{room: t, bars: widgets.Down(2), title: widgets.NewText("").Title()}
	v.sheet = sheet.New([]sheet.Column{
		{Title: words.T("details.until"), Width: 120, MinWidth: 100},
		{Title: words.T("result.column-name"), Width: 180, MinWidth: 110, Flexible: true},
		{Title: words.T("details.serial"), Width: 220, MinWidth: 100, Mono: true, Elide: sheet.Middle, Flexible: true},
	}, nil)
	v.again = widgets.NewButton(words.T("ledger.order-again"), look.Icon("save"), v.save)
	head := widgets.Inset(look.Gap, 1.5*look.Gap, container.NewBorder(nil, nil, nil, v.again, widgets.Middle(v.title)))
	left := sight.New(widgets.Inset(look.Gap, look.Gap, v.bars))
	v.root = widgets.NewSplit(false, 0.4, left, widgets.Edged(head, nil, nil, nil, v.sheet))
	return v
}

func (v *expiryView) content() fyne.CanvasObject { return v.root }

func (v *expiryView) query() query {
	now, chosen, first := v.room.app.Tasks().Now(), v.chosen, v.months == nil
	return func(ctx context.Context, l *core.Ledger, environment string) (func(), error) {
		months, err := l.ExpiringByMonth(ctx, environment, now, expiryMonths)
		if err != nil {
			return nil, err
		}
		if first { // the first month in which anything ends
			chosen = max(0, slices.IndexFunc(months, func(m core.Month) bool { return m.Count > 0 }))
		}
		certs, err := expiring(ctx, l, environment, months[chosen].Begin)
		return func() { v.months, v.chosen, v.certs = months, chosen, certs; v.show() }, err
	}
}

// expiring is what ends in a month.
func expiring(ctx context.Context, l *core.Ledger, environment string, month time.Time) (all []core.Certificate, err error) {
	for c, err := range l.Expiring(ctx, environment, month, month.AddDate(0, 1, 0)) {
		if err != nil {
			return nil, err
		}
		if len(all) == shownCertificates {
			break
		}
		all = append(all, c)
	}
	return all, nil
}

func (v *expiryView) show() {
	most := int64(1)
	for _, m := range v.months {
		most = max(most, m.Count)
	}
	widgets.Renew(v.bars, func() { v.fillBars(most) })
	m := v.months[v.chosen]
	v.title.SetText(words.N("ledger.ends-in", int(m.Count), "Month", m.Begin.Format("2006-01")))
	v.again.SetEnabled(len(v.certs) > 0)
	v.sheet.SetModel(certificateRows(v.certs))
}

// fillBars lists the months, each with a bar beside what the fullest of them holds.
func (v *expiryView) fillBars(most int64) {
	for i, m := range v.months {
		name := m.Begin.Format("2006-01")
		count := widgets.NewText(words.Group(m.Count))
		count.Align = fyne.TextAlignTrailing
		row := widgets.NewRow(widgets.Inset(2, look.Gap, container.NewBorder(nil, nil, widgets.Wide(76, widgets.NewText(name).Mono()), widgets.Wide(84, count),
			widgets.Bar(float64(m.Count)/float64(most)))), 4, func() { v.choose(i) })
		row.Label = words.N("ledger.ends-in", int(m.Count), "Month", name)
		row.SetSelected(i == v.chosen)
		v.bars.Add(row)
	}
}

func (v *expiryView) choose(month int) {
	v.chosen = month
	v.room.show(v)
}

// save writes the devices of the list, each once, as a CSV that can be ordered.
func (v *expiryView) save() {
	certs := v.certs
	o := files.Options{Title: words.T("ledger.order-again"), Name: "again-" + v.months[v.chosen].Begin.Format("2006-01") + ".csv", Kind: words.T("ledger.csv"), Ends: []string{".csv"}}
	v.room.saveAs(o, words.T("ledger.saved"), func(_ context.Context, w io.Writer) error {
		out, seen := csvlist.NewWriter(w, eui48.Column), map[string]bool{}
		for _, c := range certs {
			if name := c.Identity.Value; !seen[name] {
				seen[name] = true
				out.Row(name)
			}
		}
		return out.Flush()
	})
}

// certificateRows are certificates as a list.
type certificateRows []core.Certificate

func (m certificateRows) Rows() int    { return len(m) }
func (m certificateRows) Columns() int { return 3 }

func (m certificateRows) Cell(row, col int) sheet.Cell {
	c := m[row]
	switch col {
	case 0:
		return sheet.Cell{Text: words.Date(c.NotAfter)}
	case 1:
		return sheet.Cell{Text: c.Identity.Value}
	}
	if c.Serial == nil {
		return sheet.Cell{}
	}
	return sheet.Cell{Text: c.Serial.Text(16)}
}
