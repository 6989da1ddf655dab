package jobs

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"enrollbench/gui/look"
)

// Whoever asks for a job traveller is asked which paper it shall be, and gets it under the ending that was typed; another ending becomes a PDF.
func TestTraveller(t *testing.T) {
	r := practiceRig(t)
	r.prepares("")
	now := r.Jobs.current()
	folder := t.TempDir()
	for _, c := range []struct {
		answer              int
		typed, named, begin string
	}{
		{2, "page.pdf", "page.pdf", "%PDF-"},
		{1, "label.png", "label.png", "\x89PNG"},
		{1, "label", "label.pdf", "%PDF-"},
		{2, "page.png", "page.png.pdf", "%PDF-"}, // a page is no picture
	} {
		r.Choose.SaveAnswer = filepath.Join(folder, c.typed)
		r.Jobs.step(stepTraveller, now)
		r.Dialog().Take(c.answer)
		r.Wait()
		if n := r.Toast().Note(); n == nil || n.State != look.Ready || !strings.HasSuffix(n.Detail, c.named) {
			t.Errorf("%s: the note is %+v", c.typed, n)
		}
		if got, err := os.ReadFile(filepath.Join(folder, c.named)); err != nil || !bytes.HasPrefix(got, []byte(c.begin)) {
			t.Errorf("%s: %.8q, %v", c.named, got, err)
		}
	}
	if name := r.Choose.Asked[len(r.Choose.Asked)-1].Name; name != "traveller-"+now.ID+".pdf" {
		t.Errorf("the file would be called %q", name)
	}
	r.Choose.SaveAnswer = filepath.Join(folder, "none", "page.pdf")
	r.Jobs.step(stepTraveller, now)
	r.Dialog().Take(2)
	r.Wait()
	if d := r.Dialog(); d.Title != "The job traveller was not saved" {
		t.Errorf("the dialog says %q", d.Title)
	}
}
