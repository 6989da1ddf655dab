package csr

import (
	"encoding/hex"
	"strconv"

	"enrollbench/core/finding"
)

// ManifestColumns head the manifest of a bundle, which later steps read as the order: the file within the ZIP, the number
// of the part from 1, and of the CSR in it the common name, the key's type and the SHA-256 of its SubjectPublicKeyInfo.
var ManifestColumns = []string{"file", "part", "common_name", "key_type", "spki_sha256"}

// LeftOutColumns head the list of what stayed out of a bundle and why; an entry has a line for each reason.
var LeftOutColumns = []string{"file", "member", "entry", "common_name", "severity", "rule", "reason", "hint"}

func (w *bundleWriter) writeManifest(files []named) (err error) {
	w.result.Manifest, err = w.out.List(".manifest.csv", ManifestColumns, func(row func(...string)) error {
		for i, f := range files {
			row(f.name, strconv.Itoa(int(w.partOf[i])), f.entry.CommonName, f.entry.Key.String(), hex.EncodeToString(f.entry.SPKI[:]))
		}
		return nil
	})
	return err
}

func (w *bundleWriter) writeLeftOut(s *Set, left []int) (err error) {
	w.result.LeftOut = len(left)
	if len(left) == 0 {
		return nil
	}
	w.result.LeftList, err = w.out.List(".left-out.csv", LeftOutColumns, func(row func(...string)) error {
		for _, i := range left {
			e := s.entries[i]
			entry := ""
			if e.At.Entry > 0 {
				entry = strconv.Itoa(e.At.Entry)
			}
			if s.status[i] == Excluded {
				row(e.At.File, e.At.Member, entry, e.CommonName, finding.Notice.String(), "", "left out by the user", "")
				continue
			}
			for _, f := range s.Findings(i) {
				if f.Severity == finding.Error || s.status[i] == Ignored {
					row(e.At.File, e.At.Member, entry, e.CommonName, f.Severity.String(), f.Rule, f.Message, f.Hint)
				}
			}
		}
		return nil
	})
	return err
}
