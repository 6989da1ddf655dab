package macs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"enrollbench/core/eui48"
	"enrollbench/core/job"
	"enrollbench/core/ledger"
	"enrollbench/gui/frame"
	"enrollbench/gui/frame/frametest"
	"enrollbench/gui/look"
)

func TestTypingARange(t *testing.T) {
	r := newRig(t)
	r.Bring(r.MAC)
	m := r.MAC
	if m.bar.Reason() != "Enter a start and how many" || m.start.Remark() != nil {
		t.Errorf("an empty tab says %q and %v", m.bar.Reason(), m.start.Remark())
	}
	m.start.Entry.SetText("00:1a:c2:7b:00")
	if k := m.start.Remark(); k == nil || k.State != look.Failed || !strings.Contains(k.Text, "six are needed") {
		t.Errorf("five octets: %+v", k)
	}
	if m.count.Remark() != nil {
		t.Error("a field in which nothing was typed is scolded")
	}
	m.start.Entry.SetText("001AC27B0000")
	if k := m.start.Remark(); k == nil || k.State != look.Notice {
		t.Errorf("another notation: %+v", k)
	}
	m.count.Entry.SetText("500")
	m.step.Entry.SetText("10")
	if got := m.bar.Sentence(); got != "500 addresses ready · 00-1a-c2-7b-00-00 … 00-1a-c2-7b-13-7e" {
		t.Errorf("the bar says %q", got)
	}
	if m.bar.Primary.Disabled() || m.first.value.Text() != "00-1a-c2-7b-00-00" || m.last.value.Text() != "00-1a-c2-7b-13-7e" {
		t.Error("first, last or the button are wrong")
	}
	m.nth.Entry.SetText("3")
	if got := m.nthAddress.value.Text(); got != "00-1a-c2-7b-00-14" {
		t.Errorf("number 3 is %q", got)
	}
	m.nth.Entry.SetText("501")
	if got := m.nthAddress.value.Text(); got != "—" {
		t.Errorf("number 501 of 500 is %q", got)
	}
	rows := macRows{m.series}
	if rows.Rows() != 500 || rows.Cell(2, 1).Text != "00-1a-c2-7b-00-14" {
		t.Error("the sheet shows another series")
	}
	if from, to, spills := m.blocks.Shares(); spills || from < 0.48 || to > 0.49 {
		t.Errorf("the bar shows %v…%v, %v", from, to, spills)
	}
	m.count.Entry.SetText("1200000")
	k := m.count.Remark()
	if k == nil || k.State != look.Failed || !strings.Contains(k.Hint, "500000 from 00-1a-c2-7b-00-00") || !m.bar.Primary.Disabled() {
		t.Errorf("more than one order: %+v", k)
	}
	m.start.Entry.SetText("01:1a:c2:7b:00:00")
	if k := m.start.Remark(); k == nil || k.State != look.Failed || !strings.Contains(k.Text, "multicast") {
		t.Errorf("a multicast start: %+v", k)
	}
	m.start.Entry.SetText("00:1a:c2:ff:ff:ff")
	m.step.Entry.SetText("1")
	m.count.Entry.SetText("10")
	if k := m.count.Remark(); k == nil || k.State != look.Warning {
		t.Errorf("out of the OUI's block: %+v", k)
	}
	if _, _, spills := m.blocks.Shares(); !spills || m.bar.Primary.Disabled() {
		t.Error("a warning about the block is not drawn, or stops the save")
	}
}

func TestScanning(t *testing.T) {
	r := newRig(t)
	m := r.MAC
	scan := func(s string) { m.scanner.Entry.SetText(s); m.onScanned(s) }
	scan("00:1a:c2:7b:00:00")
	if m.start.Entry.Text != "00-1a-c2-7b-00-00" || m.scanner.Entry.Text != "" || m.scanner.Remark().State != look.Ready {
		t.Fatalf("the scan gave start %q", m.start.Entry.Text)
	}
	if r.Toast().Note() != nil {
		t.Error("a first scan offers to undo what was empty")
	}
	scan("001ac27b0000")
	if k := m.scanner.Remark(); k.State != look.Warning || !strings.Contains(k.Text, "twice") {
		t.Errorf("the same value again: %+v", k)
	}
	scan("00:1a:c2:7b:01:00")
	n := r.Toast().Note()
	if m.start.Entry.Text != "00-1a-c2-7b-01-00" || n == nil || n.Action != "Undo" {
		t.Fatalf("another value: start %q, note %+v", m.start.Entry.Text, n)
	}
	n.Act()
	if m.start.Entry.Text != "00-1a-c2-7b-00-00" {
		t.Errorf("undo gave %q", m.start.Entry.Text)
	}
	scan("S/N 4711")
	if k := m.scanner.Remark(); k.State != look.Failed || m.start.Entry.Text != "00-1a-c2-7b-00-00" {
		t.Errorf("a label that is no MAC: %+v", k)
	}
}

func TestSaveAddresses(t *testing.T) {
	r := newRig(t)
	r.Bring(r.MAC)
	m := r.MAC
	m.start.Entry.SetText("00:1a:c2:7b:00:00")
	m.count.Entry.SetText("2")
	out := filepath.Join(t.TempDir(), "macs.csv")
	r.Choose.SaveAnswer = out
	test.Tap(m.bar.Primary)
	r.Wait()
	r.NoDialog()
	want := "\"subject.common_name\"\n\"00-1a-c2-7b-00-00\"\n\"00-1a-c2-7b-00-01\"\n"
	if b, err := os.ReadFile(out); err != nil || string(b) != want {
		t.Fatalf("%v %q", err, b)
	}
	m.count.Entry.SetText("1")
	m.Save()
	r.Wait()
	d := r.Dialog()
	if !strings.Contains(d.Title, "macs.csv") {
		t.Errorf("the dialog is about %q", d.Title)
	}
	d.Take(0)
	r.Wait()
	if b, _ := os.ReadFile(out); string(b) != want {
		t.Error("the file was replaced although the user went back")
	}
	m.Save()
	r.Wait()
	r.Dialog().Take(1)
	r.Wait()
	if b, _ := os.ReadFile(out); strings.Count(string(b), "\n") != 2 {
		t.Errorf("after agreeing: %q", b)
	}
	r.Choose.SaveAnswer = filepath.Join(t.TempDir(), "gone", "macs.csv")
	m.Save()
	r.Wait()
	if d := r.Dialog(); d.Detail == "" || strings.Contains(d.Text, "macs.csv:") {
		t.Errorf("a folder that does not exist: %q, details %q", d.Text, d.Detail)
	}
}

func TestCopyAddresses(t *testing.T) {
	r := newRig(t)
	m := r.MAC
	m.start.Entry.SetText("00:1a:c2:7b:00:00")
	m.count.Entry.SetText("3")
	m.sheet.SelectRange(1, 2)
	m.copySelected()
	if got := r.Clipboard().Content(); got != "00-1a-c2-7b-00-01\n00-1a-c2-7b-00-02\n" {
		t.Errorf("copied %q", got)
	}
}

// Whoever comes to the room can scan at once.
func TestTheScanFieldHasTheFocus(t *testing.T) {
	r := newRig(t)
	r.Bring(r.Else)
	r.Bring(r.MAC)
	if r.Canvas().Focused() != fyne.Focusable(r.MAC.scanner.Entry) {
		t.Errorf("the focus is on %v", r.Canvas().Focused())
	}
	r.Canvas().FocusNext() // who has no scanner types
	if r.Canvas().Focused() != fyne.Focusable(r.MAC.start.Entry) {
		t.Errorf("behind the scan field comes %v", r.Canvas().Focused())
	}
}

// TestOrderedBefore: what the ledger says of a series stands beside it while somebody types; nothing is blocked here, because a reason
// lifts it at the start.
func TestOrderedBefore(t *testing.T) {
	r := newRig(t)
	r.Practice()
	ctx, d := t.Context(), r.F.Desk()
	l, environment, err := d.LedgerOf(ctx, job.PracticeID)
	if err != nil {
		t.Fatal(err)
	}
	start, _, _ := eui48.Parse("00:1a:c2:7b:00:0a")
	if _, err := l.Claim(ctx, ledger.Batch{Environment: environment, ID: "first", Operator: "Ada", Ranges: []eui48.Range{{Start: start, Count: 5, Step: 1}}}); err != nil {
		t.Fatal(err)
	}
	r.MAC.Take(eui48.Range{Start: start - 10, Count: 100, Step: 1})
	r.Wait()
	if m := r.MAC.start.Remark(); m == nil || !strings.Contains(m.Text, "already claimed") || !strings.Contains(m.Text, "Ada") {
		t.Errorf("%+v", m)
	}
	if r.MAC.ordering.Disabled() {
		t.Error("a reason lifts it, but nothing can be started")
	}
	r.MAC.Take(eui48.Range{Start: start + 10, Count: 100, Step: 1})
	r.Wait()
	if m := r.MAC.start.Remark(); m != nil {
		t.Errorf("%+v", m)
	}
}

// What is said of a field tells the rule behind it: why it is one, what to do, where it is written.
func TestWhyOfAField(t *testing.T) {
	r := newRig(t)
	if r.MAC.start.Remark() != nil {
		t.Error("an empty field is scolded")
	}
	r.MAC.start.Entry.SetText("01:1a:c2:7b:00:00") // a group address
	remark := r.MAC.start.Remark()
	if remark == nil || remark.Why == nil {
		t.Fatalf("of a group address it says %+v", remark)
	}
	remark.Why()
	rule := frame.Rules["eui48/multicast"]
	d := r.Dialog()
	if text := frametest.AllText(d.Body); d.Title != rule.Title || !strings.Contains(d.Text, strings.TrimSuffix(remark.Hint, ".")) ||
		!strings.Contains(text, rule.Why) || !strings.Contains(text, rule.Name) || !strings.Contains(text, rule.Source) {
		t.Errorf("%q, %q, %q", d.Title, d.Text, text)
	}
}
