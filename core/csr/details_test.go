package csr

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func describe(t *testing.T, path string) *Details {
	t.Helper()
	d, err := Describe(readDER(t, filepath.FromSlash(path)))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDescribeOpenSSL(t *testing.T) {
	d := describe(t, "testdata/producers/openssl.p256.full.csr")
	var subject []string
	for _, a := range d.Subject {
		subject = append(subject, a.Name+"="+a.Value+" "+a.Type)
	}
	want := []string{
		"countryName=DE PrintableString", "stateOrProvinceName=Baden-Württemberg UTF8String", "localityName=Karlsruhe UTF8String",
		"organizationName=Gerätewerk GmbH UTF8String", "organizationalUnitName=Linie 4 UTF8String", "commonName=Gerät 42 UTF8String",
		"serialNumber=0042 PrintableString", "emailAddress=line4@example.com IA5String",
	}
	if !slices.Equal(subject, want) {
		t.Errorf("subject %q", subject)
	}
	names := []AltName{
		{"DNS", "device.example.com"}, {"IP", "192.0.2.7"}, {"URI", "urn:x:y"}, {"email", "line4@example.com"},
		{"other name", `1.3.6.1.4.1.311.20.2.3 = "device@example.com"`}, {"registered ID", "1.2.3"},
		{"directory name", "organizationName=Example Devices, commonName=device"},
	}
	if !slices.Equal(d.AltNames, names) {
		t.Errorf("names %q", d.AltNames)
	}
	got := map[string]string{}
	for _, x := range d.Extensions {
		got[x.Name] = fmt.Sprint(x.Critical, " ", x.Value)
	}
	for name, want := range map[string]string{
		"keyUsage": "true digitalSignature, keyAgreement", "extKeyUsage": "false clientAuth, 1.2.3.4", "basicConstraints": "false CA: false",
	} {
		if got[name] != want {
			t.Errorf("%s: %s, want %s", name, got[name], want)
		}
	}
	if !strings.HasPrefix(got["subjectAltName"], "false DNS: device.example.com, IP: 192.0.2.7") || len(got) != 4 {
		t.Errorf("extensions %q", got)
	}
	if d.Version != 1 || d.Key.String() != "P-256" || !d.Key.Valid || len(d.Key.Hex) != 130 || d.Key.Algorithm != "1.2.840.10045.2.1" {
		t.Errorf("version %d, key %+v", d.Version, d.Key)
	}
	if d.Signature.Algorithm != "ecdsa-with-SHA256" || !d.Signature.Verified || d.Signature.Reason != "" {
		t.Errorf("signature %+v", d.Signature)
	}
	der := readDER(t, filepath.Join("testdata", "producers", "openssl.p256.full.csr"))
	first, second := sha256.Sum256(der), sha1.Sum(der)
	if d.SHA256 != hex.EncodeToString(first[:]) || d.SHA1 != hex.EncodeToString(second[:]) || d.Bytes != len(der) {
		t.Errorf("fingerprints %s %s", d.SHA256, d.SHA1)
	}
	if back, err := DecodePEM([]byte(d.PEM)); err != nil || !bytes.Equal(back, der) {
		t.Errorf("the PEM is another request: %v", err)
	}
}

func TestDescribeKeys(t *testing.T) {
	for path, want := range map[string]string{
		"testdata/producers/keytool.rsa2048.full.csr":                             "RSA 2048 65537 true sha256WithRSAEncryption true",
		"testdata/producers/certtool.ed25519.full.csr":                            "Ed25519  true Ed25519 true",
		"testdata/rules/small-rsa-exponent/bad.openssl.rsa2048.3.csr":             "RSA 2048 3 true sha256WithRSAEncryption true",
		"testdata/rules/unknown-signature-algorithm/good.openssl.rsa2048.pss.csr": "RSA 2048 65537 true RSASSA-PSS with SHA-256, salt 32 true",
		"testdata/rules/key-type/bad.openssl.dsa2048.csr":                         "DSA 2048  false dsa-with-sha256 false",
		file(t, RuleKeyType, "good.ml-dsa-65"):                                    "ML-DSA-65  true ML-DSA-65 true",
		file(t, RuleSignature, "bad.ml-dsa"):                                      "ML-DSA-65  true ML-DSA-65 false",
		file(t, RulePointNotOnCurve, "bad.flipped-bit"):                           "P-256  false ecdsa-with-SHA256 false",
		file(t, RuleSignature, "bad.flipped-bit"):                                 "P-256  true ecdsa-with-SHA256 false",
		"testdata/rules/compressed-point/bad.openssl.p256.csr":                    "P-256  true ecdsa-with-SHA256 true",
	} {
		d := describe(t, path)
		if got := fmt.Sprint(d.Key.Key, " ", d.Key.Exponent, " ", d.Key.Valid, " ", d.Signature.Algorithm, " ", d.Signature.Verified); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
		if d.Signature.Verified == (d.Signature.Reason != "") {
			t.Errorf("%s: verified %v, reason %q", path, d.Signature.Verified, d.Signature.Reason)
		}
	}
}

// A password in a request is in clear for whoever has the file; we do not spread it further.
func TestChallengePasswordIsNeverShown(t *testing.T) {
	const password = "not-a-secret"
	for _, path := range files(t, "csr/challenge-password", "bad") {
		der := readDER(t, path)
		if !bytes.Contains(der, []byte(password)) {
			t.Fatalf("%s holds no password", path)
		}
		d, err := Describe(der)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(d.Attributes, func(a NameValue) bool { return a.Name == "challengePassword" }) {
			t.Errorf("%s: the attribute is not named: %+v", path, d.Attributes)
		}
		d.PEM = "" // the request itself
		if shown := fmt.Sprintf("%+v %+v", d, examine(der).breaches); strings.Contains(shown, password) || strings.Contains(shown, hex.EncodeToString([]byte(password))) {
			t.Errorf("%s: the password is shown: %s", path, shown)
		}
	}
}

// TestDescribeWhateverIsExamined: every fixture whose key can be reached is described, and the verdict is the finding's.
func TestDescribeWhateverIsExamined(t *testing.T) {
	described := 0
	for path, der := range ders(t) {
		e := examine(der)
		d, err := Describe(der)
		if (err == nil) != (e.facts.SPKI != [32]byte{}) || err != nil && !errors.Is(err, ErrNotARequest) {
			t.Errorf("%s: described %v, examined %+v", path, err, e)
			continue
		}
		if err != nil {
			continue
		}
		described++
		if d.Key.Key != e.facts.Key || d.SPKISHA256 != hex.EncodeToString(e.facts.SPKI[:]) {
			t.Errorf("%s: key %s, examined %s", path, d.Key, e.facts.Key)
		}
		has := func(r string) bool {
			return slices.ContainsFunc(e.breaches, func(b breach) bool { return b.rule.Name == r })
		}
		if d.Signature.Verified && has("csr/signature") {
			t.Errorf("%s: verified, and the finding says otherwise", path)
		}
		if (has("csr/broken-der") || has("csr/trailing-data")) != (len(d.Problems) > 0) {
			t.Errorf("%s: problems %q, findings %v", path, d.Problems, e.breaches)
		}
		if last := ""; len(d.Subject) > 0 {
			for _, a := range d.Subject {
				if a.Name == "commonName" {
					last = a.Value
				}
			}
			if last != e.facts.CommonName {
				t.Errorf("%s: common name %q, examined %q", path, last, e.facts.CommonName)
			}
		}
	}
	if described < 120 {
		t.Errorf("only %d fixtures described", described)
	}
	if _, err := Describe([]byte("junk")); !errors.Is(err, ErrNotARequest) {
		t.Errorf("junk: %v", err)
	}
}
