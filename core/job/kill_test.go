package job

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"
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

// child is a program that starts, asks what an earlier run left, and takes every batch as far as it goes. Errors of the service
// are what the test makes happen: the next round goes on.
func child(in io.Reader) error {
	ctx := context.Background()
	var s station
	if err := json.NewDecoder(in).Decode(&s); err != nil {
		return err
	}
	db, j, err := s.open()
	if err != nil {
		return err
	}
	defer db.Close()
	fmt.Println("resuming")
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
			_, _ = s.further(ctx, j, r.ID)
		}
		if !open && s.Done {
			return j.Close()
		}
		time.Sleep(time.Millisecond)
	}
}

// run starts a child and kills it a while after it began to work; 0 waits for its end.
func (w *workshop) run(after time.Duration) {
	w.t.Helper()
	program, err := os.Executable()
	if err != nil {
		w.t.Fatal(err)
	}
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), childVariable+"=1")
	s := *w.station
	s.Done = after == 0
	cmd.Stdin = bytes.NewReader(s.text())
	var messages bytes.Buffer
	cmd.Stderr = &messages
	began, err := cmd.StdoutPipe()
	if err != nil {
		w.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	if _, err := began.Read(make([]byte, 1)); err != nil {
		w.t.Fatalf("the child did not begin: %v: %s", err, &messages)
	}
	if after > 0 {
		time.Sleep(after)
		if err := cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
			w.t.Fatal(err)
		}
	}
	if err := cmd.Wait(); (err != nil) != (after > 0) {
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

// killWithin is how long a child works at most: a batch takes some 50 ms from its start to its end.
const killWithin = 80 * time.Millisecond

// TestKilled kills the program 200 times at random moments, while the service misbehaves in every way that it can: no batch
// is there twice, none is lost, and every record ends true.
func TestKilled(t *testing.T) {
	runs := 200
	if raceDetector {
		runs = 50
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
	for i := range runs {
		w.fault() // lets the parent's own requests through
		// A few batches are under way at a time, so that every step is met.
		if n, err := w.open(); err != nil {
			t.Fatal(err)
		} else if n < 3 {
			all = append(all, w.prepare(""))
		}
		w.fault(killFaults[random.IntN(len(killFaults))]...)
		w.run(1 + time.Duration(random.Int64N(int64(killWithin))))
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
	if (len(stopped) < 6 || len(all) < runs/40) && runs == 200 {
		t.Errorf("too little happened to prove anything: %d batches, %v", len(all), stopped)
	}
}
