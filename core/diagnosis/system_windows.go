package diagnosis

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/windows"
)

// system names Windows by its build, which tells the editions apart, and wine where that stands in for it.
func system() string {
	v := windows.RtlGetVersion()
	text := fmt.Sprintf("Windows %d.%d, build %d", v.MajorVersion, v.MinorVersion, v.BuildNumber)
	if wine := windows.NewLazySystemDLL("ntdll.dll").NewProc("wine_get_version"); wine.Find() == nil {
		if at, _, _ := wine.Call(); at != 0 {
			text += ", wine " + windows.BytePtrToString(*(**byte)(unsafe.Pointer(&at))) // #nosec G103 -- a text that lives as long as the program
		}
	}
	return text
}
