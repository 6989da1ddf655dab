package line

import (
	"bytes"
	"context"
	"encoding/binary"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"enrollbench/core/job"
	"enrollbench/core/watch"
	"enrollbench/gui/frame"
	"enrollbench/gui/frame/frametest"
	"enrollbench/gui/look"
	"enrollbench/gui/widgets"
)

// rig is the room in a frame.
type rig struct {
	*frametest.Rig
	*frame.Frame
	line   *Room
	folder string
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{Rig: frametest.New(t), folder: filepath.Join(t.TempDir(), "line4")}
	r.Frame = r.F
	r.line = New(r.F)
	r.Begin(frame.Layout{Rooms: []frame.Room{r.Else}, Pages: []frame.Room{r.line}, Keys: r.line, Connections: r.Else, Line: r.line.Toggle})
	if err := os.Mkdir(r.folder, 0o755); err != nil {
		t.Fatal(err)
	}
	return r
}

// plan has the folder watched.
func (r *rig) plan(count int) {
	r.T.Helper()
	p := watch.Plan{Folder: r.folder, Connection: job.PracticeID, Profile: "Practice: keys from the device, any key", ProfileName: "any key", Count: count}
	if err := watch.SavePlans(r.F.Desk().Folder(), []watch.Plan{p}); err != nil {
		r.T.Fatal(err)
	}
}

// says waits until the face says a word.
func (r *rig) says(word string) {
	r.T.Helper()
	r.Until(func() bool { return r.line.face.now.word == word })
}

// What machines and people drop is sent and comes back; the face says each step, and the button does what is to be done.
func TestLine(t *testing.T) {
	r := newRig(t)
	r.Window().Resize(fyne.NewSize(1000, 700))
	r.line.Toggle()
	if !strings.Contains(r.line.face.now.text, "No folder is watched") || !r.line.button.Disabled() {
		t.Errorf("without a folder: %+v", r.line.face.now)
	}
	r.line.Drop([]string{r.folder})
	if r.line.face.now.state != look.Warning {
		t.Errorf("a drop without a folder: %+v", r.line.face.now)
	}
	r.LeaveAlone()
	r.plan(3)
	r.line.Toggle()
	r.says("Waiting")
	r.Until(func() bool { return r.line.lanes[0].watcher != nil })
	r.line.Drop([]string{frametest.Put(t, filepath.Join(t.TempDir(), "a.csr"), frametest.Request(t, frametest.NewKey(t), "dev-a"))})
	r.says("Taken")
	r.line.answer = nil
	r.says("Gathering")
	if r.line.button.Text != "Send now" || r.line.button.Disabled() {
		t.Errorf("the button while gathering: %q", r.line.button.Text)
	}
	r.line.button.OnTapped()
	// The jobs room asks the service in the window; nobody does here.
	r.Until(func() bool {
		all, err := r.F.Desk().Jobs.List(t.Context(), job.Filter{})
		if err != nil || len(all) == 0 {
			return false
		}
		_, _ = r.F.Desk().Jobs.Refresh(t.Context(), all[0].ID)
		return r.line.face.now.word == "Done"
	})
	if r.line.face.now.state != look.Ready || r.line.button.Text != "Seen" || !r.line.practice.Visible() {
		t.Errorf("done: %+v, %q", r.line.face.now, r.line.button.Text)
	}
	all, _ := r.F.Desk().Jobs.List(t.Context(), job.Filter{})
	r.line.scanned(strings.ToUpper("batch=" + all[0].ID + ";count=1"))
	r.Until(func() bool { return !r.line.finding.Busy() })
	if r.line.answer == nil || r.line.answer.state != look.Ready || !strings.Contains(r.line.answer.text, all[0].Name) {
		t.Errorf("a scan: %+v", r.line.answer)
	}
	r.line.scanned("4006381333931")
	r.Until(func() bool { return !r.line.finding.Busy() })
	if r.line.answer.word != "Unknown" || r.line.answer.state != look.Failed {
		t.Errorf("another scan: %+v", r.line.answer)
	}
	r.line.answer = nil
	r.line.button.OnTapped()
	r.says("Waiting")
	frametest.Put(t, filepath.Join(r.folder, "letter.txt"), []byte("no request\n"))
	r.says("Refused")
	if r.line.face.now.state != look.Failed || !strings.Contains(r.line.face.now.text, "letter.txt") {
		t.Errorf("refused: %+v", r.line.face.now)
	}
}

// With two folders what is dropped waits for the answer which of them takes it: each sends to a profile of its own.
func TestDropAsks(t *testing.T) {
	r := newRig(t)
	other := filepath.Join(t.TempDir(), "line5")
	if err := os.Mkdir(other, 0o755); err != nil {
		t.Fatal(err)
	}
	one := watch.Plan{Folder: r.folder, Connection: job.PracticeID, Profile: "Practice: keys from the device, any key", Count: 100}
	two := one
	two.Folder, two.ProfileName = other, "any key"
	if err := watch.SavePlans(r.F.Desk().Folder(), []watch.Plan{one, two}); err != nil {
		t.Fatal(err)
	}
	r.line.Toggle()
	path := frametest.Put(t, filepath.Join(t.TempDir(), "a.csr"), []byte("one"))
	r.line.Drop([]string{path})
	if len(r.Dialogs()) != 1 {
		t.Fatalf("%d dialogs", len(r.Dialogs()))
	}
	r.Dialogs()[0].Cancel()
	r.line.Drop([]string{path})
	d := r.Dialogs()[0]
	for _, o := range test.LaidOutObjects(d.Body) {
		if b, ok := o.(*widgets.Button); ok && b.Text == "line5 · any key" {
			b.OnTapped()
		}
	}
	r.Until(func() bool { return r.line.answer != nil })
	if len(r.Dialogs()) != 0 || r.line.answer.word != "Taken" {
		t.Errorf("%d dialogs, %+v", len(r.Dialogs()), r.line.answer)
	}
	for folder, want := range map[string]bool{r.folder: false, other: true} {
		if _, err := os.Stat(filepath.Join(folder, "a.csr")); (err == nil) != want {
			t.Errorf("%s: %v", folder, err)
		}
	}
}

// Line mode has the screen to itself, and is left by a deliberate act only.
func TestAlone(t *testing.T) {
	r := newRig(t)
	r.line.Toggle()
	r.Bring(r.Else)
	r.ShowKeys()
	if r.Current() != frame.Room(r.line) || !r.Window().FullScreen() {
		t.Fatal("line mode was left by the way")
	}
	r.line.Toggle()
	r.line.Toggle()
	if n := len(r.Dialogs()); n != 1 {
		t.Fatalf("%d dialogs", n)
	}
	enter := &fyne.KeyEvent{Name: fyne.KeyReturn} // a scanner ends with it
	r.OnKey(enter)
	if f := r.Canvas().Focused(); f != nil {
		f.TypedKey(enter)
	}
	if r.Current() != frame.Room(r.line) {
		t.Error("a scanner leaves line mode")
	}
	if len(r.Dialogs()) == 0 {
		r.line.Toggle()
	}
	r.Dialogs()[0].Take(1)
	if r.line.on || r.Current() == frame.Room(r.line) || r.Window().FullScreen() {
		t.Error("line mode was not left")
	}
}

// The word is as high as there is room for, and nothing lies outside, in every size and state.
func TestFace(t *testing.T) {
	r := newRig(t)
	r.plan(100)
	r.line.Toggle()
	r.says("Waiting")
	for _, size := range []fyne.Size{{Width: 1000, Height: 700}, {Width: 1920, Height: 1080}} {
		r.Window().Resize(size)
		for state, l := range looks {
			e := watch.Event{State: state, Count: 12, Of: 100, Message: "\"dev-0815.csr\" has been empty or growing for more than 10 minutes", Hint: "check whether the machine still writes it; if not, delete the file"}
			r.line.face.set(shown{l, stateWord(state), sentence(e)})
			f := r.line.face
			if h := f.word.Size().Height; h < size.Height/8 {
				t.Errorf("%v, %s: the word is %v high", size, state, h)
			}
			for _, o := range (&faceRenderer{f}).Objects() {
				if end := o.Position().Add(o.Size()); end.X > f.Size().Width+1 || end.Y > f.Size().Height+1 {
					t.Errorf("%v, %s: %T ends at %v of %v", size, state, o, end, f.Size())
				}
			}
			if w := fyne.MeasureText(f.word.Text, f.word.TextSize, f.word.TextStyle).Width; w > f.word.Size().Width+1 {
				t.Errorf("%v, %s: the word is wider than its room", size, state)
			}
			picture(t, r, string(state), size)
		}
	}
}

// paint gives rectangles without a colour a transparent one, which the toolkit's painter of tests wants.
func paint(o fyne.CanvasObject) {
	switch o := o.(type) {
	case *canvas.Rectangle:
		if o.FillColor == nil {
			o.FillColor = color.Transparent
		}
	case *fyne.Container:
		for _, c := range o.Objects {
			paint(c)
		}
	case fyne.Widget:
		for _, c := range test.WidgetRenderer(o).Objects() {
			paint(c)
		}
	}
}

// picture writes what the window shows into the folder that PICTURES names.
func picture(t *testing.T, r *rig, name string, size fyne.Size) {
	dir := os.Getenv("PICTURES")
	if dir == "" {
		return
	}
	paint(r.Window().Content())
	var b bytes.Buffer
	if err := png.Encode(&b, r.Canvas().Capture()); err != nil {
		t.Fatal(err)
	}
	frametest.Put(t, filepath.Join(dir, strings.ReplaceAll(name, " ", "-")+map[bool]string{true: "-small", false: "-large"}[size.Width < 1100]+".png"), b.Bytes())
}

// Files are put into the folder whole, and beside others of their name.
func TestCopy(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	one := frametest.Put(t, filepath.Join(from, "a.csr"), []byte("one"))
	frametest.Put(t, filepath.Join(from, "lot", "a.csr"), []byte("two"))
	frametest.Put(t, filepath.Join(from, "lot", "deeper", "b.csr"), []byte("three"))
	frametest.Put(t, filepath.Join(from, "lot", ".hidden"), []byte("four"))
	n, err := copyInto(context.Background(), to, []string{one, filepath.Join(from, "lot")})
	if n != 3 || err != nil {
		t.Fatal(n, err)
	}
	for name, want := range map[string]string{"a.csr": "one", "a~2.csr": "two", "b.csr": "three"} {
		if got, err := os.ReadFile(filepath.Join(to, name)); string(got) != want || err != nil {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if _, err := copyInto(context.Background(), to, []string{filepath.Join(from, "none")}); err == nil {
		t.Error("a file that is missing was copied")
	}
}

// The sounds are WAVE files as RIFF describes them: the sizes in the header are those of the data.
func TestWave(t *testing.T) {
	for _, tones := range [][]tone{good, bad} {
		data := wave(tones)
		if string(data[:4]) != "RIFF" || int(binary.LittleEndian.Uint32(data[4:])) != len(data)-8 || int(binary.LittleEndian.Uint32(data[40:])) != len(data)-44 {
			t.Errorf("% x", data[:44])
		}
		loudest := int16(0)
		for i := 44; i < len(data); i += 2 {
			loudest = max(loudest, int16(binary.LittleEndian.Uint16(data[i:])))
		}
		if loudest < 12000 {
			t.Errorf("as loud as %d", loudest)
		}
	}
}
