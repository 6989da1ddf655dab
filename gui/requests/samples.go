package requests

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"

	"enrollbench/core/atomicfile"
	"enrollbench/core/osfile"
	"enrollbench/core/progress"
	"enrollbench/gui/frame"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// sampleSet makes CSRs to try the program with in a folder of its own: good ones and, if flawed, some with what goes wrong in
// practice. The keys are made on the spot and forgotten, and the names have a lot of their own: the ledger refuses a name that
// was ordered before.
func sampleSet(ctx context.Context, flawed bool, report progress.Func) (folder string, err error) {
	above, err := osfile.MkdirTemp("", "enrollbench-")
	if err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			os.RemoveAll(above)
		}
	}()
	folder = filepath.Join(above, "samples") // its name is that of the batch
	if err = osfile.MkdirAll(folder, 0o700); err != nil {
		return "", err
	}
	put := func(name string, content []byte) {
		if err == nil {
			err = atomicfile.WriteFile(filepath.Join(folder, name), content, atomicfile.Options{Mode: 0o600})
		}
	}
	request := func(key *ecdsa.PrivateKey, subject pkix.Name, dns ...string) []byte {
		der, e := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: subject, DNSNames: dns}, key)
		if err == nil {
			err = e
		}
		return der
	}
	lot := make([]byte, 2)
	if _, err := rand.Read(lot); err != nil {
		return "", err
	}
	device := func(i int) string { return fmt.Sprintf("thermostat-%x-%02d", lot, i) }
	name := func(i int) pkix.Name {
		return pkix.Name{CommonName: device(i), Organization: []string{"Sample Devices"}, Country: []string{"DE"}}
	}
	text := func(der []byte) []byte {
		return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der})
	}
	const good = 12
	var last *ecdsa.PrivateKey
	for i := 1; i <= good && err == nil; i++ {
		if err = ctx.Err(); err != nil {
			break
		}
		if last, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
			break
		}
		put(fmt.Sprintf("dev-%04d.csr", i), text(request(last, name(i), device(i)+".example.com")))
		report.Report(int64(i), good)
	}
	if err != nil || !flawed {
		return folder, err
	}
	put("copied-firmware.csr", text(request(last, name(13)))) // the key of the device before
	put("binary.der", request(mustKey(&err), name(14)))
	bad := name(15)
	bad.Country = []string{"Germany"}
	put("country.csr", text(request(mustKey(&err), bad)))
	cut := text(request(mustKey(&err), name(16)))
	put("cut-off.csr", cut[:len(cut)/2])
	put("notes.txt", []byte("Line 4 was stopped between 13 and 14.\n"))
	// What begins like a private key is treated as one; this one holds nothing.
	put("left-behind.key", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("a sample without a key in it")}))
	return folder, err
}

func mustKey(err *error) *ecdsa.PrivateKey {
	key, e := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if *err == nil {
		*err = e
	}
	return key
}

// OrderSamples puts samples that can be ordered as they are onto a list that is empty: the first result of somebody who practises.
func (t *Room) OrderSamples() {
	if t.view.set.Len() == 0 && !t.work.Busy() {
		t.makeSamples(false)
	}
}

// trySamples adds samples, some with what goes wrong in practice.
func (t *Room) trySamples() { t.makeSamples(true) }

func (t *Room) makeSamples(flawed bool) {
	if t.work.Busy() {
		t.app.Busy()
		return
	}
	frame.Run(t.work, words.T("csr.making-samples"), func(ctx context.Context, report progress.Func) (string, error) {
		return sampleSet(ctx, flawed, report)
	}, func(folder string, err error) {
		t.showBar()
		if err != nil {
			t.app.Fail(words.T("csr.samples-failed"), err, widgets.Answer{Text: words.T("problem.again"), Act: func() { t.makeSamples(flawed) }})
			return
		}
		t.forgetSamples()
		t.sample = folder
		t.pending = append([]string{folder}, t.pending...)
		t.addPending()
	})
}

func (t *Room) forgetSamples() {
	if t.sample != "" {
		os.RemoveAll(filepath.Dir(t.sample))
		t.sample = ""
	}
}

// Close removes the samples.
func (t *Room) Close() { t.forgetSamples() }
