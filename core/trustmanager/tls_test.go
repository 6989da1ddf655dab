package trustmanager

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// authority makes certificates for a test.
type authority struct {
	key         *ecdsa.PrivateKey
	certificate *x509.Certificate
	serial      int64
}

func newAuthority(t *testing.T, name string) *authority {
	a := &authority{}
	a.key, a.certificate = a.issue(t, &x509.Certificate{Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign})
	return a
}

func (a *authority) issue(t *testing.T, c *x509.Certificate) (*ecdsa.PrivateKey, *x509.Certificate) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	a.serial++
	c.SerialNumber = big.NewInt(a.serial)
	if c.NotAfter.IsZero() {
		c.NotBefore, c.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	}
	parent, signer := a.certificate, a.key
	if parent == nil {
		parent, signer = c, key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	out, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return key, out
}

func pemOf(certificates ...*x509.Certificate) (out []byte) {
	for _, c := range certificates {
		out = append(out, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...)
	}
	return out
}

func put(t *testing.T, dir, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func keyPEM(t *testing.T, key crypto.PrivateKey) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

func TestClientCertificates(t *testing.T) {
	openssl := need(t, "openssl")
	ca, dir := newAuthority(t, "clients"), t.TempDir()
	key, leaf := ca.issue(t, &x509.Certificate{Subject: pkix.Name{CommonName: "line 4"}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	_, other := ca.issue(t, &x509.Certificate{Subject: pkix.Name{CommonName: "other"}})
	late, lateLeaf := ca.issue(t, &x509.Certificate{Subject: pkix.Name{CommonName: "late"}, NotBefore: time.Now().Add(-2 * time.Hour), NotAfter: time.Now().Add(-time.Hour)})
	plain := keyPEM(t, key)
	latePlain := keyPEM(t, late)
	put(t, dir, "plain.key", plain)
	certificate := put(t, dir, "leaf.pem", pemOf(leaf))
	run := func(args ...string) {
		cmd := exec.Command(openssl, args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "PASS=s3same-passphrase")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("openssl %v: %v: %s", args, err, out)
		}
	}
	run("pkcs8", "-topk8", "-in", "plain.key", "-out", "locked.key", "-passout", "env:PASS", "-v2", "aes-256-cbc", "-iter", "1000")
	run("pkcs12", "-export", "-inkey", "plain.key", "-in", "leaf.pem", "-out", "all.p12", "-passout", "env:PASS", "-iter", "1000")

	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Api-Key") != "" {
			t.Error("a key was sent beside the certificate")
		}
		_, _ = io.WriteString(w, `{"email":"`+r.TLS.PeerCertificates[0].Subject.CommonName+`@example.com"}`)
	}))
	pool := x509.NewCertPool()
	pool.AddCert(ca.certificate)
	server.TLS = &tls.Config{MinVersion: tls.VersionTLS12, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool}
	server.Config.ErrorLog = quiet
	server.StartTLS()
	defer server.Close()
	file := func(name string) string { return filepath.Join(dir, name) }
	client := func(certificate, key, passphrase string) *Client {
		t.Helper()
		c := NewConnection("Line 4", IoTTrustManager, server.URL)
		c.Authentication, c.ClientCertificate, c.ClientKey, c.Proxy = ClientCertificate, certificate, key, ProxyNone
		secrets := vault{}
		if passphrase != "" {
			secrets[c.Account(SecretKeyPassphrase)] = passphrase
		}
		made, err := NewClient(c, secrets, Options{Anchors: []*x509.Certificate{server.Certificate()}})
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
	both := put(t, dir, "both.pem", append(append([]byte{}, plain...), pemOf(other, leaf, ca.certificate)...))
	for _, c := range []struct{ certificate, key, passphrase string }{
		{certificate, file("plain.key"), ""},
		{certificate, file("locked.key"), "s3same-passphrase"},
		{file("all.p12"), "", "s3same-passphrase"},
		{both, "", ""},
	} {
		if user, err := client(c.certificate, c.key, c.passphrase).Me(t.Context()); err != nil || user.Email != "line 4@example.com" {
			t.Errorf("%s, %s: %v, %v", c.certificate, c.key, user, err)
		}
	}
	for want, c := range map[string]struct{ certificate, key, passphrase string }{
		"wrong passphrase":             {certificate, file("locked.key"), "another"},
		"passphrase of the client key": {file("all.p12"), "", ""},
		"does not belong":              {put(t, dir, "other.pem", pemOf(other)), file("plain.key"), ""},
		"no private key in it":         {certificate, certificate, ""},
		"no such file":                 {file("gone"), "", ""},
		"expired on":                   {put(t, dir, "late.pem", append(latePlain, pemOf(lateLeaf)...)), "", ""},
		"no certificate":               {put(t, dir, "text", []byte("hello")), file("plain.key"), ""},
		"there is none in":             {file("plain.key"), "", ""},
	} {
		_, err := client(c.certificate, c.key, c.passphrase).Me(t.Context())
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "s3same") {
			t.Errorf("%v, want %q", err, want)
		}
		request, _ := upload(t, 10)
		_, err = client(c.certificate, c.key, c.passphrase).Start(t.Context(), request, nil)
		var not *NotSentError
		if !errors.As(err, &not) {
			t.Errorf("%s: a start ends with %v", want, err)
		}
	}

	viaTLS := client(both, "", "")
	viaTLS.connection.Proxy = "https://127.0.0.1:1"
	if _, err := viaTLS.Me(t.Context()); !errors.Is(err, errProxyAndCertificate) {
		t.Errorf("a proxy by https: %v", err)
	}

	// A certificate that the server does not take: certain that nothing was accepted, and the test names TLS.
	stranger := newAuthority(t, "strangers")
	skey, sleaf := stranger.issue(t, &x509.Certificate{Subject: pkix.Name{CommonName: "stranger"}})
	splain := keyPEM(t, skey)
	refused := client(put(t, dir, "stranger.pem", append(splain, pemOf(sleaf)...)), "", "")
	request, _ := upload(t, 100)
	var not *NotSentError
	if _, err := refused.Start(t.Context(), request, nil); !errors.As(err, &not) {
		t.Errorf("refused by TLS: %v", err)
	}
	result := refused.Test(t.Context())
	if step := failedStep(result); step.Name != "tls" || !strings.Contains(step.Text, "did not accept the client certificate") {
		t.Errorf("%+v", result.Steps)
	}
}

func failedStep(r TestResult) Step {
	for _, s := range r.Steps {
		if s.Outcome == FailedStep {
			return s
		}
	}
	return Step{}
}

func TestHostOfClientCertificates(t *testing.T) {
	for base, want := range map[string]string{
		"https://one.digicert.com":            "clientauth.one.digicert.com",
		"https://clientauth.one.digicert.com": "clientauth.one.digicert.com",
		"https://one.digicert.com:8443/x/":    "clientauth.one.digicert.com:8443",
		"https://10.1.2.3":                    "10.1.2.3",
	} {
		c := NewConnection("x", IoTTrustManager, base)
		if got, _ := url.Parse(base); c.Host() != got.Host {
			t.Errorf("%s: with a token %q", base, c.Host())
		}
		c.Authentication = ClientCertificate
		if c.Host() != want {
			t.Errorf("%s: %q, want %q", base, c.Host(), want)
		}
	}
}

// The steps of a test, each of them failing in turn.
func TestTheTest(t *testing.T) {
	f := newFake(t)
	me, list := 200, 200
	f.handle("GET "+mePath, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(me)
		if me == 200 {
			_, _ = io.WriteString(w, `{"email":"jo@example.com","status":"ACTIVE"}`)
		}
	})
	f.handle("GET /gateway/iot/api/v1/enrollment-profile", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(list)
		_, _ = io.WriteString(w, `[{"id":"1","enrollment_method":"BATCH"},{"id":"2","enrollment_method":"API"}]`)
	})
	ca := newAuthority(t, "tls")
	serve := func(c *x509.Certificate) string {
		key, leaf := ca.issue(t, c)
		s := httptest.NewUnstartedServer(http.NotFoundHandler())
		s.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{leaf.Raw}, PrivateKey: key}}, MinVersion: tls.VersionTLS12}
		s.Config.ErrorLog = quiet
		s.StartTLS()
		t.Cleanup(s.Close)
		return s.URL
	}
	local := []net.IP{net.IPv4(127, 0, 0, 1)}
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = nobody.Close()
	trusted := func(url string) func(*Connection, *Options) {
		return func(c *Connection, o *Options) { c.BaseURL, o.Anchors = url, []*x509.Certificate{ca.certificate} }
	}
	for name, c := range map[string]struct {
		change   func(*Connection, *Options)
		me, list int
		step     string // that fails; "" for none
		text     string
	}{
		"all well":      {func(*Connection, *Options) {}, 200, 200, "", "2 enrollment profiles, 1 of them for batches"},
		"no such name":  {trusted("https://host.invalid"), 200, 200, "name", "host.invalid cannot be found"},
		"nobody there":  {trusted("https://" + nobody.Addr().String()), 200, 200, "connection", "refused"},
		"not TLS":       {trusted(strings.Replace(plain.URL, "http:", "https:", 1)), 200, 200, "tls", "does not use TLS"},
		"not trusted":   {func(_ *Connection, o *Options) { o.Anchors = nil }, 200, 200, "tls", `issuer of the certificate is not trusted on this computer (a company's proxy may have replaced it; its root can be given as extra CA): "O=Acme Co"`},
		"expired":       {trusted(serve(&x509.Certificate{Subject: pkix.Name{CommonName: "old"}, IPAddresses: local, NotBefore: time.Now().Add(-2 * time.Hour), NotAfter: time.Now().Add(-time.Hour)})), 200, 200, "tls", `expired: "CN=old"`},
		"not yet valid": {trusted(serve(&x509.Certificate{Subject: pkix.Name{CommonName: "new"}, IPAddresses: local, NotBefore: time.Now().Add(time.Hour), NotAfter: time.Now().Add(2 * time.Hour)})), 200, 200, "tls", "clock is wrong"},
		"another's":     {trusted(serve(&x509.Certificate{Subject: pkix.Name{CommonName: "another"}, DNSNames: []string{"another.example"}})), 200, 200, "tls", `is not for 127.0.0.1: "CN=another"`},
		"wrong place":   {trusted(serve(&x509.Certificate{Subject: pkix.Name{CommonName: "x"}, IPAddresses: local})), 200, 200, "token", "check the base URL"},
		"bad token":     {func(*Connection, *Options) {}, 401, 200, "token", "not accepted: API token"},
		"forbidden":     {func(*Connection, *Options) {}, 403, 200, "permission", "may not"},
		"no profiles":   {func(*Connection, *Options) {}, 200, 403, "permission", "enrollment profiles cannot be listed"},
		"out of order":  {func(*Connection, *Options) {}, 500, 200, "token", "500"},
		"proxy is gone": {func(c *Connection, _ *Options) { c.Proxy = "http://" + nobody.Addr().String() }, 200, 200, "connection", "refused"},
		"no key":        {func(c *Connection, _ *Options) { c.Authentication = ClientCertificate; c.ClientCertificate = "gone" }, 200, 200, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			me, list = c.me, c.list
			result := f.client(t, func(_ *Connection, o *Options) { o.Attempts = 1 }, c.change).Test(t.Context())
			if name == "no key" {
				if result.OK() {
					t.Errorf("%+v", result)
				}
				return
			}
			if len(result.Steps) != 6 {
				t.Fatalf("%d steps: %+v", len(result.Steps), result.Steps)
			}
			failed := failedStep(result)
			all := ""
			for i, s := range result.Steps {
				all += s.Text + "\n"
				if want := []string{"name", "connection", "tls", "token", "permission", "who"}[i]; s.Name != want || s.Title == "" {
					t.Errorf("step %d is %q", i, s.Name)
				}
				if (s.Outcome == FailedStep) != (s.Err != nil) {
					t.Errorf("%+v", s)
				}
			}
			if failed.Name != c.step || !strings.Contains(all, c.text) || result.OK() != (c.step == "") {
				t.Errorf("failed at %q, want %q:\n%s", failed.Name, c.step, all)
			}
			if (c.step == "" || c.step == "tls" && name != "not TLS") && result.Certificate == nil {
				t.Error("the server's certificate is not shown")
			}
		})
	}
}

// A proxy that wants a password gets it, from the keychain; the service is reached through it, with its own TLS.
func TestProxy(t *testing.T) {
	f := newFake(t)
	f.answer("GET "+mePath, 200, `{"email":"jo@example.com"}`)
	f.answer("POST "+startPath, 200, `{"id":"J-1"}`)
	var asked []string
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := proxyAuthorization(r)
		asked = append(asked, r.Method+" "+user)
		if r.Header.Get("X-Api-Key") != "" {
			t.Error("the key was shown to the proxy")
		}
		if password != "proxy-"+theKey {
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		}
		there, err := net.Dial("tcp", r.Host)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		w.WriteHeader(http.StatusOK)
		here, buffered, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		go func() { _, _ = io.Copy(there, buffered); _ = there.Close() }()
		_, _ = io.Copy(here, there)
		_ = here.Close()
	}))
	defer proxy.Close()
	address := strings.TrimPrefix(proxy.URL, "http://")
	client := f.client(t, func(c *Connection, _ *Options) { c.Proxy = "http://jo@" + address })
	if _, err := client.Me(t.Context()); err != nil {
		t.Error(err)
	}
	request, _ := upload(t, 1000)
	if _, err := client.Start(t.Context(), request, nil); err != nil {
		t.Error(err)
	}
	if strings.Join(asked, ",") != "CONNECT jo,CONNECT jo" {
		t.Errorf("%q", asked)
	}
	without := f.client(t, func(c *Connection, _ *Options) { c.Proxy = "http://" + address })
	var not *NotSentError
	if _, err := without.Start(t.Context(), request, nil); !errors.As(err, &not) {
		t.Errorf("refused by the proxy: %v", err)
	}
	if f.count("POST "+startPath) != 1 {
		t.Error("sent again")
	}
}

func proxyAuthorization(r *http.Request) (user, password string, ok bool) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", r.Header.Get("Proxy-Authorization"))
	return r.BasicAuth()
}

func TestExtraCA(t *testing.T) {
	f := newFake(t)
	f.answer("GET "+mePath, 200, `{"email":"jo@example.com"}`)
	dir := t.TempDir()
	use := func(path string) func(*Connection, *Options) {
		return func(c *Connection, o *Options) { c.ExtraCA, o.Anchors = path, nil }
	}
	good := put(t, dir, "ca.pem", append([]byte("# a comment\n"), pemOf(f.Certificate())...))
	if _, err := f.client(t, use(good)).Me(t.Context()); err != nil {
		t.Error(err)
	}
	for _, path := range []string{put(t, dir, "no.pem", []byte("hello")), filepath.Join(dir, "gone"), put(t, dir, "big", bytes.Repeat([]byte("x"), maxPEM+1))} {
		c := f.connection()
		c.ExtraCA = path
		if _, err := NewClient(c, vault{}, Options{}); err == nil || !strings.Contains(err.Error(), "the extra CA") {
			t.Errorf("%s: %v", path, err)
		}
	}
}
