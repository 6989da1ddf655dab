package gui

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"os"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"

	"enrollbench/core/delivery"
	"enrollbench/core/progress"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
)

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

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
		p.head.SetTitle(lang.X("details.title", "Details"))
		p.fill(widgets.NewText(lang.X("details.none", "Choose an entry of the list to see it in full.")).Muted())
		return
	}
	v, d := &p.views[p.view], p.result.delivery
	if !v.item {
		p.head.SetTitle(lang.X("details.title", "Details"))
		var lines []fyne.CanvasObject
		for c, column := range v.columns {
			if text := v.model.Cell(row, c).Text; text != "" {
				lines = append(lines, section(column.Title, [3]string{"", visible(text)}))
			}
		}
		p.fill(lines...)
		return
	}
	item := d.Item(row)
	p.head.SetTitle(lang.X("details.of", "Details of {{.Name}}", map[string]any{"Name": visible(item.Name)}))
	if !p.head.Open() {
		return
	}
	Run(p.tab.peek, "", func(context.Context, progress.Func) (*x509.Certificate, error) { return d.Certificate(row) },
		func(c *x509.Certificate, err error) {
			switch {
			case p.result == nil || p.result.delivery != d:
			case err != nil:
				p.fill(widgets.NewParagraph(lang.X("details.certificate-failed", "The certificate cannot be read again: the file is not what it was when it was opened.")),
					widgets.NewParagraph(visible(err.Error())).Muted().Small())
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
	key := lang.X("result.key-absent", "with the device")
	switch item.Key {
	case delivery.KeyMatched:
		key = lang.X("result.key-matched", "matched")
	case delivery.KeySealed:
		key = lang.X("result.key-sealed", "left sealed")
	}
	text := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
	copying := widgets.NewButton(lang.X("details.copy-pem", "Copy PEM"), look.Icon("copy"), func() {
		p.tab.app.fyne.Clipboard().SetContent(text)
		p.tab.app.note(widgets.Note{State: look.Ready, Text: lang.X("details.certificate-copied", "The certificate was copied as PEM.")})
	})
	return []fyne.CanvasObject{
		section(lang.X("details.certificate", "Certificate"),
			[3]string{lang.X("details.subject", "Subject"), visible(c.Subject.String())},
			[3]string{lang.X("details.names", "Subject alternative names"), visible(strings.Join(names, ", "))},
			[3]string{lang.X("details.serial", "Serial"), item.Serial, "mono"},
			[3]string{lang.X("details.issued-by", "Issuer"), visible(c.Issuer.String())},
			[3]string{lang.X("details.from", "Valid from"), c.NotBefore.Local().Format(day)},
			[3]string{lang.X("details.until", "Valid until"), c.NotAfter.Local().Format(day)},
			[3]string{lang.X("details.sha256-certificate", "SHA-256"), strings.Join(fingerprintLines(item.SHA256), "\n"), "mono"},
			[3]string{lang.X("details.private-key", "Private key"), key},
			[3]string{lang.X("details.where", "Where"), visible(item.Place)}),
		container.NewHBox(copying),
	}
}

// section is a heading with names and values below it; nil without any. A third text makes the value monospaced.
func section(title string, lines ...[3]string) fyne.CanvasObject {
	grid := container.New(pairsLayout{})
	for _, l := range lines {
		if l[1] != "" {
			addLine(grid, l[0], l[1], l[2] != "")
		}
	}
	if len(grid.Objects) == 0 {
		return nil
	}
	return widgets.Down(look.Gap/2, widgets.NewText(title).Bold(), grid)
}
