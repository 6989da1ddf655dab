package archive

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
)

// ErrRedundant: what a ZIP says twice differs. Its reader does not need it, so it is looked at only where nothing else
// shows that the archive was changed.
var ErrRedundant = errors.New("local header and directory differ")

// CheckRedundant compares what the archive says twice and Open and ReadEntry do not need: versions, times, flags and
// extra fields of local headers against the directory (APPNOTE 4.3.7, 4.3.12). A message in CBC has no other seal. With
// the CRC-32 of every entry, what is left unseen are fields that stand only once and mean nothing to the content (access
// times). The error is an *Error around ErrRedundant, or a failure to read.
func (z *Reader) CheckRedundant(ctx context.Context) error {
	in := bufio.NewReaderSize(io.NewSectionReader(z.r, z.end.directory, z.end.length), 1<<16)
	var central, local []byte
	for i := range z.records {
		if i%1024 == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		fixed, err := in.Peek(lenDirectory)
		if err != nil {
			return z.shortDirectory(i, err)
		}
		n := lenDirectory + int(le.Uint16(fixed[28:])) + int(le.Uint16(fixed[30:])) + int(le.Uint16(fixed[32:]))
		central = slices.Grow(central[:0], n)[:n]
		if _, err := io.ReadFull(in, central); err != nil {
			return z.shortDirectory(i, err)
		}
		local = slices.Grow(local[:0], lenLocal)[:lenLocal]
		if err := readFull(z.r, local, z.records[i].header); err != nil {
			return err
		}
		all := lenLocal + int(le.Uint16(local[26:])) + int(le.Uint16(local[28:]))
		if z.records[i].header+int64(all) > z.end.directory {
			return z.entryError(i, ErrRedundant, "its local header reaches past the last entry")
		}
		local = slices.Grow(local, all)[:all]
		if err := readFull(z.r, local, z.records[i].header); err != nil {
			return err
		}
		if what := differs(central, local); what != "" {
			return z.entryError(i, ErrRedundant, "%s", what)
		}
	}
	return nil
}

func differs(central, local []byte) string {
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
	from := lenDirectory + int(le.Uint16(central[28:]))
	there, ok := extraFields(central[from : from+int(le.Uint16(central[30:]))])
	here, ok2 := extraFields(local[min(len(local), lenLocal+int(le.Uint16(local[26:]))):])
	if !ok || !ok2 {
		return "the structure of the extra fields"
	}
	const wide, times = 0x0001, 0x5455
	for id, b := range here {
		a, both := there[id]
		if id == wide || !both {
			continue
		}
		// The local field may say more (times of access and creation); what both say is equal.
		n := min(len(a), len(b))
		if id == times {
			n = min(n, 5)
		}
		if !bytes.Equal(a[:n], b[:n]) {
			return fmt.Sprintf("the extra field %#04x", id)
		}
	}
	return ""
}

// extraFields reads extra fields (APPNOTE 4.5.1); they must fill their room exactly.
func extraFields(b []byte) (map[uint16][]byte, bool) {
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
