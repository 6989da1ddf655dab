package gui

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2/test"

	"enrollbench/core/recipient"
	"enrollbench/gui/look"
)

func TestEncryptionKey(t *testing.T) {
	r, _, s := openRig(t)
	k := r.Keys
	test.Tap(r.pill)
	if r.Current() != Room(k) || r.pillText.Text() != "Encrypt to: none" {
		t.Fatalf("the header says %q", r.pillText.Text())
	}
	// A private key is never taken; its public half is offered.
	r.drop(s.Both)
	if r.recipient != nil || !strings.Contains(k.bar.Sentence(), "private key") {
		t.Fatalf("a private key: %q", k.bar.Sentence())
	}
	k.settle(k.file.recipients[0])
	if r.recipient == nil || r.pillText.Text() != "Encrypt to: line4 · RSA 3072 · not proven" {
		t.Fatalf("the header says %q", r.pillText.Text())
	}
	r.drop(s.OtherKey)
	if len(k.file.recipients) != 0 || r.recipient == nil {
		t.Error("a lone private key replaced the recipient")
	}
	k.giveUp()

	k.key.SetText(s.OtherKey)
	test.Tap(k.bar.Primary)
	r.idle()
	if k.remark.Text() == "" || !r.Proven(r.recipient).IsZero() {
		t.Errorf("a rehearsal with another key: %q", k.remark.Text())
	}
	k.key.SetText(s.Key)
	test.Tap(k.bar.Primary)
	r.idle()
	if r.pillText.Text() != "Encrypt to: line4 · RSA 3072 · proven today" || r.RecipientState(r.recipient) != look.Ready {
		t.Errorf("the header says %q", r.pillText.Text())
	}
	for _, key := range []string{prefKeys, prefProofs} {
		for _, line := range r.fyne.Preferences().StringList(key) {
			if strings.Contains(line, "PRIVATE") {
				t.Errorf("%s holds %q", key, line)
			}
		}
	}

	// Encrypt a file, and open it again.
	plain := put(t, filepath.Join(t.TempDir(), "Prüfplan.txt"), []byte("five screws"))
	r.choose.files, r.choose.save = []string{plain}, filepath.Join(t.TempDir(), "plan.p7m")
	test.Tap(k.seal)
	r.idle()
	if !strings.HasPrefix(r.toastText(), "Sealed to line4") {
		t.Fatalf("the toast says %q", r.toastText())
	}
	data, err := os.ReadFile(s.Key)
	if err != nil {
		t.Fatal(err)
	}
	opener, err := recipient.LoadOpener(data, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(r.choose.save)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := opener.Open(f); err != nil {
		t.Errorf("what was sealed does not open: %v", err)
	}

	// It is recalled by path and fingerprint at the next start.
	r.recipient = nil
	r.recall()
	r.idle()
	if r.recipient == nil || r.recipient.Title() != "line4" {
		t.Error("the recipient is not recalled")
	}
	r.fyne.Preferences().SetString(prefRecipientPrint, "00")
	r.recipient = nil
	r.recall()
	r.idle()
	if r.recipient != nil || !strings.Contains(r.toastText(), "another key") {
		t.Errorf("another key under the same path is recalled; the toast says %q", r.toastText())
	}
	test.Tap(k.other)
	r.idle()
}

func TestProvenWords(t *testing.T) {
	r, _, s := openRig(t)
	f, err := readRecipients(s.Certificate)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 3, 4, 12, 0, 0, 0, time.Local)
	r.RememberProof(recipient.Proof{Fingerprint: f.recipients[0].Fingerprint(), At: at})
	if got := r.provenWords(f.recipients[0]); got != "proven on 2026-03-04" {
		t.Errorf("%q", got)
	}
}

func TestWhatACrashLeftIsTold(t *testing.T) {
	r := newRig(t)
	traces, dir := t.TempDir(), t.TempDir()
	left := put(t, filepath.Join(dir, ".out.0123456789abcdef.tmp"), []byte("a private key"))
	put(t, filepath.Join(traces, "0011223344556677.trace"), []byte(`{"temporary":`+strconv.Quote(left)+`}`))
	r.sweep(traces)
	r.idle()
	if exists(left) || !strings.Contains(r.toastText(), "One file with private keys") {
		t.Errorf("it is there: %v; the toast says %q", exists(left), r.toastText())
	}
}

// What openssl and gpg seal, and the keys that they make, open as what core seals.
func TestOpenSSLAndGPG(t *testing.T) {
	r, o, s := openRig(t)
	dir := t.TempDir()
	run := func(name string, args ...string) bool {
		if _, err := exec.LookPath(name); err != nil {
			t.Logf("%s is not installed", name)
			return false
		}
		cmd := exec.Command(name, args...)
		cmd.Env = append(os.Environ(), "GNUPGHOME="+filepath.Join(dir, "gnupg"))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s %v: %v\n%s", name, args, err, out)
		}
		return true
	}
	if out := filepath.Join(dir, "smime.p7m"); run("openssl", "smime", "-encrypt", "-aes256", "-binary", "-in", s.Plain, "-out", out, s.Certificate) {
		r.opens(out, s.Key, s.Order)
		if _, _, below := r.verdict(); !strings.Contains(below, "20 of 20") {
			t.Errorf("openssl smime: %q", below)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "gnupg"), 0o700); err != nil {
		t.Fatal(err)
	}
	key, public, sealed := filepath.Join(dir, "line4.asc"), filepath.Join(dir, "public.asc"), filepath.Join(dir, "complete.zip.gpg")
	gpg := []string{"--batch", "--yes", "--no-auto-key-locate", "--pinentry-mode", "loopback", "--passphrase", ""}
	if !run("gpg", append(gpg, "--quick-gen-key", "line4 <line4@example.com>", "future-default", "default", "never")...) {
		return
	}
	run("gpg", append(gpg, "--armor", "-o", key, "--export-secret-keys")...)
	run("gpg", append(gpg, "--armor", "-o", public, "--export")...)
	run("gpg", append(gpg, "--trust-model", "always", "-r", "line4@example.com", "-o", sealed, "--encrypt", s.Plain)...)
	r.opens(sealed, key, s.Order)
	if o.result == nil || o.result.delivery == nil || !strings.Contains(o.shows.origin.Text(), "proven unchanged") {
		t.Errorf("gpg: %q", o.shows.origin.Text())
	}
	r.ShowKeys()
	r.drop(public)
	if r.recipient == nil || !strings.Contains(r.pillText.Text(), "line4 <line4@example.com>") {
		t.Errorf("the header says %q", r.pillText.Text())
	}
	r.Keys.key.SetText(key)
	test.Tap(r.Keys.bar.Primary)
	r.idle()
	if r.Proven(r.recipient).IsZero() {
		t.Errorf("the rehearsal with an OpenPGP key: %q", r.Keys.remark.Text())
	}
	_ = exec.Command("gpgconf", "--homedir", filepath.Join(dir, "gnupg"), "--kill", "all").Run()
}
