package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"enrollbench/core/practice"
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

// TestJobInDoubt: the answer of a start gets lost and the service has no list: nothing is sent again until the user settles it.
func TestJobInDoubt(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	t.Setenv(trustmanager.FolderVariable, filepath.Join(dir, "config"))
	service, err := practice.Open(ctx, practice.Options{Folder: filepath.Join(dir, "service")})
	if err != nil {
		t.Fatal(err)
	}
	defer service.Close()
	token, err := service.Token()
	if err != nil {
		t.Fatal(err)
	}
	fault := func(specs ...string) {
		var all practice.Faults
		for _, spec := range specs {
			f, err := practice.ParseFault(spec)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, f)
		}
		if err := service.SetFaults(all); err != nil {
			t.Fatal(err)
		}
	}
	key := filepath.Join(dir, "token")
	if err := os.WriteFile(key, append(token, '\n'), 0o600); err != nil {
		t.Fatal(err)
	}
	want := func(status int, words string, args ...string) {
		t.Helper()
		got, out, messages := ctl(t, args...)
		if got != status || !strings.Contains(out+messages, words) {
			t.Fatalf("enrollctl %s: status %d, want %d with %q\n%s%s", strings.Join(args, " "), got, status, words, out, messages)
		}
		if strings.Contains(out+messages, string(token)) {
			t.Fatal("the token was printed")
		}
	}
	want(0, "", "connection", "add", "far", "--kind", "practice", "--url", service.URL(), "--no-key", "--extra-ca", service.CertificateFile())
	order := func(name, start string) []string {
		return []string{"job", "start", "--api-key-file", key, "--connection", "far", "--profile", "Practice: keys from the service, P-256",
			"--name", name, "--recipient", filepath.Join(dir, "c.pem"), "--not-rehearsed", "--start", start, "--count", "2", "--increment", "1"}
	}
	to, opener, err := demoCertificate()
	if err != nil {
		t.Fatal(err)
	}
	opener.Wipe()
	text, err := to.Text()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "c.pem"), text, 0o600); err != nil {
		t.Fatal(err)
	}

	fault("lost-answer=1", "no-list")
	want(3, "enrollctl job resolve 20", order("one", "00:1a:c2:00:00:00")...)
	want(3, "may exist", "job", "resume", "--api-key-file", key)
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
