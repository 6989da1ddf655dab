package delivery

import (
	"errors"
	"slices"
	"testing"
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
