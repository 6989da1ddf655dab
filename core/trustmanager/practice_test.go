package trustmanager_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"enrollbench/core/practice"
	"enrollbench/core/trustmanager"
)

// held is Secrets in memory.
type held map[string][]byte

func (h held) Get(_ context.Context, account string) ([]byte, error) {
	return bytes.Clone(h[account]), nil
}

// atOnce is a clock that does not wait.
type atOnce struct{}

func (atOnce) Now() time.Time                                   { return time.Now() }
func (atOnce) Sleep(ctx context.Context, _ time.Duration) error { return ctx.Err() }

func openPractice(t *testing.T) (*practice.Service, *trustmanager.Client) {
	t.Helper()
	return openPracticeWith(t, practice.Options{})
}

func openPracticeWith(t *testing.T, o practice.Options) (*practice.Service, *trustmanager.Client) {
	t.Helper()
	o.Folder = t.TempDir()
	service, err := practice.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = service.Close() })
	kind := trustmanager.Practice
	if o.DeviceTrustManager {
		kind = trustmanager.DeviceTrustManager
	}
	c := trustmanager.NewConnection("Practice", kind, service.URL())
	c.Proxy, c.ExtraCA = trustmanager.ProxyNone, service.CertificateFile()
	return service, clientOf(t, service, c)
}

// clientOf is a client of a connection to the service, with its token.
func clientOf(t *testing.T, service *practice.Service, c trustmanager.Connection) *trustmanager.Client {
	t.Helper()
	token, err := service.Token()
	if err != nil {
		t.Fatal(err)
	}
	client, err := trustmanager.NewClient(c, held{c.Account(trustmanager.SecretAPIKey): token}, trustmanager.Options{Clock: atOnce{}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// requests writes a ZIP of so many CSRs.
func requests(t *testing.T, batchID string, n int) trustmanager.StartRequest {
	t.Helper()
	r := trustmanager.StartRequest{Method: trustmanager.ZIP, Format: "pem", BatchID: batchID, FileName: "csrs." + batchID + ".zip"}
	r.File = filepath.Join(t.TempDir(), "upload.zip")
	f, err := os.Create(r.File)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z := zip.NewWriter(f)
	for i := range n {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: fmt.Sprintf("device-%d", i)}}, key)
		if err != nil {
			t.Fatal(err)
		}
		w, err := z.Create(fmt.Sprintf("device-%d.csr", i))
		if err == nil {
			err = pem.Encode(w, &pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return r
}

// ended waits until a job has.
func ended(t *testing.T, client *trustmanager.Client, id string) trustmanager.Job {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		job, err := client.Status(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if job.State.Ended() {
			return job
		}
		if time.Now().After(deadline) {
			t.Fatalf("%+v", job)
		}
	}
}

func forCSRs(t *testing.T, client *trustmanager.Client) string {
	t.Helper()
	profiles, err := client.Profiles(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range profiles {
		if p.Batch() && p.TakesCSRs() && !p.MakesKeys() && !strings.Contains(p.Name, "approval") {
			return p.ID
		}
	}
	t.Fatalf("%+v", profiles)
	return ""
}

func TestTheWholeWayAtThePracticeService(t *testing.T) {
	_, client := openPractice(t)
	result := client.Test(t.Context())
	if !result.OK() || result.Profiles < 2 || result.User.Email == "" {
		t.Fatalf("%+v", result)
	}
	profile := forCSRs(t, client)
	template, err := client.Template(t.Context(), profile)
	if err != nil || !bytes.Contains(template, []byte("csr")) {
		t.Errorf("%q, %v", template, err)
	}
	if _, err := client.Specification(t.Context(), profile); err != nil {
		t.Error(err)
	}
	r := requests(t, "2026-11-27-1-aaaa11", 20)
	r.ProfileID = profile
	job, err := client.Start(t.Context(), r, nil)
	if err != nil {
		t.Fatal(err)
	}
	job = ended(t, client, job.ID)
	if job.State != trustmanager.StateComplete || job.Total != 20 || job.Issued != 20 || job.Failed != 0 {
		t.Errorf("%+v", job)
	}
	path := filepath.Join(t.TempDir(), "result.zip")
	got, err := client.Download(t.Context(), job.ID, path, nil)
	if err != nil || got.Bytes == 0 || got.ContentType != "application/zip" {
		t.Fatalf("%+v, %v", got, err)
	}
	z, err := zip.OpenReader(path)
	if err != nil || len(z.File) != 20 {
		t.Fatalf("%v", err)
	}
	_ = z.Close()
	found, err := client.Find(t.Context(), profile, r.BatchID)
	if err != nil || len(found) != 1 || found[0].ID != job.ID {
		t.Errorf("%+v, %v", found, err)
	}
	if none, err := client.Find(t.Context(), profile, "2026-11-27-1-aaaa1"); err != nil || len(none) != 0 {
		t.Errorf("%+v, %v", none, err)
	}
}

// Each fault of the practice service: what the client makes of it, and that there are never two jobs.
func TestFaultsOfThePracticeService(t *testing.T) {
	service, client := openPractice(t)
	profile := forCSRs(t, client)
	n := 0
	fault := func(t *testing.T, specs ...string) {
		t.Helper()
		var all practice.Faults
		for _, s := range specs {
			one, err := practice.ParseFault(s)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, one)
		}
		if err := service.SetFaults(all); err != nil {
			t.Fatal(err)
		}
	}
	start := func(t *testing.T) (trustmanager.StartRequest, trustmanager.Job, error) {
		t.Helper()
		n++
		r := requests(t, fmt.Sprintf("2026-11-27-%d-abcdef", n), 5)
		r.ProfileID = profile
		job, err := client.Start(t.Context(), r, nil)
		return r, job, err
	}
	jobs := func(t *testing.T, r trustmanager.StartRequest) int {
		t.Helper()
		fault(t)
		found, err := client.Find(t.Context(), profile, r.BatchID)
		if err != nil {
			t.Fatal(err)
		}
		return len(found)
	}
	var unclear *trustmanager.UnclearError
	var not *trustmanager.NotSentError
	for spec, want := range map[string]struct {
		unclear bool
		jobs    int
	}{
		"lost-answer":     {true, 1},
		"drop-upload=100": {true, 0},
		"throttle=429:1":  {false, 0},
		"throttle=503:1":  {true, 0},
		"expired-token":   {false, 0},
		"malformed-json":  {true, 1},
	} {
		t.Run(spec, func(t *testing.T) {
			fault(t, spec)
			r, _, err := start(t)
			if errors.As(err, &unclear) != want.unclear || errors.As(err, &not) == want.unclear {
				t.Errorf("%v", err)
			}
			if got := jobs(t, r); got != want.jobs {
				t.Errorf("%d jobs", got)
			}
		})
	}
	t.Run("no-list", func(t *testing.T) {
		fault(t, "no-list")
		if _, err := client.Find(t.Context(), profile, "2026-11-27-1-abcdef"); !errors.Is(err, trustmanager.ErrNoList) {
			t.Errorf("%v", err)
		}
	})
	fault(t)
	_, job, err := start(t)
	if err != nil {
		t.Fatal(err)
	}
	ended(t, client, job.ID)
	dir := t.TempDir()
	whole, err := client.Download(t.Context(), job.ID, filepath.Join(dir, "whole"), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("drop-download", func(t *testing.T) {
		fault(t, "drop-download=700")
		got, err := client.Download(t.Context(), job.ID, filepath.Join(dir, "pieces"), nil)
		if err != nil || got.SHA256 != whole.SHA256 {
			t.Errorf("%+v, %v", got, err)
		}
	})
	t.Run("throttled downloads", func(t *testing.T) {
		fault(t, "throttle=503@download")
		if _, err := client.Download(t.Context(), job.ID, filepath.Join(dir, "never"), nil); err == nil {
			t.Error("no error")
		}
		if left, _ := os.ReadDir(dir); len(left) > 2 {
			t.Errorf("left behind: %v", left)
		}
	})
	t.Run("partial", func(t *testing.T) {
		fault(t, "partial=2")
		_, job, err := start(t)
		if err != nil {
			t.Fatal(err)
		}
		job = ended(t, client, job.ID)
		if job.Failed != 2 || job.Issued != 3 || len(job.Failures) != 2 || job.Failures[0].Reason == "" {
			t.Errorf("%+v", job)
		}
	})
}
