package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/spf13/pflag"

	"enrollbench/core/delivery"
	"enrollbench/core/finding"
	"enrollbench/core/job"
	"enrollbench/core/watch"
)

var watchCommand = &command{
	name:      "watch",
	required:  "--connection NAME --profile ID",
	arguments: "FOLDER",
	summary:   "take what a machine drops into a folder: CSRs become batches, results are opened and exported",
	detail: "CSRs gather until there are --count of them, or the first has waited for --wait. Then they are checked and sent\n" +
		"as enrollctl job start does it, and their results are fetched and exported into --to, a folder for each batch. A\n" +
		"result that is dropped is opened with --key and exported, too. A file is processed when it is complete: no\n" +
		"program writes to it, and it has not changed for --still. Hidden files, files named .part, .tmp or ~$, and\n" +
		"subfolders are left alone.\n\n" +
		"Files that were taken are in FOLDER/taken/BATCH. Files that were refused are in FOLDER/refused, beside a text\n" +
		"that says why and what to do. Nothing is deleted, and nothing is sent twice, whatever ends the program: start it\n" +
		"again and it continues. Each change is a line; with --json an object. The status is 130 when it was stopped by\n" +
		"Ctrl+C or SIGTERM, between two steps. With --once it takes what is there, waits for the results and ends: with 1\n" +
		"if anything was refused, with 3 if anything needs you.",
	setup: onDesk(func(flags *pflag.FlagSet) func(context.Context, *session, *desk, []string) error {
		w := new(watchingFolder)
		w.declare(flags)
		return w.run
	}, 1, oneFile),
}

// watchingFolder is what the flags say about a watched folder.
type watchingFolder struct {
	flags *pflag.FlagSet
	exporting
	key    opening
	trust  string
	count  count
	o      watch.Options
	asJSON bool
	seen   map[watch.State]bool
	broken error // standard output takes no more
}

func (w *watchingFolder) declare(flags *pflag.FlagSet) {
	w.flags, w.count = flags, watch.DefaultCount
	flags.StringVar(&w.o.Connection, "connection", "", "send through the connection `NAME`; practice needs no account")
	flags.StringVar(&w.o.Profile, "profile", "", "order through the enrollment profile `ID` or name")
	flags.StringVar(&w.o.Out, "to", "", "export into the folder `DIR`; without it into FOLDER/results")
	flags.Var(&w.count, "count", "`N` CSRs make a batch")
	flags.DurationVar(&w.o.Wait, "wait", watch.DefaultWait, "send what is there when the first CSR has waited for `TIME`, such as 90s or 10m")
	flags.DurationVar(&w.o.Still, "still", watch.DefaultStill, "a file is whole when it has not changed for `TIME`")
	flags.DurationVar(&w.o.Poll, "poll", watch.DefaultPoll, "also look into the folder every `TIME`: network shares do not report changes")
	flags.BoolVar(&w.o.NoChain, "no-chain", false, "order certificates without the issuer's chain")
	flags.BoolVar(&w.o.Once, "once", false, "take what is there, wait for the results, and end")
	flags.StringVar(&w.trust, "trust", "", "trust the CA certificates in `FILE`; without it the issuer is not confirmed")
	w.key.declare(flags)
	w.exporting.declare(flags)
	flags.BoolVar(&w.asJSON, "json", false, "print one JSON object for each change")
}

func (w *watchingFolder) run(ctx context.Context, s *session, d *desk, args []string) (err error) {
	if len(args) != 1 {
		return usagef("one folder is expected")
	}
	if err := require(w.flags, "connection", "profile"); err != nil {
		return err
	}
	if err := w.complete(w.flags); err != nil {
		return err
	}
	if w.encoding() == delivery.PKCS12 && w.passphrase.file == "" {
		return usagef("nobody can be asked while a folder is watched: give the passphrase of the PKCS#12 files with --%s FILE", w.passphrase.flag)
	}
	if w.o.Wait <= 0 || w.o.Still <= 0 || w.o.Poll <= 0 {
		return usagef("--wait, --still and --poll must be longer than 0")
	}
	if _, err := d.connection(w.o.Connection); err != nil {
		return err
	}
	s.sweep()
	w.o.Folder, w.o.Count, w.o.Export, w.seen = args[0], int(w.count), w.options(ctx, s), map[watch.State]bool{}
	if w.o.Anchors, err = anchorsOf(w.trust); err != nil {
		return err
	}
	if w.key.file != "" {
		key, err := w.key.load(ctx, s)
		if err != nil {
			return err
		}
		defer key.Wipe()
		w.o.Key = func(context.Context, []string) (delivery.Opener, func(), error) { return key, func() {}, nil }
	}
	inner, cancel := context.WithCancel(ctx)
	w.o.Tell = func(e watch.Event) {
		w.seen[e.State] = true
		if w.broken = w.print(s, e); w.broken != nil {
			cancel()
		}
	}
	watcher, err := watch.Open(d.Station, w.o)
	if err != nil {
		cancel()
		return err
	}
	defer func() { err = errors.Join(err, watcher.Close()) }()
	var asking sync.WaitGroup
	var asked error
	asking.Go(func() {
		asked = d.Jobs.Watch(inner, func(job.Record) { watcher.Wake() })
		cancel() // without it the watcher would wait for nothing
	})
	err = watcher.Run(inner)
	cancel()
	asking.Wait()
	switch {
	case w.broken != nil:
		return w.broken
	case ctx.Err() != nil:
		return &stoppedError{"interrupted between two acts; start it again and it goes on"}
	case err != nil && !errors.Is(asked, context.Canceled):
		return asked
	case err != nil:
		return err
	}
	return w.judge(watcher)
}

// judge is the end of --once.
func (w *watchingFolder) judge(watcher *watch.Watcher) error {
	for _, e := range watcher.Events() {
		if e.State == watch.NeedsYou {
			return fmt.Errorf("something needs you: %s", e.Message)
		}
	}
	if w.seen[watch.Refused] {
		return errFindings
	}
	return nil
}

// print writes one change.
func (w *watchingFolder) print(s *session, e watch.Event) error {
	if w.asJSON {
		return json.NewEncoder(s.stdout).Encode(e)
	}
	words := []string{e.Time.Local().Format(time.DateTime), string(e.State)}
	switch {
	case e.State == watch.Gathering:
		words = append(words, fmt.Sprintf("%s of %s", finding.Grouped(int64(e.Count)), finding.Grouped(int64(e.Of))))
	case e.State == watch.Sending:
		words = append(words, e.Batch+":", finding.Counted(int64(e.Count), "CSR"))
	case e.File != "":
		words = append(words, e.File+":", e.Message)
	case e.Batch != "":
		words = append(words, e.Batch+":", e.Message)
	case e.Message != "":
		words = append(words, e.Message)
	}
	line := strings.Join(words, " ")
	if e.Hint != "" {
		line += "; " + e.Hint
	}
	if e.Path != "" {
		line += " [" + e.Path + "]"
	}
	_, err := fmt.Fprintln(s.stdout, printable(line))
	return err
}
