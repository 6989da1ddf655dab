package gui

import (
	"context"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"

	"enrollbench/core/delivery"
	"enrollbench/core/finding"
	"enrollbench/core/progress"
	"enrollbench/core/recipient"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
)

// handOver seals an opened result to somebody else.
func (t *openTab) handOver() { t.insist(t.askReceiver) }

// askReceiver asks to whom it is sealed.
func (t *openTab) askReceiver() {
	a := t.app
	path := widgets.NewEntry()
	path.PlaceHolder = lang.X("handover.path", "Certificate or OpenPGP key of the receiver")
	which := widgets.NewSelect(nil, func(int) {})
	outlined := widgets.Outlined(which)
	outlined.Hide()
	remark := widgets.NewParagraph(lang.X("handover.none", "Nobody chosen yet.")).Muted()
	remark.Lines = 4
	gcm := widgets.NewCheck(lang.X("handover.gcm", "AES-GCM, which proves integrity (openssl smime cannot open it)"), nil)
	gcm.Hide()
	var file *recipientFile
	d := &widgets.Dialog{State: look.Notice, Title: lang.X("handover.title", "Hand over sealed"),
		Text: lang.X("handover.text", "What was opened and checked is sealed to somebody else. Private keys never touch this disk.")}
	chosen := func() *recipient.Recipient {
		if file == nil || which.SelectedIndex() < 0 || which.SelectedIndex() >= len(file.recipients) {
			return nil
		}
		return file.recipients[which.SelectedIndex()]
	}
	tell := func() {
		r := chosen()
		if r == nil {
			d.Enable(1, false)
			return
		}
		remark.Color = look.ColorMuted
		text := r.Kind().String() + " · " + r.Algorithm() + " · " + r.FingerprintText()
		fit := true
		for _, f := range r.Findings(a.tasks.now()).All() {
			if f.Severity == finding.Error {
				fit = false
				remark.Color = look.Failed.Color()
				text = look.Failed.Word() + ": " + sentence(visible(f.Message))
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
		Run(t.peek, "", func(context.Context, progress.Func) (*recipientFile, error) { return readRecipients(name) }, func(f *recipientFile, err error) {
			outlined.Hide()
			if err != nil || len(f.recipients) == 0 {
				remark.Color = look.ColorMuted
				remark.SetText(lang.X("handover.no-key", "There is no certificate and no OpenPGP key in this file."))
				remark.Refresh()
				return
			}
			file = f
			which.Options = nil
			for _, r := range f.recipients {
				which.Options = append(which.Options, visible(r.Title()))
			}
			outlined.Show()
			which.SetSelectedIndex(0)
			tell()
		})
	}
	path.OnChanged = func(string) { load() }
	browse := widgets.NewButton("", look.Icon("folder"), func() { a.pickRecipient(func(p string) { path.SetText(p) }) })
	d.Body = widgets.Down(look.Gap, container.NewBorder(nil, nil, nil, browse, path), outlined, widgets.AtLeast(0, 62, remark), gcm)
	d.Answers = []widgets.Answer{
		{Text: lang.X("dialog.back", "Go back")},
		{Text: lang.X("handover.seal", "Seal and save…"), Act: func() { t.sealTo(chosen(), gcm.Checked && gcm.Visible()) }},
	}
	d.FocusFirst(path)
	a.ask(d)
	d.Enable(1, false)
}

// sealTo asks where the sealed file goes and writes it.
func (t *openTab) sealTo(r *recipient.Recipient, gcm bool) {
	if r == nil || t.result == nil {
		return
	}
	a, d := t.app, t.result.delivery
	name := stem(filepath.Base(t.result.request.given.paths[0])) + "-for-" + fileWord(r.Title()) + ".zip" + sealedEnding(r)
	a.saveFile(ChooserOptions{Title: lang.X("encrypt.save", "Save the sealed file"), Name: name}, func(path string, replace bool) {
		o := delivery.HandoverOptions{Out: path, Seal: delivery.SealTo([]*recipient.Recipient{r}, recipient.SealOptions{GCM: gcm}), Replace: replace}
		t.octets = true
		Run(t.work, lang.X("handover.working", "Sealing and checking again"), func(ctx context.Context, report progress.Func) (struct{}, error) {
			return struct{}{}, d.Handover(ctx, o, report)
		}, func(_ struct{}, err error) {
			t.show()
			if err != nil {
				a.fail(lang.X("handover.failed", "Nothing was handed over"), err)
				return
			}
			t.tellDelivered(path)
			a.note(widgets.Note{State: look.Ready, Detail: path, Text: lang.X("handover.done", "Sealed to {{.Name}} and checked.", map[string]any{"Name": visible(r.Title())}),
				Action: lang.X("save.copy-path", "Copy path"), Act: func() { a.fyne.Clipboard().SetContent(path) }})
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
