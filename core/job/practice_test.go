package job

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"enrollbench/core/delivery"
	"enrollbench/core/eui48"
	"enrollbench/core/finding"
	"enrollbench/core/practice"
	"enrollbench/core/recipient"
	"enrollbench/core/store"
	"enrollbench/core/trustmanager"
)

// station is a place from which batches are sent to a practice service: what a process needs for it. It goes to a child
// process as JSON through a pipe.
type station struct {
	Folder     string
	Connection trustmanager.Connection
	CA         []byte // PEM, of the TLS connection
	Root       []byte // PEM, of what is issued
	Token      []byte
	Key        []byte // PKCS#8 PEM that results are sealed to
	Moments    int64  // until the process dies (see mortal); 0: it goes on until every batch is done

	ledgers *ledgers
}

// hasty is a clock whose pauses are a hundredth of what they should be.
type hasty struct{}

func (hasty) Now() time.Time { return time.Now() }
func (hasty) Sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d / 100):
		return nil
	}
}

// Get is the token, for whatever account.
func (s *station) Get(context.Context, string) ([]byte, error) { return bytes.Clone(s.Token), nil }

func (s *station) client() (*trustmanager.Client, error) {
	block, _ := pem.Decode(s.CA)
	ca, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, err
	}
	return trustmanager.NewClient(s.Connection, s, trustmanager.Options{Anchors: []*x509.Certificate{ca}, Clock: hasty{}, Jitter: func() float64 { return 0 }})
}

func (s *station) open() (*store.DB, *Jobs, error) {
	return s.openWith(nil, func(c *trustmanager.Client) Service { return c })
}

func (s *station) openWith(clock Clock, wrap func(*trustmanager.Client) Service) (*store.DB, *Jobs, error) {
	s.ledgers = &ledgers{dir: s.Folder}
	db, err := store.Open(context.Background(), filepath.Join(s.Folder, "enrollbench.db"))
	if err != nil {
		return nil, nil, err
	}
	j, err := Open(db, Options{Folder: filepath.Join(s.Folder, "jobs"), Clock: clock, Ledger: s.ledgers.open, Connect: func(context.Context, string) (Service, error) {
		c, err := s.client()
		if err != nil {
			return nil, err
		}
		return wrap(c), nil
	}})
	return db, j, err
}

// further takes a batch one step on, as a user who is at hand would; false when there is nothing to do any more.
func (s *station) further(ctx context.Context, j *Jobs, id string) (bool, error) {
	r, err := j.Get(ctx, id)
	if err != nil {
		return false, err
	}
	switch r.State {
	case Prepared:
		_, err = j.Start(ctx, id, nil)
	case Started, Running, WaitingForApproval:
		_, err = j.Refresh(ctx, id)
	case Complete:
		_, err = j.Fetch(ctx, id, nil)
	case Fetched:
		err = s.openResult(ctx, j, r)
	case Opened:
		_, err = j.MarkDelivered(ctx, id, "the line")
	default:
		return false, nil
	}
	return true, err
}

func (s *station) openResult(ctx context.Context, j *Jobs, r *Record) error {
	anchors, err := delivery.ParseAnchors(s.Root)
	if err != nil {
		return err
	}
	q := delivery.OpenRequest{Paths: []string{r.ResultPath}, Practice: true, Anchors: anchors}
	if q.Order, err = r.Order(); err != nil {
		return err
	}
	if r.Keys == ByService {
		key, err := recipient.LoadOpener(s.Key, nil, nil)
		if err != nil {
			return err
		}
		defer key.Wipe()
		q.Opener = delivery.WithKey(key)
	}
	d, err := delivery.Open(ctx, q, nil)
	if err == nil {
		defer d.Close()
		if v := d.Verdict(); v.Colour == delivery.Red || d.Delivered() != r.Issued {
			err = fmt.Errorf("%s: %s", v.Colour, v.Sentence)
		}
	}
	if err != nil {
		_, e := j.MarkDamaged(ctx, r.ID, err.Error())
		return errors.Join(err, e)
	}
	_, err = j.MarkOpened(ctx, r.ID, d.Verdict().Sentence)
	return err
}

// workshop is a practice service with a station.
type workshop struct {
	t        *testing.T
	service  *practice.Service
	station  *station
	jobs     *Jobs
	db       *store.DB
	requests []string // CSRs, on one line
	to       *recipient.Recipient
	proof    recipient.Proof
	batches  int
	profiles map[string]Profile
}

func newWorkshop(t *testing.T) *workshop {
	t.Helper()
	dir := t.TempDir()
	w := &workshop{t: t}
	var err error
	if w.service, err = practice.Open(ctx, practice.Options{Folder: filepath.Join(dir, "service")}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.service.Close() })
	s := &station{Folder: dir, Connection: trustmanager.NewConnection("Practice", trustmanager.Practice, w.service.URL()), CA: w.service.CertificatePEM()}
	for _, c := range w.service.Anchors() {
		s.Root = append(s.Root, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...)
	}
	if s.Token, err = w.service.Token(); err != nil {
		t.Fatal(err)
	}
	w.station = s
	w.sealing()
	for range 3 {
		w.requests = append(w.requests, strings.ReplaceAll(string(request(t, "device")), "\n", ""))
	}
	t.Cleanup(func() { s.ledgers.close() }) // an open file keeps its folder on Windows
	if w.db, w.jobs, err = s.open(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.jobs.Close(); w.db.Close() })
	return w
}

// sealing makes the key that results are sealed to.
func (w *workshop) sealing() {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		w.t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Line 4"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().AddDate(1, 0, 0), KeyUsage: x509.KeyUsageKeyEncipherment}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		w.t.Fatal(err)
	}
	if c, err = x509.ParseCertificate(der); err != nil {
		w.t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		w.t.Fatal(err)
	}
	w.station.Key = pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})
	w.to = recipient.FromCertificate(c)
	w.proof = recipient.Proof{Fingerprint: w.to.Fingerprint(), At: time.Now()}
}

// profile finds one of the service's profiles.
func (w *workshop) profile(name string) Profile {
	w.t.Helper()
	if p, ok := w.profiles[name]; ok {
		return p
	}
	c, err := w.station.client()
	if err != nil {
		w.t.Fatal(err)
	}
	defer c.Close()
	all, err := c.Profiles(ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	w.profiles = map[string]Profile{}
	for _, p := range all {
		w.profiles[p.Name] = ProfileOf(p)
	}
	if _, ok := w.profiles[name]; !ok {
		w.t.Fatalf("no profile %q", name)
	}
	return w.profiles[name]
}

// prepare makes the next batch: CSVs with CSRs and MAC ranges take turns.
func (w *workshop) prepare(approval string) *Record {
	w.t.Helper()
	w.batches++
	b := Batch{Connection: ConnectionOf(w.station.Connection), Format: PEM, FullChain: true, Findings: new(finding.Report), Name: fmt.Sprint("batch ", w.batches)}
	if w.batches%3 == 0 {
		b.Method, b.Keys, b.Recipient, b.Proof = MAC, ByService, w.to, w.proof
		b.Profile = w.profile("Practice: keys from the service, P-256" + approval)
		start, _, _ := eui48.Parse("00:1a:c2:00:00:00")
		var err error
		if b.Range, err = eui48.NewRange(start+eui48.Address(w.batches*16), 3, 1); err != nil {
			w.t.Fatal(err)
		}
	} else {
		var text strings.Builder
		text.WriteString("subject.common_name,csr\r\n")
		for i, r := range w.requests {
			fmt.Fprintf(&text, "dev-%d-%d,%s\r\n", w.batches, i, r)
		}
		path := filepath.Join(w.station.Folder, fmt.Sprintf("upload-%d.csv", w.batches))
		if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
			w.t.Fatal(err)
		}
		b.Method, b.Keys, b.Files = CSV, ByDevice, []File{{Path: path, Count: len(w.requests)}}
		b.Profile = w.profile("Practice: keys from the device, any key" + approval)
	}
	all, err := w.jobs.Prepare(ctx, b)
	if err != nil {
		w.t.Fatal(err)
	}
	return all[0]
}

func (w *workshop) fault(specs ...string) {
	w.t.Helper()
	var all practice.Faults
	for _, spec := range specs {
		f, err := practice.ParseFault(spec)
		if err != nil {
			w.t.Fatal(err)
		}
		all = append(all, f)
	}
	if err := w.service.SetFaults(all); err != nil {
		w.t.Fatal(err)
	}
}

// truth are the service's own jobs of a batch.
func (w *workshop) truth(r *Record) []trustmanager.Job {
	w.t.Helper()
	c, err := w.station.client()
	if err != nil {
		w.t.Fatal(err)
	}
	defer c.Close()
	hits, err := c.Find(ctx, r.Profile.ID, r.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	return hits
}

// settle plays the user for what the program cannot know: a batch that the service's list does not show was not started.
func (w *workshop) settle() {
	w.t.Helper()
	if _, err := w.jobs.Resume(ctx); err != nil {
		var unsettled *UnsettledError
		if !errors.As(err, &unsettled) {
			w.t.Fatal(err)
		}
	}
	doubtful, err := w.jobs.List(ctx, Filter{States: []State{Starting, MayExist}})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, r := range doubtful {
		if _, err := w.jobs.DeclareNotStarted(ctx, r.ID); err != nil && !errors.Is(err, ErrFound) {
			w.t.Fatalf("batch %s, %s: %v", r.ID, r.State, err)
		}
	}
}

// check holds every record against the service: each batch is there once, and the record says how it stands.
func (w *workshop) check(r *Record, want State) {
	w.t.Helper()
	r, err := w.jobs.Get(ctx, r.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	hits := w.truth(r)
	if len(hits) != 1 {
		w.t.Errorf("batch %s (%s): the service has %d jobs of it", r.ID, r.State, len(hits))
		return
	}
	if r.State != want || r.RemoteID != hits[0].ID || r.LastError != "" {
		w.t.Errorf("batch %s: %s as job %q (%s), want %s as %q", r.ID, r.State, r.RemoteID, r.LastError, want, hits[0].ID)
	}
	if want == Delivered && (r.Issued+r.Failed != 3 || r.Issued != hits[0].Issued || r.Failed != hits[0].Failed) {
		w.t.Errorf("batch %s: %d issued, %d failed; the service says %d and %d", r.ID, r.Issued, r.Failed, hits[0].Issued, hits[0].Failed)
	}
	if failures, err := w.jobs.Failures(ctx, r.ID); err != nil || want == Delivered && len(failures) != r.Failed {
		w.t.Errorf("batch %s: %d failures are listed of %d, %v", r.ID, len(failures), r.Failed, err)
	}
}

// finish takes a batch to its end without faults.
func (w *workshop) finish(id string) {
	w.t.Helper()
	patience := time.Now().Add(5 * time.Minute)
	for {
		more, err := w.station.further(ctx, w.jobs, id)
		if err != nil {
			w.t.Fatalf("batch %s: %v", id, err)
		}
		if !more {
			return
		}
		if time.Now().After(patience) {
			r, _ := w.jobs.Get(ctx, id)
			w.t.Fatalf("batch %s stays %s", id, r.State)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

func (s *station) text() []byte {
	data, _ := json.Marshal(s)
	return data
}
