//go:build !unix

package enrollment

// cpuSeconds is not measured here.
func cpuSeconds() float64 { return 0 }
