package jobs

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
	"enrollbench/gui/files"
	"enrollbench/gui/frame"
	"enrollbench/gui/frame/frametest"
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
	r.prepares("")
	release, broken := r.occupy()
	r.Jobs.Send(r.Jobs.current().ID)
	if got := r.Jobs.current(); got.State != job.Prepared || !strings.Contains(r.Jobs.bar.Sentence(), "One step waiting") {
		t.Errorf("while something else runs the batch is %s, and it says %q", got.State, r.Jobs.bar.Sentence())
	}
	// Nor do the rows that failed, or a batch that is taken in.
	r.Choose.SaveAnswer = filepath.Join(t.TempDir(), "failed.csv")
	r.Jobs.saveFailedRows(r.Jobs.current())
	r.Until(func() bool { return len(r.Jobs.turns) == 2 })
	release()
	r.Wait()
	r.Dismiss()
	if broken() {
		t.Error("what ran was broken off")
	}
	r.reaches(job.Complete)
}

// Closing the window while a batch is being sent is asked about, and can wait for its end.
func TestClosingWaitsForWhatIsSent(t *testing.T) {
	r := practiceRig(t)
	release, _ := r.occupy()
	r.Jobs.Send("2026-01-01-1-aaaaaa") // waits
	closed := 0
	r.Jobs.Leave(func() { closed++ })
	r.Jobs.Leave(func() { closed++ }) // the window manager asks again
	if len(r.Dialogs()) != 1 || closed != 0 {
		t.Fatalf("%d dialogs, closed %d times", len(r.Dialogs()), closed)
	}
	r.Dialog().Take(2)
	release()
	r.Wait()
	// It was not sent, for there is no such batch: the window stays, and says so.
	if d := r.Dialog(); d.Title != "The batch was not started" || closed != 0 {
		t.Errorf("the dialog says %q, closed %d times", d.Title, closed)
	}
	r.Dialog().Take(0)
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

// The practice service lives in the window: what is said after a start, and before the window closes, is true of it.
func TestClosingWhilePracticeRuns(t *testing.T) {
	r := practiceRig(t)
	r.ordersRequests()
	if got := r.ToastText(); !strings.Contains(got, "Keep the window open") {
		t.Errorf("after the start it says %q", got)
	}
	closed := 0
	leave := func() { r.Jobs.Leave(func() { closed++ }) }
	own, far := *r.Jobs.current(), *r.Jobs.current()
	far.ID, far.State, far.Connection = "2026-01-01-1-aaaaaa", job.Running, job.Connection{ID: "plant-4"}
	r.Jobs.put(far)
	at := r.Jobs.at[own.ID]
	for _, s := range []job.State{job.WaitingForApproval, job.Complete, job.Failed} {
		own.State = s
		r.Jobs.all[at] = &own
		if leave(); closed != 1 {
			t.Errorf("with a practice job that is %s it is asked", s)
		}
		closed = 0
	}
	for _, s := range []job.State{job.Started, job.Running} {
		own.State = s
		leave()
		leave() // the window manager asks again
		if d := r.Dialog(); closed != 0 || len(r.Dialogs()) != 1 || d.Title != "A practice job is running" {
			t.Fatalf("closed %d times, and asked %q", closed, d.Title)
		}
		r.Dialog().Take(0)
		r.Jobs.sending, r.Jobs.afterSending = 0, nil
		if closed != 0 {
			t.Error("it closes though the answer was no")
		}
		leave()
		r.Dialog().Take(1)
		if closed != 1 {
			t.Error("it stays open though the answer was yes")
		}
		closed = 0
	}
	// To close once a batch is sent comes to the same question.
	r.Jobs.sending = 1
	leave()
	r.Dialog().Take(2)
	r.Jobs.sent(nil)
	if d := r.Dialog(); closed != 0 || d.Title != "A practice job is running" {
		t.Errorf("closed %d times, and asked %q", closed, d.Title)
	}
}

// A batch that was prepared on another computer goes through a connection of this one.
func TestABatchOfAnotherComputerIsGivenAConnection(t *testing.T) {
	r := practiceRig(t)
	c := trustmanager.NewConnection("Plant 4", trustmanager.Practice, "https://127.0.0.1:1")
	if err := r.Desk().Connections.Add(c); err != nil {
		t.Fatal(err)
	}
	r.prepares("")
	id := r.Jobs.current().ID
	assigned, err := r.Desk().Jobs.Assign(t.Context(), id, job.ConnectionOf(c), r.Jobs.current().Profile)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Desk().Connections.Remove(c.ID); err != nil {
		t.Fatal(err)
	}
	r.ReadConnections(false)
	r.Jobs.Take(*assigned)
	r.Wait()
	test.Tap(r.Jobs.bar.Primary)
	if d := r.Dialog(); d.Title != "Send it through which connection?" || !strings.Contains(d.Text, "Plant 4") {
		t.Fatalf("the dialog says %q, %q", d.Title, d.Text)
	}
	r.Dialog().Take(1)
	r.Wait()
	if d := r.Dialog(); !strings.HasPrefix(d.Title, "Start ") || r.Jobs.current().Connection.ID != job.PracticeID {
		t.Fatalf("then %q, through %q", d.Title, r.Jobs.current().Connection.Name)
	}
	r.Dialog().Take(1)
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
	if err := r.Desk().Jobs.Delete(t.Context(), done.ID); err != nil {
		t.Fatal(err)
	}
	test.Tap(r.Jobs.bar.Primary)
	r.Wait()
	if d := r.Dialog(); len(r.Jobs.all) != 0 || !strings.Contains(d.Text, "deleted") {
		t.Errorf("%d batches are left, and it says %q", len(r.Jobs.all), d.Text)
	}
	r.Dialog().Take(0)
	r.Jobs.Take(*done)
	if len(r.Jobs.all) != 0 {
		t.Error("a late change brought it back")
	}
	r.Jobs.DeskFailed(os.ErrPermission)
	if !r.Jobs.wrong.Visible() || !r.Jobs.empty.Visible() {
		t.Error("what is wrong with the list is not shown")
	}
	r.Jobs.Recheck()
	r.Wait()
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
	r.Bring(r.Else)
	r.Wait()
	if r.Current() != frame.Room(r.Else) || !strings.Contains(r.ToastText(), "is here") {
		t.Errorf("in front is %s, and the toast says %q", r.Current().Name(), r.ToastText())
	}
	r.Bring(r.Jobs)
	if err := os.Remove(r.Jobs.current().ResultPath); err != nil {
		t.Fatal(err)
	}
	test.Tap(r.Jobs.bar.Primary)
	r.Wait()
	r.Jobs.ResultGone(r.Jobs.current()) // what opening it finds
	if d := r.Dialog(); d.Title != "The fetched result is missing" {
		t.Fatalf("the dialog says %q", d.Title)
	}
	r.Bring(r.Jobs)
	r.Dialog().Take(1)
	r.Wait()
	if len(r.opened) != 2 {
		t.Error("it was not fetched again")
	}
}

// Upload files go with the last batch that needs them, and with a crash.
func TestUploadFilesAreNotLeftBehind(t *testing.T) {
	r := practiceRig(t)
	r.ordersRequests()
	done := r.reaches(job.Complete)
	folder := filepath.Dir(done.Path)
	left, err := r.Desk().Uploads()
	if err != nil {
		t.Fatal(err)
	}
	frametest.Put(t, filepath.Join(left, "upload.zip"), []byte("x"))
	if err := r.Desk().SweepUploads(t.Context(), time.Now()); err != nil || !files.Exists(left) {
		t.Fatalf("what another window may be about to order was removed: %v", err)
	}
	if err := r.Desk().SweepUploads(t.Context(), time.Now().Add(48*time.Hour)); err != nil || files.Exists(left) || !files.Exists(folder) {
		t.Errorf("%v; what was left is there: %v, what a batch needs: %v", err, files.Exists(left), files.Exists(folder))
	}
	r.Jobs.delete(done)
	r.Wait()
	if files.Exists(folder) {
		t.Error("the upload file outlives its record")
	}
}
