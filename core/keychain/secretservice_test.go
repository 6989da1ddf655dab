//go:build linux

package keychain

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

// insideVariable tells a test that it runs on a session bus of its own.
const insideVariable = "ENROLLBENCH_KEYCHAIN_INSIDE"

func need(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := exec.LookPath(name); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatalf("%s is missing", name)
			}
			t.Skipf("%s is missing", name)
		}
	}
}

// inside runs one test of this binary on a session bus of its own, with a home of its own; before is what the shell does
// first. It returns what the test and secret-tool said.
func inside(t *testing.T, test, before string) string {
	t.Helper()
	need(t, "dbus-run-session", "gnome-keyring-daemon", "secret-tool", "bash")
	home := t.TempDir()
	run := filepath.Join(home, "run")
	if err := os.Mkdir(run, 0o700); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "dbus-run-session", "--", "bash", "-c",
		before+"\n\""+self+"\" -test.run '^"+test+"$' -test.v; status=$?; kill $(cat \"$XDG_RUNTIME_DIR/pid\" 2>/dev/null) 2>/dev/null; exit $status")
	cmd.Env = []string{"HOME=" + home, "XDG_RUNTIME_DIR=" + run, "PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8", insideVariable + "=" + test}
	cmd.WaitDelay = 5 * time.Second
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if !bytes.Contains(out, []byte("--- PASS: "+test)) {
		t.Fatalf("it did not run:\n%s", out)
	}
	// What the whole session left on the disk must not hold the secret in the clear.
	err = filepath.WalkDir(home, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return nil
		}
		data, err := os.ReadFile(path)
		if err == nil && bytes.Contains(data, []byte(realSecret)) {
			t.Errorf("%s holds the secret", path)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	return string(out)
}

// unlocked starts a real keychain that is unlocked.
const unlocked = `printf 'test' | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1`

const realSecret = "0123-real-s3cret-of-the-test"

func TestRealSecretService(t *testing.T) {
	inside(t, "TestInsideSecretService", unlocked)
}

func TestInsideSecretService(t *testing.T) {
	if os.Getenv(insideVariable) != t.Name() {
		t.Skip("runs within TestRealSecretService")
	}
	k, ctx := New(), t.Context()
	if err := k.Check(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Get(ctx, account); !errors.Is(err, ErrNotFound) {
		t.Errorf("nothing there: %v", err)
	}
	if err := k.Set(ctx, account, []byte("the first")); err != nil {
		t.Fatal(err)
	}
	if err := k.Set(ctx, account, []byte(realSecret)); err != nil { // replaced, not added
		t.Fatal(err)
	}
	out, err := exec.Command("secret-tool", "search", "--all", "service", Service).CombinedOutput()
	if err != nil || strings.Count(string(out), "secret = ") != 1 || !strings.Contains(string(out), "secret = "+plainPrefix) ||
		!strings.Contains(string(out), " "+realSecret+"\n") || !strings.Contains(string(out), "attribute.username = "+account) {
		t.Errorf("secret-tool: %v\n%s", err, strings.ReplaceAll(string(out), realSecret, "SECRET"))
	}
	if got, err := k.Get(ctx, account); err != nil || string(got) != realSecret {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if at, err := k.Created(ctx, account); err != nil || time.Since(at) > time.Minute || time.Since(at) < 0 {
		t.Errorf("%v, %v", at, err)
	}
	byHand := exec.Command("secret-tool", "store", "--label=x", "service", Service, "username", "by/hand")
	byHand.Stdin = strings.NewReader("typed")
	if out, err := byHand.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if got, err := k.Get(ctx, "by/hand"); err != nil || string(got) != "typed" {
		t.Errorf("%q, %v", got, err)
	}
	if err := k.Delete(ctx, account); err != nil {
		t.Error(err)
	}
	out, _ = exec.Command("secret-tool", "search", "--all", "service", Service, "username", account).CombinedOutput()
	if strings.Contains(string(out), "secret = ") {
		t.Error("it is still there")
	}
}

func TestRealLockedCollection(t *testing.T) {
	inside(t, "TestInsideLockedCollection", unlocked)
}

func TestInsideLockedCollection(t *testing.T) {
	if os.Getenv(insideVariable) != t.Name() {
		t.Skip("runs within TestRealLockedCollection")
	}
	k, ctx := New(), t.Context()
	k.limit, k.promptLimit = 3*time.Second, 3*time.Second
	if err := k.Set(ctx, account, []byte(realSecret)); err != nil {
		t.Fatal(err)
	}
	bus, err := dbus.SessionBus()
	if err != nil {
		t.Fatal(err)
	}
	var done []dbus.ObjectPath
	var prompt dbus.ObjectPath
	if err := bus.Object(secretsName, secretsPath).Call(secretsInterface+".Lock", 0, []dbus.ObjectPath{loginCollection}).Store(&done, &prompt); err != nil || len(done) != 1 {
		t.Fatalf("lock: %v, %v", done, err)
	}
	if err := k.Check(ctx); !errors.Is(err, ErrLocked) {
		t.Errorf("check: %v", err)
	}
	began := time.Now()
	if _, err := k.Get(ctx, account); !errors.Is(err, ErrLocked) || time.Since(began) > 20*time.Second {
		t.Errorf("get: %v after %v", err, time.Since(began))
	}
	if err := k.Set(ctx, account, []byte("x")); !errors.Is(err, ErrLocked) {
		t.Errorf("set: %v", err)
	}
}

func TestRealBusWithoutKeychain(t *testing.T) {
	// The bus of the test starts no services: none is installed where it looks.
	need(t, "dbus-daemon")
	inside(t, "TestInsideNoKeychain", `cat >"$XDG_RUNTIME_DIR/bus.conf" <<END
<busconfig><type>session</type><listen>unix:tmpdir=$XDG_RUNTIME_DIR</listen>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>
END
DBUS_SESSION_BUS_ADDRESS=$(dbus-daemon --config-file="$XDG_RUNTIME_DIR/bus.conf" --print-address --fork --print-pid 5 5>"$XDG_RUNTIME_DIR/pid")
export DBUS_SESSION_BUS_ADDRESS`)
}

func TestRealAbsenceOfABus(t *testing.T) {
	inside(t, "TestInsideNoKeychain", "unset DBUS_SESSION_BUS_ADDRESS")
}

func TestInsideNoKeychain(t *testing.T) {
	if os.Getenv(insideVariable) != t.Name() {
		t.Skip("runs within TestRealAbsenceOfABus and TestRealBusWithoutKeychain")
	}
	k, ctx := New(), t.Context()
	began := time.Now()
	if err := k.Check(ctx); !errors.Is(err, ErrUnavailable) {
		t.Errorf("check: %v", err)
	}
	if err := k.Set(ctx, account, []byte(realSecret)); !errors.Is(err, ErrUnavailable) {
		t.Errorf("set: %v", err)
	}
	k.Remember(account, []byte(realSecret))
	if got, err := k.Get(ctx, account); err != nil || string(got) != realSecret {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if time.Since(began) > 20*time.Second {
		t.Errorf("it took %v", time.Since(began))
	}
}
