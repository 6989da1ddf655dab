package main

import (
	"encoding/base64"
	"io"
)

// pemWriter writes what it is given as one PEM block (RFC 7468), as a stream: encoding/pem wants all of it at once.
type pemWriter struct {
	w      io.Writer
	label  string
	body   io.WriteCloser // encodes into lines
	lines  *lineBreaker
	opened bool
}

func newPEMWriter(w io.Writer, label string) *pemWriter {
	lines := &lineBreaker{w: w}
	return &pemWriter{w: w, label: label, lines: lines, body: base64.NewEncoder(base64.StdEncoding, lines)}
}

func (p *pemWriter) Write(b []byte) (int, error) {
	if err := p.open(); err != nil {
		return 0, err
	}
	return p.body.Write(b)
}

func (p *pemWriter) open() error {
	if p.opened {
		return nil
	}
	p.opened = true
	_, err := io.WriteString(p.w, "-----BEGIN "+p.label+"-----\n")
	return err
}

// Close writes the end.
func (p *pemWriter) Close() error {
	if err := p.open(); err != nil {
		return err
	}
	if err := p.body.Close(); err != nil {
		return err
	}
	end := "-----END " + p.label + "-----\n"
	if p.lines.column > 0 {
		end = "\n" + end
	}
	_, err := io.WriteString(p.w, end)
	return err
}

// pemColumns is the length of a line of base64 (RFC 7468 §2).
const pemColumns = 64

// lineBreaker ends a line after so many characters.
type lineBreaker struct {
	w      io.Writer
	column int
	out    []byte
}

func (l *lineBreaker) Write(b []byte) (int, error) {
	l.out = l.out[:0]
	for rest := b; len(rest) > 0; {
		n := min(len(rest), pemColumns-l.column)
		l.out = append(l.out, rest[:n]...)
		rest = rest[n:]
		if l.column += n; l.column == pemColumns {
			l.out = append(l.out, '\n')
			l.column = 0
		}
	}
	if _, err := l.w.Write(l.out); err != nil {
		return 0, err
	}
	return len(b), nil
}
