package job

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"

	"enrollbench/core/ledger"
	"enrollbench/core/practice"
	"enrollbench/core/store"
	"enrollbench/core/trustmanager"
)

// Names in the folder of settings, which the window and the command line share.
const (
	stationDatabase = "jobs.db"
	stationResults  = "jobs"
	stationPractice = "practice"
)

// PracticeID is the id of the connection to the practice service within this program. No imported connection can have it: an
// import gives fresh ids.
const PracticeID = "practice"

// Secrets is what a station keeps keys in: core/keychain, or something that asks where the keychain has none.
type Secrets interface {
	trustmanager.Secrets
	Remember(account string, secret []byte) // in memory, until the program ends
}

// Station is everything that batches need on one computer: the connections, the jobs with their database, and the practice
// service, which runs within this program once it is needed. Its methods are safe for concurrent use; they read files and
// ask services, so that none is for a goroutine that draws.
type Station struct {
	Connections *trustmanager.Store
	Jobs        *Jobs // nil until OpenJobs

	folder  string
	secrets Secrets
	db      *store.DB

	mu       sync.Mutex
	practice *practice.Service // nil until it is needed
	closed   bool
	operator string

	awayMu   sync.Mutex // while claims are reconciled
	ledgerMu sync.Mutex
	ledgers  map[string]*ledger.Ledger // that are open, by their path or server
}

// NewStation is the station whose settings lie in a folder, such as trustmanager.DefaultFolder, which need not be there yet.
// Nothing is opened.
func NewStation(folder string, secrets Secrets) *Station {
	s := &Station{Connections: trustmanager.NewStore(folder), folder: folder, secrets: secrets}
	s.Connections.Changed = func(what string) {
		l, err := s.Ledger(context.Background(), false)
		if err == nil { // a connection is changed also while the ledger is away, perhaps to repair just that
			_ = l.Record(context.Background(), ledger.Entry{Act: ledger.ActConnection, Operator: s.Operator(), Detail: what})
		}
	}
	return s
}

// Folder of the settings.
func (s *Station) Folder() string { return s.folder }

// OpenJobs opens the database of jobs; the folder is made if it is not there. Nothing is asked or sent.
func (s *Station) OpenJobs(ctx context.Context) error {
	db, err := store.Open(ctx, filepath.Join(s.folder, stationDatabase))
	if err != nil {
		return err
	}
	jobs, err := Open(db, Options{Folder: filepath.Join(s.folder, stationResults),
		Connection: s.Connection, Ledger: s.claiming, Operator: s.Operator,
		Connect: func(ctx context.Context, id string) (Service, error) { return s.Client(ctx, id) }})
	if err != nil {
		return errors.Join(err, db.Close())
	}
	s.db, s.Jobs = db, jobs
	return nil
}

// Close ends what is open. Work that uses the station must have ended; closing twice is closing once.
func (s *Station) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	var errs []error
	if s.Jobs != nil {
		errs = append(errs, s.Jobs.Close(), s.db.Close())
	}
	if s.practice != nil {
		errs = append(errs, s.practice.Close())
	}
	return errors.Join(append(errs, s.closeLedgers())...)
}

// Connection finds a connection by id or name. The practice service is there without having been added.
func (s *Station) Connection(idOrName string) (trustmanager.Connection, error) {
	c, err := s.Connections.Get(idOrName)
	if errors.Is(err, trustmanager.ErrNoConnection) && strings.EqualFold(idOrName, PracticeID) {
		return PracticeConnection(), nil
	}
	return c, err
}

// PracticeConnection is the connection to the practice service within this program. Where it listens is known once it runs.
func PracticeConnection() trustmanager.Connection {
	c := trustmanager.NewConnection(trustmanager.Practice.Title(), trustmanager.Practice, "https://127.0.0.1")
	c.ID = PracticeID
	return c
}

// Client makes a client of a connection, by id or name. The caller closes it.
func (s *Station) Client(ctx context.Context, idOrName string) (*trustmanager.Client, error) {
	c, err := s.Connection(idOrName)
	if err != nil {
		return nil, err
	}
	return s.ClientOf(ctx, c)
}

// ClientOf makes a client of a connection that need not be saved. The caller closes it.
func (s *Station) ClientOf(ctx context.Context, c trustmanager.Connection) (*trustmanager.Client, error) {
	var o trustmanager.Options
	if c.ID == PracticeID {
		service, err := s.Practice(ctx)
		if err != nil {
			return nil, err
		}
		c.BaseURL = service.URL()
		if o.Anchors, err = certificates(service.CertificatePEM()); err != nil {
			return nil, err
		}
	}
	return trustmanager.NewClient(c, s.secrets, o)
}

// Profile finds an enrollment profile of a connection by id or name. Where the service has no list, the text is taken for an id.
func (s *Station) Profile(ctx context.Context, c trustmanager.Connection, idOrName string) (Profile, error) {
	client, err := s.Client(ctx, c.ID)
	if err != nil {
		return Profile{}, err
	}
	defer client.Close()
	all, err := client.Profiles(ctx)
	if errors.Is(err, trustmanager.ErrNoRequest) {
		return Profile{ID: idOrName}, nil
	}
	if err != nil {
		return Profile{}, err
	}
	var names []string
	for _, p := range all {
		if p.ID == idOrName || strings.EqualFold(p.Name, idOrName) {
			return ProfileOf(p), nil
		}
		names = append(names, fmt.Sprintf("%q", p.Name))
	}
	const shown = 6
	if more := len(names) - shown; more > 0 {
		return Profile{}, fmt.Errorf("connection %q has no profile %q; it has %s and %d more", c.Name, idOrName, strings.Join(names[:shown], ", "), more)
	}
	return Profile{}, fmt.Errorf("connection %q has no profile %q; it has %s", c.Name, idOrName, strings.Join(names, ", "))
}

// Practice is the running practice service; it is started if it does not run yet. Its token is made anew at each start and
// lives in memory only. An error that matches practice.ErrBusy says that another program runs it.
func (s *Station) Practice(ctx context.Context) (*practice.Service, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return nil, context.Canceled
	case s.practice != nil:
		return s.practice, nil
	}
	service, err := practice.Open(context.WithoutCancel(ctx), practice.Options{Folder: filepath.Join(s.folder, stationPractice)})
	if errors.Is(err, practice.ErrBusy) {
		return nil, fmt.Errorf("%w: close the other program, or add a connection to its address", err)
	}
	if err != nil {
		return nil, fmt.Errorf("practice service: %w", err)
	}
	token, err := service.NewToken()
	if err != nil {
		return nil, errors.Join(err, service.Close())
	}
	defer clear(token)
	c := trustmanager.Connection{ID: PracticeID}
	s.secrets.Remember(c.Account(trustmanager.SecretAPIKey), token)
	s.practice = service
	return service, nil
}

// certificates reads all certificates of PEM data.
func certificates(data []byte) (all []*x509.Certificate, err error) {
	for {
		var block *pem.Block
		if block, data = pem.Decode(data); block == nil {
			return all, nil
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
}
