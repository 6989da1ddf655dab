package resources

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"io/fs"
	"strings"
	"testing"
)

func TestIconsAreWellFormed(t *testing.T) {
	names, err := fs.Glob(icons, "icons/*.svg")
	if err != nil || len(names) == 0 {
		t.Fatalf("%d icons, %v", len(names), err)
	}
	for _, name := range names {
		f, err := icons.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		d := xml.NewDecoder(f)
		for {
			if _, err = d.Token(); err != nil {
				break
			}
		}
		if err != io.EOF {
			t.Errorf("%s: %v", name, err)
		}
		f.Close()
	}
}

func TestTranslationsAreFlatTexts(t *testing.T) {
	data, err := fs.ReadFile(Translations, "translations/en.json")
	if err != nil {
		t.Fatal(err)
	}
	var texts map[string]any
	if err := json.Unmarshal(data, &texts); err != nil {
		t.Fatal(err)
	}
	for key, text := range texts {
		switch v := text.(type) {
		case string:
			if strings.TrimSpace(v) == "" {
				t.Errorf("%s is empty", key)
			}
		case map[string]any: // plurals
			if v["other"] == nil {
				t.Errorf("%s has no form %q", key, "other")
			}
		default:
			t.Errorf("%s is a %T", key, text)
		}
	}
}

// Licenses of what every build has in it. Whether they are all there, make check asks the go command.
func TestNotices(t *testing.T) {
	for _, name := range []string{"The Go standard library", "fyne.io/fyne/v2 ", "theme/font/LICENSE_Inter.txt", "glfw/LICENSE.md", "modernc.org/sqlite "} {
		if !strings.Contains(Notices(), name) {
			t.Errorf("no license of %s", name)
		}
	}
}
