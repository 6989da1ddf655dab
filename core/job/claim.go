package job

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"enrollbench/core/filelock"
	"enrollbench/core/osfile"
)

// lease is how long a claim counts where the system has no locks to tell whether its owner lives. It is renewed three times
// in that while.
const lease = time.Minute

// claimant is this program as an owner of claims: a file that it holds a lock on as long as it lives. A claim whose owner's
// file is not locked is what a killed program left, and is void at once. Where nobody can tell, the owner counts as living
// until its lease is over: to take a living owner for dead would send a batch twice.
type claimant struct {
	name   string
	folder string
	file   *os.File
	try    tryLock
}

// tryLock is filelock.Try, so that tests can have locks refused.
type tryLock func(*os.File) filelock.Answer

const claimSuffix = ".claim"

func newClaimant(folder string, try tryLock) (*claimant, error) {
	if err := osfile.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	sweepClaims(folder, try)
	for {
		var random [8]byte
		_, _ = rand.Read(random[:]) // never fails
		c := &claimant{name: hex.EncodeToString(random[:]), folder: folder, try: try}
		f, err := osfile.OpenFile(c.path(c.name), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return nil, err
		}
		if try(f) != filelock.Held && same(f) { // else another program took the file for one that nobody holds
			c.file = f
			return c, nil
		}
		_ = f.Close()
	}
}

func (c *claimant) path(name string) string { return filepath.Join(c.folder, name+claimSuffix) }

// same says whether the file still stands under its name.
func same(f *os.File) bool {
	there, err := os.Stat(f.Name())
	mine, err2 := f.Stat()
	return err == nil && err2 == nil && os.SameFile(there, mine)
}

// sweepClaims removes the files of programs that live no more.
func sweepClaims(folder string, try tryLock) {
	entries, _ := os.ReadDir(folder)
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), claimSuffix) {
			continue
		}
		f, err := os.OpenFile(filepath.Join(folder, e.Name()), os.O_RDWR, 0) // #nosec G304 -- listed in our folder
		if err != nil {
			continue
		}
		dead := try(f) == filelock.Taken
		_ = f.Close() // before it is removed, for Windows; a program that has just made it notices (same)
		if dead {
			_ = os.Remove(f.Name())
		}
	}
}

func (c *claimant) close() error {
	err := c.file.Close()
	if e := os.Remove(c.file.Name()); e != nil && !errors.Is(e, fs.ErrNotExist) {
		err = errors.Join(err, e)
	}
	return err
}

// lives says whether the program that made a claim still runs.
func (c *claimant) lives(owner string) bool {
	if owner == c.name {
		return true
	}
	f, err := os.OpenFile(c.path(owner), os.O_RDWR, 0) // #nosec G304 -- made of a name that this package wrote
	if err != nil {
		return !errors.Is(err, fs.ErrNotExist)
	}
	defer f.Close()
	return c.try(f) != filelock.Taken
}

// claim takes a record for this program within a transaction. ErrTaken says that another program, or another step of this
// one, works at it.
func (j *Jobs) claim(ctx context.Context, tx *sql.Tx, id string) error {
	taken, err := j.taken(ctx, tx, id)
	if err != nil {
		return err
	}
	if taken {
		return ErrTaken
	}
	_, err = tx.ExecContext(ctx, "UPDATE job SET claim = ?, claim_until = ? WHERE id = ?", j.me.name, j.now().Add(lease).UnixMilli(), id)
	return err
}

func (j *Jobs) taken(ctx context.Context, q querier, id string) (bool, error) {
	var owner string
	var until int64
	if err := q.QueryRowContext(ctx, "SELECT claim, claim_until FROM job WHERE id = ?", id).Scan(&owner, &until); err != nil {
		return false, err
	}
	return owner != "" && until > j.now().UnixMilli() && j.me.lives(owner), nil
}

// hold keeps a claim alive until the returned function is called, which gives it up.
func (j *Jobs) hold(id string) (release func()) {
	done := make(chan struct{})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(lease / 3)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				_ = j.db.Write(context.Background(), func(tx *sql.Tx) error { // the next tick tries again
					_, err := tx.Exec("UPDATE job SET claim_until = ? WHERE id = ? AND claim = ?", j.now().Add(lease).UnixMilli(), id, j.me.name)
					return err
				})
			}
		}
	}()
	return func() {
		close(done)
		<-ended
		_ = j.db.Write(context.Background(), func(tx *sql.Tx) error { // else the lease ends it
			_, err := tx.Exec("UPDATE job SET claim = '', claim_until = 0 WHERE id = ? AND claim = ?", id, j.me.name)
			return err
		})
	}
}
