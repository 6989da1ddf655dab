//go:build window

package windowtest

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"enrollbench/core/practice"
	"enrollbench/windowtest/desktop"
)

// The way of a plant whose network stands in between: the portal's command is pasted, the proxy refuses, a filter answers with a page of
// its own, and the batch is sent once, watched and fetched.
func TestThroughAProxyAndABlockPage(t *testing.T) {
	var starts atomic.Int32
	service, err := practice.Open(t.Context(), practice.Options{Folder: filepath.Join(t.TempDir(), "service"), Log: func(line string) {
		if strings.Contains(line, "POST ") && strings.Contains(line, "/batch-enroll/") {
			starts.Add(1)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = service.Close() })
	token, err := service.NewToken()
	if err != nil {
		t.Fatal(err)
	}
	between := newProxy(t)
	roots := put(t, filepath.Join(t.TempDir(), "roots.pem"), append(bytes.Clone(service.CertificatePEM()), between.root...))

	s := open(t)
	s.paste(service.URL(), string(token), roots)
	s.focus("Entry Default: the system's proxy. Or http://proxy:3128, or none")
	s.typed(between.url)

	between.does(refuses)
	s.key("Return")
	s.expect("the proxy that refuses, by its address", func(s desktop.State) bool {
		return !s.Busy && strings.Contains(s.Verdict, "proxy") && strings.Contains(s.Verdict, strings.TrimPrefix(between.url, "http://"))
	})
	between.does(blocks)
	s.press("Test connection")
	s.expect("the page of a filter, which says nothing about the key", func(s desktop.State) bool {
		return !s.Busy && strings.Contains(s.Verdict, "web page") && !strings.Contains(s.Verdict, "key is wrong")
	})
	between.does(passes)
	s.press("Test connection")
	s.expect("that it works", func(s desktop.State) bool { return !s.Busy && s.Verdict == "The connection works" })

	s.key("ctrl+1")
	s.dropped(goodRequests(t, t.TempDir(), 2))
	s.ready("2 ready")
	s.pageWithProfile("Start 2 certificates")
	between.does(blocksAnswers) // the service gets the order, and the answer is the filter's page
	s.key("ctrl+s")
	s.expect("a batch that may exist", func(s desktop.State) bool {
		return s.Tab == "Jobs" && !s.Busy && s.Rows == 1 && strings.HasSuffix(s.Current, ": may exist")
	})
	between.does(passes)
	if s.dialogOpen() {
		s.key("Escape")
	}
	s.key("ctrl+s")
	s.expect("the job, found in the list", func(s desktop.State) bool {
		return !s.Busy && s.Dialog == "" && s.Action == "Fetch and open"
	})
	between.does(blocks)
	s.key("ctrl+s")
	s.expect("the page instead of the result", func(s desktop.State) bool { return !s.Busy && s.Dialog != "" })
	s.key("Escape")
	between.does(passes)
	s.expect("the batch as it was", func(s desktop.State) bool { return s.Dialog == "" && s.Action == "Fetch and open" })
	s.key("ctrl+s")
	s.expect("the result, of an authority for practice, which is no good through a connection that is none", func(s desktop.State) bool {
		return s.Tab == "Open results" && !s.Busy && s.Verdict == "error: PRACTICE certificates outside of practice"
	})
	if n := starts.Load(); n != 1 {
		t.Errorf("the service got %d orders, want 1", n)
	}
}

// paste fills the form of a connection from a portal's command, and leaves the focus on the path of its roots.
func (s *shown) paste(url, token, roots string) {
	s.Helper()
	s.key("ctrl+7")
	s.expect("the connections", func(s desktop.State) bool { return s.Tab == "Settings" && !s.Busy })
	s.press("Paste the portal's cURL…")
	s.dialog("Paste the portal's cURL command")
	s.typed(fmt.Sprintf("curl -X POST -H 'x-api-key: %s' -F certificate_format=pem -F include_full_chain_with_each_certificate=true -F data=@upload.zip %s/iot/api/v1/batch-enroll/%s",
		token, url, "IOT_01a4bd88-0987-8f22-8b08-3bb53973af10"))
	s.key("ctrl+Return")
	s.dialog("What the command changes")
	s.key("Return")
	s.expect("the form", func(s desktop.State) bool { return s.Dialog == "" && s.Action == "Save and test" && s.Enabled })
	s.focus("Entry Path of a PEM file, if the host has its own certificate authority")
	s.typed(roots)
}

// pageWithProfile opens the page of a start and chooses the first profile of a connection that costs money.
func (s *shown) pageWithProfile(action string) {
	s.Helper()
	s.key("ctrl+j")
	s.expect("the page without a profile", func(s desktop.State) bool { return s.Tab == "Start batch job" && !s.Busy && !s.Enabled })
	s.focus("Select") // the profile: nothing is chosen
	s.key("Down")
	s.expect("the list of profiles", func(s desktop.State) bool { return s.Focus == "PopUpMenu" })
	s.key("Down")
	s.key("Return")
	s.expect("the page that says what is started", func(s desktop.State) bool {
		return s.Tab == "Start batch job" && !s.Busy && s.Enabled && s.Action == action
	})
}

func (s *shown) dialogOpen() bool {
	state, err := s.State()
	if err != nil {
		s.Fatal(err)
	}
	return state.Dialog != ""
}

// What a proxy does with a connection.
type manner int

const (
	passes        manner = iota
	refuses              // 403 to CONNECT
	blocks               // a page for every request, under a certificate of the company
	blocksAnswers        // the same, but the service gets the request first
)

// page is what a filter answers.
const page = "<!DOCTYPE html><html><head><title>Blocked</title></head><body><h1>Access denied by web filter</h1></body></html>"

// proxy stands between the window and the service, as a company's does.
type proxy struct {
	url  string
	root []byte // PEM: of the authority that the company has on its computers

	t           *testing.T
	certificate tls.Certificate
	mu          sync.Mutex
	manner      manner
}

func newProxy(t *testing.T) *proxy {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Plant proxy"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{t: t, url: "http://" + l.Addr().String(), root: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		certificate: tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}}
	server := &http.Server{Handler: http.HandlerFunc(p.connect), ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	return p
}

func (p *proxy) does(m manner) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.manner = m
}

func (p *proxy) now() manner {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.manner
}

// begun is a connection of which the server has read the first bytes.
type begun struct {
	net.Conn
	early io.Reader
}

func (b begun) Read(p []byte) (int, error) { return b.early.Read(p) }

// connect ends the connection to the client as the company's proxies do, which look into what passes; each request is its own.
func (p *proxy) connect(w http.ResponseWriter, r *http.Request) {
	if p.now() == refuses {
		http.Error(w, page, http.StatusForbidden)
		return
	}
	w.WriteHeader(http.StatusOK)
	raw, early, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	client := tls.Server(begun{raw, early}, &tls.Config{Certificates: []tls.Certificate{p.certificate}, MinVersion: tls.VersionTLS12})
	defer client.Close()
	in := bufio.NewReader(client)
	for {
		q, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		m := p.now()
		answer := &http.Response{StatusCode: http.StatusForbidden, ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{"Content-Type": {"text/html"}},
			Body: io.NopCloser(strings.NewReader(page)), ContentLength: int64(len(page))}
		if m == passes || m == blocksAnswers {
			q.URL.Scheme, q.URL.Host, q.RequestURI = "https", r.Host, ""
			got, err := p.forward(q)
			if err != nil {
				return
			}
			if m == passes || q.Method == http.MethodGet && strings.Contains(q.URL.Path, "enrollment-profile") {
				answer = got
			} else {
				_ = got.Body.Close()
			}
		}
		_, _ = io.Copy(io.Discard, q.Body)
		if err := answer.Write(client); err != nil {
			return
		}
	}
}

func (p *proxy) forward(q *http.Request) (*http.Response, error) {
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true} // #nosec G402 -- a test's own service
	return transport.RoundTrip(q)
}
