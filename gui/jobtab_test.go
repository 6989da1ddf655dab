package gui

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"enrollbench/core/finding"
	"enrollbench/core/job"
	"enrollbench/core/practice"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/windowtest/sample"
)

// practiceRig is a rig whose connection is the practice service.
func practiceRig(t *testing.T) *rig {
	t.Helper()
	r := newRig(t)
	r.Practise(nil)
	r.idle()
	if c := r.connected.find(r.connected.standard); c == nil || c.ID != job.PracticeID || r.linkText.Text() != "Practice" {
		t.Fatalf("the connection is %v, the header says %q", c, r.linkText.Text())
	}
	return r
}

// misbehaves makes the practice service do so.
func (r *rig) misbehaves(specs ...string) {
	r.t.Helper()
	s, err := r.desk.Practice(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	var all practice.Faults
	for _, spec := range specs {
		f, err := practice.ParseFault(spec)
		if err != nil {
			r.t.Fatal(err)
		}
		all = append(all, f)
	}
	if err := s.SetFaults(all); err != nil {
		r.t.Fatal(err)
	}
}

// until a batch is in a state; the service is asked again and again.
func (r *rig) reaches(want job.State) *job.Record {
	r.t.Helper()
	for range 500 {
		r.idle()
		now := r.Jobs.current()
		if now == nil {
			r.t.Fatal("no batch is chosen")
		}
		if now.State == want {
			return now
		}
		if now.State.UnderWay() {
			r.Jobs.step(stepAsk, now)
			continue
		}
		r.t.Fatalf("the batch is %s and not %s: %s", now.State, want, now.LastError)
	}
	r.t.Fatal("it never comes to " + string(want))
	return nil
}

// ordersRequests starts a batch with the three requests of a folder.
func (r *rig) ordersRequests() {
	r.t.Helper()
	r.Bring(r.CSR)
	r.drop(goodFolder(r.t))
	with(r.Frame, Starter.StartBatch)
	r.idle()
	if r.Current() != Room(r.Start) || r.Start.bar.Primary.Disabled() {
		r.t.Fatalf("in front is %s, its reason %q", r.Current().Name(), r.Start.bar.Reason())
	}
	test.Tap(r.Start.bar.Primary)
	r.idle()
}

func TestABatchGoesAllTheWay(t *testing.T) {
	r := practiceRig(t)
	r.Bring(r.CSR)
	r.drop(goodFolder(t))
	with(r.Frame, Starter.StartBatch)
	r.idle()
	p := r.Start
	if r.Current() != Room(p) || p.sentence.Text() != "3 certificates, keys made by the devices" || p.bar.Primary.Text != "Start 3 certificates" {
		t.Fatalf("in front is %s with %q and the button %q", r.Current().Name(), p.sentence.Text(), p.bar.Primary.Text)
	}
	for _, x := range p.profiles {
		if x.Keys == "server_side" || !x.Batch() {
			t.Errorf("the profile %q is offered for requests", x.Name)
		}
	}
	test.Tap(p.bar.Primary)
	r.idle()
	if r.Current() != Room(r.Jobs) || len(r.Jobs.all) != 1 {
		t.Fatalf("in front is %s, and there are %d batches", r.Current().Name(), len(r.Jobs.all))
	}
	done := r.reaches(job.Complete)
	if done.Issued != 3 || r.Jobs.bar.Primary.Text != "Fetch and open" || r.badges[3].Text() != "1" {
		t.Errorf("%d issued, the next step is %q, the tab's number %q", done.Issued, r.Jobs.bar.Primary.Text, r.badges[3].Text())
	}
	test.Tap(r.Jobs.bar.Primary)
	r.idle()
	if r.Current() != Room(r.Results) || r.Results.result == nil || r.Results.result.state != look.Ready {
		t.Fatalf("in front is %s, dialogs %d, %q", r.Current().Name(), len(r.dialogs), r.toastText())
	}
	if opened := r.Jobs.all[0]; opened.State != job.Opened || !strings.HasPrefix(opened.Verdict, "3 of 3 delivered") {
		t.Errorf("the record says %s, %q", opened.State, opened.Verdict)
	}
	r.choose.folder = filepath.Join(t.TempDir(), "out")
	r.Results.exports.open = true
	r.Results.exports.folder.SetText(r.choose.folder)
	r.Results.exports.write(false)
	r.idle()
	if r.Jobs.all[0].State != job.Delivered || r.badges[3].Text() != "" {
		t.Errorf("after the export the record says %s, the tab's number %q", r.Jobs.all[0].State, r.badges[3].Text())
	}
}

// What was sent before is an error that a reason lifts.
func TestOrderedBeforeWantsAReason(t *testing.T) {
	r := practiceRig(t)
	r.Bring(r.MAC)
	r.MAC.start.Entry.SetText("00:1a:c2:7b:00:00")
	r.MAC.count.Entry.SetText("4")
	with(r.Frame, Starter.StartBatch)
	r.idle()
	p := r.Start
	if p.again.Visible() {
		t.Error("a reason is asked for though nothing was sent before")
	}
	report := new(finding.Report)
	report.Add(job.RuleSentBefore.Finding(finding.Location{}, "4 of the MAC addresses: sent on 2026-11-30", ""))
	p.summary = &job.Summary{Report: report}
	p.showSummary()
	if !p.again.Visible() || !p.bar.Primary.Disabled() {
		t.Error("what was sent before can be started without a reason, or no reason can be given")
	}
	p.reason.SetText("the first set was lost")
	r.idle()
	if p.batch().Again != "the first set was lost" || !p.again.Visible() {
		t.Errorf("the reason %q does not go with the batch, or is hidden", p.batch().Again)
	}
}

func TestKeysFromTheServiceWantARehearsal(t *testing.T) {
	r := practiceRig(t)
	s, err := sample.Write(t.TempDir(), 2)
	if err != nil {
		t.Fatal(err)
	}
	r.Bring(r.MAC)
	r.MAC.start.Entry.SetText("00:1a:c2:7b:00:00")
	r.MAC.count.Entry.SetText("4")
	with(r.Frame, Starter.StartBatch)
	r.idle()
	p := r.Start
	if !p.bar.Primary.Disabled() || !p.keep.Disabled() || !strings.Contains(allText(p.says), "No certificate or OpenPGP key was chosen") {
		t.Errorf("without a recipient the button is enabled, or the page says %s", allText(p.says))
	}
	r.ShowKeys()
	r.drop(s.Certificate)
	r.ShowAside(r.Start)
	r.idle()
	if !p.bar.Primary.Disabled() || !p.unproven.Visible() {
		t.Errorf("without a rehearsal the button is enabled: %s", allText(p.says))
	}
	p.unproven.SetChecked(true)
	r.idle()
	if p.bar.Primary.Disabled() {
		t.Errorf("knowingly without a rehearsal it cannot be started: %s", allText(p.says))
	}
	r.ShowKeys()
	r.Keys.key.SetText(s.Key)
	test.Tap(r.Keys.bar.Primary)
	r.idle()
	r.ShowAside(r.Start)
	r.idle()
	if p.bar.Primary.Disabled() || p.unproven.Visible() || !strings.Contains(p.sentence.Text(), "(proven today)") {
		t.Errorf("after the rehearsal: %q, %s", p.sentence.Text(), allText(p.says))
	}
	test.Tap(p.bar.Primary)
	r.reaches(job.Complete)
	test.Tap(r.Jobs.bar.Primary)
	r.idle()
	r.noDialog()
	if r.Results.result == nil || r.Results.result.state != look.Ready || r.Results.result.delivery.Keys() != 4 {
		t.Errorf("the result is %v: %s", r.Results.result, allText(r.Results.page.remark))
	}
}

func TestRowsOfACSVAreOrdered(t *testing.T) {
	r := practiceRig(t)
	r.Bring(r.CSV)
	path := put(t, filepath.Join(t.TempDir(), "order.csv"), []byte("subject.common_name,subject.country\nthermostat-1,DE\nthermostat-2,DEU\nthermostat-3,DE\n"))
	s, err := sample.Write(t.TempDir(), 3)
	if err != nil {
		t.Fatal(err)
	}
	r.ShowKeys()
	r.drop(s.Certificate)
	r.Bring(r.CSV)
	r.drop(path)
	with(r.Frame, Starter.StartBatch)
	r.idle()
	if d := r.dialog(); d.Title != "One row has errors" {
		t.Fatalf("the dialog says %q", d.Title)
	}
	r.dialog().Take(1)
	r.idle()
	p := r.Start
	if r.Current() != Room(p) || p.given.Batch.Keys != job.ByService || !strings.HasPrefix(p.sentence.Text(), "2 certificates, keys made by the service") {
		t.Fatalf("in front is %s, %q", r.Current().Name(), p.sentence.Text())
	}
	folder := p.given.Folder
	p.leave()
	r.until(func() bool { return !exists(folder) })
}

func TestAnUnclearStartStaysSo(t *testing.T) {
	r := practiceRig(t)
	r.misbehaves("lost-answer=1", "no-list")
	r.ordersRequests()
	if d := r.dialog(); d.Title != "It is not known whether the service took it" || d.Detail == "" {
		t.Fatalf("the dialog says %q", d.Title)
	}
	r.dialog().Take(0)
	now := r.Jobs.current()
	if now.State != job.MayExist || r.Jobs.bar.Primary.Text != "Ask the service" {
		t.Fatalf("it is %s, and the next step %q", now.State, r.Jobs.bar.Primary.Text)
	}
	text := allText(r.Jobs.details.body)
	for _, want := range []string{now.ID, "never sent again by itself"} {
		if !strings.Contains(text, want) {
			t.Errorf("the details lack %q", want)
		}
	}
	// The user looks into the portal, finds nothing, and is asked before a second order.
	r.Jobs.step(stepNotStarted, now)
	if d := r.dialog(); !strings.Contains(d.Text, now.ID) || d.Answers[1].Text != "It was not started" || !d.Answers[1].Danger {
		t.Errorf("the question is %q, %v", d.Text, d.Answers)
	}
	r.dialog().Take(0)
	// The service has its list again: it has the batch, and the word of the user is not taken.
	r.misbehaves()
	r.Jobs.step(stepNotStarted, now)
	r.dialog().Take(1)
	r.idle()
	if got := r.Jobs.current(); got.State == job.Prepared || got.RemoteID == "" {
		t.Errorf("it is %s with the id %q", got.State, got.RemoteID)
	}
	if !strings.Contains(r.toastText(), "has it after all") {
		t.Errorf("the toast says %q", r.toastText())
	}
	r.reaches(job.Complete)
}

func TestFailedRowsAreNoSuccess(t *testing.T) {
	r := practiceRig(t)
	r.misbehaves("partial=1")
	r.ordersRequests()
	done := r.reaches(job.Complete)
	if state, _ := jobState(done); state != look.Warning || done.Failed != 1 {
		t.Errorf("%d failed, shown as %v", done.Failed, state)
	}
	r.until(func() bool { return r.Jobs.details.record != nil && r.Jobs.details.record.State == job.Complete })
	r.idle()
	if text := allText(r.Jobs.details.body); !strings.Contains(text, "One row failed") {
		t.Errorf("the details say %s", text)
	}
	r.choose.save = filepath.Join(t.TempDir(), "failed.csv")
	r.Jobs.step(stepFailedRows, done)
	r.idle()
	data, err := os.ReadFile(r.choose.save)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil || len(rows) != 2 || !strings.HasPrefix(rows[1][0], "dev-") {
		t.Errorf("the failed rows are %q, %v", rows, err)
	}
	r.dialogs = nil
	test.Tap(r.Jobs.bar.Primary)
	r.idle()
	if r.Results.result == nil || r.Results.result.state != look.Warning {
		t.Errorf("a result with a missing certificate is %v", r.Results.result)
	}
}

func TestAPreparedBatchIsCarriedToAnotherStation(t *testing.T) {
	r := practiceRig(t)
	r.Bring(r.CSR)
	r.drop(goodFolder(t))
	with(r.Frame, Starter.StartBatch)
	r.idle()
	test.Tap(r.Start.keep)
	r.idle()
	if got := r.Jobs.current(); got == nil || got.State != job.Prepared || r.Jobs.bar.Primary.Text != "Start…" {
		t.Fatalf("it is %v", got)
	}
	file := filepath.Join(t.TempDir(), "line4"+batchEnd)
	r.choose.save = file
	r.Jobs.step(stepExport, r.Jobs.current())
	r.idle()
	if got := r.Jobs.current(); got.Exported.IsZero() || r.Jobs.bar.Primary.Text != "Prepare again" {
		t.Errorf("after it was handed over the next step is %q", r.Jobs.bar.Primary.Text)
	}

	other := practiceRig(t)
	other.Bring(other.Jobs)
	other.drop(file)
	got := other.Jobs.current()
	if got == nil || got.State != job.Prepared || got.Count != 3 || got.ID != r.Jobs.current().ID {
		t.Fatalf("it was taken in as %v: %v", got, other.dialogs)
	}
	test.Tap(other.Jobs.bar.Primary)
	if d := other.dialog(); !strings.HasPrefix(d.Title, "Start ") || !strings.Contains(d.Text, "costs nothing") {
		t.Errorf("before it is sent: %q, %q", d.Title, d.Text)
	}
	other.dialog().Take(1)
	other.reaches(job.Complete)
}

func TestApprovalAndRejection(t *testing.T) {
	r := practiceRig(t)
	r.Bring(r.CSR)
	r.drop(goodFolder(t))
	with(r.Frame, Starter.StartBatch)
	r.idle()
	for i, x := range r.Start.profiles {
		if strings.Contains(strings.ToLower(x.Name), "approv") {
			r.Start.profile.SetSelectedIndex(i)
			break
		}
	}
	r.idle()
	test.Tap(r.Start.bar.Primary)
	waiting := r.reaches(job.WaitingForApproval)
	if state, _ := jobState(waiting); state != look.Warning || r.Jobs.bar.Primary.Text != "Approve…" {
		t.Errorf("it is shown as %v, and the next step is %q", state, r.Jobs.bar.Primary.Text)
	}
	r.Jobs.step(stepReject, waiting)
	if !r.dialog().Answers[1].Danger {
		t.Error("rejecting is not marked")
	}
	r.dialog().Take(0)
	test.Tap(r.Jobs.bar.Primary)
	r.dialog().Take(1)
	r.reaches(job.Complete)
}

// Both sizes that the window is made for hold every state.
func TestJobsFitASmallWindow(t *testing.T) {
	r := practiceRig(t)
	r.window.Resize(fyne.NewSize(1000, 700))
	fits := func(what string) {
		t.Helper()
		if min := r.window.Content().MinSize(); min.Width > 1000 || min.Height > 700 {
			t.Errorf("%s needs %v", what, min)
		}
	}
	r.Welcome.Welcome()
	fits("the first start")
	r.ShowConnections()
	r.idle()
	fits("the connections")
	r.Settings.Add()
	r.Settings.form.title.SetText(strings.Repeat("a long name ", 8))
	fits("a new connection")
	r.Settings.form.forget()
	r.Bring(r.CSR)
	r.drop(goodFolder(t))
	fits("requests")
	with(r.Frame, Starter.StartBatch)
	r.idle()
	fits("the page that starts it")
	test.Tap(r.Start.bar.Primary)
	r.reaches(job.Complete)
	fits("the list of jobs")
}

// Details that change under somebody's hands leave the focus on the step it was on, or on the list.
func TestDetailsKeepTheFocus(t *testing.T) {
	r := practiceRig(t)
	r.Bring(r.CSR)
	r.drop(goodFolder(t))
	with(r.Frame, Starter.StartBatch)
	r.idle()
	test.Tap(r.Start.keep)
	r.idle()
	c, d := r.window.Canvas(), r.Jobs.details
	c.Focus(d.others[0])
	text := d.others[0].Text
	d.read(r.Jobs.chosen)
	r.idle()
	if now, ok := c.Focused().(*widgets.Button); !ok || now != d.others[0] || now.Text != text {
		t.Errorf("the focus is on %v", c.Focused())
	}
	r.Jobs.step(stepCancel, r.Jobs.current())
	r.idle()
	if c.Focused() != fyne.Focusable(r.Jobs.sheet) {
		t.Errorf("after the step is gone the focus is on %v", c.Focused())
	}
}
