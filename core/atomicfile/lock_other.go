//go:build !linux && !darwin && !windows

package atomicfile

import "os"

func lock(*os.File) error   { return nil }
func tryLock(*os.File) bool { return true }
