package settings

import (
	"bytes"
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"enrollbench/core/keychain"
	"enrollbench/core/progress"
	"enrollbench/core/trustmanager"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/widgets/sight"
	"enrollbench/gui/words"
)

// connectionForm shows and changes one connection. Secrets are typed here and go straight into the keychain; none is ever
// shown.
type connectionForm struct {
	tab   *Room
	saved trustmanager.Connection // as it is in the file; without a name for a new one
	open  bool                    // a connection is in the form
	isNew bool
	now   trustmanager.Connection // with what was changed

	kinds  []trustmanager.Kind            // that can be chosen
	pasted map[trustmanager.Secret][]byte // that came with a command, until it is saved or let go of

	results map[string]trustmanager.TestResult // by id: what the last test found

	root           *fyne.Container
	wheel          *sight.Scroll
	title          *widgets.Entry // the name
	base           *widgets.Entry
	known          *widgets.Select
	kind           *widgets.Select
	authentication *widgets.Select
	certificate    *widgets.Entry
	key            *widgets.Entry
	proxy          *widgets.Entry
	ca             *widgets.Entry
	secret         *widgets.Entry
	secretName     *widgets.Text
	secretState    *widgets.Text
	removing       *widgets.Button
	clientLines    *fyne.Container
	secretLines    *fyne.Container
	remark         *widgets.Text
	steps          *fyne.Container
}

// kinds are the services that are not within this program.
var kinds = []trustmanager.Kind{trustmanager.IoTTrustManager, trustmanager.DeviceTrustManager}

func newConnectionForm(t *Room) *connectionForm {
	f := &connectionForm{tab: t, kinds: kinds, results: map[string]trustmanager.TestResult{}}
	entry := func(placeholder string, mono bool) *widgets.Entry {
		e := widgets.NewEntry()
		e.PlaceHolder = placeholder
		e.TextStyle.Monospace = mono
		e.OnChanged = func(string) { f.onChange() }
		e.OnSubmitted = func(string) { t.act() }
		return e
	}
	f.title = entry(words.T("connection.name-example"), false)
	f.base = entry(trustmanager.KnownBaseURLs[0], false)
	f.known = widgets.NewSelect(append(slices.Clone(trustmanager.KnownBaseURLs), words.T("connection.other-host")), func(i int) {
		if i < len(trustmanager.KnownBaseURLs) {
			f.base.SetText(trustmanager.KnownBaseURLs[i])
		}
	})
	f.kind = widgets.NewSelect(nil, func(i int) { f.now.Contract = trustmanager.Default(f.kinds[i]); f.onChange() })
	f.authentication = widgets.NewSelect(nil, func(int) { f.onChange(); f.readSecret() })
	f.certificate = entry(words.T("connection.certificate-path"), false)
	f.key = entry(words.T("connection.key-path"), false)
	f.proxy = entry(words.T("connection.proxy-example"), false)
	f.ca = entry(words.T("connection.ca-path"), false)
	f.secret = entry("", true)
	f.secret.Password = true
	f.secretName, f.secretState = widgets.NewText("").Muted(), widgets.NewParagraph("").Small().Muted()
	f.removing = widgets.NewButton(words.T("connection.forget"), look.Icon("remove"), f.removeSecret)
	f.remark = widgets.NewParagraph("").Small()
	f.remark.Color = look.Failed.Color()
	f.steps = widgets.Down(look.Gap)

	line := func(name fyne.CanvasObject, o fyne.CanvasObject) fyne.CanvasObject {
		return container.NewBorder(nil, nil, widgets.Down(0, widgets.Inset(1.5*look.Gap, 0, widgets.Wide(formNames, name))), nil, o)
	}
	named := func(name string, o fyne.CanvasObject) fyne.CanvasObject {
		return line(widgets.NewText(name).Muted(), o)
	}
	browse := func(e *widgets.Entry, title string) fyne.CanvasObject {
		return container.NewBorder(nil, nil, nil, widgets.NewButton("", look.Icon("folder"), func() {
			t.app.PickFile(title, []string{".pem", ".crt", ".cer", ".p12", ".pfx", ".key"}, words.T("open.issuer-kind"), func(path string) { e.SetText(path) })
		}), e)
	}
	f.clientLines = widgets.Down(look.Gap,
		named(words.T("connection.certificate"), browse(f.certificate, words.T("connection.pick-certificate"))),
		named(words.T("connection.key"), browse(f.key, words.T("connection.pick-key"))))
	f.secretLines = widgets.Down(look.Gap, line(f.secretName, widgets.Down(2, container.NewBorder(nil, nil, nil, f.removing, f.secret), f.secretState)))
	head := widgets.NewText(words.T("connection.title"))
	head.Face, head.Style.Bold = look.SizeFigure, true
	body := widgets.Down(look.Gap, head, widgets.Space(0, look.Gap),
		named(words.T("connection.name"), f.title),
		named(words.T("connection.kind"), widgets.Outlined(f.kind)),
		named(words.T("connection.host"), container.NewBorder(nil, nil, nil, widgets.Wide(184, widgets.Outlined(f.known)), f.base)),
		named(words.T("connection.authentication"), widgets.Outlined(f.authentication)),
		f.clientLines, f.secretLines,
		named(words.T("connection.proxy"), f.proxy),
		named(words.T("connection.ca"), browse(f.ca, words.T("connection.pick-ca"))),
		f.remark, f.steps)
	f.wheel = sight.New(widgets.Inset(2.5*look.Gap, 3*look.Gap, body))
	f.root = container.NewStack(f.wheel)
	return f
}

// formNames is the width of the names on the form.
const formNames = 144

// fresh says whether a new connection is in the form, which is in no file yet.
func (f *connectionForm) fresh() bool { return f.open && f.isNew }

// set puts a connection into the form.
func (f *connectionForm) set(c trustmanager.Connection, isNew bool) {
	f.open = false // while it is filled nothing is a change
	f.dropPasted()
	f.kinds = kinds
	if c.Kind == trustmanager.Practice { // of another computer; it never becomes one for production
		f.kinds = []trustmanager.Kind{trustmanager.Practice}
	}
	var names []string
	for _, k := range f.kinds {
		names = append(names, k.Title())
	}
	f.saved, f.now, f.isNew = c, c, isNew
	f.title.SetText(c.Name)
	f.base.SetText(c.BaseURL)
	known := slices.Index(trustmanager.KnownBaseURLs, c.BaseURL)
	if known < 0 {
		known = len(trustmanager.KnownBaseURLs)
	}
	widgets.FillQuietly(f.known, f.known.Options, known)
	widgets.FillQuietly(f.kind, names, max(slices.Index(f.kinds, c.Kind), 0))
	var ways []string
	for _, a := range trustmanager.OfferedAuthentications(c.Authentication) {
		ways = append(ways, words.SentenceCase(a.Title()))
	}
	widgets.FillQuietly(f.authentication, ways, max(slices.Index(trustmanager.Authentications, c.Authentication), 0))
	f.certificate.SetText(c.ClientCertificate)
	f.key.SetText(c.ClientKey)
	f.proxy.SetText(c.Proxy)
	f.ca.SetText(c.ExtraCA)
	f.secret.SetText("")
	f.open = true
	f.onChange()
	f.readSecret()
	f.showResult()
}

// forget empties the form.
func (f *connectionForm) forget() {
	f.open, f.isNew = false, false
	f.saved, f.now = trustmanager.Connection{}, trustmanager.Connection{}
	f.secret.SetText("")
	f.dropPasted()
}

// dropPasted wipes the secrets that came with a command.
func (f *connectionForm) dropPasted() {
	for _, secret := range f.pasted {
		clear(secret)
	}
	f.pasted = nil
}

// needed is the secret that goes with the way of proving who one is: with a client certificate the passphrase of its key.
func (f *connectionForm) needed() trustmanager.Secret {
	if s := f.now.NeededSecret(); s != "" {
		return s
	}
	return trustmanager.SecretKeyPassphrase
}

// onChange takes what was typed.
func (f *connectionForm) onChange() {
	if !f.open {
		return
	}
	c := &f.now
	c.Name, c.BaseURL = strings.TrimSpace(f.title.Text), strings.TrimRight(strings.TrimSpace(f.base.Text), "/")
	if i := f.kind.SelectedIndex(); i >= 0 {
		c.Kind = f.kinds[i]
	}
	if i := f.authentication.SelectedIndex(); i >= 0 {
		c.Authentication = trustmanager.Authentications[i]
	}
	c.Proxy, c.ExtraCA = strings.TrimSpace(f.proxy.Text), strings.TrimSpace(f.ca.Text)
	c.ClientCertificate, c.ClientKey = "", ""
	if c.Authentication == trustmanager.ClientCertificate {
		c.ClientCertificate, c.ClientKey = strings.TrimSpace(f.certificate.Text), strings.TrimSpace(f.key.Text)
		f.clientLines.Show()
	} else {
		f.clientLines.Hide()
	}
	f.secretName.SetText(words.SentenceCase(f.needed().Title()))
	f.secret.PlaceHolder = words.T("connection.secret")
	f.secret.Refresh()
	f.remark.SetText("")
	if f.changed() {
		if reason := f.lacks(); reason != "" && c.Name != "" {
			f.remark.SetText(reason)
		}
	}
	f.root.Refresh()
	f.tab.showBar()
}

// changed says whether there is something to save.
func (f *connectionForm) changed() bool {
	return f.open && (f.isNew && f.now.Name != "" || !f.isNew && !reflect.DeepEqual(f.now, f.saved) || f.secret.Text != "" || len(f.pasted) > 0)
}

// lacks says what is wrong with the connection, "" if nothing is.
func (f *connectionForm) lacks() string {
	err := f.now.Validate()
	if err == nil {
		return ""
	}
	first, _, _ := strings.Cut(err.Error(), "\n")
	return words.Sentence(words.Visible(first))
}

// save writes the connection into the file and a typed secret into the keychain, and then tests it.
func (f *connectionForm) save() {
	d, t := f.tab.app.Desk(), f.tab
	if d == nil {
		t.app.NoDesk()
		return
	}
	c, isNew := f.now, f.isNew
	secrets := map[string][]byte{} // by account
	for s, value := range f.pasted {
		secrets[c.Account(s)] = bytes.Clone(value)
	}
	if f.secret.Text != "" {
		secrets[c.Account(f.needed())] = []byte(f.secret.Text)
	}
	frame.Run(t.work, words.T("settings.saving"), func(ctx context.Context, _ progress.Func) (bool, error) {
		defer func() {
			for _, secret := range secrets {
				clear(secret)
			}
		}()
		all := true
		for account, secret := range secrets {
			kept, err := d.Keep(ctx, account, secret)
			if err != nil {
				return false, err
			}
			all = all && kept
		}
		if !isNew {
			return all, d.Connections.Update(c)
		}
		err := d.Connections.Add(c)
		if err != nil { // no key stays of a connection that there is not
			for account := range secrets {
				err = errors.Join(err, d.Forget(context.WithoutCancel(ctx), account))
			}
		}
		return all, err
	}, func(kept bool, err error) {
		if err != nil {
			t.showBar()
			t.app.Fail(words.T("settings.save-failed"), err)
			return
		}
		if !kept {
			t.app.Note(widgets.Note{State: look.Warning, Text: words.T("settings.no-keychain")})
		}
		delete(f.results, c.ID)
		t.chosen = c.ID
		f.set(c, false)
		t.app.Preferences().SetBool(frame.PrefWelcomed, true)
		t.app.ReadConnections(false)
		f.list(c)
		t.test()
	})
}

// list makes the list show a saved connection at once, before the file is read again.
func (f *connectionForm) list(c trustmanager.Connection) {
	t := f.tab
	all := slices.Clone(t.list.All)
	if i := slices.IndexFunc(all, func(o trustmanager.Connection) bool { return o.ID == c.ID }); i >= 0 {
		all[i] = c
	} else {
		all = append(all, c)
	}
	standard := t.list.Standard
	if len(all) == 1 {
		standard = c.ID
	}
	t.list = frame.ConnectionList{All: all, Standard: standard}
	t.show()
}

// readSecret says whether the keychain holds the secret, and since when.
func (f *connectionForm) readSecret() {
	d := f.tab.app.Desk()
	f.secretState.SetText("")
	f.secretState.Color = look.ColorMuted
	f.removing.Hide()
	if len(f.pasted) > 0 {
		f.tab.peek.Drop()
		f.secretState.SetText(words.T("connection.pasted"))
		f.root.Refresh()
		return
	}
	if d == nil || f.isNew || !f.open {
		return
	}
	account := f.now.Account(f.needed())
	frame.Run(f.tab.peek, "", func(ctx context.Context, _ progress.Func) (time.Time, error) { return d.Secrets.Created(ctx, account) }, func(at time.Time, err error) {
		if f.now.Account(f.needed()) != account || frame.Cancelled(err) {
			return
		}
		f.secretState.Color = look.ColorMuted
		switch {
		case err == nil && d.Secrets.Remembered(account):
			f.secretState.SetText(words.T("connection.in-memory"))
			f.removing.Show()
		case err == nil:
			f.secretState.SetText(words.T("connection.in-keychain", "Since", ageWords(at, f.tab.app.Tasks().Now())))
			f.removing.Show()
		case errors.Is(err, keychain.ErrNotFound):
			f.secretState.SetText(words.T("connection.not-there"))
		default:
			f.secretState.Color = look.Warning.Color()
			f.secretState.SetText(frame.ConnectionWords(err))
		}
		f.root.Refresh()
	})
}

// ageWords says how long a key has been in use.
func ageWords(at, now time.Time) string {
	if at.IsZero() {
		return words.T("connection.unknown-age")
	}
	days := int(now.Sub(at).Hours() / 24)
	if days < 1 {
		return words.T("connection.since-today")
	}
	return words.N("connection.since", days)
}

// removeSecret takes the secret out of the keychain.
func (f *connectionForm) removeSecret() {
	d, t := f.tab.app.Desk(), f.tab
	account := f.now.Account(f.needed())
	t.app.Ask(&widgets.Dialog{State: look.Warning, Title: words.T("connection.forget-title"),
		Text: words.T("connection.forget-text"),
		Answers: []widgets.Answer{{Text: words.T("dialog.back")}, {Text: words.T("settings.remove-now"), Danger: true, Act: func() {
			if !t.free() {
				return
			}
			frame.Run(t.work, "", func(ctx context.Context, _ progress.Func) (struct{}, error) {
				return struct{}{}, d.Forget(ctx, account)
			}, func(_ struct{}, err error) {
				t.showBar()
				if err != nil {
					t.app.Fail(words.T("connection.forget-failed"), err)
				}
				f.readSecret()
			})
		}}}})
}

// showResult shows what the last test of the connection found.
func (f *connectionForm) showResult() {
	f.steps.Objects = nil
	if r, ok := f.results[f.saved.ID]; ok {
		f.steps.Objects = []fyne.CanvasObject{widgets.Space(0, look.Gap), stepLines(r)}
	}
	f.root.Refresh()
}

// stepLines are the steps of a test, each with what was found.
func stepLines(r trustmanager.TestResult) fyne.CanvasObject {
	lines := widgets.Down(look.Gap, widgets.NewText(words.T("connection.test")).Bold())
	for _, s := range r.Steps {
		state := look.Ready
		switch s.Outcome {
		case trustmanager.FailedStep:
			state = look.Failed
		case trustmanager.NotReached, trustmanager.LeftOut:
			state = look.LeftOut
		}
		text := words.SentenceCase(words.Core(s.Title))
		if s.Text != "" {
			text += ": " + words.Plain(s.Text)
		}
		advice := ""
		if s.Outcome == trustmanager.FailedStep && s.Err != nil {
			advice = frame.Advice(s.Err)
			if errors.As(s.Err, new(*trustmanager.SecretError)) { // whose own text names the keychain's entry
				text, advice = words.SentenceCase(words.Core(s.Title))+": "+advice, ""
			}
		}
		phrase := widgets.NewParagraph(text)
		phrase.Color = state.Color()
		said := widgets.Down(2, phrase)
		if advice != "" {
			said.Add(widgets.NewParagraph(advice))
		}
		lines.Add(container.NewBorder(nil, nil, widgets.Across(0, widgets.Down(0, widgets.Icon(state.Icon(), 20)), widgets.Space(look.Gap, 0)), nil, said))
	}
	return lines
}

// tested is what the last test of a connection found, in one line.
func (f *connectionForm) tested(id string) (widgets.Fact, bool) {
	r, ok := f.results[id]
	switch {
	case !ok:
		return widgets.Fact{}, false
	case r.OK():
		return widgets.Fact{State: look.Ready, Text: words.T("settings.works")}, true
	}
	return widgets.Fact{State: look.Failed, Text: words.T("settings.does-not-work")}, true
}
