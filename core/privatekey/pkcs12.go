package privatekey

import (
	"bytes"
	"crypto"
	"crypto/hmac"
	"crypto/x509"
	encodingasn1 "encoding/asn1"
	"errors"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"enrollbench/core/ber"
	"enrollbench/core/certificate"
)

// Object identifiers of contents and bags (RFC 5652 §4 and §6, RFC 7292 Appendix D) and of PBMAC1 (RFC 8018 A.5).
var (
	oidData           = encodingasn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	oidEncryptedData  = encodingasn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 6}
	oidKeyBag         = encodingasn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 1}
	oidShroudedKeyBag = encodingasn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 2}
	oidCertificateBag = encodingasn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 3}
	oidSafeBag        = encodingasn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 6}
	oidPBMAC1         = encodingasn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 14}

	contextZero        = asn1.Tag(0).ContextSpecific()
	explicitZero       = contextZero.Constructed()
	errMalformedPKCS12 = fmt.Errorf("%w: %s cannot be decoded", ErrDamaged, PKCS12)
)

// isPFX tells a PKCS#12 file, version 3 (RFC 7292 §4), from a PrivateKeyInfo, version 0 or 1.
func isPFX(outer cryptobyte.String) bool {
	var version int64
	return outer.ReadASN1Integer(&version) && version == 3
}

// pfx is a PKCS#12 file as far as it can be read without a passphrase. All the work that opening it asks for is known and
// within the limits.
type pfx struct {
	content []byte // of the authenticated safe, which the MAC covers
	mac     []byte
	macKey  func(password) []byte // nil where there is no MAC that can be checked
	macHash crypto.Hash
	safes   []sealedBags
	bags    []bag // of the safes that are not encrypted
	passed  error // names the encryption of a safe that cannot be looked into
	work    work
}

// sealedBags is an encrypted safe.
type sealedBags struct {
	scheme     *scheme
	ciphertext []byte
}

// bag is a private key or a certificate.
type bag struct {
	certificate *x509.Certificate
	info        []byte // PrivateKeyInfo; encrypted where scheme is not nil
	scheme      *scheme
}

// readPKCS12 tries without a passphrase first: many files carry none and nobody should be asked for it then.
func readPKCS12(der []byte, ask Passphrase) (*Key, error) {
	p, err := parsePFX(der)
	if err != nil {
		return nil, err
	}
	key, err := p.open(nil)
	if !errors.Is(err, ErrWrongPassphrase) {
		return key, err
	}
	return unlock(PKCS12, ask, p.open)
}

// inner reads the BER that an octet string holds: a file is DER outside and may be BER within.
func inner(octets []byte) (cryptobyte.String, bool) {
	der, rest, err := ber.DER(octets, MaxBytes)
	return der, err == nil && len(rest) == 0
}

// parsePFX reads a PFX (RFC 7292 §4) whose outer structure is DER.
func parsePFX(der []byte) (*pfx, error) {
	p := new(pfx)
	in := cryptobyte.String(der)
	var outer, safe, octets, safes cryptobyte.String
	if !in.ReadASN1(&outer, asn1.SEQUENCE) || !outer.SkipASN1(asn1.INTEGER) || !outer.ReadASN1(&safe, asn1.SEQUENCE) {
		return nil, errMalformedPKCS12
	}
	kind, content, ok := contentInfo(safe)
	if ok && !kind.Equal(oidData) {
		return nil, fmt.Errorf("%s under a public key (content type %s): %w", PKCS12, kind, ErrUnsupported)
	}
	if !ok || !content.ReadASN1(&octets, asn1.OCTET_STRING) {
		return nil, errMalformedPKCS12
	}
	p.content = octets
	list, ok := inner(octets)
	if !ok || !list.ReadASN1(&safes, asn1.SEQUENCE) {
		return nil, errMalformedPKCS12
	}
	for !safes.Empty() {
		var info cryptobyte.String
		if !safes.ReadASN1(&info, asn1.SEQUENCE) {
			return nil, errMalformedPKCS12
		}
		if err := p.safe(info); err != nil {
			return nil, err
		}
	}
	if outer.Empty() {
		return p, nil
	}
	err := p.readMAC(outer)
	if errors.Is(err, errShape) {
		err = errMalformedPKCS12
	}
	return p, err
}

// contentInfo reads what ContentInfo and SafeBag begin with.
func contentInfo(s cryptobyte.String) (kind encodingasn1.ObjectIdentifier, content cryptobyte.String, ok bool) {
	ok = s.ReadASN1ObjectIdentifier(&kind) && s.ReadASN1(&content, explicitZero)
	return kind, content, ok
}

// safe reads one ContentInfo of the authenticated safe: bags, or bags in an EncryptedData (RFC 5652 §8). Other kinds are
// nothing to us.
func (p *pfx) safe(info cryptobyte.String) error {
	kind, content, ok := contentInfo(info)
	switch {
	case ok && kind.Equal(oidData):
		var octets cryptobyte.String
		if !content.ReadASN1(&octets, asn1.OCTET_STRING) {
			return errMalformedPKCS12
		}
		return p.readBags(octets, &p.bags)
	case ok && kind.Equal(oidEncryptedData):
		var data, info, id cryptobyte.String
		if !content.ReadASN1(&data, asn1.SEQUENCE) || !data.SkipASN1(asn1.INTEGER) || !data.ReadASN1(&info, asn1.SEQUENCE) ||
			!info.SkipASN1(asn1.OBJECT_IDENTIFIER) || !info.ReadASN1(&id, asn1.SEQUENCE) {
			return errMalformedPKCS12
		}
		ciphertext, ok := implicitOctets(info)
		if !ok {
			return errMalformedPKCS12
		}
		s, err := p.work.parseScheme(id, ciphertext)
		if errors.Is(err, ErrUnsupported) {
			p.passed = err
			return nil
		}
		p.safes = append(p.safes, sealedBags{s, ciphertext})
		return err
	}
	return nil
}

// implicitOctets reads [0] IMPLICIT OCTET STRING, whose segments ber.DER has left as they are.
func implicitOctets(s cryptobyte.String) (octets []byte, ok bool) {
	var whole, segment cryptobyte.String
	if s.PeekASN1Tag(contextZero) {
		ok = s.ReadASN1(&whole, contextZero)
		return whole, ok
	}
	if !s.ReadASN1(&whole, explicitZero) {
		return nil, false
	}
	for !whole.Empty() {
		if !whole.ReadASN1(&segment, asn1.OCTET_STRING) {
			return nil, false
		}
		octets = append(octets, segment...)
	}
	return octets, true
}

// readBags reads a SafeContents (RFC 7292 §4.2) into bags. What it keeps does not refer to octets, which may be wiped.
func (p *pfx) readBags(octets []byte, bags *[]bag) error {
	der, ok := inner(octets)
	defer clear(der)
	if !ok {
		return errMalformedPKCS12
	}
	return p.appendBags(der, bags, 0)
}

// maxNested is how deep safes lie in safes.
const maxNested = 4

func (p *pfx) appendBags(s cryptobyte.String, bags *[]bag, depth int) error {
	var contents cryptobyte.String
	if !s.ReadASN1(&contents, asn1.SEQUENCE) || depth > maxNested {
		return errMalformedPKCS12
	}
	for !contents.Empty() {
		var whole cryptobyte.String
		if !contents.ReadASN1(&whole, asn1.SEQUENCE) {
			return errMalformedPKCS12
		}
		kind, value, ok := contentInfo(whole)
		if !ok {
			return errMalformedPKCS12
		}
		switch {
		case kind.Equal(oidKeyBag):
			*bags = append(*bags, bag{info: bytes.Clone(value)})
		case kind.Equal(oidShroudedKeyBag):
			s, ciphertext, err := p.work.parseEncryptedPKCS8(bytes.Clone(value))
			if err != nil {
				return err
			}
			*bags = append(*bags, bag{info: ciphertext, scheme: s})
		case kind.Equal(oidCertificateBag):
			if c := certificateOf(value); c != nil {
				*bags = append(*bags, bag{certificate: c})
			}
		case kind.Equal(oidSafeBag):
			if err := p.appendBags(value, bags, depth+1); err != nil {
				return err
			}
		} // CRLs and secrets are nothing to us
	}
	return nil
}

// certificateOf is an X.509 certificate; another kind, or one that does not parse, is nothing to us. A parsed certificate
// refers to the bytes that it came from: these are its own.
func certificateOf(value cryptobyte.String) *x509.Certificate {
	var bag, wrapped, der cryptobyte.String
	if !value.ReadASN1(&bag, asn1.SEQUENCE) || !bag.SkipASN1(asn1.OBJECT_IDENTIFIER) || !bag.ReadASN1(&wrapped, explicitZero) || !wrapped.ReadASN1(&der, asn1.OCTET_STRING) {
		return nil
	}
	c, _, err := certificate.Parse(bytes.Clone(der))
	if err != nil {
		return nil
	}
	return c
}

// PBMAC1 keys, bytes: RFC 9579 §9 refuses shorter ones; the longest is a SHA-512.
const minMACKey, maxMACKey = 20, 64

// readMAC reads MacData (RFC 7292 §4, RFC 9579 §4). A digest that is not known leaves the MAC unchecked: what the
// passphrase opens tells a wrong one then.
func (p *pfx) readMAC(s cryptobyte.String) error {
	var data, info, id, mac, parameters, kdf, kdfParameters, auth cryptobyte.String
	var algorithm, kdfID, authID encodingasn1.ObjectIdentifier
	var salt []byte
	if !s.ReadASN1(&data, asn1.SEQUENCE) || !data.ReadASN1(&info, asn1.SEQUENCE) || !info.ReadASN1(&id, asn1.SEQUENCE) ||
		!info.ReadASN1(&mac, asn1.OCTET_STRING) || !id.ReadASN1ObjectIdentifier(&algorithm) || !data.ReadASN1Bytes(&salt, asn1.OCTET_STRING) {
		return errMalformedPKCS12
	}
	p.mac = mac
	if !algorithm.Equal(oidPBMAC1) {
		iterations := uint64(1)
		if !data.Empty() && !readCount(&data, &iterations) {
			return errMalformedPKCS12
		}
		if err := p.work.iterate(iterations); err != nil {
			return err
		}
		hash, ok := Digest(algorithm)
		if !ok {
			return nil
		}
		p.macHash, p.macKey = hash, func(secret password) []byte {
			return pkcs12Derive(hash, 3, secret.bmp, salt, iterations, hash.Size())
		}
		return nil
	}
	if !id.ReadASN1(&parameters, asn1.SEQUENCE) || !parameters.ReadASN1(&kdf, asn1.SEQUENCE) || !parameters.ReadASN1(&auth, asn1.SEQUENCE) ||
		!kdf.ReadASN1ObjectIdentifier(&kdfID) || !kdf.ReadASN1(&kdfParameters, asn1.SEQUENCE) || !auth.ReadASN1ObjectIdentifier(&authID) {
		return errMalformedPKCS12
	}
	hash, ok := prfs[authID.String()]
	if !ok || !kdfID.Equal(oidPBKDF2) {
		return fmt.Errorf("%s with PBMAC1 of key derivation %s and %s: %w", PKCS12, kdfID, authID, ErrUnsupported)
	}
	derive, size, err := p.work.parsePBKDF2(kdfParameters)
	switch {
	case err != nil:
		return err
	case size < minMACKey || size > maxMACKey:
		return fmt.Errorf("%s with a PBMAC1 key of %d bytes, %d to %d are accepted: %w: protect it again", PKCS12, size, minMACKey, maxMACKey, ErrUnsupported)
	}
	p.macHash, p.macKey = hash, func(secret password) []byte { return derive(secret, size) }
	return nil
}

// verify tells whether the passphrase is the one that the file was protected with.
func (p *pfx) verify(secret password) bool {
	key := p.macKey(secret)
	defer clear(key)
	mac := hmac.New(p.macHash.New, key)
	mac.Write(p.content)
	return hmac.Equal(mac.Sum(nil), p.mac)
}

// open opens the file with a passphrase; an empty one is tried in both forms that writers give it.
func (p *pfx) open(passphrase []byte) (key *Key, err error) {
	forms := []password{passwordOf(passphrase)}
	if len(passphrase) == 0 {
		forms = append(forms, password{})
	}
	for _, form := range forms {
		key, err = p.openWith(form)
		form.wipe()
		if !errors.Is(err, ErrWrongPassphrase) {
			break
		}
	}
	return key, err
}

// openWith reads all safes and returns the one private key with the certificates.
func (p *pfx) openWith(secret password) (*Key, error) {
	if p.macKey != nil && !p.verify(secret) {
		return nil, ErrWrongPassphrase
	}
	var err error
	bags := p.bags[:len(p.bags):len(p.bags)]
	before := p.work
	defer func() { p.work = before }() // what the encrypted safes ask for counts for each passphrase anew
	for _, safe := range p.safes {
		plain, err := safe.scheme.decrypt(secret, safe.ciphertext)
		if err != nil {
			return nil, err
		}
		err = p.readBags(plain, &bags)
		clear(plain)
		if errors.Is(err, errMalformedPKCS12) && p.macKey == nil {
			err = ErrWrongPassphrase // a padding that looks right by chance
		}
		if err != nil {
			return nil, err
		}
	}
	var keys []*Key
	var certificates []*x509.Certificate
	for _, b := range bags {
		if b.certificate != nil {
			certificates = append(certificates, b.certificate)
			continue
		}
		key, keyErr := b.key(secret)
		if keyErr != nil {
			err = keyErr
			break
		}
		keys = append(keys, key)
	}
	switch {
	case err != nil:
	case len(keys) == 1:
		keys[0].Form, keys[0].Certificates = PKCS12, certificates
		return keys[0], nil
	case len(keys) == 0 && p.passed != nil:
		err = p.passed
	case len(keys) == 0:
		err = &NotAKeyError{Found: "a PKCS#12 file with certificates only", Advice: "export it again with the private key"}
	default:
		err = fmt.Errorf("%s with %d private keys: %w: export the one that you need to a separate file", PKCS12, len(keys), ErrUnsupported)
	}
	for _, k := range keys {
		k.Wipe()
	}
	return nil, err
}

func (b bag) key(secret password) (*Key, error) {
	if b.scheme == nil {
		return parsePKCS8(b.info, PKCS12)
	}
	return b.scheme.open(secret, b.info)
}
