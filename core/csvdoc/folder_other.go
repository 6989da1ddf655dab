//go:build !unix

package csvdoc

import "io/fs"

// syncFolder: Windows writes names through by itself and has no call for it.
func syncFolder(string) error { return nil }

// names is how many names a file has; modes, for which it is asked, mean little here.
func names(fs.FileInfo) int { return 1 }
