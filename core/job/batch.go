package job

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"enrollbench/core/csr"
	"enrollbench/core/eui48"
	"enrollbench/core/finding"
	"enrollbench/core/ledger"
	"enrollbench/core/progress"
	"enrollbench/core/recipient"
	"enrollbench/core/upload"
)

// MaxFiles is the most parts that a batch may have; 10,000 of 200 MB are far more than anybody makes.
const MaxFiles = 10_000

// File is one upload file of a batch, as core/csr or core/enrollment wrote it.
type File struct {
	Path  string
	Count int    // enrollments in it, 0 where it was not counted
	Order string // what its result is compared with: the manifest of a bundle; "" for a CSV, which is its own order
	Part  int    // of the manifest, from 1; 0: all of it
	From  string // the CSV that it was converted from; "": it is the user's own file, or was saved before
}

// BundleFiles are the parts of a bundle of CSRs as files of a batch.
func BundleFiles(bundle csr.BundleResult) (all []File) {
	for i, part := range bundle.Parts {
		f := File{Path: filepath.Join(filepath.Dir(bundle.Manifest), filepath.Base(part.File)), Count: part.Entries, Order: bundle.Manifest}
		if len(bundle.Parts) > 1 {
			f.Part = i + 1
		}
		all = append(all, f)
	}
	return all
}

// Batch is what is to be ordered. One file, or a range of at most eui48.OrderLimit addresses, becomes one job; several files,
// or a longer range, become a series.
type Batch struct {
	Name       string // for people; "": the file's name
	Connection Connection
	Profile    Profile
	Method     Method
	Keys       Keys
	Files      []File      // of ZIP and CSV
	Range      eui48.Range // of MAC
	Format     Format
	FullChain  bool
	Fields     map[string]string // trustmanager.OrderFields: device group, account, key type; what is not named is the connection's

	// Recipient of what the service seals; nil where devices make the keys.
	Recipient *recipient.Recipient
	Proof     recipient.Proof // of the rehearsal; zero: there was none
	Unproven  bool            // the user knows that there was none

	Again string // why the same is ordered once more; "": what was ordered before is an error

	// Findings are those of the document that the files were made from; nil: nobody checked.
	Findings *finding.Report
}

// BlockedError is a batch that must not be started as it is.
type BlockedError struct{ Summary *Summary }

func (e *BlockedError) Error() string {
	var reasons []string
	for _, f := range e.Summary.Report.All() {
		if f.Severity == finding.Error {
			reasons = append(reasons, f.Message)
		}
	}
	return "the batch cannot be started: " + strings.Join(reasons, "; ")
}

// Prepare checks a batch and writes its records, all of them or none; a series where it is too large for one job. Nothing is
// sent. The error is a *BlockedError while the check finds errors.
func (j *Jobs) Prepare(ctx context.Context, b Batch) ([]*Record, error) {
	s, err := j.Check(ctx, b)
	if err != nil {
		return nil, err
	}
	if s.Blocked() {
		return nil, &BlockedError{s}
	}
	records, err := b.records(s)
	if err != nil {
		return nil, err
	}
	err = j.db.Write(ctx, func(tx *sql.Tx) error {
		for i, r := range records {
			if r.ID, err = j.freeID(ctx, tx); err != nil {
				return err
			}
			if len(records) > 1 {
				r.Series, r.Part, r.Parts = records[0].ID, i+1, len(records)
			}
			r.FileName = sentName(r)
			if err := j.insert(ctx, tx, r, b.note(i)); err != nil {
				return err
			}
			if err := j.prepared(ctx, tx, r, s); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	j.changed()
	_ = j.tellAll(ctx, false) // else later
	return records, nil
}

// prepared writes down for the audit log what was decided about a batch.
func (j *Jobs) prepared(ctx context.Context, tx *sql.Tx, r *Record, s *Summary) error {
	if err := j.enqueue(ctx, tx, r, ledger.ActPrepared, fmt.Sprintf("%s, %s, profile %s", r.Short(), finding.Counted(r.Count, "enrollment"), r.Profile.title())); err != nil {
		return err
	}
	if r.RecipientFingerprint != "" {
		if err := j.enqueue(ctx, tx, r, ledger.ActKey, r.RecipientTitle+", "+r.RecipientFingerprint); err != nil {
			return err
		}
	}
	for _, f := range s.Report.All() {
		why := ""
		switch f.Rule {
		case RuleKnowinglyNotRehearsed.Name:
			why = f.Message
		case RuleSentAgain.Name:
			why = r.Again
		}
		if why == "" {
			continue
		}
		if err := j.enqueue(ctx, tx, r, ledger.ActExcluded, f.Rule+": "+why); err != nil {
			return err
		}
	}
	return nil
}

// note is what the timeline of a part begins with: what it was converted from, and why it is ordered again.
func (b *Batch) note(part int) string {
	var notes []string
	if part < len(b.Files) && b.Files[part].From != "" {
		notes = append(notes, fmt.Sprintf("converted from %q", b.Files[part].From))
	}
	if again := againNote(strings.TrimSpace(b.Again)); again != "" {
		notes = append(notes, again)
	}
	return strings.Join(notes, "; ")
}

// records are those of the batch, without their ids.
func (b *Batch) records(s *Summary) ([]*Record, error) {
	whole := Record{Name: b.Name, State: Prepared, Method: b.Method, Keys: b.Keys, Connection: b.Connection, Profile: b.Profile,
		Format: b.Format, FullChain: b.FullChain, Fields: b.Fields, Again: strings.TrimSpace(b.Again)}
	if b.Keys == ByService {
		text, err := b.Recipient.Text()
		if err != nil {
			return nil, err
		}
		whole.RecipientText, whole.RecipientTitle, whole.RecipientFingerprint = string(text), b.Recipient.Title(), b.Recipient.FingerprintText()
		whole.Rehearsed = b.Proof.At
	}
	var all []*Record
	if b.Method == MAC {
		for part := range b.Range.Orders() {
			r := whole
			r.Range, r.Count = part, int(part.Count) // #nosec G115 -- at most the limit of an order
			if r.Name == "" {
				r.Name = b.Range.Start.String()
			}
			all = append(all, &r)
		}
		return all, nil
	}
	for i, f := range b.Files {
		r := whole
		r.Path, r.Count, r.OrderPath, r.OrderPart = s.files[i].path, f.Count, f.Order, f.Part
		r.Size, r.SHA256 = s.files[i].size, s.files[i].sha256
		if r.OrderPath == "" && r.Method == CSV {
			r.OrderPath = r.Path
		}
		if r.OrderPath != "" {
			abs, err := filepath.Abs(r.OrderPath)
			if err != nil {
				return nil, err
			}
			r.OrderPath = abs
		}
		if r.Name == "" {
			r.Name = filepath.Base(b.Files[0].Path)
		}
		all = append(all, &r)
	}
	return all, nil
}

// freeID makes an id whose number is the next of the day.
func (j *Jobs) freeID(ctx context.Context, tx *sql.Tx) (string, error) {
	day := j.now()
	var n int
	first := day.Format(time.DateOnly) + "-"
	if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM job WHERE id >= ? AND id < ?", first, first+"~").Scan(&n); err != nil {
		return "", err
	}
	for range 1000 {
		id := newID(day, n+1)
		var there int
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM job WHERE id = ?", id).Scan(&there); err != nil {
			return "", err
		}
		if there == 0 {
			return id, nil
		}
	}
	return "", errors.New("no free batch id was found")
}

// sentName is the name under which a file is sent. It carries the id, so that the service's list tells whether it arrived,
// and only characters that every server and every form of a request lets through.
func sentName(r *Record) string {
	if r.Method == MAC {
		return "mac-" + r.ID
	}
	base := filepath.Base(r.Path)
	ext := strings.ToLower(filepath.Ext(base))
	if ext != ".zip" && ext != ".csv" {
		ext = "." + strings.ToLower(string(r.Method))
	}
	stem := strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.' {
			return c
		}
		return '-'
	}, strings.TrimSuffix(base, filepath.Ext(base)))
	stem = strings.Trim(stem[:min(len(stem), 80)], "-.")
	if stem == "" {
		stem = "batch"
	}
	return stem + "-" + r.ID + ext
}

// fileFacts are what is known of an upload file.
type fileFacts struct {
	path   string // absolute
	size   int64
	sha256 string
}

// measure reads a file once for its size and hash. More than upload.MaxBytes are not read.
func measure(ctx context.Context, path string, report progress.Func) (fileFacts, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return fileFacts{}, err
	}
	f, err := os.Open(abs) // #nosec G304 -- the file that the user chose
	if err != nil {
		return fileFacts{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fileFacts{}, err
	}
	if !info.Mode().IsRegular() {
		return fileFacts{}, fmt.Errorf("%q is not a file", path)
	}
	facts := fileFacts{path: abs, size: info.Size()}
	if facts.size > upload.MaxBytes {
		return facts, nil
	}
	h := sha256.New()
	n, err := io.Copy(h, progress.Reader(ctx, f, facts.size, report))
	if err != nil {
		return fileFacts{}, err
	}
	facts.size, facts.sha256 = n, hex.EncodeToString(h.Sum(nil))
	return facts, nil
}
