package job

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"enrollbench/core/filelock"
	"enrollbench/core/osfile"
	"enrollbench/core/trustmanager"
)

var ctx = context.Background()

func TestWholeWay(t *testing.T) {
	b := newBench(t)
	b.service.steps = 1
	r := b.prepare("upload.csv")
	if !validID(r.ID) || !strings.HasPrefix(r.ID, "2026-11-27-1-") || r.FileName != "upload-"+r.ID+".csv" {
		t.Errorf("id %q, sent as %q", r.ID, r.FileName)
	}
	var last int64
	started := b.must(Started)(b.Start(ctx, r.ID, func(done, _ int64) { last = done }))
	if started.RemoteID != "JOB-1" || last != r.Size {
		t.Errorf("job %q, %d of %d bytes", started.RemoteID, last, r.Size)
	}
	if _, err := b.Start(ctx, r.ID, nil); !errors.As(err, new(*StateError)) {
		t.Errorf("a second start: %v", err)
	}
	b.must(Running)(b.Refresh(ctx, r.ID))
	if _, err := b.Fetch(ctx, r.ID, nil); !errors.As(err, new(*StateError)) {
		t.Errorf("fetched while running: %v", err)
	}
	complete := b.must(Complete)(b.Refresh(ctx, r.ID))
	if complete.Issued != 4 || complete.Total != 4 || complete.Partial() || complete.Sentence() != "4 of 4 issued, to be fetched" {
		t.Errorf("%+v: %s", complete, complete.Sentence())
	}
	fetched := b.must(Fetched)(b.Fetch(ctx, r.ID, nil))
	data, err := os.ReadFile(fetched.ResultPath)
	if err != nil || !bytes.Equal(data, b.service.result) || filepath.Base(fetched.ResultPath) != "result.zip" {
		t.Errorf("%q: %v", fetched.ResultPath, err)
	}
	if who, err := osfile.Others(fetched.ResultPath); err != nil || len(who) > 0 {
		t.Errorf("%s can be opened by %q, %v", fetched.ResultPath, who, err)
	}
	b.must(Opened)(b.MarkOpened(ctx, r.ID, "all 4 delivered"))
	delivered := b.must(Delivered)(b.MarkDelivered(ctx, r.ID, "/line4"))
	var went []State
	for _, e := range delivered.Timeline {
		went = append(went, e.State)
	}
	if want := []State{Prepared, Starting, Started, Running, Complete, Fetched, Opened, Delivered}; !slices.Equal(went, want) {
		t.Errorf("timeline %v", went)
	}
	if err := b.Delete(ctx, r.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Get(ctx, r.ID); !errors.Is(err, ErrNotFound) {
		t.Errorf("deleted: %v", err)
	}
	if _, err := os.Stat(filepath.Dir(fetched.ResultPath)); !os.IsNotExist(err) {
		t.Errorf("its folder: %v", err)
	}
}

// TestUnclear: whatever ends in doubt is never sent again by itself.
func TestUnclear(t *testing.T) {
	lost := &trustmanager.UnclearError{Err: errors.New("connection reset")}
	for name, c := range map[string]struct {
		service func(*fake)
		want    State
		hits    int
		noList  bool
		starts  int
	}{
		"answer lost, found":           {func(f *fake) { f.afterStart = func(int) error { return lost } }, Started, 0, false, 1},
		"upload lost, not found":       {func(f *fake) { f.onStart = func(int) error { return lost } }, MayExist, 0, false, 0},
		"answer lost, no list":         {func(f *fake) { f.afterStart = func(int) error { return lost }; f.noList = true }, MayExist, 0, true, 1},
		"gateway error after the fact": {func(f *fake) { f.afterStart = func(int) error { return &trustmanager.APIError{Status: 502} } }, Started, 0, false, 1},
		"503 in front of the service": {func(f *fake) {
			f.onStart = func(int) error { return &trustmanager.APIError{Status: 503, RetryAfter: time.Second} }
		}, MayExist, 0, false, 0},
		"timeout without a type": {func(f *fake) { f.afterStart = func(int) error { return context.DeadlineExceeded } }, Started, 0, false, 1},
		"list broken too": {func(f *fake) {
			f.afterStart = func(int) error { return lost }
			f.onFind = func() error { return errors.New("reset") }
		}, MayExist, 0, false, 1},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			c.service(b.service)
			r := b.prepare("upload.csv")
			got, err := b.Start(ctx, r.ID, nil)
			if got == nil || got.State != c.want {
				t.Fatalf("state %v, want %s (%v)", got, c.want, err)
			}
			var unsettled *UnsettledError
			if errors.As(err, &unsettled) != (c.want == MayExist) {
				t.Errorf("error %v", err)
			}
			if c.want == MayExist && errors.Is(unsettled, ErrNoList) != c.noList {
				t.Errorf("no list: %v", err)
			}
			for range 3 { // whatever somebody tries
				_, _ = b.Start(ctx, r.ID, nil)
				_, _ = b.Resume(ctx)
				_, _ = b.Refresh(ctx, r.ID)
				if err := b.Delete(ctx, got.ID); c.want == MayExist && err == nil {
					t.Error("it could be deleted")
				} else if err == nil {
					return // complete by now
				}
			}
			if n := b.service.starts[r.ID]; n != c.starts || b.service.n != 1 {
				t.Errorf("accepted %d times, sent %d times", n, b.service.n)
			}
		})
	}
}

// TestRefused: what was certainly not taken can be sent again.
func TestRefused(t *testing.T) {
	for name, refusal := range map[string]error{
		"not sent": &trustmanager.NotSentError{Err: errors.New("no such host")},
		"401":      &trustmanager.NotSentError{Err: &trustmanager.APIError{Status: 401, Code: "invalid_api_key"}},
		"400":      &trustmanager.NotSentError{Err: &trustmanager.APIError{Status: 400, Code: "invalid_request"}},
		"429":      &trustmanager.NotSentError{Err: &trustmanager.APIError{Status: 429, RetryAfter: time.Second}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.service.onStart = func(n int) error {
				if n == 1 {
					return refusal
				}
				return nil
			}
			r := b.prepare("upload.csv")
			back, err := b.Start(ctx, r.ID, nil)
			if !errors.Is(err, refusal) || back.State != Prepared || back.LastError != refusal.Error() {
				t.Fatalf("%v: %v", back, err)
			}
			again := b.must(Started)(b.Start(ctx, r.ID, nil))
			if again.LastError != "" || b.service.starts[r.ID] != 1 {
				t.Errorf("%q, accepted %d times", again.LastError, b.service.starts[r.ID])
			}
		})
	}
}

func TestResolve(t *testing.T) {
	b := newBench(t)
	b.service.noList = true
	b.service.afterStart = func(int) error { return &trustmanager.UnclearError{Err: errors.New("reset")} }
	r, other := b.prepare("one.csv"), b.prepare("two.csv")
	for _, r := range []*Record{r, other} {
		if _, err := b.Start(ctx, r.ID, nil); !errors.As(err, new(*UnsettledError)) {
			t.Fatal(err)
		}
	}
	if _, err := b.Resolve(ctx, r.ID, "JOB-9"); err == nil {
		t.Error("a job id that the service does not know was taken")
	}
	if _, err := b.Resolve(ctx, r.ID, "JOB-2"); !errors.Is(err, ErrOtherJob) {
		t.Errorf("another batch's job: %v", err)
	}
	b.stands(r.ID, MayExist)
	if got, err := b.Resolve(ctx, r.ID, " JOB-1 "); err != nil || got.RemoteID != "JOB-1" || got.State != Complete {
		t.Fatalf("%v, %v", got, err)
	}
	b.service.jobs[0].FileName, b.service.jobs[1].FileName = "", "" // a service that does not tell file names
	if _, err := b.Resolve(ctx, other.ID, "JOB-1"); !errors.Is(err, ErrOtherJob) {
		t.Errorf("a job that belongs to another record: %v", err)
	}
	if got, err := b.Resolve(ctx, other.ID, "JOB-2"); err != nil || got.RemoteID != "JOB-2" {
		t.Fatalf("%v, %v", got, err)
	}
}

func TestDeclareNotStarted(t *testing.T) {
	b := newBench(t)
	lost := &trustmanager.UnclearError{Err: errors.New("reset")}
	b.service.onStart = func(n int) error {
		if n == 1 {
			return lost
		}
		return nil
	}
	r := b.prepare("one.csv")
	if _, err := b.DeclareNotStarted(ctx, r.ID); !errors.As(err, new(*StateError)) {
		t.Errorf("a prepared one: %v", err)
	}
	_, _ = b.Start(ctx, r.ID, nil)
	b.stands(r.ID, MayExist)
	b.must(Prepared)(b.DeclareNotStarted(ctx, r.ID))
	b.must(Started)(b.Start(ctx, r.ID, nil))
	if b.service.starts[r.ID] != 1 {
		t.Errorf("accepted %d times", b.service.starts[r.ID])
	}

	// The user was wrong, and the list shows it: at once, or when it is about to be sent again.
	b.service.afterStart, b.service.onFind = func(int) error { return lost }, func() error { return errors.New("reset") }
	wrong := b.prepare("two.csv")
	_, _ = b.Start(ctx, wrong.ID, nil)
	b.stands(wrong.ID, MayExist)
	b.must(Prepared)(b.DeclareNotStarted(ctx, wrong.ID))
	if _, err := b.Start(ctx, wrong.ID, nil); err == nil {
		t.Error("it was sent though the list could not be asked")
	}
	b.service.onFind = nil
	found := b.must(Started)(b.Start(ctx, wrong.ID, nil))
	if b.service.starts[wrong.ID] != 1 || found.RemoteID == "" {
		t.Errorf("accepted %d times", b.service.starts[wrong.ID])
	}
	third := b.prepare("three.csv")
	b.service.onFind = func() error { return errors.New("reset") }
	_, _ = b.Start(ctx, third.ID, nil)
	b.service.onFind = nil
	if got, err := b.DeclareNotStarted(ctx, third.ID); !errors.Is(err, ErrFound) || got.State != Started {
		t.Errorf("declared not started and there: %v, %v", got, err)
	}
}

// TestKilledWhileStarting: the next program finds a record that says Starting and nobody who lives.
func TestKilledWhileStarting(t *testing.T) {
	b := newBench(t)
	first := b.openJobs()
	inside := make(chan struct{})
	proceed := make(chan struct{})
	b.service.onStart = func(int) error { close(inside); <-proceed; return nil }
	r := b.prepare("one.csv")
	var all sync.WaitGroup
	all.Go(func() {
		if got, err := first.Start(ctx, r.ID, nil); err != nil || got.State != Started {
			t.Errorf("%v, %v", got, err)
		}
	})
	<-inside
	b.stands(r.ID, Starting)
	if _, err := b.Start(ctx, r.ID, nil); !errors.As(err, new(*StateError)) {
		t.Errorf("a second program: %v", err)
	}
	if got, err := b.Resume(ctx); err != nil || len(got) != 0 {
		t.Errorf("resumed what another program sends: %v, %v", got, err)
	}
	b.stands(r.ID, Starting)
	// On a file system without locks nobody can tell whether the first lives: then it does.
	b.me.try = func(*os.File) filelock.Answer { return filelock.Unknown }
	if got, err := b.Resume(ctx); err != nil || len(got) != 0 {
		t.Errorf("resumed, without locks, what another program sends: %v, %v", got, err)
	}
	b.me.try = filelock.Try
	// Its lock is gone, as after kill -9; what it sent is still on its way.
	first.me.file.Close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		if _, err := b.Resume(ctx); !errors.As(err, new(*UnsettledError)) && err != nil {
			t.Error(err)
		}
	}()
	close(proceed)
	<-done
	all.Wait()
	b.stands(r.ID, Started)
	if b.service.starts[r.ID] != 1 {
		t.Errorf("accepted %d times", b.service.starts[r.ID])
	}
}

// TestTakenOver: a program that runs finds what another was sending when it was killed, without a restart.
func TestTakenOver(t *testing.T) {
	b := newBench(t)
	first := b.openJobs()
	inside, proceed := make(chan struct{}), make(chan struct{})
	b.service.onStart = func(int) error { close(inside); <-proceed; return nil }
	r := b.prepare("one.csv")
	var all sync.WaitGroup
	all.Go(func() { _, _ = first.Start(ctx, r.ID, nil) })
	<-inside
	w := new(watching)
	ctx, cancel := context.WithCancel(ctx)
	all.Go(func() { _ = b.Watch(ctx, w.tell) })
	b.live(func() bool { b.clock.mu.Lock(); defer b.clock.mu.Unlock(); return len(b.clock.slept) > 5 })
	b.stands(r.ID, Starting) // its program lives
	first.me.file.Close()
	close(proceed)
	b.live(func() bool { return slices.Contains(w.states(r.ID), Complete) })
	cancel()
	all.Wait()
	if b.service.starts[r.ID] != 1 {
		t.Errorf("accepted %d times", b.service.starts[r.ID])
	}
}

// TestCancelledStart: the user gives up while the file is being sent; what happened is written down, and the list is not waited
// for.
func TestCancelledStart(t *testing.T) {
	b := newBench(t)
	inner, cancel := context.WithCancel(ctx)
	b.service.afterStart = func(int) error { cancel(); return &trustmanager.UnclearError{Err: context.Canceled} }
	r := b.prepare("one.csv")
	got, err := b.Start(inner, r.ID, nil)
	if !errors.As(err, new(*UnsettledError)) || !errors.Is(err, context.Canceled) || got.State != MayExist || b.service.findings != 0 {
		t.Fatalf("%v, %v, the list was asked %d times", got, err, b.service.findings)
	}
	if all, err := b.Resume(ctx); err != nil || len(all) != 1 || all[0].State != Started {
		t.Errorf("%v, %v", all, err)
	}

	// Given up before anything was sent.
	two := b.prepare("two.csv")
	if got, err := b.Start(inner, two.ID, nil); err == nil || got != nil && got.State != Prepared {
		t.Errorf("%v, %v", got, err)
	}
	b.stands(two.ID, Prepared)
}

// TestTwoPrograms start the same batches at the same moment: each goes out once.
func TestTwoPrograms(t *testing.T) {
	b := newBench(t)
	other := b.openJobs()
	var ids []string
	for i := range 10 {
		ids = append(ids, b.prepare(strings.Repeat("x", i+1)+".csv").ID)
	}
	var all sync.WaitGroup
	for _, j := range []*Jobs{b.Jobs, other, b.Jobs, other} {
		all.Go(func() {
			for _, id := range ids {
				_, _ = j.Start(ctx, id, nil)
			}
		})
	}
	all.Wait()
	for _, id := range ids {
		if r := b.stands(id, Started); b.service.starts[id] != 1 {
			t.Errorf("%s: accepted %d times", r.ID, b.service.starts[id])
		}
	}
}

func TestChangedFile(t *testing.T) {
	b := newBench(t)
	r := b.prepare("one.csv")
	b.write("one.csv", threeRows)
	if got, err := b.Start(ctx, r.ID, nil); !errors.Is(err, ErrChanged) || got.State != Prepared || b.service.n != 0 {
		t.Errorf("%v, %v, sent %d times", got, err, b.service.n)
	}
	if err := os.Remove(r.Path); err != nil {
		t.Fatal(err)
	}
	if got, err := b.Start(ctx, r.ID, nil); !errors.Is(err, os.ErrNotExist) || got.State != Prepared {
		t.Errorf("%v, %v", got, err)
	}
}

func TestApproveAndReject(t *testing.T) {
	b := newBench(t)
	b.service.approval = true
	yes, no := b.prepare("yes.csv"), b.prepare("no.csv")
	for _, r := range []*Record{yes, no} {
		b.must(Started)(b.Start(ctx, r.ID, nil))
		b.must(WaitingForApproval)(b.Refresh(ctx, r.ID))
	}
	if r := b.must(Complete)(b.Approve(ctx, yes.ID)); r.RemoteStatus != "COMPLETE" {
		t.Errorf("%+v", r)
	}
	b.must(Rejected)(b.Reject(ctx, no.ID))
	if _, err := b.Approve(ctx, no.ID); !errors.As(err, new(*StateError)) {
		t.Errorf("approved after it was rejected: %v", err)
	}
	again := b.must(Prepared)(b.Retry(ctx, no.ID))
	if again.ID == no.ID || again.RemoteID != "" || again.SHA256 != no.SHA256 || !strings.Contains(again.FileName, again.ID) {
		t.Errorf("%+v", again)
	}
	b.stands(no.ID, Rejected)
	b.must(Started)(b.Start(ctx, again.ID, nil))
}

func TestCancelAndRetry(t *testing.T) {
	b := newBench(t)
	r := b.prepare("one.csv")
	b.must(Cancelled)(b.Cancel(ctx, r.ID))
	if _, err := b.Start(ctx, r.ID, nil); !errors.As(err, new(*StateError)) {
		t.Error(err)
	}
	if back := b.must(Prepared)(b.Retry(ctx, r.ID)); back.ID != r.ID {
		t.Errorf("another id: %s", back.ID)
	}
	b.must(Started)(b.Start(ctx, r.ID, nil))
	if _, err := b.Cancel(ctx, r.ID); !errors.As(err, new(*StateError)) {
		t.Error(err)
	}
}

func TestAllFailed(t *testing.T) {
	b := newBench(t)
	b.service.bad = func(string) string { return "the device group is unknown" }
	r := b.prepare("one.csv")
	b.must(Started)(b.Start(ctx, r.ID, nil))
	failed := b.must(Failed)(b.Refresh(ctx, r.ID))
	if !failed.Partial() || failed.Failed != 4 || !strings.Contains(failed.Sentence(), "4 failed") {
		t.Errorf("%s", failed.Sentence())
	}
}

// TestClaims: what killed programs left is swept, what those that live hold is not.
func TestClaims(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "claims")
	one, err := newClaimant(folder, filelock.Try)
	if err != nil {
		t.Fatal(err)
	}
	dead, err := newClaimant(folder, filelock.Try)
	if err != nil {
		t.Fatal(err)
	}
	dead.file.Close()
	if !one.lives(one.name) || one.lives(dead.name) || one.lives("never-was") {
		t.Error("who lives and who does not")
	}
	unsure, err := newClaimant(folder, func(*os.File) filelock.Answer { return filelock.Unknown })
	if err != nil {
		t.Fatal(err)
	}
	if !unsure.lives(one.name) || !unsure.lives(dead.name) || unsure.lives("never-was") {
		t.Error("without locks, a claim whose file is there has a living owner")
	}
	if err := unsure.close(); err != nil {
		t.Error(err)
	}
	two, err := newClaimant(folder, filelock.Try)
	if err != nil {
		t.Fatal(err)
	}
	if !one.lives(two.name) || !two.lives(one.name) {
		t.Error("two programs that live")
	}
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != 2 {
		t.Errorf("%v, %v", entries, err)
	}
	if err := errors.Join(one.close(), two.close()); err != nil {
		t.Error(err)
	}
	if entries, _ = os.ReadDir(folder); len(entries) != 0 {
		t.Errorf("left %v", entries)
	}
}

// TestStateWords: every step that a batch's state can refuse has a sentence of its own.
func TestStateWords(t *testing.T) {
	for _, step := range []Step{ToStart, ToRetry, ToDeclare, ToTie, ToReconnect, ToApprove, ToReject, ToCancel, ToFetch, ToFetchAgain, ToOpen, ToDeliver, ToHandOver, ToDelete} {
		if refusals[step] == "" {
			t.Errorf("%q has no sentence", step)
		}
	}
	for want, e := range map[string]*StateError{
		`batch 7 cannot be started now: its state is "may exist"`:                {ID: "7", Have: MayExist, Allowing: ToStart},
		`batch 7 cannot go from the state "delivered" to "waiting for approval"`: {ID: "7", Have: Delivered, Allowing: Step(WaitingForApproval)},
	} {
		if got := e.Error(); got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
}
