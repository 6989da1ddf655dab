package delivery

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"

	"enrollbench/core/certificate"
)

// ErrChanged: the file of the result is not any more what was checked.
var ErrChanged = errors.New("the result was changed since it was opened; open it again")

// reader reads pieces of a result again. It remembers the units that it took apart last, because one of them may hold
// the certificates of a whole batch, and another one the keys. It belongs to one goroutine.
type reader struct {
	sources sources
	opener  Opener
	last    [4]taken // a certificate, its key, a sealed key, and one to spare
	next    int
}

type taken struct {
	at    ref
	parts []part
}

func (s sources) readers(n int) []reader {
	all := make([]reader, n)
	for i := range all {
		all[i].sources = s
	}
	return all
}

// part finds the piece again.
func (r *reader) part(at ref) (part, error) {
	var parts []part
	for _, t := range r.last {
		if t.parts != nil && t.at.sameUnit(at) {
			parts = t.parts
		}
	}
	if parts == nil {
		var err error
		if parts, err = r.sources[at.source].parts(at); err != nil {
			return part{}, fmt.Errorf("%q: %w", r.sources[at.source].path(), err)
		}
		wipeParts(r.last[r.next].parts)
		r.last[r.next] = taken{at, parts}
		r.next = (r.next + 1) % len(r.last)
	}
	if int(at.block) >= len(parts) {
		return part{}, r.changed(at)
	}
	return parts[at.block], nil
}

func (r *reader) changed(at ref) error {
	return fmt.Errorf("%s: %w", r.sources.location(at), ErrChanged)
}

// der reads the DER of a certificate and holds it against its hash.
func (r *reader) der(c *record) ([]byte, error) {
	p, err := r.part(c.at)
	if err != nil {
		return nil, err
	}
	if p.kind != certificatePart || sha256.Sum256(p.der) != c.sum {
		return nil, r.changed(c.at)
	}
	return p.der, nil
}

func (r *reader) certificate(c *record) (*x509.Certificate, error) {
	der, err := r.der(c)
	if err != nil {
		return nil, err
	}
	cert, _, err := certificate.Parse(der)
	return cert, err
}

// sealed reads a key that was not opened, as it came, and the ending that a file of its form has.
func (r *reader) sealed(k *sealedRecord) (given []byte, ending string, err error) {
	p, err := r.part(k.at)
	if err != nil {
		return nil, "", err
	}
	if p.kind != sealedPart && p.kind != keyPart {
		return nil, "", r.changed(k.at)
	}
	switch {
	case bytes.HasPrefix(p.given, []byte("-----BEGIN PGP")):
		return p.given, ".key.asc", nil
	case bytes.HasPrefix(p.given, pemBegin):
		return p.given, ".key", nil
	case p.form == "OpenPGP message":
		return p.given, ".key.pgp", nil
	case p.form == "CMS":
		return p.given, ".key.p7m", nil
	case p.form == "PKCS#12":
		return p.given, ".p12", nil
	}
	return p.given, ".key.sealed", nil
}

// wipe overwrites what is remembered.
func (r *reader) wipe() {
	for i := range r.last {
		wipeParts(r.last[i].parts)
		r.last[i] = taken{}
	}
}

// private reads a private key and computes its public half anew: what is exported is what was matched. The part
// stays valid for three more calls.
func (r *reader) private(k *privateRecord) (part, crypto.PrivateKey, error) {
	p, err := r.part(k.at)
	if err != nil {
		return part{}, nil, err
	}
	if p.kind == sealedPart {
		inner, err := openPart(r.opener, p)
		if err != nil {
			return part{}, nil, fmt.Errorf("%s: %w", r.sources.location(k.at), err)
		}
		for _, q := range inner {
			if q.kind == keyPart {
				p = q
				break
			}
		}
	}
	if p.kind != keyPart {
		return part{}, nil, r.changed(k.at)
	}
	key, err := privateKey(p.form, p.der)
	if err != nil {
		return part{}, nil, r.changed(k.at)
	}
	if hash, err := keyOf(key); err != nil || hash != k.key {
		return part{}, nil, r.changed(k.at)
	}
	return p, key, nil
}
