//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"

	"enrollbench/core/finding"
)

// usage is what something cost.
type usage struct {
	CPU  time.Duration // user and system time of all its threads
	Wall time.Duration
	Peak int64 // most memory resident, in bytes; 0 where only a part of a process is meant
	Most bool  // Peak is this program's own, and that of the process was no larger

	stdout []byte
}

// run runs a process to its end and returns what it cost.
func run(name string, args ...string) (usage, error) { return runIn("", name, args...) }

func runIn(folder, name string, args ...string) (usage, error) {
	cmd := exec.Command(name, args...) // #nosec G204 -- the tools that are measured
	cmd.Dir = folder
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	began := time.Now()
	err := cmd.Run()
	wall := time.Since(began)
	if err != nil {
		return usage{}, fmt.Errorf("%s: %w: %s", strings.Join(append([]string{name}, args...), " "), err, tail(stderr.Bytes()))
	}
	u := usage{Wall: wall, CPU: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), stdout: stdout.Bytes()}
	if r, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		u.Peak = peak(r)
	}
	// Linux counts the memory of whoever starts a process to that process, until it has begun its own program.
	var own syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &own); err != nil {
		return usage{}, err
	}
	u.Most = u.Peak <= peak(&own)
	return u, nil
}

// peak is the most memory a process had, in bytes: Linux counts in KiB, macOS in bytes.
func peak(r *syscall.Rusage) int64 {
	if runtime.GOOS == "darwin" {
		return int64(r.Maxrss)
	}
	return int64(r.Maxrss) * 1024
}

// part measures f within this process and prints it for the process that called.
func part(f func() error) error {
	u, err := measure(f)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(u)
}

// measure runs f and returns what it cost within this process.
func measure(f func() error) (usage, error) {
	var before, after syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &before); err != nil {
		return usage{}, err
	}
	began := time.Now()
	if err := f(); err != nil {
		return usage{}, err
	}
	wall := time.Since(began)
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &after); err != nil {
		return usage{}, err
	}
	return usage{CPU: cpu(after) - cpu(before), Wall: wall}, nil
}

func cpu(r syscall.Rusage) time.Duration {
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

func tail(b []byte) string {
	b = bytes.TrimSpace(b)
	return string(b[max(0, len(b)-400):])
}

// rate is n a second of d, with three digits that mean something.
func rate(n float64, d time.Duration) string {
	if d <= 0 {
		return ""
	}
	perSecond := n / d.Seconds()
	round := 1.0
	for perSecond/round >= 1000 {
		round *= 10
	}
	return finding.Grouped(int(perSecond/round+0.5) * int(round))
}
