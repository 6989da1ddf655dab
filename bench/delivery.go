//go:build unix

package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"enrollbench/core/delivery"
	"enrollbench/core/finding"
	"enrollbench/core/recipient"
)

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
	in := batch{sealed{filepath.Join(b.folder, fmt.Sprintf("delivery-%d", size.Delivered))}}
	if err := b.ensure(in.done(), "generate-batch", in.folder, fmt.Sprint(size.Delivered)); err != nil {
		return err
	}
	out := filepath.Join(b.out, "delivered")
	defer os.RemoveAll(out)
	open := &contest{name: "enrollctl deliver --check", do: func() (usage, error) {
		return run("build/enrollctl", "deliver", "--check", "--key", in.key(), "--order", in.order(), "--trust", in.root(), in.result())
	}}
	export := &contest{name: "exported as PEM into one folder", clean: func() error { return os.RemoveAll(out) },
		do: func() (usage, error) { return b.act("export-batch", in.folder, out) }}
	if err := b.hold(open, export); err != nil {
		return err
	}
	n := float64(size.Delivered)
	b.report(fmt.Sprintf("A delivery of %s P-256 certificates with keys: decrypted, matched, verified, compared with its order", finding.Grouped(size.Delivered)),
		figure{open, nil, n, "certificates", []goal{{clock, 60}, {memory, 500}}}, figure{export, nil, n, "certificates", nil})
	return nil
}
