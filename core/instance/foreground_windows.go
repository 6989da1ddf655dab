package instance

import "golang.org/x/sys/windows"

var allowSetForegroundWindow = windows.NewLazySystemDLL("user32.dll").NewProc("AllowSetForegroundWindow")

// foreground lets the open window come to the front: Windows allows that only to whoever the program in front names, and the user has
// just started this one. ASFW_ANY is all ones. Failing, the window's button in the task bar blinks.
func foreground() { _, _, _ = allowSetForegroundWindow.Call(^uintptr(0)) }
