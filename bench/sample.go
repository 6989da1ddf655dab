//go:build unix

package main

import (
	"archive/zip"
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"

	"golang.org/x/sync/errgroup"
)

// generate makes P-256 requests, each with a key of its own that is forgotten at once, and writes them as ZIP, as one PEM
// file and as single files. Its arguments are those three places, the file that says that all is there, and how many.
func generate(args []string) error {
	if len(args) != 5 {
		return fmt.Errorf("generate takes 5 arguments, not %d", len(args))
	}
	count, err := strconv.Atoi(args[4])
	if err != nil {
		return err
	}
	requests, err := makeRequests(count)
	if err != nil {
		return err
	}
	for i, write := range []func(string, [][]byte) error{writeZIP, writePEM, writeFiles} {
		if err := os.RemoveAll(args[i]); err != nil {
			return err
		}
		if err := write(args[i], requests); err != nil {
			return err
		}
	}
	return os.WriteFile(args[3], nil, 0o600)
}

// makeRequests returns the requests as PEM, in the order of their names.
func makeRequests(count int) ([][]byte, error) {
	requests := make([][]byte, count)
	var all errgroup.Group
	for first := range runtime.NumCPU() {
		all.Go(func() error {
			for i := first; i < count; i += runtime.NumCPU() {
				key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
				if err != nil {
					return err
				}
				der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{
					Organization: []string{"Example Works"}, CommonName: name(i)}}, key)
				if err != nil {
					return err
				}
				requests[i] = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der})
			}
			return nil
		})
	}
	return requests, all.Wait()
}

func name(i int) string { return fmt.Sprintf("thermostat-%07d", i) }

func writeZIP(path string, requests [][]byte) error {
	return writeFile(path, func(w *bufio.Writer) error {
		z := zip.NewWriter(w)
		for i, request := range requests {
			entry, err := z.Create(name(i) + ".csr")
			if err != nil {
				return err
			}
			if _, err := entry.Write(request); err != nil {
				return err
			}
		}
		return z.Close()
	})
}

func writePEM(path string, requests [][]byte) error {
	return writeFile(path, func(w *bufio.Writer) error {
		for _, request := range requests {
			if _, err := w.Write(request); err != nil {
				return err
			}
		}
		return nil
	})
}

func writeFiles(folder string, requests [][]byte) error {
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return err
	}
	for i, request := range requests {
		if err := os.WriteFile(filepath.Join(folder, name(i)+".csr"), request, 0o600); err != nil {
			return err
		}
	}
	return nil
}

func writeFile(path string, fill func(*bufio.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	if err := fill(w); err != nil {
		f.Close()
		return err
	}
	if err := w.Flush(); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
