package archive

import (
	"hash/crc32"
	"io/fs"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Entry is what the directory says of a file or folder.
type Entry struct {
	Index      int         // from 0, in the directory's order
	Name       string      // as it stands there, '/' between folders; never a path to trust, see CheckExtraction
	Method     uint16      // 0 is store, 8 is deflate
	Flags      uint16      // general purpose flags
	CRC32      uint32      // of the uncompressed content
	Compressed int64       // bytes in the archive
	Size       int64       // bytes uncompressed
	Modified   time.Time   // UTC, to the second; zero if unknown. MS-DOS times, which have no zone, are taken as UTC
	IsDir      bool        // the name ends in '/', or in the backslash of a Windows tool and nothing is in it
	Mode       fs.FileMode // from the Unix mode where there is one, else 0644 or 0755 by the DOS attributes
}

// Entry returns the i-th entry of the directory, 0 ≤ i < Len. It fails only if a name has to be read from the archive
// and cannot.
func (z *Reader) Entry(i int) (Entry, error) {
	rec := &z.records[i]
	name, err := z.name(i)
	if err != nil {
		return Entry{}, err
	}
	e := Entry{
		Index: i, Name: name, Method: rec.method, Flags: rec.flags, CRC32: rec.crc,
		Compressed: rec.compressed, Size: rec.size, Mode: rec.mode(),
		IsDir: strings.HasSuffix(name, "/") || strings.HasSuffix(name, `\`) && rec.size == 0,
	}
	if e.IsDir {
		e.Mode |= fs.ModeDir
	}
	if rec.modified != 0 {
		e.Modified = time.Unix(int64(rec.modified), 0).UTC()
	}
	return e, nil
}

// rawName returns the bytes that stand in the directory.
func (z *Reader) rawName(i int) ([]byte, error) {
	rec := &z.records[i]
	if z.names != nil {
		return z.names[rec.name : rec.name+uint32(rec.nameLen)], nil
	}
	b := make([]byte, rec.nameLen)
	return b, readFull(z.r, b, z.end.directory+int64(rec.directory)+lenDirectory)
}

func (z *Reader) name(i int) (string, error) {
	raw, err := z.rawName(i)
	if err != nil {
		return "", err
	}
	if z.records[i].unicode {
		if name, ok, err := z.unicodePath(i, raw); ok || err != nil {
			return name, err
		}
	}
	return decodeName(raw, z.records[i].flags), nil
}

// unicodePath reads the Unicode Path field (APPNOTE 4.6.9). It counts only if its CRC-32 is that of the plain name: then
// no tool has renamed the entry since.
func (z *Reader) unicodePath(i int, raw []byte) (name string, ok bool, err error) {
	at := z.end.directory + int64(z.records[i].directory)
	var head [lenDirectory]byte
	if err := readFull(z.r, head[:], at); err != nil {
		return "", false, err
	}
	extra := make([]byte, le.Uint16(head[30:]))
	if err := readFull(z.r, extra, at+lenDirectory+int64(len(raw))); err != nil {
		return "", false, err
	}
	for len(extra) >= 4 {
		tag, n := le.Uint16(extra), int(le.Uint16(extra[2:]))
		if n > len(extra)-4 {
			break
		}
		body := extra[4 : 4+n]
		if tag == 0x7075 && n > 5 && body[0] == 1 && le.Uint32(body[1:]) == crc32.ChecksumIEEE(raw) && utf8.Valid(body[5:]) {
			return string(body[5:]), true, nil
		}
		extra = extra[4+n:]
	}
	return "", false, nil
}

// decodeName: UTF-8 where the flag says so or the bytes are; else code page 437, which the format began with.
func decodeName(raw []byte, flags uint16) string {
	if flags&flagUTF8 != 0 || utf8.Valid(raw) {
		return string(raw)
	}
	b, err := charmap.CodePage437.NewDecoder().Bytes(raw)
	if err != nil {
		return string(raw)
	}
	return string(b)
}

// Types of files in a Unix mode.
const (
	unixType   = 0xf000
	unixPipe   = 0x1000
	unixFolder = 0x4000
	unixFile   = 0x8000
	unixLink   = 0xa000
)

// unixMode returns the Unix mode of the attributes' upper half. 7z sets it whatever the host, with a flag in the lower.
func (rec *record) unixMode() (mode uint32, ok bool) {
	const hostUnix, hostDarwin, extension7z = 3, 19, 0x8000
	mode = rec.external >> 16
	return mode, mode != 0 && (rec.host == hostUnix || rec.host == hostDarwin || rec.external&extension7z != 0)
}

func (rec *record) mode() fs.FileMode {
	mode, ok := rec.unixMode()
	if !ok {
		const readOnly, folder = 0x01, 0x10
		m := fs.FileMode(0o644)
		if rec.external&folder != 0 {
			m = 0o755
		}
		if rec.external&readOnly != 0 {
			m &^= 0o222
		}
		return m
	}
	m := fs.FileMode(mode & 0o777)
	switch mode & unixType {
	case 0, unixFile, unixFolder: // the folder's bit comes from its name
	case unixLink:
		m |= fs.ModeSymlink
	default:
		m |= fs.ModeIrregular
	}
	return m
}
