package atomicfile

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"enrollbench/core/filelock"
)

const (
	tempA  = ".a.0123456789abcdef.tmp"
	tempB  = ".b.0123456789abcdef.tmp"
	asideA = ".a.0123456789abcdef.old"
	record = ".a.0123456789abcdef.commit"
)

// interrupted makes a folder in which a crash came right after the record of a and b was written; a replaces a file.
func interrupted(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	fill(t, dir, map[string]string{"a": "old a", tempA: "new a", tempB: "new b"})
	info, err := os.Stat(filepath.Join(dir, "a"))
	if err != nil {
		t.Fatal(err)
	}
	data, err := encodeRecord([]step{{Name: "a", Temp: tempA, Aside: asideA, Old: identify(info)}, {Name: "b", Temp: tempB}})
	if err != nil {
		t.Fatal(err)
	}
	fill(t, dir, map[string]string{record: string(data)})
	return dir
}

func TestRecover(t *testing.T) {
	dir := interrupted(t)
	done, err := Recover(dir)
	if err != nil || !slices.Equal(done, []string{"a", "b"}) {
		t.Errorf("%q, %v", done, err)
	}
	shows(t, dir, map[string]string{"a": "new a", "b": "new b"})
	clean(t, dir)
	if done, err := Recover(filepath.Join(dir, "none")); err != nil || done != nil {
		t.Errorf("a folder that does not exist: %q, %v", done, err)
	}
}

func TestRecoverLeavesALivingCommitAlone(t *testing.T) {
	dir := interrupted(t)
	f, err := os.OpenFile(filepath.Join(dir, record), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := filelock.Wait(f); err != nil {
		t.Fatal(err)
	}
	if done, err := Recover(dir); err != nil || done != nil {
		t.Errorf("while locked: %q, %v", done, err)
	}
	shows(t, dir, map[string]string{"a": "old a"})
	f.Close()
	if done, err := Recover(dir); err != nil || len(done) != 2 {
		t.Errorf("after that: %q, %v", done, err)
	}
}

func TestRecoverWithoutATemporary(t *testing.T) {
	for _, gone := range []string{tempA, tempB} {
		dir := interrupted(t)
		if err := os.Remove(filepath.Join(dir, gone)); err != nil {
			t.Fatal(err)
		}
		if _, err := Recover(dir); !errors.Is(err, errLost) || !strings.Contains(err.Error(), "put back") {
			t.Errorf("without %q: %v, want errLost", gone, err)
		}
		shows(t, dir, map[string]string{"a": "old a"})
		if done, err := Recover(dir); err != nil || done != nil {
			t.Errorf("a second time: %q, %v", done, err)
		}
	}
}

// A file that somebody put where the set's file belongs is not touched, and the user learns the way out.
func TestRecoverWithAForeignFile(t *testing.T) {
	dir := interrupted(t)
	fill(t, dir, map[string]string{"b": "foreign"})
	_, err := Recover(dir)
	if !errors.Is(err, ErrExists) || !strings.Contains(err.Error(), record) {
		t.Errorf("%v, want ErrExists and the name of the record", err)
	}
	if _, err := NewSet(dir, Options{}).Create("c"); !errors.Is(err, ErrExists) {
		t.Errorf("a new set: %v, want the same error", err)
	}
	if folder(t, dir)["b"] != "foreign" {
		t.Error("the foreign file was touched")
	}
	if err := os.Remove(filepath.Join(dir, "b")); err != nil {
		t.Fatal(err)
	}
	if done, err := Recover(dir); err != nil || len(done) != 2 {
		t.Errorf("once it is gone: %q, %v", done, err)
	}
	shows(t, dir, map[string]string{"a": "new a", "b": "new b"})
	clean(t, dir)
}

// A file changed since the record was written is not the one that the user agreed to replace.
func TestRecoverWithAChangedFile(t *testing.T) {
	dir := interrupted(t)
	fill(t, dir, map[string]string{"a": "changed since"})
	if _, err := Recover(dir); !errors.Is(err, ErrExists) {
		t.Errorf("%v, want ErrExists", err)
	}
	shows(t, dir, map[string]string{"a": "changed since"})
}

func TestIncompleteRecordsAreLeftAlone(t *testing.T) {
	whole, err := os.ReadFile(filepath.Join(interrupted(t), record))
	if err != nil {
		t.Fatal(err)
	}
	for n := range whole {
		if _, _, err := decodeRecord(whole[:n]); err == nil {
			t.Fatalf("the first %d of %d bytes are taken for a record", n, len(whole))
		}
	}
	dir := interrupted(t)
	fill(t, dir, map[string]string{record: string(whole[:len(whole)/2])})
	if done, err := Recover(dir); err != nil || done != nil {
		t.Errorf("%q, %v", done, err)
	}
	shows(t, dir, map[string]string{"a": "old a"})
	removed, err := Sweep(dir, -time.Hour)
	if err != nil || !slices.Equal(removed, []string{record, tempA, tempB}) {
		t.Errorf("Sweep: %q, %v", removed, err)
	}
}

func TestSweep(t *testing.T) {
	dir := interrupted(t)
	stale, fresh, tree := ".s.0000000000000000.tmp", ".f.0000000000000000.tmp", ".t.0000000000000000.tmp"
	fill(t, dir, map[string]string{stale: "", fresh: "", tree + "/x/y": "", ".user.tmp": "mine", ".c.0000000000000000.old": "kept"})
	hours := time.Now().Add(-3 * time.Hour)
	for _, name := range []string{stale, tempA, tempB, ".user.tmp", ".c.0000000000000000.old", tree, tree + "/x"} {
		if err := os.Chtimes(filepath.Join(dir, name), hours, hours); err != nil {
			t.Fatal(err)
		}
	}
	removed, err := Sweep(dir, time.Hour)
	if err != nil || !slices.Equal(removed, []string{stale}) {
		t.Errorf("removed %q, %v; want only %q: the rest is fresh, within a fresh folder, needed by a record, or not a temporary", removed, err, stale)
	}
	if err := os.Chtimes(filepath.Join(dir, tree, "x", "y"), hours, hours); err != nil {
		t.Fatal(err)
	}
	if removed, err := Sweep(dir, time.Hour); err != nil || !slices.Equal(removed, []string{tree}) {
		t.Errorf("removed %q, %v; want %q", removed, err, tree)
	}
}

func TestRecordsFromOutside(t *testing.T) {
	ok := step{Name: "a", Temp: tempA}
	old := &identity{Size: 1}
	for what, steps := range map[string][]step{
		"no steps":               {},
		"no name":                {{Temp: tempA}},
		"a path":                 {{Name: "../a", Temp: tempA}},
		"a Windows path":         {{Name: `..\a`, Temp: tempA}},
		"an absolute path":       {{Name: "/etc/passwd", Aside: asideA, Old: old}},
		"not a temporary":        {{Name: "a", Temp: "secret.key"}},
		"a temporary elsewhere":  {{Name: "a", Temp: "../" + tempA}},
		"aside elsewhere":        {{Name: "a", Temp: tempA, Aside: "../" + asideA, Old: old}},
		"aside over a file":      {{Name: "a", Temp: tempA, Aside: "b", Old: old}},
		"aside without identity": {{Name: "a", Temp: tempA, Aside: asideA}},
		"identity without aside": {{Name: "a", Temp: tempA, Old: old}},
		"nothing to do":          {{Name: "a"}},
		"a name twice":           {ok, {Name: "a", Temp: tempB}},
		"a temporary twice":      {ok, {Name: "b", Temp: tempA}},
	} {
		data, err := encodeRecord(steps)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := decodeRecord(data); err == nil {
			t.Errorf("%s: accepted", what)
		}
	}
	data, _ := encodeRecord([]step{ok, {Name: "b", Aside: asideA, Old: old}})
	if got, _, err := decodeRecord(data); err != nil || len(got) != 2 {
		t.Errorf("a good record: %v, %v", got, err)
	}
}

// Once the mark stands, only old copies are left to remove: files that changed or went since are the user's affair.
func TestRecoverADoneRecord(t *testing.T) {
	for _, mark := range []string{doneMark, doneMark[:2]} {
		dir := interrupted(t)
		data, err := os.ReadFile(filepath.Join(dir, record))
		if err != nil {
			t.Fatal(err)
		}
		fill(t, dir, map[string]string{record: string(data) + mark, asideA: "old a", "a": "changed since"})
		for _, name := range []string{tempA, tempB} {
			if err := os.Remove(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
		if done, err := Recover(dir); err != nil || done != nil {
			t.Errorf("mark %q: %q, %v", mark, done, err)
		}
		shows(t, dir, map[string]string{"a": "changed since"})
		clean(t, dir)
	}
}

// FuzzRecord: what is accepted holds plain names only and is the same once written and read again.
func FuzzRecord(f *testing.F) {
	for _, steps := range [][]step{
		{{Name: "a", Temp: tempA}},
		{{Name: "a", Temp: tempA, Aside: asideA, Old: &identity{Size: 1, Modified: 2}}, {Name: "b", Temp: tempB}},
		{{Name: "../a", Temp: tempA}},
	} {
		data, err := encodeRecord(steps)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
		// Without the checksum, which no mutation would hit: the test adds it.
		f.Add(data[:bytes.IndexByte(data, '\n')])
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		steps, _, err := decodeRecord(data)
		if err != nil {
			steps, _, err = decodeRecord(seal(append(bytes.ReplaceAll(data, []byte("\n"), nil), '\n')))
		}
		if err != nil {
			return
		}
		for _, s := range steps {
			for _, name := range []string{s.Name, s.Temp, s.Aside} {
				if strings.ContainsAny(name, `/\`) || name == ".." {
					t.Errorf("accepted %q", name)
				}
			}
		}
		again, err := encodeRecord(steps)
		if err != nil {
			t.Fatal(err)
		}
		if got, _, err := decodeRecord(again); err != nil || !reflect.DeepEqual(got, steps) {
			t.Errorf("written and read again: %+v, %v; want %+v", got, err, steps)
		}
	})
}
