package results

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"enrollbench/core/delivery"
	"enrollbench/core/progress"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// toggle opens or closes the details of one row below the list.
func (p *resultPage) toggle(open bool) {
	if !open {
		p.stage.Objects = []fyne.CanvasObject{widgets.Edged(nil, widgets.Down(0, widgets.Rule(), widgets.Inset(0, look.Gap, p.head.Row)), nil, nil, p.sheet)}
		p.stage.Refresh()
		return
	}
	head := widgets.Down(0, widgets.Inset(0, look.Gap, p.head.Row), widgets.Rule())
	p.stage.Objects = []fyne.CanvasObject{widgets.NewSplit(true, 0.4, p.sheet, widgets.Edged(head, nil, nil, nil, p.wheel))}
	p.stage.Refresh()
	if row := p.sheet.CurrentRow(); row >= 0 {
		p.sheet.ScrollTo(row)
	}
	p.showDetails()
}

// showDetails shows the current row in full where the details are open.
func (p *resultPage) showDetails() {
	row := p.current()
	if row < 0 || len(p.views) == 0 {
		p.head.SetTitle(words.T("details.title"))
		p.fill(widgets.NewText(words.T("details.none")).Muted())
		return
	}
	v, d := &p.views[p.view], p.result.delivery
	if !v.item {
		p.head.SetTitle(words.T("details.title"))
		var lines []fyne.CanvasObject
		for c, column := range v.columns {
			if text := v.model.Cell(row, c).Text; text != "" {
				lines = append(lines, widgets.Section(column.Title, [3]string{"", words.Visible(text)}))
			}
		}
		p.fill(lines...)
		return
	}
	item := d.Item(row)
	p.head.SetTitle(words.T("details.of", "Name", words.Visible(item.Name)))
	if !p.head.Open() {
		return
	}
	frame.Run(p.tab.peek, "", func(context.Context, progress.Func) (*x509.Certificate, error) { return d.Certificate(row) },
		func(c *x509.Certificate, err error) {
			switch {
			case p.result == nil || p.result.delivery != d:
			case err != nil:
				p.fill(widgets.NewParagraph(words.T("details.certificate-failed")), widgets.NewParagraph(words.Plain(err.Error())).Muted().Small())
			default:
				p.fill(p.describe(item, c)...)
				p.wheel.ScrollToTop()
			}
		})
}

func (p *resultPage) fill(objects ...fyne.CanvasObject) {
	p.body.Objects = objects
	p.body.Refresh()
	p.wheel.Refresh()
}

// describe is everything about one certificate.
func (p *resultPage) describe(item delivery.Item, c *x509.Certificate) []fyne.CanvasObject {
	var names []string
	names = append(append(names, c.DNSNames...), c.EmailAddresses...)
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	for _, u := range c.URIs {
		names = append(names, u.String())
	}
	day := "2006-01-02 15:04:05 -07:00"
	key := words.T("result.key-absent")
	switch item.Key {
	case delivery.KeyMatched:
		key = words.T("result.key-matched")
	case delivery.KeySealed:
		key = words.T("result.key-sealed")
	}
	text := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
	copying := widgets.NewButton(words.T("details.copy-pem"), look.Icon("copy"), func() {
		p.tab.app.Clipboard().SetContent(text)
		p.tab.app.Note(widgets.Note{State: look.Ready, Text: words.T("details.certificate-copied")})
	})
	return []fyne.CanvasObject{
		widgets.Section(words.T("details.certificate"),
			[3]string{words.T("details.subject"), words.Visible(c.Subject.String())},
			[3]string{words.T("details.names"), words.Visible(strings.Join(names, ", "))},
			[3]string{words.T("details.serial"), item.Serial, "mono"},
			[3]string{words.T("details.issued-by"), words.Visible(c.Issuer.String())},
			[3]string{words.T("details.from"), c.NotBefore.Local().Format(day)},
			[3]string{words.T("details.until"), c.NotAfter.Local().Format(day)},
			[3]string{words.T("details.sha256-certificate"), strings.Join(frame.FingerprintLines(item.SHA256), "\n"), "mono"},
			[3]string{words.T("details.private-key"), key},
			[3]string{words.T("details.where"), words.Visible(item.Place)}),
		container.NewHBox(copying),
	}
}
