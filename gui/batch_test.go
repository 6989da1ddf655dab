package gui

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"

	"enrollbench/core/job"
	"enrollbench/gui/files"
	"enrollbench/gui/frame"
	"enrollbench/gui/frame/frametest"
	"enrollbench/gui/widgets"
)

// practiceRig is a rig whose connection is the practice service.
func practiceRig(t *testing.T) *rig {
	t.Helper()
	r := newRig(t)
	r.Practice()
	return r
}

// orders brings the three requests of a folder to the start page.
func (r *rig) orders() {
	r.T.Helper()
	r.Bring(r.CSR)
	r.Drop(frametest.GoodFolder(r.T))
	r.StartHere()
	r.Wait()
	if r.Current() != frame.Room(r.Start) || r.bar().Primary.Disabled() {
		r.T.Fatalf("in front is %s, its reason %q", r.Current().Name(), r.bar().Reason())
	}
}

func TestABatchGoesAllTheWay(t *testing.T) {
	r := practiceRig(t)
	r.orders()
	if text := r.text(); !strings.Contains(text, "3 certificates, keys made by the devices") || r.bar().Primary.Text != "Start 3 certificates" {
		t.Fatalf("the page says %s, and its button %q", text, r.bar().Primary.Text)
	}
	r.act()
	if r.Current() != frame.Room(r.Jobs) || rows(r.Jobs) != 1 {
		t.Fatalf("in front is %s, and there are %d batches", r.Current().Name(), rows(r.Jobs))
	}
	done := r.reaches(job.Complete)
	if done.Issued != 3 || r.bar().Primary.Text != "Fetch and open" || r.BadgeOf(r.Jobs) != "1" {
		t.Errorf("%d issued, the next step is %q, the tab's number %q", done.Issued, r.bar().Primary.Text, r.BadgeOf(r.Jobs))
	}
	r.act()
	if r.Current() != frame.Room(r.Results) || !strings.HasPrefix(r.Results.Verdict(), "ready: 3 of 3 delivered") {
		t.Fatalf("in front is %s, dialogs %d, %q, %q", r.Current().Name(), len(r.Dialogs()), r.ToastText(), r.Results.Verdict())
	}
	if opened := r.batch(); opened.State != job.Opened || !strings.HasPrefix(opened.Verdict, "3 of 3 delivered") {
		t.Errorf("the record says %s, %q", opened.State, opened.Verdict)
	}
	out := filepath.Join(t.TempDir(), "out")
	r.act() // to the export
	seen(r, func(e *widgets.Entry) bool { return filepath.IsAbs(e.Text) }).SetText(out)
	r.act()
	if exported, _ := os.ReadDir(out); len(exported) == 0 || r.batch().State != job.Delivered || r.BadgeOf(r.Jobs) != "" {
		t.Errorf("after the export of %d files the record says %s, the tab's number %q", len(exported), r.batch().State, r.BadgeOf(r.Jobs))
	}
}

func TestKeysFromTheServiceWantARehearsal(t *testing.T) {
	r, s := practiceRig(t), frametest.Samples(t)
	const unproven = "Start without a rehearsal"
	r.Bring(r.MAC)
	r.field("00:1a:c2").SetText("00:1a:c2:7b:00:00")
	r.field("500").SetText("4")
	r.StartHere()
	r.Wait()
	if !r.bar().Primary.Disabled() || !r.button("Prepare only").Disabled() || !strings.Contains(r.text(), "No certificate or OpenPGP key was chosen") {
		t.Errorf("without a recipient the button is enabled, or the page says %s", r.text())
	}
	r.ShowKeys()
	r.Drop(s.Certificate)
	r.ShowAside(r.Start)
	r.Wait()
	if !r.bar().Primary.Disabled() || r.check(unproven) == nil {
		t.Fatalf("without a rehearsal the button is enabled: %s", r.text())
	}
	r.check(unproven).SetChecked(true)
	r.Wait()
	if r.bar().Primary.Disabled() {
		t.Errorf("knowingly without a rehearsal it cannot be started: %s", r.text())
	}
	r.ShowKeys()
	r.field("Path of the private key").SetText(s.Key)
	r.act()
	r.ShowAside(r.Start)
	r.Wait()
	if r.bar().Primary.Disabled() || r.check(unproven) != nil || !strings.Contains(r.text(), "(proven today)") {
		t.Errorf("after the rehearsal: %s", r.text())
	}
	r.act()
	r.reaches(job.Complete)
	r.act()
	r.NoDialog()
	if v := r.Results.Verdict(); !strings.HasPrefix(v, "ready: 4 of 4 delivered") {
		t.Errorf("the result is %q: %s", v, r.text())
	}
}

func TestRowsOfACSVAreOrdered(t *testing.T) {
	r, s := practiceRig(t), frametest.Samples(t)
	path := frametest.Put(t, filepath.Join(t.TempDir(), "order.csv"), []byte("subject.common_name,subject.country\nthermostat-1,DE\nthermostat-2,DEU\nthermostat-3,DE\n"))
	r.ShowKeys()
	r.Drop(s.Certificate)
	r.Bring(r.CSV)
	r.Drop(path)
	r.StartHere()
	r.Wait()
	if d := r.Dialog(); d.Title != "One row has errors" {
		t.Fatalf("the dialog says %q", d.Title)
	}
	r.Dialog().Take(1)
	r.Wait()
	if r.Current() != frame.Room(r.Start) || !strings.Contains(r.text(), "2 certificates, keys made by the service") {
		t.Fatalf("in front is %s, %s", r.Current().Name(), r.text())
	}
	for _, want := range []string{"Made from", path, "Left out", "One: thermostat-2", "order-upload.csv", "POST https://"} {
		if !strings.Contains(r.text(), want) {
			t.Errorf("the page does not say %q: %s", want, r.text())
		}
	}
	folders := func() []string {
		found, _ := filepath.Glob(filepath.Join(r.Desk().Folder(), "uploads", "*"))
		return found
	}
	if len(folders()) != 1 {
		t.Errorf("the upload file lies in %q", folders())
	}
	test.Tap(r.button("Go back"))
	r.Until(func() bool { return len(folders()) == 0 })
}

// A result that lacks certificates is no success.
func TestAPartialResultIsAmber(t *testing.T) {
	r := practiceRig(t)
	r.Misbehaves("partial=1")
	r.orders()
	r.act()
	r.reaches(job.Complete)
	r.act()
	if v := r.Results.Verdict(); !strings.HasPrefix(v, "warning: Missing: dev-") {
		t.Errorf("a result with a missing certificate is %q", v)
	}
}

// What is dropped on the start page is shown by the room that the batch came from.
func TestDroppedOnTheStartPage(t *testing.T) {
	r := practiceRig(t)
	r.orders()
	r.Drop(frametest.GoodFolder(t))
	if r.Current() != frame.Room(r.CSR) || rows(r.CSR) != 6 {
		t.Errorf("in front is %s with %d requests", r.Current().Name(), rows(r.CSR))
	}
	r.Until(func() bool {
		left, _ := filepath.Glob(filepath.Join(r.Desk().Folder(), "uploads", "*"))
		return len(left) == 0 && !files.Exists(filepath.Join(r.Desk().Folder(), "uploads", "batch-"))
	})
}

// Who opens a file with the program sees the file, at the first start too.
func TestTheFirstStartWithAFile(t *testing.T) {
	r := newRig(t)
	r.Preferences().SetBool(frame.PrefWelcomed, false)
	r.OpenPaths([]string{frametest.GoodFolder(t)})
	r.ReadConnections(true)
	r.Wait()
	if r.Current() != frame.Room(r.CSR) || rows(r.CSR) != 3 || r.Preferences().Bool(frame.PrefWelcomed) {
		t.Errorf("in front is %s with %d requests", r.Current().Name(), rows(r.CSR))
	}
}

func TestTheFirstStart(t *testing.T) {
	r := newRig(t)
	r.Preferences().SetBool(frame.PrefWelcomed, false)
	r.ReadConnections(true)
	r.Wait()
	if r.Current() != frame.Room(r.Welcome) {
		t.Fatalf("in front is %s", r.Current().Name())
	}
	r.Drop(frametest.GoodFolder(t))
	if r.Current() != frame.Room(r.CSR) || rows(r.CSR) != 3 {
		t.Errorf("files dropped at the first start: %s, %d", r.Current().Name(), rows(r.CSR))
	}
	// Whoever orders without a connection is asked, and goes on where he was.
	r.StartHere()
	r.Wait()
	if r.Current() != frame.Room(r.Welcome) {
		t.Fatalf("ordering without a connection shows %s", r.Current().Name())
	}
	test.Tap(r.button("Practise now"))
	r.Wait()
	if r.Current() != frame.Room(r.Start) || r.bar().Primary.Disabled() {
		t.Errorf("then %s, %q", r.Current().Name(), r.bar().Reason())
	}
}

// A newcomer comes from the first page to a green result with four presses: practise, order, start, fetch and open.
func TestFourPressesToGreen(t *testing.T) {
	r := newRig(t)
	r.Preferences().SetBool(frame.PrefWelcomed, false)
	r.ReadConnections(true)
	r.Wait()
	test.Tap(r.button("Practise now"))
	r.Wait()
	if r.Current() != frame.Room(r.CSR) || rows(r.CSR) != 12 {
		t.Fatalf("in front is %s with %d requests", r.Current().Name(), rows(r.CSR))
	}
	test.Tap(r.button("Start batch job…"))
	r.Wait()
	r.act()
	r.reaches(job.Complete)
	r.act()
	if text := r.text(); r.Current() != frame.Room(r.Results) || !strings.Contains(text, "12 of 12 delivered, matched, verified") {
		t.Errorf("in front is %s: %s", r.Current().Name(), text)
	}
	r.ReadConnections(true)
	r.Wait()
	if r.Current() == frame.Room(r.Welcome) {
		t.Error("the page of the first start comes back uninvited")
	}
}

// A result that was dropped as a file is compared with the order of a batch that is chosen from the list.
func TestTheOrderOfAResultFromAJob(t *testing.T) {
	r := practiceRig(t)
	r.orders()
	r.act()
	done := r.reaches(job.Complete)
	fetched, err := r.Desk().Jobs.Fetch(t.Context(), done.ID, nil)
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(fetched.ResultPath)
	if err != nil {
		t.Fatal(err)
	}
	r.Bring(r.Results)
	r.Drop(frametest.Put(t, filepath.Join(t.TempDir(), "result.zip"), content))
	seen(r, func(s *widgets.Select) bool { return slices.Contains(s.Options, "From a job") }).SetSelected("From a job")
	r.Wait()
	if !r.bar().Primary.Disabled() || r.bar().Reason() != "Choose the job" {
		t.Errorf("without a job it can be opened: %q", r.bar().Reason())
	}
	list := seen(r, func(s *widgets.Select) bool { return len(s.Options) == 1 && strings.HasPrefix(s.Options[0], done.ID) })
	if list == nil || !strings.HasSuffix(list.Options[0], " · 3") {
		t.Fatal("the batch is not offered")
	}
	list.SetSelectedIndex(0)
	r.act()
	test.Tap(r.button("Open as practice"))
	r.Wait()
	if text := r.text(); !strings.Contains(text, "3 of 3 delivered") {
		t.Errorf("opened: %s", text)
	}
	// The next result has another order.
	r.Drop(frametest.Put(t, filepath.Join(t.TempDir(), "next.zip"), content))
	if list := seen(r, func(s *widgets.Select) bool { return slices.Contains(s.Options, "From a job") }); list.Selected == "From a job" {
		t.Error("the order of the last result is still chosen")
	}
}
