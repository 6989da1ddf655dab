package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"enrollbench/core/eui48"
	"enrollbench/core/finding"
)

func TestSummary(t *testing.T) {
	report := new(finding.Report)
	if got := summary(12_340, report); got != "12,340 ready" {
		t.Error(got)
	}
	report.Add(finding.Finding{Severity: finding.Warning})
	for range 3 {
		report.Add(finding.Finding{Severity: finding.Error})
	}
	if got := summary(12_340, report, "2 excluded"); got != "12,340 ready · 3 errors · 1 warning · 2 excluded" {
		t.Error(got)
	}
}

func TestProgressText(t *testing.T) {
	for want, got := range map[string]string{
		"checking":   progressText("checking", 0, 0, 0),
		"checking 5": progressText("checking", 5, 0, time.Millisecond),
		"checking 12,340 of 20,000 (61 %), 6,170/s": progressText("checking", 12_340, 20_000, 2*time.Second),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// Names of files cannot steer a terminal.
func TestPrintable(t *testing.T) {
	for text, want := range map[string]string{
		"dev-0001.csr": "dev-0001.csr",
		"ü 日本\nx":      "ü 日本\nx",
		"\x1b[2Jx":     `\x1b[2Jx`,
		"a\rb\x00":     `a\rb\x00`,
		"x\u202ercs.y": `x\u202ercs.y`,
		"bad \xff":     "bad \ufffd",
	} {
		if got := printable(text); got != want {
			t.Errorf("%q became %q", text, got)
		}
	}
}

func TestWriteFindings(t *testing.T) {
	report := new(finding.Report)
	report.Add(eui48.RuleNotation.Finding(finding.Location{Column: "start"}, "read as something", ""))
	for i := range 25 {
		report.Add(eui48.RuleMulticast.Finding(finding.Location{File: fmt.Sprintf("%02d.csv", i), Row: 7}, "is multicast", ""))
	}
	var short, long bytes.Buffer
	if err := writeFindings(&short, report, false); err != nil {
		t.Fatal(err)
	}
	if err := writeFindings(&long, report, true); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(short.String(), "\n")
	if lines[0] != "✕ error: The address is a multicast address (25)  [eui48/multicast]" || lines[1] != "    00.csv: row 7: is multicast" ||
		lines[10] != "    09.csv: row 7: is multicast" || lines[11] != "    … and 15 more: --all lists every place" ||
		lines[12] != "    → "+finding.Sentence(eui48.RuleMulticast.Hint) || lines[13] != "i notice: The value was read from another notation  [eui48/notation]" ||
		lines[14] != "    read as something" {
		t.Errorf("%s", short.String())
	}
	if n := strings.Count(long.String(), "is multicast"); n != 25 || strings.Contains(long.String(), "more") ||
		strings.Count(long.String(), finding.Sentence(eui48.RuleMulticast.Hint)) != 1 {
		t.Errorf("%s", long.String())
	}
}

// The documents say what the program checks.
func TestRuleDocumentsAreCurrent(t *testing.T) {
	for _, name := range []string{"csr", "mac"} {
		var want bytes.Buffer
		if status := run(t.Context(), &session{stdout: &want, stderr: &want}, root, []string{name, "rules", "--markdown"}); status != exitOK {
			t.Fatal(status)
		}
		path := filepath.Join("..", "..", "docs", name+"-rules.md")
		got, err := os.ReadFile(path)
		if err != nil {
			t.Error(err)
			continue
		}
		if text := strings.ReplaceAll(string(got), "\r\n", "\n"); text != want.String() {
			t.Errorf("docs/%s-rules.md is out of date: make docs prints it anew", name)
		}
	}
}
