package frame

import (
	"unsafe"

	"golang.org/x/sys/windows"

	"enrollbench/gui/files"
)

var flashWindowEx = windows.NewLazySystemDLL("user32.dll").NewProc("FlashWindowEx")

// Notify makes the button in the taskbar flash until the window is in front (winuser.h: FLASHW_TRAY, FLASHW_TIMERNOFG). The
// text is shown in the window alone: Fyne pastes a notification's text into a script for PowerShell, which would run what
// somebody named a batch.
func (a *Frame) Notify(string) {
	h := files.Handle(a.window)
	if h == 0 {
		return
	}
	info := struct {
		size          uint32
		window        windows.HWND
		flags         uint32
		count, period uint32
	}{window: h, flags: 0x2 | 0xC}
	info.size = uint32(unsafe.Sizeof(info))
	_, _, _ = flashWindowEx.Call(uintptr(unsafe.Pointer(&info))) // #nosec G103 -- the structure of the call
}
