package table

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"golang.org/x/text/encoding/charmap"

	"enrollbench/core/csvdoc"
	"enrollbench/core/enrollment"
	"enrollbench/gui/frame/frametest"
	"enrollbench/gui/widgets"
	"enrollbench/gui/widgets/sheet"
)

func TestCSVNewAndTemplate(t *testing.T) {
	r := csvRig(t)
	template := frametest.Put(t, filepath.Join(t.TempDir(), "thermostat.csv"), []byte("subject.common_name,room,csr\n"))
	r.Choose.FilesAnswer = []string{template}
	r.CSV.newFromFile()
	r.Wait()
	r.NoDialog()
	if got := r.CSV.file.rows.columns; len(got) != 3 || got[1].Name != "room" || len(r.cells()) != 1 {
		t.Fatalf("the new sheet has the columns %v", got)
	}
	if got := r.CSV.source.templateText.Text(); got != "thermostat.csv" {
		t.Errorf("the template is shown as %q", got)
	}
	var room sheet.Column
	r.CSV.signColumn(&room, r.CSV.file.rows.column(1))
	if room.Sign != sheet.DeviceField {
		t.Errorf("a field of the device has the sign %d", room.Sign)
	}
	out := filepath.Join(t.TempDir(), "new.csv")
	r.Choose.SaveAnswer = out
	r.CSV.editor.OnEdit(0, 0, "dev-1")
	r.CSV.Save()
	r.Wait()
	if got := r.saved(out); got != "\"subject.common_name\",\"room\",\"csr\"\r\n\"dev-1\",\"\",\"\"\r\n" {
		t.Errorf("saved %q", got)
	}
	profile, err := enrollment.ParseTemplate([]byte("subject.common_name,floor\n"), "Profile 7")
	if err != nil {
		t.Fatal(err)
	}
	r.CSV.setTemplate(profile, "")
	r.Wait()
	if got := r.CSV.source.templateText.Text(); got != "Profile 7" || !slices.Equal(r.CSV.missingColumns(), []string{"floor"}) {
		t.Errorf("with a profile's template: %q, missing %q", got, r.CSV.missingColumns())
	}
	r.CSV.addColumns(r.CSV.missingColumns())
	r.Wait()
	if got := r.CSV.file.rows.columns; got[len(got)-1].Name != "floor" {
		t.Errorf("the missing column was not added: %v", got)
	}
}

func TestCSVRowsFromCSRs(t *testing.T) {
	r, _ := openedCSV(t, "subject.common_name,subject.country,san.dns_name,csr\n")
	r.Drop(frametest.GoodFolder(t))
	r.NoDialog()
	if got := r.column(0); !slices.Equal(got, []string{"dev-a", "dev-b", "dev-c"}) {
		t.Fatalf("the rows are %q; %s", got, r.ToastText())
	}
	if line := r.cells()[0]; line[1] != "DE" || line[2] != "dev-a.example.com" || !strings.Contains(line[3], "BEGIN CERTIFICATE REQUEST") {
		t.Errorf("a row is %q", line)
	}
	r.CSV.Undo()
	r.Wait()
	if len(r.cells()) != 0 {
		t.Error("adding CSRs takes more than one undo")
	}
}

// names are those of the columns.
func (r *rig) names() (out []string) {
	for _, c := range r.CSV.file.rows.columns {
		out = append(out, c.Name)
	}
	return out
}

// CSRs keep their keys: the column is added where there is none, and each is checked as on the page for CSR files.
func TestCSVDroppedCSRsKeepTheirKeys(t *testing.T) {
	folder := t.TempDir()
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: "dev-weak"}}, weak)
	if err != nil {
		t.Fatal(err)
	}
	frametest.Put(t, filepath.Join(folder, "dev.csr"), frametest.Request(t, frametest.NewKey(t), "dev-good"))
	frametest.Put(t, filepath.Join(folder, "weak.csr"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}))
	for _, header := range []string{"subject.common_name", "subject.common_name,CSR"} {
		r, _ := openedCSV(t, header+"\n")
		r.Drop(folder)
		r.NoDialog()
		if got := r.names(); !slices.Equal(got, []string{"subject.common_name", "csr"}) {
			t.Fatalf("%s: the columns are %q", header, got)
		}
		for _, line := range r.cells() {
			if !strings.Contains(line[1], "BEGIN CERTIFICATE REQUEST") {
				t.Errorf("%s: the key of %s is lost", header, line[0])
			}
		}
		if got := r.CSV.bar.Sentence(); !strings.HasPrefix(got, "1 ready · 1 error") {
			t.Errorf("%s: with a key of 1,024 bits the bar says %q", header, got)
		}
		r.CSV.Undo()
		r.Wait()
		if got := r.names(); strings.Join(got, ",") != header || len(r.cells()) != 0 {
			t.Errorf("%s: undone in one step: %q", header, got)
		}
	}
}

// Where the service makes the keys nothing is decided without asking.
func TestCSVDroppedCSRsOnServiceKeys(t *testing.T) {
	for name, set := range map[string]func(r *rig){
		"chosen": func(r *rig) { r.CSV.setKeys(enrollment.ServerKeys) },
		"rows":   func(r *rig) { r.CSV.editor.OnPaste(0, 0, [][]string{{"dev-0"}}) },
		"template": func(r *rig) {
			x, err := enrollment.ParseTemplate([]byte("subject.common_name\n"), "Profile 7")
			if err != nil {
				t.Fatal(err)
			}
			r.CSV.setTemplate(x, "")
		},
	} {
		r, _ := openedCSV(t, "subject.common_name\n")
		set(r)
		r.Wait()
		before := len(r.cells())
		r.Drop(frametest.GoodFolder(t))
		d := r.Dialog()
		if d.Title != "These devices have their own keys" || len(r.cells()) != before {
			t.Fatalf("%s: %q, with %d rows", name, d.Title, len(r.cells()))
		}
		d.Take(0)
		r.Wait()
		if len(r.cells()) != before {
			t.Errorf("%s: going back adds rows", name)
		}
		r.Drop(frametest.GoodFolder(t))
		r.Dialog().Take(1)
		r.Wait()
		if got := r.names(); len(got) != 1 || len(r.cells()) != before+3 {
			t.Errorf("%s: only the names: %q, %q", name, got, r.cells())
		}
		r.CSV.Undo()
		r.Wait()
		r.Drop(frametest.GoodFolder(t))
		r.Dialog().Take(2)
		r.Wait()
		if got := r.names(); !slices.Equal(got, []string{"subject.common_name", "csr"}) || r.CSV.options.Keys != enrollment.ClientKeys {
			t.Errorf("%s: with the CSRs: %q, keys %v", name, got, r.CSV.options.Keys)
		}
	}
}

// Only the names also means that a column for CSRs that is there stays empty.
func TestCSVOnlyNamesBesideAColumnForCSRs(t *testing.T) {
	r, _ := openedCSV(t, "subject.common_name,csr\n")
	r.CSV.setKeys(enrollment.ServerKeys)
	r.Wait()
	r.Drop(frametest.GoodFolder(t))
	r.Dialog().Take(1)
	r.Wait()
	if got := r.cells(); !slices.EqualFunc(got, []string{"dev-a", "dev-b", "dev-c"}, func(row []string, name string) bool { return row[0] == name && row[1] == "" }) {
		t.Errorf("the rows are %q", got)
	}
}

func TestCSVStopsAtAPrivateKey(t *testing.T) {
	r, _ := openedCSV(t, "subject.common_name,csr\n")
	r.Drop(frametest.MixedFolder(t))
	d := r.Dialog()
	if d.Title != "PRIVATE KEY among the files" || !strings.Contains(d.Text, "STOP") || len(d.List) != 1 || !strings.Contains(d.List[0], "left.key") || len(r.cells()) != 0 {
		t.Fatalf("%q, %q, %q, with %d rows", d.Title, d.Text, d.List, len(r.cells()))
	}
	d.Take(0)
	r.Wait()
	if len(r.cells()) != 0 {
		t.Error("rows are added though the user went back")
	}
	r.Drop(frametest.MixedFolder(t))
	r.Dialog().Take(1)
	r.Wait()
	if len(r.cells()) != 4 {
		t.Errorf("without the key there are %d rows", len(r.cells()))
	}
	r.Dismiss()
	lone := frametest.Put(t, filepath.Join(t.TempDir(), "lone.key"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("no key")}))
	r.CSV.addRows([]string{lone})
	r.Wait()
	if d := r.Dialog(); len(d.Answers) != 1 {
		t.Errorf("a lone private key can be added: %v", d.Answers)
	}
}

// In a new table the CSRs take the place of its empty row.
func TestCSVDroppedCSRsInANewTable(t *testing.T) {
	r := csvRig(t)
	r.CSV.newSheet(serverColumns)
	r.Wait()
	r.Drop(frametest.GoodFolder(t))
	r.NoDialog()
	if got := r.column(0); !slices.Equal(got, []string{"dev-a", "dev-b", "dev-c", ""}) || !slices.Contains(r.names(), "csr") {
		t.Errorf("rows %q, columns %q", got, r.names())
	}
	if got := r.CSV.bar.Sentence(); !strings.HasPrefix(got, "3 ready") || strings.Contains(got, "error") {
		t.Errorf("the bar says %q", got)
	}
}

func TestCSVDialect(t *testing.T) {
	r, _ := openedCSV(t, "a;b,c\n1;2,3\n")
	before := r.CSV.file.rows.columns
	as := r.CSV.file.doc.Dialect()
	as.Delimiter = ','
	if before[0].Name == "a;b" {
		as.Delimiter = ';'
	}
	r.CSV.openDialect()
	r.Dialog().Cancel()
	r.CSV.reopen(as)
	r.Wait()
	r.NoDialog()
	after := r.CSV.file.rows.columns
	if after[0].Name == before[0].Name || r.CSV.file.doc.Dialect().Delimiter != as.Delimiter {
		t.Errorf("read another way the columns are %v", after)
	}
	r.CSV.editor.OnEdit(0, 0, "x")
	r.CSV.openDialect()
	if text := r.Dialog().Text; !strings.Contains(text, "only while it has no edits") {
		t.Errorf("with edits the dialog says %q", text)
	}
	r.Dialog().Cancel()
}

// A guessed encoding is said above the sheet with cells to judge it by, and confirmed with a click before an upload.
func TestCSVGuessIsConfirmed(t *testing.T) {
	city, err := charmap.Windows1250.NewEncoder().String("Łódź")
	if err != nil {
		t.Fatal(err)
	}
	r, _ := openedCSV(t, "subject.common_name,subject.locality\ndev-1,"+city+"\n")
	strip := r.CSV.guess
	if text := strip.text.Text(); !strip.content.Visible() || !strings.Contains(text, "Windows-1250") || !strings.Contains(text, "“Łódź” in row 2") {
		t.Fatalf("above the sheet stands %q", text)
	}
	out := filepath.Join(t.TempDir(), "up.csv")
	r.Choose.SaveAnswer = out
	test.Tap(r.CSV.bar.Primary)
	r.Wait()
	if d := r.Dialog(); !strings.Contains(d.Text, "Łódź") {
		t.Errorf("an upload of what is guessed says %q, %q", d.Title, d.Text)
	}
	r.Dismiss()
	r.CSV.StartBatch()
	r.Wait()
	if d := r.Dialog(); !strings.Contains(d.Text, "Łódź") || len(r.orders) != 0 {
		t.Errorf("a batch of what is guessed says %q, %q", d.Title, d.Text)
	}
	r.Dismiss()
	if _, err := os.Stat(out); err == nil {
		t.Error("what is only guessed was written")
	}
	r.CSV.confirmEncoding()
	r.Wait()
	if strip.content.Visible() {
		t.Error("the guess is still shown")
	}
	test.Tap(r.CSV.bar.Primary)
	r.Wait()
	r.NoDialog()
	if got := r.saved(out); !strings.Contains(got, "Łódź") {
		t.Errorf("uploaded %q", got)
	}
}

// The file chooser offers every kind of table that is read.
func TestCSVChoosesWorkbooks(t *testing.T) {
	r := csvRig(t)
	r.CSV.Open()
	r.Wait()
	if asked := r.Choose.Asked; len(asked) != 1 || !slices.Contains(asked[0].Ends, ".xlsx") || !slices.Contains(asked[0].Ends, ".ods") {
		t.Errorf("the chooser offers %v", asked)
	}
}

func TestCSVLeaveWithEdits(t *testing.T) {
	r, path := openedCSV(t, spreadsheet)
	r.CSV.editor.OnEdit(0, 0, "kept")
	left := false
	r.CSV.Leave(func() { left = true })
	d := r.Dialog()
	if left || len(d.Answers) != 4 {
		t.Fatalf("left without asking, or the answers are %v", d.Answers)
	}
	r.CSV.Leave(func() {})
	if len(r.Dialogs()) != 1 {
		t.Error("the question is asked twice")
	}
	d.Take(0)
	if r.CSV.file == nil {
		t.Fatal("going back closed the file")
	}
	r.CSV.Leave(func() { left = true })
	r.Dialog().Take(2) // keep for later
	r.Wait()
	if !left || r.CSV.file != nil || r.saved(path) != spreadsheet {
		t.Fatal("keeping the edits did not close the file, or touched it")
	}
	if len(r.CSV.start.found) != 1 || !r.CSV.start.offers.Visible() || r.BadgeOf(r.CSV) != "1" {
		t.Fatalf("what was kept is not offered: %v", r.CSV.start.found)
	}
	r.CSV.recover(r.CSV.start.found[0])
	r.Wait()
	r.NoDialog()
	if got := r.cells()[0][0]; got != "kept" || len(r.CSV.start.found) != 0 || r.BadgeOf(r.CSV) != "" {
		t.Errorf("recovered: %q", got)
	}
	r.CSV.Leave(func() {})
	r.Dialog().Take(3) // save
	r.Wait()
	if got := r.saved(path); got != strings.Replace(spreadsheet, "dev-1;", "kept;", 1) || r.CSV.file != nil {
		t.Errorf("saved on leaving: %q", got)
	}
	r.CSV.OpenPath(path)
	r.Wait()
	r.CSV.editor.OnEdit(0, 0, "gone")
	r.CSV.Leave(func() {})
	r.Dialog().Take(1) // discard
	r.Wait()
	if r.CSV.file != nil || strings.Contains(r.saved(path), "gone") || len(r.CSV.start.found) != 0 {
		t.Error("discarded edits are in the file or offered again")
	}
}

func TestCSVClosesWithAnythingOpen(t *testing.T) {
	r, _ := openedCSV(t, spreadsheet)
	p := r.CSV.findings
	p.pick(keyOf(&p.shown[0]))
	r.Wait()
	r.CSV.Find()
	r.CSV.finder.find.SetText("dev")
	r.CSV.finder.search()
	r.Wait()
	r.OnClose()
	r.Until(func() bool { return r.Closing() })
	if r.CSV.file != nil {
		t.Error("the file is open still")
	}
}

func TestCSVChangedUnderneath(t *testing.T) {
	r, path := openedCSV(t, "a,b\n1,2\n")
	r.CSV.editor.OnEdit(0, 0, "x")
	other := path + ".new"
	frametest.Put(t, other, []byte("a,b\n9,9\n5,5\n"))
	if err := os.Rename(other, path); err != nil {
		t.Fatal(err)
	}
	r.CSV.Save()
	r.Wait()
	d := r.Dialog()
	if !strings.Contains(d.Title, "was changed by another program") || len(d.Answers) != 3 {
		t.Fatalf("%s %v", d.Title, d.Answers)
	}
	d.Take(1) // replace it
	r.Wait()
	if got := r.saved(path); got != "a,b\nx,2\n" {
		t.Errorf("replaced: %q", got)
	}
}

func TestCSVEncodingIsAskedFor(t *testing.T) {
	r, path := openedCSV(t, "name,b\nM\xfcller,2\n")
	if got := r.cells()[0][0]; got != "Müller" {
		t.Fatalf("read as %q", got)
	}
	r.CSV.editor.OnEdit(0, 1, "日本")
	r.CSV.Save()
	r.Wait()
	d := r.Dialog()
	if !strings.Contains(d.Title, "cannot hold") || len(d.List) != 1 || !strings.Contains(d.List[0], "b") {
		t.Fatalf("%s %q", d.Title, d.List)
	}
	d.Take(1) // question marks
	r.Wait()
	if got := r.saved(path); got != "name,b\nM\xfcller,??\n" || r.cells()[0][1] != "??" {
		t.Errorf("saved %q, shown %q", got, r.cells()[0][1])
	}
}

func TestCSVSample(t *testing.T) {
	r := csvRig(t)
	r.CSV.trySample()
	r.Wait()
	r.NoDialog()
	if r.CSV.file == nil || r.CSV.file.rows.Rows() != sampleRows || len(r.CSV.findings.shown) < 5 {
		t.Fatalf("the sample shows %d causes", len(r.CSV.findings.shown))
	}
	if len(r.CSV.recentFiles()) > 0 {
		t.Error("the sample is among the recent files")
	}
	folder := r.CSV.sample
	r.CSV.Leave(func() {})
	r.Wait()
	r.CSV.Close()
	if _, err := os.Stat(folder); !errors.Is(err, os.ErrNotExist) {
		t.Error("the sample stays on the disk")
	}
}

func TestCSVWhileItIsRead(t *testing.T) {
	r, _ := openedCSV(t, "a,b\n1,2\n")
	r.CSV.file.indexing = true
	r.CSV.showBar()
	r.CSV.editor.OnEdit(0, 0, "x")
	if r.cells()[0][0] != "1" || !strings.Contains(r.ToastText(), "still being read") || !r.CSV.bar.Primary.Disabled() {
		t.Errorf("an edit before the end is known: %q, %q", r.cells()[0], r.ToastText())
	}
	r.CSV.file.indexing = false
}

func TestCSVSaveDialogs(t *testing.T) {
	r, path := openedCSV(t, "a,b\n1,2\n")
	for title, err := range map[string]error{
		"not enough space":  &csvdoc.SpaceError{Path: path, Need: 200_000_000, Free: 1_000_000},
		"no longer exists":  &csvdoc.ChangedError{Path: path, Gone: true},
		"while it was open": &csvdoc.ChangedError{Path: path, Damaged: true},
		"already exists":    os.ErrExist,
		"was not saved":     errors.New("the disk is on fire"),
	} {
		r.CSV.notSaved(path, csvdoc.SaveOptions{}, nil, err)
		d := r.Dialog()
		if !strings.Contains(d.Title, title) || d.Text == "" {
			t.Errorf("%v: %q", err, d.Title)
		}
		d.Take(0)
	}
	r.NoDialog()
	// A file that is gone is written there again.
	os.Remove(path)
	r.CSV.editor.OnEdit(0, 0, "x")
	r.CSV.Save()
	r.Wait()
	r.Dialog().Take(2)
	r.Wait()
	if got := r.saved(path); got != "a,b\nx,2\n" {
		t.Errorf("written again: %q", got)
	}
}

func TestCSVUpload(t *testing.T) {
	r, path := openedCSV(t, spreadsheet)
	out := filepath.Join(t.TempDir(), "up.csv")
	r.Choose.SaveAnswer = out
	test.Tap(r.CSV.bar.Primary)
	r.Wait()
	d := r.Dialog()
	if d.Title != "2 rows have errors" || len(d.List) != 2 || len(r.Choose.Asked) != 0 {
		t.Fatalf("%s %q", d.Title, d.List)
	}
	d.Take(0)
	r.Wait()
	if at := r.CSV.editor.Current(); at != (sheet.Place{Row: 1}) {
		t.Errorf("going back leads to %v", at)
	}
	test.Tap(r.CSV.bar.Primary)
	r.Wait()
	r.Dialog().Take(1)
	r.Wait()
	r.NoDialog()
	if !strings.Contains(r.ToastText(), "3 rows saved as up.csv. 2 rows were left out") {
		t.Errorf("the toast says %q", r.ToastText())
	}
	want := filepath.Join(t.TempDir(), "up.csv")
	doc, err := csvdoc.Open(context.Background(), path, csvdoc.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer doc.Close()
	if err := doc.Index(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	form, err := enrollment.FormOf(context.Background(), doc)
	if err != nil {
		t.Fatal(err)
	}
	result, err := enrollment.Validate(context.Background(), doc.Snapshot(), enrollment.Options{Form: form}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := result.Save(context.Background(), enrollment.UploadOptions{Out: want, LeaveOutErrors: true}, nil); err != nil {
		t.Fatal(err)
	}
	if r.saved(out) != r.saved(want) || r.saved(strings.TrimSuffix(out, ".csv")+".left-out.csv") != r.saved(strings.TrimSuffix(want, ".csv")+".left-out.csv") {
		t.Error("the upload is not what core writes")
	}
	// Again: what is there is named, and replaced once the user agrees.
	test.Tap(r.CSV.bar.Primary)
	r.Wait()
	r.Dialog().Take(1)
	r.Wait()
	if d := r.Dialog(); !slices.Contains(d.List, "up.csv") || !slices.Contains(d.List, "up.left-out.csv") {
		t.Errorf("the dialog names %q", d.List)
	}
	r.Dialog().Take(1)
	r.Wait()
	r.NoDialog()
}

func TestCSVOptionsAreRemembered(t *testing.T) {
	r, _ := openedCSV(t, "subject.common_name,san.dns_name\ndev-1,a.example.com;b.example.com\n")
	if got := r.CSV.bar.Sentence(); !strings.Contains(got, "1 error") {
		t.Errorf("two names in one cell: %q", got)
	}
	r.CSV.openOptions()
	form := r.Dialog().Body.(*fyne.Container)
	var entry *widgets.Entry
	var walk func(fyne.CanvasObject)
	walk = func(o fyne.CanvasObject) {
		switch o := o.(type) {
		case *widgets.Entry:
			entry = o
		case *fyne.Container:
			for _, c := range o.Objects {
				walk(c)
			}
		}
	}
	walk(form)
	entry.SetText(";")
	r.Dialog().Take(0)
	r.Wait()
	if got := r.CSV.bar.Sentence(); !strings.HasPrefix(got, "1 ready") {
		t.Errorf("with a separator: %q", got)
	}
	r.CSV.setKeys(enrollment.ServerKeys)
	r.Wait()
	again := New(r.window)
	if again.options.Separator != ";" || again.options.Keys != enrollment.ServerKeys {
		t.Errorf("remembered: %+v", again.options)
	}
	r.Until(func() bool { return !again.busy() })
}

func TestCSVMissingFile(t *testing.T) {
	r := csvRig(t)
	path := frametest.Put(t, filepath.Join(t.TempDir(), "gone.csv"), []byte("a\n1\n"))
	r.CSV.OpenPath(path)
	r.Wait()
	r.CSV.Leave(func() {})
	r.Wait()
	os.Remove(path)
	r.CSV.OpenPath(path)
	r.Wait()
	if d := r.Dialog(); !strings.Contains(d.Title, "gone.csv could not be opened") || slices.Contains(r.CSV.recentFiles(), path) {
		t.Errorf("%s; recent %q", d.Title, r.CSV.recentFiles())
	}
}

func TestCSVOfferWithoutItsFile(t *testing.T) {
	r := csvRig(t)
	o := r.CSV.start.offer(csvdoc.Recovery{Path: "/data/orders.csv", Edits: 12, Missing: true})
	if text := frametest.AllText(o); !strings.Contains(text, "was moved or changed") {
		t.Errorf("%s", text)
	}
}

func TestCSVOffersInWords(t *testing.T) {
	r := csvRig(t)
	o := r.CSV.start.offer(csvdoc.Recovery{Path: "/data/orders.csv", Edits: 12, Last: time.Date(2026, 11, 23, 14, 2, 0, 0, time.Local)})
	if text := frametest.AllText(o); !strings.Contains(text, "12 edits of orders.csv were not saved. The last one was made at 2026-11-23 14:02.") {
		t.Errorf("%s", text)
	}
}
