package diagnosis

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"enrollbench/core/osfile"
	"enrollbench/core/trustmanager"
)

func TestCrash(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "log")
	path, err := Crash(dir, "1.2.3", time.Unix(1000, 0), errors.New("passphrase hunter2"), []byte("goroutine 1"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"EnrollBench 1.2.3", "goroutine 1", "*errors.errorString"} {
		if !strings.Contains(string(b), want) {
			t.Errorf("the crash file lacks %q", want)
		}
	}
	if strings.Contains(string(b), "hunter2") {
		t.Error("the crash file holds the panic's own text")
	}
	if who, err := osfile.Others(path); err != nil || len(who) > 0 {
		t.Errorf("%q may read it, %v", who, err)
	}
	for i := range 8 {
		if path, err = Crash(dir, "", time.Unix(2000+int64(i), 0), "x", nil); err != nil {
			t.Fatal(err)
		}
	}
	if all := Crashes(dir); len(all) != keptCrashes || all[len(all)-1] != path {
		t.Errorf("%d crash files stay: %q", len(all), all)
	}
}

func TestRuntimeErrorIsNamed(t *testing.T) {
	defer func() {
		path, err := Crash(t.TempDir(), "", time.Now(), recover(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if b, _ := os.ReadFile(path); !strings.Contains(string(b), "index out of range") {
			t.Errorf("%s", b)
		}
	}()
	var none []int
	_ = none[len(os.Args)]
}

func TestLogRotates(t *testing.T) {
	l := NewLog(filepath.Join(t.TempDir(), "log"), "program")
	l.max = 1000
	for i := range 50 {
		fmt.Fprintf(l, "%03d %s\n", i, strings.Repeat("x", 95))
	}
	entries, err := os.ReadDir(filepath.Dir(l.path))
	if err != nil || len(entries) != 2 {
		t.Fatalf("%v, %v", entries, err)
	}
	for _, e := range entries {
		path := filepath.Join(filepath.Dir(l.path), e.Name())
		if info, err := e.Info(); err != nil || info.Size() != 1000 {
			t.Errorf("%s has %d bytes, %v", e.Name(), info.Size(), err)
		}
		if who, err := osfile.Others(path); err != nil || len(who) > 0 {
			t.Errorf("%q may read %s, %v", who, e.Name(), err)
		}
	}
	text, err := l.tail(250)
	if err != nil || string(text[:3]) != "048" || bytes.Count(text, []byte("\n")) != 2 {
		t.Errorf("its end is %q, %v", text, err)
	}
	if all, _ := l.tail(1 << 20); bytes.Count(all, []byte("\n")) != 20 || string(all[:3]) != "030" {
		t.Errorf("all of it: %d lines from %q", bytes.Count(all, []byte("\n")), all[:3])
	}
	// A folder that cannot be made stops nobody.
	blocked := NewLog(filepath.Join(l.path, "x"), "program")
	if n, err := blocked.Write([]byte("text")); n != 4 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
}

const secret = "s3cr3t-V4lue_0123456789"

func TestClean(t *testing.T) {
	for _, text := range []string{
		"x-api-key: " + secret, `{"api_key": "` + secret + `"}`, "Authorization: Bearer " + secret, "authorization=basic " + secret, "the passphrase: " + secret,
		"password=" + secret + "&x=1", "token " + "practice_" + secret, "proxy http://user:" + secret + "@proxy.example.com:8080/x", `"token":"` + secret + `"`,
		"-----BEGIN RSA PRIVATE KEY-----\n" + secret + "\n-----END RSA PRIVATE KEY-----", "-----BEGIN PGP PRIVATE KEY BLOCK-----\n" + secret,
	} {
		got := string(Clean([]byte(text)))
		if strings.Contains(got, secret) || !strings.Contains(got, "removed]") {
			t.Errorf("%q became %q", text, got)
		}
	}
	for _, text := range []string{"the API key is missing", `open "C:\keys\token.pem": file not found`, "https://one.digicert.com/mpki/api/v1", "passphrase is wrong; enter it again"} {
		if got := string(Clean([]byte(text))); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}

func TestReport(t *testing.T) {
	config := t.TempDir()
	c := trustmanager.NewConnection("Line 4", trustmanager.IoTTrustManager, "https://one.example.com")
	c.Proxy = "http://user:" + secret + "@proxy.example.com:8080"
	if err := trustmanager.NewStore(config).Save([]trustmanager.Connection{c}); err != nil {
		c.Proxy = ""
		if err := trustmanager.NewStore(config).Save([]trustmanager.Connection{c}); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("HTTPS_PROXY", "http://user:"+secret+"@proxy.example.com:8080")
	folder := filepath.Join(config, "log")
	if _, err := Crash(folder, "1", time.Unix(1000, 0), "x", []byte("goroutine 7")); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(NewLog(folder, "enrollbench"), "the file was not saved: x-api-key: %s\n", secret)
	var b bytes.Buffer
	if err := (Report{Program: "enrollbench", Version: "1.2.3", Config: config, Now: time.Unix(2000, 0), More: []string{"Window       1280 × 860"}}).Write(&b); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	for _, want := range []string{"enrollbench 1.2.3", config, `"Line 4"`, "https://one.example.com", "goroutine 7", "the file was not saved", "1280 × 860", "proxy.example.com"} {
		if !strings.Contains(text, want) {
			t.Errorf("the diagnosis lacks %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, secret) {
		t.Errorf("the diagnosis holds a secret:\n%s", text)
	}
}
