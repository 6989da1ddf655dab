package main

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"enrollbench/core/job"
	"enrollbench/core/practice"
)

// found looks for a pattern in every byte of every file below folders: [!] found REGEXP PATH...
func found(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: [!] found REGEXP PATH...")
	}
	pattern := regexp.MustCompile(args[0])
	files := 0
	hit := ""
	for _, path := range args[1:] {
		ts.Check(filepath.WalkDir(ts.MkAbs(path), func(path string, e fs.DirEntry, err error) error {
			if err != nil || !e.Type().IsRegular() {
				return err
			}
			files++
			data, err := os.ReadFile(path)
			if err == nil && pattern.Match(data) {
				hit = path
			}
			return err
		}))
	}
	if files == 0 {
		ts.Fatalf("there is no file in %q", args[1:])
	}
	if (hit != "") == neg {
		ts.Fatalf("%s: found %q in %q (%d files)", args[0], hit, args[1:], files)
	}
}

// TestTokenForm: what the scripts look for is what a token looks like.
func TestTokenForm(t *testing.T) {
	s, err := practice.Open(context.Background(), practice.Options{Folder: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	token, err := s.Token()
	if err != nil || !regexp.MustCompile(`^practice_[A-Za-z0-9_-]{40,}$`).Match(token) {
		t.Errorf("another form of %d bytes, %v", len(token), err)
	}
}

// TestAdvice: what ended in doubt comes with the three ways on.
func TestAdvice(t *testing.T) {
	err := new(desk).advise(&job.UnsettledError{ID: "2026-11-27-1-aaaaaa", Err: errors.New("connection reset")})
	for _, want := range []string{"not known whether", "connection reset", "job resume", "job resolve 2026-11-27-1-aaaaaa JOB-ID", "job not-started 2026-11-27-1-aaaaaa"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in %q", want, err)
		}
	}
	if !errors.As(err, new(*job.UnsettledError)) {
		t.Error("it is no *UnsettledError any more")
	}
}

// TestDemoCounts: one count that is off makes the status 1.
func TestDemoCounts(t *testing.T) {
	var out bytes.Buffer
	d := &demonstration{s: &session{stdout: &out}}
	d.count("checked", 3, 3, "three")
	if d.off != 0 || !strings.Contains(out.String(), "checked     three") {
		t.Errorf("%d, %q", d.off, &out)
	}
	d.count("delivered", 2, 3, "two")
	if d.off != 1 || !strings.Contains(out.String(), "OFF: 2, and 3 was expected") {
		t.Errorf("%d, %q", d.off, &out)
	}
}
