package gui

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"enrollbench/core/job"
	"enrollbench/core/trustmanager"
	"enrollbench/gui/frame"
	"enrollbench/gui/frame/frametest"
	"enrollbench/gui/widgets"
)

// pill presses a pill of the header and expects a menu.
func (r *rig) pill(label string) {
	r.T.Helper()
	var found *widgets.Row
	walk(r.Window().Content(), func(o fyne.CanvasObject) {
		if row, ok := o.(*widgets.Row); ok && strings.HasPrefix(row.Label, label) {
			found = row
		}
	})
	if found == nil {
		r.T.Fatalf("no pill says %q", label)
	}
	test.Tap(found)
	menu := r.Canvas().Overlays().Top()
	if menu == nil {
		r.T.Fatalf("%s opens nothing", label)
	}
	r.Canvas().Overlays().Remove(menu)
}

func labels(items []*fyne.MenuItem) (out []string) {
	for _, i := range items {
		label := i.Label
		if i.IsSeparator {
			label = "-"
		}
		if i.Checked {
			label += " ✓"
		}
		out = append(out, label)
	}
	return out
}

// The pill of the connection is a menu: practise where there is nothing yet, and then one press changes the connection.
func TestThePillOfTheConnection(t *testing.T) {
	r := newRig(t)
	items := r.ConnectionMenu()
	if got := labels(items); !slices.Equal(got, []string{"Practise now", "-", "Connections…"}) {
		t.Fatalf("without a connection it offers %q", got)
	}
	items[0].Action()
	r.Wait()
	c := trustmanager.NewConnection("Plant 4", trustmanager.IoTTrustManager, "https://127.0.0.1:1")
	if err := r.Desk().Connections.Add(c); err != nil {
		t.Fatal(err)
	}
	r.ReadConnections(false)
	r.Wait()
	items = r.ConnectionMenu()
	if got := labels(items); !slices.Equal(got, []string{"Practice ✓", "Plant 4 · 127.0.0.1:1", "-", "Connections…"}) {
		t.Fatalf("it offers %q", got)
	}
	items[1].Action()
	r.Wait()
	if got := labels(r.ConnectionMenu()); got[0] != "Practice" || got[1] != "Plant 4 · 127.0.0.1:1 ✓" || !strings.HasPrefix(r.ConnectionShown(), "Plant 4") {
		t.Errorf("another one was chosen: %q, %q", got, r.ConnectionShown())
	}
	if l, err := r.Desk().List(); err != nil || l.Standard != c.ID || l.Find(job.PracticeID) == nil {
		t.Errorf("kept is %q, %v", l.Standard, err)
	}
	items[3].Action()
	if r.Current() != frame.Room(r.Settings) {
		t.Errorf("Connections… leads to %s", r.Current().Name())
	}
	r.pill("Plant 4")
}

// The pill of the key is a menu of those that were used lately and are still there.
func TestThePillOfTheKey(t *testing.T) {
	r, s := newRig(t), frametest.Samples(t)
	if got := labels(r.RecipientMenu()); !slices.Equal(got, []string{"Encryption key…"}) {
		t.Fatalf("without a key it offers %q", got)
	}
	r.ShowKeys()
	r.Drop(s.Certificate)
	items := r.RecipientMenu()
	if got := labels(items); len(got) != 4 || got[0] != "line4 · "+filepath.Base(s.Certificate)+" ✓" || got[1] != "No key" || got[3] != "Encryption key…" {
		t.Fatalf("it offers %q", got)
	}
	items[1].Action()
	r.Wait()
	if r.Recipient() != nil {
		t.Error("there is a key still")
	}
	items = r.RecipientMenu()
	if got := labels(items); len(got) != 3 || strings.Contains(got[0], "✓") {
		t.Fatalf("then it offers %q", got)
	}
	items[0].Action()
	r.Wait()
	if r.Recipient() == nil || !strings.HasPrefix(r.RecipientShown(), "Encrypt to: line4") {
		t.Errorf("the key of before: %q", r.RecipientShown())
	}
	// A file that is gone is not offered, and a key is offered once.
	gone := frametest.Put(t, filepath.Join(t.TempDir(), "gone.pem"), []byte("gone"))
	r.Preferences().SetStringList("recipient.recent", append(r.Preferences().StringList("recipient.recent"), "00\t"+gone+"x\tgone", "11\t"+gone+"\tthere", "odd"))
	if got := labels(r.RecipientMenu()); len(got) != 5 || !strings.HasPrefix(got[1], "there") {
		t.Errorf("it offers %q", got)
	}
	r.RecipientMenu()[1].Action()
	r.Wait()
	if !strings.HasPrefix(r.RecipientShown(), "Encrypt to: line4") || r.ToastText() == "" {
		t.Errorf("a file without that key: %q, %q", r.RecipientShown(), r.ToastText())
	}
	r.SetRecipient(r.Recipient(), s.Certificate)
	if n := len(r.Preferences().StringList("recipient.recent")); n != 4 {
		t.Errorf("%d are remembered", n)
	}
	r.pill("Encrypt to")
}
