package trustmanager

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// theKey is the API key of the tests; it holds characters that forms of it are made of.
const theKey = "0123_s3cret/key+of=tests_89"

// vault is Secrets in memory.
type vault map[string]string

func (v vault) Get(_ context.Context, account string) ([]byte, error) {
	if s, ok := v[account]; ok {
		return []byte(s), nil
	}
	return nil, fmt.Errorf("nothing under %q", account)
}

// steppingClock is a clock whose sleeps take no time and are noted.
type steppingClock struct {
	mu     sync.Mutex
	now    time.Time
	sleeps []time.Duration
}

func (c *steppingClock) Now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.now }

func (c *steppingClock) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	c.sleeps = append(c.sleeps, d)
	return ctx.Err()
}

// fake is a service behind TLS below the path /gateway, whose handlers a test sets.
type fake struct {
	*httptest.Server
	mux   *http.ServeMux
	clock *steppingClock
	mu    sync.Mutex
	hits  map[string]int // by "METHOD path"
}

func newFake(t *testing.T) *fake {
	f := &fake{mux: http.NewServeMux(), hits: map[string]int{}, clock: &steppingClock{now: time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)}}
	f.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		f.hits[r.Method+" "+r.URL.Path]++
		f.mu.Unlock()
		f.mux.ServeHTTP(w, r)
	}))
	f.Server.Config.ErrorLog = quiet
	f.StartTLS()
	t.Cleanup(f.Close)
	return f
}

func (f *fake) handle(pattern string, do http.HandlerFunc) { f.mux.HandleFunc(pattern, do) }

func (f *fake) answer(pattern string, status int, body string) {
	f.handle(pattern, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})
}

func (f *fake) count(what string) int { f.mu.Lock(); defer f.mu.Unlock(); return f.hits[what] }

func (f *fake) connection() Connection {
	c := NewConnection("Line 4", IoTTrustManager, f.URL+"/gateway/")
	c.Proxy = ProxyNone
	return c
}

// client makes a client of the fake's; change may change what it is made of.
func (f *fake) client(t *testing.T, change ...func(*Connection, *Options)) *Client {
	t.Helper()
	c := f.connection()
	o := Options{Anchors: []*x509.Certificate{f.Certificate()}, Clock: f.clock, Jitter: func() float64 { return 1 }}
	for _, do := range change {
		do(&c, &o)
	}
	client, err := NewClient(c, vault{c.Account(SecretAPIKey): theKey, c.Account(SecretPasscode): theKey, c.Account(SecretProxyPassword): "proxy-" + theKey}, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// upload writes a file of so many bytes and returns a request that sends it.
func upload(t *testing.T, size int) (StartRequest, []byte) {
	t.Helper()
	data := bytes.Repeat([]byte("0123456789abcde\n"), size/16+1)[:size]
	path := filepath.Join(t.TempDir(), "upload")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return StartRequest{ProfileID: "IOT_1", Method: ZIP, File: path, FileName: "batch.2026-11-27-3-k7q2.zip", Format: "pem", FullChain: true, BatchID: "2026-11-27-3-k7q2"}, data
}

const startPath = "/gateway/iot/api/v1/batch-enroll/IOT_1"

func TestTheContract(t *testing.T) {
	f := newFake(t)
	var got struct {
		fields   map[string]string
		fileName string
		fileType string
		file     []byte
		length   int64
		key      string
	}
	f.handle("POST "+startPath, func(w http.ResponseWriter, r *http.Request) {
		got.length, got.key = r.ContentLength, r.Header.Get("X-Api-Key")
		if r.TransferEncoding != nil {
			t.Error("the upload has no length")
		}
		form, err := r.MultipartReader()
		if err != nil {
			t.Error(err)
			return
		}
		got.fields, got.fileName, got.file = map[string]string{}, "", nil
		for {
			part, err := form.NextPart()
			if err != nil {
				break
			}
			data, _ := io.ReadAll(part)
			if part.FormName() == "data" {
				got.fileName, got.fileType, got.file = part.FileName(), part.Header.Get("Content-Type"), data
			} else {
				got.fields[part.FormName()] = string(data)
			}
		}
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.WriteString(w, `{"job_id":"J-1","status":"PENDING_APPROVAL"}`)
	})
	f.answer("GET /gateway/iot/api/v1/batch-enroll/J-1", 200, `{"id":"J-1","status":"COMPLETE","total_certificates":5,"failed_certificates":"2","created":"2026-11-27T08:00:00Z",
		"file_name":"x.zip","failures":[{"row":3,"common_name":"b","reason":"no\ngood"},{"line":"4","name":"c","error":{"message":"worse"}}]}`)
	f.answer("PUT /gateway/iot/api/v1/batch-enroll/J-1/approve", 204, "")
	f.answer("PUT /gateway/iot/api/v1/batch-enroll/J-1/reject", 204, "")
	f.answer("GET /gateway/account/api/v1/user/me", 200, `{"email":"jo@example.com","status":"ACTIVE","user_type":"STANDARD","account":{"name":"ACME"}}`)
	f.answer("GET /gateway/iot/api/v1/enrollment-profile/IOT_1/batch-enroll-csv-template", 200, "\"subject.common_name\"\r\n")
	f.answer("GET /gateway/iot/api/v1/enrollment-profile/IOT_1/enrollment-specification", 200, `{"fields":[{"id":"subject.common_name","name":"Common name","type":"CERTIFICATE","mandatory":true,"editable":true,"update_from_csr":false,
		"value_type":{"type":"STRING","options":["a","b"],"multiple":true},"default_value":null}]}`)
	f.handle("GET /gateway/iot/api/v1/enrollment-profile", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("offset") == "0" {
			_, _ = io.WriteString(w, `{"total":3,"records":[{"id":"IOT_1","name":"One","enrollment_methods":["API","BATCH"],"key_generation_option":"client_or_server_side"},{"id":"IOT_2","name":"Two","enrollment_method":"API"}]}`)
		} else {
			_, _ = io.WriteString(w, `{"total":3,"records":[{"id":"IOT_3","name":"Three","key_generation_option":"server_side"}]}`)
		}
	})
	client, ctx := f.client(t), t.Context()

	request, data := upload(t, 3_000_000)
	request.Method, request.Recipient = CSV, []byte("cmVjaXBpZW50")
	var done, total int64
	job, err := client.Start(ctx, request, func(d, n int64) { done, total = d, n })
	if err != nil || job.ID != "J-1" || job.State != StateWaitingForApproval {
		t.Fatalf("%+v, %v", job, err)
	}
	if !bytes.Equal(got.file, data) || got.fileName != request.FileName || got.fileType != "application/zip" || got.key != theKey || got.length != total || done != total {
		t.Errorf("the file came as %q of %q, %d bytes; progress %d of %d, length %d", got.fileName, got.fileType, len(got.file), done, total, got.length)
	}
	if want := map[string]string{"certificate_format": "pem", "include_full_chain_with_each_certificate": "true", "certificate": "cmVjaXBpZW50"}; fmt.Sprint(got.fields) != fmt.Sprint(want) {
		t.Errorf("fields %v", got.fields)
	}
	mac := StartRequest{ProfileID: "IOT_1", Method: MAC, Format: "der", Recipient: []byte("cg=="), MAC: MACRange{"00:1a:c2:7b:00:00", 5, 10}, BatchID: "2026-11-27-4-abcd"}
	if _, err := client.Start(ctx, mac, nil); err != nil {
		t.Fatal(err)
	}
	if want := map[string]string{"certificate_format": "der", "include_full_chain_with_each_certificate": "false", "certificate": "cg==", "start_mac_address": "00:1a:c2:7b:00:00",
		"certificate_count": "5", "increment": "10", "batch_name": "2026-11-27-4-abcd"}; fmt.Sprint(got.fields) != fmt.Sprint(want) || got.file != nil {
		t.Errorf("MAC fields %v", got.fields)
	}
	own := request
	own.Recipient = nil
	if _, err := client.Start(ctx, own, nil); err != nil {
		t.Fatal(err)
	}
	if _, there := got.fields["certificate"]; there {
		t.Error("a field without a value was sent")
	}

	job, err = client.Status(ctx, "J-1")
	if err != nil || job.State != StateComplete || job.Total != 5 || job.Failed != 2 || job.Issued != 3 || job.Created.Hour() != 8 ||
		fmt.Sprint(job.Failures) != "[{3 b no good} {4 c worse}]" {
		t.Errorf("%+v, %v", job, err)
	}
	if err := client.Approve(ctx, "J-1"); err != nil {
		t.Error(err)
	}
	if err := client.Reject(ctx, "J-1"); err != nil {
		t.Error(err)
	}
	user, err := client.Me(ctx)
	if err != nil || user.String() != "jo@example.com, ACME, active, standard" {
		t.Errorf("%v, %v", user, err)
	}
	profiles, err := client.Profiles(ctx)
	if err != nil || len(profiles) != 3 || !profiles[0].Batch() || profiles[1].Batch() || profiles[2].TakesCSRs() || !profiles[0].MakesKeys() {
		t.Errorf("%+v, %v", profiles, err)
	}
	template, err := client.Template(ctx, "IOT_1")
	if err != nil || string(template) != "\"subject.common_name\"\r\n" {
		t.Errorf("%q, %v", template, err)
	}
	s, err := client.Specification(ctx, "IOT_1")
	if err != nil || len(s.Fields) != 1 || !s.Fields[0].Mandatory || !s.Fields[0].Multiple || len(s.Fields[0].Options) != 2 || s.Fields[0].ValueType != "STRING" {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestJSONBodyAndOtherEncodings(t *testing.T) {
	f := newFake(t)
	var kind, body string
	f.handle("POST "+startPath, func(w http.ResponseWriter, r *http.Request) {
		data, _ := io.ReadAll(r.Body)
		kind, body = r.Header.Get("Content-Type"), string(data)
		_, _ = io.WriteString(w, `{"id":7}`)
	})
	mac := StartRequest{ProfileID: "IOT_1", Method: MAC, Format: "pem", Recipient: []byte("a+/="), MAC: MACRange{"00:1a:c2:7b:00:00", 5, 10}, BatchID: "2026-11-27-4-ab\"d"}
	client := f.client(t, func(c *Connection, _ *Options) {
		s := &c.Contract.Requests.StartMAC
		s.Encoding, s.Parts = JSONBody, nil
		s.Body = json.RawMessage(`{"z":{"start":"{mac_start}","n":"{mac_count}"},"a":["{full_chain}",1.50,null,"n={mac_count}"],"name":"{batch_id}","recipient":"{recipient}","format":"{format}","step":"{mac_increment}"}`)
	})
	job, err := client.Start(t.Context(), mac, nil)
	if err != nil || job.ID != "7" || kind != "application/json" ||
		body != `{"z":{"start":"00:1a:c2:7b:00:00","n":5},"a":[false,1.50,null,"n=5"],"name":"2026-11-27-4-ab\"d","recipient":"a+/=","format":"pem","step":10}` {
		t.Errorf("%v, %v, %s: %s", job, err, kind, body)
	}
	client = f.client(t, func(c *Connection, _ *Options) { c.Contract.Requests.StartMAC.Encoding = URLEncoded })
	if _, err := client.Start(t.Context(), mac, nil); err != nil || kind != "application/x-www-form-urlencoded" || !strings.Contains(body, "certificate=a%2B%2F%3D&start_mac_address=00%3A1a") {
		t.Errorf("%v, %s: %s", err, kind, body)
	}
	client = f.client(t, func(c *Connection, _ *Options) {
		s := &c.Contract.Requests.StartZIP
		s.Encoding, s.Parts, s.Path = RawFile, nil, "{base}/iot/api/v1/batch-enroll/{profile_id}?format={format}&chain={full_chain}&name={file_name}"
	})
	request, data := upload(t, 100)
	if _, err := client.Start(t.Context(), request, nil); err != nil || kind != "application/zip" || body != string(data) {
		t.Errorf("%v, %s: %s", err, kind, body)
	}
}
