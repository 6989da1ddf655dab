package delivery

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"maps"
	"strings"
	"testing"

	"enrollbench/core/eui48"
	"enrollbench/core/finding"
)

// want is what each list holds, by common name.
type want map[List]string

func TestEachList(t *testing.T) {
	p := newPlant(t, 4)
	stranger := p.issuing.issue(t, "stranger", newKey(t), nil)
	second := p.issuing.issue(t, "dev-0001", newKey(t), nil)
	renewed := p.issuing.issue(t, "dev-0001", p.devices[0].key, nil)
	loose := newKey(t)
	hash, err := keyOf(loose)
	if err != nil {
		t.Fatal(err)
	}
	whole := manifestOf(t, p.devices...)
	order := func(part int) func() (*Order, error) {
		return func() (*Order, error) { return OrderFromManifest(whole, part) }
	}
	byCSV := func(names ...string) func() (*Order, error) {
		return func() (*Order, error) { return csvOrder(t, names...), nil }
	}
	for _, c := range []struct {
		what      string
		order     func() (*Order, error)
		add       map[string][]byte // to the four devices; nil removes
		want      want
		delivered int
		sentence  string
	}{
		{"all", byCSV(p.names()...), nil, want{}, 4, "4 of 4 delivered, matched, verified"},
		{"one certificate missing", byCSV(p.names()...), map[string][]byte{"dev-0002.pem": nil},
			want{Missing: "dev-0002", KeyWithoutCertificate: keyName(t, p.devices[1])}, 3, "3 of 4: missing dev-0002; private key without a certificate"},
		{"many missing", byCSV(append(p.names(), "a", "b", "c", "d")...), nil,
			want{Missing: "a b c d"}, 4, "4 of 8: missing a, b, c and 1 more"},
		{"unexpected", byCSV(p.names()...), map[string][]byte{"s.pem": stranger.pem(), "s.key": stranger.keyPEM(t)},
			want{Unexpected: "stranger"}, 4, "4 of 4 delivered, matched, verified; not ordered: stranger"},
		{"the same certificate again", byCSV(p.names()...), map[string][]byte{"copy.pem": p.devices[2].pem()},
			want{Duplicate: "dev-0003"}, 4, "4 of 4 delivered; delivered twice"},
		{"the same key again", byCSV(p.names()...), map[string][]byte{"x.key": p.devices[2].keyPEM(t)},
			want{Duplicate: keyName(t, p.devices[2])}, 4, "4 of 4 delivered; delivered twice"},
		{"two certificates for one line", byCSV(p.names()...), map[string][]byte{"z.pem": second.pem(), "z.key": second.keyPEM(t)},
			want{Duplicate: "dev-0001"}, 4, "4 of 4 delivered; delivered twice"},
		{"one name ordered twice, delivered twice", byCSV(append(p.names(), "dev-0001")...), map[string][]byte{"z.pem": second.pem(), "z.key": second.keyPEM(t)},
			want{}, 5, "5 of 5 delivered, matched, verified"},
		{"renewed for the same key", byCSV(append(p.names(), "dev-0001")...), map[string][]byte{"z.pem": renewed.pem()}, want{}, 5, "5 of 5 delivered, matched, verified"},
		{"key without certificate", byCSV(p.names()...), map[string][]byte{"z.key": device{key: loose}.keyPEM(t)},
			want{KeyWithoutCertificate: shortHash(hash)}, 4, "4 of 4 delivered; private key without a certificate"},
		{"certificate without key", byCSV(p.names()...), map[string][]byte{"dev-0004.key": nil},
			want{CertificateWithoutKey: "dev-0004"}, 4, "4 of 4 delivered; certificate without its private key"},
		{"part 1", order(1), map[string][]byte{"dev-0003.pem": nil, "dev-0003.key": nil, "dev-0004.pem": nil, "dev-0004.key": nil}, want{}, 2, "2 of 2 delivered, matched, verified"},
		{"part 1, and some of part 2", order(1), map[string][]byte{"dev-0004.pem": nil, "dev-0004.key": nil}, want{Unexpected: "dev-0003"}, 2, "2 of 2 delivered, matched, verified; not ordered: dev-0003"},
		{"part 2, one missing", order(2), map[string][]byte{"dev-0001.pem": nil, "dev-0002.pem": nil, "dev-0003.pem": nil, "dev-0001.key": nil, "dev-0002.key": nil, "dev-0003.key": nil},
			want{Missing: "dev-0003"}, 1, "1 of 2: missing dev-0003"},
		{"no order", func() (*Order, error) { return nil, nil }, map[string][]byte{"dev-0004.key": nil},
			want{CertificateWithoutKey: "dev-0004"}, 4, "4 delivered; certificate without its private key; not compared with an order"},
		{"no order, no keys", func() (*Order, error) { return nil, nil }, map[string][]byte{"dev-0001.key": nil, "dev-0002.key": nil, "dev-0003.key": nil, "dev-0004.key": nil},
			want{}, 4, "4 delivered, matched, verified; not compared with an order"},
	} {
		t.Run(c.what, func(t *testing.T) {
			o, err := c.order()
			if err != nil {
				t.Fatal(err)
			}
			files := p.files(t)
			maps.Copy(files, c.add)
			maps.DeleteFunc(files, func(_ string, b []byte) bool { return b == nil })
			d := mustOpen(t, zipOf(t, files), OpenRequest{Order: o, Anchors: p.anchors()})
			for _, l := range Lists() {
				if got := entryNames(d, l); got != c.want[l] {
					t.Errorf("%v: %q, want %q", l, got, c.want[l])
				}
			}
			if d.Delivered() != c.delivered {
				t.Errorf("%d delivered, want %d", d.Delivered(), c.delivered)
			}
			if v := d.Verdict(); v.Sentence != c.sentence || (v.Colour == Green) != strings.HasSuffix(v.Sentence, "verified") {
				t.Errorf("%v: %s, want %s", v.Colour, v.Sentence, c.sentence)
			}
			checkListsCSV(t, d)
		})
	}
}

func keyName(t *testing.T, d device) string {
	t.Helper()
	h, err := keyOf(d.key)
	if err != nil {
		t.Fatal(err)
	}
	return shortHash(h)
}

// checkListsCSV: the exported CSV holds every line of every list.
func checkListsCSV(t *testing.T, d *Delivery) {
	t.Helper()
	var b bytes.Buffer
	if err := d.WriteLists(&b); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	n := 1
	for _, l := range Lists() {
		for _, e := range d.List(l) {
			if n >= len(rows) || rows[n][0] != l.String() || rows[n][1] != e.Name || rows[n][2] != e.Place || e.Place == "" {
				t.Fatalf("row %d of the lists is %q, want %v %+v", n, rows[min(n, len(rows)-1)], l, e)
			}
			n++
		}
	}
	if n != len(rows) {
		t.Errorf("%d rows, want %d", len(rows), n)
	}
}

func TestMACOrder(t *testing.T) {
	p := newPlant(t, 0)
	start, _, err := eui48.Parse("00:1a:c2:7b:00:00")
	if err != nil {
		t.Fatal(err)
	}
	r, err := eui48.NewRange(start, 200, 10)
	if err != nil {
		t.Fatal(err)
	}
	o, err := OrderFromMAC(r)
	if err != nil {
		t.Fatal(err)
	}
	for i := range uint64(200) {
		name := r.At(i).String()
		switch i {
		case 7, 199:
			continue // missing
		case 100:
			name = strings.ToUpper(name) // not as ordered
		}
		p.devices = append(p.devices, p.issuing.issue(t, name, newKey(t), nil))
	}
	p.devices = append(p.devices, p.issuing.issue(t, "00-1a-c2-7b-00-01", newKey(t), nil)) // between the steps
	d := mustOpen(t, zipOf(t, p.files(t)), OpenRequest{Order: o, Anchors: p.anchors()})
	if got := fmt.Sprint(entryNames(d, Missing), "|", entryNames(d, Unexpected), "|", entryNames(d, OtherSubject)); got != "00-1a-c2-7b-00-46 00-1a-c2-7b-07-c6|00-1a-c2-7b-00-01|00-1A-C2-7B-03-E8" {
		t.Error(got)
	}
	if d.Delivered() != 198 || d.Ordered() != 200 || d.List(Missing)[0].Row != 8 {
		t.Errorf("%d of %d, %+v", d.Delivered(), d.Ordered(), d.List(Missing))
	}
}

func TestFields(t *testing.T) {
	p := newPlant(t, 2)
	d := mustOpen(t, zipOf(t, p.files(t)), OpenRequest{Order: csvOrder(t, "dev-0001", "dev-x"), Anchors: p.anchors()})
	var b bytes.Buffer
	if err := d.Findings().WriteJSON(&b, d.Len(), d.Fields()...); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"ordered": 2`, `"delivered": 1`, `"missing": 1`, `"unexpected": 1`, `"unmatched_keys": 0`, `"issuer_confirmed": true`, `"verdict": "amber"`} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%s is not in %s", want, b.String())
		}
	}
	if d.Findings().Count(finding.Error) != 0 {
		t.Errorf("%v", d.Findings().All())
	}
}

func TestSameValues(t *testing.T) {
	for _, c := range []struct {
		cell, have string
		same       bool
	}{
		{"a", "a", true}, {"a", "b", false}, {"a", "", false},
		{"a,b", "a\x01b", true}, {"a; b", "b\x01a", true}, {"a", "a\x01b", false}, {"a,b,c", "a\x01b", false}, {"aa", "a\x01a", true}, {"ab", "a\x01c", false},
	} {
		if got := sameValues(c.cell, c.have); got != c.same {
			t.Errorf("%q and %q: %v", c.cell, c.have, got)
		}
	}
}

// The result does not depend on which worker was first.
func TestDeterministic(t *testing.T) {
	p := newPlant(t, 30)
	files := p.files(t)
	for i := range 10 {
		files[fmt.Sprintf("copy-%d.pem", i)] = p.devices[i].pem()
	}
	data := zipOf(t, files)
	var first string
	path := write(t, "result", data)
	for range 5 {
		d := mustOpen(t, nil, OpenRequest{Paths: []string{path}, Order: csvOrder(t, "x")})
		var b bytes.Buffer
		if err := d.WriteLists(&b); err != nil {
			t.Fatal(err)
		}
		for i := range d.Len() {
			fmt.Fprintln(&b, d.Item(i).Name, d.Item(i).Place)
		}
		for _, f := range d.Findings().All() {
			if f.Rule != "delivery/missing" { // names the order's file, a new one each time
				fmt.Fprintln(&b, f.Message)
			}
		}
		out := strings.Join(strings.Split(b.String(), "\n")[2:], "\n") // the missing one stands there first
		if first == "" {
			first = out
		}
		if out != first {
			t.Fatalf("another result:\n%s\n%s", out, first)
		}
	}
}
