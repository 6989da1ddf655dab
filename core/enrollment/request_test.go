package enrollment

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"enrollbench/core/csr"
	"enrollbench/core/finding"
)

// requestFixtures are the PEM files of package csr's fixtures, by the folder of the rule that they were made for, and sets
// of requests that mean something only together.
func requestFixtures(t testing.TB) map[string][]string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("..", "csr", "testdata", "rules", "*", "*"))
	if err != nil || len(paths) < 60 {
		t.Fatalf("%d fixtures of package csr: %v", len(paths), err)
	}
	out := map[string][]string{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // a folder
		}
		if strings.Contains(string(text), "-----BEGIN ") && strings.Count(string(text), "-----BEGIN ") == 1 {
			which, _, _ := strings.Cut(filepath.Base(path), ".")
			key := filepath.Base(filepath.Dir(path)) + " " + which
			out[key] = append(out[key], path)
		}
	}
	a, b, nonce := newKey(t), newKey(t), newKey(t)
	one := request(t, template509("device-1"), a)
	dir := t.TempDir()
	for name, texts := range map[string][]string{
		"same-file":              {one, one},
		"same-key":               {one, request(t, template509("device-2"), a)},
		"same-name":              {one, request(t, template509("device-1"), b)},
		"shared-prime":           sharedPrimeRequests(t),
		"shared-nonce":           {request(t, template509("device-1"), repeating{a, nonce}), request(t, template509("device-2"), repeating{a, nonce})},
		"shared-nonce-other-key": {request(t, template509("device-1"), repeating{a, nonce}), request(t, template509("device-2"), repeating{b, nonce})},
		"sound":                  {one, request(t, template509("device-2"), b)},
	} {
		for i, text := range texts {
			path := filepath.Join(dir, fmt.Sprintf("%s.%d.csr", name, i))
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			out[name+" together"] = append(out[name+" together"], path)
		}
	}
	return out
}

// ownWords are the rules of package csr that this package has in its own words, because a row is no file.
var ownWords = map[string]string{
	csr.RuleIsCertificate.Name: RuleNotACSR.Name, csr.RuleIsPGPKey.Name: RuleNotACSR.Name, csr.RuleNotACSR.Name: RuleNotACSR.Name,
	csr.RuleEmptyFile.Name: RuleNotACSR.Name, csr.RuleSameName.Name: RuleDuplicateName.Name, csr.RuleNoCSR.Name: "",
}

// TestRequestsAsASet puts the fixtures of package csr into the cells of a column and demands the findings that a set of the
// same files has, message by message where they are about one request alone.
func TestRequestsAsASet(t *testing.T) {
	seen := map[string]bool{}
	for name, paths := range requestFixtures(t) {
		set, err := csr.NewSet(csr.Options{}).Add(ctx, paths, nil)
		if err != nil {
			t.Fatal(err)
		}
		rows := [][]string{{csrColumn}}
		var want []string
		for i := range set.Len() {
			text, err := os.ReadFile(set.Entry(i).At.File)
			if err != nil {
				t.Fatal(err)
			}
			rows = append(rows, []string{string(text)})
			for _, f := range set.Findings(i) {
				rule, message := f.Rule, f.Message
				if own, ok := ownWords[rule]; ok {
					rule, message = own, ""
				}
				if f.Partners != nil {
					message = "" // they name files, not rows
				}
				if rule != "" {
					want = append(want, fmt.Sprint(i+2, " ", rule, " ", message))
				}
			}
		}
		r := validate(t, document(t, csvOf(rows...)), Options{Keys: ClientKeys})
		consistent(t, r)
		var got []string
		for _, f := range report(t, r).All() {
			message := f.Message
			if f.Partners != nil || strings.HasPrefix(f.Rule, "csv/") {
				message = ""
			}
			if f.Rule == RuleDuplicateName.Name && strings.HasPrefix(name, "same-file") {
				continue // two rows of one CSR are delivered under one name, copies or not
			}
			if f.Row > 1 {
				got = append(got, fmt.Sprint(f.Row, " ", f.Rule, " ", message))
				seen[f.Rule] = true
			}
			if f.Rule == RuleNotACSR.Name && f.Severity != finding.Error {
				t.Errorf("%s: a row without a request passes", name)
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: a column has\n%s\na set\n%s", name, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
	for _, r := range []*finding.Rule{
		csr.RuleSameFile, csr.RuleSameKey, RuleDuplicateName, csr.RuleSharedPrime, csr.RuleSharedNonce, csr.RuleSharedNonceOtherKey,
		csr.RuleWeakHash, csr.RuleKeyType, RuleNotACSR,
	} {
		if !seen[r.Name] {
			t.Errorf("%s was not seen in a row", r.Name)
		}
	}
}

// TestRowNamesItsRequest: a CSR without a name is no mistake where the row has one, which the service takes.
func TestRowNamesItsRequest(t *testing.T) {
	nameless := request(t, template509(""), newKey(t))
	for _, c := range []struct {
		row  []string
		want []string
	}{
		{[]string{"a", "", nameless}, nil},
		{[]string{"", "", nameless}, []string{"csr/empty-subject"}},
		{[]string{"", "a.example.com", nameless}, nil},
	} {
		r := validate(t, document(t, csvOf([]string{nameColumn, "san.dns_name", csrColumn}, c.row)), Options{})
		var got []string
		for _, f := range report(t, r).All() {
			if f.Rule == csr.RuleEmptySubject.Name || f.Rule == csr.RuleNoCommonName.Name || f.Severity == finding.Error {
				got = append(got, f.Rule)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q: %q, want %q", c.row[:2], got, c.want)
		}
	}
}

// TestAgainstTheRow: both values are named, and values are compared by what they mean.
func TestAgainstTheRow(t *testing.T) {
	header := []string{nameColumn, "san.dns_name", "san.ip_address", csrColumn}
	for _, c := range []struct {
		row  []string
		want string
	}{
		{[]string{"a", "A.Example.com", "", requestOf(t, "a", "a.example.com")}, ""},
		{[]string{"b", "", "", requestOf(t, "a")}, `the row says "b", its CSR "a"`},
		{[]string{"a", "b.example.com", "", requestOf(t, "a", "a.example.com", "c.example.com")}, `the row says "b.example.com", its CSR "a.example.com" and "c.example.com"`},
		{[]string{"a", "c.example.com;a.example.com", "", requestOf(t, "a", "a.example.com", "c.example.com")}, ""},
		{[]string{"a", "", "2001:db8:0::7", withIP(t, "a", "2001:db8::7")}, ""},
		{[]string{"a", "", "192.0.2.8", withIP(t, "a", "192.0.2.7")}, `the row says "192.0.2.8", its CSR "192.0.2.7"`},
		{[]string{"a", "new.example.com", "", requestOf(t, "a")}, ""}, // the CSR says nothing of it
	} {
		r := validate(t, document(t, csvOf(header, c.row)), Options{Separator: ";"})
		got := ""
		for _, f := range report(t, r).All() {
			if f.Severity > finding.Notice {
				got += f.Message
			}
		}
		if got != c.want {
			t.Errorf("%q: %q, want %q", c.row[:3], got, c.want)
		}
	}
}

// TestCleanPEM: an upload holds plain base64, whatever blanks the file has in it.
func TestCleanPEM(t *testing.T) {
	text := requestOf(t, "a")
	for what, change := range map[string]string{"blank before": " \n", "blank for": " ", "tab": "\t\n", "CR LF": "\r\n", "blank lines": "\n \n", "as it is": "\n"} {
		for _, around := range []string{"", " ", "\n"} {
			cell := around + strings.ReplaceAll(strings.TrimSpace(text), "\n", change) + around
			d := document(t, csvOf([]string{nameColumn, csrColumn}, []string{"a", cell}))
			r := validate(t, d, Options{})
			result, err := r.Save(ctx, UploadOptions{Out: filepath.Join(t.TempDir(), "x.csv")}, nil)
			if err != nil {
				t.Errorf("%s: %v\n%s", what, err, say(t, r))
				continue
			}
			if rows := read(t, result.Parts[0]); rows[1][1] != oneLine(text) || result.Parts[0].Bytes != r.Size().Plain {
				t.Errorf("%s: %q, %d bytes, %d foretold", what, rows[1][1], result.Parts[0].Bytes, r.Size().Plain)
			}
			kept := validate(t, d, Options{PEM: Kept})
			if result, err = kept.Save(ctx, UploadOptions{Out: filepath.Join(t.TempDir(), "x.csv")}, nil); err != nil {
				t.Errorf("%s: %v", what, err)
			} else if text, _ := os.ReadFile(result.Parts[0].File); bytes.ContainsAny(bytes.ReplaceAll(text, []byte("CERTIFICATE REQUEST"), nil), "\t") || bytes.Contains(text, []byte(" \n")) {
				t.Errorf("%s, kept: %q", what, text)
			}
		}
	}
}

// TestPlainPEM: what a text program made of a request is repaired; what holds none stays.
func TestPlainPEM(t *testing.T) {
	text := requestOf(t, "a")
	wide := ""
	for _, r := range text {
		wide += string(r) + "\x00"
	}
	for what, cell := range map[string]string{
		"en dashes": strings.ReplaceAll(text, "-----", "–––––"), "em dashes": strings.ReplaceAll(text, "-----", "——-"),
		"non-breaking": strings.ReplaceAll(strings.ReplaceAll(text, "-----", "‑‑‑‑‑"), " ", "\u00a0"), "UTF-16": wide, "smart quotes": "“" + text + "”",
	} {
		if meant, ok := plainPEM(cell); !ok || meant != oneLine(text) {
			t.Errorf("%s: %q", what, meant)
		}
	}
	for _, cell := range []string{"", "–––––BEGIN CERTIFICATE REQUEST–––––", strings.Replace(text, "MI", "!!", 1), strings.ReplaceAll(text, "REQUEST", "")} {
		if meant, ok := plainPEM(cell); ok {
			t.Errorf("%q became %q", cell, meant)
		}
	}
}
