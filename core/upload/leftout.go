package upload

import (
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"

	"enrollbench/core/csvlist"
)

// LeftOutNames are the first n different entries of a list of what stayed out of an upload: by their common names; one without it by its
// file or, where the list names no files, by the number of its row. No list, "", has none.
func LeftOutNames(list string, n int) ([]string, error) {
	if list == "" {
		return nil, nil
	}
	f, err := os.Open(list) // #nosec G304 -- a list that this program wrote
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows := csv.NewReader(f)
	columns, err := rows.Read()
	if err != nil {
		return nil, err
	}
	var names []string
	for len(names) < n {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		cell := func(column string) string {
			if i := slices.Index(columns, column); i >= 0 {
				return csvlist.Plain(row[i])
			}
			return ""
		}
		name := cell("common_name")
		if name == "" && cell("file") != "" {
			if name = cell("member"); name == "" {
				name = filepath.Base(cell("file"))
			}
		}
		if name == "" {
			name = cell("row")
		}
		if name != "" && !slices.Contains(names, name) { // an entry has a line for each reason
			names = append(names, name)
		}
	}
	return names, nil
}
