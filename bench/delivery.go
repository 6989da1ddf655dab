//go:build unix

package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"

	"enrollbench/core/delivery"
	"enrollbench/core/recipient"
)

// certificates of the delivery that is opened.
const certificates = 100_000

// opener lets core/delivery open with a key of core/recipient.
type opener struct{ *recipient.Opener }

func (o opener) Open(sealed io.Reader) (delivery.Opened, error) { return o.Opener.Open(sealed) }

// exportBatch measures the export of a delivery alone; it is opened and checked before. Its arguments are the folder of
// the batch and the folder to write.
func exportBatch(args []string) error {
	in := batch{sealed{args[0]}}
	ctx := context.Background()
	key, err := os.ReadFile(in.key())
	if err != nil {
		return err
	}
	opens, err := recipient.LoadOpener(key, nil, nil)
	if err != nil {
		return err
	}
	order, err := delivery.OrderFromFile(in.order(), 0)
	if err != nil {
		return err
	}
	root, err := os.ReadFile(in.root())
	if err != nil {
		return err
	}
	anchors, err := delivery.ParseAnchors(root)
	if err != nil {
		return err
	}
	d, err := delivery.Open(ctx, delivery.OpenRequest{Paths: []string{in.result()}, Opener: opener{opens}, Order: order, Anchors: anchors}, nil)
	if err != nil {
		return err
	}
	defer d.Close()
	if v := d.Verdict(); v.Colour != delivery.Green {
		return fmt.Errorf("the delivery is %s: %s", v.Colour, v.Sentence)
	}
	return part(func() error { return d.Export(ctx, delivery.ExportOptions{Dir: args[1]}, nil) })
}

// delivery opens and checks a large delivery against its order, and exports it.
func (b *bencher) delivery() error {
	in := batch{sealed{filepath.Join(b.folder, fmt.Sprintf("delivery-%d", certificates))}}
	if _, err := os.Stat(in.done()); err != nil {
		fmt.Printf("making a delivery of %s certificates with keys once, in %s\n", thousands(certificates), in.folder)
		if _, err := run(b.self, "generate-batch", in.folder, fmt.Sprint(certificates)); err != nil {
			return err
		}
	}
	out := filepath.Join(b.out, "delivered")
	open := &contest{name: "enrollctl deliver --check", do: func() (usage, error) {
		return run("build/enrollctl", "deliver", "--check", "--key", in.key(), "--order", in.order(), "--trust", in.root(), in.result())
	}}
	export := &contest{name: "exporting it, PEM, one folder", do: func() (usage, error) {
		u, err := b.act("export-batch", in.folder, out)
		if err != nil {
			return usage{}, err
		}
		return u, os.RemoveAll(out)
	}}
	if err := b.hold([]*contest{open, export}); err != nil {
		return err
	}
	fmt.Printf("\nA delivery of %s P-256 certificates with keys: decrypted, matched, verified, compared with its order\n", thousands(certificates))
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\twall s\tto reach\tCPU s\tpeak MB\tto reach\tcertificates a second\t")
	fmt.Fprintf(w, "%s\t%.2f\t< 60\t%.2f\t%d\t< 500\t%s\t\n", open.name, open.best.Wall.Seconds(), open.best.CPU.Seconds(),
		open.best.Peak/1e6, rate(certificates, open.best.Wall))
	fmt.Fprintf(w, "%s\t%.2f\t\t%.2f\t\t\t%s\t\n", export.name, export.best.Wall.Seconds(), export.best.CPU.Seconds(),
		rate(certificates, export.best.Wall))
	return w.Flush()
}
