package gui

import (
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"enrollbench/core/job"
	"enrollbench/gui/frame/frametest"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
	"enrollbench/gui/widgets/sheet"
	"enrollbench/gui/widgets/sight"
	"enrollbench/gui/words"
)

// largeText is the theme with text of twice its size.
type largeText struct{ fyne.Theme }

func (l largeText) Size(name fyne.ThemeSizeName) float32 {
	s := l.Theme.Size(name)
	switch name {
	case theme.SizeNameText, theme.SizeNameCaptionText, theme.SizeNameSubHeadingText, theme.SizeNameHeadingText, look.SizeVerdict, look.SizeFigure:
		s *= 2
	}
	return s
}

// Every room, empty and full, fits the smallest window and holds text of twice the size: nothing lies outside the window, and
// what is cut can be read by resting the mouse on it.
func TestEverythingFits(t *testing.T) {
	for _, size := range []struct {
		name, language string
		size           fyne.Size
		theme          fyne.Theme
	}{
		{"small", "en", fyne.NewSize(1000, 700), look.NewTheme()},
		{"small", "de", fyne.NewSize(1000, 700), look.NewTheme()},
		{"small", "es", fyne.NewSize(1000, 700), look.NewTheme()},
		{"small", "fr", fyne.NewSize(1000, 700), look.NewTheme()},
		{"small", "zh", fyne.NewSize(1000, 700), look.NewTheme()},
		{"small", "ja", fyne.NewSize(1000, 700), look.NewTheme()},
		{"large text", "en", fyne.NewSize(1280, 860), largeText{look.NewTheme()}},
	} {
		t.Run(size.name+" "+size.language, func(t *testing.T) {
			r, s := newRigIn(t, size.language), frametest.Samples(t)
			fyne.CurrentApp().Settings().SetTheme(size.theme)
			r.Window().Resize(size.size)
			fit := func(state string) {
				t.Helper()
				r.Window().Resize(size.size)
				for range 2 { // as the real window does where something asks for more than before
					r.Current().Content().Refresh()
				}
				name := r.Current().Name()
				for _, wrong := range misfits(r) {
					t.Errorf("%s, %s: %s", name, state, wrong)
				}
			}
			for _, room := range slices.Concat(r.layout().Rooms, r.layout().Pages) {
				r.ShowAside(room)
				r.Wait()
				r.Dismiss()
				fit("empty " + room.Name())
				r.Help.Help(room)
				fit("help of " + room.Name())
			}
			r.Practice()
			r.Bring(r.Settings)
			r.Wait()
			fit("full")
			r.AddConnection()
			r.Wait()
			r.field(words.T("connection.name-example")).SetText(strings.Repeat("a long name ", 8))
			fit("a new connection")
			r.Misbehaves("partial=1")
			r.orders()
			fit("an order")
			r.act()
			fit("running")
			r.reaches(job.Complete)
			fit("full")
			r.act()
			fit("a partial result")
			r.Bring(r.Jobs)
			r.Wait()
			fit("opened")
			r.Bring(r.CSR)
			r.Drop(frametest.MixedFolder(t))
			fit("a private key")
			r.Dismiss()
			fit("full")
			r.OnKey(&fyne.KeyEvent{Name: fyne.KeyF8})
			r.Wait()
			fit("a problem")
			r.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
			r.Wait()
			for range 3 {
				fit("details")
				r.OnKey(&fyne.KeyEvent{Name: fyne.KeyF8})
				r.Wait()
			}
			r.Bring(r.CSV)
			r.Drop(frametest.Put(t, filepath.Join(t.TempDir(), "order.csv"), []byte("subject.common_name,subject.country\nthermostat-1,DE\nthermostat-2,DEU\n")))
			fit("full")
			r.OnKey(&fyne.KeyEvent{Name: fyne.KeyF8})
			r.Wait()
			fit("a problem")
			r.CSV.Find()
			fit("find")
			r.Bring(r.MAC)
			r.field("00:1a:c2").SetText("00:1a:c2:7b:00:00")
			r.field("500").SetText("1000000")
			fit("full")
			r.field("00:1a:c2").SetText("00:1a:c2:7b:00:0g")
			fit("a wrong start")
			r.ShowKeys()
			r.Drop(s.Certificate)
			fit("full")
			r.field(words.T("open.key-path")).SetText(s.Key)
			r.act()
			fit("proven")
			r.Bring(r.Results)
			r.Drop(s.Complete)
			fit("given")
			r.act()
			fit("opened")
		})
	}
}

// misfits are what lies outside the window or is cut without a way to read it.
func misfits(r *rig) (wrong []string) {
	size := r.Canvas().Size()
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	if least := r.Window().Content().MinSize(); least.Width > size.Width || least.Height > size.Height {
		say("the content asks for %v in %v", least, size)
	}
	roots := []fyne.CanvasObject{r.Window().Content()}
	roots = append(roots, r.Canvas().Overlays().List()...)
	for _, root := range roots {
		inBounds(root, fyne.Position{}, area{0, 0, size.Width, size.Height}, say)
	}
	return wrong
}

// area is a part of the window in which something may lie.
type area struct{ left, top, right, bottom float32 }

// endless is as far as anything can be scrolled.
const endless = 1 << 24

// inBounds looks at a visible object at a place, and at all in it.
func inBounds(o fyne.CanvasObject, at fyne.Position, room area, say func(string, ...any)) {
	if !o.Visible() {
		return
	}
	size := o.Size()
	label := ""
	switch o := o.(type) {
	case *widgets.Text:
		label = o.Text()
		if o.Cut() && size.Width < 24 {
			say("nothing can be read of %q, which is %v wide", label, size.Width)
		}
	case *widgets.Button:
		label = o.Text
		if least := o.MinSize(); label != "" && least.Width > size.Width+1 {
			say("the button %q is %v wide and asks for %v", label, size.Width, least.Width)
		}
	case *widgets.Check:
		label = o.Text
		if least := o.MinSize(); least.Width > size.Width+1 {
			say("the box %q is %v wide and asks for %v", label, size.Width, least.Width)
		}
	case *widgets.Select:
		label = o.Selected
	case *widgets.Value:
		label = o.Text
	case *widgets.Entry:
		label = "field " + o.PlaceHolder
	case *canvas.Text:
		label = o.Text
	}
	if kind := reflect.Indirect(reflect.ValueOf(o)).Type().Name(); label != "" && size.Width > 0 && size.Height > 0 {
		if at.X < room.left-1 || at.Y < room.top-1 || at.X+size.Width > room.right+1 || at.Y+size.Height > room.bottom+1 {
			say("%s %q lies at %v, %v, beyond %v", kind, label, at, size, room)
		}
	}
	var inside []fyne.CanvasObject
	switch o := o.(type) {
	case *fyne.Container:
		inside = o.Objects
	case *sight.Scroll:
		room = area{at.X, -endless, at.X + size.Width, endless}
		inside = []fyne.CanvasObject{o.Content}
	case *sheet.Sheet, *sheet.Editor, *widgets.Button, *widgets.Select, *widgets.Check, *widgets.Entry, *widgets.Value, *widgets.Text: // their own matter
	case *widget.PopUp:
		inside = []fyne.CanvasObject{o.Content}
	case fyne.Widget:
		inside = test.WidgetRenderer(o).Objects()
	}
	for _, x := range inside {
		inBounds(x, at.Add(x.Position()), room, say)
	}
}
