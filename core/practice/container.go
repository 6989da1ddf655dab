package practice

import (
	"encoding/binary"
	"fmt"
	"io"
)

// container writes a ZIP as a stream, in memory of some 70 octets an entry: the standard library keeps several hundred, and
// a result has up to a million entries. Entries come compressed. Format: PKWARE APPNOTE.TXT 6.3.10.
type container struct {
	w         io.Writer
	offset    uint64
	entries   uint64
	directory [][]byte // in pieces, so that growing copies nothing
}

// piece is an entry's content, compressed.
type piece struct {
	start, end int // in the batch's memory
	size       uint32
	crc        uint32
	deflated   bool
}

const (
	directoryPiece = 1 << 20
	zipMax32       = 1<<32 - 1
	zipMax16       = 1<<16 - 1
	zipDate        = 1<<5 | 1 // 1 January 1980, the earliest there is: a result tells no times that its certificates do not
	zipUTF8        = 1 << 11
)

func (c *container) write(b []byte) error {
	n, err := c.w.Write(b)
	c.offset += uint64(n) // #nosec G115 -- never negative
	return err
}

// add appends an entry.
func (c *container) add(name string, p piece, data []byte) error {
	if len(name) > zipMax16 {
		return fmt.Errorf("the name %.40q… is too long", name)
	}
	le := binary.LittleEndian
	method, version := uint16(0), uint16(10)
	if p.deflated {
		method, version = 8, 20
	}
	flags := uint16(0)
	if !isASCII(name) {
		flags = zipUTF8
	}
	at := c.offset
	// What the local header and the directory have in common (4.3.7, 4.3.12).
	common := make([]byte, 0, 26)
	common = le.AppendUint16(common, version)
	common = le.AppendUint16(common, flags)
	common = le.AppendUint16(common, method)
	common = le.AppendUint16(common, 0)
	common = le.AppendUint16(common, zipDate)
	common = le.AppendUint32(common, p.crc)
	common = le.AppendUint32(common, uint32(len(data))) // #nosec G115 -- an entry has some kilobytes
	common = le.AppendUint32(common, p.size)
	common = le.AppendUint16(common, uint16(len(name))) // #nosec G115 -- checked above

	local := make([]byte, 0, 30+len(name))
	local = append(local, 'P', 'K', 3, 4)
	local = append(local, common...)
	local = le.AppendUint16(local, 0)
	local = append(local, name...)
	if err := c.write(local); err != nil {
		return err
	}
	if err := c.write(data); err != nil {
		return err
	}

	var extra []byte
	place := uint32(zipMax32)
	if at < zipMax32 {
		place = uint32(at)
	} else { // 4.5.3
		extra = le.AppendUint16(extra, 1)
		extra = le.AppendUint16(extra, 8)
		extra = le.AppendUint64(extra, at)
		version = 45
	}
	need := 46 + len(name) + len(extra)
	if n := len(c.directory); n == 0 || cap(c.directory[n-1])-len(c.directory[n-1]) < need {
		c.directory = append(c.directory, make([]byte, 0, max(directoryPiece, need)))
	}
	d := c.directory[len(c.directory)-1]
	d = append(d, 'P', 'K', 1, 2)
	d = le.AppendUint16(d, 3<<8|version) // made on Unix
	d = le.AppendUint16(d, version)
	d = append(d, common[2:]...)
	d = le.AppendUint16(d, uint16(len(extra))) // #nosec G115 -- 12 at most
	d = le.AppendUint16(d, 0)
	d = le.AppendUint16(d, 0)
	d = le.AppendUint16(d, 0)
	d = le.AppendUint32(d, 0o100600<<16)
	d = le.AppendUint32(d, place)
	d = append(d, name...)
	d = append(d, extra...)
	c.directory[len(c.directory)-1] = d
	c.entries++
	return nil
}

// finish writes the directory and the end.
func (c *container) finish() error {
	le := binary.LittleEndian
	start := c.offset
	for _, d := range c.directory {
		if err := c.write(d); err != nil {
			return err
		}
	}
	size := c.offset - start
	var end []byte
	if c.entries >= zipMax16 || start >= zipMax32 || size >= zipMax32 {
		at := c.offset
		end = append(end, 'P', 'K', 6, 6) // 4.3.14
		end = le.AppendUint64(end, 44)
		end = le.AppendUint16(end, 3<<8|45)
		end = le.AppendUint16(end, 45)
		end = le.AppendUint32(end, 0)
		end = le.AppendUint32(end, 0)
		end = le.AppendUint64(end, c.entries)
		end = le.AppendUint64(end, c.entries)
		end = le.AppendUint64(end, size)
		end = le.AppendUint64(end, start)
		end = append(end, 'P', 'K', 6, 7) // 4.3.15
		end = le.AppendUint32(end, 0)
		end = le.AppendUint64(end, at)
		end = le.AppendUint32(end, 1)
	}
	end = append(end, 'P', 'K', 5, 6) // 4.3.16
	end = le.AppendUint16(end, 0)
	end = le.AppendUint16(end, 0)
	end = le.AppendUint16(end, uint16(min(c.entries, zipMax16)))
	end = le.AppendUint16(end, uint16(min(c.entries, zipMax16)))
	end = le.AppendUint32(end, uint32(min(size, zipMax32)))
	end = le.AppendUint32(end, uint32(min(start, zipMax32)))
	end = le.AppendUint16(end, 0)
	return c.write(end)
}
