package frame_test

import (
	"strings"
	"testing"

	"enrollbench/core/finding"
	"enrollbench/gui/frame"
	"enrollbench/gui/frame/frametest"
)

// A finding says all that its rule says: title, what was found, what to do, why, its name and its source.
func TestFindingLine(t *testing.T) {
	frametest.New(t)
	for name, rule := range frame.Rules {
		text := frametest.AllText(frame.FindingLine(finding.Finding{Rule: name, Severity: rule.Severity, Message: "found here", Hint: "do this"}))
		for _, want := range []string{rule.Title, "Found here.", "Do this.", rule.Why, name, rule.Source} {
			if !strings.Contains(text, want) {
				t.Fatalf("%s lacks %q: %s", name, want, text)
			}
		}
	}
	if n := len(frame.Rules); n < 150 {
		t.Errorf("%d rules", n)
	}
	for _, family := range []string{"csr/", "csv/", "eui48/", "recipient/", "delivery/", "job/"} {
		found := false
		for name := range frame.Rules {
			found = found || strings.HasPrefix(name, family)
		}
		if !found {
			t.Errorf("no rule of %s is known", family)
		}
	}
}
