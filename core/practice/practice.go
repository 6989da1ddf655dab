// Package practice is a certificate service on loopback that keeps the batch-enrollment contract of DigiCert IoT Trust
// Manager: real keys, a real certification authority, real encryption, and faults on request. With it a new user learns the
// whole way without an account, and a line is rehearsed before it costs money.
//
// Which to call:
//
//   - Open starts it, Close ends it; URL, Token, CertificatePEM and Anchors are what a client needs;
//   - SetFaults with what ParseFault read makes it misbehave, at any time.
//
// # What is promised
//
// Whatever it issues has the word PRACTICE in its issuer's name, so that it is known for what it is wherever it turns up.
//
// Private keys that it makes for devices leave it only sealed to the recipient that the request named, and lie on the disk
// only so. The state folder keeps the token as a hash, and the keys of its own authorities in files that only the owner can
// read.
//
// A job that was accepted survives the end of the program, however sudden: one that was under way is issued again from the
// start. A result that can be downloaded is whole.
//
// It listens on loopback addresses only, with TLS by an authority of its own that may vouch for loopback names and nothing
// else.
package practice

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"time"

	"enrollbench/core/osfile"
	"enrollbench/core/transcript"
	"enrollbench/core/upload"
)

// Limits of the service that it stands for (DigiCert, "Prepare enrollment data").
const (
	MaxUploadBytes = upload.MaxBytes // of the file that starts a job
	MaxMACs        = 500_000         // certificates of one job by MAC addresses
	MaxRSAKeys     = 2_000           // RSA keys made in one job, unless AllowRSAOver2000: each takes up to half a second
)

// KeepFinished is how long jobs that have ended are kept, with their results: Open removes older ones.
const KeepFinished = 30 * 24 * time.Hour

// Options say how the service runs.
type Options struct {
	Folder   string // of its state, made if it is not there; one service at a time
	Listen   string // a loopback address; "" is "127.0.0.1:0", any free port
	Approval bool   // jobs of every profile wait for approval
	Faults   Faults
	// Pace is how many certificates a job issues in a second at most, so that its counters can be watched; 0 is as many as
	// the computer makes.
	Pace int
	// AllowRSAOver2000 lets a job order more than MaxRSAKeys keys.
	AllowRSAOver2000 bool
	// DeviceTrustManager serves the paths, words and lists of Device Trust Manager instead: jobs wait for approval after they were
	// processed, a rejection takes its time, and rows may carry warnings.
	DeviceTrustManager bool
	// JSONMember is the member that holds the certificates of a JSON result, such as "certificates" or "records"; "" for a bare
	// array. The service documents none of the three.
	JSONMember string
	// Replay answers every request with what a transcript recorded, instead of the service itself; nil for none.
	Replay *transcript.Transcript
	Log    func(string) // is told of each request in one line, without secrets; nil for silence

	// due waits until the certificate of a number, from 0, may be issued, where there is a Pace; nil asks the clock.
	due func(ctx context.Context, number int, at time.Time) error
}

// Service is a running practice service. Its methods are safe for concurrent use.
type Service struct {
	options Options
	// uploadLimit is MaxUploadBytes.
	uploadLimit int64
	lock        *os.File
	authority   *authority
	profiles    *catalogue
	token       token
	faults      faultState
	jobs        *jobs
	listener    net.Listener
	server      *http.Server
	url         string
	stop        context.CancelFunc
	serving     sync.WaitGroup
	gate        sync.RWMutex // held for reading by each request: Close waits for all of them
	shut        bool
	closed      sync.Once
	closeErr    error
}

// ErrBusy: another program has the service's folder in use.
var ErrBusy = errors.New("another practice service runs on this folder")

// ErrNotLoopback: the service speaks to this computer only.
var ErrNotLoopback = errors.New("the practice service listens on loopback addresses only, such as 127.0.0.1:0")

// Open starts the service on its folder and goes on with the jobs that were under way. Errors: ErrBusy, ErrNotLoopback,
// those of the file system and of listening.
func Open(ctx context.Context, o Options) (*Service, error) {
	if o.Folder == "" {
		return nil, errors.New("the practice service needs a folder for its state")
	}
	if o.Listen == "" {
		o.Listen = "127.0.0.1:0"
	}
	if err := checkLoopback(o.Listen); err != nil {
		return nil, err
	}
	if err := o.Faults.check(); err != nil {
		return nil, err
	}
	if o.Pace < 0 {
		return nil, fmt.Errorf("a pace of %d certificates a second is none", o.Pace)
	}
	if o.due == nil {
		o.due = until
	}
	s := &Service{options: o, profiles: newCatalogue(), uploadLimit: MaxUploadBytes}
	s.faults.set(o.Faults)
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(err, s.release())
	}
	return s, nil
}

func (s *Service) open(ctx context.Context) error {
	folder := s.options.Folder
	if err := osfile.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	var err error
	if s.lock, err = lockFolder(folder); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	// Before anything is made: a token that is made and never shown would be lost, because only its hash is kept.
	if s.listener, err = net.Listen("tcp", s.options.Listen); err != nil {
		return fmt.Errorf("cannot listen on %s (is another program using it?): %w", s.options.Listen, err)
	}
	if s.authority, err = openAuthority(folder); err != nil {
		return err
	}
	if err := s.token.open(folder); err != nil {
		return err
	}
	if s.jobs, err = openJobs(filepath.Join(folder, "jobs"), time.Now()); err != nil {
		return err
	}
	certificate, err := s.authority.serverCertificate()
	if err != nil {
		return err
	}
	s.url = "https://" + s.listener.Addr().String()
	running, stop := context.WithCancel(context.Background())
	s.stop = stop
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true) // a connection that a fault breaks is then one request's
	s.server = &http.Server{
		Handler:           s.handler(),
		ReadHeaderTimeout: 30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		Protocols:         protocols,
		ErrorLog:          log.New(io.Discard, "", 0), // refused handshakes are the client's to tell
		BaseContext:       func(net.Listener) context.Context { return running },
		TLSConfig:         &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{certificate}},
	}
	s.jobs.begin(running, s.issue)
	s.serving.Go(func() {
		if err := s.server.ServeTLS(s.listener, "", ""); err != nil && !errors.Is(err, http.ErrServerClosed) {
			s.logf("the service ended: %v", err)
		}
	})
	return nil
}

// handler answers requests: the service, or a transcript in its place.
func (s *Service) handler() http.Handler {
	if s.options.Replay == nil {
		return s.router()
	}
	return s.options.Replay.Handler(s.options.Log)
}

func checkLoopback(address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("%q is no address to listen on: %w", address, err)
	}
	if host == "localhost" {
		return nil
	}
	if ip, err := netip.ParseAddr(host); err != nil || !ip.IsLoopback() {
		return fmt.Errorf("%q: %w", address, ErrNotLoopback)
	}
	return nil
}

// URL is the base URL, "https://127.0.0.1:40123".
func (s *Service) URL() string { return s.url }

// CertificatePEM is the authority that the service's own TLS certificate comes from: what a client has to trust for the
// connection, and for nothing else. It may vouch for loopback names only.
func (s *Service) CertificatePEM() []byte { return s.authority.tls.pem() }

// CertificateFile is the file that holds CertificatePEM.
func (s *Service) CertificateFile() string { return s.authority.file(tlsName + ".pem") }

// Anchors are the authorities of the certificates that the service issues: the root, and the issuing CA, without which a
// result that was ordered without its chain cannot be verified.
func (s *Service) Anchors() []*x509.Certificate {
	return []*x509.Certificate{s.authority.root.certificate, s.authority.issuing.certificate}
}

// AnchorFile is the file that holds Anchors, in PEM.
func (s *Service) AnchorFile() string { return s.authority.file(anchorFile) }

// Token returns the API token while it is new: until the service that made it is closed. Later it is known as a hash only,
// and the error is ErrTokenNotKept.
func (s *Service) Token() ([]byte, error) { return s.token.fresh() }

// NewToken makes another token and returns it; the old one is void from now on.
func (s *Service) NewToken() ([]byte, error) { return s.token.renew() }

// SetFaults replaces the faults from now on, requests under way excepted.
func (s *Service) SetFaults(f Faults) error {
	if err := f.check(); err != nil {
		return err
	}
	s.faults.set(f)
	return nil
}

// Faults are the faults that are still to come: those whose times are used up are not among them.
func (s *Service) Faults() Faults { return s.faults.get() }

// Close ends the service: connections are closed, and jobs under way are left as they were accepted, to be issued from the
// start when the service is opened again.
func (s *Service) Close() error {
	s.closed.Do(func() { s.closeErr = s.release() })
	return s.closeErr
}

func (s *Service) release() error {
	var errs []error
	if s.stop != nil {
		s.stop()
	}
	if s.server != nil {
		errs = append(errs, s.server.Close())
	}
	s.serving.Wait()
	if s.listener != nil {
		_ = s.listener.Close() // unless the server did
	}
	s.gate.Lock()
	s.shut = true
	s.gate.Unlock()
	if s.jobs != nil {
		s.jobs.wait()
	}
	s.token.wipe()
	if s.lock != nil {
		errs = append(errs, s.lock.Close())
	}
	return errors.Join(errs...)
}

func (s *Service) logf(format string, args ...any) {
	if s.options.Log != nil {
		s.options.Log(fmt.Sprintf(format, args...))
	}
}
