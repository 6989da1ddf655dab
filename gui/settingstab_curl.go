package gui

import (
	"context"
	"strings"

	"fyne.io/fyne/v2/lang"

	"enrollbench/core/job"
	"enrollbench/core/progress"
	"enrollbench/core/trustmanager"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
)

// looksLikeCurl says whether a text on the clipboard is a cURL command.
func looksLikeCurl(text string) bool {
	text = strings.TrimSpace(text)
	return strings.HasPrefix(text, "curl ") || strings.HasPrefix(text, "curl.exe ") || strings.HasPrefix(text, "curl\t")
}

// pasteCurl takes the command that the portal shows for a profile.
func (t *settingsTab) pasteCurl() {
	if c := t.list.find(t.chosen); c == nil || c.ID == job.PracticeID {
		t.add() // the command says where the service is
	}
	text := widgets.NewTextArea()
	text.TextStyle.Monospace = true
	text.PlaceHolder = "curl -X POST 'https://…' -H 'x-api-key: …' -F 'data=@batch.zip'"
	if clip := t.app.fyne.Clipboard().Content(); looksLikeCurl(clip) {
		text.SetText(clip)
	}
	d := &widgets.Dialog{State: look.Notice, Title: lang.X("curl.title", "Paste the portal's cURL command"), Body: widgets.AtLeast(0, 190, text),
		Text: lang.X("curl.text", "The portal shows it for each profile: enrollment profile details, API, Batch certificate requests. Paths, header and field names are taken from it. A key in it goes into the keychain.")}
	d.Answers = []widgets.Answer{{Text: lang.X("dialog.back", "Go back")}, {Text: lang.X("curl.read", "See what it changes"), Act: func() { t.readCurl(text.Text) }}}
	d.FocusFirst(text)
	t.app.ask(d)
}

// readCurl shows what a command would change before it does.
func (t *settingsTab) readCurl(text string) {
	command, err := trustmanager.ParseCurl(text)
	if err != nil {
		t.app.fail(lang.X("curl.unreadable", "The command was not understood"), err)
		return
	}
	if !t.form.open {
		t.add()
	}
	if command.Purpose == "" {
		t.askPurpose(command)
		return
	}
	t.showCurl(command)
}

// askPurpose asks what a command is for that does not say so.
func (t *settingsTab) askPurpose(command trustmanager.Curl) {
	var names []string
	for _, p := range trustmanager.Purposes {
		names = append(names, string(p))
	}
	which := widgets.NewSelect(names, func(int) {})
	t.app.ask(&widgets.Dialog{State: look.Notice, Title: lang.X("curl.purpose", "What is this command for?"), Body: widgets.Outlined(which),
		Text: lang.X("curl.purpose-text", "Its path does not tell. Choose which request of the service it shows."),
		Answers: []widgets.Answer{{Text: lang.X("dialog.back", "Go back"), Act: command.Wipe}, {Text: lang.X("curl.read", "See what it changes"), Act: func() {
			command.Purpose = trustmanager.Purposes[max(which.SelectedIndex(), 0)]
			t.showCurl(command)
		}}}})
}

func (t *settingsTab) showCurl(command trustmanager.Curl) {
	base := t.form.now
	if base.Name == "" {
		base.Name = curlName(base, t.list)
	}
	changes, err := command.Changes(base)
	if err != nil {
		command.Wipe()
		t.app.fail(lang.X("curl.unusable", "The command does not fit a connection"), err)
		return
	}
	var lines []string
	for _, c := range changes {
		lines = append(lines, visible(c.What+": "+emptyWords(c.From)+" › "+emptyWords(c.To)))
	}
	for secret := range command.Secrets() {
		lines = append(lines, lang.X("curl.secret", "{{.Secret}}: goes into the keychain", map[string]any{"Secret": sentenceCase(secret.Title())}))
	}
	for _, n := range command.Notes(base) {
		lines = append(lines, sentence(visible(n)))
	}
	if len(lines) == 0 {
		lines = []string{lang.X("curl.nothing", "Nothing: the connection is like that already.")}
	}
	t.app.ask(&widgets.Dialog{State: look.Notice, Title: lang.X("curl.changes", "What the command changes"), List: lines,
		Text: lang.X("curl.changes-text", "This was understood. Take it over, then save the connection."),
		Answers: []widgets.Answer{{Text: lang.X("dialog.back", "Go back"), Act: command.Wipe},
			{Text: lang.X("curl.take", "Take it over"), Act: func() { t.applyCurl(command, base) }}}})
}

// curlName is a name for a connection that a command makes.
func curlName(c trustmanager.Connection, l connectionList) string {
	name := c.Kind.Title()
	for _, other := range l.all {
		if strings.EqualFold(other.Name, name) {
			return name + " " + count(len(l.all)+1)
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

// applyCurl puts what the command says into the form, and its secrets into the keychain.
func (t *settingsTab) applyCurl(command trustmanager.Curl, base trustmanager.Connection) {
	after, err := command.Apply(base)
	if err != nil {
		command.Wipe()
		t.app.fail(lang.X("curl.unusable", "The command does not fit a connection"), err)
		return
	}
	d, secrets := t.app.desk, command.Secrets()
	Run(t.work, lang.X("settings.saving", "Saving"), func(ctx context.Context, _ progress.Func) (bool, error) {
		defer command.Wipe()
		all := true
		for secret, value := range secrets {
			kept, err := d.keep(ctx, after.Account(secret), value)
			if err != nil {
				return false, err
			}
			all = all && kept
		}
		return all, nil
	}, func(kept bool, err error) {
		saved, isNew := t.form.saved, t.form.isNew
		t.form.set(after, isNew)
		t.form.saved = saved
		t.form.onChange()
		t.show()
		switch {
		case err != nil:
			t.app.fail(lang.X("curl.key-failed", "The key was not kept"), err)
		case !kept:
			t.app.note(widgets.Note{State: look.Warning, Text: lang.X("settings.no-keychain", "This computer has no keychain: the key is kept in memory until the program ends, and asked for again then.")})
		}
	})
}
