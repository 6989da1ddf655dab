package main

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"enrollbench/core/csr"
	"enrollbench/core/csvdoc"
	"enrollbench/core/enrollment"
	"enrollbench/core/finding"
	"enrollbench/core/upload"
)

// csvGroup is the commands around upload CSVs.
var csvGroup = &command{name: "csv", summary: "CSV files: check them, write them in the form that is uploaded",
	commands: []*command{csvCheck, csvSave, csvRules}}

var csvRules = rulesCommand(&rulePage{"csv", "Rules for CSV files", "csv rules",
	batchSeverities + "\n\nThe cells of the column `csr` obey the [rules for certificate signing requests](csr-rules.md) as well.",
	slices.Concat(csvdoc.Rules, enrollment.Rules)})

var csvCheck = &command{
	name:      "check",
	arguments: "FILE",
	summary:   "check the rows of a CSV",
	detail: "Encoding, delimiter and quotes are detected, and a ZIP with one CSV is opened. Header,\n" +
		"cells, CSRs and what spreadsheets did to values are checked, by the columns that the service knows or by a template;\n" +
		"nothing is written. enrollctl csv rules explains each rule.",
	setup: func(flags *pflag.FlagSet) action {
		var in table
		in.declare(flags)
		asJSON := flags.Bool("json", false, "print one JSON object")
		all := flags.Bool("all", false, fmt.Sprintf("list every place of a finding, not the first %d", placesShown))
		connection := declareOrdered(flags)
		return func(ctx context.Context, s *session, args []string) error {
			doc, result, err := in.check(ctx, s, args)
			if err != nil {
				return err
			}
			defer doc.Close()
			if result, err = rowsOrdered(ctx, s, *connection, result); err != nil {
				return err
			}
			if *asJSON {
				err = in.writeJSON(ctx, s, doc, result)
			} else if err = in.writeFindings(ctx, s.stdout, result, *all); err == nil {
				_, err = fmt.Fprintln(s.stdout, tableSummary(result))
			}
			if err == nil && failed(result) {
				err = errFindings
			}
			return err
		}
	},
}

// table is what the flags say about the CSV that is checked.
type table struct {
	flags               *pflag.FlagSet
	template, separator string
	keys                choice
	encoding            encodingFlag
	delimiter           choice
	primes, pem         choice
	maxBytes            count
	path                string
}

var delimiterWords = []string{"", "comma", "semicolon", "tab", "pipe"}

// encodingFlag takes the name of an encoding, the registered one or another in use.
type encodingFlag struct{ chosen *csvdoc.Encoding }

func (f *encodingFlag) String() string {
	if f.chosen == nil {
		return ""
	}
	return f.chosen.String()
}

// Type is for pflag.
func (f *encodingFlag) Type() string { return "NAME" }

// Set takes a name.
func (f *encodingFlag) Set(name string) error {
	e, ok := csvdoc.ParseEncoding(name)
	if !ok {
		return fmt.Errorf("it must be one of %s", encodingNames())
	}
	f.chosen = &e
	return nil
}

func encodingNames() string {
	var names []string
	for _, e := range csvdoc.Encodings {
		names = append(names, strings.ToLower(e.String()))
	}
	return strings.Join(names, ", ")
}

func (t *table) declare(flags *pflag.FlagSet) {
	t.flags = flags
	flags.StringVar(&t.template, "template", "", "check against the header row of `T.csv`, the profile's template")
	t.keys.words = []string{enrollment.UnknownKeys: "unknown", enrollment.ClientKeys: "client", enrollment.ServerKeys: "server"}
	flags.Var(&t.keys, "keys", "`WHO` makes the keys: client (each row has a CSR), server, or unknown (the columns tell)")
	flags.StringVar(&t.separator, "separator", "", "`TEXT` separates several values in one cell. Without it a cell holds one value")
	t.delimiter.words = delimiterWords
	flags.Var(&t.encoding, "encoding", "read the file in `NAME`, which confirms a guess: "+encodingNames())
	flags.Var(&t.delimiter, "delimiter", "the delimiter `NAME`: "+strings.Join(delimiterWords[1:], ", ")+". Without it the delimiter is detected")
	t.primes.words = []string{csr.SharedPrimesAuto: "auto", csr.SharedPrimesAlways: "always", csr.SharedPrimesNever: "never"}
	flags.Var(&t.primes, "shared-primes", "compare RSA keys for common primes: `WHEN` is auto (up to "+finding.Grouped(csr.SharedPrimesAutoMax)+" keys), always or never")
	t.maxBytes = upload.MaxBytes
	flags.Var(&t.maxBytes, "max-bytes", "at most `N` bytes in one file")
}

// manyRows is from how many rows on memory is given back between the steps: that costs tens of milliseconds.
const manyRows = 500_000

// check opens the file and checks it. The caller closes the document.
func (t *table) check(ctx context.Context, s *session, args []string) (*csvdoc.Document, *enrollment.Result, error) {
	if len(args) != 1 {
		return nil, nil, usagef("one CSV is needed, and %d were given", len(args))
	}
	t.path = args[0]
	debug.SetGCPercent(20) // 1.5 million rows in 100 MB: what is kept is tens of MB, and rows are little garbage; it costs no time
	o := enrollment.Options{
		Keys:         enrollment.Keys(t.keys.index), // #nosec G115 -- one of three
		Separator:    t.separator,
		MaxBytes:     int64(t.maxBytes),
		PEM:          enrollment.PEMForm(t.pem.index),  // #nosec G115 -- one of two
		SharedPrimes: csr.SharedPrimes(t.primes.index), // #nosec G115 -- one of three
	}
	if t.template != "" {
		template, err := enrollment.ReadTemplate(t.template)
		if err != nil {
			return nil, nil, err
		}
		o.Template = template
	}
	doc, err := t.open(ctx, s)
	if err != nil {
		return nil, nil, err
	}
	result, err := t.validate(ctx, s, doc, o)
	if err != nil {
		return nil, nil, errors.Join(err, doc.Close())
	}
	if result.Snapshot().Rows() > manyRows {
		debug.FreeOSMemory() // what comes next does not lie on top of what the check has left behind
	}
	return doc, result, nil
}

func (t *table) open(ctx context.Context, s *session) (*csvdoc.Document, error) {
	doc, err := csvdoc.Open(ctx, t.path, csvdoc.Options{})
	if err != nil {
		return nil, err
	}
	if t.encoding.chosen != nil || t.delimiter.index > 0 {
		d := doc.Dialect()
		if t.encoding.chosen != nil {
			d.Encoding, d.Guessed = *t.encoding.chosen, false
		}
		if t.delimiter.index > 0 {
			d.Delimiter = csvdoc.Delimiters[t.delimiter.index-1]
		}
		if err := doc.Reopen(ctx, d); err != nil {
			return nil, errors.Join(err, doc.Close())
		}
	}
	report, stop := s.track("reading")
	defer stop()
	if err := doc.Index(ctx, report); err != nil {
		return nil, errors.Join(err, doc.Close())
	}
	return doc, nil
}

func (t *table) validate(ctx context.Context, s *session, doc *csvdoc.Document, o enrollment.Options) (*enrollment.Result, error) {
	report, stop := s.track("checking")
	defer stop()
	form, err := enrollment.FormOf(ctx, doc)
	if err != nil {
		return nil, err
	}
	o.Form = form
	return enrollment.Validate(ctx, doc.Snapshot(), o, report)
}

// failed says whether anything keeps a row from the upload.
func failed(r *enrollment.Result) bool {
	return slices.ContainsFunc(r.Groups(), func(g enrollment.Group) bool { return g.Rule.Severity == finding.Error })
}

// facts are what JSON says about the file besides the findings.
func (t *table) facts(doc *csvdoc.Document, r *enrollment.Result) []finding.Field {
	names := []string{}
	for _, c := range r.Snapshot().Columns() {
		names = append(names, c.Name)
	}
	d := doc.Dialect()
	guess, guessed := doc.Guess()
	samples := []string{}
	for _, s := range guess.Samples {
		samples = append(samples, s.Value)
	}
	return []finding.Field{
		{Name: "rows", Value: r.Snapshot().Rows()}, {Name: "columns", Value: names},
		{Name: "encoding", Value: d.Encoding.String()}, {Name: "encoding_guessed", Value: guessed}, {Name: "encoding_samples", Value: samples},
		{Name: "delimiter", Value: string(rune(d.Delimiter))},
		{Name: "upload_bytes", Value: r.Size().Plain},
	}
}
