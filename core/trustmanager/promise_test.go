package trustmanager

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// What an order names and the request has no place for is an error before anything is sent; what is left to the service is none.
func TestPromise(t *testing.T) {
	zip := StartRequest{ProfileID: "IOT_1", Method: ZIP, File: "x", FileName: "2026-11-27-3-k7q2.zip", Format: "pem", FullChain: true, BatchID: "2026-11-27-3-k7q2"}
	csv := zip
	csv.Method, csv.Recipient = CSV, []byte("LS0t")
	mac := StartRequest{ProfileID: "IOT_1", Method: MAC, Format: "pem", Recipient: []byte("LS0t"), MAC: MACRange{"00:1a:c2:7b:00:00", 5, 10}, BatchID: "2026-11-27-3-k7q2"}
	without := func(m KeyMethod, placeholder string) func(*Contract) {
		return func(c *Contract) {
			s := c.Start(m)
			s.Parts = slices.DeleteFunc(slices.Clone(s.Parts), func(p Part) bool { return p.Value == "{"+placeholder+"}" })
		}
	}
	for name, c := range map[string]struct {
		request StartRequest
		change  func(*Contract)
		missing string // placeholders, joined
	}{
		"as it is, ZIP":     {zip, nil, ""},
		"as it is, CSV":     {csv, nil, ""},
		"as it is, MAC":     {mac, nil, ""},
		"no recipient":      {csv, without(ServerCSV, "recipient"), "recipient"},
		"not for this":      {csv, without(ClientCSV, "full_chain"), ""},
		"MAC, no recipient": {mac, without(ServerMAC, "recipient"), "recipient"},
		"no start":          {mac, without(ServerMAC, "mac_start"), "mac_start"},
		"no count":          {mac, without(ServerMAC, "mac_count"), "mac_count"},
		"no increment":      {mac, without(ServerMAC, "mac_increment"), "mac_increment"},
		"no name":           {mac, without(ServerMAC, "batch_id"), "batch_id"},
		"unnamed":           {mac, func(c *Contract) { without(ServerMAC, "batch_id")(c); c.Requests.StartMAC.Unnamed = true }, ""},
		"no format":         {zip, without(ClientZIP, "format"), "format"},
		"no chain":          {zip, without(ClientZIP, "full_chain"), "full_chain"},
		"no profile":        {zip, func(c *Contract) { c.Requests.StartZIP.Path = "{base}/start" }, "profile_id"},
		"raw": {zip, func(c *Contract) {
			c.Requests.StartZIP = Start{Request: Request{"POST", "{base}/{profile_id}?f={format}&c={full_chain}"}, Encoding: RawFile}
		}, "batch_id"},
		"in JSON": {mac, func(c *Contract) {
			s := &c.Requests.StartMAC
			s.Encoding, s.Parts, s.Body = JSONBody, nil, []byte(`{"a":"{mac_start}","b":"{mac_count}","c":"{mac_increment}","d":"{format}","e":["{recipient}"],"f":"{batch_id}"}`)
		}, ""},
		"in a part's JSON": {mac, func(c *Contract) {
			s := &c.Requests.StartMAC
			s.Parts = []Part{{Name: "request", Body: []byte(`{"a":"{mac_start}","b":"{mac_count}","c":"{mac_increment}","d":"{format}","e":["{recipient}"],"f":"{batch_id}"}`)}}
		}, ""},
		"device group": {func() StartRequest { r := zip; r.Order = map[string]string{"device_group": "G-7"}; return r }(), nil, "device_group"},
	} {
		t.Run(name, func(t *testing.T) {
			contract := Default(IoTTrustManager)
			if c.change != nil {
				c.change(&contract)
			}
			var e *PromiseError
			var missing []string
			if err := contract.Promise(&c.request); errors.As(err, &e) {
				for _, m := range e.Missing {
					missing = append(missing, m.Placeholder)
					if !strings.Contains(e.Error(), "={"+m.Placeholder+"}") || !strings.Contains(e.Error(), m.What) {
						t.Errorf("%v does not say how %s is added", e, m.Placeholder)
					}
				}
			} else if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(missing, " "); got != c.missing {
				t.Errorf("missing %q, want %q", got, c.missing)
			}
		})
	}
}

// Nothing is sent while something promised has no place, and device group, account and key type arrive.
func TestPromiseIsKept(t *testing.T) {
	f := newFake(t)
	var body string
	f.handle("POST /", func(w http.ResponseWriter, r *http.Request) {
		data, _ := io.ReadAll(r.Body)
		body = string(data)
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.WriteString(w, `{"id":"J-1"}`)
	})
	request, _ := upload(t, 100)
	request.Method, request.Recipient = CSV, []byte("LS0t")
	client := f.client(t, func(c *Connection, _ *Options) { c.Contract.Requests.StartCSVServer = c.Contract.Requests.StartCSV })
	var promise *PromiseError
	var notSent *NotSentError
	if _, err := client.Start(t.Context(), request, nil); !errors.As(err, &promise) || !errors.As(err, &notSent) || body != "" {
		t.Errorf("%v, and %q was sent", err, body)
	}
	client = f.client(t, func(c *Connection, _ *Options) {
		c.Contract = Default(DeviceTrustManager)
		c.Contract.Order = map[string]string{"account": "A-1", "device_group": "G-1"}
	})
	request.Order = map[string]string{"device_group": "G-2", "key_type": "P256"}
	if _, err := client.Start(t.Context(), request, nil); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"name=\"account_id\"\r\n\r\nA-1\r\n", "name=\"device_group_id\"\r\n\r\nG-2\r\n", "name=\"key_type\"\r\n\r\nP256\r\n", "LS0t"} {
		if !strings.Contains(body, want) {
			t.Errorf("%q is not in %q", want, body)
		}
	}
}
