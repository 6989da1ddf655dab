package csr

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"strings"

	"enrollbench/core/finding"
)

// ManifestColumns head the manifest of a bundle, which later steps read as the order: the file within the ZIP, the number
// of the part from 1, and of the CSR in it the common name, the key's type and the SHA-256 of its SubjectPublicKeyInfo.
var ManifestColumns = []string{"file", "part", "common_name", "key_type", "spki_sha256"}

// LeftOutColumns head the list of what stayed out of a bundle and why; an entry has a line for each reason.
var LeftOutColumns = []string{"file", "member", "entry", "common_name", "severity", "rule", "reason", "hint"}

func (w *bundleWriter) writeManifest(files []named) error {
	name := w.stem + ".manifest.csv"
	w.result.Manifest = name
	return w.writeCSV(name, ManifestColumns, func(line func(...string)) {
		for i, f := range files {
			line(f.name, strconv.Itoa(int(w.partOf[i])), f.entry.CommonName, f.entry.Key.String(), hex.EncodeToString(f.entry.SPKI[:]))
		}
	})
}

func (w *bundleWriter) writeLeftOut(s *Set, left []int) error {
	w.result.LeftOut = len(left)
	if len(left) == 0 {
		return nil
	}
	name := w.stem + ".left-out.csv"
	w.result.LeftList = name
	return w.writeCSV(name, LeftOutColumns, func(line func(...string)) {
		for _, i := range left {
			e := s.entries[i]
			entry := ""
			if e.At.Entry > 0 {
				entry = strconv.Itoa(e.At.Entry)
			}
			if s.status[i] == Excluded {
				line(e.At.File, e.At.Member, entry, e.CommonName, finding.Notice.String(), "", "left out by the user", "")
				continue
			}
			for _, f := range s.Findings(i) {
				if f.Severity == finding.Error || s.status[i] == Ignored {
					line(e.At.File, e.At.Member, entry, e.CommonName, f.Severity.String(), f.Rule, f.Message, f.Hint)
				}
			}
		}
	})
}

// writeCSV writes a file of the set as the service writes CSVs: every cell quoted, LF at the end of a line.
func (w *bundleWriter) writeCSV(name string, columns []string, rows func(line func(...string))) error {
	f, err := w.set.Create(name)
	if err != nil {
		return err
	}
	w.names = append(w.names, name)
	b := bufio.NewWriterSize(f, 1<<16)
	line := func(cells ...string) { writeQuoted(b, cells) }
	line(columns...)
	rows(line)
	if err := b.Flush(); err != nil {
		return fmt.Errorf("cannot write %q: %w", name, err)
	}
	return f.Close()
}

func writeQuoted(w io.StringWriter, cells []string) {
	for i, c := range cells {
		if i > 0 {
			w.WriteString(",")
		}
		w.WriteString(`"`)
		if strings.Contains(c, `"`) {
			c = strings.ReplaceAll(c, `"`, `""`)
		}
		w.WriteString(c)
		w.WriteString(`"`)
	}
	w.WriteString("\n")
}
