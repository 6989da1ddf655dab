package frame

import (
	"runtime"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

// A batch may be named by anybody, and what Fyne does with a text on Windows is run by PowerShell: no text goes there.
func TestNotify(t *testing.T) {
	a := &Frame{fyne: test.NewTempApp(t), tasks: NewTestTasks(func(f func()) { f() }, nil, nil)}
	const text = `$(calc) ” ; calc`
	want := fyne.NewNotification("EnrollBench", text)
	if runtime.GOOS == "windows" {
		want = nil
	}
	a.window = a.fyne.NewWindow("")
	test.AssertNotificationSent(t, want, func() {
		a.Notify(text)
		done := make(chan struct{})
		a.tasks.Close(func() { close(done) })
		<-done
	})
}
