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

// passphraseDialog asks for the passphrases of one key. It stays open while one is tried, with the focus in its field, so that
// nothing that is typed next goes elsewhere and stands there in clear. It belongs to the UI thread.
type passphraseDialog struct {
	dialog *widgets.Dialog
	entry  *widgets.Entry
	keep   *widgets.Check
	remark *widgets.Text
	answer func(passphraseAnswer) // nil while a passphrase is tried
}

// passphraseFor returns what core asks for a passphrase with while it works elsewhere: a dialog is shown on the UI thread
// and its answer waited for. It closes with the work at the latest; ReadKey closes it as soon as the key is open. Going back
// is context.Canceled. The octets belong to the caller, who wipes them; the field's own text is emptied with each answer.
func (a *Frame) passphraseFor(ctx context.Context, what string, h *HeldKey) privatekey.Passphrase {
	return func(attempt int) ([]byte, error) {
		answers := make(chan passphraseAnswer, 1)
		a.tasks.post(func() {
			if ctx.Err() == nil {
				a.askPassphrase(h, what, attempt, func(p passphraseAnswer) { answers <- p })
			}
		})
		atEnd(ctx, func() { h.closeDialog() })
		select {
		case p := <-answers:
			if p.text == nil {
				return nil, context.Canceled
			}
			h.wants(nil)
			if p.keep {
				h.wants(p.text)
			}
			return p.text, nil
		case <-ctx.Done():
			a.tasks.post(func() {
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

// askPassphrase shows the dialog, or says in the open one that the passphrase was wrong; answer is called once.
func (a *Frame) askPassphrase(h *HeldKey, what string, attempt int, answer func(passphraseAnswer)) {
	if h.givenUp { // while the one before was tried
		h.givenUp = false
		answer(passphraseAnswer{})
		return
	}
	p := h.dialog
	wrong := p != nil || attempt > 1
	if p == nil {
		p = newPassphraseDialog(h, what)
		h.dialog = p
		a.Ask(p.dialog)
	}
	p.answer = answer
	p.dialog.Enable(1, true)
	if wrong {
		p.say(look.Failed, words.T("passphrase.wrong"))
	}
	a.Canvas().Focus(p.entry)
}

func newPassphraseDialog(h *HeldKey, what string) *passphraseDialog {
	p := &passphraseDialog{entry: widgets.NewEntry(), remark: widgets.NewParagraph("").Small(),
		keep: widgets.NewCheck(words.T("passphrase.keep"), func(bool) {})}
	p.entry.Password = true
	p.entry.PlaceHolder = words.T("passphrase.field")
	p.dialog = &widgets.Dialog{State: look.Notice, Title: words.T("passphrase.title", "Name", words.Visible(what)),
		Text: words.T("passphrase.text"),
		Body: widgets.Down(look.Gap/2, p.entry, p.keep, p.remark)}
	p.dialog.Answers = []widgets.Answer{
		{Text: words.T("dialog.back"), Act: func() {
			if p.answer == nil {
				h.givenUp = true
				return
			}
			p.give(passphraseAnswer{})
		}},
		{Text: words.T("passphrase.unlock"), Stays: true, Act: func() {
			p.give(passphraseAnswer{[]byte(p.entry.Text), p.keep.Checked})
			p.dialog.Enable(1, false)
			p.say(look.Running, words.T("passphrase.trying"))
		}},
	}
	p.dialog.OnClosed = func() {
		p.entry.SetText("")
		h.dialog = nil
	}
	p.dialog.FocusFirst(p.entry)
	return p
}

// give hands the answer on and empties the field.
func (p *passphraseDialog) give(answer passphraseAnswer) {
	p.entry.SetText("")
	to := p.answer
	p.answer = nil
	to(answer)
}

func (p *passphraseDialog) say(state look.State, text string) {
	p.remark.Color = state.Color()
	p.remark.SetText(text)
	p.remark.Refresh()
	p.dialog.Fit()
}

// gaveUp closes the dialog of a key that is open, and says whether the user went back before. It runs off the UI thread.
func (a *Frame) gaveUp(ctx context.Context, h *HeldKey) bool {
	answer := make(chan bool, 1)
	a.tasks.post(func() {
		h.closeDialog()
		answer <- h.givenUp
	})
	select {
	case gave := <-answer:
		return gave
	case <-ctx.Done():
		return true
	}
}

// closeDialog closes the question for the key's passphrase, if it is open. It belongs to the UI thread.
func (h *HeldKey) closeDialog() {
	if p := h.dialog; p != nil {
		p.dialog.Close()
	}
}
