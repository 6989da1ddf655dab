package gui

import (
	"context"
	"errors"
	"io/fs"
	"syscall"

	"fyne.io/fyne/v2/lang"

	"enrollbench/core/atomicfile"
	"enrollbench/core/csr"
	"enrollbench/core/csvdoc"
	"enrollbench/core/delivery"
	"enrollbench/core/enrollment"
	"enrollbench/core/recipient"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
)

// problem is a failure in words for the user: what happened, what to do now. The raw text is for whoever helps.
type problem struct{ Title, Text, Raw string }

// explain puts a failure of doing what into words; what is a sentence such as "The upload file was not saved".
func explain(what string, err error) problem {
	p := problem{Title: what, Raw: err.Error()}
	if p.Text = explainBatch(err); p.Text == "" {
		p.Text = explainService(err)
	}
	if p.Text != "" {
		return p
	}
	changed, panicked := (*csr.ChangedError)(nil), (*PanicError)(nil)
	form, unfit := (*delivery.FormError)(nil), (*recipient.UnfitError)(nil)
	limit := (*csvdoc.LimitError)(nil)
	switch {
	case errors.As(err, &changed):
		p.Text = lang.X("problem.changed", "{{.File}} is not what it was when it was checked. Nothing was written. Check again (F5) once nobody changes the files any more.",
			map[string]any{"File": changed.At.String()})
	case errors.Is(err, csvdoc.ErrNotOneCSV):
		p.Text = lang.X("problem.not-one-csv", "A ZIP is opened here only if it holds exactly one CSV. Take the CSV out of it and open that.")
	case errors.As(err, &limit):
		p.Text = lang.X("problem.csv-limit", "The file is larger than what can be edited at once; the details name the limit. Divide it and open the parts.")
	case errors.Is(err, csvdoc.ErrNoHeader):
		p.Text = lang.X("problem.no-header", "The file is read as one without titles, so a column cannot have a name. Click on how it is written, above the sheet, and tick that the first row names the columns.")
	case errors.Is(err, csvdoc.ErrInUse):
		p.Text = lang.X("problem.in-use", "Another window of EnrollBench works on these edits. Close it there first.")
	case errors.Is(err, enrollment.ErrEmptyTemplate):
		p.Text = lang.X("problem.empty-template", "A template is a CSV whose first row names the columns. Choose another file.")
	case errors.Is(err, delivery.ErrChanged):
		p.Text = lang.X("problem.result-changed", "The result is not what it was when it was opened. Nothing was written. Open it again (F5) once nobody changes the file any more.")
	case errors.As(err, &form):
		p.Text = lang.X("problem.form", "It is in no form that a result has: ZIP, CMS (.p7m), OpenPGP, JSON, PEM or DER. Choose the file as it was downloaded.")
	case errors.Is(err, recipient.ErrNoRecipient):
		p.Text = lang.X("problem.no-recipient", "Choose a certificate (.pem, .crt, .der) or an OpenPGP public key (.asc, .gpg).")
	case errors.As(err, &unfit):
		p.Text = lang.X("problem.unfit", "Nothing may be sealed to this key. Choose another one; the panel Encryption key says what is wrong with it.")
	case errors.As(err, &panicked):
		p.Text = lang.X("problem.defect", "This is a defect in EnrollBench; your files were not changed. The details were written to the crash file. Start the program again if it behaves strangely.")
	case errors.Is(err, csr.ErrNothingReady):
		p.Text = lang.X("problem.nothing-ready", "No CSR in the list is ready. Mend the errors or add other files.")
	case errors.Is(err, atomicfile.ErrExists), errors.Is(err, fs.ErrExist):
		p.Text = lang.X("problem.exists", "A file of this name appeared there in the meantime. Choose another name, or save again and agree to replace it.")
	case errors.Is(err, fs.ErrPermission):
		p.Text = lang.X("problem.permission", "You may not read or write there. Choose another folder, or ask whoever manages this computer for the permission.")
	case errors.Is(err, fs.ErrNotExist):
		p.Text = lang.X("problem.missing", "A file or folder is not there any more. Check that the drive is connected and that nobody moved it, then try again.")
	case errors.Is(err, syscall.ENOSPC):
		p.Text = lang.X("problem.full", "The disk is full. Nothing was left half-written. Make room or choose another drive.")
	case errors.Is(err, syscall.EROFS):
		p.Text = lang.X("problem.read-only", "This drive can only be read. Choose another folder.")
	default:
		p.Text = lang.X("problem.other", "Try again. If it fails again, copy the details and show them to whoever helps you.")
	}
	return p
}

// cancelled says whether work ended because it was told to.
func cancelled(err error) bool { return errors.Is(err, context.Canceled) }

// fail shows a failure in a dialog.
func (a *App) fail(what string, err error) {
	if cancelled(err) {
		a.note(widgets.Note{State: look.Notice, Text: lang.X("note.cancelled", "Cancelled. Nothing was changed.")})
		return
	}
	p := explain(what, err)
	a.ask(&widgets.Dialog{State: look.Failed, Title: p.Title, Text: p.Text, Detail: p.Raw,
		Answers: []widgets.Answer{{Text: lang.X("dialog.close", "Close")}}})
}

// isExist says whether something stands where a file would go.
func isExist(err error) bool { return errors.Is(err, fs.ErrExist) }
