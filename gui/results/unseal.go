package results

import (
	"context"
	"errors"
	"path/filepath"
	"strings"

	"enrollbench/core/delivery"
	"enrollbench/core/progress"
	"enrollbench/gui/files"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// offerUnseal: the file opened, but what it holds is no result. The user may want it all the same.
func (t *Room) offerUnseal(r openRequest, err error) {
	t.app.Ask(&widgets.Dialog{State: look.Warning, Title: words.T("unseal.title"),
		Text:    words.T("unseal.text"),
		Detail:  err.Error(),
		Answers: []widgets.Answer{{Text: words.T("dialog.close")}, {Text: words.T("unseal.keep"), Act: func() { t.unsealTo(r) }}}})
}

func (t *Room) unsealTo(r openRequest) {
	in := r.given.Files[0].Path
	name := strings.TrimSuffix(filepath.Base(in), filepath.Ext(in))
	t.app.SaveFile(files.Options{Title: words.T("unseal.save"), Name: name},
		func(path string, replace bool) { t.unseal(r, in, path, delivery.UnsealOptions{Replace: replace}) })
}

// unseal decrypts; without proof of integrity the user is asked and may insist.
func (t *Room) unseal(r openRequest, in, out string, o delivery.UnsealOptions) {
	held := t.key
	if held == nil {
		return
	}
	t.octets = true
	frame.Run(t.work, words.T("unseal.working"), func(ctx context.Context, report progress.Func) (string, error) {
		held.Use(ctx)
		o := o
		o.Opener = delivery.WithKey(held.Opener)
		return delivery.Unseal(ctx, in, out, o, report)
	}, func(known string, err error) {
		t.show()
		switch {
		case errors.Is(err, delivery.ErrNotProven):
			t.app.Ask(&widgets.Dialog{State: look.Warning, Title: words.T("export.not-proven"),
				Text: words.T("unseal.not-proven"),
				Answers: []widgets.Answer{{Text: words.T("dialog.back")},
					{Text: words.T("unseal.insist"), Danger: true, Act: func() { o.Insist = true; t.unseal(r, in, out, o) }}}})
		case err != nil:
			t.app.Fail(words.T("unseal.failed"), err, widgets.Answer{Text: words.T("problem.other-folder"), Act: func() { t.unsealTo(r) }})
		default:
			state, text := look.Ready, words.T("unseal.done", "Name", filepath.Base(out))
			if known == delivery.NotProven {
				state, text = look.Warning, words.T("unseal.done-not-proven", "Name", filepath.Base(out))
			}
			t.app.Written(state, text, out)
		}
	})
}
