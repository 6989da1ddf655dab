package archive

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"hash/crc32"
	"slices"
	"testing"
)

// part is an entry that a test forges: zero fields take honest values.
type part struct {
	name       string
	text       string
	deflate    bool
	descriptor string // "", "12", "16", "20" or "24": the length of the data descriptor
	extra      []byte // in the directory
	localExtra []byte
	gap        string // after the entry
	packedTail string // within the packed data, after its end
	external   uint32
	host       byte
	flags      uint16

	local     func(header []byte)                  // changes the fixed part of the local header
	directory func(header []byte)                  // changes the fixed part of the directory's header
	foot      func(descriptor []byte)              // changes the data descriptor
	place     func(offset, previous uint32) uint32 // changes the offset in the directory
}

// forgery is an archive of parts.
type forgery struct {
	prefix  string
	parts   []part
	before  string // between the last entry and the directory
	inside  string // at the end of the directory, counted in its length
	zip64   bool
	reverse bool // the directory lists the last entry first
	comment string

	end   func(record []byte)
	end64 func(record, locator []byte)
}

func packed(text string) []byte {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, 6)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return b.Bytes()
}

func (f forgery) bytes() []byte {
	out := []byte(f.prefix)
	var directory []byte
	var previous uint32
	for _, p := range f.parts {
		offset := uint32(len(out))
		body := []byte(p.text)
		method := uint16(methodStore)
		if p.deflate {
			body, method = packed(p.text), methodDeflate
		}
		body = append(body, p.packedTail...)
		flags := p.flags
		if p.descriptor != "" {
			flags |= flagDescriptor
		}
		crc := crc32.ChecksumIEEE([]byte(p.text))

		var h [lenLocal]byte
		le.PutUint32(h[:], signLocal)
		le.PutUint16(h[4:], 20)
		le.PutUint16(h[6:], flags)
		le.PutUint16(h[8:], method)
		if p.descriptor == "" {
			le.PutUint32(h[14:], crc)
			le.PutUint32(h[18:], uint32(len(body)))
			le.PutUint32(h[22:], uint32(len(p.text)))
		}
		le.PutUint16(h[26:], uint16(len(p.name)))
		le.PutUint16(h[28:], uint16(len(p.localExtra)))
		if p.local != nil {
			p.local(h[:])
		}
		out = append(out, h[:]...)
		out = append(out, p.name...)
		out = append(out, p.localExtra...)
		out = append(out, body...)

		var d []byte
		if p.descriptor == "16" || p.descriptor == "24" {
			d = le.AppendUint32(d, signDescriptor)
		}
		switch p.descriptor {
		case "12", "16":
			d = le.AppendUint32(le.AppendUint32(le.AppendUint32(d, crc), uint32(len(body))), uint32(len(p.text)))
		case "20", "24":
			d = le.AppendUint64(le.AppendUint64(le.AppendUint32(d, crc), uint64(len(body))), uint64(len(p.text)))
		}
		if p.foot != nil {
			p.foot(d)
		}
		out = append(append(out, d...), p.gap...)

		var c [lenDirectory]byte
		le.PutUint32(c[:], signDirectory)
		c[4], c[5] = 20, p.host
		le.PutUint16(c[6:], 20)
		le.PutUint16(c[8:], flags)
		le.PutUint16(c[10:], method)
		le.PutUint16(c[14:], 1<<5|1)
		le.PutUint32(c[16:], crc)
		le.PutUint32(c[20:], uint32(len(body)))
		le.PutUint32(c[24:], uint32(len(p.text)))
		le.PutUint16(c[28:], uint16(len(p.name)))
		le.PutUint16(c[30:], uint16(len(p.extra)))
		le.PutUint32(c[38:], p.external)
		at := offset
		if p.place != nil {
			at = p.place(offset, previous)
		}
		le.PutUint32(c[42:], at)
		if p.directory != nil {
			p.directory(c[:])
		}
		header := slices.Concat(c[:], []byte(p.name), p.extra)
		if f.reverse {
			directory = slices.Concat(header, directory)
		} else {
			directory = append(directory, header...)
		}
		previous = offset
	}
	out = append(out, f.before...)
	start := len(out)
	out = append(append(out, directory...), f.inside...)
	length := len(out) - start

	if f.zip64 {
		var r [lenEnd64]byte
		le.PutUint32(r[:], signEnd64)
		le.PutUint64(r[4:], lenEnd64-12)
		le.PutUint64(r[24:], uint64(len(f.parts)))
		le.PutUint64(r[32:], uint64(len(f.parts)))
		le.PutUint64(r[40:], uint64(length))
		le.PutUint64(r[48:], uint64(start))
		var l [lenLocator64]byte
		le.PutUint32(l[:], signLocator64)
		le.PutUint64(l[8:], uint64(len(out)))
		le.PutUint32(l[16:], 1)
		if f.end64 != nil {
			f.end64(r[:], l[:])
		}
		out = append(append(out, r[:]...), l[:]...)
	}
	var e [lenEnd]byte
	le.PutUint32(e[:], signEnd)
	count := uint16(min(len(f.parts), 0xffff))
	le.PutUint16(e[8:], count)
	le.PutUint16(e[10:], count)
	le.PutUint32(e[12:], uint32(length))
	le.PutUint32(e[16:], uint32(start))
	le.PutUint16(e[20:], uint16(len(f.comment)))
	if f.end != nil {
		f.end(e[:])
	}
	return append(append(out, e[:]...), f.comment...)
}

// field is an extra field.
func field(tag uint16, body []byte) []byte {
	b := binary.LittleEndian.AppendUint16(nil, tag)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(body)))
	return append(b, body...)
}

func longs(values ...uint64) []byte {
	var b []byte
	for _, v := range values {
		b = le.AppendUint64(b, v)
	}
	return b
}

func open(data []byte, l Limits) (*Reader, error) {
	return Open(bytes.NewReader(data), int64(len(data)), l)
}

func mustOpen(t testing.TB, data []byte) *Reader {
	t.Helper()
	z, err := open(data, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return z
}
