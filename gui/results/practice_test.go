package results

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"

	"enrollbench/core/recipient"
	"enrollbench/gui/frame/frametest"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
)

// What a practice authority issued never looks like production: dropped as a file it is violet and red at once, opens as
// practice with one press, and stays violet through the export.
func TestPracticeLooksLikePractice(t *testing.T) {
	r, o, s := openRig(t)
	r.opens(s.Complete, s.Key, s.Order)
	if o.shows.verdict.Area() == look.ColorViolet || o.shows.pill.Visible() || strings.Contains(o.bar.Sentence(), "PRACTICE") {
		t.Fatalf("a result of production is violet: %q", o.bar.Sentence())
	}
	violet := func(what string) {
		t.Helper()
		head, _ := o.shows.verdict.Text()
		if o.shows.verdict.Area() != look.ColorViolet || !strings.HasPrefix(head, "PRACTICE: ") || !o.shows.pill.Visible() ||
			!strings.HasPrefix(o.bar.Sentence(), "PRACTICE: ") {
			t.Errorf("%s: the verdict is %s and says %q; the bar says %q", what, o.shows.verdict.Area(), head, o.bar.Sentence())
		}
	}
	r.opens(s.Practice, s.Key, s.Order)
	violet("as production")
	if !o.result.strayed() || !o.shows.asPractice.Visible() {
		t.Fatal("opening it as practice is not offered")
	}
	test.Tap(o.shows.asPractice)
	r.Wait()
	violet("as practice")
	if o.shows.asPractice.Visible() || !o.result.usable() || o.bar.Primary.Disabled() {
		t.Fatalf("as practice it is not usable: %v %q", o.result.state, o.result.head)
	}
	test.Tap(o.bar.Primary)
	r.Wait()
	if !o.exports.pill.Visible() || !strings.HasSuffix(o.exports.folder.Text, "-PRACTICE") {
		t.Errorf("the export does not say practice: %q", o.exports.folder.Text)
	}
	violet("its export")
	dir := filepath.Join(t.TempDir(), "out-PRACTICE")
	o.exports.folder.SetText(dir)
	r.Wait()
	o.exports.write(false)
	r.Wait()
	if _, err := os.Stat(dir); err != nil || !strings.HasPrefix(r.ToastText(), "PRACTICE: ") {
		t.Errorf("%v; the toast says %q", err, r.ToastText())
	}
	// What is handed over to somebody else says so by its name.
	r.opens(s.Practice, s.Key, s.Order)
	test.Tap(o.shows.asPractice)
	r.Wait()
	data, err := os.ReadFile(s.Certificate)
	if err != nil {
		t.Fatal(err)
	}
	to, _, err := recipient.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	r.Choose.SaveAnswer = filepath.Join(t.TempDir(), "handed.p7m")
	o.sealTo(to[0], false)
	r.Wait()
	if name := r.Choose.Asked[len(r.Choose.Asked)-1].Name; !strings.Contains(name, "-PRACTICE-for-") || !strings.HasPrefix(r.ToastText(), "PRACTICE: Sealed") {
		t.Errorf("handed over it would be called %q; the toast says %q", name, r.ToastText())
	}
	r.opens(s.Complete, s.Key, s.Order)
	test.Tap(o.bar.Primary)
	r.Wait()
	if o.exports.pill.Visible() || strings.Contains(o.exports.folder.Text, "PRACTICE") || o.shows.pill.Visible() {
		t.Error("a result of production is exported as practice")
	}
}

// The pill is readable without its colour.
func TestPracticePill(t *testing.T) {
	newRig(t)
	if got := frametest.AllText(widgets.PracticePill()); got != "PRACTICE" {
		t.Errorf("it says %q", got)
	}
}
