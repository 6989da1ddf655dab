package settings

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
	"enrollbench/gui/frame"
	"enrollbench/gui/frame/frametest"
	"enrollbench/gui/widgets"
)

// connects enters a connection to a host that nobody has, with a key.
func (r *rig) connects(name, key string) {
	r.T.Helper()
	r.Bring(r.Settings)
	r.Wait()
	r.Settings.Add()
	f := r.Settings.form
	f.title.SetText(name)
	f.base.SetText("https://127.0.0.1:1")
	f.secret.SetText(key)
	if reason := r.Settings.bar.Reason(); r.Settings.bar.Primary.Disabled() {
		r.T.Fatalf("it cannot be saved: %q", reason)
	}
	test.Tap(r.Settings.bar.Primary)
	r.Wait()
}

const testKey = "0123456789abcdef_a-token-of-nobody"

func TestAKeyGoesIntoTheKeychainAndNowhereElse(t *testing.T) {
	r := newRig(t)
	r.connects("Plant 4", testKey)
	c := r.Settings.list.Find(r.Settings.chosen)
	if c == nil || c.Name != "Plant 4" {
		t.Fatalf("the connection is %v; %v", c, r.Dialogs())
	}
	secrets := r.Keychain
	if string(secrets.Held[c.Account(trustmanager.SecretAPIKey)]) != testKey {
		t.Error("the keychain lacks the key")
	}
	if r.Settings.form.secret.Text != "" {
		t.Error("the key is still in its field")
	}
	files := 0
	err := filepath.Walk(r.Desk().Folder(), func(path string, info os.FileInfo, err error) error {
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
	if text := frametest.AllText(r.Settings.form.steps); !strings.Contains(text, "Connection: ") || strings.Contains(text, testKey) {
		t.Errorf("the steps say %s", text)
	}
	if text := frametest.AllText(r.Settings.form.steps); !strings.Contains(text, "Check the network") {
		t.Errorf("what is to be done is not said: %s", text)
	}
	if !strings.Contains(r.ConnectionShown(), "127.0.0.1:1") {
		t.Errorf("the header says %q: production shows its host", r.ConnectionShown())
	}
	if text := r.Settings.form.secretState.Text(); !strings.Contains(text, "since today") {
		t.Errorf("of the key's age it says %q", text)
	}
	r.Settings.form.removeSecret()
	r.Dialog().Take(1)
	r.Wait()
	if len(secrets.Held) != 0 || !strings.Contains(r.Settings.form.secretState.Text(), "Not entered") {
		t.Errorf("after removing it: %q", r.Settings.form.secretState.Text())
	}
}

func TestWithoutAKeychainTheKeyStaysInMemory(t *testing.T) {
	r := newRig(t)
	secrets := r.Keychain
	secrets.Absent = true
	r.connects("Plant 4", testKey)
	c := r.Settings.list.Find(r.Settings.chosen)
	if c == nil || string(secrets.Memory[c.Account(trustmanager.SecretAPIKey)]) != testKey {
		t.Fatal("the key is not remembered")
	}
	if text := r.Settings.form.secretState.Text(); !strings.Contains(text, "until the program ends") {
		t.Errorf("it says %q", text)
	}
}

func TestPastedCurlIsShownBeforeItIsTaken(t *testing.T) {
	r := newRig(t)
	r.Bring(r.Settings)
	r.Wait()
	r.Clipboard().SetContent(`curl -X POST 'https://plant.example/iot/api/v2/batch/IOT_0b6a2f0e-1111-2222-3333-444455556666' -H 'x-api-key: ` + testKey + `' -F 'upload=@/tmp/batch.zip' -F 'certificate_format=pem'`)
	r.Settings.Paste(r.Clipboard().Content())
	d := r.Dialog()
	shown := frametest.AllText(d.Body) + d.Text + d.Title
	for _, want := range []string{"plant.example", "/iot/api/v2/batch/", "upload"} {
		if !strings.Contains(shown, want) {
			t.Errorf("it does not show %q: %s", want, shown)
		}
	}
	if strings.Contains(shown, testKey) {
		t.Error("the key is shown")
	}
	d.Take(1)
	r.Wait()
	f := r.Settings.form
	if f.now.BaseURL != "https://plant.example" || !f.changed() {
		t.Errorf("the form holds %q, changed %v", f.now.BaseURL, f.changed())
	}
	// Only what is saved replaces a key: the command may be let go of.
	secrets := r.Keychain
	if len(secrets.Held) != 0 || !strings.Contains(f.secretState.Text(), "when you save the connection") {
		t.Errorf("before it is saved the keychain holds %d secrets, and it says %q", len(secrets.Held), f.secretState.Text())
	}
	account := f.now.Account(trustmanager.SecretAPIKey)
	test.Tap(r.Settings.bar.Primary)
	r.Wait()
	if string(secrets.Held[account]) != testKey || len(f.pasted) != 0 {
		t.Error("the keychain lacks the key, or the form still holds it")
	}
	r.Settings.readCurl("curl -k https://plant.example/x")
	if d := r.Dialog(); !strings.Contains(d.Detail, "insecure") {
		t.Errorf("-k is answered by %q, %q", d.Title, d.Detail)
	}
}

func TestContractIsData(t *testing.T) {
	r := newRig(t)
	r.connects("Plant 4", testKey)
	r.Settings.editContract()
	p := r.Settings.Contract
	before := p.text.Text
	p.text.SetText(strings.ReplaceAll(before, "batch-enroll/", "batch-enrol/"))
	if p.bar.Primary.Disabled() {
		t.Fatalf("it cannot be saved: %s", p.remark.Text())
	}
	test.Tap(p.bar.Primary)
	r.Wait()
	saved, err := r.Desk().Connections.Get("Plant 4")
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
	r.Choose.SaveAnswer = filepath.Join(t.TempDir(), "connection.json")
	r.Settings.export(*r.Settings.list.Find(r.Settings.chosen))
	r.Wait()
	data, err := os.ReadFile(r.Choose.SaveAnswer)
	if err != nil || !strings.Contains(string(data), "Plant 4") || strings.Contains(string(data), testKey) {
		t.Fatalf("the export is %s, %v", data, err)
	}
	other := newRig(t)
	other.Bring(other.Settings)
	other.Wait()
	other.Drop(r.Choose.SaveAnswer)
	other.Wait()
	if c := other.Settings.list.Find(other.Settings.chosen); c == nil || c.Name != "Plant 4" {
		t.Errorf("imported is %v", other.Settings.list)
	}
}

func TestFaultsAreSetFromTheWindow(t *testing.T) {
	r := newRig(t)
	r.Practice()
	r.Bring(r.Settings)
	r.Wait()
	p := r.Settings.practice
	if !p.root.Visible() {
		t.Fatal("the practice service is not shown")
	}
	for i := range mishaps() {
		p.choice.SetSelectedIndex(i)
		p.add()
		r.Wait()
	}
	if len(p.faults) < 11 {
		t.Errorf("only %d things go wrong", len(p.faults))
	}
	for len(p.faults) > 0 {
		n := len(p.faults)
		p.put(p.faults[1:])
		r.Wait()
		if len(p.faults) != n-1 {
			t.Fatalf("after taking one back there are %d of %d", len(p.faults), n)
		}
	}
}

// What is being done is not broken off by a key, and what cannot be done says why.
func TestSettingsDoOneThingAtATime(t *testing.T) {
	r := newRig(t)
	r.connects("Plant 4", testKey)
	end := make(chan struct{})
	broken := false
	frame.Run(r.Settings.work, "", func(ctx context.Context, _ progress.Func) (struct{}, error) {
		select {
		case <-end:
		case <-ctx.Done():
		}
		return struct{}{}, ctx.Err()
	}, func(_ struct{}, err error) { broken = err != nil })
	c := *r.Settings.list.Find(r.Settings.chosen)
	r.Settings.Recheck()
	r.Settings.use()
	r.Settings.remove(c)
	r.Settings.Drop([]string{"x.json"})
	close(end)
	r.Wait()
	if broken || r.Settings.list.Find(c.ID) == nil {
		t.Error("what ran was broken off")
	}

	r.shutDesk = true
	r.Settings.test()
	if !strings.Contains(r.ToastText(), "still opening") {
		t.Errorf("before the desk is open it says %q", r.ToastText())
	}
	r.Preferences().SetStringList(frame.PrefPassphrases, []string{"key/x/passphrase"})
	r.Settings.askPassphrases()
	r.Dialog().Take(1)
	r.Wait()
	r.NoDialog()
}

// A name that is taken leaves no key behind.
func TestNoKeyStaysWithoutItsConnection(t *testing.T) {
	r := newRig(t)
	r.connects("Plant 4", testKey)
	r.connects("Plant 4", testKey)
	if d := r.Dialog(); !strings.Contains(d.Text, "a different name") {
		t.Errorf("the dialog says %q", d.Text)
	}
	if held := r.Keychain.Held; len(held) != 1 {
		t.Errorf("the keychain holds %d keys", len(held))
	}
}

// What was changed in the paths and names is asked about before it goes.
func TestContractIsNotLost(t *testing.T) {
	r := newRig(t)
	r.connects("Plant 4", testKey)
	r.Settings.editContract()
	p := r.Settings.Contract
	p.text.SetText(p.text.Text + " ")
	p.Escape()
	if d := r.Dialog(); d.Title != "The changes were not saved" || r.Current() != frame.Room(p) {
		t.Errorf("the dialog says %q, in front is %s", d.Title, r.Current().Name())
	}
	r.Dialog().Take(0)
	r.Bring(r.Else)
	r.Bring(r.Settings)
	r.Wait()
	r.Settings.editContract()
	if !p.changed() {
		t.Error("another tab has taken the changes away")
	}
	p.Escape()
	r.Dialog().Take(1)
	if r.Current() != frame.Room(r.Settings) {
		t.Errorf("in front is %s", r.Current().Name())
	}
}

// Starting the practice service is not broken off by looking at Settings.
func TestPractiseGoesOn(t *testing.T) {
	r := newRig(t)
	then := false
	r.Practise(func() { then = true })
	r.Bring(r.Settings)
	r.Wait()
	if !then || r.Connections().Standard != job.PracticeID {
		t.Errorf("it went on: %v, the connection in use is %q", then, r.Connections().Standard)
	}
}

// Tab leads out of a field of several lines, so that its buttons are reached without a mouse.
func TestTabLeadsOutOfATextArea(t *testing.T) {
	r := newRig(t)
	r.Bring(r.Settings)
	r.Wait()
	r.Settings.pasteCurl()
	d := r.Dialog()
	focused := r.Canvas().Focused()
	if x, ok := focused.(fyne.Tabbable); ok && x.AcceptsTab() {
		t.Fatal("Tab is typed into the command")
	}
	r.Canvas().FocusNext()
	if now, ok := r.Canvas().Focused().(*widgets.Button); !ok || now.Text != d.Answers[0].Text {
		t.Errorf("Tab leads to %v", r.Canvas().Focused())
	}
}

// A test that lacks its key says what to do, and not what the keychain calls it.
func TestATestWithoutItsKey(t *testing.T) {
	r := newRig(t)
	r.connects("Plant 4", "")
	if text := frametest.AllText(r.Settings.form.steps); !strings.Contains(text, "could not be read") || strings.Contains(text, "connection/") {
		t.Errorf("it says %s", text)
	}
}

// A connection that batches still need is not removed, and one for practice never becomes one for production.
func TestConnectionsThatAreNeeded(t *testing.T) {
	r := newRig(t)
	r.Practice()
	r.needed = 1
	r.Bring(r.Settings)
	r.Wait()
	r.Settings.askRemove(*r.Settings.list.Find(job.PracticeID))
	if d := r.Dialog(); d.Title != "Practice is still needed" {
		t.Errorf("the dialog says %q", d.Title)
	}
	r.Dialog().Take(0)
	c := trustmanager.NewConnection("Line 5", trustmanager.Practice, "https://127.0.0.1:2")
	if err := r.Desk().Connections.Add(c); err != nil {
		t.Fatal(err)
	}
	r.ReadConnections(false)
	r.Wait()
	r.Settings.choose(c.ID)
	r.Wait()
	if f := r.Settings.form; f.changed() || f.now.Kind != trustmanager.Practice {
		t.Errorf("shown, it is %v, changed: %v", f.now.Kind, f.changed())
	}
	// Escape lets go of a connection that was begun, after asking.
	r.Settings.Add()
	r.Settings.form.title.SetText("Plant 4")
	r.Settings.Escape()
	r.Dialog().Take(1)
	if r.Settings.form.fresh() || r.Settings.form.changed() {
		t.Error("the new connection cannot be let go of")
	}
}

// The passphrases that are in the keychain can be forgotten.
func TestPassphrasesAreForgotten(t *testing.T) {
	r := newRig(t)
	const account = "key/00/passphrase"
	if err := r.Keychain.Set(t.Context(), account, []byte("secret")); err != nil {
		t.Fatal(err)
	}
	r.Preferences().SetStringList(frame.PrefPassphrases, []string{account})
	r.Settings.show()
	if !r.Settings.phrases.Visible() {
		t.Fatal("Settings cannot forget it")
	}
	r.Settings.askPassphrases()
	r.Dialog().Take(1)
	r.Wait()
	if len(r.Keychain.Held) != 0 || len(r.KeptPassphrases()) != 0 || r.Settings.phrases.Visible() {
		t.Error("it was not forgotten")
	}
}

// What a service answers is recorded from the window too, and a passcode is offered to nobody who has none.
func TestRecordAndOfferedWays(t *testing.T) {
	r := newRig(t)
	r.Practice()
	path := filepath.Join(t.TempDir(), "site.transcript")
	r.Choose.SaveAnswer = path
	c, err := r.Desk().Connection(job.PracticeID)
	if err != nil {
		t.Fatal(err)
	}
	r.Settings.record(c)
	r.Wait()
	data, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(data), "batch-enroll-csv-template") || strings.Contains(string(data), "practice@localhost") {
		t.Errorf("%v: %s", err, data)
	}
	f := r.Settings.form
	f.set(trustmanager.NewConnection("a", trustmanager.IoTTrustManager, "https://h"), true)
	if got := strings.Join(f.authentication.Options, ", "); strings.Contains(got, "passcode") {
		t.Error(got)
	}
	one := trustmanager.NewConnection("b", trustmanager.IoTTrustManager, "https://h")
	one.Authentication = trustmanager.Passcode
	f.set(one, false)
	if f.now.Authentication != trustmanager.Passcode || !strings.Contains(f.authentication.Selected, "passcode") {
		t.Errorf("a connection with a passcode became %q", f.now.Authentication)
	}
}

// What was typed and not saved is asked about before another connection, a new one or an import takes its place; going back keeps it.
func TestUnsavedChangesAreAskedAbout(t *testing.T) {
	r := newRig(t)
	r.connects("Plant 4", testKey)
	r.connects("Plant 5", testKey)
	first, second := r.Settings.list.All[0].ID, r.Settings.list.All[1].ID
	s, f := r.Settings, r.Settings.form
	s.choose(first)
	exported := filepath.Join(t.TempDir(), "lines.json")
	if err := os.WriteFile(exported, []byte(`{"format": "enrollbench-connections/2", "connections": []}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, act := range map[string]func(){"another": func() { s.choose(second) }, "a new one": s.Add, "an import": func() { s.Drop([]string{exported}) }} {
		s.choose(first)
		f.title.SetText("Plant 44")
		if s.using.Visible() || s.more.Visible() || s.bar.Primary.Text != "Save" {
			t.Errorf("beside changes it offers %v, %v, %q", s.using.Visible(), s.more.Visible(), s.bar.Primary.Text)
		}
		act()
		r.Wait()
		if d := r.Dialog(); d.Title != "The changes were not saved" || f.title.Text != "Plant 44" {
			t.Fatalf("%s: the dialog says %q, the field %q", name, d.Title, f.title.Text)
		}
		r.Dialog().Take(0)
		if f.title.Text != "Plant 44" || s.chosen != first {
			t.Errorf("%s: going back left %q, %q", name, f.title.Text, s.chosen)
		}
		act()
		r.Dialog().Take(1)
		r.Wait()
		r.Dismiss()
		if f.title.Text == "Plant 44" {
			t.Errorf("%s: what was discarded is still there", name)
		}
		if f.fresh() {
			f.forget()
		}
	}
	// A field that must be filled keeps it from being saved, and says which.
	s.choose(second)
	s.choose(first)
	f.title.SetText("")
	if !s.bar.Primary.Disabled() || s.bar.Reason() == "" {
		t.Errorf("without a name it can be saved: %q", s.bar.Reason())
	}
	f.forget()
}

// The connection in use has no button to use it; another one has, and one press changes it.
func TestUseAnotherConnection(t *testing.T) {
	r := newRig(t)
	r.connects("Plant 4", testKey)
	r.connects("Plant 5", testKey)
	s := r.Settings
	for _, c := range s.list.All {
		s.choose(c.ID)
		if inUse := c.ID == s.list.Standard; s.using.Visible() == inUse {
			t.Errorf("%s is in use: %v, and can be chosen: %v", c.Name, inUse, s.using.Visible())
		}
	}
	other := s.list.All[0].ID
	if other == s.list.Standard {
		other = s.list.All[1].ID
	}
	s.choose(other)
	test.Tap(s.using)
	r.Wait()
	if l, err := r.Desk().List(); err != nil || l.Standard != other || s.list.Standard != other || s.using.Visible() || s.chosen != other {
		t.Errorf("in use is %q, want %q: %v", l.Standard, other, err)
	}
	// Where the one that was shown is gone, the one in use is shown.
	s.chosen = "gone"
	s.showList(s.list)
	if s.chosen != other {
		t.Errorf("it shows %q", s.chosen)
	}
}
