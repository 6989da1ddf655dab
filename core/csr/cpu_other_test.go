//go:build !unix

package csr

// cpuSeconds is not measured here.
func cpuSeconds() float64 { return 0 }
