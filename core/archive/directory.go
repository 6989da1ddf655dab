package archive

import (
	"bufio"
	"cmp"
	"io"
	"math"
	"slices"
	"sort"
	"time"
)

// General purpose flags, APPNOTE 4.4.4.
const (
	flagEncrypted  = 1 << 0
	flagDescriptor = 1 << 3
	flagPatched    = 1 << 5
	flagStrong     = 1 << 6
	flagUTF8       = 1 << 11
	flagMasked     = 1 << 13
)

// record is what memory holds of an entry: 56 bytes.
type record struct {
	header     int64 // offset of the local header
	compressed int64
	size       int64
	crc        uint32
	external   uint32 // file attributes
	modified   uint32 // seconds since 1970, 0 if unknown
	directory  uint32 // where its header lies within the directory
	name       uint32 // where its name lies in Reader.names
	nameLen    uint16
	method     uint16
	flags      uint16
	host       uint8 // of "version made by": 3 is Unix
	unicode    bool  // a Unicode Path field (0x7075) may hold the real name
}

// keptName is the average length up to which names are kept in memory.
const keptName = 40

// readDirectory reads the central directory (APPNOTE 4.3.12) from front to back. Its memory was bounded by the length
// of the directory before: 46 bytes of it for each entry.
func (z *Reader) readDirectory() error {
	count := int(z.end.entries)
	z.records = make([]record, 0, count)
	// What is left after the fixed parts is names, extra fields and comments: no more names than that.
	rest := z.end.length - z.end.entries*lenDirectory
	z.names = make([]byte, 0, min(rest, int64(count)*keptName+4096))
	keep := true

	in := bufio.NewReaderSize(io.NewSectionReader(z.r, z.end.directory, z.end.length), 1<<16)
	var head [lenDirectory]byte
	var tail []byte
	var at, total int64
	for i := range count {
		if _, err := io.ReadFull(in, head[:]); err != nil {
			return z.shortDirectory(i, err)
		}
		if le.Uint32(head[:]) != signDirectory {
			return whole("its directory is damaged at entry %d of %d", i+1, count)
		}
		nameLen, extraLen, commentLen := le.Uint16(head[28:]), le.Uint16(head[30:]), le.Uint16(head[32:])
		n := int(nameLen) + int(extraLen) + int(commentLen)
		tail = slices.Grow(tail[:0], n)[:n]
		if _, err := io.ReadFull(in, tail); err != nil {
			return z.shortDirectory(i, err)
		}
		name, extra := tail[:nameLen], tail[nameLen:nameLen+extraLen]
		rec := record{
			header:     int64(le.Uint32(head[42:])),
			compressed: int64(le.Uint32(head[20:])),
			size:       int64(le.Uint32(head[24:])),
			crc:        le.Uint32(head[16:]),
			external:   le.Uint32(head[38:]),
			modified:   unixSeconds(dosTime(le.Uint16(head[14:]), le.Uint16(head[12:]))),
			directory:  uint32(at),
			name:       uint32(len(z.names)),
			nameLen:    nameLen,
			method:     le.Uint16(head[10:]),
			flags:      le.Uint16(head[8:]),
			host:       head[5],
		}
		if reason := rec.applyExtra(extra, le.Uint16(head[34:])); reason != "" {
			return &Error{Entry: i, Name: decodeName(name, rec.flags), Reason: reason}
		}
		if err := z.checkRecord(i, &rec, name); err != nil {
			return err
		}
		if rec.size > z.limits.TotalBytes-total {
			return &LimitError{What: "bytes uncompressed in all", Value: total + rec.size, Max: z.limits.TotalBytes}
		}
		total += rec.size
		if keep = keep && len(z.names)+len(name) <= cap(z.names); keep {
			z.names = append(z.names, name...)
		}
		z.records = append(z.records, rec)
		at += lenDirectory + int64(n)
	}
	if at != z.end.length {
		return whole("its directory has %d bytes more than its %d entries need", z.end.length-at, count)
	}
	if !keep {
		z.names = nil
	}
	return nil
}

func (z *Reader) shortDirectory(i int, err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return whole("its directory ends in entry %d of %d", i+1, z.end.entries)
	}
	return &Error{Entry: -1, Reason: "cannot be read", Err: err}
}

// applyExtra takes ZIP64 sizes, times and the Unicode Path from the extra fields (APPNOTE 4.5) and returns what is
// wrong with them.
func (rec *record) applyExtra(extra []byte, disk uint16) string {
	var zip64 []byte
	has64, precise := false, false
	for len(extra) >= 4 {
		tag, n := le.Uint16(extra), int(le.Uint16(extra[2:]))
		if n > len(extra)-4 {
			break // padding, or a field that nobody can read: left alone, as other readers do
		}
		body := extra[4 : 4+n]
		extra = extra[4+n:]
		switch tag {
		case 0x0001:
			if has64 {
				return "it has two ZIP64 fields"
			}
			has64, zip64 = true, body
		case 0x5455: // Info-ZIP: flags, then seconds since 1970
			if n >= 5 && body[0]&1 != 0 {
				rec.modified, precise = unixSeconds(int64(int32(le.Uint32(body[1:])))), true
			}
		case 0x000a: // NTFS: reserved, then tag 1 with 100 ns since 1601
			if !precise && n >= 16 && le.Uint16(body[4:]) == 1 && le.Uint16(body[6:]) >= 8 {
				rec.modified = unixSeconds(int64(le.Uint64(body[8:])/10_000_000) - 11_644_473_600)
			}
		case 0x7075:
			rec.unicode = true
		}
	}
	return rec.applyZIP64(zip64, has64, disk)
}

// applyZIP64 replaces masked values by those of the ZIP64 field (APPNOTE 4.5.3): only masked ones are in it, in fixed
// order. Go writes all of them and masks all; a field that holds more than what is masked must agree with the header.
func (rec *record) applyZIP64(b []byte, has bool, disk uint16) string {
	const lie = "its ZIP64 field contradicts its header"
	maskSize, maskCompressed, maskHeader := rec.size == math.MaxUint32, rec.compressed == math.MaxUint32, rec.header == math.MaxUint32
	maskDisk := disk == math.MaxUint16
	if !has {
		if maskSize || maskCompressed || maskHeader || maskDisk {
			return "a size refers to a ZIP64 field that it does not have"
		}
		if disk != 0 {
			return "it is in another part of a split archive"
		}
		return ""
	}
	need := 0
	for _, masked := range []bool{maskSize, maskCompressed, maskHeader} {
		if masked {
			need += 8
		}
	}
	if maskDisk {
		need += 4
	}
	full := len(b) != need
	if full && len(b) != 16 && len(b) != 24 && len(b) != 28 {
		return lie
	}
	take := func(value *int64, masked bool) bool {
		if !masked && !full || len(b) < 8 {
			return !masked
		}
		wide := le.Uint64(b)
		b = b[8:]
		if wide > math.MaxInt64 || !masked && wide != uint64(*value) {
			return false
		}
		*value = int64(wide)
		return true
	}
	if !take(&rec.size, maskSize) || !take(&rec.compressed, maskCompressed) || !take(&rec.header, maskHeader) {
		return lie
	}
	if maskDisk {
		if len(b) != 4 || le.Uint32(b) != 0 {
			return "it is in another part of a split archive"
		}
	} else if disk != 0 || len(b) == 4 && le.Uint32(b) != 0 {
		return "it is in another part of a split archive"
	}
	return ""
}

// checkRecord holds one entry against what can be and against the limits.
func (z *Reader) checkRecord(i int, rec *record, name []byte) error {
	bad := func(reason string) error {
		return &Error{Entry: i, Name: decodeName(name, rec.flags), Reason: reason}
	}
	l := &z.limits
	switch {
	case len(name) == 0:
		return bad("it has no name")
	case len(name) > l.NameBytes:
		return &LimitError{What: "bytes in a name", Value: int64(len(name)), Max: int64(l.NameBytes), Name: decodeName(name[:min(len(name), 64)], 0) + "…"}
	case rec.size > l.EntryBytes:
		return &LimitError{What: "bytes uncompressed", Value: rec.size, Max: l.EntryBytes, Name: decodeName(name, rec.flags)}
	case rec.header > z.end.directory-lenLocal-int64(len(name)) ||
		rec.compressed > z.end.directory-lenLocal-int64(len(name))-rec.header:
		return bad("its data would reach beyond the last entry's end")
	case rec.size > ratioFloor && rec.size/l.Ratio > rec.compressed:
		return &LimitError{What: "times its packed size", Value: rec.size / max(rec.compressed, 1), Max: l.Ratio, Name: decodeName(name, rec.flags)}
	case rec.method == methodStore && rec.size != rec.compressed && rec.flags&flagEncrypted == 0:
		return bad("it is stored, but its two sizes differ")
	case name[len(name)-1] == '/' && rec.size != 0:
		return bad("it is a folder, but holds data")
	}
	return nil
}

// checkExtents proves that entries neither overlap nor leave room for hidden data. Local headers are not read here, so
// an entry's extent is known up to its local extra field (65,535 bytes) and data descriptor (24): reading the entry
// closes that gap.
func (z *Reader) checkExtents() error {
	if len(z.records) == 0 {
		if z.end.directory != 0 {
			return whole("it has no entries, but %d bytes before its directory", z.end.directory)
		}
		return nil
	}
	if !slices.IsSortedFunc(z.records, func(a, b record) int { return cmp.Compare(a.header, b.header) }) {
		z.order = make([]uint32, len(z.records))
		for i := range z.order {
			z.order[i] = uint32(i)
		}
		slices.SortFunc(z.order, func(a, b uint32) int {
			return cmp.Or(cmp.Compare(z.records[a].header, z.records[b].header), cmp.Compare(a, b))
		})
	}
	if first := z.at(0); z.records[first].header != 0 {
		if err := z.checkMarker(z.records[first].header); err != nil {
			return err
		}
	}
	for k := range z.records {
		i := z.at(k)
		rec := &z.records[i]
		least := rec.header + lenLocal + int64(rec.nameLen) + rec.compressed
		next := z.end.directory
		if k+1 < len(z.records) {
			next = z.records[z.at(k+1)].header
		}
		if least > next {
			other, _ := z.name(z.at(k + 1))
			return z.entryError(i, nil, "it overlaps the entry %q", other)
		}
		if next-least > math.MaxUint16+24 {
			return z.entryError(i, nil, "at least %d bytes that belong to nothing follow it", next-least-math.MaxUint16-24)
		}
	}
	return nil
}

// checkMarker allows the four bytes that a split archive of one part begins with.
func (z *Reader) checkMarker(first int64) error {
	var b [4]byte
	if first == 4 {
		if err := readFull(z.r, b[:], 0); err != nil {
			return err
		}
		if s := le.Uint32(b[:]); s == signSpanned || s == signDescriptor {
			return nil
		}
	}
	return whole("%d bytes come before its first entry (a program in front of it, or hidden data)", first)
}

// at gives the k-th entry in the order of the file.
func (z *Reader) at(k int) int {
	if z.order == nil {
		return k
	}
	return int(z.order[k])
}

// limit is where the entry after i begins, or the directory: i must end exactly there.
func (z *Reader) limit(i int) int64 {
	k := i
	if z.order != nil {
		k = sort.Search(len(z.order), func(k int) bool {
			return z.records[z.order[k]].header >= z.records[i].header
		})
	}
	if k+1 == len(z.records) {
		return z.end.directory
	}
	return z.records[z.at(k+1)].header
}

// dosTime converts a date and time of MS-DOS (APPNOTE 4.4.6), which has no zone: it is taken as UTC. Seconds since
// 1970; 0 where the fields hold no date.
func dosTime(date, clock uint16) int64 {
	month, day := int(date>>5&15), int(date&31)
	if month < 1 || month > 12 || day < 1 {
		return 0
	}
	return time.Date(1980+int(date>>9), time.Month(month), day,
		int(clock>>11), int(clock>>5&63), int(clock&31)*2, 0, time.UTC).Unix()
}

// unixSeconds keeps what 32 bits hold: 1970 to 2106.
func unixSeconds(s int64) uint32 {
	if s < 0 || s > math.MaxUint32 {
		return 0
	}
	return uint32(s)
}
