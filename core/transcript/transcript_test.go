package transcript

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

const profileID = "IOT_6a5b1c9e-27ab-4c1d-9d39-0d2f6d9a7e11"

func recorded() *Transcript {
	return &Transcript{Service: "IoT Trust Manager", Exchanges: []Exchange{
		{"GET", "/account/api/v1/user/me", 200, map[string]string{"Content-Type": "application/json"},
			`{"id":"77aa1c9e-27ab-4c1d-9d39-0d2f6d9a7e99","email":"jo@plant.example","first_name":"Jo","status":"ACTIVE","account":{"name":"Pumps & Co","id":"4711"},"created":"2026-11-27T08:00:00Z"}`, false},
		{"GET", "/iot/api/v1/enrollment-profile?limit=100&offset=0", 200, map[string]string{"Content-Type": "application/json"},
			`{"total":1,"records":[{"id":"` + profileID + `","name":"Thermostat 2026","enrollment_methods":["BATCH"],"key_generation_option":"server_side","fields":[{"id":"subject.common_name"}]}]}`, false},
		{"GET", "/iot/api/v1/enrollment-profile/" + profileID + "/batch-enroll-csv-template", 200, map[string]string{"Content-Type": "text/csv"}, "\"subject.common_name\",\"line\"\r\n\"dev-0815\",\"4\"\r\n", false},
		{"GET", "/iot/api/v1/batch-enroll?enrollment_profile_id=" + profileID + "&owner=jo", 403, map[string]string{"Content-Type": "application/json"}, `{"error":{"code":"access_denied","message":"Jo may not"}}`, false},
		{"GET", "/iot/api/v1/batch-enroll/1", 200, nil, `{"status":"PENDING"}`, false},
		{"GET", "/iot/api/v1/batch-enroll/1", 200, nil, `{"status":"COMPLETE"}`, false},
	}}
}

func TestRedact(t *testing.T) {
	var out bytes.Buffer
	if err := recorded().Redact().Write(&out); err != nil {
		t.Fatal(err)
	}
	text := out.String()
	for _, gone := range []string{"jo@", "Jo", "Pumps", "4711", "Thermostat", "6a5b1c9e", "77aa1c9e", "dev-0815", "owner=jo"} {
		if strings.Contains(text, gone) {
			t.Errorf("%q is still in it", gone)
		}
	}
	for _, kept := range []string{"subject.common_name", "ACTIVE", "BATCH", "server_side", "access_denied", `\"line\"`, "2026-11-27T08:00:00Z", "/batch-enroll-csv-template", `\"total\":1`} {
		if !strings.Contains(text, kept) {
			t.Errorf("%q was taken out", kept)
		}
	}
	// The same id stands for the same thing everywhere, so that a replay hangs together.
	if n := strings.Count(text, "IOT_00000000-0000-4000-8000-000000000001"); n != 3 {
		t.Errorf("the profile's id occurs %d times: %s", n, text)
	}
	again, err := Read(&out)
	if err != nil || len(again.Exchanges) != 6 {
		t.Fatalf("%+v, %v", again, err)
	}
}

func TestRecordAndReplay(t *testing.T) {
	service := httptest.NewServer(recorded().Handler(nil))
	defer service.Close()
	get := func(path string) (int, string, *http.Response) {
		t.Helper()
		answer, err := http.Get(service.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		data, _ := io.ReadAll(answer.Body)
		return answer.StatusCode, string(data), answer
	}
	for _, c := range []struct {
		path, body string
		status     int
	}{
		{"/account/api/v1/user/me", "jo@plant", 200},
		{"/iot/api/v1/enrollment-profile?offset=0&limit=100", "Thermostat", 200}, // the order of a query means nothing
		{"/iot/api/v1/enrollment-profile?limit=7", "Thermostat", 200},
		{"/iot/api/v1/batch-enroll/1", "PENDING", 200},
		{"/iot/api/v1/batch-enroll/1", "COMPLETE", 200},
		{"/iot/api/v1/batch-enroll/1", "COMPLETE", 200},
		{"/iot/api/v1/nothing", "not_recorded", 404},
		{"/iot/api/v1/batch-enroll?owner=x", "access_denied", 403},
	} {
		if status, body, _ := get(c.path); status != c.status || !strings.Contains(body, c.body) {
			t.Errorf("%s: %d %s", c.path, status, body)
		}
	}
	var r Recorder
	answer, err := http.Get(service.URL + "/account/api/v1/user/me?x=1")
	if err != nil {
		t.Fatal(err)
	}
	r.Add(answer)
	data, err := io.ReadAll(answer.Body)
	if err != nil || answer.Body.Close() != nil || !strings.Contains(string(data), "jo@plant") {
		t.Errorf("%s, %v", data, err)
	}
	if got := r.Exchanges(); len(got) != 1 || got[0].Path != "/account/api/v1/user/me?x=1" || got[0].Status != 200 || got[0].Body != string(data) || got[0].Header["Content-Type"] != "application/json" {
		t.Errorf("%+v", got)
	}
	r.Add(&http.Response{Request: answer.Request, StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(strings.Repeat("x", maxBody+1)))})
}

func TestReadRefuses(t *testing.T) {
	for _, text := range []string{"", "{}", `{"format":"enrollbench-transcript/2"}`, `{"format":"enrollbench-transcript/1","exchanges":[{"method":"GET","path":"x","status":200}]}`,
		`{"format":"enrollbench-transcript/1","exchanges":[{"method":"GET","path":"/x","status":9}]}`} {
		if _, err := Read(strings.NewReader(text)); err == nil {
			t.Errorf("%s is read", text)
		}
	}
}

// Whatever was recorded: redacting twice changes nothing more, and what is written is read again.
func FuzzRedact(f *testing.F) {
	f.Add("/a/"+profileID+"?x=1", `{"id":"`+profileID+`","name":"a","x":[1,"B",null]}`, "application/json")
	f.Add("/", "a,b\nc,d\n", "text/csv")
	f.Fuzz(func(t *testing.T, path, body, kind string) {
		if !strings.HasPrefix(path, "/") {
			t.Skip("only paths of requests are recorded")
		}
		one := &Transcript{Exchanges: []Exchange{{"GET", path, 200, map[string]string{"Content-Type": kind}, body, false}}}
		first := one.Redact()
		var out bytes.Buffer
		if err := first.Write(&out); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(&out); err != nil {
			t.Errorf("%q: %v", path, err)
		}
		if strings.Contains(first.Exchanges[0].Body, profileID) || strings.Contains(first.Exchanges[0].Path, profileID) {
			t.Error("an id is still there")
		}
	})
}

// Each kind of text that tells of somebody goes, wherever it stands, and the service's own words stay.
func TestRedactEachKind(t *testing.T) {
	long := "line four of the plant in the north, second shift, the press on the left, behind the door"
	for body, want := range map[string]string{
		`{"plant_name":"NORTH"}`:                          `{"plant_name":"text 1"}`, // a word of the service by its form alone
		`{"email":"n1"}`:                                  `{"email":"text 1"}`,
		`{"owner":"4711"}`:                                `{"owner":"text 1"}`,
		`{"issuer":"-----BEGIN X-----\nMIIB"}`:            `{"issuer":"(PEM)"}`,
		`{"key_hash":"9f86d081884c7d659a2feaa0c55ad015"}`: `{"key_hash":"00000000-0000-4000-8000-000000000001"}`,
		`{"status":"` + long + `"}`:                       `{"status":"text 1"}`,
		`{"status":"waiting for them"}`:                   `{"status":"waiting for them"}`,
		`{"account_id":471112,"total":471112}`:            `{"account_id":9000001,"total":471112}`,
		`{"account_id":"471112"}`:                         `{"account_id":"9000001"}`,
		`{"phase":"IN_PROGRESS"}`:                         `{"phase":"IN_PROGRESS"}`,
	} {
		in := &Transcript{Exchanges: []Exchange{{Method: "GET", Path: "/x", Status: 200, Body: body}}}
		if got := strings.TrimSpace(in.Redact().Exchanges[0].Body); got != want {
			t.Errorf("%s: %s, want %s", body, got, want)
		}
	}
	page := &Transcript{Exchanges: []Exchange{{Method: "GET", Path: "/x?owner=jo&limit=5", Status: 403, Header: map[string]string{"Content-Type": "text/html"}, Body: "<title>Plant 4</title>"}}}
	if got := page.Redact().Exchanges[0]; strings.Contains(got.Body, "Plant") || got.Path != "/x?limit=5&owner=text+1" {
		t.Errorf("%+v", got)
	}
}

// What is longer than what is kept is marked as cut, also where it comes in pieces.
func TestRecorderCuts(t *testing.T) {
	for n, cut := range map[int]bool{maxBody - 1: false, maxBody: false, maxBody + 1: true, 3 * maxBody: true} {
		var r Recorder
		answer := &http.Response{Request: httptest.NewRequest("GET", "/x", nil), StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(strings.Repeat("x", n)))}
		r.Add(answer)
		if data, err := io.ReadAll(answer.Body); err != nil || len(data) != n || answer.Body.Close() != nil {
			t.Fatalf("%d, %v", len(data), err)
		}
		if got := r.Exchanges(); len(got) != 1 || got[0].Cut != cut || len(got[0].Body) != min(n, maxBody) {
			t.Errorf("%d bytes: %v", n, got[0].Cut)
		}
	}
}

func TestReadRefusesTooLarge(t *testing.T) {
	text := `{"format":"` + format + `"}`
	for n, ok := range map[int]bool{maxFile: true, maxFile + 1: false} {
		_, err := Read(io.MultiReader(strings.NewReader(text), strings.NewReader(strings.Repeat(" ", n-len(text)))))
		if (err == nil) != ok {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}
