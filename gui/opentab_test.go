package gui

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"enrollbench/core/recipient"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/windowtest/sample"
)

// results are made once for all tests: making them takes longer than opening them.
var results = sync.OnceValues(func() (*sample.Result, error) {
	dir, err := os.MkdirTemp("", "enrollbench-results-")
	if err != nil {
		return nil, err
	}
	return sample.Write(dir, 20)
})

func TestMain(m *testing.M) {
	status := m.Run()
	if r, err := results(); err == nil {
		os.RemoveAll(filepath.Dir(r.Key))
	}
	os.Exit(status)
}

func samples(t *testing.T) *sample.Result {
	t.Helper()
	s, err := results()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// openRig is a rig with the tab for results in front.
func openRig(t *testing.T) (*rig, *openTab, *sample.Result) {
	t.Helper()
	r := newRig(t)
	r.Bring(r.Results)
	return r, r.Results, samples(t)
}

// opens drops a result, gives key and order, and opens it.
func (r *rig) opens(result, key, order string) {
	r.t.Helper()
	r.Results.forget()
	r.drop(result)
	r.Results.page.keyPath.SetText(key)
	if order != "" {
		r.drop(order)
	}
	test.Tap(r.Results.bar.Primary)
	r.idle()
}

func (r *rig) verdict() (look.State, string, string) {
	head, below := r.Results.shows.verdict.Text()
	return r.Results.shows.verdict.State(), head, below
}

func TestDropSaysWhichKeyIsWanted(t *testing.T) {
	r, o, s := openRig(t)
	if o.bar.Sentence() != "Nothing to open yet" || !o.bar.Primary.Disabled() {
		t.Errorf("the empty tab says %q", o.bar.Sentence())
	}
	r.drop(s.Complete)
	text := allText(o.page.root)
	if !strings.Contains(text, "complete.zip.p7m") || !strings.Contains(text, "serial number 5F2A910C") || !strings.Contains(text, "CN=line4") {
		t.Errorf("the page says\n%s", text)
	}
	if !o.bar.Primary.Disabled() || o.bar.Reason() != "Choose the key that it was sealed to" {
		t.Errorf("without a key the button is enabled, or gives the reason %q", o.bar.Reason())
	}
	r.drop(s.Key) // a key dropped on this page is the key
	if o.page.keyPath.Text != s.Key || o.bar.Primary.Disabled() {
		t.Errorf("dropping the key chose %q", o.page.keyPath.Text)
	}
	if f := r.window.Canvas().Focused(); f != o.bar.Primary {
		t.Errorf("the focus is on %s", describe(f))
	}
	r.drop(s.Order)
	if c := o.page.order.choice(); c.kind != fileOrder || c.path != s.Order {
		t.Errorf("dropping the order chose %+v", c)
	}
}

func TestGreenAfterPinning(t *testing.T) {
	r, o, s := openRig(t)
	r.opens(s.Complete, s.Key, s.Order)
	r.noDialog()
	if state, head, below := r.verdict(); state != look.Warning || head != "Issuer not confirmed" || !strings.Contains(below, "20 of 20 delivered") {
		t.Fatalf("unpinned: %v %q %q", state, head, below)
	}
	if got := allText(o.shows.issuer); !strings.Contains(got, "Example Root") || strings.Count(got, ":") < 28 {
		t.Errorf("the strip about the issuer says %q", got)
	}
	root := o.result.delivery.Issuers()[0].Root()
	sum := rootSum(root)
	o.askPin(root)
	if r.dialog().Title != "Is this the issuer's fingerprint?" {
		t.Fatalf("the dialog is %q", r.dialog().Title)
	}
	r.dialog().Cancel()
	print := strings.Join(fingerprintLines(sum), ":")
	for text, same := range map[string]bool{print: true, strings.ToLower(strings.ReplaceAll(print, ":", " ")): true, print[:40]: false, "": false, strings.Replace(print, print[:2], "00", 1) + "1": false} {
		if _, _, got := comparePublished(text, sum); got != same {
			t.Errorf("%q is taken for equal: %v", text, got)
		}
	}
	o.pin(root)
	r.idle()
	if state, head, _ := r.verdict(); state != look.Ready || head != "20 of 20 delivered, matched, verified" {
		t.Fatalf("pinned: %v %q", state, head)
	}
	if info, err := os.Stat(r.trust.path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the pinned issuers are kept as %v, %v", info, err)
	}
	if len(o.shows.issuer.Objects) != 0 || o.shows.ordered.Value() != "20" || o.shows.keys.Value() != "20" {
		t.Error("the strip about the issuer is still there, or the numbers are wrong")
	}
	r.toast.Note().Act() // undo
	r.idle()
	if state, _, _ := r.verdict(); state != look.Warning {
		t.Error("pinning cannot be undone")
	}
	o.pin(root)
	r.idle()
	o.back()
	if !o.page.manage.Visible() || !strings.Contains(o.page.pinned.Text(), "Example Root") {
		t.Errorf("the page says %q", o.page.pinned.Text())
	}
	o.showPins()
	if got := allText(r.dialog().Body); !strings.Contains(got, "Example Root") {
		t.Errorf("the list of pinned issuers says %q", got)
	}
	r.dialog().Cancel()
	o.takeBack(root)
	if pinned, err := r.trust.list(); err != nil || len(pinned) != 0 {
		t.Errorf("taken back: %v, %v", pinned, err)
	}
}

func TestAmberNamesWhatIsMissing(t *testing.T) {
	r, o, s := openRig(t)
	o.page.anchors.SetText(s.Root)
	r.opens(s.Short, s.Key, s.Order)
	o.back()
	o.page.anchors.SetText(s.Root)
	test.Tap(o.bar.Primary)
	r.idle()
	state, head, below := r.verdict()
	if state != look.Warning || head != "Missing: thermostat-0019, thermostat-0020" || below != "18 of 20 delivered" {
		t.Errorf("%v %q %q", state, head, below)
	}
	v := o.shows.views[o.shows.view]
	if v.title() != "Missing (2)" || v.model.Cell(0, 0).Text != "thermostat-0019" || v.model.Cell(0, 1).Text != "20" {
		t.Errorf("the list in front is %q", v.title())
	}
	o.shows.choice.SetSelectedIndex(0)
	o.shows.findBox.SetText("0003")
	r.idle()
	if _, _, rows, _ := o.Telling(); rows != 1 {
		t.Errorf("looking for one name shows %d rows", rows)
	}
	o.shows.sheet.Select(0)
	o.shows.head.SetOpen(true)
	r.idle()
	if !strings.Contains(o.shows.head.Row.Label, "thermostat-0003") || len(o.shows.body.Objects) != 2 {
		t.Errorf("the details are of %q", o.shows.head.Row.Label)
	}
	r.choose.save = filepath.Join(t.TempDir(), "lists.csv")
	test.Tap(o.shows.saving)
	r.idle()
	if b, err := os.ReadFile(r.choose.save); err != nil || strings.Count(string(b), "\n\"missing\",") != 2 {
		t.Errorf("the saved lists: %v\n%s", err, b)
	}
}

func TestRedShowsNoList(t *testing.T) {
	r, o, s := openRig(t)
	for name, path := range map[string]string{"practice": s.Practice, "damaged": s.Damaged} {
		r.opens(path, s.Key, s.Order)
		state, head, _ := r.verdict()
		if state != look.Failed || head == "" {
			t.Errorf("%s: %v %q", name, state, head)
		}
		if o.shows.lists.Visible() || o.extra.Visible() || !o.bar.Primary.Disabled() {
			t.Errorf("%s: a list, hand over or export is offered", name)
		}
		if _, _, rows, _ := o.Telling(); rows != 0 {
			t.Errorf("%s: %d rows", name, rows)
		}
	}
}

func TestWrongKey(t *testing.T) {
	r, o, s := openRig(t)
	r.opens(s.Complete, s.OtherKey, "")
	if o.result == nil {
		if got := allText(o.page.remark); !strings.Contains(got, "error") {
			t.Errorf("the remark says %q", got)
		}
	} else if state, _, _ := r.verdict(); state != look.Failed || o.result.delivery != nil {
		t.Error("a wrong key gave a result")
	}
	r.opens(s.Complete, s.Certificate, "")
	if got := allText(o.page.remark); o.result != nil || !strings.Contains(got, "private key") {
		t.Errorf("with a certificate as key the remark says %q", got)
	}
	if keys := r.RecentKeys(); len(keys) != 0 {
		t.Errorf("keys that opened nothing are remembered: %q", keys)
	}
}

// types answers the question for a passphrase.
func (r *rig) types(passphrase string) {
	r.t.Helper()
	r.until(func() bool { return len(r.dialogs) > 0 })
	entry, ok := r.window.Canvas().Focused().(*widgets.Entry)
	if !ok || !entry.Password {
		r.t.Fatalf("the focus is on %s", describe(r.window.Canvas().Focused()))
	}
	entry.SetText(passphrase)
	d := r.dialog()
	d.Take(1)
	if entry.Text != "" {
		r.t.Error("the passphrase stays in its field")
	}
}

func TestPassphraseAFewTimes(t *testing.T) {
	r, o, s := openRig(t)
	r.drop(s.Complete)
	o.page.keyPath.SetText(s.ProtectedKey)
	test.Tap(o.bar.Primary)
	for range 3 {
		r.types("wrong")
	}
	r.idle()
	r.noDialog()
	if got := allText(o.page.remark); !strings.Contains(got, "None of the passphrases was right") {
		t.Errorf("after three tries the remark says %q", got)
	}
	test.Tap(o.bar.Primary)
	r.types("wrong")
	r.until(func() bool { return len(r.dialogs) > 0 })
	if got := allText(r.dialog().Body); !strings.Contains(got, "2 tries are left") {
		t.Errorf("the second time the dialog says %q", got)
	}
	r.types(sample.Passphrase)
	r.idle()
	if o.result == nil || o.result.delivery == nil {
		t.Fatal("the right passphrase opened nothing")
	}
	// Once more with an order: the key is held, nobody is asked again.
	o.back()
	r.drop(s.Order)
	test.Tap(o.bar.Primary)
	r.idle()
	r.noDialog()
	if o.result == nil {
		t.Error("opening again gave nothing")
	}
	if keys := r.RecentKeys(); len(keys) != 1 || keys[0] != s.ProtectedKey {
		t.Errorf("remembered are %q", keys)
	}
}

func TestGoingBackFromThePassphrase(t *testing.T) {
	r, o, s := openRig(t)
	r.drop(s.Complete)
	o.page.keyPath.SetText(s.ProtectedKey)
	test.Tap(o.bar.Primary)
	r.until(func() bool { return len(r.dialogs) > 0 })
	r.window.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyEscape})
	r.idle()
	if o.result != nil || !strings.HasPrefix(r.toastText(), "Cancelled") {
		t.Errorf("the toast says %q", r.toastText())
	}
}

func TestExport(t *testing.T) {
	r, o, s := openRig(t)
	r.opens(s.Complete, s.Key, s.Order)
	test.Tap(o.bar.Primary)
	r.idle()
	p := o.exports
	if !p.open || !strings.Contains(allText(p.examples), "thermostat-0001.pem") || !strings.Contains(allText(p.examples), "SHA256SUMS") {
		t.Fatalf("the examples are\n%s", allText(p.examples))
	}
	p.template.SetText("line4")
	r.idle()
	if !o.bar.Primary.Disabled() || !strings.Contains(p.remark.Text(), "same name") {
		t.Errorf("a template without a placeholder: %q", p.remark.Text())
	}
	p.template.SetText("{row}-{cn}")
	p.layout.SetSelectedIndex(1)
	r.idle()
	if got := allText(p.examples); !strings.Contains(got, "2-thermostat-0001/2-thermostat-0001.key") {
		t.Errorf("the examples are\n%s", got)
	}
	dir := filepath.Join(t.TempDir(), "out")
	p.folder.SetText(dir)
	test.Tap(o.bar.Primary)
	r.idle()
	r.noDialog()
	if p.open || !strings.HasPrefix(r.toastText(), "20 certificates exported") {
		t.Fatalf("the toast says %q", r.toastText())
	}
	for _, name := range []string{"SHA256SUMS", "manifest.csv", "2-thermostat-0001/2-thermostat-0001.key"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
	// A second time the folder is there: it is asked for. PKCS#12 wants its passphrase twice.
	test.Tap(o.bar.Primary)
	p.folder.SetText(dir)
	r.idle()
	p.form.SetSelectedIndex(2)
	if !o.bar.Primary.Disabled() || o.bar.Reason() != "Type a passphrase for the files" {
		t.Errorf("PKCS#12 without a passphrase: %q", o.bar.Reason())
	}
	p.first.SetText("a b c")
	p.second.SetText("a b")
	if !o.bar.Primary.Disabled() || p.mismatch.Text() == "" {
		t.Error("two passphrases that differ are taken")
	}
	p.second.SetText("a b c")
	test.Tap(o.bar.Primary)
	r.idle()
	if !strings.Contains(r.dialog().Title, "is there already") {
		t.Fatalf("the dialog is %q", r.dialog().Title)
	}
	r.dialog().Take(1)
	r.idle()
	if _, err := os.Stat(filepath.Join(dir, "2-thermostat-0001", "2-thermostat-0001.p12")); err != nil || p.first.Text != "" {
		t.Errorf("%v; the passphrase is %q", err, p.first.Text)
	}
}

func TestHandOver(t *testing.T) {
	r, o, s := openRig(t)
	r.opens(s.Complete, s.Key, "")
	test.Tap(o.extra)
	path, ok := r.window.Canvas().Focused().(*widgets.Entry)
	if !ok {
		t.Fatalf("the focus is on %s", describe(r.window.Canvas().Focused()))
	}
	path.SetText(s.Certificate)
	r.idle()
	r.choose.save = filepath.Join(t.TempDir(), "for-line4.p7m")
	r.dialog().Take(1)
	r.idle()
	r.noDialog()
	if !strings.HasPrefix(r.toastText(), "Sealed to line4") {
		t.Fatalf("the toast says %q", r.toastText())
	}
	r.opens(r.choose.save, s.Key, s.Order)
	if _, _, below := r.verdict(); !strings.Contains(below, "20 of 20") {
		t.Errorf("what was handed over opens to %q", below)
	}
}

func TestOrderByMACRange(t *testing.T) {
	r, o, s := openRig(t)
	r.drop(s.Complete)
	o.page.keyPath.SetText(s.Key)
	o.page.order.kind.SetSelectedIndex(int(macOrder))
	if !o.bar.Primary.Disabled() {
		t.Error("a range without a start is taken")
	}
	o.page.order.start.SetText("00:1a:c2:7b:00:00")
	o.page.order.count.SetText("3")
	test.Tap(o.bar.Primary)
	r.idle()
	if state, head, _ := r.verdict(); state != look.Warning || !strings.HasPrefix(head, "Missing: 00-1a-c2-7b-00-00") {
		t.Errorf("%v %q", state, head)
	}
}

// weak is a certificate that nothing may be sealed to.
func weak(t *testing.T, name string) *x509.Certificate {
	t.Helper()
	t.Setenv("GODEBUG", "rsa1024min=0")
	key, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now(), NotAfter: time.Now().AddDate(0, 0, 5)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Both sizes that the window is made for hold every state: nothing makes the window grow.
func TestResultsFitASmallWindow(t *testing.T) {
	r, o, s := openRig(t)
	fits := func(what string) {
		t.Helper()
		if min := r.window.Content().MinSize(); min.Width > 1000 || min.Height > 700 {
			t.Errorf("%s needs %v", what, min)
		}
	}
	r.window.Resize(fyne.NewSize(1000, 700))
	fits("the empty tab")
	r.drop(s.Short)
	fits("a given result")
	r.opens(s.Short, s.Key, s.Order)
	fits("an amber verdict")
	long := strings.Repeat("a very long name ", 8)
	o.shows.views[0].text = long
	o.shows.choice.Options = []string{long}
	o.shows.choice.SetSelectedIndex(0)
	o.shows.choice.Refresh()
	fits("a list with a long name")
	test.Tap(o.bar.Primary)
	r.idle()
	fits("the export")
	r.opens(s.Practice, s.Key, s.Order)
	fits("a red verdict")
	content, err := os.ReadFile(s.Complete)
	if err != nil {
		t.Fatal(err)
	}
	r.drop(put(t, filepath.Join(t.TempDir(), long+".p7m"), content))
	fits("a file with a long name")
	r.ShowKeys()
	r.drop(s.Both)
	fits("a private key")
	r.drop(s.Certificate)
	fits("a recipient")
	r.recipient = recipient.FromCertificate(weak(t, strings.Repeat("a rather long name ", 3)))
	r.showPill()
	r.Keys.show()
	fits("a recipient with a long name that is too weak")
}

func TestNoMatchingKeyNamesBoth(t *testing.T) {
	text, hint := keyWords(fmt.Errorf("%q: %w", "a.p7m", &recipient.NoMatchingKeyError{Wanted: []string{"OpenPGP key AB"}, Have: "line4"}))
	if text != "It was sealed to OpenPGP key AB; you chose line4." || hint == "" {
		t.Errorf("%q, %q", text, hint)
	}
}

func TestInspectIsCancelled(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if _, err := inspect(ctx, []string{t.TempDir()}, nil); !cancelled(err) {
		t.Errorf("%v", err)
	}
}

func TestKeepingWhatNothingProves(t *testing.T) {
	r, o, s := openRig(t)
	r.opens(s.Words, s.Key, "")
	if o.result != nil || r.dialog().Title != "It opens, but it is no result" {
		t.Fatalf("a sealed text: %q", r.dialog().Title)
	}
	out := filepath.Join(t.TempDir(), "note.txt")
	r.choose.save = out
	r.dialog().Take(1)
	r.idle()
	if d := r.dialog(); d.Title != "Integrity cannot be proven" || exists(out) {
		t.Fatalf("%q; it was kept without asking: %v", d.Title, exists(out))
	}
	r.dialog().Take(1)
	r.idle()
	if b, err := os.ReadFile(out); err != nil || string(b) != "These keys come on Monday.\n" || r.toast.Note().State != look.Warning {
		t.Errorf("%v %q, %q", err, b, r.toastText())
	}
}
