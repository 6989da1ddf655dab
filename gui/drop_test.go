package gui

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/storage"

	"enrollbench/core/job"
	"enrollbench/gui/frame"
	"enrollbench/gui/frame/frametest"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
)

// document is a Word document as far as its kind is told by.
func document(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range []string{"[Content_Types].xml", "word/document.xml"} {
		if _, err := z.Create(name); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Each kind of file dropped on each room is taken there, or is offered to the room where it belongs, or is named for what it is; a
// private key stops everybody but the rooms that use one.
func TestADropGoesWhereItBelongs(t *testing.T) {
	r, s, dir := newRig(t), frametest.Samples(t), t.TempDir()
	list := func(file string) string { return filepath.Join(dir, file) }
	connections := frametest.Put(t, list("lines.json"), []byte(`{"format": "enrollbench-connections/2", "connections": []}`))
	table := frametest.Put(t, list("order.csv"), []byte("subject.common_name\na\n"))
	request := frametest.Put(t, list("dev.csr"), frametest.Request(t, frametest.NewKey(t), "dev"))
	word := frametest.Put(t, list("report.docx"), document(t))
	note := frametest.Put(t, list("note.txt"), []byte("lunch at noon\n"))
	picture := frametest.Put(t, list("photo.png"), []byte("\x89PNG\r\n\x1a\n"))
	batch := list("a.batch.zip")
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	if _, err := z.Create("batch.json"); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	frametest.Put(t, batch, b.Bytes())

	rooms := map[string]frame.Room{"csr": r.CSR, "csv": r.CSV, "mac": r.MAC, "jobs": r.Jobs, "open": r.Results, "settings": r.Settings, "keys": r.Keys, "welcome": r.Welcome}
	const stop = "PRIVATE KEY among the files"
	for _, c := range []struct {
		file    string
		takes   string // rooms that take it without a question
		title   string // elsewhere
		answers string
	}{
		{request, "csr csv welcome", "dev.csr is a certification request (CSR)", "Go back, Open in CSR files"},
		{frametest.GoodFolder(t), "csr csv welcome", " is a folder with CSR files", "Go back, Open in CSR files"},
		{table, "csv", "order.csv is a table", "Go back, Open in CSV"},
		{s.Complete, "open", "complete.zip.p7m is a sealed message (CMS)", "Go back, Open in Open results"},
		{s.Certificate, "open keys", "line4.pem is a certificate", "Go back, Open in Encryption key, Open in Open results"},
		{batch, "jobs", "a.batch.zip is a batch that another station prepared", "Go back, Open in Jobs"},
		{connections, "settings", "lines.json is an export of connections", "Go back, Open in Settings"},
		{word, "", "report.docx is an office document (Word, PowerPoint, OpenDocument, RTF)", "Close"},
		{picture, "", "photo.png is a picture", "Close"},
		{note, "csr csv open keys welcome", "note.txt is a text", "Go back, Open in Open results, Open in CSV, Open in CSR files"},
		{s.Key, "csr csv open keys welcome", stop, "Go back"},
		{s.Both, "open keys", stop, "Go back, Open in Encryption key, Open in Open results"},
	} {
		for name, room := range rooms {
			r.Bring(r.CSR) // what lies below a page
			r.ToFront(room)
			if strings.Contains(c.takes, name) {
				continue // the tests of the rooms show what becomes of it
			}
			r.Drop(c.file)
			if len(r.Dialogs()) != 1 {
				t.Errorf("%s on %s: %d dialogs", filepath.Base(c.file), name, len(r.Dialogs()))
				r.Dismiss()
				continue
			}
			d := r.Dialog()
			var answers []string
			for _, a := range d.Answers {
				answers = append(answers, a.Text)
			}
			if got := strings.Join(answers, ", "); !strings.Contains(d.Title, c.title) || got != c.answers {
				t.Errorf("%s on %s: %q, %s", filepath.Base(c.file), name, d.Title, got)
			}
			if c.title == stop && (d.State != look.Failed || len(d.List) != 1 || d.List[0] != c.file) {
				t.Errorf("the STOP on %s is %v about %v", name, d.State, d.List)
			}
			d.Cancel()
			r.NoDialog()
			if r.Current() != room {
				t.Errorf("%s on %s: after Back %s is in front", filepath.Base(c.file), name, r.Current().Name())
			}
		}
	}
	if rows(r.CSR) != 0 || rows(r.CSV) > 0 {
		t.Error("something was taken that was only offered")
	}
	r.Bring(r.MAC)
	r.Drop(word)
	if d := r.Dialog(); !strings.HasPrefix(d.Text, "Copy what you need from it") || d.State != look.Warning {
		t.Errorf("the next step with a .docx: %q", d.Text)
	}
	r.Dismiss()

	r.Drop(note)
	if d := r.Dialog(); !strings.HasSuffix(d.Text, "If you know what it holds, choose where to open it.") {
		t.Errorf("what nobody knows: %q", d.Text)
	}
	r.Dismiss()
	r.Drop(word, picture) // the next step of one is not that of both
	if d := r.Dialog(); strings.Contains(d.Text, "Copy what you need") || len(d.List) != 2 {
		t.Errorf("the next step with two files: %q, %q", d.Text, d.List)
	}
	r.Dismiss()

	// One press opens it there.
	r.Drop(table)
	r.Dialog().Take(1)
	r.Wait()
	r.NoDialog()
	if r.Current() != frame.Room(r.CSV) || rows(r.CSV) == 0 {
		t.Errorf("in front is %s", r.Current().Name())
	}
	r.Bring(r.MAC)
	r.Drop(s.Certificate)
	r.Dialog().Take(1)
	r.Wait()
	if r.Current() != frame.Room(r.Keys) || r.Recipient() == nil {
		t.Errorf("the certificate leads to %s", r.Current().Name())
	}
}

func TestAMixedDrop(t *testing.T) {
	r, s := newRig(t), frametest.Samples(t)
	request := frametest.Put(t, filepath.Join(t.TempDir(), "dev.csr"), frametest.Request(t, frametest.NewKey(t), "dev"))
	table := frametest.Put(t, filepath.Join(t.TempDir(), "order.csv"), []byte("subject.common_name\na\n"))
	r.Bring(r.CSR)
	r.Drop(table, request, s.Complete)
	d := r.Dialog()
	if rows(r.CSR) != 1 || d.Title != "2 files belong elsewhere" || len(d.List) != 2 || len(d.Answers) != 2 || d.Answers[1].Text != "Open each in its place" {
		t.Fatalf("%d rows, %q, %q, %v", rows(r.CSR), d.Title, d.List, d.Answers)
	}
	d.Take(1)
	r.Wait()
	if rows(r.CSV) == 0 || r.bar().Sentence() == "" || rows(r.CSR) != 1 {
		t.Error("not each of them was opened")
	}
	r.Bring(r.Results)
	if !strings.Contains(r.bar().Sentence(), "complete.zip.p7m") {
		t.Errorf("the results say %q", r.bar().Sentence())
	}

	// A key among others stops, and the rest can go on.
	r = newRig(t)
	r.Bring(r.MAC)
	r.Drop(s.Key, table)
	if d := r.Dialog(); d.Title != "PRIVATE KEY among the files" || len(d.List) != 1 || len(d.Answers) != 2 {
		t.Fatalf("%q, %q, %v", d.Title, d.List, d.Answers)
	}
	r.Dialog().Take(1)
	r.Wait()
	if rows(r.CSV) == 0 {
		t.Error("the table beside the key was not opened")
	}

	// Beside a key nothing is opened by one press for all: each place is its own decision.
	r = newRig(t)
	r.Bring(r.MAC)
	r.Drop(s.Key, table, request)
	var answers []string
	for i, a := range r.Dialog().Answers {
		if answers = append(answers, a.Text); a.Danger != (i > 0) {
			t.Errorf("%q is dangerous: %v", a.Text, a.Danger)
		}
	}
	if got := strings.Join(answers, ", "); got != "Go back, Open in CSR files, Open in CSV" && got != "Go back, Open in CSV, Open in CSR files" {
		t.Errorf("beside a key it offers %s", got)
	}
	r.Dismiss()

	// Two drops in a row: the second does not replace the first.
	r = newRig(t)
	r.Bring(r.CSR)
	other := frametest.Put(t, filepath.Join(t.TempDir(), "other.csr"), frametest.Request(t, frametest.NewKey(t), "other"))
	r.OpenPaths([]string{request})
	r.OpenPaths([]string{other})
	r.Wait()
	if rows(r.CSR) != 2 {
		t.Errorf("two drops gave %d rows", rows(r.CSR))
	}
}

// What the command line names is opened where it belongs, without a question where the files tell.
func TestOpenPaths(t *testing.T) {
	s := frametest.Samples(t)
	request := frametest.Put(t, filepath.Join(t.TempDir(), "dev.csr"), frametest.Request(t, frametest.NewKey(t), "dev"))
	table := frametest.Put(t, filepath.Join(t.TempDir(), "order.csv"), []byte("subject.common_name\na\n"))
	note := frametest.Put(t, filepath.Join(t.TempDir(), "note.txt"), []byte("lunch\n"))
	r := newRig(t)
	r.OpenPaths([]string{request, table, s.Complete})
	r.Wait()
	r.NoDialog()
	if rows(r.CSR) != 1 || rows(r.CSV) == 0 || r.Current() != frame.Room(r.CSR) {
		t.Errorf("%d requests, a table: %v, in front is %s", rows(r.CSR), rows(r.CSV) > 0, r.Current().Name())
	}
	r.OpenPaths([]string{note})
	r.Wait()
	r.NoDialog()
	if rows(r.CSR) != 2 {
		t.Errorf("what only a reader can tell: %d rows", rows(r.CSR))
	}
	r.OpenPaths([]string{s.Certificate})
	r.Wait()
	if d := r.Dialog(); len(d.Answers) != 3 {
		t.Errorf("what belongs in two places: %q", d.Title)
	}
	r.Dismiss()
	r.OpenPaths([]string{filepath.Join(os.TempDir(), "nowhere", "x.csr")})
	r.Wait()
	if d := r.Dialog(); !strings.Contains(d.Title, "does not exist") {
		t.Errorf("what is not there: %q, %q", d.Title, d.Text)
	}
}

// question is a dialog that changes nothing.
func question() *widgets.Dialog {
	return &widgets.Dialog{Title: "A question", Answers: []widgets.Answer{{Text: "Close"}}}
}

// What a second start hands over waits for the answer to an open dialog, and is not lost.
func TestHandOver(t *testing.T) {
	request := frametest.Put(t, filepath.Join(t.TempDir(), "dev.csr"), frametest.Request(t, frametest.NewKey(t), "dev"))
	r := newRig(t)
	timers := len(r.Timers)
	r.HandOver(nil) // a start without files only brings the window to the front
	r.Ask(question())
	r.HandOver([]string{request})
	for range 3 {
		r.Wait()
		if rows(r.CSR) != 0 || len(r.Timers) == timers {
			t.Fatalf("behind a dialog: %d rows, %d timers", rows(r.CSR), len(r.Timers)-timers)
		}
		r.Timers[len(r.Timers)-1]()
	}
	r.OnKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	r.NoDialog()
	r.Wait()
	r.Timers[len(r.Timers)-1]()
	r.Until(func() bool { return rows(r.CSR) == 1 })
	r.Wait()
	r.HandOver([]string{request})
	r.Wait()
	if rows(r.CSR) != 1 {
		t.Errorf("the same file again: %d rows", rows(r.CSR))
	}
}

// Links that a browser drops, and a drop of nothing, are no files; and a start without files does not count as one with files.
func TestWhatIsNoFileIsNotTaken(t *testing.T) {
	r, dir := newRig(t), frametest.GoodFolder(t)
	link, err := storage.ParseURI("http://127.0.0.1" + filepath.ToSlash(dir))
	if err != nil {
		t.Fatal(err)
	}
	r.OnDropped(fyne.NewPos(200, 200), []fyne.URI{link})
	r.Wait()
	r.OnDropped(fyne.NewPos(200, 200), nil)
	r.Wait()
	r.NoDialog()
	if rows(r.CSR) != 0 {
		t.Error("a link was taken for a file")
	}
	if r.HandOver(nil); r.Given() {
		t.Error("a start without files counts as one with files")
	}
}

func TestADropBehindADialog(t *testing.T) {
	r, dir := newRig(t), frametest.GoodFolder(t)
	r.Ask(question())
	r.OnKey(&fyne.KeyEvent{Name: fyne.KeyF1})
	if r.Current() == frame.Room(r.Help) {
		t.Error("F1 goes behind an open dialog")
	}
	r.Drop(dir)
	if rows(r.CSR) != 0 {
		t.Error("a drop went behind an open dialog")
	}
	r.OnKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	r.NoDialog()
}

// F1 explains every room and page, and Escape leads back to it; what was going on there goes on.
func TestHelpOfEveryRoom(t *testing.T) {
	r := practiceRig(t)
	seen := map[string]bool{}
	for _, room := range r.layout().Rooms {
		r.Bring(room)
		r.Wait()
		r.OnKey(&fyne.KeyEvent{Name: fyne.KeyF1})
		_, _, _, shown := r.Help.Telling()
		if r.Current() != frame.Room(r.Help) || shown != room.Name() || seen[shown] {
			t.Errorf("F1 in %s shows %s, %q", room.Name(), r.Current().Name(), shown)
		}
		seen[shown] = true
		r.OnKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
		if r.Current() != room {
			t.Errorf("Escape leads from the help of %s to %s", room.Name(), r.Current().Name())
		}
	}
	r.orders()
	r.OnKey(&fyne.KeyEvent{Name: fyne.KeyF1})
	if _, _, _, shown := r.Help.Telling(); shown != "Start batch job" {
		t.Errorf("F1 shows %q", shown)
	}
	r.OnKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	r.Wait()
	if r.Current() != frame.Room(r.Start) || r.bar().Primary.Disabled() {
		t.Errorf("the order does not go on: %s, %q", r.Current().Name(), r.bar().Reason())
	}
	// Files that are dropped on the help of an order make it another one.
	r.OnKey(&fyne.KeyEvent{Name: fyne.KeyF1})
	r.Drop(frametest.GoodFolder(t))
	if r.Current() != frame.Room(r.CSR) {
		t.Errorf("files dropped on help are in %s", r.Current().Name())
	}
	r.ShowAside(r.Start)
	r.act()
	if all, err := r.Desk().Jobs.List(t.Context(), job.Filter{}); err != nil || len(all) > 0 {
		t.Errorf("the order waits behind the files: %d, %v", len(all), err)
	}
}
