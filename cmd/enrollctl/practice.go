package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"

	"github.com/spf13/pflag"

	"enrollbench/core/practice"
	"enrollbench/core/trustmanager"
)

var practiceCommand = &command{
	name:    "practice",
	summary: "run the practice service: the whole contract on this computer, with faults on request",
	detail: "It serves batch enrollment on a loopback address, with real keys and certificates whose issuer's name says\n" +
		"PRACTICE, until it is interrupted. It prints its URL, the API token, the CA certificate that its TLS connection\n" +
		"needs (curl --cacert), and the authorities of what it issues (deliver --practice --trust). The token is printed\n" +
		"when it is made, and kept as a hash only. Jobs and results are kept in the folder and survive a restart for 30 days.\n\n" +
		"--fault takes, several times if need be:\n  " + strings.ReplaceAll(practice.FaultHelp, "\n", "\n  "),
	setup: func(flags *pflag.FlagSet) action {
		var p practising
		p.declare(flags)
		return func(ctx context.Context, s *session, args []string) error {
			if len(args) > 0 {
				return usagef("practice takes no arguments; remove %q", args[0])
			}
			return p.run(ctx, s)
		}
	},
}

// practising is what the flags say about the practice service.
type practising struct {
	listen, folder, replay     string
	kind, member               choice
	approval, overRSA          bool
	newToken, asJSON, requests bool
	pace                       count
	faults                     faultFlags
}

func (p *practising) declare(flags *pflag.FlagSet) {
	flags.StringVar(&p.listen, "listen", "127.0.0.1:0", "listen on the loopback address `HOST:PORT`; port 0 is any free one")
	flags.StringVar(&p.folder, "folder", "", "keep the state in `DIR`; without it in the account's own folder for settings")
	flags.StringVar(&p.replay, "replay", "", "serve what connection record wrote to `FILE`, instead of the practice service")
	p.kind.words = []string{string(trustmanager.IoTTrustManager), string(trustmanager.DeviceTrustManager)}
	flags.Var(&p.kind, "kind", "speak as `KIND`: iot-trust-manager or device-trust-manager")
	p.member.words = []string{"array", "certificates", "records"}
	flags.Var(&p.member, "json-results", "write JSON results as `SHAPE`: a bare array, or an object with the member certificates or records")
	flags.BoolVar(&p.approval, "approval", false, "jobs of every profile wait for approval")
	flags.Var(&p.faults, "fault", "misbehave as `SPEC` says; may be given several times")
	flags.Var(&p.pace, "pace", "issue at most `N` certificates a second, so that counters can be watched")
	flags.BoolVar(&p.overRSA, "rsa-over-2000", false, "make more than 2,000 RSA keys in one job, though each takes up to half a second")
	flags.BoolVar(&p.newToken, "new-token", false, "make a new token; the old one no longer works")
	flags.BoolVar(&p.asJSON, "json", false, "print one JSON object instead of lines")
	flags.BoolVar(&p.requests, "log", false, "tell of each request on standard error")
}

// faultFlags are the faults that were asked for.
type faultFlags practice.Faults

// Type is for pflag.
func (f *faultFlags) Type() string { return "SPEC" }

func (f *faultFlags) String() string {
	specs := make([]string, len(*f))
	for i, one := range *f {
		specs[i] = one.String()
	}
	return strings.Join(specs, ", ")
}

func (f *faultFlags) Set(spec string) error {
	one, err := practice.ParseFault(spec)
	if err == nil {
		*f = append(*f, one)
	}
	return err
}

// announcement is what --json prints.
type announcement struct {
	URL    string `json:"url"`
	Token  string `json:"token"` // "" where it was printed at an earlier start
	CA     string `json:"ca"`
	Trust  string `json:"trust"`
	Folder string `json:"folder"`
}

func (p *practising) run(ctx context.Context, s *session) error {
	folder := p.folder
	if folder == "" {
		folder = filepath.Join(trustmanager.DefaultFolder(), "practice")
	}
	options := practice.Options{
		Folder: folder, Listen: p.listen, Approval: p.approval, Faults: practice.Faults(p.faults), Pace: int(p.pace), AllowRSAOver2000: p.overRSA,
	}
	if p.requests {
		var mu sync.Mutex
		options.Log = func(line string) {
			mu.Lock()
			defer mu.Unlock()
			s.complain("%s", line)
		}
	}
	options.DeviceTrustManager = p.kind.index == 1
	if p.member.index > 0 {
		options.JSONMember = p.member.String()
	}
	if p.replay != "" {
		t, err := readTranscript(p.replay)
		if err != nil {
			return err
		}
		options.Replay = t
	}
	service, err := practice.Open(ctx, options)
	if err != nil {
		if errors.Is(err, practice.ErrNotLoopback) {
			return usagef("%v", err)
		}
		return err
	}
	defer service.Close()
	token, err := service.Token()
	if errors.Is(err, practice.ErrTokenNotKept) && !p.newToken {
		err = nil
	} else if p.newToken {
		token, err = service.NewToken()
	}
	defer clear(token)
	if err != nil {
		return err
	}
	a := announcement{URL: service.URL(), Token: string(token), CA: service.CertificateFile(), Trust: service.AnchorFile(), Folder: folder}
	if err := p.announce(s, a); err != nil {
		return err
	}
	<-ctx.Done()
	return service.Close()
}

func (p *practising) announce(s *session, a announcement) error {
	if p.asJSON {
		return json.NewEncoder(s.stdout).Encode(a)
	}
	token := a.Token
	if token == "" {
		token = "the one that was printed when it was made (--new-token makes another)"
	}
	_, err := fmt.Fprintf(s.stdout, "URL     %s\ntoken   %s\nCA      %s\ntrust   %s\nfolder  %s\n", a.URL, token, printable(a.CA), printable(a.Trust), printable(a.Folder))
	if err == nil && s.terminal {
		s.complain("running until interrupted (Ctrl+C)")
	}
	return err
}
