package archive

import (
	"bytes"
	"math"
)

// checkLocal holds the local header (APPNOTE 4.3.7) with its name and extra field, head, against the directory.
func (z *Reader) checkLocal(i int, head []byte) error {
	rec := &z.records[i]
	bad := func(what string) error { return z.entryError(i, nil, "%s", what) }
	if le.Uint32(head) != signLocal {
		return z.entryError(i, nil, "its local header is missing")
	}
	const compared = flagEncrypted | flagDescriptor | flagStrong | flagMasked
	flags := le.Uint16(head[6:])
	if flags&compared != rec.flags&compared {
		return bad("its local header differs from the directory in its flags")
	}
	if le.Uint16(head[8:]) != rec.method {
		return bad("its local header differs from the directory in its method")
	}
	nameEnd := lenLocal + int(le.Uint16(head[26:]))
	raw, err := z.rawName(i)
	if err != nil {
		return err
	}
	if !bytes.Equal(head[lenLocal:nameEnd], raw) {
		return bad("its local header differs from the directory in its name")
	}
	crc, compressed, size := le.Uint32(head[14:]), uint64(le.Uint32(head[18:])), uint64(le.Uint32(head[22:]))
	if compressed == math.MaxUint32 || size == math.MaxUint32 {
		wideSize, wideCompressed, ok := local64(head[nameEnd:])
		if !ok {
			return z.entryError(i, nil, "a size in its local header refers to a ZIP64 field that it does not have")
		}
		if size == math.MaxUint32 {
			size = wideSize
		}
		if compressed == math.MaxUint32 {
			compressed = wideCompressed
		}
	}
	// With a data descriptor the true values follow the data; the header may hold zeros.
	later := flags&flagDescriptor != 0
	if crc != rec.crc && !(later && crc == 0) {
		return bad("its local header differs from the directory in its CRC-32")
	}
	if compressed != uint64(rec.compressed) && !(later && compressed == 0) {
		return bad("its local header differs from the directory in its compressed size")
	}
	if size != uint64(rec.size) && !(later && size == 0) {
		return bad("its local header differs from the directory in its size")
	}
	return nil
}

// local64 reads the ZIP64 field of a local header, which must hold both sizes (APPNOTE 4.5.3).
func local64(extra []byte) (size, compressed uint64, ok bool) {
	for len(extra) >= 4 {
		tag, n := le.Uint16(extra), int(le.Uint16(extra[2:]))
		if n > len(extra)-4 {
			break
		}
		if tag == 0x0001 {
			if n < 16 {
				return 0, 0, false
			}
			return le.Uint64(extra[4:]), le.Uint64(extra[12:]), true
		}
		extra = extra[4+n:]
	}
	return 0, 0, false
}

// checkTail takes what lies between an entry's data and the next entry: nothing, or exactly the data descriptor
// (APPNOTE 4.3.9), with or without its signature, with sizes of 4 or of 8 bytes.
func (z *Reader) checkTail(i int, tail []byte) error {
	rec := &z.records[i]
	if rec.flags&flagDescriptor == 0 {
		if len(tail) != 0 {
			return z.entryError(i, nil, "%d bytes that belong to nothing follow it", len(tail))
		}
		return nil
	}
	b := tail
	switch len(b) {
	case 16, 24:
		if le.Uint32(b) != signDescriptor {
			return z.entryError(i, nil, "its data descriptor is damaged")
		}
		b = b[4:]
	case 12, 20:
	default:
		return z.entryError(i, nil, "%d bytes follow it and are not a data descriptor", len(tail))
	}
	var compressed, size uint64
	if len(b) == 12 {
		compressed, size = uint64(le.Uint32(b[4:])), uint64(le.Uint32(b[8:]))
	} else {
		compressed, size = le.Uint64(b[4:]), le.Uint64(b[12:])
	}
	if le.Uint32(b) != rec.crc || compressed != uint64(rec.compressed) || size != uint64(rec.size) {
		return z.entryError(i, nil, "its data descriptor differs from the directory")
	}
	return nil
}
