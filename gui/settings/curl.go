package settings

import (
	"bytes"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"enrollbench/core/trustmanager"
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/widgets/sight"
	"enrollbench/gui/words"
)

// looksLikeCurl says whether a text on the clipboard is a cURL command.
func looksLikeCurl(text string) bool {
	text = strings.TrimSpace(text)
	return strings.HasPrefix(text, "curl ") || strings.HasPrefix(text, "curl.exe ") || strings.HasPrefix(text, "curl\t")
}

// pasteCurl takes the command that the portal shows for a profile.
func (t *Room) pasteCurl() {
	if t.work.Busy() {
		t.app.Busy()
		return
	}
	if !t.form.open {
		t.Add() // the command says where the service is
	}
	text := widgets.NewTextArea()
	text.TextStyle.Monospace = true
	text.PlaceHolder = "curl -X POST 'https://…' -H 'x-api-key: …' -F 'data=@batch.zip'"
	if clip := t.app.Clipboard().Content(); looksLikeCurl(clip) {
		text.SetText(clip)
	}
	d := &widgets.Dialog{State: look.Notice, Title: words.T("curl.title"), Body: widgets.AtLeast(0, 190, text), Text: words.T("curl.text")}
	d.Answers = []widgets.Answer{{Text: words.T("dialog.back"), Act: func() { text.SetText("") }}, {Text: words.T("curl.read"), Act: func() {
		command := text.Text
		text.SetText("") // there may be a key in it
		t.readCurl(command)
	}}}
	d.FocusFirst(text)
	t.app.Ask(d)
}

// readCurl shows what a command would change before it does.
func (t *Room) readCurl(text string) {
	command, err := trustmanager.ParseCurl(text)
	if err != nil {
		t.app.Fail(words.T("curl.unreadable"), err)
		return
	}
	if t.work.Busy() {
		command.Wipe()
		t.app.Busy()
		return
	}
	if !t.form.open {
		t.Add()
	}
	if command.Purpose == "" {
		t.askPurpose(command)
		return
	}
	t.showCurl(command)
}

// askPurpose asks what a command is for that does not say so.
func (t *Room) askPurpose(command trustmanager.Curl) {
	var names []string
	for _, p := range trustmanager.Purposes {
		names = append(names, string(p))
	}
	which := widgets.NewSelect(names, func(int) {})
	t.app.Ask(&widgets.Dialog{State: look.Notice, Title: words.T("curl.purpose"), Body: widgets.Outlined(which),
		Text: words.T("curl.purpose-text"),
		Answers: []widgets.Answer{{Text: words.T("dialog.back"), Act: command.Wipe}, {Text: words.T("curl.read"), Act: func() {
			command.Purpose = trustmanager.Purposes[max(which.SelectedIndex(), 0)]
			t.showCurl(command)
		}}}})
}

func (t *Room) showCurl(command trustmanager.Curl) {
	base := t.form.now
	if base.Name == "" {
		base.Name = curlName(base, t.list)
	}
	changes, err := command.Changes(base)
	if err != nil {
		command.Wipe()
		t.app.Fail(words.T("curl.unusable"), err)
		return
	}
	var lines []string
	for _, c := range changes {
		lines = append(lines, words.Visible(words.Core(c.What)+": "+emptyWords(c.From)+" › "+emptyWords(c.To)))
	}
	for secret := range command.Secrets() {
		lines = append(lines, words.T("curl.secret", "Secret", words.SentenceCase(secret.Title())))
	}
	for _, n := range command.Notes(base) {
		lines = append(lines, words.Sentence(words.Visible(n)))
	}
	if len(lines) == 0 {
		lines = []string{words.T("curl.nothing")}
	}
	t.app.Ask(&widgets.Dialog{State: look.Notice, Title: words.T("curl.changes"), Body: wholeLines(lines),
		Text: words.T("curl.changes-text"),
		Answers: []widgets.Answer{{Text: words.T("dialog.back"), Act: command.Wipe},
			{Text: words.T("curl.take"), Act: func() { t.applyCurl(command, base) }}}})
}

// changesHeight is how much of a long list of changes is shown at once.
const (
	changesHeight = 380
	changeHeight  = 56 // of one of two lines
)

// wholeLines are lines of which nothing is cut off: what is agreed to must be read.
func wholeLines(lines []string) fyne.CanvasObject {
	box := widgets.Down(look.Gap)
	for _, l := range lines {
		box.Add(container.NewBorder(nil, nil, widgets.Down(0, widgets.Across(0, widgets.NewText("•").Muted(), widgets.Space(look.Gap/2, 0))), nil, widgets.NewParagraph(l)))
	}
	return widgets.AtLeast(0, min(changesHeight, float32(len(lines))*changeHeight), sight.New(widgets.Inset(0, look.Gap, box)))
}

// curlName is a name for a connection that a command makes.
func curlName(c trustmanager.Connection, l frame.ConnectionList) string {
	name := c.Kind.Title()
	for _, other := range l.All {
		if strings.EqualFold(other.Name, name) {
			return name + " " + words.Group(len(l.All)+1)
		}
	}
	return name
}

func emptyWords(s string) string {
	if s == "" {
		return "—"
	}
	return s
}

// applyCurl puts what the command says into the form. Its secrets stay in memory until the connection is saved: whoever lets
// go of the changes keeps the key that is in use.
func (t *Room) applyCurl(command trustmanager.Curl, base trustmanager.Connection) {
	defer command.Wipe()
	after, err := command.Apply(base)
	if err != nil {
		t.app.Fail(words.T("curl.unusable"), err)
		return
	}
	pasted := map[trustmanager.Secret][]byte{}
	for secret, value := range command.Secrets() {
		pasted[secret] = bytes.Clone(value)
	}
	f := t.form
	saved, isNew, typed := f.saved, f.isNew, f.secret.Text
	f.set(after, isNew)
	f.saved, f.pasted = saved, pasted
	f.secret.SetText(typed)
	f.onChange()
	f.readSecret()
	t.show()
}
