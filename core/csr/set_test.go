package csr

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"enrollbench/core/archive"
	"enrollbench/core/finding"
)

func TestIntakeTakesEveryForm(t *testing.T) {
	der := newRequest(t, "der-device", newKey(t))
	inner := zipOf(t, member{"a/one.csr", pemOf(t, "zip-1")}, member{"many.pem", append(pemOf(t, "zip-2"), pemOf(t, "zip-3")...)},
		member{"__MACOSX/x", []byte("junk")}, member{"a/", nil}, member{"./b/../dot.csr", pemOf(t, "zip-4")})
	dir := tree(t, map[string][]byte{
		"Linie 4/Gerät ü.csr": pemOf(t, "u"),
		"Linie 4/日本.csr":      pemOf(t, "jp"),
		"b/der.der":           der,
		"many.pem":            append(pemOf(t, "many-1"), pemOf(t, "many-2")...),
		"z.zip":               inner,
		".hidden.csr":         pemOf(t, "hidden"),
	})
	s := check(t, dir)
	only(t, s, map[string]int{"csr/der-converted": 1, "csr/hidden-file": 2})
	var names []string
	for i := range s.Len() {
		e := s.Entry(i)
		names = append(names, fmt.Sprintf("%s#%d", e.CommonName, e.At.Entry))
		again, err := s.DER(i)
		if err != nil {
			t.Fatal(err)
		}
		if x := examine(again); x.facts.CommonName != e.CommonName {
			t.Errorf("entry %d read again is %q, not %q", i, x.facts.CommonName, e.CommonName)
		}
		if s.Index(e.At) != i {
			t.Errorf("%s is found as %d, not %d", e.At, s.Index(e.At), i)
		}
	}
	if got, want := strings.Join(names, " "), "u#1 jp#1 der-device#1 many-1#1 many-2#2 zip-1#1 zip-2#2 zip-3#3 zip-4#4"; got != want {
		t.Errorf("entries\n%s\nwant\n%s", got, want)
	}
}

// needs skips the test where a program is missing; where all have to be there, it fails.
func needs(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := exec.LookPath(name); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatalf("%s is missing", name)
			}
			t.Skipf("SKIPPED: %s is missing", name)
		}
	}
}

func TestIntakeNamesWhatIsNoCSR(t *testing.T) {
	needs(t, "openssl")
	dir := t.TempDir()
	run := func(args ...string) {
		cmd := exec.Command("openssl", args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("openssl %v: %v\n%s", args, err, out)
		}
	}
	run("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=x", "-keyout", "pkcs8.key", "-out", "certificate.pem")
	run("x509", "-in", "certificate.pem", "-outform", "DER", "-out", "certificate.der")
	run("ec", "-in", "pkcs8.key", "-out", "sec1.key")
	run("pkcs8", "-topk8", "-in", "pkcs8.key", "-outform", "DER", "-nocrypt", "-out", "pkcs8.der")
	run("pkcs8", "-topk8", "-in", "pkcs8.key", "-outform", "DER", "-passout", "pass:x", "-out", "encrypted.der")
	run("genrsa", "-traditional", "-out", "pkcs1.key", "1024")
	run("rsa", "-in", "pkcs1.key", "-traditional", "-outform", "DER", "-out", "pkcs1.der")
	run("ec", "-in", "pkcs8.key", "-outform", "DER", "-out", "sec1.der")
	run("pkcs12", "-export", "-inkey", "pkcs8.key", "-in", "certificate.pem", "-passout", "pass:x", "-out", "store.p12")
	run("ec", "-in", "pkcs8.key", "-pubout", "-outform", "DER", "-out", "public.der")
	run("crl2pkcs7", "-nocrl", "-certfile", "certificate.pem", "-outform", "DER", "-out", "chain.p7b")
	for name, data := range map[string]string{
		"empty.csr": "", "blank.csr": " \r\n", "text.txt": "hello", "page.html": "<html></html>", "list.json": "[1]",
		"base64.txt": strings.Repeat("TUlJQg==", 20), "pgp.asc": "-----BEGIN PGP PUBLIC KEY BLOCK-----\nAAAA\n-----END PGP PUBLIC KEY BLOCK-----",
		"pgp-secret.asc": "-----BEGIN PGP PRIVATE KEY BLOCK-----\nAAAA\n-----END PGP PRIVATE KEY BLOCK-----", "pgp.bin": "\x99\x01\x0d\x04\x60\x01\x02\x03\x01\x08\x00", "pgp-secret.bin": "\x95\x01\x0d\x04\x60\x01\x02\x03\x01\x08\x00",
		"broken.csr": pemHeader + "MIIB!\n" + pemFooter, "cut.der": "\x30\x82\x01\x10\x30",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want := map[string]struct {
		kind Kind
		rule *finding.Rule
	}{
		"pkcs8.key": {PrivateKey, RulePrivateKey}, "sec1.key": {PrivateKey, RulePrivateKey}, "pkcs1.key": {PrivateKey, RulePrivateKey},
		"pkcs8.der": {PrivateKey, RulePrivateKey}, "encrypted.der": {PrivateKey, RulePrivateKey}, "pkcs1.der": {PrivateKey, RulePrivateKey},
		"sec1.der": {PrivateKey, RulePrivateKey}, "pgp-secret.asc": {PrivateKey, RulePrivateKey}, "pgp-secret.bin": {PrivateKey, RulePrivateKey},
		"certificate.pem": {Certificate, RuleIsCertificate}, "certificate.der": {Certificate, RuleIsCertificate},
		"store.p12": {PKCS12, RuleIsPKCS12}, "public.der": {Other, RuleNotACSR}, "chain.p7b": {PKCS7, RuleNotACSR},
		"pgp.asc": {PGPKey, RuleIsPGPKey}, "pgp.bin": {PGPKey, RuleIsPGPKey},
		"empty.csr": {Empty, RuleEmptyFile}, "blank.csr": {Empty, RuleEmptyFile}, "text.txt": {Other, RuleNotACSR}, "page.html": {Other, RuleNotACSR},
		"list.json": {Other, RuleNotACSR}, "base64.txt": {Other, RuleNoRequest},
		"broken.csr": {Request, RuleBrokenPEM}, "cut.der": {Request, RuleBrokenDER},
	}
	s := check(t, dir)
	if s.Len() != len(want) {
		t.Errorf("%d entries, want %d", s.Len(), len(want))
	}
	for i := range s.Len() {
		e := s.Entry(i)
		w, ok := want[filepath.Base(e.At.File)]
		if !ok || e.Kind != w.kind || len(e.Own) == 0 || e.Own[0].Rule != w.rule.Name {
			t.Errorf("%s: %s, %v; want %s, %s", filepath.Base(e.At.File), e.Kind, e.Own, w.kind, w.rule.Name)
		}
		if s.Status(i).Goes() {
			t.Errorf("%s would go into the bundle", e.At.File)
		}
	}
	if rulesOf(check(t, filepath.Join(dir, "certificate.pem")).Report())["csr/no-csr"] != 1 {
		t.Error("a lone certificate does not say that there is no CSR")
	}
	if rulesOf(check(t, t.TempDir()).Report())["csr/no-csr"] != 1 {
		t.Error("an empty folder does not say that there is no CSR")
	}
}

func TestPrivateKeyBesideItsRequestStopsTheBundle(t *testing.T) {
	key := "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n-----BEGIN EC PRIVATE KEY-----\nSECRETSECRET\n-----END EC PRIVATE KEY-----\n"
	dir := tree(t, map[string][]byte{"both.pem": append(pemOf(t, "dev"), key...)})
	s := check(t, dir)
	only(t, s, map[string]int{"csr/private-key": 1})
	out := filepath.Join(t.TempDir(), "o.zip")
	if _, err := s.Bundle(ctx, BundleOptions{Out: out}, nil); !errors.Is(err, ErrHasErrors) {
		t.Fatalf("bundle: %v", err)
	}
	if _, err := s.Bundle(ctx, BundleOptions{Out: out, LeaveOutErrors: true}, nil); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"o.zip", "o.manifest.csv", "o.left-out.csv"} {
		data, err := os.ReadFile(filepath.Join(filepath.Dir(out), name))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(data), "SECRET") {
			t.Errorf("%s holds the private key", name)
		}
	}
}

func TestLinksAreNotFollowed(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links need a privilege on Windows")
	}
	outside := tree(t, map[string][]byte{"far.csr": pemOf(t, "far")})
	dir := tree(t, map[string][]byte{"near.csr": pemOf(t, "near")})
	for link, target := range map[string]string{"out": outside, "file.csr": filepath.Join(outside, "far.csr"), "in.csr": "near.csr", "dead": "nowhere", "loop": "."} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	s := check(t, dir)
	only(t, s, map[string]int{"csr/link-outside": 3})
	if s.Len() != 1 || s.Accepted() != 1 {
		t.Errorf("%d entries, %d accepted", s.Len(), s.Accepted())
	}
}

func TestLimitsAreNamed(t *testing.T) {
	many := append(append(pemOf(t, "a"), pemOf(t, "b")...), pemOf(t, "c")...)
	big := append([]byte("x"), make([]byte, smallFile)...)
	dir := tree(t, map[string][]byte{
		"many.pem": many, "big.bin": big, "bigder.der": append([]byte{0x30, 0x83, 0x20, 0, 0}, make([]byte, smallFile)...),
		"1/2/3/deep.csr": pemOf(t, "deep"), "nested.zip": zipOf(t, member{"in.zip", zipOf(t, member{"a.csr", pemOf(t, "n")})}),
		"bomb.zip": zipOf(t, member{"zeros", make([]byte, 64<<20)}),
		"bad.zip":  []byte("PK\x03\x04 not really"),
	})
	l := DefaultLimits
	l.Depth, l.Entries = 2, 100
	s, err := NewSet(Options{Limits: l}).Add(ctx, []string{dir}, nil)
	if err != nil {
		t.Fatal(err)
	}
	only(t, s, map[string]int{"csr/limit": 2, "csr/not-a-csr": 1, "csr/too-large": 1, "csr/nested-archive": 1, "csr/bad-archive": 1})
	l.Entries = 2
	if s, err = NewSet(Options{Limits: l}).Add(ctx, []string{filepath.Join(dir, "many.pem")}, nil); err != nil {
		t.Fatal(err)
	}
	only(t, s, map[string]int{"csr/limit": 1})
	if s.Len() != 2 {
		t.Errorf("%d entries", s.Len())
	}
	l.FileBytes = smallFile
	if s, err = NewSet(Options{Limits: l}).Add(ctx, []string{filepath.Join(dir, "big.bin")}, nil); err != nil {
		t.Fatal(err)
	}
	only(t, s, map[string]int{"csr/too-large": 1, "csr/no-csr": 1})
	_ = archive.Limits{}
}

func TestMissingPathIsAnError(t *testing.T) {
	if _, err := NewSet(Options{}).Add(ctx, []string{filepath.Join(t.TempDir(), "nowhere")}, nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

func TestCancelLeavesTheSet(t *testing.T) {
	dir := tree(t, map[string][]byte{"a.csr": pemOf(t, "a")})
	s := check(t, dir)
	stopped, stop := context.WithCancel(ctx)
	stop()
	if _, err := s.Add(stopped, []string{dir}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if s.Len() != 1 || s.Accepted() != 1 {
		t.Error("the set changed")
	}
}

func TestSetRules(t *testing.T) {
	shared, other := newKey(t), newKey(t)
	dup := pemOf(t, "twice")
	dir := tree(t, map[string][]byte{
		"dup1.csr": dup, "dup2.csr": append([]byte("text before\n"), dup...), "dup3.csr": dup,
		"key1.csr": AppendPEM(nil, newRequest(t, "key-1", shared)), "key2.csr": AppendPEM(nil, newRequest(t, "key-2", shared)),
		"name1.csr": pemOf(t, "same name"), "name2.csr": AppendPEM(nil, newRequest(t, "same name", other)), "fine.csr": pemOf(t, "fine"),
	})
	s := check(t, dir)
	only(t, s, map[string]int{"csr/same-file": 2, "csr/same-key": 2, "csr/same-name": 2})
	if s.Accepted() != 4 { // dup1, name1, name2, fine
		t.Errorf("%d accepted", s.Accepted())
	}
	for _, f := range s.Report().All() {
		if f.Rule == "csr/same-file" && (!strings.Contains(f.Message, "dup1.csr") || len(f.Partners.Places) != 3) {
			t.Errorf("partners are missing: %s (%d)", f.Message, len(f.Partners.Places))
		}
	}
	// what is taken out blames nobody any more
	key2 := s.Index(finding.Location{File: filepath.Join(dir, "key2.csr"), Entry: 1})
	t2, err := s.Exclude(ctx, []int{key2}, true)
	if err != nil {
		t.Fatal(err)
	}
	only(t, t2, map[string]int{"csr/same-file": 2, "csr/same-name": 2})
	if t2.Status(key2) != Excluded || t2.Accepted() != 5 {
		t.Errorf("%s, %d accepted", t2.Status(key2), t2.Accepted())
	}
	t3, err := t2.Exclude(ctx, []int{key2}, false)
	if err != nil || t3.Accepted() != 4 {
		t.Errorf("put back: %v, %d accepted", err, t3.Accepted())
	}
	t4, err := t3.Remove(ctx, []int{key2})
	if err != nil || t4.Len() != s.Len()-1 || t4.Accepted() != 5 {
		t.Errorf("removed: %v, %d entries, %d accepted", err, t4.Len(), t4.Accepted())
	}
}

func TestManyPartnersStayLinear(t *testing.T) {
	one := pemOf(t, "same")
	const n = 3000
	var text []byte
	for range n {
		text = append(text, one...)
	}
	dir := tree(t, map[string][]byte{"many.pem": text})
	s := check(t, dir)
	var b strings.Builder
	if err := s.Report().WriteJSON(&b, s.Accepted()); err != nil {
		t.Fatal(err)
	}
	if s.Accepted() != 1 || b.Len() > n*2500 {
		t.Errorf("%d accepted, %d bytes of JSON for %d equal requests", s.Accepted(), b.Len(), n)
	}
}

func TestSharedPrimes(t *testing.T) {
	prime := func() *big.Int {
		p, err := rand.Prime(rand.Reader, 1024)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	p, q1, q2 := prime(), prime(), prime()
	rsaKey := func(p, q *big.Int) *rsa.PrivateKey {
		one := big.NewInt(1)
		e := big.NewInt(65537)
		phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
		k := &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: 65537}, D: new(big.Int).ModInverse(e, phi), Primes: []*big.Int{p, q}}
		k.Precompute()
		return k
	}
	good, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	dir := tree(t, map[string][]byte{
		"a.csr": AppendPEM(nil, newRequest(t, "a", rsaKey(p, q1))), "b.csr": AppendPEM(nil, newRequest(t, "b", rsaKey(p, q2))), "c.csr": AppendPEM(nil, newRequest(t, "c", good)),
	})
	s := check(t, dir)
	got := rulesOf(s.Report())
	if got["csr/shared-prime"] != 2 || s.Accepted() != 1 {
		t.Errorf("%v, %d accepted", got, s.Accepted())
	}
	s, err = NewSet(Options{SharedPrimes: SharedPrimesNever}).Add(ctx, []string{dir}, nil)
	if err != nil || rulesOf(s.Report())["csr/shared-prime"] != 0 {
		t.Errorf("compared although never was said: %v", err)
	}
	if s, err = s.ComparePrimes(ctx, nil); err != nil || rulesOf(s.Report())["csr/shared-prime"] != 2 {
		t.Errorf("not compared when asked: %v", err)
	}
	if s, err = s.Remove(ctx, []int{0}); err != nil || rulesOf(s.Report())["csr/shared-prime"] != 0 {
		t.Errorf("the partner was removed and the finding stayed: %v", err)
	}
}

func TestFingerprintIsThatOfOpenSSL(t *testing.T) {
	needs(t, "sh", "openssl", "cut")
	dir := t.TempDir()
	script := `openssl req -new -newkey rsa:2048 -nodes -keyout k.pem -subj /CN=dev -out r.csr 2>/dev/null && rm k.pem &&
openssl req -in r.csr -noout -pubkey | openssl pkey -pubin -outform DER | openssl dgst -sha256 -r | cut -d' ' -f1`
	cmd := exec.Command("sh", "-c", script)
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	s := check(t, dir)
	if got := hex.EncodeToString(s.Entry(0).SPKI[:]); got != strings.TrimSpace(string(out)) {
		t.Errorf("SPKI SHA-256 %s, openssl says %s", got, out)
	}
}

// What a transfer or a packer added to a ZIP is told once, and its requests are taken.
func TestUntidyZIP(t *testing.T) {
	dir := tree(t, map[string][]byte{"a.zip": append(zipOf(t, member{"one.csr", pemOf(t, "zip-1")}, member{"two.csr", pemOf(t, "zip-2")}), "\r\n"...)})
	s := check(t, dir)
	only(t, s, map[string]int{"csr/unusual-form": 1})
	if s.Len() != 2 || !strings.Contains(s.Report().All()[0].Message, "2 bytes of padding") {
		t.Errorf("%d entries: %v", s.Len(), s.Report().All())
	}
}

// TestMixedEncodings: what PowerShell's ">>" adds in UTF-16 to a file of another encoding is not lost without a word, whichever part comes
// first and however large the file is.
func TestMixedEncodings(t *testing.T) {
	first, second := pemOf(t, "one"), pemOf(t, "two")
	wide := func(text []byte) (out []byte) {
		for _, c := range text {
			out = append(out, c, 0)
		}
		return out
	}
	many := bytes.Repeat([]byte("# a comment\n"), smallFile/12)
	for name, c := range map[string]struct {
		data  []byte
		ready int
	}{
		"UTF-16 behind":  {slices.Concat(first, wide(second)), 1},
		"UTF-16 before":  {slices.Concat([]byte{0xFF, 0xFE}, wide(first), second), 1},
		"a large file":   {slices.Concat(first, many, wide(second)), 1},
		"UTF-16 alone":   {slices.Concat([]byte{0xFF, 0xFE}, wide(first), wide(second)), 2},
		"no UTF-16":      {slices.Concat(first, second), 2},
		"percent signs":  {[]byte(url.PathEscape(string(first))), 1},
		"HTML's numbers": {bytes.ReplaceAll(first, []byte("\n"), []byte("&#10;")), 1},
	} {
		s := check(t, tree(t, map[string][]byte{"all.csr": c.data}))
		ready, refused := s.Accepted(), false
		for _, f := range s.Report().All() {
			refused = refused || strings.Contains(f.Message, "a part of the file is text in UTF-16")
		}
		if want := strings.HasPrefix(name, "UTF-16 b") || name == "a large file"; ready != c.ready || refused != want {
			t.Errorf("%s: %d ready, refused %v", name, ready, refused)
		}
	}
}
