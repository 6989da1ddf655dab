package csr

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"enrollbench/core/finding"
)

// comparing are the rules whose fixtures mean something only together.
var comparing = []string{"csr/same-file", "csr/same-key", "csr/same-name", "csr/shared-prime", "csr/shared-nonce", "csr/shared-nonce-other-key"}

// made are the fixtures that cannot lie in a repository: private keys, large files, links, limits. Each gives the
// report of one input that breaks the rule and of one that keeps it.
var made = map[string]func(t *testing.T) (bad, good *finding.Report){
	"csr/private-key": func(t *testing.T) (bad, good *finding.Report) {
		key := newKey(t)
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		dir := tree(t, map[string][]byte{"bad/device.der": der, "good/device.csr": AppendPEM(nil, newRequest(t, "device", key))})
		return check(t, filepath.Join(dir, "bad")).Report(), check(t, filepath.Join(dir, "good")).Report()
	},
	"csr/is-pkcs12": func(t *testing.T) (bad, good *finding.Report) {
		pfx := []byte("\x30\x12\x02\x01\x03\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01\xa0\x00")
		dir := tree(t, map[string][]byte{"bad/device.p12": pfx, "good/device.csr": pemOf(t, "device")})
		return check(t, filepath.Join(dir, "bad")).Report(), check(t, filepath.Join(dir, "good")).Report()
	},
	"csr/too-large": func(t *testing.T) (bad, good *finding.Report) {
		large := append([]byte{0x30, 0x83, 0x01, 0x86, 0xA0}, make([]byte, 100_000)...)
		dir := tree(t, map[string][]byte{"bad/device.der": large, "good/device.csr": pemOf(t, "device")})
		return check(t, filepath.Join(dir, "bad")).Report(), check(t, filepath.Join(dir, "good")).Report()
	},
	"csr/limit": func(t *testing.T) (bad, good *finding.Report) {
		dir := tree(t, map[string][]byte{"a.csr": pemOf(t, "a"), "1/2/b.csr": pemOf(t, "b")})
		l := DefaultLimits
		l.Depth = 1
		return add(t, NewSet(Options{Limits: l}), dir).Report(), check(t, dir).Report()
	},
	"csr/link-outside": func(t *testing.T) (bad, good *finding.Report) {
		dir := tree(t, map[string][]byte{"outside.csr": pemOf(t, "outside"), "bad/a.csr": pemOf(t, "a"), "good/a.csr": pemOf(t, "a")})
		for link, target := range map[string]string{"bad/link.csr": "../outside.csr", "good/link.csr": "a.csr"} {
			if err := os.Symlink(filepath.FromSlash(target), filepath.Join(dir, filepath.FromSlash(link))); err != nil {
				t.Skip("no links here: ", err)
			}
		}
		return check(t, filepath.Join(dir, "bad")).Report(), check(t, filepath.Join(dir, "good")).Report()
	},
	"csr/no-csr": func(t *testing.T) (bad, good *finding.Report) {
		return check(t, t.TempDir()).Report(), check(t, tree(t, map[string][]byte{"a.csr": pemOf(t, "a")})).Report()
	},
	"csr/unreadable": func(t *testing.T) (bad, good *finding.Report) {
		dir := tree(t, map[string][]byte{"a.csr": pemOf(t, "a")})
		good = check(t, dir).Report()
		path := filepath.Join(dir, "a.csr")
		if err := os.Chmod(path, 0); err != nil {
			t.Fatal(err)
		}
		if f, err := os.Open(path); err == nil { // an administrator, or Windows
			f.Close()
			path = "/proc/self/mem" // a file that opens and cannot be read at its start
			if _, err := os.Stat(path); err != nil {
				t.Skip("every file can be read here")
			}
		}
		return check(t, path).Report(), good
	},
	// A changed file stops the save as an error, because there is no check to add it to.
	"csr/changed": func(t *testing.T) (bad, good *finding.Report) {
		dir := tree(t, map[string][]byte{"a.csr": pemOf(t, "a")})
		s := check(t, dir)
		report := new(finding.Report)
		if _, err := s.DER(0); err != nil {
			t.Errorf("not changed: %v", err)
		}
		if err := os.WriteFile(filepath.Join(dir, "a.csr"), pemOf(t, "b"), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := s.DER(0)
		if changed, ok := errors.AsType[*ChangedError](err); ok {
			report.Add(RuleChanged.Finding(changed.At, changed.Error(), ""))
		}
		return report, s.Report()
	},
	"csr/shared-prime-skipped": func(t *testing.T) (bad, good *finding.Report) {
		report := func(n int) *finding.Report {
			s := NewSet(Options{}).derive()
			s.given = true
			for i := range n {
				e := &Entry{Kind: Request, Facts: Facts{modulus: []byte{1, byte(i >> 16), byte(i >> 8), byte(i)}}}
				e.SPKI = [32]byte{1, byte(i >> 16), byte(i >> 8), byte(i)}
				e.DER, e.At.Entry = e.SPKI, i+1
				s.entries = append(s.entries, e)
			}
			if n <= SharedPrimesAutoMax { // that these are compared is for others to test
				s.opt.SharedPrimes = SharedPrimesNever
			}
			if err := s.relate(ctx, nil); err != nil {
				t.Fatal(err)
			}
			return s.Report()
		}
		return report(SharedPrimesAutoMax + 1), report(SharedPrimesAutoMax)
	},
}

// breaks demands that a report of a rule's fixture has the rule, if it is a bad one, and no other but those that `also`
// allows.
func breaks(t *testing.T, r *finding.Report, rule string, bad bool, what string) {
	t.Helper()
	if bad && rulesOf(r)[rule] == 0 {
		t.Errorf("%s: %s is not found", what, rule)
	}
	for _, f := range r.All() {
		if f.Rule == rule && !bad || f.Rule != rule && !isAlso(f.Rule, rule) {
			t.Errorf("%s: %s is found as well: %s", what, f.Rule, f.Message)
		}
		checkWords(t, f)
	}
}

// checkWords: messages are lower case without a full stop and hold no control character.
func checkWords(t *testing.T, f finding.Finding) {
	t.Helper()
	if f.Message == "" || strings.HasSuffix(f.Message, ".") || strings.ContainsFunc(f.Message, func(r rune) bool { return r < ' ' || r == 0x7F }) {
		t.Errorf("%s: message %q", f.Rule, f.Message)
	}
	if f.Hint == "" {
		t.Errorf("%s: no hint", f.Rule)
	}
}

// TestEveryRuleHasBothFixtures proves each rule of the table by one input that breaks it and nothing else, and by one
// that keeps it and everything else.
func TestEveryRuleHasBothFixtures(t *testing.T) {
	for _, r := range Rules {
		t.Run(strings.TrimPrefix(r.Name, "csr/"), func(t *testing.T) {
			bad, good := files(t, r.Name, "bad"), files(t, r.Name, "good")
			if make, ok := made[r.Name]; ok {
				if len(bad) > 0 {
					t.Error("fixtures both made and in files")
				}
				b, g := make(t)
				breaks(t, b, r.Name, true, "bad")
				breaks(t, g, r.Name, false, "good")
				return
			}
			if len(bad) == 0 || len(good) == 0 {
				t.Fatalf("%d fixtures break the rule and %d keep it: each must have one", len(bad), len(good))
			}
			if slices.Contains(comparing, r.Name) {
				breaks(t, check(t, bad...).Report(), r.Name, true, "bad")
				breaks(t, check(t, good...).Report(), r.Name, false, "good")
				bad, good = nil, append(bad, good...) // each alone breaks nothing
			}
			for _, path := range bad {
				breaks(t, check(t, path).Report(), r.Name, true, path)
			}
			for _, path := range good {
				breaks(t, check(t, path).Report(), r.Name, false, path)
			}
		})
	}
	dirs, err := os.ReadDir(filepath.Join("testdata", "rules"))
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range dirs {
		if !slices.ContainsFunc(Rules, func(r *finding.Rule) bool { return r.Name == "csr/"+d.Name() }) {
			t.Errorf("testdata/rules/%s belongs to no rule", d.Name())
		}
	}
}

// TestRuleTable: the documentation is printed from it, so that nothing in it may be missing.
func TestRuleTable(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Rules {
		if seen[r.Name] {
			t.Errorf("%s stands in the table twice", r.Name)
		}
		seen[r.Name] = true
		if !strings.HasPrefix(r.Name, "csr/") || r.Title == "" || r.Why == "" || r.Hint == "" || r.Source == "" {
			t.Errorf("%s is not complete: %+v", r.Name, r)
		}
		if strings.HasSuffix(r.Title, ".") || !strings.HasSuffix(r.Why, ".") || strings.HasSuffix(r.Hint, ".") {
			t.Errorf("%s: full stops: title and hint have none, why has", r.Name)
		}
	}
	// Go makes variables in the order of the source only while nothing that comes before needs them.
	var names, written []string
	for _, r := range Rules {
		names = append(names, r.Name)
	}
	sources, err := filepath.Glob("rules*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range sources {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`= rule\("(csr/[^"]*)"`).FindAllStringSubmatch(string(text), -1) {
			written = append(written, m[1])
		}
	}
	if !slices.Equal(names, written) {
		t.Errorf("the rules stand in the order %q, in the source in %q", names, written)
	}
	for rule := range made {
		if !seen[rule] {
			t.Errorf("fixtures are made for %s, which is no rule", rule)
		}
	}
}

// TestNoFindingHidesAnother has one request with a fault in every part.
func TestNoFindingHidesAnother(t *testing.T) {
	all := everything().der()
	got := map[string]int{}
	e := examine(all)
	for _, b := range e.breaches {
		got[b.rule.Name]++
	}
	for _, want := range []string{
		"csr/trailing-data", "csr/version", "csr/country", "csr/too-long", "csr/control-character", "csr/outer-blank", "csr/string-type",
		"csr/small-rsa-exponent", "csr/weak-rsa-key", "csr/challenge-password", "csr/duplicate-extension", "csr/san-dns", "csr/san-ip",
		"csr/san-email", "csr/san-uri", "csr/weak-hash", "csr/signature",
	} {
		if got[want] == 0 {
			t.Errorf("%s is not found", want)
		}
		delete(got, want)
	}
	for rule := range got {
		if !isAlso(rule, "") {
			t.Errorf("also found: %s", rule)
		}
	}
	if !e.ok || e.facts.CommonName != "device\n" || e.facts.Key != (Key{Kind: RSA, Bits: 1024}) {
		t.Errorf("facts %+v", e.facts)
	}
}

// TestSharedNonceGivesTheKeyAway computes the private key from two requests that repeat a nonce, as anybody could
// (FIPS 186-5 §6.4.1: s = (h + r·d)/k, twice with the same k).
func TestSharedNonceGivesTheKeyAway(t *testing.T) {
	var h, r, s [2]*big.Int
	var key *ecdsa.PublicKey
	for i, path := range files(t, "csr/shared-nonce", "bad") {
		request, err := x509.ParseCertificateRequest(readDER(t, path))
		if err != nil {
			t.Fatal(err)
		}
		var signature struct{ R, S *big.Int }
		if _, err := asn1.Unmarshal(request.Signature, &signature); err != nil {
			t.Fatal(err)
		}
		hash := sha256.Sum256(request.RawTBSCertificateRequest)
		key, h[i], r[i], s[i] = request.PublicKey.(*ecdsa.PublicKey), new(big.Int).SetBytes(hash[:]), signature.R, signature.S
	}
	n := elliptic.P256().Params().N
	k := new(big.Int).ModInverse(new(big.Int).Sub(s[0], s[1]), n)
	k.Mul(k, new(big.Int).Sub(h[0], h[1])).Mod(k, n)
	d := new(big.Int).Mul(s[0], k)
	d.Sub(d, h[0]).Mul(d, new(big.Int).ModInverse(r[0], n)).Mod(d, n)
	if stolen, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), d.FillBytes(make([]byte, 32))); err != nil || !stolen.PublicKey.Equal(key) {
		t.Errorf("the private key does not come out: %v", err)
	}
}
