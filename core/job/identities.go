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
	s := doc.Snapshot()
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

// identities are what a batch orders, or a part of it, as the ledger takes it.
type identities struct {
	ranges []eui48.Range
	all    []ledger.Identity
}

// ordered adds what a file orders.
//
// What stands on several rows is one identity, and no row's: a failed row does not free it. A common name is none where
// unique_identifier tells its rows apart, such as the name of a product. A file in which nothing names a device is known
// by its content.
func (o *identities) ordered(ctx context.Context, m Method, path, sha256 string) error {
	type seat struct{ kind, value string }
	first := map[seat]int{} // index in all
	shared := map[int]bool{}
	bare := map[int]bool{} // common names of which a row has no unique_identifier
	add := func(kind ledger.Kind, value string, row int) (int, bool) {
		id, err := ledger.Identity{Kind: kind, Value: value, Row: row}.Canonical()
		if err != nil {
			return 0, false // it names nothing
		}
		s := seat{id.Kind.String(), id.Value}
		i, there := first[s]
		if there {
			shared[i], o.all[i].Row = true, 0
			return i, id.Kind != ledger.MAC
		}
		i = len(o.all)
		first[s] = i
		o.all = append(o.all, id)
		return i, id.Kind != ledger.MAC
	}
	begin := len(o.all)
	err := eachEnrollment(ctx, m, path, func(e *enrollment) error {
		name := e.name
		if e.der != nil {
			if subject, key, err := csr.Identity(e.der); err == nil {
				add(ledger.PublicKey, hex.EncodeToString(key[:]), e.row)
				if name == "" {
					name = commonName(subject)
				}
			}
		}
		if e.id != "" {
			add(ledger.UniqueIdentifier, e.id, e.row)
		}
		if name != "" {
			if i, ok := add(ledger.CommonName, name, e.row); ok && e.id == "" {
				bare[i] = true
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	kept := o.all[:begin]
	for i, id := range o.all[begin:] {
		if id.Kind == ledger.CommonName && shared[begin+i] && !bare[begin+i] {
			continue
		}
		kept = append(kept, id)
	}
	if o.all = kept; len(o.all) == begin {
		o.all = append(o.all, fileIdentity(sha256))
	}
	return nil
}

// fileIdentity stands for a file in which nothing names a device.
func fileIdentity(sha256 string) ledger.Identity {
	return ledger.Identity{Kind: ledger.UniqueIdentifier, Value: "file with SHA-256 " + sha256}
}

// identities are what the record orders.
func (j *Jobs) identities(ctx context.Context, r *Record) (o identities, err error) {
	if r.Method == MAC {
		return identities{ranges: []eui48.Range{r.Range}}, nil
	}
	err = o.ordered(ctx, r.Method, r.Path, r.SHA256)
	return o, err
}

func (o *identities) into(b *ledger.Batch) {
	b.Ranges, b.Identities = o.ranges, slices.Values(o.all)
}
