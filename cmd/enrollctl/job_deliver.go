package main

import (
	"context"
	"fmt"
	"runtime/debug"

	"github.com/spf13/pflag"

	"enrollbench/core/delivery"
	"enrollbench/core/finding"
	"enrollbench/core/job"
)

var jobDeliver = &command{
	name:      "deliver",
	required:  "-o DIR",
	arguments: "BATCH",
	summary:   "fetch a result, open it, check it against the batch's own order, write certificates and keys",
	detail: "It is enrollctl deliver with the order of the batch, and takes the same flags. A result of the practice service within\n" +
		"this program is verified up to its root without --trust. If the result turns out to be damaged, fetch it again.",
	setup: onDesk(func(flags *pflag.FlagSet) func(context.Context, *session, *desk, []string) error {
		var w delivering
		w.declare(flags)
		return func(ctx context.Context, s *session, d *desk, args []string) error {
			if err := w.complete(flags, args); err != nil {
				return err
			}
			return deliverJob(ctx, s, d, &w, args[0])
		}
	}, 1, oneBatch),
}

// fetchAgain notes that a result is damaged, so that the next try fetches it again.
func fetchAgain(ctx context.Context, d *desk, id string, err error) error {
	if _, e := d.Jobs.MarkDamaged(ctx, id, err.Error()); e != nil {
		return fmt.Errorf("%w\nThe result may be damaged: enrollctl job download %s fetches it again", err, id)
	}
	return fmt.Errorf("%w\nThe result may be damaged. Run this command again: it fetches the result again", err)
}

func deliverJob(ctx context.Context, s *session, d *desk, w *delivering, id string) error {
	r, err := d.Jobs.Get(ctx, id)
	if err != nil {
		return err
	}
	if r.ResultPath == "" || !exists(r.ResultPath) || r.State == job.Complete {
		if r, err = d.Jobs.Fetch(ctx, id, nil); err != nil {
			return err
		}
	}
	if w.order == "" && w.orderMAC == "" {
		switch {
		case r.Method == job.MAC:
			w.orderMAC = fmt.Sprintf("%s,%d,%d", r.Range.Start, r.Range.Count, r.Range.Step)
		case r.OrderPath != "":
			w.order, w.part = r.OrderPath, count(r.OrderPart)
		default:
			s.complain("there is no manifest to compare the result with: give --order FILE")
		}
	}
	w.practice = w.practice || r.Connection.Practice
	if w.trust == "" && r.Connection.ID == job.PracticeID {
		service, err := d.Practice(ctx)
		if err != nil {
			return err
		}
		w.trust = service.AnchorFile()
	}
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(r.MemoryToOpen()))
	w.keep = func(result *delivery.Delivery) {
		if err := d.Jobs.RecordDelivered(ctx, id, result); err != nil {
			s.complain("the ledger does not know these certificates yet: %v; enrollctl ledger import adds them from the folder", err)
		}
	}
	if err := w.run(ctx, s, []string{r.ResultPath}); delivery.Damaged(err) {
		return fetchAgain(ctx, d, id, err)
	} else if err != nil {
		return err
	}
	verdict := "checked against its order: no errors"
	if r.Partial() {
		verdict = fmt.Sprintf("what was delivered is in order; %s failed", finding.Counted(int64(r.Failed), "enrollment"))
	}
	if _, err := d.Jobs.MarkOpened(ctx, id, verdict); err != nil || w.check {
		return err
	}
	to := w.out.path
	if w.sealTo != "" {
		to += ", sealed to " + w.sealTo
	}
	_, err = d.Jobs.MarkDelivered(ctx, id, to)
	if r.Partial() && err == nil {
		s.complain("%s of %s failed: enrollctl job failed-rows -o FILE.csv %s", finding.Counted(int64(r.Failed), "enrollment"), finding.Grouped(int64(r.Expected())), id)
	}
	return err
}
