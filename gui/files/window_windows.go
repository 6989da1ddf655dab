package files

import (
	"errors"
	"runtime"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver"
	"github.com/ncruces/zenity"
	"golang.org/x/sys/windows"
)

// Handle is the number by which the system knows a window, 0 before it is shown and in tests.
func Handle(w fyne.Window) (h windows.HWND) {
	if n, ok := w.(driver.NativeWindow); ok {
		n.RunNative(func(context any) {
			if c, ok := context.(driver.WindowsWindowContext); ok {
				h = windows.HWND(c.HWND)
			}
		})
	}
	return h
}

// owned makes a dialog belong to the window: otherwise it may open behind the window and wait there unseen.
func (n Native) owned() []zenity.Option {
	if n.Window == nil {
		return nil
	}
	if h := Handle(n.Window); h != 0 {
		return []zenity.Option{zenity.Attach(uintptr(h))}
	}
	return nil
}

// apartment prepares the thread for a dialog of the shell. These dialogs need a single-threaded apartment (Microsoft,
// "Processes, Threads, and Apartments"); in the other kind the dialog for saving never closes. Call the result at the end.
func apartment() (leave func()) {
	runtime.LockOSThread()
	err := windows.CoInitializeEx(0, windows.COINIT_APARTMENTTHREADED|windows.COINIT_DISABLE_OLE1DDE)
	if err != nil && !errors.Is(err, windows.Errno(windows.S_FALSE)) { // S_FALSE: it was prepared before, and counts
		return runtime.UnlockOSThread
	}
	return func() {
		windows.CoUninitialize()
		runtime.UnlockOSThread()
	}
}
