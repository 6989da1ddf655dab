package form

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"io"
)

// base64Reader decodes base64 (RFC 4648 §4) with white space anywhere. It is stricter than the standard library's
// decoder where a stream could be read in two ways: padding only at the very end, no stray bits, nothing behind it.
type base64Reader struct {
	src    *bufio.Reader
	coat   Coat
	stop   byte  // ends the data where it begins a line of PEM; 0 if nothing does
	offset int64 // of src
	quads  []byte
	out    []byte // decoded and not yet delivered
	space  []byte // backing of out
	armor  bool   // a checksum may follow (RFC 9580 §6.1), which is passed over, right or wrong
	sum    int    // characters of it that are missing
	padded bool   // padding or checksum was seen: only white space may follow
	alone  bool   // what follows the data may be any text, but hold no second value of its kind
	slash  bool   // a backslash stands before the next character
	err    error
}

// base64Batch is how much text is decoded at a time, bytes.
const base64Batch = 32 << 10

// Read implements io.Reader.
func (b *base64Reader) Read(p []byte) (int, error) {
	for len(b.out) == 0 {
		if b.err != nil {
			return 0, b.err
		}
		b.advance()
	}
	n := copy(p, b.out)
	b.out = b.out[n:]
	return n, nil
}

// advance decodes the next batch.
func (b *base64Reader) advance() {
	if b.space == nil {
		b.space = make([]byte, base64Batch)
		b.quads = make([]byte, 0, base64Batch)
	}
	ended := b.collect()
	if b.err != nil && b.err != io.EOF {
		return
	}
	whole := len(b.quads) / 4 * 4
	n, err := base64.StdEncoding.Strict().Decode(b.space, b.quads[:whole])
	if err != nil {
		b.err = b.failf("broken base64")
		return
	}
	if rest := len(b.quads) - whole; ended && (b.coat == Base64 || b.coat == Wrapped) && !b.padded && rest > 1 { // base64url needs no padding (RFC 4648 §5)
		more, err := base64.RawStdEncoding.Strict().Decode(b.space[n:], b.quads[whole:])
		if err != nil {
			b.err = b.failf("broken base64")
			return
		}
		n, whole = n+more, len(b.quads)
	}
	if ended && whole != len(b.quads) {
		b.err = b.failf("the base64 text is cut short")
		return
	}
	b.out = b.space[:n]
	b.quads = append(b.quads[:0], b.quads[whole:]...)
	if ended {
		b.err = io.EOF
	}
}

// collect moves base64 characters from what src holds, without white space. It tells whether the text ended.
func (b *base64Reader) collect() bool {
	if _, err := b.src.Peek(1); err != nil {
		if err != io.EOF {
			b.err = err
			return false
		}
		if b.stop != 0 && b.stop != '\n' {
			b.err = b.failf("the text ends without its last line")
		}
		return true
	}
	window, _ := b.src.Peek(min(b.src.Buffered(), cap(b.quads)-len(b.quads)))
	for i, c := range window {
		switch {
		case b.slash && (c == 'n' || c == 'r'): // \n of a JSON text
			b.slash = false
		case b.slash && c == '/':
			b.quads, b.slash = append(b.quads, c), false
		case b.slash:
			b.discard(i)
			b.err = b.failf("character %q in base64", string(rune(c)))
			return false
		case c == '\\' && b.coat == Wrapped:
			b.slash = true
		case c == '\n' && b.stop == '\n' && b.coat == Wrapped:
			b.discard(i)
			return b.checkAlone()
		case b.sum > 0 && base64Digit(c):
			b.sum--
		case c == '=' && b.armor && len(b.quads)%4 == 0:
			b.armor, b.padded, b.sum = false, true, 4
		case base64Digit(c) && !b.padded:
			b.quads = append(b.quads, c)
		case isSpace(c):
		case (c == '-' || c == '_') && (b.coat == Base64 || b.coat == Wrapped) && !b.padded:
			b.quads = append(b.quads, fromURL(c))
		case c == '=':
			b.quads, b.padded = append(b.quads, c), true
		case c == b.stop && c != 0 && b.sum == 0:
			b.discard(i)
			return b.checkAlone()
		default:
			b.discard(i)
			b.err = b.failf("character %q in base64", string(rune(c)))
			return false
		}
	}
	b.discard(len(window))
	return false
}

func (b *base64Reader) discard(n int) {
	n, _ = b.src.Discard(n) // never fails: n bytes were peeked
	b.offset += int64(n)
}

func (b *base64Reader) failf(format string, args ...any) error {
	return &CoatError{Coat: b.coat, Offset: b.offset, Reason: fmt.Sprintf(format, args...)}
}
