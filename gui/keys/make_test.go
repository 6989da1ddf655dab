package keys

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"enrollbench/core/delivery"
	"enrollbench/core/recipient"
	"enrollbench/gui/frame/frametest"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
)

// fill fills the dialog's fields in their order.
func fill(t *testing.T, r *rig, values ...string) {
	t.Helper()
	d := r.Dialog()
	var entries []*widgets.Entry
	for _, o := range d.Body.(*fyne.Container).Objects {
		if e, ok := o.(*widgets.Entry); ok {
			entries = append(entries, e)
		}
	}
	if len(entries) != len(values) {
		t.Fatalf("%d fields", len(entries))
	}
	for i, e := range entries {
		e.SetText(values[i])
	}
}

// A newcomer makes a key pair: it is kept where they say, proven, chosen, and its private half opens results.
func TestMakeAKeyPair(t *testing.T) {
	r := newRig(t)
	r.ShowKeys()
	k := r.Keys
	test.Tap(k.making)
	if r.Dialog().Title != "Make a key pair" {
		t.Fatalf("the dialog is %q", r.Dialog().Title)
	}
	fill(t, r, "Line 4", "korrekt Pferd", "korrekt")
	r.Dialog().Take(1)
	if len(r.Dialogs()) == 0 {
		t.Fatal("two passphrases that differ were taken")
	}
	fill(t, r, "Line 4", "korrekt Pferd", "korrekt Pferd")
	dir := t.TempDir()
	taken := frametest.Put(t, filepath.Join(dir, "taken.p12"), []byte("somebody's key"))
	r.Choose.SaveAnswer, r.Choose.Agreed = taken, true
	r.Dialog().Take(1)
	r.Wait()
	if asked := r.Choose.Asked[len(r.Choose.Asked)-1]; asked.Name != "Line-4.p12" {
		t.Errorf("the name proposed is %q", asked.Name)
	}
	if b, err := os.ReadFile(taken); err != nil || string(b) != "somebody's key" {
		t.Fatal("a key was overwritten")
	}
	r.Choose.SaveAnswer = filepath.Join(dir, "line4.p12")
	r.Dialog().Take(1) // another name
	r.Wait()
	if asked := r.Choose.Asked[len(r.Choose.Asked)-1]; asked.Name != "Line-4-2.p12" {
		t.Errorf("after a name that is taken, the name proposed is %q", asked.Name)
	}
	if r.RecipientShown() != "Encrypt to: Line 4 · RSA 3072 · proven today" || r.RecipientState(r.Recipient()) != look.Ready {
		t.Errorf("the header says %q", r.RecipientShown())
	}
	if keys := r.RecentKeys(); len(keys) != 1 || keys[0] != r.Choose.SaveAnswer || k.key.Text != keys[0] {
		t.Errorf("the keys that results are opened with: %q, %q", keys, k.key.Text)
	}
	data, err := os.ReadFile(r.Choose.SaveAnswer)
	if err != nil {
		t.Fatal(err)
	}
	o, err := recipient.LoadOpener(data, nil, func(int) ([]byte, error) { return []byte("korrekt Pferd"), nil })
	if err != nil {
		t.Fatal(err)
	}
	defer o.Wipe()
	if _, err := recipient.Rehearse(t.Context(), r.Recipient(), o); err != nil {
		t.Error(err)
	}
	if names, err := delivery.NamesOf(r.Recipient()); err != nil || r.KeyFor(names) != r.Choose.SaveAnswer {
		t.Errorf("a result sealed to it would be opened with %q, %v", r.KeyFor(names), err)
	}
}

// A folder that cannot be written asks for another one, and the pair is not lost.
func TestMakeAKeyPairElsewhere(t *testing.T) {
	r := newRig(t)
	r.ShowKeys()
	dir := t.TempDir()
	r.Choose.SaveAnswer = filepath.Join(dir, "none", "line4.p12")
	r.Keys.makePair(recipient.MakeOptions{Name: "Line 4", Passphrase: []byte("x")})
	r.Wait()
	if r.Recipient() != nil || len(r.Dialogs()) != 1 {
		t.Fatalf("%v and %d dialogs", r.Recipient(), len(r.Dialogs()))
	}
	r.Choose.SaveAnswer = filepath.Join(dir, "line4.p12")
	r.Dialog().Take(1)
	r.Wait()
	if r.Recipient() == nil {
		t.Error("the pair is lost")
	}
	r.Keys.makePair(recipient.MakeOptions{Name: "a\u202eb", Passphrase: []byte("x")})
	r.Wait()
	if d := r.Dialog(); d.Title != "The key pair was not made" {
		t.Errorf("a name that hides something: %q", d.Title)
	}
}

// For practice one press is enough, and the key is the same the next time.
func TestMakeForPractice(t *testing.T) {
	r := newRig(t)
	r.ShowKeys()
	test.Tap(r.Keys.practice)
	r.Wait()
	if !strings.HasPrefix(r.RecipientShown(), "Encrypt to: PRACTICE") || r.Proven(r.Recipient()).IsZero() || len(r.RecentKeys()) != 1 {
		t.Fatalf("the header says %q, the keys are %q", r.RecipientShown(), r.RecentKeys())
	}
	first := r.Recipient().Fingerprint()
	r.SetRecipient(nil, "")
	test.Tap(r.Keys.practice)
	r.Wait()
	if r.Recipient() == nil || r.Recipient().Fingerprint() != first {
		t.Error("another key was made")
	}
	if err := os.WriteFile(r.RecentKeys()[0], []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	r.SetRecipient(nil, "")
	test.Tap(r.Keys.practice)
	r.Wait()
	if r.Recipient() == nil || r.Recipient().Fingerprint() == first {
		t.Error("a damaged key is still used")
	}
}
