package crash

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestWrite(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "enrollbench")
	path, err := write(dir, "1.2.3", time.Unix(1000, 0), errors.New("passphrase hunter2"), []byte("goroutine 1"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"EnrollBench 1.2.3", "goroutine 1", "*errors.errorString"} {
		if !strings.Contains(string(b), want) {
			t.Errorf("the crash file lacks %q", want)
		}
	}
	if strings.Contains(string(b), "hunter2") {
		t.Error("the crash file holds the panic's own text")
	}
	if info, _ := os.Stat(path); runtime.GOOS != "windows" && info.Mode().Perm()&fs.FileMode(0o077) != 0 {
		t.Errorf("others may read it: %v", info.Mode())
	}
}

func TestRuntimeErrorIsNamed(t *testing.T) {
	defer func() {
		path, err := write(t.TempDir(), "", time.Now(), recover(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if b, _ := os.ReadFile(path); !strings.Contains(string(b), "index out of range") {
			t.Errorf("%s", b)
		}
	}()
	var none []int
	_ = none[len(os.Args)]
}

func TestReportSaysWhere(t *testing.T) {
	home := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", home)
	t.Setenv("HOME", home)
	t.Setenv("LocalAppData", home)
	var out bytes.Buffer
	Report(&out, "1", "x", []byte("stack"))
	_, path, found := strings.Cut(strings.TrimSpace(out.String()), "the details are in ")
	if _, err := os.Stat(path); !found || err != nil {
		t.Errorf("%q: %v", out.String(), err)
	}
}
