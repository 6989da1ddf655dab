package ledger

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"enrollbench/core/osfile"
)

// Backup writes a copy of the ledger to a new file while everybody goes on working, and records it. Of a shared ledger the
// error matches errors.ErrUnsupported: a server is backed up where it runs.
func (l *Ledger) Backup(ctx context.Context, path, operator string) error {
	if err := l.db.Backup(ctx, path); err != nil {
		return err
	}
	return l.Record(ctx, Entry{Act: ActBackedUp, Operator: operator, Detail: filepath.Base(path)})
}

// Schedule says when backups are made and how many are kept.
type Schedule struct {
	Folder string
	Every  time.Duration // 0: none is made
	Keep   int           // the newest ones; 0: all
}

const (
	backupPrefix = "ledger-"
	backupTime   = "20060102T150405Z"
	backupSuffix = ".db"
)

// BackUpWhenDue makes a backup if the newest one in the folder is older than the schedule wants, and removes the oldest ones
// beyond those that are kept. It returns the file that it made, "" where none was due. Call it at the start and every hour.
func (l *Ledger) BackUpWhenDue(ctx context.Context, s Schedule) (made string, err error) {
	if s.Every <= 0 || l.db.Shared() {
		return "", nil
	}
	if err := osfile.MkdirAll(s.Folder, 0o700); err != nil {
		return "", err
	}
	all, err := backups(s.Folder)
	if err != nil {
		return "", err
	}
	now := l.now()
	if n := len(all); n > 0 {
		// One from the future was made under a wrong clock and says nothing.
		if newest := backupAge(all[n-1], now); newest >= 0 && newest < s.Every {
			return "", nil
		}
	}
	name := backupPrefix + now.Format(backupTime) + backupSuffix
	made = filepath.Join(s.Folder, name)
	if err := l.Backup(ctx, made, ""); err != nil {
		return "", fmt.Errorf("backup of the ledger: %w", err)
	}
	if all = append(all, name); s.Keep > 0 {
		slices.Sort(all)
		for len(all) > s.Keep {
			if all[0] != name {
				if err := os.Remove(filepath.Join(s.Folder, all[0])); err != nil {
					return made, err
				}
			}
			all = all[1:]
		}
	}
	return made, nil
}

// backups are the names of the backups in a folder, the oldest first. Other files are not touched.
func backups(folder string) (all []string, err error) {
	entries, err := os.ReadDir(folder)
	for _, e := range entries {
		stamp, ours := strings.CutPrefix(e.Name(), backupPrefix)
		stamp, file := strings.CutSuffix(stamp, backupSuffix)
		if _, err := time.Parse(backupTime, stamp); ours && file && err == nil {
			all = append(all, e.Name())
		}
	}
	slices.Sort(all)
	return all, err
}

func backupAge(name string, now time.Time) time.Duration {
	at, _ := time.Parse(backupPrefix+backupTime+backupSuffix, name)
	return now.Sub(at)
}
