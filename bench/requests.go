//go:build unix

package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"text/tabwriter"

	"golang.org/x/sync/errgroup"

	"enrollbench/core/csr"
)

// signed is one request, parsed: all that verifying its signature needs.
type signed struct {
	key       *ecdsa.PublicKey
	digest    [sha256.Size]byte
	signature []byte
}

// verify measures the least that anybody has to do: the standard library verifies the signatures of requests that are
// parsed already, on all cores, with nothing else going on. Its argument is the PEM file.
func verify(args []string) error {
	requests, err := parse(args[0])
	if err != nil {
		return err
	}
	runtime.GC()
	debug.SetGCPercent(-1) // collecting garbage is no part of verifying
	return part(func() error {
		var all errgroup.Group
		for first := range runtime.NumCPU() {
			all.Go(func() error {
				for i := first; i < len(requests); i += runtime.NumCPU() {
					if r := &requests[i]; !ecdsa.VerifyASN1(r.key, r.digest[:], r.signature) {
						return fmt.Errorf("request %d does not verify", i)
					}
				}
				return nil
			})
		}
		return all.Wait()
	})
}

func parse(path string) ([]signed, error) {
	rest, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var requests []signed
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		request, err := x509.ParseCertificateRequest(block.Bytes)
		if err != nil {
			return nil, err
		}
		key, ok := request.PublicKey.(*ecdsa.PublicKey)
		if !ok {
			return nil, fmt.Errorf("a key of type %T among the samples", request.PublicKey)
		}
		requests = append(requests, signed{key, sha256.Sum256(request.RawTBSCertificateRequest), request.Signature})
	}
	if len(requests) == 0 {
		return nil, errors.New(path + " holds no request")
	}
	return requests, nil
}

// pack measures the writing of a bundle alone: the requests are taken in and checked before. Its arguments are the input
// and the ZIP to write.
func pack(args []string) error {
	ctx := context.Background()
	set, err := csr.NewSet(csr.Options{}).Add(ctx, args[:1], nil)
	if err != nil {
		return err
	}
	runtime.GC()
	return part(func() error {
		_, err := set.Bundle(ctx, csr.BundleOptions{Out: args[1], Replace: true}, nil)
		return err
	})
}

// requests compares checking and bundling with verifying the signatures alone.
func (b *bencher) requests() error {
	forms := []struct {
		name, path string
		target     float64
	}{
		{"one ZIP", b.in.zip, 1.5},
		{"one PEM file", b.in.pem, 1.5},
		{"single files", b.in.folder, 1.9},
	}
	var alone usage
	bundled := make([]usage, len(forms))
	for range b.rounds {
		u, err := b.act("verify", b.in.pem)
		if err != nil {
			return err
		}
		alone = better(alone, u)
		for i, form := range forms {
			out := filepath.Join(b.out, "bundle")
			if err := os.Mkdir(out, 0o750); err != nil {
				return err
			}
			u, err := run("build/enrollctl", "csr", "bundle", "-o", filepath.Join(out, "upload.zip"), form.path)
			if err != nil {
				return err
			}
			bundled[i] = better(bundled[i], u)
			if err := os.RemoveAll(out); err != nil {
				return err
			}
		}
	}
	fmt.Printf("\nChecking and bundling %s P-256 CSRs\n", thousands(b.count))
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\tCPU s\ttimes verifying\tto reach\twall s\tCPU/wall\tpeak MB\tto reach\tCSRs a second\t")
	fmt.Fprintf(w, "verifying the signatures alone\t%.2f\t1.00\t\t%.2f\t%.2f\t\t\t%s\t\n",
		alone.CPU.Seconds(), alone.Wall.Seconds(), alone.CPU.Seconds()/alone.Wall.Seconds(), rate(b.count, alone.Wall))
	for i, form := range forms {
		u := bundled[i]
		fmt.Fprintf(w, "%s\t%.2f\t%.2f\t≤ %.1f\t%.2f\t%.2f\t%d\t< 300\t%s\t\n", form.name, u.CPU.Seconds(),
			u.CPU.Seconds()/alone.CPU.Seconds(), form.target, u.Wall.Seconds(), u.CPU.Seconds()/u.Wall.Seconds(), u.Peak/1e6, rate(b.count, u.Wall))
	}
	return w.Flush()
}
