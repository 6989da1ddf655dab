package delivery

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"enrollbench/core/certificate"
	"enrollbench/core/form"
)

// Anchors are the certificates that end a chain: pinned for a profile after somebody compared the fingerprint, or given
// (--trust). The zero value trusts nobody.
type Anchors struct {
	certificates []*x509.Certificate
	pins         map[[32]byte]bool
}

// ParseAnchors reads certificates, PEM or DER, one or several. Intermediate certificates are as good as roots: whoever
// pins one trusts what it issued.
func ParseAnchors(data []byte) (*Anchors, error) {
	a := &Anchors{}
	for _, p := range split(data) {
		switch p.kind {
		case certificatePart:
			c, _, err := certificate.Parse(p.der)
			if err != nil {
				return nil, fmt.Errorf("a trusted certificate cannot be read: %w", err)
			}
			if c.Version >= 3 && !isAuthority(c) {
				return nil, fmt.Errorf("%q is not a CA certificate, so it cannot verify others; give the root certificate of the issuer", certificate.Name(c))
			}
			a.Add(c)
		case damagedPart:
			return nil, fmt.Errorf("a trusted certificate is damaged: %w", p.err)
		case keyPart, sealedPart:
			return nil, errors.New("it holds a private key; give the certificate of the root alone")
		}
	}
	if len(a.certificates) == 0 {
		if f := form.Detect(data); f.Kind.Known() {
			return nil, fmt.Errorf("it is %s and holds no certificate; give the root certificate of the issuer, PEM or DER", f)
		}
		return nil, errors.New("it holds no certificate; give the root certificate of the issuer, PEM or DER")
	}
	return a, nil
}

// Add trusts a certificate.
func (a *Anchors) Add(c *x509.Certificate) { a.certificates = append(a.certificates, c) }

// Pin trusts the certificate whose DER has this SHA-256, once a delivery brings it along.
func (a *Anchors) Pin(sha256 [32]byte) {
	if a.pins == nil {
		a.pins = map[[32]byte]bool{}
	}
	a.pins[sha256] = true
}

// PEM writes the certificates, for whoever stores them; pins are not in it.
func (a *Anchors) PEM() []byte {
	var out []byte
	for _, c := range a.certificates {
		out = append(out, pem.EncodeToMemory(&pem.Block{Type: labelCertificate, Bytes: c.Raw})...)
	}
	return out
}

// Bounds of what a delivery may cost: its certificates choose what is computed.
const (
	maxAuthorities = 256  // CA certificates
	maxIssuerKeys  = 8    // CA keys of one name and key identifier that are tried on a certificate
	maxPathLength  = 16   // CAs above each other
	maxPathSteps   = 1000 // of the search for the chain of one CA
)

// authority is the certificate of a CA: delivered, or an anchor.
type authority struct {
	cert      *x509.Certificate
	sum       [32]byte
	delivered bool
	at        ref // of the first delivery
	issuers   []*authority
	unchecked error // why nobody can say who issued it, although the issuer may be here
	standing  *standing
	speaker   *authority // the best certificate of the same CA, itself as a rule
}

// standing is what verification says about an authority.
type standing struct {
	chain       []*x509.Certificate // up to the root, as far as it is known
	confirmed   bool                // it ends in an anchor
	rooted      bool                // it ends in a self-signed certificate
	problem     error               // why the chain is not valid at all: expired, too long, names that it may not have, …
	unchecked   error               // why the signature on the last certificate could not be checked
	constrained bool                // a certificate of the chain limits the names that it may issue
}

// authorities is the set of all CA certificates of a delivery. It is safe for concurrent use until judge is called.
type authorities struct {
	mu     sync.RWMutex
	list   []*authority
	sums   map[[32]byte]int
	names  map[string]string // subjects to their canonical form
	byName map[string][]int  // by the canonical form
	byKey  map[string][]int  // by that and the key identifier, "" for those without one
	checks atomic.Int64      // signatures that were checked
}

func newAuthorities(a *Anchors) (*authorities, error) {
	s := &authorities{sums: map[[32]byte]int{}, names: map[string]string{}, byName: map[string][]int{}, byKey: map[string][]int{}}
	for _, c := range a.certificates {
		if err := s.add(&authority{cert: c, sum: sha256.Sum256(c.Raw)}); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// known tells whether a certificate with this hash is in the set, and notes that it was delivered at this place.
func (s *authorities) known(sum [32]byte, at ref) bool {
	s.mu.RLock()
	i, ok := s.sums[sum]
	if ok {
		a := s.list[i]
		if a.delivered && a.at.compare(at) <= 0 {
			s.mu.RUnlock()
			return true
		}
	}
	s.mu.RUnlock()
	if !ok {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.list[i]; !a.delivered || a.at.compare(at) > 0 {
		a.delivered, a.at = true, at
	}
	return true
}

// delivered is the number of those that the result holds.
func (s *authorities) delivered() (n int) {
	for _, a := range s.list {
		if a.delivered {
			n++
		}
	}
	return n
}

func (s *authorities) add(a *authority) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i, ok := s.sums[a.sum]; ok {
		if old := s.list[i]; a.delivered && (!old.delivered || old.at.compare(a.at) > 0) {
			old.delivered, old.at = true, a.at
		}
		return nil
	}
	if len(s.list) >= maxAuthorities {
		return fmt.Errorf("it holds more than %d different CA certificates", maxAuthorities)
	}
	s.sums[a.sum] = len(s.list)
	name := canonical(a.cert.RawSubject)
	s.names[string(a.cert.RawSubject)] = name
	s.byName[name] = append(s.byName[name], len(s.list))
	s.byKey[name+string(a.cert.SubjectKeyId)] = append(s.byKey[name+string(a.cert.SubjectKeyId)], len(s.list))
	s.list = append(s.list, a)
	return nil
}

// canonical is equal for names that RFC 5280 §7.1 calls equal. A name that cannot be read equals itself alone.
func canonical(name []byte) string {
	rdns, err := certificate.Canonical(name)
	if err != nil {
		return string(name)
	}
	return strings.Join(rdns, "\x02") + "\x03"
}

// candidates are the CAs that may have issued the certificate by its issuer's name and key identifier (RFC 5280
// §4.2.1.1). Those without an identifier may always have.
func (s *authorities) candidates(c *x509.Certificate) []int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	name, known := s.names[string(c.RawIssuer)]
	if !known {
		name = canonical(c.RawIssuer)
	}
	if len(c.AuthorityKeyId) == 0 {
		return s.byName[name]
	}
	return slices.Concat(s.byKey[name+string(c.AuthorityKeyId)], s.byKey[name])
}

// errNoIssuer: no certificate of the issuer is known.
var errNoIssuer = errors.New("the issuer's certificate was not delivered")

// issuer finds the authority whose key verifies the certificate's signature: its index. errNoIssuer says that there is
// no candidate; another error is why the last one failed.
func (s *authorities) issuer(c *x509.Certificate) (int, error) {
	found, err := s.verifiers(c, true)
	if len(found) == 0 {
		return -1, cmp.Or(err, errNoIssuer)
	}
	return found[0], nil
}

// verifiers are the authorities whose key verifies the certificate's signature, one of them or all. Each key is tried
// once, and no more than maxIssuerKeys are.
func (s *authorities) verifiers(c *x509.Certificate, one bool) (found []int, err error) {
	tried := map[string]error{}
	for _, i := range s.candidates(c) {
		s.mu.RLock()
		a := s.list[i]
		s.mu.RUnlock()
		failed, again := tried[string(a.cert.RawSubjectPublicKeyInfo)]
		if !again {
			if len(tried) == maxIssuerKeys {
				return found, fmt.Errorf("more than %d keys go by this name, and none of those tried fits", maxIssuerKeys)
			}
			s.checks.Add(1)
			failed = certificate.CheckSignature(c, a.cert)
			tried[string(a.cert.RawSubjectPublicKeyInfo)] = failed
		}
		switch {
		case failed == nil:
			if found = append(found, i); one {
				return found, nil
			}
		case err == nil || errors.Is(failed, certificate.ErrSignature):
			err = failed // that it does not fit says more than that nobody knows
		}
	}
	return found, err
}

// judge verifies the chain of each authority once, so that a certificate below it needs no more than its signature and
// its names looked at. The set is complete then.
func (s *authorities) judge(anchors *Anchors, now time.Time) {
	trusted := map[[32]byte]bool{}
	for sum := range anchors.pins {
		trusted[sum] = true
	}
	for _, c := range anchors.certificates {
		trusted[sha256.Sum256(c.Raw)] = true
	}
	for _, a := range s.list {
		found, err := s.verifiers(a.cert, false)
		if errors.Is(err, certificate.ErrAlgorithm) {
			a.unchecked = err
		}
		for _, i := range found {
			a.issuers = append(a.issuers, s.list[i])
		}
		slices.SortFunc(a.issuers, func(a, b *authority) int { return bytes.Compare(a.sum[:], b.sum[:]) })
	}
	for _, a := range s.list {
		a.standing = a.judge(trusted, now)
	}
	// Two certificates of one CA (cross-signed, renewed) verify the same leaves: the better one speaks for both.
	best := map[string]*authority{}
	key := func(a *authority) string { return string(a.cert.RawSubject) + string(a.cert.RawSubjectPublicKeyInfo) }
	for _, a := range s.list {
		if b := best[key(a)]; b == nil || a.compare(b) < 0 {
			best[key(a)] = a
		}
	}
	for _, a := range s.list {
		a.speaker = best[key(a)]
	}
}

// compare orders authorities by what is known of them, the better one first; equal ones by content, so that the answer
// does not depend on which was read first.
func (a *authority) compare(b *authority) int {
	return cmp.Or(cmp.Compare(a.standing.rank(), b.standing.rank()), bytes.Compare(a.sum[:], b.sum[:]))
}

// judge finds the best chain above an authority, itself included: one that ends in an anchor before one that ends in a
// root, valid ones before others, short ones before long ones.
func (a *authority) judge(trusted map[[32]byte]bool, now time.Time) *standing {
	var best *standing
	queue := [][]*authority{{a}}
	for steps := 0; len(queue) > 0 && steps < maxPathSteps; steps++ {
		path := queue[0]
		queue = queue[1:]
		last := path[len(path)-1]
		st := &standing{confirmed: trusted[last.sum], rooted: last.selfSigned()}
		more := 0
		if !st.confirmed && !st.rooted && len(path) < maxPathLength {
			for _, next := range last.issuers {
				if !slices.ContainsFunc(path, next.same) {
					queue = append(queue, append(slices.Clone(path), next))
					more++
				}
			}
		}
		if more > 0 {
			continue
		}
		if !st.confirmed && !st.rooted {
			st.unchecked = last.unchecked
		}
		for _, link := range path {
			st.chain = append(st.chain, link.cert)
			st.constrained = st.constrained || certificate.HasNameConstraints(link.cert)
		}
		st.problem = certificate.CheckPath(st.chain, now)
		if best == nil || st.rank() < best.rank() {
			best = st
		}
	}
	return best
}

// same: both are certificates of one CA. A path that goes by it twice only goes in a circle.
func (a *authority) same(b *authority) bool {
	return bytes.Equal(a.cert.RawSubject, b.cert.RawSubject) && bytes.Equal(a.cert.RawSubjectPublicKeyInfo, b.cert.RawSubjectPublicKeyInfo)
}

// selfSigned: a root. Old ones are signed by algorithms that nobody checks any more; nothing hangs on that signature.
func (a *authority) selfSigned() bool {
	return slices.Contains(a.issuers, a) || a.unchecked != nil && len(a.issuers) == 0 && bytes.Equal(a.cert.RawSubject, a.cert.RawIssuer)
}

// rank is lower for what is better: where the chain ends counts first.
func (st *standing) rank() int {
	n := 4
	switch {
	case st.confirmed:
		n = 0
	case st.rooted:
		n = 2
	}
	if st.problem != nil {
		n++
	}
	return n
}

// isAuthority: it says of itself that it may issue certificates.
func isAuthority(c *x509.Certificate) bool { return c.BasicConstraintsValid && c.IsCA }

// isPractice: the practice service has this word in every issuer's name.
func isPractice(name string) bool { return strings.Contains(name, "PRACTICE") }
