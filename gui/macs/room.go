package macs

import (
	"context"
	"io"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"enrollbench/core/atomicfile"
	"enrollbench/core/eui48"
	"enrollbench/core/finding"
	"enrollbench/core/job"
	"enrollbench/core/progress"
	"enrollbench/gui/files"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/widgets/sheet"
	"enrollbench/gui/widgets/sight"
	"enrollbench/gui/words"
)

// macWindow is what the room needs of the window around it.
type Window interface {
	frame.Voice
	frame.Bench
	frame.Writer
	frame.Station
	StartBatch(o *frame.Order)
}

// macTab shows core/eui48: a series of MAC addresses from three fields, checked while somebody types.
type Room struct {
	app  Window
	work *frame.Runner
	peek *frame.Runner // asking the ledger

	series  eui48.Range // zero while it is not valid
	report  *finding.Report
	ordered []finding.Finding // what the ledger says of the series: ordered before, outside of every block, a block that runs out
	scanned string            // what the scanner read last
	before  []string          // starts that a scan replaced, the latest last

	root                    fyne.CanvasObject
	start, count, step      *widgets.Field
	scanner, nth            *widgets.Field
	first, last, nthAddress *addressLine
	bar                     *widgets.BottomBar
	ordering                *widgets.Button
	progress                *widgets.ProgressRow
	blocks                  *widgets.RangeBar
	sheet                   *sheet.Sheet
	hint                    fyne.CanvasObject // instead of an empty sheet
}

func New(a Window) *Room {
	t := &Room{app: a, report: &finding.Report{}}
	t.progress = widgets.NewProgressRow(t.Escape)
	t.work = a.Tasks().NewRunner(func(p *widgets.Progress) { t.progress.Set(p); t.showBar() })
	t.peek = a.Tasks().NewRunner(nil)
	t.build()
	t.step.Entry.SetText("1")
	t.onTyped("")
	return t
}

func (t *Room) Name() string               { return words.T("mac.tab") }
func (t *Room) Icon() string               { return "mac" }
func (t *Room) Content() fyne.CanvasObject { return t.root }

func (t *Room) build() {
	t.start = widgets.NewField(words.T("mac.start"), "00:1a:c2:7b:00:00", words.T("mac.start-note"), true, t.onTyped)
	t.count = widgets.NewField(words.T("mac.count"), "500", words.T("mac.count-note"), false, t.onTyped)
	t.step = widgets.NewField(words.T("mac.step"), "1", words.T("mac.step-note"), false, t.onTyped)
	t.scanner = widgets.NewField(words.T("mac.scanner"), words.T("mac.scan-here"), words.T("mac.scanner-note"), true, nil)
	t.scanner.Entry.OnSubmitted = t.onScanned
	t.start.Entry.OnSubmitted = func(string) { a := t.app.Canvas(); a.Focus(t.count.Entry) }
	t.count.Entry.OnSubmitted = func(string) { a := t.app.Canvas(); a.Focus(t.step.Entry) }

	fields := widgets.Down(look.Gap*1.5, t.scanner.Content(), widgets.Rule(), t.start.Content(), t.count.Content(), t.step.Content())
	left := sight.New(widgets.Inset(look.Gap*2, look.Gap*2, fields))

	copied := func(text string) {
		t.app.Clipboard().SetContent(text)
		t.app.Note(widgets.Note{State: look.Ready, Text: words.T("mac.copied", "Address", text)})
	}
	t.first = newAddressLine(words.T("mac.first"), copied)
	t.last = newAddressLine(words.T("mac.last"), copied)
	t.nthAddress = newAddressLine("", copied)
	t.nth = widgets.NewField("", words.T("mac.nth-number"), "", false, func(string) { t.showNth() })
	t.nth.Entry.OnSubmitted = func(string) { t.goToNth() }
	number := widgets.AtLeast(110, 0, t.nth.Entry)
	nth := container.NewBorder(nil, nil, widgets.Across(look.Gap, widgets.Middle(widgets.Wide(64, widgets.NewText(words.T("mac.nth")).Muted())), number), nil,
		widgets.Inset(0, look.Gap, t.nthAddress.content))
	t.blocks = widgets.NewRangeBar()
	summary := widgets.Inset(look.Gap*2, look.Gap*2, widgets.Down(look.Gap/2,
		t.first.content, t.last.content, nth, widgets.Space(0, 0), t.blocks))

	t.sheet = sheet.New([]sheet.Column{
		{Title: words.T("mac.column-number"), Width: 120, Align: fyne.TextAlignTrailing},
		{Title: words.T("mac.column-address"), Width: 220, Mono: true, Flexible: true},
	}, nil)
	t.sheet.OnNotice = func(text string) { t.app.Note(widgets.Note{State: look.Notice, Text: text}) }
	t.sheet.OnCopied = func(n, selected int) {
		if n == selected {
			t.app.Note(widgets.Note{State: look.Ready, Text: words.N("mac.copied-rows", n)})
		}
	}
	t.sheet.OnCopy = t.copySelected
	t.hint = widgets.Hint(words.T("mac.empty"))
	right := widgets.Edged(widgets.Down(0, summary, widgets.Rule()), nil, nil, nil, container.NewStack(t.sheet, t.hint))

	save := widgets.NewPrimary(words.T("mac.save"), look.Icon("save"), t.Save)
	t.ordering = widgets.NewButton(words.T("start.open"), look.Icon("jobs"), t.StartBatch)
	t.bar = widgets.NewBottomBar(save, t.ordering)
	t.root = widgets.Edged(nil, widgets.Down(0, t.progress, t.bar.Content()), widgets.Wide(344, widgets.Edged(nil, nil, nil, widgets.Upright(), left)), nil, right)
}

// addressLine is a name, an address in large letters, and a way to copy it.
type addressLine struct {
	content fyne.CanvasObject
	value   *widgets.Text
	copying *widgets.Button
}

func newAddressLine(name string, copied func(string)) *addressLine {
	l := &addressLine{value: widgets.NewText("").Title().Mono()}
	l.copying = widgets.NewQuiet("", look.Icon("copy"), func() { copied(l.value.Text()) })
	line := container.NewBorder(nil, nil, nil, l.copying, widgets.Middle(l.value))
	if name == "" {
		l.content = line
	} else {
		l.content = container.NewBorder(nil, nil, widgets.Middle(widgets.Wide(64, widgets.NewText(name).Muted())), nil, widgets.Inset(0, look.Gap, line))
	}
	return l
}

func (l *addressLine) set(text string) {
	if text == "" {
		l.value.SetText("—")
		l.copying.SetEnabled(false)
		return
	}
	l.value.SetText(text)
	l.copying.SetEnabled(true)
}

// onTyped answers to each letter: it is arithmetic and takes microseconds, however long the series.
func (t *Room) onTyped(string) {
	start, count, step := t.start.Entry.Text, t.count.Entry.Text, t.step.Entry.Text
	t.series, t.report = eui48.Check(start, count, step)
	t.askLedger()
	t.remark(t.start, eui48.FieldStart, start)
	t.remark(t.count, eui48.FieldCount, count)
	t.remark(t.step, eui48.FieldIncrement, step)
	t.render()
}

// remark shows the gravest finding about a field. A field in which nothing was typed is not scolded.
func (t *Room) remark(f *widgets.Field, column, text string) {
	var worst *finding.Finding
	for _, x := range append(t.report.All(), t.ordered...) {
		if x.Column == column && (worst == nil || x.Severity > worst.Severity) {
			worst = &x
		}
	}
	if worst == nil || strings.TrimSpace(text) == "" {
		f.Set(nil)
		return
	}
	f.Set(&widgets.Remark{State: look.OfSeverity(worst.Severity), Text: words.Visible(words.Core(worst.Message)), Hint: words.Sentence(worst.Hint),
		Why: func() { t.app.AskWhy(*worst) }})
}

// askLedger asks what of the series was ordered before through the connection that is chosen. It is said here and asked again before a
// start, where a reason lifts it.
func (t *Room) askLedger() {
	t.ordered = nil
	t.peek.Drop()
	r, d, connection := t.series, t.app.Desk(), t.app.Connections().Standard
	if r.Count == 0 || d == nil || connection == "" {
		return
	}
	frame.Run(t.peek, "", func(ctx context.Context, _ progress.Func) ([]finding.Finding, error) {
		return d.Taken(ctx, connection, job.RangeIdentities(r), func(int) finding.Location { return finding.Location{Column: eui48.FieldStart} })
	}, func(found []finding.Finding, err error) {
		if err != nil || r != t.series {
			return // the start page says that the ledger does not answer
		}
		t.ordered = found
		t.remark(t.start, eui48.FieldStart, t.start.Entry.Text)
		t.showBar()
	})
}

// Shown asks the ledger again: other stations order too.
func (t *Room) Shown() {
	t.askLedger()
	t.app.Canvas().Focus(t.scanner.Entry)
}

func (t *Room) ConnectionsRead(frame.ConnectionList, bool) { t.askLedger() }
func (t *Room) LedgerChanged()                             { t.askLedger() }

// render shows the series.
func (t *Room) render() {
	r := t.series
	t.sheet.SetModel(macRows{r})
	if r.Count == 0 {
		t.sheet.Hide()
		t.hint.Show()
		t.first.set("")
		t.last.set("")
		t.blocks.Clear()
	} else {
		t.hint.Hide()
		t.sheet.Show()
		t.first.set(r.Start.String())
		t.last.set(r.Last().String())
		t.showBlock()
	}
	t.showNth()
	t.showBar()
}

// showBlock draws the series within the block of its start.
func (t *Room) showBlock() {
	r, block := t.series, t.series.Start.Block()
	size := float64(block.Len())
	_, beyond := r.BeyondBlock()
	last := min(r.Last(), block.Last())
	if inside := r.Count - beyond; inside > 0 {
		last = r.At(inside - 1)
	}
	from, to := float64(r.Start-block.First())/size, float64(last-block.First()+1)/size
	share := float64(r.Count-beyond) / size * 100
	data := map[string]any{"OUI": block.String(), "Share": words.Decimal(share), "Beyond": words.Group(beyond)}
	title := words.T("mac.block", data)
	if share < 0.1 {
		title = words.T("mac.block-little", data)
	}
	if beyond > 0 {
		title += " · " + words.T("mac.block-beyond", data)
	}
	t.blocks.Set(from, to, beyond > 0, block.First().String(), block.Last().String(), title)
}

// showNth shows the address of a number counted from 1.
func (t *Room) showNth() {
	n, err := strconv.ParseUint(strings.TrimSpace(t.nth.Entry.Text), 10, 64)
	if err != nil || n == 0 || n > t.series.Count {
		t.nthAddress.set("")
		return
	}
	t.nthAddress.set(t.series.At(n - 1).String())
}

func (t *Room) goToNth() {
	n, err := strconv.ParseUint(strings.TrimSpace(t.nth.Entry.Text), 10, 64)
	if err == nil && n > 0 && n <= min(t.series.Count, shownRows) {
		t.sheet.Select(int(n - 1)) // #nosec G115 -- at most the number of rows
		t.app.Canvas().Focus(t.sheet)
	}
}

// showBar says how things stand.
func (t *Room) showBar() {
	r, errors := t.series, t.errors()
	t.ordering.SetEnabled(r.Count > 0 && !t.work.Busy()) // too many for one order become several
	nothing := strings.TrimSpace(t.start.Entry.Text) == "" && strings.TrimSpace(t.count.Entry.Text) == ""
	switch {
	case nothing:
		t.bar.SetFacts(widgets.Fact{Plain: true, Text: words.T("mac.nothing")})
		t.bar.SetAction(false, words.T("mac.type-first"))
	case r.Count == 0 || errors > 0:
		fact := widgets.Fact{Plain: true, Text: words.T("mac.incomplete")}
		if errors > 0 {
			fact = widgets.Fact{State: look.Failed, Text: words.N("mac.errors", errors)}
		}
		t.bar.SetFacts(fact)
		t.bar.SetAction(false, t.firstTitle())
	default:
		facts := []widgets.Fact{{State: look.Ready, Text: words.N("mac.ready", int(r.Count))}} // #nosec G115 -- it only chooses the plural
		if n := t.report.Count(finding.Warning); n > 0 {
			facts = append(facts, widgets.Fact{State: look.Warning, Text: words.N("mac.warnings", n)})
		}
		for _, f := range t.ordered {
			facts = append(facts, widgets.Fact{State: look.OfSeverity(f.Severity), Text: frame.RuleTitle(f.Rule)})
		}
		facts = append(facts, widgets.Fact{Plain: true, Text: r.Start.String() + " … " + r.Last().String()})
		t.bar.SetFacts(facts...)
		t.bar.SetAction(!t.work.Busy(), words.T("mac.wait"))
	}
}

// errors counts those in fields in which something was typed.
func (t *Room) errors() int {
	typed := map[string]string{eui48.FieldStart: t.start.Entry.Text, eui48.FieldCount: t.count.Entry.Text, eui48.FieldIncrement: t.step.Entry.Text}
	n := 0
	for _, f := range t.report.All() {
		if f.Severity == finding.Error && strings.TrimSpace(typed[f.Column]) != "" {
			n++
		}
	}
	return n
}

// firstTitle is the heading of the first error, as the reason why nothing can be saved.
func (t *Room) firstTitle() string {
	for _, f := range t.report.All() {
		if f.Severity != finding.Error {
			continue
		}
		if strings.TrimSpace(t.start.Entry.Text) == "" && f.Column == eui48.FieldStart {
			return words.T("mac.type-start")
		}
		if strings.TrimSpace(t.count.Entry.Text) == "" && f.Column == eui48.FieldCount {
			return words.T("mac.type-count")
		}
		return frame.RuleTitle(f.Rule)
	}
	return ""
}

// onScanned takes what a scanner read: the same value twice is a slip, another replaces the start and can be undone.
func (t *Room) onScanned(text string) {
	text = strings.TrimSpace(text)
	if text == "" {
		return
	}
	t.scanner.Entry.SetText("")
	a, _, err := eui48.Parse(text)
	if err != nil {
		t.scanner.Set(&widgets.Remark{State: look.Failed, Text: words.Error(err), Hint: words.T("mac.scan-again")})
		return
	}
	value := a.String()
	data := map[string]any{"Address": value}
	if value == t.scanned {
		t.scanner.Set(&widgets.Remark{State: look.Warning, Text: words.T("mac.twice", data)})
		return
	}
	old := t.start.Entry.Text
	t.scanned = value
	t.before = append(t.before, old)
	t.start.Entry.SetText(value)
	t.scanner.Set(&widgets.Remark{State: look.Ready, Text: words.T("mac.taken", data)})
	if strings.TrimSpace(old) != "" && old != value {
		t.app.Note(widgets.Note{State: look.Ready, Text: words.T("mac.replaced", "Old", old, "Address", value),
			Action: words.T("csr.undo"), Act: t.Undo})
	}
}

// Take shows a range that was found elsewhere.
func (t *Room) Take(r eui48.Range) {
	t.start.Entry.SetText(r.Start.String())
	t.count.Entry.SetText(strconv.FormatUint(r.Count, 10))
	t.step.Entry.SetText(strconv.FormatUint(r.Step, 10))
}

// Undo brings the start back that the latest scan replaced.
func (t *Room) Undo() {
	if len(t.before) == 0 {
		return
	}
	t.start.Entry.SetText(t.before[len(t.before)-1])
	t.before = t.before[:len(t.before)-1]
	t.scanned = ""
	t.scanner.Set(nil)
}

// copySelected copies addresses without their numbers.
func (t *Room) copySelected() {
	var b strings.Builder
	n, total := 0, 0
	for _, r := range t.sheet.Selected() {
		total += r[1] - r[0] + 1
		for row := r[0]; row <= r[1] && n < sheet.CopyRows; row++ {
			b.WriteString(t.series.At(uint64(row)).String()) // #nosec G115 -- a row is not negative
			b.WriteByte('\n')
			n++
		}
	}
	if n == 0 {
		return
	}
	t.app.Clipboard().SetContent(b.String())
	text := words.N("mac.copied-rows", n)
	if n < total {
		text += " " + words.T("mac.copy-limit")
	}
	t.app.Note(widgets.Note{State: look.Ready, Text: text})
}

// Save writes the series as a CSV.
func (t *Room) Save() {
	if t.bar.Primary.Disabled() {
		t.app.Note(widgets.Note{State: look.Notice, Text: t.bar.Reason()})
		return
	}
	r := t.series
	o := files.Options{Title: words.T("mac.save-title"), Name: "mac-" + r.Start.String() + ".csv", Kind: words.T("mac.kind"), Ends: []string{".csv"}}
	t.app.PickTarget(o, func(path string, agreed bool) { t.write(r, path, agreed) })
}

func (t *Room) write(r eui48.Range, path string, replace bool) {
	frame.Run(t.work, words.T("mac.saving"), func(ctx context.Context, report progress.Func) (struct{}, error) {
		return struct{}{}, atomicfile.Write(path, atomicfile.Options{Replace: replace}, func(w io.Writer) error { return r.WriteCSV(ctx, w, report) })
	}, func(_ struct{}, err error) {
		t.showBar()
		switch {
		case frame.IsExist(err) && !replace:
			t.app.AskReplace(path, words.T("mac.exists-text", "Number", words.Group(r.Count), "Start", r.Start.String()), func() { t.write(r, path, true) })
		case err != nil:
			t.app.Fail(words.T("mac.save-failed"), err)
		default:
			t.app.Written(look.Ready, words.T("mac.saved", "Number", words.Group(r.Count)), path)
		}
	})
}

func (t *Room) Drop([]string) {
	t.app.Note(widgets.Note{State: look.Notice, Text: words.T("mac.no-drop")})
}

func (t *Room) Open()          { t.app.Canvas().Focus(t.scanner.Entry) }
func (t *Room) Find()          { t.app.Canvas().Focus(t.nth.Entry) }
func (t *Room) Paste(s string) { t.start.Entry.SetText(strings.TrimSpace(s)) }
func (t *Room) Escape()        { t.work.Cancel() }

// NextProblem goes to the field with the first error, else warning.
func (t *Room) NextProblem() {
	for _, s := range []finding.Severity{finding.Error, finding.Warning} {
		for i, column := range []string{eui48.FieldStart, eui48.FieldCount, eui48.FieldIncrement} {
			for _, x := range t.report.All() {
				if x.Column == column && x.Severity == s {
					t.app.Canvas().Focus([]*widgets.Field{t.start, t.count, t.step}[i].Entry)
					return
				}
			}
		}
	}
}

// shownRows is how many rows of a series the sheet shows; a longer series is no order, and its last address stands above.
const shownRows = 100_000_000

// macRows is the series as a sheet shows it: each row computed when it is drawn.
type macRows struct{ series eui48.Range }

// Rows implements sheet.Model.
func (m macRows) Rows() int { return int(min(m.series.Count, shownRows)) } // #nosec G115 -- bounded

// Columns implements sheet.Model.
func (m macRows) Columns() int { return 2 }

// Cell implements sheet.Model.
func (m macRows) Cell(row, col int) sheet.Cell {
	if col == 0 {
		return sheet.Cell{Text: words.Group(row + 1), Importance: sheet.Muted}
	}
	return sheet.Cell{Text: m.series.At(uint64(row)).String()} // #nosec G115 -- a row is not negative
}

// StartBatch orders the addresses.
func (t *Room) StartBatch() {
	if t.series.Count == 0 {
		t.app.Note(widgets.Note{State: look.Notice, Text: t.bar.Reason()})
		return
	}
	n := int(t.series.Count) // #nosec G115 -- below 2^48
	t.app.StartBatch(&frame.Order{Batch: job.Batch{Method: job.MAC, Keys: job.ByService, Range: t.series, Findings: t.report, Name: t.series.Start.String()},
		What: words.N("start.what-mac", n, "Start", t.series.Start.String(), "Step", t.series.Step)})
}

func (t *Room) Telling() (*widgets.BottomBar, bool, int, string) {
	return t.bar, t.work.Busy(), macRows{t.series}.Rows(), ""
}

// Busy says whether anything runs that ends by itself.
func (t *Room) Busy() bool { return t.work.Busy() || t.peek.Busy() }
