package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
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
