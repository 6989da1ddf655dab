package gui

import (
	"context"
	"errors"
	"io/fs"
	"syscall"

	"fyne.io/fyne/v2/lang"

	"enrollbench/core/atomicfile"
	"enrollbench/core/csr"
	"enrollbench/core/delivery"
	"enrollbench/core/recipient"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
)

// problem is a failure in words for the user: what happened, what to do now. The raw text is for whoever helps.
type problem struct{ Title, Text, Raw string }

// explain puts a failure of doing what into words; what is a sentence such as "The upload file was not saved".
func explain(what string, err error) problem {
	p := problem{Title: what, Raw: err.Error()}
	changed, panicked := (*csr.ChangedError)(nil), (*PanicError)(nil)
	form, unfit := (*delivery.FormError)(nil), (*recipient.UnfitError)(nil)
	switch {
	case errors.As(err, &changed):
		p.Text = lang.X("problem.changed", "{{.File}} is not what it was when it was checked. Nothing was written. Check again (F5) once nobody changes the files any more.",
			map[string]any{"File": changed.At.String()})
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
