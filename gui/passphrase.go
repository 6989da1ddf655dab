package gui

import (
	"context"

	"fyne.io/fyne/v2/lang"

	"enrollbench/core/privatekey"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
)

// passphraseFor returns what core asks for a passphrase with while it works elsewhere: a dialog is shown on the UI thread
// and its answer waited for. what is the name of the thing that is protected. Going back is context.Canceled. The octets
// belong to the caller, who wipes them; the field's own text is emptied as the dialog closes.
func (a *App) passphraseFor(ctx context.Context, what string) privatekey.Passphrase {
	return func(attempt int) ([]byte, error) {
		answers := make(chan []byte, 1)
		var open *widgets.Dialog
		a.tasks.post(func() {
			if ctx.Err() == nil {
				open = a.askPassphrase(what, attempt, func(p []byte) { answers <- p })
			}
		})
		select {
		case p := <-answers:
			if p == nil {
				return nil, context.Canceled
			}
			return p, nil
		case <-ctx.Done():
			a.tasks.post(func() {
				if open != nil {
					open.Cancel()
				}
			})
			return nil, ctx.Err()
		}
	}
}

// askPassphrase shows the dialog; answer is called once, with nil for going back.
func (a *App) askPassphrase(what string, attempt int, answer func([]byte)) *widgets.Dialog {
	entry := widgets.NewEntry()
	entry.Password = true
	entry.PlaceHolder = lang.X("passphrase.field", "Passphrase")
	remark := widgets.NewParagraph("").Small()
	if attempt > 1 {
		left := privatekey.MaxAttempts - attempt + 1
		remark.Color = look.Failed.Color()
		remark.SetText(lang.XN("passphrase.wrong", "That was not it. {{.Number}} tries are left.", left, map[string]any{"Number": left}))
	}
	d := &widgets.Dialog{State: look.Notice, Title: lang.X("passphrase.title", "Passphrase of {{.Name}}", map[string]any{"Name": visible(what)}),
		Text: lang.X("passphrase.text", "The private key is protected. The passphrase is used once and kept nowhere."),
		Body: widgets.Down(look.Gap/2, entry, remark)}
	d.Answers = []widgets.Answer{
		{Text: lang.X("dialog.back", "Go back"), Act: func() { entry.SetText(""); answer(nil) }},
		{Text: lang.X("passphrase.unlock", "Unlock"), Act: func() {
			p := []byte(entry.Text)
			entry.SetText("")
			answer(p)
		}},
	}
	entry.OnSubmitted = func(string) { d.Take(1) }
	d.FocusFirst(entry)
	a.ask(d)
	return d
}
