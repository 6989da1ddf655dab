package trustmanager

import (
	"crypto/sha256"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
)

// benchBytes is the size of the file that goes over the line: the largest that the service takes.
const benchBytes = 200_000_000

// line is a server that takes and gives a file, a client of it, and the way to call curl.
func line(b *testing.B) (client *Client, curl func(args ...string), file, url string) {
	b.Helper()
	program := need(b, "curl")
	dir := b.TempDir()
	file = filepath.Join(dir, "file")
	if err := os.WriteFile(file, noise(benchBytes), 0o600); err != nil {
		b.Fatal(err)
	}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			buffer := make([]byte, 256<<10)
			_, _ = io.CopyBuffer(struct{ io.Writer }{io.Discard}, r.Body, buffer)
			_, _ = io.WriteString(w, `{"id":"J-1"}`)
			return
		}
		f, err := os.Open(file)
		if err != nil {
			b.Error(err)
			return
		}
		defer f.Close()
		w.Header().Set("Content-Length", strconv.Itoa(benchBytes))
		_, _ = io.CopyBuffer(struct{ io.Writer }{w}, f, make([]byte, 256<<10))
	}))
	server.Config.ErrorLog = quiet
	server.StartTLS()
	b.Cleanup(server.Close)
	ca := filepath.Join(dir, "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600); err != nil {
		b.Fatal(err)
	}
	c := NewConnection("bench", IoTTrustManager, server.URL)
	c.Proxy, c.ExtraCA = ProxyNone, ca
	client, err := NewClient(c, vault{c.Account(SecretAPIKey): theKey}, Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = client.Close() })
	return client, func(args ...string) {
		b.Helper()
		cmd := exec.Command(program, append([]string{"--silent", "--show-error", "--fail", "--http1.1", "--noproxy", "*", "--cacert", ca}, args...)...)
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("curl: %v: %s", err, out)
		}
	}, file, server.URL
}

func BenchmarkUpload(b *testing.B) {
	client, curl, file, url := line(b)
	b.Run("curl", func(b *testing.B) {
		b.SetBytes(benchBytes)
		for b.Loop() {
			curl("-o", os.DevNull, "-F", "certificate_format=pem", "-F", "data=@"+file+";type=application/zip", url+"/x")
		}
	})
	b.Run("client", func(b *testing.B) {
		b.SetBytes(benchBytes)
		r := StartRequest{ProfileID: "IOT_1", Method: ZIP, File: file, FileName: "b.2026-11-27-1-abcd.zip", Format: "pem", BatchID: "2026-11-27-1-abcd"}
		for b.Loop() {
			if _, err := client.Start(b.Context(), r, nil); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkDownload measures to the last byte on the disk, before the sync: curl makes none.
func BenchmarkDownload(b *testing.B) {
	client, curl, file, url := line(b)
	out := filepath.Join(filepath.Dir(file), "out")
	b.Run("curl", func(b *testing.B) {
		b.SetBytes(benchBytes)
		for b.Loop() {
			curl("-o", out, url+"/x")
		}
	})
	b.Run("client", func(b *testing.B) {
		b.SetBytes(benchBytes)
		for b.Loop() {
			d := &download{client: client, url: url + "/x", path: out}
			if err := d.restart(); err != nil {
				b.Fatal(err)
			}
			if err := d.attempt(b.Context()); err != nil || d.have != benchBytes {
				b.Fatal(err)
			}
			d.abort()
		}
	})
	b.Run("client with sync", func(b *testing.B) {
		b.SetBytes(benchBytes)
		for b.Loop() {
			if _, err := client.Download(b.Context(), "J-1", out, nil); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkSHA256 is the part of a download that curl does not do.
func BenchmarkSHA256(b *testing.B) {
	data := noise(1 << 20)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		sha256.Sum256(data)
	}
}
