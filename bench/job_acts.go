//go:build unix

package main

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"enrollbench/core/delivery"
	"enrollbench/core/eui48"
	"enrollbench/core/job"
	"enrollbench/core/ledger"
	"enrollbench/core/recipient"
	"enrollbench/core/store"
	"enrollbench/core/trustmanager"
)

// account is a practice service that runs as another process, and what its client needs. It lies in a file beside the other
// samples, which is removed at the end; the token is good for this one service.
type account struct {
	URL         string
	Token       string
	CA, Root    string // paths
	Key         string // path; results are sealed to the certificate beside it
	Certificate string
}

func readAccount(path string) (a account, err error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return a, err
	}
	return a, json.Unmarshal(data, &a)
}

// Get is the token.
func (a account) Get(context.Context, string) ([]byte, error) { return []byte(a.Token), nil }

func (a account) client() (*trustmanager.Client, error) {
	text, err := os.ReadFile(a.CA)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("%q holds no certificate", a.CA)
	}
	ca, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, err
	}
	return trustmanager.NewClient(a.connection(), a, trustmanager.Options{Anchors: []*x509.Certificate{ca}})
}

func (a account) connection() trustmanager.Connection {
	c := trustmanager.NewConnection("Practice", trustmanager.Practice, a.URL)
	c.ID = "practice"
	return c
}

// profile finds a profile of the service.
func (a account) profile(ctx context.Context, c *trustmanager.Client, name string) (trustmanager.Profile, error) {
	all, err := c.Profiles(ctx)
	if err != nil {
		return trustmanager.Profile{}, err
	}
	for _, p := range all {
		if p.Name == name {
			return p, nil
		}
	}
	return trustmanager.Profile{}, fmt.Errorf("the service has no profile %q", name)
}

// jobParts are the parts of a job's way.
type jobParts struct {
	Start, Issue, Fetch, Open time.Duration
	Bytes                     int64 // of the sealed result
	JobID                     string
}

// jobMAC takes a MAC range through the service, from its start to the opened result that was compared with the order. Its
// arguments are the file of the account, the folder for database and result, and how many addresses.
func jobMAC(args []string) error {
	ctx := context.Background()
	a, err := readAccount(args[0])
	if err != nil {
		return err
	}
	var count uint64
	if _, err := fmt.Sscan(args[2], &count); err != nil {
		return err
	}
	client, err := a.client()
	if err != nil {
		return err
	}
	defer client.Close()
	db, err := store.Open(ctx, filepath.Join(args[1], "jobs.db"))
	if err != nil {
		return err
	}
	defer db.Close()
	books, err := ledger.Open(ctx, ledger.Config{Path: filepath.Join(args[1], "ledger.db"), Practice: true})
	if err != nil {
		return err
	}
	defer books.Close()
	jobs, err := job.Open(db, job.Options{Folder: filepath.Join(args[1], "jobs"), Ledger: func(context.Context, bool) (*ledger.Ledger, error) { return books, nil },
		Connect: func(context.Context, string) (job.Service, error) { return a.client() }})
	if err != nil {
		return err
	}
	defer jobs.Close()
	profile, err := a.profile(ctx, client, "Practice: keys from the service, P-256")
	if err != nil {
		return err
	}
	key, to, err := a.sealing()
	if err != nil {
		return err
	}
	defer key.Wipe()
	b := job.Batch{Connection: job.ConnectionOf(a.connection()), Profile: job.ProfileOf(profile), Method: job.MAC, Keys: job.ByService,
		Format: job.PEM, FullChain: true, Recipient: to}
	start, _, err := eui48.Parse("00:1a:c2:00:00:00")
	if err != nil {
		return err
	}
	if b.Range, err = eui48.NewRange(start, count, 1); err != nil {
		return err
	}
	if b.Proof, err = recipient.Rehearse(ctx, to, key); err != nil {
		return err
	}
	records, err := jobs.Prepare(ctx, b)
	if err != nil {
		return err
	}
	parts, err := throughJob(ctx, jobs, records[0].ID, a, key)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(parts)
}

// sealing reads the key and makes the recipient of it.
func (a account) sealing() (*recipient.Opener, *recipient.Recipient, error) {
	secret, err := os.ReadFile(a.Key)
	if err != nil {
		return nil, nil, err
	}
	defer clear(secret)
	public, err := os.ReadFile(a.Certificate)
	if err != nil {
		return nil, nil, err
	}
	key, err := recipient.LoadOpener(secret, public, nil)
	if err != nil {
		return nil, nil, err
	}
	found, _, err := recipient.Parse(public)
	if err != nil {
		return nil, nil, err
	}
	return key, found[0], nil
}

func throughJob(ctx context.Context, jobs *job.Jobs, id string, a account, key *recipient.Opener) (p jobParts, err error) {
	clock := time.Now()
	lap := func() time.Duration {
		d := time.Since(clock)
		clock = time.Now()
		return d
	}
	r, err := jobs.Start(ctx, id, nil)
	if err != nil {
		return p, err
	}
	p.Start, p.JobID = lap(), r.RemoteID
	for r.State != job.Complete {
		if r, err = jobs.Refresh(ctx, id); err != nil {
			return p, err
		}
		if r.State.Ended() {
			return p, errors.New(r.Sentence())
		}
		time.Sleep(100 * time.Millisecond)
	}
	p.Issue = lap()
	if r, err = jobs.Fetch(ctx, id, nil); err != nil {
		return p, err
	}
	p.Fetch, p.Bytes = lap(), r.ResultBytes
	debug.SetMemoryLimit(r.MemoryToOpen()) // as enrollctl job deliver does
	order, err := r.Order()
	if err != nil {
		return p, err
	}
	root, err := os.ReadFile(a.Root)
	if err != nil {
		return p, err
	}
	anchors, err := delivery.ParseAnchors(root)
	if err != nil {
		return p, err
	}
	d, err := delivery.Open(ctx, delivery.OpenRequest{Paths: []string{r.ResultPath}, Opener: delivery.WithKey(key), Order: order, Anchors: anchors, Practice: true}, nil)
	if err != nil {
		return p, err
	}
	defer d.Close()
	if v := d.Verdict(); v.Colour != delivery.Green || d.Delivered() != r.Count {
		return p, fmt.Errorf("the result is %s: %s", v.Colour, v.Sentence)
	}
	if _, err := jobs.MarkOpened(ctx, id, d.Verdict().Sentence); err != nil {
		return p, err
	}
	p.Open = lap()
	return p, nil
}

// jobUpload measures one start with a file, the answer of the service included. Its arguments are the file of the account
// and the file to upload. The profile needs approval, so that nothing is issued.
func jobUpload(args []string) error {
	ctx := context.Background()
	client, profile, field, err := uploading(ctx, args[0])
	if err != nil {
		return err
	}
	defer client.Close()
	const id = "2026-11-27-1-aaaaaa"
	var started trustmanager.Job
	if err := part(func() (err error) {
		started, err = client.Start(ctx, trustmanager.StartRequest{ProfileID: profile, Method: trustmanager.CSV, File: args[1],
			FileName: "upload-" + id + ".csv", Format: "pem", FullChain: true, Recipient: []byte(field), BatchID: id}, nil)
		return err
	}); err != nil {
		return err
	}
	return client.Reject(ctx, started.ID)
}

// uploading is what a start with a file needs of an account: the client, the profile's id, the recipient's field.
func uploading(ctx context.Context, account string) (client *trustmanager.Client, profile, field string, err error) {
	a, err := readAccount(account)
	if err != nil {
		return nil, "", "", err
	}
	_, to, err := a.sealing()
	if err != nil {
		return nil, "", "", err
	}
	if field, err = to.Field(recipient.Base64OfText); err != nil {
		return nil, "", "", err
	}
	if client, err = a.client(); err != nil {
		return nil, "", "", err
	}
	p, err := a.profile(ctx, client, uploadProfile)
	if err != nil {
		client.Close()
		return nil, "", "", err
	}
	return client, p.ID, field, nil
}

// uploadProfile is what uploads go to.
const uploadProfile = "Practice: keys from the service, P-256, needs approval"

// jobDownload measures the download of a result until its last byte is in the file; the final sync comes after. Its
// arguments are the file of the account, the job and the file to write.
func jobDownload(args []string) error {
	ctx := context.Background()
	a, err := readAccount(args[0])
	if err != nil {
		return err
	}
	client, err := a.client()
	if err != nil {
		return err
	}
	defer client.Close()
	began := time.Now()
	var last time.Duration
	got, err := client.Download(ctx, args[1], args[2], func(int64, int64) { last = time.Since(began) })
	if err != nil {
		return err
	}
	if got.Bytes == 0 {
		return errors.New("the result is empty")
	}
	return json.NewEncoder(os.Stdout).Encode(usage{Wall: last})
}

// jobUploadField prints what curl needs for the same start: the profile's id and the recipient's field.
func jobUploadField(args []string) error {
	ctx := context.Background()
	client, profile, field, err := uploading(ctx, args[0])
	if err != nil {
		return err
	}
	defer client.Close()
	return json.NewEncoder(os.Stdout).Encode(map[string]string{"Profile": profile, "Recipient": field})
}
