package form

import (
	"bufio"
	"bytes"
	"io"
)

// changedReader undoes in a text with PEM what programs, mails and word processors did to it: line breaks and other characters
// escaped as in JSON, quotation marks, marks of quoted mails, dashes other than hyphens, spaces of another kind. Nothing
// that PEM itself has is changed.
type changedReader struct {
	src       *bufio.Reader
	out       []byte
	lineStart bool
}

func newChangedReader(r io.Reader) *changedReader {
	return &changedReader{src: bufio.NewReader(r), lineStart: true}
}

// Read implements io.Reader.
func (c *changedReader) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		if len(c.out) == 0 {
			if err := c.next(); err != nil {
				if n > 0 {
					return n, nil
				}
				return 0, err
			}
		}
		k := copy(p[n:], c.out)
		c.out, n = c.out[k:], n+k
	}
	return n, nil
}

// longestToken is how many bytes decide about the next character.
const longestToken = 8

// quotes around a text or a line of it.
var quotes = [...]string{`"`, "'", "\u201C", "\u201D", "\u201E", "\u2018", "\u2019"}

// next sets out to what the next characters of the text mean, which may be nothing.
func (c *changedReader) next() error {
	b, err := c.src.Peek(longestToken)
	if len(b) == 0 {
		return err
	}
	start := c.lineStart
	c.lineStart = false
	take := func(n int, means string) error {
		c.out = append(c.out[:0], means...)
		_, err := c.src.Discard(n)
		return err
	}
	if n := dashAt(b); n > 0 {
		return c.dashes(n)
	}
	if b[0] == '\\' {
		if len(b) > 2 && b[1] == '\\' && (b[2] == 'n' || b[2] == 'r') {
			return take(1, "") // escaped twice
		}
		for _, e := range escaped {
			if bytes.HasPrefix(b, []byte(e.text)) {
				return take(len(e.text), e.means)
			}
		}
		if len(b) > 1 {
			switch b[1] {
			case 'n':
				c.lineStart = true
				return take(2, "\n")
			case 'r', '"':
				return take(2, "")
			case 't':
				return take(2, " ")
			}
		}
	}
	if n := prefixOf(b, quotes[:]); n > 0 {
		return take(n, "")
	}
	if start && b[0] == '>' {
		c.lineStart = true
		return take(1, "")
	}
	if n := spaceAt(b); n > 0 {
		c.lineStart = start
		return take(n, " ")
	}
	c.lineStart = b[0] == '\n'
	return take(1, string(b[:1]))
}

// dashes makes five hyphens of a run of dashes, and joins them with the word that they stand before. A hyphen alone stays.
func (c *changedReader) dashes(n int) error {
	b, _ := c.src.Peek(n)
	odd, count := string(b) != "-", 0
	for n > 0 {
		if _, err := c.src.Discard(n); err != nil {
			return err
		}
		count++
		b, _ = c.src.Peek(longestToken)
		n = dashAt(b)
		odd = odd || n > 1
	}
	if count == 1 && !odd {
		c.out = append(c.out[:0], '-')
		return nil
	}
	if len(b) == 0 && !odd && count < len(pemDash) { // the last line was cut short
		c.out = append(c.out[:0], pemDash[:count]...)
		return nil
	}
	c.out = append(c.out[:0], pemDash...)
	b, _ = c.src.Peek(longestToken)
	for n = 0; n < len(b) && spaceAt(b[n:]) > 0; n += spaceAt(b[n:]) {
	}
	if n > 0 && (bytes.HasPrefix(b[n:], wordBegin) || bytes.HasPrefix(b[n:], []byte("END "))) {
		_, err := c.src.Discard(n)
		return err
	}
	return nil
}
