package delivery

import (
	"crypto/ecdsa"
	"maps"
	"slices"
	"testing"
)

func TestGreen(t *testing.T) {
	p := newPlant(t, 5)
	d := mustOpen(t, zipOf(t, p.files(t)), OpenRequest{Order: csvOrder(t, p.names()...), Anchors: p.anchors()})
	if v := d.Verdict(); v.Colour != Green || v.Sentence != "5 of 5 delivered, matched, verified" {
		t.Errorf("%v: %s; %v", v.Colour, v.Sentence, d.Findings().All())
	}
	if d.Len() != 5 || d.Keys() != 5 || d.Delivered() != 5 || d.Ordered() != 5 || !d.IssuerConfirmed() || d.Findings().Len() != 0 {
		t.Errorf("%d certificates, %d keys, %d delivered, confirmed %v, %v", d.Len(), d.Keys(), d.Delivered(), d.IssuerConfirmed(), d.Findings().All())
	}
	if i := d.Issuers(); len(i) != 1 || i[0].Words() != "Thermostat Issuing CA → Thermostat Root" || i[0].Certificates != 5 {
		t.Errorf("issuers %+v", i)
	}
	item := d.Item(1)
	if item.Name != "dev-0002" || item.Row != 3 || item.Key != KeyMatched || !item.Confirmed || item.Place == "" {
		t.Errorf("%+v", item)
	}
	c, err := d.Certificate(1)
	if err != nil || c.Subject.CommonName != "dev-0002" {
		t.Errorf("%v, %v", c, err)
	}
}

// Names of files say nothing: keys that lie under the names of other devices are still found.
func TestMatchedByKeyNotByName(t *testing.T) {
	p := newPlant(t, 3)
	files := p.files(t)
	files["dev-0001.key"], files["dev-0002.key"], files["dev-0003.key"] = files["dev-0003.key"], files["dev-0001.key"], files["dev-0002.key"]
	d := mustOpen(t, zipOf(t, files), OpenRequest{Order: csvOrder(t, p.names()...), Anchors: p.anchors()})
	if v := d.Verdict(); v.Colour != Green {
		t.Errorf("%+v %v", v, d.Findings().All())
	}
	g := d.gathering
	for i := range g.certificates {
		r := reader{sources: d.sources}
		_, key, err := r.private(&g.privates[g.certificates[i].private])
		if err != nil {
			t.Fatal(err)
		}
		if !p.devices[i].key.Public().(*ecdsa.PublicKey).Equal(key.(*ecdsa.PrivateKey).Public()) {
			t.Errorf("%s has a foreign key", g.certificates[i].name)
		}
	}
}

func TestAmberNamesWhatIsMissing(t *testing.T) {
	p := newPlant(t, 4)
	order := csvOrder(t, append(p.names(), "dev-x", "dev-y")...)
	d := mustOpen(t, zipOf(t, p.files(t)), OpenRequest{Order: order, Anchors: p.anchors()})
	if v := d.Verdict(); v.Colour != Amber || v.Sentence != "4 of 6: missing dev-x and dev-y" {
		t.Errorf("%+v", v)
	}
	rules := rulesOf(d.Findings())
	if !maps.Equal(rules, map[string]int{"delivery/missing": 2}) {
		t.Errorf("%v", rules)
	}
	if m := d.List(Missing); len(m) != 2 || m[0].Row != 6 || m[1].Row != 7 {
		t.Errorf("%+v", m)
	}
}

func TestIssuerThatCameAlong(t *testing.T) {
	p := newPlant(t, 2)
	d := mustOpen(t, zipOf(t, p.files(t)), OpenRequest{Order: csvOrder(t, p.names()...)})
	v := d.Verdict()
	if v.Colour != Amber || v.Sentence != "2 of 2 delivered; issuer not confirmed" || d.IssuerConfirmed() {
		t.Errorf("%+v", v)
	}
	i := d.Issuers()[0]
	if i.Root() == nil || !slices.Equal(i.Root().Raw, p.root.cert.Raw) {
		t.Error("the root is not shown")
	}
}
