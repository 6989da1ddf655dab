package practice

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"enrollbench/core/recipient"
)

// needTools skips the test where a program is missing; where all have to be there, it fails.
func needTools(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := exec.LookPath(name); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatalf("%s is missing", name)
			}
			t.Skipf("%s is missing", name)
		}
	}
}

// in runs a program in a folder and returns what it says.
func in(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

func put(t *testing.T, dir, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func fieldOf(t *testing.T, text []byte, e recipient.Encoding) string {
	t.Helper()
	found, _, err := recipient.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	field, err := found[0].Field(e)
	if err != nil {
		t.Fatal(err)
	}
	return field
}

func read(t *testing.T, dir, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// macs is an order by MAC addresses.
func (c *client) macs(k KeyType, n int, format, certificate string) order {
	return order{profile: c.profile(ServerSide, k, false), fields: map[string]string{
		"certificate_format": format, "certificate": certificate, "include_full_chain_with_each_certificate": "true",
		"start_mac_address": "00:1a:c2:7b:00:00", "certificate_count": fmt.Sprint(n), "increment": "10",
	}}
}

// What is sealed to an RSA certificate opens with the very command that the service's documentation names, and the chain
// verifies with openssl; each encoding of the recipient is taken.
func TestOpenSSLOpensRSA(t *testing.T) {
	needTools(t, "openssl", "unzip")
	c := open(t, Options{})
	dir := t.TempDir()
	in(t, dir, "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-subj", "/CN=line 4", "-days", "30")
	for i, e := range []recipient.Encoding{recipient.Base64OfText, recipient.RawText, recipient.Base64OfDER} {
		k := []KeyType{P256, P521, RSA2048}[i]
		id := c.start(c.macs(k, 3, "pem", fieldOf(t, read(t, dir, "cert.pem"), e)))
		if j := c.wait(id); j.Status != statusComplete {
			t.Fatalf("%+v", j)
		}
		a := c.download(id)
		if got := a.header.Get("Content-Type"); got != "application/pkcs7-mime" {
			t.Errorf("Content-Type %q", got)
		}
		put(t, dir, "in.p7m", a.body)
		in(t, dir, "openssl", "smime", "-binary", "-decrypt", "-aes256", "-inform", "DER", "-in", "in.p7m", "-out", "out.zip", "-inkey", "key.pem", "cert.pem")
		opened := filepath.Join(dir, fmt.Sprint("opened", i))
		in(t, dir, "unzip", "-q", "out.zip", "-d", opened)
		put(t, opened, "anchors.pem", read(t, "", c.service.AnchorFile()))
		for _, name := range []string{"00-1a-c2-7b-00-00", "00-1a-c2-7b-00-0a", "00-1a-c2-7b-00-14"} {
			if out := in(t, opened, "openssl", "verify", "-x509_strict", "-CAfile", "anchors.pem", "-purpose", "sslclient", name+".pem"); !strings.Contains(out, "OK") {
				t.Error(out)
			}
			of := in(t, opened, "openssl", "x509", "-in", name+".pem", "-noout", "-pubkey")
			if key := in(t, opened, "openssl", "pkey", "-in", name+".key", "-pubout"); key != of {
				t.Errorf("%s: the key is another's", name)
			}
			if subject := in(t, opened, "openssl", "x509", "-in", name+".pem", "-noout", "-subject", "-issuer"); !strings.Contains(subject, "CN = "+name) || !strings.Contains(subject, "PRACTICE Issuing CA") {
				t.Error(subject)
			}
		}
	}
}

func TestOpenSSLOpensEC(t *testing.T) {
	needTools(t, "openssl", "unzip")
	c := open(t, Options{})
	dir := t.TempDir()
	in(t, dir, "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-subj", "/CN=line 4", "-days", "30")
	id := c.start(c.macs(Ed25519, 3, "der", fieldOf(t, read(t, dir, "cert.pem"), recipient.Base64OfText)))
	c.wait(id)
	put(t, dir, "in.p7m", c.download(id).body)
	in(t, dir, "openssl", "cms", "-decrypt", "-binary", "-inform", "DER", "-in", "in.p7m", "-out", "out.zip", "-inkey", "key.pem", "-recip", "cert.pem")
	in(t, dir, "unzip", "-q", "out.zip")
	for _, name := range []string{"chain-root.der", "chain-issuing.der", "00-1a-c2-7b-00-14.der"} {
		in(t, dir, "openssl", "x509", "-inform", "DER", "-in", name, "-out", name+".pem")
	}
	in(t, dir, "openssl", "verify", "-CAfile", "chain-root.der.pem", "-untrusted", "chain-issuing.der.pem", "00-1a-c2-7b-00-14.der.pem")
	in(t, dir, "openssl", "pkey", "-inform", "DER", "-in", "00-1a-c2-7b-00-14.key", "-noout")
}

func TestGnuPGOpens(t *testing.T) {
	needTools(t, "gpg", "unzip")
	c := open(t, Options{})
	dir := t.TempDir()
	// A socket's path has about a hundred characters at most.
	home, err := os.MkdirTemp("", "gpg")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		kill := exec.Command("gpgconf", "--homedir", home, "--kill", "gpg-agent")
		_ = kill.Run()
		_ = os.RemoveAll(home)
	})
	gpg := func(args ...string) string {
		return in(t, dir, "gpg", append([]string{"--homedir", home, "--batch", "--quiet", "--passphrase", "", "--pinentry-mode", "loopback"}, args...)...)
	}
	gpg("--quick-generate-key", "line4@plant.example", "future-default", "default", "1d")
	gpg("--armor", "--output", "public.asc", "--export", "line4@plant.example")
	id := c.start(c.macs(P256, 3, "pem", fieldOf(t, read(t, dir, "public.asc"), recipient.Base64OfText)))
	c.wait(id)
	a := c.download(id)
	if got := a.header.Get("Content-Type"); got != "application/pgp-encrypted" {
		t.Errorf("Content-Type %q", got)
	}
	put(t, dir, "in.pgp", a.body)
	gpg("--output", "out.zip", "--decrypt", "in.pgp")
	in(t, dir, "unzip", "-q", "out.zip")
	if !bytes.Contains(read(t, dir, "00-1a-c2-7b-00-14.key"), []byte("BEGIN PRIVATE KEY")) {
		t.Error("no key")
	}
}

// Each request of the contract, by the real curl.
func TestCurl(t *testing.T) {
	needTools(t, "curl")
	c := open(t, Options{})
	dir := t.TempDir()
	curl := func(args ...string) string {
		t.Helper()
		cmd := exec.Command("curl", append([]string{"--silent", "--show-error", "--config", "-", "--cacert", c.service.CertificateFile(), "--write-out", "\n%{http_code} %{content_type}"}, args...)...)
		cmd.Stdin, cmd.Dir = strings.NewReader("header = \"x-api-key: "+c.token+"\"\n"), dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("curl %v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	want := func(out string, words ...string) {
		t.Helper()
		for _, w := range words {
			if !strings.Contains(out, w) {
				t.Errorf("no %q in %s", w, out)
			}
		}
	}
	url := c.service.URL()
	approval, auto := c.profile(ClientSide, P256, true), c.profile(ClientSide, P256, false)
	put(t, dir, "batch.zip", requests(t, 5))
	want(curl(url+"/account/api/v1/user/me"), `"email"`, "200 application/json")
	want(curl(url+"/iot/api/v1/enrollment-profile?limit=2&offset=1"), `"total":63`, "200 application/json")
	want(curl(url+"/iot/api/v1/enrollment-profile/"+auto.ID+"/batch-enroll-csv-template"), `"csr"`, "200 text/csv")
	want(curl(url+"/iot/api/v1/enrollment-profile/"+auto.ID+"/enrollment-specification"), `"update_from_csr":true`, "200 application/json")
	want(curl("--location", "-F", "certificate_format=pem", "-F", "include_full_chain_with_each_certificate=true", "-F", "data=@batch.zip", url+"/iot/api/v1/batch-enroll/"+approval.ID), "PENDING_APPROVAL", `"file_name":"batch.zip"`, "201 application/json")
	id := c.service.jobs.list("")[0].id
	job := url + "/iot/api/v1/batch-enroll/" + id
	want(curl(url+"/iot/api/v1/batch-enroll?profile_id="+approval.ID+"&limit=10&offset=0"), id, `"total":1`)
	want(curl(job), "PENDING_APPROVAL", `"total_certificates":5`)
	want(curl(job+"/download-certificates"), `"conflict"`, "409")
	want(curl("-X", "PUT", job+"/approve"), "204")
	c.wait(id)
	want(curl("-o", "out.zip", "-D", "headers", job+"/download-certificates"), "200 application/zip")
	want(string(read(t, dir, "headers")), "Content-Disposition")
	if files := unzip(t, read(t, dir, "out.zip")); len(files) != 5 {
		t.Errorf("%d files", len(files))
	}
	want(curl("--form", "certificate_format=pem", "--form", "file=@batch.zip", url+"/iot/api/v1/batch-enroll/"+approval.ID), "PENDING_APPROVAL")
	job = url + "/iot/api/v1/batch-enroll/" + c.service.jobs.list("")[0].id
	want(curl("-X", "PUT", job+"/reject"), "204")
	want(curl(job), "REJECTED")
	put(t, dir, "body.json", []byte(`{"certificate_format":"pem","certificate":"`+newReceiver(t).field(t)+`","start_mac_address":"00:1a:c2:7b:00:00","certificate_count":2,"increment":1}`))
	want(curl("-H", "Content-Type: application/json", "-d", "@body.json", url+"/iot/api/v1/batch-enroll/"+c.profile(ServerSide, P256, false).ID), `"total_certificates":2`, "201")
	// Broken off in the middle, curl goes on where it was.
	c.fault("drop-download=700:1")
	cmd := exec.Command("curl", "--silent", "--config", "-", "--cacert", c.service.CertificateFile(), "-o", "part.zip", url+"/iot/api/v1/batch-enroll/"+id+"/download-certificates")
	cmd.Stdin, cmd.Dir = strings.NewReader("header = \"x-api-key: "+c.token+"\"\n"), dir
	if err := cmd.Run(); err == nil || len(read(t, dir, "part.zip")) != 700 {
		t.Errorf("%v", err)
	}
	want(curl("-C", "-", "-o", "part.zip", url+"/iot/api/v1/batch-enroll/"+id+"/download-certificates"), "206")
	if !bytes.Equal(read(t, dir, "part.zip"), read(t, dir, "out.zip")) {
		t.Error("the resumed download is another")
	}
}
