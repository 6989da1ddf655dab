package csvdoc

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"enrollbench/core/finding"
)

func bookOf(t *testing.T, rows string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "orders.xlsx")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(f)
	for name, text := range map[string]string{
		"xl/workbook.xml":            `<workbook><sheets><sheet name="Orders" r:id="r"/><sheet name="More" r:id="q"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="r" Target="s.xml"/></Relationships>`,
		"xl/s.xml":                   "<worksheet><sheetData>" + rows + "</sheetData></worksheet>",
	} {
		w, _ := z.Create(name)
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(z.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

const bookRows = `<row><c t="str"><v>name</v></c><c t="str"><v>serial</v></c></row><row><c t="str"><v>a "b",c</v></c><c t="str"><v>0042</v></c></row>` +
	`<row><c t="str"><v>d</v></c><c><v>7</v></c></row><row r="5"><c t="str"><v>e</v></c></row>`

// A workbook is a document like any other, but that it is saved under another name.
func TestWorkbook(t *testing.T) {
	path := bookOf(t, bookRows)
	before := read(t, path)
	d := openPath(t, path, Options{})
	s := d.Snapshot()
	if got := allRows(s); len(got) != 4 || !slices.Equal(got[0], []string{`a "b",c`, "0042"}) || !slices.Equal(got[3], []string{"e", ""}) || s.Columns()[1].Name != "serial" || s.FileRow(3) != 5 {
		t.Errorf("%q", got)
	}
	if got := list(d); len(got) != 3 || !strings.Contains(got[0], `the sheet "Orders" is read, the first of 2; not read: "`) || !strings.Contains(got[1], `sheet-mixed 1 serial: cells stored as numbers: 1, others: 1; the first is "7" in row 3`) {
		t.Errorf("%q", got)
	}
	setCell(t, d, 1, 1, "0007")
	for _, name := range []string{"", path, filepath.Join(t.TempDir(), "other.ods")} {
		if err := d.Save(t.Context(), name, SaveOptions{Force: true}, nil); !errors.Is(err, ErrWorkbook) {
			t.Errorf("%q: %v", name, err)
		}
	}
	out := filepath.Join(t.TempDir(), "orders.csv")
	if err := d.Save(t.Context(), out, SaveOptions{}, nil); err != nil {
		t.Fatal(err)
	}
	if got, want := read(t, out), "name,serial\n\"a \"\"b\"\",c\",0042\nd,0007\n\ne,\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	setCell(t, d, 0, 0, "x")
	if err := d.Save(t.Context(), "", SaveOptions{}, nil); err != nil || !strings.HasPrefix(read(t, out), "name,serial\n\"x\",") || read(t, path) != before {
		t.Errorf("saved again: %v", err)
	}
}

// sheetRules are told of workbooks only.
var sheetRules = map[*finding.Rule]string{
	RuleSheetHidden: "hidden rows are read too: 1; the first is row 3", RuleSheetFormula: "cells with a formula and without a result: 1; the first is in row 2",
	RuleSheet: "Orders", RuleSheetNumbers: "cells stored as numbers: 2; the first is \"1\" in row 2", RuleSheetMixed: "cells stored as dates: 1, others: 1",
	RuleSheetRounded: "numbers with more than 15 digits: 1; the first is \"12345678901234567000\" in row 3",
}

func TestWorkbookFindings(t *testing.T) {
	got := list(openPath(t, bookOf(t, `<row><c t="str"><v>n</v></c><c t="str"><v>d</v></c></row><row><c><v>1</v></c><c t="d"><v>2026-01-05</v></c><c><f>A1</f></c></row><row hidden="1"><c><v>1.2345678901234567E19</v></c><c t="str"><v>x</v></c></row>`), Options{}))
	for rule, want := range sheetRules {
		if !slices.ContainsFunc(got, func(f string) bool {
			return strings.HasPrefix(f, rule.Name[len("csvdoc/"):]+" ") && strings.Contains(f, want)
		}) {
			t.Errorf("%s: %q", rule.Name, got)
		}
	}
}

func TestWorkbookIsBounded(t *testing.T) {
	path := bookOf(t, strings.Repeat(`<row><c r="XFD1"><v>1</v></c></row>`, 6000))
	d, err := Open(t.Context(), path, Options{Scratch: t.TempDir()})
	if err == nil {
		err = d.Index(t.Context(), nil)
		d.Close()
	}
	var l *LimitError
	if !errors.As(err, &l) || l.Max != 64<<20 {
		t.Errorf("%v", err)
	}
}

// Other programs' files are named, with what to do.
func TestNoCSV(t *testing.T) {
	var b strings.Builder
	for i := range 2000 {
		b.WriteByte(byte(i * i / 7))
	}
	noise := b.String()
	for what, text := range map[string]string{
		"an old Excel workbook (.xls); open it and save it as CSV":  "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + strings.Repeat("\x00", 600),
		"a 7-Zip archive (.7z); unpack it":                          "7z\xBC\xAF\x27\x1C" + strings.Repeat("\x00", 600),
		"an archive or a compressed file; unpack it":                "\x1F\x9D\x90" + noise,
		"a program; a table is expected":                            "\x7FELF\x02\x01\x01" + noise,
		"binary data of an unknown kind; a table is expected":       "\xCA\xFE" + noise,
		"a PDF document; ask for the data as a file":                "%PDF-1.7\n" + noise,
		"Apple's Numbers; open it in Numbers":                       zipped(t, "Index/Document.iwa", "x", "Index/Tables/Tile.iwa", "x"),
		"an office document (Word, PowerPoint":                      zipped(t, "[Content_Types].xml", "x", "word/document.xml", "x"),
		"SYLK (.slk); open it and save it as CSV":                   "ID;PWXL;N;E\r\nC;Y1;X1;K\"a\"\r\n",
		"a table as a web page (HTML), which programs save as .xls": "<table><tr><td>subject.common_name</td></tr></table>",
		"a Windows shortcut (.lnk); give the file":                  "L\x00\x00\x00\x01\x14\x02\x00" + noise,
	} {
		path := filepath.Join(t.TempDir(), "orders.csv")
		write(t, path, text)
		if _, err := Open(t.Context(), path, Options{}); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%v, want %s", err, what)
		}
	}
}

// The same within a ZIP, where nothing but its name tells such a file.
func TestNoCSVInZIP(t *testing.T) {
	book := zipped(t, "[Content_Types].xml", "<Types/>", "xl/workbook.xml", "<workbook/>")
	for what, member := range map[string][2]string{
		`"order.xlsx" in it is an Excel workbook (.xlsx); unpack the ZIP`:         {"order.xlsx", book},
		`"order.csv" in it is an Excel workbook (.xlsx); unpack the ZIP`:          {"order.csv", book},
		`"order.zip" in it is a ZIP archive; unpack the ZIP`:                      {"order.zip", zipped(t, "a.csv", "a\n1\n")},
		`"scan.png" in it is a picture; a table is expected: pack the CSV itself`: {"scan.png", "\x89PNG\r\n\x1A\n" + strings.Repeat("\x00\x01\x02", 600)},
	} {
		path := filepath.Join(t.TempDir(), "orders.zip")
		write(t, path, zipped(t, member[0], member[1]))
		if _, err := Open(t.Context(), path, Options{}); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%v, want %s", err, what)
		}
	}
}

// zipped is a ZIP of names and contents in turn.
func zipped(t *testing.T, parts ...string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		w, err := z.Create(parts[i])
		if err == nil {
			_, err = io.WriteString(w, parts[i+1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// What a text may hold does not make it binary data: NULs, a control character as the delimiter, letters of any encoding.
func TestOddTextsAreTables(t *testing.T) {
	for what, text := range map[string]string{
		"NULs":             "a,b\n" + strings.Repeat("1,\x00\x00\x002\n", 300),
		"unit separators":  "a\x1fb\x1e" + strings.Repeat("1\x1f2\x1e", 300),
		"a short one":      "0,\x01\x02\x03\x04\x05\x06\x07\x08\x0e\x0f\n1,2\n",
		"digits":           "0\n\n\n1\n",
		"Chinese, UTF-16":  "\xff\xfe" + utf16le(strings.Repeat("名称,序列号\r\n温控器,一二三四\r\n", 30)),
		"Cyrillic, UTF-16": utf16le(strings.Repeat("имя,номер\r\nдатчик,1234567\r\n", 30)),
	} {
		path := filepath.Join(t.TempDir(), "a.csv")
		write(t, path, text)
		d, err := Open(t.Context(), path, Options{})
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		d.Close()
	}
}

func utf16le(s string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(s)) {
		b.WriteByte(byte(u))
		b.WriteByte(byte(u >> 8))
	}
	return b.String()
}
