package job

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"enrollbench/core/atomicfile"
	"enrollbench/core/finding"
	"enrollbench/core/ledger"
	"enrollbench/core/progress"
	"enrollbench/core/store"
	"enrollbench/core/trustmanager"
)

// fake is a service in memory that keeps the contract of Service, with hooks for what can go wrong. It counts every upload
// that it took.
type fake struct {
	mu       sync.Mutex
	jobs     []*trustmanager.Job
	starts   map[string]int // accepted, by batch id
	approval bool
	noList   bool
	bad      func(name string) string // the reason why an enrollment fails, "" for a good one
	steps    int                      // status requests until a job is complete
	asked    map[string]int
	result   []byte

	onStart    func(n int) error // before the start is looked at
	afterStart func(n int) error // after it was accepted: the answer gets lost
	onStatus   func() error
	onFind     func() error
	onDownload func(path string) error
	n          int
	findings   int
}

func newFake() *fake {
	return &fake{starts: map[string]int{}, asked: map[string]int{}, result: zipOf("a.pem", "certificate")}
}

func zipOf(name, content string) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, _ := z.Create(name)
	_, _ = w.Write([]byte(content))
	_ = z.Close()
	return b.Bytes()
}

func (f *fake) Start(ctx context.Context, r trustmanager.StartRequest, report progress.Func) (trustmanager.Job, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.n++
	if f.onStart != nil {
		if err := f.onStart(f.n); err != nil {
			return trustmanager.Job{}, err
		}
	}
	if ctx.Err() != nil {
		return trustmanager.Job{}, &trustmanager.NotSentError{Err: ctx.Err()}
	}
	j := &trustmanager.Job{ID: fmt.Sprintf("JOB-%d", len(f.jobs)+1), Status: "PENDING", State: trustmanager.StatePending, FileName: r.FileName}
	if r.File == "" {
		for i := range r.MAC.Count {
			f.count(j, i+2, fmt.Sprintf("row %d", i))
		}
	} else {
		data, err := os.ReadFile(r.File)
		if err != nil {
			return trustmanager.Job{}, &trustmanager.NotSentError{Err: err}
		}
		report.Report(int64(len(data)), int64(len(data)))
		rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
		if err != nil {
			return trustmanager.Job{}, &trustmanager.APIError{Status: 400, Code: "invalid_request", Message: err.Error()}
		}
		for i, row := range rows[1:] {
			f.count(j, i+2, row[0])
		}
	}
	if f.approval {
		j.Status, j.State = "PENDING_APPROVAL", trustmanager.StateWaitingForApproval
	}
	f.jobs = append(f.jobs, j)
	f.starts[r.BatchID]++
	if f.afterStart != nil {
		if err := f.afterStart(f.n); err != nil {
			return trustmanager.Job{}, err
		}
	}
	return trustmanager.Job{ID: j.ID, Status: j.Status, State: j.State}, nil
}

func (f *fake) count(j *trustmanager.Job, row int, name string) {
	j.Total++
	if f.bad != nil {
		if reason := f.bad(name); reason != "" {
			j.Failed++
			j.Failures = append(j.Failures, RowFailure{Row: row, Name: name, Reason: reason})
		}
	}
}

func (f *fake) Find(_ context.Context, _, batchID string) ([]trustmanager.Job, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.findings++
	if f.noList {
		return nil, ErrNoList
	}
	if f.onFind != nil {
		if err := f.onFind(); err != nil {
			return nil, err
		}
	}
	var hits []trustmanager.Job
	for _, j := range f.jobs {
		if strings.Contains(j.FileName, batchID) {
			hits = append(hits, trustmanager.Job{ID: j.ID, Status: j.Status, State: j.State, FileName: j.FileName, Total: j.Total})
		}
	}
	return hits, nil
}

func (f *fake) job(id string) (*trustmanager.Job, error) {
	for _, j := range f.jobs {
		if j.ID == id {
			return j, nil
		}
	}
	return nil, &trustmanager.APIError{Status: 404, Code: "resource_not_found", Message: "no such job"}
}

func (f *fake) Status(_ context.Context, id string) (trustmanager.Job, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.onStatus != nil {
		if err := f.onStatus(); err != nil {
			return trustmanager.Job{}, err
		}
	}
	j, err := f.job(id)
	if err != nil {
		return trustmanager.Job{}, err
	}
	if j.State == trustmanager.StatePending || j.State == trustmanager.StateRunning {
		f.asked[id]++
		j.State, j.Status = trustmanager.StateRunning, "IN_PROGRESS"
		if f.asked[id] > f.steps {
			j.State, j.Status, j.Issued = trustmanager.StateComplete, "COMPLETE", j.Total-j.Failed
		}
	}
	out := *j
	if j.State != trustmanager.StateComplete {
		out.Failures, out.Failed = nil, 0
	}
	return out, nil
}

func (f *fake) Approve(_ context.Context, id string) error {
	return f.decide(id, "APPROVED", trustmanager.StatePending)
}
func (f *fake) Reject(_ context.Context, id string) error {
	return f.decide(id, "REJECTED", trustmanager.StateRejected)
}

func (f *fake) decide(id, status string, s trustmanager.State) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	j, err := f.job(id)
	if err != nil {
		return err
	}
	if j.State != trustmanager.StateWaitingForApproval {
		return &trustmanager.APIError{Status: 409, Code: "conflict", Message: "not waiting"}
	}
	j.Status, j.State = status, s
	return nil
}

func (f *fake) Download(_ context.Context, id, path string, report progress.Func) (trustmanager.Downloaded, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	j, err := f.job(id)
	if err == nil && j.State != trustmanager.StateComplete {
		err = &trustmanager.APIError{Status: 409, Code: "conflict", Message: "not complete"}
	}
	if err == nil && f.onDownload != nil {
		err = f.onDownload(path)
	}
	if err != nil {
		return trustmanager.Downloaded{}, err
	}
	report.Report(int64(len(f.result)), int64(len(f.result)))
	return trustmanager.Downloaded{ContentType: "application/zip", Bytes: int64(len(f.result)), SHA256: strings.Repeat("0", 64)}, atomicfile.WriteFile(path, f.result, atomicfile.Options{Mode: 0o600, Replace: true})
}

// virtual is a clock that a test moves.
type virtual struct {
	mu    sync.Mutex
	at    time.Time
	waits []wait
	slept []time.Duration
}

type wait struct {
	until time.Time
	c     chan time.Time
}

func newVirtual() *virtual {
	return &virtual{at: time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)}
}

func (v *virtual) Now() time.Time { v.mu.Lock(); defer v.mu.Unlock(); return v.at }

func (v *virtual) After(d time.Duration) <-chan time.Time {
	v.mu.Lock()
	defer v.mu.Unlock()
	c := make(chan time.Time, 1)
	v.slept = append(v.slept, d)
	v.waits = append(v.waits, wait{v.at.Add(d), c})
	return c
}

func (v *virtual) advance(d time.Duration) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.at = v.at.Add(d)
	var later []wait
	for _, w := range v.waits {
		if w.until.After(v.at) {
			later = append(later, w)
		} else {
			w.c <- v.at
		}
	}
	v.waits = later
}

// bench is a database with jobs over a fake service.
type bench struct {
	*Jobs
	t       *testing.T
	service *fake
	clock   *virtual
	dir     string
	db      *store.DB
	ledgers *ledgers
}

// ledgers are that of practice and the other one, in a folder.
type ledgers struct {
	dir     string
	station string
	mu      sync.Mutex
	all     map[bool]*ledger.Ledger
	broken  error // instead of a ledger
	now     func() time.Time
}

func (l *ledgers) open(ctx context.Context, practice bool) (*ledger.Ledger, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.broken != nil {
		return nil, l.broken
	}
	if l.all == nil {
		l.all = map[bool]*ledger.Ledger{}
	}
	if l.all[practice] == nil {
		opened, err := ledger.Open(ctx, ledger.Config{Path: filepath.Join(l.dir, fmt.Sprintf("ledger-%v.db", practice)), Practice: practice, Station: l.station, Now: l.now})
		if err != nil {
			return nil, err
		}
		l.all[practice] = opened
	}
	return l.all[practice], nil
}

func (l *ledgers) close() {
	for _, one := range l.all {
		one.Close()
	}
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{t: t, service: newFake(), clock: newVirtual(), dir: t.TempDir()}
	b.db = openDB(t, filepath.Join(b.dir, "enrollbench.db"))
	b.ledgers = &ledgers{dir: b.dir, station: "line 4"}
	t.Cleanup(b.ledgers.close)
	b.Jobs = b.openJobs()
	return b
}

func openDB(t *testing.T, path string) *store.DB {
	t.Helper()
	db, err := store.Open(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// openJobs opens the database's jobs once more, as another program does.
func (b *bench) openJobs() *Jobs {
	b.t.Helper()
	j, err := Open(b.db, Options{Folder: filepath.Join(b.dir, "jobs"), Clock: b.clock, Ledger: b.ledgers.open, Operator: func() string { return "Ada" },
		Connect: func(_ context.Context, id string) (Service, error) {
			if id != "c1" {
				return nil, errors.New("no such connection")
			}
			return b.service, nil
		}})
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { j.Close() })
	return j
}

const threeRows = "\"subject.common_name\",\"san.dns_name\"\r\n\"dev-1\",\"one.example\"\r\n\"dev-2\",\"two.example\"\r\n\"dev-3\",\"three.example\"\r\n"

func (b *bench) write(name, content string) string {
	b.t.Helper()
	path := filepath.Join(b.dir, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		b.t.Fatal(err)
	}
	return path
}

// batch is a CSV of three rows for device keys.
func (b *bench) batch(name string) Batch {
	return Batch{Connection: Connection{ID: "c1", Name: "Practice", Practice: true}, Profile: Profile{ID: "IOT_1", Name: "Sensors"},
		Method: CSV, Keys: ByDevice, Files: []File{{Path: b.write(name, threeRows+"\"only-in-"+name+"\",\"\"\r\n"), Count: 4}},
		Format: PEM, FullChain: true, Findings: new(finding.Report)}
}

func (b *bench) prepare(name string) *Record {
	b.t.Helper()
	all, err := b.Prepare(context.Background(), b.batch(name))
	if err != nil {
		b.t.Fatal(err)
	}
	return all[0]
}

// must fails the test on an error and on another state than the wanted one.
func (b *bench) must(want State) func(r *Record, err error) *Record {
	return func(r *Record, err error) *Record {
		b.t.Helper()
		if err != nil {
			b.t.Fatalf("want %s: %v", want, err)
		}
		now, err := b.Get(context.Background(), r.ID)
		if err != nil || now.State != want || r.State != want {
			b.t.Fatalf("state %q, in the database %q, want %q (%v)", r.State, now.State, want, err)
		}
		return now
	}
}

// stands fails the test on another state than the wanted one.
func (b *bench) stands(id string, want State) *Record {
	b.t.Helper()
	r, err := b.Get(context.Background(), id)
	if err != nil || r.State != want {
		b.t.Fatalf("state %v, want %q (%v)", r, want, err)
	}
	return r
}
