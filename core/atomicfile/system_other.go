//go:build !linux && !darwin && !windows

package atomicfile

import "os"

func renameNew(oldPath, newPath string) error { return linkNew(oldPath, newPath) }

func syncTree(root *os.File) error { return syncEach(root.Name(), (*os.File).Sync) }
