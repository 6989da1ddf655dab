package job

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"enrollbench/core/csr"
	"enrollbench/core/csvdoc"
	"enrollbench/core/eui48"
	"enrollbench/core/finding"
	"enrollbench/core/ledger"
	"enrollbench/core/trustmanager"
)

// TestTaken: each row that holds something taken is named, by whatever of it is taken.
func TestTaken(t *testing.T) {
	s := newStation(t, t.TempDir())
	if err := s.Connections.Add(trustmanager.NewConnection("plant", trustmanager.IoTTrustManager, "https://one.example.com")); err != nil {
		t.Fatal(err)
	}
	l, env, err := s.LedgerOf(ctx, "plant")
	if err != nil {
		t.Fatal(err)
	}
	pem := request(t, "dev-csr")
	folder := t.TempDir()
	path := filepath.Join(folder, "dev.csr")
	if err := os.WriteFile(path, pem, 0o600); err != nil {
		t.Fatal(err)
	}
	set, err := csr.NewSet(csr.Options{}).Add(ctx, []string{path}, nil)
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := eui48.Parse("00:1a:c2:7b:00:00")
	earlier := fmt.Sprintf("subject.common_name,unique_identifier,csr\nname,,\n,id,\n,,%s\n", strings.ReplaceAll(string(pem), "\n", ""))
	o, err := fileIdentities(ctx, CSV, newBench(t).write("earlier.csv", earlier), "")
	if err != nil {
		t.Fatal(err)
	}
	b := ledger.Batch{Environment: env, ID: "first", Operator: "Ada", Ranges: []eui48.Range{{Start: first, Count: 100, Step: 2}}}
	o.into(&b)
	b.Ranges = []eui48.Range{{Start: first, Count: 100, Step: 2}}
	if _, err := l.Claim(ctx, b); err != nil {
		t.Fatal(err)
	}

	var macs strings.Builder // 0, 3, 6, …: every other one is taken
	for i := range 10 {
		fmt.Fprintf(&macs, "%s\n", first+eui48.Address(3*i))
	}
	for name, c := range map[string]struct{ csv, want string }{
		"nothing":           {"subject.common_name\nother\n", ""},
		"a name twice":      {"subject.common_name\nNAME\nfree\nname\n", "2 name 4 name"},
		"a MAC twice":       {"subject.common_name\n001A.C27B.0002\n00-1a-c2-7b-00-01\n00:1a:c2:7b:00:02\n", "2 00-1a-c2-7b-00-02 4 00-1a-c2-7b-00-02"},
		"an id":             {"subject.common_name,unique_identifier\nx,ID\n", "2 id"},
		"a product's name":  {"subject.common_name,unique_identifier\nname,1\nname,2\n", ""},
		"successive MACs":   {"subject.common_name\n" + macs.String(), "2 00-1a-c2-7b-00-00 4 00-1a-c2-7b-00-06 6 00-1a-c2-7b-00-0c 8 00-1a-c2-7b-00-12 10 00-1a-c2-7b-00-18"},
		"key and name":      {"subject.common_name,csr\nname," + strings.ReplaceAll(string(pem), "\n", "") + "\n", "2 KEY; name"},
		"no device at all":  {"san.dns_name\na.example\n", ""},
		"without a heading": {"name\n", ""},
	} {
		doc, err := csvdoc.Open(ctx, newBench(t).write("i.csv", c.csv), csvdoc.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := doc.Index(ctx, nil); err != nil {
			t.Fatal(err)
		}
		rule, said, err := s.RowsTaken(ctx, "plant", doc.Snapshot())
		if err != nil || len(said) > 0 && rule != RuleSentBefore {
			t.Errorf("%s: %v, %v", name, rule, err)
		}
		var got []string
		for i := range doc.Snapshot().Rows() {
			if text := said[doc.Snapshot().ID(i)]; text != "" {
				var what []string
				for _, part := range strings.Split(text, "; ") {
					value, rest, _ := strings.Cut(strings.TrimPrefix(part, `"`), `"`)
					if len(value) == 64 {
						value = "KEY"
					}
					if !strings.Contains(rest, "was already claimed on ") || !strings.Contains(rest, "by Ada") {
						t.Errorf("%s: %q", name, part)
					}
					what = append(what, value)
				}
				slices.Sort(what)
				got = append(got, fmt.Sprint(doc.Snapshot().FileRow(i), " ", strings.Join(what, "; ")))
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %q, want %q", name, strings.Join(got, " "), c.want)
		}
		if err := doc.Close(); err != nil {
			t.Error(err)
		}
	}

	at := func(row int) finding.Location { return finding.Location{Entry: row} }
	found, err := s.Taken(ctx, "plant", SetIdentities(set), at)
	if err != nil || len(found) != 2 || found[0].Entry != 1 || found[1].Entry != 1 || found[0].Severity != finding.Error { // its key and its name
		t.Errorf("%+v, %v", found, err)
	}
	if set, err = set.Exclude(ctx, []int{0}, true); err != nil {
		t.Fatal(err)
	}
	if found, err = s.Taken(ctx, "plant", SetIdentities(set), at); err != nil || len(found) != 0 {
		t.Errorf("what is left out orders nothing: %+v, %v", found, err)
	}
	found, err = s.Taken(ctx, "plant", RangeIdentities(eui48.Range{Start: first + 1, Count: 5, Step: 3}), at)
	if err != nil || len(found) != 1 || found[0].Entry != 0 || !strings.Contains(found[0].Hint, "the next free range of this length and step begins with 00-1a-c2-7b-00-c") {
		t.Errorf("%+v, %v", found, err)
	}
	c := newCollector()
	for row := 2; row <= 4; row++ { // on three rows: one finding each, and none of no row
		c.name("NAME", "", row)
	}
	if found, err = s.Taken(ctx, "plant", c.end(""), at); err != nil || len(found) != 3 || found[0].Entry != 2 || found[2].Entry != 4 {
		t.Errorf("%+v, %v", found, err)
	}
	tried, env, err := s.LedgerOf(ctx, PracticeID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tried.Claim(ctx, ledger.Batch{Environment: env, ID: "tried", Ranges: []eui48.Range{{Start: first, Count: 1, Step: 1}}}); err != nil {
		t.Fatal(err)
	}
	found, err = s.Taken(ctx, PracticeID, RangeIdentities(eui48.Range{Start: first, Count: 1, Step: 1}), at)
	if err != nil || len(found) != 1 || found[0].Rule != RuleSentAgain.Name {
		t.Errorf("practice costs nothing: %+v, %v", found, err)
	}
	if _, err := s.Taken(ctx, "no such", RangeIdentities(eui48.Range{}), at); err == nil {
		t.Error("a connection that is not there")
	}
}
