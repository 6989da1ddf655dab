package gui

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"enrollbench/core/job"
	"enrollbench/core/progress"
	"enrollbench/core/trustmanager"
	"enrollbench/gui/widgets"
	"enrollbench/windowtest/sample"
)

// connects enters a connection to a host that nobody has, with a key.
func (r *rig) connects(name, key string) {
	r.t.Helper()
	r.Bring(r.Settings)
	r.idle()
	r.Settings.Add()
	f := r.Settings.form
	f.title.SetText(name)
	f.base.SetText("https://127.0.0.1:1")
	f.secret.SetText(key)
	if reason := r.Settings.bar.Reason(); r.Settings.bar.Primary.Disabled() {
		r.t.Fatalf("it cannot be saved: %q", reason)
	}
	test.Tap(r.Settings.bar.Primary)
	r.idle()
}

const testKey = "0123456789abcdef_a-token-of-nobody"

func TestAKeyGoesIntoTheKeychainAndNowhereElse(t *testing.T) {
	r := newRig(t)
	r.connects("Plant 4", testKey)
	c := r.Settings.list.find(r.Settings.chosen)
	if c == nil || c.Name != "Plant 4" {
		t.Fatalf("the connection is %v; %v", c, r.dialogs)
	}
	secrets := r.secrets.(*fakeSecrets)
	if string(secrets.held[c.Account(trustmanager.SecretAPIKey)]) != testKey {
		t.Error("the keychain lacks the key")
	}
	if r.Settings.form.secret.Text != "" {
		t.Error("the key is still in its field")
	}
	files := 0
	err := filepath.Walk(r.desk.Folder(), func(path string, info os.FileInfo, err error) error {
		if err != nil || !info.Mode().IsRegular() {
			return err
		}
		files++
		data, err := os.ReadFile(path)
		if strings.Contains(string(data), testKey) {
			t.Errorf("%s holds the key", path)
		}
		return err
	})
	if err != nil || files == 0 {
		t.Errorf("%d files were looked at: %v", files, err)
	}
	// The test was made at once, and says in words which step failed.
	if fact, ok := r.Settings.form.tested(c.ID); !ok || fact.Text != "The connection does not work" {
		t.Errorf("the test found %v", fact)
	}
	if text := allText(r.Settings.form.steps); !strings.Contains(text, "Connection: ") || strings.Contains(text, testKey) {
		t.Errorf("the steps say %s", text)
	}
	if text := allText(r.Settings.form.steps); !strings.Contains(text, "Check the network") {
		t.Errorf("what is to be done is not said: %s", text)
	}
	if !strings.Contains(r.linkText.Text(), "127.0.0.1:1") {
		t.Errorf("the header says %q: production shows its host", r.linkText.Text())
	}
	if text := r.Settings.form.secretState.Text(); !strings.Contains(text, "since today") {
		t.Errorf("of the key's age it says %q", text)
	}
	r.Settings.form.removeSecret()
	r.dialog().Take(1)
	r.idle()
	if len(secrets.held) != 0 || !strings.Contains(r.Settings.form.secretState.Text(), "Not there") {
		t.Errorf("after removing it: %q", r.Settings.form.secretState.Text())
	}
}

func TestWithoutAKeychainTheKeyStaysInMemory(t *testing.T) {
	r := newRig(t)
	secrets := r.secrets.(*fakeSecrets)
	secrets.absent = true
	r.connects("Plant 4", testKey)
	c := r.Settings.list.find(r.Settings.chosen)
	if c == nil || string(secrets.memory[c.Account(trustmanager.SecretAPIKey)]) != testKey {
		t.Fatal("the key is not remembered")
	}
	if text := r.Settings.form.secretState.Text(); !strings.Contains(text, "until the program ends") {
		t.Errorf("it says %q", text)
	}
}

func TestPastedCurlIsShownBeforeItIsTaken(t *testing.T) {
	r := newRig(t)
	r.Bring(r.Settings)
	r.idle()
	r.fyne.Clipboard().SetContent(`curl -X POST 'https://plant.example/iot/api/v2/batch/IOT_0b6a2f0e-1111-2222-3333-444455556666' -H 'x-api-key: ` + testKey + `' -F 'upload=@/tmp/batch.zip' -F 'certificate_format=pem'`)
	r.Settings.Paste(r.fyne.Clipboard().Content())
	d := r.dialog()
	shown := allText(d.Body) + d.Text + d.Title
	for _, want := range []string{"plant.example", "/iot/api/v2/batch/", "upload"} {
		if !strings.Contains(shown, want) {
			t.Errorf("it does not show %q: %s", want, shown)
		}
	}
	if strings.Contains(shown, testKey) {
		t.Error("the key is shown")
	}
	d.Take(1)
	r.idle()
	f := r.Settings.form
	if f.now.BaseURL != "https://plant.example" || !f.changed() {
		t.Errorf("the form holds %q, changed %v", f.now.BaseURL, f.changed())
	}
	// Only what is saved replaces a key: the command may be let go of.
	secrets := r.secrets.(*fakeSecrets)
	if len(secrets.held) != 0 || !strings.Contains(f.secretState.Text(), "when the connection is saved") {
		t.Errorf("before it is saved the keychain holds %d secrets, and it says %q", len(secrets.held), f.secretState.Text())
	}
	account := f.now.Account(trustmanager.SecretAPIKey)
	test.Tap(r.Settings.bar.Primary)
	r.idle()
	if string(secrets.held[account]) != testKey || len(f.pasted) != 0 {
		t.Error("the keychain lacks the key, or the form still holds it")
	}
	r.Settings.readCurl("curl -k https://plant.example/x")
	if d := r.dialog(); !strings.Contains(d.Detail, "insecure") {
		t.Errorf("-k is answered by %q, %q", d.Title, d.Detail)
	}
}

func TestContractIsData(t *testing.T) {
	r := newRig(t)
	r.connects("Plant 4", testKey)
	r.Settings.editContract()
	p := r.Settings.contract
	before := p.text.Text
	p.text.SetText(strings.ReplaceAll(before, "batch-enroll/", "batch-enrol/"))
	if p.bar.Primary.Disabled() {
		t.Fatalf("it cannot be saved: %s", p.remark.Text())
	}
	test.Tap(p.bar.Primary)
	r.idle()
	saved, err := r.desk.Connections.Get("Plant 4")
	if err != nil || !strings.Contains(saved.Contract.Requests.StartZIP.Path, "batch-enrol/") {
		t.Errorf("saved is %v, %v", saved.Contract.Requests.StartZIP.Path, err)
	}
	r.Settings.editContract()
	p.text.SetText(strings.Replace(before, `"words"`, `"wrods"`, 1))
	if !p.bar.Primary.Disabled() || !strings.Contains(p.remark.Text(), "wrods") {
		t.Errorf("a misspelt name is answered by %q", p.remark.Text())
	}
}

func TestConnectionsAreCarriedWithoutSecrets(t *testing.T) {
	r := newRig(t)
	r.connects("Plant 4", testKey)
	r.choose.save = filepath.Join(t.TempDir(), "connection.json")
	r.Settings.export(*r.Settings.list.find(r.Settings.chosen))
	r.idle()
	data, err := os.ReadFile(r.choose.save)
	if err != nil || !strings.Contains(string(data), "Plant 4") || strings.Contains(string(data), testKey) {
		t.Fatalf("the export is %s, %v", data, err)
	}
	other := newRig(t)
	other.Bring(other.Settings)
	other.idle()
	other.drop(r.choose.save)
	other.idle()
	if c := other.Settings.list.find(other.Settings.chosen); c == nil || c.Name != "Plant 4" {
		t.Errorf("imported is %v", other.Settings.list)
	}
}

func TestFaultsAreSetFromTheWindow(t *testing.T) {
	r := practiceRig(t)
	r.Bring(r.Settings)
	r.idle()
	p := r.Settings.practice
	if !p.root.Visible() {
		t.Fatal("the practice service is not shown")
	}
	for i := range mishaps() {
		p.choice.SetSelectedIndex(i)
		p.add()
		r.idle()
	}
	if len(p.faults) < 11 {
		t.Errorf("only %d things go wrong", len(p.faults))
	}
	for len(p.faults) > 0 {
		n := len(p.faults)
		p.put(p.faults[1:])
		r.idle()
		if len(p.faults) != n-1 {
			t.Fatalf("after taking one back there are %d of %d", len(p.faults), n)
		}
	}
}

func TestTheFirstStart(t *testing.T) {
	r := newRig(t)
	r.fyne.Preferences().SetBool(prefWelcomed, false)
	r.ReadConnections(true)
	r.idle()
	if r.Current() != Room(r.Welcome) {
		t.Fatalf("in front is %s", r.Current().Name())
	}
	r.drop(goodFolder(t))
	if r.Current() != Room(r.CSR) || len(r.files()) != 3 {
		t.Errorf("files dropped at the first start: %s, %d", r.Current().Name(), len(r.files()))
	}
	// Whoever orders without a connection is asked, and goes on where he was.
	with(r.Frame, Starter.StartBatch)
	r.idle()
	if r.Current() != Room(r.Welcome) {
		t.Fatalf("ordering without a connection shows %s", r.Current().Name())
	}
	r.Welcome.practise()
	r.idle()
	if r.Current() != Room(r.Start) || r.Start.bar.Primary.Disabled() {
		t.Errorf("then %s, %q", r.Current().Name(), r.Start.bar.Reason())
	}
}

// A passphrase goes into the keychain when it is ticked and has proven right, is used from there, and can be forgotten.
func TestPassphraseIsRemembered(t *testing.T) {
	r, o, s := openRig(t)
	unlock := func(phrase string, keep bool) {
		t.Helper()
		test.Tap(o.bar.Primary)
		r.until(func() bool { return len(r.dialogs) > 0 || !o.work.Busy() })
		if len(r.dialogs) == 0 {
			return
		}
		d := r.dialog()
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
	secrets := r.secrets.(*fakeSecrets)
	open := func() {
		t.Helper()
		o.forget()
		r.drop(s.Complete)
		o.page.setKey(s.ProtectedKey)
	}
	open()
	unlock("not it", true)
	r.until(func() bool { return len(r.dialogs) > 0 })
	if len(secrets.held) != 0 {
		t.Error("a wrong passphrase was kept")
	}
	unlockAgain := r.dialog()
	for _, x := range unlockAgain.Body.(*fyne.Container).Objects {
		if e, ok := x.(*widgets.Entry); ok {
			e.SetText(sample.Passphrase)
		}
	}
	unlockAgain.Take(1)
	r.idle()
	if o.result == nil || len(secrets.held) != 0 {
		t.Fatalf("it did not open, or what was not ticked was kept: %v", secrets.held)
	}
	open()
	unlock(sample.Passphrase, true)
	r.idle()
	if o.result == nil || len(secrets.held) != 1 {
		t.Fatalf("what was ticked was not kept: %v", secrets.held)
	}
	open()
	test.Tap(o.bar.Primary)
	r.idle()
	r.noDialog()
	if o.result == nil {
		t.Error("it did not open with the passphrase from the keychain")
	}
	r.Bring(r.Settings)
	r.idle()
	r.Settings.show()
	if !r.Settings.phrases.Visible() {
		t.Fatal("Settings cannot forget it")
	}
	r.Settings.askPassphrases()
	r.dialog().Take(1)
	r.idle()
	if len(secrets.held) != 0 || len(r.KeptPassphrases()) != 0 || r.Settings.phrases.Visible() {
		t.Error("it was not forgotten")
	}
}

// Offline the profiles that were seen last are what there is, and it is said.
func TestProfilesAreKept(t *testing.T) {
	r := practiceRig(t)
	r.Bring(r.CSR)
	r.drop(goodFolder(t))
	with(r.Frame, Starter.StartBatch)
	r.idle()
	seen := len(r.Start.profiles)
	r.misbehaves("expired-token")
	r.Start.Recheck()
	r.idle()
	if len(r.Start.profiles) != seen || !strings.Contains(r.Start.profiled.Text(), "As they were seen on ") {
		t.Errorf("%d of %d profiles, and it says %q", len(r.Start.profiles), seen, r.Start.profiled.Text())
	}
}

func TestTemplateOfAProfile(t *testing.T) {
	r := practiceRig(t)
	r.Bring(r.CSV)
	r.CSV.chooseProfile(true)
	r.until(func() bool { return len(r.dialogs) > 0 })
	r.dialog().Take(1)
	r.idle()
	if r.CSV.options.Template == nil || r.CSV.file == nil || len(r.CSV.file.rows.columns) < 2 {
		t.Fatalf("the template is %v, the file %v", r.CSV.options.Template, r.CSV.file)
	}
	required := 0
	for _, c := range r.CSV.options.Template.Columns {
		if c.Required {
			required++
		}
	}
	if required == 0 || required == len(r.CSV.options.Template.Columns) {
		t.Errorf("%d of %d columns are required: the specification was not used", required, len(r.CSV.options.Template.Columns))
	}
}

// What is being done is not broken off by a key, and what cannot be done says why.
func TestSettingsDoOneThingAtATime(t *testing.T) {
	r := newRig(t)
	r.connects("Plant 4", testKey)
	end := make(chan struct{})
	broken := false
	Run(r.Settings.work, "", func(ctx context.Context, _ progress.Func) (struct{}, error) {
		select {
		case <-end:
		case <-ctx.Done():
		}
		return struct{}{}, ctx.Err()
	}, func(_ struct{}, err error) { broken = err != nil })
	c := *r.Settings.list.find(r.Settings.chosen)
	r.Settings.Recheck()
	r.Settings.use()
	r.Settings.remove(c)
	r.Settings.Drop([]string{"x.json"})
	close(end)
	r.idle()
	if broken || r.Settings.list.find(c.ID) == nil {
		t.Error("what ran was broken off")
	}
	desk := r.desk
	r.desk = nil
	r.Settings.test()
	if !strings.Contains(r.toastText(), "being opened") {
		t.Errorf("before the desk is open it says %q", r.toastText())
	}
	r.fyne.Preferences().SetStringList(prefPassphrases, []string{"key/x/passphrase"})
	r.Settings.askPassphrases()
	r.dialog().Take(1)
	r.idle()
	r.noDialog()
	r.desk = desk
}

// A connection that batches still need is not removed, and one for practice never becomes one for production.
func TestConnectionsThatAreNeeded(t *testing.T) {
	r := practiceRig(t)
	r.ordersRequests()
	r.reaches(job.Complete)
	r.Bring(r.Settings)
	r.idle()
	r.Settings.askRemove(*r.Settings.list.find(job.PracticeID))
	if d := r.dialog(); d.Title != "Practice is still needed" {
		t.Errorf("the dialog says %q", d.Title)
	}
	r.dialog().Take(0)
	c := trustmanager.NewConnection("Line 5", trustmanager.Practice, "https://127.0.0.1:2")
	if err := r.desk.Connections.Add(c); err != nil {
		t.Fatal(err)
	}
	r.ReadConnections(false)
	r.idle()
	r.Settings.choose(c.ID)
	r.idle()
	if f := r.Settings.form; f.changed() || f.now.Kind != trustmanager.Practice {
		t.Errorf("shown, it is %v, changed: %v", f.now.Kind, f.changed())
	}
	// Escape lets go of a connection that was begun, after asking.
	r.Settings.Add()
	r.Settings.form.title.SetText("Plant 4")
	r.Settings.Escape()
	r.dialog().Take(1)
	if r.Settings.form.fresh() || r.Settings.form.changed() {
		t.Error("the new connection cannot be let go of")
	}
}

// A name that is taken leaves no key behind.
func TestNoKeyStaysWithoutItsConnection(t *testing.T) {
	r := newRig(t)
	r.connects("Plant 4", testKey)
	r.connects("Plant 4", testKey)
	if d := r.dialog(); !strings.Contains(d.Text, "name of its own") {
		t.Errorf("the dialog says %q", d.Text)
	}
	if held := r.secrets.(*fakeSecrets).held; len(held) != 1 {
		t.Errorf("the keychain holds %d keys", len(held))
	}
}

// What was changed in the paths and names is asked about before it goes.
func TestContractIsNotLost(t *testing.T) {
	r := newRig(t)
	r.connects("Plant 4", testKey)
	r.Settings.editContract()
	p := r.Settings.contract
	p.text.SetText(p.text.Text + " ")
	p.Escape()
	if d := r.dialog(); d.Title != "The changes were not saved" || r.Current() != Room(p) {
		t.Errorf("the dialog says %q, in front is %s", d.Title, r.Current().Name())
	}
	r.dialog().Take(0)
	r.Bring(r.CSR)
	r.Bring(r.Settings)
	r.idle()
	r.Settings.editContract()
	if !p.changed() {
		t.Error("another tab has taken the changes away")
	}
	p.Escape()
	r.dialog().Take(1)
	if r.Current() != Room(r.Settings) {
		t.Errorf("in front is %s", r.Current().Name())
	}
}

// Starting the practice service is not broken off by looking at Settings.
func TestPractiseGoesOn(t *testing.T) {
	r := newRig(t)
	then := false
	r.Practise(func() { then = true })
	r.Bring(r.Settings)
	r.idle()
	if !then || r.connected.standard != job.PracticeID {
		t.Errorf("it went on: %v, the connection in use is %q", then, r.connected.standard)
	}
}

// Tab leads out of a field of several lines, so that its buttons are reached without a mouse.
func TestTabLeadsOutOfATextArea(t *testing.T) {
	r := newRig(t)
	r.Bring(r.Settings)
	r.idle()
	r.Settings.pasteCurl()
	d := r.dialog()
	focused := r.window.Canvas().Focused()
	if x, ok := focused.(fyne.Tabbable); ok && x.AcceptsTab() {
		t.Fatal("Tab is typed into the command")
	}
	r.window.Canvas().FocusNext()
	if now, ok := r.window.Canvas().Focused().(*widgets.Button); !ok || now.Text != d.Answers[0].Text {
		t.Errorf("Tab leads to %v", r.window.Canvas().Focused())
	}
}

// A test that lacks its key says what to do, and not what the keychain calls it.
func TestATestWithoutItsKey(t *testing.T) {
	r := newRig(t)
	r.connects("Plant 4", "")
	if text := allText(r.Settings.form.steps); !strings.Contains(text, "could not be had") || strings.Contains(text, "connection/") {
		t.Errorf("it says %s", text)
	}
}
