package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/pflag"

	"enrollbench/core/csr"
	"enrollbench/core/delivery"
	"enrollbench/core/finding"
	"enrollbench/core/job"
	"enrollbench/core/recipient"
	"enrollbench/core/trustmanager"
)

var jobStart = &command{
	name:      "start",
	arguments: "[FILE...]",
	summary:   "check a batch, sum it up, and send it",
	detail: "FILE is the upload: a ZIP of CSRs with its manifest beside it, or a CSV, as it is or zipped; several parts become a\n" +
		"series. Instead of a file, --start, --count and --increment order a MAC range; more than 500,000 addresses become a\n" +
		"series. --batch ID sends one that is prepared. Everything is checked first; with errors nothing is sent (status 1).\n" +
		"Keys that the service makes are sealed to --recipient; --key rehearses that they will open, --not-rehearsed says\n" +
		"that you start without a rehearsal. What was sent before is an error; --again says why you want a second set.\n" +
		"--convert converts a CSV with semicolons, another encoding or the like, as enrollctl csv save does.\n" +
		"--prepare writes the record and sends nothing; --check only checks.",
	setup: onDesk(func(flags *pflag.FlagSet) func(context.Context, *session, *desk, []string) error {
		q := new(jobRequest)
		q.declare(flags)
		return q.run
	}, -1, ""),
}

// jobRequest is what the flags say about a batch.
type jobRequest struct {
	flags                     *pflag.FlagSet
	fields                    map[string]*string
	connection, profile, name string
	batch, order              string
	keys, format              choice
	noChain                   bool
	recipient                 string
	key                       opening
	notRehearsed              bool
	mac                       rangeRequest
	check, prepare, asJSON    bool
	unchecked                 bool
	again                     string
	template                  string
	convert                   bool
	encoding                  encodingFlag
	folder                    string // of converted files, "" while there are none
}

func (q *jobRequest) declare(flags *pflag.FlagSet) {
	q.flags = flags
	q.keys.words = []string{"device", "service"}
	q.format.words = []string{"pem", "der", "json", "smpb"}
	flags.StringVar(&q.connection, "connection", "", "send through the connection `NAME`; practice needs no account")
	flags.StringVar(&q.profile, "profile", "", "order through the enrollment profile `ID` or name")
	flags.StringVar(&q.name, "name", "", "call the batch `TEXT`; without it after the file")
	flags.StringVar(&q.batch, "batch", "", "send the prepared batch `ID`, or what is left of its series")
	flags.StringVar(&q.order, "order", "", "the manifest that the result is compared with, `FILE`; without it the one beside the ZIP")
	flags.Var(&q.keys, "keys", "who makes the keys of a CSV, `WHO`: device (it has a csr column) or service; without it as its header says")
	flags.Var(&q.format, "format", "order certificates as `FORM`: pem, der, json or smpb")
	for _, name := range trustmanager.OrderFields {
		words := strings.ReplaceAll(name, "_", " ")
		flags.StringVar(q.field(name), strings.ReplaceAll(name, "_", "-"), "", "order with the "+words+" `ID`, if the service accepts one; without it that of the connection")
	}
	flags.BoolVar(&q.noChain, "no-chain", false, "order certificates without the issuer's chain")
	flags.StringVar(&q.recipient, "recipient", "", "seal keys to the certificate or OpenPGP key in `FILE`")
	q.key.declare(flags)
	flags.BoolVar(&q.notRehearsed, "not-rehearsed", false, "go on though nothing proves that the result will open")
	q.mac.declare(flags)
	flags.StringVar(&q.again, "again", "", "order again what was sent before, because of `REASON`")
	flags.BoolVar(&q.check, "check", false, "sum up and write nothing")
	flags.BoolVar(&q.prepare, "prepare", false, "prepare the batch and send nothing")
	flags.BoolVar(&q.convert, "convert", false, "convert a CSV that is not in the service's form, and send the result")
	flags.Var(&q.encoding, "encoding", "read a CSV in `NAME`, which confirms a guess: "+encodingNames())
	flags.BoolVar(&q.unchecked, "unchecked", false, "do not check the rows and requests: that was done before")
	flags.StringVar(&q.template, "template", "", "check a CSV against the header row of `T.csv`, the profile's template")
	flags.BoolVar(&q.asJSON, "json", false, "print the records as JSON")
}

// field is the value of one of trustmanager.OrderFields.
func (q *jobRequest) field(name string) *string {
	if q.fields == nil {
		q.fields = map[string]*string{}
	}
	q.fields[name] = new(string)
	return q.fields[name]
}

func (q *jobRequest) run(ctx context.Context, s *session, d *desk, files []string) (err error) {
	isMAC := q.mac.start != "" || q.mac.count != "" || q.mac.increment != ""
	switch {
	case q.batch != "" && (len(files) > 0 || isMAC):
		return usagef("--batch sends a prepared batch; a file or a range is a new one")
	case q.batch != "":
		id, err := d.batch(ctx, q.batch)
		if err != nil {
			return err
		}
		if q.again != "" {
			if err := d.Jobs.OrderAgain(ctx, id, q.again); err != nil {
				return err
			}
		}
		return q.send(ctx, s, d, id)
	case isMAC && len(files) > 0:
		return usagef("a file and a MAC range are two batches; give one")
	case !isMAC && len(files) == 0:
		return usagef("the upload file is needed, or a MAC range by --start, --count and --increment")
	case q.connection == "" || q.profile == "":
		return usagef("--connection and --profile are needed")
	case q.notRehearsed && q.key.file != "":
		return usagef("--key rehearses, and --not-rehearsed starts without a rehearsal: give one of them")
	case q.recipient == "" && (q.key.file != "" || q.notRehearsed):
		return usagef("a rehearsal needs --recipient, which is missing")
	}
	if q.convert && q.unchecked {
		return usagef("--convert checks what it writes: --unchecked is for a file that stays as it is")
	}
	defer func() {
		if q.folder != "" { // nothing was prepared
			err = errors.Join(err, job.RemoveUploads(q.folder))
		}
	}()
	b, err := q.document(ctx, s, d, files, isMAC)
	if err != nil {
		return err
	}
	c, err := d.connection(q.connection)
	if err != nil {
		return err
	}
	b.Connection = job.ConnectionOf(c)
	if b.Profile, err = d.Profile(ctx, c, q.profile); err != nil {
		return err
	}
	b.Again = q.again
	b.Name, b.Format, b.FullChain = q.name, job.Format(q.format.String()), !q.noChain
	for name, value := range q.fields {
		if *value != "" {
			if b.Fields == nil {
				b.Fields = map[string]string{}
			}
			b.Fields[name] = *value
		}
	}
	if err := q.rehearse(ctx, s, &b); err != nil {
		return err
	}
	sum, err := d.Jobs.Check(ctx, b)
	if err != nil {
		return err
	}
	if err := q.sumUp(s, sum); err != nil || q.check {
		return err
	}
	records, err := d.Jobs.Prepare(ctx, b)
	if err != nil {
		return err
	}
	q.folder = "" // the records name what lies there
	if q.prepare {
		return q.show(s, records)
	}
	return q.send(ctx, s, d, records[0].ID)
}

// sumUp prints what would be started and what speaks against it.
func (q *jobRequest) sumUp(s *session, sum *job.Summary) error {
	if q.check && q.asJSON {
		if err := sum.Report.WriteJSON(s.stdout, sum.Count, finding.Field{Name: "summary", Value: sum.Sentence},
			finding.Field{Name: "details", Value: sum.Lines}, finding.Field{Name: "jobs", Value: sum.Jobs}); err != nil {
			return err
		}
	} else {
		to := s.stderr
		if q.check {
			to = s.stdout
		}
		fmt.Fprintln(to, printable(sum.Sentence+"\n  "+strings.Join(sum.Lines, "\n  ")))
		if err := writeFindings(to, sum.Report, true); err != nil {
			return err
		}
	}
	if sum.Blocked() {
		s.complain("nothing was sent: %s", finding.Counted(int64(sum.Report.Count(finding.Error)), "error"))
		return errFindings
	}
	return nil
}

// document makes the batch's method, files and findings of what was named.
func (q *jobRequest) document(ctx context.Context, s *session, d *desk, files []string, isMAC bool) (job.Batch, error) {
	b := job.Batch{Method: job.MAC, Keys: job.ByService}
	if isMAC {
		series, report, err := q.mac.read(nil)
		b.Range, b.Findings = series, report
		if series.Count > 0 {
			b.Findings = withoutOrderLimit(report)
		}
		return b, err
	}
	for i, path := range files {
		f, method, keys, err := q.file(path)
		if err != nil {
			return b, err
		}
		if i > 0 && (method != b.Method || keys != b.Keys) {
			return b, usagef("%q and %q are not parts of one batch", files[0], path)
		}
		b.Method, b.Keys = method, keys
		b.Files = append(b.Files, f)
	}
	if q.unchecked {
		return b, nil
	}
	var err error
	if b.Method == job.ZIP {
		var set *csr.Set
		if set, err = csr.NewSet(csr.Options{}).Add(ctx, files, nil); err == nil {
			b.Findings = set.Report()
		}
	} else {
		err = q.checkTables(ctx, s, d, &b)
	}
	if err == nil && b.Findings.Count(finding.Error) > 0 {
		err = writeFindings(s.stderr, b.Findings, false)
	}
	return b, err
}

// file looks at one upload file: what it is, who makes the keys, how many enrollments it holds.
func (q *jobRequest) file(path string) (f job.File, method trustmanager.Method, keys job.Keys, err error) {
	f.Path = path
	table, err := delivery.OrderFromCSV(path)
	if err == nil {
		f.Count, method, keys = table.Len(), job.CSV, job.ByService
		if table.Maker() == delivery.Device {
			keys = job.ByDevice
		}
		if q.flags.Changed("keys") {
			keys = []job.Keys{job.ByDevice, job.ByService}[q.keys.index]
		}
		return f, method, keys, nil
	}
	if !strings.EqualFold(path[max(0, len(path)-4):], ".zip") {
		return f, "", "", err
	}
	f.Order, f.Part = q.order, 0
	if f.Order == "" {
		f.Order, f.Part = manifestBeside(path)
	}
	if f.Order != "" {
		order, err := delivery.OrderFromManifest(f.Order, f.Part)
		if err != nil {
			return f, "", "", err
		}
		f.Count = order.Len()
	}
	return f, job.ZIP, job.ByDevice, nil
}

// manifestBeside finds the manifest that csr bundle wrote beside a ZIP or a part of one.
func manifestBeside(path string) (manifest string, part int) {
	stem := path[:len(path)-len(".zip")]
	if i := strings.LastIndex(stem, "-part"); i >= 0 {
		if n, err := fmt.Sscanf(stem[i:], "-part%d", &part); n == 1 && err == nil {
			if manifest = stem[:i] + ".manifest.csv"; exists(manifest) {
				return manifest, part
			}
		}
	}
	if manifest = stem + ".manifest.csv"; exists(manifest) {
		return manifest, 0
	}
	return "", 0
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// rehearse reads the recipient and proves that what is sealed to it opens.
func (q *jobRequest) rehearse(ctx context.Context, s *session, b *job.Batch) error {
	if q.recipient == "" {
		return nil
	}
	data, err := readLimited(q.recipient, maxKeyFile)
	if err != nil {
		return err
	}
	defer clear(data)
	found, report, err := recipient.Parse(data)
	if err != nil {
		return fmt.Errorf("--recipient %s: %w", printable(q.recipient), err)
	}
	if len(found) != 1 {
		return fmt.Errorf("--recipient %s holds %s; give a file with the one to seal to", printable(q.recipient), finding.Counted(int64(len(found)), "recipient"))
	}
	if report.Count(finding.Error) > 0 {
		if err := writeFindings(s.stderr, report, true); err != nil {
			return err
		}
		s.complain("nothing was sent: enrollctl recipient public writes the public half")
		return errFindings
	}
	b.Recipient, b.Unproven = found[0], q.notRehearsed
	if q.key.file == "" {
		return nil
	}
	opener, err := q.key.load(ctx, s)
	if err != nil {
		return err
	}
	defer opener.Wipe()
	b.Proof, err = recipient.Rehearse(ctx, b.Recipient, opener.Opener)
	return err
}

// send starts a prepared batch with what is left of its series.
func (q *jobRequest) send(ctx context.Context, s *session, d *desk, id string) error {
	report, stop := s.track("sending")
	series, err := d.Jobs.StartSeries(ctx, id, report)
	stop()
	if series != nil {
		if e := q.show(s, series.Records); e != nil {
			return errors.Join(err, e)
		}
	}
	return err
}

func (q *jobRequest) show(s *session, records []*job.Record) error {
	if q.asJSON {
		return json.NewEncoder(s.stdout).Encode(recordsJSON(records))
	}
	for _, r := range records {
		if err := line1(s, r); err != nil {
			return err
		}
	}
	return nil
}
