package main

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const root = "../.."

// TestLanguagesAreWhole holds each language to the English: every text, every sentence of core, with its places, and none that English does
// not have.
func TestLanguagesAreWhole(t *testing.T) {
	en, err := english(root)
	if err != nil {
		t.Fatal(err)
	}
	if len(en.Core) < 1500 || len(en.Window) < 1000 {
		t.Fatalf("%d sentences and %d texts: the extraction looks in the wrong place", len(en.Core), len(en.Window))
	}
	files, err := os.ReadDir(filepath.Join(root, folder))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		tag, isText := strings.CutSuffix(f.Name(), ".json")
		if !isText || tag == "en" {
			continue
		}
		own, err := language(root, tag)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range []struct {
			name    string
			en, own file
		}{{tag, en.Window, own.Window}, {"core/" + tag, en.Core, own.Core}} {
			for _, key := range sorted(p.en) {
				if text, ok := p.own[key]; !ok {
					t.Errorf("%s lacks %q", p.name, key)
				} else if why := unlike(p.en[key], text); why != "" {
					t.Errorf("%s: %q: %s", p.name, key, why)
				}
			}
			for _, key := range sorted(p.own) {
				if _, ok := p.en[key]; !ok {
					t.Errorf("%s holds %q, which English does not have", p.name, key)
				}
			}
		}
	}
}

func TestExtraction(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "core", "x"), 0o755); err != nil {
		t.Fatal(err)
	}
	source := "package x\n\nimport \"a b/c\"\n\ntype t struct { A int `json:\"a b\"` }\n" +
		"var r = finding.NewRule(\"x/rule one\", finding.Error, \"RFC 5280 section one\", \"The title of it\", \"Why it is so.\", \"what to do\")\n" +
		"func f(n int) error { _ = q(\"SELECT a FROM b\"); _ = q(\"BEGIN IMMEDIATE TRANSACTION now\"); g(\"BEGIN and END lines\"); g(\"plain\"); _ = \"it has \" + n + \" rows, \" + w(\"a wrapped one\"); return fmt.Errorf(\"row %d is %q\", n, \"x\") }\n"
	if err := os.WriteFile(filepath.Join(dir, "core", "x", "x.go"), []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	found, err := sentencesOf(dir)
	if err != nil {
		t.Fatal(err)
	}
	maps.DeleteFunc(found, func(_, place string) bool { return !strings.HasPrefix(place, "core/") })
	for _, want := range []string{"The title of it", "Why it is so.", "what to do", "it has %s rows, %s", "BEGIN and END lines", "a wrapped one", "row %d is %q"} {
		if found[want] != "core/x/x.go" {
			t.Errorf("%q was not found", want)
		}
		delete(found, want)
	}
	for more := range found {
		t.Errorf("%q is no sentence", more)
	}
}

func TestUnlike(t *testing.T) {
	forms := func(s ...string) any {
		m := map[string]any{}
		for i := 0; i < len(s); i += 2 {
			m[s[i]] = s[i+1]
		}
		return m
	}
	for _, c := range []struct {
		en, own any
		why     string
	}{
		{"a {{.X}}", "ein {{.X}}", ""},
		{"a {{.X}}", "ein", "leaves"},
		{"row %d of %s", "%[2]s, Zeile %[1]d", ""},
		{"row %d of %s", "Zeile %d", "places"},
		{"100 %% of %d", "100 %% von %d", ""},
		{"text", "", "no text"},
		{"text", 7, "no text"},
		{forms("one", "one thing", "other", "{{.Number}} things"), forms("other", "{{.Number}}個"), ""},
		{forms("one", "one thing", "other", "{{.Number}} things"), forms("one", "eins", "many", "{{.Number}} m", "other", "{{.Number}} Dinge"), ""},
		{forms("one", "one thing", "other", "{{.Number}} things"), forms("one", "eins", "other", "Dinge"), "leaves"},
		{forms("one", "one thing", "other", "{{.Number}} things"), forms("one", "eins"), "other"},
		{forms("one", "one thing", "other", "{{.Number}} things"), "Dinge", "other"},
	} {
		if why := unlike(c.en, c.own); (why == "") != (c.why == "") || !strings.Contains(why, c.why) {
			t.Errorf("%v as %v: %q, want %q", c.en, c.own, why, c.why)
		}
	}
}
