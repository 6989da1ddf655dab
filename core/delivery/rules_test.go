package delivery

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"enrollbench/core/finding"
)

// breakage is one input that breaks a rule, and one that keeps it and everything else.
type breakage struct {
	bad, good  func(t *testing.T, p *plant) *Delivery
	companions []string // rules that the bad input cannot avoid breaking as well
}

// ordered opens a ZIP of files as the result of an order of all names, trusting the root.
func ordered(t *testing.T, p *plant, files map[string][]byte) *Delivery {
	return mustOpen(t, zipOf(t, files), OpenRequest{Order: csvOrder(t, p.names()...), Anchors: p.anchors()})
}

func keeps(t *testing.T, p *plant) *Delivery { return ordered(t, p, p.files(t)) }

// changed lets a device's certificate be issued with a changed template.
func changed(change func(*x509.Certificate)) func(*testing.T, *plant) *Delivery {
	return func(t *testing.T, p *plant) *Delivery {
		p.devices[0] = p.issuing.issue(t, p.devices[0].name, p.devices[0].key, change)
		return ordered(t, p, p.files(t))
	}
}

// with adds or replaces files; nil removes one.
func with(files map[string][]byte) func(*testing.T, *plant) *Delivery {
	return func(t *testing.T, p *plant) *Delivery {
		all := p.files(t)
		for name, data := range files {
			if all[name] = data; data == nil {
				delete(all, name)
			}
		}
		return ordered(t, p, all)
	}
}

var fixtures = map[string]breakage{
	"delivery/empty": {bad: func(t *testing.T, p *plant) *Delivery {
		return ordered(t, &plant{devices: p.devices[:0:0], root: p.root}, map[string][]byte{"a.txt": []byte("hello")})
	}, companions: []string{"delivery/other-file", "delivery/missing"}},
	"delivery/damaged": {bad: with(map[string][]byte{"x.pem": []byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")})},
	"delivery/unusual": {bad: func(t *testing.T, p *plant) *Delivery {
		p.devices[0] = p.issuing.reissue(t, p.devices[0], func(tbs []byte) []byte {
			return bytes.Replace(tbs, []byte("\x13\x08dev-0001"), []byte("\x13\x08dev_0001"), 1)
		})
		p.devices[0].name = "dev_0001"
		return ordered(t, p, p.files(t))
	}},
	"delivery/signature-not-checked": {bad: func(t *testing.T, p *plant) *Delivery {
		return changed(func(c *x509.Certificate) { c.SignatureAlgorithm = x509.ECDSAWithSHA1 })(t, p)
	}},
	"delivery/sealed-key": {bad: func(t *testing.T, p *plant) *Delivery {
		files := p.files(t)
		files["dev-0001.key"] = []byte("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAAA\n-----END ENCRYPTED PRIVATE KEY-----\n")
		return ordered(t, p, files)
	}, companions: []string{"delivery/certificate-without-key"}},
	"delivery/renewed-key": {bad: func(t *testing.T, p *plant) *Delivery {
		key := newKey(t)
		old, renewed := mustLine(t, func() (*line, error) { return newX509Line(key) }), mustLine(t, func() (*line, error) { return newX509Line(key) })
		return mustOpen(t, old.seal(t, zipOf(t, p.files(t)), true), OpenRequest{Order: csvOrder(t, p.names()...), Anchors: p.anchors(), Opener: renewed.opener})
	}},
	"delivery/untidy": {bad: func(t *testing.T, p *plant) *Delivery {
		return mustOpen(t, append(zipOf(t, p.files(t)), "\r\n"...), OpenRequest{Order: csvOrder(t, p.names()...), Anchors: p.anchors()})
	}},
	"delivery/other-file": {bad: with(map[string][]byte{"README.txt": []byte("hello there")})},
	"delivery/practice": {bad: func(t *testing.T, p *plant) *Delivery {
		p.issuing = newCA(t, "PRACTICE Issuing CA", p.root, nil)
		p.devices = p.devices[:1]
		p.devices[0] = p.issuing.issue(t, p.devices[0].name, p.devices[0].key, nil)
		return ordered(t, p, p.files(t))
	}},
	"delivery/not-practice": {bad: func(t *testing.T, p *plant) *Delivery {
		return mustOpen(t, zipOf(t, p.files(t)), OpenRequest{Order: csvOrder(t, p.names()...), Anchors: p.anchors(), Practice: true})
	}},
	"delivery/signature": {bad: func(t *testing.T, p *plant) *Delivery {
		files := p.files(t)
		der := bytes.Clone(p.devices[0].cert)
		der[len(der)-1] ^= 1
		files["dev-0001.pem"] = certPEM(der)
		return ordered(t, p, files)
	}},
	"delivery/chain": {bad: func(t *testing.T, p *plant) *Delivery {
		p.issuing = newCA(t, "Expired CA", p.root, func(c *x509.Certificate) { c.NotAfter = now.AddDate(0, 0, -1) })
		for i, d := range p.devices {
			p.devices[i] = p.issuing.issue(t, d.name, d.key, nil)
		}
		return ordered(t, p, p.files(t))
	}},
	"delivery/no-issuer": {bad: func(t *testing.T, p *plant) *Delivery {
		files := p.files(t)
		for _, d := range p.devices {
			files[d.name+".pem"] = d.pem()
		}
		return ordered(t, p, files)
	}},
	"delivery/issuer-not-confirmed": {bad: func(t *testing.T, p *plant) *Delivery {
		return mustOpen(t, zipOf(t, p.files(t)), OpenRequest{Order: csvOrder(t, p.names()...)})
	}},
	"delivery/expired":       {bad: changed(func(c *x509.Certificate) { c.NotAfter = now.Add(-time.Minute) })},
	"delivery/not-yet-valid": {bad: changed(func(c *x509.Certificate) { c.NotBefore = now.Add(time.Hour) })},
	"delivery/critical-extension": {bad: changed(func(c *x509.Certificate) {
		c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 99999, 1}, Critical: true, Value: []byte{5, 0}}}
	})},
	"delivery/other-key": {
		bad: func(t *testing.T, p *plant) *Delivery {
			path := manifestOf(t, p.devices...)
			p.devices[0] = p.issuing.issue(t, "dev-0001", newKey(t), nil)
			return clientSide(t, p, path, 0)
		},
		good: func(t *testing.T, p *plant) *Delivery {
			return clientSide(t, p, manifestOf(t, p.devices...), 0)
		},
		companions: []string{"delivery/unexpected", "delivery/missing"},
	},
	"delivery/other-name": {
		bad: func(t *testing.T, p *plant) *Delivery {
			path := manifestOf(t, p.devices...)
			p.devices[0] = p.issuing.issue(t, "somebody else", p.devices[0].key, nil)
			return clientSide(t, p, path, 0)
		},
		good: func(t *testing.T, p *plant) *Delivery { return clientSide(t, p, manifestOf(t, p.devices...), 0) },
	},
	"delivery/other-subject": {
		bad:  func(t *testing.T, p *plant) *Delivery { return subjects(t, p, "Other Devices") },
		good: func(t *testing.T, p *plant) *Delivery { return subjects(t, p, "Example Devices") },
	},
	"delivery/shared-key": {bad: func(t *testing.T, p *plant) *Delivery {
		p.devices[1] = p.issuing.issue(t, p.devices[1].name, p.devices[0].key, nil)
		files := p.files(t)
		delete(files, "dev-0002.key")
		return ordered(t, p, files)
	}},
	"delivery/missing": {bad: with(map[string][]byte{"dev-0001.pem": nil, "dev-0001.key": nil})},
	"delivery/unexpected": {bad: func(t *testing.T, p *plant) *Delivery {
		d := p.issuing.issue(t, "stranger", newKey(t), nil)
		return with(map[string][]byte{"stranger.pem": d.pem(), "stranger.key": d.keyPEM(t)})(t, p)
	}},
	"delivery/duplicate": {bad: func(t *testing.T, p *plant) *Delivery {
		return with(map[string][]byte{"again.pem": p.devices[0].pem()})(t, p)
	}},
	"delivery/key-without-certificate": {bad: func(t *testing.T, p *plant) *Delivery {
		return with(map[string][]byte{"x.key": device{key: newKey(t)}.keyPEM(t)})(t, p)
	}},
	"delivery/certificate-without-key": {bad: with(map[string][]byte{"dev-0002.key": nil})},
	"delivery/no-order": {bad: func(t *testing.T, p *plant) *Delivery {
		return mustOpen(t, zipOf(t, p.files(t)), OpenRequest{Anchors: p.anchors()})
	}},
	"delivery/not-proven": {
		bad: func(t *testing.T, p *plant) *Delivery {
			return mustOpen(t, []byte("-----BEGIN CMS-----"), OpenRequest{Order: csvOrder(t, p.names()...), Anchors: p.anchors(), Opener: fakeOpener{p.bundle(t), false}})
		},
		good: func(t *testing.T, p *plant) *Delivery {
			return mustOpen(t, []byte("-----BEGIN CMS-----"), OpenRequest{Order: csvOrder(t, p.names()...), Anchors: p.anchors(), Opener: fakeOpener{p.bundle(t), true}})
		},
	},
}

// clientSide opens certificates without keys against a manifest.
func clientSide(t *testing.T, p *plant, manifest string, part int) *Delivery {
	t.Helper()
	files := p.files(t)
	for name := range files {
		if strings.HasSuffix(name, ".key") {
			delete(files, name)
		}
	}
	o, err := OrderFromManifest(manifest, part)
	if err != nil {
		t.Fatal(err)
	}
	return mustOpen(t, zipOf(t, files), OpenRequest{Order: o, Anchors: p.anchors()})
}

// subjects compares with an order that names an organization.
func subjects(t *testing.T, p *plant, organization string) *Delivery {
	t.Helper()
	var b strings.Builder
	b.WriteString("subject.common_name,subject.organization_name,subject.country\n")
	for _, d := range p.devices {
		b.WriteString(d.name + "," + organization + ",\n")
	}
	o, err := OrderFromFile(write(t, "o.csv", []byte(b.String())), 0)
	if err != nil {
		t.Fatal(err)
	}
	return mustOpen(t, zipOf(t, p.files(t)), OpenRequest{Order: o, Anchors: p.anchors()})
}

// bundle is everything in one PEM text.
func (p *plant) bundle(t testing.TB) []byte {
	var all []byte
	for _, d := range p.devices {
		all = slices.Concat(all, d.pem(), d.keyPEM(t))
	}
	return slices.Concat(all, certPEM(p.issuing.cert.Raw))
}

// TestEveryRuleHasBothFixtures proves each rule by one input that breaks it and nothing else, and by one that keeps it
// and everything else.
func TestEveryRuleHasBothFixtures(t *testing.T) {
	names := map[string]bool{}
	for _, r := range Rules {
		names[r.Name] = true
		t.Run(strings.TrimPrefix(r.Name, "delivery/"), func(t *testing.T) {
			f, ok := fixtures[r.Name]
			if !ok {
				t.Fatal("no fixture breaks the rule")
			}
			bad := f.bad(t, newPlant(t, 2))
			if rulesOf(bad.Findings())[r.Name] == 0 {
				t.Error("the rule is not found")
			}
			for _, found := range bad.Findings().All() {
				if found.Rule != r.Name && !slices.Contains(f.companions, found.Rule) {
					t.Errorf("%s is found as well: %s", found.Rule, found.Message)
				}
				checkWords(t, found)
			}
			want := map[finding.Severity]Colour{finding.Error: Red, finding.Warning: Amber, finding.Notice: Green}[r.Severity]
			if v := bad.Verdict(); r != RuleNoOrder && v.Colour < want || v.Sentence == "" {
				t.Errorf("the verdict is %v: %s", v.Colour, v.Sentence)
			}
			if f.good == nil {
				f.good = keeps
			}
			good := f.good(t, newPlant(t, 2))
			if good.Findings().Len() > 0 || good.Verdict().Colour != Green {
				t.Errorf("what keeps the rule: %v", good.Findings().All())
			}
		})
	}
	for name := range fixtures {
		if !names[name] {
			t.Errorf("the fixture %s breaks no rule of the table", name)
		}
	}
	for _, r := range Rules {
		if r.Title == "" || r.Why == "" || r.Hint == "" || r.Source == "" || strings.HasSuffix(r.Title, ".") {
			t.Errorf("%s lacks words", r.Name)
		}
	}
}

func checkWords(t *testing.T, f finding.Finding) {
	t.Helper()
	if f.Message == "" || strings.HasSuffix(f.Message, ".") || strings.ContainsFunc(f.Message, func(r rune) bool { return r < ' ' || r == 0x7F }) || f.Hint == "" || f.File == "" {
		t.Errorf("%s: message %q at %v", f.Rule, f.Message, f.Location)
	}
}

// A forger can copy every name of a chain: only the key counts.
func TestForgedChain(t *testing.T) {
	p, forger := newPlant(t, 1), newPlant(t, 1)
	d := mustOpen(t, zipOf(t, forger.files(t)), OpenRequest{Order: csvOrder(t, p.names()...), Anchors: p.anchors()})
	if d.IssuerConfirmed() || d.Verdict().Colour == Green {
		t.Errorf("%+v", d.Verdict())
	}
	// The true chain lies beside the forged leaf, whose authority key identifier is left out.
	p.issuing = newCA(t, "Thermostat Issuing CA", p.root, func(c *x509.Certificate) { c.SubjectKeyId = []byte{1} })
	forged := forger.issuing.issue(t, "dev-0001", newKey(t), func(c *x509.Certificate) { c.AuthorityKeyId = []byte{1} })
	files := map[string][]byte{"a.pem": slices.Concat(forged.pem(), certPEM(p.issuing.cert.Raw)), "a.key": forged.keyPEM(t)}
	d = ordered(t, p, files)
	if d.IssuerConfirmed() || d.Verdict().Colour == Green {
		t.Errorf("%+v", d.Verdict())
	}
}

func TestPins(t *testing.T) {
	p := newPlant(t, 1)
	a := &Anchors{}
	a.Pin([32]byte{1})
	d := mustOpen(t, zipOf(t, p.files(t)), OpenRequest{Order: csvOrder(t, p.names()...), Anchors: a})
	if d.IssuerConfirmed() {
		t.Fatal("a pin of something else confirms")
	}
	a.Pin(d.sum(p.root.cert))
	d = mustOpen(t, zipOf(t, p.files(t)), OpenRequest{Order: csvOrder(t, p.names()...), Anchors: a})
	if !d.IssuerConfirmed() || d.Verdict().Colour != Green {
		t.Errorf("%v", d.Findings().All())
	}
	// An intermediate is as good as a root.
	d = mustOpen(t, zipOf(t, p.files(t)), OpenRequest{Order: csvOrder(t, p.names()...), Anchors: anchorsOf(t, certPEM(p.issuing.cert.Raw))})
	if d.Verdict().Colour != Green {
		t.Errorf("%v", d.Findings().All())
	}
}

func (d *Delivery) sum(c *x509.Certificate) [32]byte {
	return d.gathering.authorities.list[slices.IndexFunc(d.gathering.authorities.list, func(a *authority) bool { return a.cert.Equal(c) })].sum
}

func anchorsOf(t *testing.T, data []byte) *Anchors {
	t.Helper()
	a, err := ParseAnchors(data)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestParseAnchors(t *testing.T) {
	p := newPlant(t, 1)
	for what, data := range map[string][]byte{
		"PEM":  slices.Concat(certPEM(p.root.cert.Raw), certPEM(p.issuing.cert.Raw)),
		"DER":  p.root.cert.Raw,
		"DERs": slices.Concat(p.root.cert.Raw, p.issuing.cert.Raw),
	} {
		a := anchorsOf(t, data)
		if back := anchorsOf(t, a.PEM()); len(a.certificates) == 0 || len(back.certificates) != len(a.certificates) {
			t.Errorf("%s: %d", what, len(a.certificates))
		}
	}
	for what, data := range map[string][]byte{
		"nothing": {}, "text": []byte("hello"), "key": p.devices[0].keyPEM(t), "leaf": p.devices[0].pem(),
		"cut": p.root.cert.Raw[:100], "both": slices.Concat(p.root.cert.Raw, p.devices[0].keyDER(t)),
	} {
		if _, err := ParseAnchors(data); err == nil {
			t.Errorf("%s is accepted", what)
		}
	}
}

// Several certificates of one CA verify the same leaves; the one that leads to an anchor counts.
func TestCrossSigned(t *testing.T) {
	p := newPlant(t, 2)
	other := newCA(t, "Other Root", nil, nil)
	template := *p.issuing.cert
	template.SerialNumber = newSerial()
	der, err := x509.CreateCertificate(rand.Reader, &template, other.cert, p.issuing.key.Public(), other.key)
	if err != nil {
		t.Fatal(err)
	}
	files := p.files(t)
	files["cross.pem"] = slices.Concat(certPEM(der), certPEM(other.cert.Raw))
	for _, root := range []*ca{p.root, other} {
		a := &Anchors{}
		a.Add(root.cert)
		d := mustOpen(t, zipOf(t, files), OpenRequest{Order: csvOrder(t, p.names()...), Anchors: a})
		if v := d.Verdict(); v.Colour != Green || len(d.Issuers()) != 1 || !d.Issuers()[0].Root().Equal(root.cert) {
			t.Errorf("%+v %v", v, d.Findings().All())
		}
	}
}

func TestNameConstraints(t *testing.T) {
	p := newPlant(t, 0)
	p.issuing = newCA(t, "Constrained CA", p.root, func(c *x509.Certificate) {
		c.PermittedDNSDomainsCritical, c.PermittedDNSDomains = true, []string{"example.com"}
		c.PermittedIPRanges = []*net.IPNet{{IP: net.IPv4(10, 0, 0, 0).To4(), Mask: net.CIDRMask(8, 32)}}
	})
	for name, host := range map[string]string{"in": "a.example.com", "out": "a.example.org"} {
		d := p.issuing.issue(t, name, newKey(t), func(c *x509.Certificate) { c.DNSNames = []string{host} })
		q := &plant{root: p.root, issuing: p.issuing, devices: []device{d}}
		got := ordered(t, q, q.files(t))
		if want := map[string]Colour{"in": Green, "out": Red}[name]; got.Verdict().Colour != want {
			t.Errorf("%s: %+v", name, got.Verdict())
		}
	}
}

// A leaf that poses as a CA's child without the right to issue.
func TestIssuedByALeaf(t *testing.T) {
	p := newPlant(t, 1)
	leaf, err := x509.ParseCertificate(p.devices[0].cert)
	if err != nil {
		t.Fatal(err)
	}
	fake := &ca{cert: leaf, key: p.devices[0].key.(*ecdsa.PrivateKey)}
	d := fake.issue(t, "grandchild", newKey(t), nil)
	q := &plant{root: p.root, issuing: p.issuing, devices: append(p.devices, d)}
	got := ordered(t, q, q.files(t))
	if got.IssuerConfirmed() || got.Verdict().Colour == Green {
		t.Errorf("%+v", got.Verdict())
	}
}

// A CA certificate whose key was delivered is what was ordered, not a part of the chain.
func TestOrderedCA(t *testing.T) {
	p := newPlant(t, 0)
	sub := newCA(t, "line-ca-1", p.issuing, nil)
	p.devices = []device{{"line-ca-1", sub.cert.Raw, sub.key}}
	d := ordered(t, p, p.files(t))
	if v := d.Verdict(); v.Colour != Green || d.Len() != 1 || d.Item(0).Key != KeyMatched {
		t.Errorf("%+v %v", v, d.Findings().All())
	}
}

func TestTooManyAuthorities(t *testing.T) {
	p := newPlant(t, 1)
	var many []byte
	for range maxAuthorities + 1 {
		many = append(many, certPEM(newCA(t, "CA", p.root, nil).cert.Raw)...)
	}
	if _, err := openResult(t, zipOf(t, map[string][]byte{"many.pem": many}), OpenRequest{}); err == nil || !strings.Contains(err.Error(), "256") {
		t.Errorf("%v", err)
	}
}

// Many keys under one name must not cost a signature each for every certificate.
func TestManyKeysOfOneName(t *testing.T) {
	p := newPlant(t, 1)
	noID := func(c *x509.Certificate) { c.SubjectKeyId = []byte{1} }
	a, err := newAuthorities(&Anchors{})
	if err != nil {
		t.Fatal(err)
	}
	for range maxIssuerKeys + 2 {
		c := newCA(t, "Thermostat Issuing CA", p.root, noID).cert
		c.SubjectKeyId = nil
		if err := a.add(&authority{cert: c, sum: sha256.Sum256(c.Raw)}); err != nil {
			t.Fatal(err)
		}
	}
	c := must(x509.ParseCertificate(p.devices[0].cert))
	if _, err := a.issuer(c); err == nil || !strings.Contains(err.Error(), "more than 8 keys") {
		t.Errorf("%v", err)
	}
}

func TestOtherCurves(t *testing.T) {
	p := newPlant(t, 0)
	for i, curve := range []elliptic.Curve{elliptic.P224(), elliptic.P384(), elliptic.P521()} {
		key, err := ecdsa.GenerateKey(curve, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		p.devices = append(p.devices, p.issuing.issue(t, string(rune('a'+i)), key, nil))
	}
	if d := keeps(t, p); d.Verdict().Colour != Green {
		t.Errorf("%v", d.Findings().All())
	}
}
