//go:build unix

package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

// generateCSV writes the sample in the service's own form: every cell quoted. Its arguments are the file, the file that
// says that all is there, and how many rows.
func generateCSV(args []string) error {
	rows, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	err = writeFile(args[0], func(w *bufio.Writer) error {
		fmt.Fprint(w, `"subject.common_name","subject.organization_name","san.dns_name","unique_identifier"`+"\r\n")
		for i := range rows {
			if _, err := fmt.Fprintf(w, "\"device-%07d.line4.example.com\",\"Example Manufacturing GmbH & Co. KG\",\"device-%07d.line4.example.com\",\"00-1a-c2-%06x\"\r\n", i, i, i); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return os.WriteFile(args[1], nil, 0o600)
}

// ensureCSV makes the sample once and returns its path and size.
func (b *bencher) ensureCSV() (string, int64, error) {
	path := filepath.Join(b.folder, fmt.Sprintf("orders-%d.csv", size.Rows))
	if err := b.ensure(path+".done", "generate-csv", path, path+".done", fmt.Sprint(size.Rows)); err != nil {
		return "", 0, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", 0, err
	}
	return path, info.Size(), nil
}
