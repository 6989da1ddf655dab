//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"
)

// openssl compares the check with a process of openssl req -verify for each request, as many at a time as there are CPUs.
func (b *bencher) openssl() error {
	processes := min(600, b.count)
	folder, err := os.MkdirTemp(b.out, "few-")
	if err != nil {
		return err
	}
	for i := range processes {
		file := name(i) + ".csr"
		if err := os.Link(filepath.Join(b.in.folder, file), filepath.Join(folder, file)); err != nil {
			return err
		}
	}
	var here, fewHere usage
	var there time.Duration
	for range b.rounds {
		u, err := run("build/enrollctl", "csr", "check", b.in.folder)
		if err != nil {
			return err
		}
		here = better(here, u)
		if u, err = run("build/enrollctl", "csr", "check", folder); err != nil {
			return err
		}
		fewHere = better(fewHere, u)
		if _, err := exec.LookPath("openssl"); err != nil {
			continue
		}
		wall, err := b.verifyByProcesses(folder, processes)
		if err != nil {
			return err
		}
		if there == 0 || wall < there {
			there = wall
		}
	}
	fmt.Printf("\nCSRs checked a second, single files\n")
	fmt.Printf("  enrollctl csr check, %s files           %10s\n", thousands(b.count), rate(b.count, here.Wall))
	fmt.Printf("  enrollctl csr check, %s files               %10s\n", thousands(processes), rate(processes, fewHere.Wall))
	if there == 0 {
		fmt.Println("  openssl req -verify: SKIPPED: openssl is missing")
		return nil
	}
	fmt.Printf("  openssl req -verify, %s processes           %10s   (the signature only)\n", thousands(processes), rate(processes, there))
	return nil
}

func (b *bencher) verifyByProcesses(folder string, processes int) (time.Duration, error) {
	began := time.Now()
	var all errgroup.Group
	all.SetLimit(runtime.NumCPU())
	for i := range processes {
		all.Go(func() error {
			_, err := run("openssl", "req", "-verify", "-noout", "-in", filepath.Join(folder, name(i)+".csr"))
			return err
		})
	}
	err := all.Wait()
	return time.Since(began), err
}

// zip compares the writing of the bundle, its requests checked before, with the zip command over the same files.
func (b *bencher) zip() error {
	ours, theirs := filepath.Join(b.out, "ours.zip"), filepath.Join(b.out, "theirs.zip")
	folder, err := filepath.Abs(b.in.folder)
	if err != nil {
		return err
	}
	if theirs, err = filepath.Abs(theirs); err != nil {
		return err
	}
	_, noZIP := exec.LookPath("zip")
	var here, files, there usage
	for range b.rounds {
		u, err := b.act("pack", b.in.zip, ours)
		if err != nil {
			return err
		}
		here = better(here, u)
		if u, err = b.act("pack", b.in.folder, ours); err != nil {
			return err
		}
		files = better(files, u)
		if noZIP != nil {
			continue
		}
		if err := os.RemoveAll(theirs); err != nil {
			return err
		}
		if u, err = runIn(folder, "zip", "-q", "-r", theirs, "."); err != nil {
			return err
		}
		there = better(there, u)
	}
	fmt.Printf("\nZIP entries written, the requests read again and compared with the check included\n")
	line := func(name string, u usage) {
		fmt.Printf("  %-40s %10s a CPU-second %10s a second\n", name, rate(b.count, u.CPU), rate(b.count, u.Wall))
	}
	line("core/csr, from one ZIP", here)
	line("core/csr, from single files", files)
	if noZIP != nil {
		fmt.Println("  zip: SKIPPED: zip is missing")
		return nil
	}
	line("zip, from single files", there)
	return nil
}

// macs lists the largest order, 500,000 addresses, as the CSV to upload.
func (b *bencher) macs() error {
	const count = 500_000
	out := filepath.Join(b.out, "mac.csv")
	const script = `BEGIN { print "\"subject.common_name\""
		for (i = 0; i < 500000; i++)
			printf "\"00-1a-c2-%02x-%02x-%02x\"\n", int(i / 65536), int(i / 256) % 256, i % 256 }`
	var here, there time.Duration
	for range max(b.rounds, 5) {
		if err := os.RemoveAll(out); err != nil {
			return err
		}
		u, err := run("build/enrollctl", "mac", "list", "--start", "00:1a:c2:00:00:00", "--count", fmt.Sprint(count), "--increment", "1", "-o", out)
		if err != nil {
			return err
		}
		if here == 0 || u.Wall < here {
			here = u.Wall
		}
		if u, err = run("awk", script); err != nil {
			return err
		}
		if there == 0 || u.Wall < there {
			there = u.Wall
		}
	}
	fmt.Printf("\n%s MAC addresses listed, the process included\n", thousands(count))
	fmt.Printf("  enrollctl mac list -o FILE   %.3f s (to reach: < 0.1 s)   %s a second\n", here.Seconds(), rate(count, here))
	fmt.Printf("  awk                          %.3f s                       %s a second\n", there.Seconds(), rate(count, there))
	return nil
}
