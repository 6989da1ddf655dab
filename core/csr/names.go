package csr

import (
	"bytes"
	"cmp"
	"slices"
	"strconv"
	"strings"

	"enrollbench/core/osfile"
)

// NameBy says what the files in a bundle are called after.
type NameBy uint8

const (
	ByCommonName NameBy = iota // the common name; the file's name where there is none
	ByFile                     // the name of the file or ZIP member that the CSR came from
)

// maxStem is how long a name in the bundle may be without its extension: each character costs two bytes of the upload.
const maxStem = 64

const requestExtension = ".csr"

// named is an entry under the name of its file in the bundle.
type named struct {
	name  string
	entry *Entry
}

// bundleNames gives the entries short, unique names that every system can unpack, and sorts by them. Which of two equal
// names gets a suffix is decided by the requests' hashes, so that the order of the input does not matter.
func bundleNames(entries []*Entry, by NameBy) []named {
	out := make([]named, len(entries))
	for i, e := range entries {
		stem := e.CommonName
		if by == ByFile || stem == "" {
			stem = e.Name
		}
		out[i] = named{safeStem(stem), e}
	}
	slices.SortFunc(out, func(a, b named) int {
		return cmp.Or(compareFold(a.name, b.name), bytes.Compare(a.entry.DER[:], b.entry.DER[:]))
	})
	repeat, previous := 1, ""
	for i := range out {
		stem := out[i].name
		if repeat++; i == 0 || compareFold(stem, previous) != 0 {
			repeat = 1
		}
		previous = stem
		out[i].name = stem + suffix(repeat) + requestExtension
	}
	slices.SortFunc(out, func(a, b named) int { return strings.Compare(a.name, b.name) })
	return out
}

// suffix tells the n-th entry of one name from the first. The tilde occurs in no safe stem, so that a suffixed name
// cannot meet another entry's own.
func suffix(n int) string {
	if n == 1 {
		return ""
	}
	return "~" + strconv.Itoa(n)
}

// compareFold orders ASCII names without regard to case, because some systems unpack "A" over "a".
func compareFold(a, b string) int {
	for i := range min(len(a), len(b)) {
		if c := cmp.Compare(lower(a[i]), lower(b[i])); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(a), len(b))
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// safeStem keeps letters, digits, dot, hyphen and underscore, and makes of the rest one underscore a run.
func safeStem(s string) string {
	if len(s) <= maxStem && isSafe(s) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if b.Len() == maxStem {
			break
		}
		c := byte('_')
		if r < 0x80 && isSafeByte(byte(r)) {
			c = byte(r)
		} else if t := b.String(); strings.HasSuffix(t, "_") {
			continue
		}
		b.WriteByte(c)
	}
	t := strings.Trim(b.String(), ".")
	if t == "" || osfile.Reserved(t) || t[0] == '-' {
		t = "_" + t
	}
	return t
}

func isSafe(s string) bool {
	for i := range len(s) {
		if !isSafeByte(s[i]) {
			return false
		}
	}
	return s != "" && s[0] != '.' && s[0] != '-' && s[len(s)-1] != '.' && !osfile.Reserved(s)
}

func isSafeByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '.' || c == '-' || c == '_'
}
