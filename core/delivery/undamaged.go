package delivery

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
)

// ErrDamaged: what came out of a message without a seal contradicts itself.
var ErrDamaged = errors.New("the content is damaged: wrong key, or the message was changed or cut short")

// checkRedundant compares what a ZIP says twice and archive does not need: versions, times, flags and extra fields of
// local headers against the directory (APPNOTE 4.3.7, 4.3.12). A message in CBC has no other seal, so everything that
// can show a changed octet is used. The archive was accepted by archive.Open before; with archive's CRC-32 of every
// entry, what is left unseen are fields that stand only once and mean nothing to the content (access times).
func checkRedundant(ctx context.Context, r io.ReaderAt, size int64) error {
	start, length, count, err := directory(r, size)
	if err != nil {
		return err
	}
	in := bufio.NewReaderSize(io.NewSectionReader(r, start, length), 1<<16)
	var fixed [46]byte
	var tail, local []byte
	for i := range count {
		if i%1024 == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if _, err := io.ReadFull(in, fixed[:]); err != nil {
			return damaged(i, "the directory ends early")
		}
		name, extra, comment := int(le.Uint16(fixed[28:])), int(le.Uint16(fixed[30:])), int(le.Uint16(fixed[32:]))
		tail = slices.Grow(tail[:0], name+extra+comment)[:name+extra+comment]
		if _, err := io.ReadFull(in, tail); err != nil {
			return damaged(i, "the directory ends early")
		}
		central, ok := extras(tail[name : name+extra])
		if !ok {
			return damaged(i, "the extra fields of the directory have no structure")
		}
		offset := int64(le.Uint32(fixed[42:]))
		if offset == math.MaxUint32 {
			if offset, ok = wideOffset(fixed[:], central); !ok {
				return damaged(i, "the ZIP64 field of the directory is missing")
			}
		}
		const head = 30
		local = slices.Grow(local[:0], head+name)[:head]
		if err := readHeader(r, local, offset, i); err != nil {
			return err
		}
		all := head + int(le.Uint16(local[26:])) + int(le.Uint16(local[28:]))
		local = slices.Grow(local, all)[:all]
		if err := readHeader(r, local, offset, i); err != nil {
			return err
		}
		if what := differs(fixed[:], local, central); what != "" {
			return damaged(i, "local header and directory differ in "+what)
		}
	}
	return nil
}

// readHeader fills b from a local header at off. A header whose lengths lead past the end of the file was changed.
func readHeader(r io.ReaderAt, b []byte, off int64, i uint64) error {
	n, err := r.ReadAt(b, off)
	switch {
	case n == len(b):
		return nil
	case err == nil || errors.Is(err, io.EOF):
		return damaged(i, "its local header reaches past the end")
	}
	return fmt.Errorf("entry %d: %w", i+1, err)
}

var le = binary.LittleEndian

func damaged(i uint64, reason string) error {
	return fmt.Errorf("%w: entry %d of the ZIP: %s", ErrDamaged, i+1, reason)
}

func differs(central, local []byte, centralExtra map[uint16][]byte) string {
	// Writers that notice only at the end that an entry needs ZIP64 write 4.5 in one place and less in the other.
	const zip64 = 45
	if a, b := le.Uint16(central[6:]), le.Uint16(local[4:]); a != b && a != zip64 && b != zip64 {
		return "the version needed"
	}
	if le.Uint16(central[8:]) != le.Uint16(local[6:]) {
		return "the flags"
	}
	if !bytes.Equal(central[12:16], local[10:14]) {
		return "the time"
	}
	extra, ok := extras(local[30+int(le.Uint16(local[26:])):])
	if !ok {
		return "the structure of the extra fields"
	}
	for id, b := range extra {
		a, both := centralExtra[id]
		if id == extraZIP64 || !both {
			continue
		}
		// The local field may say more (times of access and creation); what both say is equal.
		if n := min(len(a), len(b)); id == extraTime && n >= 5 && !bytes.Equal(a[:5], b[:5]) || id != extraTime && !bytes.Equal(a[:n], b[:n]) {
			return fmt.Sprintf("the extra field %#04x", id)
		}
	}
	return ""
}

const (
	extraZIP64 = 0x0001
	extraTime  = 0x5455
)

// extras reads extra fields (APPNOTE 4.5.1); they must fill their room exactly.
func extras(b []byte) (map[uint16][]byte, bool) {
	if len(b) == 0 {
		return nil, true
	}
	fields := map[uint16][]byte{}
	for len(b) > 0 {
		if len(b) < 4 || len(b) < 4+int(le.Uint16(b[2:])) {
			return nil, false
		}
		n := 4 + int(le.Uint16(b[2:]))
		fields[le.Uint16(b)] = b[4:n]
		b = b[n:]
	}
	return fields, true
}

// wideOffset reads the offset from the ZIP64 field, in which sizes stand before it where they are needed.
func wideOffset(fixed []byte, central map[uint16][]byte) (int64, bool) {
	at := 0
	for _, field := range []int{24, 20} { // size, compressed size
		if le.Uint32(fixed[field:]) == math.MaxUint32 {
			at += 8
		}
	}
	b := central[extraZIP64]
	if len(b) < at+8 {
		return 0, false
	}
	v := le.Uint64(b[at:])
	return int64(v & math.MaxInt64), v <= math.MaxInt64 // #nosec G115 -- masked
}

// directory finds the directory of an archive that was accepted before: there is one end record, and with ZIP64 its
// locator lies right before it.
func directory(r io.ReaderAt, size int64) (start, length int64, count uint64, err error) {
	const endSize, locatorSize, wideSize = 22, 20, 56
	tail := make([]byte, min(size, endSize+math.MaxUint16+locatorSize))
	from := size - int64(len(tail))
	if n, err := r.ReadAt(tail, from); n < len(tail) {
		return 0, 0, 0, err
	}
	end := -1
	for i := len(tail) - endSize; i >= 0; i-- {
		if le.Uint32(tail[i:]) == 0x06054b50 && i+endSize+int(le.Uint16(tail[i+20:])) == len(tail) {
			end = i
			break
		}
	}
	if end < 0 {
		return 0, 0, 0, fmt.Errorf("%w: the ZIP has no end record", ErrDamaged)
	}
	e := tail[end:]
	count, length, start = uint64(le.Uint16(e[10:])), int64(le.Uint32(e[12:])), int64(le.Uint32(e[16:]))
	if end < locatorSize || le.Uint32(tail[end-locatorSize:]) != 0x07064b50 {
		return start, length, count, nil
	}
	wide := make([]byte, wideSize)
	at := le.Uint64(tail[end-locatorSize+8:])
	if at > math.MaxInt64 {
		return 0, 0, 0, fmt.Errorf("%w: the ZIP64 locator points nowhere", ErrDamaged)
	}
	if n, err := r.ReadAt(wide, int64(at)); n < wideSize || le.Uint32(wide) != 0x06064b50 {
		return 0, 0, 0, errors.Join(fmt.Errorf("%w: the ZIP64 end record is missing", ErrDamaged), err)
	}
	count = le.Uint64(wide[32:])
	return int64(le.Uint64(wide[48:]) & math.MaxInt64), int64(le.Uint64(wide[40:]) & math.MaxInt64), count, nil // #nosec G115 -- masked
}
