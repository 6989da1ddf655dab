package trustmanager

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"enrollbench/core/atomicfile"
	"enrollbench/core/progress"
)

// Downloaded is what was fetched.
type Downloaded struct {
	ContentType string // as the service says it
	FileName    string // that the service gives it, for show only; "" where it does not
	Bytes       int64
	SHA256      string // hexadecimal
	LengthKnown bool   // the service said how long it is, or marked the end; else a cut could not be noticed here
}

// Download fetches a job's result into the file path, which appears whole or not at all and replaces what lies there. A
// connection that breaks is taken up where it broke if the service allows it (Range with If-Range, RFC 9110 §13.1.5), else
// from the start. A job that is not complete is an *APIError.
func (c *Client) Download(ctx context.Context, jobID, path string, report progress.Func) (Downloaded, error) {
	u, err := c.url(c.contract().Requests.Download, values{"job_id": jobID}, "download")
	if err != nil {
		return Downloaded{}, err
	}
	d := &download{client: c, url: u, path: path, report: report}
	defer d.abort()
	if err := d.restart(); err != nil {
		return Downloaded{}, err
	}
	for attempt := 1; ; attempt++ {
		before := d.have
		err := d.attempt(ctx)
		if err == nil {
			break
		}
		if ctx.Err() != nil {
			return Downloaded{}, ctx.Err()
		}
		if d.have > before && d.resumable() {
			attempt = 0 // it got on: a long way in many pieces is a way too
		}
		if d.broken != nil || attempt >= c.options.Attempts || !c.worthAnother(ctx, err) && !errors.Is(err, errChanged) {
			return Downloaded{}, err
		}
		if err := c.pause(ctx, max(attempt, 1), err); err != nil {
			return Downloaded{}, err
		}
	}
	if err := d.file.Commit(); err != nil {
		return Downloaded{}, err
	}
	return d.result(), nil
}

// errChanged says that a download cannot go on where it was.
var errChanged = errors.New("the download starts again: the result at the service has changed")

// download is one download over its attempts.
type download struct {
	client *Client
	url    string
	path   string
	report progress.Func

	file   *atomicfile.File
	sum    hash.Hash
	have   int64
	total  int64  // -1 for not known
	tag    string // validator for If-Range: a strong ETag, else Last-Modified; "" where there is none
	known  bool
	kind   string
	name   string
	broken error // of the file: no further attempt helps
}

func (d *download) abort() {
	if d.file != nil {
		_ = d.file.Abort()
	}
}

// restart begins a new temporary file: the old one cannot be made shorter.
func (d *download) restart() error {
	d.abort()
	f, err := atomicfile.Create(d.path, atomicfile.Options{Mode: 0o600, Replace: true})
	if err != nil {
		d.broken = err
		return err
	}
	d.file, d.sum, d.have, d.total, d.tag, d.known = f, sha256.New(), 0, -1, "", false
	return nil
}

func (d *download) resumable() bool { return d.tag != "" }

// attempt fetches what is missing.
func (d *download) attempt(ctx context.Context) error {
	if d.have > 0 && !d.resumable() {
		if err := d.restart(); err != nil {
			return err
		}
	}
	header := http.Header{}
	if d.have > 0 {
		header.Set("Range", "bytes="+strconv.FormatInt(d.have, 10)+"-")
		header.Set("If-Range", d.tag)
	}
	answer, err := d.client.getOnce(ctx, d.url, header)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	switch {
	case answer.StatusCode == http.StatusPartialContent && d.have > 0:
		if err := d.continues(answer); err != nil {
			if restart := d.restart(); restart != nil {
				return restart
			}
			return err
		}
	case answer.StatusCode == http.StatusOK:
		if isHTML(answer.Header.Get("Content-Type")) {
			return &AnswerError{requestOf(answer), "is a web page and no result"}
		}
		if d.have > 0 {
			if err := d.restart(); err != nil {
				return err
			}
		}
		d.begins(answer)
	case answer.StatusCode == http.StatusRequestedRangeNotSatisfiable && d.have > 0:
		if err := d.restart(); err != nil {
			return err
		}
		return errChanged
	case answer.StatusCode >= 200 && answer.StatusCode <= 299:
		return &AnswerError{requestOf(answer), fmt.Sprintf("has the status %d and no result", answer.StatusCode)}
	default:
		return d.client.apiError(answer)
	}
	if err := d.copy(answer.Body); err != nil {
		return d.client.redacted(err)
	}
	if d.total >= 0 && d.have != d.total {
		return fmt.Errorf("%d bytes came of %d: %w", d.have, d.total, io.ErrUnexpectedEOF)
	}
	return nil
}

// begins takes what the answer says about the whole.
func (d *download) begins(answer *http.Response) {
	d.total = answer.ContentLength
	d.known = d.total >= 0 || len(answer.TransferEncoding) > 0
	d.kind = printable(answer.Header.Get("Content-Type"))
	if _, params, err := mime.ParseMediaType(answer.Header.Get("Content-Disposition")); err == nil {
		d.name = printable(params["filename"])
	}
	if tag := answer.Header.Get("ETag"); strings.HasPrefix(tag, `"`) {
		d.tag = tag
	} else if tag == "" && answer.Header.Get("Date") != "" && answer.Header.Get("Accept-Ranges") == "bytes" {
		d.tag = answer.Header.Get("Last-Modified")
	}
	if answer.Header.Get("Accept-Ranges") == "none" {
		d.tag = ""
	}
}

// continues tells whether a partial answer goes on exactly where we are (RFC 9110 §14.4): "bytes 100-999/1000".
func (d *download) continues(answer *http.Response) error {
	rest, ok := strings.CutPrefix(answer.Header.Get("Content-Range"), "bytes ")
	first, after, ok2 := strings.Cut(rest, "-")
	last, total, ok3 := strings.Cut(after, "/")
	from, err := strconv.ParseInt(first, 10, 64)
	to, err2 := strconv.ParseInt(last, 10, 64)
	if !ok || !ok2 || !ok3 || err != nil || err2 != nil || from != d.have || to < from {
		return errChanged
	}
	if total != "*" {
		n, err := strconv.ParseInt(total, 10, 64)
		if err != nil || n != to+1 || d.total >= 0 && n != d.total {
			return errChanged
		}
		d.total, d.known = n, true
	}
	return nil
}

// copyBuffer of a download: large, for few calls.
const copyBuffer = 256 << 10

// copy writes the body to the file while the next piece is already read.
func (d *download) copy(from io.Reader) error {
	type piece struct {
		data []byte
		err  error
	}
	free, full := make(chan []byte, 3), make(chan piece, 3)
	stop := make(chan struct{})
	defer close(stop)
	for range cap(free) {
		free <- make([]byte, copyBuffer)
	}
	go func() {
		defer close(full)
		for {
			var buffer []byte
			select {
			case buffer = <-free:
			case <-stop:
				return
			}
			var n int
			var err error
			for n < len(buffer)/2 && err == nil { // small pieces are gathered: a call costs as much for each
				var more int
				more, err = from.Read(buffer[n:])
				n += more
			}
			select {
			case full <- piece{buffer[:n], err}:
			case <-stop:
				return
			}
			if err != nil {
				return
			}
		}
	}()
	for p := range full {
		if len(p.data) > 0 {
			d.sum.Write(p.data)
			if _, err := d.file.Write(p.data); err != nil {
				d.broken = err
				return err
			}
			d.have += int64(len(p.data))
			d.report.Report(d.have, max(d.total, 0))
		}
		if p.err != nil {
			if errors.Is(p.err, io.EOF) {
				return nil
			}
			return p.err
		}
		free <- p.data[:copyBuffer]
	}
	return nil
}

func (d *download) result() Downloaded {
	return Downloaded{ContentType: d.kind, FileName: d.name, Bytes: d.have, SHA256: hex.EncodeToString(d.sum.Sum(nil)), LengthKnown: d.known}
}
