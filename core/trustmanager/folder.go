package trustmanager

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"enrollbench/core/filelock"
	"enrollbench/core/osfile"
)

// FolderVariable is the environment variable that names another folder than DefaultFolder's own.
const FolderVariable = "ENROLLBENCH_CONFIG"

// folderName is the program's own folder within those of the account.
const folderName = "enrollbench"

// DefaultFolder is the folder of the program's settings and records, shared by the window and the command line: that of
// ENROLLBENCH_CONFIG, else "enrollbench" in the account's configuration folder (~/.config, ~/Library/Application Support), on
// Windows in %LocalAppData%. It need not exist. What an earlier version kept in %AppData%, which Windows copies between the
// computers of an account, is moved from there once; where that is not possible now, the folder stays there.
func DefaultFolder() string {
	if dir := os.Getenv(FolderVariable); dir != "" {
		return dir
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		dir = os.TempDir()
	}
	dir = filepath.Join(dir, folderName)
	if runtime.GOOS != "windows" {
		return dir
	}
	local, err := os.UserCacheDir()
	if err != nil {
		return dir
	}
	// Once for each program: what it has begun to use stays where it is.
	once, _ := moves.LoadOrStore(dir, sync.OnceValue(func() string { return moved(dir, filepath.Join(local, folderName)) }))
	return once.(func() string)()
}

var moves sync.Map // folder to func() string

// moved brings what lies in a folder into another one, all of it or nothing, and returns where it is now. Names that both
// have stay where they are, which keeps all of it there.
func moved(from, to string) string {
	entries, err := os.ReadDir(from)
	if err != nil || len(entries) == 0 {
		return to
	}
	if err := osfile.MkdirAll(to, 0o700); err != nil {
		return from
	}
	lock, err := osfile.OpenFile(filepath.Join(to, ".moving"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return from
	}
	defer lock.Close()
	if err := filelock.Wait(lock); err != nil {
		return from
	}
	if entries, err = os.ReadDir(from); err != nil {
		return to // another program was faster
	}
	for i, e := range entries {
		target := filepath.Join(to, e.Name())
		_, err := os.Lstat(target)
		if errors.Is(err, fs.ErrNotExist) {
			err = os.Rename(filepath.Join(from, e.Name()), target)
		} else if err == nil {
			err = fs.ErrExist
		}
		if err != nil { // such as a database that another program has open
			for _, done := range entries[:i] {
				_ = os.Rename(filepath.Join(to, done.Name()), filepath.Join(from, done.Name()))
			}
			return from
		}
	}
	_ = os.Remove(from)
	return to
}

// Moved is the path of a file that a record names as it was before its folder was moved by DefaultFolder.
func Moved(path string) string {
	if runtime.GOOS != "windows" {
		return path
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return path
	}
	return relocated(path, filepath.Join(dir, folderName), DefaultFolder())
}

func relocated(path, from, to string) string {
	rest, below := strings.CutPrefix(path, from+string(filepath.Separator))
	if !below || from == to {
		return path
	}
	if _, err := os.Lstat(path); err == nil {
		return path
	}
	return filepath.Join(to, rest)
}
