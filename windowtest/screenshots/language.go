//go:build unix

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"enrollbench/windowtest/desktop"
)

// locale is the one of the pictures, "" for English.
var locale = os.Getenv("PICTURES_LOCALE")

// foreign says that the window speaks another language than the steps here.
func foreign() bool { return locale != "" }

// pictureFolder is where pictures go that would go into a folder if they were in English.
func pictureFolder(english string) string {
	if foreign() {
		return filepath.Join(looked, locale)
	}
	return english
}

// expect waits until the window shows what is meant, in whatever language.
func expect(p *desktop.Program, what string, shows func(desktop.State) bool) (desktop.State, error) {
	return p.Expect(what, func(s desktop.State) bool { return shows(inEnglish(s)) })
}

// state is what the window shows.
func state(p *desktop.Program) (desktop.State, error) {
	s, err := p.State()
	return inEnglish(s), err
}

// inEnglish translates back what the steps ask for: names of rooms, buttons and rows, and whole sentences.
func inEnglish(s desktop.State) desktop.State {
	if !foreign() {
		return s
	}
	s.Tab, s.Action, s.Sentence = back(s.Tab), back(s.Action), back(s.Sentence)
	if kind, name, ok := strings.Cut(s.Focus, " "); ok {
		s.Focus = kind + " " + back(name)
	}
	return s
}

// judged says whether a verdict begins as is meant; in another language, whether there is one.
func judged(s desktop.State, prefix string) bool {
	return strings.HasPrefix(s.Verdict, prefix) || foreign() && s.Verdict != ""
}

// back is the English of a text, or of the longest text that it begins with; what has none stays as it is.
func back(text string) string {
	best := ""
	for foreign := range english() {
		if len(foreign) > len(best) && strings.HasPrefix(text, foreign) && (len(foreign) == len(text) || len(foreign) > 8) {
			best = foreign
		}
	}
	if best == "" {
		return text
	}
	return english()[best] + text[len(best):]
}

// english are the English texts by those of the language.
var english = sync.OnceValue(func() map[string]string {
	read := func(language string) map[string]any {
		var all map[string]any
		b, err := os.ReadFile(filepath.Join("resources", "translations", language+".json")) // #nosec G304 -- the project's own
		if err == nil {
			err = json.Unmarshal(b, &all)
		}
		if err != nil {
			panic(err) // a language that there is not was asked for
		}
		return all
	}
	language, _, _ := strings.Cut(locale, "_")
	out, theirs := map[string]string{}, read(language)
	for key, text := range read("en") {
		if e, ok := text.(string); ok {
			if f, ok := theirs[key].(string); ok && out[f] == "" {
				out[f] = e
			}
		}
	}
	return out
})
