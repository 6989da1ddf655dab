package practice

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"enrollbench/core/osfile"
)

// Authorities, token, jobs and results outlive the service; what was under way is issued from the start.
func TestRestart(t *testing.T) {
	folder := t.TempDir()
	c := open(t, Options{Folder: folder, Pace: 50, due: func(ctx context.Context, n int, _ time.Time) error {
		if n > 12 { // the rest is not issued before the service ends
			<-ctx.Done()
		}
		return ctx.Err()
	}})
	to := newReceiver(t)
	waiting := c.start(order{profile: c.profile(ClientSide, P256, true), fields: map[string]string{"certificate_format": "pem"}, name: "w.zip", file: requests(t, 3)})
	running := c.start(c.macs(P256, 100, "pem", to.field(t)))
	byCSV := c.start(order{profile: c.profile(ServerSide, P256, false), fields: map[string]string{"certificate_format": "json", "certificate": to.field(t)}, name: "a.csv", file: csvOf("subject.common_name", strings.Repeat("a\n", 99)+"b")})
	for c.status(running).Issued < 5 || c.status(byCSV).Issued < 5 {
		time.Sleep(5 * time.Millisecond)
	}
	token, root, ca := c.token, c.service.Anchors()[0], c.service.CertificatePEM()
	if err := c.service.Close(); err != nil {
		t.Fatal(err)
	}
	// What a sudden end leaves besides: an upload that was never accepted, a spool, a temporary.
	jobs := filepath.Join(folder, "jobs")
	for _, path := range []string{filepath.Join(jobs, "half", "upload"), filepath.Join(jobs, running, "spool-1"), filepath.Join(jobs, running, ".result.0123456789abcdef.tmp")} {
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte("x"), 0o600)); err != nil {
			t.Fatal(err)
		}
	}

	c = open(t, Options{Folder: folder})
	if _, err := c.service.Token(); !errors.Is(err, ErrTokenNotKept) {
		t.Errorf("%v", err)
	}
	c.token = token
	if !c.service.Anchors()[0].Equal(root) || !bytes.Equal(c.service.CertificatePEM(), ca) {
		t.Error("the authorities are others")
	}
	for _, id := range []string{running, byCSV} {
		if j := c.wait(id); j.Status != statusComplete || j.Issued != 100 || j.Failed != 0 {
			t.Errorf("%+v", j)
		}
		if d := deliver(t, c, to, c.download(id).body); d.Len() != 100 || d.Keys() != 100 || !d.IssuerConfirmed() {
			t.Errorf("%d certificates, %d keys", d.Len(), d.Keys())
		}
	}
	if j := c.status(waiting); j.Status != statusPendingApproval {
		t.Errorf("%+v", j)
	}
	if c.do("PUT", "/iot/api/v1/batch-enroll/"+waiting+"/approve").status != 204 || c.wait(waiting).Issued != 3 {
		t.Error("a job that waited cannot be approved")
	}
	var names []string
	eachFile(t, folder, func(path string, _ fs.FileInfo, _ []byte) {
		rel, _ := filepath.Rel(jobs, path)
		if strings.Contains(rel, "spool") || strings.HasSuffix(rel, ".tmp") || strings.HasPrefix(rel, "half") || strings.HasSuffix(rel, "upload") {
			names = append(names, rel)
		}
	})
	if len(names) > 0 {
		t.Errorf("%q is left", names)
	}
	if err := c.service.Close(); err != nil {
		t.Fatal(err)
	}
	// A third start finds the results as they were.
	c = open(t, Options{Folder: folder})
	c.token = token
	if d := deliver(t, c, to, c.download(running).body); d.Len() != 100 {
		t.Errorf("%d certificates", d.Len())
	}
}

// Results are kept for a month.
func TestOldJobsGo(t *testing.T) {
	folder := t.TempDir()
	c := open(t, Options{Folder: folder})
	id := c.start(c.someOrder())
	c.wait(id)
	waiting := c.start(order{profile: c.profile(ClientSide, P256, true), fields: map[string]string{"certificate_format": "pem"}, name: "w.zip", file: requests(t, 1)})
	if err := c.service.Close(); err != nil {
		t.Fatal(err)
	}
	for _, after := range []struct{ days, jobs int }{{29, 2}, {31, 1}} {
		js, err := openJobs(filepath.Join(folder, "jobs"), time.Now().AddDate(0, 0, after.days))
		if err != nil {
			t.Fatal(err)
		}
		if len(js.all) != after.jobs || js.get(waiting) == nil {
			t.Errorf("after %d days there are %d jobs", after.days, len(js.all))
		}
	}
	if left := jobFolders(t, folder); len(left) != 1 || left[0] != waiting {
		t.Errorf("%q is left", left)
	}
}

// No file of the state holds the token, a device's key or the plaintext of a result: not while a job runs and not after.
func TestNothingSecretOnTheDisk(t *testing.T) {
	folder := t.TempDir()
	looked := make(chan struct{})
	c := open(t, Options{Folder: folder, Pace: 400, due: func(ctx context.Context, n int, _ time.Time) error {
		if n == 70 {
			<-looked
		}
		return ctx.Err()
	}})
	to := newReceiver(t)
	var secrets [][]byte
	look := func(when string) {
		t.Helper()
		eachFile(t, folder, func(path string, _ fs.FileInfo, data []byte) {
			rel, _ := filepath.Rel(folder, path)
			rel = filepath.ToSlash(rel)
			if who, err := osfile.Others(path); !strings.HasSuffix(rel, ".pem") && (err != nil && !errors.Is(err, fs.ErrNotExist) || len(who) > 0) {
				t.Errorf("%s: %s can be opened by %q, %v", when, rel, who, err)
			}
			if bytes.Contains(data, []byte(c.token)) || bytes.Contains(data, []byte(strings.TrimPrefix(c.token, tokenPrefix))) {
				t.Errorf("%s: %s holds the token", when, rel)
			}
			if strings.HasPrefix(rel, "authority/") {
				return
			}
			for _, word := range []string{"PRIVATE KEY", "PK\x03\x04", "PK\x01\x02", "\x30\x81\x87\x02\x01\x00"} {
				if bytes.Contains(data, []byte(word)) {
					t.Errorf("%s: %s holds %q", when, rel, word)
				}
			}
			for _, s := range secrets {
				if bytes.Contains(data, s) {
					t.Errorf("%s: %s holds a device's key", when, rel)
				}
			}
		})
	}
	var ids []string
	for _, format := range []string{"pem", "der", "json"} {
		id := c.start(c.macs(P256, 150, format, to.field(t)))
		ids = append(ids, id)
		for c.status(id).Issued < 60 {
			time.Sleep(2 * time.Millisecond)
		}
		look("while " + format + " runs")
		looked <- struct{}{}
	}
	for _, id := range ids {
		c.wait(id)
		plain := c.download(id).body
		if plain[0] == 0x30 {
			for name, file := range unzip(t, to.open(t, plain)) {
				if !strings.HasSuffix(name, ".key") {
					continue
				}
				if block, _ := pem.Decode(file); block != nil {
					file = block.Bytes
				}
				key, err := x509.ParsePKCS8PrivateKey(file)
				if err != nil {
					t.Fatal(err)
				}
				scalar, err := key.(*ecdsa.PrivateKey).Bytes()
				if err != nil {
					t.Fatal(err)
				}
				secrets = append(secrets, scalar)
			}
		}
	}
	if len(secrets) != 300 {
		t.Fatalf("%d keys", len(secrets))
	}
	look("at the end")
	for _, name := range []string{rootName, issuingName, tlsName} {
		if who, err := osfile.Others(filepath.Join(folder, "authority", name+".key")); err != nil || len(who) > 0 {
			t.Errorf("%s can be opened by %q, %v", name, who, err)
		}
	}
}

// The log tells of requests, and of nothing secret.
func TestLog(t *testing.T) {
	lines := make(chan string, 1000)
	c := open(t, Options{Log: func(line string) { lines <- line }})
	to := newReceiver(t)
	id := c.start(c.macs(P256, 2, "pem", to.field(t)))
	c.wait(id)
	c.download(id)
	good := c.token
	c.token = "practice_secret-of-another"
	c.do("GET", "/account/api/v1/user/me")
	if err := c.service.Close(); err != nil {
		t.Fatal(err)
	}
	close(lines)
	var all strings.Builder
	for line := range lines {
		fmt.Fprintln(&all, line)
	}
	text := all.String()
	if !strings.Contains(text, "POST /iot/api/v1/batch-enroll/") || !strings.Contains(text, "COMPLETE") || !strings.Contains(text, ": 401, ") {
		t.Error(text)
	}
	for _, secret := range []string{good, "secret-of-another", to.field(t)[:40]} {
		if strings.Contains(text, secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}

// Damage in the state is told, with the way out, and nothing is made anew over it.
func TestDamagedState(t *testing.T) {
	for name, word := range map[string]string{"token.sha256": "token", "authority/root.key": "authorities", "authority/issuing.pem": "authorities"} {
		folder := t.TempDir()
		c := open(t, Options{Folder: folder})
		if err := c.service.Close(); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, filepath.FromSlash(name)), []byte("damaged"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(ctx, Options{Folder: folder}); err == nil || !strings.Contains(err.Error(), word) || !strings.Contains(err.Error(), "remove") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A service whose address is taken makes nothing: a token that nobody was shown would be lost.
func TestAddressTaken(t *testing.T) {
	other, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	folder := t.TempDir()
	address := other.Addr().String()
	if s, err := Open(ctx, Options{Folder: folder, Listen: address}); err == nil {
		s.Close()
		t.Fatal("two programs listen on one address")
	} else if !strings.Contains(err.Error(), address) {
		t.Errorf("the message does not name the address: %v", err)
	}
	eachFile(t, folder, func(path string, info fs.FileInfo, _ []byte) {
		if info.Size() > 0 {
			t.Errorf("%s was made", path)
		}
	})
	if _, err := open(t, Options{Folder: folder}).service.Token(); err != nil {
		t.Errorf("the token of the first start that listens: %v", err)
	}
}
