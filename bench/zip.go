//go:build unix

package main

import (
	"fmt"
	"os"
	"path/filepath"

	"enrollbench/core/finding"
)

// zip compares the writing of the bundle, its requests checked before, with the zip command over the same files.
func (b *bencher) zip() error {
	if err := b.ensureSamples(); err != nil {
		return err
	}
	ours, theirs := filepath.Join(b.out, "ours.zip"), filepath.Join(b.out, "theirs.zip")
	folder, err := filepath.Abs(b.in.folder)
	if err != nil {
		return err
	}
	if theirs, err = filepath.Abs(theirs); err != nil {
		return err
	}
	one := &contest{name: "core/csr, from one ZIP", do: func() (usage, error) { return b.act("pack", b.in.zip, ours) }}
	files := &contest{name: "core/csr, from single files", do: func() (usage, error) { return b.act("pack", b.in.folder, ours) }}
	zip := &contest{name: "zip, from single files", tool: "zip", clean: func() error { return os.RemoveAll(theirs) },
		do: func() (usage, error) { return runIn(folder, "zip", "-q", "-r", theirs, ".") }}
	if err := b.hold(one, files, zip); err != nil {
		return err
	}
	n := float64(size.Requests)
	b.report(fmt.Sprintf("%s ZIP entries written; ours reads the requests again and compares them with the check", finding.Grouped(size.Requests)),
		figure{one, zip, n, "entries", nil}, figure{files, zip, n, "entries", nil})
	return nil
}

// macs lists the largest order, 500,000 addresses, as the CSV to upload.
func (b *bencher) macs() error {
	const count = 500_000
	out := filepath.Join(b.out, "mac.csv")
	const script = `BEGIN { print "\"subject.common_name\""
		for (i = 0; i < 500000; i++)
			printf "\"00-1a-c2-%02x-%02x-%02x\"\n", int(i / 65536), int(i / 256) % 256, i % 256 }`
	list := &contest{name: "enrollctl mac list", clean: func() error { return os.RemoveAll(out) }, do: func() (usage, error) {
		return run("build/enrollctl", "mac", "list", "--start", "00:1a:c2:00:00:00", "--count", fmt.Sprint(count), "--increment", "1", "-o", out)
	}}
	awk := &contest{name: "awk", tool: "awk", do: func() (usage, error) { return run("sh", "-c", `awk "$1" >"$2"`, "sh", script, out) }}
	if err := b.hold(list, awk); err != nil {
		return err
	}
	b.report(finding.Grouped(count)+" MAC addresses listed", figure{list, awk, count, "addresses", []goal{{clock, 0.1}}})
	return nil
}
