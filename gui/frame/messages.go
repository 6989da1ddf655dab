package frame

import (
	"context"
	"errors"
	"io/fs"

	"enrollbench/core/osfile"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// problem is a failure in words for the user: what happened, what to do now. The raw text is for whoever helps.
type problem struct{ Title, Text, Raw string }

// explain puts a failure of doing what into words; what is a sentence such as "The upload file was not saved".
func Explain(what string, err error) problem {
	p := problem{Title: what, Text: causeOf(err), Raw: err.Error()}
	if p.Text == "" {
		p.Text = words.T("problem.other")
	}
	return p
}

// Advice says what to do about a failure, "" where all that can be said is to try again.
func Advice(err error) string { return causeOf(err) }

// Words is a failure in one text, for where it stands beside what caused it: what the table knows, else core's own words.
func Words(err error) string {
	if text := causeOf(err); text != "" {
		return text
	}
	return words.Sentence(words.Plain(err.Error()))
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
	if noPlace(err) { // the folder that just failed is not proposed again
		a.Preferences().SetString(PrefSaveFolder, a.savedBefore)
	}
	p := Explain(what, err)
	a.Ask(&widgets.Dialog{State: look.Failed, Title: p.Title, Text: p.Text, Detail: p.Raw,
		Answers: append([]widgets.Answer{{Text: words.T("dialog.close")}}, next...)})
}

// noPlace says whether the folder is to blame that was chosen to save to.
func noPlace(err error) bool {
	return errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrNotExist) || osfile.Full(err) || osfile.ReadOnly(err) || osfile.NoFolder(err)
}

// isExist says whether something stands where a file would go.
func IsExist(err error) bool { return errors.Is(err, fs.ErrExist) }
