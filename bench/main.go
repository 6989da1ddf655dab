//go:build unix

// Command bench measures what the program costs on this computer, side by side with the tools that people use instead, in
// one run, and writes docs/performance.md. It never fails because of a figure: the goals stand beside the figures. `make bench`
// calls it in the module's folder, with build/enrollctl and build/enrollbench made.
//
// What is measured runs as a process of its own, so that its CPU time and its peak of memory are the system's figures.
// Processes are repeated in rounds, one of each a round, and the median counts.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	var err error
	if len(os.Args) > 1 && acts[os.Args[1]] != nil {
		if err = size.choose(); err == nil {
			err = acts[os.Args[1]](os.Args[2:])
		}
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

// sizes are how much is measured.
type sizes struct {
	Requests   int // CSRs
	Ordered    int // certificates of the job through the practice service
	Delivered  int // certificates of the result that is opened
	Identities int // in the ledger
	Rows       int // of the CSV
	Payload    int // bytes that are sealed and opened
	Upload     int // bytes of the CSV that is uploaded
	Rounds     int // how often each thing is measured
}

// The largest that the service takes, and a tenth of it or less for a look in between.
var (
	full  = sizes{Requests: 200_000, Ordered: 500_000, Delivered: 100_000, Identities: 5_000_000, Rows: 1_500_000, Payload: 200_000_000, Upload: 190_000_000, Rounds: 5}
	quick = sizes{Requests: 10_000, Ordered: 10_000, Delivered: 10_000, Identities: 2_500_000, Rows: 150_000, Payload: 20_000_000, Upload: 19_000_000, Rounds: 1}
)

// sizesVariable has sizes as JSON that replace those of the run, such as {"Identities":50000000}. The processes that are measured
// get all of them in it.
const sizesVariable = "BENCH_SIZES"

// size is how much is measured in this run.
var size = full

// choose sets the sizes of the run, and those of its processes.
func (s sizes) choose() error {
	if text := os.Getenv(sizesVariable); text != "" {
		if err := json.Unmarshal([]byte(text), &s); err != nil {
			return fmt.Errorf("%s: %w", sizesVariable, err)
		}
	}
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	size = s
	return os.Setenv(sizesVariable, string(text))
}

func bench() error {
	folder := flag.String("folder", "build/bench", "where the samples are kept between runs")
	short := flag.Bool("quick", false, "measure a tenth of everything, once: a look in between")
	only := flag.String("only", "", "measure only these sections, with commas between them: "+sectionNames())
	out := flag.String("o", "", "write the table as a page to this file too")
	flag.Parse()
	if *short {
		size = quick
	}
	if err := size.choose(); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(*folder, 0o750); err != nil {
		return err
	}
	b := bencher{self: self, folder: *folder, rounds: size.Rounds, in: samplesIn(*folder, size.Requests)}
	if b.out, err = os.MkdirTemp(*folder, "out-"); err != nil {
		return err
	}
	defer os.RemoveAll(b.out)
	chosen, err := b.choose(*only)
	if err != nil {
		return err
	}
	where := computer()
	for _, section := range chosen {
		fmt.Fprintf(os.Stderr, "measuring: %s\n", section.name)
		if err := section.do(); err != nil {
			return err
		}
	}
	if tools := versions(); tools != "" {
		where += ". Beside " + tools
	}
	fmt.Printf("%s\n%d times, medians\n\n", where, b.rounds)
	if err := table(os.Stdout, b.groups); err != nil || *out == "" {
		return err
	}
	return writeFile(*out, func(w *bufio.Writer) error { return markdown(w, where, b.rounds, b.groups) })
}

// section is one part of the report.
type section struct {
	name string
	do   func() error
}

func (b *bencher) sections() []section {
	return []section{{"csr", b.requests}, {"zip", b.zip}, {"mac", b.macs}, {"csv", b.csv}, {"edit", b.editing}, {"cms", b.cms}, {"pgp", b.pgp},
		{"delivery", b.delivery}, {"job", b.job}, {"ledger", b.ledger}, {"window", b.window}}
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
	self, out string // this program; a folder for what is written, removed at the end
	folder    string // where samples are kept between runs
	rounds    int
	in        samples
	groups    []group // what was measured
}

// report adds the figures of a section.
func (b *bencher) report(title string, figures ...figure) {
	b.groups = append(b.groups, group{title, figures})
}

// samples are the same requests in the three forms in which people have them.
type samples struct{ zip, pem, folder, done string }

func samplesIn(folder string, count int) samples {
	at := filepath.Join(folder, fmt.Sprintf("p256-%d", count))
	return samples{zip: at + ".zip", pem: at + ".pem", folder: at, done: at + ".done"}
}

func (b *bencher) ensureSamples() error {
	return b.ensure(b.in.done, "generate", b.in.zip, b.in.pem, b.in.folder, b.in.done, fmt.Sprint(size.Requests))
}

// ensure makes a sample once: the act makes the file done when all of it is there.
func (b *bencher) ensure(done string, act ...string) error {
	if _, err := os.Stat(done); err == nil {
		return nil
	}
	fmt.Fprintf(os.Stderr, "making a sample once: %s\n", strings.Join(act, " "))
	_, err := run(b.self, act...)
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
