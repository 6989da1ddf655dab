package delivery

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"enrollbench/core/csr"
	"enrollbench/core/csvdoc"
	"enrollbench/core/csvlist"
	"enrollbench/core/finding"
)

// Bounds of an order's file: ten times what the service takes in one order.
const (
	maxOrderBytes = 2_000_000_000
	maxOrderRows  = 5_000_000
)

// The columns of an upload CSV that we look at; the others are device fields or say nothing about the subject.
const (
	columnName = "subject.common_name"
	columnCSR  = "csr"
)

// subjectField is a column that says what an attribute of the certificate's subject shall be.
type subjectField struct {
	column string
	oid    asn1.ObjectIdentifier
}

// subjectFields are the subject columns of the contract with their attributes (X.520, RFC 2985, RFC 4519).
var subjectFields = []subjectField{
	{"subject.organization_name", asn1.ObjectIdentifier{2, 5, 4, 10}},
	{"subject.organization_unit", asn1.ObjectIdentifier{2, 5, 4, 11}},
	{"subject.country", asn1.ObjectIdentifier{2, 5, 4, 6}},
	{"subject.state", asn1.ObjectIdentifier{2, 5, 4, 8}},
	{"subject.locality", asn1.ObjectIdentifier{2, 5, 4, 7}},
	{"subject.street_address", asn1.ObjectIdentifier{2, 5, 4, 9}},
	{"subject.postal_code", asn1.ObjectIdentifier{2, 5, 4, 17}},
	{"subject.serial_number", asn1.ObjectIdentifier{2, 5, 4, 5}},
	{"subject.description", asn1.ObjectIdentifier{2, 5, 4, 13}},
	{"subject.dn_qualifier", asn1.ObjectIdentifier{2, 5, 4, 46}},
	{"subject.email", asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 1}},
	{"subject.unstructured_name", asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 2}},
	{"subject.unstructured_address", asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 8}},
}

// OrderFromFile reads an order from a bundle's manifest or an upload CSV, as it is or zipped; the header tells which.
// part selects one part of a manifest, 0 takes all.
func OrderFromFile(path string, part int) (*Order, error) { return orderFrom(path, part, "") }

// OrderFromManifest reads the manifest that was written beside a bundle of CSRs. part selects one of its parts, counted
// from 1; 0 takes all.
func OrderFromManifest(path string, part int) (*Order, error) {
	return orderFrom(path, part, "manifest")
}

// OrderFromCSV reads an upload CSV, as it is or zipped.
func OrderFromCSV(path string) (*Order, error) { return orderFrom(path, 0, "CSV") }

func orderFrom(path string, part int, want string) (*Order, error) {
	if info, err := os.Stat(path); err != nil {
		return nil, err
	} else if info.IsDir() {
		return nil, fmt.Errorf("%q is a folder; an order is a manifest or a CSV", path)
	}
	o, err := readOrder(path, part, want)
	if err != nil {
		return nil, fmt.Errorf("order %q: %w", path, err)
	}
	o.source = path
	return o, nil
}

func readOrder(path string, part int, want string) (*Order, error) {
	ctx := context.Background()
	doc, err := csvdoc.Open(ctx, path, csvdoc.Options{Limits: csvdoc.Limits{Bytes: maxOrderBytes, Rows: maxOrderRows}})
	if errors.Is(err, csvdoc.ErrNotOneCSV) {
		return nil, fmt.Errorf("%w; for a ZIP of CSRs give its manifest, the file that ends in .manifest.csv", err)
	}
	if err != nil {
		return nil, err
	}
	defer doc.Close()
	if err := doc.Index(ctx, nil); err != nil {
		return nil, err
	}
	err = doc.EachFinding(ctx, func(f finding.Finding, _ int) error {
		if f.Severity != finding.Error {
			return nil
		}
		return fmt.Errorf("row %d: %s", f.Row, f.Message)
	})
	if err != nil {
		return nil, err
	}
	rows := doc.Snapshot()
	header := make([]string, len(rows.Columns()))
	for i, c := range rows.Columns() {
		header[i] = c.Name
	}
	if strings.Join(header, "") == "" && rows.Rows() == 0 {
		return nil, errors.New("it is empty")
	}
	if slices.Equal(header, csr.ManifestColumns) {
		if want == "CSV" {
			return nil, errors.New("it is the manifest of a bundle, not an upload CSV")
		}
		return readManifest(rows, part)
	}
	if want == "manifest" {
		return nil, fmt.Errorf("it is not a manifest: its first row is %q, not %q", strings.Join(header, ","), strings.Join(csr.ManifestColumns, ","))
	}
	if part != 0 {
		return nil, fmt.Errorf("part %d was asked for, but only the manifest of a bundle has parts", part)
	}
	return readUpload(rows, header)
}

// eachRow calls f for every row but blank lines, with its number as a spreadsheet shows it. The cells may be kept.
func eachRow(rows *csvdoc.Snapshot, f func(row int32, cells []string) error) error {
	var cells []string
	return rows.ScanBytes(context.Background(), 0, rows.Rows(), func(i int, _ csvdoc.RowID, values [][]byte, raw []byte) error {
		if len(raw) == 0 {
			return nil
		}
		cells = cells[:0]
		for _, v := range values {
			cells = append(cells, string(v))
		}
		return f(int32(rows.FileRow(i)), cells) // #nosec G115 -- maxOrderRows bounds it
	})
}

func readManifest(rows *csvdoc.Snapshot, part int) (*Order, error) {
	t := &table{part: part}
	o := &Order{maker: Device, lines: t}
	parts := 0
	err := eachRow(rows, func(row int32, cells []string) error {
		r := tableRow{name: csvlist.Plain(cells[2]), row: row}
		n, err := strconv.ParseInt(cells[1], 10, 32)
		if err != nil || n < 1 {
			return fmt.Errorf("row %d: %q is not a part number", row, cells[1])
		}
		r.part = int32(n)
		parts = max(parts, int(n))
		k, err := hex.DecodeString(cells[4])
		if err != nil || len(k) != len(r.key) {
			return fmt.Errorf("row %d: %q is not a SHA-256 in hexadecimal", row, cells[4])
		}
		r.key = keyHash(k)
		t.rows = append(t.rows, r)
		if t.wanted(len(t.rows) - 1) {
			o.wanted++
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if part < 0 || part > parts {
		return nil, fmt.Errorf("part %d was asked for, but the manifest has %d", part, parts)
	}
	if o.wanted == 0 {
		return nil, errors.New("it orders nothing")
	}
	t.index()
	return o, nil
}

func readUpload(rows *csvdoc.Snapshot, header []string) (*Order, error) {
	at := map[string]int{}
	for i, h := range header {
		h = strings.ToLower(strings.TrimSpace(h))
		if _, twice := at[h]; twice && h != "" {
			return nil, fmt.Errorf("the column %q appears twice", h)
		}
		at[h] = i
	}
	nameAt, hasName := at[columnName]
	csrAt, hasCSR := at[columnCSR]
	if !hasName && !hasCSR {
		return nil, fmt.Errorf("it has neither a column %q nor %q, so it names no device; give the file that was uploaded", columnName, columnCSR)
	}
	t := &table{}
	o := &Order{maker: Service, lines: t}
	if hasCSR {
		o.maker = Device
	}
	var columns []int
	for _, f := range subjectFields {
		if i, ok := at[f.column]; ok {
			o.fields, columns = append(o.fields, f), append(columns, i)
		}
	}
	values := make([]string, len(columns))
	err := eachRow(rows, func(row int32, cells []string) error {
		r := tableRow{row: row}
		if hasName {
			r.name = cells[nameAt]
		}
		if hasCSR {
			name, key, err := request(cells[csrAt])
			if err != nil {
				return fmt.Errorf("row %d: the CSR cannot be read: %w", row, err)
			}
			r.key = key
			if r.name == "" { // where both say something, the CSV wins
				r.name = name
			}
		}
		for i, c := range columns {
			values[i] = cells[c]
		}
		if len(columns) > 0 {
			r.subject = packSubject(values)
		}
		t.rows = append(t.rows, r)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(t.rows) == 0 {
		return nil, errors.New("it orders nothing: there is no row below the header")
	}
	o.wanted = len(t.rows)
	t.index()
	return o, nil
}

// request takes the common name and the key from the csr cell.
func request(cell string) (string, keyHash, error) {
	der, err := csr.DecodePEM([]byte(cell))
	if err != nil {
		return "", keyHash{}, err
	}
	r, err := x509.ParseCertificateRequest(der)
	if err != nil {
		return "", keyHash{}, err
	}
	return r.Subject.CommonName, sha256.Sum256(r.RawSubjectPublicKeyInfo), nil
}
