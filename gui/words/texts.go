// Package words puts things into words for people: the program's texts by their keys, counts, sizes and times as the user's
// locale writes them, and what is visible of a text that somebody else wrote. Data for machines never passes through it.
//
// The English texts stand in resources/translations/en.json and nowhere else; T and N fetch them.
package words

import (
	"io/fs"
	"sync"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"enrollbench/resources"
)

// T is the text of a key. What the text leaves open is given as names and values in turn: T("save.ready", "File", name).
// A key that no file has comes back as it is; a test of this package finds every such key.
func T(key string, open ...any) string {
	load()
	if len(open) == 0 {
		return lang.X(key, key)
	}
	return lang.X(key, key, named(open))
}

// N is the text of a key in the form that fits n things. {{.Number}} in it is n, grouped, unless it is given; the rest is given as for T.
func N(key string, n int, open ...any) string {
	load()
	values := named(open)
	if _, given := values["Number"]; !given {
		values["Number"] = Group(n)
	}
	return lang.XN(key, key, n, values)
}

// named is what a text leaves open, by name: pairs, or a map that was made before.
func named(open []any) map[string]any {
	values := make(map[string]any, len(open)/2+1)
	if len(open) == 1 {
		for k, v := range open[0].(map[string]any) {
			values[k] = v
		}
		return values
	}
	for i := 0; i < len(open); i += 2 {
		values[open[i].(string)] = open[i+1]
	}
	return values
}

// load makes the texts known, once. A user whose language has no file gets English; the toolkit would log an error for each
// text otherwise.
var load = sync.OnceFunc(func() {
	if err := lang.AddTranslationsFS(resources.Translations, resources.TranslationsDir); err != nil {
		fyne.LogError("translations", err)
	}
	locale := lang.SystemLocale()
	name := locale.LanguageString()
	for _, own := range []string{name, name[:2]} {
		if _, err := fs.Stat(resources.Translations, resources.TranslationsDir+"/"+own+".json"); err == nil {
			return
		}
	}
	english, err := resources.Translations.ReadFile(resources.TranslationsDir + "/en.json")
	if err == nil {
		err = lang.AddTranslationsForLocale(english, locale)
	}
	if err != nil {
		fyne.LogError("translations", err)
	}
})
