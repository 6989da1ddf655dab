package watch

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"enrollbench/core/job"
	"enrollbench/core/keychain"
)

// memory is a keychain that holds only what it was told to remember.
type memory map[string][]byte

func (m memory) Get(_ context.Context, account string) ([]byte, error) {
	if b, ok := m[account]; ok {
		return bytes.Clone(b), nil
	}
	return nil, keychain.ErrNotFound
}

func (m memory) Remember(account string, secret []byte) { m[account] = bytes.Clone(secret) }

const profile = "Practice: keys from the device, any key"

// line is a folder that is watched, with a clock of its own.
type line struct {
	*Watcher
	t       *testing.T
	station *job.Station
	config  string
	now     time.Time
	events  []Event
}

func newLine(t *testing.T, o Options) *line {
	t.Helper()
	l := &line{t: t, config: t.TempDir(), now: time.Now()}
	o.Folder, o.Connection, o.Profile = filepath.Join(t.TempDir(), "in"), or(o.Connection, job.PracticeID), or(o.Profile, profile)
	if err := os.Mkdir(o.Folder, 0o755); err != nil {
		t.Fatal(err)
	}
	l.open(o)
	t.Cleanup(l.close)
	return l
}

// open starts the program.
func (l *line) open(o Options) {
	l.t.Helper()
	l.station = job.NewStation(l.config, memory{})
	if err := l.station.OpenJobs(l.t.Context()); err != nil {
		l.t.Fatal(err)
	}
	o.Now, o.Tell = func() time.Time { return l.now }, func(e Event) { l.events = append(l.events, e) }
	var err error
	if l.Watcher, err = Open(l.station, o); err != nil {
		l.t.Fatal(err)
	}
}

func (l *line) close() {
	if err := errors.Join(l.Watcher.Close(), l.station.Close()); err != nil {
		l.t.Error(err)
	}
}

// restart ends the program and starts it again.
func (l *line) restart() {
	l.t.Helper()
	o := l.Options
	l.close()
	l.open(o)
}

// drop writes a file, as long ago as a file needs to be whole.
func (l *line) drop(name string, data []byte) {
	l.t.Helper()
	path := filepath.Join(l.Folder, name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		l.t.Fatal(err)
	}
	if err := os.Chtimes(path, l.now, l.now); err != nil {
		l.t.Fatal(err)
	}
}

// step lets time pass and has the watcher look.
func (l *line) step(d time.Duration) {
	l.t.Helper()
	l.now = l.now.Add(d)
	l.Step(l.t.Context())
}

// settle lets files become whole.
func (l *line) settle() {
	l.t.Helper()
	l.step(0)
	l.step(DefaultStill)
}

// serve asks the service until a batch is in none of the states that it decides, as Jobs.Watch does.
func (l *line) serve() {
	l.t.Helper()
	for range 600 {
		going := false
		all, err := l.station.Jobs.List(l.t.Context(), job.Filter{})
		if err != nil {
			l.t.Fatal(err)
		}
		for _, r := range all {
			if r.State.UnderWay() || r.State == job.MayExist || r.State == job.Starting {
				r, _ = l.station.Jobs.Refresh(l.t.Context(), r.ID)
				going = going || r != nil && r.State.UnderWay() && r.State != job.WaitingForApproval
			}
		}
		if !going {
			l.step(0)
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	l.t.Fatal("the practice service does not end")
}

// told are the events of a state.
func (l *line) told(state State) (all []Event) {
	for _, e := range l.events {
		if e.State == state {
			all = append(all, e)
		}
	}
	return all
}

func (l *line) records() []*job.Record {
	l.t.Helper()
	all, err := l.station.Jobs.List(l.t.Context(), job.Filter{})
	if err != nil {
		l.t.Fatal(err)
	}
	return all
}

// lies are the names in a folder below the watched one, hidden ones left away.
func (l *line) lies(folder string) (names []string) {
	l.t.Helper()
	entries, err := os.ReadDir(filepath.Join(l.Folder, folder))
	if err != nil {
		l.t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name()[0] != '.' {
			names = append(names, e.Name())
		}
	}
	return names
}

func (l *line) want(what string, got, want []string) {
	l.t.Helper()
	if !slices.Equal(got, want) {
		l.t.Errorf("%s: %q, want %q; events:", what, got, want)
		for _, e := range l.events {
			l.t.Logf("%+v", e)
		}
	}
}

// request is a CSR in PEM that no rule has anything against.
func request(t testing.TB, name string) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{DNSNames: []string{name + ".example.com"},
		Subject: pkix.Name{Country: []string{"DE"}, Organization: []string{"Example Works"}, SerialNumber: "1", CommonName: name}}, key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der})
}
