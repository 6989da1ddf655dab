package frame

import (
	"errors"

	"enrollbench/core/ledger"
	"enrollbench/core/store"
	"enrollbench/gui/words"
)

// explainLedger says what to do about a failure of the ledger or of a database, "" for another one.
func explainLedger(err error) string {
	restored := (*ledger.RestoredError)(nil)
	switch {
	case errors.As(err, &restored):
		return words.T("problem.ledger-restored")
	case errors.Is(err, store.ErrSignIn):
		return words.T("problem.ledger-password")
	case errors.Is(err, store.ErrUnverified):
		return words.T("problem.ledger-unverified")
	case errors.Is(err, ledger.ErrUnavailable):
		return words.T("problem.ledger-away")
	case errors.Is(err, ledger.ErrNewer):
		return words.T("problem.database-newer")
	case errors.Is(err, ledger.ErrCorrupt):
		return words.T("problem.ledger-damaged")
	}
	return ""
}
