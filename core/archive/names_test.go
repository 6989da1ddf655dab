package archive

import (
	"strings"
	"testing"
)

func TestCheckName(t *testing.T) {
	for _, name := range []string{
		"a.csr", "dir/", "dir/sub/a.csr", "Gerät ü/日本.csr", "con-1.csr", "COM10", "comet.txt", "a b.csr", ".hidden", "a..b", "LPT", "nul-1/x",
		strings.Repeat("d/", 63) + "x",
	} {
		if err := CheckName(name); err != nil {
			t.Errorf("%q: %v, want it accepted", name, err)
		}
	}
	for name, want := range map[string]string{
		"":                             "empty",
		"/":                            "absolute",
		"/etc/passwd":                  "absolute",
		"//server/share":               "absolute",
		"C:x":                          "drive letter",
		"c:/x":                         "drive letter",
		`dir\x`:                        "backslash",
		`..\x`:                         "backslash",
		"..":                           `folder ".."`,
		"../x":                         `folder ".."`,
		"a/../../x":                    `folder ".."`,
		"a/..":                         `folder ".."`,
		"./x":                          `folder "."`,
		"a//b":                         "empty folder",
		"a//":                          "empty folder",
		"a\x00.csr":                    "U+0000",
		"a\nb":                         "U+000A",
		"a\x7f":                        "U+007F",
		"a\u0085b":                     "U+0085",
		"\xff":                         "UTF-8",
		"ab:stream":                    "Windows cannot store",
		"what?":                        "Windows cannot store",
		"CON":                          "device",
		"con.csr":                      "device",
		"dir/Nul":                      "device",
		"aux.tar.gz":                   "device",
		"COM1":                         "device",
		"lpt9.txt":                     "device",
		"COM¹":                         "device",
		"CONOUT$":                      "device",
		"prn/x":                        "device",
		"nul .txt":                     "device",
		"x.":                           "dot",
		"x /y":                         "begins or ends with a space",
		"dir./x":                       "dot",
		" x":                           "begins or ends with a space",
		strings.Repeat("a", 256):       "255",
		strings.Repeat("d/", 64) + "x": "65 folders deep",
	} {
		if err := CheckName(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want an error with %q", name, err, want)
		}
	}
}

func TestNamesAreDecoded(t *testing.T) {
	unicodeField := func(crcOf, name string) []byte {
		b := append([]byte{1}, le.AppendUint32(nil, checksum(crcOf))...)
		return field(0x7075, append(b, name...))
	}
	for _, c := range []struct {
		p    part
		want string
	}{
		{part{name: "ü", flags: flagUTF8}, "ü"},
		{part{name: "ü"}, "ü"},
		{part{name: "Ger\x84t"}, "Gerät"}, // code page 437
		{part{name: "Ger_t", extra: unicodeField("Ger_t", "Gerät")}, "Gerät"},
		{part{name: "Ger_t", extra: unicodeField("renamed", "Gerät")}, "Ger_t"},
		{part{name: "Ger_t", extra: unicodeField("Ger_t", "Ger\xff")}, "Ger_t"},
		{part{name: "Ger_t", extra: []byte{0x75, 0x70, 0xff, 0xff}}, "Ger_t"},
	} {
		z := mustOpen(t, forgery{parts: []part{c.p}}.bytes())
		if e, err := z.Entry(0); err != nil || e.Name != c.want {
			t.Errorf("%q with %x: %q, %v; want %q", c.p.name, c.p.extra, e.Name, err, c.want)
		}
	}
}

// Names too long to be kept are read from the archive: nothing else may change.
func TestLongNames(t *testing.T) {
	f := forgery{}
	for i := range 250 {
		f.parts = append(f.parts, part{name: strings.Repeat("long/", 40) + string(rune('A'+i%26)) + strings.Repeat("x", i), text: "text", deflate: true})
	}
	z := mustOpen(t, f.bytes())
	if z.names != nil {
		t.Fatal("the names are in memory: the test does not test what it says")
	}
	for i, p := range f.parts {
		if e, err := z.Entry(i); err != nil || e.Name != p.name {
			t.Fatalf("entry %d: %q, %v", i, e.Name, err)
		}
		if b, err := z.ReadEntry(i, nil); err != nil || string(b) != "text" {
			t.Fatalf("entry %d: %q, %v", i, b, err)
		}
	}
	if err := z.CheckExtraction(); err != nil {
		t.Error(err)
	}
}
