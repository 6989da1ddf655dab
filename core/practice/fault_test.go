package practice

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestParseFault(t *testing.T) {
	for spec, want := range map[string]Fault{
		"throttle=429":                 {Kind: Throttle, Status: 429, RetryAfter: 1},
		"throttle=503:2":               {Kind: Throttle, Status: 503, RetryAfter: 1, Times: 2},
		"throttle=429:2:30@status":     {Kind: Throttle, Status: 429, RetryAfter: 30, Times: 2, Step: StepStatus},
		"throttle=429:0:0":             {Kind: Throttle, Status: 429},
		"slow=500ms":                   {Kind: Slow, Delay: 500 * time.Millisecond},
		"slow=20000/s:3@download":      {Kind: Slow, Rate: 20000, Times: 3, Step: StepDownload},
		"drop-upload=0":                {Kind: DropUpload},
		"drop-upload=65536:1":          {Kind: DropUpload, Count: 65536, Times: 1},
		"drop-download=100":            {Kind: DropDownload, Count: 100},
		"lost-answer":                  {Kind: LostAnswer},
		"lost-answer=2":                {Kind: LostAnswer, Times: 2},
		"no-list":                      {Kind: NoList},
		"partial=7":                    {Kind: Partial, Count: 7},
		"malformed-json=1@me":          {Kind: MalformedJSON, Times: 1, Step: StepMe},
		"expired-token":                {Kind: ExpiredToken},
		"truncated-result":             {Kind: TruncatedResult},
		" corrupted-result=1@download": {Kind: CorruptedResult, Times: 1, Step: StepDownload},
	} {
		got, err := ParseFault(spec)
		if err != nil || got != want {
			t.Errorf("%s: %+v %v", spec, got, err)
		}
		if again, err := ParseFault(got.String()); err != nil || again != got {
			t.Errorf("%s was written as %s: %+v %v", spec, got, again, err)
		}
	}
	for _, spec := range []string{"", "nonsense", "throttle", "throttle=", "throttle=200", "throttle=429:x", "throttle=429:1:2:3", "throttle=429:-1", "slow", "slow=fast", "slow=-1s", "slow=0/s", "slow=x/s",
		"drop-upload", "drop-upload=-1", "drop-upload=+1", "drop-upload=1:2:3", "lost-answer=", "lost-answer=x", "lost-answer@status", "no-list@", "no-list@nowhere", "partial=0", "partial=x", "truncated-result@start", "slow=1h"} {
		if f, err := ParseFault(spec); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%q", spec)) {
			t.Errorf("%q is %+v, %v", spec, f, err)
		}
	}
	// The help names each of them.
	for _, k := range []FaultKind{Throttle, Slow, DropUpload, DropDownload, LostAnswer, NoList, Partial, MalformedJSON, ExpiredToken, TruncatedResult, CorruptedResult} {
		if !strings.Contains(FaultHelp, "\n"+string(k)) && !strings.HasPrefix(FaultHelp, string(k)) {
			t.Errorf("the help does not name %s", k)
		}
	}
}

func (c *client) fault(specs ...string) {
	c.t.Helper()
	var faults Faults
	for _, spec := range specs {
		f, err := ParseFault(spec)
		if err != nil {
			c.t.Fatal(err)
		}
		faults = append(faults, f)
	}
	if err := c.service.SetFaults(faults); err != nil {
		c.t.Fatal(err)
	}
}

// get of a step, by its path.
func (c *client) paths() map[Step]string {
	p := c.profile(ClientSide, AnyKey, false).ID
	return map[Step]string{
		StepMe: "/account/api/v1/user/me", StepProfiles: "/iot/api/v1/enrollment-profile", StepTemplate: "/iot/api/v1/enrollment-profile/" + p + "/batch-enroll-csv-template",
		StepSpecification: "/iot/api/v1/enrollment-profile/" + p + "/enrollment-specification", StepList: "/iot/api/v1/batch-enroll",
	}
}

func TestThrottleAndToken(t *testing.T) {
	c := open(t, Options{})
	for step, path := range c.paths() {
		c.fault("throttle=429:2:7@"+string(step), "throttle=503:1@"+string(step), "expired-token=1@"+string(step))
		for i, want := range []struct {
			status int
			code   string
			after  string
		}{{429, "too_many_requests", "7"}, {429, "too_many_requests", "7"}, {503, "service_unavailable", "1"}, {401, "invalid_api_key", ""}} {
			a := c.do("GET", path)
			wantRefusal(t, a, want.status, want.code, "")
			if got := a.header.Get("Retry-After"); got != want.after {
				t.Errorf("%s %d: Retry-After %q", step, i, got)
			}
		}
		if a := c.do("GET", path); a.status != 200 {
			t.Errorf("%s: %d once the faults are used up", step, a.status)
		}
		if left := c.service.Faults(); len(left) != 0 {
			t.Errorf("%v is left", left)
		}
	}
	// A fault of one step leaves the others alone, and holds without a number of times.
	c.fault("throttle=503@profiles")
	for range 3 {
		if c.do("GET", c.paths()[StepMe]).status != 200 || c.do("GET", c.paths()[StepProfiles]).status != 503 {
			t.Error("the wrong request is throttled")
		}
	}
	c.fault()
	if c.do("GET", c.paths()[StepProfiles]).status != 200 {
		t.Error("the fault was taken back and is there")
	}
}

func TestMalformedJSON(t *testing.T) {
	c := open(t, Options{})
	for step, path := range c.paths() {
		c.fault("malformed-json=1")
		a := c.do("GET", path)
		if step == StepTemplate {
			if a.status != 200 {
				t.Errorf("%d", a.status)
			}
			continue
		}
		if a.status != 200 || json.Valid(a.body) || len(a.body) == 0 {
			t.Errorf("%s: %d %s", step, a.status, a.body)
		}
	}
	c.fault("malformed-json=1@start")
	a, err := c.tryStart(c.someOrder())
	if err != nil || a.status != 201 || json.Valid(a.body) {
		t.Errorf("%v %d %s", err, a.status, a.body)
	}
	if n := c.jobs(); n != 1 {
		t.Errorf("%d jobs: the start was accepted", n)
	}
}

func (c *client) someOrder() order {
	return order{profile: c.profile(ClientSide, AnyKey, false), fields: map[string]string{"certificate_format": "pem"}, name: "a.zip", file: requests(c.t, 20)}
}

func (c *client) jobs() int {
	var page listed[toldJob]
	c.get("/iot/api/v1/batch-enroll", &page)
	return page.Total
}

// A start whose connection breaks has no effect; one whose answer is lost has.
func TestBrokenStarts(t *testing.T) {
	c := open(t, Options{})
	for _, at := range []int{0, 1, 300, 2000} {
		c.fault(fmt.Sprintf("drop-upload=%d:1", at))
		if a, err := c.tryStart(c.someOrder()); err == nil {
			t.Errorf("dropped at %d, it is answered with %d", at, a.status)
		}
		if n := c.jobs(); n != 0 {
			t.Fatalf("dropped at %d, there are %d jobs", at, n)
		}
	}
	if left := jobFolders(t, c.service.options.Folder); len(left) != 0 {
		t.Errorf("%q is left", left)
	}
	c.fault("lost-answer=1")
	if a, err := c.tryStart(c.someOrder()); err == nil {
		t.Errorf("the answer is lost, and it is %d", a.status)
	}
	if n := c.jobs(); n != 1 {
		t.Errorf("%d jobs after a lost answer", n)
	}
	c.fault("no-list=1")
	wantRefusal(t, c.do("GET", "/iot/api/v1/batch-enroll"), 404, "resource_not_found", "")
	if n := c.jobs(); n != 1 {
		t.Errorf("%d jobs", n)
	}
	c.fault("throttle=503:1@start")
	if a, err := c.tryStart(c.someOrder()); err != nil || a.status != 503 {
		t.Errorf("%v %d", err, a.status)
	}
	if n := c.jobs(); n != 1 {
		t.Errorf("%d jobs after a throttled start", n)
	}
}

func TestPartial(t *testing.T) {
	c := open(t, Options{})
	c.fault("partial=7:1")
	j := c.wait(c.start(c.someOrder()))
	if j.Status != statusComplete || j.Issued != 13 || j.Failed != 7 || len(j.Failures) != 7 || !strings.Contains(j.Failures[0].Reason, "practice") || j.Failures[0].Name == "" {
		t.Errorf("%+v", j)
	}
	if n := len(unzip(t, c.download(j.ID).body)); n != 13 {
		t.Errorf("%d certificates", n)
	}
	c.fault("partial=1000")
	if j := c.wait(c.start(c.someOrder())); j.Status != statusFailed || j.Failed != 20 {
		t.Errorf("%+v", j)
	}
}

// Broken downloads can be resumed; truncated and corrupted ones look well, and are not.
func TestDownloadFaults(t *testing.T) {
	c := open(t, Options{})
	id := c.start(c.someOrder())
	c.wait(id)
	path := "/iot/api/v1/batch-enroll/" + id + "/download-certificates"
	whole := c.download(id)
	size := len(whole.body)

	for _, at := range []int{0, 1, 1000, size - 1} {
		c.fault(fmt.Sprintf("drop-download=%d", at))
		a, err := c.try("GET", path, "", nil)
		if err == nil || len(a.body) != at || !bytes.Equal(a.body, whole.body[:at]) {
			t.Errorf("dropped at %d: %d bytes, %v", at, len(a.body), err)
		}
		if at == 0 {
			continue
		}
		b := c.do("GET", path, "Range", fmt.Sprintf("bytes=%d-", at), "If-Range", whole.header.Get("ETag"))
		if b.status != 206 || !bytes.Equal(append(a.body, b.body...), whole.body) {
			t.Errorf("resumed at %d: %d, %d bytes", at, b.status, len(b.body))
		}
		// A range that ends before the break passes.
		if b := c.do("GET", path, "Range", "bytes=0-0"); b.status != 206 || len(b.body) != 1 {
			t.Errorf("%d %d", b.status, len(b.body))
		}
	}
	c.fault("truncated-result=1")
	if a := c.do("GET", path); a.status != 200 || !bytes.Equal(a.body, whole.body[:size/2]) {
		t.Errorf("truncated: %d, %d of %d bytes", a.status, len(a.body), size)
	}
	c.fault("corrupted-result=1")
	a := c.do("GET", path)
	differ := 0
	for i := range a.body {
		if a.body[i] != whole.body[i] {
			differ++
		}
	}
	if a.status != 200 || len(a.body) != size || differ != 1 {
		t.Errorf("corrupted: %d, %d bytes, %d differ", a.status, len(a.body), differ)
	}
	if again := c.do("GET", path); !bytes.Equal(again.body, whole.body) {
		t.Error("the result itself was changed")
	}
}

func TestSlow(t *testing.T) {
	c := open(t, Options{})
	begun := time.Now()
	c.fault("slow=150ms:1@me")
	if a := c.do("GET", "/account/api/v1/user/me"); a.status != 200 {
		t.Errorf("%d", a.status)
	}
	if took := time.Since(begun); took < 150*time.Millisecond {
		t.Errorf("it took %s", took)
	}
	begun = time.Now()
	c.fault("slow=20000/s:1@profiles")
	a := c.do("GET", "/iot/api/v1/enrollment-profile")
	if least := time.Duration(len(a.body)) * time.Second / 20000 / 2; a.status != 200 || time.Since(begun) < least {
		t.Errorf("%d, %d bytes in %s", a.status, len(a.body), time.Since(begun))
	}
	// Both at once.
	begun = time.Now()
	c.fault("slow=100ms:1", "slow=1000000/s:1")
	if a := c.do("GET", "/account/api/v1/user/me"); a.status != 200 || time.Since(begun) < 100*time.Millisecond || len(c.service.Faults()) != 0 {
		t.Errorf("%d after %s, %v left", a.status, time.Since(begun), c.service.Faults())
	}
	// Close does not wait for a slow answer.
	c.fault("slow=5m")
	failed := make(chan error)
	go func() {
		_, err := c.try("GET", "/account/api/v1/user/me", "", nil)
		failed <- err
	}()
	for len(c.service.Faults()) == 0 {
		time.Sleep(time.Millisecond)
	}
	if err := c.service.Close(); err != nil {
		t.Error(err)
	}
	if err := <-failed; err == nil {
		t.Error("answered after Close")
	}
}

func TestFaultsAreChecked(t *testing.T) {
	c := open(t, Options{})
	c.fault("no-list")
	for _, f := range []Fault{{}, {Kind: "nonsense"}, {Kind: Throttle, Status: 200}, {Kind: NoList, Times: -1}, {Kind: LostAnswer, Step: StepDownload}, {Kind: Slow}} {
		if err := c.service.SetFaults(Faults{f}); err == nil {
			t.Errorf("%+v is taken", f)
		}
	}
	if got := c.service.Faults(); !slices.Equal(got, Faults{{Kind: NoList}}) {
		t.Errorf("%v", got)
	}
	if _, err := Open(ctx, Options{Folder: t.TempDir(), Faults: Faults{{}}}); err == nil {
		t.Error("Open takes a fault that is none")
	}
}
