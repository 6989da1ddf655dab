package words

import (
	"strings"

	"fyne.io/fyne/v2/lang"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
	"golang.org/x/text/message"

	"enrollbench/resources"
)

// Languages lists the tags of the languages that the window speaks, English first, then in the order of their names.
func Languages() []string {
	tags := []string{"en"}
	files, _ := resources.Translations.ReadDir(resources.TranslationsDir)
	for _, f := range files {
		if tag, isText := strings.CutSuffix(f.Name(), ".json"); isText && tag != "en" {
			tags = append(tags, tag)
		}
	}
	return tags
}

// LanguageName is what a language calls itself: "Deutsch".
func LanguageName(tag string) string { return display.Self.Name(language.Make(tag)) }

// Language is the tag of the language that is spoken.
func Language() string { return in().tag.String() }

// Use speaks a language from now on: one of Languages, or the system's for "" and for a tag that is not among them. What is already
// on the screen stays as it is, so that a choice counts from the next start. Digits are grouped as in the system's region where that
// speaks the same language.
func Use(tag string) {
	system, err := language.Parse(lang.SystemLocale().LanguageString())
	if err != nil || system == language.Und {
		system = language.English
	}
	known := Languages()
	own := make([]language.Tag, len(known))
	for i, k := range known {
		own[i] = language.Make(k)
	}
	wanted := system
	if tag != "" {
		wanted = language.Make(tag)
	}
	_, i, _ := language.NewMatcher(own).Match(wanted)
	s := load(own[i])
	numbers := s.tag
	if a, _ := system.Base(); tag == "" {
		numbers = system
	} else if b, _ := s.tag.Base(); a == b {
		numbers = system
	}
	printer.Store(message.NewPrinter(numbers))
	current.Store(s)
}
