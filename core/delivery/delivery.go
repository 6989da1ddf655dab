// Package delivery opens the result of a batch job and answers one question: is this what was ordered?
//
// Which to call:
//
//   - Open for a result in any of the contract's forms (ZIP, CMS, OpenPGP, JSON with keys sealed one by one, each also in
//     a coat of base64; several files or a folder). The Delivery says it all: Verdict for people, Findings and Lists in
//     full, Fields for scripts;
//   - Delivery.Export to write certificates and keys into a folder, Delivery.Handover to seal them to somebody else;
//   - Unseal to decrypt a file and nothing else;
//   - OrderFromFile and OrderFromMAC for what the result is compared with, ParseAnchors for whom to trust;
//   - Sweep when the program starts.
//
// # What is promised
//
// Names of files prove nothing: a certificate and a private key belong together if their public keys are equal, the
// public key being computed from the private one. A certificate is the issuer's if its signature verifies and the chain
// ends in an anchor; a root that came along with the result confirms nothing, because anybody who has the recipient's
// certificate can make a consistent result.
//
// The plaintext of a sealed result never touches the disk: it lies in a temporary file under a key that exists in memory
// only. Two things write plaintext, because they are asked to: Unseal and Export. They do it under a temporary name that
// is noted, so that Sweep removes what a crash leaves.
//
// Nothing that failed its integrity check is released: an error in any layer is an error of Open, and there is no
// Delivery then.
//
// # Memory
//
// A Delivery keeps a few hundred octets a certificate: 100,000 with keys are opened in less than 200 MB. Certificates and keys are read again from the source when they are
// exported, and held against the hashes of the first reading.
package delivery

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"runtime"
	"time"

	"enrollbench/core/eui48"
	"enrollbench/core/finding"
	"enrollbench/core/progress"
)

// OpenRequest says what to open and what to hold it against.
type OpenRequest struct {
	Paths    []string  // files or folders
	Opener   Opener    // the private key the result was sealed to; nil for results that are not sealed
	Order    *Order    // nil if it is to be compared with nothing
	Anchors  *Anchors  // nil trusts nobody
	Practice bool      // the result of a job of the practice service
	Now      time.Time // for validity; zero for the present
	SpoolDir string    // for encrypted temporaries; "" for the system's folder
	Traces   string    // for notes about temporaries, see Sweep; "" for the usual folder
	Limits   Limits
}

// Delivery is an opened and checked result. Its methods are safe for concurrent use, Close aside.
type Delivery struct {
	request   OpenRequest
	sources   sources
	files     []File
	gathering *gathering
	lists     [lists][]Entry
	delivered int
	issuers   []Issuer
	confirmed bool
	opener    Opener
}

// Open opens a result and checks all of it. The caller closes the Delivery. Progress counts octets, those of the files
// twice: read, then checked.
func Open(ctx context.Context, req OpenRequest, report progress.Func) (*Delivery, error) {
	if len(req.Paths) == 0 {
		return nil, errors.New("choose the file of the result")
	}
	if req.Now.IsZero() {
		req.Now = time.Now()
	}
	if req.Anchors == nil {
		req.Anchors = &Anchors{}
	}
	if req.Limits.Payload == 0 {
		req.Limits.Payload = DefaultLimits.Payload
	}
	if req.Limits.Archive.Entries == 0 {
		req.Limits.Archive = DefaultLimits.Archive
	}
	in := &intake{opener: req.Opener, spoolDir: req.SpoolDir, traces: req.Traces, limits: req.Limits, report: report}
	in.total = 2 * max(1, sizes(req.Paths))
	d, err := open(ctx, req, in, report)
	if err != nil {
		in.sources.close()
		return nil, err
	}
	return d, nil
}

func open(ctx context.Context, req OpenRequest, in *intake, report progress.Func) (*Delivery, error) {
	for _, path := range sorted(req.Paths) {
		if err := in.add(ctx, path); err != nil {
			return nil, err
		}
	}
	authorities, err := newAuthorities(req.Anchors)
	if err != nil {
		return nil, err
	}
	workers := runtime.GOMAXPROCS(0)
	g := newGathering(in.sources, authorities, req.Order, in.opener, req.Now)
	g.findings.Merge(&in.findings)
	half := in.total / 2
	err = g.run(ctx, workers, func(done, total int64) {
		report.Report(half+int64(float64(done)/float64(max(1, total))*float64(half)), in.total)
	})
	if err != nil {
		return nil, err
	}
	if err := g.settle(ctx, workers, req.Anchors, req.Order, nil); err != nil {
		return nil, err
	}
	c := &comparison{gathering: g, order: req.Order}
	c.once()
	c.match()
	c.reconcile()
	d := &Delivery{request: req, sources: in.sources, files: in.files, gathering: g, lists: c.lists, delivered: c.delivered, opener: in.opener}
	d.judgeIssuers()
	if len(g.certificates) == 0 && !g.unread { // what could not be read may be what is missing, and has its own finding
		message := "it holds no certificate of a device"
		if n := g.authorities.delivered(); n > 0 {
			message = fmt.Sprintf("it holds %s of CAs, and none of a device", certificates(n))
		}
		g.findings.Add(RuleEmpty.Finding(finding.Location{File: req.Paths[0]}, message, ""))
	}
	if req.Order == nil {
		g.findings.Add(RuleNoOrder.Finding(finding.Location{File: req.Paths[0]}, "it was not compared with an order", ""))
	}
	g.findings.All() // sorts, so that readers need no lock
	report.Report(in.total, in.total)
	return d, nil
}

// Close removes the encrypted temporaries. Nothing can be exported any more.
func (d *Delivery) Close() error {
	var errs []error
	for _, s := range d.sources {
		errs = append(errs, s.Close())
	}
	return errors.Join(errs...)
}

// Findings is everything there is to say, in full.
func (d *Delivery) Findings() *finding.Report { return &d.gathering.findings }

// Files says what the given files were found to be. Files of a folder that hold certificates and keys by themselves are
// not in it.
func (d *Delivery) Files() []File { return d.files }

// Ordered is the number of certificates that were ordered, 0 without an order.
func (d *Delivery) Ordered() int {
	if d.request.Order == nil {
		return 0
	}
	return d.request.Order.Len()
}

// Delivered is how many of the ordered certificates were delivered; without an order, how many there are.
func (d *Delivery) Delivered() int { return d.delivered }

// List returns one of the lists in full. The slice belongs to the delivery.
func (d *Delivery) List(l List) []Entry { return d.lists[l] }

// Keys is the number of private keys that were opened.
func (d *Delivery) Keys() int { return len(d.gathering.privates) }

// Len is the number of certificates, those of CAs and second copies not counted.
func (d *Delivery) Len() int { return len(d.gathering.certificates) }

// KeyState says what is known of a certificate's private key.
type KeyState uint8

const (
	KeyAbsent  KeyState = iota // not delivered, as with keys that devices made
	KeyMatched                 // delivered, and it is the certificate's own
	KeySealed                  // delivered beside it, not opened
)

// Item is one certificate of a delivery.
type Item struct {
	Name                string // common name
	Serial              string // upper-case hexadecimal
	NotBefore, NotAfter time.Time
	Issuer              string
	SHA256              [32]byte // of the DER
	Place               string   // where it stands in the result
	Row                 int      // of the order, 0 if it was not ordered
	Key                 KeyState
	Confirmed           bool // its chain ends in an anchor
}

// Item returns the i-th certificate, in the order of the result.
func (d *Delivery) Item(i int) Item {
	g := d.gathering
	r := &g.certificates[i]
	item := Item{Name: r.name, Serial: fmt.Sprintf("%X", r.serial), NotBefore: time.Unix(r.notBefore, 0).UTC(), NotAfter: time.Unix(r.notAfter, 0).UTC(),
		Issuer: g.issuers[r.issuerName], SHA256: r.sum, Place: g.location(r.at).String(), Confirmed: g.isConfirmed(r)}
	if r.line != none {
		item.Row = d.request.Order.lines.line(int(r.line)).Row
	}
	switch {
	case r.private != none:
		item.Key = KeyMatched
	case r.sealed != none:
		item.Key = KeySealed
	}
	return item
}

// Certificate reads the i-th certificate again.
func (d *Delivery) Certificate(i int) (*x509.Certificate, error) {
	r := reader{sources: d.sources}
	return r.certificate(&d.gathering.certificates[i])
}

func (g *gathering) isConfirmed(r *record) bool {
	return r.authority >= 0 && g.authorities.list[r.authority].speaker.standing.confirmed
}

// macOf is the common name as a MAC address.
func macOf(name string) (eui48.Address, error) {
	a, _, err := eui48.Parse(name)
	return a, err
}
