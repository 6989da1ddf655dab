package frame

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
type Desk struct {
	*job.Station
	Secrets SecretStore
}

// secretStore is the keychain, or what stands for it in a test.
type SecretStore interface {
	job.Secrets
	Set(ctx context.Context, account string, secret []byte) error
	Created(ctx context.Context, account string) (time.Time, error)
	Delete(ctx context.Context, account string) error
	Remembered(account string) bool
}

// uploadsFolder is where upload files lie that were written to be sent.
const uploadsFolder = "uploads"

// openDesk opens the database and the jobs in it.
func openDesk(ctx context.Context, folder string, secrets SecretStore) (*Desk, error) {
	d := &Desk{Station: job.NewStation(folder, secrets), Secrets: secrets}
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

// uploads makes a folder for the upload files of one batch.
func (d *Desk) Uploads() (string, error) {
	base := d.uploadsBase()
	if err := os.MkdirAll(base, 0o700); err != nil {
		return "", err
	}
	return os.MkdirTemp(base, "batch-")
}

// removeUploads removes a folder of upload files of a batch that was not started. Only one below the folder for them is.
func RemoveUploads(folder string) error {
	if filepath.Base(filepath.Dir(folder)) != uploadsFolder {
		return nil
	}
	return os.RemoveAll(folder)
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

// uploadsAge is how old a folder of upload files is before it counts as left behind: another window may be about to order
// what lies in a younger one.
const uploadsAge = 24 * time.Hour

// SweepUploads removes the folders of upload files that no batch refers to, such as a crash leaves them.
func (d *Desk) SweepUploads(ctx context.Context, now time.Time) error {
	base := d.uploadsBase()
	entries, err := os.ReadDir(base)
	if err != nil || len(entries) == 0 {
		return ignoreMissing(err)
	}
	used, err := d.usedUploads(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, e := range entries {
		info, err := e.Info()
		folder := filepath.Join(base, e.Name())
		if err != nil || !info.IsDir() || used[folder] || now.Sub(info.ModTime()) < uploadsAge {
			continue
		}
		errs = append(errs, RemoveUploads(folder))
	}
	return errors.Join(errs...)
}

// releaseUploads removes the upload files of a batch whose record is gone, unless another batch has the same ones.
func (d *Desk) ReleaseUploads(ctx context.Context, r *job.Record) error {
	folder := filepath.Dir(r.Path)
	if r.Path == "" || filepath.Dir(folder) != d.uploadsBase() {
		return nil // the user's own file
	}
	used, err := d.usedUploads(ctx)
	if err != nil || used[folder] {
		return err
	}
	return RemoveUploads(folder)
}

// usedUploads are the folders that the files of batches lie in.
func (d *Desk) usedUploads(ctx context.Context) (map[string]bool, error) {
	all, err := d.Jobs.List(ctx, job.Filter{})
	if err != nil {
		return nil, err
	}
	used := map[string]bool{}
	for _, r := range all {
		used[filepath.Dir(r.Path)], used[filepath.Dir(r.OrderPath)] = true, true
	}
	return used, nil
}

// uploadsBase is the folder of the folders, named as records name files: whole.
func (d *Desk) uploadsBase() string {
	base := filepath.Join(d.Folder(), uploadsFolder)
	if whole, err := filepath.Abs(base); err == nil {
		return whole
	}
	return base
}

func ignoreMissing(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
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
