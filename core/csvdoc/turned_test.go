package csvdoc

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTurned: encodings without the structure of ASCII are read as UTF-8, edited, and saved as UTF-8.
func TestTurned(t *testing.T) {
	want := "name,place\r\n\"d,1\",東京\r\nd2,ﾃｽﾄ\r\n"
	plain := "name,place\r\nd1,Rome\r\n"
	utf32 := func(text string, low int) string {
		var b strings.Builder
		for _, r := range text {
			u := [4]byte{}
			for i := range 3 {
				u[low+i*(1-2*low/3)] = byte(r >> (8 * i))
			}
			b.Write(u[:])
		}
		return b.String()
	}
	for _, c := range []struct{ text, want, in string }{
		{"\xFF\xFE\x00\x00" + utf32(want, 0), want, "UTF-32LE"}, {"\x00\x00\xFE\xFF" + utf32(want, 3), want, "UTF-32BE"},
		{utf32(plain, 0), plain, "UTF-32LE"}, {utf32(plain, 3), plain, "UTF-32BE"},
		{"name,place\r\n\"d,1\",\x1B$BEl5~\x1B(B\r\nd2,\x1B(ICCDD\x1B(B\r\n", "name,place\r\n\"d,1\",東京\r\nd2,ﾃﾃﾄﾄ\r\n", "ISO-2022-JP"},
		// 2C within an ideograph is no comma.
		{"name,place\r\nd1,\x1B$B%,%9\x1B(B\r\n", "name,place\r\nd1,ガス\r\n", "ISO-2022-JP"},
	} {
		for _, delimiter := range []byte{0, ','} {
			o := Options{}
			if delimiter > 0 {
				o.Dialect = &Dialect{Delimiter: delimiter, Header: true, Newline: CRLF, NewRows: CRLF}
			}
			d := open(t, c.text, o)
			if got := list(d); len(got) != 1 || got[0] != "turned 0 : the file is in "+c.in+" and is read as UTF-8" {
				t.Errorf("%q: %q", c.text, got)
			}
			if g, ok := d.Guess(); ok {
				t.Errorf("%q: %s", c.text, g)
			}
			if got := save(t, d); got != c.want {
				t.Errorf("%q is saved as %q", c.text, got)
			}
			if err := d.Save(t.Context(), "", SaveOptions{}, nil); err != nil {
				t.Fatal(err)
			}
			if b, err := os.ReadFile(d.Path()); err != nil || string(b) != c.want {
				t.Errorf("%q lies there as %q, %v", c.text, b, err)
			}
		}
	}
	// A file that is larger than what detection looks at.
	d := open(t, utf32("a,b\n"+strings.Repeat("東京,1\n", sampleBytes/8), 0), Options{})
	if n := d.Snapshot().Rows(); n != sampleBytes/8 {
		t.Error(n)
	}
	for _, text := range []string{"a,b\n\x1B[1m,2\n", "a,b\n1,2\n", "a\x00b\x00,\x001\x00\n\x002\x00,\x003\x00\n\x00", "\x00\x00\x00a\x00\x00\x00b",
		strings.Repeat("a\x00\x00\x00", 9) + "a\x00\x11\x00", strings.Repeat("a\x00\x00\x00", 8) + strings.Repeat("\x00", 8)} {
		if turned := turnedOf([]byte(text)); turned != nil {
			t.Errorf("%q is taken for %s", text, turned.name)
		}
	}
	// Whoever chooses another encoding is obeyed.
	path := filepath.Join(t.TempDir(), "x.csv")
	if err := os.WriteFile(path, []byte("a\n\x1B$BEl\x1B(B\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	e, err := Open(t.Context(), path, Options{Dialect: &Dialect{Encoding: ShiftJIS, Delimiter: ',', Header: true}})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if e.base.faults.turned != "" {
		t.Error("turned although Shift_JIS was chosen")
	}
}
