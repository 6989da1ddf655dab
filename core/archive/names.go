package archive

import (
	"cmp"
	"errors"
	"fmt"
	"hash/maphash"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"enrollbench/core/osfile"
)

// maxDepth is how many folders a name may go down.
const maxDepth = 64

// CheckName says why a name must not become a path below a target folder, on this or on another system: it would leave
// the folder, be another file than it seems, or not be storable on Windows. A trailing '/' (a folder) is fine.
func CheckName(name string) error {
	switch {
	case name == "":
		return errors.New("it is empty")
	case !utf8.ValidString(name):
		return errors.New("it is not UTF-8")
	case name[0] == '/':
		return errors.New("it is an absolute path")
	case len(name) > 1 && name[1] == ':' && unicode.IsLetter(rune(name[0])):
		return errors.New("it begins with a drive letter")
	case strings.ContainsRune(name, '\\'):
		return errors.New("it has a backslash, which Windows takes for a folder's end")
	}
	for _, r := range name {
		switch {
		case unicode.IsControl(r):
			return fmt.Errorf("it has the control character %U", r)
		case strings.ContainsRune(`<>:"|?*`, r):
			return fmt.Errorf("it has %q, which Windows cannot store", r)
		}
	}
	parts := strings.Split(strings.TrimSuffix(name, "/"), "/")
	if len(parts) > maxDepth {
		return fmt.Errorf("it goes %d folders deep, the limit is %d", len(parts), maxDepth)
	}
	for _, part := range parts {
		switch {
		case part == "":
			return errors.New("it has an empty folder name")
		case part == "." || part == "..":
			return fmt.Errorf("it has the folder %q: it would leave or hide its place", part)
		case strings.HasSuffix(part, ".") || strings.HasSuffix(part, " ") || strings.HasPrefix(part, " "):
			return fmt.Errorf("%q begins or ends with a space, or ends with a dot, which Windows drops", part)
		case len(part) > 255:
			return fmt.Errorf("a part of it is longer than 255 bytes")
		case osfile.Reserved(part):
			return fmt.Errorf("%q is a device of Windows", part)
		}
	}
	return nil
}

// CheckExtraction refuses an archive whose names are not safe to become paths: CheckName on each; links and special
// files; names that are equal or differ in nothing that Windows or macOS would keep apart (case, Unicode
// composition); a file that another entry needs as a folder. It returns the first violation, an *Error.
func (z *Reader) CheckExtraction() error {
	names := folded{z: z, keys: make([]nameKey, 0, len(z.records)), seed: maphash.MakeSeed()}
	for i := range z.records {
		name, err := z.name(i)
		if err != nil {
			return err
		}
		rec := &z.records[i]
		if rec.flags&flagUTF8 != 0 && !utf8.ValidString(name) {
			return z.entryError(i, nil, "its name is marked as UTF-8, but is not")
		}
		if err := CheckName(name); err != nil {
			return z.entryError(i, err, "its name is not safe")
		}
		// A file's type counts whatever system the entry says it was made on: some unpackers do not look at that.
		switch rec.external >> 16 & unixType {
		case 0, unixFile:
		case unixFolder:
			if !strings.HasSuffix(name, "/") {
				return z.entryError(i, nil, "it is a folder by its mode, but not by its name")
			}
		case unixLink:
			return z.entryError(i, nil, "it is a symbolic link")
		default:
			if !z.isStandardInput(i) {
				return z.entryError(i, nil, "it is a special file (device, pipe or socket)")
			}
		}
		names.add(name, i)
	}
	return names.check()
}

// isStandardInput: zip calls what it reads from standard input "-", and says that it is the pipe that it came through.
func (z *Reader) isStandardInput(i int) bool {
	name, err := z.name(i)
	return err == nil && name == "-" && z.records[i].external>>16&unixType == unixPipe
}

// folded finds collisions among names with 16 bytes an entry: a hash of the folded name, sorted.
type folded struct {
	z    *Reader
	keys []nameKey
	seed maphash.Seed
}

type nameKey struct {
	hash  uint64
	entry uint32
}

// fold gives the form in which colliding names are equal.
func fold(name string) string {
	name = strings.TrimSuffix(name, "/")
	for i := 0; i < len(name); i++ {
		if name[i] >= utf8.RuneSelf {
			return norm.NFC.String(cases.Fold().String(norm.NFC.String(name)))
		}
	}
	return strings.ToLower(name)
}

func (f *folded) add(name string, i int) {
	f.keys = append(f.keys, nameKey{maphash.String(f.seed, fold(name)), uint32(i)})
}

func (f *folded) check() error {
	slices.SortFunc(f.keys, func(a, b nameKey) int {
		return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.entry, b.entry))
	})
	first, twin := -1, -1
	for k := 1; k < len(f.keys); k++ {
		if f.keys[k].hash != f.keys[k-1].hash {
			continue
		}
		i := int(f.keys[k].entry)
		name, err := f.z.name(i)
		if err != nil {
			return err
		}
		other, err := f.find(fold(name), i)
		if err != nil {
			return err
		}
		if other >= 0 && (first < 0 || i < first) {
			first, twin = i, other
		}
	}
	if first >= 0 {
		name, err := f.z.name(twin)
		if err != nil {
			return err
		}
		return f.z.entryError(first, nil, "its name is that of entry %d (%q), or differs only in case or composition", twin+1, name)
	}
	return f.checkFolders()
}

// find returns the first entry before i with that folded name, or -1. i < 0 means any.
func (f *folded) find(name string, before int) (int, error) {
	hash := maphash.String(f.seed, name)
	k, _ := slices.BinarySearchFunc(f.keys, hash, func(key nameKey, h uint64) int { return cmp.Compare(key.hash, h) })
	for ; k < len(f.keys) && f.keys[k].hash == hash; k++ {
		i := int(f.keys[k].entry)
		if before >= 0 && i >= before {
			break
		}
		other, err := f.z.name(i)
		if err != nil {
			return -1, err
		}
		if fold(other) == name {
			return i, nil
		}
	}
	return -1, nil
}

// checkFolders refuses a file that is a folder in another entry's name.
func (f *folded) checkFolders() error {
	last := "" // entries of one folder mostly stand together
	for i := range f.z.records {
		name, err := f.z.name(i)
		if err != nil {
			return err
		}
		name = fold(name)
		at := strings.LastIndexByte(name, '/')
		if at < 0 || name[:at] == last {
			continue
		}
		last = name[:at]
		for folder := last; ; folder = folder[:at] {
			j, err := f.find(folder, -1)
			if err != nil {
				return err
			}
			if j >= 0 {
				other, err := f.z.name(j)
				if err != nil {
					return err
				}
				if !strings.HasSuffix(other, "/") {
					return f.z.entryError(i, nil, "it is in the folder %q, which entry %d says is a file", other, j+1)
				}
			}
			if at = strings.LastIndexByte(folder, '/'); at < 0 {
				break
			}
		}
	}
	return nil
}
