package gui

import (
	"context"
	"errors"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2/lang"

	"enrollbench/core/delivery"
	"enrollbench/core/progress"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
)

// offerUnseal: the file opened, but what it holds is no result. The user may want it all the same.
func (t *openTab) offerUnseal(r openRequest, err error) {
	t.app.ask(&widgets.Dialog{State: look.Warning, Title: lang.X("unseal.title", "It opens, but it is no result"),
		Text:   lang.X("unseal.text", "What was sealed holds no certificates or keys in a form that is known here. It can be decrypted into a file as it is."),
		Detail: err.Error(),
		Answers: []widgets.Answer{{Text: lang.X("dialog.close", "Close")},
			{Text: lang.X("unseal.keep", "Decrypt into a file…"), Act: func() { t.unsealTo(r) }}}})
}

func (t *openTab) unsealTo(r openRequest) {
	in := r.given.files[0].path
	name := strings.TrimSuffix(filepath.Base(in), filepath.Ext(in))
	t.app.saveFile(ChooserOptions{Title: lang.X("unseal.save", "Save the decrypted file"), Name: name},
		func(path string, replace bool) { t.unseal(r, in, path, delivery.UnsealOptions{Replace: replace}) })
}

// unseal decrypts; without proof of integrity the user is asked and may insist.
func (t *openTab) unseal(r openRequest, in, out string, o delivery.UnsealOptions) {
	held := t.key
	if held == nil {
		return
	}
	t.octets = true
	Run(t.work, lang.X("unseal.working", "Decrypting"), func(ctx context.Context, report progress.Func) (string, error) {
		held.use(ctx)
		o := o
		o.Opener = delivery.WithKey(held.opener)
		return delivery.Unseal(ctx, in, out, o, report)
	}, func(known string, err error) {
		t.show()
		switch {
		case errors.Is(err, delivery.ErrNotProven):
			t.app.ask(&widgets.Dialog{State: look.Warning, Title: lang.X("export.not-proven", "Integrity cannot be proven"),
				Text: lang.X("unseal.not-proven", "The message has no seal against changes (CBC), and its content is neither a ZIP nor JSON, which could show damage. Nothing was kept."),
				Answers: []widgets.Answer{{Text: lang.X("dialog.back", "Go back")},
					{Text: lang.X("unseal.insist", "Keep it all the same"), Danger: true, Act: func() { o.Insist = true; t.unseal(r, in, out, o) }}}})
		case err != nil:
			t.app.fail(lang.X("unseal.failed", "Nothing was decrypted"), err)
		default:
			state, text := look.Ready, lang.X("unseal.done", "Decrypted into {{.Name}}.", map[string]any{"Name": filepath.Base(out)})
			if known == delivery.NotProven {
				state, text = look.Warning, lang.X("unseal.done-not-proven", "Decrypted into {{.Name}}. Nothing proves that it is what was sealed.", map[string]any{"Name": filepath.Base(out)})
			}
			t.app.note(widgets.Note{State: state, Text: text, Detail: out,
				Action: lang.X("save.copy-path", "Copy path"), Act: func() { t.app.fyne.Clipboard().SetContent(out) }})
		}
	})
}
