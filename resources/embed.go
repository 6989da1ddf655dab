// Package resources holds what is built into the window program besides code: icons and translations.
package resources

import (
	"embed"

	"fyne.io/fyne/v2"
)

// Translations holds one JSON file for each language in the folder TranslationsDir, named after it ("en.json"), and in its folder core what core says, by its English.
//
//go:embed translations
var Translations embed.FS

// TranslationsDir is the folder within Translations.
const TranslationsDir = "translations"

//go:embed notices.txt
var notices string

// Notices returns the licenses of everything that is built into the program, as plain text of some thousand lines.
// scripts/notices prints it from the modules of the build.
func Notices() string { return notices }

//go:embed icons/*.svg
var icons embed.FS

//go:embed icon.png
var appIcon []byte

// AppIcon is the program's own icon, 256 pixels square.
func AppIcon() fyne.Resource { return fyne.NewStaticResource("icon.png", appIcon) }

// Icon returns the drawing icons/<name>.svg, black on nothing: the theme colours it. An unknown name is a mistake in the
// program and panics.
func Icon(name string) *fyne.StaticResource {
	b, err := icons.ReadFile("icons/" + name + ".svg")
	if err != nil {
		panic("resources: no icon is called " + name)
	}
	return fyne.NewStaticResource(name+".svg", b)
}
