package results

import (
	"crypto/x509"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/widgets/sight"
	"enrollbench/gui/words"
)

// askPin asks to compare the fingerprint of a root before it is trusted from now on.
func (t *Room) askPin(root *x509.Certificate) {
	sum := frame.RootSum(root)
	lines := widgets.Down(look.Gap / 2)
	for _, l := range frame.FingerprintLines(sum) {
		lines.Add(widgets.NewText(l).Title().Mono())
	}
	published := widgets.NewEntry()
	published.PlaceHolder = words.T("pin.paste")
	published.TextStyle.Monospace = true
	remark := widgets.NewParagraph(" ").Small()
	d := &widgets.Dialog{State: look.Warning, Title: words.T("pin.title"), Text: words.T("pin.text", "Name", words.Visible(commonName(root)))}
	compared := widgets.NewCheck(words.T("pin.compared"), nil)
	decide := func() {
		state, text, same := comparePublished(published.Text, sum)
		remark.Color = state.Color()
		remark.SetText(text)
		remark.Refresh()
		d.Enable(1, same || compared.Checked && strings.TrimSpace(published.Text) == "")
	}
	published.OnChanged = func(string) { decide() }
	compared.OnChanged = func(bool) { decide() }
	d.Body = widgets.Down(look.Gap*1.5, lines, widgets.Down(look.Gap/2, published, remark), compared)
	d.Answers = []widgets.Answer{
		{Text: words.T("dialog.back")},
		{Text: words.T("pin.pin"), Act: func() { t.pin(root) }},
	}
	d.FocusFirst(published)
	t.app.Ask(d)
	d.Enable(1, false)
}

// comparePublished compares what was pasted with a fingerprint, whatever stands between the digits.
func comparePublished(text string, sum [32]byte) (look.State, string, bool) {
	digits := strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9', r >= 'A' && r <= 'F':
			return r
		}
		return -1
	}, strings.ToUpper(strings.TrimSpace(text)))
	own := strings.ReplaceAll(strings.Join(frame.FingerprintLines(sum), ""), ":", "")
	switch {
	case strings.TrimSpace(text) == "":
		return look.Notice, " ", false
	case digits == own:
		return look.Ready, words.T("pin.equal", "Word", look.Ready.Word()), true
	case len(digits) < len(own) && strings.HasPrefix(own, digits):
		return look.Notice, words.T("pin.so-far", "Number", len(own)-len(digits)), false
	}
	return look.Failed, words.T("pin.different", "Word", look.Failed.Word()), false
}

// pin trusts a root from now on and checks the result again.
func (t *Room) pin(root *x509.Certificate) {
	if err := t.app.Trust().Pin(root); err != nil {
		t.app.Fail(words.T("pin.failed"), err, t.showStore())
		return
	}
	t.app.Note(widgets.Note{State: look.Ready, Text: words.T("pin.done", "Name", words.Visible(commonName(root))),
		Action: words.T("csr.undo"), Act: func() { t.unpin(root) }})
	t.Recheck()
}

func (t *Room) unpin(root *x509.Certificate) {
	if err := t.app.Trust().Unpin(root); err != nil {
		t.app.Fail(words.T("pin.unpin-failed"), err, t.showStore())
		return
	}
	t.Recheck()
}

// showPins lists the pinned issuers, each with a way to take it back.
func (t *Room) showPins() {
	pinned, err := t.app.Trust().List()
	if err != nil {
		t.app.Fail(words.T("pin.list-failed"), err, t.showStore())
		return
	}
	d := &widgets.Dialog{State: look.Notice, Title: words.T("pin.list"),
		Text:    words.T("pin.list-text"),
		Answers: []widgets.Answer{{Text: words.T("dialog.close")}}}
	rows := widgets.Down(look.Gap)
	for _, c := range pinned {
		remove := widgets.NewButton("", look.Icon("remove"), func() {
			d.Cancel()
			t.takeBack(c)
		})
		rows.Add(container.NewBorder(nil, nil, nil, widgets.Middle(remove), widgets.Inset(0, look.Gap, widgets.Down(2,
			widgets.NewText(words.Visible(commonName(c))).Bold().Giving(), widgets.NewParagraph(strings.Join(frame.FingerprintLines(frame.RootSum(c)), " ")).Mono().Small()))))
	}
	scroll := sight.New(rows)
	scroll.SetMinSize(fyne.NewSize(0, min(rows.MinSize().Height+4*look.Gap, 300)))
	d.Body = scroll
	t.app.Ask(d)
}

// takeBack trusts an issuer no longer; it can be undone.
func (t *Room) takeBack(c *x509.Certificate) {
	if err := t.app.Trust().Unpin(c); err != nil {
		t.app.Fail(words.T("pin.unpin-failed"), err, t.showStore())
		return
	}
	t.page.showPinned()
	t.app.Note(widgets.Note{State: look.Ready, Text: words.T("pin.taken-back", "Name", words.Visible(commonName(c))),
		Action: words.T("csr.undo"), Act: func() {
			if err := t.app.Trust().Pin(c); err != nil {
				t.app.Fail(words.T("pin.failed"), err, t.showStore())
			}
			t.page.showPinned()
		}})
}

// showStore is the next step when the pinned issuers cannot be read or written: whoever may can look at their file.
func (t *Room) showStore() widgets.Answer {
	return widgets.Answer{Text: words.T("save.show"), Act: func() { t.app.ShowInFolder(t.app.Trust().Path()) }}
}
