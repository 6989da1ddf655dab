package trustmanager

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"enrollbench/core/transcript"
)

// What a service answers to a test is recorded without keys, names or ids, and its replay answers as the service did.
func TestRecordAndReplay(t *testing.T) {
	const profile = "IOT_6a5b1c9e-27ab-4c1d-9d39-0d2f6d9a7e11"
	f := newFake(t)
	f.answer("GET /gateway/account/api/v1/user/me", 200, `{"email":"jo@plant.example","status":"ACTIVE","user_type":"STANDARD","note":"`+theKey+`"}`)
	f.answer("GET /gateway/iot/api/v1/enrollment-profile", 200, `{"total":1,"records":[{"id":"`+profile+`","name":"Thermostat of Pumps & Co","enrollment_methods":["BATCH"],"key_generation_option":"server_side"}]}`)
	f.answer("GET /gateway/iot/api/v1/enrollment-profile/"+profile+"/batch-enroll-csv-template", 200, "\"subject.common_name\",\"line\"\r\n")
	f.answer("GET /gateway/iot/api/v1/enrollment-profile/"+profile+"/enrollment-specification", 403, `{"error":{"code":"access_denied","message":"no"}}`)
	f.answer("GET /gateway/iot/api/v1/batch-enroll", 200, `{"total":0,"records":[]}`)
	base := f.client(t, func(c *Connection, _ *Options) {
		c.Contract.Headers.Extra = map[string]string{"X-Tenant": "pumps"}
		c.Contract.Order = map[string]string{"account": "A-4711"}
	})
	recorded, err := base.RecordContract(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := recorded.Write(&file); err != nil {
		t.Fatal(err)
	}
	for _, gone := range []string{theKey, "jo@", "Pumps", "6a5b1c9e", "pumps", "A-4711", "127.0.0.1"} {
		if strings.Contains(file.String(), gone) {
			t.Errorf("%q is in the transcript: %s", gone, file.String())
		}
	}
	again, err := transcript.Read(&file)
	if err != nil {
		t.Fatal(err)
	}
	replay := httptest.NewTLSServer(http.StripPrefix("", again.Handler(nil)))
	defer replay.Close()
	contract, err := ContractOf(again, IoTTrustManager)
	if err != nil {
		t.Fatal(err)
	}
	client := f.client(t, func(c *Connection, o *Options) {
		c.BaseURL, c.Contract = replay.URL+"/gateway", contract
		o.Anchors = append(o.Anchors, replay.Certificate())
	})
	result := client.Test(t.Context())
	if !result.OK() || result.Profiles != 1 {
		t.Errorf("%+v", result)
	}
	profiles, err := client.Profiles(t.Context())
	if err != nil || len(profiles) != 1 || profiles[0].ID == profile || !profiles[0].MakesKeys() {
		t.Fatalf("%+v, %v", profiles, err)
	}
	if template, err := client.Template(t.Context(), profiles[0].ID); err != nil || !strings.Contains(string(template), `"line"`) {
		t.Errorf("%q, %v", template, err)
	}
	if _, err := client.Specification(t.Context(), profiles[0].ID); err == nil || !strings.Contains(err.Error(), "access_denied") {
		t.Errorf("%v", err)
	}
}
