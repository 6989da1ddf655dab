package gui

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"enrollbench/core/job"
	"enrollbench/gui/frame"
	"enrollbench/gui/frame/frametest"
	"enrollbench/gui/widgets"
	"enrollbench/gui/widgets/sheet"
)

// ctrl is a key with Ctrl as the driver tells it.
func ctrl(k fyne.KeyName) fyne.Shortcut {
	return &desktop.CustomShortcut{KeyName: k, Modifier: fyne.KeyModifierShortcutDefault}
}

// The test driver's canvas knows no shortcuts; this one has those of the real one.
type (
	keyedApp struct {
		fyne.App
		driver keyedDriver
	}
	keyedDriver struct {
		fyne.Driver
		canvas *keyedCanvas
	}
	keyedCanvas struct {
		fyne.Canvas
		act func(fyne.Shortcut)
	}
)

func (a keyedApp) Driver() fyne.Driver { return a.driver }

func (d keyedDriver) CanvasForObject(o fyne.CanvasObject) fyne.Canvas {
	if d.Driver.CanvasForObject(o) == nil {
		return nil
	}
	return d.canvas
}

func (c *keyedCanvas) TypedShortcut(s fyne.Shortcut) { c.act(s) }

// windowShortcuts are the keys of F1 that mean the same wherever the focus is; a field keeps those that edit its text.
var windowShortcuts = []struct {
	name     string
	shortcut fyne.Shortcut
	key      fyne.KeyName
	edits    bool
}{
	{"Ctrl+1", ctrl(fyne.Key1), "", false}, {"Ctrl+2", ctrl(fyne.Key2), "", false}, {"Ctrl+3", ctrl(fyne.Key3), "", false},
	{"Ctrl+4", ctrl(fyne.Key4), "", false}, {"Ctrl+5", ctrl(fyne.Key5), "", false}, {"Ctrl+6", ctrl(fyne.Key6), "", false}, {"Ctrl+7", ctrl(fyne.Key7), "", false},
	{"Ctrl+K", ctrl(fyne.KeyK), "", false}, {"Ctrl+O", ctrl(fyne.KeyO), "", false}, {"Ctrl+S", ctrl(fyne.KeyS), "", false},
	{"Ctrl+J", ctrl(fyne.KeyJ), "", false}, {"Ctrl+F", ctrl(fyne.KeyF), "", false}, {"Ctrl+H", ctrl(fyne.KeyH), "", false},
	{"Ctrl+V", &fyne.ShortcutPaste{}, "", true}, {"Ctrl+Z", &fyne.ShortcutUndo{}, "", true}, {"Ctrl+Y", &fyne.ShortcutRedo{}, "", true},
	{"F1", nil, fyne.KeyF1, false}, {"F5", nil, fyne.KeyF5, false}, {"F8", nil, fyne.KeyF8, false}, {"Esc", nil, fyne.KeyEscape, false},
}

// From everything in every room that can have the focus, each shortcut comes to the window or to the room's own table.
func TestShortcutsWorkWhateverHasTheFocus(t *testing.T) {
	r, s := practiceRig(t), frametest.Samples(t)
	r.orders()
	r.act()
	r.reaches(job.Complete)
	r.Bring(r.CSV)
	r.Drop(frametest.Put(t, filepath.Join(t.TempDir(), "order.csv"), []byte("subject.common_name,subject.country\nthermostat-1,DE\nthermostat-2,DEU\n")))
	r.Bring(r.MAC)
	r.field("00:1a:c2").SetText("00:1a:c2:7b:00:00")
	r.field("500").SetText("4")
	r.Bring(r.Results)
	r.Drop(s.Complete)
	r.Bring(r.CSR)
	r.OnKey(&fyne.KeyEvent{Name: fyne.KeyF8})
	r.Wait()
	app, heard := fyne.CurrentApp(), ""
	c := &keyedCanvas{r.Canvas(), func(s fyne.Shortcut) { heard = s.ShortcutName() }}
	fyne.SetCurrentApp(keyedApp{app, keyedDriver{app.Driver(), c}})
	defer fyne.SetCurrentApp(app)
	c.SetOnTypedKey(func(ev *fyne.KeyEvent) { heard = string(ev.Name) })
	kinds := map[string]int{}
	for _, room := range slices.Concat(r.layout().Rooms, r.layout().Pages) {
		r.ShowAside(room)
		r.Wait()
		r.Dismiss()
		var all []fyne.Focusable
		walk(r.Window().Content(), func(o fyne.CanvasObject) {
			if f, ok := o.(fyne.Focusable); ok {
				all = append(all, f)
			}
		})
		for _, f := range all {
			_, field := f.(*widgets.Entry)
			if e, ok := f.(*sheet.Editor); ok { // does these itself
				own := func(k fyne.KeyName) func() { return func() { heard = ctrl(k).ShortcutName() } }
				if e.OnSave == nil || e.OnFind == nil || e.OnReplace == nil {
					t.Fatal("the table neither does a shortcut nor passes it on")
				}
				e.OnSave, e.OnFind, e.OnReplace = own(fyne.KeyS), own(fyne.KeyF), own(fyne.KeyH)
			}
			kinds[fmt.Sprintf("%T", f)]++
			for _, k := range windowShortcuts {
				heard = ""
				c.Focus(f)
				switch target, ok := c.Focused().(fyne.Shortcutable); {
				case c.Focused() != f: // disabled
					continue
				case k.edits && (field || room == frame.Room(r.CSV)): // the text's own
					continue
				case k.shortcut == nil:
					f.TypedKey(&fyne.KeyEvent{Name: k.key})
				case ok:
					target.TypedShortcut(k.shortcut)
				default:
					c.TypedShortcut(k.shortcut)
				}
				want := string(k.key)
				if k.shortcut != nil {
					want = k.shortcut.ShortcutName()
				}
				e, inSearch := f.(*widgets.Entry)
				if inSearch && k.key == fyne.KeyEscape && e.OnEscape != nil {
					continue // empties its search first
				}
				if heard != want {
					t.Errorf("%s, %T: %s is lost (%q)", room.Name(), f, k.name, heard)
				}
			}
		}
	}
	if kinds["*widgets.Value"] == 0 {
		t.Errorf("no value was there to be tried: %v", kinds)
	}
}
