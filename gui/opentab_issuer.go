package gui

import (
	"crypto/x509"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"

	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
)

// askPin asks to compare the fingerprint of a root before it is trusted from now on.
func (t *openTab) askPin(root *x509.Certificate) {
	sum := rootSum(root)
	lines := widgets.Down(look.Gap / 2)
	for _, l := range fingerprintLines(sum) {
		lines.Add(widgets.NewText(l).Title().Mono())
	}
	published := widgets.NewEntry()
	published.PlaceHolder = lang.X("pin.paste", "Paste the published SHA-256 here")
	published.TextStyle.Monospace = true
	remark := widgets.NewParagraph(" ").Small()
	d := &widgets.Dialog{State: look.Warning, Title: lang.X("pin.title", "Is this the issuer's fingerprint?"),
		Text: lang.X("pin.text", "{{.Name}} came along with the result. Get the SHA-256 of this certificate from the service in another way (its website, your administrator, the telephone) and compare. Whoever has your certificate can make a result that looks like this one.",
			map[string]any{"Name": visible(commonName(root))})}
	compared := widgets.NewCheck(lang.X("pin.compared", "I compared all 64 digits, and they are equal"), nil)
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
		{Text: lang.X("dialog.back", "Go back")},
		{Text: lang.X("pin.pin", "Pin this issuer"), Act: func() { t.pin(root) }},
	}
	d.FocusFirst(published)
	t.app.ask(d)
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
	own := strings.ReplaceAll(strings.Join(fingerprintLines(sum), ""), ":", "")
	switch {
	case strings.TrimSpace(text) == "":
		return look.Notice, " ", false
	case digits == own:
		return look.Ready, lang.X("pin.equal", "{{.Word}}: they are equal", map[string]any{"Word": look.Ready.Word()}), true
	case len(digits) < len(own) && strings.HasPrefix(own, digits):
		return look.Notice, lang.X("pin.so-far", "Equal so far; {{.Number}} digits are still to come.", map[string]any{"Number": len(own) - len(digits)}), false
	}
	return look.Failed, lang.X("pin.different", "{{.Word}}: this is another fingerprint. Do not pin the issuer and do not use the result.", map[string]any{"Word": look.Failed.Word()}), false
}

// pin trusts a root from now on and checks the result again.
func (t *openTab) pin(root *x509.Certificate) {
	if err := t.app.trust.pin(root); err != nil {
		t.app.fail(lang.X("pin.failed", "The issuer was not pinned"), err)
		return
	}
	t.app.note(widgets.Note{State: look.Ready, Text: lang.X("pin.done", "{{.Name}} is pinned on this computer.", map[string]any{"Name": visible(commonName(root))}),
		Action: lang.X("csr.undo", "Undo"), Act: func() { t.unpin(root) }})
	t.recheck()
}

func (t *openTab) unpin(root *x509.Certificate) {
	if err := t.app.trust.unpin(root); err != nil {
		t.app.fail(lang.X("pin.unpin-failed", "The issuer could not be taken back"), err)
		return
	}
	t.recheck()
}

// showPins lists the pinned issuers, each with a way to take it back.
func (t *openTab) showPins() {
	pinned, err := t.app.trust.list()
	if err != nil {
		t.app.fail(lang.X("pin.list-failed", "The pinned issuers cannot be read"), err)
		return
	}
	d := &widgets.Dialog{State: look.Notice, Title: lang.X("pin.list", "Pinned issuers"),
		Text:    lang.X("pin.list-text", "Results that these certificates confirm are green on this computer."),
		Answers: []widgets.Answer{{Text: lang.X("dialog.close", "Close")}}}
	rows := widgets.Down(look.Gap)
	for _, c := range pinned {
		remove := widgets.NewButton("", look.Icon("remove"), func() {
			d.Cancel()
			t.takeBack(c)
		})
		rows.Add(container.NewBorder(nil, nil, nil, widgets.Middle(remove), widgets.Inset(0, look.Gap, widgets.Down(2,
			widgets.NewText(visible(commonName(c))).Bold().Giving(), widgets.NewParagraph(strings.Join(fingerprintLines(rootSum(c)), " ")).Mono().Small()))))
	}
	scroll := container.NewVScroll(rows)
	scroll.SetMinSize(fyne.NewSize(0, min(rows.MinSize().Height+4*look.Gap, 300)))
	d.Body = scroll
	t.app.ask(d)
}

// takeBack trusts an issuer no longer; it can be undone.
func (t *openTab) takeBack(c *x509.Certificate) {
	if err := t.app.trust.unpin(c); err != nil {
		t.app.fail(lang.X("pin.unpin-failed", "The issuer could not be taken back"), err)
		return
	}
	t.page.showPinned()
	t.app.note(widgets.Note{State: look.Ready, Text: lang.X("pin.taken-back", "{{.Name}} is pinned no longer.", map[string]any{"Name": visible(commonName(c))}),
		Action: lang.X("csr.undo", "Undo"), Act: func() {
			if err := t.app.trust.pin(c); err != nil {
				t.app.fail(lang.X("pin.failed", "The issuer was not pinned"), err)
			}
			t.page.showPinned()
		}})
}
