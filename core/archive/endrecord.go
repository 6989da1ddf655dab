package archive

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
)

// Signatures, APPNOTE 4.3.
const (
	signLocal      = 0x04034b50
	signDescriptor = 0x08074b50
	signDirectory  = 0x02014b50
	signEnd        = 0x06054b50
	signEnd64      = 0x06064b50
	signLocator64  = 0x07064b50
	signSpanned    = 0x30304b50 // "PK00" before the first entry: a split archive that fitted in one part, 8.5.4
)

// Lengths of the fixed parts.
const (
	lenLocal     = 30
	lenDirectory = 46
	lenEnd       = 22
	lenEnd64     = 56
	lenLocator64 = 20
	maxComment   = math.MaxUint16
)

var le = binary.LittleEndian

// endRecord is what the end records say, agreed between the plain one and ZIP64.
type endRecord struct {
	entries   int64
	directory int64 // offset
	length    int64 // of the directory
	padding   int64 // bytes behind the end of the archive
}

// maxPadding is how much padding after the end is taken.
const maxPadding = 1 << 16

// padding is what transfers put behind a file: NULs up to a block's end, a line break, the end of a text of MS-DOS.
const padding = "\x00\r\n\x1a"

// findEnd looks for the end record (APPNOTE 4.3.16). Readers differ in how they search, which hides one archive in the
// comment of another: so the last signature must be the record, and its comment must reach exactly to the end, or to
// padding that reaches there.
func findEnd(r io.ReaderAt, size int64) (endRecord, error) {
	var none endRecord
	if size < lenEnd {
		return none, whole("%d bytes are too few for a ZIP archive", size)
	}
	tail := make([]byte, min(size, lenEnd+maxComment+lenLocator64+maxPadding))
	start := size - int64(len(tail))
	if err := readFull(r, tail, start); err != nil {
		return none, err
	}
	stop := max(len(bytes.TrimRight(tail, padding)), len(tail)-maxPadding) // the end lies here or behind
	at, fit, exact, misfits := -1, 0, 0, 0
	for i := len(tail) - lenEnd; i >= 0; i-- {
		if le.Uint32(tail[i:]) != signEnd {
			continue
		}
		switch end := i + lenEnd + int(le.Uint16(tail[i+20:])); {
		case end == len(tail):
			at, exact = i, exact+1
		case end >= stop && end < len(tail):
			if fit++; exact == 0 {
				at = i
			}
		case exact+fit == 0:
			misfits++
		}
	}
	switch {
	case at < 0 && misfits > 0:
		return none, whole("something follows its end, or its end is cut off")
	case at < 0:
		return none, whole("not a ZIP archive, or its end is missing")
	case misfits > 0 || exact > 1 || exact == 0 && fit > 1:
		return none, whole("its comment hides a second end record: two programs would see two different archives")
	}
	end := at + lenEnd + int(le.Uint16(tail[at+20:]))
	e, err := parseEnd(r, tail[:at+lenEnd], start+int64(at))
	e.padding = int64(len(tail) - end)
	return e, err
}

// parseEnd reads the end record at the end of tail, which lies at offset at of the file, and ZIP64's before it.
func parseEnd(r io.ReaderAt, tail []byte, at int64) (endRecord, error) {
	var none endRecord
	b := tail[len(tail)-lenEnd:]
	disk, startDisk := le.Uint16(b[4:]), le.Uint16(b[6:])
	here, total := le.Uint16(b[8:]), le.Uint16(b[10:])
	length, offset := le.Uint32(b[12:]), le.Uint32(b[16:])
	e := endRecord{entries: int64(total), directory: int64(offset), length: int64(length)}
	stop := at

	if len(tail) >= lenEnd+lenLocator64 && le.Uint32(tail[len(tail)-lenEnd-lenLocator64:]) == signLocator64 {
		locator := tail[len(tail)-lenEnd-lenLocator64 : len(tail)-lenEnd]
		e64, at64, err := parseEnd64(r, locator, at-lenLocator64)
		if err != nil {
			return none, err
		}
		// Some readers take the plain record, some ZIP64's: they must not contradict each other.
		if differ(uint64(total), uint64(e64.entries), math.MaxUint16) ||
			differ(uint64(length), uint64(e64.length), math.MaxUint32) ||
			differ(uint64(offset), uint64(e64.directory), math.MaxUint32) ||
			here != total || disk != 0 && disk != math.MaxUint16 || startDisk != 0 && startDisk != math.MaxUint16 {
			return none, whole("its ZIP64 end record contradicts the plain one")
		}
		e, stop = e64, at64
	} else if disk != 0 || startDisk != 0 || here != total {
		return none, whole("it is one part of a split archive: join the parts first (zip -s 0 PART --out WHOLE)")
	}

	switch {
	case e.directory > stop || e.length > stop-e.directory:
		return none, whole("its directory (%d bytes at %d) does not fit before its end at %d: it is damaged or cut short",
			e.length, e.directory, stop)
	case e.directory+e.length < stop:
		return none, whole("%d bytes before it or after its directory belong to nothing "+
			"(a program in front of it, or hidden data)", stop-e.directory-e.length)
	case e.entries > e.length/lenDirectory:
		return none, whole("its end names %d entries, but a directory of %d bytes has no room for them", e.entries, e.length)
	case e.length > math.MaxUint32:
		return none, &LimitError{What: "bytes of its directory", Value: e.length, Max: math.MaxUint32}
	}
	return e, nil
}

// differ tells whether the plain value, unless it is the mask that refers to ZIP64, contradicts ZIP64's.
func differ(plain, wide, mask uint64) bool { return plain != mask && plain != wide }

// parseEnd64 follows the locator, which lies at offset at, to ZIP64's end record (APPNOTE 4.3.14). The record must end
// where the locator begins: some readers look there, some go by the locator.
func parseEnd64(r io.ReaderAt, locator []byte, at int64) (e endRecord, start int64, err error) {
	disk, offset, disks := le.Uint32(locator[4:]), le.Uint64(locator[8:]), le.Uint32(locator[16:])
	if disk != 0 || disks > 1 {
		return e, 0, whole("it is one part of a split archive: join the parts first (zip -s 0 PART --out WHOLE)")
	}
	if at < lenEnd64 || offset > uint64(at-lenEnd64) {
		return e, 0, whole("its ZIP64 locator points outside")
	}
	var b [lenEnd64]byte
	if err := readFull(r, b[:], int64(offset)); err != nil {
		return e, 0, err
	}
	if le.Uint32(b[:]) != signEnd64 || le.Uint64(b[4:]) != uint64(at)-offset-12 {
		return e, 0, whole("its ZIP64 locator does not point to an end record just before it")
	}
	if le.Uint32(b[16:]) != 0 || le.Uint32(b[20:]) != 0 || le.Uint64(b[24:]) != le.Uint64(b[32:]) {
		return e, 0, whole("it is one part of a split archive: join the parts first (zip -s 0 PART --out WHOLE)")
	}
	entries, length, directory := le.Uint64(b[32:]), le.Uint64(b[40:]), le.Uint64(b[48:])
	if entries > math.MaxInt64 || length > math.MaxInt64 || directory > math.MaxInt64 {
		return e, 0, whole("its ZIP64 end record holds impossible numbers")
	}
	return endRecord{entries: int64(entries), directory: int64(directory), length: int64(length)}, int64(offset), nil
}

// readFull reads all of b. An end of the file within it means that the file shrank.
func readFull(r io.ReaderAt, b []byte, off int64) error {
	n, err := r.ReadAt(b, off)
	if n == len(b) {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return &Error{Entry: -1, Reason: "cannot be read", Err: err}
}
