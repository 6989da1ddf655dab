package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"enrollbench/core/trustmanager"
)

var connectionTest = &command{
	name:      "test",
	arguments: "[NAME]",
	summary:   "try a connection step by step: name, TLS, key, permission, and who you are",
	setup: atDesk(0, 1, "the name of a connection", func(flags *pflag.FlagSet, d *desk) func(context.Context, *session, []string) error {
		asJSON := flags.Bool("json", false, "print one JSON object")
		d.declare(flags)
		return func(ctx context.Context, s *session, args []string) error {
			client, err := d.Client(ctx, strings.Join(args, ""))
			if err != nil {
				return err
			}
			defer client.Close()
			result := client.Test(ctx)
			if *asJSON {
				err = printJSON(s, shownResult(&result))
			} else {
				err = writeResult(s, &result)
			}
			if err != nil {
				return err
			}
			if err := result.Err(); err != nil {
				c := client.Connection()
				return fmt.Errorf("the connection %q does not work: %w", c.Name, err)
			}
			return nil
		}
	}),
}

func writeResult(s *session, r *trustmanager.TestResult) error {
	var text strings.Builder
	for _, step := range r.Steps {
		fmt.Fprintf(&text, "%-11s  %-10s  %s\n", step.Outcome, step.Title, step.Text)
	}
	_, err := fmt.Fprint(s.stdout, printable(text.String()))
	return err
}

// shownResult is a test in the JSON.
func shownResult(r *trustmanager.TestResult) any {
	type step struct {
		Name    string               `json:"name"`
		Outcome trustmanager.Outcome `json:"outcome"`
		Text    string               `json:"text"`
	}
	out := struct {
		OK          bool   `json:"ok"`
		Steps       []step `json:"steps"`
		User        string `json:"user"`
		Profiles    int    `json:"profiles"`           // -1 where that was not asked
		Certificate string `json:"certificate_sha256"` // of the server; "" where none was shown
	}{OK: r.OK(), Profiles: r.Profiles, Steps: []step{}}
	for _, s := range r.Steps {
		out.Steps = append(out.Steps, step{s.Name, s.Outcome, s.Text})
	}
	if r.User != (trustmanager.User{}) {
		out.User = r.User.String()
	}
	if r.Certificate != nil {
		sum := sha256.Sum256(r.Certificate.Raw)
		out.Certificate = hex.EncodeToString(sum[:])
	}
	return out
}
