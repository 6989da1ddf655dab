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
	"strconv"
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

// sizes are how much is measured.
type sizes struct {
	requests   int // CSRs
	ordered    int // certificates of the job through the practice service
	delivered  int // certificates of the result that is opened
	identities int // in the ledger
	rows       int // of the CSV
	payload    int // bytes that are sealed and opened
	upload     int // bytes of the CSV that is uploaded
	rounds     int
}

// The largest that the service takes, and a tenth of it or less for a look in between.
var (
	full  = sizes{requests: 200_000, ordered: 500_000, delivered: 100_000, identities: 5_000_000, rows: 1_500_000, payload: 200_000_000, upload: 190_000_000, rounds: 5}
	quick = sizes{requests: 10_000, ordered: 10_000, delivered: 10_000, identities: 2_500_000, rows: 150_000, payload: 20_000_000, upload: 19_000_000, rounds: 1}
)

// quickVariable tells the processes that are measured that this is the short run.
const quickVariable = "BENCH_QUICK"

// size is how much is measured in this run.
var size = sized(os.Getenv(quickVariable) != "")

func sized(short bool) sizes {
	s := full
	if short {
		s = quick
	}
	if n, err := strconv.Atoi(os.Getenv("LEDGER_IDENTITIES")); err == nil && n > 0 {
		s.identities = n
	}
	return s
}

func bench() error {
	folder := flag.String("folder", "build/bench", "where the samples are kept between runs")
	short := flag.Bool("quick", false, "measure a tenth of everything, once: a look in between")
	only := flag.String("only", "", "measure only these sections, with commas between them: "+sectionNames())
	out := flag.String("o", "", "write the table as a page to this file too")
	flag.Parse()
	if *short {
		size = sized(true)
		if err := os.Setenv(quickVariable, "1"); err != nil {
			return err
		}
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(*folder, 0o750); err != nil {
		return err
	}
	b := bencher{self: self, folder: *folder, rounds: size.rounds, in: samplesIn(*folder, size.requests)}
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
	return b.ensure(b.in.done, "generate", b.in.zip, b.in.pem, b.in.folder, b.in.done, fmt.Sprint(size.requests))
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
