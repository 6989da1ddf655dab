package practice

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

type refused struct {
	Error  struct{ Code, Message string }
	Errors []struct{ Code, Message string }
}

// wantRefusal wants a status and code, in either shape, with a message that holds all of the words.
func wantRefusal(t *testing.T, a answer, status int, code string, words ...string) {
	t.Helper()
	var r refused
	if err := json.Unmarshal(a.body, &r); err != nil || a.status != status {
		t.Fatalf("%d %s, want %d %s", a.status, a.body, status, code)
	}
	if len(r.Errors) > 0 {
		r.Error = r.Errors[0]
	}
	for _, w := range words {
		if r.Error.Code != code || !strings.Contains(r.Error.Message, w) {
			t.Errorf("%s: %s, want %s with %q", r.Error.Code, r.Error.Message, code, w)
		}
	}
}

func TestMe(t *testing.T) {
	c := open(t, Options{})
	var me struct{ Email, Status, UserType string }
	c.get("/account/api/v1/user/me", &me)
	if me.Email == "" || me.Status != "ACTIVE" {
		t.Errorf("%+v", me)
	}
}

func TestTokenIsNeeded(t *testing.T) {
	c := open(t, Options{})
	token := c.token
	for _, given := range []string{"", "practice_wrong", token + "x", token[:len(token)-1]} {
		c.token = given
		wantRefusal(t, c.do("GET", "/account/api/v1/user/me"), 401, "invalid_api_key", "")
	}
	c.token = ""
	wantRefusal(t, c.do("GET", "/account/api/v1/user/me", "x-passcode", token), 401, "invalid_api_key", "missing")
	if a := c.do("GET", "/iot/api/v1/batch-enroll", "x-passcode", token); a.status != 200 {
		t.Errorf("a passcode is refused: %d", a.status)
	}
	fresh, err := c.service.NewToken()
	if err != nil {
		t.Fatal(err)
	}
	c.token = token
	wantRefusal(t, c.do("GET", "/account/api/v1/user/me"), 401, "invalid_api_key", "")
	c.token = string(fresh)
	if a := c.do("GET", "/account/api/v1/user/me"); a.status != 200 {
		t.Errorf("the new token is refused: %d", a.status)
	}
}

func TestProfiles(t *testing.T) {
	c := open(t, Options{})
	seen, kinds := map[string]bool{}, map[string]bool{}
	for offset := 0; ; {
		var page struct {
			Limit, Offset, Total int
			Records              []struct {
				ID, Name            string
				EnrollmentMethods   any    `json:"enrollment_methods"`
				KeyGenerationOption string `json:"key_generation_option"`
				KeyType             string `json:"key_type"`
				Approval            bool   `json:"approval_required"`
			}
		}
		c.get(fmt.Sprintf("/iot/api/v1/enrollment-profile?limit=10&offset=%d", offset), &page)
		if page.Limit != 10 || page.Offset != offset || page.Total != len(c.service.profiles.all) {
			t.Fatalf("%+v", page)
		}
		if len(page.Records) == 0 {
			break
		}
		for _, r := range page.Records {
			if seen[r.ID] || !strings.HasPrefix(r.ID, "IOT_") || len(r.ID) != 40 {
				t.Errorf("id %q", r.ID)
			}
			seen[r.ID] = true
			kinds[fmt.Sprint(r.KeyGenerationOption, r.KeyType, r.Approval)] = true
			switch m := r.EnrollmentMethods.(type) {
			case string, []any:
			default:
				t.Errorf("%s: methods %v", r.Name, m)
			}
		}
		offset += len(page.Records)
	}
	for _, keys := range []KeyOption{ClientSide, ServerSide, EitherSide} {
		for _, k := range keyTypes {
			for _, approval := range []bool{false, true} {
				if !kinds[fmt.Sprint(keys, k, approval)] {
					t.Errorf("no profile %s %s %v", keys, k, approval)
				}
			}
		}
	}
	// Scripts keep ids: they are the same on every computer and must not change.
	if got := c.profile(ClientSide, AnyKey, false).ID; got != "IOT_01a4bd88-0987-8f22-8b08-3bb53973af10" {
		t.Errorf("the id has become %s", got)
	}
	wantRefusal(t, c.do("GET", "/iot/api/v1/enrollment-profile?limit=x"), 400, "invalid_request", `"x"`)
	wantRefusal(t, c.do("GET", "/iot/api/v1/enrollment-profile/IOT_nobody"), 404, "resource_not_found", "IOT_nobody")
}

func TestTemplateAndSpecification(t *testing.T) {
	c := open(t, Options{})
	for _, p := range c.service.profiles.all {
		a := c.do("GET", "/iot/api/v1/enrollment-profile/"+p.ID+"/batch-enroll-csv-template")
		s := c.do("GET", "/iot/api/v1/enrollment-profile/"+p.ID+"/enrollment-specification")
		if p.SingleOnly {
			wantRefusal(t, a, 400, "invalid_request", "no batches")
			continue
		}
		if a.status != 200 || a.header.Get("Content-Type") != "text/csv" || !strings.HasPrefix(string(a.body), `"unique_identifier","subject.common_name"`) {
			t.Errorf("%s: %d %s", p.Name, a.status, a.body)
		}
		if strings.Contains(string(a.body), `"csr"`) != p.takesRequests() {
			t.Errorf("%s: %s", p.Name, a.body)
		}
		if p.BatchOnly {
			wantRefusal(t, s, 400, "invalid_request", "batches only")
			continue
		}
		var spec struct{ Fields []field }
		if err := json.Unmarshal(s.body, &spec); err != nil || s.status != 200 || len(spec.Fields) < 4 || spec.Fields[0].ID != "subject.common_name" || !spec.Fields[0].Mandatory {
			t.Errorf("%s: %d %s", p.Name, s.status, s.body)
		}
	}
}

func TestApproval(t *testing.T) {
	c := open(t, Options{})
	p := c.profile(ClientSide, P256, true)
	o := order{profile: p, fields: map[string]string{"certificate_format": "pem"}, name: "a.zip", file: requests(t, 2)}
	id := c.start(o)
	path := "/iot/api/v1/batch-enroll/" + id
	if j := c.status(id); j.Status != statusPendingApproval || j.Total != 2 {
		t.Fatalf("%+v", j)
	}
	wantRefusal(t, c.do("GET", path+"/download-certificates"), 409, "conflict", "PENDING_APPROVAL")
	if a := c.do("PUT", path+"/approve"); a.status != 204 || len(a.body) != 0 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if j := c.wait(id); j.Status != statusComplete {
		t.Fatalf("%+v", j)
	}
	wantRefusal(t, c.do("PUT", path+"/approve"), 409, "conflict", "COMPLETE")
	wantRefusal(t, c.do("PUT", path+"/reject"), 409, "conflict", "COMPLETE")

	id = c.start(o)
	path = "/iot/api/v1/batch-enroll/" + id
	if a := c.do("PUT", path+"/reject"); a.status != 204 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if j := c.status(id); j.Status != statusRejected {
		t.Fatalf("%+v", j)
	}
	wantRefusal(t, c.do("GET", path+"/download-certificates"), 409, "conflict", "REJECTED")
	wantRefusal(t, c.do("PUT", "/iot/api/v1/batch-enroll/nobody/approve"), 404, "resource_not_found", "nobody")
}

func TestApprovalOfAll(t *testing.T) {
	c := open(t, Options{Approval: true})
	id := c.start(order{profile: c.profile(ClientSide, AnyKey, false), fields: map[string]string{"certificate_format": "der"}, name: "a.zip", file: requests(t, 1)})
	if j := c.status(id); j.Status != statusPendingApproval {
		t.Errorf("%+v", j)
	}
}

func TestList(t *testing.T) {
	c := open(t, Options{})
	p, other := c.profile(ClientSide, AnyKey, false), c.profile(ClientSide, P256, false)
	file := requests(t, 1)
	var ids []string
	for i, p := range []*Profile{p, other, p, p} {
		ids = append(ids, c.start(order{profile: p, fields: map[string]string{"certificate_format": "pem"}, name: fmt.Sprintf("batch-%d.zip", i), file: file}))
	}
	var page listed[toldJob]
	c.get("/iot/api/v1/batch-enroll?limit=2&offset=0&profile_id="+p.ID, &page)
	if page.Total != 3 || len(page.Records) != 2 || page.Records[0].ID != ids[3] || page.Records[0].FileName != "batch-3.zip" || page.Records[0].Created.IsZero() || page.Records[0].Total != 1 {
		t.Errorf("%+v", page)
	}
	c.get("/iot/api/v1/batch-enroll?limit=2&offset=2&profile_id="+p.ID, &page)
	if len(page.Records) != 1 || page.Records[0].ID != ids[0] {
		t.Errorf("%+v", page)
	}
	c.get("/iot/api/v1/batch-enroll", &page)
	if page.Total != 4 {
		t.Errorf("%+v", page)
	}
}

// Everything that is wrong with an order as a whole is refused at once, with the reason, and leaves nothing.
func TestRefusedStarts(t *testing.T) {
	c := open(t, Options{})
	to := newReceiver(t)
	client, server, either := c.profile(ClientSide, AnyKey, false), c.profile(ServerSide, P256, false), c.profile(EitherSide, P256, false)
	zip := requests(t, 1)
	names := csvOf(`"subject.common_name"`, `"a"`)
	type fields = map[string]string
	mac := func(start, n, step string) fields {
		return fields{"certificate_format": "pem", "certificate": to.field(t), "start_mac_address": start, "certificate_count": n, "increment": step}
	}
	pem := fields{"certificate_format": "pem"}
	sealed := fields{"certificate_format": "pem", "certificate": to.field(t)}
	for _, test := range []struct {
		name string
		o    order
		word string
	}{
		{"long name", order{client, pem, strings.Repeat("x", 1025), zip}, "1025 bytes"},
		{"no format", order{client, fields{}, "a.zip", zip}, "certificate_format is missing"},
		{"unknown format", order{client, fields{"certificate_format": "p12"}, "a.zip", zip}, `"p12"`},
		{"chain", order{client, fields{"certificate_format": "pem", "include_full_chain_with_each_certificate": "perhaps"}, "a.zip", zip}, `"perhaps"`},
		{"empty", order{client, pem, "a.zip", nil}, "empty"},
		{"empty ZIP", order{client, pem, "a.zip", zipOf(t)}, "ZIP is empty"},
		{"damaged ZIP", order{client, pem, "a.zip", zip[:len(zip)/2]}, "ZIP cannot be read"},
		{"two CSVs", order{client, pem, "a.zip", zipOf(t, "a.csv", "x", "b.csv", "y")}, "one CSV"},
		{"CSRs for keys of the service", order{server, sealed, "a.zip", zip}, "brings CSRs"},
		{"names for keys of the device", order{client, pem, "a.csv", names}, "no column csr"},
		{"no names", order{server, sealed, "a.csv", csvOf("device", "a")}, "no column subject.common_name"},
		{"header only", order{server, sealed, "a.csv", csvOf("subject.common_name")}, "no rows"},
		{"column twice", order{server, sealed, "a.csv", csvOf("subject.common_name,Subject.Common_Name", "a,b")}, "both called"},
		{"column without a name", order{server, sealed, "a.csv", csvOf("subject.common_name,", "a,b")}, "column 2 has no name"},
		{"unknown field", order{server, sealed, "a.csv", csvOf("subject.common_name,subject.shoe_size", "a,b")}, "subject.shoe_size"},
		{"unknown usage", order{server, sealed, "a.csv", csvOf("subject.common_name,key_usage.magic", "a,b")}, "magic"},
		{"open quote", order{server, sealed, "a.csv", csvOf("subject.common_name", `a"b`)}, "row 2"},
		{"Latin-1", order{server, sealed, "a.csv", csvOf("subject.common_name,m\xfcll", `a,b`)}, "UTF-8"},
		{"no recipient", order{server, pem, "a.csv", names}, "to whom they are sealed"},
		{"damaged recipient", order{server, fields{"certificate_format": "pem", "certificate": "###"}, "a.csv", names}, "neither PEM nor armor"},
		{"private key as recipient", order{server, fields{"certificate_format": "pem", "certificate": string(to.key)}, "a.csv", names}, "private key"},
		{"neither file nor MAC", order{server, sealed, "", nil}, "neither a file"},
		{"MAC for keys of the device", order{client, mac("00:1a:c2:7b:00:00", "5", "1"), "", nil}, "no order"},
		{"five octets", order{server, mac("00:1a:c2:7b:00", "5", "1"), "", nil}, "octets"},
		{"MAC without separators", order{server, mac("001ac27b0000", "5", "1"), "", nil}, "neither colons nor hyphens"},
		{"past the end", order{server, mac("ff:ff:ff:ff:ff:fe", "5", "1"), "", nil}, "ff-ff-ff-ff-ff-ff"},
		{"none", order{server, mac("00:1a:c2:7b:00:00", "0", "1"), "", nil}, "certificate_count"},
		{"too many", order{server, mac("00:1a:c2:7b:00:00", "500001", "1"), "", nil}, "500000"},
		{"standing still", order{server, mac("00:1a:c2:7b:00:00", "5", "0"), "", nil}, "increment"},
		{"hexadecimal increment", order{either, mac("00:1a:c2:7b:00:00", "5", "0a"), "", nil}, "increment"},
		{"single only", order{c.service.profiles.all[len(c.service.profiles.all)-1], pem, "a.zip", zip}, "no batches"},
		{"RSA over 2,000", order{c.profile(ServerSide, RSA2048, false), mac("00:1a:c2:7b:00:00", "2001", "1"), "", nil}, "2000"},
	} {
		t.Run(test.name, func(t *testing.T) {
			a, err := c.tryStart(test.o)
			if err != nil {
				t.Fatal(err)
			}
			wantRefusal(t, a, 400, "invalid_request", test.word)
		})
	}
	a, err := c.try("POST", "/iot/api/v1/batch-enroll/"+server.ID, "text/plain", strings.NewReader("x"))
	if err != nil {
		t.Fatal(err)
	}
	wantRefusal(t, a, 400, "invalid_request", "text/plain")
	for _, body := range []string{"", "[]", "null", "{", `{"a":{}}`, `{"a":1}{}`, `{"certificate_format":"pem"`} {
		a, err := c.try("POST", "/iot/api/v1/batch-enroll/"+server.ID, "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		wantRefusal(t, a, 400, "invalid_request", "")
	}
	a, err = c.try("POST", "/iot/api/v1/batch-enroll/IOT_nobody", "application/json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	wantRefusal(t, a, 404, "resource_not_found", "IOT_nobody")
	wantRefusal(t, c.do("GET", "/iot/api/v1/batch-enroll/nobody"), 404, "resource_not_found", "nobody")
	wantRefusal(t, c.do("DELETE", "/iot/api/v1/batch-enroll/nobody"), 404, "resource_not_found", "DELETE")
	if left := jobFolders(t, c.service.options.Folder); len(left) != 0 {
		t.Errorf("refused starts left %q", left)
	}
}

func TestUploadLimit(t *testing.T) {
	c := open(t, Options{})
	c.service.uploadLimit = 1000
	p := c.profile(ServerSide, P256, false)
	o := order{profile: p, fields: map[string]string{"certificate_format": "pem", "certificate": newReceiver(t).field(t)}, name: "a.csv"}
	row := "\n0123456789"
	o.file = []byte("subject.common_name" + strings.Repeat(row, 80))
	o.file = append(o.file, bytes.Repeat([]byte("x"), 1000-len(o.file))...)
	c.start(o)
	o.file = append(o.file, 'x')
	a, err := c.tryStart(o)
	if err != nil {
		t.Fatal(err)
	}
	wantRefusal(t, a, 400, "invalid_request", "too large", "1000")
	if MaxUploadBytes != 200_000_000 || MaxMACs != 500_000 {
		t.Error("the limits are not the service's")
	}
}

func TestRangesOfAResult(t *testing.T) {
	c := open(t, Options{})
	id := c.start(order{profile: c.profile(ClientSide, AnyKey, false), fields: map[string]string{"certificate_format": "pem"}, name: "a.zip", file: requests(t, 20)})
	c.wait(id)
	path := "/iot/api/v1/batch-enroll/" + id + "/download-certificates"
	whole := c.download(id)
	etag := whole.header.Get("ETag")
	if etag == "" || whole.header.Get("Accept-Ranges") != "bytes" {
		t.Fatalf("%v", whole.header)
	}
	a := c.do("GET", path, "Range", "bytes=100-", "If-Range", etag)
	if a.status != 206 || !bytes.Equal(a.body, whole.body[100:]) || a.header.Get("ETag") != etag {
		t.Errorf("%d, %d bytes", a.status, len(a.body))
	}
	a = c.do("GET", path, "Range", "bytes=100-", "If-Range", `"another"`)
	if a.status != 200 || !bytes.Equal(a.body, whole.body) {
		t.Errorf("%d, %d bytes", a.status, len(a.body))
	}
	if a = c.do("GET", path, "Range", fmt.Sprintf("bytes=%d-", len(whole.body))); a.status != http.StatusRequestedRangeNotSatisfiable {
		t.Errorf("%d", a.status)
	}
	if a = c.do("HEAD", path); a.status != 200 || a.header.Get("Content-Length") != fmt.Sprint(len(whole.body)) {
		t.Errorf("%d %v", a.status, a.header)
	}
}

func TestOpenRefuses(t *testing.T) {
	folder := t.TempDir()
	for _, listen := range []string{"0.0.0.0:0", ":0", "192.0.2.1:0", "example.com:0", "[::]:0"} {
		if _, err := Open(ctx, Options{Folder: folder, Listen: listen}); !errors.Is(err, ErrNotLoopback) {
			t.Errorf("%s: %v", listen, err)
		}
	}
	if _, err := Open(ctx, Options{}); err == nil {
		t.Error("no folder, and no error")
	}
	c := open(t, Options{Folder: folder})
	if _, err := Open(ctx, Options{Folder: folder}); !errors.Is(err, ErrBusy) {
		t.Errorf("%v", err)
	}
	if _, err := Open(ctx, Options{Folder: t.TempDir(), Listen: strings.TrimPrefix(c.service.URL(), "https://")}); err == nil {
		t.Error("a port was taken twice")
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := Open(cancelled, Options{Folder: t.TempDir()}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// The authority for TLS cannot vouch for anybody but this computer, and old TLS is refused.
func TestTLS(t *testing.T) {
	c := open(t, Options{})
	server := c.service.authority.tls.certificate
	if len(server.PermittedDNSDomains) != 1 || len(server.PermittedIPRanges) != 2 || !server.PermittedDNSDomainsCritical {
		t.Errorf("%v %v", server.PermittedDNSDomains, server.PermittedIPRanges)
	}
	if bytes.Equal(server.RawSubject, c.service.authority.root.certificate.RawSubject) {
		t.Error("devices and TLS have one root")
	}
	dialer := &tls.Dialer{Config: c.http.Transport.(*http.Transport).TLSClientConfig.Clone()}
	dialer.Config.MaxVersion = tls.VersionTLS11
	dialer.Config.MinVersion = tls.VersionTLS10
	withTimeout, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if conn, err := dialer.DialContext(withTimeout, "tcp", strings.TrimPrefix(c.service.URL(), "https://")); err == nil {
		conn.Close()
		t.Error("TLS 1.1 is spoken")
	}
}

// A field that is not known is said in the job, and an order without one has nothing to say.
func TestUnknownFieldsAreNoted(t *testing.T) {
	c := open(t, Options{})
	o := c.someOrder()
	if j := c.status(c.start(o)); len(j.Notes) != 0 {
		t.Errorf("%q", j.Notes)
	}
	o.fields["certificate_fromat"], o.fields["zone"] = "der", "4"
	if j := c.status(c.start(o)); len(j.Notes) != 2 || !strings.Contains(j.Notes[0], `"certificate_fromat"`) || !strings.Contains(j.Notes[1], `"zone"`) {
		t.Errorf("%q", j.Notes)
	}
}
