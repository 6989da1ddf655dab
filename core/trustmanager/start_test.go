package trustmanager

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var quiet = log.New(io.Discard, "", 0)

// breakOff ends the connection without another byte.
func breakOff(w http.ResponseWriter) {
	if conn, _, err := w.(http.Hijacker).Hijack(); err == nil {
		_ = conn.Close()
	}
}

// Every way in which a start can end: what the error says, and that it was sent once at the most.
func TestAStartIsNeverSentTwice(t *testing.T) {
	all := func(r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }
	status := func(code int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			all(r)
			w.WriteHeader(code)
			_, _ = io.WriteString(w, body)
		}
	}
	for name, c := range map[string]struct {
		do      http.HandlerFunc
		unclear bool
	}{
		"400": {status(400, `{"error":{"code":"invalid_request","message":"no"}}`), false},
		"401": {status(401, `{"errors":[{"code":"invalid_api_key","message":"no"}]}`), false},
		"403": {status(403, `{"error":{"code":"access_denied","message":"no"}}`), false},
		"404": {status(404, `{"errors":[{"code":"resource_not_found"}]}`), false},
		"413": {status(413, `{"error":{"code":413,"message":"too large"}}`), false},
		"422": {status(422, `{"error":{"code":"invalid_request","message":"no"}}`), false},
		"429": {status(429, `{"error":{"code":"request_limit_exceeded","message":"later"}}`), false},

		// From something on the way, perhaps after the service has accepted.
		"400 of a gateway":          {status(400, `{"message":"Bad Request"}`), true},
		"401 without words":         {status(401, ""), true},
		"403 as a page":             {status(403, "<html><title>Blocked</title></html>"), true},
		"404 with another shape":    {status(404, `{"error":"not_found"}`), true},
		"404 with an empty error":   {status(404, `{"error":{},"errors":[]}`), true},
		"404 without a code":        {status(404, `{"error":{"message":"no"}}`), true},
		"413 as a page":             {status(413, "<html>413 Request Entity Too Large</html>"), true},
		"429 without words":         {status(429, ""), true},
		"408":                       {status(408, `{"error":{"code":"timeout","message":"late"}}`), true},
		"409":                       {status(409, `{"error":{"code":"conflict","message":"twice"}}`), true},
		"421":                       {status(421, `{"error":{"code":"misdirected","message":"no"}}`), true},
		"425":                       {status(425, `{"error":{"code":"early","message":"no"}}`), true},
		"499":                       {status(499, `{"error":{"code":"closed","message":"no"}}`), true},
		"417 after it was all read": {status(417, ""), true},
		"200 as a page":             {status(200, "<html>sign in</html>"), true},
		"500":                       {status(500, ""), true},
		"502":                       {status(502, "<html>"), true},
		"503":                       {status(503, ""), true},
		"303": {func(w http.ResponseWriter, r *http.Request) {
			all(r)
			http.Redirect(w, r, "/elsewhere", http.StatusSeeOther)
		}, true},
		"307": {func(w http.ResponseWriter, r *http.Request) {
			all(r)
			http.Redirect(w, r, startPath, http.StatusTemporaryRedirect)
		}, true},
		"308": {func(w http.ResponseWriter, r *http.Request) {
			all(r)
			http.Redirect(w, r, startPath, http.StatusPermanentRedirect)
		}, true},
		"200 without id":              {status(200, `{"status":"PENDING"}`), true},
		"200 that is no JSON":         {status(200, `{"id":"J`), true},
		"204":                         {status(204, ""), true},
		"broken before the body":      {func(w http.ResponseWriter, r *http.Request) { breakOff(w) }, true},
		"broken within the body":      {func(w http.ResponseWriter, r *http.Request) { _, _ = io.CopyN(io.Discard, r.Body, 70_000); breakOff(w) }, true},
		"broken instead of an answer": {func(w http.ResponseWriter, r *http.Request) { all(r); breakOff(w) }, true},
		"broken within the answer": {func(w http.ResponseWriter, r *http.Request) {
			all(r)
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, `{"id":"J-1"`)
		}, true},
	} {
		for size, expect := range map[int]bool{1000: true, 3_000_000: true, 3_000_001: false} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				f := newFake(t)
				f.handle("POST "+startPath, c.do)
				client := f.client(t, func(c *Connection, _ *Options) { c.Contract.ExpectContinue = expect })
				// A connection that was used and kept is the one that a transport would try again.
				f.answer("GET /gateway/account/api/v1/user/me", 200, `{"email":"jo@example.com"}`)
				if _, err := client.Me(t.Context()); err != nil {
					t.Fatal(err)
				}
				request, _ := upload(t, size)
				_, err := client.Start(t.Context(), request, nil)
				var unclear *UnclearError
				var not *NotSentError
				if errors.As(err, &unclear) != c.unclear || errors.As(err, &not) == c.unclear {
					t.Errorf("size %d: %T %v", size, err, err)
				}
				if c.unclear && err != nil && !strings.Contains(err.Error(), request.BatchID) {
					t.Errorf("the batch id is missing: %v", err)
				}
				if n := f.count("POST " + startPath); n != 1 {
					t.Errorf("size %d: sent %d times", size, n)
				}
				if n := f.count("GET /elsewhere"); n != 0 {
					t.Error("a redirect was followed")
				}
			})
		}
	}
}

// A start never goes over a connection that was used before: the other end may have closed it, and a transport would send again what
// it takes for not sent.
func TestAStartHasAConnectionOfItsOwn(t *testing.T) {
	f := newFake(t)
	var mu sync.Mutex
	from := map[string][]string{}
	note := func(body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			mu.Lock()
			from[r.Method] = append(from[r.Method], r.RemoteAddr)
			mu.Unlock()
			_, _ = io.WriteString(w, body)
		}
	}
	f.handle("GET /gateway/account/api/v1/user/me", note(`{"email":"jo@example.com"}`))
	f.handle("POST "+startPath, note(`{"id":"J-1"}`))
	client := f.client(t)
	request, _ := upload(t, 100)
	for range 3 {
		if _, err := client.Me(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := client.Start(t.Context(), request, nil); err != nil {
			t.Fatal(err)
		}
	}
	used := slices.Concat(from["GET"][:1], from["POST"])
	slices.Sort(used)
	if from["GET"][0] != from["GET"][2] || len(slices.Compact(used)) != 4 {
		t.Errorf("questions came from %v, starts from %v", from["GET"], from["POST"])
	}
}

func TestAStartThatCannotLeave(t *testing.T) {
	f := newFake(t)
	request, _ := upload(t, 100)
	notSent := func(name string, client *Client, ctx context.Context, r StartRequest) {
		t.Helper()
		_, err := client.Start(ctx, r, nil)
		var not *NotSentError
		if !errors.As(err, &not) {
			t.Errorf("%s: %v", name, err)
		}
		if f.count("POST "+startPath) != 0 {
			t.Errorf("%s: it was sent", name)
		}
	}
	closed := httptest.NewTLSServer(http.NotFoundHandler())
	closed.Close()
	notSent("nobody there", f.client(t, func(c *Connection, _ *Options) { c.BaseURL = closed.URL }), t.Context(), request)
	notSent("no such name", f.client(t, func(c *Connection, _ *Options) { c.BaseURL = "https://host.invalid" }), t.Context(), request)
	notSent("not trusted", f.client(t, func(_ *Connection, o *Options) { o.Anchors = nil }), t.Context(), request)
	keyless, err := NewClient(f.connection(), vault{}, Options{Clock: f.clock})
	if err != nil {
		t.Fatal(err)
	}
	notSent("no key", keyless, t.Context(), request)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	notSent("cancelled before", f.client(t), ended, request)
	for name, change := range map[string]func(*StartRequest){
		"no file":           func(r *StartRequest) { r.File += ".gone" },
		"a folder":          func(r *StartRequest) { r.File = filepath.Dir(r.File) },
		"name without id":   func(r *StartRequest) { r.FileName = "batch.zip" },
		"name with a path":  func(r *StartRequest) { r.FileName = "../" + r.FileName },
		"format":            func(r *StartRequest) { r.Format = "txt" },
		"profile":           func(r *StartRequest) { r.ProfileID = "" },
		"profile of dots":   func(r *StartRequest) { r.ProfileID = ".." },
		"short id":          func(r *StartRequest) { r.BatchID = "1" },
		"method":            func(r *StartRequest) { r.Method = "XML" },
		"MAC without range": func(r *StartRequest) { r.Method = MAC },
		"too many":          func(r *StartRequest) { r.Method, r.MAC = MAC, MACRange{"00:00:00:00:00:00", 500_001, 1} },
	} {
		r := request
		change(&r)
		notSent(name, f.client(t), t.Context(), r)
	}
	empty := request
	empty.File = filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty.File, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	notSent("empty", f.client(t), t.Context(), empty)
	notSent("over the limit", f.client(t, func(c *Connection, _ *Options) { c.Contract.Limits.UploadBytes = 99 }), t.Context(), request)

	// A server that speaks nothing newer than TLS 1.1.
	old := httptest.NewUnstartedServer(http.NotFoundHandler())
	old.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11} // #nosec G402 -- what must be refused
	old.Config.ErrorLog = quiet
	old.StartTLS()
	defer old.Close()
	client := f.client(t, func(c *Connection, _ *Options) { c.BaseURL = old.URL })
	notSent("TLS 1.1", client, t.Context(), request)
	result := client.Test(t.Context())
	if result.OK() || result.Steps[2].Name != "tls" || result.Steps[2].Outcome != FailedStep {
		t.Errorf("TLS 1.1 passed: %+v", result)
	}
}

func TestStalls(t *testing.T) {
	short := func(_ *Connection, o *Options) {
		o.Timeouts = Timeouts{Stall: 150 * time.Millisecond, Answer: 300 * time.Millisecond}
		o.Attempts = 1
	}
	f := newFake(t)
	release := make(chan struct{})
	t.Cleanup(func() { close(release) })
	t.Run("the service takes nothing", func(t *testing.T) {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer listener.Close()
		go func() { // TLS is made, and then nothing is read
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			secured := tls.Server(conn, f.TLS)
			_ = secured.Handshake()
			<-release
			_ = secured.Close()
		}()
		request, _ := upload(t, 30_000_000)
		client := f.client(t, short, func(c *Connection, _ *Options) {
			c.BaseURL = "https://" + listener.Addr().String()
			c.Contract.ExpectContinue = false
		})
		_, err = client.Start(t.Context(), request, nil)
		var unclear *UnclearError
		var stall *StallError
		if !errors.As(err, &unclear) || !errors.As(err, &stall) {
			t.Errorf("%v", err)
		}
	})
	t.Run("no answer comes", func(t *testing.T) {
		f.handle("POST "+startPath, func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			select {
			case <-release:
			case <-r.Context().Done():
			}
		})
		request, _ := upload(t, 1000)
		_, err := f.client(t, short).Start(t.Context(), request, nil)
		var stall *StallError
		if !errors.As(err, &stall) || stall.Waiting != "the answer" {
			t.Errorf("%v", err)
		}
	})
	t.Run("slow is no stall", func(t *testing.T) {
		f.handle("POST /gateway/iot/api/v1/batch-enroll/IOT_2", func(w http.ResponseWriter, r *http.Request) {
			buffer := make([]byte, 200_000)
			for {
				_, err := io.ReadFull(r.Body, buffer)
				if err != nil {
					break
				}
				time.Sleep(20 * time.Millisecond)
			}
			_, _ = io.WriteString(w, `{"id":"J-2"}`)
		})
		request, _ := upload(t, 10_000_000)
		request.ProfileID = "IOT_2"
		patient := func(_ *Connection, o *Options) {
			o.Timeouts = Timeouts{Stall: 700 * time.Millisecond, Answer: 3 * time.Second}
		}
		if _, err := f.client(t, patient).Start(t.Context(), request, nil); err != nil {
			t.Error(err)
		}
	})
	t.Run("a download stops", func(t *testing.T) {
		f.handle("GET /gateway/iot/api/v1/batch-enroll/J-1/download-certificates", func(w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write(bytes.Repeat([]byte("x"), 100_000))
			w.(http.Flusher).Flush()
			select {
			case <-release:
			case <-r.Context().Done():
			}
		})
		dir := t.TempDir()
		_, err := f.client(t, short).Download(t.Context(), "J-1", filepath.Join(dir, "result"), nil)
		var stall *StallError
		if !errors.As(err, &stall) || stall.Waiting != "data" {
			t.Errorf("%v", err)
		}
		if left, _ := os.ReadDir(dir); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	})
}

func TestCancellingAnUpload(t *testing.T) {
	f := newFake(t)
	f.handle("POST "+startPath, func(w http.ResponseWriter, r *http.Request) {
		buffer := make([]byte, 64<<10)
		for {
			if _, err := r.Body.Read(buffer); err != nil {
				return
			}
			time.Sleep(time.Millisecond)
		}
	})
	request, _ := upload(t, 20_000_000)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	_, err := f.client(t).Start(ctx, request, func(done, _ int64) {
		if done > 2_000_000 {
			cancel()
		}
	})
	var unclear *UnclearError
	if !errors.As(err, &unclear) || !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// A service that says no before the upload is not sent the upload.
func TestARefusalCostsNoUpload(t *testing.T) {
	f := newFake(t)
	f.handle("POST "+startPath, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) })
	request, _ := upload(t, 20_000_000)
	var sent atomic.Int64
	_, err := f.client(t).Start(t.Context(), request, func(done, _ int64) { sent.Store(done) })
	var not *NotSentError
	var api *APIError
	if !errors.As(err, &not) || !errors.As(err, &api) || api.Status != 401 || sent.Load() != 0 {
		t.Errorf("%v after %d bytes", err, sent.Load())
	}
	// Without asking first it may end either way, and is sent once all the same.
	blunt := f.client(t, func(c *Connection, _ *Options) { c.Contract.ExpectContinue = false })
	var unclear *UnclearError
	if _, err := blunt.Start(t.Context(), request, nil); !errors.As(err, &not) && !errors.As(err, &unclear) {
		t.Errorf("%v", err)
	}
	if n := f.count("POST " + startPath); n != 2 {
		t.Errorf("sent %d times", n)
	}
}
