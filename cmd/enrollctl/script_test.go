package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"enrollctl": func() { os.Exit(enrollctl()) }})
}

// TestScript runs the cases under testdata/script, each in a folder of its own that holds a copy of testdata/csr.
func TestScript(t *testing.T) {
	requests := os.DirFS(filepath.Join("testdata", "csr"))
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			// Notes about temporaries lie in the account's cache folder: in the script's own, here.
			for _, name := range homes {
				e.Setenv(name, filepath.Join(e.WorkDir, ".tmp", "home"))
			}
			return os.CopyFS(filepath.Join(e.WorkDir, "csr"), requests)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":      exits,
			"interrupt":  interrupt,
			"killed":     killed,
			"json":       jsonValue,
			"files":      files,
			"found":      found,
			"privatekey": privateKey,
			"damage":     damage,
			"zipfiles":   zipFiles,
			"base64of":   base64Of,
			"gpghome":    gpgHome,
			"leaks":      leaks,
			"perm":       perm,
		},
	})
}

// homes are the variables that say where the account's folders are, on one system or another.
var homes = []string{"HOME", "XDG_CACHE_HOME", "LocalAppData"}

// exits runs a program and wants one exit status: exits 1 enrollctl csr check csr/bad
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits STATUS PROGRAM [ARGUMENT...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	got := 0
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("%s exited with %d, want %d", args[1], got, want)
	}
}

// interrupt starts a program, waits until a file of the pattern exists, interrupts it and wants status 130.
func interrupt(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: interrupt PATTERN PROGRAM [ARGUMENT...]")
	}
	cmd, messages := started(ts, args[0], args[1], args[2:])
	ts.Check(cmd.Process.Signal(os.Interrupt))
	_ = cmd.Wait()
	if got := cmd.ProcessState.ExitCode(); got != exitInterrupted || !strings.Contains(messages.String(), "interrupted") {
		ts.Fatalf("exited with %d and said %q", got, messages.String())
	}
}

// killed starts a program, waits until a file of the pattern exists and ends it without a chance to clean up.
func killed(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: killed PATTERN PROGRAM [ARGUMENT...]")
	}
	cmd, messages := started(ts, args[0], args[1], args[2:])
	ts.Check(cmd.Process.Kill())
	if err := cmd.Wait(); err == nil {
		ts.Fatalf("it ended before it was killed and said %q", messages.String())
	}
}

// started starts a program and returns when something was written to a file of the pattern.
func started(ts *testscript.TestScript, pattern, name string, args []string) (*exec.Cmd, *strings.Builder) {
	program, err := exec.LookPath(name)
	ts.Check(err)
	messages := new(strings.Builder)
	cmd := exec.Command(program, args...)
	cmd.Dir, cmd.Stderr = ts.Getenv("WORK"), messages
	for _, name := range homes {
		cmd.Env = append(cmd.Environ(), name+"="+ts.Getenv(name))
	}
	ts.Check(cmd.Start())
	patience := time.Now().Add(time.Minute)
	for {
		found, _ := filepath.Glob(ts.MkAbs(pattern))
		for _, file := range found {
			if info, err := os.Stat(file); err == nil && info.Size() > 0 {
				return cmd, messages
			}
		}
		if time.Now().After(patience) {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
			ts.Fatalf("no %s appeared; the program says %q", pattern, messages.String())
		}
		time.Sleep(time.Millisecond)
	}
}

// jsonValue looks into an object: json stdout parts.0.entries 6
func jsonValue(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: [!] json FILE PATH VALUE")
	}
	var at any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &at))
	for _, step := range strings.Split(args[1], ".") {
		switch v := at.(type) {
		case map[string]any:
			next, ok := v[step]
			if !ok {
				ts.Fatalf("%s: no %q", args[1], step)
			}
			at = next
		case []any:
			if step == "len" {
				at = len(v)
				continue
			}
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(v) {
				ts.Fatalf("%s: no element %q of %d", args[1], step, len(v))
			}
			at = v[i]
		default:
			ts.Fatalf("%s: %q is below %v", args[1], step, v)
		}
	}
	got := fmt.Sprint(at)
	if (got == args[2]) == neg {
		ts.Fatalf("%s is %s", args[1], got)
	}
}

// files wants a folder to hold exactly these names, hidden ones included.
func files(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: files FOLDER [NAME...]")
	}
	entries, err := os.ReadDir(ts.MkAbs(args[0]))
	ts.Check(err)
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	want := slices.Sorted(slices.Values(args[1:]))
	if !slices.Equal(got, want) {
		ts.Fatalf("%s holds %q, want %q", args[0], got, want)
	}
}

// privateKey makes a key on the spot, for none may lie in the repository.
func privateKey(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: privatekey FILE")
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ts.Check(err)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600))
}
