package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/pflag"

	"enrollbench/core/diagnosis"
	"enrollbench/core/trustmanager"
)

var diagnose = &command{
	name:    "diagnose",
	summary: "print what support asks for: versions, settings, the last errors; no secrets",
	detail: "Versions, the system, the folder of the settings and who can read it, the connections without their keys, the latest\n" +
		"crash, and the last errors of the window and of enrollctl. API keys, passphrases and private keys are not in it.\n" +
		"Read it before you send it: paths and names of connections are in it.",
	setup: func(*pflag.FlagSet) action {
		return func(_ context.Context, s *session, args []string) error {
			if len(args) > 0 {
				return usagef("diagnose takes no arguments")
			}
			return diagnosis.Report{Program: "enrollctl", Version: versionText(), Config: trustmanager.DefaultFolder(), Now: time.Now()}.Write(s.stdout)
		}
	},
}

// record keeps a failure for a later diagnosis, where the program has a folder already: a script that fails makes none.
func record(text string) {
	if exists(trustmanager.DefaultFolder()) {
		fmt.Fprintf(diagnosis.NewLog(diagnosis.Folder(), "enrollctl"), "%s %s\n", time.Now().Format(time.RFC3339), text)
	}
}
