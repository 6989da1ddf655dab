// Package archive reads ZIP archives that nobody trusts, in small memory: intake of up to 500,000 CSRs, upload files,
// delivered results. It has its own reader of the directory, strict where two readers could see two different archives,
// and takes what zip, 7z, Go, Python and Java write: data descriptors and ZIP64 included.
//
// Which to call:
//
//   - Open checks structure and limits before memory is spent, and reads the directory once;
//   - ReadEntry for whole entries, the fast path for many small ones; Open(i) for a large one as a stream;
//   - Verify before anything is taken from an archive that must be intact as a whole: every local header, every CRC-32;
//   - CheckExtraction before names become paths. Open does not care about names: an intake that only reads content may
//     be lenient. CheckName applies the same rules to one name.
//
// # What is refused, and where
//
// Open: a file that is no ZIP, is cut short, or holds anything before its first entry, between entries, or between the
// last one and the directory; a second end record hidden in a comment; a ZIP64 record that contradicts the plain one;
// parts of a split archive; overlapping entries; sizes that cannot be; every limit. Reading an entry: a local header or
// data descriptor that differs from the directory, gaps that only the local header shows, encryption, methods other
// than store and deflate, more or fewer bytes than declared, a wrong CRC-32. CheckExtraction: names that leave the
// target folder or cannot be stored on Windows, names that collide, links and special files.
//
// What only looks untidy is taken and told by Notices.
//
// Violations are *Error, which names the entry; limits are *LimitError, which names the limit and its value. Source of
// the format: PKWARE APPNOTE.TXT 6.3.10.
//
// # Memory
//
// A Reader keeps 56 bytes an entry and the names, packed. Names are kept only while they average at most 40 bytes;
// longer ones are read from the archive when needed.
package archive

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync"
)

// Limits bound what an archive may ask of us. A field that is 0 takes its value from DefaultLimits.
type Limits struct {
	ArchiveBytes int64 // size of the archive itself
	Entries      int   // files and folders
	EntryBytes   int64 // one entry, uncompressed
	TotalBytes   int64 // all entries, uncompressed
	Ratio        int64 // uncompressed to compressed, the same for every intake; only entries above 1 MiB are held to it
	NameBytes    int   // one name
}

// DefaultLimits are far above what a batch needs and far below what harms a workstation: requests, certificates and rows of
// devices pack at 20 to 1 at most.
var DefaultLimits = Limits{
	ArchiveBytes: 4 << 30,
	Entries:      2_000_000,
	EntryBytes:   2 << 30,
	TotalBytes:   16 << 30,
	Ratio:        200,
	NameBytes:    4096,
}

// ratioFloor is the size up to which an entry may be packed as tightly as it likes: it does no harm.
const ratioFloor = 1 << 20

func (l Limits) orDefault() Limits {
	d := DefaultLimits
	if l.ArchiveBytes > 0 {
		d.ArchiveBytes = l.ArchiveBytes
	}
	if l.Entries > 0 {
		d.Entries = l.Entries
	}
	if l.EntryBytes > 0 {
		d.EntryBytes = l.EntryBytes
	}
	if l.TotalBytes > 0 {
		d.TotalBytes = l.TotalBytes
	}
	if l.Ratio > 0 {
		d.Ratio = l.Ratio
	}
	if l.NameBytes > 0 {
		d.NameBytes = l.NameBytes
	}
	return d
}

// Reader is an open archive. It is safe for concurrent use.
type Reader struct {
	r       io.ReaderAt
	limits  Limits
	end     endRecord
	records []record
	names   []byte   // packed; nil where they are too long to keep
	order   []uint32 // entries by their place in the file; nil where that is the directory's order
	scratch sync.Pool
}

// Open reads and checks the structure of the archive of size bytes behind r. It holds on to r, which the caller closes
// after the last use of the Reader. See the package comment for what it refuses.
func Open(r io.ReaderAt, size int64, l Limits) (*Reader, error) {
	z, err := openChecked(r, size, l)
	if broken := (*Error)(nil); errors.As(err, &broken) && broken.Err == nil && treatedAsText(r, size) {
		return nil, whole("it was treated as text, which changed its bytes: transfer or download it again in binary mode")
	}
	return z, err
}

// treatedAsText tells whether every LF of a binary file became CR LF, or bytes became U+FFFD. Only what is broken is judged.
func treatedAsText(r io.ReaderAt, size int64) bool {
	head := make([]byte, min(size, 64<<10))
	if n, err := r.ReadAt(head, 0); err != nil && err != io.EOF {
		return false
	} else {
		head = head[:n]
	}
	const enough = 2 // in one of 65,536 small files by chance
	breaks := bytes.Count(head, []byte("\n"))
	return breaks >= enough && breaks == bytes.Count(head, []byte("\r\n")) || bytes.Count(head, []byte("\uFFFD")) > enough
}

// openChecked is Open without a word about the cause of damage.
func openChecked(r io.ReaderAt, size int64, l Limits) (*Reader, error) {
	l = l.orDefault()
	if size > l.ArchiveBytes {
		return nil, &LimitError{What: "bytes of the archive", Value: size, Max: l.ArchiveBytes}
	}
	end, err := findEnd(r, size)
	if err != nil {
		return nil, err
	}
	if end.entries > int64(l.Entries) {
		return nil, &LimitError{What: "entries", Value: end.entries, Max: int64(l.Entries)}
	}
	z := &Reader{r: r, limits: l, end: end}
	if err := z.readDirectory(); err != nil {
		return nil, err
	}
	if err := z.checkExtents(); err != nil {
		return nil, err
	}
	return z, nil
}

// Notices say in words what was let pass although the archive could be tidier: padding behind its end, the name "-" that
// zip gives to what it read from standard input.
func (z *Reader) Notices() []string {
	var all []string
	if z.end.padding > 0 {
		all = append(all, fmt.Sprintf("%d bytes of padding follow the end of the ZIP and were left out", z.end.padding))
	}
	if len(z.records) > 0 && z.isStandardInput(0) {
		all = append(all, `its first entry is called "-": zip packed it from standard input, without a name`)
	}
	return all
}

// Len is the number of entries, folders included.
func (z *Reader) Len() int { return len(z.records) }
