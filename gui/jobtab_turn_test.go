package gui

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2/test"

	"enrollbench/core/job"
	"enrollbench/core/progress"
	"enrollbench/core/trustmanager"
)

// occupy keeps the tab at work until release is called; broken says whether something broke it off before that.
func (r *rig) occupy() (release func(), broken func() bool) {
	end, off := make(chan struct{}), false
	inTurn(r.Jobs, "", func(ctx context.Context, _ progress.Func) (struct{}, error) {
		select {
		case <-end:
		case <-ctx.Done():
		}
		return struct{}{}, ctx.Err()
	}, func(_ struct{}, err error) { off = err != nil })
	return func() { close(end) }, func() bool { return off }
}

// What is being sent is not broken off by what is started after it: that waits.
func TestStepsWaitForEachOther(t *testing.T) {
	r := practiceRig(t)
	release, broken := r.occupy()
	r.Bring(r.CSR)
	r.drop1(goodFolder(t))
	with(r.Frame, Starter.StartBatch)
	r.until(func() bool { return r.Current() == Room(r.Start) && !r.Start.busy() })
	test.Tap(r.Start.bar.Primary)
	r.until(func() bool { return r.Jobs.current() != nil })
	if got := r.Jobs.current(); got.State != job.Prepared || !strings.Contains(r.Jobs.bar.Sentence(), "One step waiting") {
		t.Errorf("while something else runs the batch is %s, and it says %q", got.State, r.Jobs.bar.Sentence())
	}
	// Nor do the rows that failed, or a batch that is taken in.
	r.choose.save = filepath.Join(t.TempDir(), "failed.csv")
	r.Jobs.saveFailedRows(r.Jobs.current())
	r.until(func() bool { return len(r.Jobs.turns) == 2 })
	release()
	r.idle()
	r.dialogs = nil
	if broken() {
		t.Error("what ran was broken off")
	}
	r.reaches(job.Complete)
}

// drop1 drops a folder without waiting for other tabs.
func (r *rig) drop1(path string) {
	r.t.Helper()
	r.DropOn([]string{path})
	r.until(func() bool { return !r.CSR.work.Busy() && !r.CSR.sift.Busy() && len(r.files()) > 0 })
}

// Closing the window while a batch is being sent is asked about, and can wait for its end.
func TestClosingWaitsForWhatIsSent(t *testing.T) {
	r := practiceRig(t)
	release, _ := r.occupy()
	r.Jobs.Send("2026-01-01-1-aaaaaa") // waits
	closed := 0
	r.Jobs.Leave(func() { closed++ })
	r.Jobs.Leave(func() { closed++ }) // the window manager asks again
	if len(r.dialogs) != 1 || closed != 0 {
		t.Fatalf("%d dialogs, closed %d times", len(r.dialogs), closed)
	}
	r.dialog().Take(2)
	release()
	r.idle()
	// It was not sent, for there is no such batch: the window stays, and says so.
	if d := r.dialog(); d.Title != "The batch was not started" || closed != 0 {
		t.Errorf("the dialog says %q, closed %d times", d.Title, closed)
	}
	r.dialog().Take(0)
	r.Jobs.Leave(func() { closed++ })
	if closed != 1 {
		t.Error("with nothing to send it is asked all the same")
	}
	r.Jobs.sending, r.Jobs.afterSending = 1, func() { closed++ }
	r.Jobs.sent(nil)
	if closed != 2 {
		t.Error("once it was sent the window stays open")
	}
}

// A batch that was prepared on another computer goes through a connection of this one.
func TestABatchOfAnotherComputerIsGivenAConnection(t *testing.T) {
	r := practiceRig(t)
	c := trustmanager.NewConnection("Plant 4", trustmanager.Practice, "https://127.0.0.1:1")
	if err := r.desk.Connections.Add(c); err != nil {
		t.Fatal(err)
	}
	r.Bring(r.CSR)
	r.drop(goodFolder(t))
	with(r.Frame, Starter.StartBatch)
	r.idle()
	test.Tap(r.Start.keep)
	r.idle()
	id := r.Jobs.current().ID
	assigned, err := r.desk.Jobs.Assign(t.Context(), id, job.ConnectionOf(c), r.Jobs.current().Profile)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.desk.Connections.Remove(c.ID); err != nil {
		t.Fatal(err)
	}
	r.ReadConnections(false)
	r.Jobs.Take(*assigned)
	r.idle()
	test.Tap(r.Jobs.bar.Primary)
	if d := r.dialog(); d.Title != "Through which connection?" || !strings.Contains(d.Text, "Plant 4") {
		t.Fatalf("the dialog says %q, %q", d.Title, d.Text)
	}
	r.dialog().Take(1)
	r.idle()
	if d := r.dialog(); !strings.HasPrefix(d.Title, "Start ") || r.Jobs.current().Connection.ID != job.PracticeID {
		t.Fatalf("then %q, through %q", d.Title, r.Jobs.current().Connection.Name)
	}
	r.dialog().Take(1)
	r.reaches(job.Complete)
}

// What another program deleted goes from the list when it is touched, and what changes while the list is read is not lost.
func TestTheListKeepsUp(t *testing.T) {
	r := practiceRig(t)
	r.ordersRequests()
	done := r.reaches(job.Complete)
	if done.RecipientText != "" {
		t.Error("the list keeps the keys of recipients")
	}
	older := *done
	older.Change, older.State = 0, job.Running
	r.Jobs.Take(older)
	if r.Jobs.current().State != job.Complete {
		t.Error("an older record replaced a newer one")
	}
	if err := r.desk.Jobs.Delete(t.Context(), done.ID); err != nil {
		t.Fatal(err)
	}
	test.Tap(r.Jobs.bar.Primary)
	r.idle()
	if d := r.dialog(); len(r.Jobs.all) != 0 || !strings.Contains(d.Text, "deleted") {
		t.Errorf("%d batches are left, and it says %q", len(r.Jobs.all), d.Text)
	}
	r.dialog().Take(0)
	r.Jobs.Take(*done)
	if len(r.Jobs.all) != 0 {
		t.Error("a late change brought it back")
	}
	r.Jobs.DeskFailed(os.ErrPermission)
	if !r.Jobs.wrong.Visible() || !r.Jobs.empty.Visible() {
		t.Error("what is wrong with the list is not shown")
	}
	r.Jobs.Recheck()
	r.idle()
	if r.Jobs.wrong.Visible() {
		t.Error("trying again does not help")
	}
}

// A fetched result does not push aside what somebody does meanwhile, and one that is gone is fetched again.
func TestFetchedResults(t *testing.T) {
	r := practiceRig(t)
	r.ordersRequests()
	r.reaches(job.Complete)
	test.Tap(r.Jobs.bar.Primary)
	r.Bring(r.MAC)
	r.idle()
	if r.Current() != Room(r.MAC) || !strings.Contains(r.toastText(), "is here") {
		t.Errorf("in front is %s, and the toast says %q", r.Current().Name(), r.toastText())
	}
	r.Bring(r.Jobs)
	if err := os.Remove(r.Jobs.current().ResultPath); err != nil {
		t.Fatal(err)
	}
	test.Tap(r.Jobs.bar.Primary)
	r.idle()
	if d := r.dialog(); d.Title != "The fetched result is not there any more" {
		t.Fatalf("the dialog says %q", d.Title)
	}
	r.Bring(r.Jobs)
	r.dialog().Take(1)
	r.idle()
	if r.Results.result == nil {
		t.Error("it was not fetched again")
	}
}

// Upload files go with the last batch that needs them, and with a crash.
func TestUploadFilesAreNotLeftBehind(t *testing.T) {
	r := practiceRig(t)
	r.ordersRequests()
	done := r.reaches(job.Complete)
	folder := filepath.Dir(done.Path)
	left, err := r.desk.uploads()
	if err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(left, "upload.zip"), []byte("x"))
	if err := r.desk.sweepUploads(t.Context(), time.Now()); err != nil || !exists(left) {
		t.Fatalf("what another window may be about to order was removed: %v", err)
	}
	if err := r.desk.sweepUploads(t.Context(), time.Now().Add(2*uploadsAge)); err != nil || exists(left) || !exists(folder) {
		t.Errorf("%v; what was left is there: %v, what a batch needs: %v", err, exists(left), exists(folder))
	}
	r.Jobs.delete(done)
	r.idle()
	if exists(folder) {
		t.Error("the upload file outlives its record")
	}
	// A batch whose page is open when the window closes.
	r.Bring(r.CSR)
	with(r.Frame, Starter.StartBatch)
	r.idle()
	folder = r.Start.given.Folder
	r.Start.Close()
	if exists(folder) {
		t.Error("what was not prepared outlives the window")
	}
}

// What becomes of a result is written into its record in the order in which it happens.
func TestNotesAreWrittenInOrder(t *testing.T) {
	r := practiceRig(t)
	r.ordersRequests()
	id := r.reaches(job.Complete).ID
	r.Jobs.step(stepFetch, r.Jobs.current())
	r.Bring(r.MAC)
	r.idle()
	jobs := r.desk.Jobs
	r.Results.record(func(ctx context.Context) (*job.Record, error) { return jobs.MarkOpened(ctx, id, "all of it") })
	r.Results.record(func(ctx context.Context) (*job.Record, error) { return jobs.MarkDelivered(ctx, id, "a stick") })
	r.until(func() bool { return !r.Results.noting.Busy() && len(r.Results.notes) == 0 })
	got, err := jobs.Get(t.Context(), id)
	if err != nil || got.State != job.Delivered || got.Verdict != "all of it" {
		t.Errorf("the record is %v, %v", got, err)
	}
}
