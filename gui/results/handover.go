package results

import (
	"context"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2/container"

	"enrollbench/core/delivery"
	"enrollbench/core/finding"
	"enrollbench/core/progress"
	"enrollbench/core/recipient"
	"enrollbench/gui/files"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// handOver seals an opened result to somebody else.
func (t *Room) handOver() { t.insist(t.askReceiver) }

// askReceiver asks to whom it is sealed.
func (t *Room) askReceiver() {
	a := t.app
	path := widgets.NewEntry()
	path.PlaceHolder = words.T("handover.path")
	which := widgets.NewSelect(nil, func(int) {})
	outlined := widgets.Outlined(which)
	outlined.Hide()
	remark := widgets.NewParagraph(words.T("handover.none")).Muted()
	remark.Lines = 4
	gcm := widgets.NewCheck(words.T("handover.gcm"), nil)
	gcm.Hide()
	var file *frame.RecipientFile
	d := &widgets.Dialog{State: look.Notice, Title: words.T("handover.title"), Text: words.T("handover.text")}
	chosen := func() *recipient.Recipient {
		if file == nil || which.SelectedIndex() < 0 || which.SelectedIndex() >= len(file.Recipients) {
			return nil
		}
		return file.Recipients[which.SelectedIndex()]
	}
	tell := func() {
		r := chosen()
		if r == nil {
			d.Enable(1, false)
			return
		}
		remark.Color = look.ColorMuted
		text := words.Core(r.Kind().String()) + " · " + r.Algorithm() + " · " + r.FingerprintText()
		fit := true
		for _, f := range r.Findings(a.Tasks().Now()).All() {
			if f.Severity == finding.Error {
				fit = false
				remark.Color = look.Failed.Color()
				text = look.Failed.Word() + ": " + words.Sentence(words.Visible(f.Message))
				break
			}
		}
		remark.SetText(text)
		remark.Refresh()
		if r.Kind() == recipient.X509 {
			gcm.Show()
		} else {
			gcm.Hide()
		}
		d.Enable(1, fit)
	}
	which.OnChanged = func(string) { tell() }
	load := func() {
		name := strings.TrimSpace(path.Text)
		file = nil
		d.Enable(1, false)
		frame.Run(t.peek, "", func(context.Context, progress.Func) (*frame.RecipientFile, error) { return frame.ReadRecipients(name) }, func(f *frame.RecipientFile, err error) {
			outlined.Hide()
			if err != nil || len(f.Recipients) == 0 {
				remark.Color = look.ColorMuted
				remark.SetText(words.T("handover.no-key"))
				remark.Refresh()
				return
			}
			file = f
			which.Options = nil
			for _, r := range f.Recipients {
				which.Options = append(which.Options, words.Visible(r.Title()))
			}
			outlined.Show()
			which.SetSelectedIndex(0)
			tell()
		})
	}
	path.OnChanged = func(string) { load() }
	browse := widgets.NewButton("", look.Icon("folder"), func() { a.PickRecipient(func(p string) { path.SetText(p) }) })
	d.Body = widgets.Down(look.Gap, container.NewBorder(nil, nil, nil, browse, path), outlined, widgets.AtLeast(0, 62, remark), gcm)
	d.Answers = []widgets.Answer{
		{Text: words.T("dialog.back")},
		{Text: words.T("handover.seal"), Act: func() { t.sealTo(chosen(), gcm.Checked && gcm.Visible()) }},
	}
	d.FocusFirst(path)
	a.Ask(d)
	d.Enable(1, false)
}

// sealTo asks where the sealed file goes and writes it.
func (t *Room) sealTo(r *recipient.Recipient, gcm bool) {
	if r == nil || t.result == nil {
		return
	}
	a, d := t.app, t.result.delivery
	practice := t.result.practice()
	name := stem(filepath.Base(t.result.request.given.Paths[0]))
	if practice { // as an export is
		name += "-PRACTICE"
	}
	name += "-for-" + fileWord(r.Title()) + ".zip" + frame.SealedEnding(r)
	a.SaveFile(files.Options{Title: words.T("encrypt.save"), Name: name}, func(path string, replace bool) {
		o := delivery.HandoverOptions{Out: path, Seal: delivery.SealTo([]*recipient.Recipient{r}, recipient.SealOptions{GCM: gcm}), Replace: replace}
		t.octets = true
		frame.Run(t.work, words.T("handover.working"), func(ctx context.Context, report progress.Func) (struct{}, error) {
			return struct{}{}, d.Handover(ctx, o, report)
		}, func(_ struct{}, err error) {
			t.show()
			if err != nil {
				a.Fail(words.T("handover.failed"), err, widgets.Answer{Text: words.T("problem.other-folder"), Act: func() { t.sealTo(r, gcm) }})
				return
			}
			t.tellDelivered(path)
			done := words.T("handover.done", "Name", words.Visible(r.Title()))
			if practice {
				done = words.T("practice.says", "Text", done)
			}
			a.Written(look.Ready, done, path)
		})
	})
}

// fileWord is a name as part of a file's name.
func fileWord(s string) string {
	word := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_', r == '.':
			return r
		}
		return '_'
	}, strings.SplitN(s, " <", 2)[0])
	return strings.Trim(word, "._")
}
