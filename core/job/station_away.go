package job

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"enrollbench/core/ledger"
)

// awayLedger is the file in which a station claims while the shared ledger does not answer, if its settings allow that.
const awayLedger = "away.db"

// ReconciledError says that others claimed what this station had claimed while the shared ledger was away. All of it is in the
// shared ledger now, recorded as ordered twice; it is told once.
type ReconciledError struct{ Conflicts []ledger.Conflict }

func (e *ReconciledError) Error() string {
	return "this station ordered without the shared ledger, and others ordered the same: " + (&ledger.ConflictError{Conflicts: e.Conflicts}).Error()
}

// claiming is the ledger in which batches are claimed: the station's, or the file that stands for it while it is away. What was
// claimed in that file is taken over as soon as the shared ledger answers. Errors: those of Ledger; *ReconciledError.
func (s *Station) claiming(ctx context.Context, practice bool) (*ledger.Ledger, error) {
	l, err := s.Ledger(ctx, practice)
	if practice || err == nil && !l.Shared() {
		return l, err
	}
	if err == nil {
		_, err = l.Head(ctx) // it may have gone away since it was opened
	}
	if errors.Is(err, ledger.ErrUnavailable) {
		settings, e := s.LedgerSettings()
		if e != nil || !settings.ClaimLocally {
			return nil, errors.Join(err, e)
		}
		return s.openLedger(ctx, ledger.Config{Path: s.ledgerFile(awayLedger), Station: settings.Name()})
	}
	if err != nil {
		return nil, err
	}
	all, err := s.Reconcile(ctx)
	if err != nil {
		return nil, err
	}
	var taken []ledger.Conflict
	for _, r := range all {
		taken = append(taken, r.Conflicts...)
	}
	if len(taken) > 0 {
		return nil, &ReconciledError{taken}
	}
	return l, nil
}

// away says whether a ledger stands for a shared one that does not answer.
func away(l *ledger.Ledger) bool { return filepath.Base(l.Where()) == awayLedger }

// Reconcile takes over into the shared ledger what was claimed here while it was away, and returns it with what others claimed
// meanwhile. The file stays beside the others under another name.
func (s *Station) Reconcile(ctx context.Context) ([]ledger.Reconciled, error) {
	s.awayMu.Lock()
	defer s.awayMu.Unlock()
	path := s.ledgerFile(awayLedger)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	settings, err := s.LedgerSettings()
	if err != nil {
		return nil, err
	}
	shared, err := s.Ledger(ctx, false)
	if err != nil {
		return nil, err
	}
	here, err := s.openLedger(ctx, ledger.Config{Path: path, Station: settings.Name()})
	if err != nil {
		return nil, err
	}
	all, err := shared.Reconcile(ctx, here, s.Operator())
	if err != nil {
		return nil, fmt.Errorf("what was claimed without the shared ledger: %w", err)
	}
	s.ledgerMu.Lock()
	delete(s.ledgers, path)
	s.ledgerMu.Unlock()
	if err := here.Close(); err != nil {
		return all, err
	}
	for n := 1; ; n++ {
		done := s.ledgerFile(fmt.Sprintf("away-%d.db", n))
		if _, err := os.Stat(done); errors.Is(err, fs.ErrNotExist) {
			if err := os.Remove(s.memoryPath(path)); err != nil && !errors.Is(err, fs.ErrNotExist) { // the next one is another ledger
				return all, err
			}
			return all, os.Rename(path, done)
		}
	}
}
