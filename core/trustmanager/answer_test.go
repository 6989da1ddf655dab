package trustmanager

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// A job whose every row failed is told in bounded memory, and nothing of it is left out.
func TestAJobWithManyFailures(t *testing.T) {
	const n = 200_000
	var text strings.Builder
	text.WriteString(`{"failures":[`)
	for i := range n {
		if i > 0 {
			text.WriteByte(',')
		}
		fmt.Fprintf(&text, `{"row":%d,"common_name":"00-1a-c2-%06x","reason":"the key is too small"}`, i+2, i)
	}
	text.WriteString(`],"errors":[],"id":"J-1","status":"COMPLETE","total_certificates":200000,"failed_certificates":200000}`)
	data := []byte(text.String())
	a := defaultAnswers()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	job, err := a.job(data)
	runtime.GC()
	runtime.ReadMemStats(&after)
	if err != nil || len(job.Failures) != n || job.Failures[n-1] != (RowFailure{n + 1, fmt.Sprintf("00-1a-c2-%06x", n-1), "the key is too small"}) || job.ID != "J-1" || job.Issued != 0 {
		t.Errorf("%d failures, %v", len(job.Failures), err)
	}
	if kept := int64(after.HeapAlloc) - int64(before.HeapAlloc); kept > 300*n { // #nosec G115 -- sizes of a test
		t.Errorf("%d bytes are kept for each row", kept/n)
	}
	runtime.KeepAlive(job)
	if job, err := a.job([]byte(`{"job":{"id":"J","status":"FAILED"},"errors":["a\u001bb",{"code":"x"},7]}`)); err != nil || fmt.Sprint(job.Failures) != "[{0  ab} {0  x}]" || job.State != StateFailed {
		t.Errorf("%+v, %v", job, err)
	}
}
