package ledger

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"enrollbench/core/atomicfile"
	"enrollbench/core/osfile"
)

// Memory is where a station keeps what it remembers of its ledger: some hundred octets, no secret. It must not lie where the
// ledger is backed up together with it, or a restored ledger could not be noticed.
type Memory interface {
	Load() ([]byte, error) // nil, or an error that matches fs.ErrNotExist, where nothing was kept yet
	Save(data []byte) error
}

// FileMemory keeps it in a file.
type FileMemory string

// Load reads the file.
func (m FileMemory) Load() ([]byte, error) { return os.ReadFile(string(m)) }

// Save replaces the file.
func (m FileMemory) Save(data []byte) error {
	if err := osfile.MkdirAll(filepath.Dir(string(m)), 0o700); err != nil {
		return err
	}
	return atomicfile.WriteFile(string(m), data, atomicfile.Options{Mode: 0o600, Replace: true})
}

// remembered is what a Memory holds.
type remembered struct {
	Station string `json:"station"` // identity of this workstation
	Ledger  string `json:"ledger"`  // identity of the ledger; "": none yet
	Epoch   int64  `json:"epoch"`
	Head    Head   `json:"head"` // the newest entry of the audit log that this station knows
}

// RestoredError says how a ledger differs from what the station remembers. It matches ErrRestored.
type RestoredError struct {
	Copied bool  // the file was made on another computer
	Other  bool  // it is another ledger, perhaps a new one
	Have   int64 // entries of the audit log in it
	Known  int64 // that this station remembers
}

func (e *RestoredError) Error() string {
	switch {
	case e.Copied:
		return "the ledger was copied from another computer: claims here and there do not know of each other"
	case e.Other:
		return "this is not the ledger that this station used before: what was claimed there is missing here"
	case e.Have < e.Known:
		return fmt.Sprintf("the ledger was restored from a backup: it has %d entries of the audit log, but this station knows %d", e.Have, e.Known)
	}
	return "the ledger was restored from a backup and has been used since: entries that this station remembers are missing"
}

// Is matches ErrRestored.
func (e *RestoredError) Is(target error) bool { return target == ErrRestored }

func (l *Ledger) loadMemory() error {
	if l.config.Memory == nil {
		return nil
	}
	data, err := l.config.Memory.Load()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("what this station remembers of the ledger: %w", err)
	}
	if len(data) > 0 {
		if err := json.Unmarshal(data, &l.memory); err != nil {
			return fmt.Errorf("what this station remembers of the ledger: %w", err)
		}
	}
	if l.memory.Station == "" {
		l.memory.Station = newID()
		return l.saveMemory()
	}
	return nil
}

func (l *Ledger) saveMemory() error {
	data, err := json.Marshal(l.memory)
	if err != nil {
		return err
	}
	return l.config.Memory.Save(data)
}

// remember keeps the newest entry of the audit log that this station has seen.
func (l *Ledger) remember(head Head) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.config.Memory == nil || head.Seq <= l.memory.Head.Seq {
		return nil
	}
	l.memory.Head = head
	return l.saveMemory()
}

// compare tells a ledger that is not as this station remembers it, and begins to remember one that the station has not had.
func (l *Ledger) compare(ctx context.Context, tx *sql.Tx, is identity) error {
	if l.config.Memory == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.restored != nil {
		return nil
	}
	head, err := readHead(ctx, tx)
	if err != nil {
		return err
	}
	m := &l.memory
	e := &RestoredError{Have: head.Seq, Known: m.Head.Seq}
	switch {
	case !l.db.Shared() && is.station != m.Station:
		e.Copied = true
	case m.Ledger == "":
		m.Ledger, m.Epoch, m.Head = is.id, is.epoch, head
		return nil
	case m.Ledger != is.id:
		e.Other = true
	default:
		hash, err := hashOf(ctx, tx, m.Head.Seq)
		switch {
		case err != nil:
			return err
		case bytes.Equal(hash, m.Head.Hash[:]) && is.epoch >= m.Epoch:
			m.Epoch = is.epoch
			return nil
		}
	}
	l.restored = e
	return nil
}

// Restored says how the ledger differs from what this station remembers, nil where it does not. Nothing can be claimed until
// the user has decided: Adopt.
func (l *Ledger) Restored() *RestoredError {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.restored
}

// Adopt takes a restored or copied ledger over, on the word of an operator who knows what is missing in it. The audit log says
// so; every other station that remembers more is asked as well.
func (l *Ledger) Adopt(ctx context.Context, operator, reason string) error {
	if reason == "" {
		return errNoReason
	}
	if l.Restored() == nil {
		return nil
	}
	var is identity
	var head Head
	err := l.db.Write(ctx, func(tx *sql.Tx) (err error) {
		if is, err = readIdentity(ctx, tx); err != nil {
			return err
		}
		is.epoch = max(is.epoch, l.memory.Epoch) + 1
		if !l.db.Shared() {
			is.station = l.memory.Station
		}
		if _, err := tx.ExecContext(ctx, "UPDATE ledger SET epoch = $1, station = $2", is.epoch, is.station); err != nil {
			return err
		}
		head, err = l.append(ctx, tx, Entry{Act: ActAdopted, Operator: operator, Detail: reason})
		return err
	})
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.memory.Ledger, l.memory.Epoch, l.memory.Head, l.restored = is.id, is.epoch, head, nil
	return l.saveMemory()
}

// Head is the end of the audit log: the anchor that can be kept elsewhere and verified against later.
type Head struct {
	Seq  int64    `json:"seq"` // number of the newest entry, from 1
	Hash [32]byte `json:"hash"`
}

// String is the anchor as it is printed and copied: "118:9f86d0…".
func (h Head) String() string { return fmt.Sprintf("%d:%s", h.Seq, hex.EncodeToString(h.Hash[:])) }

// MarshalText writes String.
func (h Head) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads what String wrote.
func (h *Head) UnmarshalText(data []byte) (err error) {
	*h, err = ParseHead(string(data))
	return err
}
