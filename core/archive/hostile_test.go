package archive

import (
	"context"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
)

// The stage at which an archive is refused.
const (
	atOpen = iota
	atRead // by Open, ReadEntry and Verify alike
	atExtraction
	nowhere
)

var two = []part{{name: "a", text: "alpha"}, {name: "b", text: strings.Repeat("beta", 50), deflate: true}}

// first gives two parts with the first one changed.
func first(change func(p *part)) []part {
	parts := append([]part(nil), two...)
	change(&parts[0])
	return parts
}

var hostile = []struct {
	name  string
	f     forgery
	stage int
	want  string // in the error; for entries their name too
}{
	{"honest", forgery{parts: two}, nowhere, ""},
	{"empty archive", forgery{}, nowhere, ""},
	{"comment", forgery{parts: two, comment: "made by line 4"}, nowhere, ""},
	{"ZIP64 end", forgery{parts: two, zip64: true}, nowhere, ""},
	{"ZIP64 end, all masked", forgery{parts: two, zip64: true, end: func(b []byte) {
		for i := 4; i < 20; i++ {
			b[i] = 0xff
		}
	}}, nowhere, ""},
	{"descriptors", forgery{parts: []part{{name: "a", text: "1", descriptor: "12"}, {name: "b", text: "2", descriptor: "16"},
		{name: "c", text: "3", descriptor: "20", deflate: true}, {name: "d", text: "4", descriptor: "24", deflate: true}}}, nowhere, ""},
	{"ZIP64 field, all masked", forgery{parts: first(func(p *part) {
		p.extra = field(1, longs(5, 5, 0))
		p.directory = func(h []byte) {
			copy(h[20:28], "\xff\xff\xff\xff\xff\xff\xff\xff")
			copy(h[42:46], "\xff\xff\xff\xff")
		}
	})}, nowhere, ""},
	{"ZIP64 field, size masked", forgery{parts: first(func(p *part) {
		p.extra = field(1, longs(5))
		p.directory = func(h []byte) { copy(h[24:28], "\xff\xff\xff\xff") }
	})}, nowhere, ""},
	{"ZIP64 sizes in the local header", forgery{parts: first(func(p *part) {
		p.localExtra = field(1, longs(5, 5))
		p.local = func(h []byte) { copy(h[18:26], "\xff\xff\xff\xff\xff\xff\xff\xff") }
	})}, nowhere, ""},
	{"directory in another order", forgery{parts: two, reverse: true}, nowhere, ""},
	{"directory in another order, junk", forgery{parts: first(func(p *part) { p.gap = "hidden" }), reverse: true}, atRead, "6 bytes that belong to nothing"},
	{"offsets exchanged", forgery{parts: []part{
		{name: "aa", text: "1", place: func(o, _ uint32) uint32 { return o + 30 + 2 + 1 }},
		{name: "bb", text: "1", place: func(_, p uint32) uint32 { return p }},
	}}, atRead, "its name"},
	{"spanning marker", forgery{prefix: "PK00", parts: two}, nowhere, ""},

	{"too short", forgery{}, atOpen, "too few"},
	{"program in front", forgery{prefix: "#!/bin/sh\n", parts: two}, atOpen, "10 bytes come before its first entry"},
	{"program in front, offsets not moved", forgery{prefix: "#!/bin/sh\n", parts: two, end: func(b []byte) {
		le.PutUint32(b[16:], le.Uint32(b[16:])-10)
	}}, atOpen, "10 bytes before it or after its directory belong to nothing"},
	{"junk before an empty directory", forgery{prefix: "junk"}, atOpen, "no entries"},
	{"junk before the directory", forgery{parts: two, before: "hidden"}, atRead, "6 bytes that belong to nothing"},
	{"much junk between", forgery{parts: first(func(p *part) { p.gap = strings.Repeat("x", 70_000) })}, atOpen, "belong to nothing"},
	{"junk between", forgery{parts: first(func(p *part) { p.gap = "hidden" })}, atRead, `"a"): 6 bytes that belong to nothing`},
	{"junk after a descriptor", forgery{parts: first(func(p *part) { p.gap, p.descriptor = "hidden", "12" })}, atRead, "not a data descriptor"},
	{"junk within packed data", forgery{parts: first(func(p *part) { p.deflate, p.packedTail = true, "hidden" })}, atRead, "something follows its end"},
	{"junk in the directory", forgery{parts: two, inside: "hidden"}, atOpen, "6 bytes more"},
	{"second end record in the comment", forgery{parts: two, comment: string(forgery{}.bytes())}, atOpen, "second end record"},
	{"end record signature in the comment", forgery{parts: two, comment: "PK\x05\x06 and so on and so forth, long enough"}, atOpen, "second end record"},
	{"comment longer than the file", forgery{parts: two, end: func(b []byte) { b[20] = 9 }}, atOpen, "end is cut off"},
	{"comment shorter than the file", forgery{parts: two, comment: "long", end: func(b []byte) { b[20] = 2 }}, atOpen, "something follows"},
	{"more entries than there are", forgery{parts: two, end: func(b []byte) { b[8], b[10] = 3, 3 }}, atOpen, "no room"},
	{"fewer entries than there are", forgery{parts: two, end: func(b []byte) { b[8], b[10] = 1, 1 }}, atOpen, "more than its 1 entries"},
	{"directory beyond the end", forgery{parts: two, end: func(b []byte) { b[16] = 0xff }}, atOpen, "does not fit"},
	{"damaged directory", forgery{parts: first(func(p *part) { p.directory = func(h []byte) { h[0] = 'X' } })}, atOpen, "damaged at entry 1 of 2"},
	{"split archive", forgery{parts: two, end: func(b []byte) { b[4] = 1 }}, atOpen, "split archive"},
	{"entry in another part", forgery{parts: first(func(p *part) { p.directory = func(h []byte) { h[34] = 1 } })}, atOpen, "split archive"},

	{"ZIP64 count lies", forgery{parts: two, zip64: true, end64: func(r, _ []byte) { r[24], r[32] = 1, 1 }}, atOpen, "contradicts"},
	{"ZIP64 offset lies", forgery{parts: two, zip64: true, end64: func(r, _ []byte) { r[48]++ }}, atOpen, "contradicts"},
	{"ZIP64 locator outside", forgery{parts: two, zip64: true, end64: func(_, l []byte) { l[15] = 0x7f }}, atOpen, "points outside"},
	{"ZIP64 locator elsewhere", forgery{parts: two, zip64: true, end64: func(_, l []byte) { l[8]-- }}, atOpen, "does not point"},
	{"ZIP64 several disks", forgery{parts: two, zip64: true, end64: func(_, l []byte) { l[16] = 2 }}, atOpen, "split archive"},
	{"ZIP64 impossible", forgery{parts: two, zip64: true, end: func(b []byte) { copy(b[8:20], strings.Repeat("\xff", 12)) },
		end64: func(r, _ []byte) { r[47] = 0xff }}, atOpen, "impossible"},
	{"ZIP64 field missing", forgery{parts: first(func(p *part) {
		p.directory = func(h []byte) { copy(h[24:28], "\xff\xff\xff\xff") }
	})}, atOpen, `"a"): a size refers to a ZIP64 field`},
	{"ZIP64 field lies", forgery{parts: first(func(p *part) { p.extra = field(1, longs(7, 5, 0)) })}, atOpen, "contradicts its header"},
	{"two ZIP64 fields", forgery{parts: first(func(p *part) {
		p.extra = append(field(1, longs(5, 5, 0)), field(1, longs(5, 5, 0))...)
	})}, atOpen, "two ZIP64 fields"},
	{"ZIP64 size negative", forgery{parts: first(func(p *part) {
		p.extra = field(1, longs(math.MaxUint64))
		p.directory = func(h []byte) { copy(h[24:28], "\xff\xff\xff\xff") }
	})}, atOpen, "contradicts its header"},

	{"overlap", forgery{parts: []part{two[0], two[1],
		{name: "c", text: "alpha", place: func(_, _ uint32) uint32 { return 0 }}}}, atOpen, "overlaps"},
	{"nested extent", forgery{parts: first(func(p *part) { p.directory = func(h []byte) { h[20], h[24] = 20, 20 } })}, atOpen, `overlaps the entry "b"`},
	{"beyond the directory", forgery{parts: []part{{name: "a", text: "x", directory: func(h []byte) { h[21], h[25] = 9, 9 }}}}, atOpen, "beyond"},
	{"stored with two sizes", forgery{parts: first(func(p *part) { p.directory = func(h []byte) { h[24] = 4 } })}, atOpen, "two sizes differ"},
	{"folder with data", forgery{parts: first(func(p *part) { p.name = "a/" })}, atOpen, "holds data"},
	{"no name", forgery{parts: first(func(p *part) { p.name = "" })}, atOpen, "no name"},

	{"local name differs", forgery{parts: first(func(p *part) {
		p.local = func(h []byte) { h[26], h[28] = 0, 1 }
	})}, atRead, `"a"): its local header differs from the directory in its name`},
	{"local method differs", forgery{parts: first(func(p *part) { p.local = func(h []byte) { h[8] = 8 } })}, atRead, "in its method"},
	{"local flags differ", forgery{parts: first(func(p *part) { p.local = func(h []byte) { h[6] = 1 } })}, atRead, "in its flags"},
	{"local size differs", forgery{parts: first(func(p *part) { p.local = func(h []byte) { h[22] = 4 } })}, atRead, "in its size"},
	{"local compressed size differs", forgery{parts: first(func(p *part) { p.local = func(h []byte) { h[18] = 4 } })}, atRead, "in its compressed size"},
	{"local CRC differs", forgery{parts: first(func(p *part) { p.local = func(h []byte) { h[14]++ } })}, atRead, "in its CRC-32"},
	{"local ZIP64 missing", forgery{parts: first(func(p *part) {
		p.local = func(h []byte) { copy(h[22:26], "\xff\xff\xff\xff") }
	})}, atRead, "refers to a ZIP64 field"},
	{"local header missing", forgery{parts: first(func(p *part) { p.local = func(h []byte) { h[2] = 'X' } })}, atRead, "local header is missing"},
	{"local extra reaches into the next", forgery{parts: first(func(p *part) { p.local = func(h []byte) { h[28] = 200 } })}, atRead, "reaches into the next"},
	{"descriptor lies", forgery{parts: first(func(p *part) { p.descriptor, p.foot = "16", func(d []byte) { d[8]++ } })}, atRead, "descriptor differs"},
	{"descriptor damaged", forgery{parts: first(func(p *part) { p.descriptor, p.foot = "24", func(d []byte) { d[0]++ } })}, atRead, "descriptor is damaged"},

	{"encrypted", forgery{parts: first(func(p *part) { p.flags = flagEncrypted })}, atRead, "encrypted"},
	{"strongly encrypted", forgery{parts: first(func(p *part) { p.flags = flagStrong | flagMasked })}, atRead, "encrypted"},
	{"patch data", forgery{parts: first(func(p *part) { p.flags = flagPatched })}, atRead, "patch"},
	{"unknown method", forgery{parts: first(func(p *part) {
		p.local = func(h []byte) { h[8] = 14 }
		p.directory = func(h []byte) { h[10] = 14 }
	})}, atRead, "LZMA"},
	{"wrong CRC", forgery{parts: first(func(p *part) {
		p.local = func(h []byte) { h[14]++ }
		p.directory = func(h []byte) { h[16]++ }
	})}, atRead, "CRC-32 is wrong"},
	{"longer than declared", forgery{parts: []part{{name: "a", text: "alpha", deflate: true,
		local: func(h []byte) { h[22] = 4 }, directory: func(h []byte) { h[24] = 4 }}}}, atRead, "longer than declared"},
	{"shorter than declared", forgery{parts: []part{{name: "a", text: "alpha", deflate: true,
		local: func(h []byte) { h[22] = 6 }, directory: func(h []byte) { h[24] = 6 }}}}, atRead, "damaged: unexpected EOF"},

	{"symbolic link", forgery{parts: first(func(p *part) { p.host, p.external = 3, 0o120777<<16 })}, atExtraction, "symbolic link"},
	{"symbolic link of another host", forgery{parts: first(func(p *part) { p.host, p.external = 0, 0o120777<<16 })}, atExtraction, "symbolic link"},
	{"device", forgery{parts: first(func(p *part) { p.host, p.external = 3, 0o060666<<16 })}, atExtraction, "special file"},
	{"folder by mode only", forgery{parts: first(func(p *part) { p.host, p.external = 3, 0o040755<<16 })}, atExtraction, "not by its name"},
	{"traversal", forgery{parts: first(func(p *part) { p.name = "../a" })}, atExtraction, `folder ".."`},
	{"same name", forgery{parts: first(func(p *part) { p.name = "b" })}, atExtraction, "entry 1"},
	{"same name but for case", forgery{parts: first(func(p *part) { p.name = "B" })}, atExtraction, `entry 1 ("B")`},
	{"same name but for composition", forgery{parts: []part{{name: "ü", text: "1"}, {name: "u\u0308", text: "2"}}}, atExtraction, "composition"},
	{"file and folder", forgery{parts: []part{{name: "a", text: "1"}, {name: "a/", text: ""}}}, atExtraction, "entry 1"},
	{"file used as a folder", forgery{parts: []part{{name: "A", text: "1"}, {name: "a/b/c", text: "2"}}}, atExtraction, "entry 1 says is a file"},
	{"not UTF-8 in spite of the flag", forgery{parts: first(func(p *part) { p.name, p.flags = "\xff", flagUTF8 })}, atExtraction, "UTF-8"},
}

func TestHostile(t *testing.T) {
	for _, c := range hostile {
		t.Run(c.name, func(t *testing.T) {
			data := c.f.bytes()
			if c.name == "too short" {
				data = data[1:]
			}
			z, err := open(data, Limits{})
			if c.stage == atOpen {
				refused(t, "Open", err, c.want)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			err = z.Verify(context.Background(), nil)
			if c.stage == atRead {
				refused(t, "Verify", err, c.want)
				refused(t, "ReadEntry", readAll(z), c.want)
				refused(t, "Open(i)", streamAll(z), c.want)
				return
			}
			if err := errors.Join(err, readAll(z), streamAll(z)); err != nil {
				t.Fatal(err)
			}
			err = z.CheckExtraction()
			if c.stage == atExtraction {
				refused(t, "CheckExtraction", err, c.want)
			} else if err != nil {
				t.Error(err)
			}
		})
	}
}

func refused(t *testing.T, by string, err error, want string) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || !strings.Contains(err.Error(), want) {
		t.Errorf("%s: error %v, want *Error with %q", by, err, want)
	}
}

func readAll(z *Reader) error {
	for i := range z.Len() {
		if _, err := z.ReadEntry(i, nil); err != nil {
			return err
		}
	}
	return nil
}

func streamAll(z *Reader) error {
	for i := range z.Len() {
		r, err := z.Open(i)
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, r)
		r.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

// One ratio holds for every intake that does not say otherwise, and none does.
func TestUsualRatio(t *testing.T) {
	for tail, ok := range map[int]bool{12000: true, 4096: false} {
		f := forgery{parts: []part{{name: "zeros", text: strings.Repeat("\x00", 2<<20-tail) + noise(tail), deflate: true}}}
		var limit *LimitError
		if _, err := open(f.bytes(), Limits{}); (err == nil) != ok || !ok && (!errors.As(err, &limit) || limit.Max != 200) {
			t.Errorf("%d bytes that do not pack: %v", tail, err)
		}
	}
}

func TestLimits(t *testing.T) {
	zeros := strings.Repeat("\x00", 2<<20-12000) + noise(12000)
	f := forgery{parts: []part{{name: "first", text: "alpha"}, {name: "zeros", text: zeros, deflate: true}}}
	for _, c := range []struct {
		what string
		l    Limits
		want LimitError
	}{
		{"archive", Limits{ArchiveBytes: 100}, LimitError{What: "bytes of the archive", Max: 100}},
		{"entries", Limits{Entries: 1}, LimitError{What: "entries", Value: 2, Max: 1}},
		{"entry", Limits{EntryBytes: 1 << 20}, LimitError{What: "bytes uncompressed", Value: 2 << 20, Max: 1 << 20, Name: "zeros"}},
		{"total", Limits{TotalBytes: 2 << 20}, LimitError{What: "bytes uncompressed in all", Value: 2<<20 + 5, Max: 2 << 20}},
		{"ratio", Limits{Ratio: 100}, LimitError{What: "times its packed size", Max: 100, Name: "zeros"}},
		{"name", Limits{NameBytes: 4}, LimitError{What: "bytes in a name", Value: 5, Max: 4, Name: "first…"}},
	} {
		t.Run(c.what, func(t *testing.T) {
			_, err := open(f.bytes(), c.l)
			var got *LimitError
			if !errors.As(err, &got) {
				t.Fatalf("error %v, want a *LimitError", err)
			}
			if c.want.Value == 0 {
				c.want.Value = got.Value
			}
			if *got != c.want || got.Value <= got.Max {
				t.Errorf("got %+v, want %+v", *got, c.want)
			}
		})
	}
	if _, err := open(f.bytes(), Limits{Entries: 2, EntryBytes: 2 << 20, TotalBytes: 2<<20 + 5, Ratio: 1032, NameBytes: 5}); err != nil {
		t.Errorf("at the limits: %v", err)
	}
}

// A directory that claims more entries than it has room for must not cost memory first.
func TestCountIsCheckedBeforeMemory(t *testing.T) {
	data := forgery{parts: two, zip64: true, end: func(b []byte) { copy(b[8:12], "\xff\xff\xff\xff") },
		end64: func(r, _ []byte) { le.PutUint64(r[24:], 1<<40); le.PutUint64(r[32:], 1<<40) }}.bytes()
	_, err := open(data, Limits{Entries: math.MaxInt})
	refused(t, "Open", err, "no room")
}
