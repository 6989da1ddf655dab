package job

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"enrollbench/core/ledger"
	"enrollbench/core/trustmanager"
)

// newStation is a station in a folder of its own.
func newStation(t *testing.T, folder string) *Station {
	t.Helper()
	s := NewStation(folder, nil)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// TestStationLedgers: practice has a ledger of its own, and everybody on a station has the same.
func TestStationLedgers(t *testing.T) {
	s := newStation(t, t.TempDir())
	c := trustmanager.NewConnection("plant", trustmanager.IoTTrustManager, "https://One.Example.com")
	if err := s.Connections.Add(c); err != nil {
		t.Fatal(err)
	}
	used, env, err := s.LedgerOf(ctx, "plant")
	if err != nil || env != ledger.Environment("one.example.com", "") {
		t.Fatalf("%q, %v", env, err)
	}
	tried, env, err := s.LedgerOf(ctx, PracticeID)
	if err != nil || env != ledger.Practice || tried == used || tried.Where() == used.Where() {
		t.Fatalf("practice: %q, %v", env, err)
	}
	if again, err := s.Ledger(ctx, false); err != nil || again != used {
		t.Errorf("it is opened twice: %v", err)
	}
	b := ledger.Batch{Environment: env, ID: "b", Identities: func(yield func(ledger.Identity) bool) {
		yield(ledger.Identity{Kind: ledger.CommonName, Value: "dev"})
	}}
	if _, err := used.Claim(ctx, b); !errors.Is(err, ledger.ErrPractice) {
		t.Errorf("practice in the ledger of production: %v", err)
	}
	made, err := s.BackUpLedger(ctx)
	if err != nil || filepath.Dir(made) != s.LedgerBackups() {
		t.Errorf("%q, %v", made, err)
	}
	if made, err = s.BackUpLedger(ctx); made != "" || err != nil {
		t.Errorf("a backup a day: %q, %v", made, err)
	}
}

// TestRestoredLedger: a ledger from a backup is noticed by what the station remembers beside it.
func TestRestoredLedger(t *testing.T) {
	folder := t.TempDir()
	s := newStation(t, folder)
	l, err := s.Ledger(ctx, false)
	if err != nil {
		t.Fatal(err)
	}
	backup := filepath.Join(t.TempDir(), "backup.db")
	if err := l.Backup(ctx, backup, ""); err != nil {
		t.Fatal(err)
	}
	if err := s.SignIn(ctx, "Ada", nil); err != nil || s.Operator() != "Ada" {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, suffix := range []string{"-wal", "-shm"} {
		if err := os.Remove(l.Where() + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
	}
	if err := os.Rename(backup, l.Where()); err != nil {
		t.Fatal(err)
	}
	s = newStation(t, folder)
	if l, err = s.Ledger(ctx, false); err != nil || l.Restored() == nil {
		t.Errorf("a restored ledger is not noticed: %v", err)
	}
}

func TestLedgerSettings(t *testing.T) {
	s := newStation(t, t.TempDir())
	first, err := s.LedgerSettings()
	if err != nil || first.Name() == "" {
		t.Fatalf("%+v, %v", first, err)
	}
	if err := s.SaveLedgerSettings(LedgerSettings{Station: " line 4 ", BackupHours: -1}); err != nil {
		t.Fatal(err)
	}
	now, err := s.LedgerSettings()
	if err != nil || now.Name() != "line 4" {
		t.Errorf("%+v, %v", now, err)
	}
	if made, err := s.BackUpLedger(ctx); made != "" || err != nil {
		t.Errorf("no backup is wanted: %q, %v", made, err)
	}
	if err := os.WriteFile(filepath.Join(s.Folder(), stationSettings), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Ledger(ctx, false); err == nil || !strings.Contains(err.Error(), stationSettings) {
		t.Errorf("settings that cannot be read: %v", err)
	}
}

// TestMemoryPath: what the station remembers does not lie with the account's settings, and each ledger has its own.
func TestMemoryPath(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_CONFIG_HOME", "")
	t.Setenv("XDG_STATE_HOME", "")
	t.Setenv("APPDATA", t.TempDir())
	t.Setenv("LocalAppData", t.TempDir())
	t.Setenv(trustmanager.FolderVariable, "")
	s := NewStation(trustmanager.DefaultFolder(), nil)
	if p := s.memoryPath("a"); strings.HasPrefix(p, s.Folder()+string(filepath.Separator)) || p == s.memoryPath("b") {
		t.Errorf("%s", p)
	}
	s = NewStation(t.TempDir(), nil)
	if p := s.memoryPath("a"); !strings.HasPrefix(p, s.Folder()) {
		t.Errorf("%s", p)
	}
}

// TestSchedule: without settings a backup is made each day and a month of them stays.
func TestSchedule(t *testing.T) {
	for settings, want := range map[LedgerSettings]ledger.Schedule{
		{}:                               {Folder: "x", Every: 24 * time.Hour, Keep: 30},
		{BackupHours: 4, BackupKeep: 7}:  {Folder: "x", Every: 4 * time.Hour, Keep: 7},
		{BackupHours: -1, BackupKeep: 7}: {Folder: "x", Every: -time.Hour, Keep: 7},
	} {
		if got := settings.schedule("x"); got != want {
			t.Errorf("%+v: %+v, want %+v", settings, got, want)
		}
	}
}

// TestSettingsAreUsedAtOnce: a ledger that is open is that of the settings, and signing in twice is signing in once.
func TestSettingsAreUsedAtOnce(t *testing.T) {
	s := newStation(t, t.TempDir())
	if _, err := s.Ledger(ctx, false); err != nil {
		t.Fatal(err)
	}
	if err := s.SaveLedgerSettings(LedgerSettings{Station: "line 9"}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.SignIn(ctx, "Ada", nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.SignIn(ctx, "", nil); err != nil {
		t.Fatal(err)
	}
	l, err := s.Ledger(ctx, false)
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for e, err := range l.Entries(ctx, 0) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Act == ledger.ActSignedIn {
			told = append(told, e.Operator+" "+e.Detail+" at "+e.Station)
		}
	}
	if !slices.Equal(told, []string{"Ada signed in at line 9", "Ada signed out at line 9"}) {
		t.Errorf("%q", told)
	}
}
