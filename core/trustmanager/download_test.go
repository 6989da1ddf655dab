package trustmanager

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

const downloadPath = "/gateway/iot/api/v1/batch-enroll/J-1/download-certificates"

func noise(n int) []byte {
	data := make([]byte, n)
	r := rand.NewChaCha8([32]byte{1})
	_, _ = r.Read(data)
	return data
}

// result serves data that breaks off after each of the pieces.
type result struct {
	data   []byte
	breaks []int // bytes of each answer before it breaks; after those it does not
	tag    string
	ranges bool
	asked  []string // Range and If-Range of each request
	change bool     // from the second answer on it is other data
}

func (s *result) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n := len(s.asked)
	s.asked = append(s.asked, r.Header.Get("Range")+" "+r.Header.Get("If-Range"))
	data, tag := s.data, s.tag
	if s.change && n > 0 {
		data, tag = append([]byte("changed"), data[:len(data)/2]...), `"other"`
	}
	from := 0
	w.Header().Set("Content-Type", "application/zip")
	w.Header().Set("Content-Disposition", `attachment; filename="result.zip"`)
	if tag != "" {
		w.Header().Set("ETag", tag)
	}
	status := http.StatusOK
	if rest, ok := strings.CutPrefix(r.Header.Get("Range"), "bytes="); ok && s.ranges && r.Header.Get("If-Range") == tag {
		from, _ = strconv.Atoi(strings.TrimSuffix(rest, "-"))
		if from >= len(data) {
			w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
			return
		}
		status = http.StatusPartialContent
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(data)-1, len(data)))
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(data)-from))
	w.WriteHeader(status)
	piece := data[from:]
	if n < len(s.breaks) && s.breaks[n] < len(piece) {
		_, _ = w.Write(piece[:s.breaks[n]])
		w.(http.Flusher).Flush()
		breakOff(w)
		return
	}
	_, _ = w.Write(piece)
}

func TestDownloads(t *testing.T) {
	data := noise(1_500_000)
	for name, c := range map[string]struct {
		result
		asked string // the requests, joined
		fails bool
	}{
		"whole":              {result{data: data}, " ", false},
		"resumed":            {result{data: data, breaks: []int{600_000, 100_000, 0, 300_000}, tag: `"a"`, ranges: true}, ` ;bytes=600000- "a";bytes=700000- "a";bytes=700000- "a";bytes=1000000- "a"`, false},
		"no ranges":          {result{data: data, breaks: []int{600_000, 1_400_000}, tag: `"a"`}, ` ;bytes=600000- "a";bytes=1400000- "a"`, false},
		"no validator":       {result{data: data, breaks: []int{600_000}, ranges: true}, ` ; `, false},
		"weak validator":     {result{data: data, breaks: []int{600_000}, tag: `W/"a"`, ranges: true}, ` ; `, false},
		"changed":            {result{data: data, breaks: []int{600_000}, tag: `"a"`, ranges: true, change: true}, ` ;bytes=600000- "a"`, false},
		"never gets through": {result{data: data, breaks: []int{10, 10, 10, 10, 10, 10, 10}}, " ; ; ; ; ", true},
		"empty":              {result{data: nil}, " ", false},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			served := c.result
			f.mux.Handle("GET "+downloadPath, &served)
			dir := t.TempDir()
			path := filepath.Join(dir, "result")
			if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
				t.Fatal(err)
			}
			var done, total int64
			got, err := f.client(t).Download(t.Context(), "J-1", path, func(d, n int64) { done, total = d, n })
			if asked := strings.Join(served.asked, ";"); asked != c.asked {
				t.Errorf("asked %q, want %q", asked, c.asked)
			}
			want := c.data
			if c.change {
				want = append([]byte("changed"), data[:len(data)/2]...)
			}
			if c.fails {
				want = []byte("old")
				if err == nil {
					t.Error("no error")
				}
			} else if err != nil {
				t.Fatal(err)
			} else if sum := sha256.Sum256(want); got.SHA256 != hex.EncodeToString(sum[:]) || got.Bytes != int64(len(want)) || got.ContentType != "application/zip" ||
				got.FileName != "result.zip" || !got.LengthKnown || done != got.Bytes || total != got.Bytes {
				t.Errorf("%+v; progress %d of %d", got, done, total)
			}
			if have, err := os.ReadFile(path); err != nil || !bytes.Equal(have, want) {
				t.Errorf("%d bytes lie there, want %d: %v", len(have), len(want), err)
			}
			if left, _ := os.ReadDir(dir); len(left) != 1 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func TestDownloadThatIsRefusedOrLies(t *testing.T) {
	f := newFake(t)
	answer := func(w http.ResponseWriter, r *http.Request) {}
	f.handle("GET "+downloadPath, func(w http.ResponseWriter, r *http.Request) { answer(w, r) })
	dir := t.TempDir()
	fetch := func(ctx context.Context) (Downloaded, error) {
		return f.client(t).Download(ctx, "J-1", filepath.Join(dir, "result"), nil)
	}
	var api *APIError
	answer = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusConflict) }
	if _, err := fetch(t.Context()); !errors.As(err, &api) || api.Status != 409 {
		t.Errorf("not complete: %v", err)
	}
	var wrong *AnswerError
	answer = func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, "<title>Sign in</title>")
	}
	if _, err := fetch(t.Context()); !errors.As(err, &wrong) {
		t.Errorf("a web page: %v", err)
	}
	answer = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }
	if _, err := fetch(t.Context()); !errors.As(err, &wrong) {
		t.Errorf("nothing: %v", err)
	}
	answer = func(w http.ResponseWriter, _ *http.Request) { // chunked, broken between two chunks
		_, _ = io.WriteString(w, "half")
		w.(http.Flusher).Flush()
		breakOff(w)
	}
	if _, err := fetch(t.Context()); err == nil {
		t.Error("a chunked answer that broke off was taken for whole")
	}
	answer = func(w http.ResponseWriter, _ *http.Request) { // without a length, to the end of the connection
		conn, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\nperhaps all of it")
			_ = conn.Close()
		}
	}
	if got, err := fetch(t.Context()); err != nil || got.LengthKnown || got.Bytes != 17 {
		t.Errorf("without a length: %+v, %v", got, err)
	}
	_ = os.Remove(filepath.Join(dir, "result"))
	ctx, cancel := context.WithCancel(t.Context())
	answer = func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write(noise(300_000))
		w.(http.Flusher).Flush()
		cancel()
		<-r.Context().Done()
	}
	if _, err := fetch(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// A download that gets on a little each time is taken to its end, however often it breaks.
func TestADownloadInManyPieces(t *testing.T) {
	f := newFake(t)
	served := result{data: noise(400_000), tag: `"a"`, ranges: true}
	for range 30 {
		served.breaks = append(served.breaks, 13_000)
	}
	f.mux.Handle("GET "+downloadPath, &served)
	got, err := f.client(t).Download(t.Context(), "J-1", filepath.Join(t.TempDir(), "result"), nil)
	if sum := sha256.Sum256(served.data); err != nil || got.SHA256 != hex.EncodeToString(sum[:]) {
		t.Errorf("%+v, %v", got, err)
	}
	var slept time.Duration
	for _, d := range f.clock.sleeps {
		slept += d
	}
	if slept == 0 {
		t.Error("it came back without a pause")
	}
}
