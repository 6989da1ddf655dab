package trustmanager

import (
	"os"
	"path/filepath"
)

// FolderVariable is the environment variable that names another folder than DefaultFolder's own.
const FolderVariable = "ENROLLBENCH_CONFIG"

// DefaultFolder is the folder of the program's settings, shared by the window and the command line: that of
// ENROLLBENCH_CONFIG, else "enrollbench" in the account's configuration folder (~/.config, %AppData%, ~/Library/Application
// Support). It need not exist.
func DefaultFolder() string {
	if dir := os.Getenv(FolderVariable); dir != "" {
		return dir
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		dir = os.TempDir()
	}
	return filepath.Join(dir, "enrollbench")
}
