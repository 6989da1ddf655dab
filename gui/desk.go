package gui

import (
	"context"
	"crypto/x509"
	"errors"
	"os"
	"path/filepath"
	"time"

	"enrollbench/core/job"
	"enrollbench/core/keychain"
	"enrollbench/core/trustmanager"
)

// desk is what batches need besides the window: the station, and the keychain with all that Settings wants of it. Its
// methods take their time and may be called from any goroutine but the UI thread.
type desk struct {
	*job.Station
	secrets secretStore
}

// secretStore is the keychain, or what stands for it in a test.
type secretStore interface {
	job.Secrets
	Set(ctx context.Context, account string, secret []byte) error
	Created(ctx context.Context, account string) (time.Time, error)
	Delete(ctx context.Context, account string) error
	Remembered(account string) bool
}

// uploadsFolder is where upload files lie that were written to be sent.
const uploadsFolder = "uploads"

// openDesk opens the database and the jobs in it.
func openDesk(ctx context.Context, folder string, secrets secretStore) (*desk, error) {
	d := &desk{Station: job.NewStation(folder, secrets), secrets: secrets}
	return d, d.OpenJobs(ctx)
}

// anchors are the roots that the practice service issues under.
func (d *desk) anchors(ctx context.Context) ([]*x509.Certificate, error) {
	s, err := d.Practice(ctx)
	if err != nil {
		return nil, err
	}
	return s.Anchors(), nil
}

// practise makes the connection to the practice service, if it is not there, and the default.
func (d *desk) practise(ctx context.Context) error {
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

// uploads makes a folder for the upload files of one batch.
func (d *desk) uploads() (string, error) {
	base := filepath.Join(d.Folder(), uploadsFolder)
	if err := os.MkdirAll(base, 0o700); err != nil {
		return "", err
	}
	return os.MkdirTemp(base, "batch-")
}

// removeUploads removes a folder of upload files of a batch that was not started. Only one below the folder for them is.
func removeUploads(folder string) error {
	if filepath.Base(filepath.Dir(folder)) != uploadsFolder {
		return nil
	}
	return os.RemoveAll(folder)
}

// keep puts a secret into the keychain; where there is none it is kept in memory until the program ends, and kept is false.
func (d *desk) keep(ctx context.Context, account string, secret []byte) (kept bool, err error) {
	err = d.secrets.Set(ctx, account, secret)
	if errors.Is(err, keychain.ErrUnavailable) {
		d.secrets.Remember(account, secret)
		return false, nil
	}
	return err == nil, err
}

// forget removes a secret; one that is not there is no error.
func (d *desk) forget(ctx context.Context, account string) error {
	err := d.secrets.Delete(ctx, account)
	if errors.Is(err, keychain.ErrNotFound) || errors.Is(err, keychain.ErrUnavailable) {
		return nil
	}
	return err
}
