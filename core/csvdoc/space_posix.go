//go:build linux || darwin

package csvdoc

import "golang.org/x/sys/unix"

// freeSpace is the number of bytes that may still be written in dir.
func freeSpace(dir string) (int64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, err
	}
	return int64(s.Bavail) * int64(s.Bsize), nil
}
