//go:build unix

package job

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"enrollbench/core/progress"
	"enrollbench/core/trustmanager"
)

// childVariable makes the test program a station that sends batches until it is killed.
const childVariable = "ENROLLBENCH_JOB_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		if err := child(os.Stdin); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// mortal kills its own program, as kill -9 does, at the moment that is so many moments away; 0 is never. Moments are counted and
// not measured, so that as much happens on a busy computer as on an idle one.
type mortal struct{ left atomic.Int64 }

// moment is one at which the program may die: before and after each request and amid it, and whenever a record is written, within
// the transaction.
func (m *mortal) moment() {
	if m.left.Add(-1) == 0 {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
}

// amid lets a transfer be interrupted.
func (m *mortal) amid(report progress.Func) progress.Func {
	return func(done, total int64) { m.moment(); report.Report(done, total) }
}

// mortalClock is the clock of jobs.
type mortalClock struct {
	systemClock
	*mortal
}

func (c mortalClock) Now() time.Time { c.moment(); return time.Now() }

// mortalClient is a client whose every request may be the last.
type mortalClient struct {
	*trustmanager.Client
	*mortal
}

func (c mortalClient) Start(ctx context.Context, r trustmanager.StartRequest, report progress.Func) (trustmanager.Job, error) {
	c.moment()
	defer c.moment()
	return c.Client.Start(ctx, r, c.amid(report))
}

func (c mortalClient) Find(ctx context.Context, profile, batch string) ([]trustmanager.Job, error) {
	c.moment()
	defer c.moment()
	return c.Client.Find(ctx, profile, batch)
}

func (c mortalClient) Status(ctx context.Context, id string) (trustmanager.Job, error) {
	c.moment()
	defer c.moment()
	return c.Client.Status(ctx, id)
}

func (c mortalClient) Download(ctx context.Context, id, path string, report progress.Func) (trustmanager.Downloaded, error) {
	c.moment()
	defer c.moment()
	return c.Client.Download(ctx, id, path, c.amid(report))
}

// child is a program that starts, asks what an earlier run left, and takes every batch as far as it goes. Errors of the service
// are what the test makes happen: the next round goes on.
func child(in io.Reader) error {
	ctx := context.Background()
	var s station
	if err := json.NewDecoder(in).Decode(&s); err != nil {
		return err
	}
	m := new(mortal)
	m.left.Store(s.Moments)
	db, j, err := s.openWith(mortalClock{mortal: m}, func(c *trustmanager.Client) Service { return mortalClient{c, m} })
	if err != nil {
		return err
	}
	defer db.Close()
	_, _ = j.Resume(ctx)
	for {
		all, err := j.List(ctx, Filter{})
		if err != nil {
			return err
		}
		open := false
		for _, r := range slices.Backward(all) {
			if r.State.Ended() || r.State == MayExist {
				continue
			}
			open = true
			left := m.left.Load()
			_, _ = s.further(ctx, j, r.ID)
			if now, err := j.Get(ctx, r.ID); err == nil && now.State == r.State && r.State.UnderWay() {
				m.left.Store(left) // to wait for the service brings nobody nearer to death
			}
		}
		if !open {
			return j.Close()
		}
		time.Sleep(time.Millisecond)
	}
}

// run has a child work until so many moments have passed; 0 waits for its end.
func (w *workshop) run(moments int64) {
	w.t.Helper()
	program, err := os.Executable()
	if err != nil {
		w.t.Fatal(err)
	}
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), childVariable+"=1")
	s := *w.station
	s.Moments = moments
	cmd.Stdin = bytes.NewReader(s.text())
	var messages bytes.Buffer
	cmd.Stderr = &messages
	err = cmd.Run()
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); err != nil && (moments == 0 || !ok || status.Signal() != syscall.SIGKILL) {
		w.t.Fatalf("the child: %v: %s", err, &messages)
	}
}

// open counts the batches that have not ended.
func (w *workshop) open() (n int, err error) {
	all, err := w.jobs.List(ctx, Filter{})
	for _, r := range all {
		if !r.State.Ended() {
			n++
		}
	}
	return n, err
}

// faults of the kill test, one set a run.
var killFaults = [][]string{
	nil,
	{"throttle=429:2"},
	{"throttle=503:1@start"},
	{"throttle=503:2@status"},
	{"slow=3ms"},
	{"drop-upload=100:1"},
	{"drop-upload=700:1"},
	{"drop-download=200:2"},
	{"lost-answer=1"},
	{"lost-answer=1", "no-list=2"},
	{"no-list"},
	{"partial=1:1"},
	{"malformed-json=1"},
	{"malformed-json=1@start"},
	{"malformed-json=2@list"},
	{"expired-token=2"},
	{"truncated-result=1"},
	{"corrupted-result=1"},
	{"slow=20000/s:4"},
}

// killWithin is how many moments a child lives at most: a batch has some forty from its start to its end.
const killWithin = 100

// TestKilled kills the program 100 times at random moments, while the service misbehaves in every way that it can: no batch
// is there twice, none is lost, and every record ends true.
func TestKilled(t *testing.T) {
	runs := 100
	if raceDetector {
		runs = 40
	}
	if testing.Short() {
		runs = 20
	}
	w := newWorkshop(t)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0)) // #nosec G404 -- moments need no secrecy
	var all []*Record
	stopped := map[State]int{}
	for i := 0; i < runs || len(stopped) < 6; i++ {
		w.fault() // lets the parent's own requests through
		// A few batches are under way at a time, so that every step is met.
		if n, err := w.open(); err != nil {
			t.Fatal(err)
		} else if n < 3 {
			all = append(all, w.prepare(""))
		}
		w.fault(killFaults[random.IntN(len(killFaults))]...)
		w.run(1 + random.Int64N(killWithin))
		now, err := w.jobs.List(ctx, Filter{})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range now {
			if !r.State.Ended() {
				stopped[r.State]++
			}
		}
		if i%5 == 4 {
			w.fault()
			w.settle()
		}
	}
	w.fault()
	t.Logf("%d batches; how they stood when the program was killed: %v", len(all), stopped)
	for range 50 {
		w.run(0)
		w.settle()
		if left, err := w.jobs.List(ctx, Filter{States: []State{Prepared, Starting, MayExist}}); err != nil || len(left) == 0 {
			break
		}
	}
	for _, r := range all {
		w.check(r, Delivered)
	}
	if err := w.db.Check(ctx); err != nil {
		t.Error(err)
	}
}
