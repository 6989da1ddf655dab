package delivery

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"enrollbench/core/archive"
	"enrollbench/core/csr"
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
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, fmt.Errorf("%q is a folder; an order is a manifest or a CSV", path)
	}
	o, err := readOrder(f, info.Size(), part, want)
	if err != nil {
		return nil, fmt.Errorf("order %q: %w", path, err)
	}
	o.source = path
	return o, nil
}

func readOrder(f io.ReaderAt, size int64, part int, want string) (*Order, error) {
	if size > maxOrderBytes {
		return nil, fmt.Errorf("it has %d bytes, more than the limit of %d", size, int64(maxOrderBytes))
	}
	head := make([]byte, 4)
	n, err := f.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	var r io.Reader = io.NewSectionReader(f, 0, size)
	if bytes.HasPrefix(head[:n], []byte("PK")) {
		z, err := archive.Open(f, size, archive.Limits{})
		if err != nil {
			return nil, err
		}
		inner, err := zippedCSV(z)
		if err != nil {
			return nil, err
		}
		defer inner.Close()
		r = inner
	}
	return readTable(r, part, want)
}

// zippedCSV finds the one CSV of an upload ZIP.
func zippedCSV(z *archive.Reader) (io.ReadCloser, error) {
	found := -1
	for i := range z.Len() {
		e, err := z.Entry(i)
		if err != nil {
			return nil, err
		}
		if !strings.HasSuffix(strings.ToLower(e.Name), ".csv") {
			continue
		}
		if found >= 0 {
			return nil, errors.New("the ZIP holds more than one CSV; give the one that was uploaded")
		}
		found = i
	}
	if found < 0 {
		return nil, errors.New("the ZIP holds no CSV; for a ZIP of CSRs give its manifest, the file that ends in .manifest.csv")
	}
	e, err := z.Entry(found)
	if err != nil {
		return nil, err
	}
	if e.Size > maxOrderBytes {
		return nil, fmt.Errorf("%q has %d bytes, more than the limit of %d", e.Name, e.Size, int64(maxOrderBytes))
	}
	return z.Open(found)
}

func readTable(r io.Reader, part int, want string) (*Order, error) {
	in := bufio.NewReaderSize(r, 1<<16)
	if bom, err := in.Peek(3); err == nil && string(bom) == "\ufeff" {
		_, _ = in.Discard(3)
	}
	c := csv.NewReader(in)
	c.ReuseRecord = true
	c.Comma = delimiter(in)
	rows := &rowReader{csv: c}
	header, err := rows.next()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("it is empty")
	}
	if err != nil {
		return nil, err
	}
	header = slices.Clone(header)
	if slices.Equal(header, csr.ManifestColumns) {
		if want == "CSV" {
			return nil, errors.New("it is the manifest of a bundle, not an upload CSV")
		}
		return readManifest(rows, part)
	}
	if want == "manifest" {
		return nil, fmt.Errorf("it is no manifest of a bundle: its first row is %q, not %q", strings.Join(header, ","), strings.Join(csr.ManifestColumns, ","))
	}
	if part != 0 {
		return nil, fmt.Errorf("part %d was asked for, but only the manifest of a bundle has parts", part)
	}
	return readUpload(rows, header)
}

// delimiter looks at the header: most files have commas, some spreadsheets write semicolons or tabs.
func delimiter(in *bufio.Reader) rune {
	head, _ := in.Peek(1 << 16)
	if end := bytes.IndexAny(head, "\r\n"); end >= 0 {
		head = head[:end]
	}
	for _, d := range []byte{',', ';', '\t'} {
		if bytes.IndexByte(head, d) >= 0 {
			return rune(d)
		}
	}
	return ','
}

// rowReader counts rows as a spreadsheet does: blank lines count, line breaks within cells do not.
type rowReader struct {
	csv  *csv.Reader
	row  int // of the record that next returned last
	line int // on which it ended
}

func (r *rowReader) next() ([]string, error) {
	rec, err := r.csv.Read()
	if err != nil {
		return nil, err
	}
	first, _ := r.csv.FieldPos(0)
	last, _ := r.csv.FieldPos(len(rec) - 1)
	r.row += first - r.line
	r.line = last + strings.Count(rec[len(rec)-1], "\n")
	if r.row > maxOrderRows {
		return nil, fmt.Errorf("it has more rows than the limit of %d", maxOrderRows)
	}
	return rec, nil
}

func readManifest(rows *rowReader, part int) (*Order, error) {
	t := &table{part: part}
	o := &Order{maker: Device, lines: t}
	parts := 0
	for {
		rec, err := rows.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		r := tableRow{name: strings.Clone(rec[2]), row: int32(rows.row)} // #nosec G115 -- maxOrderRows bounds it
		n, err := strconv.ParseInt(rec[1], 10, 32)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("row %d: %q is no number of a part", rows.row, rec[1])
		}
		r.part = int32(n)
		parts = max(parts, int(n))
		if k, err := hex.DecodeString(rec[4]); err != nil || len(k) != len(r.key) {
			return nil, fmt.Errorf("row %d: %q is no SHA-256 in hexadecimal", rows.row, rec[4])
		} else {
			r.key = keyHash(k)
		}
		t.rows = append(t.rows, r)
		if t.wanted(len(t.rows) - 1) {
			o.wanted++
		}
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

func readUpload(rows *rowReader, header []string) (*Order, error) {
	at := map[string]int{}
	for i, h := range header {
		h = strings.ToLower(strings.TrimSpace(h))
		if _, twice := at[h]; twice && h != "" {
			return nil, fmt.Errorf("the column %q stands there twice", h)
		}
		at[h] = i
	}
	nameAt, hasName := at[columnName]
	csrAt, hasCSR := at[columnCSR]
	if !hasName && !hasCSR {
		return nil, fmt.Errorf("it has neither a column %q nor %q, so it names no device; is it the file that was uploaded?", columnName, columnCSR)
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
	for {
		rec, err := rows.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		r := tableRow{row: int32(rows.row)} // #nosec G115 -- maxOrderRows bounds it
		if hasName {
			r.name = strings.Clone(rec[nameAt])
		}
		if hasCSR {
			name, key, err := request(rec[csrAt])
			if err != nil {
				return nil, fmt.Errorf("row %d: the CSR cannot be read: %w", rows.row, err)
			}
			r.key = key
			if r.name == "" { // where both say something, the CSV wins
				r.name = name
			}
		}
		for i, c := range columns {
			values[i] = rec[c]
		}
		if len(columns) > 0 {
			r.subject = packSubject(values)
		}
		t.rows = append(t.rows, r)
	}
	if len(t.rows) == 0 {
		return nil, errors.New("it orders nothing: below the header there is no row")
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
