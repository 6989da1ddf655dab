package job

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"enrollbench/core/eui48"
	"enrollbench/core/finding"
	"enrollbench/core/recipient"
	"enrollbench/core/trustmanager"
	"enrollbench/core/upload"
)

// proofHolds is how long a rehearsal counts without a reminder.
const proofHolds = 90 * 24 * time.Hour

// Summary is what would be started, on one page, in words.
type Summary struct {
	Sentence string          // "500 certificates, keys made by the service, sealed to Line 4 (proven today)"
	Lines    []string        // the rest, a line each: connection and profile, files, format, recipient
	Request  string          // what is sent and where to, as trustmanager.Connection.Shown has it; "" while it is not known
	Report   *finding.Report // what speaks against it: errors block, warnings do not
	Jobs     int             // how many jobs it will be
	Count    int             // enrollments, 0 where they were not counted
	Next     eui48.Range     // where addresses of the range were ordered before: the next free range of this length and step; zero for none

	files []fileFacts
}

// Blocked says whether an error keeps the batch from being started.
func (s *Summary) Blocked() bool { return s.Report.Count(finding.Error) > 0 }

// Check says what a batch would start and what speaks against that, what the ledger knows included. It reads the
// files. Everything that is wrong with the batch is in the summary; the error is the database's or the context's.
func (j *Jobs) Check(ctx context.Context, b Batch) (*Summary, error) {
	s, err := check(ctx, b, j.now())
	if err != nil {
		return nil, err
	}
	prepared, err := j.List(ctx, Filter{States: []State{Prepared}})
	if err != nil {
		return nil, err
	}
	s.prepared(b, prepared)
	if err := j.askLedger(ctx, s, b); err != nil {
		return nil, err
	}
	if j.connection != nil && b.Connection.ID != "" {
		if c, err := j.connection(b.Connection.ID); err != nil {
			s.say(RuleConnection, finding.Location{}, "the connection %q cannot be read: %v", b.Connection.Name, err)
		} else {
			s.promise(b, &c)
		}
	}
	return s, nil
}

func check(ctx context.Context, b Batch, now time.Time) (*Summary, error) {
	s := &Summary{Report: new(finding.Report)}
	s.checkWay(b)
	if err := s.checkInput(ctx, b); err != nil {
		return nil, err
	}
	s.checkRecipient(b, now)
	s.words(b, now)
	return s, nil
}

func (s *Summary) say(r *finding.Rule, at finding.Location, format string, args ...any) {
	s.Report.Add(r.Finding(at, fmt.Sprintf(format, args...), ""))
}

// checkWay looks at connection, profile and the form of the certificates.
func (s *Summary) checkWay(b Batch) {
	var nowhere finding.Location
	if b.Connection.ID == "" {
		s.say(RuleConnection, nowhere, "no connection was chosen")
	}
	if b.Connection.Practice {
		s.say(RulePractice, nowhere, "the certificates are for practice only")
	}
	switch {
	case b.Profile.ID == "":
		s.say(RuleProfile, nowhere, "no enrollment profile was chosen")
	case b.Profile.NoBatch:
		s.say(RuleNoBatch, nowhere, "the profile %q does not accept batches", b.Profile.title())
	}
	switch {
	case b.Keys == ByDevice && b.Profile.KeyGeneration == "server_side":
		s.say(RuleKeyOption, nowhere, "with the profile %q the service makes the keys, but the batch brings its own", b.Profile.title())
	case b.Keys == ByService && b.Profile.KeyGeneration == "client_side":
		s.say(RuleKeyOption, nowhere, "the profile %q requires a CSR for every enrollment, but the batch has none", b.Profile.title())
	}
	switch {
	case b.Keys != ByDevice && b.Keys != ByService:
		s.say(RuleMethod, nowhere, "it is not stated who makes the keys")
	case b.Method == ZIP && b.Keys == ByService:
		s.say(RuleMethod, nowhere, "a ZIP of CSRs brings the devices' keys: the service makes none")
	case b.Method == MAC && b.Keys == ByDevice:
		s.say(RuleMethod, nowhere, "a MAC range has no keys: the service has to make them")
	}
	switch {
	case !slices.Contains(Formats, b.Format):
		s.say(RuleFormat, nowhere, "the certificate format %q is not known", b.Format)
	case b.Format == SMPB:
		s.say(RuleSMPB, nowhere, "a result in the format smpb is kept as it comes")
	}
	if !b.FullChain {
		s.say(RuleNoChain, nowhere, "certificates come without the issuer's chain")
	}
}

func (p Profile) title() string {
	if p.Name != "" {
		return p.Name
	}
	return p.ID
}

// checkInput looks at the files or the range, and at what was found in them.
func (s *Summary) checkInput(ctx context.Context, b Batch) error {
	var nowhere finding.Location
	if b.Findings == nil {
		if b.Method != MAC {
			s.say(RuleNotChecked, nowhere, "the input was not checked here")
		}
	} else {
		errs, warnings := 0, 0
		for _, f := range b.Findings.All() {
			switch {
			case f.Rule == eui48.RuleOrderLimit.Name: // a series is what is to be done about it
			case f.Severity == finding.Error:
				errs++
			case f.Severity == finding.Warning:
				warnings++
			}
		}
		if errs > 0 {
			s.say(RuleFindings, nowhere, "the input has %s", finding.Counted(errs, "error"))
		}
		if warnings > 0 {
			s.say(RuleWarnings, nowhere, "the input has %s", finding.Counted(warnings, "warning"))
		}
	}
	if b.Method == MAC {
		s.checkRange(b.Range)
	} else if err := s.checkFiles(ctx, b); err != nil {
		return err
	}
	if s.Jobs > 1 {
		s.say(RuleSeries, nowhere, "it becomes a series of %s", finding.Counted(s.Jobs, "job"))
	}
	return nil
}

func (s *Summary) checkRange(r eui48.Range) {
	var nowhere finding.Location
	if r.Count == 0 {
		s.say(RuleEmpty, nowhere, "no MAC range was given")
		return
	}
	if n := r.OrderCount(); n > MaxFiles {
		s.say(RuleTooLarge, nowhere, "the range has %d addresses: it would become %d jobs; at most %s are allowed", r.Count, n, finding.Grouped(MaxFiles))
		return
	}
	if _, n := r.Multicast(); n > 0 {
		s.say(RuleFindings, nowhere, "%d addresses of the range are multicast: no device may have them", n)
	}
	s.Jobs, s.Count = int(r.OrderCount()), int(r.Count) // #nosec G115 -- limited above
}

func (s *Summary) checkFiles(ctx context.Context, b Batch) error {
	var nowhere finding.Location
	if len(b.Files) == 0 {
		s.say(RuleEmpty, nowhere, "no upload file was given")
		return nil
	}
	if len(b.Files) > MaxFiles {
		s.say(RuleTooLarge, nowhere, "%s files were given; at most %s are allowed", finding.Grouped(len(b.Files)), finding.Grouped(MaxFiles))
		return nil
	}
	s.Jobs = len(b.Files)
	seen := map[string]string{}
	all := true
	for _, f := range b.Files {
		at := finding.Location{File: f.Path}
		facts, err := measure(ctx, f.Path, nil)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		s.files = append(s.files, facts)
		switch {
		case err != nil:
			s.say(RuleFile, at, "the upload file cannot be read: %v", err)
		case facts.size == 0:
			s.say(RuleEmpty, at, "the upload file %q is empty", filepath.Base(f.Path))
		case facts.size > upload.MaxBytes:
			s.say(RuleTooLarge, at, "%q has %s bytes, and the service takes %s", filepath.Base(f.Path), finding.Grouped(int(facts.size)), finding.Grouped(upload.MaxBytes))
		case seen[facts.sha256] != "":
			s.say(RuleFile, at, "%q and %q have the same content", filepath.Base(seen[facts.sha256]), filepath.Base(f.Path))
		default:
			seen[facts.sha256] = f.Path
			if b.Method == CSV {
				if err := s.checkForm(ctx, f.Path); err != nil {
					return err
				}
			}
		}
		s.Count += f.Count
		all = all && f.Count > 0
	}
	if !all {
		s.Count = 0
	}
	return nil
}

// checkForm says whether a CSV itself, and not only what it says, is as the service reads it.
func (s *Summary) checkForm(ctx context.Context, path string) error {
	wrong, err := FormProblems(ctx, path)
	if len(wrong) > 0 {
		s.say(RuleForm, finding.Location{File: path}, "%s", strings.Join(wrong, "; "))
	}
	return err
}

func (s *Summary) checkRecipient(b Batch, now time.Time) {
	var nowhere finding.Location
	if b.Keys == ByDevice {
		if b.Recipient != nil {
			s.say(RuleRecipientNotUsed, nowhere, "the devices made the keys: nothing is sealed")
		}
		return
	}
	if b.Keys != ByService {
		return
	}
	if b.Recipient == nil {
		s.say(RuleNoRecipient, nowhere, "no certificate or OpenPGP key was chosen to seal the keys to")
		return
	}
	s.Report.Merge(b.Recipient.Findings(now))
	proven := !b.Proof.At.IsZero() && b.Proof.Fingerprint == b.Recipient.Fingerprint()
	switch {
	case proven && now.Sub(b.Proof.At) > proofHolds:
		s.say(RuleOldRehearsal, nowhere, "the rehearsal with %q was on %s", b.Recipient.Title(), b.Proof.At.Format(time.DateOnly))
	case proven:
	case b.Unproven:
		s.say(RuleKnowinglyNotRehearsed, nowhere, "nobody has proven that what is sealed to %q can be opened", b.Recipient.Title())
	default:
		s.say(RuleNotRehearsed, nowhere, "it was not proven that what is sealed to %q can be opened", b.Recipient.Title())
	}
}

// words writes the summary's sentence and lines.
func (s *Summary) words(b Batch, now time.Time) {
	text := "certificates"
	if s.Count > 0 {
		text = finding.Counted(s.Count, "certificate")
	}
	switch {
	case b.Keys != ByService:
		text = fmt.Sprintf("%s, keys made by the devices", text)
	case b.Recipient == nil:
		text = fmt.Sprintf("%s, keys made by the service", text)
	default:
		text = fmt.Sprintf("%s, keys made by the service, sealed to %s (%s)", text, b.Recipient.Title(), proof(b.Proof, b.Recipient, now))
	}
	if s.Jobs > 1 {
		text = fmt.Sprintf("%s, in %d jobs", text, s.Jobs)
	}
	s.Sentence = text

	through := b.Connection.Name
	if b.Connection.Practice {
		through += " (practice: costs nothing)"
	}
	s.Lines = append(s.Lines, "Connection: "+through, "Profile: "+b.Profile.title())
	if b.Method == MAC && b.Range.Count > 0 {
		s.Lines = append(s.Lines, fmt.Sprintf("MAC range: %s to %s, in steps of %d", b.Range.Start, b.Range.Last(), b.Range.Step))
	}
	for i, f := range s.files {
		line := fmt.Sprintf("File: %s, %s bytes", filepath.Base(b.Files[i].Path), finding.Grouped(int(f.size)))
		if n := b.Files[i].Count; n > 0 {
			line += ", " + finding.Counted(n, "enrollment")
		}
		s.Lines = append(s.Lines, line)
	}
	chain := "with the full chain"
	if !b.FullChain {
		chain = "without the chain"
	}
	s.Lines = append(s.Lines, fmt.Sprintf("Certificates: %s, %s", strings.ToUpper(string(b.Format)), chain))
	if b.Keys == ByService && b.Recipient != nil {
		s.Lines = append(s.Lines, fmt.Sprintf("Sealed to: %s, %s, %s", b.Recipient.Kind(), b.Recipient.Algorithm(), b.Recipient.FingerprintText()))
	}
}

// promise compares what the page says with the request that will be sent.
func (s *Summary) promise(b Batch, c *trustmanager.Connection) {
	q := b.request()
	if err := c.Contract.Promise(&q); err != nil {
		s.say(RulePromise, finding.Location{}, "%v", err)
		return
	}
	s.Request = c.Shown(&q)
	s.Lines = append(s.Lines, "Request: "+s.Request)
}

// KeyMethod is which of the service's starts the batch takes.
func (b *Batch) KeyMethod() trustmanager.KeyMethod {
	q := b.request()
	return q.KeyMethod()
}

// request is the batch's start as far as it is known before it is prepared.
func (b *Batch) request() trustmanager.StartRequest {
	q := trustmanager.StartRequest{ProfileID: b.Profile.ID, Method: b.Method, Format: string(b.Format), FullChain: b.FullChain, BatchID: "{id}", Order: b.Fields}
	if b.Keys == ByService {
		q.Recipient = []byte("{recipient}")
	}
	if b.Method == MAC {
		q.MAC = trustmanager.MACRange{Start: b.Range.Start.String(), Count: int(min(b.Range.Count, eui48.OrderLimit)), Increment: int(b.Range.Step)} // #nosec G115 -- limited
	} else if len(b.Files) > 0 {
		q.FileName = filepath.Base(b.Files[0].Path)
	}
	return q
}

// proof says when it was proven that a recipient's results open.
func proof(p recipient.Proof, r *recipient.Recipient, now time.Time) string {
	if p.At.IsZero() || p.Fingerprint != r.Fingerprint() {
		return "not proven"
	}
	then, today := p.At.In(now.Location()).Format(time.DateOnly), now.Format(time.DateOnly)
	switch then {
	case today:
		return "proven today"
	case now.AddDate(0, 0, -1).Format(time.DateOnly):
		return "proven yesterday"
	}
	return "proven on " + then
}

// prepared looks for the same file or addresses among the batches of this station that are prepared and not sent: the ledger does
// not know them yet.
func (s *Summary) prepared(b Batch, all []*Record) {
	for _, r := range all {
		if r.Connection.Practice != b.Connection.Practice || !r.Exported.IsZero() {
			continue
		}
		what := ""
		if common, ok := b.Range.Overlap(r.Range); ok && b.Method == MAC && r.Method == MAC {
			what = fmt.Sprintf("%d of the MAC addresses, from %s on", common.Count, common.Start)
		}
		for i, f := range s.files {
			if f.sha256 != "" && f.sha256 == r.SHA256 {
				what = fmt.Sprintf("the content of %q", filepath.Base(b.Files[i].Path))
			}
		}
		if what != "" {
			s.say(RulePreparedBefore, finding.Location{}, "%s: prepared on %s as %s", what, r.Created.Format(time.DateOnly), r.ID)
		}
	}
}
