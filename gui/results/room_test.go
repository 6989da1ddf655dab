package results

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"enrollbench/core/job"
	"enrollbench/core/osfile"
	"enrollbench/gui/files"
	"enrollbench/gui/frame"
	"enrollbench/gui/frame/frametest"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/windowtest/sample"
)

// openRig is a rig with the tab for results in front.
func openRig(t *testing.T) (*rig, *Room, *sample.Result) {
	t.Helper()
	r := newRig(t)
	r.Bring(r.Results)
	return r, r.Results, frametest.Samples(t)
}

// opens drops a result, gives key and order, and opens it.
func (r *rig) opens(result, key, order string) {
	r.T.Helper()
	r.Results.forget()
	r.Drop(result)
	r.Results.page.keyPath.SetText(key)
	if order != "" {
		r.Drop(order)
	}
	test.Tap(r.Results.bar.Primary)
	r.Wait()
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
	r.Drop(s.Complete)
	text := frametest.AllText(o.page.root)
	if !strings.Contains(text, "complete.zip.p7m") || !strings.Contains(text, "serial number 5F2A910C") || !strings.Contains(text, "CN=line4") {
		t.Errorf("the page says\n%s", text)
	}
	if !o.bar.Primary.Disabled() || o.bar.Reason() != "Choose the key that it was sealed to" {
		t.Errorf("without a key the button is enabled, or gives the reason %q", o.bar.Reason())
	}
	r.Drop(s.Key) // a key dropped on this page is the key
	if o.page.keyPath.Text != s.Key || o.bar.Primary.Disabled() {
		t.Errorf("dropping the key chose %q", o.page.keyPath.Text)
	}
	if f := r.Canvas().Focused(); f != o.bar.Primary {
		t.Errorf("the focus is on %s", fmt.Sprint(f))
	}
	r.Drop(s.Order)
	if c := o.page.order.choice(); c.kind != fileOrder || c.path != s.Order {
		t.Errorf("dropping the order chose %+v", c)
	}
}

func TestGreenAfterPinning(t *testing.T) {
	r, o, s := openRig(t)
	r.opens(s.Complete, s.Key, s.Order)
	r.NoDialog()
	if state, head, below := r.verdict(); state != look.Warning || head != "Issuer not confirmed" || !strings.Contains(below, "20 of 20 delivered") {
		t.Fatalf("unpinned: %v %q %q", state, head, below)
	}
	if got := frametest.AllText(o.shows.issuer); !strings.Contains(got, "Example Root") || strings.Count(got, ":") < 28 {
		t.Errorf("the strip about the issuer says %q", got)
	}
	root := o.result.delivery.Issuers()[0].Root()
	sum := frame.RootSum(root)
	o.askPin(root)
	if r.Dialog().Title != "Is this the issuer's fingerprint?" {
		t.Fatalf("the dialog is %q", r.Dialog().Title)
	}
	r.Dialog().Cancel()
	print := strings.Join(frame.FingerprintLines(sum), ":")
	for text, same := range map[string]bool{print: true, strings.ToLower(strings.ReplaceAll(print, ":", " ")): true, print[:40]: false, "": false, strings.Replace(print, print[:2], "00", 1) + "1": false} {
		if _, _, got := comparePublished(text, sum); got != same {
			t.Errorf("%q is taken for equal: %v", text, got)
		}
	}
	o.pin(root)
	r.Wait()
	if state, head, _ := r.verdict(); state != look.Ready || head != "20 of 20 delivered, matched, verified" {
		t.Fatalf("pinned: %v %q", state, head)
	}
	if who, err := osfile.Others(filepath.Join(r.Config(), "pinned-issuers.pem")); err != nil || len(who) > 0 {
		t.Errorf("the pinned issuers can be opened by %q, %v", who, err)
	}
	if len(o.shows.issuer.Objects) != 0 || o.shows.ordered.Value() != "20" || o.shows.keys.Value() != "20" {
		t.Error("the strip about the issuer is still there, or the numbers are wrong")
	}
	r.Toast().Note().Act() // undo
	r.Wait()
	if state, _, _ := r.verdict(); state != look.Warning {
		t.Error("pinning cannot be undone")
	}
	o.pin(root)
	r.Wait()
	o.back()
	if !o.page.manage.Visible() || !strings.Contains(o.page.pinned.Text(), "Example Root") {
		t.Errorf("the page says %q", o.page.pinned.Text())
	}
	o.showPins()
	if got := frametest.AllText(r.Dialog().Body); !strings.Contains(got, "Example Root") {
		t.Errorf("the list of pinned issuers says %q", got)
	}
	r.Dialog().Cancel()
	o.takeBack(root)
	if pinned, err := r.Trust().List(); err != nil || len(pinned) != 0 {
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
	r.Wait()
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
	r.Wait()
	if _, _, rows, _ := o.Telling(); rows != 1 {
		t.Errorf("looking for one name shows %d rows", rows)
	}
	o.shows.sheet.Select(0)
	o.shows.head.SetOpen(true)
	r.Wait()
	if !strings.Contains(o.shows.head.Row.Label, "thermostat-0003") || len(o.shows.body.Objects) != 2 {
		t.Errorf("the details are of %q", o.shows.head.Row.Label)
	}
	r.Choose.SaveAnswer = filepath.Join(t.TempDir(), "lists.csv")
	test.Tap(o.shows.saving)
	r.Wait()
	if b, err := os.ReadFile(r.Choose.SaveAnswer); err != nil || strings.Count(string(b), "\n\"missing\",") != 2 {
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
		if got := frametest.AllText(o.page.remark); !strings.Contains(got, "error") {
			t.Errorf("the remark says %q", got)
		}
	} else if state, _, _ := r.verdict(); state != look.Failed || o.result.delivery != nil {
		t.Error("a wrong key gave a result")
	}
	r.opens(s.Complete, s.Certificate, "")
	if got := frametest.AllText(o.page.remark); o.result != nil || !strings.Contains(got, "private key") {
		t.Errorf("with a certificate as key the remark says %q", got)
	}
	if keys := r.RecentKeys(); len(keys) != 0 {
		t.Errorf("keys that opened nothing are remembered: %q", keys)
	}
}

// types answers the question for a passphrase.
func (r *rig) types(passphrase string) {
	r.T.Helper()
	r.Until(func() bool { return len(r.Dialogs()) > 0 })
	entry, ok := r.Canvas().Focused().(*widgets.Entry)
	if !ok || !entry.Password {
		r.T.Fatalf("the focus is on %s", reflect.TypeOf(r.Canvas().Focused()))
	}
	entry.SetText(passphrase)
	d := r.Dialog()
	d.Take(1)
	if entry.Text != "" {
		r.T.Error("the passphrase stays in its field")
	}
}

func TestPassphraseAFewTimes(t *testing.T) {
	r, o, s := openRig(t)
	r.Drop(s.Complete)
	o.page.keyPath.SetText(s.ProtectedKey)
	test.Tap(o.bar.Primary)
	r.Until(func() bool { return len(r.Dialogs()) > 0 })
	d := r.Dialog()
	says := func(what string) func() bool {
		return func() bool { return strings.Contains(frametest.AllText(d.Body), what) }
	}
	for range 5 {
		r.types("wrong")
		// What is typed while it is tried goes nowhere else, and Enter gives nothing twice.
		if e, ok := r.Canvas().Focused().(*widgets.Entry); !ok || !e.Password || !says("Trying the passphrase")() {
			t.Fatalf("while it is tried the focus is on %T, the dialog says %q", r.Canvas().Focused(), frametest.AllText(d.Body))
		}
		d.Submit()
		r.Until(says("The passphrase is wrong"))
		if len(r.Dialogs()) != 1 || r.Dialog() != d {
			t.Fatal("the dialog is another one after a wrong passphrase")
		}
	}
	r.types(sample.Passphrase)
	r.Wait()
	if o.result == nil || o.result.delivery == nil {
		t.Fatal("the right passphrase opened nothing")
	}
	// Once more with an order: the key is held, nobody is asked again.
	o.back()
	r.Drop(s.Order)
	test.Tap(o.bar.Primary)
	r.Wait()
	r.NoDialog()
	if o.result == nil {
		t.Error("opening again gave nothing")
	}
	if keys := r.RecentKeys(); len(keys) != 1 || keys[0] != s.ProtectedKey {
		t.Errorf("remembered are %q", keys)
	}
}

func TestGoingBackFromThePassphrase(t *testing.T) {
	r, o, s := openRig(t)
	r.Drop(s.Complete)
	o.page.keyPath.SetText(s.ProtectedKey)
	test.Tap(o.bar.Primary)
	r.Until(func() bool { return len(r.Dialogs()) > 0 })
	r.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyEscape})
	r.Wait()
	if o.result != nil || !strings.HasPrefix(r.ToastText(), "Cancelled") {
		t.Errorf("the toast says %q", r.ToastText())
	}
}

// Going back while a passphrase is tried opens nothing, whether it was right or wrong.
func TestGoingBackWhileAPassphraseIsTried(t *testing.T) {
	for _, phrase := range []string{"wrong", sample.Passphrase} {
		r, o, s := openRig(t)
		r.Drop(s.Complete)
		o.page.keyPath.SetText(s.ProtectedKey)
		test.Tap(o.bar.Primary)
		r.types(phrase)
		r.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyEscape})
		r.Wait()
		r.NoDialog()
		if o.result != nil || !strings.HasPrefix(r.ToastText(), "Cancelled") {
			t.Errorf("%q opens %v, the toast says %q", phrase, o.result != nil, r.ToastText())
		}
	}
}

func TestExport(t *testing.T) {
	r, o, s := openRig(t)
	r.opens(s.Complete, s.Key, s.Order)
	test.Tap(o.bar.Primary)
	r.Wait()
	p := o.exports
	if !p.open || !strings.Contains(frametest.AllText(p.examples), "thermostat-0001.pem") || !strings.Contains(frametest.AllText(p.examples), "SHA256SUMS") {
		t.Fatalf("the examples are\n%s", frametest.AllText(p.examples))
	}
	p.template.SetText("line4")
	r.Wait()
	if !o.bar.Primary.Disabled() || !strings.Contains(p.remark.Text(), "same name") {
		t.Errorf("a template without a placeholder: %q", p.remark.Text())
	}
	p.template.SetText("{row}-{cn}")
	p.layout.SetSelectedIndex(1)
	r.Wait()
	if got := frametest.AllText(p.examples); !strings.Contains(got, "2-thermostat-0001/2-thermostat-0001.key") {
		t.Errorf("the examples are\n%s", got)
	}
	dir := filepath.Join(t.TempDir(), "out")
	p.folder.SetText(dir)
	test.Tap(o.bar.Primary)
	r.Wait()
	r.NoDialog()
	if p.open || !strings.HasPrefix(r.ToastText(), "20 certificates exported") {
		t.Fatalf("the toast says %q", r.ToastText())
	}
	for _, name := range []string{"SHA256SUMS", "manifest.csv", "2-thermostat-0001/2-thermostat-0001.key"} {
		if who, err := osfile.Others(filepath.Join(dir, name)); err != nil || len(who) > 0 {
			t.Errorf("%s can be opened by %q, %v", name, who, err)
		}
	}
	// A second time the folder is there: it is asked for. PKCS#12 wants its passphrase twice.
	test.Tap(o.bar.Primary)
	p.folder.SetText(dir)
	r.Wait()
	p.form.SetSelectedIndex(2)
	if !o.bar.Primary.Disabled() || o.bar.Reason() != "Enter a passphrase for the files" {
		t.Errorf("PKCS#12 without a passphrase: %q", o.bar.Reason())
	}
	p.first.SetText("a b c")
	p.second.SetText("a b")
	if !o.bar.Primary.Disabled() || p.mismatch.Text() == "" {
		t.Error("two passphrases that differ are taken")
	}
	p.second.SetText("a b c")
	test.Tap(o.bar.Primary)
	r.Wait()
	if !strings.Contains(r.Dialog().Title, "already exists") {
		t.Fatalf("the dialog is %q", r.Dialog().Title)
	}
	r.Dialog().Take(1)
	r.Wait()
	if _, err := os.Stat(filepath.Join(dir, "2-thermostat-0001", "2-thermostat-0001.p12")); err != nil || p.first.Text != "" {
		t.Errorf("%v; the passphrase is %q", err, p.first.Text)
	}
}

func TestHandOver(t *testing.T) {
	r, o, s := openRig(t)
	r.opens(s.Complete, s.Key, "")
	test.Tap(o.extra)
	path, ok := r.Canvas().Focused().(*widgets.Entry)
	if !ok {
		t.Fatalf("the focus is on %s", reflect.TypeOf(r.Canvas().Focused()))
	}
	path.SetText(s.Certificate)
	r.Wait()
	r.Choose.SaveAnswer = filepath.Join(t.TempDir(), "for-line4.p7m")
	r.Dialog().Take(1)
	r.Wait()
	r.NoDialog()
	if !strings.HasPrefix(r.ToastText(), "Sealed to line4") {
		t.Fatalf("the toast says %q", r.ToastText())
	}
	r.opens(r.Choose.SaveAnswer, s.Key, s.Order)
	if _, _, below := r.verdict(); !strings.Contains(below, "20 of 20") {
		t.Errorf("what was handed over opens to %q", below)
	}
}

func TestOrderByMACRange(t *testing.T) {
	r, o, s := openRig(t)
	r.Drop(s.Complete)
	o.page.keyPath.SetText(s.Key)
	o.page.order.kind.SetSelectedIndex(int(macOrder))
	if !o.bar.Primary.Disabled() {
		t.Error("a range without a start is taken")
	}
	o.page.order.start.SetText("00:1a:c2:7b:00:00")
	o.page.order.count.SetText("3")
	test.Tap(o.bar.Primary)
	r.Wait()
	if state, head, _ := r.verdict(); state != look.Warning || !strings.HasPrefix(head, "Missing: 00-1a-c2-7b-00-00") {
		t.Errorf("%v %q", state, head)
	}
}

// Both sizes that the window is made for hold every state: nothing makes the window grow.
func TestResultsFitASmallWindow(t *testing.T) {
	r, o, s := openRig(t)
	fits := func(what string) {
		t.Helper()
		if min := r.Window().Content().MinSize(); min.Width > 1000 || min.Height > 700 {
			t.Errorf("%s needs %v", what, min)
		}
	}
	r.Window().Resize(fyne.NewSize(1000, 700))
	fits("the empty tab")
	r.Drop(s.Short)
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
	r.Wait()
	fits("the export")
	r.opens(s.Practice, s.Key, s.Order)
	fits("a red verdict")
	content, err := os.ReadFile(s.Complete)
	if err != nil {
		t.Fatal(err)
	}
	r.Drop(frametest.Put(t, filepath.Join(t.TempDir(), long+".p7m"), content))
	fits("a file with a long name")
}

func TestInspectIsCancelled(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if _, err := files.Inspect(ctx, []string{t.TempDir()}, nil); !frame.Cancelled(err) {
		t.Errorf("%v", err)
	}
}

func TestKeepingWhatNothingProves(t *testing.T) {
	r, o, s := openRig(t)
	r.opens(s.Words, s.Key, "")
	if o.result != nil || r.Dialog().Title != "It opens, but it is not a result" {
		t.Fatalf("a sealed text: %q", r.Dialog().Title)
	}
	out := filepath.Join(t.TempDir(), "note.txt")
	r.Choose.SaveAnswer = out
	r.Dialog().Take(1)
	r.Wait()
	if d := r.Dialog(); d.Title != "Integrity cannot be proven" || files.Exists(out) {
		t.Fatalf("%q; it was kept without asking: %v", d.Title, files.Exists(out))
	}
	r.Dialog().Take(1)
	r.Wait()
	if b, err := os.ReadFile(out); err != nil || string(b) != "These keys come on Monday.\n" || r.Toast().Note().State != look.Warning {
		t.Errorf("%v %q, %q", err, b, r.ToastText())
	}
}

// What openssl and gpg seal opens as what core seals.
func TestOpenSSLAndGPG(t *testing.T) {
	r, o, s := openRig(t)
	dir := t.TempDir()
	if _, err := exec.LookPath("openssl"); err == nil {
		out := filepath.Join(dir, "smime.p7m")
		if said, err := exec.Command("openssl", "smime", "-encrypt", "-aes256", "-binary", "-in", s.Plain, "-out", out, s.Certificate).CombinedOutput(); err != nil {
			t.Fatalf("openssl: %v\n%s", err, said)
		}
		r.opens(out, s.Key, s.Order)
		if _, _, below := r.verdict(); !strings.Contains(below, "20 of 20") {
			t.Errorf("openssl smime: %q", below)
		}
	}
	g, sealed := frametest.WithGPG(t), filepath.Join(dir, "complete.zip.gpg")
	g.Run("--trust-model", "always", "-r", "line4@example.com", "-o", sealed, "--encrypt", s.Plain)
	r.opens(sealed, g.Key, s.Order)
	if o.result == nil || o.result.delivery == nil || !strings.Contains(o.shows.origin.Text(), "proven unchanged") {
		t.Errorf("gpg: %q", o.shows.origin.Text())
	}
}

// What becomes of a result is written into its record in the order in which it happens.
func TestNotesAreWrittenInOrder(t *testing.T) {
	r := newRig(t)
	r.Practice()
	jobs, id := r.Desk().Jobs, r.Prepared("").ID
	fetched(t, jobs, id)
	r.Results.record(func(ctx context.Context) (*job.Record, error) { return jobs.MarkOpened(ctx, id, "all of it") })
	r.Results.record(func(ctx context.Context) (*job.Record, error) { return jobs.MarkDelivered(ctx, id, "a stick") })
	r.Until(func() bool { return !r.Results.noting.Busy() && len(r.Results.notes) == 0 })
	got, err := jobs.Get(t.Context(), id)
	if err != nil || got.State != job.Delivered || got.Verdict != "all of it" || len(r.taken) != 2 {
		t.Errorf("the record is %v, %v, and %d changes were told", got, err, len(r.taken))
	}
}

// A passphrase goes into the keychain when it is ticked and has proven right, and is used from there.
func TestPassphraseIsRemembered(t *testing.T) {
	r, o, s := openRig(t)
	unlock := func(phrase string, keep bool) {
		t.Helper()
		test.Tap(o.bar.Primary)
		r.Until(func() bool { return len(r.Dialogs()) > 0 || !o.work.Busy() })
		if len(r.Dialogs()) == 0 {
			return
		}
		d := r.Dialog()
		for _, x := range d.Body.(*fyne.Container).Objects {
			switch x := x.(type) {
			case *widgets.Entry:
				x.SetText(phrase)
			case *widgets.Check:
				x.SetChecked(keep)
			}
		}
		d.Take(1)
	}
	secrets := r.Keychain
	open := func() {
		t.Helper()
		o.forget()
		r.Drop(s.Complete)
		o.page.setKey(s.ProtectedKey)
	}
	open()
	unlock("not it", true)
	r.Until(func() bool { return strings.Contains(frametest.AllText(r.Dialog().Body), "is wrong") })
	if len(secrets.Held) != 0 {
		t.Error("a wrong passphrase was kept")
	}
	unlockAgain := r.Dialog()
	for _, x := range unlockAgain.Body.(*fyne.Container).Objects {
		switch x := x.(type) {
		case *widgets.Entry:
			x.SetText(sample.Passphrase)
		case *widgets.Check:
			x.SetChecked(false)
		}
	}
	unlockAgain.Take(1)
	r.Wait()
	if o.result == nil || len(secrets.Held) != 0 {
		t.Fatalf("it did not open, or what was not ticked was kept: %v", secrets.Held)
	}
	open()
	unlock(sample.Passphrase, true)
	r.Wait()
	if o.result == nil || len(secrets.Held) != 1 {
		t.Fatalf("what was ticked was not kept: %v", secrets.Held)
	}
	open()
	test.Tap(o.bar.Primary)
	r.Wait()
	r.NoDialog()
	if o.result == nil {
		t.Error("it did not open with the passphrase from the keychain")
	}
	if len(r.KeptPassphrases()) != 1 {
		t.Errorf("the passphrases that are kept: %q", r.KeptPassphrases())
	}
}

// fetched brings a prepared batch to the point where its result is here.
func fetched(t *testing.T, jobs *job.Jobs, id string) {
	t.Helper()
	r, err := jobs.Start(t.Context(), id, nil)
	for ; err == nil && r.State != job.Fetched; r, err = jobs.Get(t.Context(), id) {
		if r.State == job.Complete {
			_, err = jobs.Fetch(t.Context(), id, nil)
		} else {
			_, err = jobs.Refresh(t.Context(), id)
		}
		if err != nil {
			break
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}

// A fetched result that was removed from this computer can be fetched again, which is not for this room.
func TestFetchedResultIsGone(t *testing.T) {
	r := newRig(t)
	r.Results.OpenJob(&job.Record{ID: "2026-01-01-1-aaaaaa", ResultPath: filepath.Join(t.TempDir(), "result.p7m")})
	r.Wait()
	if len(r.gone) != 1 || r.Results.result != nil {
		t.Errorf("%d results are said to be gone", len(r.gone))
	}
}
