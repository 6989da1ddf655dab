package trustmanager

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"
)

// unmarshal reads JSON with numbers kept as they stand.
func unmarshal(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		return errors.New("is not JSON of the expected form")
	}
	return nil
}

// member returns what stands under a name, "a.b" being b within a; the name as a whole goes first. Nil for nothing.
func member(object map[string]any, name string) any {
	if v, ok := object[name]; ok {
		return v
	}
	outer, inner, ok := strings.Cut(name, ".")
	if !ok {
		return nil
	}
	within, _ := object[outer].(map[string]any)
	if within == nil {
		return nil
	}
	return member(within, inner)
}

// text returns the first of the members that is a text or a number, as text.
func text(object map[string]any, names []string) string {
	for _, name := range names {
		switch v := member(object, name).(type) {
		case string:
			if v != "" {
				return v
			}
		case json.Number:
			return v.String()
		}
	}
	return ""
}

// number returns the first of the members that is a whole number of 0 or more.
func number(object map[string]any, names []string) (int, bool) {
	for _, name := range names {
		var digits string
		switch v := member(object, name).(type) {
		case json.Number:
			digits = v.String()
		case string:
			digits = v
		default:
			continue
		}
		if n, err := strconv.Atoi(digits); err == nil && n >= 0 {
			return n, true
		}
	}
	return 0, false
}

// timeLayouts are the forms in which services write a time, beside seconds or milliseconds since 1970.
var timeLayouts = []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02T15:04:05.999999999-0700", "2006-01-02 15:04:05", time.RFC1123, time.RFC1123Z}

func moment(object map[string]any, names []string) time.Time {
	written := text(object, names)
	if written == "" {
		return time.Time{}
	}
	for _, layout := range timeLayouts {
		if at, err := time.Parse(layout, written); err == nil {
			return at.UTC()
		}
	}
	if n, err := strconv.ParseInt(written, 10, 64); err == nil && n > 0 {
		if n > 1e11 { // a number of seconds this large lies beyond the year 5000
			return time.UnixMilli(n).UTC()
		}
		return time.Unix(n, 0).UTC()
	}
	return time.Time{}
}

// job reads an answer about one job. The rows that failed may be hundreds of thousands: they are read one by one, and never
// stand in memory as a tree.
func (a *Answers) job(data []byte) (Job, error) {
	var members map[string]json.RawMessage
	if err := unmarshal(data, &members); err != nil {
		return Job{}, err
	}
	object := map[string]any{}
	var rows json.RawMessage
	for _, name := range a.Failures {
		if list, ok := members[name]; ok && len(rows) <= len("[]") && bytes.HasPrefix(list, []byte("[")) {
			rows = list
			delete(members, name)
		}
	}
	for name, value := range members {
		var v any
		if err := unmarshal(value, &v); err != nil {
			return Job{}, err
		}
		object[name] = v
	}
	job := a.jobOf(object)
	if rows == nil {
		return job, nil
	}
	job.Failures = nil
	d := json.NewDecoder(bytes.NewReader(rows))
	d.UseNumber()
	if _, err := d.Token(); err != nil {
		return Job{}, errors.New("is not JSON of the expected form")
	}
	for d.More() {
		var one any
		if err := d.Decode(&one); err != nil {
			return Job{}, errors.New("is not JSON of the expected form")
		}
		if f, ok := a.failure(one); ok {
			job.Failures = append(job.Failures, f)
		}
	}
	return job, nil
}

// failure reads one row that failed.
func (a *Answers) failure(one any) (RowFailure, bool) {
	switch v := one.(type) {
	case map[string]any:
		switch strings.ToUpper(text(v, a.FailureKind)) {
		case "SUCCESS", "WARNING", "OK":
			return RowFailure{}, false
		}
		row, _ := number(v, a.FailureRow)
		return RowFailure{row, printable(text(v, a.FailureOf)), printable(text(v, a.FailureWhy))}, true
	case string:
		return RowFailure{Reason: printable(v)}, true
	}
	return RowFailure{}, false
}

func (a *Answers) jobOf(object map[string]any) Job {
	job := Job{
		ID:        text(object, a.JobID),
		Status:    text(object, a.Status),
		FileName:  text(object, a.FileName),
		ProfileID: text(object, a.ProfileID),
		Created:   moment(object, a.Created),
	}
	job.State = a.state(job.Status)
	job.Total, _ = number(object, a.Total)
	job.Failed, _ = number(object, a.Failed)
	issued, told := number(object, a.Issued)
	if !told && job.State == StateComplete {
		issued = max(0, job.Total-job.Failed)
	}
	job.Issued = issued
	for _, name := range a.Failures {
		rows, ok := member(object, name).([]any)
		if !ok {
			continue
		}
		for _, one := range rows {
			if f, ok := a.failure(one); ok {
				job.Failures = append(job.Failures, f)
			}
		}
		break
	}
	return job
}

// state translates a status. An unknown one counts as running: it is shown as it is, and asked for again.
func (a *Answers) state(status string) State {
	normal := strings.ToUpper(strings.NewReplacer(" ", "_", "-", "_").Replace(strings.TrimSpace(status)))
	if state, ok := a.States[normal]; ok {
		return state
	}
	return StateRunning
}
