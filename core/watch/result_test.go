package watch

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"os"
	"path/filepath"
	"testing"
	"time"

	"enrollbench/core/delivery"
	"enrollbench/core/job"
	"enrollbench/core/privatekey"
	"enrollbench/core/recipient"
)

// A result that is dropped is opened with the key and exported; one that the key does not open is refused, with what to do.
func TestDroppedResult(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{Subject: pkix.Name{CommonName: "Line 4"}, NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageKeyAgreement}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	to, _, err := recipient.Parse(der)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	opener, err := recipient.LoadOpener(pkcs8, der, func(int) ([]byte, error) { return nil, privatekey.ErrNeedPassphrase })
	if err != nil {
		t.Fatal(err)
	}
	var wants []string
	l := newLine(t, Options{Count: 1})
	l.drop("a.csr", request(t, "dev-a"))
	l.settle()
	l.serve()
	r := l.records()[0]
	plain, err := os.ReadFile(r.ResultPath)
	if err != nil {
		t.Fatal(err)
	}
	var sealed bytes.Buffer
	s, err := to[0].Seal(&sealed, recipient.SealOptions{Size: -1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	name := "result-" + r.ID + ".p7m"
	l.drop(name, sealed.Bytes())
	l.settle()
	text, err := os.ReadFile(filepath.Join(l.Folder, refusedFolder, name+".txt"))
	if err != nil || !bytes.Contains(text, []byte("private key")) {
		t.Fatalf("%s, %v", text, err)
	}
	l.Key = func(_ context.Context, w []string) (delivery.Opener, func(), error) {
		wants = w
		return delivery.WithKey(opener), func() {}, nil
	}
	l.drop(name, sealed.Bytes())
	l.drop("cut.p7m", sealed.Bytes()[:sealed.Len()-40])
	l.settle()
	if _, err := os.Stat(filepath.Join(l.Folder, refusedFolder, "cut.p7m.txt")); err != nil {
		t.Error(err)
	}
	o := l.told(Opened)
	if len(o) != 2 || o[1].Count != 1 || o[1].Of != 1 || len(wants) != 1 {
		t.Fatalf("opened: %+v, wants %q", l.events, wants)
	}
	if _, err := os.Stat(filepath.Join(o[1].Path, "dev-a.pem")); err != nil {
		t.Error(err)
	}
	l.restart()
	l.settle()
	if len(l.batches) != 0 {
		t.Error("it is opened again after a restart")
	}
	l.want("taken", l.lies(filepath.Join(takenFolder, o[1].Batch)), []string{name})
}

// A result that was damaged after it was fetched is fetched again.
func TestDamagedOnDisk(t *testing.T) {
	l := newLine(t, Options{Count: 1})
	l.drop("a.csr", request(t, "dev-a"))
	l.settle()
	id := l.records()[0].ID
	for range 600 {
		r, err := l.station.Jobs.Refresh(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if r.State == job.Complete {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	r, err := l.station.Jobs.Fetch(t.Context(), id, nil)
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(r.ResultPath)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)/2] ^= 1
	if err := os.WriteFile(r.ResultPath, data, 0o600); err != nil {
		t.Fatal(err)
	}
	l.step(0)
	l.step(pauseFirst)
	if len(l.told(Opened)) != 1 {
		t.Errorf("%+v", l.events)
	}
}
