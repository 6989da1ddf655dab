package trustmanager

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"testing"
)

const listPath = "/gateway/iot/api/v1/batch-enroll"

func TestFind(t *testing.T) {
	const id = "2026-11-27-3-k7q2"
	job := func(n int, name string) map[string]any {
		return map[string]any{"id": fmt.Sprintf("J-%d", n), "status": "IN_PROGRESS", "file_name": name, "total_certificates": 7}
	}
	var jobs []map[string]any
	for i := range 250 {
		jobs = append(jobs, job(i, fmt.Sprintf("other-%d.zip", i)))
	}
	jobs[17]["file_name"] = "batch.2026-11-27-3-k7q21.zip" // another id that begins alike
	jobs[18]["file_name"] = "x2026-11-27-3-k7q2.zip"
	jobs[201]["file_name"] = "batch.2026-11-27-3-k7q2.zip"
	page := func(w http.ResponseWriter, r *http.Request, all []map[string]any, cap int) []map[string]any {
		offset, _ := strconv.Atoi(r.URL.Query().Get("offset"))
		limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
		offset = min(offset, len(all))
		return all[offset:min(len(all), offset+min(limit, cap))]
	}
	write := func(w http.ResponseWriter, v any) { _ = json.NewEncoder(w).Encode(v) }
	twice := append(append([]map[string]any{}, jobs...), map[string]any{"id": "J-x", "status": "FAILED", "batch_name": id})
	for name, c := range map[string]struct {
		do   http.HandlerFunc
		want string
		is   error
	}{
		"pages with a total": {func(w http.ResponseWriter, r *http.Request) {
			write(w, map[string]any{"total": len(jobs), "records": page(w, r, jobs, 100)})
		}, "[J-201]", nil},
		"smaller pages": {func(w http.ResponseWriter, r *http.Request) {
			write(w, map[string]any{"total": len(jobs), "items": page(w, r, jobs, 30)})
		}, "[J-201]", nil},
		"arrays":            {func(w http.ResponseWriter, r *http.Request) { write(w, page(w, r, jobs, 100)) }, "[J-201]", nil},
		"smaller arrays":    {func(w http.ResponseWriter, r *http.Request) { write(w, page(w, r, jobs, 30)) }, "[J-201]", nil},
		"the whole, always": {func(w http.ResponseWriter, r *http.Request) { write(w, jobs) }, "[J-201]", nil},
		"several hits": {func(w http.ResponseWriter, r *http.Request) {
			write(w, map[string]any{"total": len(twice), "records": page(w, r, twice, 100)})
		}, "[J-201 J-x]", nil},
		"none":                {func(w http.ResponseWriter, r *http.Request) { write(w, page(w, r, jobs[:150], 100)) }, "[]", nil},
		"empty":               {func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "[]") }, "[]", nil},
		"404":                 {func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(404) }, "", ErrNoList},
		"405":                 {func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(405) }, "", ErrNoList},
		"the same page again": {func(w http.ResponseWriter, r *http.Request) { write(w, jobs[:100]) }, "", ErrIncompleteList},
		"ends before its total": {func(w http.ResponseWriter, r *http.Request) {
			write(w, map[string]any{"total": 900, "records": page(w, r, jobs[:150], 100)})
		}, "", ErrIncompleteList},
		"no JSON":          {func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "[{") }, "", errAny},
		"no list":          {func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, `{"x":1}`) }, "", errAny},
		"a hit without id": {func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, `[{"file_name":"`+id+`"}]`) }, "", errAny},
		"forbidden":        {func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(403) }, "", errAny},
		"a page is missing": {func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Get("offset") == "100" {
				w.WriteHeader(500)
				return
			}
			write(w, page(w, r, jobs, 100))
		}, "", errAny},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			f.handle("GET "+listPath, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Query().Get("enrollment_profile_id") != "IOT_1" {
					t.Errorf("query %q", r.URL.RawQuery)
				}
				c.do(w, r)
			})
			found, err := f.client(t).Find(t.Context(), "IOT_1", id)
			if c.is != nil {
				if err == nil || c.is != errAny && !errors.Is(err, c.is) || errors.Is(err, ErrNoList) != (c.is == ErrNoList) {
					t.Errorf("%v, %v", found, err)
				}
				return
			}
			ids := []string{}
			for _, j := range found {
				ids = append(ids, j.ID)
			}
			if err != nil || fmt.Sprint(ids) != c.want {
				t.Errorf("%v, %v; want %s", ids, err, c.want)
			}
		})
	}
	f := newFake(t)
	client := f.client(t, func(c *Connection, _ *Options) { c.Contract.Requests.Find = Request{} })
	if _, err := client.Find(t.Context(), "IOT_1", id); !errors.Is(err, ErrNoList) {
		t.Errorf("%v", err)
	}
	if _, err := client.Find(t.Context(), "IOT_1", "k7"); err == nil {
		t.Error("two letters were looked for")
	}
	first := f.client(t, func(c *Connection, _ *Options) {
		c.Contract.Requests.Find.Path = "{base}/iot/api/v1/batch-enroll?limit={limit}"
	})
	f.handle("GET "+listPath, func(w http.ResponseWriter, r *http.Request) { write(w, jobs[:100]) })
	if _, err := first.Find(t.Context(), "IOT_1", id); !errors.Is(err, ErrIncompleteList) {
		t.Errorf("a first page was taken for the list: %v", err)
	}
}

var errAny = errors.New("any")

func FuzzAnswers(f *testing.F) {
	f.Add([]byte(`{"id":"J-1","status":"COMPLETE","total_certificates":5,"failures":[{"row":3,"reason":"x"}]}`))
	f.Add([]byte(`{"job":{"id":7,"status":"x"},"errors":["a"],"created":1732697000}`))
	f.Add([]byte(`[{"id":"a","file_name":"b"}]`))
	f.Add([]byte(`{"records":[{}],"total":"3"}`))
	f.Add([]byte(`{"fields":[{"id":"a","value_type":{"type":"STRING","options":[{"value":"b"}]}}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		a := defaultAnswers()
		if job, err := a.job(data); err == nil {
			if job.Total < 0 || job.Failed < 0 || job.Issued < 0 || !containsState(job.State) {
				t.Errorf("%+v", job)
			}
			for _, row := range job.Failures {
				if row.Row < 0 || printable(row.Reason) != row.Reason {
					t.Errorf("%+v", row)
				}
			}
		}
		if records, total, err := a.records(data); err == nil && (total < -1 || records == nil && total > 0) {
			_ = records
			if total < -1 {
				t.Errorf("total %d", total)
			}
		}
		_, _ = parseSpecification(data)
		code, message, _ := errorText(data, "application/json")
		if len(code)+len(message) > 2*len(data)+100 {
			t.Errorf("%d bytes became %d", len(data), len(code)+len(message))
		}
	})
}

func containsState(s State) bool {
	for _, one := range States {
		if one == s {
			return true
		}
	}
	return false
}
