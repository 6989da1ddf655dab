package job

import (
	"archive/zip"
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/csv"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"testing"

	"enrollbench/core/csvlist"
	"enrollbench/core/eui48"
	"enrollbench/core/trustmanager"
)

func (b *bench) failed(id string) (string, *FailedRows) {
	b.t.Helper()
	var out bytes.Buffer
	f, err := b.FailedRows(ctx, id, &out)
	if err != nil {
		b.t.Fatal(err)
	}
	return out.String(), f
}

func refused(row int, name, reason string) RowFailure {
	return RowFailure{Row: row, Name: name, Reason: reason}
}

// give writes failures down as if the service had told them.
func (b *bench) give(r *Record, failures ...RowFailure) {
	b.t.Helper()
	b.service.mu.Lock()
	j, err := b.service.job(r.RemoteID)
	if err != nil {
		b.t.Fatal(err)
	}
	j.Failures, j.Failed, j.Issued, j.State, j.Status = failures, len(failures), 1, trustmanager.StateComplete, "COMPLETE"
	b.service.mu.Unlock()
	b.must(Complete)(b.Refresh(ctx, r.ID))
}

// TestFailedFormula: a person opens the refused rows in a spreadsheet, which must run nothing of them.
func TestFailedFormula(t *testing.T) {
	b := newBench(t)
	q := b.batch("unused.csv")
	q.Files = []File{{Path: b.write("upload.csv", "subject.common_name,note\r\ndev-a,\"=HYPERLINK(\"\"x\"\")\"\r\n-40C,b\r\ndev-c,c\r\n"), Count: 3}}
	all, err := b.Prepare(ctx, q)
	if err != nil {
		t.Fatal(err)
	}
	r := b.must(Started)(b.Start(ctx, all[0].ID, nil))
	b.give(r, refused(2, "dev-a", "x"), refused(3, "-40C", "y"))
	got, _ := b.failed(r.ID)
	rows, err := csv.NewReader(strings.NewReader(got)).ReadAll()
	if err != nil || len(rows) != 3 || rows[1][1] != "'=HYPERLINK(\"x\")" || csvlist.Plain(rows[1][1]) != "=HYPERLINK(\"x\")" || rows[2][0] != "'-40C" {
		t.Errorf("%q %v", rows, err)
	}
}

// TestFailedRows: the octets of the refused rows are those that were sent, whatever the CSV looks like.
func TestFailedRows(t *testing.T) {
	const head = "\ufeffunique_identifier,subject.common_name,note\r\n"
	const a, c = "7,dev-a,\"a \"\"quoted\"\" one\"\r\n", "9,\"dev-c\",\"two\r\nlines\"\r\n"
	content := head + a + "\r\n8,dev-b,plain\r\n" + c + "10,dev-d,last"
	b := newBench(t)
	q := b.batch("unused.csv")
	q.Files = []File{{Path: b.write("upload.csv", content), Count: 4}}
	all, err := b.Prepare(ctx, q)
	if err != nil {
		t.Fatal(err)
	}
	r := b.must(Started)(b.Start(ctx, all[0].ID, nil))
	if _, err := b.FailedRows(ctx, r.ID, new(bytes.Buffer)); !errors.Is(err, ErrNoFailures) {
		t.Errorf("no failures: %v", err)
	}
	b.give(r, refused(2, "dev-a", "x"), refused(5, "dev-c", "rows counted with the blank line"), refused(0, "10", "by its identifier"), refused(44, "nobody", "y"))
	got, f := b.failed(r.ID)
	if want := head + a + c + "10,dev-d,last"; got != want {
		t.Errorf("got\n%q, want\n%q", got, want)
	}
	if f.Written != 3 || len(f.NotFound) != 1 || f.NotFound[0].Name != "nobody" || len(f.Ambiguous) != 0 {
		t.Errorf("%+v", f)
	}
	if s := b.stands(r.ID, Complete); !s.Partial() || !strings.HasSuffix(s.Sentence(), "; 4 failed") {
		t.Errorf("sentence %q", s.Sentence())
	}
	reasons := new(bytes.Buffer)
	if err := b.WriteReasons(ctx, r.ID, reasons); err != nil || !strings.Contains(reasons.String(), "\"44\",\"nobody\",\"y\"\n") {
		t.Errorf("%q, %v", reasons, err)
	}

	// The number says one row and the name another: the name decides. A service that counts records and not rows is right too.
	b2 := newBench(t)
	q.Files[0].Path = b2.write("upload.csv", content)
	if all, err = b2.Prepare(ctx, q); err != nil {
		t.Fatal(err)
	}
	r = b2.must(Started)(b2.Start(ctx, all[0].ID, nil))
	b2.give(r, refused(4, "dev-c", "the fourth record"))
	if got, f := b2.failed(r.ID); got != head+c || f.Written != 1 {
		t.Errorf("%q", got)
	}
	b2.write("upload.csv", content+" ")
	if _, err := b2.FailedRows(ctx, r.ID, new(bytes.Buffer)); !errors.Is(err, ErrChanged) {
		t.Errorf("another file: %v", err)
	}
}

func TestFailedAddresses(t *testing.T) {
	b := newBench(t)
	start, _, _ := eui48.Parse("00:1a:c2:7b:00:00")
	q := b.batch("unused.csv")
	q.Method, q.Keys, q.Files = MAC, ByService, nil
	q.Recipient, q.Proof = rehearsed(t, b.clock.Now())
	q.Range, _ = eui48.NewRange(start, 100, 10)
	all, err := b.Prepare(ctx, q)
	if err != nil {
		t.Fatal(err)
	}
	r := b.must(Started)(b.Start(ctx, all[0].ID, nil))
	b.give(r, refused(2, "00-1a-c2-7b-00-0a", "x"), refused(0, "00:1A:C2:7B:00:14", "y"), refused(100, "", "z"))
	got, f := b.failed(r.ID)
	want := "\"subject.common_name\"\r\n\"00-1a-c2-7b-00-0a\"\r\n\"00-1a-c2-7b-00-14\"\r\n\"00-1a-c2-7b-03-de\"\r\n"
	if got != want || f.Written != 3 || len(f.NotFound) > 0 {
		t.Errorf("%q, %+v", got, f)
	}
}

// request makes a CSR in PEM.
func request(t testing.TB, name string) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: name}}, key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der})
}

func TestFailedRequests(t *testing.T) {
	var packed bytes.Buffer
	z := zip.NewWriter(&packed)
	var sent [][]byte
	for i := range 4 {
		w, err := z.Create(fmt.Sprintf("device-%d.pem", i))
		if err != nil {
			t.Fatal(err)
		}
		sent = append(sent, request(t, fmt.Sprintf("cn-%d", i)))
		_, _ = w.Write(sent[i])
	}
	_ = z.Close()
	b := newBench(t)
	r := &Record{Method: ZIP, Path: b.write("upload.zip", packed.String())}
	facts, err := measure(ctx, r.Path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.SHA256, r.Size = facts.sha256, facts.size
	for _, failures := range [][]RowFailure{
		{refused(2, "device-1.pem", "x"), refused(4, "device-3.pem", "x")},
		{refused(2, "cn-1", "x"), refused(0, "cn-3", "x")},
		{refused(2, "device-1", "x"), refused(4, "", "x")},
	} {
		var out bytes.Buffer
		w := bufio.NewWriter(&out)
		f := &failedRows{ctx: ctx, w: w, sought: newSought(failures)}
		if err := f.file(ctx, r); err != nil {
			t.Fatal(err)
		}
		_ = w.Flush()
		rows, err := csv.NewReader(&out).ReadAll()
		if err != nil || len(rows) != 3 || rows[1][0] != "cn-1" || rows[2][0] != "cn-3" {
			t.Fatalf("%v, %v", rows, err)
		}
		line := rows[1][1]
		if strings.ContainsAny(line, "\r\n") || line != strings.ReplaceAll(string(sent[1]), "\n", "") {
			t.Errorf("csr cell %q", line)
		}
	}
}

// TestFailedRowsOfAnyDialect: what csvdoc reads is found, and its octets stay.
func TestFailedRowsOfAnyDialect(t *testing.T) {
	utf16 := func(s string) string {
		out := "\xff\xfe"
		for _, r := range s {
			out += string([]byte{byte(r), byte(r >> 8)})
		}
		return out
	}
	for what, c := range map[string]struct{ upload, want string }{
		"pipes, CR":    {"subject.common_name|x\ra|1\rb|2\r", "subject.common_name|x\rb|2\r"},
		"quoted comma": {"\"x, y\";subject.common_name\n1;a\n2;b\n", "\"x, y\";subject.common_name\n2;b\n"},
		"Windows-1252": {"subject.common_name;x\na;\xfc\nb;\xfc\n", "subject.common_name;x\nb;\xfc\n"},
		"UTF-16":       {utf16("subject.common_name,x\na,ü\nb,ü\n"), utf16("subject.common_name,x\nb,ü\n")},
	} {
		var out bytes.Buffer
		w := bufio.NewWriter(&out)
		f := &failedRows{ctx: ctx, w: w, sought: newSought([]RowFailure{refused(0, "b", "x")})}
		if err := f.rows(ctx, newBench(t).write("upload.csv", c.upload)); err != nil {
			t.Fatal(err)
		}
		if _ = w.Flush(); out.String() != c.want || f.out.Written != 1 {
			t.Errorf("%s: %q, want %q", what, out.String(), c.want)
		}
	}
}
