package main

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path"
	"strings"
	"testing"
	"testing/fstest"
)

// The pages of this checkout: every link leads somewhere.
func TestThisSite(t *testing.T) {
	made, err := build(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range made {
		if path.Ext(name) != ".html" {
			continue
		}
		for _, link := range links(t, name, b) {
			file, _, _ := strings.Cut(link, "#")
			if file == "" || strings.Contains(file, ":") {
				continue
			}
			if to := path.Join(path.Dir(name), file); made[to] == nil {
				t.Errorf("%s leads to %s, which is not on the site", name, link)
			}
		}
	}
	if len(made["index.html"]) == 0 || len(made["docs/ARCHITECTURE.html"]) == 0 {
		t.Error("the first page or that of the architecture is missing")
	}
}

// links returns what the page leads to and shows.
func links(t *testing.T, name string, b []byte) (all []string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(string(b)))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if e, ok := token.(xml.StartElement); ok {
			for _, a := range e.Attr {
				if a.Name.Local == "href" || a.Name.Local == "src" {
					all = append(all, a.Value)
				}
			}
		}
	}
}

// checkout is a small one; more is laid over it.
func checkout(more map[string]string) fstest.MapFS {
	all := fstest.MapFS{}
	for _, files := range []map[string]string{{
		"README.md":       "# EnrollBench\n\nSee [jobs](docs/jobs.md#may-exist), [the file](Makefile) and the\n[world](https://example.com/a.md).\n\n![Jobs](docs/images/jobs.png)\n",
		"docs/jobs.md":    "# Batch jobs\n\n[Home](../README.md), [dark](images/dark.png), [below](#jobtoo-large)\n\n## May exist\n\n### `job/too-large`\n\n<script>alert(1)</script>\n",
		"CHANGELOG.md":    "# Changelog\n",
		"SECURITY.md":     "# Security\n",
		"CONTRIBUTING.md": "# Contributing\n", "Makefile": "all:\n",
		"docs/images/jobs.png": "PNG", "docs/images/dark.png": "PNG", "docs/images/unused.png": "PNG",
	}, more} {
		for name, text := range files {
			all[name] = &fstest.MapFile{Data: []byte(text)}
		}
	}
	return all
}

func TestBuild(t *testing.T) {
	made, err := build(checkout(nil))
	if err != nil {
		t.Fatal(err)
	}
	index, jobs := string(made["index.html"]), string(made["docs/jobs.html"])
	for _, want := range []string{`href="docs/jobs.html#may-exist"`, `href="https://example.com/a.md"`, `src="docs/images/jobs.png"`, "the file and", `<a href="index.html" aria-current="page">`} {
		if !strings.Contains(index, want) {
			t.Errorf("no %s in\n%s", want, index)
		}
	}
	for _, want := range []string{`href="../index.html"`, `href="images/dark.png"`, `href="#jobtoo-large"`, `id="jobtoo-large"`, `href="../CHANGELOG.html"`, "<title>Batch jobs – EnrollBench"} {
		if !strings.Contains(jobs, want) {
			t.Errorf("no %s in\n%s", want, jobs)
		}
	}
	if strings.Contains(jobs, "<script") {
		t.Error("a page's own HTML arrives on the site")
	}
	if made["docs/images/jobs.png"] == nil || made["docs/images/dark.png"] == nil || made["docs/images/unused.png"] != nil {
		t.Errorf("the pictures are not those that pages show: %d files", len(made))
	}
}

func TestLinksThatLeadNowhere(t *testing.T) {
	for text, want := range map[string]string{
		"[a](docs/gone.md)":          "README.md links to docs/gone.md, which is not there",
		"[a](docs/jobs.md#gone)":     "README.md links to docs/jobs.md#gone: there is no such heading",
		"[a](#gone)":                 "no such heading",
		"![a](docs/images/gone.png)": "which is not there",
		"[a](docs/images/gone.png)":  "which is not there",
		"[a](../outside.md)":         "which is not there",
	} {
		_, err := build(checkout(map[string]string{"README.md": "# EnrollBench\n\n" + text + "\n"}))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
	if _, err := build(checkout(map[string]string{"docs/x.md": "no heading\n"})); err == nil || !strings.Contains(err.Error(), "docs/x.md does not begin with a heading") {
		t.Errorf("a page without a title: %v", err)
	}
}

func TestSlugs(t *testing.T) {
	s := slugs{}
	for _, test := range [][2]string{{"May exist", "may-exist"}, {"`recipient/not-yet-valid`", "recipientnot-yet-valid"}, {"May exist", "may-exist-1"}, {"Größe: 5 MB", "größe-5-mb"}} {
		if got := string(s.Generate([]byte(test[0]), 0)); got != test[1] {
			t.Errorf("%s is #%s, want #%s", test[0], got, test[1])
		}
	}
}
