package practice

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// FaultKind is a way in which the service misbehaves.
type FaultKind string

// The faults.
const (
	Throttle        FaultKind = "throttle"         // Status 429 or 503 with Retry-After
	Slow            FaultKind = "slow"             // Delay before each answer, or Rate octets a second
	DropUpload      FaultKind = "drop-upload"      // the connection breaks at octet Count of a start's body
	DropDownload    FaultKind = "drop-download"    // the connection breaks at octet Count of the result
	LostAnswer      FaultKind = "lost-answer"      // a start is accepted and the connection breaks instead of an answer
	NoList          FaultKind = "no-list"          // there is no list request: 404
	Partial         FaultKind = "partial"          // Count rows of each job fail
	Warning         FaultKind = "warning"          // Count rows of each job carry a warning, and are issued
	MalformedJSON   FaultKind = "malformed-json"   // JSON answers are cut in the middle
	ExpiredToken    FaultKind = "expired-token"    // 401
	TruncatedResult FaultKind = "truncated-result" // a download ends cleanly after half of the result
	CorruptedResult FaultKind = "corrupted-result" // a byte in the middle of the result is another
)

// Step is one request of the contract.
type Step string

// The steps.
const (
	StepMe            Step = "me"
	StepProfiles      Step = "profiles"
	StepTemplate      Step = "template"
	StepSpecification Step = "specification"
	StepStart         Step = "start"
	StepList          Step = "list"
	StepStatus        Step = "status"
	StepApprove       Step = "approve"
	StepReject        Step = "reject"
	StepDownload      Step = "download"
)

// Steps are all steps.
var Steps = []Step{StepMe, StepProfiles, StepTemplate, StepSpecification, StepStart, StepList, StepStatus, StepApprove, StepReject, StepDownload}

// Fault is one way to misbehave. Make it with ParseFault.
type Fault struct {
	Kind       FaultKind
	Step       Step // the only request that it concerns; "" all that it can concern
	Times      int  // so many requests; 0 for each one until it is taken back
	Status     int  // Throttle: 429 or 503
	RetryAfter int  // Throttle: seconds
	Delay      time.Duration
	Rate       int64 // Slow: octets a second
	Count      int64 // DropUpload, DropDownload: octets from 0; Partial: rows
}

// Faults are several at once.
type Faults []Fault

// FaultHelp says in lines what ParseFault takes.
const FaultHelp = `throttle=429|503[:TIMES[:SECONDS]]  refused with Retry-After (1 second)
slow=DURATION[:TIMES]               each answer is delayed: 500ms, 2s
slow=N/s[:TIMES]                    bodies pass at N bytes a second
drop-upload=N[:TIMES]               the connection breaks at byte N of an upload
drop-download=N[:TIMES]             the connection breaks at byte N of the result
lost-answer[=TIMES]                 a start is accepted, and the connection breaks before the answer
no-list[=TIMES]                     there is no list request
partial=N[:TIMES]                   N rows of each job fail
warning=N[:TIMES]                   N rows of each job carry a warning, and are still issued
malformed-json[=TIMES]              JSON answers end in the middle
expired-token[=TIMES]               the token is refused
truncated-result[=TIMES]            the download ends after half of the result, without an error
corrupted-result[=TIMES]            one byte of the downloaded result is changed
Without TIMES, or with 0, a fault stays until it is removed. @STEP at the end limits it to one request: me, profiles,
template, specification, start, list, status, approve, reject, download.`

// ParseFault reads one fault as the command line and the window write it: "throttle=429:2", "slow=500ms@status",
// "drop-upload=65536", "lost-answer=1"; FaultHelp has all.
func ParseFault(spec string) (Fault, error) {
	fail := func(format string, args ...any) (Fault, error) {
		return Fault{}, fmt.Errorf("%q is no fault: %s", spec, fmt.Sprintf(format, args...))
	}
	text, step, limited := strings.Cut(strings.TrimSpace(spec), "@")
	kind, value, valued := strings.Cut(text, "=")
	f := Fault{Kind: FaultKind(kind), Step: Step(step)}
	if limited && step == "" {
		return fail("a step is missing behind @")
	}
	var parts []string
	if valued {
		parts = strings.Split(value, ":")
	}
	number := func(s, what string) (int64, error) {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil || n < 0 || strings.HasPrefix(s, "+") {
			return 0, fmt.Errorf("%q is no %s", s, what)
		}
		return n, nil
	}
	var err error
	own := 0 // parts before TIMES
	switch f.Kind {
	case Throttle:
		own, f.RetryAfter = 1, 1
		if len(parts) == 0 || parts[0] != "429" && parts[0] != "503" {
			return fail("throttle needs 429 or 503")
		}
		f.Status, _ = strconv.Atoi(parts[0])
		if len(parts) == 3 {
			n, err := number(parts[2], "number of seconds")
			if err != nil || n > 86400 {
				return fail("%q is no number of seconds up to 86400", parts[2])
			}
			f.RetryAfter, parts = int(n), parts[:2]
		}
	case Slow:
		own = 1
		if len(parts) == 0 {
			return fail("slow needs a duration (500ms) or a rate (50000/s)")
		}
		if rate, ok := strings.CutSuffix(parts[0], "/s"); ok {
			if f.Rate, err = number(rate, "number of bytes a second"); err != nil {
				return fail("%v", err)
			}
		} else if f.Delay, err = time.ParseDuration(parts[0]); err != nil {
			return fail("%q is neither a duration (500ms) nor a rate (50000/s)", parts[0])
		}
	case DropUpload, DropDownload, Partial, Warning:
		own = 1
		if len(parts) == 0 {
			return fail("%s needs a number", kind)
		}
		if f.Count, err = number(parts[0], "number"); err != nil {
			return fail("%v", err)
		}
	case LostAnswer, NoList, MalformedJSON, ExpiredToken, TruncatedResult, CorruptedResult:
	default:
		return fail("there is no %q", kind)
	}
	switch {
	case valued && len(parts) == 0 || len(parts) > own+1:
		return fail("too many parts")
	case len(parts) == own+1:
		n, err := number(parts[own], "number of times")
		if err != nil || n > 1e6 {
			return fail("%q is no number of times up to 1000000", parts[own])
		}
		f.Times = int(n)
	}
	if err := f.check(); err != nil {
		return fail("%v", err)
	}
	return f, nil
}

// stepsOf are the requests that a kind can concern; nil for all.
func stepsOf(k FaultKind) []Step {
	switch k {
	case DropUpload, LostAnswer, Partial, Warning:
		return []Step{StepStart}
	case NoList:
		return []Step{StepList}
	case DropDownload, TruncatedResult, CorruptedResult:
		return []Step{StepDownload}
	}
	return nil
}

func (f *Fault) check() error {
	switch {
	case f.Step != "" && !slices.Contains(Steps, f.Step):
		return fmt.Errorf("there is no step %q", f.Step)
	case f.Step != "" && stepsOf(f.Kind) != nil && !slices.Contains(stepsOf(f.Kind), f.Step):
		return fmt.Errorf("%s cannot happen at the step %q", f.Kind, f.Step)
	case f.Times < 0, f.Count < 0, f.Delay < 0, f.Rate < 0, f.RetryAfter < 0:
		return fmt.Errorf("%s has a negative number", f.Kind)
	}
	switch f.Kind {
	case Throttle:
		if f.Status != 429 && f.Status != 503 {
			return errors.New("throttle needs 429 or 503")
		}
	case Slow:
		if f.Delay == 0 && f.Rate == 0 || f.Delay > 10*time.Minute {
			return errors.New("slow needs a duration up to 10m or a rate of 1/s or more")
		}
	case Partial, Warning:
		if f.Count == 0 {
			return fmt.Errorf("%s needs 1 row or more", f.Kind)
		}
	case DropUpload, DropDownload, LostAnswer, NoList, MalformedJSON, ExpiredToken, TruncatedResult, CorruptedResult:
	default:
		return fmt.Errorf("there is no fault %q", string(f.Kind))
	}
	return nil
}

func (fs Faults) check() error {
	for i := range fs {
		if err := fs[i].check(); err != nil {
			return err
		}
	}
	return nil
}

// String writes the fault as ParseFault reads it.
func (f Fault) String() string {
	var parts []string
	switch f.Kind {
	case Throttle:
		parts = append(parts, strconv.Itoa(f.Status))
	case Slow:
		if f.Rate > 0 {
			parts = append(parts, strconv.FormatInt(f.Rate, 10)+"/s")
		} else {
			parts = append(parts, f.Delay.String())
		}
	case DropUpload, DropDownload, Partial, Warning:
		parts = append(parts, strconv.FormatInt(f.Count, 10))
	}
	if f.Times > 0 || f.Kind == Throttle && f.RetryAfter != 1 {
		parts = append(parts, strconv.Itoa(f.Times))
	}
	if f.Kind == Throttle && f.RetryAfter != 1 {
		parts = append(parts, strconv.Itoa(f.RetryAfter))
	}
	s := string(f.Kind)
	if len(parts) > 0 {
		s += "=" + strings.Join(parts, ":")
	}
	if f.Step != "" {
		s += "@" + string(f.Step)
	}
	return s
}

// faultState is the faults that are still to come.
type faultState struct {
	mu  sync.Mutex
	all Faults
}

func (s *faultState) set(f Faults) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = slices.Clone(f)
}

func (s *faultState) get() Faults {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.all)
}

// take returns the first fault of a kind that concerns the step, and counts it down.
func (s *faultState) take(k FaultKind, at Step) (Fault, bool) {
	return s.takeIf(at, func(f *Fault) bool { return f.Kind == k })
}

func (s *faultState) takeIf(at Step, wanted func(*Fault) bool) (Fault, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, f := range s.all {
		if !wanted(&f) || f.Step != "" && f.Step != at {
			continue
		}
		if f.Times > 1 {
			s.all[i].Times--
		} else if f.Times == 1 {
			s.all = slices.Delete(s.all, i, i+1)
		}
		return f, true
	}
	return Fault{}, false
}
