package job

import (
	"archive/zip"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"enrollbench/core/ledger"
	"enrollbench/core/progress"
)

// The file that carries a prepared batch: a ZIP with these entries.
const (
	portableManifest = "batch.json"
	portableUpload   = "upload/" // and the name of the file
	portableOrder    = "order/"
	portableVersion  = 1
)

// portable is the manifest of an exported batch. It holds nothing secret: the recipient is a public key.
type portable struct {
	Kind    string          `json:"kind"` // portableKind
	Version int             `json:"version"`
	Written time.Time       `json:"written"`
	Batch   portableBatch   `json:"batch"`
	Upload  *portableMember `json:"upload,omitempty"` // nil for a MAC range
	Order   *portableMember `json:"order,omitempty"`  // nil where the upload is the order, or there is none
}

const portableKind = "EnrollBench prepared batch"

type portableBatch struct {
	ID         string            `json:"id"`
	Name       string            `json:"name"`
	Method     Method            `json:"method"`
	Keys       Keys              `json:"keys"`
	Connection Connection        `json:"connection"`
	Profile    Profile           `json:"profile"`
	FileName   string            `json:"file_name"`
	Count      int               `json:"count"`
	Start      string            `json:"start_mac_address,omitempty"`
	Increment  uint64            `json:"increment,omitempty"`
	Format     Format            `json:"certificate_format"`
	FullChain  bool              `json:"include_full_chain"`
	Fields     map[string]string `json:"fields,omitempty"`
	OrderPart  int               `json:"order_part,omitempty"`
	Recipient  string            `json:"recipient,omitempty"` // PEM or armor
	Rehearsed  time.Time         `json:"rehearsed,omitzero"`
	Series     string            `json:"series,omitempty"`
	Part       int               `json:"part,omitempty"`
	Parts      int               `json:"parts,omitempty"`
}

type portableMember struct {
	Name   string `json:"name"` // of the entry
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// Export writes a prepared batch as one file: the order, the upload file, its manifest, the recipient. Whoever has the file
// sends the batch with Import and Start. Here it cannot be started any more, unless Retry takes it back. The record is marked
// once w has everything; the caller writes w through core/atomicfile. The name is the file's, for people who look for it.
func (j *Jobs) Export(ctx context.Context, id, name string, w io.Writer, report progress.Func) (*Record, error) {
	r, err := j.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	if r.State != Prepared {
		return r, &StateError{ID: id, Have: r.State, Allowing: ToHandOver}
	}
	if err := j.writePortable(ctx, w, r, report); err != nil {
		return r, err
	}
	if _, _, err := j.reserve(ctx, r, true); err != nil { // whoever sends it takes the reservation over
		return r, err
	}
	return j.edit(ctx, id, func(tx *sql.Tx, r *Record) (string, error) {
		if r.State != Prepared {
			return "", &StateError{ID: id, Have: r.State, Allowing: ToHandOver}
		}
		r.Exported, r.ExportedAs = j.now(), name
		note := fmt.Sprintf("handed over in the file %q", name)
		if r.Connection.Practice {
			note = "PRACTICE: " + note
		}
		return note, j.enqueue(ctx, tx, r, ledger.ActHandedOver, note)
	})
}

func (j *Jobs) writePortable(ctx context.Context, w io.Writer, r *Record, report progress.Func) error {
	p := portable{Kind: portableKind, Version: portableVersion, Written: j.now().UTC(), Batch: portableBatch{
		ID: r.ID, Name: r.Name, Method: r.Method, Keys: r.Keys, Connection: r.Connection, Profile: r.Profile, FileName: r.FileName,
		Count: r.Count, Format: r.Format, FullChain: r.FullChain, Fields: r.Fields, OrderPart: r.OrderPart, Recipient: r.RecipientText,
		Rehearsed: r.Rehearsed, Series: r.Series, Part: r.Part, Parts: r.Parts,
	}}
	type member struct{ path, sha256 string }
	files := map[string]member{}
	if r.Method == MAC {
		p.Batch.Start, p.Batch.Increment = r.Range.Start.String(), r.Range.Step
	} else {
		p.Upload = &portableMember{Name: portableUpload + plainName(r.Path), Bytes: r.Size, SHA256: r.SHA256}
		files[p.Upload.Name] = member{r.Path, r.SHA256}
		if r.OrderPath != "" && r.OrderPath != r.Path {
			facts, err := measure(ctx, r.OrderPath, nil)
			if err != nil {
				return fmt.Errorf("the order: %w", err)
			}
			if facts.sha256 == "" {
				return fmt.Errorf("the order %q has %d bytes, more than fits into a file of a batch", r.OrderPath, facts.size)
			}
			p.Order = &portableMember{Name: portableOrder + plainName(r.OrderPath), Bytes: facts.size, SHA256: facts.sha256}
			files[p.Order.Name] = member{r.OrderPath, facts.sha256}
		}
	}
	text, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return err
	}
	z := zip.NewWriter(w)
	head, err := z.CreateHeader(&zip.FileHeader{Name: portableManifest, Method: zip.Deflate, Modified: p.Written})
	if err != nil {
		return err
	}
	if _, err := head.Write(text); err != nil {
		return err
	}
	for _, m := range []*portableMember{p.Upload, p.Order} {
		if m == nil {
			continue
		}
		if err := addMember(ctx, z, m, files[m.Name].path, p.Written, report); err != nil {
			return err
		}
	}
	return z.Close()
}

// plainName is a file's own name with nothing in it that a ZIP reader could refuse.
func plainName(path string) string {
	name := strings.Map(func(c rune) rune {
		if c < ' ' || strings.ContainsRune(`/\:*?"<>|`, c) {
			return '-'
		}
		return c
	}, filepath.Base(path))
	if name = strings.Trim(name, ". "); name == "" {
		return "file"
	}
	return name
}

// addMember copies one file, and fails where it is not what was measured.
func addMember(ctx context.Context, z *zip.Writer, m *portableMember, path string, at time.Time, report progress.Func) error {
	f, err := os.Open(path) // #nosec G304 -- a file of the record
	if err != nil {
		return err
	}
	defer f.Close()
	h := &zip.FileHeader{Name: m.Name, Method: zip.Deflate, Modified: at}
	if strings.EqualFold(filepath.Ext(path), ".zip") {
		h.Method = zip.Store // it is packed already
	}
	out, err := z.CreateHeader(h)
	if err != nil {
		return err
	}
	sum, n, err := copyHashed(out, progress.Reader(ctx, io.LimitReader(f, m.Bytes+1), m.Bytes, report))
	if err == nil && (sum != m.SHA256 || n != m.Bytes) {
		err = fmt.Errorf("%w: %q", ErrChanged, path)
	}
	return err
}
