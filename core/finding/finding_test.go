package finding

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

var (
	weak = &Rule{Name: "x/weak", Severity: Error, Hint: "make a new one"}
	odd  = &Rule{Name: "x/odd", Severity: Warning}
	note = &Rule{Name: "x/note", Severity: Notice}
)

func TestSeverityText(t *testing.T) {
	for s, want := range map[Severity]string{Notice: "notice", Warning: "warning", Error: "error", 9: "severity(9)"} {
		if s.String() != want {
			t.Errorf("%d is %q", s, s)
		}
		var back Severity
		if err := back.UnmarshalText([]byte(s.String())); (s <= Error) != (err == nil) || err == nil && back != s {
			t.Errorf("%q is read as %v, %v", s, back, err)
		}
	}
}

func TestLocationInWords(t *testing.T) {
	for want, l := range map[string]Location{
		"a.csr":                             {File: "a.csr"},
		"b.zip: dev/1.csr, entry 3":         {File: "b.zip", Member: "dev/1.csr", Entry: 3},
		"o.csv: row 7, column san.dns_name": {File: "o.csv", Row: 7, Column: "san.dns_name"},
	} {
		if l.String() != want {
			t.Errorf("%q, want %q", l, want)
		}
	}
}

func TestReportOrderDoesNotDependOnArrival(t *testing.T) {
	var all []Finding
	for _, f := range []string{"b", "a", "a/c"} {
		for e := range 3 {
			for _, r := range []*Rule{weak, odd, note} {
				all = append(all, r.Finding(Location{File: f, Entry: e, Row: 5 - e}, "m", ""))
			}
		}
	}
	var first []Finding
	for range 20 {
		rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		var r Report
		for _, f := range all {
			r.Add(f)
		}
		got := append([]Finding(nil), r.All()...)
		if first == nil {
			first = got
		}
		if !reflect.DeepEqual(got, first) {
			t.Fatal("the order depends on arrival")
		}
	}
	if first[0].File != "a" || first[0].Entry != 0 || first[0].Rule != "x/note" || first[len(first)-1].File != "b" {
		t.Errorf("first %+v, last %+v", first[0], first[len(first)-1])
	}
}

func TestGroups(t *testing.T) {
	var r Report
	for i := range 41_200 {
		r.Add(odd.Finding(Location{File: "o.csv", Row: i + 2, Column: "san.dns_name"}, "m", ""))
	}
	r.Add(odd.Finding(Location{File: "o.csv", Row: 2, Column: "csr"}, "m", ""), weak.Finding(Location{File: "o.csv", Row: 9}, "m", ""))
	var other Report
	other.Add(weak.Finding(Location{File: "o.csv", Row: 3}, "m", "another hint"))
	r.Merge(&other)
	g := r.Groups()
	if len(g) != 3 || g[0].Rule != "x/weak" || len(g[0].Findings) != 2 || g[0].Findings[0].Row != 3 || g[1].Column != "san.dns_name" || len(g[1].Findings) != 41_200 || len(g[2].Findings) != 1 {
		t.Errorf("%d groups", len(g))
	}
	if r.Count(Error) != 2 || r.Count(Warning) != 41_201 || r.Count(Notice) != 0 || r.Len() != 41_203 {
		t.Error("counts are off")
	}
	if g[0].Findings[0].Hint != "another hint" || g[0].Findings[1].Hint != "make a new one" {
		t.Error("hints are off")
	}
}

func TestJSONIsWhatScriptsRelyOn(t *testing.T) {
	var r Report
	r.Add(weak.Finding(Location{File: "line4/b.csr", Entry: 1}, `the "value" <&>`, "do"))
	var b bytes.Buffer
	if err := r.WriteJSON(&b, 3, Field{"parts", []int{1}}); err != nil {
		t.Fatal(err)
	}
	want := `{"accepted": 3, "errors": 1, "warnings": 0, "notices": 0,
 "parts": [1],
 "findings": [
  {"rule":"x/weak","severity":"error","file":"line4/b.csr","entry":1,"row":0,"column":"","message":"the \"value\" <&>","hint":"do"}]}
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
	var back map[string]any
	if err := json.Unmarshal(b.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	b.Reset()
	if err := new(Report).WriteJSON(&b, 0); err != nil || !strings.Contains(b.String(), `"findings": []`) {
		t.Errorf("empty report: %v\n%s", err, b.String())
	}
}

// Places that differ by the row alone take four bytes each, and are written as others are.
func TestPartnersOfRows(t *testing.T) {
	places := &Partners{Rule: "x/weak", Places: []Location{{File: "a", Row: 2, Column: "c"}, {File: "a", Row: 7, Column: "c"}}}
	rows := &Partners{Rule: "x/weak", At: Location{File: "a", Column: "c"}, Rows: []int32{2, 7}}
	text := func(p *Partners) string {
		var r Report
		f := weak.Finding(p.Place(1), p.Named(p.Place(1)), "")
		f.Partners = p
		r.Add(f, f)
		var b bytes.Buffer
		if err := r.WriteJSON(&b, 0); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	if got, want := text(rows), text(places); got != want || strings.Count(got, "places") != 1 || !strings.Contains(got, `"row":7`) {
		t.Errorf("%s\nwant %s", got, want)
	}
}

func TestPartners(t *testing.T) {
	p := &Partners{Rule: "x/weak"}
	for i := range 30 {
		p.Places = append(p.Places, Location{File: fmt.Sprintf("%02d.csr", i)})
	}
	if got := p.Named(p.Places[3]); strings.Contains(got, "03.csr") || !strings.HasSuffix(got, "20.csr and 9 more") {
		t.Errorf("%s", got)
	}
	two := &Partners{Places: p.Places[:3]}
	if got := two.Named(p.Places[1]); got != "00.csr and 02.csr" {
		t.Errorf("%s", got)
	}
	var r Report
	for _, l := range p.Places {
		f := weak.Finding(l, "m", "")
		f.Partners = p
		r.Add(f)
	}
	var b bytes.Buffer
	if err := r.WriteJSON(&b, 0); err != nil {
		t.Fatal(err)
	}
	var back struct {
		Partners []struct {
			Rule   string
			Places []Location
		}
	}
	if err := json.Unmarshal(b.Bytes(), &back); err != nil || len(back.Partners) != 1 || len(back.Partners[0].Places) != 30 {
		t.Errorf("the set does not stand once and whole: %v", err)
	}
}
