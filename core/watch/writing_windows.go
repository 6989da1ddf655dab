package watch

import (
	"errors"

	"golang.org/x/sys/windows"

	"enrollbench/core/osfile"
)

// writing says whether a program has a file open for writing, on this computer or, on a share of Windows, on another one: then
// opening it without sharing it for writing fails.
func writing(path string) (writing, known bool) {
	name, err := osfile.Wide(path)
	if err != nil {
		return false, false
	}
	h, err := windows.CreateFile(name, windows.GENERIC_READ, windows.FILE_SHARE_READ|windows.FILE_SHARE_DELETE, nil, windows.OPEN_EXISTING, windows.FILE_ATTRIBUTE_NORMAL, 0)
	if err != nil {
		return errors.Is(err, windows.ERROR_SHARING_VIOLATION), false
	}
	return false, windows.CloseHandle(h) == nil
}
