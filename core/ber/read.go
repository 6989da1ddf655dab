// Package ber reads BER (ITU-T X.690 §8) that nobody trusts: lengths definite and indefinite, strings in one piece or in
// segments. A Reader streams, so that the content of a message of any size takes no memory; DER normalizes what is small.
// core/cms reads messages with it, core/privatekey the PKCS#12 files of Firefox.
package ber

import (
	"bytes"
	"fmt"
	"io"
	"math"
)

// Bounds of the reader. What exceeds one is refused before memory or time is spent on it.
const (
	MaxDepth  = 16      // nested elements
	MaxLength = 1 << 48 // of one element or segment, bytes: more is a lie about any file
)

// Identifier octets (X.690 §8.1.2).
const (
	Integer            = 0x02
	BitString          = 0x03
	OctetString        = 0x04
	Null               = 0x05
	OID                = 0x06
	Sequence           = 0x30
	Set                = 0x31
	Constructed        = 0x20 // added to a string type: its content is segments
	Context            = 0x80 // [0] primitive; [n] is Context|n
	ContextConstructed = 0xa0 // [0] constructed; [n] is ContextConstructed|n
	highTag            = 0x1f // the tag number does not fit the octet: no format that is read here has one
)

// Error is a violation of the encoding.
type Error struct {
	Offset int64  // of the byte, from 0
	Reason string // in words
}

func (e *Error) Error() string { return fmt.Sprintf("byte %d: %s", e.Offset, e.Reason) }

// Element is the header of one element.
type Element struct {
	ID     byte
	Length int64 // of the content; -1 for the indefinite form
	Offset int64 // of the identifier octet
}

// Constructed tells whether the content is elements.
func (e Element) Constructed() bool { return e.ID&Constructed != 0 }

// frame is an element that was entered and not yet left.
type frame struct {
	end        int64 // absolute offset where it must end; of an outer element for the indefinite form
	indefinite bool
}

// Reader reads elements from a stream. It knows where every open element ends and never reads beyond one.
type Reader struct {
	// Budget is the offset that the elements which Whole reads must not pass: the bound on all of them together.
	Budget int64

	src    io.Reader
	buf    []byte // a small window: headers are read from it, large content passes by it
	pos    int
	fill   int
	base   int64 // absolute offset of buf[0]
	frames []frame
	fail   func(offset int64, reason string) error
}

// NewReader reads from src. fail makes the errors about the encoding; nil: they are *Error. Errors of src are returned as
// they are.
func NewReader(src io.Reader, budget int64, fail func(offset int64, reason string) error) *Reader {
	if fail == nil {
		fail = func(offset int64, reason string) error { return &Error{offset, reason} }
	}
	return &Reader{Budget: budget, src: src, buf: make([]byte, 8<<10), fail: fail}
}

// Offset is the absolute offset of the next byte.
func (b *Reader) Offset() int64 { return b.base + int64(b.pos) }

// Failf is an error about the byte at offset.
func (b *Reader) Failf(offset int64, format string, args ...any) error {
	return b.fail(offset, fmt.Sprintf(format, args...))
}

// Peek is the identifier octet of the next element.
func (b *Reader) Peek() (byte, error) {
	if err := b.buffered(1); err != nil {
		return 0, err
	}
	return b.buf[b.pos], nil
}

// limit is the offset that nothing may pass: the end of the innermost open element.
func (b *Reader) limit() int64 {
	if len(b.frames) == 0 {
		return math.MaxInt64
	}
	return b.frames[len(b.frames)-1].end
}

// buffered makes n bytes available in the window; n is small.
func (b *Reader) buffered(n int) error {
	for b.fill-b.pos < n {
		if b.pos > 0 && b.pos+n > len(b.buf) {
			b.base += int64(b.pos)
			b.fill = copy(b.buf, b.buf[b.pos:b.fill])
			b.pos = 0
		}
		m, err := b.src.Read(b.buf[b.fill:])
		b.fill += m
		if err != nil && b.fill-b.pos < n {
			if err == io.EOF {
				return b.truncated()
			}
			return err
		}
	}
	return nil
}

func (b *Reader) truncated() error {
	return b.Failf(b.base+int64(b.fill), "the data ends here, too early")
}

// octet reads one byte of a header.
func (b *Reader) octet() (byte, error) {
	if b.Offset() >= b.limit() {
		return 0, b.Failf(b.Offset(), "an element reaches beyond the one around it")
	}
	if err := b.buffered(1); err != nil {
		return 0, err
	}
	c := b.buf[b.pos]
	b.pos++
	return c, nil
}

// More tells whether the innermost open element holds another one.
func (b *Reader) More() (bool, error) {
	if len(b.frames) == 0 {
		return true, nil
	}
	f := b.frames[len(b.frames)-1]
	if !f.indefinite {
		return b.Offset() < f.end, nil
	}
	if b.Offset() >= f.end {
		return false, b.Failf(b.Offset(), "an element of indefinite length has no end")
	}
	if err := b.buffered(1); err != nil {
		return false, err
	}
	return b.buf[b.pos] != 0, nil
}

// Next reads the header of the next element.
func (b *Reader) Next() (Element, error) {
	e := Element{Offset: b.Offset()}
	more, err := b.More()
	if err != nil {
		return e, err
	}
	if !more {
		return e, b.Failf(e.Offset, "an element is missing")
	}
	if e.ID, err = b.octet(); err != nil {
		return e, err
	}
	if e.ID == 0 || e.ID&highTag == highTag {
		return e, b.Failf(e.Offset, "identifier octet %#02x has no place here", e.ID)
	}
	if e.Length, err = b.length(); err != nil {
		return e, err
	}
	switch {
	case e.Length < 0 && !e.Constructed():
		return e, b.Failf(e.Offset, "a primitive element of indefinite length")
	case e.Length > b.limit()-b.Offset():
		return e, b.Failf(e.Offset, "an element of %d bytes reaches beyond the one around it", e.Length)
	}
	return e, nil
}

// length reads length octets (X.690 §8.1.3); -1 is the indefinite form.
func (b *Reader) length() (int64, error) {
	start := b.Offset()
	first, err := b.octet()
	if err != nil || first < 0x80 {
		return int64(first), err
	}
	if first == 0x80 {
		return -1, nil
	}
	if first == 0xff {
		return 0, b.Failf(start, "a reserved length octet")
	}
	var n int64
	for range first & 0x7f {
		c, err := b.octet()
		if err != nil {
			return 0, err
		}
		if n = n<<8 | int64(c); n > MaxLength {
			return 0, b.Failf(start, "a length that no file has")
		}
	}
	return n, nil
}

// Expect reads the header of an element that must have this identifier; what names it in errors.
func (b *Reader) Expect(id byte, what string) (Element, error) {
	e, err := b.Next()
	if err == nil && e.ID != id {
		err = b.Failf(e.Offset, "%s has identifier %#02x, not %#02x", what, e.ID, id)
	}
	return e, err
}

// Enter opens a constructed element.
func (b *Reader) Enter(e Element) error {
	if !e.Constructed() {
		return b.Failf(e.Offset, "element %#02x is not constructed", e.ID)
	}
	if len(b.frames) == MaxDepth {
		return b.Failf(e.Offset, "elements nested deeper than %d", MaxDepth)
	}
	f := frame{end: b.limit(), indefinite: e.Length < 0}
	if !f.indefinite {
		f.end = b.Offset() + e.Length
	}
	b.frames = append(b.frames, f)
	return nil
}

// Open expects a constructed element and enters it.
func (b *Reader) Open(id byte, what string) error {
	e, err := b.Expect(id, what)
	if err != nil {
		return err
	}
	return b.Enter(e)
}

// Leave closes the innermost open element, which must be at its end.
func (b *Reader) Leave() error {
	more, err := b.More()
	if err != nil {
		return err
	}
	if more {
		return b.Failf(b.Offset(), "an element too many")
	}
	if b.frames[len(b.frames)-1].indefinite {
		for range 2 { // end-of-contents octets, X.690 §8.1.5
			c, err := b.octet()
			if err != nil {
				return err
			}
			if c != 0 {
				return b.Failf(b.Offset()-1, "broken end-of-contents octets")
			}
		}
	}
	b.frames = b.frames[:len(b.frames)-1]
	return nil
}

// End checks that nothing follows the outermost element but what fills buffers and ends texts: zero bytes, line breaks, Ctrl-Z.
func (b *Reader) End() error {
	const padding = "\x00\r\n\x1A"
	if rest := bytes.TrimLeft(b.buf[b.pos:b.fill], padding); len(rest) > 0 {
		return b.Failf(b.base+int64(b.fill-len(rest)), "data follows the end")
	}
	for at := b.base + int64(b.fill); ; {
		n, err := b.src.Read(b.buf)
		at += int64(n)
		switch rest := bytes.TrimLeft(b.buf[:n], padding); {
		case len(rest) > 0:
			return b.Failf(at-int64(len(rest)), "data follows the end")
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
	}
}

// Read reads content bytes of a primitive element whose header was read: 1 ≤ n ≤ len(p). Large reads go past the window.
func (b *Reader) Read(p []byte) (int, error) {
	for {
		if b.pos < b.fill {
			n := copy(p, b.buf[b.pos:b.fill])
			b.pos += n
			return n, nil
		}
		b.base += int64(b.fill)
		b.pos, b.fill = 0, 0
		if len(p) < len(b.buf) {
			if err := b.buffered(1); err != nil {
				return 0, err
			}
			continue
		}
		n, err := b.src.Read(p)
		b.base += int64(n)
		switch {
		case n > 0:
			return n, nil // an error comes again with the next read
		case err == io.EOF:
			return 0, b.truncated()
		case err != nil:
			return 0, err
		}
	}
}
