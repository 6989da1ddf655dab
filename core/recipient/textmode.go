package recipient

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"enrollbench/core/cms"
	"enrollbench/core/openpgp"
)

// ErrAsText is the cause of damage where somebody treated binary data as text: every LF became CR LF.
var ErrAsText = errors.New("every line break in it has become CR LF, because it was treated as text")

// lineBreaks counts the line breaks of binary data. Where all of them are CR LF, and that is no chance, a transfer as text
// or openssl smime without -binary has changed the data.
type lineBreaks struct {
	bare, pairs int
	cr          bool // the last byte was one
}

func (l *lineBreaks) add(p []byte) {
	for at := 0; ; {
		i := bytes.IndexByte(p[at:], '\n')
		if i < 0 {
			break
		}
		if at += i; at > 0 && p[at-1] == '\r' || at == 0 && l.cr {
			l.pairs++
		} else {
			l.bare++
		}
		at++
	}
	if len(p) > 0 {
		l.cr = p[len(p)-1] == '\r'
	}
}

// enoughPairs and nothing else stand in one of 65,536 small binary files by chance; only what is damaged is judged.
const enoughPairs = 2

func (l *lineBreaks) converted() bool { return l.bare == 0 && l.pairs >= enoughPairs }

// counted is a reader whose line breaks are counted.
type counted struct {
	r      io.Reader
	breaks lineBreaks
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.breaks.add(p[:n])
	return n, err
}

// explain adds to damage of a message that it was transferred as text. Only what is binary from its first byte is judged.
func (c *counted) explain(err error) error {
	damaged := errors.Is(err, cms.ErrFormat) || errors.Is(err, cms.ErrDecrypt) || errors.Is(err, openpgp.ErrIntegrity) || errors.Is(err, ErrNotSealed)
	if damaged && c.breaks.converted() {
		return fmt.Errorf("%w: %w: transfer or download the file again in binary mode", err, ErrAsText)
	}
	return err
}
