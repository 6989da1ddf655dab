package keys

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"enrollbench/core/recipient"
	"enrollbench/gui/frame"
	"enrollbench/gui/frame/frametest"
	"enrollbench/gui/look"
)

func TestEncryptionKey(t *testing.T) {
	r, s := newRig(t), frametest.Samples(t)
	k := r.Keys
	r.ShowKeys()
	if r.Current() != frame.Room(k) || r.RecipientShown() != "Encrypt to: none" {
		t.Fatalf("the header says %q", r.RecipientShown())
	}
	// A private key is never taken; its public half is offered.
	r.Drop(s.Both)
	if r.Recipient() != nil || !strings.Contains(k.bar.Sentence(), "private key") {
		t.Fatalf("a private key: %q", k.bar.Sentence())
	}
	k.settle(k.file.Recipients[0])
	if r.Recipient() == nil || r.RecipientShown() != "Encrypt to: line4 · RSA 3072 · not proven" {
		t.Fatalf("the header says %q", r.RecipientShown())
	}
	r.Drop(s.OtherKey)
	if len(k.file.Recipients) != 0 || r.Recipient() == nil {
		t.Error("a lone private key replaced the recipient")
	}
	k.giveUp()

	k.key.SetText(s.OtherKey)
	test.Tap(k.bar.Primary)
	r.Wait()
	if k.remark.Text() == "" || !r.Proven(r.Recipient()).IsZero() {
		t.Errorf("a rehearsal with another key: %q", k.remark.Text())
	}
	k.key.SetText(s.Key)
	test.Tap(k.bar.Primary)
	r.Wait()
	if r.RecipientShown() != "Encrypt to: line4 · RSA 3072 · proven today" || r.RecipientState(r.Recipient()) != look.Ready {
		t.Errorf("the header says %q", r.RecipientShown())
	}
	for _, key := range []string{"keys.recent", "recipient.proofs"} {
		for _, line := range r.Preferences().StringList(key) {
			if strings.Contains(line, "PRIVATE") {
				t.Errorf("%s holds %q", key, line)
			}
		}
	}

	// Encrypt a file, and open it again.
	plain := frametest.Put(t, filepath.Join(t.TempDir(), "Prüfplan.txt"), []byte("five screws"))
	r.Choose.FilesAnswer, r.Choose.SaveAnswer = []string{plain}, filepath.Join(t.TempDir(), "plan.p7m")
	test.Tap(k.seal)
	r.Wait()
	if !strings.HasPrefix(r.ToastText(), "Sealed to line4") {
		t.Fatalf("the toast says %q", r.ToastText())
	}
	data, err := os.ReadFile(s.Key)
	if err != nil {
		t.Fatal(err)
	}
	opener, err := recipient.LoadOpener(data, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(r.Choose.SaveAnswer)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := opener.Open(f); err != nil {
		t.Errorf("what was sealed does not open: %v", err)
	}

	if p := r.Preferences(); p.String(frame.PrefRecipient) == "" || p.String("recipient.fingerprint") != r.Recipient().Fingerprint() {
		t.Error("the recipient is not remembered by path and fingerprint")
	}
	test.Tap(k.other)
	r.Wait()
}

// A key that gpg makes is chosen and rehearsed like one of ours.
func TestKeyFromGPG(t *testing.T) {
	r, g := newRig(t), frametest.WithGPG(t)
	r.ShowKeys()
	r.Drop(g.Public)
	if r.Recipient() == nil || !strings.Contains(r.RecipientShown(), "line4 <line4@example.com>") {
		t.Errorf("the header says %q", r.RecipientShown())
	}
	r.Keys.key.SetText(g.Key)
	test.Tap(r.Keys.bar.Primary)
	r.Wait()
	if r.Proven(r.Recipient()).IsZero() {
		t.Errorf("the rehearsal with an OpenPGP key: %q", r.Keys.remark.Text())
	}
}

// The size that the window is made for holds every state.
func TestKeysFitASmallWindow(t *testing.T) {
	r, s := newRig(t), frametest.Samples(t)
	fits := func(what string) {
		t.Helper()
		if min := r.Window().Content().MinSize(); min.Width > 1000 || min.Height > 700 {
			t.Errorf("%s needs %v", what, min)
		}
	}
	r.Window().Resize(fyne.NewSize(1000, 700))
	r.ShowKeys()
	fits("no key yet")
	r.Drop(s.Both)
	fits("a private key")
	r.Drop(s.Certificate)
	fits("a recipient")
	r.SetRecipient(recipient.FromCertificate(frametest.Weak(t, strings.Repeat("a rather long name ", 3))), "")
	fits("a recipient with a long name that is too weak")
}
