package delivery

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"enrollbench/core/form"
)

func TestSplit(t *testing.T) {
	p := newPlant(t, 1)
	d := p.devices[0]
	cert, key := d.pem(), d.keyPEM(t)
	oneLine := []byte("-----BEGIN CERTIFICATE-----" + string(bytes.Join(bytes.Split(cert, []byte("\n"))[1:len(bytes.Split(cert, []byte("\n")))-2], nil)) + "-----END CERTIFICATE-----")
	type kinds []partKind
	for what, c := range map[string]struct {
		data []byte
		want kinds
	}{
		"PEM":               {cert, kinds{certificatePart}},
		"PEM on one line":   {oneLine, kinds{certificatePart}},
		"CRLF":              {bytes.ReplaceAll(cert, []byte("\n"), []byte("\r\n")), kinds{certificatePart}},
		"indented":          {bytes.ReplaceAll(cert, []byte("\n"), []byte("\n  ")), kinds{certificatePart}},
		"chain and key":     {slices.Concat(cert, certPEM(p.root.cert.Raw), key), kinds{certificatePart, certificatePart, keyPart}},
		"DER":               {d.cert, kinds{certificatePart}},
		"DER key":           {d.keyDER(t), kinds{keyPart}},
		"DERs":              {slices.Concat(d.cert, d.keyDER(t)), kinds{certificatePart, keyPart}},
		"DER, then junk":    {append(bytes.Clone(d.cert), 0), kinds{certificatePart}},
		"DER, then half":    {slices.Concat(d.cert, d.cert[:100]), kinds{certificatePart, damagedPart}},
		"PKCS#7":            {pkcs7Of(d.cert, p.root.cert.Raw), kinds{certificatePart, certificatePart}},
		"PKCS#7 in PEM":     {pem.EncodeToMemory(&pem.Block{Type: "PKCS7", Bytes: pkcs7Of(d.cert)}), kinds{certificatePart}},
		"DER, cut":          {d.cert[:len(d.cert)-1], kinds{damagedPart}},
		"base64 of DER":     {base64Lines(d.cert), kinds{certificatePart}},
		"base64 of PEM":     {base64Lines(cert), kinds{certificatePart}},
		"no END":            {cert[:len(cert)-30], kinds{damagedPart}},
		"BEGIN in BEGIN":    {slices.Concat(cert[:100], cert), kinds{damagedPart, certificatePart}},
		"other END":         {bytes.Replace(cert, []byte("END CERTIFICATE"), []byte("END CERTIFICATA"), 1), kinds{damagedPart}},
		"bad base64":        {bytes.Replace(cert, []byte("MII"), []byte("M!I"), 1), kinds{damagedPart}},
		"empty":             {nil, kinds{damagedPart}},
		"blank":             {[]byte(" \r\n"), kinds{damagedPart}},
		"text":              {[]byte("hello"), kinds{foreignPart}},
		"sums":              {[]byte("0a8c3f0a8c3f0a8c3f0a8c3f0a8c3f0a8c3f0a8c3f0a8c3f0a8c3f0a8c3f0a8c  a.pem\n"), kinds{foreignPart}},
		"long text":         {bytes.Repeat([]byte("hello world "), 20), kinds{foreignPart}},
		"request":           {[]byte("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n"), kinds{foreignPart}},
		"parameters, key":   {slices.Concat([]byte("-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"), key), kinds{keyPart}},
		"armored":           {[]byte("-----BEGIN PGP MESSAGE-----\nVersion: 1\n\nAAAA\n=AAAA\n-----END PGP MESSAGE-----\n"), kinds{sealedPart}},
		"encrypted PKCS#8":  {[]byte("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"), kinds{sealedPart}},
		"legacy encryption": {[]byte("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n"), kinds{sealedPart}},
		"CMS, indefinite":   {[]byte("\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03\xa0\x80\x00\x00\x00\x00"), kinds{sealedPart}},
		"OpenPGP":           {[]byte{0xc1, 0x0c, 0x03, 1, 2, 3, 4, 5, 6, 7, 8, 1, 0, 8}, kinds{sealedPart}},
	} {
		var got kinds
		parts := split(c.data)
		for _, p := range parts {
			got = append(got, p.kind)
			if p.kind == certificatePart && !bytes.Equal(p.der, d.cert) && !bytes.Equal(p.der, p.given) && what != "chain and key" {
				t.Errorf("%s: the DER differs", what)
			}
			if (p.kind == damagedPart) != (p.err != nil) {
				t.Errorf("%s: kind %d, error %v", what, p.kind, p.err)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", what, got, c.want)
		}
	}
}

// The public half is computed from the private one, for every type and form of key that is delivered.
func TestKeyOf(t *testing.T) {
	r := must(rsa.GenerateKey(rand.Reader, 2048))
	_, e, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	x := must(ecdh.X25519().GenerateKey(rand.Reader))
	p := newKey(t)
	for what, c := range map[string]struct {
		form   string
		der    []byte
		public any
	}{
		"P-256":           {labelPrivateKey, must(x509.MarshalPKCS8PrivateKey(p)), p.Public()},
		"P-256, SEC 1":    {labelECKey, must(x509.MarshalECPrivateKey(p)), p.Public()},
		"RSA":             {labelPrivateKey, must(x509.MarshalPKCS8PrivateKey(r)), r.Public()},
		"RSA, PKCS#1":     {labelRSAKey, x509.MarshalPKCS1PrivateKey(r), r.Public()},
		"Ed25519":         {labelPrivateKey, must(x509.MarshalPKCS8PrivateKey(e)), e.Public()},
		"X25519":          {labelPrivateKey, must(x509.MarshalPKCS8PrivateKey(x)), x.Public()},
		"a wrong label":   {labelRSAKey, must(x509.MarshalPKCS8PrivateKey(p)), p.Public()},
		"another wrong":   {labelPrivateKey, must(x509.MarshalECPrivateKey(p)), p.Public()},
		"yet another one": {labelECKey, x509.MarshalPKCS1PrivateKey(r), r.Public()},
	} {
		key, err := privateKey(c.form, c.der)
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		if got, want := must(keyOf(key)), sha256.Sum256(must(x509.MarshalPKIXPublicKey(c.public))); got != keyHash(want) {
			t.Errorf("%s: another public key", what)
		}
	}
	// A key of a type from the future is kept, not called damaged.
	future := []byte("\x30\x14\x02\x01\x00\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x03\x14\x04\x02\x04\x00")
	d := mustOpen(t, zipOf(t, map[string][]byte{"a.key": pem.EncodeToMemory(&pem.Block{Type: labelPrivateKey, Bytes: future})}), OpenRequest{})
	if len(d.List(SealedKey)) != 1 || rulesOf(d.Findings())["delivery/damaged"] > 0 {
		t.Errorf("%v", d.Findings().All())
	}
}

// tiny is a certificate and its key, always the same ones: small seeds that do not change let the fuzzer spend its time on
// trying, not on making what it found smaller.
func tiny(f *testing.F) (cert, key []byte) {
	k := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "a"}}
	cert, err := x509.CreateCertificate(nil, template, template, k.Public(), k)
	if err != nil {
		f.Fatal(err)
	}
	return cert, must(x509.MarshalPKCS8PrivateKey(k))
}

// FuzzSplit: what is taken out of a file is in it, or in what its coat or its base64 holds, and taking apart again what was taken out
// gives the same.
func FuzzSplit(f *testing.F) {
	cert, key := tiny(f)
	for _, data := range [][]byte{certPEM(cert), cert, key, slices.Concat(cert, key), base64Lines(key), []byte("-----BEGIN A-----\n-----BEGIN B-----\nAAAA\n-----END B-----"), []byte("\x30\x80\x06\x00"),
		[]byte("-----BEGIN PGP MESSAGE-----\n-----END PGP MESSAGE-----"), pkcs7Of(cert), bytes.Repeat([]byte("000004"), 20)} {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		parts := split(data)
		if len(parts) == 0 && !bytes.Contains(data, []byte("EC PARAMETERS")) {
			t.Fatal("a file without parts")
		}
		h := haul{}
		authorities, err := newAuthorities(&Anchors{})
		if err != nil {
			t.Fatal(err)
		}
		g := newGathering(sources{&plainSource{name: "x"}}, authorities, nil, nil, now)
		if err := g.unit(&h, ref{}, parts); err != nil {
			t.Fatal(err)
		}
		decoded, _ := decodeBase64(data)
		inner, _, _ := form.UnwrapAll(data, 2*int64(len(data))) // without what mails and word processors did to it
		for _, p := range parts {
			if !bytes.Contains(data, p.given) && !bytes.Contains(decoded, p.given) && !bytes.Contains(inner, p.given) {
				if body, ok := decodeBase64(bodyOf(data)); !ok || !bytes.Contains(body, p.given) { // a chain in PEM
					t.Fatalf("%q is not in the file", p.given)
				}
			}
			if (p.kind == damagedPart) != (p.err != nil) {
				t.Fatalf("kind %d, error %v", p.kind, p.err)
			}
			if _, err := x509.ParseCertificate(p.der); err == nil && p.kind == certificatePart {
				if again := split(p.der); len(again) != 1 || !bytes.Equal(again[0].der, p.der) {
					t.Fatal("a certificate is not found again in its DER")
				}
			}
		}
	})
}

// bodyOf is what stands between the first two lines of dashes.
func bodyOf(text []byte) []byte {
	fields := bytes.Split(text, []byte("-----"))
	if len(fields) < 3 {
		return nil
	}
	return fields[2]
}

// FuzzObjects: offsets of a JSON result lead to the same objects again, and what is taken as a result is JSON.
func FuzzObjects(f *testing.F) {
	cert, key := tiny(f)
	f.Add([]byte(`[{"a":"` + base64.StdEncoding.EncodeToString(cert) + `"}]`))
	f.Add([]byte(`{"x":"` + base64.StdEncoding.EncodeToString(key) + `","y":[]}`))
	for _, s := range []string{`[]`, `{"certificates":[{"pem":"x","private_key":"y"}]}`, `{"pem":"x"}`, `["a","b",{}]`, `{"records":[{"certificate":{"pem":["a"]}}],"x":1}`, ` [ {"pem" : null} , {} ] `, `{"records":null}`,
		`[{"key":{"c":"AAAA"}}]`, `{"a":[[{"key":{}}]],"b":"c"}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s := &jsonSource{name: "x", r: bytes.NewReader(data), bytes: int64(len(data))}
		err := s.scan(func(u rawUnit) error {
			first, err := unitParts(u.raw)
			again, err2 := s.parts(u.at)
			if (err == nil) != (err2 == nil) || len(first) != len(again) {
				t.Fatalf("%d parts, then %d; %v, %v", len(first), len(again), err, err2)
			}
			for i := range first {
				if first[i].kind != again[i].kind || first[i].form != again[i].form || !bytes.Equal(first[i].der, again[i].der) {
					t.Fatalf("part %d is another one", i)
				}
			}
			return err
		})
		if err == nil && checkJSON(bytes.NewReader(data)) != nil && utf8.Valid(data) {
			t.Fatalf("taken as a result, but no JSON: %q", data)
		}
		if err == nil && !json.Valid(data) {
			t.Fatalf("taken as a result, but no JSON: %q", data)
		}
	})
}

// TestMembersInCoats: certificates and keys of a result are read in the coats that programs give to text, and what may be one and cannot
// be read is damage, after which no key is to be destroyed.
func TestMembersInCoats(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	var der []byte
	for !bytes.Contains(der, []byte("\n")) { // until there is a line break to change
		template := x509.Certificate{SerialNumber: big.NewInt(int64(len(der)) + 10), NotAfter: time.Unix(1<<31, 0)}
		if der, err = x509.CreateCertificate(rand.Reader, &template, &template, &key.PublicKey, key); err != nil {
			t.Fatal(err)
		}
	}
	text := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	wide := "\xFF\xFE"
	for _, c := range []byte(text) {
		wide += string([]byte{c, 0})
	}
	for name, data := range map[string]string{
		"PEM": text, "DER": string(der), "UTF-16": wide, "dashes": strings.ReplaceAll(text, "-----", "\u2013\u2013\u2013\u2013\u2013"), "escaped": strings.ReplaceAll(text, "\n", `\n`),
		"curl -i": "HTTP/1.1 200 OK\r\nContent-Type: x/y\r\n\r\n" + string(der), "base64": base64.StdEncoding.EncodeToString(der), "padding": string(der) + "\x00\x00",
	} {
		if parts := split([]byte(data)); len(parts) != 1 || parts[0].kind != certificatePart || !bytes.Equal(parts[0].der, der) {
			t.Errorf("%s: %d parts, kind %d, %v", name, len(parts), parts[0].kind, parts[0].err)
		}
		if a, err := ParseAnchors([]byte(data)); err == nil && len(a.certificates) != 1 {
			t.Errorf("%s: %d anchors", name, len(a.certificates))
		}
	}
	for name, data := range map[string]string{
		"text mode": strings.ReplaceAll(string(der), "\n", "\r\n"), "a decoder of text": strings.ToValidUTF8(string(der), "\uFFFD"), "a hex dump": hex.Dump(der), "cut short": string(der[:len(der)-9]),
		"noise": string(bytes.Repeat([]byte{0xFE, 1, 2, 3, 4, 5, 6, 7, 8, 0xE, 0xF, 0x10, 0x11}, 40)),
	} {
		parts := split([]byte(data))
		if parts[0].kind != damagedPart || parts[0].err == nil {
			t.Errorf("%s: kind %d, %v", name, parts[0].kind, parts[0].err)
		}
	}
	for _, data := range []string{"hello", "<html></html>", "a,b\n1,2\n"} {
		if parts := split([]byte(data)); parts[0].kind != foreignPart {
			t.Errorf("%q: kind %d", data, parts[0].kind)
		}
	}
	for data, want := range map[string]string{"<html></html>": "a web page", "\xFE\xED\xFE\xED\x00\x00\x00\x02": "a Java keystore", strings.ReplaceAll(string(der), "\n", "\r\n"): "treated as text"} {
		if _, err := ParseAnchors([]byte(data)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20q: %v", data, err)
		}
	}
}
