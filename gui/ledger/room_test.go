package ledger

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"enrollbench/core/eui48"
	core "enrollbench/core/ledger"
	"enrollbench/gui/frame/frametest"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/words"
)

func TestMain(m *testing.M) { frametest.Main(m) }

func at(s string) eui48.Address {
	a, _, err := eui48.Parse(s)
	if err != nil {
		panic(err)
	}
	return a
}

// shown is every text of the room that is not hidden.
func (r *rig) shown() string {
	var out []string
	var walk func(fyne.CanvasObject)
	walk = func(o fyne.CanvasObject) {
		if !o.Visible() {
			return
		}
		switch o := o.(type) {
		case *widgets.Text:
			out = append(out, o.Text())
		case *widgets.Value:
			out = append(out, o.Text)
		case *widgets.Button:
			out = append(out, o.Text)
		case *fyne.Container:
			for _, c := range o.Objects {
				walk(c)
			}
		case fyne.Widget:
			for _, c := range test.WidgetRenderer(o).Objects() {
				walk(c)
			}
		}
	}
	walk(r.Room.Content())
	return strings.Join(out, "\n")
}

func (r *rig) says(want ...string) {
	r.T.Helper()
	text := r.shown()
	for _, w := range want {
		if !strings.Contains(text, w) {
			r.T.Errorf("%q is not shown in %q", w, text)
		}
	}
}

func (r *rig) open() {
	r.T.Helper()
	r.F.Bring(r.Room)
	r.Wait()
}

func (r *rig) choose(view string) {
	r.T.Helper()
	r.Room.viewBox.SetSelected(view)
	r.Wait()
}

// field types into a field of the open dialog by its place.
func (r *rig) enter(texts ...string) {
	r.T.Helper()
	entries := entriesOf(r.Dialog())
	for i, text := range texts {
		entries[i].SetText(text)
	}
}

func TestBatches(t *testing.T) {
	r := newRig(t)
	r.open()
	r.says("Nothing was ordered yet.")
	r.claim("2026-11-30-1", at("00:1a:c2:7b:00:00"), 500)
	r.claim("2026-11-30-2", at("00:1a:c2:7b:10:00"), 10, time.Now().AddDate(0, 2, 0))
	r.Room.Recheck()
	r.Wait()
	m := claimRows(r.Room.batches.rows)
	if m.Rows() != 2 || m.Cell(0, 2).Text != "2026-11-30-2" || m.Cell(0, 1).Text != "issued" || m.Cell(1, 1).Text != "claimed" || m.Cell(1, 3).Text != "500" || m.Cell(1, 4).Text != "Ada @ station-7" {
		t.Errorf("%d rows, first %q %q", m.Rows(), m.Cell(0, 2).Text, m.Cell(0, 1).Text)
	}
	r.says("2026-11-30-2", "Thermostat", "Ada", "station-7")
	if bar, _, rows, _ := r.Room.Telling(); rows != 2 || bar.Sentence() != "Ledger of this computer" {
		t.Errorf("%d, %q", rows, bar.Sentence())
	}
}

// TestRelease: what was never sent is free again, for a reason that the audit log keeps.
func TestRelease(t *testing.T) {
	r := newRig(t)
	r.claim("b1", at("00:1a:c2:7b:00:00"), 500)
	r.open()
	r.Room.batches.askRelease(r.Room.batches.rows[0])
	if d := r.Dialog(); !strings.Contains(d.Text, "500 identities") {
		t.Error(d.Text)
	}
	r.Dialog().Take(1) // no reason yet
	r.Wait()
	if len(r.F.Dialogs()) == 0 || r.Room.batches.rows[0].State != core.Claimed {
		t.Fatal("it was released without a reason")
	}
	r.enter("wrong profile")
	r.Dialog().Take(1)
	r.Wait()
	r.NoDialog()
	if c := r.Room.batches.rows[0]; c.State != core.Released || !strings.Contains(c.Note, "wrong profile") {
		t.Errorf("%s, %q", c.State, c.Note)
	}
	if !strings.Contains(r.ToastText(), "b1 was released") {
		t.Error(r.ToastText())
	}
	r.says("released")
}

func TestSearch(t *testing.T) {
	r := newRig(t)
	r.claim("b1", at("00:1a:c2:7b:00:00"), 500, time.Date(2027, 3, 4, 12, 0, 0, 0, time.UTC))
	r.open()
	for text, want := range map[string][]string{
		"001A.C27B.0000":    {"was ordered", "b1", "Certificate", "1000"},
		"00-1a-c2-7b-00-05": {"was ordered", "b1"},
		"00:1a:c2:7b:ff:00": {"does not know 00:1a:c2:7b:ff:00", "import that order"},
		"b1":                {"Batch b1", "500"},
	} {
		r.Room.search.SetText(text)
		r.Room.search.OnSubmitted(text)
		r.Wait()
		r.says(want...)
	}
	r.Room.Escape()
	r.Wait()
	if r.Room.search.Text != "" || !strings.Contains(r.shown(), "500") || strings.Contains(r.shown(), "does not know") {
		t.Errorf("Escape does not lead back: %q", r.shown())
	}
}

// TestBlockState: a block warns below its minimum, and its map has the shares of what is held in it.
func TestBlockState(t *testing.T) {
	s := core.Stretch{First: 100, Last: 199, Issued: 50, Claimed: 20, Reserved: 10}
	for least, want := range map[uint64]look.State{0: look.Ready, 19: look.Ready, 20: look.Ready, 21: look.Warning} {
		if got := blockState(core.Block{Minimum: least}, s); got != want {
			t.Errorf("20 free, %d are the minimum: %v", least, got)
		}
	}
	for i, want := range []float64{0.5, 0.2, 0.1} {
		if got := parts(s)[i]; got.Share != want || got.Color != stockColors[i] {
			t.Errorf("part %d: %+v, want %v", i, got, want)
		}
	}
}

func TestStock(t *testing.T) {
	r := newRig(t)
	r.open()
	r.choose("MAC blocks")
	r.says("No block is entered.")
	r.Room.stock.edit(&core.Block{})
	r.enter("Thermostats", "0", "nonsense")
	r.Dialog().Take(1)
	r.Wait()
	if len(r.F.Dialogs()) == 0 {
		t.Fatal("a block without addresses was saved")
	}
	r.enter("Thermostats", "20000000", "00:1a:c2:00:00:00", "00:1a:c1:ff:ff:ff")
	r.Dialog().Take(1)
	r.Wait()
	if !strings.Contains(frametest.AllText(r.Dialog().Body), "before the first") {
		t.Fatal(frametest.AllText(r.Dialog().Body))
	}
	entriesOf(r.Dialog())[3].SetText("")
	entriesOf(r.Dialog())[2].SetText("")
	test.Type(entriesOf(r.Dialog())[2], "00:1a:c2:00:00:00")
	if got := entriesOf(r.Dialog())[3].Text; got != "00-1a-c2-ff-ff-ff" {
		t.Errorf("the last address of the OUI is %q", got)
	}
	r.Dialog().Take(1)
	r.Wait()
	r.NoDialog()
	r.says("Thermostats", "16,777,216 free", "00-1a-c2-00-00-00 … 00-1a-c2-00-01-f3")
	r.claim("b1", at("00:1a:c2:00:00:00"), 500)
	r.Room.Recheck()
	r.Wait()
	r.says("16,776,716 free", "Claimed: 500", "00-1a-c2-00-01-f4 … 00-1a-c2-00-03-e7")
	if n := r.Room.stock.map_.Cells(); n != mapCells {
		t.Errorf("%d cells", n)
	}
	r.Room.stock.using.OnTapped()
	if len(r.used) != 1 || r.used[0].Start != at("00:1a:c2:00:01:f4") || r.used[0].Count != 500 {
		t.Errorf("%v", r.used)
	}
	r.Room.stock.count.Entry.SetText("0")
	r.Wait()
	if !r.Room.stock.using.Disabled() || r.Room.stock.free.Count != 0 || r.Room.stock.count.Remark() == nil {
		t.Error("nothing can be used")
	}
	r.Room.stock.count.Entry.SetText("500")
	r.Wait()
	r.Room.stock.askReserve()
	r.Dialog().Take(1)
	r.Wait()
	if len(r.F.Dialogs()) == 0 {
		t.Fatal("reserved for nobody")
	}
	r.enter("Line 4")
	r.Dialog().Take(1)
	r.Wait()
	r.says("Reserved: 500", "00-1a-c2-00-03-e8 … 00-1a-c2-00-05-db")
	r.choose("Batches")
	r.says("reserved")
	r.choose("MAC blocks")
	b, err := r.ledger.SaveBlock(t.Context(), core.Block{Environment: environment, First: at("00:1a:c3:00:00:00"), Last: at("00:1a:c3:00:00:ff"), Label: "second"}, "")
	if err != nil {
		t.Fatal(err)
	}
	r.Room.stock.chosen = b.ID
	r.Room.Recheck()
	r.Wait()
	if now := r.Room.stock.block(); now == nil || now.Label != "second" { // what was chosen stays so
		t.Errorf("%+v", now)
	}
	for _, label := range []string{"second", "Thermostats"} {
		if now := r.Room.stock.block(); now == nil || now.Label != label {
			t.Fatalf("%+v, want %s", now, label)
		}
		r.Room.stock.edit(r.Room.stock.block())
		r.Dialog().Take(1) // remove
		r.Wait()
	}
	r.says("No block is entered.")
}

// TestBlockOfItsOwn: the end of the IEEE's block is proposed for its first address alone.
func TestBlockOfItsOwn(t *testing.T) {
	r := newRig(t)
	r.open()
	r.choose("MAC blocks")
	r.Room.stock.edit(&core.Block{})
	test.Type(entriesOf(r.Dialog())[2], "00:1a:c2:00:00:10")
	if got := entriesOf(r.Dialog())[3].Text; got != "" {
		t.Errorf("the last address is %q", got)
	}
	r.Dismiss()
}

func TestExpiry(t *testing.T) {
	r := newRig(t)
	now := r.F.Tasks().Now()
	first := time.Date(now.Year(), now.Month()+2, 10, 0, 0, 0, 0, time.Local)
	r.claim("b1", at("00:1a:c2:7b:00:00"), 10, first, first, first.AddDate(0, 1, 0))
	r.open()
	r.choose("Expiring")
	r.says("2 certificates end in " + first.Format("2006-01"))
	if m := certificateRows(r.Room.expiry.certs); m.Rows() != 2 || m.Cell(0, 1).Text != "00-1a-c2-7b-00-00" || m.Cell(0, 2).Text != "1000" {
		t.Errorf("%d rows, %v", m.Rows(), m)
	}
	r.Room.expiry.choose(3)
	r.Wait()
	r.says("One certificate ends in " + first.AddDate(0, 1, 0).Format("2006-01"))
	path := filepath.Join(t.TempDir(), "again.csv")
	r.Choose.SaveAnswer = path
	r.Room.expiry.certs = append(r.Room.expiry.certs, r.Room.expiry.certs...) // a device that has two is ordered once
	r.Room.expiry.save()
	r.Wait()
	r.NoDialog()
	b, err := os.ReadFile(path)
	if err != nil || string(b) != "\"subject.common_name\"\n\"00-1a-c2-7b-00-02\"\n" {
		t.Errorf("%q, %v", b, err)
	}
}

func TestLog(t *testing.T) {
	r := newRig(t)
	r.claim("b1", at("00:1a:c2:7b:00:00"), 10)
	r.open()
	r.choose("Audit log")
	v := r.Room.log
	m := entryRows(v.entries)
	if m.Rows() < 2 || m.Cell(0, 2).Text != "claimed" || m.Cell(0, 3).Text != "b1" || !strings.Contains(m.Cell(0, 4).Text, "Ada @ station-7") {
		t.Fatalf("%d entries, the newest %q", m.Rows(), m.Cell(0, 2).Text)
	}
	v.verify()
	r.Wait()
	if !strings.Contains(r.ToastText(), "entries are as they were written") {
		t.Error(r.ToastText())
	}
	v.copyAnchor()
	anchor := r.F.Clipboard().Content()
	r.says(anchor, r.ledger.Where())
	v.askAnchor()
	r.enter("nonsense")
	r.Dialog().Take(1)
	if len(r.F.Dialogs()) == 0 {
		t.Fatal("nonsense is no anchor")
	}
	r.enter(strings.Replace(anchor, ":", ":00", 1)[:len(anchor)])
	r.Dialog().Take(1)
	r.Wait()
	if d := r.Dialog(); !strings.Contains(d.Title, "was changed") {
		t.Error(d.Title)
	}
	r.Dismiss()
	for i, name := range []string{"log.jsonl", "log.csv"} {
		r.Choose.SaveAnswer = filepath.Join(t.TempDir(), name)
		v.askExport()
		r.Dialog().Take(i + 1)
		r.Wait()
		if b, err := os.ReadFile(r.Choose.SaveAnswer); err != nil || !strings.Contains(string(b), "claimed") {
			t.Errorf("%s: %q, %v", name, b, err)
		}
	}
}

// TestImport: what was ordered before the ledger existed is taken over, and taken over once.
func TestImport(t *testing.T) {
	r := newRig(t)
	r.open()
	path := frametest.Put(t, filepath.Join(t.TempDir(), "2025-07.csv"), []byte("\"subject.common_name\"\n\"00-1a-c2-7b-00-00\"\n\"dev-2\"\n"))
	r.Choose.FilesAnswer = []string{path}
	r.Room.Open()
	r.Wait()
	if !strings.HasPrefix(r.ToastText(), "2 identities and 0 certificates were imported; 0") {
		t.Error(r.ToastText())
	}
	r.says("imported", "2025-07.csv")
	r.Room.importFiles(takeover{paths: []string{path}})
	r.Wait()
	if !strings.HasPrefix(r.ToastText(), "0 identities and 0 certificates were imported; 2") {
		t.Error(r.ToastText())
	}
	r.Room.importFiles(takeover{paths: []string{frametest.Put(t, filepath.Join(t.TempDir(), "x.csv"), []byte("nothing"))}})
	r.Wait()
	if d := r.Dialog(); d.Title != "Nothing more was imported" {
		t.Error(d.Title)
	}
	r.Dismiss()
}

// TestImportAsks: a portal's list that can mean two things is asked about, one thing after another; what the columns were taken for is said.
func TestImportAsks(t *testing.T) {
	r := newRig(t)
	r.open()
	sum := strings.Repeat("ab", 32)
	first := frametest.Put(t, filepath.Join(t.TempDir(), "first.csv"), []byte("cn,serial no,Serial-No,valid to,sha256\ndev-1,1111111111111111,2222222222222222,03/04/2027,"+sum+"\n"))
	second := frametest.Put(t, filepath.Join(t.TempDir(), "second.csv"), []byte("Name,serial,Expires,sha256\ndev-2,0x3a3a3a3a3a3a3a3a,05/06/2027,"+strings.Repeat("cd", 32)+"\n"))
	r.Room.importFiles(takeover{paths: []string{first, second}})
	r.Wait()
	for _, c := range []struct {
		file, text string
		answer     int
	}{{"first.csv", "\"serial no\", \"Serial-No\"", 1}, {"first.csv", "day or with the month", 0}, {"first.csv", "decimal or hexadecimal", 0}, {"second.csv", "day or with the month", 1}} {
		d := r.Dialog()
		if !strings.Contains(d.Title, c.file) || !strings.Contains(d.Text, c.text) {
			t.Fatalf("%q: %q, want %q", d.Title, d.Text, c.text)
		}
		choice, ok := d.Body.(*fyne.Container)
		if !ok {
			t.Fatalf("%T", d.Body)
		}
		for _, o := range choice.Objects {
			if s, ok := o.(*widgets.Select); ok {
				s.SetSelectedIndex(c.answer)
			}
		}
		d.Take(1)
		r.Wait()
	}
	r.NoDialog()
	if text := r.ToastText(); !strings.HasPrefix(text, "2 identities and 2 certificates were imported; 0") || !strings.Contains(text, "serial number: Serial-No") || !strings.Contains(text, "valid to: valid to") {
		t.Error(text)
	}
	for serial, end := range map[string]string{"2222222222222222": "2027-04-03", "3a3a3a3a3a3a3a3a": "2027-05-06"} {
		lives, err := r.ledger.Find(t.Context(), serial)
		if err != nil || len(lives) != 1 {
			t.Fatalf("%s: %+v, %v", serial, lives, err)
		}
		if ends := lives[0].Certificates; len(ends) != 1 || ends[0].NotAfter.Format("2006-01-02") != end {
			t.Errorf("%s: %+v", serial, ends)
		}
	}
}

func TestBackup(t *testing.T) {
	r := newRig(t)
	r.claim("b1", at("00:1a:c2:7b:00:00"), 10)
	r.open()
	r.Choose.SaveAnswer = filepath.Join(t.TempDir(), "copy.db")
	r.Room.Save()
	r.Wait()
	r.NoDialog()
	l, err := core.Open(t.Context(), core.Config{Path: r.Choose.SaveAnswer, Station: "other"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if all, err := l.Batches(t.Context(), core.Filter{}); err != nil || len(all) != 1 {
		t.Errorf("%d batches, %v", len(all), err)
	}
}

// TestTrouble: a ledger that does not answer is said in place of the list, with the way to try again.
func TestTrouble(t *testing.T) {
	r := newRig(t)
	r.wrong = core.ErrUnavailable
	r.open()
	r.says("The ledger cannot be read", "Try again")
	r.wrong = errors.New("x")
	r.Room.Recheck()
	r.Wait()
	r.wrong = nil
	r.Room.Recheck()
	r.Wait()
	if strings.Contains(r.shown(), "cannot be read") {
		t.Error(r.shown())
	}
}

// TestRestored: a ledger that was restored from a backup is shown with what is wrong above it; whoever uses it gives a reason, and the
// warning goes.
func TestRestored(t *testing.T) {
	r := newRig(t)
	path, c := filepath.Join(t.TempDir(), "ledger.db"), core.Config{Station: "station-7", Memory: core.FileMemory(filepath.Join(t.TempDir(), "memory"))}
	backup := filepath.Join(t.TempDir(), "backup.db")
	use := func(path string) {
		t.Helper()
		c.Path = path
		l, err := core.Open(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		r.ledger = l
	}
	use(path)
	r.claim("2026-11-30-1", at("00:1a:c2:7b:00:00"), 500)
	if err := r.ledger.Backup(t.Context(), backup, "Ada"); err != nil {
		t.Fatal(err)
	}
	r.claim("2026-11-30-2", at("00:1a:c2:7b:10:00"), 10)
	use(backup)
	r.F.Window().Resize(fyne.NewSize(1000, 700))
	r.open()
	r.says("restored from a backup", words.T("ledger.read-only"), words.T("ledger.adopt"), "2026-11-30-1", "Thermostat")
	top := func(o fyne.CanvasObject) float32 { return fyne.CurrentApp().Driver().AbsolutePositionForObject(o).Y }
	if l := r.Room.locked; l.Size().Height < l.MinSize().Height || top(l)+l.Size().Height > top(r.Room.stage) || top(l) < top(r.Room.search)+r.Room.search.Size().Height {
		t.Errorf("the warning at %v is %v high of %v, the search ends at %v, the list begins at %v", top(l), l.Size().Height, l.MinSize().Height,
			top(r.Room.search)+r.Room.search.Size().Height, top(r.Room.stage))
	}
	r.choose("Audit log")
	if len(r.Room.log.entries) == 0 {
		t.Error("the audit log of a restored ledger is not shown")
	}
	r.says("restored from a backup")
	r.Room.search.SetText("00:1a:c2:7b:00:07")
	r.Room.find(r.Room.search.Text)
	r.Wait()
	r.says("restored from a backup", words.T("ledger.taken", "Name", "00-1a-c2-7b-00-07"))

	r.Room.askAdopt()
	r.Dialog().Take(1)
	if len(r.F.Dialogs()) == 0 {
		t.Fatal("used without a reason")
	}
	r.enter("the disk was replaced")
	r.Dialog().Take(1)
	r.Wait()
	r.NoDialog()
	if text := r.shown(); r.ledger.Restored() != nil || strings.Contains(text, "restored from a backup") || strings.Contains(text, words.T("ledger.read-only")) {
		t.Errorf("after it was taken over: %v, %q", r.ledger.Restored(), text)
	}
}

func entriesOf(d *widgets.Dialog) []*widgets.Entry {
	var all []*widgets.Entry
	for _, o := range test.LaidOutObjects(d.Body) {
		if e, ok := o.(*widgets.Entry); ok {
			all = append(all, e)
		}
	}
	return all
}

// TestLifeInFull: what was found says whether it is free, since when a claim is over, and in which row it stood; only what was never sent
// can be given up.
func TestLifeInFull(t *testing.T) {
	r := newRig(t)
	r.open()
	id, err := r.ledger.Claim(t.Context(), core.Batch{Environment: environment, ID: "b7", Operator: "Ada", Identities: func(yield func(core.Identity) bool) {
		yield(core.Identity{Kind: core.CommonName, Value: "dev-7", Row: 4711})
	}})
	if err != nil {
		t.Fatal(err)
	}
	shown := func() string {
		t.Helper()
		r.Room.find("dev-7")
		r.Wait()
		return frametest.AllText(r.Room.life.root)
	}
	if text := shown(); !strings.Contains(text, "4,711") || strings.Contains(text, words.T("ledger.free-again")) || !strings.Contains(text, words.T("ledger.taken", "Name", "dev-7")) {
		t.Errorf("held: %q", text)
	}
	offered := func() bool {
		t.Helper()
		r.Room.search.SetText("")
		r.choose("Batches")
		return slices.ContainsFunc(r.Room.batches.body.Objects, func(o fyne.CanvasObject) bool { _, ok := o.(*widgets.Button); return ok })
	}
	if !offered() {
		t.Error("what was claimed cannot be given up")
	}
	if err := r.ledger.Started(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	r.Room.Recheck()
	r.Wait()
	if offered() {
		t.Error("what was sent can be given up")
	}
	if err := r.ledger.NotStarted(t.Context(), id, "Ada", "refused"); err != nil {
		t.Fatal(err)
	}
	if err := r.ledger.Release(t.Context(), id, "Ada", "never sent"); err != nil {
		t.Fatal(err)
	}
	if text := shown(); !strings.Contains(text, words.T("ledger.free-again")) || !strings.Contains(text, words.T("ledger.is-free", "Name", "dev-7")) {
		t.Errorf("free: %q", text)
	}
}
