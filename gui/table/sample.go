package table

import (
	"bytes"
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
	"strings"

	"enrollbench/core/atomicfile"
	"enrollbench/core/osfile"
	"enrollbench/core/progress"
	"enrollbench/gui/words"
)

// sampleRows is how many rows the sample has.
const sampleRows = 24

// sampleCSV makes a CSV as it comes back from a spreadsheet: semicolons, a byte order mark, and in some of its cells what
// goes wrong in practice. The keys of its CSRs are made on the spot and forgotten.
func sampleCSV(ctx context.Context, report progress.Func) (folder string, err error) {
	var b bytes.Buffer
	b.WriteString("\ufeffunique_identifier;subject.common_name;subject.organization_name;subject.country;San.DNS_Name;article;csr\r\n")
	for i := range sampleRows {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		name := fmt.Sprintf("thermostat-%04d", i+1)
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			return "", err
		}
		der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{
			Subject: pkix.Name{CommonName: name, Organization: []string{"Sample Devices"}, Country: []string{"DE"}}, DNSNames: []string{name + ".example.com"}}, key)
		if err != nil {
			return "", err
		}
		cells := []string{fmt.Sprintf("%d", 100001+i), name, "Sample Devices", "DE", name + ".example.com", fmt.Sprintf("%08d", 4711000+i),
			strings.ReplaceAll(string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der})), "\n", "")}
		switch i { // what spreadsheets and hands do to a table
		case 4:
			cells[3] = "Germany"
		case 7:
			cells[4] = name + "_example.com"
		case 9:
			cells[1] = fmt.Sprintf("thermostat-%04d", i)
		case 11, 12, 13:
			cells[2] += " "
		case 15:
			cells[5] = "4.71E+06"
		case 17, 18:
			cells[5] = strings.TrimLeft(cells[5], "0")
		case 20:
			cells[6] = cells[6][:len(cells[6])/2]
		}
		for k, c := range cells {
			if k > 0 {
				b.WriteByte(';')
			}
			b.WriteString(c)
		}
		b.WriteString("\r\n")
		report.Report(int64(i+1), sampleRows)
	}
	folder, err = osfile.MkdirTemp("", "enrollbench-sample-")
	if err != nil {
		return "", err
	}
	if err := atomicfile.WriteFile(filepath.Join(folder, sampleName), b.Bytes(), atomicfile.Options{Mode: 0o600}); err != nil {
		_ = os.RemoveAll(folder)
		return "", err
	}
	return folder, nil
}

const sampleName = "sample-orders.csv"

// trySample makes the sample and opens it.
func (t *Room) trySample() {
	step(t, words.T("csv.making-sample"), sampleCSV, func(folder string, err error) {
		if err != nil {
			t.app.Fail(words.T("csv.sample-failed"), err)
			return
		}
		t.forgetSample()
		t.sample = folder
		t.OpenPath(filepath.Join(folder, sampleName))
	})
}

// forgetSample removes the sample from the disk.
func (t *Room) forgetSample() {
	if t.sample != "" {
		_ = os.RemoveAll(t.sample)
		t.sample = ""
	}
}
