package csr

import (
	"bytes"
	"crypto"
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"math/big"

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

// pss verifies an RSASSA-PSS signature.
func (p proof) pss(r *request, k *publicKey) proof {
	params, ok := parsePSS(&r.algorithm)
	if !ok {
		p.known, p.reason = false, "the parameters of RSASSA-PSS are not supported"
		return p
	}
	p.algorithm.hash = params.hash
	p.algorithm.name = fmt.Sprintf("RSASSA-PSS with %s, salt %d", params.hash, params.salt)
	if verifyPSS(k.rsa, params, digest(params.hash, r.info), r.signature) {
		p.verdict = verified
		return p
	}
	p.verdict, p.reason = refuted, fmt.Sprintf("the signature (%s) does not verify with the key in the request (%s)", p.algorithm.name, k.Key)
	return p
}

// verifyPSS verifies an RSASSA-PSS signature (RFC 8017 §8.1.2, §9.1.2) with a salt of exactly the length that is declared.
// The library takes the length 0 for "any", wants one hash for both uses, and refuses odd keys, which have findings.
func verifyPSS(k *rsaKey, p pssParameters, digest, signature []byte) bool {
	emBits := k.n.BitLen() - 1
	size, hashed := (emBits+7)/8, p.hash.Size()
	s := new(big.Int).SetBytes(signature)
	if len(signature) != (k.n.BitLen()+7)/8 || s.Cmp(k.n) >= 0 || size-hashed-2 < p.salt {
		return false
	}
	if s.Exp(s, k.e, k.n); s.BitLen() > emBits {
		return false
	}
	em := s.FillBytes(make([]byte, size))
	db, h := em[:size-hashed-1], em[size-hashed-1:size-1]
	if em[size-1] != 0xBC {
		return false
	}
	for i, counter := 0, uint32(0); i < len(db); counter++ { // MGF1, RFC 8017 §B.2.1
		mask := p.mgf.New()
		mask.Write(h)
		_ = binary.Write(mask, binary.BigEndian, counter)
		i += subtle.XORBytes(db[i:], db[i:], mask.Sum(nil))
	}
	db[0] &= 0xFF >> (8*size - emBits)
	padding, salt := db[:len(db)-p.salt], db[len(db)-p.salt:]
	want := p.hash.New()
	want.Write(make([]byte, 8))
	want.Write(digest)
	want.Write(salt)
	last := len(padding) - 1
	return padding[last] == 1 && len(bytes.TrimLeft(padding[:last], "\x00")) == 0 && bytes.Equal(want.Sum(nil), h)
}
