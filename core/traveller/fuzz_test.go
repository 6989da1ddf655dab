package traveller

import (
	"bytes"
	"image/png"
	"testing"
)

// Any name makes a page and a label; names come from files that anybody made.
func FuzzName(f *testing.F) {
	for _, s := range []string{"", "Los 7 Übergröße", "日本", "a\x00b\u202e", "\xff\xfe", "😀😀", "(((("} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		r := record(name)
		r.Profile.Name, r.Connection.Name, r.RecipientTitle = name, name, name
		var page, label bytes.Buffer
		if err := Page(&page, r, English); err != nil || !bytes.HasPrefix(page.Bytes(), []byte("%PDF-")) {
			t.Fatal(err)
		}
		if err := Label(&label, r, PNG, English); err != nil {
			t.Fatal(err)
		}
		if _, err := png.Decode(&label); err != nil {
			t.Fatal(err)
		}
	})
}
