package main

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"enrollbench/core/upload"
)

// TestSpreadsheetEncodings: however a spreadsheet saved the table, the same upload comes of it.
func TestSpreadsheetEncodings(t *testing.T) {
	const text = "subject.common_name;subject.organization_name\r\ndevice-1;Müller & Söhne\r\n"
	const want = "\"subject.common_name\",\"subject.organization_name\"\n\"device-1\",\"Müller & Söhne\"\n"
	for name, e := range map[string]encoding.Encoding{
		"UTF-16LE": unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), "UTF-16BE": unicode.UTF16(unicode.BigEndian, unicode.UseBOM),
		"Windows-1252": charmap.Windows1252, "UTF-8": unicode.UTF8BOM,
	} {
		data, err := e.NewEncoder().Bytes([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		in, out := filepath.Join(dir, "in.csv"), filepath.Join(dir, "out.csv")
		if err := os.WriteFile(in, data, 0o600); err != nil {
			t.Fatal(err)
		}
		var stdout, stderr bytes.Buffer
		status := run(t.Context(), &session{stdout: &stdout, stderr: &stderr}, root, []string{"csv", "save", "--json", "-o", out, in})
		var said struct {
			Encoding, Delimiter string
			Rows                int
			Columns             []string
		}
		if err := json.Unmarshal(stdout.Bytes(), &said); err != nil || status != exitOK {
			t.Fatalf("%s: status %d, %v, %s", name, status, err, stderr.String())
		}
		if said.Encoding != name || said.Delimiter != ";" || said.Rows != 1 || len(said.Columns) != 2 {
			t.Errorf("%s: %+v", name, said)
		}
		if got, _ := os.ReadFile(out); string(got) != want {
			t.Errorf("%s became %q", name, got)
		}
	}
}

// TestCSVRulesAreCurrent: the page says what the program checks.
func TestCSVRulesAreCurrent(t *testing.T) {
	var want bytes.Buffer
	if status := run(t.Context(), &session{stdout: &want, stderr: &want}, root, []string{"csv", "rules", "--markdown"}); status != exitOK {
		t.Fatal(status)
	}
	got, err := os.ReadFile(filepath.Join("..", "..", "docs", "csv-rules.md"))
	if err != nil || !bytes.Equal(bytes.ReplaceAll(got, []byte("\r\n"), []byte("\n")), want.Bytes()) {
		t.Errorf("docs/csv-rules.md is out of date: make docs prints it anew (%v)", err)
	}
}

// TestStreamedJSON: what is written finding by finding is what a report prints that holds them all.
func TestStreamedJSON(t *testing.T) {
	dir := t.TempDir()
	weak, err := os.ReadFile(filepath.Join("testdata", "csr", "bad", "weak.csr"))
	if err != nil {
		t.Fatal(err)
	}
	// Two names that are none in one CSR: one rule twice in one cell.
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{DNSNames: []string{"a_b", "c_d"}}, signer(t))
	if err != nil {
		t.Fatal(err)
	}
	twice := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der})
	path := filepath.Join(dir, "x.csv")
	text := "subject.common_name,line,csr\na,1,\"" + string(weak) + "\"\na,<2>,\"" + string(weak) + "\"\nb, 3,\"" + string(twice) + "\"\n,,\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	s := &session{stdout: &stdout, stderr: &stderr}
	if status := run(t.Context(), s, root, []string{"csv", "check", "--json", path}); status != exitFindings {
		t.Fatal(status, stderr.String())
	}
	in := table{maxBytes: upload.MaxBytes}
	doc, result, err := in.check(t.Context(), s, []string{path})
	if err != nil {
		t.Fatal(err)
	}
	defer doc.Close()
	report, err := result.Report(t.Context(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	var want bytes.Buffer
	if err := report.WriteJSON(&want, result.Counts().Ready, in.facts(doc, result)...); err != nil {
		t.Fatal(err)
	}
	if stdout.String() != want.String() || !bytes.Contains(want.Bytes(), []byte("partners")) || bytes.Count(want.Bytes(), []byte("csr/san-dns")) != 2 {
		t.Errorf("streamed\n%s\nheld\n%s", stdout.String(), want.String())
	}
}

func signer(t *testing.T) crypto.Signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}
