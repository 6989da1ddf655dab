//go:build unix

package main

import (
	"os"
	"strings"

	"enrollbench/windowtest/desktop"
)

// window measures the time from the start of the program to its window on the screen. The display is Xvfb's and draws
// without a graphics card.
func (b *bencher) window() error {
	const program = "build/enrollbench"
	missing := desktop.Missing()
	if _, err := os.Stat(program); err != nil {
		missing = append(missing, program)
	}
	if len(missing) > 0 {
		b.report("The window: SKIPPED: missing: " + strings.Join(missing, " "))
		return nil
	}
	up := &contest{name: "from the start of the program to its window", do: func() (usage, error) { return b.windowUp(program) }}
	if err := b.hold(up); err != nil {
		return err
	}
	b.report("The window on the screen, drawn without a graphics card", figure{up, nil, 0, "", []goal{{clock, 1}}})
	return nil
}

func (b *bencher) windowUp(program string) (usage, error) {
	folder, err := os.MkdirTemp(b.out, "desktop-")
	if err != nil {
		return usage{}, err
	}
	d, err := desktop.Start(folder)
	if err != nil {
		return usage{}, err
	}
	defer d.Close()
	p, err := d.Launch(program, "light")
	if err != nil {
		return usage{}, err
	}
	return usage{Wall: p.Up}, p.Close()
}
