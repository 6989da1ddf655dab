package start

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"

	"enrollbench/core/eui48"
	"enrollbench/core/finding"
	"enrollbench/core/job"
	"enrollbench/core/ledger"
	"enrollbench/core/trustmanager"
	"enrollbench/gui/files"
	"enrollbench/gui/frame"
	"enrollbench/gui/frame/frametest"
	"enrollbench/gui/look"
)

// twoConnections is a rig with the practice service, in use, and one for production.
func twoConnections(t *testing.T) (*rig, trustmanager.Connection) {
	t.Helper()
	r := newRig(t)
	c := trustmanager.NewConnection("Plant 4", trustmanager.IoTTrustManager, "https://127.0.0.1:1")
	if err := r.Desk().Connections.Add(c); err != nil {
		t.Fatal(err)
	}
	r.ReadConnections(false)
	r.Wait()
	return r, c
}

// A new batch goes through the connection that the header shows, whatever the one before went through, and production shows
// its host.
func TestANewBatchGoesThroughTheConnectionInUse(t *testing.T) {
	r, c := twoConnections(t)
	r.Start.Take(r.Order())
	r.Wait()
	p := r.Start
	if p.where.Color != look.ColorPractice || !strings.Contains(p.where.Text(), "costs nothing") {
		t.Errorf("of practice it says %q", p.where.Text())
	}
	p.connection.SetSelectedIndex(1)
	r.Wait()
	if got := p.chosen(); got == nil || got.ID != c.ID || !strings.Contains(p.where.Text(), "127.0.0.1:1") || !strings.Contains(p.bar.Sentence(), "127.0.0.1:1") {
		t.Errorf("of production it says %q, %q", p.where.Text(), p.bar.Sentence())
	}
	if strings.Contains(frametest.AllText(p.says), "Ready: no problems found") {
		t.Error("what cannot be started is said to have nothing against it")
	}
	if p.trouble == nil || !p.details.Visible() || strings.Contains(p.profiled.Text(), "connection refused") {
		t.Errorf("of the service that cannot be reached it says %q", p.profiled.Text())
	}
	test.Tap(p.details)
	if d := r.Dialog(); d.Detail == "" || strings.HasPrefix(d.Text, "Try again.") {
		t.Errorf("the details are %q, %q", d.Text, d.Detail)
	}
	r.Dialog().Take(0)
	p.leave()
	r.Start.Take(r.Order())
	r.Wait()
	if got := p.chosen(); got == nil || got.ID != job.PracticeID {
		t.Errorf("the next batch goes to %v, and the header says %q", got, r.ConnectionShown())
	}
}

// Profiles that cost money are chosen by somebody; nothing is preselected that was never used.
func TestAProfileOfProductionIsChosen(t *testing.T) {
	r, _ := twoConnections(t)
	r.Start.Take(r.Order())
	r.Wait()
	p := r.Start
	profiles := append([]trustmanager.Profile(nil), p.profiles...)
	p.connection.SetSelectedIndex(1)
	r.Wait()
	p.asking = ""
	p.showProfiles(profiles)
	r.Wait()
	if p.profile.SelectedIndex() >= 0 || !p.bar.Primary.Disabled() {
		t.Errorf("the profile %q was chosen by nobody", p.profile.Selected)
	}
}

// The page does not fall over what comes late, and another batch does not take the files of one that is being prepared.
func TestWhatComesLateToTheStartPage(t *testing.T) {
	r := newRig(t)
	r.Start.Take(r.Order())
	r.Wait()
	p := r.Start
	profiles := append([]trustmanager.Profile(nil), p.profiles...)
	p.Recheck() // the connections and profiles are being asked for
	p.bar.SetAction(true, "")
	p.act(false)
	if p.ask.Busy() || p.check.Busy() {
		t.Error("what the page asked for goes on without it")
	}
	folder := p.given.Folder
	other := &frame.Order{Batch: job.Batch{Method: job.ZIP, Keys: job.ByDevice}}
	var err error
	if other.Folder, err = r.Desk().Uploads(); err != nil {
		t.Fatal(err)
	}
	r.Start.Take(other)
	r.Wait()
	if len(r.taken) != 1 || !files.Exists(folder) || r.taken[0].State != job.Prepared {
		t.Fatalf("the batches are %v, and the files are there: %v", r.taken, files.Exists(folder))
	}
	r.Until(func() bool { return !files.Exists(other.Folder) })
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
	r := newRig(t)
	r.Start.Take(r.Order())
	r.Wait()
	p := r.Start
	twins := []trustmanager.Profile{p.profiles[0], p.profiles[0]}
	twins[1].ID = "another-id"
	p.showProfiles(twins)
	p.profile.SetSelectedIndex(1)
	r.Wait()
	if got := p.batch().Profile.ID; got != "another-id" {
		t.Errorf("chosen was the second, and %q is ordered", got)
	}
	for _, id := range []string{"2026-01-01-1-aaaaaa", "2026-01-01-2-aaaaaa"} {
		p.summary.Report.Add(finding.Finding{Rule: "sent before", Severity: finding.Warning, Message: "as " + id})
	}
	p.showSummary()
	if !strings.Contains(p.bar.Sentence(), "One warning") || !strings.Contains(frametest.AllText(p.says), "2026-01-01-1-aaaaaa; as 2026-01-01-2-aaaaaa") {
		t.Errorf("it says %q, and above %s", p.bar.Sentence(), frametest.AllText(p.says))
	}
}

// A batch whose page is open when the window closes leaves no files behind.
func TestNothingIsLeftBehind(t *testing.T) {
	r := newRig(t)
	r.Start.Take(r.Order())
	r.Wait()
	folder := r.Start.given.Folder
	r.Start.Close()
	if files.Exists(folder) {
		t.Error("what was not prepared outlives the window")
	}
}

// Offline the profiles that were seen last are what there is, and it is said.
func TestProfilesAreKept(t *testing.T) {
	r := newRig(t)
	r.Start.Take(r.Order())
	r.Wait()
	seen := len(r.Start.profiles)
	r.Misbehaves("expired-token")
	r.Start.Recheck()
	r.Wait()
	if len(r.Start.profiles) != seen || seen == 0 || !strings.Contains(r.Start.profiled.Text(), "As seen on ") {
		t.Errorf("%d of %d profiles, and it says %q", len(r.Start.profiles), seen, r.Start.profiled.Text())
	}
}

// What was sent before is an error that a reason lifts.
func TestOrderedBeforeWantsAReason(t *testing.T) {
	r := newRig(t)
	p := r.Start
	p.Take(r.Order())
	r.Wait()
	if p.again.Visible() {
		t.Error("a reason is asked for though nothing was sent before")
	}
	report := new(finding.Report)
	report.Add(job.RuleSentBefore.Finding(finding.Location{}, "3 of the requests: sent on 2026-11-30", ""))
	p.summary = &job.Summary{Report: report}
	p.showSummary()
	if !p.again.Visible() || !p.bar.Primary.Disabled() {
		t.Error("what was sent before can be started without a reason, or no reason can be given")
	}
	p.reason.SetText("the first set was lost")
	r.Wait()
	if p.batch().Again != "the first set was lost" || !p.again.Visible() {
		t.Errorf("the reason %q does not go with the batch, or is hidden while it is typed", p.batch().Again)
	}
}

// A range of which something was ordered before leads to the next free one of its length and step.
func TestOrderedBeforeOffersWhatIsFree(t *testing.T) {
	r := newRig(t)
	l, env := r.Plant()
	taken := eui48.Range{Start: 0x001ac27b0000, Count: 4, Step: 10}
	if _, err := l.Claim(t.Context(), ledger.Batch{Environment: env, ID: "first", Operator: "Ada", Ranges: []eui48.Range{taken}}); err != nil {
		t.Fatal(err)
	}
	p := r.Start
	p.Take(&frame.Order{Batch: job.Batch{Method: job.MAC, Keys: job.ByService, Range: eui48.Range{Start: taken.Start + 10, Count: 2, Step: 10}}})
	r.Wait()
	if !p.again.Visible() || !p.free.Visible() || !strings.Contains(p.free.Text, "00-1a-c2-7b-00-28") {
		t.Fatalf("again %v, free %v %q", p.again.Visible(), p.free.Visible(), p.free.Text)
	}
	p.reason.SetText("the first set was lost") // it stays on offer while a reason is typed
	r.Wait()
	test.Tap(p.free)
	if want := (eui48.Range{Start: taken.Start + 40, Count: 2, Step: 10}); r.used != want || p.given != nil {
		t.Errorf("%+v, want %+v; the page keeps %v", r.used, want, p.given)
	}
	p.Take(&frame.Order{Batch: job.Batch{Method: job.MAC, Keys: job.ByService, Range: eui48.Range{Start: taken.Start + 1, Count: 2, Step: 10}}})
	r.Wait()
	if p.again.Visible() {
		t.Error("nothing was ordered before, and a reason is asked for")
	}
}

// Device group, account and key type are asked for where the connection's request has a place for them, and go with the batch.
func TestOrderFields(t *testing.T) {
	r := newRig(t)
	c := trustmanager.NewConnection("Devices", trustmanager.DeviceTrustManager, "https://127.0.0.1:1")
	c.Contract.Order = map[string]string{"account": "A-4711"}
	if err := r.Desk().Connections.Add(c); err != nil {
		t.Fatal(err)
	}
	r.ReadConnections(false)
	r.Wait()
	r.Start.Take(r.Order())
	r.Wait()
	p := r.Start
	if p.fieldLines.Visible() {
		t.Error("practice asks for a device group")
	}
	p.connection.SetSelectedIndex(1)
	r.Wait()
	if !p.fieldLines.Visible() || !strings.Contains(p.fields["account"].PlaceHolder, "A-4711") || !strings.Contains(p.fields["key_type"].PlaceHolder, "none") {
		t.Errorf("shown %v, %q", p.fieldLines.Visible(), p.fields["account"].PlaceHolder)
	}
	p.fields["device_group"].SetText(" G-1 ")
	r.Wait()
	if b := p.batch(); b.Fields["device_group"] != "G-1" || len(b.Fields) != 1 {
		t.Errorf("%v", b.Fields)
	}
	p.connection.SetSelectedIndex(0)
	r.Wait()
	if b := p.batch(); len(b.Fields) != 0 {
		t.Errorf("what is not shown is ordered: %v", b.Fields)
	}
}
