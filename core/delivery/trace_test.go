package delivery

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestSweep(t *testing.T) {
	dir, traces := t.TempDir(), filepath.Join(t.TempDir(), "deep", "traces")
	if removed, err := Sweep(traces); err != nil || removed != nil {
		t.Errorf("no folder yet: %v, %v", removed, err)
	}
	file, folder := filepath.Join(dir, ".out.zip.0123456789abcdef.tmp"), filepath.Join(dir, ".keys.fedcba9876543210.tmp")
	ours := filepath.Join(dir, ".enrollbench-0123456789abcdef.tmp")
	foreign := filepath.Join(dir, "precious.txt")
	for _, path := range []string{file, filepath.Join(folder, "sub", "a.key"), ours, foreign} {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var notes []*trace
	for _, path := range []string{file, folder, ours, foreign} {
		note, err := newTrace(traces, path)
		if err != nil {
			t.Fatal(err)
		}
		notes = append(notes, note)
	}
	// While the program lives nothing is touched.
	if removed, err := Sweep(traces); err != nil || len(removed) > 0 {
		t.Errorf("%v, %v", removed, err)
	}
	for _, n := range notes { // as its end would: the locks go
		n.f.Close()
	}
	for name, text := range map[string]string{"0.trace": "", "1.trace": "junk", "2.trace": `{"temporary":"relative/.a.0123456789abcdef.tmp"}`, "3.trace": `{"temporary":"` + filepath.ToSlash(foreign) + `"}`} {
		if err := os.WriteFile(filepath.Join(traces, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	removed, err := Sweep(traces)
	slices.Sort(removed)
	want := []string{file, folder, ours}
	slices.Sort(want)
	if err != nil || !slices.Equal(removed, want) {
		t.Errorf("removed %v, %v", removed, err)
	}
	if list := readTree(t, dir); len(list) != 1 || list["precious.txt"] == nil {
		t.Errorf("%d files", len(list))
	}
	if list := readTree(t, traces); len(list) > 0 {
		t.Errorf("%d notes are left", len(list))
	}
}

func TestNoteThatCannotBeWritten(t *testing.T) {
	file := write(t, "file", nil)
	_, err := newTrace(filepath.Join(file, "traces"), file)
	if err == nil || !strings.Contains(err.Error(), "cannot note") {
		t.Errorf("%v", err)
	}
	// Then nothing is written at all.
	p := newPlant(t, 1)
	d := mustOpen(t, zipOf(t, p.files(t)), OpenRequest{})
	d.request.Traces = filepath.Join(file, "traces")
	parent := t.TempDir()
	if err := d.Export(ctx, ExportOptions{Dir: filepath.Join(parent, "out")}, nil); err == nil {
		t.Error("exported without a note")
	}
	l := mustLine(t, rsaLine)
	if _, err := Unseal(ctx, write(t, "in", l.seal(t, []byte("x"), true)), filepath.Join(parent, "out"), UnsealOptions{Opener: l.opener, Traces: d.request.Traces}, nil); err == nil {
		t.Error("decrypted without a note")
	}
	if list := readTree(t, parent); len(list) > 0 {
		t.Errorf("%v", list)
	}
}
