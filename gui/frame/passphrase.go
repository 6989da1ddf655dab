package frame

import (
	"context"

	"enrollbench/core/privatekey"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// passphraseAnswer is what the user typed, and whether it is to be kept in the keychain. No text is going back.
type passphraseAnswer struct {
	text []byte
	keep bool
}

// passphraseFor returns what core asks for a passphrase with while it works elsewhere: a dialog is shown on the UI thread
// and its answer waited for. what is the name of the thing that is protected; keep hears each answer that the user wants to
// have kept. Going back is context.Canceled. The octets belong to the caller, who wipes them; the field's own text is emptied
// as the dialog closes.
func (a *Frame) passphraseFor(ctx context.Context, what string, keep func([]byte)) privatekey.Passphrase {
	return func(attempt int) ([]byte, error) {
		answers := make(chan passphraseAnswer, 1)
		var open *widgets.Dialog
		a.tasks.post(func() {
			if ctx.Err() == nil {
				open = a.askPassphrase(what, attempt, func(p passphraseAnswer) { answers <- p })
			}
		})
		select {
		case p := <-answers:
			if p.text == nil {
				return nil, context.Canceled
			}
			keep(nil)
			if p.keep {
				keep(p.text)
			}
			return p.text, nil
		case <-ctx.Done():
			a.tasks.post(func() {
				if open != nil {
					open.Cancel()
				}
				select {
				case p := <-answers: // typed in the moment in which nobody wanted it any more
					clear(p.text)
				default:
				}
			})
			return nil, ctx.Err()
		}
	}
}

// askPassphrase shows the dialog; answer is called once.
func (a *Frame) askPassphrase(what string, attempt int, answer func(passphraseAnswer)) *widgets.Dialog {
	entry := widgets.NewEntry()
	entry.Password = true
	entry.PlaceHolder = words.T("passphrase.field")
	remark := widgets.NewParagraph("").Small()
	if attempt > 1 {
		left := privatekey.MaxAttempts - attempt + 1
		remark.Color = look.Failed.Color()
		remark.SetText(words.N("passphrase.wrong", left))
	}
	keep := widgets.NewCheck(words.T("passphrase.keep"), func(bool) {})
	d := &widgets.Dialog{State: look.Notice, Title: words.T("passphrase.title", "Name", words.Visible(what)),
		Text: words.T("passphrase.text"),
		Body: widgets.Down(look.Gap/2, entry, keep, remark)}
	d.Answers = []widgets.Answer{
		{Text: words.T("dialog.back"), Act: func() { entry.SetText(""); answer(passphraseAnswer{}) }},
		{Text: words.T("passphrase.unlock"), Act: func() {
			p := []byte(entry.Text)
			entry.SetText("")
			answer(passphraseAnswer{p, keep.Checked})
		}},
	}
	entry.OnSubmitted = func(string) { d.Take(1) }
	d.FocusFirst(entry)
	a.Ask(d)
	return d
}
