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
	"strings"
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
		"Windows-1252": charmap.Windows1252, "UTF-8": unicode.UTF8BOM, "Macintosh": charmap.Macintosh, "ISO-8859-15": charmap.ISO8859_15,
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
		args := []string{"csv", "save", "--json", "-o", out, in}
		if !strings.HasPrefix(name, "UTF") { // which it is can only be guessed, and no guess is uploaded
			status := run(t.Context(), &session{stdout: &stdout, stderr: &stderr}, root, args)
			if _, err := os.Stat(out); err == nil || status != exitFindings || !strings.Contains(stderr.String(), `"Müller & Söhne" in row 2. If these cells are right, confirm with --encoding`) {
				t.Errorf("%s: status %d, %s", name, status, stderr.String())
			}
			if !strings.Contains(stdout.String(), `"encoding_guessed": true`) || !strings.Contains(stdout.String(), `"encoding_samples": ["Müller & Söhne"]`) {
				t.Errorf("%s: %s", name, stdout.String())
			}
			stdout.Reset()
			args = append(args, "--encoding", strings.ToLower(name))
		}
		status := run(t.Context(), &session{stdout: &stdout, stderr: &stderr}, root, args)
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

// TestHeaderFindingsAreToldOnce: twenty columns without a name are one cause with twenty places, and a title row is one.
func TestHeaderFindingsAreToldOnce(t *testing.T) {
	for text, want := range map[string]int{
		"subject.common_name" + strings.Repeat(",", 20) + "\nd" + strings.Repeat(",x", 20) + "\n":                                               20 + 3,
		"Order 4711" + strings.Repeat(",", 20) + "\nsubject.common_name,x" + strings.Repeat(",", 19) + "\nd,1" + strings.Repeat(",", 19) + "\n": 4,
	} {
		in := filepath.Join(t.TempDir(), "in.csv")
		if err := os.WriteFile(in, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var stdout bytes.Buffer
		run(t.Context(), &session{stdout: &stdout, stderr: &stdout}, root, []string{"csv", "check", "--all", in})
		if n := strings.Count(stdout.String(), "\n"); n > want {
			t.Errorf("%d lines, want %d at most:\n%s", n, want, stdout.String())
		}
	}
}
