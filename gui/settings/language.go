package settings

import (
	"enrollbench/gui/frame"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// askLanguage lets the user choose the language of the next start: what is on the screen is not drawn anew, because work may stand in it.
func (t *Room) askLanguage() {
	prefs := t.app.Preferences()
	answers := []widgets.Answer{{Text: words.T("dialog.back")}, {Text: words.T("settings.language-system"), Act: func() { t.speak("") }}}
	for _, tag := range words.Languages() {
		answers = append(answers, widgets.Answer{Text: words.LanguageName(tag), Act: func() { t.speak(tag) }})
	}
	now := words.T("settings.language-system")
	if tag := prefs.String(frame.PrefLanguage); tag != "" {
		now = words.LanguageName(tag)
	}
	t.app.Ask(&widgets.Dialog{State: look.Notice, Title: words.T("settings.language"), Text: words.T("settings.language-text", "Language", now), Answers: answers})
}

func (t *Room) speak(tag string) {
	t.app.Preferences().SetString(frame.PrefLanguage, tag)
	t.app.Note(widgets.Note{State: look.Ready, Text: words.T("settings.language-next")})
}
