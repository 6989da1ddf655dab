package delivery

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"enrollbench/core/recipient"
)

// The names that are shown before an export are those that it gives.
func TestFileNames(t *testing.T) {
	p := newPlant(t, 3)
	d := mustOpen(t, zipOf(t, p.files(t)), OpenRequest{Anchors: p.anchors()})
	for _, template := range []string{DefaultNames, "line4-{serial}"} {
		names, err := d.FileNames(template)
		if err != nil || len(names) != 3 {
			t.Fatalf("%s: %q, %v", template, names, err)
		}
		_, files := exported(t, d, ExportOptions{Names: template})
		for _, n := range names {
			if files[n+".pem"] == nil {
				t.Errorf("%s: %q is shown and not written", template, n)
			}
		}
		if slices.Sort(names); len(slices.Compact(names)) != 3 {
			t.Errorf("%s: %q", template, names)
		}
	}
	if _, err := d.FileNames("{what}"); err == nil {
		t.Error("a wrong template is accepted")
	}
	var c *CollisionError
	if _, err := d.FileNames("same-{row}"); err == nil || errors.As(err, &c) {
		t.Errorf("{row} without an order: %v", err)
	}
}

// What is said of a file before it is opened is what opening does: a result opens, what is none does not.
func TestInspect(t *testing.T) {
	p := newPlant(t, 1)
	l, g := mustLine(t, rsaLine), mustLine(t, pgpLine)
	d := p.devices[0]
	files := zipOf(t, p.files(t))
	for what, c := range map[string]struct {
		data        []byte
		result, key bool
		wants       int
	}{
		"ZIP":                      {files, true, false, 0},
		"JSON":                     {p.jsonOf(t, func(d device) string { return string(d.keyPEM(t)) }), true, false, 0},
		"JSON with a mark":         {append([]byte("\ufeff"), p.jsonOf(t, func(d device) string { return string(d.keyPEM(t)) })...), true, false, 0},
		"certificate and key":      {slices.Concat(d.pem(), d.keyPEM(t)), true, true, 0},
		"key and certificate":      {slices.Concat(d.keyPEM(t), d.pem()), true, true, 0},
		"certificate":              {d.pem(), true, false, 0},
		"DER":                      {d.cert, true, false, 0},
		"PKCS#7":                   {pkcs7Of(d.cert), true, false, 0},
		"key":                      {d.keyPEM(t), false, true, 0},
		"CMS":                      {l.seal(t, files, false), true, false, 1},
		"CMS in base64":            {base64Lines(l.seal(t, files, false)), true, false, 1},
		"CMS in a mail":            {append([]byte("Received: by x\r\nContent-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: base64\r\n\r\n"), base64Lines(l.seal(t, files, false))...), true, false, 1},
		"OpenPGP":                  {g.seal(t, files, true), true, false, 1},
		"text":                     {[]byte("Subject: hello, it is a text"), false, false, 0},
		"empty":                    {nil, false, false, 0},
		"web page":                 {[]byte("<!DOCTYPE html><html><body>Sign in</body></html>"), false, false, 0},
		"a text in base64's words": {[]byte("words that might be base64"), false, false, 0},
	} {
		path := write(t, "file", c.data)
		got, err := Inspect(path)
		if err != nil || got.Result != c.result || got.Key != c.key || len(got.Wants) != c.wants || got.Size != int64(len(c.data)) {
			t.Errorf("%s: %+v, %v", what, got, err)
		}
		opener := l.opener
		if what == "OpenPGP" {
			opener = g.opener
		}
		if _, err := openResult(t, nil, OpenRequest{Paths: []string{path}, Opener: opener}); (err == nil) != (c.result || c.key) {
			t.Errorf("%s: opening says %v", what, err)
		}
	}
}

// What is sealed to a recipient is found by the names that are told of it; those of another recipient are others.
func TestNamesOf(t *testing.T) {
	seen := map[string]bool{}
	for _, kind := range []recipient.Kind{recipient.X509, recipient.OpenPGP} {
		pair, err := recipient.Make(t.Context(), recipient.MakeOptions{Kind: kind, Name: "Line 4"})
		if err != nil {
			t.Fatal(err)
		}
		names, err := NamesOf(pair.Recipient)
		if err != nil || len(names) != 1 || names[0] == "" || seen[names[0]] {
			t.Fatalf("%s: %q, %v", kind, names, err)
		}
		seen[names[0]] = true
		var sealed bytes.Buffer
		w, err := pair.Recipient.Seal(&sealed, recipient.SealOptions{Size: 4})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte("five")); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if g, err := Inspect(write(t, "result", sealed.Bytes())); err != nil || !slices.Equal(g.Wants, names) {
			t.Errorf("%s: the file asks for %q, and the name is %q, %v", kind, g.Wants, names, err)
		}
	}
}
