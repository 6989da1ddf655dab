package jobs

import (
	"testing"
	"time"

	"enrollbench/core/eui48"
	"enrollbench/core/job"
	"enrollbench/core/ledger"
)

// TestAgainOrFree: what somebody else ordered meanwhile is sent with a reason, or the next free range is taken instead.
func TestAgainOrFree(t *testing.T) {
	r := newRig(t)
	holder := &ledger.Claim{Batch: "first", At: time.Now(), State: ledger.Sent}
	e := &job.OrderedBeforeError{ID: "mine", Conflicts: []ledger.Conflict{{Identity: ledger.Identity{Value: "00-1a-c2-7b-00-00"}, Holder: holder}}}
	r.Jobs.askReason(e, "mine")
	if d := r.Dialog(); len(d.Answers) != 2 {
		t.Errorf("without a free range: %+v", d.Answers)
	}
	r.Dismiss()
	e.Next = eui48.Range{Start: 0x001ac27b0028, Count: 4, Step: 10}
	r.Jobs.askReason(e, "mine")
	d := r.Dialog()
	if len(d.Answers) != 3 || d.Answers[1].Text != "Use the free range from 00-1a-c2-7b-00-28" || d.Answers[2].Text != "Start with this reason" {
		t.Fatalf("%+v", d.Answers)
	}
	d.Take(2) // no reason: it cannot be pressed
	if r.Dialog() != d {
		t.Error("it starts without a reason")
	}
	d.Take(1)
	r.Wait()
	if len(r.ranges) != 1 || r.ranges[0] != e.Next {
		t.Errorf("%+v", r.ranges)
	}
}
