package practice

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

// boundary of the forms in the corpus.
const boundary = "BOUNDARY"

// FuzzStart sends any body to the start request, as a form and as JSON. Whatever comes, the answer is JSON and no failure of
// the service; what is refused leaves nothing, and what is accepted is in the list and ends.
func FuzzStart(f *testing.F) {
	to := newReceiver(f)
	certificate := to.field(f)
	form := func(fields map[string]string, name string, file []byte) []byte {
		var b bytes.Buffer
		for k, v := range fields {
			b.WriteString("--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + k + "\"\r\n\r\n" + v + "\r\n")
		}
		if name != "" {
			b.WriteString("--" + boundary + "\r\nContent-Disposition: form-data; name=\"data\"; filename=\"" + name + "\"\r\nContent-Type: text/csv\r\n\r\n")
			b.Write(file)
			b.WriteString("\r\n")
		}
		b.WriteString("--" + boundary + "--\r\n")
		return b.Bytes()
	}
	key := newKey(f)
	f.Add(false, form(map[string]string{"certificate_format": "pem"}, "a.zip", zipOf(f, "a.csr", string(newRequest(f, key, "a")))))
	f.Add(false, form(map[string]string{"certificate_format": "json"}, "a.csv", csvOf("subject.common_name,csr", "a,"+oneLine(newRequest(f, key, "a")))))
	f.Add(false, form(map[string]string{"certificate_format": "der", "certificate": certificate}, "a.csv", csvOf("unique_identifier,subject.common_name,san.ip_address,san.directory_name,validity.to", "u,a,192.0.2.1,\"CN=a,O=b\",2027-01-01")))
	f.Add(false, form(map[string]string{"certificate_format": "pem", "certificate": certificate, "start_mac_address": "00:1a:c2:7b:00:00", "certificate_count": "3", "increment": "1"}, "", nil))
	f.Add(true, []byte(`{"certificate_format":"pem","start_mac_address":"00:1a:c2:7b:00:00","certificate_count":3,"increment":"1","certificate":"`+certificate+`"}`))
	f.Add(true, []byte(`{"certificate_format":null,"certificate_count":[]}`))

	s, err := Open(ctx, Options{Folder: f.TempDir()})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { s.Close() })
	s.uploadLimit = 1 << 20
	token, err := s.Token()
	if err != nil {
		f.Fatal(err)
	}
	router := s.router()
	c := &client{t: f, service: s}
	profile := c.profile(EitherSide, P256, true) // waits, so that only what is looked at here is worked on
	ask := func(method, path, kind string, body []byte) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, path, bytes.NewReader(body))
		r.Header.Set("x-api-key", string(token))
		r.Header.Set("Content-Type", kind)
		w := httptest.NewRecorder()
		router.ServeHTTP(w, r)
		return w
	}
	f.Fuzz(func(t *testing.T, asJSON bool, body []byte) {
		kind := "multipart/form-data; boundary=" + boundary
		if asJSON {
			kind = "application/json"
		}
		before := len(s.jobs.list(""))
		w := ask("POST", "/iot/api/v1/batch-enroll/"+profile.ID, kind, body)
		var told struct {
			toldJob
			refused
		}
		if err := json.Unmarshal(w.Body.Bytes(), &told); err != nil {
			t.Fatalf("%d %s: %v", w.Code, w.Body, err)
		}
		if w.Code == http.StatusBadRequest {
			if len(told.Errors) == 0 || told.Errors[0].Message == "" || len(s.jobs.list("")) != before || len(jobFolders(t, s.options.Folder)) != before {
				t.Fatalf("refused with %s, and there is something left", w.Body)
			}
			return
		}
		if w.Code != http.StatusCreated || told.Total < 1 || len(s.jobs.list(profile.ID)) != before+1 {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		j := s.jobs.get(told.ID)
		defer func() { // the next one begins without it
			s.jobs.mu.Lock()
			s.jobs.all = s.jobs.all[:len(s.jobs.all)-1]
			delete(s.jobs.byID, told.ID)
			s.jobs.mu.Unlock()
			if err := os.RemoveAll(j.folder); err != nil {
				t.Error(err)
			}
		}()
		if told.Total > 1000 {
			return
		}
		if err := j.decide(statusApproved); err != nil {
			t.Fatal(err)
		}
		s.issue(ctx, j)
		r := j.snapshot()
		if !ended(r.Status) || r.Issued+r.Failed != r.Total || (r.Status == statusComplete) != (r.Issued > 0) {
			t.Fatalf("%+v", r)
		}
		path := "/iot/api/v1/batch-enroll/" + r.ID
		if r.Status == statusComplete && !j.wholeResult(t) {
			t.Fatalf("%+v has no whole result", r)
		}
		var after toldJob
		if err := json.Unmarshal(ask("GET", path, "", nil).Body.Bytes(), &after); err != nil || len(after.Failures) != r.Failed {
			t.Fatalf("%d failures of %d: %v", len(after.Failures), r.Failed, err)
		}
	})
}

func (j *job) wholeResult(t *testing.T) bool {
	data, err := os.ReadFile(j.file(resultFile))
	if err != nil {
		t.Fatal(err)
	}
	return j.record.Result != nil && int64(len(data)) == j.record.Result.Bytes && len(data) > 0
}

// FuzzParseFault: what is read and written again is the same, and nothing that is read is refused by the service.
func FuzzParseFault(f *testing.F) {
	for _, line := range strings.Split(FaultHelp, "\n") {
		f.Add(strings.Fields(line)[0])
	}
	for _, spec := range []string{"throttle=429:2:30@status", "slow=20000/s:3@download", "slow=500ms", "drop-upload=65536:1", "partial=7", "malformed-json=1@me", "throttle=503:0:0"} {
		f.Add(spec)
	}
	f.Fuzz(func(t *testing.T, spec string) {
		one, err := ParseFault(spec)
		if err != nil {
			return
		}
		again, err := ParseFault(one.String())
		if err != nil || again != one {
			t.Fatalf("%q is %+v, written as %q, which is %+v: %v", spec, one, one.String(), again, err)
		}
		if err := (Faults{one}).check(); err != nil {
			t.Fatal(err)
		}
	})
}

// FuzzRow puts any cells into a certificate: what is issued can be parsed by the standard library and says what the cells say.
func FuzzRow(f *testing.F) {
	f.Add("device", "DE", "a.example.com", "192.0.2.1", "CN=a,O=b", "1.2.3;UTF8:x")
	f.Add("Gerät\x00", "de", "*.example", "::1", `CN=a\,b`, "1.2;x")
	f.Add("", "", "", "", "", "")
	a, err := openAuthority(f.TempDir())
	if err != nil {
		f.Fatal(err)
	}
	l, err := newLayout([]string{columnCommonName, "subject.country", "san.dns_name", "san.ip_address", "san.directory_name", "san.other_name"})
	if err != nil {
		f.Fatal(err)
	}
	i := newIssuer(a.issuing, a.issuing.certificate.NotBefore.Add(2*clockTolerance))
	_, public, spki, err := P256.generate()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, cn, country, dns, ip, directory, other string) {
		who, err := l.identify([]string{cn, country, dns, ip, directory, other}, nil)
		if err != nil {
			return
		}
		der, err := i.issue(who, public, spki)
		if err != nil {
			t.Fatalf("a row that was taken is not issued: %v", err)
		}
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		if cert.Subject.CommonName != cn || len(cert.DNSNames) == 1 != (dns != "") || cert.CheckSignatureFrom(a.issuing.certificate) != nil {
			t.Fatalf("%s %v for %q %q", cert.Subject, cert.DNSNames, cn, dns)
		}
	})
}
