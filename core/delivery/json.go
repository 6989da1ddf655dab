package delivery

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// maxJSONDepth is how deep arrays and objects may lie in each other.
const maxJSONDepth = 512

// checkJSON reads a stream to its end and says whether it is one JSON array or object and nothing else (RFC 8259), in
// small memory whatever its size. It is stricter than encoding/json in one thing: text must be UTF-8, because sixteen
// octets garbled by a damaged cipher block hardly ever are.
func checkJSON(r io.Reader) error {
	j := &jsonCheck{in: bufio.NewReaderSize(r, 1<<16)}
	if err := j.document(); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return fmt.Errorf("%w: the JSON is broken at octet %d: %w", ErrDamaged, j.at, err)
	}
	return nil
}

type jsonCheck struct {
	in    *bufio.Reader
	at    int64
	stack []byte // '[' or '{'
}

var errJSON = errors.New("unexpected character")

func (j *jsonCheck) next() (byte, error) {
	c, err := j.in.ReadByte()
	if err == nil {
		j.at++
	}
	return c, err
}

// token is the next octet that is no white space.
func (j *jsonCheck) token() (byte, error) {
	for {
		c, err := j.next()
		if err != nil || c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			return c, err
		}
	}
}

func (j *jsonCheck) document() error {
	c, err := j.token()
	if err != nil {
		return err
	}
	if c != '[' && c != '{' {
		return errors.New("it is neither an array nor an object")
	}
	if err := j.open(c); err != nil {
		return err
	}
	for len(j.stack) > 0 {
		if err := j.step(); err != nil {
			return err
		}
	}
	if _, err := j.token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows its end")
	}
	return nil
}

// open enters an array or object; an empty one is left at once.
func (j *jsonCheck) open(c byte) error {
	if len(j.stack) == maxJSONDepth {
		return fmt.Errorf("it is more than %d levels deep", maxJSONDepth)
	}
	j.stack = append(j.stack, c)
	first, err := j.token()
	if err != nil {
		return err
	}
	if first == closing(c) {
		j.stack = j.stack[:len(j.stack)-1]
		return nil
	}
	return j.element(first)
}

func closing(c byte) byte { return c + 2 } // '[' and ']', '{' and '}' lie two apart in ASCII

// element reads a member's name if we are in an object, then the value. c is its first octet.
func (j *jsonCheck) element(c byte) error {
	if j.stack[len(j.stack)-1] == '{' {
		if c != '"' {
			return errJSON
		}
		if err := j.text(); err != nil {
			return err
		}
		colon, err := j.token()
		if err != nil {
			return err
		}
		if colon != ':' {
			return errJSON
		}
		if c, err = j.token(); err != nil {
			return err
		}
	}
	return j.value(c)
}

func (j *jsonCheck) value(c byte) error {
	switch {
	case c == '[' || c == '{':
		return j.open(c)
	case c == '"':
		return j.text()
	case c == 't':
		return j.word("rue")
	case c == 'f':
		return j.word("alse")
	case c == 'n':
		return j.word("ull")
	case c == '-' || c >= '0' && c <= '9':
		return j.number(c)
	}
	return errJSON
}

// step reads what follows a value: the next element or the end of its array or object.
func (j *jsonCheck) step() error {
	c, err := j.token()
	if err != nil {
		return err
	}
	switch c {
	case ',':
		if c, err = j.token(); err != nil {
			return err
		}
		return j.element(c)
	case closing(j.stack[len(j.stack)-1]):
		j.stack = j.stack[:len(j.stack)-1]
		return nil
	}
	return errJSON
}

func (j *jsonCheck) word(rest string) error {
	for i := range len(rest) {
		c, err := j.next()
		if err != nil {
			return err
		}
		if c != rest[i] {
			return errJSON
		}
	}
	return nil
}

// text reads up to the closing quotation mark.
func (j *jsonCheck) text() error {
	for {
		c, err := j.next()
		switch {
		case err != nil:
			return err
		case c == '"':
			return nil
		case c == '\\':
			if err := j.escape(); err != nil {
				return err
			}
		case c < ' ':
			return errors.New("control character in a text")
		case c >= utf8.RuneSelf:
			if err := j.multibyte(); err != nil {
				return err
			}
		}
	}
}

func (j *jsonCheck) escape() error {
	c, err := j.next()
	if err != nil {
		return err
	}
	switch c {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return nil
	case 'u':
		for range 4 {
			c, err := j.next()
			if err != nil {
				return err
			}
			if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f') {
				return errJSON
			}
		}
		return nil
	}
	return errJSON
}

// multibyte reads the rest of a character whose first octet was read.
func (j *jsonCheck) multibyte() error {
	_ = j.in.UnreadByte()
	r, n, err := j.in.ReadRune()
	if err != nil {
		return err
	}
	j.at += int64(n) - 1
	if r == utf8.RuneError && n == 1 {
		return errors.New("text that is not UTF-8")
	}
	return nil
}

// number reads the rest of a number and leaves what follows it.
func (j *jsonCheck) number(c byte) error {
	digits := func(c byte) (n int, next byte, err error) {
		for c >= '0' && c <= '9' {
			n++
			if c, err = j.next(); err != nil {
				return n, 0, err
			}
		}
		return n, c, nil
	}
	var err error
	if c == '-' {
		if c, err = j.next(); err != nil {
			return err
		}
	}
	zero := c == '0'
	n, c, err := digits(c)
	if n == 0 || zero && n > 1 {
		return errJSON
	}
	if err == nil && c == '.' {
		if c, err = j.next(); err == nil {
			if n, c, err = digits(c); n == 0 {
				return errJSON
			}
		}
	}
	if err == nil && c|0x20 == 'e' {
		if c, err = j.next(); err == nil && (c == '+' || c == '-') {
			c, err = j.next()
		}
		if err == nil {
			if n, _, err = digits(c); n == 0 {
				return errJSON
			}
		}
	}
	if err != nil {
		return err // a number is never the end of an array or object
	}
	j.at--
	return j.in.UnreadByte()
}
