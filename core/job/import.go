package job

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"enrollbench/core/archive"
	"enrollbench/core/atomicfile"
	"enrollbench/core/eui48"
	"enrollbench/core/finding"
	"enrollbench/core/progress"
	"enrollbench/core/recipient"
	"enrollbench/core/upload"
)

// portableLimits bound what is taken from a file that somebody brought.
var portableLimits = archive.Limits{
	ArchiveBytes: 2*upload.MaxBytes + 16<<20,
	Entries:      3,
	EntryBytes:   upload.MaxBytes,
	TotalBytes:   2*upload.MaxBytes + maxManifest,
	NameBytes:    300,
}

const maxManifest = 1 << 20 // octets; the recipient is the largest part of it

// ImportError is a file that is no prepared batch, or one that was changed.
type ImportError struct {
	Reason string
	Err    error
}

func (e *ImportError) Error() string {
	text := "not a prepared batch: " + e.Reason
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

func (e *ImportError) Unwrap() error { return e.Err }

// ErrThere is a batch that was imported before, or that was prepared here.
var ErrThere = errors.New("this batch is here already")

// Import takes a batch from a file that Export wrote, size octets behind in, and makes it a prepared record under the same
// id, its files in the batch's folder. The service's list is asked for the id before the batch is sent, since the station
// that prepared it may have sent it after all.
//
// Errors: *ImportError for whatever is wrong with the file; ErrThere.
func (j *Jobs) Import(ctx context.Context, in io.ReaderAt, size int64, report progress.Func) (*Record, error) {
	z, err := archive.Open(in, size, portableLimits)
	if err != nil {
		return nil, &ImportError{"it is not a ZIP, or not one that is accepted", err}
	}
	p, members, err := readPortable(z)
	if err != nil {
		return nil, err
	}
	r, err := p.record()
	if err != nil {
		return nil, err
	}
	if _, err := get(ctx, j.db.Reader(), r.ID); err == nil {
		return nil, fmt.Errorf("%w: %s", ErrThere, r.ID)
	} else if !errors.Is(err, ErrNotFound) {
		return nil, err
	}
	if len(members) > 0 {
		if err := j.unpack(ctx, r, z, p, members, report); err != nil {
			return nil, err
		}
	}
	err = j.db.Write(ctx, func(tx *sql.Tx) error {
		if _, err := get(ctx, tx, r.ID); err == nil {
			return fmt.Errorf("%w: %s", ErrThere, r.ID)
		} else if !errors.Is(err, ErrNotFound) {
			return err
		}
		return j.insert(ctx, tx, r, fmt.Sprintf("taken from a file of %s", p.Written.Local().Format(time.DateTime)))
	})
	if err != nil {
		if !errors.Is(err, ErrThere) {
			err = errors.Join(err, j.removeFolder(r.ID))
		}
		return nil, err
	}
	j.changed()
	return r, nil
}

// Portable says whether an archive looks like one that Export wrote.
func Portable(z *archive.Reader) bool {
	for i := range min(z.Len(), portableLimits.Entries) {
		if e, err := z.Entry(i); err == nil && e.Name == portableManifest {
			return true
		}
	}
	return false
}

// readPortable reads the manifest and finds the entries that it names; there must be no others.
func readPortable(z *archive.Reader) (*portable, map[string]int, error) {
	if err := z.CheckExtraction(); err != nil {
		return nil, nil, &ImportError{"its entries", err}
	}
	at := map[string]int{}
	for i := range z.Len() {
		e, err := z.Entry(i)
		if err != nil {
			return nil, nil, &ImportError{"its entries", err}
		}
		at[e.Name] = i
	}
	i, ok := at[portableManifest]
	if !ok {
		return nil, nil, &ImportError{Reason: fmt.Sprintf("there is no %q in it", portableManifest)}
	}
	if e, err := z.Entry(i); err != nil || e.Size > maxManifest {
		return nil, nil, &ImportError{fmt.Sprintf("its manifest has %d bytes; at most %d are allowed", e.Size, maxManifest), err}
	}
	text, err := z.ReadEntry(i, nil)
	if err != nil {
		return nil, nil, &ImportError{"its manifest", err}
	}
	p := new(portable)
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(p); err != nil {
		var head struct {
			Kind    string
			Version int
		}
		if json.Unmarshal(text, &head) == nil && head.Kind == portableKind && head.Version > portableVersion {
			return nil, nil, &ImportError{Reason: fmt.Sprintf("it was written by a newer version of this program (form %d)", head.Version)}
		}
		return nil, nil, &ImportError{"its manifest", err}
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, nil, &ImportError{Reason: "something follows its manifest"}
	}
	if p.Kind != portableKind || p.Version != portableVersion {
		return nil, nil, &ImportError{Reason: fmt.Sprintf("its manifest is %q, form %d", p.Kind, p.Version)}
	}
	delete(at, portableManifest)
	members := map[string]int{}
	for folder, m := range map[string]*portableMember{portableUpload: p.Upload, portableOrder: p.Order} {
		if m == nil {
			continue
		}
		i, ok := at[m.Name]
		if !ok || path.Dir(m.Name)+"/" != folder || !checkHash(m.SHA256) || m.Bytes <= 0 || m.Bytes > upload.MaxBytes {
			return nil, nil, &ImportError{Reason: fmt.Sprintf("its member %q is missing or wrongly described", m.Name)}
		}
		if e, err := z.Entry(i); err != nil || e.Size != m.Bytes {
			return nil, nil, &ImportError{fmt.Sprintf("its member %q has %d bytes, and %d are stated", m.Name, e.Size, m.Bytes), err}
		}
		members[m.Name] = i
		delete(at, m.Name)
	}
	if len(at) > 0 {
		return nil, nil, &ImportError{Reason: "there is more in it than its manifest says"}
	}
	return p, members, nil
}

// record makes a record of the manifest, every field of which may be a lie.
func (p *portable) record() (*Record, error) {
	b := &p.Batch
	wrong := func(format string, args ...any) (*Record, error) {
		return nil, &ImportError{Reason: fmt.Sprintf(format, args...)}
	}
	switch {
	case !validID(b.ID):
		return wrong("its id %q is none", b.ID)
	case b.Method != ZIP && b.Method != CSV && b.Method != MAC:
		return wrong("its method %q is not known", b.Method)
	case b.Keys != ByDevice && b.Keys != ByService, b.Method == ZIP && b.Keys != ByDevice, b.Method == MAC && b.Keys != ByService:
		return wrong("its method %q does not go with keys by %q", b.Method, b.Keys)
	case !slices.Contains(Formats, b.Format):
		return wrong("its format %q is not known", b.Format)
	case (b.Method == MAC) == (p.Upload != nil):
		return wrong("a batch has an upload file or is a MAC range")
	case b.Count < 0 || b.OrderPart < 0:
		return wrong("its numbers are negative")
	case b.Series != "" && (!validID(b.Series) || b.Part < 1 || b.Parts < b.Part || b.Parts > MaxFiles):
		return wrong("its place in the series is not possible")
	}
	for _, s := range append(slices.Collect(maps.Values(b.Fields)), b.Name, b.Connection.ID, b.Connection.Name, b.Profile.ID, b.Profile.Name, b.Profile.KeyGeneration, b.FileName) {
		if len(s) > 1000 || strings.ContainsFunc(s, func(c rune) bool { return c < ' ' || c == 0x7f }) {
			return wrong("one of its texts is too long or holds control characters")
		}
	}
	r := &Record{ID: b.ID, Name: b.Name, State: Prepared, Method: b.Method, Keys: b.Keys, Connection: b.Connection, Profile: b.Profile,
		Count: b.Count, Format: b.Format, FullChain: b.FullChain, Fields: b.Fields, OrderPart: b.OrderPart, Rehearsed: b.Rehearsed, AskFirst: true}
	if b.Series != "" {
		r.Series, r.Part, r.Parts = b.Series, b.Part, b.Parts
	}
	if b.Method == MAC {
		start, _, err := eui48.Parse(b.Start)
		if err != nil {
			return nil, &ImportError{"its MAC range", err}
		}
		if r.Range, err = eui48.NewRange(start, uint64(b.Count), b.Increment); err != nil {
			return nil, &ImportError{"its MAC range", err}
		}
		if r.Range.OrderCount() > 1 {
			return wrong("its MAC range is longer than one order")
		}
	} else {
		r.Path, r.Size, r.SHA256 = path.Base(p.Upload.Name), p.Upload.Bytes, p.Upload.SHA256
	}
	if r.FileName = sentName(r); r.FileName != b.FileName {
		return wrong("its file name %q is not the one of batch %s", b.FileName, b.ID)
	}
	if b.Keys == ByService {
		to, report, err := recipient.Parse([]byte(b.Recipient))
		if err != nil {
			return nil, &ImportError{"its recipient", err}
		}
		if len(to) != 1 || slices.ContainsFunc(report.All(), isPrivateKey) {
			return wrong("its recipient must be one certificate or OpenPGP key, without a private key")
		}
		text, err := to[0].Text()
		if err != nil {
			return nil, &ImportError{"its recipient", err}
		}
		r.RecipientText, r.RecipientTitle, r.RecipientFingerprint = string(text), to[0].Title(), to[0].FingerprintText()
	} else if b.Recipient != "" {
		return wrong("it has a recipient and nothing to seal")
	}
	return r, nil
}

func isPrivateKey(f finding.Finding) bool { return f.Rule == recipient.RulePrivateKey.Name }

// unpack writes the members into the batch's folder, which appears as a whole, and holds each against its hash.
func (j *Jobs) unpack(ctx context.Context, r *Record, z *archive.Reader, p *portable, members map[string]int, report progress.Func) error {
	// What stands there has no record: it is what a crash left of an earlier import.
	tree, err := atomicfile.NewTree(j.of(r.ID), atomicfile.Options{Mode: 0o600, Replace: true})
	if err != nil {
		return err
	}
	defer tree.Abort() //nolint:errcheck // after Commit it does nothing, before it the error that led here counts
	for _, m := range []*portableMember{p.Upload, p.Order} {
		if m == nil {
			continue
		}
		if err := unpackMember(ctx, tree, z, members[m.Name], m, report); err != nil {
			return err
		}
	}
	if err := tree.Commit(); err != nil {
		return err
	}
	r.Path = filepath.Join(j.of(r.ID), filepath.FromSlash(p.Upload.Name))
	switch {
	case p.Order != nil:
		r.OrderPath = filepath.Join(j.of(r.ID), filepath.FromSlash(p.Order.Name))
	case r.Method == CSV:
		r.OrderPath = r.Path
	}
	return nil
}

func unpackMember(ctx context.Context, tree *atomicfile.Tree, z *archive.Reader, i int, m *portableMember, report progress.Func) (err error) {
	in, err := z.Open(i)
	if err != nil {
		return &ImportError{fmt.Sprintf("its member %q", m.Name), err}
	}
	defer in.Close()
	out, err := tree.Create(m.Name)
	if err != nil {
		return err
	}
	sum, n, err := copyHashed(out, progress.Reader(ctx, in, m.Bytes, report))
	if e := out.Close(); err == nil {
		err = e
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return &ImportError{fmt.Sprintf("its member %q", m.Name), err}
	case sum != m.SHA256 || n != m.Bytes:
		return &ImportError{Reason: fmt.Sprintf("its member %q was changed: its SHA-256 is %s, and %s is stated", m.Name, sum, m.SHA256)}
	}
	return nil
}

func copyHashed(w io.Writer, r io.Reader) (sum string, n int64, err error) {
	h := sha256.New()
	n, err = io.Copy(io.MultiWriter(w, h), r)
	return hex.EncodeToString(h.Sum(nil)), n, err
}

// ImportFile is Import of a file.
func (j *Jobs) ImportFile(ctx context.Context, name string, report progress.Func) (*Record, error) {
	f, err := os.Open(name) // #nosec G304 -- the file that the user chose
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	return j.Import(ctx, f, info.Size(), report)
}
