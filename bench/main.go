//go:build unix

// Command bench measures what the program costs on this computer, side by side with the tools that people use instead, in
// one run. It judges nothing: the figures to reach stand beside the measured ones. `make bench` calls it in the module's
// folder, with build/enrollctl and build/enrollbench made.
//
// What is measured runs as a process of its own, so that its CPU time and its peak of memory are the system's figures.
// Processes are repeated in rounds, one of each a round, and the least disturbed run counts.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

func main() {
	var err error
	if len(os.Args) > 1 && acts[os.Args[1]] != nil {
		err = acts[os.Args[1]](os.Args[2:])
	} else {
		err = bench()
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "bench: %v\n", err)
		os.Exit(1)
	}
}

// acts are what this program does as a measured process; each prints its figures as JSON.
var acts = map[string]func(args []string) error{
	"generate": generate,
	"verify":   verify,
	"pack":     pack,

	"generate-sealed":  generateSealed,
	"generate-batch":   generateBatch,
	"export-batch":     exportBatch,
	"job-mac":          jobMAC,
	"job-upload":       jobUpload,
	"job-upload-field": jobUploadField,
	"job-download":     jobDownload,

	"cms-encrypt": cmsEncrypt,
	"cms-decrypt": cmsDecrypt,
	"pgp-decrypt": pgpDecrypt,

	"ledger-check": ledgerCheck,
	"ledger-fill":  ledgerFill,

	"generate-csv": generateCSV,
	"csv-index":    csvIndex,
	"csv-library":  csvLibrary,
	"csv-validate": csvValidate,
	"csv-upload":   csvUpload,
	"csv-save":     csvSave,
	"csv-edit":     csvEdit,
}

func bench() error {
	folder := flag.String("folder", "build/bench", "where the sample requests are kept between runs")
	count := flag.Int("count", 200_000, "how many CSRs")
	certificates := flag.Int("certificates", 500_000, "how many certificates the job of the practice service orders")
	rounds := flag.Int("rounds", 3, "how often each thing is measured")
	only := flag.String("only", "", "measure only these sections, with commas between them: "+sectionNames())
	flag.Parse()

	self, err := os.Executable()
	if err != nil {
		return err
	}
	b := bencher{self: self, folder: *folder, count: *count, certificates: *certificates, identities: identitiesWanted(), rounds: *rounds, in: samplesIn(*folder, *count)}
	if b.out, err = os.MkdirTemp(*folder, "out-"); os.IsNotExist(err) {
		if err = os.MkdirAll(*folder, 0o750); err == nil {
			b.out, err = os.MkdirTemp(*folder, "out-")
		}
	}
	if err != nil {
		return err
	}
	defer os.RemoveAll(b.out)
	chosen, err := b.choose(*only)
	if err != nil {
		return err
	}
	fmt.Printf("%s, %d CPUs, %s/%s; best of %d\n", runtime.Version(), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, b.rounds)
	for _, section := range chosen {
		if section.requests {
			if err := b.ensureSamples(); err != nil {
				return err
			}
		}
		if err := section.do(); err != nil {
			return err
		}
	}
	return nil
}

// section is one part of the report.
type section struct {
	name     string
	do       func() error
	requests bool // it needs the sample requests
}

func (b *bencher) sections() []section {
	return []section{{"csr", b.requests, true}, {"openssl", b.openssl, true}, {"zip", b.zip, true}, {"mac", b.macs, false},
		{"cms", b.cms, false}, {"pgp", b.pgp, false}, {"delivery", b.delivery, false}, {"job", b.job, false}, {"ledger", b.ledger, false}, {"csv", b.csv, false}, {"window", b.window, false}}
}

// choose returns the named sections in their order, or all.
func (b *bencher) choose(only string) ([]section, error) {
	all := b.sections()
	if only == "" {
		return all, nil
	}
	names := strings.Split(only, ",")
	for _, name := range names {
		if !slices.ContainsFunc(all, func(s section) bool { return s.name == name }) {
			return nil, fmt.Errorf("-only %q: there is no such section: %s", name, sectionNames())
		}
	}
	return slices.DeleteFunc(all, func(s section) bool { return !slices.Contains(names, s.name) }), nil
}

func sectionNames() string {
	var names []string
	for _, s := range new(bencher).sections() {
		names = append(names, s.name)
	}
	return strings.Join(names, ",")
}

// bencher runs the sections.
type bencher struct {
	self, out     string // this program; a folder for what is written, removed at the end
	folder        string // where samples are kept between runs
	count, rounds int
	certificates  int // of the job through the practice service
	identities    int // in the ledger
	in            samples
}

// samples are the same requests in the three forms in which people have them.
type samples struct{ zip, pem, folder, done string }

func samplesIn(folder string, count int) samples {
	at := filepath.Join(folder, fmt.Sprintf("p256-%d", count))
	return samples{zip: at + ".zip", pem: at + ".pem", folder: at, done: at + ".done"}
}

func (b *bencher) ensureSamples() error {
	if _, err := os.Stat(b.in.done); err == nil {
		return nil
	}
	fmt.Printf("making %s sample requests once, in %s\n", thousands(b.count), filepath.Dir(b.in.zip))
	_, err := run(b.self, "generate", b.in.zip, b.in.pem, b.in.folder, b.in.done, fmt.Sprint(b.count))
	return err
}

// act runs this program as a measured process and reads the usage that it reports of the part that matters.
func (b *bencher) act(args ...string) (u usage, err error) {
	done, err := run(b.self, args...)
	if err != nil {
		return usage{}, err
	}
	return u, json.Unmarshal(done.stdout, &u)
}
