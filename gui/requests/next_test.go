package requests

import (
	"os"
	"path/filepath"
	"testing"

	"enrollbench/gui/frame"
	"enrollbench/gui/frame/frametest"
)

// A folder that cannot be written to is not proposed again, and another one is offered with one press; a request that changed since the
// check leads to checking again.
func TestFailureOffersTheNextStep(t *testing.T) {
	r, dir := newRig(t), frametest.GoodFolder(t)
	good := t.TempDir()
	r.Preferences().SetString(frame.PrefSaveFolder, good)
	r.Drop(dir)
	blocked := frametest.Put(t, filepath.Join(t.TempDir(), "file"), []byte("no folder"))
	r.Choose.SaveAnswer = filepath.Join(blocked, "upload.zip")
	r.CSR.Save()
	r.Wait()
	d := r.Dialog()
	if len(d.Answers) != 2 || d.Answers[1].Text != "Choose another folder" {
		t.Fatalf("%q offers %+v", d.Title, d.Answers)
	}
	r.Choose.SaveAnswer = filepath.Join(good, "upload.zip")
	d.Take(1)
	r.Wait()
	r.NoDialog()
	if asked := r.Choose.Asked[len(r.Choose.Asked)-1]; asked.Folder != good {
		t.Errorf("proposed is %q", asked.Folder)
	}
	if _, err := os.Stat(r.Choose.SaveAnswer); err != nil {
		t.Error(err)
	}

	frametest.Put(t, filepath.Join(dir, "a.csr"), frametest.Request(t, frametest.NewKey(t), "another"))
	r.Choose.SaveAnswer = filepath.Join(good, "second.zip")
	r.CSR.Save()
	r.Wait()
	d = r.Dialog()
	if len(d.Answers) != 2 || d.Answers[1].Text != "Check again" {
		t.Fatalf("%q offers %+v", d.Title, d.Answers)
	}
	d.Take(1)
	r.Wait()
	r.CSR.Save()
	r.Wait()
	r.NoDialog()
	if _, err := os.Stat(r.Choose.SaveAnswer); err != nil {
		t.Error(err)
	}
}
