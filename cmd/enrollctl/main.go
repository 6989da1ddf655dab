// Command enrollctl prepares certificate batches for DigiCert IoT Trust Manager from scripts: the same engine as the
// window, with results on standard output, messages on standard error and an exit status that can be relied on.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"
)

func main() { os.Exit(enrollctl()) }

// enrollctl runs the program on the process's own arguments and streams and returns its exit status. The first
// interrupt cancels the work, which then cleans up; a second one ends the process at once.
func enrollctl() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	s := &session{
		stdin:    os.Stdin,
		stdout:   os.Stdout,
		stderr:   os.Stderr,
		terminal: term.IsTerminal(int(os.Stderr.Fd())), // #nosec G115 -- a descriptor is a small number
		hidden:   hiddenReader(os.Stdin, os.Stderr),
	}
	return run(ctx, s, root, os.Args[1:])
}

// root is the tree of all commands.
var root = &command{
	name:    "enrollctl",
	summary: "prepare certificate batches for DigiCert IoT Trust Manager",
	detail: "Results go to standard output, messages to standard error. Flags may come before or after other\n" +
		"arguments; after -- everything is an argument.\n\n" +
		"Exit status: 0 all well; 1 findings of severity error, nothing written; 2 wrong usage;\n" +
		"3 it could not be done (file, network, wrong key, integrity); 130 interrupted.",
	commands: []*command{
		{name: "csr", summary: "certificate signing requests (PKCS#10): check them, bundle them for upload",
			commands: []*command{csrCheck, csrBundle, csrRules}},
		csvGroup,
		{name: "mac", summary: "MAC address ranges (EUI-48): check one, list it as a CSV for upload",
			commands: []*command{macCheck, macList, macRules}},
		{name: "recipient", summary: "the certificate or OpenPGP key that the service seals results to",
			commands: []*command{recipientShow, recipientMake, recipientPublic, recipientRehearse, recipientRules}},
		encrypt,
		decrypt,
		deliver,
		connectionGroup,
		profileGroup,
		practiceCommand,
		jobCommand,
		watchCommand,
		ledgerCommand,
		demo,
		diagnose,
		versionCommand,
	},
}
