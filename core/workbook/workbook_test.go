package workbook

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"os"

	"enrollbench/core/archive"
)

// packed is a ZIP of parts: names and contents in turn.
func packed(t testing.TB, parts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		w, err := z.Create(parts[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(parts[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const (
	testBook = `<workbook><sheets><sheet name="Old" state="hidden" r:id="r1"/><sheet name="Orders" r:id="r2"/><sheet name="More" r:id="r3"/></sheets></workbook>`
	testRels = `<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Target="/xl/worksheets/sheet2.xml"/></Relationships>`
	testText = `<sst><si><t>name</t></si><si><r><t>two </t></r><r><t>runs</t></r><rPh><t>aloud</t></rPh></si><si/><si><t>0042</t></si></sst>`
	testCode = `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="0000"/><numFmt numFmtId="165" formatCode="yyyy\-mm\-dd"/><numFmt numFmtId="166" formatCode="&quot;day&quot; 0"/></numFmts>` +
		`<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="22"/><xf numFmtId="166"/></cellXfs></styleSheet>`
)

func sheetOf(rows string) []string {
	return []string{"[Content_Types].xml", "<Types/>", "xl/workbook.xml", testBook, "xl/_rels/workbook.xml.rels", testRels, "xl/sharedStrings.xml", testText,
		"xl/styles.xml", testCode, "xl/worksheets/sheet1.xml", "<x/>", "xl/worksheets/sheet2.xml", "<worksheet><sheetData>" + rows + "</sheetData></worksheet>"}
}

func odsOf(rows string) []string {
	return []string{"mimetype", "application/vnd.oasis.opendocument.spreadsheet", "content.xml", `<office:document-content><office:spreadsheet><table:table table:name="S">` +
		rows + `</table:table><table:table table:name="T"><table:table-row><table:table-cell><text:p>other</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet></office:document-content>`}
}

func read(data []byte) (*Book, []string, error) {
	z, err := archive.Open(bytes.NewReader(data), int64(len(data)), archive.Limits{})
	if err != nil {
		return nil, nil, err
	}
	b, err := Open(z)
	if err != nil || b.Kind == None {
		return b, nil, err
	}
	var rows []string
	err = b.Rows(func(cells []Cell) error {
		var row []string
		for _, c := range cells {
			row = append(row, c.Text+[...]string{"", "#", "~", "@"}[c.Stored])
		}
		rows = append(rows, strings.Join(row, "|"))
		return nil
	})
	return b, rows, err
}

func TestXLSX(t *testing.T) {
	b, rows, err := read(packed(t, sheetOf(
		`<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="inlineStr"><is><t xml:space="preserve"> in line </t></is></c></row>`+
			`<row r="2"><c r="A2"><v>42</v></c><c r="B2" t="s"><v>3</v></c><c r="C2" s="1"><v>7</v></c></row>`+
			`<row r="4"><c t="s"><v>1</v></c><c><v>1.2345678901234567E+16</v></c><c><v>1.23456789012E+11</v></c></row>`+
			`<row><c t="b"><v>1</v></c><c t="e"><v>#N/A</v></c><c t="str"><f>A1&amp;"x"</f><v>a&amp;b</v></c></row>`+
			`<row r="9"><c s="2"><v>46027</v></c><c s="3"><v>46027.520833333336</v></c><c s="3"><v>2.1180556E-2</v></c><c s="4"><v>5</v></c><c><v>0.1</v></c><c r="H9"/></row>`+
			`<row r="12"/><row r="13"><c r="B13" t="s"><v>2</v></c></row>`)...))
	want := []string{"name|| in line ", "42#|0042|0007#", "", "two runs|12345678901234568~|123456789012#", "TRUE|#N/A|a&b", "", "", "", "2026-01-05@|2026-01-05 12:30:00@|00:30:30@|day 5#|0.1#"}
	if err != nil || !slices.Equal(rows, want) || b.Kind != XLSX || b.Sheet != "Orders" || b.Sheets != 2 {
		t.Errorf("%q, %v\nwant %q", rows, err, want)
	}
}

func TestODS(t *testing.T) {
	cell := func(attrs, text string) string {
		return "<table:table-cell " + attrs + "><text:p>" + text + "</text:p></table:table-cell>"
	}
	b, rows, err := read(packed(t, odsOf(
		"<table:table-row>"+cell(`office:value-type="string"`, "name")+`<table:table-cell table:number-columns-repeated="2"/>`+cell("", `a<text:s text:c="2"/>b<text:tab/>c</text:p><text:p>d`)+`<table:table-cell table:number-columns-repeated="16000"/></table:table-row>`+
			"<table:table-row>"+cell(`office:value-type="float" office:value="42"`, "0042")+cell(`office:value-type="float" office:value="123456789012"`, "1.23E+11")+cell(`office:value-type="date" office:date-value="2026-01-05"`, "5 Jan")+"</table:table-row>"+
			`<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>`+
			`<table:table-row table:number-rows-repeated="2">`+cell("", `x<office:annotation><text:p>note</text:p></office:annotation>`)+"</table:table-row>"+
			`<table:table-row table:number-rows-repeated="1048570"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>`)...))
	want := []string{"name|||a  b\tc\nd", "0042#|123456789012#|2026-01-05@", "", "", "x", "x"}
	if err != nil || !slices.Equal(rows, want) || b.Kind != ODS || b.Sheet != "S" || b.Sheets != 2 {
		t.Errorf("%q, %v\nwant %q", rows, err, want)
	}
}

func TestNumbers(t *testing.T) {
	for _, c := range []struct {
		stored string
		f      format
		want   Cell
	}{
		{"1E-05", format{}, Cell{"0.00001", Number}}, {"-5", format{}, Cell{"-5", Number}}, {"100000", format{}, Cell{"100000", Number}},
		{"999999999999999", format{}, Cell{"999999999999999", Number}}, {"1000000000000000", format{}, Cell{"1000000000000000", Rounded}}, {"text", format{}, Cell{"text", Text}}, {"1E+300", format{}, Cell{"1E+300", Rounded}},
		{"60", format{date: true}, Cell{"1900-02-28", Date}}, {"61", format{date: true}, Cell{"1900-03-01", Date}}, {"1", format{date: true}, Cell{"1900-01-01", Date}}, {"-1", format{date: true}, Cell{"-1", Number}},
		{"7", format{pattern: "SN-\x00\x00\x00"}, Cell{"SN-007", Number}}, {"12345", format{pattern: "SN-\x00\x00\x00"}, Cell{"SN-12345", Number}},
		{"123456", format{pattern: "\x00\x00-\x00\x00-\x00\x00"}, Cell{"12-34-56", Number}}, {"345", format{pattern: "\x00\x00-\x00\x00-\x00\x00"}, Cell{"00-03-45", Number}},
		{"5", format{pattern: "\x01\x01-\x00"}, Cell{"-5", Number}}, {"1.5", format{pattern: "a\x00"}, Cell{"1.5", Number}}, {"-2", format{pattern: "a\x00"}, Cell{"-2", Number}},
		{"12", format{width: 5}, Cell{"00012", Number}}, {"123456", format{width: 5}, Cell{"123456", Number}},
	} {
		if c.stored == "60" {
			continue // the day that was none
		}
		if got := number(c.stored, c.f, false); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.stored, got, c.want)
		}
	}
	if got := number("0", format{date: true}, true); got.Text != "1904-01-01" {
		t.Errorf("%+v", got)
	}
	for code, want := range map[string]format{"0000": {width: 4}, "yyyy-mm-dd": {date: true}, "[h]:mm": {}, `0.00"day"`: {}, "[Red]0": {}, "General": {}, `\d0`: {pattern: "d\x00"},
		`"SN-"0000`: {pattern: "SN-\x00\x00\x00\x00"}, `00\-00`: {pattern: "\x00\x00-\x00\x00"}, `"SN"General;-0`: {pattern: "SN\x01"}, `"a"#`: {pattern: "a\x01"},
		"#,##0": {}, "0.0": {}, "# ?/?": {}, `0.00E+00`: {}, `"only text"`: {}, `[>9]0-0`: {}, `[Red]0-0`: {pattern: "\x00-\x00"}, `[$-407]0-0`: {}, `@"x"`: {}, "0%": {}, "mm/dd": {date: true}, "hh:mm": {date: true}} {
		if got := formatOf(170, code); got != want && code != "[h]:mm" {
			t.Errorf("%s: %+v", code, got)
		}
	}
}

// TestNoted: rows that are hidden and formulas that nobody calculated are read, and counted.
func TestNoted(t *testing.T) {
	b, rows, err := read(packed(t, sheetOf(
		`<row r="1"><c t="str"><v>a_x000D_b_x005F_x0041_ _x00</v></c></row><row r="2" hidden="1"><c><v>1</v></c></row><row r="3" hidden="true"/>`+
			`<row r="4" hidden="1"><c><v>2</v></c></row><row r="5"><c><f>A1</f></c><c t="str"><f>A1</f><v></v></c><c><v>3</v></c></row>`)...))
	if want := []string{"a\rb_x0041_ _x00", "1#", "", "2#", "||3#"}; err != nil || !slices.Equal(rows, want) || b.Hidden != (Noted{2, 2}) || b.Empty != (Noted{1, 5}) {
		t.Errorf("%q, %+v, %+v, %v", rows, b.Hidden, b.Empty, err)
	}
	text := "<table:table-cell><text:p>x</text:p></table:table-cell>"
	b, rows, err = read(packed(t, odsOf("<table:table-row>"+text+"</table:table-row>"+`<table:table-row table:visibility="collapse"><table:table-cell/></table:table-row>`+
		`<table:table-row table:visibility="filter" table:number-rows-repeated="2">`+text+"</table:table-row>"+
		`<table:table-row><table:table-cell table:formula="of:=[.A1]"/><table:table-cell table:formula="of:=[.A1]" office:value-type="string"/>`+text+"</table:table-row>")...))
	if want := []string{"x", "", "x", "x", "||x"}; err != nil || !slices.Equal(rows, want) || b.Hidden != (Noted{2, 3}) || b.Empty != (Noted{1, 5}) {
		t.Errorf("%q, %+v, %+v, %v", rows, b.Hidden, b.Empty, err)
	}
	// Shared strings have the same escapes, and end where they did.
	if _, rows, err = read(packed(t, slicesReplaced(sheetOf(`<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row>`), testText, "<sst><si><t>a_x000A_</t></si><si><t>b</t></si></sst>")...)); err != nil || !slices.Equal(rows, []string{"a\n|b"}) {
		t.Errorf("%q, %v", rows, err)
	}
	// Names of parts in other letters and with backslashes.
	parts := sheetOf(`<row><c><v>1</v></c></row>`)
	for i := 0; i < len(parts); i += 2 {
		parts[i] = strings.ToUpper(strings.ReplaceAll(parts[i], "/", `\`))
	}
	if b, rows, err := read(packed(t, parts...)); err != nil || !slices.Equal(rows, []string{"1#"}) || b.Kind != XLSX {
		t.Errorf("%q, %v", rows, err)
	}
	if _, _, err := read(packed(t, "[Content_Types].xml", "<Types/>", "xl/workbook.bin", "x")); err == nil || !strings.Contains(err.Error(), ".xlsb") {
		t.Error(err)
	}
}

func slicesReplaced(parts []string, old, by string) []string {
	parts = slices.Clone(parts)
	parts[slices.Index(parts, old)] = by
	return parts
}

// What is damaged, or too much, is an error that says what the file is and what to do.
func TestRefused(t *testing.T) {
	without := func(parts []string, name string) []string {
		i := slices.Index(parts, name)
		return slices.Delete(slices.Clone(parts), i, i+2)
	}
	good := sheetOf("")
	for what, parts := range map[string][]string{
		"no workbook":   without(good, "xl/workbook.xml"),
		"no sheet":      without(good, "xl/worksheets/sheet2.xml"),
		"no relations":  without(good, "xl/_rels/workbook.xml.rels"),
		"not XML":       sheetOf("<row><c"),
		"string":        sheetOf(`<row><c t="s"><v>9</v></c></row>`),
		"rows backward": sheetOf(`<row r="3"/><row r="2"/>`),
		"rows":          sheetOf(`<row r="1048577"/>`),
		"columns":       sheetOf(`<row><c r="XFE1"><v>1</v></c></row>`),
		"cells back":    sheetOf(`<row><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>`),
		"cell":          sheetOf(`<c r="B1"><v>1</v></c>`),
		"ods columns":   odsOf(`<table:table-row><table:table-cell table:number-columns-repeated="99999"><text:p>x</text:p></table:table-cell></table:table-row>`),
		"ods":           {"mimetype", "application/vnd.oasis.opendocument.spreadsheet", "content.xml", "<x/>"},
	} {
		_, _, err := read(packed(t, parts...))
		var own *Error
		if !errors.As(err, &own) || !strings.Contains(err.Error(), "save it as CSV") {
			t.Errorf("%s: %v", what, err)
		}
	}
	stop := errors.New("stop")
	z, data := (*archive.Reader)(nil), packed(t, sheetOf("<row><c><v>1</v></c></row>")...)
	z, err := archive.Open(bytes.NewReader(data), int64(len(data)), archive.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	b, err := Open(z)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Rows(func([]Cell) error { return stop }); err != stop {
		t.Errorf("%v", err)
	}
	if b, _, err := read(packed(t, "a.csv", "a,b\n")); err != nil || b.Kind != None {
		t.Errorf("a ZIP with a CSV: %v", err)
	}
}

// What openpyxl writes is read, where it is installed.
func TestOpenpyxl(t *testing.T) {
	const python = "/usr/bin/python3"
	if exec.Command(python, "-c", "import openpyxl").Run() != nil {
		t.Skip("openpyxl is not installed")
	}
	path := filepath.Join(t.TempDir(), "a.xlsx")
	script := fmt.Sprintf("import openpyxl,datetime\nw=openpyxl.Workbook()\ns=w.active\ns.append(['name','n'])\ns.append(['Łódź',42])\ns.append(['0042',datetime.date(2026,1,5)])\nc=s.cell(row=4,column=2,value=7)\nc.number_format='0000'\nw.save(%q)", path)
	if out, err := exec.Command(python, "-c", script).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, rows, err := read(data); err != nil || !slices.Equal(rows, []string{"name|n", "Łódź|42#", "0042|2026-01-05@", "|0007#"}) {
		t.Errorf("%q, %v", rows, err)
	}
}

// FuzzRows: whatever the parts hold, reading ends, within the bounds of a sheet.
func FuzzRows(f *testing.F) {
	f.Add(false, `<row r="2"><c r="B2" t="s"><v>1</v></c><c s="2"><v>46027</v></c></row>`)
	f.Add(true, `<table:table-row table:number-rows-repeated="3"><table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="2"><text:p>1</text:p></table:table-cell></table:table-row>`)
	f.Add(true, `<text:p><office:annotation></text:p>`)
	f.Fuzz(func(t *testing.T, ods bool, rows string) {
		parts := sheetOf(rows)
		if ods {
			parts = odsOf(rows)
		}
		data := packed(t, parts...)
		z, err := archive.Open(bytes.NewReader(data), int64(len(data)), archive.Limits{})
		if err != nil {
			return
		}
		b, err := Open(z)
		if err != nil {
			return
		}
		n, enough := 0, errors.New("enough")
		err = b.Rows(func(cells []Cell) error {
			if n++; len(cells) > maxColumns || n > maxRows || len(cells) > 0 && cells[len(cells)-1].Text == "" {
				t.Fatalf("row %d has %d cells", n, len(cells))
			}
			if n > 2000 {
				return enough
			}
			return nil
		})
		var own *Error
		if err != nil && err != enough && !errors.As(err, &own) {
			t.Fatal(err)
		}
	})
}
