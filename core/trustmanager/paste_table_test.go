package trustmanager

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write what the commands of testdata/pastes.txt give now, to be read by a person")

// whole is an order with every value that a page can name, for a key method.
func whole(m KeyMethod) StartRequest {
	r := StartRequest{ProfileID: "IOT_new", Method: CSV, FileName: "2026-11-30-1-k7q2.csv", Format: "der", FullChain: true, BatchID: "2026-11-30-1-k7q2"}
	switch m {
	case ClientZIP:
		r.Method, r.FileName = ZIP, "2026-11-30-1-k7q2.zip"
	case ServerCSV:
		r.Recipient = []byte("LS0tLS1CRUdJTi1ORVc=")
	case ServerMAC:
		r.Method, r.FileName, r.Recipient, r.MAC = MAC, "", []byte("LS0tLS1CRUdJTi1ORVc="), MACRange{"02:00:00:00:00:07", 321, 16}
	}
	return r
}

// arrives starts an order against a server that writes down what it gets: everything that the page says must be in it, or nothing
// may be sent.
func arrives(t *testing.T, contract Contract, r StartRequest) {
	t.Helper()
	f := newFake(t)
	got := ""
	f.handle("/", func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		query, _ := url.QueryUnescape(req.URL.RawQuery)
		got = req.URL.Path + "?" + query + "\n" + string(body)
		if req.Header.Get("Content-Type") == "application/x-www-form-urlencoded" {
			plain, _ := url.QueryUnescape(string(body))
			got += "\n" + plain
		}
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.WriteString(w, `{"id":"J-1","status":"PENDING"}`)
	})
	client := f.client(t, func(c *Connection, _ *Options) { c.Contract = contract })
	if r.Method != MAC {
		r.File = filepath.Join(t.TempDir(), r.FileName)
		if err := os.WriteFile(r.File, []byte("the upload itself"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var promise *PromiseError
	_, err := client.Start(t.Context(), r, nil)
	if errors.As(err, &promise) {
		if got != "" {
			t.Errorf("%v, and it was sent: %s", err, got)
		}
		if promise.Missing[0].Placeholder != "full_chain" {
			return
		}
		r.FullChain = false // what the service does then is not promised
		_, err = client.Start(t.Context(), r, nil)
	}
	if errors.As(err, &promise) {
		return
	}
	if err != nil {
		t.Errorf("%v", err)
		return
	}
	values := []string{r.ProfileID, r.Format, r.BatchID}
	switch r.KeyMethod() {
	case ServerMAC:
		values = append(values, string(r.Recipient), r.MAC.Start, fmt.Sprint(r.MAC.Count), fmt.Sprint(r.MAC.Increment))
	case ServerCSV:
		values = append(values, string(r.Recipient), "the upload itself")
	default:
		values = append(values, "the upload itself")
	}
	if r.FullChain {
		values = append(values, "true")
	}
	for _, value := range values {
		if !strings.Contains(got, value) {
			t.Errorf("%s: %q did not arrive: %s", r.KeyMethod(), value, got)
		}
	}
}

// Commands as documents, portals, mails and word processors show them, each with the request that it must give: testdata/pastes.txt
// has a command, and behind "=>" the method and the request for an order of ours.
func TestPastedCommands(t *testing.T) {
	data, err := os.ReadFile("testdata/pastes.txt")
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	entries := strings.Split("\n"+string(data), "\n-- ")[1:]
	if len(entries) < 60 {
		t.Fatalf("%d commands", len(entries))
	}
	for _, entry := range entries {
		name, rest, _ := strings.Cut(entry, " --\n")
		command, want, _ := strings.Cut(rest, "\n=> ")
		command = strings.TrimSuffix(command, "\n")
		got := ""
		t.Run(name, func(t *testing.T) {
			parsed, err := ParseCurl(command)
			if err != nil {
				t.Fatal(err)
			}
			before := NewConnection("Line 4", IoTTrustManager, "https://demo.one.digicert.com")
			after, err := parsed.Apply(before)
			if err != nil {
				t.Fatal(err)
			}
			var lines []string
			for _, m := range KeyMethods {
				if slices.Contains(parsed.Methods, m) {
					r := whole(m)
					line := fmt.Sprintf("%s: %s", m, after.Shown(&r))
					if err := after.Contract.Promise(&r); err != nil {
						for _, missing := range err.(*PromiseError).Missing {
							line += "; no " + missing.Placeholder
						}
					}
					lines = append(lines, line)
				} else if after.Kind == before.Kind && after.Contract.Start(m).describe() != before.Contract.Start(m).describe() {
					t.Errorf("it is for %v and changed %s", parsed.Methods, m)
				}
			}
			for _, m := range parsed.Methods {
				arrives(t, after.Contract, whole(m))
			}
			lines = append(lines, "recipient "+string(after.Contract.RecipientEncoding))
			got = strings.Join(lines, "\n=> ")
			if got != strings.TrimSpace(want) && !*update {
				t.Errorf("got\n=> %s\nwant\n=> %s", got, want)
			}
			if strings.Contains(got+strings.Join(parsed.Notes(before), ""), "geheim") {
				t.Error("a secret is shown")
			}
		})
		fmt.Fprintf(&out, "-- %s --\n%s\n=> %s\n", name, command, got)
	}
	if *update {
		if err := os.WriteFile("testdata/pastes.txt", []byte(out.String()), 0o644); err != nil { // #nosec G306 -- a fixture
			t.Fatal(err)
		}
	}
}
