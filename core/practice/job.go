package practice

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"enrollbench/core/atomicfile"
	"enrollbench/core/osfile"
)

// Statuses of a job, in the contract's words.
const (
	statusPending         = "PENDING"
	statusPendingApproval = "PENDING_APPROVAL"
	statusApproved        = "APPROVED"
	statusInProgress      = "IN_PROGRESS"
	statusComplete        = "COMPLETE"
	statusFailed          = "FAILED"
	statusRejected        = "REJECTED"
)

// record is what is kept of a job on the disk.
type record struct {
	ID        string    `json:"id"`
	Profile   string    `json:"profile_id"`
	Status    string    `json:"status"`
	Method    Method    `json:"method"`
	FileName  string    `json:"file_name"`
	Format    string    `json:"certificate_format"`
	FullChain bool      `json:"full_chain"`
	MakeKeys  bool      `json:"server_side_keys"`
	Recipient string    `json:"recipient,omitempty"` // PEM or armor
	Start     string    `json:"start_mac_address,omitempty"`
	Count     uint64    `json:"certificate_count,omitempty"`
	Increment uint64    `json:"increment,omitempty"`
	Total     int       `json:"total"`
	Issued    int       `json:"issued"`
	Failed    int       `json:"failed"`
	Spoil     int       `json:"spoil,omitempty"` // rows that the fault partial makes fail
	Warn      int       `json:"warn,omitempty"`  // rows that the fault warning marks
	Approval  bool      `json:"approval,omitempty"`
	Notes     []string  `json:"notes,omitempty"` // about fields that are not known
	Created   time.Time `json:"created"`
	Updated   time.Time `json:"updated"`
	Reason    string    `json:"reason,omitempty"` // why it failed as a whole
	Result    *result   `json:"result,omitempty"`
}

// result is what can be downloaded.
type result struct {
	ContentType string `json:"content_type"`
	FileName    string `json:"file_name"`
	Bytes       int64  `json:"bytes"`
	SHA256      string `json:"sha256"`
}

func ended(status string) bool {
	return status == statusComplete || status == statusFailed || status == statusRejected
}

// job is one job: its folder holds job.json, the upload until it has ended, then the result and the rows that failed.
type job struct {
	folder         string
	id, profile    string // do not change
	mu             sync.Mutex
	record         record
	issued, failed atomic.Int64 // while it runs
	asked          atomic.Int64 // how often a rejection was asked about
}

func (j *job) file(name string) string { return filepath.Join(j.folder, name) }

// Files of a job.
const (
	recordFile   = "job.json"
	uploadFile   = "upload"
	failuresFile = "failures.jsonl"
	resultFile   = "result"
)

// snapshot is the record with the counters as they are now.
func (j *job) snapshot() record {
	j.mu.Lock()
	defer j.mu.Unlock()
	r := j.record
	if r.Status == statusInProgress {
		r.Issued, r.Failed = int(j.issued.Load()), int(j.failed.Load())
	}
	return r
}

// update changes the record and writes it; what could not be written is not changed.
func (j *job) update(change func(*record) error) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	next := j.record
	if err := change(&next); err != nil {
		return err
	}
	next.Updated = time.Now().UTC()
	data, err := json.MarshalIndent(&next, "", "  ")
	if err != nil {
		return err
	}
	if err := atomicfile.WriteFile(j.file(recordFile), append(data, '\n'), atomicfile.Options{Mode: 0o600, Replace: true}); err != nil {
		return err
	}
	j.record = next
	return nil
}

// jobs are all jobs of the service, in the order in which they were accepted.
type jobs struct {
	folder  string
	mu      sync.Mutex
	all     []*job
	byID    map[string]*job
	running context.Context
	work    func(context.Context, *job)
	slots   chan struct{}
	group   sync.WaitGroup
}

// jobsAtOnce is how many jobs are under way together; each uses all cores that are free.
const jobsAtOnce = 3

// openJobs reads the jobs of a folder, and removes what was never accepted and what ended long ago.
func openJobs(folder string, now time.Time) (*jobs, error) {
	js := &jobs{folder: folder, byID: map[string]*job{}, slots: make(chan struct{}, jobsAtOnce)}
	if err := osfile.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		j := &job{folder: filepath.Join(folder, e.Name())}
		data, err := os.ReadFile(j.file(recordFile))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			if err := os.RemoveAll(j.folder); err != nil {
				return nil, err
			}
			continue
		case err != nil:
			return nil, err
		}
		if err := json.Unmarshal(data, &j.record); err != nil || j.record.ID != e.Name() {
			return nil, fmt.Errorf("%q is damaged: remove the folder %q", j.file(recordFile), j.folder)
		}
		j.id, j.profile = j.record.ID, j.record.Profile
		if ended(j.record.Status) && now.Sub(j.record.Updated) > KeepFinished {
			if err := os.RemoveAll(j.folder); err != nil {
				return nil, err
			}
			continue
		}
		if err := j.sweep(); err != nil {
			return nil, err
		}
		js.all, js.byID[j.id] = append(js.all, j), j
	}
	slices.SortStableFunc(js.all, func(a, b *job) int { return a.record.Created.Compare(b.record.Created) })
	return js, nil
}

// sweep removes the temporaries that a sudden end left: parts of a result, all of them sealed.
func (j *job) sweep() error {
	if _, err := atomicfile.Sweep(j.folder, 0); err != nil {
		return err
	}
	entries, err := os.ReadDir(j.folder)
	for _, e := range entries {
		if spool, _ := filepath.Match(spoolPattern, e.Name()); spool {
			err = errors.Join(err, os.Remove(j.file(e.Name())))
		}
	}
	return err
}

// begin starts what was accepted and has not ended.
func (js *jobs) begin(running context.Context, work func(context.Context, *job)) {
	js.running, js.work = running, work
	for _, j := range js.all {
		switch j.record.Status {
		case statusPending, statusApproved, statusInProgress:
			js.run(j)
		}
	}
}

// run has the job worked on when there is a slot.
func (js *jobs) run(j *job) {
	js.group.Go(func() {
		select {
		case js.slots <- struct{}{}:
			defer func() { <-js.slots }()
			js.work(js.running, j)
		case <-js.running.Done():
		}
	})
}

func (js *jobs) wait() { js.group.Wait() }

func (js *jobs) get(id string) *job {
	js.mu.Lock()
	defer js.mu.Unlock()
	return js.byID[id]
}

// list returns the jobs of a profile, or all, the latest first.
func (js *jobs) list(profile string) []*job {
	js.mu.Lock()
	defer js.mu.Unlock()
	var found []*job
	for _, j := range slices.Backward(js.all) {
		if profile == "" || j.profile == profile {
			found = append(found, j)
		}
	}
	return found
}

// prepare makes the folder of a job that may be accepted.
func (js *jobs) prepare() (*job, error) {
	var random [16]byte
	if _, err := rand.Read(random[:]); err != nil {
		return nil, err
	}
	id := formatUUID(random[:], 4)
	j := &job{folder: filepath.Join(js.folder, id), id: id, record: record{ID: id}}
	return j, osfile.Mkdir(j.folder, 0o700)
}

// accept writes the job's record, which is what accepting it means, and sets it to work unless it waits for approval.
func (js *jobs) accept(j *job) error {
	if err := js.running.Err(); err != nil {
		return err
	}
	if err := j.update(func(*record) error { return nil }); err != nil {
		return err
	}
	waits := j.record.Status == statusPendingApproval
	js.mu.Lock()
	js.all, js.byID[j.id] = append(js.all, j), j
	js.mu.Unlock()
	if !waits {
		js.run(j)
	}
	return nil
}
