package trustmanager

import (
	"bytes"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// sentRequest is what a server saw, without what differs for no reason.
type sentRequest struct {
	Method, Path, Query, Key, Kind string
	Fields                         []string // "name=value", "name@file name:content"
	Body                           string   // where it is no form
	Length                         bool
}

func record(t *testing.T, r *http.Request) sentRequest {
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	s := sentRequest{Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Key: r.Header.Get("X-Api-Key") + r.Header.Get("Authorization"), Kind: kind, Length: r.ContentLength > 0}
	if kind != "multipart/form-data" {
		data, _ := io.ReadAll(r.Body)
		s.Body = string(data)
		return s
	}
	form, err := r.MultipartReader()
	if err != nil {
		t.Error(err)
		return s
	}
	for {
		part, err := form.NextPart()
		if err != nil {
			return s
		}
		data, _ := io.ReadAll(part)
		if part.FileName() != "" {
			s.Fields = append(s.Fields, fmt.Sprintf("%s@%s:%s:%x", part.FormName(), part.FileName(), part.Header.Get("Content-Type"), bytes.Count(data, []byte("\n"))))
		} else {
			s.Fields = append(s.Fields, part.FormName()+"="+string(data))
		}
	}
}

// A command is given to the real curl, and to us: the service must see the same.
func TestWeSendWhatCurlSends(t *testing.T) {
	curl, bash := need(t, "curl"), need(t, "bash")
	f := newFake(t)
	var mu sync.Mutex
	var seen sentRequest
	f.handle("/", func(w http.ResponseWriter, r *http.Request) {
		one := record(t, r)
		mu.Lock()
		seen = one
		mu.Unlock()
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.WriteString(w, `{"id":"J-1","status":"PENDING"}`)
	})
	dir := t.TempDir()
	ca := filepath.Join(dir, "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: f.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	request, data := upload(t, 200_000)
	request.FileName = "batch.2026-11-27-3-k7q2.csv"
	request.File = filepath.Join(dir, request.FileName)
	if err := os.WriteFile(request.File, data, 0o600); err != nil {
		t.Fatal(err)
	}
	request.Method, request.FullChain = CSV, false
	sealed := request
	sealed.FullChain, sealed.Recipient = true, []byte("LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t")
	mac := StartRequest{ProfileID: "IOT_1", Method: MAC, Format: "der", Recipient: sealed.Recipient, MAC: MACRange{"00:1a:c2:7b:00:00", 5, 10}, BatchID: request.BatchID}
	for name, c := range map[string]struct {
		command string
		request StartRequest
	}{
		"form": {`curl --location -X POST 'BASE/iot/api/v1/batch-enroll/IOT_1' -H 'x-api-key: 01ab-secret-77' -F 'certificate_format=pem' \
  -F include_full_chain_with_each_certificate=true -F "certificate=LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t" -F 'data=@batch.2026-11-27-3-k7q2.csv;type=text/csv'`, sealed},
		"form with other names": {`curl --request=POST --url BASE/gw/iot/api/v2/IOT_1/csv --header 'Authorization: Bearer 01ab-secret-77' --form upload=@'batch.2026-11-27-3-k7q2.csv;type=text/csv' \
  --form-string 'mode=a;b' --form 'format=pem' --form $'note=it\'s'`, request},
		"JSON":        {`curl BASE/iot/api/v1/batch-enroll/IOT_1 -H 'x-api-key: 01ab-secret-77' -H "Content-Type: application/json" -d '{"start_mac_address":"00:1a:c2:7b:00:00","certificate_count":5,"increment":10,"certificate_format":"der","certificate":"LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t","name":"2026-11-27-3-k7q2"}'`, mac},
		"URL-encoded": {`curl BASE/iot/api/v1/batch-enroll/IOT_1 -H 'x-api-key: 01ab-secret-77' --data-urlencode 'start_mac_address=00:1a:c2:7b:00:00' -d 'count=5&format=der&step=10' -d recipient=LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t -d batch_name=2026-11-27-3-k7q2`, mac},
		"raw":         {`curl -XPOST 'BASE/iot/api/v1/batch-enroll/IOT_1?certificate_format=pem&file_name=batch.2026-11-27-3-k7q2.csv' -H 'x-api-key: 01ab-secret-77' -H 'Content-Type: text/csv' --data-binary @batch.2026-11-27-3-k7q2.csv`, request},
		"upload":      {`curl -T batch.2026-11-27-3-k7q2.csv -H 'Content-Type: text/csv' -H 'x-api-key: 01ab-secret-77' 'BASE/iot/api/v1/batch-enroll/IOT_1?format=pem&batch_name=2026-11-27-3-k7q2'`, request},
	} {
		t.Run(name, func(t *testing.T) {
			command := strings.ReplaceAll(c.command, "BASE", f.URL)
			real := strings.Replace(command, "--request=POST", "--request POST", 1)
			run := exec.Command(bash, "-c", "curl() { '"+curl+"' --silent --show-error --noproxy '*' --cacert '"+ca+"' \"$@\"; }\n"+real)
			run.Dir = dir
			if out, err := run.CombinedOutput(); err != nil {
				t.Fatalf("curl: %v: %s", err, out)
			}
			take := func() (s sentRequest) {
				mu.Lock()
				defer mu.Unlock()
				s, seen = seen, sentRequest{}
				return s
			}
			theirs := take()

			parsed, err := ParseCurl(command)
			if err != nil {
				t.Fatal(err)
			}
			connection, err := parsed.Apply(f.connection())
			if err != nil {
				t.Fatal(err)
			}
			key := parsed.Secrets()[SecretAPIKey]
			client, err := NewClient(connection, vault{connection.Account(SecretAPIKey): string(key)}, Options{Clock: f.clock, Anchors: f.client(t).options.Anchors})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := client.Start(t.Context(), c.request, nil); err != nil {
				t.Fatal(err)
			}
			last := take()
			if fmt.Sprintf("%+v", last) != fmt.Sprintf("%+v", theirs) || last.Method == "" || !last.Length || last.Key == "" {
				t.Errorf("we sent\n%+v\ncurl sent\n%+v", last, theirs)
			}
			if !slices.Equal(last.Fields, theirs.Fields) {
				t.Errorf("fields %q, curl's %q", last.Fields, theirs.Fields)
			}
		})
	}
}

// TestAStartIsAnAddress: a field that is called like the start of a range, but holds something else, is kept as it is given.
func TestAStartIsAnAddress(t *testing.T) {
	for value, want := range map[string]bool{
		"00:1a:c2:7b:00:00": true, "001AC27B0000": true, "00-1a-c2-7b-00": true, "{{mac}}": true, "": true,
		"production": false, "2026-11-30": false, "00:1a:c2:7b:00:00:01": false, "50": false,
	} {
		if got := fits("mac_start", value); got != want {
			t.Errorf("%q: %v", value, got)
		}
	}
}
