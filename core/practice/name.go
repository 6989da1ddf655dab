package practice

import (
	"crypto/rand"
	"encoding/hex"
	"hash/maphash"
	"strings"
	"unicode"

	"enrollbench/core/archive"
)

// maxStem is how long a file's name may be in octets, without its ending.
const maxStem = 100

// fileNames gives each certificate of a result its file name: the common name; for one that is taken the unique identifier;
// and where that is no help a random value behind the common name (DigiCert, "CSV format for batch certificate enrollment").
type fileNames struct {
	seed  maphash.Seed
	taken map[uint64]struct{} // hashes of the lower-case names: a clash of two gives one of them a suffix and no more
}

func newFileNames(expected int) *fileNames {
	return &fileNames{seed: maphash.MakeSeed(), taken: make(map[uint64]struct{}, expected)}
}

// take reserves a name, unless it is reserved already in upper or lower case.
func (f *fileNames) take(stem string) bool {
	if stem == "" {
		return false
	}
	h := maphash.String(f.seed, strings.ToLower(stem))
	if _, there := f.taken[h]; there {
		return false
	}
	f.taken[h] = struct{}{}
	return true
}

func (f *fileNames) next(commonName, uniqueID string) string {
	stem, unique := safeStem(commonName), safeStem(uniqueID)
	if f.take(stem) {
		return stem
	}
	if f.take(unique) {
		return unique
	}
	if stem == "" {
		stem = "certificate"
	}
	for {
		var random [4]byte
		_, _ = rand.Read(random[:]) // never fails, says its documentation: it ends the program instead
		if name := stem + "-" + hex.EncodeToString(random[:]); f.take(name) {
			return name
		}
	}
}

// safeStem makes a name that every system can store: what none or some forbid becomes an underscore.
func safeStem(s string) string {
	var b strings.Builder
	for _, r := range s {
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar || strings.ContainsRune(`/\:*?"<>|`, r) {
			r = '_'
		}
		if b.Len()+len(string(r)) > maxStem {
			break
		}
		b.WriteRune(r)
	}
	stem := strings.TrimRight(strings.TrimSpace(b.String()), ". ")
	if stem != "" && archive.CheckName(stem+".pem") != nil {
		stem = "_" + stem
		if archive.CheckName(stem+".pem") != nil {
			return "certificate"
		}
	}
	return stem
}
