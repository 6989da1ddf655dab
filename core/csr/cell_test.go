package csr

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestExamineTextAsFile: a text examined by itself has the findings that a set has for it in a file.
func TestExamineTextAsFile(t *testing.T) {
	n := 0
	for _, path := range allFiles(t) {
		text, err := os.ReadFile(path)
		if err != nil || bytes.Count(text, []byte("-----BEGIN ")) != 1 {
			continue
		}
		n++
		s := check(t, path)
		e := ExamineText(text)
		if rulesOf(s.Report())["csr/unusual-form"] > 0 { // a cell is uploaded as it is
			if len(e.Breaches) == 0 || e.Breaches[0].Rule != RuleBrokenPEM || len(e.DER) == 0 {
				t.Errorf("%s: %v, %d bytes", path, e.Breaches, len(e.DER))
			}
			continue
		}
		var got, want []string
		for _, b := range e.Breaches {
			got = append(got, b.Rule.Name+" "+b.Message+" "+b.Hint)
		}
		for _, f := range s.Entry(0).Own {
			want = append(want, f.Rule+" "+f.Message+" "+f.Hint)
		}
		if !slices.Equal(got, want) || e.Kind != s.Entry(0).Kind || e.SPKI != s.Entry(0).SPKI || e.Facts.DER != s.Entry(0).Facts.DER {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
		oneLine := strings.NewReplacer("\r", "", "\n", "").Replace(string(text))
		if again := ExamineText([]byte(oneLine)); e.DER != nil && !bytes.Equal(again.DER, e.DER) {
			t.Errorf("%s on one line is another request", path)
		}
	}
	if n < 30 {
		t.Errorf("%d texts were compared", n)
	}
}

func TestExamineTextOfOthers(t *testing.T) {
	one := string(pemOf(t, "one"))
	for text, want := range map[string]struct {
		kind   Kind
		blocks int
	}{
		"":                         {Empty, 0},
		" \n":                      {Empty, 0},
		"none":                     {Other, 0},
		"0":                        {Other, 0},
		"0\x80":                    {Other, 0},
		one:                        {Request, 1},
		"subject=x\n" + one + "\n": {Request, 1},
		one + one:                  {Request, 2},
		"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n": {Certificate, 1},
		"-----BEGIN ": {Request, 1},
	} {
		e := ExamineText([]byte(text))
		if e.Kind != want.kind || e.Blocks != want.blocks || (e.DER != nil) != (want.kind == Request && strings.Contains(text, "MI")) {
			t.Errorf("%.40q: %s, %d blocks, %d bytes", text, e.Kind, e.Blocks, len(e.DER))
		}
		if e.DER == nil && len(e.Breaches) == 0 {
			t.Errorf("%.40q: no word of what is wrong", text)
		}
	}
}

func TestNames(t *testing.T) {
	der, err := DecodePEM(pemOf(t, "device"))
	if err != nil {
		t.Fatal(err)
	}
	details, err := Describe(der)
	if err != nil {
		t.Fatal(err)
	}
	subject, names, err := Names(der)
	if err != nil || !slices.Equal(subject, details.Subject) || !slices.Equal(names, details.AltNames) {
		t.Errorf("%v %v %v, want %v %v", subject, names, err, details.Subject, details.AltNames)
	}
	if _, _, err := Names([]byte("none")); err == nil {
		t.Error("names of nothing")
	}
}
