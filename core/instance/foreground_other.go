//go:build !windows

package instance

// foreground: elsewhere a window may come to the front by itself.
func foreground() {}
