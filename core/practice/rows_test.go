package practice

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

func oneLine(pem []byte) string { return strings.ReplaceAll(string(pem), "\n", "") }

// What stands in the CSV wins over the request; what does not stands as in the request.
func TestCSVWins(t *testing.T) {
	c := open(t, Options{})
	p := c.profile(EitherSide, P256, false)
	key := newKey(t)
	request := newRequest(t, key, "from-csr", "csr.example.com")
	file := csvOf(
		`"subject.common_name","subject.organization_unit","san.dns_name","san.ip_address","production_line","csr"`,
		`"from-csv","Line 4","csv.example.com","192.0.2.7","4","`+oneLine(request)+`"`,
		`"","","","","4","`+string(request)+`"`,
	)
	for _, upload := range []struct {
		name   string
		file   []byte
		method Method
	}{{"a.csv", file, ByCSV}, {"a.zip", zipOf(t, "inner/A.CSV", string(file)), ByZippedCSV}, {"bom.csv", append([]byte("\xef\xbb\xbf"), file...), ByCSV}} {
		id := c.start(order{profile: p, fields: map[string]string{"certificate_format": "pem"}, name: upload.name, file: upload.file})
		j := c.wait(id)
		if j.Status != statusComplete || j.Issued != 2 || j.Method != upload.method {
			t.Fatalf("%+v", j)
		}
		files := unzip(t, c.download(id).body)
		a, b := parse(t, files["from-csv.pem"]), parse(t, files["from-csr.pem"])
		if got := a.Subject.String(); got != "CN=from-csv,OU=Line 4,O=From the CSR" {
			t.Errorf("%s", got)
		}
		if len(a.DNSNames) != 1 || a.DNSNames[0] != "csv.example.com" || len(a.IPAddresses) != 1 || a.IPAddresses[0].String() != "192.0.2.7" {
			t.Errorf("%v %v", a.DNSNames, a.IPAddresses)
		}
		if got := b.Subject.String(); got != "CN=from-csr,O=From the CSR" || b.DNSNames[0] != "csr.example.com" {
			t.Errorf("%s %v", got, b.DNSNames)
		}
		if !key.PublicKey.Equal(a.PublicKey) {
			t.Error("another key")
		}
	}
}

// Every kind of certificate field arrives where it belongs.
func TestFields(t *testing.T) {
	c := open(t, Options{})
	to := newReceiver(t)
	columns := map[string]string{
		"unique_identifier": "uid-1", "subject.common_name": "Gerät 1", "subject.organization_name": "Example", "subject.organization_unit": "Line",
		"subject.country": "DE", "subject.state": "Bayern", "subject.locality": "Ulm", "subject.street_address": "Ring 1", "subject.postal_code": "89073",
		"subject.description": "a device", "subject.serial_number": "SN-1", "subject.dn_qualifier": "q", "subject.email": "a@example.com",
		"subject.unstructured_name": "u", "subject.unstructured_address": "v", "subject.domain_component": "example", "subject.unique_identifier": "w",
		"san.dns_name": "*.example.com", "san.ip_address": "2001:db8::1", "san.email": "b@example.com", "san.uri": "urn:uuid:1",
		"san.user_principal_name": "u@example.com", "san.registered_id": "1.3.6.1.4.1.99999.7", "san.other_name": "1.3.6.1.4.1.99999.8;UTF8:text",
		"san.directory_name": `CN=a\,b,O=Example`, "validity.from": "2026-11-20", "validity.to": "2027-01-02T03:04:05Z",
		"key_usage.digital_signature": "true", "key_usage.key_agreement": "yes", "key_usage.key_encipherment": "false", "extended_key_usage.code_signing": "1",
		"signature_algorithm": "sha256WithECDSA", "color": "blue",
	}
	// The issuing CA is as old as the test: a validity cannot begin before it.
	columns["validity.from"] = time.Now().UTC().Format(time.RFC3339)
	columns["validity.to"] = time.Now().UTC().AddDate(0, 2, 0).Format("2006-01-02")
	names := slices.Sorted(maps.Keys(columns))
	var values []string
	for _, n := range names {
		values = append(values, `"`+columns[n]+`"`)
	}
	id := c.start(order{profile: c.profile(ServerSide, P256, false), fields: map[string]string{"certificate_format": "der", "certificate": to.field(t)},
		name: "a.csv", file: csvOf(strings.Join(names, ","), strings.Join(values, ","))})
	if j := c.wait(id); j.Status != statusComplete {
		t.Fatalf("%+v", j)
	}
	files := unzip(t, to.open(t, c.download(id).body))
	cert, err := x509.ParseCertificate(files["Gerät 1.der"])
	if err != nil {
		t.Fatal(err, slices.Sorted(maps.Keys(files)))
	}
	verify(t, c, mustUsage(cert))
	s := cert.Subject
	if s.CommonName != "Gerät 1" || s.Country[0] != "DE" || s.Province[0] != "Bayern" || s.Locality[0] != "Ulm" || s.StreetAddress[0] != "Ring 1" || s.PostalCode[0] != "89073" || s.SerialNumber != "SN-1" || len(s.Names) != 16 {
		t.Errorf("%v", s.Names)
	}
	if cert.DNSNames[0] != "*.example.com" || cert.IPAddresses[0].String() != "2001:db8::1" || cert.EmailAddresses[0] != "b@example.com" || cert.URIs[0].String() != "urn:uuid:1" {
		t.Errorf("%v %v %v %v", cert.DNSNames, cert.IPAddresses, cert.EmailAddresses, cert.URIs)
	}
	if cert.KeyUsage != x509.KeyUsageDigitalSignature|x509.KeyUsageKeyAgreement || !slices.Equal(cert.ExtKeyUsage, []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning}) {
		t.Errorf("%v %v", cert.KeyUsage, cert.ExtKeyUsage)
	}
	if got := cert.NotAfter.Format("2006-01-02"); got != columns["validity.to"] {
		t.Errorf("until %s", got)
	}
	var san struct{ Names []asn1.RawValue }
	for _, e := range cert.Extensions {
		if e.Id.Equal(oidSubjectAltName) {
			if _, err := asn1.Unmarshal(e.Value, &san.Names); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(san.Names) != 8 {
		t.Errorf("%d names", len(san.Names))
	}
	if key, err := x509.ParsePKCS8PrivateKey(files["Gerät 1.key"]); err != nil || !key.(*ecdsa.PrivateKey).PublicKey.Equal(cert.PublicKey) {
		t.Errorf("the key: %v", err)
	}
}

// mustUsage lets a certificate for code signing pass the check for client authentication.
func mustUsage(c *x509.Certificate) *x509.Certificate {
	open := *c
	open.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageAny}
	return &open
}

// Bad rows fail one by one, with their number, name and reason; the others are issued.
func TestBadRows(t *testing.T) {
	c := open(t, Options{})
	good := func() string { return oneLine(newRequest(t, newKey(t), "csr")) }
	broken := newRequest(t, newKey(t), "csr")
	broken[len(broken)-60] ^= 1
	rsa1024 := func() string {
		t.Setenv("GODEBUG", "rsa1024min=0")
		key, err := rsa.GenerateKey(rand.Reader, 1024)
		if err != nil {
			t.Fatal(err)
		}
		return oneLine(newRequest(t, key, "weak"))
	}()
	file := csvOf(
		`subject.common_name,subject.country,san.dns_name,validity.to,key_usage.key_agreement,csr`,
		`ok-1,DE,a.example.com,,,`+good(),
		`short,DE,a.example.com`,
		`country,Germany,,,,`+good(),
		`dns,,under_score!.example,,,`+good(),
		`expired,,,2001-01-01,,`+good(),
		`time,,,tomorrow,,`+good(),
		`usage,,,,perhaps,`+good(),
		`damaged,,,,,`+oneLine(broken),
		`none,,,,,`,
		`certificate,,,,,-----BEGIN CERTIFICATE-----AAAA-----END CERTIFICATE-----`,
		`weak,,,,,`+rsa1024,
		strings.Repeat("x", 65)+`,,,,,`+good(),
		"latin\xfc,,,,,"+good(),
		`ok-2,,,,true,`+good(),
	)
	id := c.start(order{profile: c.profile(ClientSide, AnyKey, false), fields: map[string]string{"certificate_format": "pem"}, name: "a.csv", file: file})
	j := c.wait(id)
	if j.Status != statusComplete || j.Total != 14 || j.Issued != 2 || j.Failed != 12 || len(j.Failures) != 12 {
		t.Fatalf("%+v", j)
	}
	want := []struct {
		row          int
		name, reason string
	}{
		{3, "short", "3 cells, and the header has 6"}, {4, "country", "subject.country"}, {5, "dns", "san.dns_name"}, {6, "expired", "validity"},
		{7, "time", "tomorrow"}, {8, "usage", "perhaps"}, {9, "damaged", "request"}, {10, "none", "CERTIFICATE REQUEST"}, {11, "certificate", "certificate"},
		{12, "weak", "1024"}, {13, strings.Repeat("x", 65), "64"}, {14, "", "UTF-8"},
	}
	for i, w := range want {
		got := j.Failures[i]
		if got.Row != w.row || w.name != "" && got.Name != w.name || !strings.Contains(got.Reason, w.reason) && w.name != "damaged" || got.Reason == "" {
			t.Errorf("%+v, want %+v", got, w)
		}
	}
	if files := unzip(t, c.download(id).body); len(files) != 2 || files["ok-1.pem"] == nil || files["ok-2.pem"] == nil {
		t.Errorf("%d files", len(files))
	}
}

// In a ZIP the entries are the rows.
func TestBadEntries(t *testing.T) {
	c := open(t, Options{})
	k, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	file := zipOf(t, "a/", "", "a/good.csr", string(newRequest(t, newKey(t), "good")), "a/readme.txt", "hello", "p384.csr", string(newRequest(t, k, "p384")), "empty.csr", "")
	id := c.start(order{profile: c.profile(ClientSide, P256, false), fields: map[string]string{"certificate_format": "pem"}, name: "a.zip", file: file})
	j := c.wait(id)
	if j.Issued != 1 || len(j.Failures) != 3 {
		t.Fatalf("%+v", j)
	}
	if f := j.Failures[0]; f.Row != 2 || f.Name != "a/readme.txt" {
		t.Errorf("%+v", f)
	}
	if f := j.Failures[1]; f.Row != 3 || !strings.Contains(f.Reason, "P-384") || !strings.Contains(f.Reason, "P-256") {
		t.Errorf("%+v", f)
	}
	// Where no row gets a certificate, the job has failed.
	id = c.start(order{profile: c.profile(ClientSide, P256, false), fields: map[string]string{"certificate_format": "pem"}, name: "a.zip", file: zipOf(t, "readme.txt", "hello")})
	if j := c.wait(id); j.Status != statusFailed || j.Failed != 1 || len(j.Failures) != 1 || j.Message == "" {
		t.Errorf("%+v", j)
	}
}

// The profiles with a key type take that key and no other; the one for any key takes all.
func TestKeysOfRequests(t *testing.T) {
	c := open(t, Options{})
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	file := zipOf(t, "rsa", string(newRequest(t, rsaKey, "rsa")), "ed", string(newRequest(t, ed, "ed")), "ec", string(newRequest(t, newKey(t), "ec")))
	for k, issued := range map[KeyType]int{AnyKey: 3, RSA2048: 1, Ed25519: 1, P256: 1, RSA4096: 0} {
		id := c.start(order{profile: c.profile(ClientSide, k, false), fields: map[string]string{"certificate_format": "pem"}, name: "a.zip", file: file})
		j := c.wait(id)
		if j.Issued != issued {
			t.Errorf("%s: %+v", k, j)
		}
		if k == AnyKey {
			for name, text := range unzip(t, c.download(id).body) {
				cert := parse(t, text)
				verify(t, c, cert)
				if (cert.KeyUsage&x509.KeyUsageKeyEncipherment != 0) != (name == "rsa.pem") {
					t.Errorf("%s: key usage %b", name, cert.KeyUsage)
				}
			}
		}
	}
}

// Duplicates take the unique identifier, and where that is no help a random value.
func TestFileNames(t *testing.T) {
	c := open(t, Options{})
	to := newReceiver(t)
	file := csvOf("unique_identifier,subject.common_name",
		"u1,dup", "u2,dup", "u2,dup", ",DUP", "u1,u1", `,"../../etc/passwd"`, ",CON", ",trailing.", ",a/b", `,a\b`, ",.hidden")
	id := c.start(order{profile: c.profile(ServerSide, P256, false), fields: map[string]string{"certificate_format": "pem", "certificate": to.field(t)}, name: "a.csv", file: file})
	if j := c.wait(id); j.Issued != 11 {
		t.Fatalf("%+v", j)
	}
	files := unzip(t, to.open(t, c.download(id).body))
	if len(files) != 22 {
		t.Fatalf("%q", slices.Sorted(maps.Keys(files)))
	}
	for _, name := range []string{"dup", "u2", "u1", "_CON", "trailing"} {
		if files[name+".pem"] == nil || files[name+".key"] == nil {
			t.Errorf("no %s in %q", name, slices.Sorted(maps.Keys(files)))
		}
	}
	suffixed, lower := 0, map[string]bool{}
	for name := range files {
		if strings.ContainsAny(name, `/\:`) {
			t.Errorf("%q is no name", name)
		}
		if strings.HasPrefix(strings.ToLower(name), "dup-") {
			suffixed++
		}
		lower[strings.ToLower(name)] = true
	}
	if suffixed != 4 || len(lower) != 22 { // dup of u2's second and DUP
		t.Errorf("%d with a random value, %d names: %q", suffixed, len(lower), slices.Sorted(maps.Keys(files)))
	}
	d := deliver(t, c, to, c.download(id).body)
	if d.Keys() != 11 || d.Len() != 11 {
		t.Errorf("%d keys, %d certificates", d.Keys(), d.Len())
	}
}

// A row that never ends is refused before it takes memory.
func TestEndlessRow(t *testing.T) {
	c := open(t, Options{})
	file := append([]byte("subject.common_name\n\""), bytes.Repeat([]byte("x"), 2<<20)...)
	a, err := c.tryStart(order{profile: c.profile(ServerSide, P256, false), fields: map[string]string{"certificate_format": "pem", "certificate": newReceiver(t).field(t)}, name: "a.csv", file: file})
	if err != nil {
		t.Fatal(err)
	}
	wantRefusal(t, a, 400, "invalid_request", "row 2", "quote missing")
}

// JSON for keys of devices has certificates and no more.
func TestJSONOfRequests(t *testing.T) {
	c := open(t, Options{})
	id := c.start(order{profile: c.profile(ClientSide, AnyKey, false), fields: map[string]string{"certificate_format": "json"}, name: "a.zip", file: requests(t, 3)})
	c.wait(id)
	a := c.download(id)
	if a.header.Get("Content-Type") != "application/json" || bytes.Contains(a.body, []byte("private_key")) {
		t.Errorf("%s", a.body)
	}
	if d := deliver(t, c, nil, a.body); d.Len() != 3 || d.Item(0).Name != "dev-001" {
		t.Errorf("%d", d.Len())
	}
}

// Counters move while a job runs.
func TestCountersMove(t *testing.T) {
	due := make(chan struct{})
	c := open(t, Options{Pace: 200, due: func(ctx context.Context, _ int, _ time.Time) error {
		select {
		case <-due:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}})
	id := c.start(order{profile: c.profile(ClientSide, AnyKey, false), fields: map[string]string{"certificate_format": "pem"}, name: "a.zip", file: requests(t, 60)})
	for n := range 60 {
		// All before it are counted by now: the one that waits for its turn comes behind them.
		due <- struct{}{}
		if j := c.status(id); ended(j.Status) && n < 59 || j.Issued != n && j.Issued != n+1 {
			t.Errorf("after %d: %+v", n, j)
		}
	}
	if j := c.wait(id); j.Status != statusComplete || j.Issued != 60 {
		t.Errorf("%+v", j)
	}
}

// A certificate without a subject says with a critical extension whose it is (RFC 5280 §4.2.1.6).
func TestNamesWithoutSubject(t *testing.T) {
	a, err := openAuthority(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	l, err := newLayout([]string{columnCommonName, "san.dns_name"})
	if err != nil {
		t.Fatal(err)
	}
	i := newIssuer(a.issuing, time.Now())
	_, public, spki, err := P256.generate()
	if err != nil {
		t.Fatal(err)
	}
	for name, critical := range map[string]bool{"": true, "device": false} {
		who, err := l.identify([]string{name, "a.example.com"}, nil)
		if err != nil {
			t.Fatal(err)
		}
		der, err := i.issue(who, public, spki)
		if err != nil {
			t.Fatal(err)
		}
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		at := slices.IndexFunc(cert.Extensions, func(e pkix.Extension) bool { return e.Id.Equal(oidSubjectAltName) })
		if at < 0 || cert.Extensions[at].Critical != critical {
			t.Errorf("common name %q: %+v", name, cert.Extensions)
		}
	}
}
