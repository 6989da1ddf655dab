package watch

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"enrollbench/core/job"
	"enrollbench/core/practice"
)

// What machines drop goes all the way: gathered until there is enough, sent, opened, exported; and each file moves once.
func TestWholeWay(t *testing.T) {
	l := newLine(t, Options{Count: 3})
	l.drop("a.csr", request(t, "dev-a"))
	l.drop("b.csr", request(t, "dev-b"))
	l.settle()
	l.want("taken too early", l.lies(takenFolder), nil)
	if g := l.told(Gathering); len(g) != 1 || g[0].Count != 2 || g[0].Of != 3 {
		t.Fatalf("gathering: %+v", g)
	}
	l.drop("many.pem", append(request(t, "dev-c"), request(t, "dev-d")...))
	l.settle()
	taken := l.lies(takenFolder)
	if len(taken) != 1 || !strings.HasPrefix(taken[0], "in-") {
		t.Fatalf("taken: %q", taken)
	}
	l.want("moved", l.lies(filepath.Join(takenFolder, taken[0])), []string{"a.csr", "b.csr", "many.pem"})
	l.want("left in the folder", l.lies("."), []string{"refused", "results", "taken"})
	r := l.records()
	if len(r) != 1 || r[0].Name != taken[0] || r[0].Count != 4 || r[0].State != job.Started {
		t.Fatalf("%d records: %+v", len(r), r)
	}
	if s := l.told(Sent); len(s) != 1 || s[0].Batch != taken[0] || s[0].Of != 4 {
		t.Errorf("sent: %+v", s)
	}
	l.serve()
	o := l.told(Opened)
	if len(o) != 1 || o[0].Count != 4 || o[0].Message != "4 of 4 delivered, matched, verified" {
		t.Fatalf("opened: %+v", l.events)
	}
	if _, err := os.Stat(filepath.Join(o[0].Path, "dev-d.pem")); err != nil {
		t.Error(err)
	}
	if r := l.records(); r[0].State != job.Delivered || r[0].DeliveredTo != o[0].Path {
		t.Errorf("the record: %s, %s", r[0].State, r[0].DeliveredTo)
	}
	if light := Light(l.Events()); light.State != Opened {
		t.Errorf("the light: %+v", light)
	}
	l.restart()
	before := len(l.events)
	l.settle()
	if n := len(l.records()); n != 1 || len(l.batches) != 0 || len(l.events) != before+1 {
		t.Errorf("after a restart: %d records, %d batches, %+v", n, len(l.batches), l.events[before:])
	}
}

// The first CSR waits no longer than it may.
func TestTime(t *testing.T) {
	l := newLine(t, Options{Wait: time.Minute})
	l.drop("a.csr", request(t, "dev-a"))
	l.settle()
	l.step(time.Minute - DefaultStill - time.Second)
	l.want("taken too early", l.lies(takenFolder), nil)
	if again := l.Step(t.Context()); again > time.Second {
		t.Errorf("the next look is in %v", again)
	}
	l.step(time.Second)
	if len(l.records()) != 1 {
		t.Error("it was not sent")
	}
}

// A file counts when it is whole: not while it grows, is empty, is open for writing or has the name of one under way.
func TestWhole(t *testing.T) {
	l := newLine(t, Options{Count: 1})
	data := request(t, "dev-a")
	l.drop("a.csr", data[:100])
	l.step(0)
	l.now = l.now.Add(DefaultStill)
	l.drop("a.csr", data[:200])
	l.step(0)
	l.step(DefaultStill / 2)
	for _, name := range []string{"x.csr.part", "x.tmp", "~$x.csr", ".x.csr", "x.csr~", "x.crdownload", "x.filepart"} {
		l.drop(name, request(t, "dev-x"))
	}
	l.drop("empty.csr", nil)
	if err := os.Mkdir(filepath.Join(l.Folder, "sub.csr"), 0o755); err != nil {
		t.Fatal(err)
	}
	l.step(0)
	l.want("taken", l.lies(takenFolder), nil)
	l.want("refused", l.lies(refusedFolder), nil)
	l.drop("a.csr", data)
	l.settle()
	if r := l.records(); len(r) != 1 || r[0].Count != 1 {
		t.Fatalf("%d records", len(r))
	}
	l.want("refused", l.lies(refusedFolder), nil)
	l.step(patience + time.Second)
	if n := l.told(NeedsYou); len(n) != 1 || n[0].File != "empty.csr" {
		t.Errorf("a file that never gets content: %+v", n)
	}
	if light := Light(l.Events()); light.State != NeedsYou {
		t.Errorf("the light: %+v", light)
	}
	if err := os.Remove(filepath.Join(l.Folder, "empty.csr")); err != nil {
		t.Fatal(err)
	}
	l.step(time.Second)
	if light := Light(l.Events()); light.State != Sent {
		t.Errorf("the light once the file is gone: %+v", light)
	}
	if last := l.events[len(l.events)-1]; last.State != Waiting {
		t.Errorf("nobody was told: %+v", last)
	}
}

// A file that was moved into place, and that nobody writes, need not be waited for, where the system tells.
func TestMovedIntoPlace(t *testing.T) {
	l := newLine(t, Options{Count: 1})
	l.drop("a.csr.part", request(t, "dev-a"))
	l.now = l.now.Add(DefaultStill)
	path := filepath.Join(l.Folder, "a.csr")
	if err := os.Rename(path+".part", path); err != nil {
		t.Fatal(err)
	}
	open, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close()
	if busy, _ := writing(path); !busy {
		t.Skip("this system or file system does not tell who writes a file")
	}
	l.step(0)
	l.step(patience + time.Second)
	l.want("taken while it is written", l.lies(takenFolder), nil)
	if err := open.Close(); err != nil {
		t.Fatal(err)
	}
	l.step(0)
	if len(l.records()) != 1 {
		t.Error("it was not taken at once")
	}
}

// What is of no use is refused, each with its reason, and the rest goes on.
func TestRefused(t *testing.T) {
	l := newLine(t, Options{Count: 2})
	good := request(t, "dev-good")
	bad := bytes.Replace(request(t, "dev-bad"), []byte("MII"), []byte("MIJ"), 1)
	l.drop("bad.csr", bad)
	l.drop("letter.txt", []byte("Dear line 4,\nhere are the requests.\n"))
	l.drop("table.csv", []byte("subject.common_name\ndev-1\n"))
	l.drop("mixed.pem", append(request(t, "dev-mixed"), bad...))
	l.drop("good.csr", good)
	l.settle()
	l.want("refused", l.lies(refusedFolder), []string{"bad.csr", "bad.csr.txt", "letter.txt", "letter.txt.txt", "mixed.pem", "mixed.pem.txt", "table.csv", "table.csv.txt"})
	l.want("left", l.lies("."), []string{"good.csr", "refused", "results", "taken"})
	for _, name := range []string{"bad.csr", "letter.txt", "table.csv"} {
		text, err := os.ReadFile(filepath.Join(l.Folder, refusedFolder, name+".txt"))
		if err != nil || !bytes.Contains(text, []byte("  Why: ")) || !bytes.Contains(text, []byte("  What to do: ")) {
			t.Errorf("%s: %s, %v", name, text, err)
		}
	}
	l.drop("bad.csr", bad) // another one of that name
	l.drop("copy.csr", good)
	l.settle()
	l.want("refused of that name", l.lies(refusedFolder)[:4], []string{"bad.csr", "bad.csr.txt", "bad~2.csr", "bad~2.csr.txt"})
	if r := l.records(); len(r) != 1 || r[0].Count != 1 {
		t.Fatalf("%d records", len(r))
	}
	if light := Light(l.Events()); light.State != Refused || light.Path == "" {
		t.Errorf("the light: %+v", light)
	}
	l.Acknowledge()
	if light := Light(l.Events()); light.State != Sent {
		t.Errorf("the light once it was seen: %+v", light)
	}
	// The same device again, later: it was ordered before.
	l.serve()
	l.drop("again.csr", good)
	l.drop("new.csr", request(t, "dev-new"))
	l.settle()
	text, err := os.ReadFile(filepath.Join(l.Folder, refusedFolder, "again.csr.txt"))
	if err != nil || !bytes.Contains(text, []byte("was already ordered on")) || !bytes.Contains(text, []byte("--again")) {
		t.Errorf("%s, %v", text, err)
	}
	if r := l.records(); len(r) != 2 || r[0].Count != 1 {
		t.Errorf("%d records", len(r))
	}
}

// fault makes the practice service misbehave.
func (l *line) fault(specs ...string) {
	l.t.Helper()
	service, err := l.station.Practice(l.t.Context())
	if err != nil {
		l.t.Fatal(err)
	}
	var all practice.Faults
	for _, spec := range specs {
		f, err := practice.ParseFault(spec)
		if err != nil {
			l.t.Fatal(err)
		}
		all = append(all, f)
	}
	if err := service.SetFaults(all); err != nil {
		l.t.Fatal(err)
	}
}

// What may exist is never sent again; it needs somebody, and goes on once that is settled.
func TestMayExist(t *testing.T) {
	l := newLine(t, Options{Count: 1})
	l.fault("lost-answer=1", "no-list")
	l.drop("a.csr", request(t, "dev-a"))
	l.settle()
	for range 3 {
		l.step(pauseLast)
	}
	if n := l.told(NeedsYou); len(n) != 1 || !strings.Contains(n[0].Message, "not known whether the service took it") {
		t.Fatalf("%+v", l.events)
	}
	l.fault()
	l.serve()
	if o := l.told(Opened); len(o) != 1 || len(l.records()) != 1 {
		t.Errorf("%d records, %+v", len(l.records()), l.events)
	}
}

// What certainly was not sent is tried again by itself, and later each time; it needs somebody meanwhile.
func TestTriedAgain(t *testing.T) {
	l := newLine(t, Options{Count: 1})
	l.fault("expired-token@start")
	l.drop("a.csr", request(t, "dev-a"))
	l.settle()
	l.fault()
	l.step(pauseFirst - time.Second)
	if len(l.told(Sent)) != 0 || Light(l.Events()).State != NeedsYou {
		t.Errorf("%+v", l.events)
	}
	l.step(time.Second)
	if len(l.told(Sent)) != 1 {
		t.Errorf("%+v", l.events)
	}
	// A profile that is not there keeps the batch from being prepared.
	l.Profile = "nowhere"
	l.drop("b.csr", request(t, "dev-b"))
	l.settle()
	l.Profile = profile
	l.step(pauseFirst)
	if len(l.told(Sent)) != 2 || len(l.records()) != 2 {
		t.Errorf("%+v", l.events)
	}
}

// Somebody does not want to wait.
func TestHurry(t *testing.T) {
	l := newLine(t, Options{})
	l.drop("a.csr", request(t, "dev-a"))
	l.settle()
	l.fault("expired-token@start")
	l.Hurry()
	l.step(0)
	if len(l.lies(takenFolder)) != 1 || len(l.told(NeedsYou)) != 1 {
		t.Errorf("%+v", l.events)
	}
	l.fault()
	l.Hurry()
	l.step(0)
	if len(l.told(Sent)) != 1 {
		t.Errorf("%+v", l.events)
	}
}

// Once, what is there is one batch: it is not sent before all of it is whole.
func TestOnce(t *testing.T) {
	l := newLine(t, Options{Once: true})
	l.drop("a.csr", request(t, "dev-a"))
	l.step(0)
	l.step(DefaultStill / 2)
	data := request(t, "dev-b")
	l.drop("b.csr", data[:100])
	l.step(DefaultStill / 2)
	l.want("taken while another file grows", l.lies(takenFolder), nil)
	l.drop("b.csr", data)
	l.settle()
	if r := l.records(); len(r) != 1 || r[0].Count != 2 {
		t.Errorf("%d records", len(r))
	}
}

// Plans are kept.
func TestPlans(t *testing.T) {
	settings := filepath.Join(t.TempDir(), "settings")
	if all, err := Plans(settings); err != nil || all != nil {
		t.Error(all, err)
	}
	want := []Plan{{Folder: "/in", Connection: job.PracticeID, Profile: "p", Count: 5, Minutes: 2}}
	if err := SavePlans(settings, want); err != nil {
		t.Fatal(err)
	}
	if all, err := Plans(settings); err != nil || !slices.Equal(all, want) || all[0].Options().Wait != 2*time.Minute {
		t.Error(all, err)
	}
	if err := os.WriteFile(filepath.Join(settings, planFile), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Plans(settings); err == nil || !strings.Contains(err.Error(), planFile) {
		t.Error(err)
	}
}

// What the service refused is told, and what it issued is exported.
func TestPartial(t *testing.T) {
	l := newLine(t, Options{Count: 2})
	l.fault("partial=1")
	l.drop("a.csr", request(t, "dev-a"))
	l.drop("b.csr", request(t, "dev-b"))
	l.settle()
	l.serve()
	r := l.told(Refused)
	if len(r) != 1 || r[0].Count != 1 || r[0].Of != 2 || r[0].Path == "" {
		t.Fatalf("%+v", l.events)
	}
	if names, err := filepath.Glob(filepath.Join(r[0].Path, "dev-*.pem")); len(names) != 1 || err != nil {
		t.Error(names, err)
	}
}

// A result that came damaged is fetched again.
func TestDamagedResult(t *testing.T) {
	l := newLine(t, Options{Count: 1})
	l.fault("corrupted-result=1")
	l.drop("a.csr", request(t, "dev-a"))
	l.settle()
	l.serve()
	l.step(pauseFirst)
	if len(l.told(Opened)) != 1 {
		t.Errorf("%+v", l.events)
	}
}

// One folder has one watcher. A folder that goes away is told, and watched again once it is back.
func TestFolder(t *testing.T) {
	l := newLine(t, Options{})
	if _, err := Open(l.station, l.Options); !errors.Is(err, ErrWatched) {
		t.Errorf("a second watcher: %v", err)
	}
	if _, err := Open(l.station, Options{Folder: filepath.Join(l.Folder, "none")}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no folder: %v", err)
	}
	if _, err := Open(l.station, Options{Folder: l.config, Out: l.config}); err == nil {
		t.Error("results would be taken")
	}
	l.step(0)
	if err := os.Rename(l.Folder, l.Folder+"-away"); err != nil {
		t.Skip("an open folder cannot be moved here")
	}
	l.step(time.Second)
	if light := Light(l.Events()); light.State != NeedsYou || light.Batch != "" {
		t.Errorf("%+v", light)
	}
	if err := os.Rename(l.Folder+"-away", l.Folder); err != nil {
		t.Fatal(err)
	}
	l.step(time.Second)
	if light := Light(l.Events()); light.State != Waiting {
		t.Errorf("%+v", light)
	}
}

// A batch whose record somebody deleted is not made again.
func TestRecordDeleted(t *testing.T) {
	l := newLine(t, Options{Count: 1})
	l.drop("a.csr", request(t, "dev-a"))
	l.settle()
	l.serve()
	if err := l.station.Jobs.Delete(t.Context(), l.records()[0].ID); err != nil {
		t.Fatal(err)
	}
	l.restart()
	l.settle()
	if n := len(l.records()); n != 0 || len(l.batches) != 0 {
		t.Errorf("%d records, %d batches", n, len(l.batches))
	}
}

// The system's notices wake Run long before it would look by itself, and so does Wake; its end is clean.
func TestRun(t *testing.T) {
	l := newLine(t, Options{Count: 1, Poll: time.Hour, Still: 20 * time.Millisecond})
	sent := make(chan Event, 10)
	l.Now, l.Tell = time.Now, func(e Event) {
		if e.State == Sent || e.State == Waiting {
			sent <- e
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- l.Run(ctx) }()
	select { // it waits for files
	case <-sent:
	case err := <-ended:
		t.Fatal(err)
	}
	path := filepath.Join(l.Folder, "a.csr")
	if err := os.WriteFile(path+".part", request(t, "dev-a"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".part", path); err != nil {
		t.Fatal(err)
	}
	select {
	case e := <-sent:
		if e.State != Sent {
			t.Errorf("%+v", e)
		}
	case <-time.After(time.Minute):
		t.Error("no notice came")
	}
	stop()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
