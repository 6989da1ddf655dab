package gui

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"enrollbench/core/job"
	"enrollbench/core/practice"
	"enrollbench/core/store"
	"enrollbench/core/trustmanager"
)

// desk is what batches need besides the window: the connections, the keychain, the database of jobs, and the practice
// service, which runs within this program once it is needed. Its methods take their time and may be called from any
// goroutine but the UI thread.
type desk struct {
	folder      string
	connections *trustmanager.Store
	secrets     secretStore
	db          *store.DB
	jobs        *job.Jobs

	mu       sync.Mutex
	practice *practice.Service // nil until it is needed
	closed   bool
}

// secretStore is the keychain, or what stands for it in a test.
type secretStore interface {
	trustmanager.Secrets
	Set(ctx context.Context, account string, secret []byte) error
	Created(ctx context.Context, account string) (time.Time, error)
	Delete(ctx context.Context, account string) error
	Remember(account string, secret []byte)
	Remembered(account string) bool
	Check(ctx context.Context) error
}

// Names in the folder of settings.
const (
	jobsDatabase   = "jobs.db"
	jobsFolder     = "jobs"
	practiceFolder = "practice"
	uploadsFolder  = "uploads"
)

// practiceID is the id of the connection to the practice service within this program.
const practiceID = "practice"

// openDesk opens the database and the jobs in it.
func openDesk(ctx context.Context, folder string, secrets secretStore) (*desk, error) {
	d := &desk{folder: folder, connections: trustmanager.NewStore(folder), secrets: secrets}
	db, err := store.Open(ctx, filepath.Join(folder, jobsDatabase))
	if err != nil {
		return nil, err
	}
	d.jobs, err = job.Open(db, job.Options{Folder: filepath.Join(folder, jobsFolder), Connect: d.connect})
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	d.db = db
	return d, nil
}

// close ends what is open. Work that uses the desk has ended by then.
func (d *desk) close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil
	}
	d.closed = true
	errs := []error{d.jobs.Close(), d.db.Close()}
	if d.practice != nil {
		errs = append(errs, d.practice.Close())
		d.practice = nil
	}
	return errors.Join(errs...)
}

// service is the running practice service; it is started if it does not run yet, with a new token that lives in memory.
func (d *desk) service(ctx context.Context) (*practice.Service, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.practice != nil {
		return d.practice, nil
	}
	if d.closed {
		return nil, context.Canceled
	}
	s, err := practice.Open(context.WithoutCancel(ctx), practice.Options{Folder: filepath.Join(d.folder, practiceFolder)})
	if err != nil {
		return nil, fmt.Errorf("practice service: %w", err)
	}
	token, err := s.NewToken()
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	c := practiceConnection()
	d.secrets.Remember(c.Account(trustmanager.SecretAPIKey), token)
	clear(token)
	d.practice = s
	return s, nil
}

// practiceConnection is the connection to the practice service; its address is known once the service runs.
func practiceConnection() trustmanager.Connection {
	c := trustmanager.NewConnection(trustmanager.Practice.Title(), trustmanager.Practice, "https://127.0.0.1")
	c.ID = practiceID
	return c
}

// client makes a client of a connection.
func (d *desk) client(ctx context.Context, id string) (*trustmanager.Client, error) {
	c, err := d.connections.Get(id)
	if err != nil {
		return nil, err
	}
	return d.clientOf(ctx, c)
}

func (d *desk) clientOf(ctx context.Context, c trustmanager.Connection) (*trustmanager.Client, error) {
	var o trustmanager.Options
	if c.ID == practiceID {
		s, err := d.service(ctx)
		if err != nil {
			return nil, err
		}
		c.BaseURL = s.URL()
		for data := s.CertificatePEM(); ; {
			one, rest, err := firstCertificate(data)
			if err != nil {
				return nil, err
			}
			if one == nil {
				break
			}
			o.Anchors, data = append(o.Anchors, one), rest
		}
	}
	return trustmanager.NewClient(c, d.secrets, o)
}

// connect is how jobs reach the service.
func (d *desk) connect(ctx context.Context, id string) (job.Service, error) { return d.client(ctx, id) }

// anchors are the roots that the practice service issues under.
func (d *desk) anchors(ctx context.Context) ([]*x509.Certificate, error) {
	s, err := d.service(ctx)
	if err != nil {
		return nil, err
	}
	return s.Anchors(), nil
}

// practise makes the connection to the practice service, if it is not there, and the default.
func (d *desk) practise(ctx context.Context) (trustmanager.Connection, error) {
	all, err := d.connections.Load()
	if err != nil {
		return trustmanager.Connection{}, err
	}
	c := practiceConnection()
	if i := slices.IndexFunc(all, func(c trustmanager.Connection) bool { return c.ID == practiceID }); i >= 0 {
		c = all[i]
	} else if err := d.connections.Add(c); err != nil {
		return c, err
	}
	if _, err := d.service(ctx); err != nil {
		return c, err
	}
	return c, d.connections.SetDefault(practiceID)
}
