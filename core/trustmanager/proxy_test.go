package trustmanager

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// refusingProxy answers every CONNECT with text; "" closes the connection.
func refusingProxy(t *testing.T, text string) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = http.ReadRequest(bufio.NewReader(c))
			_, _ = c.Write([]byte(text))
			_ = c.Close()
		}
	}()
	return l.Addr().String()
}

// A proxy that does not let a request through is named with its address and where it was set, in every command and in each step
// of a test, and a start that it refused was certainly not sent.
func TestAProxyThatRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		says string
	}{
		"407":          {"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Negotiate\r\nProxy-Authenticate: NTLM\r\nContent-Length: 0\r\n\r\n", "requires sign-in with Negotiate, NTLM"},
		"407 basic":    {"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"corp\"\r\nContent-Length: 0\r\n\r\n", "proxy password"},
		"403":          {"HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\nContent-Length: 16\r\n\r\n<h1>Blocked</h1>", "ask IT to allow it"},
		"502":          {"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", "502 Bad Gateway"},
		"closed":       {"", "cannot be used"},
		"no HTTP":      {"hello\r\n\r\n", "cannot be used"},
		"nobody there": {"-", "cannot be used"},
	} {
		t.Run(name, func(t *testing.T) {
			address := "127.0.0.1:9"
			if c.text != "-" {
				address = refusingProxy(t, c.text)
			}
			f := newFake(t)
			client := f.client(t, func(one *Connection, o *Options) {
				one.Proxy, one.BaseURL, o.Attempts = "http://"+address, "https://one.digicert.com", 1
			})
			check := func(err error) {
				t.Helper()
				var proxy *ProxyError
				if !errors.As(err, &proxy) || proxy.Proxy != address || !strings.Contains(err.Error(), address) || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "set in this connection") {
					t.Errorf("%v", err)
				}
			}
			_, err := client.Me(t.Context())
			check(err)
			request, _ := upload(t, 100)
			_, err = client.Start(t.Context(), request, nil)
			var notSent *NotSentError
			if !errors.As(err, &notSent) {
				t.Errorf("a start that the proxy refused: %v", err)
			}
			check(err)
			result := client.Test(t.Context())
			check(result.Err())
			for _, s := range result.Steps {
				if s.Name == "connection" && s.Outcome != FailedStep || s.Name == "name" && !strings.Contains(s.Text, "the proxy at "+address) {
					t.Errorf("%+v", s)
				}
			}
		})
	}
	t.Setenv("HTTPS_PROXY", "http://10.0.0.1:3128")
	f := newFake(t)
	if got := f.client(t, func(c *Connection, _ *Options) { c.Proxy = "" }).proxySource(); got != "set by the environment variable HTTPS_PROXY" {
		t.Error(got)
	}
}

// A web page in place of an answer, whatever its status, is said to be one, and says nothing about the key.
func TestABlockPage(t *testing.T) {
	for _, status := range []int{200, 401, 403, 407, 503} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			f := newFake(t)
			f.handle("/", func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				w.Header().Set("Content-Type", "text/html; charset=utf-8")
				w.WriteHeader(status)
				_, _ = w.Write([]byte("<html><head><title>Access blocked: newly seen site</title></head></html>"))
			})
			client := f.client(t, func(_ *Connection, o *Options) { o.Attempts = 1 })
			result := client.Test(t.Context())
			for _, s := range result.Steps {
				if s.Name == "token" && (s.Outcome != FailedStep || !strings.Contains(s.Text, "a web page") || !strings.Contains(s.Text, "was not checked") || !strings.Contains(s.Text, "newly seen site")) {
					t.Errorf("%+v", s)
				}
				if strings.Contains(s.Text, "accepted") || strings.Contains(s.Text, "known") {
					t.Errorf("it proves something about the key: %+v", s)
				}
			}
			_, err := client.Me(t.Context())
			var api *APIError
			if !errors.As(err, &api) || !api.Page || !strings.Contains(err.Error(), "a web page") {
				t.Errorf("%v", err)
			}
			request, _ := upload(t, 100)
			_, err = client.Start(t.Context(), request, nil)
			var unclear *UnclearError
			if !errors.As(err, &unclear) {
				t.Errorf("a start that a page answered: %v", err)
			}
		})
	}
}

func TestForbiddenNamesAllReasons(t *testing.T) {
	f := newFake(t)
	f.answer("/", 403, `{"error":{"code":"access_denied","message":"no"}}`)
	_, err := f.client(t).Me(t.Context())
	for _, want := range []string{"permission", "addresses", "hours"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not name %s", err, want)
		}
	}
}

// An extra CA is PEM or DER and keeps no memory that is cleared; a private key is refused.
func TestExtraCAInEitherForm(t *testing.T) {
	f := newFake(t)
	f.answer("/", 200, `{"email":"jo@example.com"}`)
	dir := t.TempDir()
	write := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	der := f.Certificate().Raw
	for _, path := range []string{write("a.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), write("a.cer", der)} {
		client := f.client(t, func(c *Connection, o *Options) { c.ExtraCA, o.Anchors = path, nil })
		if _, err := client.Me(t.Context()); err != nil {
			t.Errorf("%s: %v", filepath.Base(path), err)
		}
	}
	key := newAuthority(t, "x").key
	private := pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: ecDER(t, key)})
	if _, err := ReadRoots(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("none: %v", err)
	}
	for name, want := range map[string]string{write("key.pem", private): "private key", write("x.xml", []byte("<a/>")): "no certificate"} {
		if _, err := ReadRoots(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", filepath.Base(name), err)
		}
	}
}

func ecDER(t *testing.T, key *ecdsa.PrivateKey) []byte {
	t.Helper()
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}
