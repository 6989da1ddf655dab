package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// practiceProcess is the practice service as a program of its own.
type practiceProcess struct {
	announcement
	cmd *exec.Cmd
}

func startPractice(t *testing.T, folder string, args ...string) *practiceProcess {
	t.Helper()
	p := &practiceProcess{cmd: exec.Command("enrollctl", append([]string{"practice", "--json", "--folder", folder}, args...)...)}
	p.cmd.Stderr = os.Stderr
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait()
	})
	if err := json.NewDecoder(out).Decode(&p.announcement); err != nil {
		t.Fatalf("it announced nothing: %v", err)
	}
	return p
}

// curl makes a request with the real curl; the token goes through standard input, where no list of processes shows it.
func (p *practiceProcess) curl(t *testing.T, token string, args ...string) string {
	t.Helper()
	cmd := exec.Command("curl", append([]string{"--silent", "--show-error", "--fail-with-body", "--config", "-", "--cacert", p.CA}, args...)...)
	cmd.Stdin = strings.NewReader(fmt.Sprintf("header = \"x-api-key: %s\"\n", token))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("curl %v: %v\n%s", args, err, out)
	}
	return string(out)
}

func needProgram(t *testing.T, name string) {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%s is missing", name)
		}
		t.Skipf("%s is missing", name)
	}
}

// requestOfNewKey is a CSR in PEM.
func requestOfNewKey(t *testing.T) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: "replaced by the CSV"}}, key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der})
}

// A job that was accepted is issued although the program is killed, and the token goes on to be valid.
func TestPracticeSurvivesKill(t *testing.T) {
	needProgram(t, "curl")
	dir := t.TempDir()
	folder := filepath.Join(dir, "state")
	first := startPractice(t, folder, "--pace", "4")
	if first.Token == "" {
		t.Fatal("no token at the first start")
	}
	upload := filepath.Join(dir, "devices.csv")
	rows := `"subject.common_name","csr"` + "\n"
	for i := range 100 {
		request := requestOfNewKey(t)
		rows += fmt.Sprintf("\"device-%d\",\"%s\"\n", i, request)
	}
	if err := os.WriteFile(upload, []byte(rows), 0o600); err != nil {
		t.Fatal(err)
	}
	var profiles struct{ Records []struct{ ID, Name string } }
	if err := json.Unmarshal([]byte(first.curl(t, first.Token, first.URL+"/iot/api/v1/enrollment-profile?limit=1")), &profiles); err != nil || len(profiles.Records) != 1 {
		t.Fatal(err, profiles)
	}
	var job struct {
		ID     string
		Status string
		Issued int `json:"issued_certificates"`
	}
	decode := func(text string) {
		t.Helper()
		if err := json.Unmarshal([]byte(text), &job); err != nil {
			t.Fatalf("%v in %s", err, text)
		}
	}
	batch := "/iot/api/v1/batch-enroll/"
	decode(first.curl(t, first.Token, "-F", "certificate_format=pem", "-F", "data=@"+upload, first.URL+batch+profiles.Records[0].ID))
	for job.Issued < 5 {
		decode(first.curl(t, first.Token, first.URL+batch+job.ID))
		if job.Status == "COMPLETE" {
			t.Fatal("the job was faster than its pace")
		}
		time.Sleep(20 * time.Millisecond)
	}
	if err := first.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = first.cmd.Wait()

	second := startPractice(t, folder)
	if second.Token != "" {
		t.Error("the token is printed again")
	}
	for patience := time.Now().Add(time.Minute); job.Status != "COMPLETE"; time.Sleep(20 * time.Millisecond) {
		if decode(second.curl(t, first.Token, second.URL+batch+job.ID)); time.Now().After(patience) {
			t.Fatalf("%+v", job)
		}
	}
	if job.Issued != 100 {
		t.Errorf("%d issued", job.Issued)
	}
	out := filepath.Join(dir, "out.zip")
	second.curl(t, first.Token, "-o", out, second.URL+batch+job.ID+"/download-certificates")
	text, err := exec.Command("enrollctl", "deliver", "--practice", "--trust", second.Trust, "--order", upload, "-o", filepath.Join(dir, "opened"), out).CombinedOutput()
	if err != nil || !strings.Contains(string(text), "green") && !strings.Contains(string(text), "all 100") {
		t.Errorf("%v: %s", err, text)
	}
	// A second service on the same folder is refused.
	if text, err := exec.Command("enrollctl", "practice", "--folder", folder).CombinedOutput(); err == nil || !strings.Contains(string(text), "another practice service") {
		t.Errorf("%v: %s", err, text)
	}
	if runtime.GOOS == "windows" {
		return
	}
	if err := second.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := second.cmd.Wait(); err != nil {
		t.Errorf("interrupted, it ends with %v", err)
	}
}

// A connection's contract is recorded without keys, names or ids, and replayed by a program of its own.
func TestRecordedContract(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("ENROLLBENCH_CONFIG", filepath.Join(dir, "config"))
	enrollctl := func(args ...string) string {
		t.Helper()
		out, err := exec.Command("enrollctl", args...).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	service := startPractice(t, filepath.Join(dir, "service"))
	key := filepath.Join(dir, "key")
	if err := os.WriteFile(key, []byte(service.Token), 0o600); err != nil {
		t.Fatal(err)
	}
	enrollctl("connection", "add", "site", "--url", service.URL, "--extra-ca", service.CA, "--no-key")
	file := filepath.Join(dir, "site.transcript")
	enrollctl("connection", "record", "site", "--api-key-file", key, "-o", file)
	data, err := os.ReadFile(file)
	if err != nil || strings.Contains(string(data), service.Token) || strings.Contains(string(data), "practice@localhost") || !strings.Contains(string(data), "batch-enroll-csv-template") {
		t.Errorf("%v: %s", err, data)
	}
	replay := startPractice(t, filepath.Join(dir, "replay"), "--replay", file)
	enrollctl("connection", "add", "desk", "--url", replay.URL, "--extra-ca", replay.CA, "--no-key", "--contract", file)
	if out := enrollctl("connection", "test", "desk", "--api-key-file", key); !strings.Contains(out, "for batches") {
		t.Error(out)
	}
	if out, err := exec.Command("enrollctl", "practice", "--folder", filepath.Join(dir, "x"), "--replay", key).CombinedOutput(); err == nil || !strings.Contains(string(out), "not a transcript") {
		t.Errorf("%v: %s", err, out)
	}
}
