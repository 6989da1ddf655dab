package results

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"

	"enrollbench/core/job"
	"enrollbench/gui/frame/frametest"
)

// The key that a result names is chosen, not the one that was used last; and the order of the last result is not the next one's.
func TestTheNextResult(t *testing.T) {
	r, o, s := openRig(t)
	r.opens(s.Complete, s.Key, s.Order)
	if o.result == nil {
		t.Fatal("it did not open")
	}
	other := frametest.Put(t, filepath.Join(t.TempDir(), "other.key"), []byte("used last"))
	r.RememberKey(other)
	r.Drop(s.Short)
	if o.page.keyPath.Text != s.Key {
		t.Errorf("the key chosen is %q, and the result names the one of %q", o.page.keyPath.Text, s.Key)
	}
	if c := o.page.order.choice(); c.kind != noOrder || c.path != "" {
		t.Errorf("the order of the last result is still chosen: %+v", c)
	}
	// A key that was chosen by hand stays where nothing is known of the result's.
	o.forget()
	r.Preferences().SetStringList("keys.opens", nil)
	r.Drop(s.Short)
	if o.page.keyPath.Text != other {
		t.Errorf("without more the key used last is chosen, not %q", o.page.keyPath.Text)
	}
	o.page.keyPath.SetText(s.Key)
	r.Drop(s.Complete)
	if o.page.keyPath.Text != s.Key {
		t.Errorf("the key chosen by hand became %q", o.page.keyPath.Text)
	}
	// The file of a key that is gone is not proposed.
	r.RememberKey(filepath.Join(t.TempDir(), "gone.key"), o.given.Names()...)
	if got := r.KeyFor(o.given.Names()); got != "" {
		t.Errorf("a key that is gone is proposed: %q", got)
	}
}

// A key that just did not open the result is not proposed for it again; a passphrase that was mistyped says nothing about the key.
func TestFailedKeyIsNotProposed(t *testing.T) {
	r, o, s := openRig(t)
	r.RememberKey(s.Certificate) // a mistake of the user: no key in it
	r.RememberKey(s.Key)
	r.opens(s.Complete, s.Certificate, "")
	if o.result != nil || o.page.failedKey != s.Certificate {
		t.Fatalf("the key that failed is %q", o.page.failedKey)
	}
	o.page.keyPath.SetText(s.Key)
	if got := frametest.AllText(o.page.recent); strings.Contains(got, filepath.Base(s.Certificate)) {
		t.Errorf("the key that failed is proposed: %q", got)
	}
	o.page.keyPath.SetText(s.Certificate)
	r.Drop(s.Short)
	if o.page.keyPath.Text != s.Key || o.page.failedKey != "" {
		t.Errorf("for the next result %q is proposed", o.page.keyPath.Text)
	}
}

// A failure offers the next step as a button.
func TestFailureOffersTheNextStep(t *testing.T) {
	r, o, s := openRig(t)
	r.opens(s.Complete, s.Key, "")
	o.act()
	r.Wait()
	blocked := frametest.Put(t, filepath.Join(t.TempDir(), "file"), []byte("no folder"))
	o.exports.folder.SetText(filepath.Join(blocked, "out"))
	r.Wait()
	o.exports.write(false)
	r.Wait()
	d := r.Dialog()
	if len(d.Answers) != 2 || d.Answers[1].Text != "Choose another folder" {
		t.Fatalf("%q offers %+v", d.Title, d.Answers)
	}
	r.Choose.FolderAnswer = t.TempDir()
	d.Take(1)
	r.Wait()
	if filepath.Dir(o.exports.folder.Text) != r.Choose.FolderAnswer {
		t.Errorf("the folder is %q", o.exports.folder.Text)
	}
	if asked := r.Choose.Asked[len(r.Choose.Asked)-1]; asked.Folder == blocked {
		t.Error("the folder that failed is proposed again")
	}
	o.exports.write(false)
	r.Wait()
	if _, err := os.Stat(o.exports.folder.Text); err != nil {
		t.Error(err)
	}
}

// A damaged result of a batch is fetched again with one press; one that was dropped as a file cannot be.
func TestDamagedResultIsFetchedAgain(t *testing.T) {
	r, o, s := openRig(t)
	r.opens(s.Damaged, s.Key, "")
	if o.result == nil || o.shows.again.Visible() {
		t.Fatal("a file without a batch would be fetched again")
	}
	r.RememberKey(s.Key)
	o.OpenJob(&job.Record{ID: "2026-01-01-1-aaaaaa", ResultPath: s.Damaged})
	r.Wait()
	if o.result == nil || o.result.delivery != nil || !o.shows.again.Visible() {
		t.Fatal("fetching it again is not offered")
	}
	test.Tap(o.shows.again)
	if len(r.again) != 1 || r.again[0].ID != "2026-01-01-1-aaaaaa" {
		t.Errorf("%v is fetched again", r.again)
	}
	o.OpenJob(&job.Record{ID: "2026-01-01-1-aaaaaa", ResultPath: s.Complete})
	r.Wait()
	if o.shows.again.Visible() {
		t.Error("a whole result would be fetched again")
	}
}
