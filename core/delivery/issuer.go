package delivery

import (
	"cmp"
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"slices"
	"strings"

	"enrollbench/core/certificate"
	"enrollbench/core/finding"
)

// Issuer is one CA that certificates of a delivery name as theirs.
type Issuer struct {
	Name         string              // the whole distinguished name
	Chain        []*x509.Certificate // from the issuer up to the root, as far as it is known; nil if it is not known at all
	Confirmed    bool                // the chain ends in an anchor
	Certificates int                 // that it issued
	Practice     bool                // it belongs to a practice service, by its own name or one above it
}

// Root is the certificate at the end of the chain, whose SHA-256 is to be compared with what the service publishes; nil
// where the issuer is not known.
func (i *Issuer) Root() *x509.Certificate {
	if len(i.Chain) == 0 {
		return nil
	}
	return i.Chain[len(i.Chain)-1]
}

// Words shows the chain: "Thermostat Issuing CA → Root".
func (i *Issuer) Words() string {
	if len(i.Chain) == 0 {
		return i.Name
	}
	names := make([]string, len(i.Chain))
	for n, c := range i.Chain {
		names[n] = certificate.Name(c)
	}
	return strings.Join(names, " → ")
}

// Fingerprint writes a SHA-256 as people compare it: upper-case octets with colons.
func Fingerprint(sum [32]byte) string {
	return strings.ReplaceAll(fmt.Sprintf("% X", sum[:]), " ", ":")
}

// judgeIssuers says once for each issuer what holds for all its certificates.
func (d *Delivery) judgeIssuers() {
	g := d.gathering
	type key struct {
		name    int32
		speaker *authority
	}
	count := map[key]int{}
	unverified := 0
	for i := range g.certificates {
		r := &g.certificates[i]
		k := key{name: r.issuerName}
		if r.unverified {
			unverified++
			continue
		}
		if r.authority >= 0 {
			k.speaker = g.authorities.list[r.authority].speaker
		}
		count[k]++
	}
	keys := make([]key, 0, len(count))
	for k := range count {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b key) int {
		sum := func(k key) string {
			if k.speaker == nil {
				return ""
			}
			return string(k.speaker.sum[:])
		}
		return cmp.Or(strings.Compare(g.issuers[a.name], g.issuers[b.name]), strings.Compare(sum(a), sum(b)))
	})
	d.confirmed = len(keys) > 0 && unverified == 0
	for _, k := range keys {
		i := Issuer{Name: g.issuers[k.name], Certificates: count[k]}
		if k.speaker != nil {
			i.Chain, i.Confirmed = k.speaker.standing.chain, k.speaker.standing.confirmed
		}
		d.judgeIssuer(&i, k.speaker)
		d.confirmed = d.confirmed && i.Confirmed
		d.issuers = append(d.issuers, i)
	}
}

func (d *Delivery) judgeIssuer(i *Issuer, a *authority) {
	at := finding.Location{File: d.request.Paths[0]}
	say := func(rule *finding.Rule, format string, args ...any) {
		d.gathering.findings.Add(rule.Finding(at, fmt.Sprintf(format, args...), ""))
	}
	i.Practice = isPractice(i.Name) || slices.ContainsFunc(i.Chain, func(c *x509.Certificate) bool {
		return isPractice(c.Subject.String()) || isPractice(c.Issuer.String())
	})
	switch {
	case i.Practice && !d.request.Practice:
		say(RulePractice, "%s were issued by %q, the practice service", certificates(i.Certificates), i.Name)
	case !i.Practice && d.request.Practice:
		say(RuleNotPractice, "%s were issued by %q, which is not the practice service", certificates(i.Certificates), i.Name)
	}
	switch {
	case a == nil:
		say(RuleNoIssuer, "the certificate of %q is neither in the result nor trusted: the signatures of %s were not checked", i.Name, certificates(i.Certificates))
	case a.standing.problem != nil:
		say(RuleChain, "the chain of %q, which issued %s, is not valid: %v", certificate.Name(a.cert), certificates(i.Certificates), a.standing.problem)
	case a.standing.confirmed:
	case a.standing.unchecked != nil:
		say(RuleNotChecked, "the signature of the CA %q, which issued %s, cannot be checked: %v", certificate.Name(i.Root()), certificates(i.Certificates), a.standing.unchecked)
	case a.standing.rooted:
		say(RuleIssuerNotConfirmed, "the root %q came along with the result and is not pinned; its SHA-256 is %s", certificate.Name(i.Root()), Fingerprint(sha256.Sum256(i.Root().Raw)))
	default:
		say(RuleIssuerNotConfirmed, "the chain ends in %q, whose issuer %q is neither in the result nor trusted; its SHA-256 is %s",
			certificate.Name(i.Root()), i.Root().Issuer.String(), Fingerprint(sha256.Sum256(i.Root().Raw)))
	}
}

func certificates(n int) string {
	if n == 1 {
		return "1 certificate"
	}
	return fmt.Sprintf("%d certificates", n)
}

// Issuers are the CAs that the certificates name, by name. Certificates whose signature does not verify are not counted
// to any.
func (d *Delivery) Issuers() []Issuer { return d.issuers }

// Practice says whether a practice service issued any of the certificates. No device in the field may get such a one.
func (d *Delivery) Practice() bool {
	return slices.ContainsFunc(d.issuers, func(i Issuer) bool { return i.Practice })
}

// IssuerConfirmed says whether the chain of every certificate ends in an anchor.
func (d *Delivery) IssuerConfirmed() bool { return d.confirmed }
