package requests

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"enrollbench/core/csr"
	"enrollbench/core/progress"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/widgets/sight"
	"enrollbench/gui/words"
)

// detailsPane shows one CSR in full, beneath the list. Closed, it reads nothing.
type detailsPane struct {
	tab   *Room
	head  *widgets.Disclosure
	body  *fyne.Container
	wheel *sight.Scroll
	outer *fyne.Container
	above fyne.CanvasObject

	entry *csr.Entry // whose details are shown or being read
}

func newDetailsPane(t *Room) *detailsPane {
	d := &detailsPane{tab: t, body: widgets.Down(look.Gap * 1.5)}
	d.wheel = sight.New(widgets.Inset(look.Gap, look.Gap*2, d.body))
	d.head = widgets.NewDisclosure(words.T("details.title"), nil, d.toggle)
	return d
}

// place puts the pane beneath the list into a container.
func (d *detailsPane) place(outer *fyne.Container, above fyne.CanvasObject) {
	d.outer, d.above = outer, above
	d.toggle(false)
}

func (d *detailsPane) toggle(open bool) {
	head := widgets.Down(0, widgets.Rule(), d.head.Row)
	if !open {
		d.outer.Objects = []fyne.CanvasObject{widgets.Edged(nil, head, nil, nil, d.above)}
		d.outer.Refresh()
		d.entry = nil
		return
	}
	head = widgets.Down(0, d.head.Row, widgets.Rule())
	d.outer.Objects = []fyne.CanvasObject{widgets.NewSplit(true, 0.5, d.above, widgets.Edged(head, nil, nil, nil, d.wheel))}
	d.outer.Refresh()
	if row := d.tab.sheet.CurrentRow(); row >= 0 {
		d.tab.sheet.ScrollTo(row) // the list lost its lower half
	}
	d.show(d.tab.currentIndex())
}

// show shows entry i if the pane is open; -1 for none.
func (d *detailsPane) show(i int) {
	v := d.tab.view
	if i < 0 {
		d.entry = nil
		d.head.SetTitle(words.T("details.title"))
		if d.head.Open() {
			d.tab.peek.Drop()
			d.fill(widgets.NewText(words.T("details.none")).Muted())
		}
		return
	}
	e := v.set.Entry(i)
	d.head.SetTitle(words.T("details.of", "Name", words.Visible(v.place(e.At))))
	if !d.head.Open() {
		return
	}
	if e.Kind != csr.Request || e.Facts.DER == [32]byte{} { // no request, or one so damaged that it has no bytes of its own
		d.entry = e
		d.tab.peek.Drop()
		d.fill(append(d.findings(v, i), d.table(words.T("details.file"), words.Visible(e.At.String())))...)
		return
	}
	fresh := d.entry != e
	d.entry = e
	frame.Run(d.tab.peek, "", func(context.Context, progress.Func) (*csr.Details, error) {
		der, err := v.set.DER(i)
		if err != nil {
			return nil, err
		}
		return csr.Describe(der)
	}, func(details *csr.Details, err error) {
		if d.entry != e {
			return
		}
		if err != nil {
			d.fill(append(d.findings(v, i),
				widgets.NewParagraph(words.T("details.failed")),
				widgets.NewParagraph(words.Plain(err.Error())).Muted().Small())...)
			return
		}
		d.fill(append(d.findings(v, i), d.describe(e, details)...)...)
		if fresh {
			d.wheel.ScrollToTop()
		}
	})
}

func (d *detailsPane) fill(objects ...fyne.CanvasObject) {
	d.body.Objects = objects
	d.body.Refresh()
	d.wheel.Refresh()
}

// findings are those of one entry, in words.
func (d *detailsPane) findings(v *csrView, i int) []fyne.CanvasObject {
	var out []fyne.CanvasObject
	for _, f := range v.said(i) {
		out = append(out, frame.FindingLine(f))
	}
	return out
}

// table is names with values below each other; a value may be selected and copied.
func (d *detailsPane) table(pairs ...string) fyne.CanvasObject {
	grid := container.New(widgets.PairsLayout{})
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			widgets.AddLine(grid, pairs[i], pairs[i+1], false)
		}
	}
	return grid
}

// describe is everything about a CSR.
func (d *detailsPane) describe(e *csr.Entry, s *csr.Details) []fyne.CanvasObject {
	var subject, names, extensions, attributes, problems [][3]string
	for _, n := range s.Subject {
		subject = append(subject, [3]string{words.Visible(n.Name), words.Visible(n.Value)})
	}
	for _, n := range s.AltNames {
		names = append(names, [3]string{n.Kind, words.Visible(n.Value)})
	}
	for _, x := range s.Extensions {
		value := words.Visible(x.Value)
		if x.Critical {
			value = words.T("details.critical") + " · " + value
		}
		extensions = append(extensions, [3]string{x.Name, value})
	}
	for _, a := range s.Attributes {
		attributes = append(attributes, [3]string{a.Name, words.Visible(a.Value)})
	}
	for _, p := range s.Problems {
		problems = append(problems, [3]string{"", words.Visible(p)})
	}
	verified := words.T("details.verified")
	if !s.Signature.Verified {
		verified = words.T("details.not-verified")
		if s.Signature.Reason != "" {
			verified += ": " + words.Visible(words.Core(s.Signature.Reason))
		}
	}
	out := []fyne.CanvasObject{
		widgets.Section(words.T("details.problems"), problems...),
		widgets.Section(words.T("details.subject"), subject...),
		widgets.Section(words.T("details.names"), names...),
		widgets.Section(words.T("details.key"),
			[3]string{words.T("details.key-type"), s.Key.String()},
			[3]string{words.T("details.exponent"), s.Key.Exponent},
			[3]string{keyHexName(s.Key.Kind), groupHex(s.Key.Hex), "mono"}),
		widgets.Section(words.T("details.signature"),
			[3]string{words.T("details.algorithm"), s.Signature.Algorithm},
			[3]string{words.T("details.check"), verified}),
		widgets.Section(words.T("details.extensions"), extensions...),
		widgets.Section(words.T("details.attributes"), attributes...),
		widgets.Section(words.T("details.fingerprints"),
			[3]string{words.T("details.spki"), s.SPKISHA256, "mono"},
			[3]string{words.T("details.sha256"), s.SHA256, "mono"},
			[3]string{words.T("details.sha1"), s.SHA1, "mono"}),
		widgets.Section(words.T("details.file"), [3]string{words.T("details.where"), words.Visible(e.At.String())},
			[3]string{words.T("details.size"), words.Size(int64(s.Bytes)) + " DER"}),
		d.pem(s.PEM),
	}
	kept := out[:0]
	for _, o := range out {
		if o != nil {
			kept = append(kept, o)
		}
	}
	return kept
}

func keyHexName(k csr.KeyKind) string {
	switch k {
	case csr.RSA:
		return words.T("details.modulus")
	case csr.ECDSA:
		return words.T("details.point")
	}
	return words.T("details.key-bits")
}

// pem is the request as text, with a way to copy it.
func (d *detailsPane) pem(text string) fyne.CanvasObject {
	copying := widgets.NewButton(words.T("details.copy-pem"), look.Icon("copy"), func() {
		d.tab.app.Clipboard().SetContent(text)
		d.tab.app.Note(widgets.Note{State: look.Ready, Text: words.T("details.copied")})
	})
	label := widgets.NewValue(strings.TrimSpace(text))
	label.TextStyle.Monospace = true
	return widgets.Down(look.Gap/2, container.NewBorder(nil, nil, widgets.Middle(widgets.NewText("PEM").Bold()), copying), label)
}

// octetsInLine is how many octets of a key stand in a line.
const octetsInLine = 16

// groupHex puts colons between octets and breaks lines, as OpenSSL shows keys. Fingerprints are not treated so: they are
// shown as they stand in the manifest, to be compared and searched for.
func groupHex(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i += 2 {
		if i > 0 {
			b.WriteByte(':')
			if i%(2*octetsInLine) == 0 {
				b.WriteByte('\n')
			}
		}
		b.WriteString(s[i:min(i+2, len(s))])
	}
	return b.String()
}
