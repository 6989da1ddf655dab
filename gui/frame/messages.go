package frame

import (
	"context"
	"errors"
	"io/fs"
	"syscall"

	"enrollbench/core/atomicfile"
	"enrollbench/core/csr"
	"enrollbench/core/csvdoc"
	"enrollbench/core/delivery"
	"enrollbench/core/enrollment"
	"enrollbench/core/osfile"
	"enrollbench/core/recipient"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// problem is a failure in words for the user: what happened, what to do now. The raw text is for whoever helps.
type problem struct{ Title, Text, Raw string }

// explain puts a failure of doing what into words; what is a sentence such as "The upload file was not saved".
func Explain(what string, err error) problem {
	p := problem{Title: what, Raw: err.Error()}
	if p.Text = explainLedger(err); p.Text != "" {
		return p
	}
	if p.Text = explainBatch(err); p.Text == "" {
		p.Text = ExplainService(err)
	}
	if p.Text != "" {
		return p
	}
	changed, panicked := (*csr.ChangedError)(nil), (*PanicError)(nil)
	form, unfit := (*delivery.FormError)(nil), (*recipient.UnfitError)(nil)
	limit, reserved := (*csvdoc.LimitError)(nil), (*osfile.ReservedError)(nil)
	switch {
	case errors.As(err, &changed):
		p.Text = words.T("problem.changed", "File", changed.At.String())
	case errors.Is(err, csvdoc.ErrNotOneCSV):
		p.Text = words.T("problem.not-one-csv")
	case errors.As(err, &limit):
		p.Text = words.T("problem.csv-limit")
	case errors.Is(err, csvdoc.ErrNoHeader):
		p.Text = words.T("problem.no-header")
	case errors.Is(err, csvdoc.ErrInUse):
		p.Text = words.T("problem.in-use")
	case errors.Is(err, enrollment.ErrEmptyTemplate):
		p.Text = words.T("problem.empty-template")
	case errors.Is(err, delivery.ErrChanged):
		p.Text = words.T("problem.result-changed")
	case errors.As(err, &form):
		p.Text = words.T("problem.form")
	case errors.Is(err, recipient.ErrNoRecipient):
		p.Text = words.T("problem.no-recipient")
	case errors.As(err, &unfit):
		p.Text = words.T("problem.unfit")
	case errors.As(err, &panicked):
		p.Text = words.T("problem.defect", "File", panicked.File)
	case errors.Is(err, csr.ErrNothingReady):
		p.Text = words.T("problem.nothing-ready")
	case errors.Is(err, atomicfile.ErrExists), errors.Is(err, fs.ErrExist):
		p.Text = words.T("problem.exists")
	case osfile.InUse(err):
		p.Text = words.T("problem.locked")
	case errors.As(err, &reserved):
		p.Text = words.T("problem.reserved", "Name", reserved.Name)
	case errors.Is(err, fs.ErrPermission):
		p.Text = words.T("problem.permission")
	case errors.Is(err, fs.ErrNotExist):
		p.Text = words.T("problem.missing")
	case errors.Is(err, syscall.ENOSPC):
		p.Text = words.T("problem.full")
	case errors.Is(err, syscall.EROFS):
		p.Text = words.T("problem.read-only")
	default:
		p.Text = words.T("problem.other")
	}
	return p
}

// cancelled says whether work ended because it was told to.
func Cancelled(err error) bool { return errors.Is(err, context.Canceled) }

// Fail shows a failure in a dialog, with what can be done next as a button.
func (a *Frame) Fail(what string, err error, next ...widgets.Answer) {
	if Cancelled(err) {
		a.Note(widgets.Note{State: look.Notice, Text: words.T("note.cancelled")})
		return
	}
	logFailure(what, err)
	p := Explain(what, err)
	a.Ask(&widgets.Dialog{State: look.Failed, Title: p.Title, Text: p.Text, Detail: p.Raw,
		Answers: append([]widgets.Answer{{Text: words.T("dialog.close")}}, next...)})
}

// isExist says whether something stands where a file would go.
func IsExist(err error) bool { return errors.Is(err, fs.ErrExist) }
