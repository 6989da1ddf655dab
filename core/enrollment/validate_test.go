package enrollment

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"enrollbench/core/csvdoc"
	"enrollbench/core/csvlist"
	"enrollbench/core/finding"
)

var ctx = context.Background()

// document opens a CSV text as a document.
func document(t testing.TB, text string) *csvdoc.Document {
	t.Helper()
	path := filepath.Join(t.TempDir(), "orders.csv")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	d, err := csvdoc.Open(ctx, path, csvdoc.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	if err := d.Index(ctx, nil); err != nil {
		t.Fatal(err)
	}
	return d
}

func validate(t testing.TB, d *csvdoc.Document, o Options) *Result {
	t.Helper()
	r, err := Validate(ctx, d.Snapshot(), o, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func report(t testing.TB, r *Result) *finding.Report {
	t.Helper()
	rep, err := r.Report(ctx, "orders.csv", nil)
	if err != nil {
		t.Fatal(err)
	}
	return rep
}

// found lists "rule row column" of all findings but notices.
func found(t testing.TB, r *Result) (out []string) {
	t.Helper()
	for _, f := range report(t, r).All() {
		if f.Severity > finding.Notice {
			out = append(out, fmt.Sprint(f.Rule, " ", f.Row, " ", f.Column))
		}
	}
	return out
}

// TestHeaderDecides: what columns are there, and who makes the keys.
func TestHeaderDecides(t *testing.T) {
	client := template(t, nameColumn+","+csrColumn)
	server := template(t, nameColumn+",line")
	pemText := requestOf(t, "a")
	for _, c := range []struct {
		header []string
		row    []string
		o      Options
		keys   Keys
		want   []string
	}{
		{[]string{nameColumn}, []string{"a"}, Options{}, ServerKeys, nil},
		{[]string{nameColumn, csrColumn}, []string{"a", pemText}, Options{}, ClientKeys, nil},
		{[]string{csrColumn}, []string{pemText}, Options{}, ClientKeys, nil},
		{[]string{nameColumn}, []string{""}, Options{}, ServerKeys, []string{"csv/no-rows 0 "}},
		{[]string{nameColumn, "line"}, []string{"", "4"}, Options{}, ServerKeys, []string{"csv/required-empty 2 " + nameColumn}},
		{[]string{nameColumn, csrColumn}, []string{"a", ""}, Options{}, ClientKeys, []string{"csv/required-empty 2 csr"}},
		{[]string{nameColumn}, []string{"a"}, Options{Template: client}, ClientKeys, []string{"csv/column-missing 1 csr"}},
		{[]string{nameColumn}, []string{"a"}, Options{Template: client, Keys: ServerKeys}, ServerKeys, nil},
		{[]string{nameColumn, "line"}, []string{"a", ""}, Options{Template: server}, ServerKeys, []string{"csv/required-empty 2 line"}},
		{[]string{nameColumn, "line", idColumn}, []string{"a", "1", ""}, Options{Template: server}, ServerKeys, nil},
		{[]string{nameColumn, "line", csrColumn}, []string{"a", "1", pemText}, Options{Template: server}, ClientKeys, []string{"csv/column-not-in-template 1 csr"}},
		{[]string{nameColumn, "line", csrColumn}, []string{"a", "1", pemText}, Options{Template: server, Keys: ServerKeys}, ServerKeys, []string{"csv/csr-column-present 1 csr"}},
		{[]string{"CSR", "Subject Common Name"}, []string{"x", "a\u00a0b"}, Options{}, ClientKeys, // meant as what they look like
			[]string{"csv/column-spelling 1 CSR", "csv/column-spelling 1 Subject Common Name", "csv/not-a-csr 2 CSR", "csv/invisible-character 2 Subject Common Name"}},
		{[]string{"san.dns_name"}, []string{"a.example.com"}, Options{}, ServerKeys, nil},
	} {
		r := validate(t, document(t, csvOf(c.header, c.row)), c.o)
		if got := found(t, r); !slices.Equal(got, c.want) || r.Keys() != c.keys {
			t.Errorf("%q: %q with keys of the %s, want %q with %s", c.header, got, r.Keys(), c.want, c.keys)
		}
	}
}

// TestValues is single values and what is said of them: "" for nothing, and the repair behind an arrow.
func TestValues(t *testing.T) {
	for _, c := range []struct{ column, value, want string }{
		{"subject.country", "uk", "csv/country → GB"},
		{"subject.country", " DE", "csv/outer-blank → DE"},
		{"subject.country", "Germany", "csv/country"},
		{"san.dns_name", "müller.example.com", "csv/dns-name → xn--mller-kva.example.com"},
		{"san.dns_name", "device.example.com.", "csv/dns-name → device.example.com"},
		{"san.dns_name", "*.*.example.com", "csv/dns-name"},
		{"san.dns_name", "*example.com", "csv/dns-name"},
		{"san.dns_name", "a.example.com|b.example.com", "csv/several-values"},
		{"san.ip_address", "127.1", "csv/ip-address"},
		{"san.ip_address", "::ffff:192.0.2.1", ""},
		{"san.registered_id", "3.1", "csv/object-identifier"},
		{"san.registered_id", "2.999.1", ""},
		{"san.directory_name", "CN=a+SN=2,O=x", ""},
		{"san.directory_name", "CN=a,O", "csv/directory-name"},
		{"validity.to", "12/31/2099", "csv/date-form → 2099-12-31"},
		{"validity.to", "01/02/2099", "csv/date-form"},
		{"validity.to", "2099-02-30", "csv/date"},
		{"validity.to", "20991231235959Z", "csv/date-form → 2099-12-31T23:59:59Z"},
		{"extended_key_usage", "clientAuth", ""},
		{"extended_key_usage", "1.3.6.1.5.5.7.3", ""},
		{"signature_algorithm", "SHA256withECDSA", ""},
		{"signature_algorithm", "SHA1withRSA", "csv/signature-algorithm"},
		{"line", "a\r\n", "csv/control-character → a"},
		{"line", "a\tb", "csv/control-character"},
		{"line", "\u00a0a", "csv/outer-blank → a"},
		{"line", "a\u200bb", "csv/invisible-character → ab"},
		{"line", "a\u00a0b", "csv/invisible-character → a b"},
		{"line", "\u00a0", "csv/outer-blank → "},
		{"line", "Gr\u00c3\u0178e", "csv/wrong-encoding → Gr\u00dfe"},
		{"line", "Größe", ""},
		{"line", "1,5E-07", "csv/scientific-notation"},
		{"line", "1E5", ""},
		{"line", "E+11", ""},
		{"line", "#BEZUG!", "csv/error-value"},
		{"line", "########", "csv/error-value"},
		{"line", `="he said ""no"""`, `csv/formula → he said "no"`},
		{"line", "=A1+1", "csv/formula"},
		{"line", "=", ""},
		{"line", "'tis 'so", ""},
		{"line", "'007", "csv/text-mark → 007"},
		{"validity.from", "#N/A", "csv/error-value"},
	} {
		r := validate(t, document(t, csvOf([]string{nameColumn, c.column}, []string{"device", c.value})), Options{})
		got := ""
		for _, f := range r.RowFindings(0) {
			if f.Severity > finding.Notice {
				got += f.Rule
				if f.Fixable {
					got += " → " + f.Fix
				}
			}
		}
		if got != c.want {
			t.Errorf("%s %q: %q, want %q", c.column, c.value, got, c.want)
		}
	}
}

// TestLargeCells: cells of any size are checked in time and memory that grow no faster.
func TestLargeCells(t *testing.T) {
	for _, c := range []struct{ column, cell, want string }{
		{"line", "a" + strings.Repeat("\u00a0", 300_000) + "b", "csv/invisible-character → a" + strings.Repeat(" ", 300_000) + "b"},
		{"line", strings.Repeat("\x01", 300_000) + "x", "csv/control-character → x"},
		{"line", strings.Repeat("ab ", 200_000), "csv/outer-blank → " + strings.TrimSpace(strings.Repeat("ab ", 200_000))},
		{"line", strings.Repeat("Ä ö", 100_000), ""},
		{"san.dns_name", strings.Repeat("ä.", 100_000), "csv/dns-name"},
		{"san.directory_name", strings.Repeat("CN=a,", 100_000) + "CN=b", ""},
		{"validity.to", strings.Repeat("2027-", 100_000), "csv/date"},
	} {
		r := validate(t, document(t, csvOf([]string{nameColumn, c.column}, []string{"device", c.cell})), Options{})
		got := ""
		for _, f := range r.RowFindings(0) {
			got += f.Rule
			if f.Fixable {
				got += " → " + f.Fix
			}
			if len(f.Message) > 1000 {
				t.Errorf("a message of %d bytes", len(f.Message))
			}
		}
		if got != c.want {
			t.Errorf("%s %.20q: %.80q, want %.80q", c.column, c.cell, got, c.want)
		}
	}
}

func TestDates(t *testing.T) {
	for s, want := range map[string]bool{
		"31.12.2027": true, "1.2.2027": true, "12/31/27": true, "1/2/2027": true, "2027-12-31": true, "2027/1/2": true, "31-Dec": true, "Dec-27": true,
		"31-Dec-27": true, "Mrz-27": true, "01.02.2027 00:00": true, "31.12.2027 23:59:59": true,
		"1.2.3": false, "1.2.27": false, "10.1.2.3": false, "00-1a-c2": false, "01-02-03-04-05-06": false, "4-711-9": false, "32.12.2027": false,
		"31-13-2027": false, "2027": false, "Dec": false, "a-b-c": false, "12-": false, "-12-": false, "1..2027": false, "31-Dez-": false, "": false,
	} {
		if isDate(s) != want {
			t.Errorf("%q: %v", s, !want)
		}
	}
}

// TestColumnDamage: what the other rows show.
func TestColumnDamage(t *testing.T) {
	for _, c := range []struct {
		name   string
		values []string
		want   string // "rule: rows"
	}{
		{"serial", []string{"0001", "0002", "3", "40", "1234"}, "csv/leading-zeros: 4 5"},
		{"serial", []string{"1", "2", "30", "1000"}, ""},
		{"serial", []string{"00ab", "00ac", "12"}, "csv/identifier-damaged: 4"},
		{"serial", []string{"4711.0", "4712.0"}, "csv/decimal: 2 3"},
		{"version", []string{"1.0", "2.0", "2.5"}, ""},
		{"imei", []string{"3517560515239990", "3517560515239990", "3517560515239980"}, "csv/rounded: 2 3 4"},
		{"imei", []string{"3517560515239990", "3517560515239991", "3517560515239992"}, ""},
		{"part", []string{"12-03", "4-711", "12-Mar"}, "csv/date-for-text: 4"},
		{"name", []string{"Anna", "FALSE"}, "csv/boolean: 3"},
		{"mac", []string{"001ac27b0000", "001ac27b0001", "1ac27b0002"}, "csv/mac: 4"},
		{"mac", []string{"001ac27b0000", "001ac27b0001", "001ac27b0002", "001ac27b0004", "12345678", ""}, "csv/identifier-damaged: 6"},
		{"id", []string{"011234567890", "011234567891"}, ""},                                                   // twelve digits, but nothing says that they are addresses
		{"device", []string{"0001DC", "0001DD", "0001DE", "1", "10", "0001EA"}, "csv/identifier-damaged: 5 6"}, // 1 was 0001E0
		{"device", []string{"0001DC", "0001DD", "0001DE", "1E10", "2", "0001EA"}, "csv/identifier-damaged: 5 6"},
		{"device", []string{"CAFE", "BEEF", "DEAD", "12"}, "csv/identifier-damaged: 5"},
		{"device", []string{"0001DC", "0001DD", "0001EA", "1", "10", "100", "1000"}, "csv/identifier-damaged: 5 6 7 8"},
		{"device", []string{"abcd", "beef", "12", "13", "14", "15"}, ""},
		{"device", []string{"AB-1", "CD-2", "12"}, ""},
		{"device", []string{"abcd", "12", "13", "14", "15"}, ""}, // one word does not make a column of identifiers
		{"device", []string{"001E30AABB00", "001E30AABB01", "001E30AABB02", "001E30AABB03", "0.021180556", "00:1E:30"}, "csv/identifier-damaged: 6;csv/mac: 7"},
		{"device", []string{"001E30AABB00", "001E30AABB01", "001E30AABB02", "001E30AABB03", "1E10", "0:30:10"}, "csv/identifier-damaged: 6 7"},
		{"device", []string{"00:1E:30:AA:BB:00", "00:1E:30:AA:BB:01", "4711", "4711.0", "00:1E:30:AA:BB:02"}, "csv/identifier-damaged: 4 5"},
		{"wifi mac", []string{"00:1A:C2:7B:00:0O"}, "csv/mac: 2"},
		{"wifiMac", []string{"00-1a-c2-ff-fe-7b-00-00", "00-1a-c2-7b-00-00"}, "csv/mac: 2"},
		{"MAC", []string{"00–1a–c2–7b–00–00", "ff-ff-ff-ff-ff-ff", "00-1a-c2-7b-00-00"}, "csv/mac-characters: 2;csv/mac-multicast: 3"},
		// Full-width digits, Cyrillic letters, digits of Arabic, a ratio for a colon, a mathematical digit: in any column.
		{"note", []string{"００-１ａ-ｃ２-７ｂ-００-０ｂ", "00-1а-с2-7b-00-00", "٠٠:1a:c2:7b:00:00", "00∶1a∶c2∶7b∶00∶00", "001ac27b000\U0001D7D7"}, "csv/mac-characters: 2 3 4 5 6"},
		{"note", []string{"Müller", "٠٠:1a:c2:7b:00", "００１２３４５６", "Gerät–00-1a"}, ""},
		// What is too long for an address is none, however long.
		{"mac", []string{"00-1a-c2-7b-00-00", "00-1a-c2-7b-00-01", "00-1a-c2-7b-00-02 00-1a-c2-7b-00-03 00-1a-c2-7b-00-04"}, "csv/mac: 4"},
		{"note", []string{"00-1a-c2-7b-00-00", "as told by Doe on the telephone, see the list of the line"}, ""},
		// Groups of four and of six digits: one of them among others, damaged, the same twice, and serial numbers in that form.
		{"mac", []string{"001a-c27b-0000", "001a-c27b-0001", "0012-3456-7890", "001a-c27b-000g", "01ac27-b0000"}, "csv/mac: 5 6"},
		{"mac", []string{"00:1a:c2:7b:00:00", "00:1a:c2:7b:00:01", "00:1a:c2:7b:00:02", "00:1a:c2:7b:00:03", "0x001ac27b0004"}, "csv/mac-notation: 6"},
		{"hw id", []string{"001a-c27b-0000", "00 1a c2 7b 00 01", "001A.C27B.0000"}, "csv/duplicate-mac: 2 4"},
		{"part", []string{"1234-5678-9012", "1234-5678-9013", "1234-5678-901"}, ""},
		{"mac", []string{"00-1a-c2-ff-fe-7b-00-00"}, "csv/mac: 2"},
		{"machine", []string{"00:1A:C2:7B:00:0O"}, ""},
		{"mac", []string{"yes", "no"}, ""},
		{"mac", []string{"000000000000", "001ac27b0001"}, "csv/mac-zero: 2"},
		{"address", []string{"00:1a:c2:7b:00:00", "00:1a:c2:7b:00:01", "00:1a:c2:7b:00:02", "00:1a:c2:7b:00:03", "00-1A-C2-7B-00-04"}, "csv/mac-notation: 6"},
		// The same address twice, however the column is called: without a name too.
		{"hw id", []string{"00:1a:c2:7b:00:00", "00:1a:c2:7b:00:01", "001A.C27B.0000"}, "csv/duplicate-mac: 2 4"},
		{"hw id", []string{"001ac27b000a", "001ac27b000b", "", "001AC27B000A"}, "csv/duplicate-mac: 2 5"},
		{"", []string{"00:1a:c2:7b:00:00", "00:1a:c2:7b:00:01", "00:1A:C2:7B:00:00"}, "csv/duplicate-mac: 2 4"},
		{"serial", []string{"001122334455", "001122334456", "001122334455"}, ""}, // twelve digits may be anything
		{"note", []string{"00:1a:c2:7b:00:00", "in the box", "00:1a:c2:7b:00:00", "spare", "none"}, ""},
	} {
		rows := [][]string{{nameColumn, c.name}}
		for i, v := range c.values {
			rows = append(rows, []string{fmt.Sprint("device ", i), v})
		}
		r := validate(t, document(t, csvOf(rows...)), Options{})
		consistent(t, r)
		var got []string
		for _, g := range r.Groups() {
			if !g.Header {
				line := g.Rule.Name + ":"
				for i := range r.GroupRows(&g) {
					line += fmt.Sprint(" ", i+2)
				}
				got = append(got, line)
			}
		}
		slices.Sort(got)
		if strings.Join(got, ";") != c.want {
			t.Errorf("%q: %q, want %q", c.values, got, c.want)
		}
	}
}

// TestCertainRepair: zeros are put back where nothing else can have given the cell.
func TestCertainRepair(t *testing.T) {
	for want, values := range map[bool][]string{
		true:  {"001201", "001202", "001203", "001204", "001205", "001206", "001207", "001208", "001209", "1210"},
		false: {"001201", "001202", "001203", "001204", "001205", "001206", "001207", "1208", "001209", "1210"}, // more than a tenth
	} {
		for _, mixed := range []bool{false, true} {
			if mixed {
				values[0] = "00120X" // 1E10 becomes a number in a column of letters
			}
			rows := [][]string{{nameColumn, "serial"}}
			for i, v := range values {
				rows = append(rows, []string{fmt.Sprint("device ", i), v})
			}
			r := validate(t, document(t, csvOf(rows...)), Options{})
			i := slices.IndexFunc(r.Groups(), func(g Group) bool { return g.Rule == RuleLeadingZeros })
			if i < 0 || (r.Groups()[i].Fixable > 0) != (want && !mixed) {
				t.Errorf("%q: %+v", values, r.Groups())
				continue
			}
			f := r.RowFindings(9)[0]
			if f.Fixable != (want && !mixed) || strings.Contains(f.Hint, "write ") != f.Fixable || !f.Fixable && !strings.Contains(f.Hint, "export the column") {
				t.Errorf("%q: %+v", values, f)
			}
		}
	}
}

// TestRowsThatAreNoDevices: each of these would become a certificate.
func TestRowsThatAreNoDevices(t *testing.T) {
	for s, want := range map[string]bool{
		"Total": true, "TOTAL: 12": true, "Total 12 devices": true, "*** END ***": true, "***END***": true, "-- end of file --": true, "(12 rows affected)": true,
		"3 row(s)": true, "Summe: 12,5": true, "Gesamt 4": true, "итого: 5": true, "-----": true, "=====": true, "<EOF>": true, "合計": true, "12 devices": true,
		"Page 1 of 2": true, "Seite 3/4": true, "Printed 01.12.2026 12:00": true, "Erstellt am 1.12.26": true, "# written by line 4": true, "// end of page": true, "NULL": true, "(null)": true, "#N/A": true, "Σ": true,
		"Page-1": false, "pager 12": false, "printed circuit": false, "#12": false, "N": false, "created-7": false,
		"# End of list": true, "Razem": true, "end": true,
		"device-1": false, "end-device-1": false, "end 5": false, "Total Energies 5": false, "sum41": false, "A": false, "12": false, "--": false, "0012": false, "Endeavour": false,
		"count 3": false, "dev total": false, "": false, "-1": false, "4 rows high": false,
	} {
		if isEndMark(s) != want {
			t.Errorf("%q: %v", s, !want)
		}
	}
	csr := requestOf(t, "Total")
	r := validate(t, document(t, csvOf([]string{nameColumn, csrColumn}, []string{"Total", csr})), Options{})
	if got := found(t, r); len(got) > 0 {
		t.Errorf("a row with a key is a device: %q", got)
	}
	r = validate(t, document(t, "subject.common_name,line\na,1\n,Total: 1\n"), Options{})
	if got := found(t, r); !slices.Contains(got, "csv/no-device 3 line") {
		t.Errorf("%q", got)
	}
}

// TestHeaderAgain: also where only the named cells of the row are filled.
func TestHeaderAgain(t *testing.T) {
	for text, want := range map[string]string{
		"subject.common_name,line\na,1\nsubject.common_name,line\nb,2\n":                                       "csv/header-again 3 ",
		"subject.common_name,line,x\na,1,1\n\ufeffSubject.Common_Name,,\n":                                     "csv/header-again 3 ",
		"subject.common_name\na\nsubject.common_name\n":                                                        "csv/header-again 3 ",
		"subject.common_name,subject.country,line\na,DE,1\nline,subject.common_name,subject.country\n2,b,DE\n": "csv/header-again 3 ;csv/country 4 subject.country",
		"subject.common_name,line\na,line\nb,2\n":                                                              "",
		"subject.common_name,line\nsubject.common_name,7\n":                                                    "",
	} {
		r := validate(t, document(t, text), Options{})
		if got := strings.Join(found(t, r), ";"); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// TestTrailingRows: they are left out without a word that stops anybody, and those in the middle are errors.
func TestTrailingRows(t *testing.T) {
	d := document(t, "subject.common_name,line\r\na,1\r\n\r\nb,2\r\n , \r\n\r\n")
	form, err := FormOf(ctx, d)
	if err != nil {
		t.Fatal(err)
	}
	r := validate(t, d, Options{Form: form})
	if c := r.Counts(); c.Rows != 5 || c.Errors != 1 || c.Ready != 2 {
		t.Errorf("%+v\n%s", c, say(t, r))
	}
	result, err := r.Save(ctx, UploadOptions{Out: filepath.Join(t.TempDir(), "x.csv"), LeaveOutErrors: true}, nil)
	if err != nil || result.LeftOut != 1 || result.Parts[0].Entries != 2 || result.Parts[0].Bytes != r.Size().Plain {
		t.Errorf("%+v %v", result, err)
	}
	if text := say(t, r); strings.Contains(text, "csvdoc/blank-row") || strings.Count(text, `"csv/trailing-row"`) != 2 {
		t.Errorf("a blank line is told twice:\n%s", text)
	}
	change, err := d.Apply("row 3", func(e *csvdoc.Edit) error { return e.SetCell(r.Snapshot().ID(4), r.Snapshot().Columns()[0].ID, "c") })
	if err != nil {
		t.Fatal(err)
	}
	after, err := Revalidate(ctx, r, d.Snapshot(), change, nil)
	if err != nil {
		t.Fatal(err)
	}
	if c := after.Counts(); c.Errors != 2 || c.Ready != 3 {
		t.Errorf("with a device behind them: %+v\n%s", c, say(t, after))
	}
}

// TestDefused: what our lists and other programs put before a formula is no part of the value.
func TestDefused(t *testing.T) {
	r := validate(t, document(t, csvOf([]string{nameColumn}, []string{"'+49 731"}, []string{"'-40C"}, []string{"'quoted"})), Options{})
	result, err := r.Save(ctx, UploadOptions{Out: filepath.Join(t.TempDir(), "x.csv")}, nil)
	if err != nil || result.Parts[0].Bytes != r.Size().Plain {
		t.Fatalf("%+v %v", result, err)
	}
	if rows := read(t, result.Parts[0]); rows[1][0] != "+49 731" || rows[2][0] != "-40C" || rows[3][0] != "'quoted" {
		t.Errorf("%q", rows)
	}
	r = validate(t, document(t, csvOf([]string{nameColumn}, []string{"'=CMD()"})), Options{})
	if got := found(t, r); !slices.Contains(got, "csv/formula 2 "+nameColumn) {
		t.Errorf("%q", got)
	}
}

// TestDuplicateAddress: one address names one device, however it is written, and in whichever column of addresses.
func TestDuplicateAddress(t *testing.T) {
	for name, rule := range map[string]string{nameColumn: "csv/duplicate-name", "wlan_mac": "csv/duplicate-mac"} {
		r := validate(t, document(t, csvOf([]string{"x", name}, []string{"1", "001ac27b0001"}, []string{"2", "00:1A:C2:7B:00:01"},
			[]string{"3", "001a.c27b.0001"}, []string{"4", "00-1a-c2-7b-00-02"})), Options{})
		got := found(t, r)
		for row, want := range map[int]bool{2: true, 3: true, 4: true, 5: false} {
			if slices.Contains(got, fmt.Sprintf("%s %d %s", rule, row, name)) != want {
				t.Errorf("%s, row %d: %q", name, row, got)
			}
		}
	}
}

func TestDuplicateNames(t *testing.T) {
	r := validate(t, document(t, csvOf([]string{nameColumn, idColumn}, []string{"00:1a:c2:7b:00:01", ""}, []string{"b", "1"}, []string{"b", ""},
		[]string{"00-1A-C2-7B-00-01", ""}, []string{"b", "2"})), Options{})
	want := []string{"csv/duplicate-name 2 " + nameColumn, "csv/duplicate-name 4 " + nameColumn, "csv/duplicate-name 5 " + nameColumn}
	if got := found(t, r); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if message := r.RowFindings(0)[0].Message; !strings.Contains(message, "the same MAC address") || !strings.Contains(message, "row 5") {
		t.Errorf("%q", message)
	}
	message := r.RowFindings(2)[0].Message
	for _, part := range []string{`"b"`, "row 3 and row 6", `"b.pem"`, "random"} {
		if !strings.Contains(message, part) {
			t.Errorf("%q does not say %q", message, part)
		}
	}
}

// TestForm: rows whose form is broken are not ready until they are edited.
func TestForm(t *testing.T) {
	d := document(t, nameColumn+",line\na,1\nb\nc,2\n")
	form, err := FormOf(ctx, d)
	if err != nil {
		t.Fatal(err)
	}
	r := validate(t, d, Options{Form: form})
	consistent(t, r)
	if got := found(t, r); !slices.Equal(got, []string{"csvdoc/ragged-row 3 "}) || r.Counts().Ready != 2 {
		t.Fatalf("%q %+v", got, r.Counts())
	}
	snap := d.Snapshot()
	change, err := d.SetCells("edit", []csvdoc.Cell{{Row: snap.ID(1), Column: snap.Columns()[1].ID, Value: "9"}})
	if err != nil {
		t.Fatal(err)
	}
	if r, err = Revalidate(ctx, r, d.Snapshot(), change, nil); err != nil || r.Counts().Ready != 3 {
		t.Errorf("%v %+v", err, r.Counts())
	}
}

// TestNextProblem walks over all problems, forwards and backwards, and comes round.
func TestNextProblem(t *testing.T) {
	r := validate(t, document(t, csvOf([]string{nameColumn, "san.dns_name", "line"},
		[]string{"a", "a.example.com", "1"}, []string{"", "", ""}, []string{"b\a", "b_", "1"}, []string{"c", "c.example.com", "1"}, []string{"d", "d_", "1"})), Options{})
	want := []Position{{1, -1}, {2, 0}, {2, 1}, {4, 1}}
	at := Position{0, 0}
	for round := range 8 {
		next, ok := r.NextProblem(at, false)
		if !ok || next != want[round%4] {
			t.Errorf("after %v comes %v, want %v", at, next, want[round%4])
		}
		at = next
	}
	at = Position{0, 0}
	for round := range 8 {
		next, ok := r.NextProblem(at, true)
		if !ok || next != want[3-round%4] {
			t.Errorf("before %v comes %v, want %v", at, next, want[3-round%4])
		}
		at = next
	}
	if strips := r.Map(5); strips[1].Errors != 1 || strips[0] != (Strip{}) || strips[4].Errors != 1 {
		t.Errorf("%+v", strips)
	}
	if good := validate(t, document(t, csvOf([]string{nameColumn}, []string{"a"})), Options{}); good != nil {
		if _, ok := good.NextProblem(Position{}, false); ok {
			t.Error("a problem where there is none")
		}
	}
}

func TestValidateStops(t *testing.T) {
	gone, cancel := context.WithCancel(ctx)
	cancel()
	d := document(t, manyRows(100))
	if _, err := Validate(gone, d.Snapshot(), Options{}, nil); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	r := validate(t, d, Options{})
	if _, err := Revalidate(gone, r, d.Snapshot(), csvdoc.Change{AllRows: true}, nil); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := r.Report(gone, "", nil); len(r.withFindings()) > 0 && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// FuzzValidate: what is counted is what is said; a repair leads to the same result as a new check; what is written as an
// upload is the document.
func FuzzValidate(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte, choose byte) {
		if len(data) > 1<<14 {
			return
		}
		path := filepath.Join(t.TempDir(), "x.csv")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		d, err := csvdoc.Open(ctx, path, csvdoc.Options{Limits: csvdoc.Limits{Columns: 50}})
		if err != nil {
			return
		}
		defer d.Close()
		if d.Index(ctx, nil) != nil || d.Snapshot().Rows() > 500 {
			return
		}
		form, err := FormOf(ctx, d)
		if err != nil {
			t.Fatal(err)
		}
		o := Options{Keys: Keys(choose % 3), PEM: PEMForm(choose / 3 % 2), Form: form}
		if choose&0x40 != 0 {
			o.Separator = ";"
		}
		r := validate(t, d, o)
		consistent(t, r)
		for _, g := range r.Groups() {
			repair, err := r.Fix(ctx, &g, nil)
			if errors.Is(err, ErrNoFix) && g.Fixable == 0 {
				continue
			} else if err != nil || repair.Len() != max(g.Fixable, 1) {
				t.Fatalf("%s: %d of %d, %v", g.Rule.Name, repair.Len(), g.Fixable, err)
			}
			change, err := repair.Apply(d)
			if errors.Is(err, csvdoc.ErrNoHeader) {
				continue
			} else if err != nil {
				t.Fatal(err)
			}
			next, err := Revalidate(ctx, r, d.Snapshot(), change, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := say(t, next), say(t, validate(t, d, o)); got != want {
				t.Fatalf("after %q\n%s\nanew\n%s", repair.Label, difference(got, want), difference(want, got))
			}
			if _, err := d.Undo(); err != nil && d.CanUndo() {
				t.Fatal(err)
			}
			r = validate(t, d, o)
		}
		out, err := r.Save(ctx, UploadOptions{Out: filepath.Join(t.TempDir(), "up.csv"), LeaveOutErrors: true}, nil)
		if err != nil {
			return
		}
		text, err := os.ReadFile(out.Parts[0].File)
		if err != nil || int64(len(text)) != r.Size().Plain {
			t.Fatalf("%d bytes, %d foretold, %v", len(text), r.Size().Plain, err)
		}
		rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
		if err != nil {
			t.Fatalf("%v in %q", err, text)
		}
		want := contents(r, true)
		for i := range want {
			for k, cell := range want[i] {
				got := rows[i][k]
				if i > 0 && r.written[k] == r.p.csr {
					bare := strings.NewReplacer("\r", "", "\n", "", " ", "", "\t", "")
					cell, got = bare.Replace(cell), bare.Replace(got)
				} else if i > 0 {
					cell = csvlist.Plain(cell)
				}
				if got != strings.ReplaceAll(cell, "\r\n", "\n") {
					t.Fatalf("row %d, column %d: %q, want %q", i, k, got, cell)
				}
			}
		}
	})
}
