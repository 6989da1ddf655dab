package job

import (
	"slices"
	"strings"
	"testing"
	"time"

	"enrollbench/core/practice"
)

// stepsTried are the requests of the contract that a job needs.
var stepsTried = []practice.Step{practice.StepStart, practice.StepList, practice.StepStatus, practice.StepApprove, practice.StepReject, practice.StepDownload}

// faultsTried are the faults with how often they happen.
var faultsTried = []string{"throttle=429:1", "throttle=503:1", "throttle=429:9", "throttle=503:9", "slow=2ms", "slow=30000/s", "drop-upload=0:1", "drop-upload=300:1",
	"drop-download=0:1", "drop-download=100:1", "drop-download=100:9", "lost-answer=1", "no-list", "partial=1:1", "malformed-json=1", "malformed-json=9", "expired-token=1",
	"expired-token=9", "truncated-result=1", "corrupted-result=1"}

// afterStart is how a batch may stand right after a start that met with a fault.
func afterStart(fault string) []State {
	kind, _, _ := strings.Cut(fault, "=")
	switch practice.FaultKind(kind) {
	case practice.ExpiredToken:
		return []State{Prepared} // 401: certainly not taken
	case practice.Throttle:
		if strings.Contains(fault, "429") {
			return []State{Prepared}
		}
		return []State{MayExist} // 503 may come from something in front of the service
	case practice.DropUpload:
		return []State{MayExist}
	case practice.LostAnswer, practice.MalformedJSON:
		return []State{Started} // found in the list
	}
	return []State{Started}
}

// TestFaults lets every fault happen at every step, and the batch still goes its whole way, once.
func TestFaults(t *testing.T) {
	w := newWorkshop(t)
	for _, step := range stepsTried {
		for _, fault := range faultsTried {
			spec := fault + "@" + string(step)
			if _, err := practice.ParseFault(spec); err != nil {
				continue // it cannot happen there
			}
			t.Run(strings.ReplaceAll(spec, "/", " a "), func(t *testing.T) {
				w.t = t
				w.try(step, fault, spec)
			})
		}
	}
}

func (w *workshop) try(step practice.Step, fault, spec string) {
	t := w.t
	approval := ""
	if step == practice.StepApprove || step == practice.StepReject {
		approval = ", needs approval"
	}
	w.fault()
	r := w.prepare(approval)
	end := Delivered
	switch step {
	case practice.StepStart:
		w.fault(spec)
		got, err := w.jobs.Start(ctx, r.ID, nil)
		if got == nil || !slices.Contains(afterStart(fault), got.State) {
			t.Fatalf("after the start: %v, %v", got, err)
		}
		w.fault()
		if n := len(w.truth(r)); (got.State == Started) != (n == 1) || n > 1 {
			t.Errorf("%s, and the service has %d jobs", got.State, n)
		}
	case practice.StepList:
		// The answer is lost, and then the list does not help at once.
		w.fault("lost-answer=1", spec)
		got, err := w.jobs.Start(ctx, r.ID, nil)
		if got == nil || got.State != Started && got.State != MayExist {
			t.Fatalf("after the start: %v, %v", got, err)
		}
		if fault == "no-list" && got.State != MayExist {
			t.Errorf("without a list it is %s", got.State)
		}
	case practice.StepStatus:
		if _, err := w.jobs.Start(ctx, r.ID, nil); err != nil {
			t.Fatal(err)
		}
		w.fault(spec)
		got, err := w.jobs.Refresh(ctx, r.ID)
		if got == nil || !got.State.UnderWay() && got.State != Complete {
			t.Errorf("after asking: %v, %v", got, err)
		}
		if err != nil && got.LastError == "" {
			t.Errorf("the error is not kept: %v", err)
		}
	case practice.StepApprove, practice.StepReject:
		if _, err := w.jobs.Start(ctx, r.ID, nil); err != nil {
			t.Fatal(err)
		}
		w.until(r.ID, WaitingForApproval)
		w.fault(spec)
		decide := w.jobs.Approve
		if step == practice.StepReject {
			decide, end = w.jobs.Reject, Rejected
		}
		if got, err := decide(ctx, r.ID); err != nil {
			w.fault()
			if got.State == WaitingForApproval { // it did not arrive: the user presses the button again
				if _, err := decide(ctx, r.ID); err != nil {
					t.Fatal(err)
				}
			}
		}
	case practice.StepDownload:
		if _, err := w.jobs.Start(ctx, r.ID, nil); err != nil {
			t.Fatal(err)
		}
		w.until(r.ID, Complete)
		w.fault(spec)
		got, err := w.jobs.Fetch(ctx, r.ID, nil)
		if err != nil && got.State != Complete || err == nil && got.State != Fetched {
			t.Errorf("after fetching: %s, %v", got.State, err)
		}
		if err == nil && got.State == Fetched {
			if err := w.station.openResult(ctx, w.jobs, got); err != nil && fault != "corrupted-result=1" && fault != "truncated-result=1" {
				t.Errorf("what was fetched cannot be opened: %v", err)
			}
		}
	}
	w.fault()
	w.settle()
	w.finish(r.ID)
	w.check(r, end)
}

// until asks how a batch stands until it is in a state.
func (w *workshop) until(id string, want State) {
	w.t.Helper()
	for patience := time.Now().Add(5 * time.Minute); time.Now().Before(patience); {
		r, err := w.jobs.Refresh(ctx, id)
		if err != nil {
			w.t.Fatal(err)
		}
		if r.State == want {
			return
		}
		time.Sleep(time.Millisecond)
	}
	w.t.Fatalf("batch %s does not become %s", id, want)
}
