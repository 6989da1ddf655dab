package form

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// TestUnwrap: what lies within comes out whole, whichever coats lie around it and however it is read.
func TestUnwrap(t *testing.T) {
	enveloped := info(seq([]byte{2, 1, 0}, raw(tagSet, bytes.Repeat(junk, 500))), 1, 2, 840, 113549, 1, 7, 3) // longer than a window
	mail := "Received: by x\r\nMIME-Version: 1.0\r\nContent-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: base64\r\n\r\n" + string(base64Lines(enveloped))
	text := `[{"certificate": "` + strings.Repeat("x", 1000) + `"}]`
	for name, c := range map[string]struct{ in, out, coats string }{
		"bare":             {string(enveloped), string(enveloped), "none"},
		"base64":           {string(base64Lines(enveloped)), string(enveloped), "base64"},
		"PEM":              {string(pemText("ENCRYPTED MESSAGE", enveloped)), string(enveloped), "PEM"},
		"mail":             {mail, string(enveloped), "S/MIME"},
		"mbox":             {"From x\r\n" + mail, string(enveloped), "S/MIME"},
		"base64 of mail":   {string(base64Lines([]byte(mail))), string(enveloped), "base64 around S/MIME"},
		"UTF-16 of base64": {string(utf16Text(string(base64Lines(enveloped)), true, true)), string(enveloped), "UTF-16 text around base64"},
		"JSON":             {text, text, "none"},
		"JSON with mark":   {"\uFEFF" + text, text, "none"},
		"JSON in UTF-16":   {string(utf16Text(text, false, false)), text, "UTF-16 text"},
		"zeros":            {strings.Repeat("\x00", 99) + string(enveloped), string(enveloped), "zero bytes"},
		"keys stay in PEM": {string(pemText("PRIVATE KEY", junk)), string(pemText("PRIVATE KEY", junk)), "none"},
	} {
		for how, r := range map[string]io.Reader{"whole": strings.NewReader(c.in), "bytes": iotest.OneByteReader(strings.NewReader(c.in)), "with its end": iotest.DataErrReader(strings.NewReader(c.in))} {
			in, f, err := Unwrap(r)
			if err != nil || f.Coats.String() != c.coats {
				t.Fatalf("%s, %s: %s, %v", name, how, f.Coats, err)
			}
			if got, err := io.ReadAll(in); err != nil || string(got) != c.out {
				t.Errorf("%s, %s: %d bytes of %d, %v", name, how, len(got), len(c.out), err)
			}
		}
		broken := errors.New("broken")
		in, _, err := Unwrap(io.MultiReader(strings.NewReader(c.in[:len(c.in)/2]), iotest.ErrReader(broken)))
		if err == nil {
			_, err = io.Copy(io.Discard, in)
		}
		if !errors.Is(err, broken) || errors.Is(err, ErrCoat) {
			t.Errorf("%s: an error of the disk is told as %v", name, err)
		}
	}
	for name, in := range map[string]string{
		"junk behind": string(base64Lines(junk[:0])) + string(base64Lines(enveloped)) + "!!", "padding in the middle": string(base64Lines([]byte("PK\x03\x04xxxxxxxxxxxxxxx"))) + "AAAA",
		"PEM without end": strings.TrimSuffix(string(pemText("CMS", enveloped)), "-----END CMS-----\n"), "something behind PEM": string(pemText("CMS", enveloped)) + "x",
	} {
		r, _, err := Unwrap(strings.NewReader(in))
		if err == nil {
			_, err = io.Copy(io.Discard, r)
		}
		if coat := (*CoatError)(nil); !errors.As(err, &coat) || coat.Reason == "" || !strings.Contains(err.Error(), "damaged or cut short") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestCleanBase64: marks of programs and mails come out with a word about them, and nothing else does.
func TestCleanBase64(t *testing.T) {
	for in, want := range map[string][2]string{
		"QUJD\r\n REVG\t":         {"QUJDREVG", ""},
		`QUJD\nREVG\r\n`:          {"QUJDREVG", escapedNote},
		`QUJD\\nREVG`:             {"QUJDREVG", escapedNote},
		"\"QUJD\\n\" +\n\"REVG\"": {"QUJDREVG", quoteNote + ", " + escapedNote + ", " + joinNote},
		"> QUJD\n> REVG":          {"QUJDREVG", mailNote},
		"QUJD<br>\nREVG":          {"QUJDREVG", htmlNote},
		"QUJD\u00A0REVG\u200B":    {"QUJDREVG", spaceNote},
		`QU\/D\u002bEVG=`:         {"QU/D+EVG=", "escaped characters"},
		"+QUJD":                   {"+QUJD", ""},
		"\"+QUJD\"":               {"+QUJD", quoteNote},
		"QUJD>REVG":               {"QUJD>REVG", ""},
		"QUJD[...]REVG":           {"QUJD[...]REVG", ""},
		"QUJD<snip>REVG":          {"QUJD<snip>REVG", ""},
		"QUJD=3D":                 {"QUJD=3D", ""},
	} {
		if got, note := CleanBase64([]byte(in)); string(got) != want[0] || note != want[1] {
			t.Errorf("%q: %q (%s), want %q (%s)", in, got, note, want[0], want[1])
		}
	}
}

// FuzzPrivateKey: the search ends, and what it finds it finds behind other text and in base64 too.
func FuzzPrivateKey(f *testing.F) {
	for _, all := range fixtures() {
		for _, data := range all {
			f.Add(data[:min(len(data), 1<<10)])
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		kind, found := PrivateKey(data)
		if found && !kind.has(private) {
			t.Fatalf("%s is no private key", kind)
		}
		clean, _ := CleanBase64(data)
		if len(clean) > len(data) {
			t.Fatal("cleaning added something")
		}
		last := 0
		for from, to := range Base64Runs(data, 20) {
			if from < last || to <= from || to > len(data) {
				t.Fatalf("a run from %d to %d", from, to)
			}
			last = to
		}
		if n := FindRequest(data); n >= 0 && Detect(data[n:]).Kind != PKCS10 {
			t.Fatalf("no request begins at %d", n)
		}
	})
}
