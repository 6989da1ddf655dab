package keys

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"

	"enrollbench/core/delivery"
	"enrollbench/core/finding"
	"enrollbench/core/osfile"
	"enrollbench/core/progress"
	"enrollbench/core/recipient"
	"enrollbench/gui/files"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// askPair asks what key pair is made: whose it is, its kind, and the passphrase.
func (p *Room) askPair() {
	if p.work.Busy() {
		p.app.Busy()
		return
	}
	entry := func(placeholder string, secret bool) *widgets.Entry {
		e := widgets.NewEntry()
		e.PlaceHolder, e.Password = placeholder, secret
		return e
	}
	name := entry(words.T("keys.make-name"), false)
	first, second := entry(words.T("passphrase.field"), true), entry(words.T("export.again"), true)
	kind := widgets.NewSelect([]string{words.T("keys.make-certificate"), words.T("keys.make-openpgp")}, func(int) {})
	remark := widgets.NewParagraph(" ").Small()
	remark.Color = look.Failed.Color()
	d := &widgets.Dialog{State: look.Notice, Title: words.T("keys.make-title"), Text: words.T("keys.make-text"),
		Body: widgets.Down(look.Gap, name, widgets.Outlined(kind), first, second, remark)}
	ready := func() bool {
		return strings.TrimSpace(name.Text) != "" && first.Text != "" && first.Text == second.Text
	}
	changed := func(string) {
		text := " "
		if second.Text != "" && first.Text != second.Text {
			text = words.T("export.mismatch")
		}
		remark.SetText(text)
		d.Enable(1, ready())
	}
	empty := func() { first.SetText(""); second.SetText("") }
	d.Answers = []widgets.Answer{
		{Text: words.T("dialog.back"), Act: empty},
		{Text: words.T("keys.make-go"), Act: func() {
			o := recipient.MakeOptions{Kind: [...]recipient.Kind{recipient.X509, recipient.OpenPGP}[kind.SelectedIndex()], Name: name.Text, Passphrase: []byte(first.Text)}
			empty()
			p.makePair(o)
		}},
	}
	for _, e := range []*widgets.Entry{name, first, second} {
		e.OnChanged = changed
		e.OnSubmitted = func(string) {
			if ready() {
				d.Take(1)
			}
		}
	}
	d.FocusFirst(name)
	p.app.Ask(d)
	d.Enable(1, false)
}

// makePair makes and proves a key pair in memory, and then asks where it is kept.
func (p *Room) makePair(o recipient.MakeOptions) {
	frame.Run(p.work, words.T("keys.making"), func(ctx context.Context, _ progress.Func) (*recipient.Pair, error) {
		defer clear(o.Passphrase)
		return recipient.Make(ctx, o)
	}, func(pair *recipient.Pair, err error) {
		p.showBar()
		if err != nil {
			p.app.Fail(words.T("keys.make-failed"), err)
			return
		}
		p.keepPair(pair, strings.NewReplacer(" ", "-", "/", "-", `\`, "-", ":", "-").Replace(strings.TrimSpace(o.Name)))
	})
}

// keepPair saves both halves beside each other, where the user says. Neither takes the place of a file that is there: what was
// sealed to that key would never open again.
func (p *Room) keepPair(pair *recipient.Pair, name string) {
	_, private := pair.Paths(name)
	end := strings.TrimPrefix(private, name)
	p.app.PickTarget(files.Options{Title: words.T("keys.make-save"), Name: private, Ends: []string{end}}, func(path string, _ bool) {
		frame.Run(p.work, words.T("keys.making"), func(context.Context, progress.Func) (kept, error) {
			public, private, err := pair.Save(path, false)
			return kept{pair.Recipient, public, private, pair.Proof}, err
		}, func(k kept, err error) {
			p.showBar()
			switch {
			case errors.Is(err, fs.ErrExist):
				p.app.Ask(&widgets.Dialog{State: look.Warning, Title: words.T("mac.exists", "Name", filepath.Base(path)), Text: words.T("keys.exists-text"),
					Answers: []widgets.Answer{{Text: words.T("dialog.close")}, {Text: words.T("keys.other-name"), Act: func() { p.keepPair(pair, name+"-2") }}}})
			case err != nil:
				p.app.Fail(words.T("keys.make-failed"), err, widgets.Answer{Text: words.T("problem.other-folder"), Act: func() { p.keepPair(pair, name) }})
			default:
				p.take(k)
				p.app.Written(look.Ready, words.T("keys.made", "File", filepath.Base(k.private)), k.private)
			}
		})
	})
}

// kept is a key pair on the disk.
type kept struct {
	recipient       *recipient.Recipient
	public, private string
	proof           recipient.Proof
}

// take makes a pair the one that results are sealed to and opened with.
func (p *Room) take(k kept) {
	p.rememberKey(k.recipient, k.private)
	p.app.RememberProof(k.proof)
	p.key.SetText(k.private)
	p.file = nil
	p.app.SetRecipient(k.recipient, k.public)
	p.focus()
}

// rememberKey remembers a key and what results that are sealed to its recipient ask for.
func (p *Room) rememberKey(r *recipient.Recipient, path string) {
	names, err := delivery.NamesOf(r)
	if err != nil {
		fyne.LogError("the names of a recipient", err)
	}
	p.app.RememberKey(path, names...)
}

// practiceKey is the file of the key for practice in the program's own folder, without its ending.
const practiceKey = "practice-key"

// makePractice makes a key pair for practice and takes it, or the one that was made for it before.
func (p *Room) makePractice() {
	if p.work.Busy() {
		p.app.Busy()
		return
	}
	folder, now := p.app.Config(), p.app.Tasks().Now()
	frame.Run(p.work, words.T("keys.making"), func(ctx context.Context, _ progress.Func) (kept, error) {
		if err := osfile.MkdirAll(folder, 0o700); err != nil {
			return kept{}, err
		}
		base := filepath.Join(folder, practiceKey)
		before := kept{public: base + ".pem", private: base + ".key"}
		if f, err := frame.ReadRecipients(before.public); err == nil && len(f.Recipients) == 1 && f.Recipients[0].Findings(now).Count(finding.Error) == 0 {
			if held, err := p.app.ReadKey(ctx, before.private); err == nil {
				defer held.Wipe()
				before.recipient = f.Recipients[0]
				if before.proof, err = recipient.Rehearse(ctx, before.recipient, held.Opener); err == nil {
					return before, nil
				}
			}
		}
		pair, err := recipient.Make(ctx, recipient.MakeOptions{Name: "PRACTICE " + filepath.Base(practiceKey)})
		if err != nil {
			return kept{}, err
		}
		defer pair.Wipe()
		public, private, err := pair.Save(base, true) // what is there opens nothing any more
		return kept{pair.Recipient, public, private, pair.Proof}, err
	}, func(k kept, err error) {
		p.showBar()
		if err != nil {
			p.app.Fail(words.T("keys.make-failed"), err)
			return
		}
		p.take(k)
		p.app.Note(widgets.Note{State: look.Ready, Text: words.T("keys.made-practice"), Detail: k.private})
	})
}
