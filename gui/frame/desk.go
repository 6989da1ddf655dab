package frame

import (
	"context"
	"crypto/x509"
	"errors"
	"time"

	"enrollbench/core/job"
	"enrollbench/core/keychain"
	"enrollbench/core/trustmanager"
)

// desk is what batches need besides the window: the station, and the keychain with all that Settings wants of it. Its
// methods take their time and may be called from any goroutine but the UI thread.
type Desk struct {
	*job.Station
	Secrets SecretStore
	Called  string // the name of this station
}

// secretStore is the keychain, or what stands for it in a test.
type SecretStore interface {
	job.Secrets
	Set(ctx context.Context, account string, secret []byte) error
	Created(ctx context.Context, account string) (time.Time, error)
	Delete(ctx context.Context, account string) error
	Remembered(account string) bool
}

// openDesk opens the database and the jobs in it.
func openDesk(ctx context.Context, folder string, secrets SecretStore) (*Desk, error) {
	d := &Desk{Station: job.NewStation(folder, secrets), Secrets: secrets}
	if s, err := d.LedgerSettings(); err == nil { // otherwise whoever needs the ledger is told
		d.Called = s.Name()
	}
	return d, d.OpenJobs(ctx)
}

// anchors are the roots that the practice service issues under.
func (d *Desk) Anchors(ctx context.Context) ([]*x509.Certificate, error) {
	s, err := d.Practice(ctx)
	if err != nil {
		return nil, err
	}
	return s.Anchors(), nil
}

// practise makes the connection to the practice service, if it is not there, and the default.
func (d *Desk) practise(ctx context.Context) error {
	if _, err := d.Practice(ctx); err != nil {
		return err
	}
	_, err := d.Connections.Get(job.PracticeID)
	if errors.Is(err, trustmanager.ErrNoConnection) {
		err = d.Connections.Add(job.PracticeConnection())
	}
	if err != nil {
		return err
	}
	return d.Connections.SetDefault(job.PracticeID)
}

// keep puts a secret into the keychain; where there is none it is kept in memory until the program ends, and kept is false.
func (d *Desk) Keep(ctx context.Context, account string, secret []byte) (kept bool, err error) {
	err = d.Secrets.Set(ctx, account, secret)
	if errors.Is(err, keychain.ErrUnavailable) {
		d.Secrets.Remember(account, secret)
		return false, nil
	}
	return err == nil, err
}

// forget removes a secret; one that is not there is no error.
func (d *Desk) Forget(ctx context.Context, account string) error {
	return ForgetSecret(ctx, d.Secrets, account)
}

func ForgetSecret(ctx context.Context, secrets SecretStore, account string) error {
	err := secrets.Delete(ctx, account)
	if errors.Is(err, keychain.ErrNotFound) || errors.Is(err, keychain.ErrUnavailable) {
		return nil
	}
	return err
}
