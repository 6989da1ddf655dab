package gui

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"enrollbench/core/job"
	"enrollbench/gui/frame"
	"enrollbench/gui/frame/frametest"
	"enrollbench/gui/widgets"
)

// rig is the whole window in the test driver. Its tests see what a user sees: they look for buttons, fields and texts.
type rig struct {
	*frametest.Rig
	*App
}

func newRig(t *testing.T) *rig {
	t.Helper()
	return newRigIn(t, "en")
}

func newRigIn(t *testing.T, language string) *rig {
	t.Helper()
	r := &rig{Rig: frametest.NewIn(t, language)}
	r.App = open(r.F)
	r.Begin(r.layout())
	return r
}

func TestMain(m *testing.M) { frametest.Main(m) }

// bar is the line at the bottom of the room in front.
func (r *rig) bar() *widgets.BottomBar {
	bar, _, _, _ := r.Current().(frame.Telling).Telling()
	return bar
}

// rows is how many rows a room's list shows.
func rows(room frame.Telling) int {
	_, _, n, _ := room.Telling()
	return n
}

// act presses the primary button of the room in front.
func (r *rig) act() {
	r.T.Helper()
	test.Tap(r.bar().Primary)
	r.Wait()
}

// walk visits everything that is visible within an object, inside out.
func walk(o fyne.CanvasObject, visit func(fyne.CanvasObject)) {
	if !o.Visible() {
		return
	}
	switch o := o.(type) {
	case *fyne.Container:
		for _, c := range o.Objects {
			walk(c, visit)
		}
	case fyne.Widget:
		for _, c := range test.WidgetRenderer(o).Objects() {
			walk(c, visit)
		}
	}
	visit(o)
}

// seen finds what is visible in the room in front and fits, nil if nothing is.
func seen[T fyne.CanvasObject](r *rig, fits func(T) bool) (found T) {
	walk(r.Current().Content(), func(o fyne.CanvasObject) {
		if x, ok := o.(T); ok && fits(x) {
			found = x
		}
	})
	return found
}

// button finds a visible button by its text, nil if there is none.
func (r *rig) button(text string) *widgets.Button {
	return seen(r, func(b *widgets.Button) bool { return b.Text == text })
}

// field finds a visible field by what it asks for.
func (r *rig) field(placeHolder string) *widgets.Entry {
	r.T.Helper()
	e := seen(r, func(e *widgets.Entry) bool { return strings.HasPrefix(e.PlaceHolder, placeHolder) })
	if e == nil {
		r.T.Fatalf("no field asks for %q", placeHolder)
	}
	return e
}

// check finds a visible box to tick by its text, nil if there is none.
func (r *rig) check(text string) *widgets.Check {
	return seen(r, func(c *widgets.Check) bool { return strings.HasPrefix(c.Text, text) })
}

// text is every text that is visible in the room in front.
func (r *rig) text() string {
	var out []string
	walk(r.Current().Content(), func(o fyne.CanvasObject) {
		if x, ok := o.(*widgets.Text); ok {
			out = append(out, x.Text())
		}
	})
	return strings.Join(out, "\n")
}

// batch is the record of the only batch.
func (r *rig) batch() *job.Record {
	r.T.Helper()
	all, err := r.Desk().Jobs.List(r.T.Context(), job.Filter{})
	if err != nil || len(all) != 1 {
		r.T.Fatalf("there are %d batches, %v", len(all), err)
	}
	return all[0]
}

// reaches asks the service again and again until the batch is in a state.
func (r *rig) reaches(want job.State) *job.Record {
	r.T.Helper()
	for range 500 {
		now := r.batch()
		if now.State == want {
			r.Wait()
			return now
		}
		if !now.State.UnderWay() {
			r.T.Fatalf("the batch is %s and not %s: %s", now.State, want, now.LastError)
		}
		r.Jobs.Recheck()
		r.Wait()
	}
	r.T.Fatal("it never comes to " + string(want))
	return nil
}
