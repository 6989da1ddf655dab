package trustmanager

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const mePath = "/gateway/account/api/v1/user/me"

func TestRetries(t *testing.T) {
	const jo = `{"email":"jo@example.com"}`
	answer := func(status int, retryAfter string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			if retryAfter != "" {
				w.Header().Set("Retry-After", retryAfter)
			}
			w.WriteHeader(status)
		}
	}
	good := func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, jo) }
	broken := func(w http.ResponseWriter, _ *http.Request) { breakOff(w) }
	half := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, jo)
	}
	for name, c := range map[string]struct {
		answers []http.HandlerFunc // the last one is repeated
		hits    int
		sleeps  string
		fails   bool
	}{
		"at once":         {[]http.HandlerFunc{good}, 1, "[]", false},
		"seconds":         {[]http.HandlerFunc{answer(429, "7"), good}, 2, "[7s]", false},
		"a date":          {[]http.HandlerFunc{answer(503, "Fri, 27 Nov 2026 09:01:30 GMT"), good}, 2, "[1m30s]", false},
		"a date gone by":  {[]http.HandlerFunc{answer(503, "Fri, 27 Nov 2020 09:01:30 GMT"), good}, 2, "[500ms]", false},
		"nonsense":        {[]http.HandlerFunc{answer(503, "soon"), good}, 2, "[500ms]", false},
		"longer each":     {[]http.HandlerFunc{answer(502, "")}, 5, "[500ms 1s 2s 4s]", true},
		"too long a wait": {[]http.HandlerFunc{answer(429, "3600")}, 1, "[]", true},
		"absurd":          {[]http.HandlerFunc{answer(429, "99999999999999999")}, 1, "[]", true},
		"broken":          {[]http.HandlerFunc{broken, half, good}, 3, "[500ms 500ms]", false},
		"400":             {[]http.HandlerFunc{answer(400, "")}, 1, "[]", true},
		"401":             {[]http.HandlerFunc{answer(401, "")}, 1, "[]", true},
		"404":             {[]http.HandlerFunc{answer(404, "1")}, 1, "[]", true},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			f.handle("GET "+mePath, func(w http.ResponseWriter, r *http.Request) {
				n := f.count("GET " + mePath)
				c.answers[min(n, len(c.answers))-1](w, r)
			})
			_, err := f.client(t).Me(t.Context())
			if (err != nil) != c.fails {
				t.Error(err)
			}
			if got := fmt.Sprint(f.clock.sleeps); got != c.sleeps || f.count("GET "+mePath) != c.hits {
				t.Errorf("asked %d times, slept %s; want %d, %s", f.count("GET "+mePath), got, c.hits, c.sleeps)
			}
		})
	}
	f := newFake(t)
	f.handle("GET "+mePath, answer(503, ""))
	_, err := f.client(t, func(_ *Connection, o *Options) { o.Jitter = func() float64 { return 0 } }).Me(t.Context())
	if got := fmt.Sprint(f.clock.sleeps); got != "[250ms 500ms 1s 2s]" {
		t.Errorf("without jitter slept %s: %v", got, err)
	}
}

// A wait that the user ends is over at once.
func TestCancellingAWait(t *testing.T) {
	f := newFake(t)
	f.handle("GET "+mePath, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "60")
		w.WriteHeader(503)
	})
	ctx, cancel := context.WithCancel(t.Context())
	client := f.client(t, func(_ *Connection, o *Options) { o.Clock = nil })
	time.AfterFunc(50*time.Millisecond, cancel)
	if _, err := client.Me(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestErrorShapes(t *testing.T) {
	f := newFake(t)
	var kind, body string
	f.handle("GET "+mePath, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(400)
		_, _ = io.WriteString(w, body)
	})
	for _, c := range []struct{ kind, body, code, message string }{
		{"application/json", `{"error":{"code":"invalid_request","message":"no such thing"}}`, "invalid_request", "no such thing"},
		{"application/json", `{"errors":[{"code":"a","message":"one"},{"code":"b","message":"two"}]}`, "a", "one; two"},
		{"application/json", `{"error":"invalid_client","error_description":"who?"}`, "invalid_client", "who?"},
		{"application/json", `{"message":"plain"}`, "", "plain"},
		{"application/json", `{"errors":[{"code":17,"message":"n"}]}`, "17", "n"},
		{"application/json", `{"error":{"code":"x`, "", `{"error":{"code":"x`},
		{"text/html; charset=utf-8", `<html><title> Bad\u001b </title>`, "", `Bad\u001b`},
		{"text/plain", "line\nbreak\x1b[31m red \u202e", "", "line break[31m red "},
		{"text/plain", strings.Repeat("x", 100_000), "", strings.Repeat("x", maxMessage) + "…"},
		{"", "", "", ""},
	} {
		kind, body = c.kind, c.body
		_, err := f.client(t).Me(t.Context())
		var api *APIError
		if !errors.As(err, &api) || api.Code != c.code || api.Message != c.message || api.Status != 400 {
			t.Errorf("%.80s: %.200v", c.body, err)
		}
	}
}

// Whatever a service echoes, and whatever goes wrong, no error, no log line and no step of a test holds the key.
func TestNoErrorHoldsASecret(t *testing.T) {
	f := newFake(t)
	status := 400
	var location string
	f.handle("/", func(w http.ResponseWriter, r *http.Request) {
		key := r.Header.Get("X-Api-Key") + r.Header.Get("X-Passcode")
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Location", location)
		w.Header().Set("Content-Type", "application/json")
		if status == 200 {
			w.Header().Set("Content-Type", "text/html")
		}
		w.WriteHeader(status)
		for _, form := range forms(key) {
			_, _ = fmt.Fprintf(w, `{"error":{"code":"%s","message":"key %s"}} `, form, form)
		}
	})
	var log strings.Builder
	logged := func(_ *Connection, o *Options) { o.Log = func(line string) { log.WriteString(line + "\n") } }
	request, _ := upload(t, 100)
	var said []string
	note := func(err error) {
		for ; err != nil; err = errors.Unwrap(err) {
			said = append(said, fmt.Sprintf("%v %+v %#v", err, err, err))
		}
	}
	for _, s := range []int{200, 302, 308, 401, 409, 503} {
		for _, l := range append(forms(theKey), "https://elsewhere.invalid/?k="+theKey, "http://"+theKey+"@x/", "/loop?"+theKey) {
			status, location = s, l
			for _, auth := range []Authentication{APIToken, Passcode}[len(l)%2:][:1] { // one of the two, in turn
				client := f.client(t, logged, func(c *Connection, o *Options) { c.Authentication, o.Attempts = auth, 1 })
				_, err := client.Me(t.Context())
				note(err)
				_, err = client.Start(t.Context(), request, nil)
				note(err)
				_, err = client.Download(t.Context(), "J", filepath.Join(t.TempDir(), "x"), nil)
				note(err)
				_, err = client.Find(t.Context(), "IOT_1", "2026-11-27-1-abcd")
				note(err)
				note(client.Approve(t.Context(), "J"))
				_, err = client.Template(t.Context(), "P")
				note(err)
				for _, step := range client.Test(t.Context()).Steps {
					said = append(said, step.Text)
					note(step.Err)
				}
			}
		}
	}
	// Its own errors, too: a base URL, a proxy, a file that hold it.
	_, err := NewClient(Connection{BaseURL: "https://u:" + theKey + "@h"}, nil, Options{})
	note(err)
	c := f.connection()
	c.Proxy = "http://jo:" + theKey + "@proxy:1"
	_, err = NewClient(c, nil, Options{})
	note(err)
	proxied := f.client(t, logged, func(c *Connection, _ *Options) { c.Proxy = "http://jo@127.0.0.1:1" })
	_, err = proxied.Me(t.Context())
	note(err)
	said = append(said, log.String())
	if len(said) < 300 || !strings.Contains(strings.Join(said, ""), blotted) {
		t.Fatalf("%d texts, and nothing was blotted", len(said))
	}
	for _, text := range said {
		for _, form := range forms(theKey) {
			if strings.Contains(text, form) {
				t.Fatalf("a secret is told: %s", text)
			}
		}
	}
}

func forms(key string) []string {
	all := []string{key}
	for _, f := range []func(string) string{queryEscape, pathEscape, base64Of} {
		all = append(all, f(key))
	}
	return all
}

func TestRedirects(t *testing.T) {
	f := newFake(t)
	var seen []string
	other := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.URL.Path+" "+r.Header.Get("X-Api-Key")+r.Header.Get("X-Tenant"))
		_, _ = io.WriteString(w, "the result")
	}))
	defer other.Close()
	f.handle("GET "+downloadPath, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/moved", http.StatusFound) })
	f.handle("GET /moved", func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.URL.Path+" "+r.Header.Get("X-Api-Key"))
		http.Redirect(w, r, other.URL+"/storage?signature=1", http.StatusTemporaryRedirect)
	})
	trust := func(c *Connection, o *Options) {
		o.Anchors = append(o.Anchors, other.Certificate())
		c.Contract.Headers.Extra = map[string]string{"X-Tenant": "12"}
	}
	path := filepath.Join(t.TempDir(), "result")
	if _, err := f.client(t, trust).Download(t.Context(), "J-1", path, nil); err != nil {
		t.Fatal(err)
	}
	if data, _ := os.ReadFile(path); string(data) != "the result" || strings.Join(seen, ",") != "/moved "+theKey+",/storage " {
		t.Errorf("%q by way of %q", data, seen)
	}
	var redirect *redirectError
	for _, to := range []string{"http://" + strings.TrimPrefix(other.URL, "https://"), "", "https://u:p@h/", "ftp://x", "/gateway/account/api/v1/user/me"} {
		f.mux = http.NewServeMux()
		f.handle("GET "+mePath, func(w http.ResponseWriter, r *http.Request) { w.Header().Set("Location", to); w.WriteHeader(302) })
		if _, err := f.client(t, trust).Me(t.Context()); !errors.As(err, &redirect) {
			t.Errorf("%q: %v", to, err)
		}
	}
}
