package gui

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"

	"enrollbench/core/finding"
	"enrollbench/core/job"
	"enrollbench/core/trustmanager"
	"enrollbench/gui/look"
)

// twoConnections is a rig with the practice service, in use, and one for production.
func twoConnections(t *testing.T) (*rig, trustmanager.Connection) {
	t.Helper()
	r := practiceRig(t)
	c := trustmanager.NewConnection("Plant 4", trustmanager.IoTTrustManager, "https://127.0.0.1:1")
	if err := r.desk.Connections.Add(c); err != nil {
		t.Fatal(err)
	}
	r.ReadConnections(false)
	r.idle()
	return r, c
}

// A new batch goes through the connection that the header shows, whatever the one before went through, and production shows
// its host.
func TestANewBatchGoesThroughTheConnectionInUse(t *testing.T) {
	r, c := twoConnections(t)
	folder := goodFolder(t)
	r.Bring(r.CSR)
	r.drop(folder)
	with(r.Frame, Starter.StartBatch)
	r.idle()
	p := r.Start
	if p.where.Color != look.ColorPractice || !strings.Contains(p.where.Text(), "costs nothing") {
		t.Errorf("of practice it says %q", p.where.Text())
	}
	p.connection.SetSelectedIndex(1)
	r.idle()
	if got := p.chosen(); got == nil || got.ID != c.ID || !strings.Contains(p.where.Text(), "127.0.0.1:1") || !strings.Contains(p.bar.Sentence(), "127.0.0.1:1") {
		t.Errorf("of production it says %q, %q", p.where.Text(), p.bar.Sentence())
	}
	if strings.Contains(allText(p.says), "Nothing speaks against it") {
		t.Error("what cannot be started is said to have nothing against it")
	}
	if p.trouble == nil || !p.details.Visible() || strings.Contains(p.profiled.Text(), "connection refused") {
		t.Errorf("of the service that cannot be reached it says %q", p.profiled.Text())
	}
	test.Tap(p.details)
	if d := r.dialog(); d.Detail == "" || strings.HasPrefix(d.Text, "Try again.") {
		t.Errorf("the details are %q, %q", d.Text, d.Detail)
	}
	r.dialog().Take(0)
	p.leave()
	with(r.Frame, Starter.StartBatch)
	r.idle()
	if got := p.chosen(); got == nil || got.ID != job.PracticeID {
		t.Errorf("the next batch goes to %v, and the header says %q", got, r.linkText.Text())
	}
}

// Profiles that cost money are chosen by somebody; nothing is preselected that was never used.
func TestAProfileOfProductionIsChosen(t *testing.T) {
	r, _ := twoConnections(t)
	r.Bring(r.CSR)
	r.drop(goodFolder(t))
	with(r.Frame, Starter.StartBatch)
	r.idle()
	p := r.Start
	profiles := append([]trustmanager.Profile(nil), p.profiles...)
	p.connection.SetSelectedIndex(1)
	r.idle()
	p.asking = ""
	p.showProfiles(profiles)
	r.idle()
	if p.profile.SelectedIndex() >= 0 || !p.bar.Primary.Disabled() {
		t.Errorf("the profile %q was chosen by nobody", p.profile.Selected)
	}
}

// The page does not fall over what comes late, and another batch does not take the files of one that is being prepared.
func TestWhatComesLateToTheStartPage(t *testing.T) {
	r := practiceRig(t)
	r.Bring(r.CSR)
	r.drop(goodFolder(t))
	with(r.Frame, Starter.StartBatch)
	r.idle()
	p := r.Start
	profiles := append([]trustmanager.Profile(nil), p.profiles...)
	p.Recheck() // the connections and profiles are being asked for
	p.bar.SetAction(true, "")
	p.act(false)
	if p.ask.Busy() || p.check.Busy() {
		t.Error("what the page asked for goes on without it")
	}
	folder := p.given.Folder
	other := &Order{Batch: job.Batch{Method: job.ZIP, Keys: job.ByDevice}}
	var err error
	if other.Folder, err = r.desk.uploads(); err != nil {
		t.Fatal(err)
	}
	r.App.StartBatch(other)
	r.idle()
	if got := r.Jobs.current(); got == nil || !exists(folder) || got.State != job.Prepared {
		t.Fatalf("the batch is %v, and its files are there: %v", got, exists(folder))
	}
	r.until(func() bool { return !exists(other.Folder) })
	p.read()
	p.onConnection()
	p.onChange()
	p.showBar()
	if p.given != nil || len(profiles) == 0 {
		t.Error("the page is not closed")
	}
}

// Profiles of one name are told apart, since a choice goes by its text; what several findings say counts once, as it stands on
// the page.
func TestTheStartPageTellsApart(t *testing.T) {
	r := practiceRig(t)
	r.Bring(r.CSR)
	r.drop(goodFolder(t))
	with(r.Frame, Starter.StartBatch)
	r.idle()
	p := r.Start
	twins := []trustmanager.Profile{p.profiles[0], p.profiles[0]}
	twins[1].ID = "another-id"
	p.showProfiles(twins)
	p.profile.SetSelectedIndex(1)
	r.idle()
	if got := p.batch().Profile.ID; got != "another-id" {
		t.Errorf("chosen was the second, and %q is ordered", got)
	}
	for _, id := range []string{"2026-01-01-1-aaaaaa", "2026-01-01-2-aaaaaa"} {
		p.summary.Report.Add(finding.Finding{Rule: "sent before", Severity: finding.Warning, Message: "as " + id})
	}
	p.showSummary()
	if !strings.Contains(p.bar.Sentence(), "One warning") || !strings.Contains(allText(p.says), "2026-01-01-1-aaaaaa; as 2026-01-01-2-aaaaaa") {
		t.Errorf("it says %q, and above %s", p.bar.Sentence(), allText(p.says))
	}
}

// What is dropped on the page is shown by the tab that takes it.
func TestDroppedOnTheStartPage(t *testing.T) {
	r := practiceRig(t)
	r.Bring(r.CSR)
	r.drop(goodFolder(t))
	with(r.Frame, Starter.StartBatch)
	r.idle()
	folder := r.Start.given.Folder
	r.drop(goodFolder(t))
	if r.Current() != Room(r.CSR) || len(r.files()) != 6 {
		t.Errorf("in front is %s with %d requests", r.Current().Name(), len(r.files()))
	}
	r.until(func() bool { return !exists(folder) })
}
