package csr

import (
	"crypto"
	"crypto/rsa"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// hashAlgorithms are those of RFC 4055 §2.1.
var hashAlgorithms = map[string]crypto.Hash{
	oid(1, 3, 14, 3, 2, 26):             crypto.SHA1,
	oid(2, 16, 840, 1, 101, 3, 4, 2, 1): crypto.SHA256,
	oid(2, 16, 840, 1, 101, 3, 4, 2, 2): crypto.SHA384,
	oid(2, 16, 840, 1, 101, 3, 4, 2, 3): crypto.SHA512,
	oid(2, 16, 840, 1, 101, 3, 4, 2, 4): crypto.SHA224,
}

var oidMGF1 = oid(1, 2, 840, 113549, 1, 1, 8)

// pssParameters is RSASSA-PSS-params (RFC 4055 §3.1).
type pssParameters struct {
	hash, mgf crypto.Hash
	salt      int
}

func parsePSS(a *algorithmIdentifier) (p pssParameters, ok bool) {
	p = pssParameters{hash: crypto.SHA1, mgf: crypto.SHA1, salt: 20}
	s := cryptobyte.String(a.parameters)
	if !s.ReadASN1(&s, cbasn1.SEQUENCE) {
		return p, false
	}
	var inner cryptobyte.String
	var present bool
	field := func(n uint8) bool {
		return s.ReadOptionalASN1(&inner, &present, cbasn1.Tag(n).ContextSpecific().Constructed())
	}
	if !field(0) || present && !parseHash(inner, &p.hash) {
		return p, false
	}
	if !field(1) {
		return p, false
	}
	if present {
		var mgf algorithmIdentifier
		if !mgf.parse(inner) || string(mgf.oid) != oidMGF1 || !parseHash(mgf.parameters, &p.mgf) {
			return p, false
		}
	}
	if !field(2) || present && (!inner.ReadASN1Integer(&p.salt) || !inner.Empty() || p.salt < 0) {
		return p, false
	}
	trailer := 1
	if !field(3) || present && (!inner.ReadASN1Integer(&trailer) || !inner.Empty()) {
		return p, false
	}
	return p, trailer == 1 && s.Empty()
}

func parseHash(element cryptobyte.String, h *crypto.Hash) bool {
	var a algorithmIdentifier
	if !a.parse(element) || !a.noParameters() {
		return false
	}
	found, ok := hashAlgorithms[string(a.oid)]
	*h = found
	return ok
}

// pss verifies an RSASSA-PSS signature (RFC 8017 §8.1.2) with the library.
func (p proof) pss(r *request, k *publicKey) proof {
	params, ok := parsePSS(&r.algorithm)
	p.algorithm.hash = params.hash
	switch {
	case !ok:
		p.algorithm.hash, p.known = 0, false
		p.reason = "the parameters of RSASSA-PSS are not known here: not verified"
		return p
	case params.hash != params.mgf:
		p.known, p.reason = false, "RSASSA-PSS with two different hashes is not verified here"
		return p
	case k.Bits < 1024 || k.rsa.n.Bit(0) == 0 || k.rsa.e.BitLen() > 31 || k.rsa.e.BitLen() < 2 || k.rsa.e.Bit(0) == 0:
		p.reason = "RSASSA-PSS with such a key is not verified here" // the key has its own finding
		return p
	}
	p.algorithm.name = fmt.Sprintf("RSASSA-PSS with %s, salt %d", params.hash, params.salt)
	var buf [64]byte
	key := &rsa.PublicKey{N: k.rsa.n, E: int(k.rsa.e.Int64())}
	// A salt of no bytes cannot be asked for: 0 is the library's word for "any".
	options := &rsa.PSSOptions{SaltLength: params.salt, Hash: params.hash}
	if rsa.VerifyPSS(key, params.hash, digest(params.hash, r.info, &buf), r.signature, options) == nil {
		p.verdict = verified
		return p
	}
	p.verdict, p.reason = refuted, fmt.Sprintf("the signature (%s) does not verify with the key in the request (%s)", p.algorithm.name, k.Key)
	return p
}
