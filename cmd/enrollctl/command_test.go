package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/spf13/pflag"
)

func TestParseFlags(t *testing.T) {
	for _, c := range []struct {
		args string
		rest string // joined; or "! " and words of the error
		json bool
		out  string
	}{
		{"a b", "a b", false, ""},
		{"a --json b -o x c", "a b c", true, "x"},
		{"-json -o=x", "", true, "x"},
		{"--output x --json=false", "", false, "x"},
		{"--outptu x", `! unknown flag "--outptu"; did you mean -o?`, false, ""},
		{"--ca-bundle x", `! unknown flag "--ca-bundle"; did you mean --extra-ca?`, false, ""},
		{"-o --json a", "a", false, "--json"}, // the value is whatever follows
		{"-o - -", "-", false, "-"},
		{"a -- --json -o", "a --json -o", false, ""},
		{"-o -- --json", "", true, "--"},
		{"-o= a", "a", false, ""},
		{"a --nope", `! unknown flag "--nope"`, false, ""},
		{"---json", `! unknown flag "---json"`, false, ""},
		{"a -o", "! -o needs a value", false, ""},
		{"--json=perhaps", `! --json "perhaps"`, false, ""},
		{"-n 0", `! -n "0": it must be a whole number of 1 or more`, false, ""},
		{"-n 99999999999999999999", "! whole number", false, ""},
	} {
		var asJSON *bool
		var out *string
		var rest []string
		n := count(1)
		var messages, results bytes.Buffer
		root := &command{name: "enrollctl", summary: "test", commands: []*command{{name: "do", summary: "do", setup: func(flags *pflag.FlagSet) action {
			asJSON, out = flags.Bool("json", false, ""), flags.StringP("output", "o", "", "")
			flags.VarP(&n, "number", "n", "")
			flags.String("extra-ca", "", "")
			return func(_ context.Context, _ *session, args []string) error { rest = args; return nil }
		}}}}
		status := run(t.Context(), &session{stdout: &results, stderr: &messages}, root, append([]string{"do"}, strings.Fields(c.args)...))
		if want, fails := strings.CutPrefix(c.rest, "! "); fails {
			if status != exitUsage || !strings.Contains(messages.String(), want) {
				t.Errorf("%s: status %d, %s", c.args, status, messages.String())
			}
			continue
		}
		if status != exitOK || strings.Join(rest, " ") != c.rest || *asJSON != c.json || *out != c.out {
			t.Errorf("%s: status %d, %q, %v, %q, %s", c.args, status, rest, *asJSON, *out, messages.String())
		}
	}
}

func TestExitStatus(t *testing.T) {
	live := t.Context()
	ended, cancel := context.WithCancel(live)
	cancel()
	for _, c := range []struct {
		ctx  context.Context
		err  error
		want int
	}{
		{live, nil, 0},
		{ended, nil, 0}, // it was finished before the interrupt came
		{live, errFindings, 1},
		{live, usagef("x"), 2},
		{live, fs.ErrPermission, 3},
		{live, context.Canceled, 3},
		{ended, fmt.Errorf("write: %w", context.Canceled), 130},
		{ended, fs.ErrPermission, 3},
	} {
		if got := exitStatus(c.ctx, c.err); got != c.want {
			t.Errorf("%v: %d, want %d", c.err, got, c.want)
		}
	}
}

// Every command explains itself: a summary, and a usage text for each flag.
func TestHelpIsComplete(t *testing.T) {
	var walk func(c *command, path string)
	walk = func(c *command, path string) {
		if c.summary == "" || strings.HasSuffix(c.summary, ".") {
			t.Errorf("%s: summary %q", path, c.summary)
		}
		if (c.setup == nil) == (len(c.commands) == 0) {
			t.Errorf("%s is neither a group nor a command", path)
		}
		if c.setup != nil {
			flags := pflag.NewFlagSet(path, pflag.ContinueOnError)
			c.setup(flags)
			flags.VisitAll(func(f *pflag.Flag) {
				if value, usage := pflag.UnquoteUsage(f); usage == "" || value != "" && !unicode.IsUpper(rune(value[0])) {
					t.Errorf("%s %s: value %q, usage %q", path, spell(f), value, usage)
				}
			})
		}
		for _, sub := range c.commands {
			walk(sub, path+" "+sub.name)
		}
	}
	walk(root, root.name)
}

// when calls act the first time that a text passes.
type when struct {
	text string
	act  func()
	seen bytes.Buffer
}

func (w *when) Write(b []byte) (int, error) {
	w.seen.Write(b)
	if w.act != nil && strings.Contains(w.seen.String(), w.text) {
		w.act()
		w.act = nil
	}
	return len(b), nil
}

// An interrupt in either phase of a bundle leaves nothing behind.
func TestInterruptedBundleLeavesNothing(t *testing.T) {
	for _, phase := range []string{"checking…", "writing…"} {
		t.Run(phase, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			dir := t.TempDir()
			messages := &when{text: phase, act: cancel}
			var results bytes.Buffer
			s := &session{stdout: &results, stderr: messages, terminal: true}
			status := run(ctx, s, root, []string{"csr", "bundle", "-o", filepath.Join(dir, "lot.zip"), filepath.Join("testdata", "csr", "good")})
			if status != exitInterrupted || !strings.Contains(messages.seen.String(), "interrupted; nothing was written") {
				t.Errorf("status %d, and it says %q", status, messages.seen.String())
			}
			if results.Len() > 0 {
				t.Errorf("results %q", results.String())
			}
			if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
				t.Errorf("left behind: %v, %v", left, err)
			}
		})
	}
}

// The progress line is removed, so that what follows starts at the edge.
func TestProgressLineIsRemoved(t *testing.T) {
	var messages, results bytes.Buffer
	s := &session{stdout: &results, stderr: &messages, terminal: true}
	out := filepath.Join(t.TempDir(), "list.csv")
	if status := run(t.Context(), s, root, strings.Fields("mac list --start 00:1a:c2:7b:00:00 --count 5 --increment 10 -o "+out)); status != exitOK {
		t.Fatal(status, messages.String())
	}
	text := messages.String()
	if !strings.HasPrefix(text, "\rlisting…") || !strings.HasSuffix(text, "\r") || strings.Contains(text, "\n") {
		t.Errorf("%q", text)
	}
	last := strings.Split(strings.TrimSuffix(text, "\r"), "\r")
	if strings.TrimSpace(last[len(last)-1]) != "" {
		t.Errorf("%q stays on the line", last[len(last)-1])
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

// A result that cannot be written is a failure, whatever the command.
func TestResultsThatCannotBeWritten(t *testing.T) {
	mac := strings.Fields("--start 00:1a:c2:7b:00:00 --count 5 --increment 10")
	good := filepath.Join("testdata", "csr", "good")
	for _, args := range [][]string{
		{"version"}, {"help"}, {"mac", "rules"}, {"csr", "rules", "--markdown"},
		slices.Concat([]string{"mac", "check"}, mac),
		slices.Concat([]string{"mac", "check", "--json"}, mac),
		slices.Concat([]string{"mac", "list"}, mac),
		{"mac", "check", "--start", "x", "--count", "x", "--increment", "x"}, // has findings, which could not be shown
		{"csr", "check", good}, {"csr", "check", "--json", good},
		{"csr", "bundle", "-o", filepath.Join(t.TempDir(), "lot.zip"), good},
	} {
		var messages bytes.Buffer
		if status := run(t.Context(), &session{stdout: full{}, stderr: &messages}, root, args); status != exitFailed ||
			!strings.Contains(messages.String(), "no space left") {
			t.Errorf("%v: status %d, %q", args, status, messages.String())
		}
	}
}
