package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/pflag"

	"enrollbench/core/finding"
	"enrollbench/core/job"
)

var jobList = &command{
	name:      "list",
	arguments: "[TEXT]",
	summary:   "list the batches, the newest first",
	detail:    "With TEXT only batches that have it in their name, id, file name, profile or job id are listed.",
	setup: onDesk(func(flags *pflag.FlagSet) func(context.Context, *session, *desk, []string) error {
		var states texts
		flags.Var(&states, "state", "only batches in the state `STATE`; may be given several times")
		connection := flags.String("connection", "", "only those of the connection `NAME`")
		asJSON := flags.Bool("json", false, "print JSON")
		return func(ctx context.Context, s *session, d *desk, args []string) error {
			if len(args) > 1 {
				return usagef("one text is expected, and %d were given", len(args))
			}
			f := job.Filter{Text: strings.Join(args, "")}
			for _, text := range states {
				if !slices.Contains(job.States, job.State(text)) {
					return usagef("--state %q: it must be one of %s", text, stateNames())
				}
				f.States = append(f.States, job.State(text))
			}
			if *connection != "" {
				c, err := d.connection(*connection)
				if err != nil {
					return err
				}
				f.Connection = c.ID
			}
			all, err := d.Jobs.List(ctx, f)
			if err != nil {
				return err
			}
			if *asJSON {
				return json.NewEncoder(s.stdout).Encode(recordsJSON(all))
			}
			w := tabwriter.NewWriter(s.stdout, 0, 0, 2, ' ', 0)
			for _, r := range all {
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", r.ID, r.State, printable(r.Connection.Name), printable(r.Short()), printable(r.Sentence()))
			}
			return w.Flush()
		}
	}, -1, ""),
}

func stateNames() string {
	var names []string
	for _, s := range job.States {
		names = append(names, string(s))
	}
	return strings.Join(names, ", ")
}

const oneBatch = "the id of one batch"

var jobShow = &command{
	name:      "show",
	arguments: "BATCH",
	summary:   "show everything about one batch, with its timeline and the refused rows",
	setup: onDesk(func(flags *pflag.FlagSet) func(context.Context, *session, *desk, []string) error {
		asJSON := flags.Bool("json", false, "print one JSON object")
		return func(ctx context.Context, s *session, d *desk, args []string) error {
			r, err := d.Jobs.Get(ctx, args[0])
			if err != nil {
				return err
			}
			failures, err := d.Jobs.Failures(ctx, r.ID)
			if err != nil {
				return err
			}
			if *asJSON {
				out := recordsJSON([]*job.Record{r})[0]
				for _, e := range r.Timeline {
					out.Timeline = append(out.Timeline, eventJSON{e.At.UTC(), e.State, e.Note})
				}
				for _, f := range failures {
					out.Failures = append(out.Failures, failureJSON{f.Row, f.Name, f.Reason})
				}
				return json.NewEncoder(s.stdout).Encode(out)
			}
			return details(s, r, failures)
		}
	}, 1, oneBatch),
}

// details prints one record for people.
func details(s *session, r *job.Record, failures []job.RowFailure) error {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	line := func(name, format string, args ...any) {
		if text := fmt.Sprintf(format, args...); text != "" {
			fmt.Fprintf(w, "%s\t%s\n", name, text)
		}
	}
	line("Batch", "%s", r.ID)
	line("Name", "%s", r.Short())
	line("State", "%s: %s", r.State, r.Sentence())
	line("Connection", "%s", r.Connection.Name)
	line("Profile", "%s", r.Profile.Name+parenthesis(r.Profile.ID))
	if r.Method == job.MAC {
		line("MAC range", "%s to %s, in steps of %d", r.Range.Start, r.Range.Last(), r.Range.Step)
	} else {
		line("File", "%s", r.Path)
		line("Sent as", "%s", r.FileName)
		line("Size", "%s bytes, SHA-256 %s", finding.Grouped(r.Size), r.SHA256)
	}
	line("Order", "%s", r.OrderPath)
	if r.RecipientFingerprint != "" {
		proven := "not rehearsed"
		if !r.Rehearsed.IsZero() {
			proven = "rehearsed " + r.Rehearsed.Local().Format(time.DateTime)
		}
		line("Sealed to", "%s, %s (%s)", r.RecipientTitle, r.RecipientFingerprint, proven)
	}
	line("Job", "%s", r.RemoteID+parenthesis(r.RemoteStatus))
	line("Result", "%s", r.ResultPath)
	line("Last error", "%s", r.LastError)
	if err := w.Flush(); err != nil {
		return err
	}
	b.WriteString("\n")
	for _, e := range r.Timeline {
		fmt.Fprintf(&b, "%s  %s%s\n", e.At.Local().Format(time.DateTime), e.State, prefixed(": ", e.Note))
	}
	if len(failures) > 0 {
		fmt.Fprintf(&b, "\nRefused: %s\n", finding.Counted(int64(len(failures)), "row"))
		for _, f := range failures {
			fmt.Fprintf(&b, "  row %d, %s: %s\n", f.Row, f.Name, f.Reason)
		}
	}
	_, err := fmt.Fprint(s.stdout, printable(b.String()))
	return err
}

func parenthesis(text string) string {
	if text == "" {
		return ""
	}
	return " (" + text + ")"
}

func prefixed(prefix, text string) string {
	if text == "" {
		return ""
	}
	return prefix + text
}

// line1 prints one record in a line.
func line1(s *session, r *job.Record) error {
	_, err := fmt.Fprintln(s.stdout, printable(r.ID+"  "+string(r.State)+prefixed("  ", r.RemoteID)+"  "+r.Sentence()))
	return err
}

// recordJSON is a record as scripts see it.
type recordJSON struct {
	ID           string        `json:"id"`
	Name         string        `json:"name"`
	State        job.State     `json:"state"`
	Summary      string        `json:"summary"`
	Connection   string        `json:"connection"`
	Practice     bool          `json:"practice"`
	Profile      string        `json:"profile_id"`
	Method       string        `json:"method"`
	Keys         job.Keys      `json:"keys"`
	FileName     string        `json:"file_name"`
	Path         string        `json:"path,omitempty"`
	SHA256       string        `json:"sha256,omitempty"`
	Bytes        int64         `json:"bytes,omitempty"`
	Start        string        `json:"start_mac_address,omitempty"`
	Increment    uint64        `json:"increment,omitempty"`
	Ordered      int           `json:"ordered"`
	Issued       int           `json:"issued"`
	Failed       int           `json:"failed"`
	Recipient    string        `json:"recipient_fingerprint,omitempty"`
	Series       string        `json:"series,omitempty"`
	Part         int           `json:"part,omitempty"`
	Parts        int           `json:"parts,omitempty"`
	JobID        string        `json:"job_id,omitempty"`
	JobStatus    string        `json:"job_status,omitempty"`
	Result       string        `json:"result,omitempty"`
	ResultSHA256 string        `json:"result_sha256,omitempty"`
	Created      time.Time     `json:"created"`
	Updated      time.Time     `json:"updated"`
	LastError    string        `json:"last_error,omitempty"`
	Timeline     []eventJSON   `json:"timeline,omitempty"`
	Failures     []failureJSON `json:"failures,omitempty"`
}

type eventJSON struct {
	At    time.Time `json:"at"`
	State job.State `json:"state"`
	Note  string    `json:"note,omitempty"`
}

type failureJSON struct {
	Row    int    `json:"row"`
	Name   string `json:"name"`
	Reason string `json:"reason"`
}

func recordsJSON(all []*job.Record) []recordJSON {
	out := make([]recordJSON, 0, len(all))
	for _, r := range all {
		j := recordJSON{ID: r.ID, Name: r.Name, State: r.State, Summary: r.Sentence(), Connection: r.Connection.Name, Practice: r.Connection.Practice,
			Profile: r.Profile.ID, Method: string(r.Method), Keys: r.Keys, FileName: r.FileName, Path: r.Path, SHA256: r.SHA256, Bytes: r.Size,
			Ordered: r.Expected(), Issued: r.Issued, Failed: r.Failed, Recipient: r.RecipientFingerprint, Series: r.Series, Part: r.Part, Parts: r.Parts,
			JobID: r.RemoteID, JobStatus: r.RemoteStatus, Result: r.ResultPath, ResultSHA256: r.ResultSHA256,
			Created: r.Created.UTC(), Updated: r.Updated.UTC(), LastError: r.LastError}
		if r.Method == job.MAC {
			j.Start, j.Increment = r.Range.Start.String(), r.Range.Step
		}
		out = append(out, j)
	}
	return out
}
