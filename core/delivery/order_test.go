package delivery

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"enrollbench/core/csr"
	"enrollbench/core/eui48"
)

func newRequest(t testing.TB, name string) (der []byte, key keyHash) {
	t.Helper()
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: name}}, newKey(t))
	if err != nil {
		t.Fatal(err)
	}
	r, err := x509.ParseCertificateRequest(der)
	if err != nil {
		t.Fatal(err)
	}
	return der, sha256.Sum256(r.RawSubjectPublicKeyInfo)
}

func TestOrderFromManifest(t *testing.T) {
	p := newPlant(t, 5)
	path := manifestOf(t, p.devices...)
	for part, want := range map[int]int{0: 5, 1: 2, 2: 2, 3: 1} {
		o, err := OrderFromManifest(path, part)
		if err != nil || o.Len() != want || o.Maker() != Device || o.Source() != path {
			t.Errorf("part %d: %d ordered, %v, %v", part, o.Len(), o.Maker(), err)
		}
	}
	for _, part := range []int{-1, 4} {
		if _, err := OrderFromManifest(path, part); err == nil {
			t.Errorf("part %d is accepted", part)
		}
	}
	if _, err := OrderFromCSV(path); err == nil || !strings.Contains(err.Error(), "manifest") {
		t.Errorf("a manifest as upload CSV: %v", err)
	}
	o, err := OrderFromFile(path, 2)
	if err != nil {
		t.Fatal(err)
	}
	if l := o.lines.line(4); l != (Line{Name: "dev-0005", Row: 6, Part: 3}) {
		t.Errorf("%+v", l)
	}
}

// What csr.Bundle writes is what we read.
func TestOrderFromRealBundle(t *testing.T) {
	dir := t.TempDir()
	var paths []string
	for _, name := range []string{"a", "b \"quoted\"", "ü"} {
		der, _ := newRequest(t, name)
		paths = append(paths, write(t, "x.csr", csr.AppendPEM(nil, der)))
	}
	s, err := csr.NewSet(csr.Options{}).Add(ctx, paths, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Bundle(ctx, csr.BundleOptions{Out: filepath.Join(dir, "b.zip")}, nil); err != nil {
		t.Fatal(err)
	}
	o, err := OrderFromFile(filepath.Join(dir, "b.manifest.csv"), 0)
	if err != nil || o.Len() != 3 {
		t.Fatalf("%v", err)
	}
	if _, err := OrderFromFile(filepath.Join(dir, "b.zip"), 0); err == nil || !strings.Contains(err.Error(), "manifest") {
		t.Errorf("the ZIP of requests as order: %v", err)
	}
}

func TestOrderFromCSV(t *testing.T) {
	der, key := newRequest(t, "from-csr")
	text := string(csr.AppendPEM(nil, der))
	oneLine := "-----BEGIN CERTIFICATE REQUEST-----" + base64.StdEncoding.EncodeToString(der) + "-----END CERTIFICATE REQUEST-----"
	for what, c := range map[string]struct {
		csv   string
		rows  []tableRow
		maker KeyMaker
	}{
		"one column":       {"\"subject.common_name\"\n\"a\"\n\"b\"\n", []tableRow{{name: "a", row: 2}, {name: "b", row: 3}}, Service},
		"BOM, CRLF, case":  {"\ufeffSubject.Common_Name,x\r\na,1\r\n", []tableRow{{name: "a", row: 2}}, Service},
		"semicolons":       {"subject.common_name;x\na;\"1,2\"\n", []tableRow{{name: "a", row: 2}}, Service},
		"blank lines":      {"subject.common_name,x\n\na,1\n\n\n\"b\",\"1\n2\"\nc,1\n", []tableRow{{name: "a", row: 3}, {name: "b", row: 6}, {name: "c", row: 7}}, Service},
		"csr, one line":    {"subject.common_name,csr\ncsv-wins," + oneLine + "\n", []tableRow{{name: "csv-wins", key: key, row: 2}}, Device},
		"csr, many lines":  {"csr,x\n\"" + text + "\",1\n", []tableRow{{name: "from-csr", key: key, row: 2}}, Device},
		"empty name: csr":  {"subject.common_name,csr\n,\"" + text + "\"\n", []tableRow{{name: "from-csr", key: key, row: 2}}, Device},
		"subject columns":  {"subject.country,subject.common_name,subject.organization_name\nDE,a,\n", []tableRow{{name: "a", row: 2, subject: "\x00DE"}}, Service},
		"no end of line":   {"subject.common_name\na", []tableRow{{name: "a", row: 2}}, Service},
		"name twice":       {"subject.common_name\na\na\n", []tableRow{{name: "a", row: 2}, {name: "a", row: 3}}, Service},
		"zipped":           {"subject.common_name\nzipped\n", []tableRow{{name: "zipped", row: 2}}, Service},
		"tabs":             {"subject.common_name\tx\na\t1\n", []tableRow{{name: "a", row: 2}}, Service},
		"pipes":            {"subject.common_name|x\na|1\n", []tableRow{{name: "a", row: 2}}, Service},
		"Windows-1252":     {"subject.common_name;x\nM\xfcller;1\n", []tableRow{{name: "Müller", row: 2}}, Service},
		"UTF-16":           {"\xff\xfes\x00u\x00b\x00j\x00e\x00c\x00t\x00.\x00c\x00o\x00m\x00m\x00o\x00n\x00_\x00n\x00a\x00m\x00e\x00\n\x00a\x00\n\x00", []tableRow{{name: "a", row: 2}}, Service},
		"quoted comma":     {"\"note, in words\";subject.common_name\nx;a\n", []tableRow{{name: "a", row: 2}}, Service},
		"other columns do": {"unique_identifier,subject.common_name\n17,a\n", []tableRow{{name: "a", row: 2}}, Service},
	} {
		data := []byte(c.csv)
		if what == "zipped" {
			data = zipOf(t, map[string][]byte{"orders.CSV": data})
		}
		o, err := OrderFromCSV(write(t, "o.csv", data))
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		if got := o.lines.(*table).rows; fmt.Sprint(got) != fmt.Sprint(c.rows) || o.Maker() != c.maker || o.Len() != len(c.rows) {
			t.Errorf("%s: %+v, %v", what, got, o.Maker())
		}
	}
}

func TestOrderErrors(t *testing.T) {
	head := strings.Join(csr.ManifestColumns, ",") + "\n"
	for what, c := range map[string]struct{ data, want string }{
		"empty":           {"", "empty"},
		"header only":     {"subject.common_name\n", "no row"},
		"no name":         {"a,b\n1,2\n", "names no device"},
		"column twice":    {"subject.common_name,subject.common_name\na,b\n", "twice"},
		"ragged":          {"subject.common_name,x\na\n", "row 2: 1 cell, not 2"},
		"no request":      {"csr,x\nhello,1\n", "row 2: the CSR cannot be read"},
		"manifest part":   {head + "a.csr,x,a,P-256," + strings.Repeat("0", 64) + "\n", "row 2: \"x\" is not a part number"},
		"manifest digest": {head + "a.csr,1,a,P-256,00\n", "is not a SHA-256"},
		"manifest empty":  {head, "orders nothing"},
		"no ZIP":          {"PK\x03\x04junk", ""},
	} {
		_, err := OrderFromFile(write(t, "o", []byte(c.data)), 0)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "order") {
			t.Errorf("%s: %v", what, err)
		}
	}
	two := zipOf(t, map[string][]byte{"a.csv": []byte("x"), "b.csv": []byte("x")})
	if _, err := OrderFromFile(write(t, "o", two), 0); err == nil || !strings.Contains(err.Error(), "more than one") {
		t.Errorf("two CSVs: %v", err)
	}
	if _, err := OrderFromFile(write(t, "o", []byte("subject.common_name\na\n")), 1); err == nil {
		t.Error("a part of a CSV is accepted")
	}
	if _, err := OrderFromManifest(write(t, "o", []byte("subject.common_name\na\n")), 0); err == nil {
		t.Error("a CSV is accepted as manifest")
	}
	if _, err := OrderFromFile(filepath.Join(t.TempDir(), "none"), 0); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
	if _, err := OrderFromFile(t.TempDir(), 0); err == nil {
		t.Error("a folder is accepted")
	}
}

func TestOrderFromMAC(t *testing.T) {
	start, _, err := eui48.Parse("00:1a:c2:7b:00:00")
	if err != nil {
		t.Fatal(err)
	}
	r, err := eui48.NewRange(start, 5, 10)
	if err != nil {
		t.Fatal(err)
	}
	o, err := OrderFromMAC(r)
	if err != nil || o.Len() != 5 || o.Maker() != Service {
		t.Fatalf("%v", err)
	}
	for name, want := range map[string]int{"00-1a-c2-7b-00-00": 0, "00-1A-C2-7B-00-28": 4, "00:1a:c2:7b:00:0a": 1} {
		if i, _, ok := o.lines.byName(name); !ok || i != want {
			t.Errorf("%s: %d, %v", name, i, ok)
		}
	}
	for _, name := range []string{"00-1a-c2-7b-00-01", "00-1a-c2-7b-00-32", "", "dev"} {
		if _, _, ok := o.lines.byName(name); ok {
			t.Errorf("%q was not ordered", name)
		}
	}
	if l := o.lines.line(4); l.Name != "00-1a-c2-7b-00-28" || l.Row != 5 {
		t.Errorf("%+v", l)
	}
	long, err := eui48.NewRange(start, eui48.OrderLimit+1, 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := OrderFromMAC(long); err == nil {
		t.Error("an order beyond the service's limit is accepted")
	}
}

func FuzzOrder(f *testing.F) {
	f.Add([]byte("\"subject.common_name\",\"csr\"\n\"a\",\"\"\n"))
	f.Add([]byte(strings.Join(csr.ManifestColumns, ",") + "\na.csr,1,a,P-256," + strings.Repeat("0a", 32) + "\n"))
	f.Add([]byte("subject.common_name;subject.country\nü;DE\n\n\"x\ny\";FR\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		o, err := OrderFromFile(write(t, "o.csv", data), 0)
		if err != nil {
			return
		}
		// Every line is found again by its name, and rows ascend.
		last := 1
		for i := range o.lines.len() {
			l := o.lines.line(i)
			if l.Row <= last {
				t.Fatalf("row %d follows row %d", l.Row, last)
			}
			last = l.Row
			first, more, ok := o.lines.byName(l.Name)
			found := ok && first == i
			for _, m := range more {
				found = found || int(m) == i
			}
			if !found {
				t.Fatalf("line %d, %q, is not found by its name", i, l.Name)
			}
		}
	})
}
