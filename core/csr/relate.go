package csr

import (
	"context"
	"encoding/hex"
	"fmt"
	"math/big"
	"slices"

	"enrollbench/core/csr/keycheck"
	"enrollbench/core/finding"
	"enrollbench/core/progress"
)

// relate finds what only the whole set shows, gives every entry its status and makes the report. It is linear in the
// entries but for the shared primes, which are compared anew only when moduli came to the set.
func (s *Set) relate(ctx context.Context, report progress.Func) error {
	s.related = map[int32][]finding.Finding{}
	s.status = make([]Status, len(s.entries))
	live := s.sameFile()
	s.sameKey(live)
	s.sameName(live)
	s.sameNonce(live)
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := s.sharedPrimes(ctx, live, report); err != nil {
		return err
	}
	s.conclude()
	return nil
}

// groups maps each key that occurs more than once among live to the entries that have it, in order.
func groups[K comparable](live []int32, key func(i int32) (K, bool)) [][]int32 {
	first := make(map[K]int32, len(live))
	at := map[K]int{}
	var out [][]int32
	for _, i := range live {
		k, ok := key(i)
		if !ok {
			continue
		}
		f, seen := first[k]
		if !seen {
			first[k] = i
			continue
		}
		g, ok := at[k]
		if !ok {
			g = len(out)
			at[k] = g
			out = append(out, []int32{f})
		}
		out[g] = append(out[g], i)
	}
	return out
}

func (s *Set) partners(r *finding.Rule, members []int32) *finding.Partners {
	p := &finding.Partners{Rule: r.Name, Places: make([]finding.Location, len(members))}
	for n, i := range members {
		p.Places[n] = s.entries[i].At
	}
	return p
}

// blame adds a finding of rule r to each of who, each naming all the other members.
func (s *Set) blame(r *finding.Rule, members, who []int32, message func(i int32, others string) string) {
	p := s.partners(r, members)
	for _, i := range who {
		at := s.entries[i].At
		f := r.Finding(at, message(i, p.Named(at)), "")
		f.Partners = p
		s.related[i] = append(s.related[i], f)
	}
}

// sameFile blames the later copies of one request and returns the entries that further rules look at: requests that
// could be read, each once.
func (s *Set) sameFile() (live []int32) {
	all := make([]int32, 0, len(s.entries))
	for i, e := range s.entries {
		if e.Kind == Request && e.SPKI != [32]byte{} && !s.excluded[e] {
			all = append(all, int32(i))
		}
	}
	copies := map[int32]bool{}
	for _, g := range groups(all, func(i int32) ([32]byte, bool) { return s.entries[i].DER, true }) {
		s.blame(RuleSameFile, g, g[1:], func(_ int32, others string) string {
			return "the same request, byte for byte, as " + others
		})
		for _, i := range g[1:] {
			copies[i] = true
		}
	}
	if len(copies) == 0 {
		return all
	}
	return slices.DeleteFunc(all, func(i int32) bool { return copies[i] })
}

func (s *Set) sameKey(live []int32) {
	for _, g := range groups(live, func(i int32) ([32]byte, bool) { return s.entries[i].SPKI, true }) {
		s.blame(RuleSameKey, g, g, func(i int32, others string) string {
			return fmt.Sprintf("the same public key (SPKI SHA-256 %s…) as %s", hex.EncodeToString(s.entries[i].SPKI[:8]), others)
		})
	}
}

func (s *Set) sameName(live []int32) {
	for _, g := range groups(live, func(i int32) (string, bool) { n := s.entries[i].CommonName; return n, n != "" }) {
		s.blame(RuleSameName, g, g, func(i int32, others string) string {
			return fmt.Sprintf("the same common name %q as %s", s.entries[i].CommonName, others)
		})
	}
}

// sameNonce looks for ECDSA signatures with the same r. By one key over different requests anybody can compute the
// private key (keycheck.RecoverECDSA does); by different keys each holder can compute the other's.
func (s *Set) sameNonce(live []int32) {
	for _, g := range groups(live, func(i int32) ([16]byte, bool) { n := s.entries[i].nonce; return n, n != [16]byte{} }) {
		byKey := groups(g, func(i int32) ([32]byte, bool) { return s.entries[i].SPKI, true })
		for _, same := range byKey {
			s.blame(RuleSharedNonce, same, same, func(_ int32, others string) string {
				return "its ECDSA signature has the same r as that of " + others + " by the same key: the private key can be computed from the two"
			})
		}
		if len(byKey) == 1 && len(byKey[0]) == len(g) {
			continue
		}
		s.blame(RuleSharedNonceOtherKey, g, g, func(_ int32, others string) string {
			return "its ECDSA signature has the same r as that of " + others + " by another key: the random source is broken"
		})
	}
}

// sharedPrimes compares the RSA moduli unless that was done for these very ones or there are too many to do it unasked.
func (s *Set) sharedPrimes(ctx context.Context, live []int32, report progress.Func) error {
	index := map[*Entry]int32{}
	var rsa []*Entry
	for _, i := range live {
		if e := s.entries[i]; len(e.modulus) > 0 {
			rsa = append(rsa, e)
			index[e] = i
		}
	}
	if !s.compared(rsa) {
		s.primes, s.moduliOf = nil, nil
		switch {
		case len(rsa) < 2 || s.opt.SharedPrimes == SharedPrimesNever:
		case s.opt.SharedPrimes == SharedPrimesAuto && len(rsa) > SharedPrimesAutoMax:
			at := finding.Location{}
			s.related[-1] = append(s.related[-1], RuleSharedPrimeSkipped.Finding(at,
				fmt.Sprintf("%d RSA keys were not compared for shared primes: more than %d are compared only when asked", len(rsa), SharedPrimesAutoMax), ""))
		default:
			moduli := make([]*big.Int, len(rsa))
			for n, e := range rsa {
				moduli[n] = new(big.Int).SetBytes(e.modulus)
			}
			shared, err := keycheck.SharedPrimes(ctx, moduli, report)
			if err != nil {
				return err
			}
			s.primes, s.moduliOf = shared, rsa
		}
	}
	for _, sh := range s.primes {
		var g []int32
		for _, m := range sh.Members {
			if i, ok := index[s.moduliOf[m]]; ok {
				g = append(g, i)
			}
		}
		if len(g) < 2 {
			continue
		}
		s.blame(RuleSharedPrime, g, g, func(_ int32, others string) string {
			return "its RSA modulus shares a prime with that of " + others + ": both private keys can be computed"
		})
	}
	return nil
}

// compared says whether all of these moduli were compared with each other before.
func (s *Set) compared(rsa []*Entry) bool {
	if len(s.moduliOf) < len(rsa) || len(rsa) == 0 {
		return false
	}
	done := make(map[*Entry]bool, len(s.moduliOf))
	for _, e := range s.moduliOf {
		done[e] = true
	}
	for _, e := range rsa {
		if !done[e] {
			return false
		}
	}
	return true
}

// conclude gives every entry its status and collects the report.
func (s *Set) conclude() {
	s.report = new(finding.Report)
	s.report.Add(s.extra...)
	s.report.Add(s.related[-1]...)
	for i, e := range s.entries {
		if s.excluded[e] {
			s.status[i] = Excluded
			continue
		}
		st := Ready
		if e.Kind != Request {
			st = Ignored
		}
		rel := s.related[int32(i)]
		for _, list := range [2][]finding.Finding{e.Own, rel} {
			for k := range list {
				switch sev := list[k].Severity; {
				case sev == finding.Error:
					st = Failed
				case st == Ignored || st == Failed:
				case sev == finding.Warning:
					st = Warned
				case st == Ready:
					st = Noticed
				}
			}
		}
		s.status[i] = st
		s.report.Add(e.Own...)
		s.report.Add(rel...)
	}
	if s.given && !slices.ContainsFunc(s.entries, func(e *Entry) bool { return e.Kind == Request }) {
		s.report.Add(RuleNoCSR.Finding(finding.Location{}, "no CSR was found in what was given", ""))
	}
	s.report.All() // sorted here, off the caller's thread
}
