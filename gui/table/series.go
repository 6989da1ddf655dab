package table

import (
	"context"
	"errors"
	"math"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"enrollbench/core/csvdoc"
	"enrollbench/core/enrollment"
	"enrollbench/core/eui48"
	"enrollbench/core/progress"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/widgets/sheet"
	"enrollbench/gui/words"
)

// Kinds of series, in the order of the choice.
const (
	seriesNumber = iota
	seriesHex
	seriesMAC
)

// Rows that a series fills, in the order of the choice.
const (
	reachSelected = iota
	reachEnd
	reachCount // so many; rows that are missing are added
)

// seriesPage asks for the series that fills a column.
type seriesPage struct {
	tab    *Room
	dialog *widgets.Dialog
	kind   *widgets.Select
	start  *widgets.Entry
	step   *widgets.Entry
	reach  *widgets.Select
	number *widgets.Entry // how many rows, for reachCount
	grow   *widgets.Check
	sample *widgets.Text
	column csvdoc.Column
	rows   *csvRows
	from   int    // row of the sheet
	counts [2]int // rows that the choices of reach mean

	series csvdoc.Series // nil while what is typed makes none
}

// openSeries asks how the selected cells of a column shall count.
func (t *Room) openSeries(a sheet.Area) {
	f := t.file
	if f == nil || a.Empty() {
		return
	}
	p := &seriesPage{tab: t, rows: f.rows, from: a.Top, column: f.rows.column(a.Left)}
	p.counts = [2]int{a.Rows(), f.rows.Rows() - a.Top}
	first := f.rows.text(a.Top, a.Left)

	p.kind = widgets.NewSelect([]string{
		words.T("series.number"),
		words.T("series.hex"),
		words.T("series.mac"),
	}, func(int) { p.check() })
	p.start, p.step = widgets.NewEntry(), widgets.NewEntry()
	p.start.TextStyle.Monospace = true
	p.start.PlaceHolder = words.T("series.start-hint")
	reaches := []string{words.N("series.selected", p.counts[0]), words.N("series.to-end", p.counts[1])}
	if f.rows.view == nil { // in another order than the file's, new rows would not show
		reaches = append(reaches, words.T("series.count"))
	}
	p.number = widgets.NewEntry()
	p.number.SetText("10")
	p.reach = widgets.NewSelect(reaches, func(int) { p.check() })
	p.grow = widgets.NewCheck(words.T("series.grow"), func(bool) { p.check() })
	p.sample = widgets.NewParagraph("").Mono()
	p.sample.Lines = 3

	p.start.SetText(first)
	p.step.SetText("1")
	widgets.ChooseQuietly(p.kind, seriesKind(first))
	switch {
	case p.counts[1] == 1 && len(reaches) > reachCount:
		widgets.ChooseQuietly(p.reach, reachCount)
	case p.counts[0] == 1:
		widgets.ChooseQuietly(p.reach, reachEnd)
	}
	p.start.OnChanged = func(s string) {
		if s != "" && p.kind.SelectedIndex() == seriesNumber && seriesKind(s) == seriesMAC {
			widgets.ChooseQuietly(p.kind, seriesMAC)
		}
		p.check()
	}
	p.step.OnChanged = func(string) { p.check() }
	p.number.OnChanged = func(string) { p.check() }

	label := func(s string) fyne.CanvasObject { return widgets.Middle(widgets.NewText(s)) }
	form := container.New(layout.NewFormLayout(),
		label(words.T("series.kind")), widgets.Outlined(p.kind),
		label(words.T("series.start")), p.start,
		label(words.T("series.step")), p.step,
		label(words.T("series.rows")), widgets.Outlined(p.reach),
		label(words.T("series.number-of-rows")), p.number)
	preview := widgets.AtLeast(0, 64, p.sample)
	p.dialog = &widgets.Dialog{State: look.Notice, Title: words.T("series.title", "Column", columnTitle(p.column.Name)),
		Body:    widgets.Down(look.Gap, form, p.grow, preview),
		Answers: []widgets.Answer{{Text: words.T("dialog.back")}, {Text: words.T("series.fill"), Act: p.fill}}}
	p.start.OnSubmitted = func(string) { p.submit() }
	p.step.OnSubmitted = func(string) { p.submit() }
	p.number.OnSubmitted = func(string) { p.submit() }
	p.dialog.FocusFirst(p.start)
	t.app.Ask(p.dialog)
	p.check()
}

// seriesKind is what a first value looks like.
func seriesKind(s string) int {
	if _, _, err := eui48.Parse(s); err == nil {
		return seriesMAC
	}
	return seriesNumber
}

// count is how many rows are filled.
func (p *seriesPage) count() int {
	if i := max(p.reach.SelectedIndex(), 0); i < reachCount {
		return p.counts[i]
	}
	n, _ := rowCount(p.number.Text)
	return n
}

// parse makes the series that is asked for.
func (p *seriesPage) parse() (csvdoc.Series, error) {
	step, err := strconv.ParseInt(strings.TrimSpace(p.step.Text), 10, 64)
	if err != nil || step < 1 {
		return nil, errors.New(words.T("series.bad-step"))
	}
	if p.count() == 0 {
		return nil, errors.New(words.T("series.bad-count"))
	}
	if p.kind.SelectedIndex() == seriesMAC {
		return enrollment.ParseMACSeries(strings.TrimSpace(p.start.Text), step)
	}
	c, err := csvdoc.ParseCounter(p.start.Text, step, p.kind.SelectedIndex() == seriesHex)
	if err != nil {
		return nil, err
	}
	c.Grow = p.grow.Checked
	return c, nil
}

// check says what the series would be, or why it cannot be.
func (p *seriesPage) check() {
	if p.dialog == nil {
		return
	}
	if p.reach.SelectedIndex() == reachCount {
		p.number.Enable()
	} else {
		p.number.Disable()
	}
	s, err := p.parse()
	if err == nil {
		err = s.Check(p.count())
	}
	wide := (*csvdoc.SeriesError)(nil)
	if p.kind.SelectedIndex() != seriesMAC && (p.grow.Checked || errors.As(err, &wide) && wide.Width) {
		p.grow.Enable()
	} else {
		p.grow.Disable()
	}
	p.series = s
	if err != nil {
		p.series = nil
		p.sample.Style.Monospace = false
		p.sample.SetColor(look.Failed.Color())
		p.sample.SetText(words.Sentence(words.Error(err)))
	} else {
		p.sample.Style.Monospace = true
		p.sample.SetColor(look.ColorMuted)
		p.sample.SetText(p.preview(s))
	}
	p.dialog.Enable(1, p.series != nil)
}

// preview shows the first values and the last.
func (p *seriesPage) preview(s csvdoc.Series) string {
	n := p.count()
	var phrases []string
	for i := range min(n, 3) {
		phrases = append(phrases, words.Visible(string(s.Append(nil, i))))
	}
	text := strings.Join(phrases, ", ")
	if n > 4 {
		text += " …"
	}
	if n > 3 {
		text += " " + words.Visible(string(s.Append(nil, n-1)))
	}
	return text
}

func (p *seriesPage) submit() {
	if p.series != nil {
		p.dialog.Take(1)
	}
}

// fill fills the cells.
func (p *seriesPage) fill() {
	s, n, rows, from, column, label := p.series, p.count(), p.rows, p.from, p.column.ID, words.T("csv.label-series")
	if s == nil || n > math.MaxInt32 {
		return
	}
	p.tab.alter(edit{title: words.T("series.filling"), cells: n,
		work: func(ctx context.Context, d *csvdoc.Document, _ progress.Func) (csvdoc.Change, error) {
			ids, err := rows.ids(ctx, from, min(from+n, rows.Rows())-1)
			if err != nil {
				return csvdoc.Change{}, err
			}
			if len(ids) == n {
				return d.FillSeries(ids, column, s)
			}
			return d.Apply(label, func(e *csvdoc.Edit) error { return lengthen(e, ids, column, s, n) })
		},
		then: func(csvdoc.Change) {
			p.tab.noteUndo(words.N("series.done", n))
		}})
}

// lengthen fills a column of the last rows of a document with a series, and adds rows until it has n values.
func lengthen(e *csvdoc.Edit, last []csvdoc.RowID, column csvdoc.ColumnID, s csvdoc.Series, n int) error {
	value := func(i int) string { return string(s.Append(nil, i)) }
	for i, id := range last {
		if err := e.SetCell(id, column, value(i)); err != nil {
			return err
		}
	}
	at, ok := e.Snapshot().Column(column)
	if !ok {
		return csvdoc.ErrChangedMeanwhile
	}
	more := make([][]string, n-len(last))
	for i := range more {
		more[i] = make([]string, at+1)
		more[i][at] = value(len(last) + i)
	}
	return e.InsertRows(e.Snapshot().Rows(), more)
}
