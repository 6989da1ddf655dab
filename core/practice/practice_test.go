package practice

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"enrollbench/core/delivery"
)

// The whole way of a ZIP of CSRs: started, watched, fetched, and the certificates are what was asked for.
func TestRequests(t *testing.T) {
	c := open(t, Options{})
	p := c.profile(ClientSide, AnyKey, false)
	id := c.start(order{profile: p, fields: map[string]string{"certificate_format": "pem", "include_full_chain_with_each_certificate": "true"}, name: "batch.zip", file: requests(t, 300)})
	j := c.wait(id)
	if j.Status != statusComplete || j.Total != 300 || j.Issued != 300 || j.Failed != 0 || j.FileName != "batch.zip" || j.Method != ByRequests {
		t.Fatalf("%+v", j)
	}
	a := c.download(id)
	if got := a.header.Get("Content-Type"); got != "application/zip" {
		t.Errorf("Content-Type %q", got)
	}
	files := unzip(t, a.body)
	if len(files) != 300 {
		t.Fatalf("%d files", len(files))
	}
	text := files["dev-007.pem"]
	leaf := parse(t, text)
	if got := leaf.Subject.String(); got != "CN=dev-007,O=From the CSR" || len(leaf.DNSNames) != 1 || leaf.DNSNames[0] != "dev-007.example.com" {
		t.Errorf("%s %v", got, leaf.DNSNames)
	}
	if n := bytes.Count(text, []byte("BEGIN CERTIFICATE")); n != 3 {
		t.Errorf("%d certificates in the full chain", n)
	}
	if !strings.Contains(leaf.Issuer.CommonName, "PRACTICE") {
		t.Errorf("issuer %s", leaf.Issuer)
	}
	verify(t, c, leaf)
}

// verify proves the chain of a certificate up to the service's root.
func verify(t *testing.T, c *client, leaf *x509.Certificate) {
	t.Helper()
	roots, between := x509.NewCertPool(), x509.NewCertPool()
	roots.AddCert(c.service.Anchors()[0])
	between.AddCert(c.service.authority.issuing.certificate)
	if _, err := leaf.Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}); err != nil {
		t.Errorf("%s: %v", leaf.Subject, err)
	}
}

// Keys from the service, by MAC addresses and as JSON, are opened by core/delivery.
func TestMACAndDelivery(t *testing.T) {
	c := open(t, Options{})
	to := newReceiver(t)
	for _, format := range []string{"pem", "der", "json", "smpb"} {
		for _, k := range []KeyType{P256, P384, P521, Ed25519} {
			t.Run(fmt.Sprint(format, " ", k), func(t *testing.T) {
				id := c.start(order{profile: c.profile(ServerSide, k, false), fields: map[string]string{
					"certificate_format": format, "certificate": to.field(t), "include_full_chain_with_each_certificate": "true",
					"start_mac_address": "00:1A:C2:7B:00:00", "certificate_count": "5", "increment": "10",
				}})
				if j := c.wait(id); j.Status != statusComplete || j.Issued != 5 {
					t.Fatalf("%+v", j)
				}
				a := c.download(id)
				d := deliver(t, c, to, a.body)
				if d.Len() != 5 || d.Keys() != 5 {
					t.Fatalf("%d certificates, %d keys: %v", d.Len(), d.Keys(), d.Findings().All())
				}
				if v := d.Verdict(); !d.IssuerConfirmed() {
					t.Errorf("%+v", v)
				}
				var names []string
				for i := range d.Len() {
					names = append(names, d.Item(i).Name)
				}
				if got := strings.Join(names, " "); got != "00-1a-c2-7b-00-00 00-1a-c2-7b-00-0a 00-1a-c2-7b-00-14 00-1a-c2-7b-00-1e 00-1a-c2-7b-00-28" {
					t.Errorf("%s", got)
				}
			})
		}
	}
}

func deliver(t *testing.T, c *client, to *receiver, data []byte) *delivery.Delivery {
	t.Helper()
	anchors := &delivery.Anchors{}
	for _, a := range c.service.Anchors() {
		anchors.Add(a)
	}
	req := delivery.OpenRequest{Paths: []string{writeFile(t, data)}, Anchors: anchors, Practice: true, Traces: t.TempDir(), SpoolDir: t.TempDir()}
	if to != nil {
		req.Opener = delivery.WithKey(to.opener)
	}
	d, err := delivery.Open(ctx, req, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// The order by JSON body is the same as by form.
func TestMACByJSON(t *testing.T) {
	c := open(t, Options{})
	to := newReceiver(t)
	body, _ := json.Marshal(map[string]any{"certificate_format": "pem", "certificate": to.field(t), "start_mac_address": "00-1a-c2-7b-00-fe", "certificate_count": 3, "increment": "1", "batch_id": "2026-11-27-3-k7q2"})
	a, err := c.try("POST", "/iot/api/v1/batch-enroll/"+c.profile(EitherSide, P256, false).ID, "application/json", bytes.NewReader(body))
	if err != nil || a.status != http.StatusCreated {
		t.Fatalf("%v %d %s", err, a.status, a.body)
	}
	var j toldJob
	if err := json.Unmarshal(a.body, &j); err != nil {
		t.Fatal(err)
	}
	if j.FileName != "2026-11-27-3-k7q2" || j.Total != 3 {
		t.Errorf("%+v", j)
	}
	c.wait(j.ID)
	if d := deliver(t, c, to, c.download(j.ID).body); d.Keys() != 3 {
		t.Errorf("%d keys", d.Keys())
	}
}
