package job

import (
	"context"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"enrollbench/core/archive"
	"enrollbench/core/csr"
	"enrollbench/core/csvdoc"
	"enrollbench/core/eui48"
	"enrollbench/core/ledger"
)

// enrollment is one row of an upload CSV, or one request of a ZIP.
type enrollment struct {
	row  int    // as the service counts: of a CSV as a spreadsheet shows it, in a ZIP from 1
	name string // common name: the column's, else the request's
	id   string // unique_identifier
	file string // of the request in the ZIP
	der  []byte // of the request, nil where there is none; valid during the call
}

// names are those by which a service may call the enrollment.
func (e *enrollment) names() []string {
	if e.file == "" {
		return []string{e.name, e.id}
	}
	base := filepath.Base(filepath.FromSlash(e.file))
	return []string{e.name, e.file, base, strings.TrimSuffix(base, filepath.Ext(base))}
}

// eachEnrollment goes through an upload file.
func eachEnrollment(ctx context.Context, m Method, path string, do func(e *enrollment) error) error {
	if m == ZIP {
		return eachRequest(ctx, path, do)
	}
	doc, err := csvdoc.Open(ctx, path, csvdoc.Options{Limits: csvdoc.Limits{Bytes: maxUploadPlain}})
	if err != nil {
		return err
	}
	defer doc.Close()
	if err := doc.Index(ctx, nil); err != nil {
		return err
	}
	return eachRow(ctx, doc.Snapshot(), do)
}

// eachRow goes through the rows of an upload CSV.
func eachRow(ctx context.Context, s *csvdoc.Snapshot, do func(e *enrollment) error) error {
	at := map[string]int{}
	for i, column := range s.Columns() {
		at[strings.ToLower(strings.TrimSpace(column.Name))] = i
	}
	return s.ScanBytes(ctx, 0, s.Rows(), func(i int, _ csvdoc.RowID, cells [][]byte, raw []byte) error {
		if len(raw) == 0 {
			return nil
		}
		cell := func(column string) []byte {
			if n, ok := at[column]; ok && n < len(cells) {
				return cells[n]
			}
			return nil
		}
		e := enrollment{row: s.FileRow(i), name: strings.TrimSpace(string(cell("subject.common_name"))), id: strings.TrimSpace(string(cell("unique_identifier")))}
		if text := cell("csr"); len(text) > 0 {
			e.der, _ = csr.DecodePEM(text) // what cannot be read orders nothing, and the check tells of it
		}
		return do(&e)
	})
}

// eachRequest goes through the CSRs of a ZIP.
func eachRequest(ctx context.Context, path string, do func(e *enrollment) error) error {
	in, err := os.Open(path) // #nosec G304 -- the upload file of the batch
	if err != nil {
		return err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return err
	}
	z, err := archive.Open(in, info.Size(), archive.Limits{})
	if err != nil {
		return err
	}
	var buf []byte
	row := 0
	for i := range z.Len() {
		if err := ctx.Err(); err != nil {
			return err
		}
		f, err := z.Entry(i)
		if err != nil {
			return err
		}
		if f.IsDir {
			continue
		}
		row++
		if f.Size > maxCSR {
			return fmt.Errorf("%q has %d bytes, more than a CSR has", f.Name, f.Size)
		}
		if buf, err = z.ReadEntry(i, buf); err != nil {
			return err
		}
		e := enrollment{row: row, file: f.Name}
		if e.der, err = csr.DecodePEM(buf); err != nil {
			return fmt.Errorf("%q: %w", f.Name, err)
		}
		subject, _, _ := csr.Identity(e.der)
		e.name = commonName(subject)
		if err := do(&e); err != nil {
			return err
		}
	}
	return nil
}

func commonName(subject []csr.NameValue) (name string) {
	for _, a := range subject {
		if a.Name == "commonName" {
			name = a.Value
		}
	}
	return name
}

// Identities are what a batch orders, or a part of it, as the ledger takes it.
type Identities struct {
	ranges []eui48.Range
	all    []ledger.Identity
	rows   map[int][]int // of what stands on several rows, by its index in all
}

// RangeIdentities are those of a MAC order.
func RangeIdentities(r eui48.Range) *Identities { return &Identities{ranges: []eui48.Range{r}} }

// RowIdentities are what the rows of an upload CSV order.
func RowIdentities(ctx context.Context, s *csvdoc.Snapshot) (*Identities, error) {
	c := newCollector()
	err := eachRow(ctx, s, c.take)
	return c.end(""), err
}

// SetIdentities are what the requests of a set order; the row of one is its index, counted from 1.
func SetIdentities(set *csr.Set) *Identities {
	c := newCollector()
	for i := range set.Len() {
		if e := set.Entry(i); e.Kind == csr.Request && e.SPKI != [32]byte{} && set.Status(i) != csr.Excluded {
			c.add(ledger.PublicKey, hex.EncodeToString(e.SPKI[:]), i+1)
			c.name(e.CommonName, "", i+1)
		}
	}
	return c.end("")
}

// fileIdentities are what an upload file orders.
func fileIdentities(ctx context.Context, m Method, path, sha256 string) (*Identities, error) {
	c := newCollector()
	err := eachEnrollment(ctx, m, path, c.take)
	return c.end(sha256), err
}

// identities are what the record orders.
func (j *Jobs) identities(ctx context.Context, r *Record) (*Identities, error) {
	if r.Method == MAC {
		return RangeIdentities(r.Range), nil
	}
	return fileIdentities(ctx, r.Method, r.Path, r.SHA256)
}

func (o *Identities) into(b *ledger.Batch) {
	b.Ranges, b.Identities = o.ranges, slices.Values(o.all)
}

// collector puts together what enrollments order.
//
// What stands on several rows is one identity, and no row's: a failed row does not free it. A common name is none where
// unique_identifier tells its rows apart, such as the name of a product. A file in which nothing names a device is known
// by its content.
type collector struct {
	Identities
	first map[ledger.Identity]int // index in all, by the identity without its row
	bare  map[int]bool            // common names of which a row has no unique_identifier
}

func newCollector() *collector {
	return &collector{Identities: Identities{rows: map[int][]int{}}, first: map[ledger.Identity]int{}, bare: map[int]bool{}}
}

func (c *collector) take(e *enrollment) error {
	name := e.name
	if e.der != nil {
		if subject, key, err := csr.Identity(e.der); err == nil {
			c.add(ledger.PublicKey, hex.EncodeToString(key[:]), e.row)
			if name == "" {
				name = commonName(subject)
			}
		}
	}
	c.add(ledger.UniqueIdentifier, e.id, e.row)
	c.name(name, e.id, e.row)
	return nil
}

// name adds a common name; id is the unique_identifier beside it.
func (c *collector) name(name, id string, row int) {
	if i, ok := c.add(ledger.CommonName, name, row); ok && id == "" {
		c.bare[i] = true
	}
}

// add returns the index of an identity, false for what names nothing.
func (c *collector) add(kind ledger.Kind, value string, row int) (int, bool) {
	id, err := ledger.Identity{Kind: kind, Value: value}.Canonical()
	if err != nil {
		return 0, false
	}
	i, there := c.first[id]
	if !there {
		i = len(c.all)
		c.first[id] = i
		id.Row = row
		c.all = append(c.all, id)
		return i, true
	}
	if c.rows[i] == nil {
		c.rows[i] = []int{c.all[i].Row}
	}
	c.rows[i] = append(c.rows[i], row)
	c.all[i].Row = 0
	return i, true
}

// end is what was collected; sha256 is that of the file, "" where it is not known.
func (c *collector) end(sha256 string) *Identities {
	o := &Identities{rows: map[int][]int{}}
	for i, id := range c.all {
		if id.Kind == ledger.CommonName && c.rows[i] != nil && !c.bare[i] {
			continue
		}
		if c.rows[i] != nil {
			o.rows[len(o.all)] = c.rows[i]
		}
		o.all = append(o.all, id)
	}
	if len(o.all) == 0 && sha256 != "" {
		o.all = append(o.all, fileIdentity(sha256))
	}
	return o
}

// fileIdentity stands for a file in which nothing names a device.
func fileIdentity(sha256 string) ledger.Identity {
	return ledger.Identity{Kind: ledger.UniqueIdentifier, Value: "file with SHA-256 " + sha256}
}
