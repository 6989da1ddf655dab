package form

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
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
		"line breaks":      {"\r\n\r\n" + string(enveloped), string(enveloped), "a file with line breaks before it"},
		"a mark":           {"\xEF\xBB\xBFPK\x03\x04" + strings.Repeat("\x01", 99), "PK\x03\x04" + strings.Repeat("\x01", 99), "a file with line breaks before it"},
		"text behind PEM":  {string(pemText("CMS", enveloped)) + "Best regards,\nGrüße -----\n-- \n----- Doe\n", string(enveloped), "PEM"},
		"JSON around":      {`{"status": "COMPLETE", "data": "` + strings.ReplaceAll(base64.StdEncoding.EncodeToString(enveloped), "/", `\/`) + `", "n": 1}`, string(enveloped), "a text that holds it as base64"},
		"JSON with lines":  {`{"data": "` + strings.ReplaceAll(string(base64Lines(enveloped)), "\n", `\n`) + `"}`, string(enveloped), "a text that holds it as base64"},
		"JSON around PEM":  {`{"data": "` + strings.ReplaceAll(string(pemText("CMS", enveloped)), "\n", `\n`) + `"}`, string(enveloped), "changed text (dashes, quotation marks or escaped line breaks) around PEM"},
		"base64 of PEM":    {`{"data": "` + base64.StdEncoding.EncodeToString(pemText("CMS", enveloped)) + `"}`, string(enveloped), "a text that holds it as base64 around PEM"},
		"XML around":       {"<?xml version=\"1.0\"?><r><data>" + string(base64Lines(enveloped)) + "</data></r>", string(enveloped), "a text that holds it as base64"},
		"YAML around":      {"status: COMPLETE\ndata: " + base64.StdEncoding.EncodeToString(enveloped) + "\nat: noon\n", string(enveloped), "a text that holds it as base64"},
		"base64 mail":      {"From: a@b\nSubject: r\nContent-Transfer-Encoding: base64\nContent-Type: text/plain\n\n" + string(base64Lines(pemText("CMS", enveloped))), string(enveloped), "S/MIME around PEM"},
		"PEM attached":     {mailOf(pemText("CMS", enveloped), []byte("\x89PNG\r\n\x1A\n"+strings.Repeat("\x00", 500))), string(enveloped), "S/MIME around PEM"},
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
		"PEM without end": strings.TrimSuffix(string(pemText("CMS", enveloped)), "-----END CMS-----\n"), "something behind PEM": strings.TrimSuffix(string(pemText("CMS", enveloped)), "\n") + "x",
		"another block":       string(pemText("CMS", enveloped)) + "and\n-" + string(pemText("CMS", enveloped)),
		"a second value":      `["` + base64.StdEncoding.EncodeToString(enveloped) + `", ` + strings.Repeat(" ", HeadBytes) + `"` + base64.StdEncoding.EncodeToString(enveloped) + `"]`,
		"a second attachment": mailOf(enveloped, enveloped),
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

// mailOf is a mail with attachments.
func mailOf(attached ...[]byte) string {
	text := "From: a@b\r\nSubject: r\r\nContent-Type: multipart/mixed; boundary=bb\r\n\r\n--bb\r\nContent-Type: text/plain\r\n\r\nhello\r\n"
	for _, a := range attached {
		text += "--bb\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n" + string(base64Lines(a))
	}
	return text + "--bb--\r\n"
}

// TestNotWrapped: a text whose parts are for whoever reads it keeps them.
func TestNotWrapped(t *testing.T) {
	sealed := base64.StdEncoding.EncodeToString(info(seq([]byte{2, 1, 0}, raw(tagSet, bytes.Repeat(junk, 50))), 1, 2, 840, 113549, 1, 7, 3))
	certificate := strings.ReplaceAll(string(pemText("CERTIFICATE", junk)), "\n", `\n`)
	for _, text := range []string{
		`[{"certificate": "` + certificate + `", "private_key": "` + sealed + `"}]`, `{"encrypted_private_key": "` + sealed + `"}`, `["` + sealed + `", "` + sealed + `"]`,
		`{"hash": "` + strings.Repeat("QUJD", 99) + `"}`, `{"note": "-----BEGIN CMS----- is how it begins"}`,
	} {
		if f := Detect([]byte(text)); f.Kind != JSON || len(f.Coats) > 0 {
			t.Errorf("%.60q: %s, %s", text, f, f.Coats)
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
		"QU%2FD%0D%0A%2BEVG%3D":   {"QU/D+EVG=", "escaped characters, " + escapedNote},
		"QUJD&#10;REVG&#xA;":      {"QUJDREVG", escapedNote},
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

// TestChangedPEM: what programs, mails and word processors do to PEM is undone before a sealed message is read, and keys are found
// in their blocks all the same.
func TestChangedPEM(t *testing.T) {
	enveloped := info(seq([]byte{2, 1, 0}, raw(tagSet, bytes.Repeat(junk, 20))), 1, 2, 840, 113549, 1, 7, 3)
	key := must(x509.MarshalPKCS8PrivateKey(ecKey))
	legacy := "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\n" + string(base64Lines(junk)) + "-----END RSA PRIVATE KEY-----\n"
	for name, change := range map[string]func(string) string{
		"dashes":          func(s string) string { return strings.ReplaceAll(s, "-----", "\u2013\u2013\u2013\u2013\u2013") },
		"two long dashes": func(s string) string { return strings.ReplaceAll(s, "-----", "\u2014\u2014") },
		"Windows-1252":    func(s string) string { return strings.ReplaceAll(s, "-----", "\x96\x96-") },
		"four hyphens":    func(s string) string { return strings.ReplaceAll(s, "-----", "----") },
		"a space":         func(s string) string { return strings.ReplaceAll(s, "-----BEGIN", "----- BEGIN") },
		"escaped":         func(s string) string { return strings.ReplaceAll(s, "\n", `\n`) },
		"CR LF escaped":   func(s string) string { return strings.ReplaceAll(s, "\n", `\r\n`) },
		"escaped twice":   func(s string) string { return strings.ReplaceAll(s, "\n", `\\n`) },
		"a JSON string":   func(s string) string { return strings.ReplaceAll(string(must(json.Marshal(s))), "/", `\/`) },
		"a quoted mail":   func(s string) string { return "> " + strings.ReplaceAll(s, "\n", "\n> ") },
		"odd spaces":      func(s string) string { return strings.ReplaceAll(s, "\n", "\u00A0\n") },
	} {
		text := change(string(pemText("PKCS7", enveloped)))
		for how, r := range map[string]io.Reader{"whole": strings.NewReader(text), "bytes": iotest.OneByteReader(strings.NewReader(text))} {
			in, f, err := Unwrap(r)
			if err != nil || f.Kind != EnvelopedData || f.Coats[0] != Changed {
				t.Fatalf("%s, %s: %s (%s), %v", name, how, f, f.Coats, err)
			}
			if got, err := io.ReadAll(in); err != nil || !bytes.Equal(got, enveloped) {
				t.Errorf("%s, %s: %d bytes of %d, %v", name, how, len(got), len(enveloped), err)
			}
		}
		var found [][]byte
		for b := range PEMBlocks([]byte(change(string(pemText("PRIVATE KEY", key)) + legacy))) {
			found = append(found, b.Bytes)
			if b.Type == "RSA PRIVATE KEY" && (b.Headers["Proc-Type"] != "4,ENCRYPTED" || b.Headers["DEK-Info"] != "AES-256-CBC,00") {
				t.Errorf("%s: %v", name, b.Headers)
			}
		}
		if len(found) != 2 || !bytes.Equal(found[0], key) || !bytes.Equal(found[1], junk) {
			t.Errorf("%s: %d blocks", name, len(found))
		}
	}
	for name, change := range map[string]func(string) string{
		"one line": func(s string) string { return strings.ReplaceAll(s, "\n", "") }, "spaces": func(s string) string { return strings.ReplaceAll(s, "\n", " ") },
		"indented": func(s string) string { return "  " + strings.ReplaceAll(s, "\n", "\n  ") }, "a URL": url.PathEscape, "a setting": func(s string) string { return `KEY="` + strings.ReplaceAll(s, "\n", `\n`) + `"` },
	} {
		n := 0
		for b := range PEMBlocks([]byte(change(string(pemText("PRIVATE KEY", key))))) {
			if n++; !bytes.Equal(b.Bytes, key) {
				t.Errorf("%s: another key", name)
			}
		}
		if n != 1 {
			t.Errorf("%s: %d blocks", name, n)
		}
	}
}

// TestCoatsOfTransports: a message as curl -i saves it, attached to a mail of several parts, as a quoted value.
func TestCoatsOfTransports(t *testing.T) {
	enveloped := info(seq([]byte{2, 1, 0}, raw(tagSet, bytes.Repeat(junk, 300))), 1, 2, 840, 113549, 1, 7, 3)
	lines := string(base64Lines(enveloped))
	part := func(kind, body string) string {
		return "--=_x\r\nContent-Type: " + kind + "\r\nContent-Transfer-Encoding: base64\r\n\r\n" + body
	}
	mail := "From: a@b\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed;\r\n boundary=\"=_x\"\r\n\r\nA mail of several parts.\r\n--=_x\r\n\r\nhello\r\n" +
		part("application/pdf", string(base64Lines([]byte("%PDF-1.7 "+string(junk))))) + part("application/octet-stream; name=r.p7m", lines) + "--=_x--\r\nfooter\r\n"
	for name, c := range map[string]struct {
		in   string
		coat Coat
	}{
		"curl -i":  {"HTTP/1.1 200 OK\r\nContent-Type: application/pkcs7-mime\r\n\r\n" + string(enveloped), HTTP},
		"HTTP/2":   {"HTTP/2 200 \r\ncontent-type: text/plain\r\n\r\n" + lines, HTTP},
		"a proxy":  {"HTTP/1.1 200 Connection established\r\n\r\nHTTP/1.1 200 OK\r\nDate: x\r\n\r\n" + string(enveloped), HTTP},
		"a mail":   {mail, SMIME},
		"PGP/MIME": {"From: a@b\nMIME-Version: 1.0\nContent-Type: multipart/encrypted; boundary=XX\n\n--XX\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n\n--XX\nContent-Type: application/octet-stream\n\n" + string(pemText("PKCS7", enveloped)) + "\n--XX--\n-- \nfooter\n", PEM},
		"quoted":   {`"` + strings.ReplaceAll(lines, "\n", "") + `"`, Base64},
		"Python":   {`b'` + strings.ReplaceAll(lines, "\n", "") + `'`, Base64},
		"a URL":    {"data:application/pkcs7-mime;base64," + lines, Base64},
	} {
		in, f, err := Unwrap(strings.NewReader(c.in))
		if err != nil || f.Kind != EnvelopedData || f.Coats[0] != c.coat {
			t.Errorf("%s: %s (%s), %v", name, f, f.Coats, err)
			continue
		}
		if got, err := io.ReadAll(in); err != nil || !bytes.Equal(got, enveloped) {
			t.Errorf("%s: %d bytes of %d, %v", name, len(got), len(enveloped), err)
		}
	}
	two := string(pemText("PKCS7", enveloped))
	if in, _, err := Unwrap(strings.NewReader("From: a@b\nSubject: x\n\n" + two + "hello\n" + two)); err != nil {
		t.Error(err)
	} else if _, err = io.Copy(io.Discard, in); !errors.Is(err, ErrCoat) {
		t.Errorf("two messages in a mail: %v", err)
	}
	for in, want := range map[string]Kind{
		"HTTP/1.1 is a protocol\nthat carries text": Text, "\"hello\"": Text, "'MIIB' is how base64 begins": Text, "data:text/plain;base64,": Text,
		"From: a@b\nSubject: x\nContent-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\naGVsbG8gd29ybGQgYWdhaW4=\n--x--\n": Mail,
	} {
		if f := Detect([]byte(in)); f.Kind != want {
			t.Errorf("%q: %s (%s)", in, f, f.Coats)
		}
	}
}

// TestKeyInHexDump: digits are a coat too.
func TestKeyInHexDump(t *testing.T) {
	key := must(x509.MarshalPKCS8PrivateKey(ecKey))
	for _, text := range []string{hex.EncodeToString(key), hex.Dump(key), strings.ReplaceAll(fmt.Sprintf("% x", key), " ", ":")} {
		if k, ok := PrivateKey([]byte(text)); !ok || k != PKCS8 {
			t.Errorf("%s, %v in %.40s", k, ok, text)
		}
	}
	if k, ok := PrivateKey([]byte(hex.Dump(request))); ok {
		t.Errorf("%s in a request", k)
	}
}
