package delivery

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"enrollbench/core/osfile"
	"enrollbench/core/recipient"
)

// unseal decrypts data in a folder of its own and returns what lies there afterwards beside the input.
func unseal(t testing.TB, data []byte, o UnsealOptions) (string, map[string][]byte, error) {
	t.Helper()
	dir := t.TempDir()
	in := filepath.Join(dir, "in")
	if err := os.WriteFile(in, data, 0o600); err != nil {
		t.Fatal(err)
	}
	o.Traces = t.TempDir()
	known, err := Unseal(ctx, in, filepath.Join(dir, "out"), o, nil)
	all := readTree(t, dir)
	if !bytes.Equal(all["in"], data) {
		t.Error("the input was changed")
	}
	delete(all, "in")
	if left := readTree(t, o.Traces); len(left) > 0 {
		t.Errorf("notes are left: %v", left)
	}
	if err != nil && (known != "" || len(all) > 0) {
		t.Errorf("after the error %v there is %q and %d files", err, known, len(all))
	}
	return known, all, err
}

// mailOf is a mail as a mail program saves it: what says that it is sealed does not stand first.
func mailOf(sealed []byte) []byte {
	return append([]byte("Received: from a by b;\r\n\tThu, 1 Jan 2026 00:00:00 +0000\r\nReturn-Path: <a@b>\r\nSubject: result\r\nMIME-Version: 1.0\r\n"+
		"Content-Type: application/x-pkcs7-mime; smime-type=enveloped-data; name=\"smime.p7m\"\r\nContent-Transfer-Encoding: base64\r\n\r\n"), base64Lines(sealed)...)
}

func utf16Of(text []byte) []byte {
	out := []byte{0xFF, 0xFE}
	for _, c := range text {
		out = append(out, c, 0)
	}
	return out
}

func TestUnseal(t *testing.T) {
	p := newPlant(t, 2)
	l, g := mustLine(t, rsaLine), mustLine(t, pgpLine)
	archive := zipOf(t, p.files(t))
	object := p.jsonOf(t, func(device) string { return "" })
	text := []byte("just a text, neither ZIP nor JSON")
	for what, c := range map[string]struct {
		sealed, plain []byte
		opener        Opener
		known         string
	}{
		"CMS, ZIP":             {l.seal(t, archive, false), archive, l.opener, Undamaged},
		"CMS, JSON":            {l.seal(t, object, false), object, l.opener, Undamaged},
		"CMS, JSON with BOM":   {l.seal(t, append([]byte("\ufeff"), object...), false), append([]byte("\ufeff"), object...), l.opener, Undamaged},
		"CMS GCM, ZIP":         {l.seal(t, archive, true), archive, l.opener, Authenticated},
		"CMS GCM, text":        {l.seal(t, text, true), text, l.opener, Authenticated},
		"base64 of CMS":        {base64Lines(l.seal(t, archive, false)), archive, l.opener, Undamaged},
		"base64 twice":         {base64Lines(base64Lines(l.seal(t, archive, false))), archive, l.opener, Undamaged},
		"OpenPGP, ZIP":         {g.seal(t, archive, false), archive, g.opener, Authenticated},
		"OpenPGP, text":        {g.seal(t, text, false), text, g.opener, Authenticated},
		"base64 of OpenPGP":    {base64Lines(g.seal(t, text, false)), text, g.opener, Authenticated},
		"mail as saved":        {mailOf(l.seal(t, archive, false)), archive, l.opener, Undamaged},
		"mail in an mbox":      {append([]byte("From a@b Thu Jan  1 00:00:00 2026\n"), mailOf(l.seal(t, archive, false))...), archive, l.opener, Undamaged},
		"gpgsm":                {pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED MESSAGE", Bytes: l.seal(t, archive, false)}), archive, l.opener, Undamaged},
		"UTF-16 of base64":     {utf16Of(base64Lines(g.seal(t, archive, false))), archive, g.opener, Authenticated},
		"CMS, base64 of a ZIP": {l.seal(t, base64Lines(archive), true), base64Lines(archive), l.opener, Authenticated},
	} {
		t.Run(what, func(t *testing.T) {
			known, all, err := unseal(t, c.sealed, UnsealOptions{Opener: c.opener})
			if err != nil || known != c.known || len(all) != 1 || !bytes.Equal(all["out"], c.plain) {
				t.Errorf("%q, %d files, %v", known, len(all), err)
			}
		})
	}
	if _, _, err := unseal(t, l.seal(t, text, false), UnsealOptions{Opener: l.opener}); !errors.Is(err, ErrNotProven) {
		t.Errorf("text in CBC: %v", err)
	}
	known, all, err := unseal(t, l.seal(t, text, false), UnsealOptions{Opener: l.opener, Insist: true})
	if err != nil || known != NotProven || !bytes.Equal(all["out"], text) {
		t.Errorf("text in CBC, insisted: %q, %v", known, err)
	}
	for what, data := range map[string][]byte{"empty": nil, "blank": []byte("\n\n"), "ZIP": archive, "JSON": object, "nothing sealed": l.seal(t, nil, true), "nothing sealed, CBC": l.seal(t, nil, false), "key": l.key,
		"text like a mail": []byte("Subject: the batch of today\n\nIt is ready.\n")} {
		if _, _, err := unseal(t, data, UnsealOptions{Opener: l.opener, Insist: true}); err == nil {
			t.Errorf("%s is accepted", what)
		}
	}
	if _, _, err := unseal(t, archive, UnsealOptions{}); !errors.Is(err, ErrNeedKey) {
		t.Errorf("no key: %v", err)
	}
}

func TestUnsealIsPrivateAndDoesNotReplace(t *testing.T) {
	l := mustLine(t, rsaLine)
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in"), filepath.Join(dir, "out")
	if err := os.WriteFile(in, l.seal(t, []byte("content"), true), 0o644); err != nil {
		t.Fatal(err)
	}
	o := UnsealOptions{Opener: l.opener, Traces: t.TempDir()}
	if _, err := Unseal(ctx, in, out, o, nil); err != nil {
		t.Fatal(err)
	}
	if who, err := osfile.Others(out); err != nil || len(who) > 0 {
		t.Errorf("%s can be opened by %q, %v", out, who, err)
	}
	if _, err := Unseal(ctx, in, out, o, nil); !errors.Is(err, fs.ErrExist) {
		t.Errorf("an existing file: %v", err)
	}
	o.Replace = true
	if _, err := Unseal(ctx, in, out, o, nil); err != nil {
		t.Error(err)
	}
	stopped, stop := context.WithCancel(ctx)
	stop()
	if _, err := Unseal(stopped, in, out+"2", o, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if left := readTree(t, dir); len(left) != 2 {
		t.Errorf("%d files", len(left))
	}
}

// Every octet of small messages flipped in turn, every truncation, octets appended: never an output.
func TestNothingUnauthenticatedIsReleased(t *testing.T) {
	p := newPlant(t, 1)
	l, g := mustLine(t, ecLine), mustLine(t, pgpLine)
	small := map[string][]byte{"dev-0001.pem": p.devices[0].pem(), "dev-0001.key": p.devices[0].keyPEM(t)}
	archive := zipOf(t, small)
	folder := t.TempDir()
	for name, data := range small {
		if err := os.WriteFile(filepath.Join(folder, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	messages := map[string]struct {
		sealed []byte
		plain  []byte
		opener Opener
	}{
		"CMS CBC of a ZIP": {l.seal(t, archive, false), archive, l.opener},
		"CMS GCM":          {l.seal(t, []byte("short"), true), []byte("short"), l.opener},
		"OpenPGP":          {g.seal(t, []byte("short"), false), []byte("short"), g.opener},
	}
	if run(t, folder, "zip", "-q", "info.zip", "dev-0001.pem", "dev-0001.key") != nil {
		info, err := os.ReadFile(filepath.Join(folder, "info.zip"))
		if err != nil {
			t.Fatal(err)
		}
		m := messages["CMS CBC of a ZIP"]
		m.sealed, m.plain = l.seal(t, info, false), info
		messages["CMS CBC of an Info-ZIP"] = m
	}
	for what, m := range messages {
		t.Run(what, func(t *testing.T) {
			dir := t.TempDir()
			in, out, traces := filepath.Join(dir, "in"), filepath.Join(dir, "out"), t.TempDir()
			try := func(how string, data []byte) {
				t.Helper()
				if err := os.WriteFile(in, data, 0o600); err != nil {
					t.Fatal(err)
				}
				_, err := Unseal(ctx, in, out, UnsealOptions{Opener: m.opener, Traces: traces}, nil)
				content, missing := os.ReadFile(out)
				if err == nil && bytes.Equal(content, m.plain) && strings.HasPrefix(how, "flip") {
					// The octet says nothing about the content (a critical bit of an OpenPGP packet's length form, a
					// parameter that is absent or NULL): what came out is what was sealed.
					os.Remove(out)
					return
				}
				if err == nil || missing == nil {
					t.Fatalf("%s: %v, and there is an output of %d octets", how, err, len(content))
				}
				if list, _ := os.ReadDir(dir); len(list) != 1 {
					t.Fatalf("%s: something is left: %v", how, list)
				}
			}
			step := max(1, len(m.sealed)/400) // each octet of a small one; of a larger one a sample, all blocks in it
			for i := 0; i < len(m.sealed); i += step {
				flipped := bytes.Clone(m.sealed)
				flipped[i] ^= 1 << (i * 5 % 8)
				try(fmt.Sprintf("flip in octet %d of %d", i, len(m.sealed)), flipped)
				if i/step%4 == 0 {
					try(fmt.Sprintf("cut at octet %d of %d", i, len(m.sealed)), m.sealed[:i])
				}
			}
			for _, junk := range []string{"\x00x", "\x01", "junk", strings.Repeat("\x00", 100) + "x", string(m.sealed)} {
				try(fmt.Sprintf("appended %d octets", len(junk)), append(bytes.Clone(m.sealed), junk...))
			}
		})
	}
}

// What a single flipped octet of the first block can reach in CBC: every octet of the first local header.
func TestFlippedInitializationVector(t *testing.T) {
	p := newPlant(t, 1)
	archive := zipOf(t, map[string][]byte{"a.pem": p.devices[0].pem()})
	for i := range 16 {
		for bit := range 8 {
			damaged := bytes.Clone(archive)
			damaged[i] ^= 1 << bit
			_, all, err := unseal(t, []byte("-----BEGIN CMS-----"), UnsealOptions{Opener: fakeOpener{damaged, false}})
			if err == nil {
				t.Errorf("bit %d of octet %d: released, %d files", bit, i, len(all))
			}
		}
	}
}

func FuzzJSONCheck(f *testing.F) {
	for _, s := range []string{`[]`, `{}`, `{"a":[1,-0.5e+3,true,false,null,"x\u00e9\n"]}`, ` [ [ ] , { } ] `, `[01]`, `[1.]`, `[1e]`, `[-]`, `["` + "\x01" + `"]`, `["\x"]`, `{"a"}`, `[1,]`, `{,}`, `[`, `1`, `[]x`, "[\"\xff\"]", "[\"\xc3\xa9\"]"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		ours := checkJSON(bytes.NewReader(data)) == nil
		var v any
		theirs := json.Unmarshal(data, &v) == nil
		switch v.(type) {
		case []any, map[string]any:
		default:
			theirs = false
		}
		if ours && !theirs {
			t.Fatalf("accepted: %q", data)
		}
		if theirs && !ours && json.Valid(data) && utf8.Valid(data) && !bytes.Contains(data, bytes.Repeat([]byte("["), maxJSONDepth/2)) {
			t.Fatalf("refused: %q: %v", data, checkJSON(bytes.NewReader(data)))
		}
	})
}

// A ZIP that was sealed without -binary has CR LF for every LF: both readers of results say so.
func TestSealedAsText(t *testing.T) {
	l := mustLine(t, ecLine)
	plain := zipOf(t, map[string][]byte{"a.pem": bytes.Repeat([]byte("a line\n"), 100), "b\n\n.pem": []byte("b\n\n\n")})
	message := l.seal(t, bytes.ReplaceAll(plain, []byte("\n"), []byte("\r\n")), false)
	if _, err := openResult(t, message, OpenRequest{Opener: l.opener}); !errors.Is(err, recipient.ErrAsText) {
		t.Errorf("open: %v", err)
	}
	dir := t.TempDir()
	if _, err := Unseal(t.Context(), write(t, "in", message), filepath.Join(dir, "out"), UnsealOptions{Opener: l.opener, Traces: filepath.Join(dir, "traces")}, nil); !errors.Is(err, recipient.ErrAsText) {
		t.Errorf("unseal: %v", err)
	}
	if _, err := openResult(t, l.seal(t, plain[:len(plain)-30], false), OpenRequest{Opener: l.opener}); err == nil || errors.Is(err, recipient.ErrAsText) {
		t.Errorf("cut short: %v", err)
	}
}
