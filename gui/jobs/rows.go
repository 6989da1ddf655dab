package jobs

import (
	"cmp"
	"slices"
	"strings"

	"enrollbench/core/job"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets/sheet"
	"enrollbench/gui/words"
)

// jobState is what the window shows of a batch: a picture, and a word that says who is to act.
func jobState(r *job.Record) (look.State, string) {
	switch r.State {
	case job.Prepared:
		if !r.Exported.IsZero() {
			return look.LeftOut, words.T("job.handed-over")
		}
		return look.Notice, words.T("job.prepared")
	case job.Starting:
		return look.Running, words.T("job.starting")
	case job.MayExist:
		return look.Warning, words.T("job.may-exist")
	case job.Started:
		return look.Running, words.T("job.started")
	case job.WaitingForApproval:
		return look.Warning, words.T("job.waiting")
	case job.Running:
		return look.Running, words.T("job.running")
	case job.Complete:
		return partly(r, look.Notice), words.T("job.complete")
	case job.Fetched:
		return partly(r, look.Notice), words.T("job.fetched")
	case job.Opened:
		return partly(r, look.Notice), words.T("job.opened")
	case job.Delivered:
		return partly(r, look.Ready), words.T("job.delivered")
	case job.Rejected:
		return look.Failed, words.T("job.rejected")
	case job.Cancelled:
		return look.LeftOut, words.T("job.cancelled")
	}
	return look.Failed, words.T("job.failed")
}

// partly never lets a batch of which rows failed look like one that went well.
func partly(r *job.Record, well look.State) look.State {
	if r.Partial() {
		return look.Warning
	}
	return well
}

// The kinds of batches that the list can be narrowed down to.
const (
	jobsAll = iota
	jobsToDo
	jobsUnderWay
	jobsEnded
)

// wantsSomebody says whether the next step of a batch is a person's.
func wantsSomebody(r *job.Record) bool {
	switch r.State {
	case job.MayExist, job.WaitingForApproval, job.Complete, job.Fetched:
		return true
	case job.Prepared:
		return r.Exported.IsZero()
	}
	return false
}

// jobFilter says which batches are shown, and in what order.
type jobFilter struct {
	kind      int
	text      string
	column    int // to sort by, -1 for the latest first
	ascending bool
}

func (f jobFilter) takes(r *job.Record) bool {
	switch f.kind {
	case jobsToDo:
		if !wantsSomebody(r) {
			return false
		}
	case jobsUnderWay:
		if !r.State.UnderWay() && r.State != job.Starting {
			return false
		}
	case jobsEnded:
		if !r.State.Ended() {
			return false
		}
	}
	text := strings.ToLower(strings.TrimSpace(f.text))
	return text == "" || slices.ContainsFunc([]string{r.ID, r.Name, r.FileName, r.Connection.Name, r.Profile.Name, r.RemoteID, r.RecipientTitle, string(r.State)},
		func(s string) bool { return strings.Contains(strings.ToLower(s), text) })
}

// Columns of the list.
const (
	jobColState = iota
	jobColName
	jobColCount
	jobColConnection
	jobColProfile
	jobColTime
	jobColumns
)

// arrangeJobs filters and sorts. There are hundreds of batches in a year, so that it answers at once.
func arrangeJobs(all []*job.Record, f jobFilter) []*job.Record {
	rows := make([]*job.Record, 0, len(all))
	for _, r := range all {
		if f.takes(r) {
			rows = append(rows, r)
		}
	}
	latest := func(a, b *job.Record) int { return cmp.Or(b.Created.Compare(a.Created), strings.Compare(b.ID, a.ID)) }
	if f.column < 0 {
		slices.SortFunc(rows, latest)
		return rows
	}
	compare := func(a, b *job.Record) int {
		switch f.column {
		case jobColState:
			return cmp.Compare(slices.Index(job.States, a.State), slices.Index(job.States, b.State))
		case jobColCount:
			return cmp.Compare(a.Expected(), b.Expected())
		case jobColConnection:
			return words.Compare(a.Connection.Name, b.Connection.Name)
		case jobColProfile:
			return words.Compare(cmp.Or(a.Profile.Name, a.Profile.ID), cmp.Or(b.Profile.Name, b.Profile.ID))
		case jobColTime:
			return a.Updated.Compare(b.Updated)
		}
		return words.Compare(a.Short(), b.Short())
	}
	slices.SortFunc(rows, func(a, b *job.Record) int {
		c := compare(a, b)
		if !f.ascending {
			c = -c
		}
		return cmp.Or(c, latest(a, b))
	})
	return rows
}

// jobRows are batches as the sheet shows them.
type jobRows []*job.Record

// Rows implements sheet.Model.
func (m jobRows) Rows() int { return len(m) }

// Columns implements sheet.Model.
func (m jobRows) Columns() int { return jobColumns }

// Cell implements sheet.Model.
func (m jobRows) Cell(row, col int) sheet.Cell {
	r := m[row]
	switch col {
	case jobColState:
		s, word := jobState(r)
		return sheet.Cell{Text: word, Icon: s.Icon(), Importance: s.Importance()}
	case jobColName:
		return sheet.Cell{Text: r.Short()}
	case jobColCount:
		return sheet.Cell{Text: jobCount(r)}
	case jobColConnection:
		if r.Connection.Practice {
			return sheet.Cell{Text: r.Connection.Name, Icon: frame.PracticeIcon()}
		}
		return sheet.Cell{Text: r.Connection.Name}
	case jobColProfile:
		return sheet.Cell{Text: cmp.Or(r.Profile.Name, r.Profile.ID)}
	}
	return sheet.Cell{Text: words.When(r.Updated), Importance: sheet.Muted}
}

// jobCount is how many certificates a batch is about, and while it runs how many there are.
func jobCount(r *job.Record) string {
	n := r.Expected()
	switch {
	case n == 0:
		return "—"
	case r.State == job.Running && r.Issued > 0, r.Partial():
		return words.T("job.of", "Issued", words.Group(r.Issued), "Number", words.Group(n))
	}
	return words.Group(n)
}
