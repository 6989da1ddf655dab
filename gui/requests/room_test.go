package requests

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"enrollbench/core/csr"
	"enrollbench/core/finding"
	"enrollbench/core/progress"
	"enrollbench/gui/frame"
	"enrollbench/gui/frame/frametest"
	"enrollbench/gui/look"
)

func TestDropToUploadFile(t *testing.T) {
	r, dir := newRig(t), frametest.GoodFolder(t)
	if !r.CSR.empty.Visible() || r.CSR.bar.Reason() != "Add CSR files first" {
		t.Fatalf("an empty tab shows its list, or gives the reason %q", r.CSR.bar.Reason())
	}
	r.Drop(dir)
	if got := r.files(); !slices.Equal(got, []string{"a.csr", "b.csr", "c.csr"}) {
		t.Fatalf("the list holds %q", got)
	}
	if r.CSR.empty.Visible() || !r.CSR.full.Visible() {
		t.Error("the invitation stands in front of the list")
	}
	if got := r.CSR.bar.Sentence(); got != "3 ready · 0.1 of 200 MB" {
		t.Errorf("the bar says %q", got)
	}
	cell := newCSRRows(r.CSR.view).Cell(1, colFile)
	if cell.Text != "b.csr" {
		t.Errorf("a file of the one folder is shown as %q", cell.Text)
	}

	out := filepath.Join(t.TempDir(), "upload.zip")
	r.Choose.SaveAnswer = out
	test.Tap(r.CSR.bar.Primary)
	r.Wait()
	r.NoDialog()
	if !strings.Contains(r.ToastText(), "3 requests saved as upload.zip") {
		t.Errorf("the toast says %q", r.ToastText())
	}

	set, err := csr.NewSet(csr.Options{}).Add(context.Background(), []string{dir}, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := filepath.Join(t.TempDir(), "upload.zip")
	if _, err := set.Bundle(context.Background(), csr.BundleOptions{Out: want}, nil); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"upload.zip", "upload.manifest.csv"} {
		a, err := os.ReadFile(filepath.Join(filepath.Dir(out), name))
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(filepath.Dir(want), name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a, b) {
			t.Errorf("%s is not what core writes", name)
		}
	}
}

func TestErrorsAreAskedForAndLeftOut(t *testing.T) {
	r, dir := newRig(t), frametest.MixedFolder(t)
	r.Drop(dir)
	if got := r.CSR.bar.Sentence(); !strings.HasPrefix(got, "2 ready · 3 errors") {
		t.Fatalf("the bar says %q", got)
	}
	if first := r.CSR.view.groups[0].Rule; first != csr.RulePrivateKey.Name {
		t.Errorf("the first group is %s, not the private key", first)
	}
	out := filepath.Join(t.TempDir(), "up.zip")
	r.Choose.SaveAnswer = out

	r.CSR.Save()
	r.Wait()
	d := r.Dialog()
	if len(r.Choose.Asked) != 0 {
		t.Error("the path was asked for before the errors")
	}
	d.Take(0) // go back
	r.Wait()
	if i := r.CSR.currentIndex(); i < 0 || r.CSR.view.set.Status(i) != csr.Failed {
		t.Error("going back does not lead to the first error")
	}
	if _, err := os.Stat(out); !errors.Is(err, os.ErrNotExist) {
		t.Fatal("something was written although the user went back")
	}

	r.CSR.Save()
	r.Dialog().Take(1) // leave them out
	r.Wait()
	r.NoDialog()
	z, err := zip.OpenReader(out)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	for _, f := range z.File {
		b := new(bytes.Buffer)
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(b, in)
		if strings.Contains(b.String(), "PRIVATE") || strings.HasPrefix(f.Name, "twin") {
			t.Errorf("%s is in the upload file", f.Name)
		}
	}
	if len(z.File) != 2 {
		t.Errorf("%d requests in the upload file, want 2", len(z.File))
	}
	z.Close() // Windows replaces no file that is open
	list, err := os.ReadFile(strings.TrimSuffix(out, ".zip") + ".left-out.csv")
	if err != nil || !bytes.Contains(list, []byte("left.key")) {
		t.Errorf("the list of what stayed out: %v %s", err, list)
	}

	// Again to the same name: the files there are named and replaced only once the user agrees.
	before, _ := os.ReadFile(out)
	r.CSR.Save()
	r.Dialog().Take(1)
	r.Wait()
	d = r.Dialog()
	if !slices.Contains(d.List, "up.zip") || !slices.Contains(d.List, "up.manifest.csv") {
		t.Errorf("the dialog names %q", d.List)
	}
	d.Take(1)
	r.Wait()
	r.NoDialog()
	if after, err := os.ReadFile(out); err != nil || !bytes.Equal(before, after) {
		t.Errorf("equal input gave another upload file (%v)", err)
	}
}

func TestAgreedReplacementIsNotAskedTwice(t *testing.T) {
	r := newRig(t)
	r.Drop(frametest.GoodFolder(t))
	out := frametest.Put(t, filepath.Join(t.TempDir(), "up.zip"), []byte("old"))
	r.Choose.SaveAnswer, r.Choose.Agreed = out, true
	r.CSR.Save()
	r.Wait()
	r.NoDialog()
	if b, _ := os.ReadFile(out); string(b) == "old" {
		t.Error("the file was not replaced although the user agreed in the file dialog")
	}
}

func TestChangedFileStopsTheSave(t *testing.T) {
	r, dir := newRig(t), frametest.GoodFolder(t)
	r.Drop(dir)
	frametest.Put(t, filepath.Join(dir, "b.csr"), frametest.Request(t, frametest.NewKey(t), "another"))
	out := filepath.Join(t.TempDir(), "up.zip")
	r.Choose.SaveAnswer = out
	r.CSR.Save()
	r.Wait()
	d := r.Dialog()
	if !strings.Contains(d.Text, "b.csr") || !strings.Contains(d.Text, "F5") || d.Detail == "" {
		t.Errorf("the dialog says %q with details %q", d.Text, d.Detail)
	}
	if entries, _ := os.ReadDir(filepath.Dir(out)); len(entries) != 0 {
		t.Errorf("the failed save left %v", entries)
	}
	d.Cancel()
	r.OnKey(&fyne.KeyEvent{Name: fyne.KeyF5})
	r.Wait()
	if e := r.CSR.view.set.Entry(1); e.CommonName != "another" {
		t.Errorf("checking again shows %q", e.CommonName)
	}
	r.CSR.Save()
	r.Wait()
	r.NoDialog()
}

func TestRemoveUndoAndCheckAgain(t *testing.T) {
	r, dir := newRig(t), frametest.GoodFolder(t)
	r.Drop(dir)
	r.CSR.sheet.Select(1)
	r.CSR.removeSelected()
	r.Wait()
	if got := r.files(); !slices.Equal(got, []string{"a.csr", "c.csr"}) {
		t.Fatalf("after removing: %q", got)
	}
	r.OnKey(&fyne.KeyEvent{Name: fyne.KeyF5})
	r.Wait()
	if got := r.files(); !slices.Equal(got, []string{"a.csr", "c.csr"}) {
		t.Fatalf("checking again brought back what was removed: %q", got)
	}
	r.Drop(dir) // the folder again: what was removed comes back
	if got := r.files(); !slices.Equal(got, []string{"a.csr", "b.csr", "c.csr"}) {
		t.Fatalf("after dropping the folder again: %q", got)
	}
	r.CSR.clearAll()
	r.Wait()
	if len(r.files()) != 0 || !r.CSR.empty.Visible() {
		t.Fatal("the list was not cleared")
	}
	n := r.Toast().Note()
	if n == nil || n.Action != "Undo" {
		t.Fatalf("clearing offers no way back: %+v", n)
	}
	n.Act()
	r.Wait()
	if len(r.files()) != 3 {
		t.Fatalf("undo brought back %q", r.files())
	}
	r.CSR.sheet.SelectAll()
	r.CSR.setOut(r.CSR.selected(), true)
	r.Wait()
	if r.CSR.view.counts[csr.Excluded] != 3 || r.CSR.bar.Reason() != "No CSR is ready" {
		t.Errorf("left out: %v, reason %q", r.CSR.view.counts, r.CSR.bar.Reason())
	}
	r.OnKey(&fyne.KeyEvent{Name: fyne.KeyF5})
	r.Wait()
	if r.CSR.view.counts[csr.Excluded] != 3 {
		t.Error("checking again forgot what is left out")
	}
}

func TestDroppedAgain(t *testing.T) {
	r, dir := newRig(t), frametest.GoodFolder(t)
	r.Drop(dir)
	set := r.CSR.view.set
	r.Drop(dir)
	if !strings.Contains(r.ToastText(), "already in the list") || r.CSR.view.set != set {
		t.Errorf("the same folder again: %q", r.ToastText())
	}
	r.Drop(filepath.Join(dir, "a.csr"))
	if !strings.Contains(r.ToastText(), "a.csr is already in the list") || r.CSR.view.set != set {
		t.Errorf("a file of the folder again: %q", r.ToastText())
	}
	more := frametest.Put(t, filepath.Join(dir, "d.csr"), frametest.Request(t, frametest.NewKey(t), "dev-d"))
	r.Drop(more) // below the folder, but new
	if len(r.files()) != 4 || r.CSR.view.counts[csr.Failed] != 0 {
		t.Errorf("a new file of the folder: %q, %v", r.files(), r.CSR.view.counts)
	}
	frametest.Put(t, filepath.Join(filepath.Dir(dir), "other", "e.csr"), frametest.Request(t, frametest.NewKey(t), "dev-e"))
	r.Drop(filepath.Dir(dir)) // holds all of it
	if len(r.files()) != 5 || r.CSR.view.counts[csr.Ready] != 5 || len(r.CSR.view.sources) != 1 {
		t.Errorf("the folder above: %q, %v, %q", r.files(), r.CSR.view.counts, r.CSR.view.sources)
	}
	r.Drop(filepath.Join(dir, "nowhere.csr"))
	if d := r.Dialog(); d.Title != "A path does not exist" || len(d.List) != 1 {
		t.Errorf("a path that does not exist: %q %q", d.Title, d.List)
	}
}

func TestDropWhileBusyComesNext(t *testing.T) {
	r, one, two := newRig(t), frametest.GoodFolder(t), frametest.GoodFolder(t)
	r.CSR.Drop([]string{one})
	r.CSR.Drop([]string{two})
	if !strings.Contains(r.ToastText(), "come next") {
		t.Errorf("the second drop says %q", r.ToastText())
	}
	r.Until(func() bool { return len(r.CSR.view.rows) == 6 })
}

func TestCancelLeavesTheList(t *testing.T) {
	r, dir := newRig(t), frametest.GoodFolder(t)
	r.Drop(dir)
	started := make(chan struct{})
	r.CSR.change("waiting", "it failed", true, func(ctx context.Context, s csrState, _ progress.Func) (csrState, error) {
		close(started)
		<-ctx.Done()
		return s, ctx.Err()
	}, func() { t.Error("cancelled work was taken for done") })
	<-started
	if !r.CSR.progress.Visible() || r.CSR.bar.Reason() == "" || !r.CSR.bar.Primary.Disabled() {
		t.Error("while work runs there is no progress, or the save button gives no reason")
	}
	r.OnKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if !r.CSR.progress.Cancel().Disabled() {
		t.Error("Cancel can be pressed again while the work stops")
	}
	r.Wait()
	r.NoDialog()
	if r.CSR.progress.Visible() || len(r.files()) != 3 || !strings.Contains(r.ToastText(), "Nothing was changed") {
		t.Errorf("after cancelling: %q, %q", r.files(), r.ToastText())
	}
}

func TestFilterSortAndNextProblem(t *testing.T) {
	r := newRig(t)
	r.Drop(frametest.MixedFolder(t))
	r.CSR.findBox.SetText("TWIN-B")
	r.Wait()
	if got := r.files(); !slices.Equal(got, []string{"twin-b.csr"}) {
		t.Fatalf("finding twin-b shows %q", got)
	}
	// A finding about an entry that is filtered out ends the filter.
	r.CSR.reveal(0)
	r.Wait()
	if r.CSR.findBox.Text != "" || r.CSR.currentIndex() != 0 {
		t.Errorf("the entry of a finding stays hidden: filter %q, current %d", r.CSR.findBox.Text, r.CSR.currentIndex())
	}
	r.CSR.stateBox.SetSelectedIndex(int(csr.Failed) + 1)
	r.Wait()
	if got := r.files(); len(got) != 3 {
		t.Fatalf("the state error shows %q", got)
	}
	r.CSR.stateBox.SetSelectedIndex(0)
	r.Wait()
	r.CSR.onSort(colName, false)
	r.Wait()
	if got := r.files(); got[0] != "twin-b.csr" || got[1] != "twin-a.csr" {
		t.Errorf("sorted by common name downwards: %q", got)
	}
	r.CSR.onSort(colState, true)
	r.Wait()
	if s := r.CSR.view.set.Status(int(r.CSR.view.rows[0])); s != csr.Failed {
		t.Errorf("sorted by state, %s comes first", s)
	}
	r.CSR.onSort(-1, true)
	r.Wait()
	r.CSR.sheet.Select(-1)
	var seen []string
	for range 3 {
		r.OnKey(&fyne.KeyEvent{Name: fyne.KeyF8})
		seen = append(seen, r.CSR.currentEntry().Name)
	}
	if !slices.Equal(seen, []string{"left", "twin-a", "twin-b"}) {
		t.Errorf("F8 visits %q", seen)
	}
}

func TestFindingsLeadToEntries(t *testing.T) {
	r := newRig(t)
	r.Drop(frametest.MixedFolder(t))
	r.CSR.findings.pick(csr.RuleSameKey.Name)
	r.Wait()
	g := r.CSR.findings.group
	if e := r.CSR.currentEntry(); e == nil || e.Name != "twin-a" {
		t.Fatalf("opening a group leads to %v", e)
	}
	g.sheet.Select(1)
	if e := r.CSR.currentEntry(); e.Name != "twin-b" {
		t.Errorf("a click on the second place leads to %q", e.Name)
	}
	g.why.SetOpen(true)
	if !g.reasons.Visible() || !strings.Contains(frametest.AllText(g.reasons), csr.RuleSameKey.Name) {
		t.Error("Why? does not show reason and source")
	}
	r.CSR.setOut(g.entries(), true)
	r.Wait()
	if r.CSR.view.counts[csr.Excluded] != 2 || r.CSR.findings.open != "" {
		t.Errorf("after leaving the group out: %v, still open: %q", r.CSR.view.counts, r.CSR.findings.open)
	}
}

func TestLaterCopiesAreLeftOut(t *testing.T) {
	r, dir := newRig(t), t.TempDir()
	same := frametest.Request(t, frametest.NewKey(t), "dev")
	for _, n := range []string{"1", "2", "3"} {
		frametest.Put(t, filepath.Join(dir, n+".csr"), same)
	}
	r.Drop(dir)
	r.CSR.findings.pick(csr.RuleSameFile.Name)
	r.CSR.setOut(r.CSR.findings.group.entries(), true)
	r.Wait()
	if r.CSR.view.accepted != 1 || r.CSR.view.counts[csr.Failed] != 0 {
		t.Errorf("accepted %d, statuses %v", r.CSR.view.accepted, r.CSR.view.counts)
	}
}

func TestDetails(t *testing.T) {
	r := newRig(t)
	r.Drop(frametest.MixedFolder(t))
	r.CSR.sheet.Select(0)
	r.CSR.details.head.SetOpen(true)
	r.Wait()
	text := frametest.AllText(r.CSR.details.body)
	for _, want := range []string{"commonName", "dev-1", "dev-1.example.com", "P-256", "verified", "-----BEGIN CERTIFICATE REQUEST-----"} {
		if !strings.Contains(text, want) {
			t.Errorf("the details lack %q", want)
		}
	}
	r.CSR.reveal(r.CSR.view.set.Len() - 1)
	r.Wait()
	if text := frametest.AllText(r.CSR.details.body); strings.Contains(text, "dev-1.example.com") {
		t.Error("the details are those of another entry")
	}
}

func TestSamples(t *testing.T) {
	r := newRig(t)
	r.CSR.trySamples()
	r.Until(func() bool { return len(r.CSR.view.rows) > 0 && !r.CSR.work.Busy() })
	v, folder := r.CSR.view, r.CSR.sample
	if v.accepted < 12 || v.counts[csr.Failed] < 4 || v.groups[0].Rule != csr.RulePrivateKey.Name {
		t.Errorf("the samples: %d accepted, %v, first %s", v.accepted, v.counts, v.groups[0].Rule)
	}
	r.CSR.Close()
	if _, err := os.Stat(filepath.Dir(folder)); filepath.Base(folder) != "samples" || !errors.Is(err, os.ErrNotExist) {
		t.Error("the samples stay on the disk when the window closes")
	}
}

// Samples to practise with are in order, have names of their own each time, and never come onto a list that holds something.
func TestSamplesToOrder(t *testing.T) {
	r := newRig(t)
	names := func() (out []string) {
		for i := range r.CSR.view.set.Len() {
			out = append(out, r.CSR.view.set.Entry(i).CommonName)
		}
		return out
	}
	r.CSR.OrderSamples()
	r.Wait()
	if v := r.CSR.view; v.accepted != 12 || v.set.Len() != 12 || v.counts[csr.Failed]+v.counts[csr.Warned]+v.counts[csr.Ignored] > 0 || r.CSR.ordering.Disabled() {
		t.Errorf("the samples: %d of %d accepted, %v", v.accepted, v.set.Len(), v.counts)
	}
	first := names()
	r.CSR.OrderSamples()
	r.Wait()
	if !slices.Equal(names(), first) {
		t.Error("samples came onto a list that was not empty")
	}
	r.CSR.clearAll()
	r.Wait()
	r.CSR.OrderSamples()
	r.Wait()
	if again := names(); len(again) != 12 || slices.Contains(first, again[0]) {
		t.Errorf("the names come again: %q", again)
	}
}

// Somebody's own files take the place of samples, and undoing brings those back; what is no CSR leaves them alone.
func TestOwnFilesReplaceSamples(t *testing.T) {
	r := newRig(t)
	r.CSR.OrderSamples()
	r.Wait()
	r.Drop(filepath.Join(t.TempDir(), "missing.csr"))
	r.Dismiss()
	if len(r.files()) != 12 {
		t.Errorf("a file that is missing leaves %q", r.files())
	}
	r.Drop(frametest.GoodFolder(t))
	if got := r.files(); len(got) != 3 || !strings.Contains(r.ToastText(), "took the place") {
		t.Errorf("after files of one's own there are %q, and it says %q", got, r.ToastText())
	}
	r.CSR.Undo()
	r.Wait()
	if len(r.files()) != 12 {
		t.Errorf("undoing brings back %q", r.files())
	}
	// The folder of the samples itself is in the list already: nothing is replaced.
	r.Drop(r.CSR.sample)
	if got := r.ToastText(); len(r.files()) != 12 || strings.Contains(got, "took the place") {
		t.Errorf("the samples dropped again: %d, %q", len(r.files()), got)
	}
	// As many of one's own as there were samples are not taken for nothing found.
	dozen := t.TempDir()
	for i := range 12 {
		frametest.Put(t, filepath.Join(dozen, fmt.Sprintf("own-%02d.csr", i)), frametest.Request(t, frametest.NewKey(t), fmt.Sprintf("own-%02d", i)))
	}
	r.Drop(dozen)
	if got := r.ToastText(); len(r.files()) != 12 || r.files()[0] != "own-00.csr" || !strings.Contains(got, "took the place") {
		t.Errorf("a dozen of one's own: %q, %q", r.files(), got)
	}
	r.CSR.Undo()
	r.Wait()
	r.CSR.Undo()
	r.Wait()
	r.Drop(frametest.GoodFolder(t))
	r.CSR.trySamples()
	r.Wait()
	if got := len(r.files()); got < 15 {
		t.Errorf("samples that are added to files of one's own: %d", got)
	}
}

func TestPasteAndPick(t *testing.T) {
	r, dir := newRig(t), frametest.GoodFolder(t)
	r.CSR.openPaste()
	r.Dialog().Cancel()
	r.CSR.Paste("# a comment\n\"" + filepath.Join(dir, "a.csr") + "\"\r\nfile://" + strings.ReplaceAll(filepath.ToSlash(filepath.Join(dir, "b.csr")), "%", "%25") + "\n\n")
	r.Wait()
	if got := r.files(); !slices.Equal(got, []string{"a.csr", "b.csr"}) {
		t.Fatalf("pasting added %q", got)
	}
	r.Choose.FilesAnswer = []string{filepath.Join(dir, "c.csr")}
	r.CSR.Open()
	r.Wait()
	if got := r.files(); len(got) != 3 {
		t.Fatalf("picking added %q", got)
	}
	r.CSR.Open()
	r.Wait()
	if last := r.Choose.Asked[len(r.Choose.Asked)-1]; last.Folder != dir {
		t.Errorf("the next file dialog begins in %q, want %q", last.Folder, dir)
	}
}

func TestFindingsOfAGoodBatch(t *testing.T) {
	r := newRig(t)
	r.Drop(frametest.GoodFolder(t))
	if text := frametest.AllText(r.CSR.findings.groups); text != "All 3 requests are in order." {
		t.Errorf("the findings say %q", text)
	}
	if stateOf(csr.Failed) != look.Failed || stateOf(csr.Excluded) != look.LeftOut {
		t.Error("a status is shown as another state")
	}
}

func TestGroupHex(t *testing.T) {
	long := strings.Repeat("0f", 33)
	got := groupHex(long)
	if strings.Count(got, "\n") != 2 || strings.NewReplacer(":", "", "\n", "").Replace(got) != long {
		t.Errorf("%q", got)
	}
	if groupHex("") != "" || groupHex("abc") != "ab:c" {
		t.Error("short ones are wrong")
	}
}

func TestComparingPrimesIsOffered(t *testing.T) {
	r := newRig(t)
	r.Drop(frametest.GoodFolder(t))
	at := r.CSR.view.set.Entry(0).At
	skipped := csr.RuleSharedPrimeSkipped
	r.CSR.findings.group.show(&finding.Group{Rule: skipped.Name, Severity: skipped.Severity, Findings: []finding.Finding{skipped.Finding(at, "x", "")}})
	actions := r.CSR.findings.group.actions.Objects
	if len(actions) != 1 {
		t.Fatalf("%d actions for what was not compared", len(actions))
	}
	test.Tap(actions[0].(fyne.Tappable))
	r.Wait()
	if !strings.Contains(r.ToastText(), "No two RSA keys share a prime") {
		t.Errorf("after comparing: %q", r.ToastText())
	}
}

// An order says what it was made from and what it leaves out, with names.
func TestAnOrderSaysWhatItLeavesOut(t *testing.T) {
	r := newRig(t)
	r.Practice()
	folder := frametest.MixedFolder(t)
	r.Bring(r.CSR)
	r.Drop(folder)
	r.CSR.StartBatch()
	r.Dialog().Take(1)
	r.Wait()
	if len(r.orders) != 1 {
		t.Fatalf("%d orders", len(r.orders))
	}
	o := r.orders[0]
	if len(o.Sources) != 1 || o.Sources[0] != folder || o.LeftOut == 0 || len(o.LeftNames) == 0 || len(o.LeftNames) > frame.ShownNames {
		t.Errorf("made from %q, without %d: %q", o.Sources, o.LeftOut, o.LeftNames)
	}
}

// Files and names are in the order in which people count.
func TestRequestsAreInTheOrderOfPeople(t *testing.T) {
	r, folder := newRig(t), t.TempDir()
	for _, name := range []string{"dev-10", "dev-9", "DEV-8"} {
		frametest.Put(t, filepath.Join(folder, name+".csr"), frametest.Request(t, frametest.NewKey(t), name))
	}
	r.Bring(r.CSR)
	r.Drop(folder)
	for _, column := range []int{colFile, colName} {
		r.CSR.onSort(column, true)
		r.Wait()
		if got := r.files(); !slices.Equal(got, []string{"DEV-8.csr", "dev-9.csr", "dev-10.csr"}) {
			t.Errorf("by column %d: %q", column, got)
		}
	}
}
