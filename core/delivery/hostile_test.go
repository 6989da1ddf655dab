package delivery

import (
	"archive/zip"
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"enrollbench/core/archive"
)

// zipWith writes entries in order, whatever their names; change alters the finished archive.
func zipWith(t *testing.T, change func([]byte) []byte, headers ...zip.FileHeader) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := range headers {
		h := headers[i]
		h.Method = zip.Store
		w, err := z.CreateHeader(&h)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(h.Name, "/") {
			if _, err := w.Write([]byte("content")); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if change != nil {
		return change(b.Bytes())
	}
	return b.Bytes()
}

func named(names ...string) []zip.FileHeader {
	var all []zip.FileHeader
	for _, n := range names {
		all = append(all, zip.FileHeader{Name: n})
	}
	return all
}

func link(name string, mode os.FileMode) []zip.FileHeader {
	h := zip.FileHeader{Name: name}
	h.SetMode(mode)
	return []zip.FileHeader{h}
}

// Each hostile form is an error that names the entry, also where the archive was sealed, and nothing is written.
func TestHostileArchives(t *testing.T) {
	l := mustLine(t, rsaLine)
	bomb := func() []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		w := must(z.Create("bomb.pem"))
		if _, err := w.Write(make([]byte, 40<<20)); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	directory := func(b []byte) int { return bytes.Index(b, []byte("PK\x01\x02")) }
	for what, c := range map[string]struct {
		data   []byte
		entry  string // named in the error
		limits archive.Limits
	}{
		"traversal":        {zipWith(t, nil, named("a.pem", "../../evil.pem")...), "evil.pem", archive.Limits{}},
		"traversal within": {zipWith(t, nil, named("a/../../evil.pem")...), "evil.pem", archive.Limits{}},
		"backslashes":      {zipWith(t, nil, named(`..\evil.pem`)...), "evil.pem", archive.Limits{}},
		"absolute":         {zipWith(t, nil, named("/etc/evil.pem")...), "/etc/evil.pem", archive.Limits{}},
		"drive":            {zipWith(t, nil, named("C:/evil.pem")...), "C:/evil.pem", archive.Limits{}},
		"symbolic link":    {zipWith(t, nil, link("evil.pem", 0o777|os.ModeSymlink)...), "evil.pem", archive.Limits{}},
		"device":           {zipWith(t, nil, link("evil.pem", 0o666|os.ModeDevice)...), "evil.pem", archive.Limits{}},
		"pipe":             {zipWith(t, nil, link("evil.pem", 0o666|os.ModeNamedPipe)...), "evil.pem", archive.Limits{}},
		"duplicate":        {zipWith(t, nil, named("evil.pem", "b.pem", "evil.pem")...), "evil.pem", archive.Limits{}},
		"case":             {zipWith(t, nil, named("evil.pem", "EVIL.PEM")...), "EVIL.PEM", archive.Limits{}},
		"composition":      {zipWith(t, nil, named("\u00fc.pem", "u\u0308.pem")...), ".pem", archive.Limits{}},
		"file and folder":  {zipWith(t, nil, named("evil", "evil/a.pem")...), "evil", archive.Limits{}},
		"CON":              {zipWith(t, nil, named("con.pem")...), "con.pem", archive.Limits{}},
		"COM1":             {zipWith(t, nil, named("keys/COM1")...), "COM1", archive.Limits{}},
		"trailing dot":     {zipWith(t, nil, named("evil.pem.")...), "evil.pem.", archive.Limits{}},
		"stream of a file": {zipWith(t, nil, named("evil.pem:hidden")...), "evil.pem:hidden", archive.Limits{}},
		"NUL":              {zipWith(t, nil, named("evil.pem\x00.txt")...), "evil.pem", archive.Limits{}},
		"ratio":            {bomb(), "bomb.pem", archive.Limits{}},
		"total":            {zipWith(t, nil, named("a", "b", "c")...), "", archive.Limits{TotalBytes: 15, Entries: 10}},
		"entries":          {zipWith(t, nil, named("a", "b", "c")...), "", archive.Limits{Entries: 2}},
		"one large entry":  {zipWith(t, nil, named("a", "evil.pem")...), "a", archive.Limits{EntryBytes: 5, Entries: 10}},
		"overlap": {zipWith(t, func(b []byte) []byte {
			second := bytes.LastIndex(b, []byte("PK\x01\x02"))
			copy(b[second+42:], "\x00\x00\x00\x00")
			return b
		}, named("aaaa.pem", "evil.pem")...), ".pem", archive.Limits{}},
		"size of a giant":   {zipWith(t, func(b []byte) []byte { copy(b[directory(b)+24:], "\xff\xff\xff\x7f"); return b }, named("evil.pem")...), "evil.pem", archive.Limits{}},
		"ZIP64 lie":         {zipWith(t, func(b []byte) []byte { copy(b[directory(b)+24:], "\xff\xff\xff\xff"); return b }, named("evil.pem")...), "evil.pem", archive.Limits{}},
		"encrypted entry":   {zipWith(t, func(b []byte) []byte { b[6] |= 1; b[directory(b)+8] |= 1; return b }, named("evil.pem")...), "evil.pem", archive.Limits{}},
		"wrong CRC-32":      {zipWith(t, func(b []byte) []byte { b[bytes.Index(b, []byte("content"))] ^= 1; return b }, named("evil.pem")...), "evil.pem", archive.Limits{}},
		"other local name":  {zipWith(t, func(b []byte) []byte { b[30] = 'd'; return b }, named("evil.pem")...), "evil.pem", archive.Limits{}},
		"junk in front":     {append([]byte("PK\x03\x04junk"), zipWith(t, nil, named("evil.pem")...)...), "", archive.Limits{}},
		"hidden end record": {zipWith(t, func(b []byte) []byte { end := bytes.Clone(b[len(b)-22:]); b[len(b)-2] = 22; return append(b, end...) }, named("evil.pem")...), "", archive.Limits{}},
	} {
		t.Run(what, func(t *testing.T) {
			for _, sealed := range []bool{false, true} {
				data := c.data
				if sealed {
					data = l.seal(t, data, false)
				}
				d, err := openResult(t, data, OpenRequest{Opener: l.opener, Limits: Limits{Archive: c.limits}})
				if err == nil {
					t.Fatalf("accepted: %v", d.Findings().All())
				}
				if !strings.Contains(err.Error(), c.entry) {
					t.Errorf("%q is not named: %v", c.entry, err)
				}
				var violation *archive.Error
				var limit *archive.LimitError
				if !errors.As(err, &violation) && !errors.As(err, &limit) && !errors.Is(err, ErrDamaged) {
					t.Errorf("%v", err)
				}
			}
		})
	}
}

func TestOpenWritesNothingButItsSpool(t *testing.T) {
	p := newPlant(t, 2)
	l := mustLine(t, rsaLine)
	home := t.TempDir()
	in := filepath.Join(home, "result.p7m")
	if err := os.WriteFile(in, l.seal(t, zipOf(t, p.files(t)), false), 0o600); err != nil {
		t.Fatal(err)
	}
	spools, traces := t.TempDir(), t.TempDir()
	d, err := Open(ctx, OpenRequest{Paths: []string{in}, Opener: l.opener, SpoolDir: spools, Traces: traces, Now: now}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if list := readTree(t, home); len(list) != 1 {
		t.Errorf("%d files beside the result", len(list))
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	for _, dir := range []string{spools, traces} {
		if list := readTree(t, dir); len(list) != 0 {
			t.Errorf("%d files are left", len(list))
		}
	}
}
