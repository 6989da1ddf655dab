package privatekey

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"enrollbench/core/ber"
	"enrollbench/core/certificate"
	"enrollbench/core/form"
)

// Read returns the private key that data holds: the one of a PEM file, with the certificates that stand in the
// file, or one in DER. A protected key is unlocked with what ask returns, at most MaxAttempts times; ask may be nil
// when the caller has no passphrase to offer.
//
// Errors: *NotAKeyError (matches ErrNotAKey) says what the file is instead; ErrNeedPassphrase (ask is nil),
// ErrWrongPassphrase (after the attempts), ErrDamaged, ErrSeveral, ErrUnsupported, *LimitError, or what ask returned. A wrong
// passphrase can be told from damage with PKCS#12, which has a MAC; the other forms have none, so that damaged
// ciphertext reads as a wrong passphrase there.
func Read(data []byte, ask Passphrase) (*Key, error) {
	if len(data) > MaxBytes {
		return nil, &LimitError{What: "bytes of file", Value: uint64(len(data)), Max: MaxBytes}
	}
	bare, f, err := form.UnwrapAll(data, 2*MaxBytes) // UTF-16 becomes up to half as long again
	defer clear(bare)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	case f.Label != "" || f.Private() && (f.Kind == form.Text || f.Kind == form.JSON):
		return readPEM(bare, f, ask)
	case keyDER[f.Kind]:
		return readDER(bare, ask)
	case f.Kind == form.Text || f.Kind == form.JSON || f.Kind == form.XML:
		if key, err := readValue(bare, ask); key != nil || err != nil {
			return key, err
		}
	}
	return nil, notAKey(f)
}

// readValue reads the one private key that stands as base64 in a text, as a secret of Kubernetes has it; nil where there is none.
func readValue(text []byte, ask Passphrase) (*Key, error) {
	const shortest = 60 // characters: Ed25519 in PKCS#8 has 64
	var found []byte
	for from, to := range form.Base64Runs(text, shortest) {
		clean, _ := form.CleanBase64(text[from:to])
		value := make([]byte, base64.StdEncoding.DecodedLen(len(clean)))
		n, err := base64.StdEncoding.Decode(value, clean)
		clear(clean)
		if f := form.Detect(value[:n]); err != nil || !f.Private() || bytes.Equal(value[:n], found) {
			clear(value)
			continue
		}
		if found != nil {
			clear(found)
			clear(value)
			return nil, fmt.Errorf("%w: more than one of its values is a private key", ErrSeveral)
		}
		found = value[:n]
	}
	if found == nil {
		return nil, nil
	}
	defer clear(found)
	return Read(found, ask)
}

// keyDER are the kinds that readDER may make a key of.
var keyDER = map[form.Kind]bool{form.PKCS8: true, form.EncryptedPKCS8: true, form.RSAKey: true, form.ECKey: true, form.DSAKey: true, form.PKCS12: true, form.ASN1: true}

// notAKey says what a file is instead and what to do.
func notAKey(f form.Form) error {
	e := &NotAKeyError{Found: f.String(), Advice: f.Kind.Advice(), Other: f.Private()}
	switch f.Kind {
	case form.Certificate, form.PKCS10, form.PublicKey:
		e.Advice = "choose the file of the private key that belongs to it"
	case form.DSAKey:
		e.Advice = "it can only sign: choose the key that the result was sealed to"
	case form.AgentStub:
		e.Advice = "the private key is on the card: open the result with gpg --decrypt while the card is inserted"
	}
	return e
}

var errDSA = notAKey(form.Form{Kind: form.DSAKey})

// readPEM reads the private key of a text, and the certificates beside it. Of several keys it is the one that a certificate belongs to.
func readPEM(text []byte, f form.Form, ask Passphrase) (*Key, error) {
	var keys []*Key
	var certificates []*x509.Certificate
	for b := range form.PEMBlocks(text) {
		kind := form.OfLabel(b.Type)
		if inner := form.Detect(b.Bytes); kind == form.Certificate && inner.Private() { // the label may lie, the structure does not
			kind, b.Type = inner.Kind, "PRIVATE KEY"
		}
		switch {
		case kind == form.Certificate:
			if c, _, err := certificate.Parse(b.Bytes); err == nil {
				certificates = append(certificates, c)
			}
		case keyDER[kind] && kind != form.DSAKey:
			k, err := readBlock(b, ask)
			clear(b.Bytes)
			switch {
			case err == nil:
				if !slices.ContainsFunc(keys, k.same) {
					keys = append(keys, k)
				}
			case len(keys) == 0 || !errors.Is(err, ErrUnsupported) && !errors.Is(err, ErrNotAKey):
				wipe(keys)
				return nil, err
			}
		default:
			clear(b.Bytes)
		}
	}
	switch {
	case len(keys) > 0:
		key, err := oneOf(keys, certificates)
		if err == nil {
			key.Certificates = append(key.Certificates, certificates...)
		}
		return key, err
	case f.Private() && (keyDER[f.Kind] || f.Kind == form.LegacyEncryptedKey || f.Kind == form.Text || f.Kind == form.JSON) && f.Kind != form.DSAKey:
		return nil, fmt.Errorf("%w: the PEM block cannot be decoded (cut short, or not base64)", ErrDamaged)
	}
	return nil, notAKey(f)
}

// same tells whether two keys have the same public half.
func (k *Key) same(other *Key) bool {
	own, ok := k.Public().(interface{ Equal(crypto.PublicKey) bool })
	return ok && own.Equal(other.Public())
}

// oneOf is the only key; or the only one that more can be done with than to sign, for to an Ed25519 key nothing is ever sealed; or the only one
// that a certificate of the file belongs to. It wipes the others.
func oneOf(keys []*Key, certificates []*x509.Certificate) (*Key, error) {
	chosen := keys
	for _, leave := range []func(k *Key) bool{
		func(k *Key) bool { return k.Algorithm() == "Ed25519" },
		func(k *Key) bool { return !slices.ContainsFunc(certificates, k.BelongsTo) },
	} {
		if rest := slices.DeleteFunc(slices.Clone(chosen), leave); len(chosen) > 1 && len(rest) > 0 {
			chosen = rest
		}
	}
	if len(chosen) == 1 {
		wipe(slices.DeleteFunc(slices.Clone(keys), func(k *Key) bool { return k == chosen[0] }))
		return chosen[0], nil
	}
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = k.Algorithm()
	}
	wipe(keys)
	return nil, fmt.Errorf("%w: %s", ErrSeveral, strings.Join(names, ", "))
}

func wipe(keys []*Key) {
	for _, k := range keys {
		k.Wipe()
	}
}

func readBlock(b *pem.Block, ask Passphrase) (*Key, error) {
	switch {
	case b.Type == "ENCRYPTED PRIVATE KEY":
		return readEncryptedPKCS8(b.Bytes, ask)
	case b.Type == "PKCS12", b.Type == "PRIVATE KEY": // the label may lie, the structure does not
		return readDER(b.Bytes, ask)
	case strings.HasPrefix(b.Headers["Proc-Type"], "4,ENCRYPTED"):
		return readLegacy(b, ask)
	}
	return parseTraditional(b.Type, b.Bytes, "")
}

// readDER finds out the form from its first elements.
func readDER(data []byte, ask Passphrase) (*Key, error) {
	der, rest, err := ber.DER(data, MaxBytes) // Firefox writes PKCS#12 in BER
	if undone := bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n")); len(undone) < len(data) && (err != nil || len(rest) > 0) {
		whole, rest, err := ber.DER(undone, MaxBytes)
		clear(whole)
		clear(undone)
		if err == nil && len(rest) == 0 {
			return nil, fmt.Errorf("%w: every line break in it has become CR LF, because it was treated as text: copy it again in binary mode", ErrDamaged)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%w: its DER is cut short or malformed", ErrDamaged)
	}
	if len(bytes.Trim(rest, "\r\n\x00")) > 0 {
		return nil, fmt.Errorf("%w: %d bytes follow its DER", ErrDamaged, len(rest))
	}
	defer clear(der)
	whole := cryptobyte.String(der)
	var outer cryptobyte.String
	whole.ReadASN1(&outer, asn1.SEQUENCE)
	first, second := peekTags(outer)
	switch {
	case first == asn1.INTEGER && second == asn1.SEQUENCE:
		if isPFX(outer) {
			return readPKCS12(der, ask)
		}
		return parsePKCS8(der, PKCS8)
	case first == asn1.INTEGER && second == asn1.INTEGER:
		return parseTraditional("RSA PRIVATE KEY", der, "")
	case first == asn1.INTEGER && second == asn1.OCTET_STRING:
		return parseTraditional("EC PRIVATE KEY", der, "")
	case first == asn1.SEQUENCE && second == asn1.OCTET_STRING:
		return readEncryptedPKCS8(der, ask)
	}
	return nil, notAKey(form.Form{Kind: form.ASN1})
}

func peekTags(s cryptobyte.String) (first, second asn1.Tag) {
	var element cryptobyte.String
	if !s.ReadAnyASN1(&element, &first) {
		return 0, 0
	}
	if !s.ReadAnyASN1(&element, &second) {
		return first, 0
	}
	return first, second
}

// unlock asks for passphrases until try no longer says ErrWrongPassphrase, and wipes each.
func unlock(form string, ask Passphrase, try func(passphrase []byte) (*Key, error)) (*Key, error) {
	if ask == nil {
		return nil, fmt.Errorf("%w (%s)", ErrNeedPassphrase, form)
	}
	for attempt := 1; attempt <= MaxAttempts; attempt++ {
		passphrase, err := ask(attempt)
		if err != nil {
			clear(passphrase)
			return nil, err
		}
		key, err := try(passphrase)
		clear(passphrase)
		if !errors.Is(err, ErrWrongPassphrase) {
			return key, err
		}
	}
	return nil, fmt.Errorf("%w, %d times: no more attempts", ErrWrongPassphrase, MaxAttempts)
}
