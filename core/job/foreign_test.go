package job

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestForeignFilesAreNotSent: what is read as a table, and is none in its bytes, is not in the service's form.
func TestForeignFilesAreNotSent(t *testing.T) {
	var book bytes.Buffer
	z := zip.NewWriter(&book)
	for _, part := range [][2]string{
		{"[Content_Types].xml", "<Types/>"},
		{"xl/workbook.xml", `<workbook><sheets><sheet name="S" r:id="r"/></sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="r" Target="s.xml"/></Relationships>`},
		{"xl/s.xml", `<worksheet><sheetData><row><c t="str"><v>subject.common_name</v></c></row><row><c t="str"><v>d1</v></c></row></sheetData></worksheet>`},
	} {
		w, err := z.Create(part[0])
		if err == nil {
			_, err = w.Write([]byte(part[1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	var utf32 []byte
	for _, c := range "subject.common_name\r\nd1\r\n" {
		utf32 = append(utf32, byte(c), 0, 0, 0)
	}
	for want, data := range map[string][]byte{
		"":                              []byte("subject.common_name\r\nd1\r\n"),
		"it is an Excel workbook":       book.Bytes(),
		"its encoding is ISO-2022-JP":   []byte("subject.common_name\r\n\x1B$BEl5~\x1B(B\r\n"),
		"its encoding is UTF-32LE":      utf32,
		"its first line is sep=, which": []byte("sep=,\r\nsubject.common_name\r\nd1\r\n"),
	} {
		path := filepath.Join(t.TempDir(), "order.csv")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		wrong, err := FormProblems(t.Context(), path)
		if got := strings.Join(wrong, "; "); err != nil || !strings.HasPrefix(got, want) || want == "" && got != "" {
			t.Errorf("%q, %v, want %q", got, err, want)
		}
	}
}
