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

// sampleSet makes CSRs to try the program with, good ones and some with what goes wrong in practice, in a folder of its
// own. The keys are made on the spot and forgotten.
func sampleSet(ctx context.Context, report progress.Func) (folder string, err error) {
	folder, err = osfile.MkdirTemp("", "enrollbench-samples-")
	if err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			os.RemoveAll(folder)
		}
	}()
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
	name := func(i int) pkix.Name {
		return pkix.Name{CommonName: fmt.Sprintf("thermostat-%04d", i), Organization: []string{"Sample Devices"}, Country: []string{"DE"}}
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
		put(fmt.Sprintf("dev-%04d.csr", i), text(request(last, name(i), fmt.Sprintf("thermostat-%04d.example.com", i))))
		report.Report(int64(i), good)
	}
	if err != nil {
		return "", err
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
	if err != nil {
		return "", err
	}
	return folder, nil
}

func mustKey(err *error) *ecdsa.PrivateKey {
	key, e := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if *err == nil {
		*err = e
	}
	return key
}

// trySamples makes samples and adds them.
func (t *Room) trySamples() {
	if t.work.Busy() {
		t.app.Busy()
		return
	}
	frame.Run(t.work, words.T("csr.making-samples"), sampleSet, func(folder string, err error) {
		t.showBar()
		if err != nil {
			t.app.Fail(words.T("csr.samples-failed"), err, widgets.Answer{Text: words.T("problem.again"), Act: t.trySamples})
			return
		}
		t.forgetSamples()
		t.sample = folder
		t.Drop([]string{folder})
	})
}

func (t *Room) forgetSamples() {
	if t.sample != "" {
		os.RemoveAll(t.sample)
		t.sample = ""
	}
}

// Close removes the samples.
func (t *Room) Close() { t.forgetSamples() }
