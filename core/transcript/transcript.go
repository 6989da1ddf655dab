// Package transcript keeps what a service answered, so that its contract can be replayed where the service is not: a site records
// a test of its connection, sends the file, and whoever looks into a problem serves it again.
//
// Recorder writes down exchanges; Redact takes out of them what is nobody's business: keys, names, addresses, ids. What remains is
// the shape: paths, members, statuses, types. Handler serves a transcript again.
package transcript

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// format stands in the file.
const format = "enrollbench-transcript/1"

// Limits of a transcript: of its file, of one recorded body and of the exchanges.
const (
	maxFile      = 16 << 20
	maxBody      = 256 << 10
	maxExchanges = 500
)

// Transcript is a recording.
type Transcript struct {
	Format    string          `json:"format"`
	Service   string          `json:"service"`            // what the connection is for, in words
	Contract  json.RawMessage `json:"contract,omitempty"` // of the connection: paths, names, headers; never a secret
	Exchanges []Exchange      `json:"exchanges"`
}

// Exchange is one request with its answer.
type Exchange struct {
	Method string            `json:"method"`
	Path   string            `json:"path"` // with the query
	Status int               `json:"status"`
	Header map[string]string `json:"header,omitempty"` // Content-Type and Retry-After
	Body   string            `json:"body,omitempty"`
	Cut    bool              `json:"cut,omitempty"` // the body was longer than what is kept
}

// Recorder collects exchanges. It is safe for concurrent use; the zero value is ready.
type Recorder struct {
	mu        sync.Mutex
	exchanges []Exchange
}

// Add keeps an answer to a request as far as it is read from body, which Add reads on behalf of whoever reads the result.
func (r *Recorder) Add(answer *http.Response) {
	e := Exchange{Method: answer.Request.Method, Path: answer.Request.URL.RequestURI(), Status: answer.StatusCode, Header: map[string]string{}}
	for _, name := range []string{"Content-Type", "Retry-After"} {
		if value := answer.Header.Get(name); value != "" {
			e.Header[name] = value
		}
	}
	answer.Body = &copied{ReadCloser: answer.Body, done: func(data []byte, cut bool) {
		e.Body, e.Cut = string(data), cut
		r.mu.Lock()
		defer r.mu.Unlock()
		if len(r.exchanges) < maxExchanges {
			r.exchanges = append(r.exchanges, e)
		}
	}}
}

// Exchanges are those that have ended.
func (r *Recorder) Exchanges() []Exchange {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.exchanges)
}

// copied keeps the beginning of what is read through it.
type copied struct {
	io.ReadCloser
	kept []byte
	cut  bool
	once sync.Once
	done func([]byte, bool)
}

func (c *copied) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	take := min(n, maxBody-len(c.kept))
	c.kept = append(c.kept, p[:take]...)
	c.cut = c.cut || take < n
	return n, err
}

func (c *copied) Close() error {
	c.once.Do(func() {
		_, _ = io.CopyN(io.Discard, c, maxBody) // what whoever asked had no use for
		c.done(c.kept, c.cut)
	})
	return c.ReadCloser.Close()
}

// Write writes the transcript as readable JSON.
func (t *Transcript) Write(w io.Writer) error {
	t.Format = format
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(t)
}

// Read reads what Write wrote.
func Read(r io.Reader) (*Transcript, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("it is larger than %d bytes, so it is not a transcript", maxFile)
	}
	var t Transcript
	if err := json.Unmarshal(data, &t); err != nil || t.Format != format {
		return nil, errors.New("it is not a transcript: record one with enrollctl connection record")
	}
	for i, e := range t.Exchanges {
		if _, err := url.ParseRequestURI(e.Path); err != nil || e.Status < 100 || e.Status > 599 {
			return nil, fmt.Errorf("exchange %d (%s %s, %d) cannot be served", i+1, e.Method, e.Path, e.Status)
		}
	}
	return &t, nil
}

// Handler serves the recorded answers. A request is answered by the exchange of the same method, path and query; of several in
// their order, the last one again and again. Where the query differs the path alone decides. Anything else is refused in the
// service's own error shape, and says that it was not recorded.
func (t *Transcript) Handler(log func(string)) http.Handler {
	var mu sync.Mutex
	served := map[string]int{}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, io.LimitReader(r.Body, 1<<30))
		e := t.find(r, func(key string, n int) int {
			mu.Lock()
			defer mu.Unlock()
			at := min(served[key], n-1)
			served[key]++
			return at
		})
		if e == nil {
			e = &Exchange{Status: http.StatusNotFound, Header: map[string]string{"Content-Type": "application/json"},
				Body: fmt.Sprintf(`{"error":{"code":"not_recorded","message":%q}}`+"\n", "the transcript has no "+r.Method+" "+r.URL.Path)}
		}
		for name, value := range e.Header {
			w.Header().Set(name, value)
		}
		w.WriteHeader(e.Status)
		_, _ = io.WriteString(w, e.Body) // #nosec G705 -- a recording that its reader serves to his own program on loopback
		if log != nil {
			log(fmt.Sprintf("%s %s: %d, replayed", r.Method, r.URL.RequestURI(), e.Status))
		}
	})
}

func (t *Transcript) find(r *http.Request, turn func(key string, n int) int) *Exchange {
	var exact, alike []*Exchange
	for i := range t.Exchanges {
		e := &t.Exchanges[i]
		u, err := url.ParseRequestURI(e.Path)
		if err != nil || e.Method != r.Method || u.Path != r.URL.Path {
			continue
		}
		alike = append(alike, e)
		if u.Query().Encode() == r.URL.Query().Encode() {
			exact = append(exact, e)
		}
	}
	if len(exact) > 0 {
		return exact[turn(r.Method+" "+r.URL.RequestURI(), len(exact))]
	}
	if len(alike) > 0 {
		return alike[turn(r.Method+" "+strings.TrimSuffix(r.URL.Path, "/"), len(alike))]
	}
	return nil
}
