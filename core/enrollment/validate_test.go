package enrollment

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"enrollbench/core/csvdoc"
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

func TestSmoke(t *testing.T) {
	d := document(t, "Subject.Common_Name,san.dns_name,subject.country,batch\na1,ex ample.com,de,00123\na1,b.example.com,DE,00124\n1.23E+11,c.example.com,DE,125\n,,,\n")
	r := validate(t, d, Options{})
	for _, f := range report(t, r).All() {
		t.Logf("%s %s: %s → %s", f.Rule, f.Location, f.Message, f.Hint)
	}
	t.Logf("%+v %+v", r.Counts(), r.Size())
	for _, g := range r.Groups() {
		t.Logf("%s %q rows %d fixable %d", g.Rule.Name, g.Name, g.Rows, g.Fixable)
	}
}
