package csvdoc

import (
	"encoding/binary"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// UTF-16 is turned into UTF-8 on the way in and back on the way out, so that one scanner serves all encodings. A
// surrogate without its partner, which UTF-8 has no form for, becomes the three bytes that its number would have: such
// bytes read as undecodable and turn into the same surrogate again, so nothing is lost on the round.

// fromUTF16 is a reader of UTF-8 over UTF-16.
type fromUTF16 struct {
	in    io.Reader
	order binary.ByteOrder
	raw   []byte // bytes of in not turned yet begin at raw[at]
	at    int
	out   []byte
	err   error
	odd   []byte // a last byte that is half a unit
}

func newFromUTF16(in io.Reader, e Encoding) *fromUTF16 {
	t := &fromUTF16{in: in, order: binary.LittleEndian, raw: make([]byte, 0, 1<<16)}
	if e == UTF16BE {
		t.order = binary.BigEndian
	}
	return t
}

func (t *fromUTF16) Read(b []byte) (int, error) {
	for len(t.out) == 0 {
		if t.err != nil {
			return 0, t.err
		}
		t.fill()
	}
	n := copy(b, t.out)
	t.out = t.out[n:]
	return n, nil
}

// fill reads and turns one piece.
func (t *fromUTF16) fill() {
	rest := copy(t.raw[:cap(t.raw)], t.raw[t.at:])
	n, err := t.in.Read(t.raw[rest:cap(t.raw)])
	t.raw, t.at = t.raw[:rest+n], 0
	out := t.out[:0]
	for len(t.raw)-t.at >= 2 {
		u := rune(t.order.Uint16(t.raw[t.at:]))
		if u < utf8.RuneSelf {
			out = append(out, byte(u))
			t.at += 2
			continue
		}
		if u&0xFC00 == 0xD800 {
			if len(t.raw)-t.at < 4 && err == nil {
				break
			}
			if len(t.raw)-t.at >= 4 {
				if r := utf16.DecodeRune(u, rune(t.order.Uint16(t.raw[t.at+2:]))); r != utf8.RuneError {
					out = utf8.AppendRune(out, r)
					t.at += 4
					continue
				}
			}
		}
		out = appendUnit(out, u)
		t.at += 2
	}
	if err != nil {
		t.odd = append([]byte(nil), t.raw[t.at:]...)
		t.err = err
	}
	t.out = out
}

// appendUnit appends a character of the basic plane, lone surrogates included.
func appendUnit(out []byte, u rune) []byte {
	if u < 0x800 {
		return append(out, 0xC0|byte(u>>6), 0x80|byte(u)&0x3F)
	}
	return append(out, 0xE0|byte(u>>12), 0x80|byte(u>>6)&0x3F, 0x80|byte(u)&0x3F)
}

// toUTF16 turns what is written to it back.
type toUTF16 struct {
	out   io.Writer
	order binary.AppendByteOrder
	rest  []byte // the beginning of a character
	buf   []byte
}

func newToUTF16(out io.Writer, e Encoding) *toUTF16 {
	t := &toUTF16{out: out, order: binary.LittleEndian}
	if e == UTF16BE {
		t.order = binary.BigEndian
	}
	return t
}

func (t *toUTF16) Write(b []byte) (int, error) {
	total := len(b)
	for len(b) > 0 {
		piece := b[:min(len(b), 1<<16)]
		b = b[len(piece):]
		if len(t.rest) > 0 {
			piece = append(t.rest, piece...)
			t.rest = nil
		}
		t.convert(piece, false)
		if _, err := t.out.Write(t.buf); err != nil {
			return 0, err
		}
	}
	return total, nil
}

// Close writes what is left: the beginning of a character that never ended, as U+FFFD.
func (t *toUTF16) Close() error {
	if len(t.rest) == 0 {
		return nil
	}
	rest := t.rest
	t.rest = nil
	t.convert(rest, true)
	_, err := t.out.Write(t.buf)
	return err
}

func (t *toUTF16) convert(b []byte, final bool) {
	t.buf = t.buf[:0]
	for i := 0; i < len(b); {
		if c := b[i]; c < utf8.RuneSelf {
			t.buf = t.order.AppendUint16(t.buf, uint16(c))
			i++
			continue
		}
		if !final && !utf8.FullRune(b[i:]) || !final && len(b)-i < 3 && b[i] == 0xED {
			t.rest = append([]byte(nil), b[i:]...)
			return
		}
		if len(b)-i >= 3 && b[i] == 0xED && b[i+1]&0xE0 == 0xA0 && b[i+2]&0xC0 == 0x80 {
			t.buf = t.order.AppendUint16(t.buf, 0xD000|uint16(b[i+1]&0x3F)<<6|uint16(b[i+2]&0x3F))
			i += 3
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		i += n
		if hi, lo := utf16.EncodeRune(r); hi != utf8.RuneError {
			t.buf = t.order.AppendUint16(t.order.AppendUint16(t.buf, uint16(hi)), uint16(lo))
		} else {
			t.buf = t.order.AppendUint16(t.buf, uint16(r))
		}
	}
}
