package frametest

import (
	"path/filepath"
	"strings"

	"enrollbench/core/csr"
	"enrollbench/core/job"
	"enrollbench/gui/frame"
)

// Order is an order of three requests, with its upload file in the program's own folder.
func (r *Rig) Order() *frame.Order {
	r.T.Helper()
	folder, err := r.F.Desk().Uploads()
	if err != nil {
		r.T.Fatal(err)
	}
	set, err := csr.NewSet(csr.Options{}).Add(r.T.Context(), []string{GoodFolder(r.T)}, nil)
	if err != nil {
		r.T.Fatal(err)
	}
	out := filepath.Join(folder, "good-upload.zip")
	bundle, err := set.Bundle(r.T.Context(), csr.BundleOptions{Out: out}, nil)
	if err != nil {
		r.T.Fatal(err)
	}
	return &frame.Order{What: "3 certificates for requests that devices made", Folder: folder, Batch: job.Batch{Name: "good", Method: job.ZIP, Keys: job.ByDevice,
		Findings: set.Report(), Files: []job.File{{Path: out, Count: 3, Order: bundle.Manifest}}}}
}

// Prepared is a batch of three requests that was prepared for the practice service, through the first profile that takes it
// and has that word in its name.
func (r *Rig) Prepared(profile string) *job.Record {
	r.T.Helper()
	d, b := r.F.Desk(), r.Order().Batch
	profiles, err := d.Profiles(r.T.Context(), job.PracticeID)
	if err != nil {
		r.T.Fatal(err)
	}
	for _, p := range profiles.All {
		if frame.Takes(frame.JobProfile(p), b.Keys) && strings.Contains(strings.ToLower(p.Name), profile) {
			b.Profile = frame.JobProfile(p)
			break
		}
	}
	b.Connection, b.Format, b.FullChain = job.ConnectionOf(job.PracticeConnection()), job.Formats[0], true
	records, err := d.Jobs.Prepare(r.T.Context(), b)
	if err != nil {
		r.T.Fatal(err)
	}
	return records[0]
}
