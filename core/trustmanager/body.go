package trustmanager

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"mime"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"enrollbench/core/progress"
)

// body is the body of a start: what stands before the file, the file as it is read from the disk, what stands behind it.
// Its length is known beforehand. It can be read once: there is no second try.
type body struct {
	contentType string
	length      int64
	reader      io.Reader
	file        *os.File
	report      progress.Func
	moved       func()       // told of each piece, so that a slow disk is not taken for a line that stalls
	done        atomic.Int64 // read so far; the answer may come before all is
}

func newBody(s *Start, fields values, r *StartRequest, limits Limits, report progress.Func) (*body, error) {
	b := &body{report: report}
	var before, after bytes.Buffer
	switch s.Encoding {
	case JSONBody:
		data, err := fields.json(s.Body)
		if err != nil {
			return nil, err
		}
		before.Write(data)
		b.contentType = "application/json"
	case URLEncoded:
		var pairs []string
		for _, p := range s.Parts {
			if value, empty := fields.expand(p.Value); !empty {
				pairs = append(pairs, url.QueryEscape(p.Name)+"="+url.QueryEscape(value))
			}
		}
		before.WriteString(strings.Join(pairs, "&"))
		b.contentType = "application/x-www-form-urlencoded"
	case RawFile:
		b.contentType = s.ContentType
		if b.contentType == "" {
			b.contentType = typeOf(r.FileName)
		}
	default:
		if err := b.multipart(s, fields, r, &before, &after); err != nil {
			return nil, err
		}
	}
	parts := []io.Reader{&before}
	b.length = int64(before.Len()) + int64(after.Len())
	if r.Method != MAC {
		f, size, err := openUpload(r.File, limits.UploadBytes)
		if err != nil {
			return nil, err
		}
		b.file = f
		b.length += size
		parts = append(parts, &exactly{f, size, r.File})
	}
	b.reader = io.MultiReader(append(parts, &after)...)
	return b, nil
}

// multipart writes the parts around the file (RFC 7578).
func (b *body) multipart(s *Start, fields values, r *StartRequest, before, after *bytes.Buffer) error {
	boundary := newBoundary()
	b.contentType = "multipart/form-data; boundary=" + boundary
	out := before
	for _, p := range s.Parts {
		value, empty := fields.expand(p.Value)
		isFile := p.Value == "{file}"
		if len(p.Body) > 0 {
			text, err := fields.json(p.Body)
			if err != nil {
				return err
			}
			value, empty = string(text), false
		}
		if empty && !isFile {
			continue
		}
		fmt.Fprintf(out, "--%s\r\nContent-Disposition: form-data; name=\"%s\"", boundary, quoteName(p.Name))
		fileName, kind := p.FileName, p.ContentType
		if isFile {
			fileName = r.FileName
			if kind == "" {
				kind = typeOf(fileName)
			}
		}
		if fileName != "" {
			fmt.Fprintf(out, "; filename=\"%s\"", quoteName(fileName))
		}
		if kind != "" {
			fmt.Fprintf(out, "\r\nContent-Type: %s", kind)
		}
		out.WriteString("\r\n\r\n")
		if isFile {
			out = after
		} else {
			out.WriteString(value)
		}
		out.WriteString("\r\n")
	}
	fmt.Fprintf(out, "--%s--\r\n", boundary)
	return nil
}

// newBoundary makes a boundary that no file holds but by a chance of 2^-192.
func newBoundary() string {
	var b [24]byte
	_, _ = rand.Read(b[:]) // never fails, crypto/rand says
	return hex.EncodeToString(b[:])
}

// quoteName escapes a name in Content-Disposition as browsers and curl do (RFC 7578 §4.2, WHATWG HTML).
var quoteName = strings.NewReplacer("\"", "%22", "\r", "%0D", "\n", "%0A").Replace

// typeOf is the content type of an upload by its ending: that of the system's tables differs from one to the next.
func typeOf(name string) string {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".zip":
		return "application/zip"
	case ".csv":
		return "text/csv"
	}
	if t := mime.TypeByExtension(filepath.Ext(name)); t != "" {
		return t
	}
	return "application/octet-stream"
}

// Read gives the next piece and reports it.
func (b *body) Read(p []byte) (int, error) {
	n, err := b.reader.Read(p)
	if n > 0 {
		b.report.Report(b.done.Add(int64(n)), b.length)
		if b.moved != nil {
			b.moved()
		}
	}
	return n, err
}

// Close closes the file.
func (b *body) Close() error {
	if b.file == nil {
		return nil
	}
	return b.file.Close()
}

// exactly reads so many bytes of a file, no less: one that shrank meanwhile is an error, and what was added is not sent.
type exactly struct {
	r    io.Reader
	left int64
	name string
}

func (e *exactly) Read(p []byte) (int, error) {
	if e.left == 0 {
		return 0, io.EOF
	}
	if int64(len(p)) > e.left {
		p = p[:e.left]
	}
	n, err := e.r.Read(p)
	e.left -= int64(n)
	if err == io.EOF && e.left > 0 {
		return n, fmt.Errorf("%q became shorter while it was sent", e.name)
	}
	if err == io.EOF {
		err = nil
	}
	return n, err
}
