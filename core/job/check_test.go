package job

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"enrollbench/core/eui48"
	"enrollbench/core/finding"
	"enrollbench/core/recipient"
	"enrollbench/core/upload"
)

func rules(r *finding.Report, of finding.Severity) (names []string) {
	for _, f := range r.All() {
		if f.Severity == of && !slices.Contains(names, f.Rule) {
			names = append(names, f.Rule)
		}
	}
	return names
}

func TestCheckWords(t *testing.T) {
	b := newBench(t)
	q := b.batch("upload.csv")
	q.Keys = ByService
	q.Recipient, q.Proof = rehearsed(t, b.clock.Now().Add(-time.Hour))
	q.Files[0].Count = 500
	s, err := b.Check(ctx, q)
	if err != nil || s.Blocked() {
		t.Fatalf("%v, %v", s, err)
	}
	if want := "500 certificates, keys made by the service, sealed to Line 4 (proven today)"; s.Sentence != want {
		t.Errorf("%q, want %q", s.Sentence, want)
	}
	text := strings.Join(s.Lines, "\n")
	for _, want := range []string{"Practice (practice: costs nothing)", "Profile: Sensors", "upload.csv, 134 bytes, 500 enrollments",
		"PEM, with the full chain", "RSA 2048", q.Recipient.FingerprintText()} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	q.Proof.At = b.clock.Now().AddDate(0, 0, -1)
	if s, _ = b.Check(ctx, q); !strings.Contains(s.Sentence, "(proven yesterday)") {
		t.Error(s.Sentence)
	}
	q.Proof.At = b.clock.Now().AddDate(0, 0, -120)
	if s, _ = b.Check(ctx, q); !strings.Contains(s.Sentence, "(proven on 2026-07-30)") || !slices.Contains(rules(s.Report, finding.Warning), "job/old-rehearsal") {
		t.Error(s.Sentence)
	}
}

// TestCheckRules breaks each rule once; the batch of the bench keeps all that block.
func TestCheckRules(t *testing.T) {
	errorsIn := new(finding.Report)
	errorsIn.Add(finding.Finding{Rule: "csv/x", Severity: finding.Error}, finding.Finding{Rule: "csv/y", Severity: finding.Warning})
	warningsIn := new(finding.Report)
	warningsIn.Add(finding.Finding{Rule: "csv/y", Severity: finding.Warning})
	overLimit := new(finding.Report)
	overLimit.Add(eui48.RuleOrderLimit.Finding(finding.Location{}, "too many", ""))
	for rule, change := range map[string]func(b *bench, q *Batch){
		"job/findings":     func(_ *bench, q *Batch) { q.Findings = errorsIn },
		"job/warnings":     func(_ *bench, q *Batch) { q.Findings = warningsIn },
		"job/not-checked":  func(_ *bench, q *Batch) { q.Findings = nil },
		"job/file":         func(b *bench, q *Batch) { _ = os.Remove(q.Files[0].Path) },
		"job/form":         func(b *bench, q *Batch) { b.write("one.csv", strings.ReplaceAll(threeRows, ",", ";")) },
		"job/empty":        func(b *bench, q *Batch) { b.write("one.csv", "") },
		"job/too-large":    func(b *bench, q *Batch) { _ = os.Truncate(q.Files[0].Path, upload.MaxBytes+1) },
		"job/series":       func(b *bench, q *Batch) { q.Files = append(q.Files, File{Path: b.write("two.csv", "x")}) },
		"job/method":       func(_ *bench, q *Batch) { q.Method, q.Keys = ZIP, ByService },
		"job/connection":   func(_ *bench, q *Batch) { q.Connection = Connection{} },
		"job/practice":     func(_ *bench, q *Batch) {},
		"job/profile":      func(_ *bench, q *Batch) { q.Profile = Profile{} },
		"job/no-batch":     func(_ *bench, q *Batch) { q.Profile.NoBatch = true },
		"job/key-option":   func(_ *bench, q *Batch) { q.Profile.KeyGeneration = "server_side" },
		"job/format":       func(_ *bench, q *Batch) { q.Format = "p12" },
		"job/smpb":         func(_ *bench, q *Batch) { q.Format = SMPB },
		"job/no-chain":     func(_ *bench, q *Batch) { q.FullChain = false },
		"job/no-recipient": func(_ *bench, q *Batch) { q.Keys = ByService },
		"job/not-rehearsed": func(b *bench, q *Batch) {
			q.Keys = ByService
			q.Recipient, q.Proof = rehearsed(t, b.clock.Now())
			q.Proof.Fingerprint = "of another one"
		},
		"job/knowingly-not-rehearsed": func(b *bench, q *Batch) {
			q.Keys, q.Unproven = ByService, true
			q.Recipient, _ = rehearsed(t, b.clock.Now())
		},
		"job/old-rehearsal": func(b *bench, q *Batch) {
			q.Keys = ByService
			q.Recipient, q.Proof = rehearsed(t, b.clock.Now())
			q.Proof.At = q.Proof.At.Add(-proofHolds - time.Second)
		},
		"job/recipient-not-used": func(b *bench, q *Batch) { q.Recipient, _ = rehearsed(t, b.clock.Now()) },
		"job/sent-before": func(b *bench, q *Batch) {
			q.Connection.Practice = false
			r := b.paid(*q)
			b.must(Started)(b.Start(ctx, r.ID, nil))
		},
		"job/sent-again": func(b *bench, q *Batch) {
			q.Connection.Practice = false
			r := b.paid(*q)
			b.must(Started)(b.Start(ctx, r.ID, nil))
			q.Again = "the first set was lost"
		},
		"job/clock": func(b *bench, _ *Batch) { // the ledger's newest entry is of the day after tomorrow
			b.ledgers.now = func() time.Time { return time.Now().Add(48 * time.Hour) }
			b.book(true)
			b.ledgers.close()
			b.ledgers.all, b.ledgers.now = nil, nil
		},
		"job/prepared-before": func(b *bench, q *Batch) { b.prepare("one.csv") },
	} {
		t.Run(rule, func(t *testing.T) {
			b := newBench(t)
			b.t = t
			q := b.batch("one.csv")
			change(b, &q)
			s, err := b.Check(ctx, q)
			if err != nil {
				t.Fatal(err)
			}
			i := slices.IndexFunc(Rules, func(r *finding.Rule) bool { return r.Name == rule })
			if i < 0 || !slices.Contains(rules(s.Report, Rules[i].Severity), rule) {
				t.Errorf("found %+v", s.Report.All())
			}
			var blocked *BlockedError
			if _, err := b.Prepare(ctx, q); errors.As(err, &blocked) != (Rules[i].Severity == finding.Error) {
				t.Errorf("prepare: %v", err)
			}
		})
	}
	t.Run("a range over the limit becomes a series", func(t *testing.T) {
		b := newBench(t)
		q := b.batch("one.csv")
		q.Method, q.Keys, q.Files, q.Findings = MAC, ByService, nil, overLimit
		q.Recipient, q.Proof = rehearsed(t, b.clock.Now())
		start, _, _ := eui48.Parse("00:1a:c2:7b:00:00")
		q.Range, _ = eui48.NewRange(start, 500_001, 1)
		s, err := b.Check(ctx, q)
		if err != nil || s.Blocked() || s.Jobs != 2 {
			t.Errorf("%+v, %v", s, err)
		}
		if _, err := b.Prepare(ctx, q); err != nil {
			t.Fatal(err)
		}
		q.Range, _ = eui48.NewRange(start+400_000, 10, 1)
		if s, _ := b.Check(ctx, q); !slices.Contains(rules(s.Report, finding.Warning), "job/prepared-before") {
			t.Errorf("overlap: %+v", s.Report.All())
		}
	})
	t.Run("the recipient's own findings block", func(t *testing.T) {
		b := newBench(t)
		q := b.batch("one.csv")
		q.Keys = ByService
		q.Recipient, q.Proof = rehearsed(t, b.clock.Now().AddDate(-3, 0, 0))
		q.Proof.At = b.clock.Now()
		if s, _ := b.Check(ctx, q); !slices.Contains(rules(s.Report, finding.Error), recipient.RuleExpired.Name) {
			t.Errorf("%+v", s.Report.All())
		}
	})
}

func TestCheckCancelled(t *testing.T) {
	b := newBench(t)
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := b.Check(ctx, b.batch("one.csv")); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestFetchDamaged(t *testing.T) {
	b := newBench(t)
	good := b.service.result
	r := b.prepare("one.csv")
	b.must(Started)(b.Start(ctx, r.ID, nil))
	b.must(Complete)(b.Refresh(ctx, r.ID))
	flipped := append([]byte(nil), good...)
	flipped[35] ^= 0x40
	for name, content := range map[string][]byte{
		"empty": nil, "page": []byte("<html>Sign in</html>"), "cut": good[:len(good)-5], "flipped": flipped, "bad JSON": []byte(`{"certificates":[{]}`), "cut JSON": []byte(`[{"certificate":"x"}`),
		"JSON twice": []byte(`[{"certificate":"x"}] []`), "text": []byte("Subject: a result\n\nhello"),
	} {
		b.service.result = content
		if got, err := b.Fetch(ctx, r.ID, nil); !errors.As(err, new(*ResultError)) || got.State != Complete || got.LastError == "" {
			t.Errorf("%s: %v, %v", name, got, err)
		}
		if left, _ := os.ReadDir(filepath.Join(b.dir, "jobs", r.ID)); len(left) > 0 {
			t.Errorf("%s: left %v", name, left)
		}
	}
	b.service.result = []byte("\ufeff[]")
	if _, err := b.Fetch(ctx, r.ID, nil); err != nil {
		t.Errorf("JSON behind a byte order mark: %v", err)
	}
	b.service.result = good
	fetched := b.must(Fetched)(b.Fetch(ctx, r.ID, nil))
	b.service.result = flipped
	if _, err := b.Fetch(ctx, r.ID, nil); err == nil {
		t.Error("a damaged one was taken in the place of a good one")
	}
	if data, err := os.ReadFile(fetched.ResultPath); err != nil || string(data) != string(good) {
		t.Errorf("the good one: %v", err)
	}
	b.must(Complete)(b.MarkDamaged(ctx, r.ID, "MDC"))
	b.service.result = good
	b.must(Fetched)(b.Fetch(ctx, r.ID, nil))
	b.must(Opened)(b.MarkOpened(ctx, r.ID, "green"))
	b.must(Fetched)(b.Fetch(ctx, r.ID, nil))
}
