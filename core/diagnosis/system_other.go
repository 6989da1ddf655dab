//go:build !unix && !windows

package diagnosis

func system() string { return "unknown" }
