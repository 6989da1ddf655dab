package jobs

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"enrollbench/core/job"
	"enrollbench/core/trustmanager"
	"enrollbench/gui/frame/frametest"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

// practiceRig is a rig whose connection is the practice service.
func practiceRig(t *testing.T) *rig {
	t.Helper()
	r := newRig(t)
	r.Practice()
	return r
}

// until a batch is in a state; the service is asked again and again.
func (r *rig) reaches(want job.State) *job.Record {
	r.T.Helper()
	for range 500 {
		r.Wait()
		now := r.Jobs.current()
		if now == nil {
			r.T.Fatal("no batch is chosen")
		}
		if now.State == want {
			return now
		}
		if now.State.UnderWay() {
			r.Jobs.step(stepAsk, now)
			continue
		}
		r.T.Fatalf("the batch is %s and not %s: %s", now.State, want, now.LastError)
	}
	r.T.Fatal("it never comes to " + string(want))
	return nil
}

// prepares prepares a batch of three requests.
func (r *rig) prepares(profile string) {
	r.T.Helper()
	one := r.Prepared(profile)
	r.Jobs.TakeAll([]*job.Record{one})
	r.Jobs.Choose(one.ID)
	r.Wait()
}

// ordersRequests starts a batch of three requests.
func (r *rig) ordersRequests() {
	r.T.Helper()
	r.prepares("")
	r.Jobs.Send(r.Jobs.current().ID)
	r.Wait()
}

func TestAnUnclearStartStaysSo(t *testing.T) {
	r := practiceRig(t)
	r.Misbehaves("lost-answer=1", "no-list")
	r.ordersRequests()
	if d := r.Dialog(); d.Title != "It is not known whether the service accepted it" || d.Detail == "" {
		t.Fatalf("the dialog says %q", d.Title)
	}
	r.Dialog().Take(0)
	now := r.Jobs.current()
	if now.State != job.MayExist || r.Jobs.bar.Primary.Text != "Ask the service" {
		t.Fatalf("it is %s, and the next step %q", now.State, r.Jobs.bar.Primary.Text)
	}
	text := frametest.AllText(r.Jobs.details.body)
	for _, want := range []string{now.ID, "never sends it again by itself"} {
		if !strings.Contains(text, want) {
			t.Errorf("the details lack %q", want)
		}
	}
	// The user looks into the portal, finds nothing, and is asked before a second order.
	r.Jobs.step(stepNotStarted, now)
	if d := r.Dialog(); !strings.Contains(d.Text, now.ID) || d.Answers[1].Text != "It was not started" || !d.Answers[1].Danger {
		t.Errorf("the question is %q, %v", d.Text, d.Answers)
	}
	r.Dialog().Take(0)
	// The service has its list again: it has the batch, and the word of the user is not taken.
	r.Misbehaves()
	r.Jobs.step(stepNotStarted, now)
	r.Dialog().Take(1)
	r.Wait()
	if got := r.Jobs.current(); got.State == job.Prepared || got.RemoteID == "" {
		t.Errorf("it is %s with the id %q", got.State, got.RemoteID)
	}
	if !strings.Contains(r.ToastText(), "The service has the job") {
		t.Errorf("the toast says %q", r.ToastText())
	}
	r.reaches(job.Complete)
}

func TestFailedRowsAreNoSuccess(t *testing.T) {
	r := practiceRig(t)
	r.Misbehaves("partial=1")
	r.ordersRequests()
	done := r.reaches(job.Complete)
	if state, _ := jobState(done); state != look.Warning || done.Failed != 1 {
		t.Errorf("%d failed, shown as %v", done.Failed, state)
	}
	// The end is told in the window whatever room is in front: on Windows nothing else tells it in words.
	if n := r.Toast().Note(); n == nil || n.State != look.Warning || !strings.Contains(n.Text, done.Short()) {
		t.Errorf("its end is told by %+v", n)
	}
	r.Until(func() bool { return r.Jobs.details.record != nil && r.Jobs.details.record.State == job.Complete })
	r.Wait()
	if text := frametest.AllText(r.Jobs.details.body); !strings.Contains(text, "One row failed") {
		t.Errorf("the details say %s", text)
	}
	r.Choose.SaveAnswer = filepath.Join(t.TempDir(), "failed.csv")
	r.Jobs.step(stepFailedRows, done)
	r.Wait()
	if n := r.Toast().Note(); n == nil || n.Action != "Open in CSV" {
		t.Errorf("after saving the failed rows: %+v", n)
	} else if n.Act(); len(r.tables) != 1 || r.tables[0] != r.Choose.SaveAnswer {
		t.Errorf("opened are %q", r.tables)
	}
	data, err := os.ReadFile(r.Choose.SaveAnswer)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil || len(rows) != 2 || !strings.HasPrefix(rows[1][0], "dev-") {
		t.Errorf("the failed rows are %q, %v", rows, err)
	}
	r.Dismiss()
	test.Tap(r.Jobs.bar.Primary)
	r.Wait()
	if len(r.opened) != 1 {
		t.Errorf("what was fetched was opened %d times", len(r.opened))
	}
}

func TestAPreparedBatchIsCarriedToAnotherStation(t *testing.T) {
	r := practiceRig(t)
	r.prepares("")
	if got := r.Jobs.current(); got == nil || got.State != job.Prepared || r.Jobs.bar.Primary.Text != "Start…" {
		t.Fatalf("it is %v", got)
	}
	file := filepath.Join(t.TempDir(), "line4"+batchEnd)
	r.Choose.SaveAnswer = file
	r.Jobs.step(stepExport, r.Jobs.current())
	r.Wait()
	if name := r.Choose.Asked[len(r.Choose.Asked)-1].Name; !strings.HasSuffix(name, "-PRACTICE"+batchEnd) {
		t.Errorf("the file would be called %q", name)
	}
	if note := r.ToastText(); !strings.HasPrefix(note, "PRACTICE: ") {
		t.Errorf("the note says %q", note)
	}
	if got := r.Jobs.current(); got.Exported.IsZero() || r.Jobs.bar.Primary.Text != "Take it back…" {
		t.Errorf("after it was handed over the next step is %q", r.Jobs.bar.Primary.Text)
	}
	// One click does not take it back: it asks, with the name of the file and the date, and the safe answer changes nothing.
	test.Tap(r.Jobs.bar.Primary)
	if d := r.Dialog(); !strings.Contains(d.Text, filepath.Base(file)) || !strings.Contains(d.Text, words.When(r.Jobs.current().Exported)) || !d.Answers[1].Danger {
		t.Errorf("the question is %q", d.Text)
	}
	r.Dialog().Take(0)
	r.Wait()
	if r.Jobs.current().Exported.IsZero() {
		t.Error("it was taken back though the answer was no")
	}

	other := practiceRig(t)
	other.Bring(other.Jobs)
	other.Drop(file)
	got := other.Jobs.current()
	if got == nil || got.State != job.Prepared || got.Count != 3 || got.ID != r.Jobs.current().ID {
		t.Fatalf("it was taken in as %v: %v", got, other.Dialogs())
	}
	test.Tap(other.Jobs.bar.Primary)
	if d := other.Dialog(); !strings.HasPrefix(d.Title, "Start ") || !strings.Contains(d.Text, "costs nothing") {
		t.Errorf("before it is sent: %q, %q", d.Title, d.Text)
	}
	other.Dialog().Take(1)
	other.reaches(job.Complete)
	test.Tap(r.Jobs.bar.Primary)
	r.Dialog().Take(1)
	r.Wait()
	if got := r.Jobs.current(); !got.Exported.IsZero() || !got.AskFirst || r.Jobs.bar.Primary.Text != "Start…" {
		t.Errorf("taken back it is %+v", got)
	}
}

// What was ordered before is started from the list with a reason, and not without one.
func TestAReasonIsGivenInTheList(t *testing.T) {
	r := practiceRig(t)
	c := trustmanager.NewConnection("Plant 4", trustmanager.IoTTrustManager, "https://127.0.0.1:1")
	if err := r.Desk().Connections.Add(c); err != nil {
		t.Fatal(err)
	}
	r.Desk().Secrets.Remember(c.Account(trustmanager.SecretAPIKey), []byte("key"))
	r.ReadConnections(false)
	r.Wait()
	b := r.Order().Batch
	b.Connection, b.Profile, b.Format, b.FullChain = job.ConnectionOf(c), job.Profile{ID: "IOT_1"}, job.PEM, true
	var both []*job.Record
	for range 2 {
		one, err := r.Desk().Jobs.Prepare(t.Context(), b)
		if err != nil {
			t.Fatal(err)
		}
		both = append(both, one...)
	}
	if _, err := r.Desk().Jobs.Export(t.Context(), both[0].ID, "a.batch.zip", io.Discard, nil); err != nil {
		t.Fatal(err)
	}
	r.Jobs.TakeAll(both)
	r.Jobs.Choose(both[1].ID)
	r.Jobs.Send(both[1].ID)
	r.Wait()
	d := r.Dialog()
	if d.Title != "The same was ordered before" || !strings.Contains(d.Text, both[0].ID) {
		t.Fatalf("the dialog says %q, %q", d.Title, d.Text)
	}
	reason := d.Body.(*widgets.Entry)
	reason.OnSubmitted("  ") // empty is no reason
	if r.Dialog() != d {
		t.Error("it went on without a reason")
	}
	reason.SetText("the first set was lost")
	r.Dialog().Take(1)
	r.Wait()
	if d := r.Dialog(); d.Title == "The same was ordered before" {
		t.Errorf("with a reason the dialog says %q", d.Title) // what the service, which is not there, has to say
	}
	if now, err := r.Desk().Jobs.Get(t.Context(), both[1].ID); err != nil || now.Again != "the first set was lost" {
		t.Errorf("the record keeps %+v, %v", now, err)
	}
}

// Any record that has ended or was opened can be deleted; batches that failed are counted.
func TestFailedAndOpenedRecords(t *testing.T) {
	r := newRig(t)
	for i, s := range []job.State{job.Failed, job.Opened, job.Delivered, job.Rejected, job.Cancelled} {
		one := &job.Record{ID: fmt.Sprintf("2026-01-01-%d-aaaaaa", i), State: s}
		r.Jobs.TakeAll([]*job.Record{one})
		if !slices.Contains(otherSteps(one), stepDelete) {
			t.Errorf("a batch that is %s cannot be deleted", s)
		}
	}
	if got := r.Jobs.bar.Sentence(); !strings.Contains(got, "One failed") {
		t.Errorf("it says %q", got)
	}
	for _, s := range []job.State{job.Starting, job.MayExist, job.Started, job.Running, job.WaitingForApproval} {
		if slices.Contains(otherSteps(&job.Record{State: s}), stepDelete) {
			t.Errorf("a batch that is %s can be deleted", s)
		}
	}
}

// What cannot be deleted says why, and what goes with a record is said before it goes.
func TestDeletingSaysWhatAndWhyNot(t *testing.T) {
	r := newRig(t)
	one := func(s job.State) {
		r.Dismiss()
		r.Jobs.TakeAll([]*job.Record{{ID: "2026-01-01-1-aaaaaa", State: s}})
		r.Jobs.Choose("2026-01-01-1-aaaaaa")
		r.Wait()
		r.Jobs.remove()
	}
	for s, want := range map[job.State]string{job.MayExist: "It is not known yet", job.Starting: "still working", job.Running: "still working"} {
		one(s)
		r.NoDialog()
		if got := r.ToastText(); !strings.Contains(got, want) {
			t.Errorf("of a batch that is %s it says %q", s, got)
		}
	}
	for s, want := range map[job.State]string{job.Prepared: "was not sent", job.Complete: "Nobody has opened", job.Fetched: "Nobody has opened", job.Delivered: "What you exported stays"} {
		one(s)
		if got := r.Dialog().Text; !strings.Contains(got, want) {
			t.Errorf("before a batch that is %s goes it says %q", s, got)
		}
	}
	r.Dismiss()
	for _, s := range []job.State{job.Prepared, job.Complete, job.Fetched, job.Opened, job.Running, job.MayExist, job.Failed} {
		n := 0
		for _, step := range menuSteps(&job.Record{State: s}) {
			if step == stepDelete {
				n++
			}
		}
		if n != 1 {
			t.Errorf("the menu of a batch that is %s offers deleting %d times", s, n)
		}
	}
	if text := deleteWords(&job.Record{State: job.Prepared, Exported: time.Now()}); strings.Contains(text, "was not sent") {
		t.Error("a batch that was handed over may have been sent elsewhere")
	}
}

// A batch that may exist and was settled as not started can be deleted at once.
func TestASettledBatchIsDeleted(t *testing.T) {
	r := practiceRig(t)
	r.prepares("")
	id := r.Jobs.current().ID
	r.Jobs.step(stepDelete, r.Jobs.current())
	r.Dialog().Take(1)
	r.Wait()
	if _, err := r.Desk().Jobs.Get(t.Context(), id); !errors.Is(err, job.ErrNotFound) || len(r.Jobs.rows) != 0 {
		t.Errorf("it is still there: %v, %d", err, len(r.Jobs.rows))
	}
}

func TestApprovalAndRejection(t *testing.T) {
	r := practiceRig(t)
	r.prepares("approv")
	r.Jobs.Send(r.Jobs.current().ID)
	waiting := r.reaches(job.WaitingForApproval)
	if state, _ := jobState(waiting); state != look.Warning || r.Jobs.bar.Primary.Text != "Approve…" {
		t.Errorf("it is shown as %v, and the next step is %q", state, r.Jobs.bar.Primary.Text)
	}
	r.Jobs.step(stepReject, waiting)
	if !r.Dialog().Answers[1].Danger {
		t.Error("rejecting is not marked")
	}
	r.Dialog().Take(0)
	test.Tap(r.Jobs.bar.Primary)
	r.Dialog().Take(1)
	r.reaches(job.Complete)
}

// Details that change under somebody's hands leave the focus on the step it was on, or on the list.
func TestDetailsKeepTheFocus(t *testing.T) {
	r := practiceRig(t)
	r.prepares("")
	c, d := r.Canvas(), r.Jobs.details
	c.Focus(d.others[0])
	text := d.others[0].Text
	d.read(r.Jobs.chosen)
	r.Wait()
	if now, ok := c.Focused().(*widgets.Button); !ok || now != d.others[0] || now.Text != text {
		t.Errorf("the focus is on %v", c.Focused())
	}
	r.Jobs.step(stepCancel, r.Jobs.current())
	r.Wait()
	if c.Focused() != fyne.Focusable(r.Jobs.sheet) {
		t.Errorf("after the step is gone the focus is on %v", c.Focused())
	}
}

// The list counts as people do, in names, connections and profiles.
func TestTheListIsInTheOrderOfPeople(t *testing.T) {
	one := func(n string) *job.Record {
		return &job.Record{ID: n, Name: "dev-" + n, Connection: job.Connection{Name: "Plant " + n}, Profile: job.Profile{Name: "profile " + n}}
	}
	all := []*job.Record{one("10"), one("9"), one("100")}
	for _, column := range []int{jobColName, jobColConnection, jobColProfile} {
		var got []string
		for _, r := range arrangeJobs(all, jobFilter{column: column, ascending: true}) {
			got = append(got, r.ID)
		}
		if !slices.Equal(got, []string{"9", "10", "100"}) {
			t.Errorf("by column %d: %q", column, got)
		}
	}
}

// A press with the other button offers the steps of the batch, the next one first.
func TestTheMenuOfABatch(t *testing.T) {
	r := practiceRig(t)
	r.prepares("")
	menu := func() []string {
		t.Helper()
		r.Jobs.sheet.OnSecondary(r.Jobs.sheet.CurrentRow(), fyne.NewPos(300, 200))
		top := r.Canvas().Overlays().Top()
		if top == nil {
			t.Fatal("no menu opens")
		}
		defer r.Canvas().Overlays().Remove(top)
		var items []string
		var look func(fyne.CanvasObject)
		look = func(o fyne.CanvasObject) {
			switch o := o.(type) {
			case *canvas.Text:
				items = append(items, o.Text)
			case *fyne.Container:
				for _, inside := range o.Objects {
					look(inside)
				}
			case fyne.Widget:
				for _, inside := range test.WidgetRenderer(o).Objects() {
					look(inside)
				}
			}
		}
		look(top)
		items = slices.DeleteFunc(items, func(s string) bool { return s == "" })
		return items
	}
	var want []string
	for _, s := range menuSteps(r.Jobs.current()) {
		want = append(want, s.text())
	}
	if got := menu(); !slices.Equal(got, append(want, "Copy the batch id")) {
		t.Errorf("the menu offers %q, want %q", got, want)
	}
	r.Jobs.sheet.OnSecondary(-1, fyne.NewPos(300, 600))
	if r.Canvas().Overlays().Top() != nil {
		t.Error("a menu opens where there is no batch")
	}
}

// How far a batch is stands in its details while it runs.
func TestABarWhileABatchRuns(t *testing.T) {
	r := practiceRig(t)
	r.prepares("")
	bars := func(state job.State) (n int) {
		one := *r.Jobs.current()
		one.State, one.Issued = state, 1
		r.Jobs.details.show(&jobInFull{record: &one})
		bar := reflect.TypeOf(widgets.NewBar(0))
		for _, o := range r.Jobs.details.body.Objects {
			if reflect.TypeOf(o) == bar {
				n++
			}
		}
		return n
	}
	if running, ended := bars(job.Running), bars(job.Opened); running != 1 || ended != 0 {
		t.Errorf("%d bars while it runs, %d when it has ended", running, ended)
	}
}
