package certificate

import (
	"crypto"
	//lint:ignore SA1019 that it is not supported is what is tested
	"crypto/dsa"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"enrollbench/core/mldsa"
)

type node struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

type change = func(*x509.Certificate)

func (n *node) issue(t *testing.T, name string, ca bool, changes ...change) *node {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	serial, _ := rand.Int(rand.Reader, big.NewInt(1<<60))
	c := &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: name, Organization: []string{"Example"}}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(time.Hour * 24 * 365), BasicConstraintsValid: true, IsCA: ca, MaxPathLen: -1, KeyUsage: x509.KeyUsageDigitalSignature}
	if ca {
		c.KeyUsage |= x509.KeyUsageCertSign
	}
	for _, f := range changes {
		f(c)
	}
	parent, signer := c, key
	if n != nil {
		parent, signer, c.AuthorityKeyId = n.cert, n.key, n.cert.SubjectKeyId
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	cert, _, err := Parse(der)
	if err != nil {
		t.Fatal(err)
	}
	return &node{cert, key}
}

func length(n int) change {
	return func(c *x509.Certificate) { c.MaxPathLen, c.MaxPathLenZero = n, n == 0 }
}

// subtrees makes NameConstraints of GeneralNames.
func subtrees(permitted bool, names ...[]byte) change {
	var b cryptobyte.Builder
	tag := cbasn1.Tag(1)
	if permitted {
		tag = 0
	}
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(tag.Constructed().ContextSpecific(), func(b *cryptobyte.Builder) {
			for _, n := range names {
				b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) { b.AddBytes(n) })
			}
		})
	})
	return func(c *x509.Certificate) {
		c.ExtraExtensions = append(c.ExtraExtensions, pkix.Extension{Id: oidNameConstraints, Critical: true, Value: b.BytesOrPanic()})
	}
}

func name(form int, value string) []byte {
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.Tag(form).ContextSpecific(), func(b *cryptobyte.Builder) { b.AddBytes([]byte(value)) })
	return b.BytesOrPanic()
}

func directory(n pkix.Name) []byte {
	der, err := asn1.Marshal(n.ToRDNSequence())
	if err != nil {
		panic(err)
	}
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.Tag(formDirectory).Constructed().ContextSpecific(), func(b *cryptobyte.Builder) { b.AddBytes(der) })
	return b.BytesOrPanic()
}

func host(names ...string) change { return func(c *x509.Certificate) { c.DNSNames = names } }

// Every verdict is that of `openssl verify`, and what fails is named.
func TestCheckPath(t *testing.T) {
	type step struct {
		name    string
		changes []change
	}
	as := func(name string, changes ...change) step { return step{name, changes} }
	org := func(o string) []byte { return directory(pkix.Name{Organization: []string{o}}) }
	address := func(a string) change {
		return func(c *x509.Certificate) { c.IPAddresses = []net.IP{net.ParseIP(a)} }
	}
	mail := func(a string) change { return func(c *x509.Certificate) { c.EmailAddresses = []string{a} } }
	uri := func(s string) change {
		return func(c *x509.Certificate) {
			u, _ := url.Parse(s)
			c.URIs = []*url.URL{u}
		}
	}
	for what, c := range map[string]struct {
		cas   []step // from the root down
		leaf  []change
		words string // "" for a good path
	}{
		"no limit":                 {[]step{as("Root"), as("A"), as("B"), as("C")}, nil, ""},
		"length 0":                 {[]step{as("Root"), as("A", length(0))}, nil, ""},
		"length 0, a CA below":     {[]step{as("Root"), as("A", length(0)), as("B")}, nil, `"B" exceeds the path length that "A" allows`},
		"length 1, a CA below":     {[]step{as("Root"), as("A", length(1)), as("B")}, nil, ""},
		"length 1, two below":      {[]step{as("Root"), as("A", length(1)), as("B"), as("C")}, nil, `"C" exceeds the path length`},
		"length 0 that is widened": {[]step{as("Root"), as("A", length(0)), as("B", length(5))}, nil, `"B" exceeds the path length`},
		"length of the root":       {[]step{as("Root", length(0)), as("A")}, nil, `"A" exceeds the path length that "Root" allows`},
		"length and a new key":     {[]step{as("Root"), as("A", length(0)), as("A", length(0))}, nil, ""},
		"length 2, narrowed":       {[]step{as("Root"), as("A", length(2)), as("B", length(0)), as("C")}, nil, `"C" exceeds the path length that "B" allows`},
		"no CA":                    {[]step{as("Root"), as("A", func(c *x509.Certificate) { c.IsCA, c.MaxPathLen = false, 0; c.KeyUsage = 0 })}, nil, `"A" is not a CA certificate`},
		"no right to sign":         {[]step{as("Root"), as("A", func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageCRLSign })}, nil, `"A" may not issue certificates: its key usage`},
		"expired":                  {[]step{as("Root"), as("A", func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) })}, nil, `"A" expired on`},
		"not yet valid":            {[]step{as("Root"), as("A", func(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Hour) })}, nil, `"A" is valid only from`},
		"expired root":             {[]step{as("Root", func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) }), as("A")}, nil, `"Root" expired on`},
		"critical and unknown": {[]step{as("Root"), as("A", func(c *x509.Certificate) {
			c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 2, 3, 4}, Critical: true, Value: []byte{5, 0}}}
		})}, nil, "critical extension that is not known here (1.2.3.4)"},
		"directory name":              {[]step{as("Root"), as("A", subtrees(true, org("Example")))}, nil, ""},
		"directory name in capitals":  {[]step{as("Root"), as("A", subtrees(true, org("EXAMPLE")))}, nil, ""},
		"other directory name":        {[]step{as("Root"), as("A", subtrees(true, org("Other")))}, nil, `"A" may not issue "leaf": its name constraints do not permit "CN=leaf,O=Example" (directory name)`},
		"excluded directory name":     {[]step{as("Root"), as("A", subtrees(false, org("Example")))}, nil, `exclude "CN=leaf,O=Example" (directory name)`},
		"a CA of another name":        {[]step{as("Root"), as("A", subtrees(true, org("Example"))), as("B", func(c *x509.Certificate) { c.Subject.Organization = []string{"Other"} })}, nil, `"A" may not issue "B"`},
		"one of two directory names":  {[]step{as("Root"), as("A", subtrees(true, org("Other"), org("Example")))}, nil, ""},
		"two CAs, one permits":        {[]step{as("Root"), as("A", subtrees(true, org("Example"))), as("B", subtrees(true, org("Other")))}, nil, `"B" may not issue "leaf"`},
		"DNS name":                    {[]step{as("Root"), as("A", subtrees(true, name(formDNS, "example.com")))}, []change{host("a.Example.com", "example.com")}, ""},
		"other DNS name":              {[]step{as("Root"), as("A", subtrees(true, name(formDNS, "example.com")))}, []change{host("a.example.com", "badexample.com")}, `"badexample.com" (DNS name)`},
		"excluded DNS name":           {[]step{as("Root"), as("A", subtrees(false, name(formDNS, "example.com")))}, []change{host("x.org", "a.example.com")}, `exclude "a.example.com" (DNS name)`},
		"no DNS name":                 {[]step{as("Root"), as("A", subtrees(true, name(formDNS, "example.com")))}, []change{address("10.0.0.1")}, ""},
		"address":                     {[]step{as("Root"), as("A", subtrees(true, name(formIP, "\x0a\x00\x00\x00\xff\x00\x00\x00")))}, []change{address("10.1.2.3")}, ""},
		"other address":               {[]step{as("Root"), as("A", subtrees(true, name(formIP, "\x0a\x00\x00\x00\xff\x00\x00\x00")))}, []change{address("11.1.2.3")}, "not permit 11.1.2.3 (IP address)"},
		"mail of a host":              {[]step{as("Root"), as("A", subtrees(true, name(formMail, "example.com")))}, []change{mail("a@example.com")}, ""},
		"mail of a host below":        {[]step{as("Root"), as("A", subtrees(true, name(formMail, "example.com")))}, []change{mail("a@x.example.com")}, "mail address"},
		"mail of a domain":            {[]step{as("Root"), as("A", subtrees(true, name(formMail, ".example.com")))}, []change{mail("a@x.example.com")}, ""},
		"mail of one person":          {[]step{as("Root"), as("A", subtrees(true, name(formMail, "a@example.com")))}, []change{mail("A@example.com")}, "mail address"},
		"URI of a host":               {[]step{as("Root"), as("A", subtrees(true, name(formURI, "example.com")))}, []change{uri("https://example.com/x")}, ""},
		"URI of a host below":         {[]step{as("Root"), as("A", subtrees(true, name(formURI, "example.com")))}, []change{uri("https://a.example.com/x")}, "URI"},
		"URI of a domain":             {[]step{as("Root"), as("A", subtrees(true, name(formURI, ".example.com")))}, []change{uri("https://a.example.com/x")}, ""},
		"constraint of the root":      {[]step{as("Root", subtrees(true, name(formDNS, "example.com"))), as("A")}, []change{host("a.example.org")}, `"Root" may not issue "leaf"`},
		"a form that nobody compares": {[]step{as("Root"), as("A", subtrees(true, name(8, "\x2a\x03")))}, nil, ""},
	} {
		t.Run(what, func(t *testing.T) {
			var above *node
			var chain []*x509.Certificate
			for _, s := range c.cas {
				above = above.issue(t, s.name, true, s.changes...)
				chain = append([]*x509.Certificate{above.cert}, chain...)
			}
			leaf := above.issue(t, "leaf", false, c.leaf...)
			err := CheckPath(chain, time.Now())
			if err == nil {
				err = CheckNames(leaf.cert, chain)
			}
			if (err != nil) != (c.words != "") || err != nil && !strings.Contains(err.Error(), c.words) {
				t.Errorf("%v", err)
			}
			dir := t.TempDir()
			write := func(file string, certs ...*x509.Certificate) {
				var out []byte
				for _, c := range certs {
					out = append(out, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...)
				}
				if err := os.WriteFile(filepath.Join(dir, file), out, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			write("root", chain[len(chain)-1])
			write("between", chain[:len(chain)-1]...)
			write("leaf", leaf.cert)
			if _, err := exec.LookPath("openssl"); err != nil {
				t.Skip("openssl is missing")
			}
			cmd := exec.Command("openssl", "verify", "-CAfile", "root", "-untrusted", "between", "leaf")
			cmd.Dir = dir
			if out, failed := cmd.CombinedOutput(); (failed == nil) != (err == nil) {
				t.Errorf("we say %v, openssl says %s", err, out)
			}
		})
	}
}

func TestCheckSignature(t *testing.T) {
	var none *node
	root := none.issue(t, "Root", true)
	leaf := root.issue(t, "leaf", false)
	if err := CheckSignature(leaf.cert, root.cert); err != nil {
		t.Error(err)
	}
	other := none.issue(t, "Root", true)
	if err := CheckSignature(leaf.cert, other.cert); !errors.Is(err, ErrSignature) || errors.Is(err, ErrAlgorithm) {
		t.Errorf("another key: %v", err)
	}
	with := func(key any, algorithm x509.PublicKeyAlgorithm) *x509.Certificate {
		c := *root.cert
		c.PublicKey, c.PublicKeyAlgorithm = key, algorithm
		return &c
	}
	old := root.issue(t, "leaf", false, func(c *x509.Certificate) { c.SignatureAlgorithm = x509.ECDSAWithSHA1 })
	huge := &rsa.PublicKey{N: new(big.Int).Lsh(big.NewInt(1), MaxRSA), E: 3}
	unknown := with(nil, 0)
	for what, c := range map[string]struct {
		cert, issuer *x509.Certificate
		words        string
	}{
		"DSA":     {leaf.cert, with(&dsa.PublicKey{}, x509.DSA), "DSA"},
		"SHA-1":   {old.cert, root.cert, "ECDSA-SHA1 is not secure"},
		"small":   {leaf.cert, with(&rsa.PublicKey{N: big.NewInt(15), E: 3}, x509.RSA), "RSA key of 4 bits"},
		"huge":    {leaf.cert, with(huge, x509.RSA), "RSA key of 8193 bits"},
		"unknown": {leaf.cert, unknown, "ECDSA-SHA256"},
	} {
		if err := CheckSignature(c.cert, c.issuer); !errors.Is(err, ErrAlgorithm) || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// mldsaCertificate signs a certificate with ML-DSA, which crypto/x509 cannot.
func mldsaCertificate(t *testing.T, a *mldsa.Algorithm, key *mldsa.PrivateKey) []byte {
	t.Helper()
	r := &reading{}
	if !r.take(made(t, &x509.Certificate{Subject: pkix.Name{CommonName: "ml"}, IsCA: true, BasicConstraintsValid: true}, func(b []byte) []byte { return b })) {
		t.Fatal("no certificate")
	}
	var id, whole cryptobyte.Builder
	a.AddIdentifier(&id)
	r.algorithm, r.key = id.BytesOrPanic(), key.Public().(*mldsa.PublicKey).MarshalPKIX()
	r.end = nil
	in := cryptobyte.String(r.build(r.issuer, r.subject, r.key, make([]bool, len(r.extensions))))
	var tbs cryptobyte.String
	if !in.ReadASN1(&in, cbasn1.SEQUENCE) || !in.ReadASN1Element(&tbs, cbasn1.SEQUENCE) {
		t.Fatal("no TBSCertificate")
	}
	signature, err := key.Sign(rand.Reader, tbs, crypto.Hash(0))
	if err != nil {
		t.Fatal(err)
	}
	whole.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(tbs)
		a.AddIdentifier(b)
		b.AddASN1BitString(signature)
	})
	return whole.BytesOrPanic()
}

func TestMLDSA(t *testing.T) {
	for _, a := range mldsa.Algorithms {
		key, err := a.GenerateKey(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		c, unusual, err := Parse(mldsaCertificate(t, a, key))
		if err != nil || unusual != nil {
			t.Fatal(err, unusual)
		}
		if err := CheckSignature(c, c); err != nil {
			t.Errorf("%s: %v", a.Name, err)
		}
		c.RawTBSCertificate[20] ^= 1
		if err := CheckSignature(c, c); !errors.Is(err, ErrSignature) {
			t.Errorf("%s, changed: %v", a.Name, err)
		}
	}
}
