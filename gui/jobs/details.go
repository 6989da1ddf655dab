package jobs

import (
	"cmp"
	"context"
	"path/filepath"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"enrollbench/core/job"
	"enrollbench/core/progress"
	"enrollbench/core/upload"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/widgets/sheet"
	"enrollbench/gui/widgets/sight"
	"enrollbench/gui/words"
)

// jobDetails shows one batch in full: how it stands, what can be done, what was ordered, which rows failed and why, and
// when what happened.
type jobDetails struct {
	tab    *Room
	record *job.Record       // with its timeline; nil for none
	others []*widgets.Button // the steps beside the next one

	root     fyne.CanvasObject
	body     *fyne.Container
	wheel    *sight.Scroll
	failures *sheet.Sheet
}

// shownFailures is the height of the list of failed rows.
const shownFailures = 190

func newJobDetails(t *Room) *jobDetails {
	d := &jobDetails{tab: t, body: widgets.Down(2 * look.Gap)}
	d.failures = sheet.New([]sheet.Column{
		{Title: words.T("result.column-row"), Width: 64, MinWidth: 48, Align: fyne.TextAlignTrailing},
		{Title: words.T("result.column-name"), Width: 130, MinWidth: 80, Flexible: true},
		{Title: words.T("jobs.column-reason"), Width: 200, MinWidth: 100, Flexible: true},
	}, nil)
	d.wheel = sight.New(widgets.Inset(2*look.Gap, 2*look.Gap, d.body))
	d.root = container.NewStack(widgets.NewArea(look.ColorFill, 0), d.wheel)
	return d
}

func (d *jobDetails) content() fyne.CanvasObject { return d.root }

func (d *jobDetails) clear() {
	d.record = nil
	d.tab.peek.Drop()
	d.body.Objects = []fyne.CanvasObject{widgets.NewParagraph(words.T("jobs.choose-one")).Muted()}
	d.body.Refresh()
}

// jobInFull is one batch with all that is kept of it.
type jobInFull struct {
	record   *job.Record
	failures []job.RowFailure
	series   *job.Series
}

// read reads a batch and shows it.
func (d *jobDetails) read(id string) {
	desk := d.tab.app.Desk()
	if desk == nil {
		return
	}
	frame.Run(d.tab.peek, "", func(ctx context.Context, _ progress.Func) (*jobInFull, error) {
		r, err := desk.Jobs.Get(ctx, id)
		if err != nil {
			return nil, err
		}
		f := &jobInFull{record: r}
		if r.Failed > 0 {
			if f.failures, err = desk.Jobs.Failures(ctx, id); err != nil {
				return nil, err
			}
		}
		if r.Parts > 1 {
			f.series, err = desk.Jobs.SeriesOf(ctx, id)
		}
		return f, err
	}, func(f *jobInFull, err error) {
		switch {
		case frame.Cancelled(err) || d.tab.chosen != id:
		case err != nil:
			d.clear()
			d.body.Add(widgets.NewParagraph(words.Error(err)).Small())
		default:
			d.show(f)
		}
	})
}

func (d *jobDetails) show(f *jobInFull) {
	fresh := d.record == nil || d.record.ID != f.record.ID
	r := f.record
	d.record = r
	focused, ok := d.tab.app.Canvas().Focused().(fyne.CanvasObject)
	held := ok && d.wheel.Holds(focused)
	state, word := jobState(r)
	head := widgets.NewParagraph(words.Visible(r.Short())).Title()
	head.Lines = 2
	says := widgets.NewParagraph(words.SentenceCase(words.Visible(r.Sentence())))
	says.Color, says.Style.Bold = state.Color(), true
	d.body.Objects = []fyne.CanvasObject{widgets.Down(look.Gap/2, head, container.NewBorder(nil, nil,
		widgets.Across(0, widgets.Down(0, widgets.Icon(state.Icon(), 22)), widgets.Space(look.Gap, 0)), nil, says))}
	if n := r.Expected(); r.State.UnderWay() && n > 0 {
		d.body.Add(widgets.NewBar(float64(r.Issued+r.Failed) / float64(n)))
	}
	d.explain(r)
	again := d.steps(r)
	if len(f.failures) > 0 {
		d.showFailures(f.failures)
	}
	if f.series != nil {
		d.body.Add(widgets.Section(words.T("jobs.series"), [3]string{words.T("jobs.series-whole"), words.SentenceCase(f.series.Sentence())}))
	}
	d.facts(r, word)
	d.timeline(r)
	d.body.Refresh()
	if fresh {
		d.wheel.ScrollToTop()
	}
	if held {
		d.tab.app.Canvas().Focus(again)
	}
}

// explain says what the state means for whoever looks at it, and what went wrong last.
func (d *jobDetails) explain(r *job.Record) {
	text := ""
	switch r.State {
	case job.MayExist:
		text = words.T("jobs.may-exist-text", "ID", r.ID)
	case job.WaitingForApproval:
		text = words.T("jobs.waiting-text")
	case job.Fetched:
		text = words.T("jobs.fetched-text")
	}
	if text != "" {
		d.body.Add(widgets.NewParagraph(text))
	}
	if r.LastError != "" {
		wrong := widgets.NewParagraph(words.T("jobs.last-error", "Error", words.Plain(r.LastError)))
		wrong.Color = look.Warning.Color()
		d.body.Add(wrong)
	}
}

// steps are the buttons for everything but the next step, which is the primary button's. It returns what gets the focus if that
// was in the details: the step that had it, or the list. A batch that changes takes nobody's place on the keyboard away.
func (d *jobDetails) steps(r *job.Record) (again fyne.Focusable) {
	canvas, had := d.tab.app.Canvas(), ""
	for _, b := range d.others {
		if canvas.Focused() == fyne.Focusable(b) {
			had = b.Text
		}
	}
	d.others = nil
	box := widgets.Down(look.Gap / 2)
	again = d.tab.sheet
	for _, s := range otherSteps(r) {
		b := widgets.NewButton(s.text(), look.Icon(s.glyph()), func() { d.tab.step(s, r) })
		if b.Text == had {
			again = b
		}
		d.others = append(d.others, b)
		box.Add(container.NewHBox(b))
	}
	if len(d.others) > 0 {
		d.body.Add(box)
	}
	return again
}

func (d *jobDetails) showFailures(all []job.RowFailure) {
	d.failures.SetModel(failureRows(all))
	d.body.Add(widgets.Down(look.Gap/2, widgets.NewText(words.N("jobs.failures", len(all))).Bold(), widgets.AtLeast(0, shownFailures, d.failures)))
}

// facts are what was ordered, from whom, and where it lies.
func (d *jobDetails) facts(r *job.Record, word string) {
	ordered := [][3]string{
		{words.T("jobs.fact-batch"), r.ID, "mono"},
		{words.T("jobs.fact-state"), word},
		{words.T("jobs.fact-count"), jobCount(r)},
		{words.T("jobs.fact-keys"), keysWords(r.Keys)},
	}
	if r.Method == job.MAC {
		ordered = append(ordered, [3]string{words.T("jobs.fact-range"), r.Range.Start.String() + " › " + r.Range.Last().String(), "mono"},
			[3]string{words.T("mac.step"), strconv.FormatUint(r.Range.Step, 10)})
	} else {
		ordered = append(ordered, [3]string{words.T("jobs.fact-file"), words.Visible(r.Path)},
			[3]string{words.T("jobs.fact-size"), words.UploadSize(r.Size, upload.MaxBytes)},
			[3]string{words.T("details.sha256-certificate"), r.SHA256, "mono"})
	}
	form := strings.ToUpper(string(r.Format))
	if r.FullChain {
		form = words.T("jobs.with-chain", "Format", form)
	}
	ordered = append(ordered, [3]string{words.T("jobs.fact-format"), form})
	if r.RecipientTitle != "" {
		proof := words.T("recipient.not-proven")
		if !r.Rehearsed.IsZero() {
			proof = words.T("recipient.proven-on", "Date", words.When(r.Rehearsed))
		}
		ordered = append(ordered, [3]string{words.T("keys.used"), words.Visible(r.RecipientTitle) + " · " + proof},
			[3]string{words.T("keys.fingerprint"), r.RecipientFingerprint, "mono"})
	}
	d.body.Add(widgets.Section(words.T("jobs.ordered"), ordered...))
	through := [][3]string{
		{words.T("jobs.column-connection"), words.Visible(r.Connection.Name)},
		{words.T("jobs.column-profile"), words.Visible(cmp.Or(r.Profile.Name, r.Profile.ID))},
		{words.T("jobs.fact-remote"), words.Visible(r.RemoteID), "mono"},
		{words.T("jobs.fact-status"), words.Visible(r.RemoteStatus)},
		{words.T("jobs.fact-sent-as"), words.Visible(r.FileName)},
	}
	if r.ResultPath != "" {
		through = append(through, [3]string{words.T("jobs.fact-result"), words.Visible(filepath.Base(r.ResultPath)) + " · " + words.UploadSize(r.ResultBytes, upload.MaxBytes)},
			[3]string{words.T("jobs.fact-folder"), words.Visible(filepath.Dir(r.ResultPath))})
	}
	d.body.Add(widgets.Section(words.T("jobs.service"), through...))
}

// timeline is when what happened, the latest last.
func (d *jobDetails) timeline(r *job.Record) {
	var lines [][3]string
	for _, e := range r.Timeline {
		_, text := jobState(&job.Record{State: e.State})
		if e.Note != "" {
			text += " · " + words.Visible(words.Core(e.Note))
		}
		lines = append(lines, [3]string{words.Second(e.At), text})
	}
	if s := widgets.Section(words.T("jobs.timeline"), lines...); s != nil {
		d.body.Add(s)
	}
}

// keysWords says who makes the keys.
func keysWords(k job.Keys) string {
	if k == job.ByService {
		return words.T("jobs.by-service")
	}
	return words.T("jobs.by-device")
}

// failureRows are rows that the service refused.
type failureRows []job.RowFailure

// Rows implements sheet.Model.
func (m failureRows) Rows() int { return len(m) }

// Columns implements sheet.Model.
func (m failureRows) Columns() int { return 3 }

// Cell implements sheet.Model.
func (m failureRows) Cell(row, col int) sheet.Cell {
	f := &m[row]
	switch col {
	case 0:
		if f.Row == 0 {
			return sheet.Cell{}
		}
		return sheet.Cell{Text: strconv.Itoa(f.Row)}
	case 1:
		return sheet.Cell{Text: f.Name}
	}
	return sheet.Cell{Text: words.Core(f.Reason)}
}
