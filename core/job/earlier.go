package job

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"enrollbench/core/csr"
	"enrollbench/core/csvdoc"
	"enrollbench/core/csvlist"
	"enrollbench/core/delivery"
	"enrollbench/core/ledger"
	"enrollbench/core/progress"
)

// Earlier is what was issued before the ledger existed, read from a file or folder.
type Earlier struct {
	Identities   []ledger.Identity
	Certificates []ledger.Certificate
	Taken        []Taken // of a list of certificates: what its columns were taken for
}

// Taken is a column of a list of certificates.
type Taken struct {
	Meaning Meaning `json:"meaning"`
	Column  string  `json:"column"`
	Read    string  `json:"read,omitempty"` // where that can be done in two ways: how
}

// ReadEarlier reads an earlier order for Ledger.Import: the CSV or ZIP that was uploaded, the manifest of a bundle, a list of
// certificates that a portal exported as CSV, or certificates (a file, a result, a folder of them).
//
// choice is what the user says where such a list can mean two things. Errors: *AmbiguousError.
func ReadEarlier(ctx context.Context, path string, choice PortalChoice, report progress.Func) (*Earlier, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		e, err := readEarlierTable(ctx, path, choice)
		if e != nil || err != nil && !errors.Is(err, errNoTable) {
			return e, err
		}
		if strings.EqualFold(filepath.Ext(path), ".zip") {
			if o, err := fileIdentities(ctx, ZIP, path, ""); err == nil && len(o.all) > 0 {
				return &Earlier{Identities: o.all}, nil
			}
		}
	}
	d, err := delivery.Open(ctx, delivery.OpenRequest{Paths: []string{path}}, report)
	if err != nil {
		return nil, fmt.Errorf("%q is not an order and holds no readable certificates: %w", path, err)
	}
	defer d.Close()
	e := &Earlier{Certificates: slices.Collect(certificatesOf(d))}
	for i := range d.Len() {
		c, err := d.Certificate(i)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(c.RawSubjectPublicKeyInfo)
		e.add(ledger.PublicKey, hex.EncodeToString(sum[:]), 0)
		e.add(ledger.CommonName, c.Subject.CommonName, 0)
	}
	if len(e.Certificates) == 0 {
		return nil, fmt.Errorf("%q holds no certificates", path)
	}
	return e, nil
}

func (e *Earlier) add(kind ledger.Kind, value string, row int) {
	if strings.TrimSpace(value) != "" {
		e.Identities = append(e.Identities, ledger.Identity{Kind: kind, Value: value, Row: row})
	}
}

// errNoTable is a file that is no CSV that names devices.
var errNoTable = errors.New("no table of devices")

func readEarlierTable(ctx context.Context, path string, choice PortalChoice) (*Earlier, error) {
	doc, err := csvdoc.Open(ctx, path, csvdoc.Options{Limits: csvdoc.Limits{Bytes: maxUploadPlain}})
	if err != nil {
		return nil, errNoTable
	}
	defer doc.Close()
	if err := doc.Index(ctx, nil); err != nil {
		return nil, errNoTable
	}
	s := doc.Snapshot()
	var header []string
	for _, c := range s.Columns() {
		header = append(header, strings.ToLower(strings.TrimSpace(c.Name)))
	}
	switch {
	case slices.Equal(header, csr.ManifestColumns):
		e := new(Earlier)
		return e, s.ScanBytes(ctx, 0, s.Rows(), func(i int, _ csvdoc.RowID, cells [][]byte, raw []byte) error {
			if len(raw) > 0 {
				e.add(ledger.CommonName, csvlist.Plain(string(cells[2])), s.FileRow(i))
				e.add(ledger.PublicKey, string(cells[4]), s.FileRow(i))
			}
			return nil
		})
	case slices.Contains(header, "subject.common_name"), slices.Contains(header, "csr"):
		o, err := RowIdentities(ctx, s)
		return &Earlier{Identities: o.all}, err
	}
	return readPortal(ctx, s, choice)
}

// certificatesOf are the certificates of an opened result that were ordered, or all where it was compared with no order.
func certificatesOf(d *delivery.Delivery) iter.Seq[ledger.Certificate] {
	return func(yield func(ledger.Certificate) bool) {
		for i := range d.Len() {
			item := d.Item(i)
			serial, ok := new(big.Int).SetString(item.Serial, 16)
			if !ok || item.Name == "" || item.Row == 0 && d.Ordered() > 0 {
				continue
			}
			if !yield(ledger.Certificate{Identity: ledger.Identity{Kind: ledger.CommonName, Value: item.Name}, Serial: serial,
				Fingerprint: item.SHA256, NotBefore: item.NotBefore, NotAfter: item.NotAfter}) {
				return
			}
		}
	}
}

// RecordDelivered notes in the ledger which certificates came back for a batch. Opening a result twice notes them once.
func (j *Jobs) RecordDelivered(ctx context.Context, id string, d *delivery.Delivery) error {
	r, err := j.Get(ctx, id)
	if err != nil {
		return err
	}
	if err := j.tellAll(ctx, true); err != nil {
		return err
	}
	l, err := j.ledger(ctx, r.Connection.Practice)
	if err != nil {
		return err
	}
	c, err := l.ClaimOf(ctx, j.environment(r), r.ID)
	if err != nil {
		return err
	}
	if c == nil {
		return fmt.Errorf("batch %s: %w", id, ledger.ErrNotFound)
	}
	_, err = l.Delivered(ctx, c.ID, certificatesOf(d))
	return err
}
