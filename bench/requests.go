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
	"math"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"time"

	"golang.org/x/sync/errgroup"

	"enrollbench/core/csr"
	"enrollbench/core/finding"
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

// requests compares checking and bundling with verifying the signatures alone, and checking with openssl.
func (b *bencher) requests() error {
	if err := b.ensureSamples(); err != nil {
		return err
	}
	out := filepath.Join(b.out, "bundle")
	fresh := func() error { return errors.Join(os.RemoveAll(out), os.Mkdir(out, 0o750)) }
	alone := &contest{name: "crypto/ecdsa, the signatures alone", do: func() (usage, error) { return b.act("verify", b.in.pem) }}
	all := []*contest{alone}
	var figures []figure
	for _, form := range []struct {
		name, path string
		ratio      float64 // of what verifying costs
	}{
		{"one ZIP", b.in.zip, 1.5},
		{"one PEM file", b.in.pem, 1.5},
		{"single files", b.in.folder, 1.9},
	} {
		c := &contest{name: "enrollctl csr bundle, " + form.name, clean: fresh, do: func() (usage, error) {
			return run("build/enrollctl", "csr", "bundle", "-o", filepath.Join(out, "upload.zip"), form.path)
		}}
		all = append(all, c)
		figures = append(figures, figure{c, alone, float64(size.Requests), "CSRs", []goal{{cpuRatio, math.Round(100/form.ratio) / 100}, {memory, 300}}})
	}
	// A process of openssl for each request, as many at a time as there are CPUs.
	few := min(600, size.Requests)
	folder, err := os.MkdirTemp(b.out, "few-")
	if err != nil {
		return err
	}
	for i := range few {
		file := name(i) + ".csr"
		if err := os.Link(filepath.Join(b.in.folder, file), filepath.Join(folder, file)); err != nil {
			return err
		}
	}
	check := &contest{name: fmt.Sprintf("enrollctl csr check, %s files", finding.Grouped(few)), do: func() (usage, error) { return run("build/enrollctl", "csr", "check", folder) }}
	openssl := &contest{name: "openssl req -verify, processes", tool: "openssl", do: func() (usage, error) { return verifyByProcesses(folder, few) }}
	if err := b.hold(append(all, check, openssl)...); err != nil {
		return err
	}
	b.report(fmt.Sprintf("%s P-256 CSRs checked and bundled", finding.Grouped(size.Requests)), append(figures, figure{check, openssl, float64(few), "CSRs", nil})...)
	return os.RemoveAll(out)
}

func verifyByProcesses(folder string, processes int) (sum usage, err error) {
	costs := make([]usage, processes)
	began := time.Now()
	var all errgroup.Group
	all.SetLimit(runtime.NumCPU())
	for i := range processes {
		all.Go(func() (err error) {
			costs[i], err = run("openssl", "req", "-verify", "-noout", "-in", filepath.Join(folder, name(i)+".csr"))
			return err
		})
	}
	err = all.Wait()
	sum.Wall = time.Since(began)
	for _, u := range costs {
		sum.CPU += u.CPU
		sum.Peak = max(sum.Peak, u.Peak)
	}
	return sum, err
}
