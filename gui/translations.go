package gui

import (
	"io/fs"
	"sync"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"enrollbench/resources"
)

// LoadTranslations makes the texts known, once. A user whose language has no file gets English; the toolkit would log
// an error for each text otherwise.
var LoadTranslations = sync.OnceFunc(func() {
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
