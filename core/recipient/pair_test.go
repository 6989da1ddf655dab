package recipient

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"enrollbench/core/osfile"
	"enrollbench/core/privatekey"
)

func made(t *testing.T, o MakeOptions) (p *Pair, public, private string) {
	t.Helper()
	p, err := Make(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	public, private, err = p.Save(filepath.Join(t.TempDir(), "line4"), false)
	if err != nil {
		t.Fatal(err)
	}
	return p, public, private
}

// A certificate that is made has nothing against it, and OpenSSL and Java open its PKCS#12 and what was sealed to it.
func TestMakeCertificate(t *testing.T) {
	p, public, private := made(t, MakeOptions{Name: " Line 4 ", Email: "line4@example.com", Passphrase: []byte(secret)})
	if filepath.Base(public) != "line4.pem" || filepath.Base(private) != "line4.p12" {
		t.Fatalf("%s and %s", public, private)
	}
	r := only(t, load(t, public))
	if f := r.Findings(time.Now()).All(); len(f) != 0 {
		t.Errorf("what speaks against it: %v", f)
	}
	c := r.Certificate()
	if r.Title() != "Line 4" || r.Algorithm() != "RSA 3072" || c.IsCA || len(c.SubjectKeyId) != 20 || c.EmailAddresses[0] != "line4@example.com" ||
		c.SerialNumber.BitLen() != 127 || !c.NotBefore.Before(time.Now().Add(-30*time.Minute)) || c.NotAfter.Year() != time.Now().UTC().Year()+2 {
		t.Errorf("it is %s, %s, %v to %v, serial %x", r.Title(), r.Algorithm(), c.NotBefore, c.NotAfter, c.SerialNumber)
	}
	if p.Proof.Fingerprint != r.Fingerprint() || time.Since(p.Proof.At) > time.Hour {
		t.Errorf("it is not proven: %+v", p.Proof)
	}
	for _, path := range []string{public, private} {
		if who, err := osfile.Others(path); err != nil || len(who) > 0 {
			t.Errorf("%s can be opened by %q, %v", path, who, err)
		}
	}
	dir := filepath.Dir(private)
	save(t, []byte(secret+"\n"), dir, "secret")
	save(t, []byte("five screws"), dir, "plain")
	openssl(t, dir, "pkcs12", "-in", "line4.p12", "-passin", "file:secret", "-nodes", "-out", "open.pem")
	openssl(t, dir, "verify", "-CAfile", "line4.pem", "line4.pem")
	openssl(t, dir, "smime", "-encrypt", "-aes256", "-binary", "-outform", "DER", "-in", "plain", "-out", "sealed.p7m", "line4.pem")
	openssl(t, dir, "smime", "-decrypt", "-inform", "DER", "-in", "sealed.p7m", "-inkey", "open.pem", "-out", "opened")
	if !bytes.Equal(load(t, dir, "opened"), []byte("five screws")) {
		t.Error("openssl opens something else")
	}
	if _, err := exec.LookPath("keytool"); err == nil {
		out, err := exec.Command("keytool", "-list", "-storetype", "PKCS12", "-keystore", private, "-storepass", secret).CombinedOutput()
		if err != nil || !strings.Contains(strings.ToLower(string(out)), "line 4") || !strings.Contains(string(out), "PrivateKeyEntry") {
			t.Errorf("keytool: %v\n%s", err, out)
		}
	}
	if _, err := LoadOpener(load(t, private), nil, func(int) ([]byte, error) { return []byte("another"), nil }); !errors.Is(err, privatekey.ErrWrongPassphrase) {
		t.Errorf("another passphrase: %v", err)
	}

	// Nothing is overwritten unless asked for: what was sealed to that key would never open again.
	if _, _, err := p.Save(filepath.Join(dir, "line4"), false); !errors.Is(err, fs.ErrExist) {
		t.Errorf("saving over a key: %v", err)
	}
	if err := os.Remove(private); err != nil {
		t.Fatal(err)
	}
	if _, _, err := p.Save(filepath.Join(dir, "line4.p12"), false); !errors.Is(err, fs.ErrExist) {
		t.Errorf("saving over a certificate: %v", err)
	}
	if _, err := os.Stat(private); !errors.Is(err, fs.ErrNotExist) {
		t.Error("half of a pair was saved")
	}
	if _, again, err := p.Save(filepath.Join(dir, "line4.pem"), true); err != nil || again != private {
		t.Errorf("replacing: %q %v", again, err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
		if got := fmt.Sprintf(verb, p); got != "key pair of Line 4" {
			t.Errorf("%s writes %q", verb, got)
		}
	}
	p.Wipe()
	if !bytes.Equal(p.Private, make([]byte, len(p.Private))) {
		t.Error("the private key is still in memory")
	}
}

// An OpenPGP key that is made has nothing against it; gpg takes it, and opens with it what gpg sealed to it.
func TestMakeOpenPGP(t *testing.T) {
	p, public, private := made(t, MakeOptions{Kind: OpenPGP, Name: "Línea 4", Email: "line4@example.com", Passphrase: []byte(secret)})
	if filepath.Base(public) != "line4.asc" || filepath.Base(private) != "line4.secret.asc" {
		t.Fatalf("%s and %s", public, private)
	}
	if bytes.Contains(load(t, public), []byte("PRIVATE")) {
		t.Fatal("the public file holds a private key")
	}
	r := only(t, load(t, public))
	years := time.Until(r.NotAfter()).Hours() / 24 / 365
	if f := r.Findings(time.Now()).All(); len(f) != 0 || r.Title() != "Línea 4 <line4@example.com>" || r.Algorithm() != "RSA 3072" || years < 1.9 || years > 2.1 {
		t.Errorf("%s, %s, until %v: %v", r.Title(), r.Algorithm(), r.NotAfter(), f)
	}
	if p.Proof.Fingerprint != r.Fingerprint() {
		t.Errorf("it is not proven: %+v", p.Proof)
	}
	if _, err := LoadOpener(load(t, private), nil, nil); !errors.Is(err, privatekey.ErrNeedPassphrase) {
		t.Errorf("without its passphrase: %v", err)
	}
	if _, err := exec.LookPath("gpg"); err != nil {
		t.Skip("no gpg here")
	}
	home, err := os.MkdirTemp("", "gpg")
	if err != nil {
		t.Fatal(err)
	}
	gpg := func(args ...string) []byte {
		t.Helper()
		cmd := exec.Command("gpg", append([]string{"--homedir", home, "--batch", "--yes", "--no-tty", "--quiet", "--trust-model", "always", "--pinentry-mode", "loopback", "--passphrase", secret}, args...)...)
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("gpg %v: %v", args, err)
		}
		return out
	}
	t.Cleanup(func() {
		kill := exec.Command("gpgconf", "--kill", "gpg-agent")
		kill.Env = append(os.Environ(), "GNUPGHOME="+home)
		_ = kill.Run()
		_ = os.RemoveAll(home)
	})
	dir := filepath.Dir(public)
	save(t, []byte("five screws"), dir, "plain")
	gpg("--import", public)
	gpg("-r", "line4@example.com", "-o", filepath.Join(dir, "sealed.gpg"), "--encrypt", filepath.Join(dir, "plain"))
	gpg("--import", private)
	if got := gpg("--decrypt", filepath.Join(dir, "sealed.gpg")); string(got) != "five screws" {
		t.Errorf("gpg opens %q", got)
	}
}

// Practice needs no passphrase: the private key is a PKCS#8 that opens at once.
func TestMakeWithoutPassphrase(t *testing.T) {
	p, _, private := made(t, MakeOptions{Name: "PRACTICE"})
	o, err := LoadOpener(load(t, private), nil, nil)
	if err != nil || filepath.Ext(private) != ".key" {
		t.Fatalf("%s: %v", private, err)
	}
	defer o.Wipe()
	if _, err := Rehearse(t.Context(), p.Recipient, o); err != nil {
		t.Error(err)
	}
}

// A value that does not fit is named before any key is made.
func TestMakeRefuses(t *testing.T) {
	for want, o := range map[string]MakeOptions{
		"needs a name":      {Name: "  "},
		"control character": {Name: "line\u202e4"},
		"( ) < >":           {Name: "line (4)", Kind: OpenPGP},
		"64":                {Name: strings.Repeat("x", 65)},
		"line4":             {Name: "a", Email: "line4"},
	} {
		if p, err := Make(t.Context(), o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, %v; want %q", o, p, err, want)
		}
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if _, err := Make(stopped, MakeOptions{Name: "a"}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// The endings that the two files get are taken off the name first, but no other dots are.
func TestPairPaths(t *testing.T) {
	pgp, cert := &Pair{endings: [2]string{".asc", ".secret.asc"}}, &Pair{endings: [2]string{".pem", ".p12"}}
	for name, want := range map[string]string{"a/line4": "a/line4", "a/line4.p12": "a/line4", "a/line4.pem": "a/line4", "a/v1.2": "a/v1.2", "a/.pem": "a/.pem"} {
		if public, private := cert.Paths(name); public != want+".pem" || private != want+".p12" {
			t.Errorf("%s: %s and %s", name, public, private)
		}
	}
	if public, private := pgp.Paths("line4.secret.asc"); public != "line4.asc" || private != "line4.secret.asc" {
		t.Errorf("%s and %s", public, private)
	}
}
