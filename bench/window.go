//go:build unix

package main

import (
	"fmt"
	"os"
	"strings"
	"time"

	"enrollbench/windowtest/desktop"
)

// window measures the time from the start of the program to its window on the screen. The display is Xvfb's and draws
// without a graphics card.
func (b *bencher) window() error {
	const program = "build/enrollbench"
	fmt.Println("\nThe window on the screen, from the start of the program")
	if missing := desktop.Missing(); len(missing) > 0 {
		fmt.Printf("  SKIPPED: missing: %s\n", strings.Join(missing, " "))
		return nil
	}
	if _, err := os.Stat(program); err != nil {
		fmt.Printf("  SKIPPED: %v\n", err)
		return nil
	}
	var best time.Duration
	for range max(b.rounds, 3) {
		up, err := b.windowUp(program)
		if err != nil {
			return err
		}
		if best == 0 || up < best {
			best = up
		}
	}
	fmt.Printf("  %s   %.2f s (to reach: < 1 s)\n", program, best.Seconds())
	return nil
}

func (b *bencher) windowUp(program string) (time.Duration, error) {
	folder, err := os.MkdirTemp(b.out, "desktop-")
	if err != nil {
		return 0, err
	}
	d, err := desktop.Start(folder)
	if err != nil {
		return 0, err
	}
	defer d.Close()
	p, err := d.Launch(program, "light")
	if err != nil {
		return 0, err
	}
	return p.Up, p.Close()
}
