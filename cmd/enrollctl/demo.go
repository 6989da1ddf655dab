package main

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"enrollbench/core/finding"
	"enrollbench/core/job"
	"enrollbench/core/ledger"
	"enrollbench/core/osfile"
	"enrollbench/core/practice"
	"enrollbench/core/store"
	"enrollbench/core/trustmanager"
)

var demo = &command{
	name:    "demo",
	summary: "show the whole way on this computer, from requests to opened keys, in seconds",
	detail: "A practice service is started on loopback, and three batches go the whole way: CSRs with keys of devices, a CSV\n" +
		"whose keys the service makes and seals to a certificate, and a MAC range whose keys it seals to an OpenPGP key.\n" +
		"Every result is opened, matched by key, verified to the service's root, and compared with its order. Each step is\n" +
		"printed with its counts; the exit status is 1 if any is off. Nothing outside this computer is contacted.\n" +
		"With -o the files stay in DIR: requests, uploads, sealed results. Secrets never get there: the token and the\n" +
		"private keys that open the results exist in memory only.",
	setup: func(flags *pflag.FlagSet) action {
		out := declareOutput(flags, "keep the files in the folder `DIR`; without it nothing stays")
		var n demoCounts
		n.declare(flags)
		return func(ctx context.Context, s *session, args []string) error {
			if len(args) > 0 {
				return usagef("demo takes no arguments; remove %q", args[0])
			}
			return demonstrate(ctx, s, out, n)
		}
	},
}

// demoCounts are how much goes through each batch.
type demoCounts struct{ requests, rows, addresses count }

func (n *demoCounts) declare(flags *pflag.FlagSet) {
	n.requests, n.rows, n.addresses = 24, 40, 60
	flags.Var(&n.requests, "requests", "make `N` CSRs")
	flags.Var(&n.rows, "rows", "order `N` rows of a CSV")
	flags.Var(&n.addresses, "addresses", "order `N` MAC addresses")
}

// demoLimit is the most of each kind: a demonstration takes seconds.
const demoLimit = 100_000

// demonstration is one run.
type demonstration struct {
	s       *session
	folder  string // what the user may keep
	service *practice.Service
	token   []byte
	account trustmanager.Connection
	client  *trustmanager.Client
	jobs    *job.Jobs
	off     int // counts that were not what they should be
}

func demonstrate(ctx context.Context, s *session, out *output, n demoCounts) (err error) {
	if max(n.requests, n.rows, n.addresses) > demoLimit {
		return usagef("a demonstration takes at most %s of each", finding.Grouped(demoLimit))
	}
	d := &demonstration{s: s, folder: out.path}
	// The state of the service holds the keys of its authorities: it lies in a folder of its own and goes in any case.
	state, err := osfile.MkdirTemp("", "enrollbench-demo-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(state)) }()
	if d.folder == "" {
		d.folder = filepath.Join(state, "files")
	}
	if err := emptyFolder(d.folder, out.force); err != nil {
		return err
	}
	began := time.Now()
	stop, err := d.begin(ctx, state)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	for _, part := range []func(context.Context) error{
		func(ctx context.Context) error { return d.requests(ctx, int(n.requests)) },
		func(ctx context.Context) error { return d.table(ctx, int(n.rows)) },
		func(ctx context.Context) error { return d.addresses(ctx, int(n.addresses)) },
	} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	d.say("")
	if d.off > 0 {
		d.say("%s off: see the lines with OFF", finding.Counted(int64(d.off), "count"))
		return errFindings
	}
	d.say("All three batches went the whole way in %.1f s, every count right.", time.Since(began).Seconds())
	if out.path != "" {
		d.say("%s: the requests, the uploads and the sealed results; the private keys that open them were in memory only", out.path)
	}
	return nil
}

// emptyFolder makes the folder. One with something in it is refused unless force.
func emptyFolder(dir string, force bool) error {
	if err := osfile.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	if len(entries) == 0 {
		return nil
	}
	if !force {
		return fmt.Errorf("%q is not empty (--force replaces what an earlier demo left there)", dir)
	}
	for _, e := range entries {
		if !isDemoFile(e.Name()) {
			return fmt.Errorf("%q holds %q, which no demo made: choose another folder", dir, e.Name())
		}
	}
	for _, e := range entries {
		if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

// Names in the folder of a demo.
const (
	demoRequests  = "requests"
	demoBundle    = "upload.zip"
	demoTable     = "devices.csv"
	demoRecipient = "line4.pem"
	demoPGP       = "line4.asc"
	demoRoot      = "practice-root.pem"
	demoJobs      = "jobs"
	demoDatabase  = "jobs.db"
	demoLedger    = "ledger.db"
)

func isDemoFile(name string) bool {
	for _, own := range []string{demoRequests, demoBundle, demoTable, demoRecipient, demoPGP, demoRoot, demoJobs, demoDatabase, demoLedger} {
		if name == own || (own == demoDatabase || own == demoLedger) && strings.HasPrefix(name, own+"-") {
			return true
		}
	}
	return name == "upload.manifest.csv" || demoPart.MatchString(name)
}

// begin starts the service and opens the jobs.
func (d *demonstration) begin(ctx context.Context, state string) (stop func() error, err error) {
	var closers []func() error
	stop = func() error {
		clear(d.token)
		var errs []error
		for i := len(closers) - 1; i >= 0; i-- {
			errs = append(errs, closers[i]())
		}
		return errors.Join(errs...)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, stop())
		}
	}()
	if d.service, err = practice.Open(ctx, practice.Options{Folder: filepath.Join(state, "service")}); err != nil {
		return stop, err
	}
	closers = append(closers, d.service.Close)
	if d.token, err = d.service.Token(); err != nil {
		return stop, err
	}
	d.account = trustmanager.NewConnection("Practice", trustmanager.Practice, d.service.URL())
	var anchors []*x509.Certificate
	for rest := d.service.CertificatePEM(); ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return stop, err
		}
		anchors = append(anchors, c)
	}
	if d.client, err = trustmanager.NewClient(d.account, inMemory{d.account.Account(trustmanager.SecretAPIKey): d.token}, trustmanager.Options{Anchors: anchors}); err != nil {
		return stop, err
	}
	closers = append(closers, d.client.Close)
	db, err := store.Open(ctx, filepath.Join(d.folder, demoDatabase))
	if err != nil {
		return stop, err
	}
	closers = append(closers, db.Close)
	books, err := ledger.Open(ctx, ledger.Config{Path: filepath.Join(d.folder, demoLedger), Practice: true})
	if err != nil {
		return stop, err
	}
	closers = append(closers, books.Close)
	d.jobs, err = job.Open(db, job.Options{Folder: filepath.Join(d.folder, demoJobs),
		Ledger:  func(context.Context, bool) (*ledger.Ledger, error) { return books, nil },
		Connect: func(context.Context, string) (job.Service, error) { return open{d.client}, nil }})
	if err != nil {
		return stop, err
	}
	closers = append(closers, d.jobs.Close)

	d.say("The whole way on this computer; nothing outside it is contacted.")
	d.say("")
	me, err := d.client.Me(ctx)
	if err != nil {
		return stop, err
	}
	d.step("service", "%s, certificates by %q", d.service.URL(), d.service.Anchors()[0].Subject.CommonName)
	d.step("token", "in memory only; it belongs to %s", me.Email)
	return stop, nil
}

// open is the demo's one client, which no step closes.
type open struct{ job.Service }

// inMemory are secrets that lie nowhere else.
type inMemory map[string][]byte

// Get returns a copy: the client wipes what it got.
func (m inMemory) Get(_ context.Context, account string) ([]byte, error) {
	secret, ok := m[account]
	if !ok {
		return nil, errors.New("the demonstration has no such secret")
	}
	return append([]byte(nil), secret...), nil
}

func (d *demonstration) say(format string, args ...any) {
	fmt.Fprintln(d.s.stdout, printable(fmt.Sprintf(format, args...)))
}

// step prints one step of a batch.
func (d *demonstration) step(name, format string, args ...any) {
	d.say("   %-11s %s", name, fmt.Sprintf(format, args...))
}

// counted checks one count and prints it. A wrong one makes the whole demonstration fail, and the rest is still shown.
func (d *demonstration) count(name string, got, want int, format string, args ...any) {
	if got != want {
		d.off++
		d.say("   %-11s OFF: %s, and %s was expected: %s", name, finding.Grouped(int64(got)), finding.Grouped(int64(want)), fmt.Sprintf(format, args...))
		return
	}
	d.step(name, format, args...)
}
