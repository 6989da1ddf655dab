package enrollment

import (
	"context"
	"slices"
	"strings"

	"enrollbench/core/csr"
	"enrollbench/core/finding"
	"enrollbench/core/progress"
)

// RequestRows are rows made of CSRs.
type RequestRows struct {
	Rows    [][]string         // one cell for each column
	Skipped []finding.Location // of what held no CSR that could be read
	Several int                // cells left empty because the CSR has several values and no separator is chosen
}

// RowsFromCSRs makes a row for each CSR of a set, with the cells that the columns ask for taken from its subject and its
// alternative names; what it does not say stays empty. Where a CSR has several values for a column they are joined by the
// separator; without one the cell stays empty, and the CSR's own values count. Entries that the user excluded are left
// out. A file that changed since the set was checked is an error (*csr.ChangedError).
func RowsFromCSRs(ctx context.Context, set *csr.Set, columns []string, separator string, report progress.Func) (*RequestRows, error) {
	out := new(RequestRows)
	fields := make([]*Field, len(columns))
	for i, name := range columns {
		fields[i], _ = FieldOf(name)
	}
	for k := range set.Len() {
		if e := set.Entry(k); set.Status(k) != csr.Excluded && (e.Kind != csr.Request || e.SPKI == [32]byte{}) {
			out.Skipped = append(out.Skipped, e.At)
		}
	}
	err := set.EachRequest(ctx, func(k int, der []byte) error {
		row, several, err := rowOfRequest(der, fields, separator)
		if err != nil {
			return err
		}
		out.Rows = append(out.Rows, row)
		out.Several += several
		report.Report(int64(k+1), int64(set.Len()))
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func rowOfRequest(der []byte, fields []*Field, separator string) (row []string, several int, err error) {
	subject, names, err := csr.Names(der)
	if err != nil {
		return nil, 0, err
	}
	row = make([]string, len(fields))
	for i, f := range fields {
		if f == nil {
			continue
		}
		var values []string
		kind, _ := sanKind(f.Kind)
		switch {
		case f.Kind == Request:
			row[i] = onOneLine(der)
			continue
		case f.Attribute != "":
			for _, a := range subject {
				if a.Name == f.Attribute && !slices.Contains(values, a.Value) {
					values = append(values, a.Value)
				}
			}
		case kind != "" && strings.HasPrefix(f.Name, "san."):
			for _, n := range names {
				if n.Kind == kind && !slices.Contains(values, n.Value) {
					values = append(values, n.Value)
				}
			}
		}
		switch {
		case len(values) == 1:
			row[i] = values[0]
		case len(values) > 1 && separator != "":
			row[i] = strings.Join(values, separator)
		case len(values) > 1:
			several++
		}
	}
	return row, several, nil
}
