package recipient

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"enrollbench/core/cms"
	"enrollbench/core/finding"
	"enrollbench/core/openpgp"
)

// SealOptions say how a message is written.
type SealOptions struct {
	// Size is the number of plaintext bytes that will be written, exactly; -1 when it is not known. CMS is DER where it is
	// known. OpenPGP does not need it.
	Size int64
	// GCM chooses AES-256-GCM for CMS, which authenticates and which the service's own openssl smime command cannot open.
	// OpenPGP always authenticates.
	GCM bool
}

// UnfitError is a recipient that nothing may be sealed to.
type UnfitError struct {
	Recipient *Recipient
	Findings  []finding.Finding // the errors among its findings
}

func (e *UnfitError) Error() string {
	why := make([]string, len(e.Findings))
	for i, f := range e.Findings {
		why[i] = f.Message
	}
	return fmt.Sprintf("nothing is sealed to %q: %s", e.Recipient.Title(), strings.Join(why, "; "))
}

// Seal writes the header of a message to w and returns the writer of its plaintext. Close writes the end and its error
// must be checked. Close does not close w.
func (r *Recipient) Seal(w io.Writer, o SealOptions) (io.WriteCloser, error) {
	return SealTo(w, []*Recipient{r}, o)
}

// SealTo seals to several recipients of one kind, each of which can open it. A recipient with a finding of severity error
// is refused with an *UnfitError.
func SealTo(w io.Writer, to []*Recipient, o SealOptions) (io.WriteCloser, error) {
	if len(to) == 0 {
		return nil, errors.New("no recipient to seal to")
	}
	now := time.Now()
	var certificates []*x509.Certificate
	var keys []*openpgp.Key
	for _, r := range to {
		if r.Kind() != to[0].Kind() {
			return nil, fmt.Errorf("a message has recipients of one kind: %q (%s) and %q (%s) are of two", to[0].Title(), to[0].Kind(), r.Title(), r.Kind())
		}
		if err := r.fit(now); err != nil {
			return nil, err
		}
		if r.key != nil {
			keys = append(keys, r.key)
		} else {
			certificates = append(certificates, r.certificate)
		}
	}
	if keys != nil {
		return openpgp.Encrypt(w, keys, openpgp.EncryptOptions{Now: now})
	}
	cipher := cms.AES256CBC
	if o.GCM {
		cipher = cms.AES256GCM
	}
	return cms.Encrypt(w, certificates, cms.EncryptOptions{Size: o.Size, Cipher: cipher})
}

func (r *Recipient) fit(now time.Time) error {
	unfit := &UnfitError{Recipient: r}
	for _, f := range r.Findings(now).All() {
		if f.Severity == finding.Error {
			unfit.Findings = append(unfit.Findings, f)
		}
	}
	if len(unfit.Findings) > 0 {
		return unfit
	}
	return nil
}

// Proof is a rehearsal that went well: at this time what was sealed to the recipient opened with the key at hand.
type Proof struct {
	Fingerprint string // of the recipient
	At          time.Time
}

// probeSize of a rehearsal: more than one buffer of everything on the way.
const probeSize = 300_000

// Rehearse seals a random probe to r and opens it with o. It proves that results can be opened; whether the service can
// seal to r it does not prove. Nothing touches a disk.
func Rehearse(ctx context.Context, r *Recipient, o *Opener) (Proof, error) {
	probe := make([]byte, probeSize)
	if _, err := rand.Read(probe); err != nil {
		return Proof{}, err
	}
	pipe, sink := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		w, err := r.Seal(sink, SealOptions{Size: probeSize})
		if err == nil {
			if _, err = w.Write(probe); err == nil {
				err = w.Close()
			}
		}
		sink.CloseWithError(err)
	}()
	stop := context.AfterFunc(ctx, func() { _ = pipe.CloseWithError(ctx.Err()); _ = sink.CloseWithError(ctx.Err()) })
	defer func() {
		stop()
		_ = pipe.Close()
		<-done
	}()
	opened, err := o.Open(pipe)
	if cancelled := ctx.Err(); cancelled != nil {
		return Proof{}, cancelled
	}
	if err != nil {
		return Proof{}, fmt.Errorf("the rehearsal failed: %w", err)
	}
	got := make([]byte, 0, probeSize+1)
	defer func() { clear(got[:cap(got)]) }()
	buf := make([]byte, 32<<10)
	for err == nil {
		var n int
		n, err = opened.Read(buf)
		if len(got)+n > probeSize {
			break
		}
		got = append(got, buf[:n]...)
	}
	if cancelled := ctx.Err(); cancelled != nil {
		return Proof{}, cancelled
	}
	if err != io.EOF && err != nil {
		return Proof{}, fmt.Errorf("the rehearsal failed: %w", err)
	}
	if err == nil || subtle.ConstantTimeCompare(got, probe) != 1 {
		return Proof{}, errors.New("the rehearsal failed: what was opened is not what was sealed")
	}
	return Proof{Fingerprint: r.Fingerprint(), At: time.Now()}, nil
}
