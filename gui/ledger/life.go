package ledger

import (
	"encoding/hex"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	core "enrollbench/core/ledger"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/widgets/sight"
	"enrollbench/gui/words"
)

// lifePane shows what a search found: for each identity whether it is taken, by whom it was ordered, and what was delivered.
type lifePane struct {
	root fyne.CanvasObject
	body *fyne.Container
}

func newLifePane() *lifePane {
	p := &lifePane{body: widgets.Down(2 * look.Gap)}
	p.root = sight.New(widgets.Inset(2*look.Gap, 3*look.Gap, p.body))
	return p
}

// shownLives is how many of what was found are shown.
const shownLives = 50

func (p *lifePane) fill(text string, found []core.Life) {
	p.body.Objects = nil
	if len(found) == 0 {
		p.body.Add(verdict(look.Notice, words.T("ledger.unknown", "Text", words.Visible(words.Short(text)))))
		p.body.Add(widgets.NewParagraph(words.T("ledger.unknown-text")).Muted())
	}
	for i, l := range found {
		if i == shownLives {
			p.body.Add(widgets.NewParagraph(words.N("ledger.more", len(found)-i)).Muted())
			break
		}
		p.add(&l)
	}
	p.body.Refresh()
}

func verdict(state look.State, text string) fyne.CanvasObject {
	head := widgets.NewParagraph(text).Title()
	head.Color = state.Color()
	return container.NewBorder(nil, nil, widgets.Across(0, widgets.Icon(state.Icon(), 26), widgets.Space(look.Gap, 0)), nil, head)
}

func (p *lifePane) add(l *core.Life) {
	state, text := look.Ready, words.T("ledger.taken", "Name", words.Visible(l.Identity.Value))
	switch {
	case l.Identity.Kind == 0 && len(l.Holdings) > 0:
		state, text = look.Notice, words.T("ledger.is-batch", "Name", words.Visible(l.Holdings[0].Claim.Batch))
	case !l.Held():
		state, text = look.Notice, words.T("ledger.is-free", "Name", words.Visible(l.Identity.Value))
	}
	p.body.Add(verdict(state, text))
	if l.Identity.Kind != 0 {
		p.body.Add(widgets.NewText(words.Core(l.Identity.Kind.String())).Muted())
	}
	for _, h := range l.Holdings {
		lines := claimInFull(h.Claim)
		if h.Row > 0 {
			lines = append(lines, widgets.NewText(words.T("ledger.row", "Row", words.Group(h.Row))).Muted())
		}
		if h.Released {
			lines = append(lines, widgets.NewText(words.T("ledger.free-again")).Muted())
		}
		p.body.Add(widgets.Inset(0, look.Gap, widgets.Down(look.Gap, lines...)))
	}
	for _, c := range l.Certificates {
		serial := ""
		if c.Serial != nil {
			serial = c.Serial.Text(16)
		}
		if s := widgets.Section(words.T("ledger.certificate"),
			[3]string{words.T("details.serial"), serial, "mono"},
			[3]string{words.T("details.sha256-certificate"), hex.EncodeToString(c.Fingerprint[:]), "mono"},
			[3]string{words.T("details.from"), words.Minute(c.NotBefore)},
			[3]string{words.T("details.until"), words.Minute(c.NotAfter)}); s != nil {
			p.body.Add(widgets.Inset(0, look.Gap, s))
		}
	}
	p.body.Add(widgets.Rule())
}
