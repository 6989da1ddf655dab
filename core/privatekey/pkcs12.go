package privatekey

import (
	"crypto/x509"
	encodingasn1 "encoding/asn1"
	"errors"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
	"software.sslmate.com/src/go-pkcs12"
)

// isPFX tells a PKCS#12 file, version 3 (RFC 7292 §4), from a PrivateKeyInfo, version 0 or 1.
func isPFX(outer cryptobyte.String) bool {
	var version int64
	return outer.ReadASN1Integer(&version) && version == 3
}

// readPKCS12 tries the empty passphrase first: many files carry none and nobody should be asked for it then.
func readPKCS12(der []byte, ask Passphrase) (*Key, error) {
	if err := checkWork(der, 0); err != nil {
		return nil, err
	}
	key, err := decodePKCS12(der, nil)
	if !errors.Is(err, ErrWrongPassphrase) {
		return key, err
	}
	return unlock(PKCS12, ask, func(passphrase []byte) (*Key, error) { return decodePKCS12(der, passphrase) })
}

func decodePKCS12(der, passphrase []byte) (*Key, error) {
	private, leaf, chain, err := pkcs12.DecodeChain(der, string(passphrase))
	if err == nil {
		return &Key{Private: private, Certificates: append([]*x509.Certificate{leaf}, chain...), Form: PKCS12}, nil
	}
	if errors.Is(err, pkcs12.ErrIncorrectPassword) {
		return nil, ErrWrongPassphrase
	}
	if err.Error() == "pkcs12: private key missing" {
		return nil, &NotAKeyError{Found: "certificates only (PKCS#12)"}
	}
	// The library wants a MAC, a certificate beside the key, one key and at most two safes. Our own walk does without.
	key, ownErr := walkPKCS12(der, passphrase)
	if ownErr == nil || errors.Is(ownErr, ErrNotAKey) || errors.Is(ownErr, ErrWrongPassphrase) {
		return key, ownErr
	}
	var missing pkcs12.NotImplementedError
	if errors.As(err, &missing) {
		return nil, fmt.Errorf("%s: %w: %s", PKCS12, ErrUnsupported, string(missing))
	}
	return nil, ownErr
}

// Object identifiers of contents and bags (RFC 5652 §4 and §6, RFC 7292 Appendix D).
var (
	oidData            = encodingasn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	oidEncryptedData   = encodingasn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 6}
	oidKeyBag          = encodingasn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 1}
	oidShroudedKeyBag  = encodingasn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 2}
	oidCertificateBag  = encodingasn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 3}
	contextZero        = asn1.Tag(0).ContextSpecific()
	explicitZero       = contextZero.Constructed()
	errMalformedPKCS12 = fmt.Errorf("%w: %s cannot be decoded", ErrDamaged, PKCS12)
)

// walkPKCS12 reads keys and certificates from the safes of a PFX without checking its MAC: the padding and structure of
// what the passphrase opens tell a wrong one. Encrypted safes whose scheme is not ours are passed over.
func walkPKCS12(der, passphrase []byte) (*Key, error) {
	in := cryptobyte.String(der)
	var outer, safe cryptobyte.String
	if !in.ReadASN1(&outer, asn1.SEQUENCE) || !outer.SkipASN1(asn1.INTEGER) || !outer.ReadASN1(&safe, asn1.SEQUENCE) {
		return nil, errMalformedPKCS12
	}
	kind, content, ok := contentInfo(safe)
	var octets, safes cryptobyte.String
	if !ok || !kind.Equal(oidData) || !content.ReadASN1(&octets, asn1.OCTET_STRING) || !octets.ReadASN1(&safes, asn1.SEQUENCE) {
		return nil, errMalformedPKCS12
	}
	w := bagWalker{passphrase: passphrase}
	for !safes.Empty() {
		var info, bags cryptobyte.String
		if !safes.ReadASN1(&info, asn1.SEQUENCE) {
			return nil, errMalformedPKCS12
		}
		kind, content, ok := contentInfo(info)
		switch {
		case ok && kind.Equal(oidData):
			if !content.ReadASN1(&bags, asn1.OCTET_STRING) {
				return nil, errMalformedPKCS12
			}
			if err := w.bags(bags); err != nil {
				return nil, err
			}
		case ok && kind.Equal(oidEncryptedData):
			if err := w.encrypted(content); err != nil {
				return nil, err
			}
		}
	}
	switch {
	case len(w.keys) == 1:
		w.keys[0].Form, w.keys[0].Certificates = PKCS12, w.certificates
		return w.keys[0], nil
	case len(w.keys) == 0 && !w.passedOver:
		return nil, &NotAKeyError{Found: "a PKCS#12 file without a private key"}
	case len(w.keys) == 0:
		return nil, fmt.Errorf("%s: %w: its encryption", PKCS12, ErrUnsupported)
	}
	for _, k := range w.keys {
		k.Wipe()
	}
	return nil, fmt.Errorf("%s with %d private keys: %w: export the one you mean to a file of its own", PKCS12, len(w.keys), ErrUnsupported)
}

func contentInfo(s cryptobyte.String) (kind encodingasn1.ObjectIdentifier, content cryptobyte.String, ok bool) {
	ok = s.ReadASN1ObjectIdentifier(&kind) && s.ReadASN1(&content, explicitZero)
	return kind, content, ok
}

type bagWalker struct {
	passphrase   []byte
	keys         []*Key
	certificates []*x509.Certificate
	passedOver   bool // an encrypted safe could not be looked into
}

// encrypted opens an EncryptedData (RFC 5652 §8) and walks its bags.
func (w *bagWalker) encrypted(content cryptobyte.String) error {
	var data, info, id, ciphertext cryptobyte.String
	if !content.ReadASN1(&data, asn1.SEQUENCE) || !data.SkipASN1(asn1.INTEGER) || !data.ReadASN1(&info, asn1.SEQUENCE) ||
		!info.SkipASN1(asn1.OBJECT_IDENTIFIER) || !info.ReadASN1(&id, asn1.SEQUENCE) || !info.ReadASN1(&ciphertext, contextZero) {
		return errMalformedPKCS12
	}
	s, err := parseScheme(id)
	if errors.Is(err, ErrUnsupported) {
		w.passedOver = true
		return nil
	}
	if err == nil {
		err = s.fits(ciphertext)
	}
	if err != nil {
		return err
	}
	plain, err := s.decrypt(w.passphrase, ciphertext)
	defer clear(plain)
	if err != nil {
		return err
	}
	if err := w.bags(plain); errors.Is(err, errMalformedPKCS12) {
		return ErrWrongPassphrase // a padding that looks right by chance
	} else if err != nil {
		return err
	}
	return nil
}

// bags reads a SafeContents (RFC 7292 §4.2).
func (w *bagWalker) bags(s cryptobyte.String) error {
	var contents cryptobyte.String
	if !s.ReadASN1(&contents, asn1.SEQUENCE) {
		return errMalformedPKCS12
	}
	for !contents.Empty() {
		var bag cryptobyte.String
		if !contents.ReadASN1(&bag, asn1.SEQUENCE) {
			return errMalformedPKCS12
		}
		kind, value, ok := contentInfo(bag)
		if !ok {
			return errMalformedPKCS12
		}
		var key *Key
		var err error
		switch {
		case kind.Equal(oidKeyBag):
			key, err = parsePKCS8(value, PKCS12)
		case kind.Equal(oidShroudedKeyBag):
			var s *scheme
			var ciphertext []byte
			if s, ciphertext, err = parseEncryptedPKCS8(value); err == nil {
				key, err = s.open(w.passphrase, ciphertext)
			}
		case kind.Equal(oidCertificateBag):
			w.certificate(value)
			continue
		default:
			continue // CRLs and secrets are nothing to us
		}
		if err != nil {
			return err
		}
		w.keys = append(w.keys, key)
	}
	return nil
}

// certificate keeps an X.509 certificate; another kind, or one that does not parse, is nothing to us.
func (w *bagWalker) certificate(value cryptobyte.String) {
	var bag, wrapped, der cryptobyte.String
	if value.ReadASN1(&bag, asn1.SEQUENCE) && bag.SkipASN1(asn1.OBJECT_IDENTIFIER) && bag.ReadASN1(&wrapped, explicitZero) && wrapped.ReadASN1(&der, asn1.OCTET_STRING) {
		if c, err := x509.ParseCertificate(der); err == nil {
			w.certificates = append(w.certificates, c)
		}
	}
}

// maxDepth of nested DER; a PKCS#12 file needs about 16.
const maxDepth = 40

// checkWork refuses a file that asks for too many iterations anywhere: wherever a salt (an OCTET STRING) is followed by
// an INTEGER, that is a count. So say MacData, PKCS#12's own parameters, PBKDF2 and PBMAC1 alike, and nothing else in a
// PFX has that shape. What lies under the encryption is checked when our own reader gets there.
func checkWork(s cryptobyte.String, depth int) error {
	if depth > maxDepth {
		return &LimitError{What: "levels of nesting", Value: uint64(depth), Max: maxDepth}
	}
	salt := false
	for !s.Empty() {
		var element cryptobyte.String
		var tag asn1.Tag
		if !s.ReadAnyASN1Element(&element, &tag) {
			return nil // not DER: an octet string that holds something else
		}
		whole := element
		if tag == asn1.INTEGER && salt {
			var n uint64
			if !whole.ReadASN1Integer(&n) || n > maxIterations {
				if n == 0 {
					n = ^uint64(0)
				}
				return &LimitError{What: "iterations", Value: n, Max: maxIterations}
			}
		}
		salt = tag == asn1.OCTET_STRING
		var body cryptobyte.String
		if !whole.ReadAnyASN1(&body, &tag) {
			return nil
		}
		if tag&0x20 != 0 || salt && len(body) > 0 && body[0] == 0x30 {
			if err := checkWork(body, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}
