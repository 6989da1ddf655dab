package practice

import (
	"fmt"
	"os"
	"path/filepath"

	"enrollbench/core/filelock"
	"enrollbench/core/osfile"
)

// lockFolder takes the folder for this service until the file is closed or the program ends.
func lockFolder(folder string) (*os.File, error) {
	f, err := osfile.OpenFile(filepath.Join(folder, "lock"), os.O_RDWR|os.O_CREATE, 0o600) // #nosec G304 -- the service's own folder
	if err != nil {
		return nil, err
	}
	if filelock.Try(f) == filelock.Held {
		_ = f.Close()
		return nil, fmt.Errorf("%q: %w", folder, ErrBusy)
	}
	return f, nil
}
