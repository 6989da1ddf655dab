package delivery

import (
	"bytes"
	"cmp"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
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
			c, err := x509.ParseCertificate(p.der)
			if err != nil {
				return nil, fmt.Errorf("a trusted certificate cannot be read: %w", err)
			}
			if c.Version >= 3 && !isAuthority(c) {
				return nil, fmt.Errorf("%q is no CA certificate, so nothing can be verified by it; give the root certificate of the issuer", nameOf(c))
			}
			a.Add(c)
		case damagedPart:
			return nil, fmt.Errorf("a trusted certificate is damaged: %w", p.err)
		case keyPart, sealedPart:
			return nil, errors.New("it holds a private key; give the certificate of the root alone")
		}
	}
	if len(a.certificates) == 0 {
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
	maxAuthorities  = 256    // CA certificates
	maxIssuerKeys   = 8      // CA keys of one name that are tried on a certificate
	maxAuthorityRSA = 16_384 // bits of a CA's RSA key
)

// authority is the certificate of a CA: delivered, or an anchor.
type authority struct {
	cert      *x509.Certificate
	sum       [32]byte
	delivered bool
	at        ref // of the first delivery
	standing  *standing
	speaker   *authority // the best certificate of the same CA, itself as a rule
}

// standing is what verification says about an authority.
type standing struct {
	chain       []*x509.Certificate // up to the root, as far as it is known
	confirmed   bool                // it ends in an anchor
	rooted      bool                // it ends in a self-signed certificate
	problem     error               // why the chain is not valid at all: expired, not a CA, …
	constrained bool                // a certificate of the chain limits the names that it may issue
}

// authorities is the set of all CA certificates of a delivery. It is safe for concurrent use until judge is called.
type authorities struct {
	mu      sync.RWMutex
	list    []*authority
	sums    map[[32]byte]int
	issuers map[string][]int // by RawSubject
}

func newAuthorities(a *Anchors) (*authorities, error) {
	s := &authorities{sums: map[[32]byte]int{}, issuers: map[string][]int{}}
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

func (s *authorities) add(a *authority) error {
	if k, ok := a.cert.PublicKey.(*rsa.PublicKey); ok && k.N.BitLen() > maxAuthorityRSA {
		return fmt.Errorf("the CA certificate of %q has an RSA key of %d bits, more than the limit of %d", nameOf(a.cert), k.N.BitLen(), maxAuthorityRSA)
	}
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
	subject := string(a.cert.RawSubject)
	s.issuers[subject] = append(s.issuers[subject], len(s.list))
	s.list = append(s.list, a)
	return nil
}

// errNoIssuer: no certificate of the issuer is known.
var errNoIssuer = errors.New("the issuer's certificate was not delivered")

// issuer finds the authority whose key verifies the certificate's signature: its index. errNoIssuer says that there is
// no candidate; another error is why the last one failed.
func (s *authorities) issuer(c *x509.Certificate) (int, error) {
	s.mu.RLock()
	candidates := s.issuers[string(c.RawIssuer)]
	s.mu.RUnlock()
	failed := errNoIssuer
	var tried [maxIssuerKeys][]byte
	keys := 0
	for _, i := range candidates {
		s.mu.RLock()
		a := s.list[i]
		s.mu.RUnlock()
		if len(c.AuthorityKeyId) > 0 && len(a.cert.SubjectKeyId) > 0 && !bytes.Equal(c.AuthorityKeyId, a.cert.SubjectKeyId) {
			continue // another key of the same name, RFC 5280 §4.2.1.1
		}
		if slices.ContainsFunc(tried[:keys], func(k []byte) bool { return bytes.Equal(k, a.cert.RawSubjectPublicKeyInfo) }) {
			continue // another certificate for a key that did not fit
		}
		if keys == maxIssuerKeys {
			return -1, fmt.Errorf("more than %d keys go by this name, and none of those tried fits", maxIssuerKeys)
		}
		if err := c.CheckSignatureFrom(a.cert); err != nil {
			failed = err
			tried[keys] = a.cert.RawSubjectPublicKeyInfo
			keys++
			continue
		}
		return i, nil
	}
	return -1, failed
}

// judge verifies the chain of each authority once. The set is complete then.
func (s *authorities) judge(anchors *Anchors, now time.Time) {
	trusted, roots, between := x509.NewCertPool(), x509.NewCertPool(), x509.NewCertPool()
	for _, c := range anchors.certificates {
		trusted.AddCert(c)
	}
	for _, a := range s.list {
		if anchors.pins[a.sum] {
			trusted.AddCert(a.cert)
		}
		if selfSigned(a.cert) {
			roots.AddCert(a.cert)
		} else {
			between.AddCert(a.cert)
		}
	}
	for _, a := range s.list {
		a.standing = judge(a.cert, trusted, roots, between, now)
	}
	// Two certificates of one CA (cross-signed, renewed) verify the same leaves: the better one speaks for both.
	best := map[string]*authority{}
	key := func(a *authority) string { return string(a.cert.RawSubject) + string(a.cert.RawSubjectPublicKeyInfo) }
	for _, a := range s.list {
		if b := best[key(a)]; b == nil || a.compare(b) < 0 {
			best[key(a)] = a
		}
	}
	for i, a := range s.list {
		s.list[i].speaker = best[key(a)]
	}
}

// compare orders authorities by what is known of them, the better one first; equal ones by content, so that the answer
// does not depend on which was read first.
func (a *authority) compare(b *authority) int {
	rank := func(st *standing) int {
		switch {
		case st.confirmed:
			return 0
		case st.rooted:
			return 1
		case st.problem == nil:
			return 2
		}
		return 3
	}
	return cmp.Or(cmp.Compare(rank(a.standing), rank(b.standing)), bytes.Compare(a.sum[:], b.sum[:]))
}

func judge(c *x509.Certificate, trusted, roots, between *x509.CertPool, now time.Time) *standing {
	verify := func(roots *x509.CertPool) ([]*x509.Certificate, error) {
		chains, err := c.Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, CurrentTime: now,
			KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
		if err != nil {
			return nil, err
		}
		return shortest(chains), nil
	}
	st := &standing{}
	chain, err := verify(trusted)
	switch {
	case err == nil:
		st.chain, st.confirmed, st.rooted = chain, true, selfSigned(chain[len(chain)-1])
	case isUnknown(err):
		if chain, err = verify(roots); err == nil {
			st.chain, st.rooted = chain, true
			break
		}
		st.chain = []*x509.Certificate{c}
		if !isUnknown(err) {
			st.problem = err
		}
	default:
		st.chain, st.problem = []*x509.Certificate{c}, err
	}
	st.constrained = slices.ContainsFunc(st.chain, hasNameConstraints)
	return st
}

func isUnknown(err error) bool {
	_, ok := errors.AsType[x509.UnknownAuthorityError](err)
	return ok
}

// shortest is the chain to show; of equally short ones the first by content, so that it is always the same.
func shortest(chains [][]*x509.Certificate) []*x509.Certificate {
	return slices.MinFunc(chains, func(a, b []*x509.Certificate) int {
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		return slices.CompareFunc(a, b, func(x, y *x509.Certificate) int { return bytes.Compare(x.Raw, y.Raw) })
	})
}

func selfSigned(c *x509.Certificate) bool {
	return bytes.Equal(c.RawSubject, c.RawIssuer) && c.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature) == nil
}

func hasNameConstraints(c *x509.Certificate) bool {
	return len(c.PermittedDNSDomains)+len(c.ExcludedDNSDomains)+len(c.PermittedIPRanges)+len(c.ExcludedIPRanges)+
		len(c.PermittedEmailAddresses)+len(c.ExcludedEmailAddresses)+len(c.PermittedURIDomains)+len(c.ExcludedURIDomains) > 0
}

// isAuthority: it says of itself that it may issue certificates.
func isAuthority(c *x509.Certificate) bool { return c.BasicConstraintsValid && c.IsCA }

// isPractice: the practice service has this word in every issuer's name.
func isPractice(name string) bool { return strings.Contains(name, "PRACTICE") }

// nameOf is what people call a certificate: its common name, else its whole subject.
func nameOf(c *x509.Certificate) string {
	if c.Subject.CommonName != "" {
		return c.Subject.CommonName
	}
	return c.Subject.String()
}
