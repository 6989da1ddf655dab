package main

import (
	"bytes"
	"context"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"enrollbench/core/atomicfile"
	"enrollbench/core/csr"
	"enrollbench/core/delivery"
	"enrollbench/core/eui48"
	"enrollbench/core/finding"
	"enrollbench/core/job"
	"enrollbench/core/recipient"
	"enrollbench/core/trustmanager"
)

// demoPart are the parts of a bundle that needed several.
var demoPart = regexp.MustCompile(`^upload-part\d+\.zip$`)

func (d *demonstration) path(name string) string { return filepath.Join(d.folder, name) }

func (d *demonstration) write(name string, data []byte) error {
	return atomicfile.WriteFile(d.path(name), data, atomicfile.Options{Mode: 0o600})
}

// requests takes CSRs with keys of devices the whole way.
func (d *demonstration) requests(ctx context.Context, n int) error {
	d.say("\n1. CSRs: the devices made the keys")
	folder := d.path(demoRequests)
	tree, err := atomicfile.NewTree(folder, atomicfile.Options{Mode: 0o600})
	if err != nil {
		return err
	}
	defer tree.Abort() //nolint:errcheck // after Commit it does nothing, before it the error that led here counts
	for i := range n {
		name := fmt.Sprintf("thermostat-%05d", i+1)
		request, err := demoRequest(name)
		if err != nil {
			return err
		}
		if err := tree.WriteFile(name+".csr", request); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	if err := tree.Commit(); err != nil {
		return err
	}
	d.step("made", "%s with P-256 keys, in %s", finding.Counted(int64(n), "CSR"), demoRequests)
	set, err := csr.NewSet(csr.Options{}).Add(ctx, []string{folder}, nil)
	if err != nil {
		return err
	}
	d.count("checked", set.Accepted(), n, "%s", summary(int64(set.Accepted()), set.Report()))
	bundle, err := set.Bundle(ctx, csr.BundleOptions{Out: d.path(demoBundle)}, nil)
	if err != nil {
		return err
	}
	batch := job.Batch{Name: "Thermostats", Method: job.ZIP, Keys: job.ByDevice, Findings: set.Report(), Files: job.BundleFiles(bundle)}
	entries, size := 0, int64(0)
	for _, p := range bundle.Parts {
		entries, size = entries+p.Entries, size+p.Bytes
	}
	d.count("bundled", entries, n, "%s in %s, %s bytes", finding.Counted(int64(entries), "CSR"), finding.Counted(int64(len(bundle.Parts)), "ZIP"), finding.Grouped(size))
	return d.order(ctx, batch, nil, n, 0)
}

// table takes a CSV whose keys the service makes, sealed to a certificate.
func (d *demonstration) table(ctx context.Context, n int) error {
	d.say("\n2. A CSV: the service makes the keys and seals them to a certificate")
	var b bytes.Buffer
	b.WriteString("\"subject.common_name\",\"subject.organization_name\",\"subject.organization_unit\",\"san.dns_name\"\r\n")
	for i := range n {
		fmt.Fprintf(&b, "\"gateway-%05d\",\"Example Works\",\"Line 4\",\"gateway-%05d.devices.example.com\"\r\n", i+1, i+1)
	}
	if err := d.write(demoTable, b.Bytes()); err != nil {
		return err
	}
	order, err := delivery.OrderFromCSV(d.path(demoTable))
	if err != nil {
		return err
	}
	d.count("made", order.Len(), n, "%s, %s bytes: %s", demoTable, finding.Grouped(int64(b.Len())), finding.Counted(int64(order.Len()), "row"))
	batch := job.Batch{Name: "Gateways", Method: job.CSV, Keys: job.ByService, Files: []job.File{{Path: d.path(demoTable), Count: n}}}
	if err := new(jobRequest).checkTables(ctx, d.s, nil, &batch); err != nil {
		return err
	}
	d.count("checked", batch.Findings.Count(finding.Error), 0, "%s", summary(int64(order.Len()), batch.Findings))
	to, opener, err := demoKey(ctx, recipient.X509)
	if err != nil {
		return err
	}
	defer opener.Wipe()
	if err := d.sealing(ctx, &batch, to, opener, demoRecipient); err != nil {
		return err
	}
	return d.order(ctx, batch, opener, n, n)
}

// addresses takes a MAC range whose keys the service makes, sealed to an OpenPGP key.
func (d *demonstration) addresses(ctx context.Context, n int) error {
	d.say("\n3. A MAC range: the service makes the keys and seals them to an OpenPGP key")
	series, report := eui48.Check("00:1a:c2:7b:00:00", fmt.Sprint(n), "10")
	d.count("checked", int(series.Count), n, "%s to %s, %s", series.Start, series.Last(), summary(int64(n), report)) // #nosec G115 -- at most demoLimit
	to, opener, err := demoKey(ctx, recipient.OpenPGP)
	if err != nil {
		return err
	}
	defer opener.Wipe()
	batch := job.Batch{Name: "Sensors", Method: job.MAC, Keys: job.ByService, Range: series, Findings: report}
	if err := d.sealing(ctx, &batch, to, opener, demoPGP); err != nil {
		return err
	}
	return d.order(ctx, batch, opener, n, n)
}

// sealing rehearses with the recipient of a batch.
func (d *demonstration) sealing(ctx context.Context, b *job.Batch, to *recipient.Recipient, opener *recipient.Opener, file string) error {
	text, err := to.Text()
	if err != nil {
		return err
	}
	if err := d.write(file, text); err != nil {
		return err
	}
	b.Recipient = to
	if b.Proof, err = recipient.Rehearse(ctx, to, opener); err != nil {
		return err
	}
	d.step("rehearsed", "what is sealed to %s (%s, %s) opens", to.Title(), to.Kind(), to.Algorithm())
	return nil
}

// order sends a batch, waits for it, fetches it, and opens it against its order. keys is how many private keys must come.
func (d *demonstration) order(ctx context.Context, b job.Batch, opener *recipient.Opener, certificates, keys int) error {
	profile, err := d.profile(ctx, b)
	if err != nil {
		return err
	}
	b.Connection, b.Profile, b.Format, b.FullChain = job.ConnectionOf(d.account), job.ProfileOf(profile), job.PEM, true
	summed, err := d.jobs.Check(ctx, b)
	if err != nil {
		return err
	}
	records, err := d.jobs.Prepare(ctx, b)
	if err != nil {
		return err
	}
	d.count("prepared", len(records), summed.Jobs, "%s", summed.Sentence)
	delivered, withKeys := 0, 0
	for _, r := range records {
		done, keyed, err := d.through(ctx, r, opener)
		if err != nil {
			return err
		}
		delivered, withKeys = delivered+done, withKeys+keyed
	}
	d.count("delivered", delivered, certificates, "%s as ordered, each verified up to the practice root", finding.Counted(int64(delivered), "certificate"))
	d.count("keys", withKeys, keys, "%s", keysInWords(withKeys))
	return nil
}

func keysInWords(n int) string {
	if n == 0 {
		return "none delivered: the devices have theirs"
	}
	return finding.Counted(int64(n), "private key") + ", each belonging to its certificate; none was written to a disk in the clear"
}

// profile finds the profile that a batch is ordered through.
func (d *demonstration) profile(ctx context.Context, b job.Batch) (trustmanager.Profile, error) {
	all, err := d.client.Profiles(ctx)
	if err != nil {
		return trustmanager.Profile{}, err
	}
	want := map[job.Keys]string{job.ByDevice: "Practice: keys from the device, any key", job.ByService: "Practice: keys from the service, P-256"}[b.Keys]
	for _, p := range all {
		if p.Name == want {
			d.step("profile", "%s (one of %s)", p.Name, finding.Counted(int64(len(all)), "profile"))
			return p, nil
		}
	}
	return trustmanager.Profile{}, fmt.Errorf("the practice service has no profile %q", want)
}

// through takes one job from its start to its opened result.
func (d *demonstration) through(ctx context.Context, r *job.Record, opener *recipient.Opener) (certificates, keys int, err error) {
	if r, err = d.jobs.Start(ctx, r.ID, nil); err != nil {
		return 0, 0, err
	}
	d.step("started", "batch %s as job %s", r.ID, r.RemoteID)
	if r, err = d.wait(ctx, r.ID); err != nil {
		return 0, 0, err
	}
	d.count("complete", r.Issued, r.Count, "%s", r.Sentence())
	if r, err = d.jobs.Fetch(ctx, r.ID, nil); err != nil {
		return 0, 0, err
	}
	d.step("fetched", "%s, %s bytes, %s", filepath.Base(r.ResultPath), finding.Grouped(r.ResultBytes), r.ResultType)
	anchors, err := d.anchors()
	if err != nil {
		return 0, 0, err
	}
	request := delivery.OpenRequest{Paths: []string{r.ResultPath}, Practice: true, Anchors: anchors}
	if request.Order, err = r.Order(); err != nil {
		return 0, 0, err
	}
	if opener != nil {
		request.Opener = delivery.WithKey(opener)
	}
	result, err := delivery.Open(ctx, request, nil)
	if err != nil {
		return 0, 0, err
	}
	defer result.Close()
	verdict := result.Verdict()
	d.step("opened", "%s: %s", verdict.Colour, verdict.Sentence)
	if verdict.Colour != delivery.Green || !result.IssuerConfirmed() {
		d.off++
		d.say("   %-11s OFF: it is not green", "")
	}
	_, err = d.jobs.MarkOpened(ctx, r.ID, verdict.Sentence)
	return result.Delivered(), result.Keys(), err
}

// wait asks until the job has ended. The service is on this computer: it is asked more often than one far away.
func (d *demonstration) wait(ctx context.Context, id string) (*job.Record, error) {
	for pause := 5 * time.Millisecond; ; pause = min(pause*2, 500*time.Millisecond) {
		r, err := d.jobs.Refresh(ctx, id)
		switch {
		case err != nil:
			return r, err
		case r.State == job.Complete:
			return r, nil
		case !r.State.UnderWay():
			return r, fmt.Errorf("batch %s: %s", id, r.Sentence())
		}
		select {
		case <-ctx.Done():
			return r, ctx.Err()
		case <-time.After(pause):
		}
	}
}

// anchors are the root of the practice service, also written to the folder.
func (d *demonstration) anchors() (*delivery.Anchors, error) {
	anchors := new(delivery.Anchors)
	var text []byte
	for _, c := range d.service.Anchors() {
		anchors.Add(c)
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...)
	}
	if _, err := os.Stat(d.path(demoRoot)); err == nil {
		return anchors, nil
	}
	return anchors, d.write(demoRoot, text)
}
