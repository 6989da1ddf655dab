package delivery

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"enrollbench/core/finding"
)

// The whole path counts: a CA below one that allows none makes every certificate under it red (RFC 5280 §6.1.4 (l)).
func TestPathLength(t *testing.T) {
	for allowed, want := range map[int]Colour{0: Red, 1: Green} {
		p := newPlant(t, 0)
		upper := newCA(t, "Upper CA", p.root, func(c *x509.Certificate) { c.MaxPathLen, c.MaxPathLenZero = allowed, allowed == 0 })
		p.issuing = newCA(t, "Lower CA", upper, nil)
		p.devices = []device{p.issuing.issue(t, "dev-0001", newKey(t), nil)}
		files := p.files(t)
		files["upper.pem"] = certPEM(upper.cert.Raw)
		d := ordered(t, p, files)
		if d.Verdict().Colour != want {
			t.Errorf("length %d: %+v %v", allowed, d.Verdict(), d.Findings().All())
		}
		if said := findingOf(d, RuleChain); want == Red && !strings.Contains(said, `"Lower CA" exceeds the path length that "Upper CA" allows`) {
			t.Errorf("it says %q", said)
		}
	}
}

func findingOf(d *Delivery, r *finding.Rule) string {
	for _, f := range d.Findings().All() {
		if f.Rule == r.Name {
			return f.Message + "; " + f.Hint
		}
	}
	return ""
}

// A CA with a DSA key: nobody verifies its signatures here, and nobody says that they were changed.
func TestDSA(t *testing.T) {
	dir := t.TempDir()
	for _, args := range [][]string{
		{"genpkey", "-genparam", "-algorithm", "DSA", "-pkeyopt", "dsa_paramgen_bits:1024", "-pkeyopt", "dsa_paramgen_q_bits:160", "-out", "p"},
		{"genpkey", "-paramfile", "p", "-out", "k"},
		{"req", "-x509", "-key", "k", "-subj", "/CN=Old CA", "-days", "30000", "-out", "ca.pem"},
		{"req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "dev.key", "-subj", "/CN=dev-0001", "-out", "dev.csr"},
		{"x509", "-req", "-in", "dev.csr", "-CA", "ca.pem", "-CAkey", "k", "-CAcreateserial", "-days", "20000", "-out", "dev.pem"},
	} {
		run(t, dir, "openssl", args...)
	}
	read := func(name string) []byte { return must(os.ReadFile(filepath.Join(dir, name))) }
	for what, trust := range map[string]*Anchors{"trusted": anchorsOf(t, read("ca.pem")), "not trusted": nil} {
		files := map[string][]byte{"dev.pem": read("dev.pem"), "dev.key": read("dev.key"), "ca.pem": read("ca.pem")}
		d := mustOpen(t, zipOf(t, files), OpenRequest{Order: csvOrder(t, "dev-0001"), Anchors: trust})
		r := rulesOf(d.Findings())
		if d.Verdict().Colour != Amber || r["delivery/signature-not-checked"] != 1 || r["delivery/signature"] > 0 || d.IssuerConfirmed() || !strings.Contains(findingOf(d, RuleNotChecked), "algorithm not supported: DSA") {
			t.Errorf("%s: %+v %v", what, d.Verdict(), d.Findings().All())
		}
	}
}

// Many CAs of one name: what is checked grows with the number of certificates, not with its square.
func TestChecksAreBounded(t *testing.T) {
	p := newPlant(t, 1)
	var all []byte
	for i := range 100 {
		c := newCA(t, "Thermostat Issuing CA", p.root, func(c *x509.Certificate) {
			c.NotAfter = c.NotAfter.AddDate(0, 0, i)
			if i%2 == 0 {
				c.SubjectKeyId = bytes.Repeat([]byte{7}, 20)
			}
		})
		all = append(all, certPEM(c.cert.Raw)...)
	}
	devices := 20
	for i := range devices {
		d := p.issuing.issue(t, fmt.Sprint("dev-", i), newKey(t), func(c *x509.Certificate) { c.AuthorityKeyId = nil })
		all = append(all, d.pem()...)
	}
	d := mustOpen(t, append(all, certPEM(p.root.cert.Raw)...), OpenRequest{Anchors: p.anchors()})
	if n, most := d.gathering.authorities.checks.Load(), int64((100+2*devices+1)*maxIssuerKeys); n > most {
		t.Errorf("%d signatures were checked, more than %d", n, most)
	}
}

// CAs that sign each other in a circle, and a name in another spelling.
func TestCircleAndSpelling(t *testing.T) {
	p := newPlant(t, 0)
	cross := func(c, by *ca) []byte {
		template := *c.cert
		template.SerialNumber = newSerial()
		return must(x509.CreateCertificate(nil, &template, by.cert, c.key.Public(), by.key))
	}
	a, b := newCA(t, "A", nil, nil), newCA(t, "B", nil, nil)
	leaf := a.issue(t, "dev-0001", newKey(t), nil)
	files := map[string][]byte{"a.pem": certPEM(cross(a, b)), "b.pem": certPEM(cross(b, a)), "dev.pem": leaf.pem(), "dev.key": leaf.keyPEM(t)}
	got := mustOpen(t, zipOf(t, files), OpenRequest{Order: csvOrder(t, "dev-0001"), Anchors: p.anchors()})
	if got.IssuerConfirmed() || got.Verdict().Colour != Amber {
		t.Errorf("%+v", got.Verdict())
	}
	// The issuer's name is written in capitals (RFC 5280 §7.1 calls the two equal).
	q := newPlant(t, 1)
	q.devices[0] = q.issuing.reissue(t, q.devices[0], func(tbs []byte) []byte {
		return bytes.Replace(tbs, []byte("Thermostat Issuing CA"), []byte("THERMOSTAT Issuing CA"), 1)
	})
	if got := ordered(t, q, q.files(t)); got.Verdict().Colour != Green {
		t.Errorf("%+v %v", got.Verdict(), got.Findings().All())
	}
}

// The key of a certificate that cannot be read is kept, not destroyed.
func TestKeyOfUnreadableCertificate(t *testing.T) {
	p := newPlant(t, 2)
	files := p.files(t)
	files["dev-0001.pem"] = certPEM(p.devices[0].cert[:200])
	d := ordered(t, p, files)
	if said := findingOf(d, RuleKeyWithoutCertificate); strings.Contains(said, "destroy") || !strings.Contains(said, "keep the key") {
		t.Errorf("it says %q", said)
	}
	delete(files, "dev-0001.pem")
	if said := findingOf(ordered(t, p, files), RuleKeyWithoutCertificate); !strings.Contains(said, "destroy") {
		t.Errorf("it says %q", said)
	}
}

// A result is empty only if nothing in it may be a certificate of a device.
func TestEmptyIsEmpty(t *testing.T) {
	p := newPlant(t, 1)
	d := mustOpen(t, certPEM(p.root.cert.Raw), OpenRequest{})
	if said := findingOf(d, RuleEmpty); !strings.Contains(said, "1 certificate of CAs, and none of a device") {
		t.Errorf("it says %q", said)
	}
	for what, data := range map[string][]byte{"PEM": certPEM(p.devices[0].cert[:200]), "JSON": []byte(`[{"body":"` + base64.StdEncoding.EncodeToString(p.devices[0].cert[:201]) + `"}]`)} {
		d := mustOpen(t, data, OpenRequest{})
		if r := rulesOf(d.Findings()); r["delivery/empty"] > 0 || r["delivery/damaged"] == 0 || d.Verdict().Colour != Red {
			t.Errorf("%s: %v", what, d.Findings().All())
		}
	}
}

// A text of BEGIN lines costs one look at each, however many they are.
func TestBeginLines(t *testing.T) {
	const n = 20_000
	parts := split(bytes.Repeat([]byte("-----BEGIN CERTIFICATE-----\n"), n))
	if len(parts) != n {
		t.Fatalf("%d parts", len(parts))
	}
	for i, p := range parts { // each piece ends where the next one begins, so nothing is looked at twice
		if p.kind != damagedPart || len(p.given) != len("-----BEGIN CERTIFICATE-----\n") {
			t.Fatalf("part %d has %d bytes", i, len(p.given))
		}
	}
}

// A practice service is known by its own name or one above it, whatever the result is opened as.
func TestPracticeIsKnown(t *testing.T) {
	root := newCA(t, "EnrollBench PRACTICE Root CA", nil, nil)
	below := newCA(t, "Issuing CA", root, nil)
	for what, from := range map[string]*ca{"its own name": root, "the one above": below} {
		d := from.issue(t, "dev-1", newKey(t), nil)
		data := append(d.pem(), append(certPEM(below.cert.Raw), certPEM(root.cert.Raw)...)...)
		for _, as := range []bool{false, true} {
			if got := mustOpen(t, data, OpenRequest{Practice: as}); !got.Practice() || !got.Issuers()[0].Practice {
				t.Errorf("%s, opened as practice %v: it is not known", what, as)
			}
		}
	}
	p := newPlant(t, 1)
	if mustOpen(t, p.devices[0].pem(), OpenRequest{Practice: true}).Practice() {
		t.Error("a certificate of production counts as practice")
	}
}
