package practice

import (
	"bytes"
	"cmp"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

// shownJob is a job as the service tells of it.
type shownJob struct {
	ID        string    `json:"id"`
	Profile   string    `json:"profile_id"`
	Status    string    `json:"status"`
	Method    Method    `json:"method"`
	FileName  string    `json:"file_name"`
	Format    string    `json:"certificate_format"`
	Total     int       `json:"total_certificates"`
	Issued    int       `json:"issued_certificates"`
	Failed    int       `json:"failed_certificates"`
	Created   time.Time `json:"created"`
	Updated   time.Time `json:"updated"`
	Message   string    `json:"message,omitempty"` // why it failed as a whole
	StartMAC  string    `json:"start_mac_address,omitempty"`
	Increment uint64    `json:"increment,omitempty"`
	Notes     []string  `json:"notes,omitempty"` // what of the order was passed over
}

// shown is a job in the words of the service that is served: Device Trust Manager spells its states so, and takes its time to
// reject.
func (s *Service) shown(j *job, r record) shownJob {
	o := show(r)
	if !s.options.DeviceTrustManager {
		return o
	}
	o.Status = map[string]string{statusPending: "Pending", statusPendingApproval: "Pending approval", statusApproved: "Approved", statusInProgress: "In progress",
		statusComplete: "Completed", statusFailed: "Failed", statusRejected: "Rejected"}[r.Status]
	if r.Status == statusRejected {
		switch j.asked.Add(1) {
		case 1:
			o.Status = "Pending rejection"
		case 2:
			o.Status = "Rejection in progress"
		}
	}
	return o
}

func show(r record) shownJob {
	return shownJob{
		ID: r.ID, Profile: r.Profile, Status: r.Status, Method: r.Method, FileName: r.FileName, Format: r.Format,
		Total: r.Total, Issued: r.Issued, Failed: r.Failed, Created: r.Created, Updated: r.Updated, Message: r.Reason,
		StartMAC: r.Start, Increment: r.Increment, Notes: r.Notes,
	}
}

// job finds the job that the path names.
func (x *exchange) job() (*job, error) {
	id := x.r.PathValue("job")
	if j := x.service.jobs.get(id); j != nil {
		return j, nil
	}
	return nil, notFound("there is no job %q", id)
}

// listJobs is how a client learns whether a start that was never answered has been accepted.
func (x *exchange) listJobs() error {
	if _, ok := x.service.faults.take(NoList, x.step); ok {
		return notFound("there is no %s %s", x.r.Method, x.r.URL.Path)
	}
	return answerPage(x, x.service.jobs.list(cmp.Or(x.r.URL.Query().Get("enrollment_profile_id"), x.r.URL.Query().Get("profile_id"))), func(j *job) shownJob { return x.service.shown(j, j.snapshot()) })
}

// status tells how far a job is and, once it has ended, every row that failed.
func (x *exchange) status() error {
	j, err := x.job()
	if err != nil {
		return err
	}
	r := j.snapshot()
	head, err := json.Marshal(x.service.shown(j, r))
	if err != nil {
		return err
	}
	if !ended(r.Status) || r.Failed == 0 && r.Warn == 0 {
		return x.answerJSON(http.StatusOK, bytes.NewReader(append(head, '\n')), int64(len(head))+1)
	}
	return x.answerWithFailures(head, j.file(failuresFile))
}

// answerWithFailures adds the rows that failed to a job's JSON, as a stream: there may be hundreds of thousands. Each line
// of the file is an object, so that commas in the place of line ends make an array's elements of them.
func (x *exchange) answerWithFailures(head []byte, path string) error {
	f, err := os.Open(path) // #nosec G304 -- the service's own folder
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	lines := max(0, info.Size()-1) // without the last line end
	start := append(head[:len(head)-1], `,"failures":[`...)
	const end = "]}\n"
	body := io.MultiReader(bytes.NewReader(start), commas{io.LimitReader(f, lines)}, strings.NewReader(end))
	return x.answerJSON(http.StatusOK, body, int64(len(start))+lines+int64(len(end)))
}

// commas reads commas for line ends.
type commas struct{ r io.Reader }

func (c commas) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	for i := range p[:n] {
		if p[i] == '\n' {
			p[i] = ','
		}
	}
	return n, err
}

func (x *exchange) approve() error {
	j, err := x.job()
	if err != nil {
		return err
	}
	if x.service.options.DeviceTrustManager {
		if err := j.decide(statusComplete); err != nil {
			return err
		}
		x.w.WriteHeader(http.StatusNoContent)
		return nil
	}
	if err := j.decide(statusApproved); err != nil {
		return err
	}
	x.service.jobs.run(j)
	x.w.WriteHeader(http.StatusNoContent)
	return nil
}

func (x *exchange) reject() error {
	j, err := x.job()
	if err != nil {
		return err
	}
	if err := j.decide(statusRejected); err != nil {
		return err
	}
	_ = os.Remove(j.file(uploadFile))
	_ = os.Remove(j.file(resultFile)) // of a job that was processed before it was rejected
	x.w.WriteHeader(http.StatusNoContent)
	return nil
}

// decide approves or rejects a job that waits for it.
func (j *job) decide(status string) error {
	return j.update(func(r *record) error {
		if r.Status != statusPendingApproval {
			return conflict("the job is %s, and only one that is %s is approved or rejected", r.Status, statusPendingApproval)
		}
		r.Status = status
		return nil
	})
}

// download delivers the result, or the range of it that is asked for.
func (x *exchange) download() error {
	j, err := x.job()
	if err != nil {
		return err
	}
	r := j.snapshot()
	if r.Status != statusComplete {
		return conflict("the job is %s: certificates can be downloaded once it is %s", r.Status, statusComplete)
	}
	f, err := os.Open(j.file(resultFile))
	if err != nil {
		return err
	}
	defer f.Close()
	faults := &x.service.faults
	content := &servedResult{ReaderAt: f, flip: -1}
	size := r.Result.Bytes
	if _, ok := faults.take(CorruptedResult, x.step); ok {
		content.flip = size / 2
	}
	if _, ok := faults.take(TruncatedResult, x.step); ok {
		size /= 2
	}
	h := x.w.Header()
	h.Set("Content-Type", r.Result.ContentType)
	h.Set("Content-Disposition", `attachment; filename="`+r.Result.FileName+`"`)
	h.Set("ETag", `"`+r.Result.SHA256+`"`)
	w := http.ResponseWriter(x.w)
	var breaking *breakingAnswer
	if f, ok := faults.take(DropDownload, x.step); ok && x.r.Method == http.MethodGet {
		breaking = &breakingAnswer{ResponseWriter: x.w, at: f.Count, next: -1}
		w = breaking
	}
	http.ServeContent(w, x.r, "", time.Time{}, io.NewSectionReader(content, 0, size))
	if breaking != nil && breaking.broken {
		return errDropped
	}
	return nil
}

// servedResult is the result's file, with one octet changed where a fault wants that.
type servedResult struct {
	io.ReaderAt
	flip int64
}

func (s *servedResult) ReadAt(p []byte, at int64) (int, error) {
	n, err := s.ReaderAt.ReadAt(p, at)
	if i := s.flip - at; s.flip >= 0 && i >= 0 && i < int64(n) {
		p[i] ^= 0x20
	}
	return n, err
}

// breakingAnswer breaks the connection at an octet of the result. An answer that begins behind it passes.
type breakingAnswer struct {
	http.ResponseWriter
	at, next int64 // offset within the result; -1 before the first write
	broken   bool
}

func (b *breakingAnswer) Unwrap() http.ResponseWriter { return b.ResponseWriter }

func (b *breakingAnswer) Write(p []byte) (int, error) {
	if b.next < 0 {
		b.next = rangeStart(b.Header().Get("Content-Range"))
		if b.next > 0 && b.next >= b.at {
			b.at = 1 << 62
		}
	}
	part := p[:max(0, min(int64(len(p)), b.at-b.next))]
	n, err := b.ResponseWriter.Write(part)
	b.next += int64(n)
	if err == nil && len(part) < len(p) {
		b.broken = true
		_ = http.NewResponseController(b.ResponseWriter).Flush()
		err = errDropped
	}
	return n, err
}

// rangeStart reads the first offset of a Content-Range, 0 where there is none.
func rangeStart(header string) int64 {
	first, _, _ := strings.Cut(strings.TrimPrefix(header, "bytes "), "-")
	n, _ := strconv.ParseInt(first, 10, 64)
	return n
}
