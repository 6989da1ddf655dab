package job

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"enrollbench/core/atomicfile"
	"enrollbench/core/keychain"
	"enrollbench/core/ledger"
	"enrollbench/core/osfile"
	"enrollbench/core/trustmanager"
)

// Names in the folder of settings.
const (
	stationLedgers  = "ledger"      // folder of the databases
	stationSettings = "ledger.json" // LedgerSettings
)

// LedgerPassword is the account in the keychain of the database server's password.
const LedgerPassword = "ledger/server-password" // #nosec G101 -- the name of one

// LedgerSettings say which ledger a station uses and how it is called in it. They lie in a readable file without secrets.
type LedgerSettings struct {
	Station      string `json:"station,omitempty"`       // name of this workstation; "": that of the computer
	Server       string `json:"server,omitempty"`        // connection string of the shared PostgreSQL database, without password; "": a file of this computer
	ClaimLocally bool   `json:"claim_locally,omitempty"` // while the server does not answer, claims are made in a file here and reconciled later
	BackupHours  int    `json:"backup_hours,omitempty"`  // between backups of the file; 0: a day; negative: none is made
	BackupKeep   int    `json:"backup_keep,omitempty"`   // how many backups stay; 0: 30
}

// Name of the station, never empty.
func (s LedgerSettings) Name() string {
	if name := strings.TrimSpace(s.Station); name != "" {
		return name
	}
	if name, err := os.Hostname(); err == nil && name != "" {
		return name
	}
	return "station"
}

func (s LedgerSettings) schedule(folder string) ledger.Schedule {
	hours, keep := s.BackupHours, s.BackupKeep
	if hours == 0 {
		hours = 24
	}
	if keep == 0 {
		keep = 30
	}
	return ledger.Schedule{Folder: folder, Every: time.Duration(hours) * time.Hour, Keep: keep}
}

// LedgerSettings reads the settings; no file is the zero value.
func (s *Station) LedgerSettings() (l LedgerSettings, err error) {
	path := filepath.Join(s.folder, stationSettings)
	data, err := os.ReadFile(path) // #nosec G304 -- in our folder
	if errors.Is(err, fs.ErrNotExist) {
		return l, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &l)
	}
	if err != nil {
		return l, fmt.Errorf("settings of the ledger, %s: %w", path, err)
	}
	return l, nil
}

// SaveLedgerSettings replaces the settings. Ledgers that are open are closed: the next use opens what is set now.
func (s *Station) SaveLedgerSettings(l LedgerSettings) error {
	data, err := json.MarshalIndent(l, "", "\t")
	if err != nil {
		return err
	}
	if err := osfile.MkdirAll(s.folder, 0o700); err != nil {
		return err
	}
	if err := atomicfile.WriteFile(filepath.Join(s.folder, stationSettings), append(data, '\n'), atomicfile.Options{Mode: 0o600, Replace: true}); err != nil {
		return err
	}
	return s.closeLedgers()
}

func (s *Station) closeLedgers() error {
	s.ledgerMu.Lock()
	defer s.ledgerMu.Unlock()
	var errs []error
	for path, l := range s.ledgers {
		errs = append(errs, l.Close())
		delete(s.ledgers, path)
	}
	return errors.Join(errs...)
}

// SignIn says who works here from now on, for the ledger and its audit log; "" is nobody by name. The PIN is wanted of those who have set
// one; while a shared ledger does not answer nobody can ask for it.
//
// Errors: ledger.ErrNeedsPIN, ledger.ErrWrongPIN: the operator is who it was. Any other: it could not be recorded.
func (s *Station) SignIn(ctx context.Context, operator string, pin []byte) error {
	operator = strings.TrimSpace(operator)
	l, err := s.Ledger(ctx, false)
	if err == nil && operator != "" {
		if err := l.CheckPIN(ctx, operator, pin); errors.Is(err, ledger.ErrNeedsPIN) || errors.Is(err, ledger.ErrWrongPIN) {
			return err
		}
	}
	s.mu.Lock()
	before := s.operator
	s.operator = operator
	s.mu.Unlock()
	if err != nil || before == operator {
		return err
	}
	e := ledger.Entry{Act: ledger.ActSignedIn, Operator: operator, Detail: "signed in"}
	if operator == "" {
		e.Operator, e.Detail = before, "signed out"
	}
	return l.Record(ctx, e)
}

// WorkAs is SignIn without an entry in the audit log, for a program that does one thing and ends.
func (s *Station) WorkAs(operator string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.operator = strings.TrimSpace(operator)
}

// Operator is who is signed in, "" for nobody by name.
func (s *Station) Operator() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.operator
}

// Ledger is the station's ledger, that of practice or the one of everything else. It is opened once it is needed, and stays open
// until the station is closed or its settings are changed; the caller does not close it. The practice ledger is always a file
// of this computer. Errors: those of ledger.Open.
func (s *Station) Ledger(ctx context.Context, practice bool) (*ledger.Ledger, error) {
	settings, err := s.LedgerSettings()
	if err != nil {
		return nil, err
	}
	c := ledger.Config{Practice: practice, Station: settings.Name()}
	switch {
	case practice:
		c.Path = s.ledgerFile("practice.db")
	case settings.Server != "":
		c.Server = settings.Server
		c.Password = func(ctx context.Context) ([]byte, error) {
			password, err := s.secrets.Get(ctx, LedgerPassword)
			if errors.Is(err, keychain.ErrNotFound) || errors.Is(err, keychain.ErrUnavailable) {
				return nil, nil // the server says whether it wants one
			}
			return password, err
		}
	default:
		c.Path = s.ledgerFile("ledger.db")
	}
	return s.openLedger(ctx, c)
}

func (s *Station) ledgerFile(name string) string {
	return filepath.Join(s.folder, stationLedgers, name)
}

func (s *Station) openLedger(ctx context.Context, c ledger.Config) (*ledger.Ledger, error) {
	s.ledgerMu.Lock()
	defer s.ledgerMu.Unlock()
	where := c.Path + c.Server
	if l := s.ledgers[where]; l != nil {
		return l, nil
	}
	if c.Path != "" {
		if err := osfile.MkdirAll(filepath.Dir(c.Path), 0o700); err != nil {
			return nil, err
		}
	}
	c.Memory = ledger.FileMemory(s.memoryPath(where))
	l, err := ledger.Open(context.WithoutCancel(ctx), c) // for all who come after
	if err != nil {
		return nil, err
	}
	if s.ledgers == nil {
		s.ledgers = map[string]*ledger.Ledger{}
	}
	s.ledgers[where] = l
	return l, nil
}

// memoryPath is where the station remembers a ledger: not where settings and ledger lie, which are backed up and copied together.
// Only with a folder of settings that is not the account's own everything stays in that folder.
func (s *Station) memoryPath(where string) string {
	sum := sha256.Sum256([]byte(where))
	name := "ledger-" + hex.EncodeToString(sum[:8]) + ".json"
	if os.Getenv(trustmanager.FolderVariable) == "" && trustmanager.DefaultFolder() == s.folder {
		if state := stateFolder(); state != "" {
			return filepath.Join(state, name)
		}
	}
	return filepath.Join(s.folder, "station", name)
}

// stateFolder is the account's folder for what a program remembers on this computer, "" where there is none.
func stateFolder() string {
	const ours = "enrollbench"
	if runtime.GOOS == "windows" { // what does not roam
		if dir, err := os.UserCacheDir(); err == nil {
			return filepath.Join(dir, "enrollbench-station")
		}
		return ""
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	if runtime.GOOS == "darwin" {
		return filepath.Join(home, "Library", "Application Support", "enrollbench-station")
	}
	if dir := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) { // the base directory specification
		return filepath.Join(dir, ours)
	}
	return filepath.Join(home, ".local", "state", ours)
}

// EnvironmentOf is the ledger's name of where a connection orders: host and account, or practice.
func EnvironmentOf(c trustmanager.Connection) string { return environmentOf(c, nil) }

// environmentOf is that of an order that may name another account than the connection does.
func environmentOf(c trustmanager.Connection, order map[string]string) string {
	if c.Kind == trustmanager.Practice {
		return ledger.Practice
	}
	return ledger.Environment(c.Host(), cmp.Or(order["account"], c.Contract.Order["account"]))
}

// LedgerOf is the ledger of a connection, by id or name, and the environment in it.
func (s *Station) LedgerOf(ctx context.Context, idOrName string) (*ledger.Ledger, string, error) {
	c, err := s.Connection(idOrName)
	if err != nil {
		return nil, "", err
	}
	l, err := s.Ledger(ctx, c.Kind == trustmanager.Practice)
	return l, EnvironmentOf(c), err
}

// BackUpLedger makes the backup of the ledger's file that is due by the settings. Call it at the start and every hour. It returns
// the file that it made, "" where none was due, or there is no file yet.
func (s *Station) BackUpLedger(ctx context.Context) (made string, err error) {
	settings, err := s.LedgerSettings()
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(s.ledgerFile("ledger.db")); settings.Server != "" || errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	l, err := s.Ledger(ctx, false)
	if err != nil {
		return "", err
	}
	return l.BackUpWhenDue(ctx, settings.schedule(s.LedgerBackups()))
}

// LedgerBackups is the folder of the backups that BackUpLedger makes.
func (s *Station) LedgerBackups() string { return s.ledgerFile("backups") }
