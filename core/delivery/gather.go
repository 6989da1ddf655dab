package delivery

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"enrollbench/core/certificate"
	"enrollbench/core/finding"
	"enrollbench/core/mldsa"
	"enrollbench/core/progress"
	"enrollbench/core/work"
)

// gathering reads every unit of every source once, on all cores, and keeps records.
type gathering struct {
	sources     sources
	authorities *authorities
	fields      []subjectField // whose values the order wants compared
	now         time.Time
	opener      Opener // of keys that are sealed one by one; may be nil

	unsealed atomic.Bool // a key that was sealed by itself was opened

	mu      sync.RWMutex
	issuers []string // names in words
	issuer  map[string]int32

	certificates []record
	privates     []privateRecord
	sealed       []sealedRecord
	findings     finding.Report
	unread       bool // a certificate could not be read
}

// haul is what one worker brings home.
type haul struct {
	certificates []record
	privates     []privateRecord
	sealed       []sealedRecord
	findings     finding.Report
	unread       bool
}

// pendingAuthority marks a record whose issuer was not known when it was read.
const pendingAuthority = -2

func newGathering(s sources, a *authorities, o *Order, op Opener, now time.Time) *gathering {
	g := &gathering{sources: s, authorities: a, opener: op, now: now, issuer: map[string]int32{}}
	if o != nil {
		g.fields = o.fields
	}
	return g
}

// run fills the gathering. progress counts octets of the containers.
func (g *gathering) run(ctx context.Context, workers int, report progress.Func) error {
	hauls := make([]haul, workers)
	var total, done int64
	for _, s := range g.sources {
		total += s.weight()
	}
	for i, s := range g.sources {
		err := s.walk(ctx, workers, func(w int, at ref, parts []part) error {
			at.source = uint16(i) // #nosec G115 -- maxSources bounds it
			report.Report(done+s.position(at), total)
			return g.unit(&hauls[w], at, parts)
		})
		if err != nil {
			return fmt.Errorf("%q: %w", s.path(), err)
		}
		done += s.weight()
		report.Report(done, total)
	}
	for i := range hauls {
		h := &hauls[i]
		g.certificates = append(g.certificates, h.certificates...)
		g.privates = append(g.privates, h.privates...)
		g.sealed = append(g.sealed, h.sealed...)
		g.findings.Merge(&h.findings)
		g.unread = g.unread || h.unread
		*h = haul{}
	}
	// Workers finish in any order; the result must not depend on it.
	slices.SortFunc(g.certificates, func(a, b record) int { return a.at.compare(b.at) })
	slices.SortFunc(g.privates, func(a, b privateRecord) int { return a.at.compare(b.at) })
	slices.SortFunc(g.sealed, func(a, b sealedRecord) int { return a.at.compare(b.at) })
	return nil
}

// location of a piece, for findings.
func (g *gathering) location(at ref) finding.Location { return g.sources.location(at) }

func (s sources) location(at ref) finding.Location {
	src := s[at.source]
	return finding.Location{File: src.path(), Member: src.member(at)}
}

func (g *gathering) unit(h *haul, at ref, parts []part) error {
	for i, p := range parts {
		at.block = uint32(i) // #nosec G115 -- maxParts bounds it
		if p.behind > 0 {
			h.findings.Add(RuleUnusual.Finding(g.location(at), fmt.Sprintf("%d bytes follow the end of what it holds and were left out", p.behind), ""))
		}
		switch p.kind {
		case certificatePart:
			if err := g.certificate(h, at, p); err != nil {
				return err
			}
		case keyPart:
			g.private(h, at, p)
		case sealedPart:
			g.sealedKey(h, at, p)
		case damagedPart:
			what := "it"
			if p.form != "" {
				what = fmt.Sprintf("the %s in it", p.form)
			}
			h.unread = true
			h.findings.Add(RuleDamaged.Finding(g.location(at), fmt.Sprintf("%s cannot be read: %v", what, p.err), ""))
		case foreignPart:
			reason := "it holds neither a certificate nor a private key"
			if p.form != "" {
				reason = fmt.Sprintf("it holds a %s, which is neither a certificate nor a private key", p.form)
			}
			if p.err != nil {
				reason += ": " + p.err.Error()
			}
			h.findings.Add(RuleOtherFile.Finding(g.location(at), reason, ""))
		}
	}
	return nil
}

func (g *gathering) certificate(h *haul, at ref, p part) error {
	sum := sha256.Sum256(p.der)
	if g.authorities.known(sum, at) {
		return nil
	}
	c, unusual, err := certificate.Parse(p.der)
	if err != nil {
		h.unread = true
		h.findings.Add(RuleDamaged.Finding(g.location(at), fmt.Sprintf("the certificate cannot be read: %v", err), ""))
		return nil
	}
	for _, what := range unusual {
		h.findings.Add(RuleUnusual.Finding(g.location(at), fmt.Sprintf("the certificate of %q: %s", certificate.Name(c), what), ""))
	}
	if isAuthority(c) {
		// A certificate that is kept must not point into the worker's buffer, as crypto/x509 makes it.
		if c, _, err = certificate.Parse(bytes.Clone(p.der)); err != nil {
			return err
		}
		return g.authorities.add(&authority{cert: c, sum: sum, delivered: true, at: at})
	}
	h.certificates = append(h.certificates, g.record(&h.findings, at, c, sum))
	return nil
}

// record makes the record of a certificate and checks what can be checked by itself.
func (g *gathering) record(findings *finding.Report, at ref, c *x509.Certificate, sum [32]byte) record {
	key, written := keyOfCertificate(c)
	r := record{at: at, sum: sum, key: key, name: strings.Clone(c.Subject.CommonName), serial: string(c.SerialNumber.Bytes()),
		issuerName: g.issuerName(c), authority: pendingAuthority, private: none, sealed: none, line: none}
	if written != key {
		r.written = &written
	}
	r.notBefore, r.notAfter = seconds(c)
	if len(g.fields) > 0 {
		r.subject = subjectOf(c, g.fields)
	}
	if i, err := g.authorities.issuer(c); err == nil {
		r.authority = int32(i) // #nosec G115 -- maxAuthorities bounds it
	}
	switch {
	case g.now.After(c.NotAfter):
		findings.Add(RuleExpired.Finding(g.location(at), fmt.Sprintf("%q expired on %s", certificate.Name(c), c.NotAfter.UTC().Format(time.DateTime)), ""))
	case g.now.Before(c.NotBefore):
		findings.Add(RuleNotYetValid.Finding(g.location(at), fmt.Sprintf("%q is valid from %s on", certificate.Name(c), c.NotBefore.UTC().Format(time.DateTime)), ""))
	}
	for _, oid := range c.UnhandledCriticalExtensions {
		findings.Add(RuleCriticalExtension.Finding(g.location(at), fmt.Sprintf("%q has the critical extension %s", certificate.Name(c), oid), ""))
	}
	return r
}

func (g *gathering) issuerName(c *x509.Certificate) int32 {
	g.mu.RLock()
	i, ok := g.issuer[string(c.RawIssuer)]
	g.mu.RUnlock()
	if ok {
		return i
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if i, ok := g.issuer[string(c.RawIssuer)]; ok {
		return i
	}
	i = int32(len(g.issuers)) // #nosec G115 -- one a certificate at most
	g.issuer[string(c.RawIssuer)] = i
	g.issuers = append(g.issuers, c.Issuer.String())
	return i
}

// subjectOf packs the values of the order's attributes as the order's rows have them; several values of one attribute
// stand side by side.
func subjectOf(c *x509.Certificate, fields []subjectField) string {
	values := make([]string, len(fields))
	for i, f := range fields {
		for _, a := range c.Subject.Names {
			if !a.Type.Equal(f.oid) {
				continue
			}
			if values[i] != "" {
				values[i] += valueSeparator
			}
			values[i] += fmt.Sprint(a.Value)
		}
	}
	return packSubject(values)
}

// valueSeparator stands between several values of one attribute; it is in none of them.
const valueSeparator = "\x01"

func (g *gathering) private(h *haul, at ref, p part) {
	key, err := privateKey(p.form, p.der)
	if err != nil {
		if oid, ok := unknownAlgorithm(p.der); ok {
			h.keep(g, at, "PKCS#8", fmt.Sprintf("its type %s is not known here", oid))
			return
		}
		h.findings.Add(RuleDamaged.Finding(g.location(at), err.Error(), ""))
		return
	}
	hash, err := keyOf(key)
	if err != nil {
		h.keep(g, at, p.form, err.Error())
		return
	}
	h.privates = append(h.privates, privateRecord{at: at, key: hash, cert: none})
}

// keep notes a private key that nobody could look into.
func (h *haul) keep(g *gathering, at ref, form, reason string) {
	h.sealed = append(h.sealed, sealedRecord{at: at, form: form, reason: reason, cert: none})
	h.findings.Add(RuleSealedKey.Finding(g.location(at), fmt.Sprintf("a private key (%s) was not opened: %s", form, reason), ""))
}

// sealedKey opens a key that is sealed by itself. What comes out need not be authenticated: a key that belongs to a
// certificate of the result has proven itself.
func (g *gathering) sealedKey(h *haul, at ref, p part) {
	inner, err := g.open(p)
	if err != nil {
		h.keep(g, at, p.form, err.Error())
		return
	}
	defer wipeParts(inner)
	for _, q := range inner {
		if q.kind == keyPart {
			g.unsealed.Store(true)
			g.private(h, at, q)
			return
		}
	}
	h.keep(g, at, p.form, "its content is not a private key in a known form")
}

// maxSealedKey bounds a key that is sealed by itself: no key of a device is near it.
const maxSealedKey = 1 << 20

func (g *gathering) open(p part) ([]part, error) { return openPart(g.opener, p) }

func openPart(o Opener, p part) ([]part, error) {
	switch {
	case p.form == labelSealedKey || p.form == "PKCS#12" || isLegacyEncrypted(p):
		return nil, errors.New("it is protected by a passphrase")
	case p.der == nil:
		return nil, errors.New("its form is not known here")
	case o == nil:
		return nil, errors.New("no private key was given to open it")
	}
	in, err := o.Open(bytes.NewReader(p.der))
	if err != nil {
		return nil, err
	}
	plain, err := io.ReadAll(io.LimitReader(in, maxSealedKey+1))
	if err != nil {
		return nil, err
	}
	if len(plain) > maxSealedKey {
		clear(plain)
		return nil, fmt.Errorf("it holds more than %d bytes", maxSealedKey)
	}
	return split(plain), nil
}

func isLegacyEncrypted(p part) bool {
	return p.form == labelPrivateKey || p.form == labelRSAKey || p.form == labelECKey
}

// wipeParts overwrites plaintext that was decrypted by itself.
func wipeParts(parts []part) {
	for _, p := range parts {
		clear(p.given)
		clear(p.der)
	}
}

// unknownAlgorithm reads the type of a PKCS#8 key that crypto/x509 does not know.
func unknownAlgorithm(der []byte) (asn1.ObjectIdentifier, bool) {
	in := cryptobyte.String(der)
	var seq, algorithm cryptobyte.String
	var version int
	var oid asn1.ObjectIdentifier
	if !in.ReadASN1(&seq, cbasn1.SEQUENCE) || !in.Empty() || !seq.ReadASN1Integer(&version) ||
		!seq.ReadASN1(&algorithm, cbasn1.SEQUENCE) || !algorithm.ReadASN1ObjectIdentifier(&oid) ||
		!seq.PeekASN1Tag(cbasn1.OCTET_STRING) {
		return nil, false
	}
	for _, known := range knownAlgorithms {
		if oid.Equal(known) {
			return nil, false // known, so it is damaged
		}
	}
	return oid, true
}

var knownAlgorithms = []asn1.ObjectIdentifier{
	{1, 2, 840, 113549, 1, 1, 1}, // rsaEncryption
	{1, 3, 101, 112},             // Ed25519
	{1, 3, 101, 110},             // X25519
	mldsa.Algorithms[0].OID, mldsa.Algorithms[1].OID, mldsa.Algorithms[2].OID,
}

// settle verifies the signatures that had to wait for the issuer's certificate, makes devices out of CA certificates
// that were ordered as such, and checks names against the limits of their issuers.
func (g *gathering) settle(ctx context.Context, workers int, anchors *Anchors, o *Order, report progress.Func) error {
	g.promote(o)
	var pending []int32
	for i := range g.certificates {
		if g.certificates[i].authority == pendingAuthority {
			pending = append(pending, int32(i)) // #nosec G115 -- below maxParts a unit
		}
	}
	failed := make([]error, len(pending))
	err := g.revisit(ctx, workers, pending, report, func(n int, c *x509.Certificate) {
		r := &g.certificates[pending[n]]
		i, err := g.authorities.issuer(c)
		r.authority, failed[n] = int32(i), err // #nosec G115 -- maxAuthorities bounds it
	})
	if err != nil {
		return err
	}
	for n, err := range failed {
		r := &g.certificates[pending[n]]
		switch {
		case err == nil || errors.Is(err, errNoIssuer):
		case errors.Is(err, certificate.ErrAlgorithm):
			r.unverified = true
			g.findings.Add(RuleNotChecked.Finding(g.location(r.at), fmt.Sprintf("the signature of %q cannot be checked with the key of %q: %v", r.name, g.issuers[r.issuerName], err), ""))
		default:
			r.unverified = true
			g.findings.Add(RuleSignature.Finding(g.location(r.at), fmt.Sprintf("the signature of %q does not match the key of %q: %v", r.name, g.issuers[r.issuerName], err), ""))
		}
	}
	g.authorities.judge(anchors, g.now)
	return g.constrained(ctx, workers)
}

// promote: a CA certificate whose private key was delivered, or whose key was requested, is what was ordered and not a
// part of somebody's chain.
func (g *gathering) promote(o *Order) {
	keys := map[keyHash]bool{}
	for _, p := range g.privates {
		keys[p.key] = true
	}
	added := false
	for _, a := range g.authorities.list {
		if !a.delivered {
			continue
		}
		key, written := keyOfCertificate(a.cert)
		ordered := false
		if o != nil {
			_, _, byName := o.lines.byName(a.cert.Subject.CommonName)
			ordered = byName || len(o.lines.byKey(key))+len(o.lines.byKey(written)) > 0
		}
		if ordered || keys[key] {
			g.certificates = append(g.certificates, g.record(&g.findings, a.at, a.cert, a.sum))
			added = true
		}
	}
	if added {
		slices.SortFunc(g.certificates, func(a, b record) int { return cmp.Or(a.at.compare(b.at)) })
	}
}

// constrained holds the names of certificates against the chain where that limits them: the one thing that neither the
// signature nor the chain alone says.
func (g *gathering) constrained(ctx context.Context, workers int) error {
	var concerned []int32
	for i, r := range g.certificates {
		if r.authority >= 0 && g.authorities.list[r.authority].speaker.standing.constrained {
			concerned = append(concerned, int32(i)) // #nosec G115 -- below maxParts a unit
		}
	}
	failed := make([]error, len(concerned))
	err := g.revisit(ctx, workers, concerned, nil, func(n int, c *x509.Certificate) {
		failed[n] = certificate.CheckNames(c, g.authorities.list[g.certificates[concerned[n]].authority].speaker.standing.chain)
	})
	for n, err := range failed {
		if err != nil {
			g.findings.Add(RuleChain.Finding(g.location(g.certificates[concerned[n]].at), err.Error(), ""))
		}
	}
	return err
}

// revisit reads certificates again, on all cores, and hands them to use with their position in which.
func (g *gathering) revisit(ctx context.Context, workers int, which []int32, report progress.Func, use func(n int, c *x509.Certificate)) error {
	readers := g.sources.readers(workers)
	return work.Each(ctx, workers, len(which), 64, func(w, n int) error {
		c, err := readers[w].certificate(&g.certificates[which[n]])
		if err != nil {
			return err
		}
		use(n, c)
		report.Report(int64(n), int64(len(which)))
		return nil
	})
}
