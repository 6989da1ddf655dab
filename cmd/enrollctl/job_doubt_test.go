package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"enrollbench/core/practice"
	"enrollbench/core/recipient"
	"enrollbench/core/trustmanager"
)

// ctl runs enrollctl within the test and returns its status and what it printed.
func ctl(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, messages bytes.Buffer
	s := &session{stdin: strings.NewReader(""), stdout: &out, stderr: &messages}
	status = run(context.Background(), s, root, args)
	return status, out.String(), messages.String()
}

// counter is a practice service with a connection to it, a recipient, and enrollctl in front of both.
type counter struct {
	t       *testing.T
	dir     string
	service *practice.Service
	token   []byte
	key     string // the file with the token
}

func newCounter(t *testing.T) *counter {
	c := &counter{t: t, dir: t.TempDir()}
	t.Setenv(trustmanager.FolderVariable, filepath.Join(c.dir, "config"))
	var err error
	if c.service, err = practice.Open(context.Background(), practice.Options{Folder: filepath.Join(c.dir, "service")}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.service.Close() })
	if c.token, err = c.service.Token(); err != nil {
		t.Fatal(err)
	}
	c.key = filepath.Join(c.dir, "token")
	to, opener, err := demoKey(t.Context(), recipient.X509)
	if err != nil {
		t.Fatal(err)
	}
	opener.Wipe()
	text, err := to.Text()
	if err != nil {
		t.Fatal(err)
	}
	for path, data := range map[string][]byte{c.key: append(c.token, '\n'), filepath.Join(c.dir, "c.pem"): text} {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// connect adds a connection of a kind to the service.
func (c *counter) connect(name, kind string) {
	c.t.Helper()
	c.want(0, "", "connection", "add", name, "--kind", kind, "--url", c.service.URL(), "--no-key", "--extra-ca", c.service.CertificateFile())
}

func (c *counter) fault(specs ...string) {
	c.t.Helper()
	var all practice.Faults
	for _, spec := range specs {
		f, err := practice.ParseFault(spec)
		if err != nil {
			c.t.Fatal(err)
		}
		all = append(all, f)
	}
	if err := c.service.SetFaults(all); err != nil {
		c.t.Fatal(err)
	}
}

// want runs enrollctl and returns what it printed.
func (c *counter) want(status int, words string, args ...string) string {
	c.t.Helper()
	got, out, messages := ctl(c.t, args...)
	if got != status || !strings.Contains(out+messages, words) {
		c.t.Fatalf("enrollctl %s: status %d, want %d with %q\n%s%s", strings.Join(args, " "), got, status, words, out, messages)
	}
	if strings.Contains(out+messages, string(c.token)) {
		c.t.Fatal("the token was printed")
	}
	return out + messages
}

// order is the command that starts a batch of two MAC addresses.
func (c *counter) order(connection, name, start string, more ...string) []string {
	return append([]string{"job", "start", "--api-key-file", c.key, "--connection", connection, "--profile", "Practice: keys from the service, P-256",
		"--name", name, "--recipient", filepath.Join(c.dir, "c.pem"), "--not-rehearsed", "--start", start, "--count", "2", "--increment", "1"}, more...)
}

// TestJobInDoubt: the answer of a start gets lost and the service has no list: nothing is sent again until the user settles it.
func TestJobInDoubt(t *testing.T) {
	c := newCounter(t)
	service, token, key, want, fault := c.service, c.token, c.key, c.want, c.fault
	c.connect("far", "practice")
	order := func(name, start string) []string { return c.order("far", name, start) }

	fault("lost-answer=1", "no-list")
	want(3, "enrollctl job resolve 20", order("one", "00:1a:c2:00:00:00")...)
	want(3, "may exist", "job", "resume", "--api-key-file", key)
	// Watching brings no news of it: it ends, and says what to do.
	want(3, "enrollctl job not-started 20", "job", "watch", "--api-key-file", key)
	want(3, "enrollctl job resolve 20", "job", "watch", "--api-key-file", key, "--once", "one")
	want(3, "cannot be started now", "job", "start", "--api-key-file", key, "--batch", "one")
	want(3, "cannot be deleted now", "job", "delete", "--yes", "one")
	want(3, "404", "job", "resolve", "--api-key-file", key, "one", "no-such-job")
	fault()
	id := jobsOf(t, service, token)[0]
	want(0, id, "job", "resolve", "--api-key-file", key, "one", id)

	// The other way: it surely is not there.
	fault("drop-upload=20:1")
	want(3, "enrollctl job not-started 20", order("two", "00:1a:c2:00:01:00")...)
	want(3, "list does not show it", "job", "resume", "--api-key-file", key)
	want(0, "prepared", "job", "not-started", "--api-key-file", key, "two")
	want(0, "started", "job", "start", "--api-key-file", key, "--batch", "two")
	want(0, "2 of 2 issued", "job", "watch", "--api-key-file", key, "--download")

	// A lost answer where the list helps is no doubt at all.
	fault("lost-answer=1")
	want(0, "started", order("three", "00:1a:c2:00:02:00")...)
	if n := len(jobsOf(t, service, token)); n != 3 {
		t.Errorf("the service has %d jobs of three batches", n)
	}
	// A token that is not valid: certainly not taken, and the next try may.
	fault("expired-token=1@start")
	want(3, "401", order("four", "00:1a:c2:00:03:00")...)
	want(0, "started", "job", "start", "--api-key-file", key, "--batch", "four")
	want(0, "", "job", "watch", "--api-key-file", key, "four")
}

// jobsOf are the ids of all jobs that the service has of our batches.
func jobsOf(t *testing.T, s *practice.Service, token []byte) (ids []string) {
	t.Helper()
	c := trustmanager.NewConnection("x", trustmanager.Practice, s.URL())
	c.ExtraCA = s.CertificateFile()
	client, err := trustmanager.NewClient(c, inMemory{c.Account(trustmanager.SecretAPIKey): token}, trustmanager.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	profiles, err := client.Profiles(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range profiles {
		if p.Name != "Practice: keys from the service, P-256" {
			continue
		}
		_, out, _ := ctl(t, "job", "list", "--json")
		var batches []struct{ ID string }
		if err := json.Unmarshal([]byte(out), &batches); err != nil {
			t.Fatal(err)
		}
		for _, b := range batches {
			all, err := client.Find(context.Background(), p.ID, b.ID)
			if err != nil {
				t.Fatal(err)
			}
			for _, j := range all {
				ids = append(ids, j.ID)
			}
		}
	}
	return ids
}

// TestJobOrderedBefore: what was sent is not sent a second time without a reason.
func TestJobOrderedBefore(t *testing.T) {
	c := newCounter(t)
	c.connect("plant", "iot-trust-manager")
	c.want(0, "prepared", c.order("plant", "early", "00:1a:c2:00:00:01", "--prepare")...)
	c.want(0, "started", c.order("plant", "one", "00:1a:c2:00:00:00")...)
	for range 2 {
		c.want(1, "job/sent-before", c.order("plant", "two", "00:1a:c2:00:00:01")...)
		c.want(3, "--again", "job", "start", "--api-key-file", c.key, "--batch", "early")
	}
	if n := len(jobsOf(t, c.service, c.token)); n != 1 {
		t.Errorf("the service has %d jobs", n)
	}
	c.want(0, "started", "job", "start", "--api-key-file", c.key, "--batch", "early", "--again", "the line was rebuilt")
	c.want(0, "started", c.order("plant", "two", "00:1a:c2:00:00:01", "--again", "a second set")...)
	c.want(0, "ordered again: a second set", "job", "show", "two")
}

// TestJobDeliverDamaged: a damaged result is said to be one, nothing of it is written, and the next try fetches another copy.
func TestJobDeliverDamaged(t *testing.T) {
	c := newCounter(t)
	c.connect("far", "practice")
	key := filepath.Join(c.dir, "key.pem")
	needProgram(t, "openssl")
	if out, err := exec.Command("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", filepath.Join(c.dir, "c.pem"),
		"-subj", "/CN=line 4", "-days", "30").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for i, f := range []string{"corrupted-result=1", "truncated-result=1"} {
		name, dir := fmt.Sprint("b", i), filepath.Join(c.dir, fmt.Sprint("out", i))
		c.fault(f)
		c.want(0, "started", c.order("far", name, fmt.Sprintf("00:1a:c2:00:0%d:00", i))...)
		c.want(0, "", "job", "watch", "--api-key-file", c.key)
		deliver := []string{"job", "deliver", "--api-key-file", c.key, "--key", key, "--trust", c.service.AnchorFile(), "-o", dir, name}
		c.want(3, "fetch", deliver...)
		if exists(dir) {
			t.Errorf("%s: something was written", f)
		}
		c.want(0, "", deliver...)
		if !exists(dir) {
			t.Errorf("%s: nothing was written the second time", f)
		}
	}
}

// TestJobStartForm: a CSV that the service would not read is refused before it is sent, with the command that writes it anew.
func TestJobStartForm(t *testing.T) {
	c := newCounter(t)
	c.connect("far", "practice")
	text := "subject.common_name,subject.organization_name\r\ndev-1,M\u00fcller\r\n"
	for name, f := range map[string]struct{ content, reason string }{
		"semicolon":  {strings.ReplaceAll(text, ",", ";"), "semicolon"},
		"tab":        {strings.ReplaceAll(text, ",", "\t"), "tab"},
		"windows":    {strings.ReplaceAll(text, "\u00fc", "\xfc"), "UTF-8"},
		"no name":    {strings.ReplaceAll(text, "\r\n", ",\r\n"), "column 3 has no name"},
		"escape":     {"subject.common_name,subject.organization_name\n\"dev-1\",\"the \\\"plant\\\"\"\n", "backslash"},
		"carriage":   {strings.ReplaceAll(text, "\r\n", "\r"), "CR"},
		"the form":   {text, ""},
		"with a BOM": {"\ufeff" + text, ""},
		"defused":    {text + "dev-2,'=1+1\r\n", "row 3, subject.organization_name: "},
		"a quote":    {text + "dev-2,'s-Hertogenbosch\r\n", ""},
	} {
		path := filepath.Join(c.dir, "order.csv")
		if err := os.WriteFile(path, []byte(f.content), 0o600); err != nil {
			t.Fatal(err)
		}
		args := []string{"job", "start", "--check", "--api-key-file", c.key, "--connection", "far", "--profile", "Practice: keys from the service, P-256",
			"--recipient", filepath.Join(c.dir, "c.pem"), "--not-rehearsed", "--keys", "service", path}
		status, out, messages := ctl(t, args...)
		formed := strings.Contains(out+messages, "job/form")
		if formed != (f.reason != "") || formed && (status != 1 || !strings.Contains(out+messages, f.reason) || !strings.Contains(out+messages, "csv save")) {
			t.Errorf("%s: status %d\n%s%s", name, status, out, messages)
		}
	}
	// A guess of the encoding is confirmed before anything is sent.
	path := filepath.Join(c.dir, "order.csv")
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(text, "\u00fc", "\xfc")), 0o600); err != nil {
		t.Fatal(err)
	}
	convert := []string{"job", "start", "--convert", "--check", "--api-key-file", c.key, "--connection", "far", "--profile", "Practice: keys from the service, P-256",
		"--recipient", filepath.Join(c.dir, "c.pem"), "--not-rehearsed", "--keys", "service", path}
	if status, out, messages := ctl(t, convert...); status != 1 || !strings.Contains(messages, "nothing was sent: ") || !strings.Contains(messages, "--encoding windows-1252") {
		t.Errorf("guessed: status %d\n%s%s", status, out, messages)
	}
	if status, out, messages := ctl(t, append(convert, "--encoding", "windows-1252")...); status != 0 || !strings.Contains(messages, "was converted: its encoding is Windows-1252") {
		t.Errorf("confirmed: status %d\n%s%s", status, out, messages)
	}
}
