package atomicfile

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The test binary runs itself again as the program that is killed: CRASH names what it does, in which folder, and
// before which call on the file system, from 0, it kills itself.
const crashVariable = "ENROLLBENCH_ATOMICFILE_CRASH"

func TestMain(m *testing.M) {
	if order := os.Getenv(crashVariable); order != "" {
		if err := crash(order); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(3)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func crash(order string) error {
	parts := strings.SplitN(order, ",", 3)
	n, err := strconv.Atoi(parts[1])
	if err != nil {
		return err
	}
	c := &counter{n: n, hit: func() error {
		// SIGKILL, TerminateProcess: no deferred function runs, nothing is flushed.
		if p, err := os.FindProcess(os.Getpid()); err == nil {
			_ = p.Kill()
		}
		select {}
	}}
	dir := parts[2]
	switch parts[0] {
	case "file":
		f, err := create(filepath.Join(dir, "x.zip"), Options{Replace: true}, c.operations())
		if err != nil {
			return err
		}
		fmt.Fprint(f, newFiles["x.zip"])
		return f.Commit()
	case "set":
		return saveSet(dir, c.operations())
	case "tree":
		return saveTree(dir, c.operations())
	case "recover":
		_, err := recoverDir(dir, c.operations())
		return err
	}
	return errors.New("no such scenario: " + parts[0])
}

// killed runs a scenario and tells whether it was killed before its end.
func killed(t *testing.T, scenario string, n int, dir string) bool {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s,%d,%s", crashVariable, scenario, n, dir))
	out, err := cmd.CombinedOutput()
	if err == nil {
		return false
	}
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() == 3 {
		t.Fatalf("%s killed at %d: %v\n%s", scenario, n, err, out)
	}
	return true
}

var (
	oldTree      = map[string]string{"result/old.pem": "old", "result/sub/older.pem": "old", "other": "not ours"}
	newTreeFiles = map[string]string{"result/a.pem": "new a", "result/sub/b.pem": "new b", "other": "not ours"}
)

func saveTree(dir string, ops operations) error {
	tree, err := newTree(filepath.Join(dir, "result"), Options{Replace: true}, ops)
	if err != nil {
		return err
	}
	defer tree.Abort()
	for name, text := range newTreeFiles {
		if rel, ok := strings.CutPrefix(name, "result/"); ok {
			if err := tree.WriteFile(rel, []byte(text)); err != nil {
				return err
			}
		}
	}
	return tree.Commit()
}

// Killed at any moment, a save shows the old state or, once Recover ran, the new one; what is left of it can be swept.
// Recover is killed too, at each of its calls in turn, and run again.
func TestKilled(t *testing.T) {
	onlyX := map[string]string{"x.zip": newFiles["x.zip"], "x-part2.zip": "old part", "x.manifest.csv": "old manifest", "other": "not ours"}
	for _, c := range []struct {
		scenario string
		before   map[string]string
		after    map[string]string
		least    int // calls on the file system
	}{
		{"file", oldFiles, onlyX, 3},
		{"set", oldFiles, newFiles, 15},
		{"tree", oldTree, newTreeFiles, 8},
	} {
		t.Run(c.scenario, func(t *testing.T) {
			n, forward := 0, 0
			for ; ; n++ {
				dir := t.TempDir()
				fill(t, dir, c.before)
				dead := killed(t, c.scenario, n, dir)
				// Every third time is enough for this: a recovery looks at the folder, not at how it came about.
				for again := 0; dead && n%3 == 0 && killed(t, "recover", again, dir); again++ {
				}
				if _, err := Recover(dir); err != nil {
					t.Error(err)
				}
				if done, err := Recover(dir); err != nil || len(done) > 0 {
					t.Errorf("a second recovery: %q, %v", done, err)
				}
				switch got := folder(t, dir); {
				case !dead || got["x.zip"] == newFiles["x.zip"] || got["result/a.pem"] != "":
					shows(t, dir, c.after)
					if dead {
						forward++
					}
				default:
					shows(t, dir, c.before)
					if forward > 0 {
						t.Errorf("killed at %d it went back, killed earlier forward", n)
					}
				}
				if _, err := Sweep(dir, -time.Hour); err != nil {
					t.Error(err)
				}
				clean(t, dir)
				if t.Failed() {
					t.Fatalf("killed before call %d", n)
				}
				if !dead {
					break
				}
			}
			t.Logf("%d calls, %d of them after the point of no return", n, forward)
			if n < c.least || forward == 0 || forward == n {
				t.Errorf("%d calls, %d went forward: the test does not test what it says", n, forward)
			}
		})
	}
}

// A save after a crash finishes the interrupted one first.
func TestNewSetRecovers(t *testing.T) {
	for n := 0; ; n++ {
		dir := t.TempDir()
		fill(t, dir, oldFiles)
		dead := killed(t, "set", n, dir)
		s := NewSet(dir, Options{})
		f, err := s.Create("next.zip")
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(f, "next")
		if err := errors.Join(f.Close(), s.Commit()); err != nil {
			t.Fatal(err)
		}
		got := folder(t, dir)
		delete(got, "next.zip")
		if got["x.zip"] == newFiles["x.zip"] {
			if len(got) != len(newFiles) {
				t.Errorf("killed at %d: %q", n, got)
			}
		} else if len(got) != len(oldFiles) {
			t.Errorf("killed at %d: %q", n, got)
		}
		if !dead {
			return
		}
	}
}
