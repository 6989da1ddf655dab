//go:build !windows

package frame

import (
	"context"

	"fyne.io/fyne/v2"

	"enrollbench/core/progress"
)

// Notify tells something on the desktop, off the UI thread: the desktop's own service may take its time. Linux and macOS
// get the text as data. What is told must stand in the window too: Windows gets no text.
func (a *Frame) Notify(text string) {
	n := fyne.NewNotification("EnrollBench", text)
	Run(a.tasks.NewRunner(nil), "", func(context.Context, progress.Func) (struct{}, error) {
		a.fyne.SendNotification(n)
		return struct{}{}, nil
	}, func(struct{}, error) {})
}
