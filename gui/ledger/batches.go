package ledger

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	core "enrollbench/core/ledger"
	"enrollbench/core/progress"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/widgets/sheet"
	"enrollbench/gui/widgets/sight"
	"enrollbench/gui/words"
)

// batchView lists the batches of all stations, the newest first, with the chosen one in full beside the list.
type batchView struct {
	room  *Room
	rows  []*core.Claim
	root  fyne.CanvasObject
	empty fyne.CanvasObject
	split fyne.CanvasObject
	sheet *sheet.Sheet
	body  *fyne.Container
}

// prefDetails remembers where the line before the details stands.
const prefDetails = "ledger.details"

func newBatchView(t *Room) *batchView {
	v := &batchView{room: t, body: widgets.Down(2 * look.Gap)}
	v.sheet = sheet.New([]sheet.Column{
		{Title: words.T("jobs.column-time"), Width: 140, MinWidth: 110},
		{Title: words.T("jobs.column-state"), Width: 130, MinWidth: 110},
		{Title: words.T("jobs.column-name"), Width: 170, MinWidth: 110, Flexible: true, Elide: sheet.Middle},
		{Title: words.T("ledger.identities"), Width: 110, MinWidth: 90, Align: fyne.TextAlignTrailing},
		{Title: words.T("ledger.by"), Width: 170, MinWidth: 100, Flexible: true},
	}, nil)
	v.sheet.OnSelect = func(row int) { v.choose(row) }
	split := widgets.NewSplit(false, t.app.Preferences().FloatWithFallback(prefDetails, 0.62), v.sheet,
		container.NewStack(widgets.NewArea(look.ColorFill, 0), sight.New(widgets.Inset(2*look.Gap, 2*look.Gap, v.body))))
	split.OnMoved = func(share float64) { t.app.Preferences().SetFloat(prefDetails, share) }
	v.split = split
	v.empty = widgets.Hint(words.T("ledger.empty"))
	v.root = container.NewStack(v.empty, v.split)
	v.show()
	return v
}

func (v *batchView) content() fyne.CanvasObject { return v.root }

// shownBatches is how many batches are listed at the most; the search finds the others.
const shownBatches = 5000

func (v *batchView) query() query {
	return func(ctx context.Context, l *core.Ledger, environment string) (func(), error) {
		rows, err := l.Batches(ctx, core.Filter{Environment: environment, Limit: shownBatches})
		return func() { v.rows = rows; v.show() }, err
	}
}

func (v *batchView) show() {
	if len(v.rows) == 0 {
		v.split.Hide()
		v.empty.Show()
		return
	}
	v.empty.Hide()
	v.split.Show()
	v.sheet.SetModel(claimRows(v.rows))
	v.choose(max(0, v.sheet.CurrentRow()))
}

// choose shows a batch in full.
func (v *batchView) choose(row int) {
	if row < 0 || row >= len(v.rows) {
		return
	}
	c := v.rows[row]
	v.body.Objects = claimInFull(c)
	if c.State == core.Claimed || c.State == core.Reserved {
		v.body.Add(widgets.NewButton(words.T("ledger.release"), look.Icon("undo"), func() { v.askRelease(c) }))
	}
	v.body.Refresh()
}

// askRelease asks for the reason that a claim is given up for: it stands in the audit log.
func (v *batchView) askRelease(c *core.Claim) {
	reason := widgets.NewField(words.T("ledger.reason"), words.T("ledger.reason-example"), "", false, nil)
	d := &widgets.Dialog{State: look.Warning, Title: words.T("ledger.release-title", "Name", words.Visible(c.Batch)),
		Text: words.N("ledger.release-text", int(c.Identities-c.Released)), Body: reason.Content()}
	d.Answers = []widgets.Answer{{Text: words.T("dialog.back")}, {Text: words.T("ledger.release-now"), Danger: true, Stays: true, Act: func() {
		why := strings.TrimSpace(reason.Entry.Text)
		if why == "" {
			reason.Set(&widgets.Remark{State: look.Failed, Text: words.T("ledger.reason-missing")})
			return
		}
		d.Close()
		v.room.write(words.T("ledger.releasing"), words.T("ledger.release-failed"), func(ctx context.Context, l *core.Ledger, _, operator string, _ progress.Func) (string, error) {
			return words.T("ledger.released", "Name", words.Visible(c.Batch)), l.Release(ctx, c.ID, operator, why)
		})
	}}}
	d.FocusFirst(reason.Entry)
	v.room.app.Ask(d)
}

// claimInFull is all that is known of a batch.
func claimInFull(c *core.Claim) []fyne.CanvasObject {
	state, word := claimState(c)
	head := widgets.NewParagraph(words.Visible(c.Batch)).Title()
	out := []fyne.CanvasObject{head, widgets.Across(look.Gap, widgets.Middle(widgets.Icon(state.Icon(), 20)), widgets.NewText(word).Bold())}
	lines := [][3]string{
		{words.T("jobs.column-time"), words.Minute(c.At)},
		{words.T("ledger.identities"), words.Group(c.Identities)},
	}
	add := func(name, value string) {
		if value != "" {
			lines = append(lines, [3]string{name, words.Visible(value)})
		}
	}
	if c.Released > 0 {
		add(words.T("ledger.free-again"), words.Group(c.Released))
	}
	if c.Delivered > 0 {
		add(words.T("ledger.certificates"), words.Group(c.Delivered))
	}
	if c.Name != c.Batch {
		add(words.T("jobs.column-name"), c.Name)
	}
	add(words.T("ledger.operator"), c.Operator)
	add(words.T("ledger.account"), c.Account)
	add(words.T("ledger.station"), c.Station)
	add(words.T("jobs.column-connection"), c.Connection)
	add(words.T("jobs.column-profile"), c.Profile)
	add(words.T("ledger.reissue"), c.Reissue)
	add(words.T("ledger.note"), words.Core(c.Note))
	if s := widgets.Section(words.T("ledger.batch"), lines...); s != nil {
		out = append(out, s)
	}
	return out
}

// claimState is what the window shows of a claim.
func claimState(c *core.Claim) (look.State, string) {
	switch c.State {
	case core.Reserved:
		return look.Notice, words.T("ledger.state-reserved")
	case core.Claimed:
		return look.Notice, words.T("ledger.state-claimed")
	case core.Sent:
		return look.Running, words.T("job.started")
	case core.MayExist:
		return look.Warning, words.T("job.may-exist")
	case core.Released:
		return look.LeftOut, words.T("ledger.state-released")
	}
	if c.Imported {
		return look.Ready, words.T("ledger.state-imported")
	}
	return look.Ready, words.T("ledger.state-issued")
}

// claimRows are batches as a list.
type claimRows []*core.Claim

func (m claimRows) Rows() int    { return len(m) }
func (m claimRows) Columns() int { return 5 }

func (m claimRows) Cell(row, col int) sheet.Cell {
	c := m[row]
	switch col {
	case 0:
		return sheet.Cell{Text: words.When(c.At)}
	case 1:
		state, word := claimState(c)
		return sheet.Cell{Text: word, Icon: state.Icon(), Importance: state.Importance()}
	case 2:
		return sheet.Cell{Text: c.Batch}
	case 3:
		return sheet.Cell{Text: words.Group(c.Identities)}
	}
	return sheet.Cell{Text: who(c)}
}

// who is the operator of a claim with the station.
func who(c *core.Claim) string {
	name := c.Operator
	if name == "" {
		name = c.Account
	}
	if name == "" || c.Station == "" {
		return name + c.Station
	}
	return name + " @ " + c.Station
}
