//go:build !linux && !darwin && !windows

package practice

import "os"

// tryLock has nothing to ask here: two services must not share a folder.
func tryLock(*os.File) bool { return true }
