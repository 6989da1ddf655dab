package recipient

import (
	"bufio"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"strings"

	"enrollbench/core/cms"
	"enrollbench/core/form"
	"enrollbench/core/openpgp"
	"enrollbench/core/privatekey"
)

// ErrNoMatchingKey is matched by every *NoMatchingKeyError.
var ErrNoMatchingKey = errors.New("no matching key")

// NoMatchingKeyError is a message that is for another key than the one at hand.
type NoMatchingKeyError struct {
	Wanted []string // the keys that the message names, in words
	Have   string   // the key that was chosen, in words
	Err    error    // of core/cms or core/openpgp, with more detail; cms.ErrDecrypt where only the content told; nil where the kinds differ
}

func (e *NoMatchingKeyError) Error() string {
	if e.Err != nil && e.Err != cms.ErrDecrypt {
		return e.Err.Error()
	}
	return fmt.Sprintf("no matching key: it was sealed to %s; you chose %s", strings.Join(e.Wanted, ", "), e.Have)
}

// Is matches ErrNoMatchingKey.
func (e *NoMatchingKeyError) Is(target error) bool { return target == ErrNoMatchingKey }

// Unwrap gives the error of the format.
func (e *NoMatchingKeyError) Unwrap() error { return e.Err }

// ErrNotSealed is a file that is no encrypted message.
var ErrNotSealed = errors.New("it is not sealed, neither with CMS nor with OpenPGP")

// Opener is a private key that is ready to open messages: one key beside its certificate, or a ring of OpenPGP secret
// keys. No fmt verb shows key material. Opening is safe for concurrent use once every secret key is unlocked.
type Opener struct {
	key         *privatekey.Key
	certificate *x509.Certificate
	ring        *openpgp.KeyRing
	ask         privatekey.Passphrase
}

// LoadOpener reads a private key in any form that core/privatekey and core/openpgp know. certificate is the file of the
// certificate that belongs to it, or nil: then the one that stands beside the key is taken, and without any every
// recipient of a message that the key fits is tried. ask is called for a protected key, now; and later only when a
// message needs another secret key of an OpenPGP ring, under another passphrase.
//
// Errors: those of privatekey.Read and openpgp.ReadKeys; a certificate that belongs to another key; a key that cannot
// decrypt.
func LoadOpener(data []byte, certificate []byte, ask privatekey.Passphrase) (*Opener, error) {
	if f := form.Detect(data); isKeyRing(f) {
		bare, _, err := form.UnwrapAll(data, 2*MaxBytes)
		defer clear(bare)
		if err != nil {
			return nil, err
		}
		return loadRing(bare, ask)
	}
	key, err := privatekey.Read(data, ask)
	if err != nil {
		return nil, err
	}
	o := &Opener{key: key, certificate: key.Certificate()}
	if err := o.usable(certificate); err != nil {
		key.Wipe()
		return nil, err
	}
	return o, nil
}

func loadRing(data []byte, ask privatekey.Passphrase) (*Opener, error) {
	ring, err := openpgp.ReadKeys(data)
	if err != nil {
		return nil, err
	}
	if absent := ring.Absent(); !ring.HasSecret() && absent != "" {
		return nil, errors.New(absent)
	}
	if !ring.HasSecret() {
		return nil, fmt.Errorf("no private key in it: it is %s, a public key", ring.Keys()[0])
	}
	if err := ring.Unlock(ask); err != nil {
		return nil, err
	}
	return &Opener{ring: ring, ask: ask}, nil
}

// usable checks the key and takes the certificate that was given.
func (o *Opener) usable(certificate []byte) error {
	switch o.key.Private.(type) {
	case *rsa.PrivateKey, *ecdsa.PrivateKey, *ecdh.PrivateKey:
	case ed25519.PrivateKey:
		return errors.New("the private key is Ed25519, which can only sign: nothing is ever sealed to it")
	default:
		return fmt.Errorf("the private key is %s, which cannot open messages", o.key.Algorithm())
	}
	if certificate == nil {
		return nil
	}
	given, _, err := Parse(certificate)
	if err != nil {
		return &CertificateError{err}
	}
	for _, r := range given {
		if r.certificate != nil && o.key.BelongsTo(r.certificate) {
			o.certificate = r.certificate
			return nil
		}
	}
	return &CertificateError{fmt.Errorf("%q does not belong to the private key (%s): choose the matching one, or none", given[0].Title(), o.key.Algorithm())}
}

// CertificateError is about the certificate that was given beside a private key.
type CertificateError struct{ Err error }

func (e *CertificateError) Error() string { return "the certificate beside the key: " + e.Err.Error() }

// Unwrap gives the cause.
func (e *CertificateError) Unwrap() error { return e.Err }

// String names the key: who and which, never its secret.
func (o *Opener) String() string {
	switch {
	case o.ring != nil:
		var names []string
		for _, k := range o.ring.Keys() {
			if k.Secret {
				names = append(names, k.String())
			}
		}
		return strings.Join(names, ", ")
	case o.certificate != nil:
		return fmt.Sprintf("the private key of %q, %s", FromCertificate(o.certificate).Title(), o.key.Algorithm())
	}
	return "a private key without certificate, " + o.key.Algorithm()
}

// Format answers every verb with String: %+v would otherwise walk into the key.
func (o *Opener) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, o.String()) }

// Kind tells which messages it opens.
func (o *Opener) Kind() Kind {
	if o.ring != nil {
		return OpenPGP
	}
	return X509
}

// Certificate is the certificate beside the key, or nil.
func (o *Opener) Certificate() *x509.Certificate { return o.certificate }

// Opens tells whether it holds the private half of r.
func (o *Opener) Opens(r *Recipient) bool {
	if r.Kind() != o.Kind() {
		return false
	}
	if o.ring == nil {
		return o.key.BelongsTo(r.certificate)
	}
	for _, k := range o.ring.Keys() {
		if k.Secret && k.Fingerprint == r.key.Fingerprint {
			return true
		}
	}
	return false
}

// Wipe overwrites the secret numbers where they can be reached. The Opener is unusable afterwards.
func (o *Opener) Wipe() {
	if o.ring != nil {
		o.ring.Wipe()
		return
	}
	o.key.Wipe()
}

// Opened is a message that is being opened: an io.Reader of the plaintext. What it delivered may be used only after it
// ended with io.EOF, and where Authenticated is false not even then without a check of one's own (a ZIP's CRCs, valid
// JSON). It is not safe for concurrent use.
type Opened struct {
	Kind       Kind     // X509: a CMS message
	Coat       string   // what lay around it: "S/MIME", "base64", "armor"; empty: nothing
	Recipients []string // in words
	Cipher     string   // "AES-256-CBC", "AES-256"

	// Renewed: no recipient of the message names the certificate of the key, and the key opened it all the same, as after
	// the certificate was renewed for the same key.
	Renewed bool

	authenticated bool
	body          io.Reader
	sealed        *counted   // nil where it is not binary
	breaks        lineBreaks // of the plaintext
	wrongKey      error      // what damage means where only the content tells whether the key is the right one
}

// AsText tells, once all is read, whether what was sealed had been treated as text before: without -binary openssl smime
// turns every LF of a ZIP into CR LF.
func (o *Opened) AsText() bool { return o.breaks.converted() }

// Authenticated tells whether io.EOF proves that nothing was changed since the message was sealed. CMS with a CBC cipher
// has no such proof.
func (o *Opened) Authenticated() bool { return o.authenticated }

// Describe says in words what it is: "OpenPGP message, AES-256, authenticated, in armor".
func (o *Opened) Describe() string {
	s := "CMS message, " + o.Cipher
	if o.Kind == OpenPGP {
		s = "OpenPGP message, " + o.Cipher
	}
	if o.authenticated {
		s += ", authenticated"
	} else {
		s += ", without proof of integrity"
	}
	if o.Coat != "" {
		s += ", in " + o.Coat
	}
	if o.Renewed {
		s += ", sealed to another certificate of the same key"
	}
	return s
}

// Read delivers plaintext. Errors: cms.ErrDecrypt, openpgp.ErrIntegrity, *openpgp.LimitError, those of the reader that
// was given. After any but io.EOF everything that was delivered must be thrown away.
func (o *Opened) Read(p []byte) (int, error) {
	n, err := o.body.Read(p)
	o.breaks.add(p[:n])
	if o.wrongKey != nil && errors.Is(err, cms.ErrDecrypt) {
		err = o.wrongKey
	}
	if err != nil && err != io.EOF && o.sealed != nil {
		err = o.sealed.explain(err)
	}
	return n, err
}

// Open reads the header of a message and opens its content key: CMS in any coat, or OpenPGP, armored or not, with or
// without base64 around it.
//
// Errors: ErrNotSealed says what the file is instead; *NoMatchingKeyError; otherwise those of cms.Unwrap, cms.Decrypt
// and openpgp.Decrypt.
func (o *Opener) Open(r io.Reader) (*Opened, error) {
	whole := &counted{r: r}
	in := bufio.NewReaderSize(whole, form.HeadBytes)
	head, err := in.Peek(form.HeadBytes)
	if err != nil && err != io.EOF {
		return nil, err
	}
	var opened *Opened
	f := form.Detect(head)
	switch f.Kind {
	case form.PGPMessage:
		opened, err = o.openPGP(in)
	case form.EnvelopedData, form.AuthEnvelopedData, form.SignedData, form.CMC, form.CMS, form.ASN1:
		opened, err = o.openCMS(in)
	default:
		return nil, NotSealed(f)
	}
	binary := f.Bare() && f.Label == ""
	if binary && err != nil {
		err = whole.explain(err)
	}
	if err != nil {
		return nil, err
	}
	if binary {
		opened.sealed = whole
	}
	return opened, nil
}

// NotSealed matches ErrNotSealed and says what a file is instead, and what to do where that is known.
func NotSealed(f form.Form) error {
	if advice := f.Kind.Advice(); advice != "" {
		return fmt.Errorf("%w: it is %s: %s", ErrNotSealed, f, advice)
	}
	return fmt.Errorf("%w: it is %s", ErrNotSealed, f)
}

func (o *Opener) openCMS(in io.Reader) (*Opened, error) {
	inner, coat, err := cms.Unwrap(in)
	if err != nil {
		return nil, err
	}
	if o.ring != nil {
		info, err := cms.Inspect(inner)
		if err != nil {
			return nil, err
		}
		wrong := &NoMatchingKeyError{Have: o.String()}
		for _, r := range info.Recipients {
			wrong.Wanted = append(wrong.Wanted, r.String())
		}
		return nil, wrong
	}
	m, err := cms.Decrypt(inner, []cms.Key{{Private: o.key.Private, Certificate: o.certificate}})
	if no := (*cms.NoMatchingKeyError)(nil); errors.As(err, &no) {
		wrong := &NoMatchingKeyError{Have: o.String(), Err: err}
		for _, w := range no.Wanted {
			wrong.Wanted = append(wrong.Wanted, w.String())
		}
		return nil, wrong
	}
	if err != nil {
		return nil, err
	}
	opened := &Opened{Kind: X509, Cipher: m.Cipher.String(), authenticated: m.Authenticated(), body: m}
	if len(coat) > 0 {
		opened.Coat = coat.String()
	}
	for _, r := range m.Recipients {
		opened.Recipients = append(opened.Recipients, r.String())
	}
	if o.certificate == nil || m.Named {
		return opened, nil
	}
	opened.Renewed = true
	if !m.Doubtful {
		return opened, nil
	}
	// Nothing but the content tells whether an RSA key was the right one. A wrong one leaves noise.
	opened.wrongKey = &NoMatchingKeyError{Wanted: opened.Recipients, Have: o.String(), Err: cms.ErrDecrypt}
	text := bufio.NewReaderSize(m, form.HeadBytes)
	head, err := text.Peek(form.HeadBytes)
	kind := form.Detect(head).Kind
	if errors.Is(err, cms.ErrDecrypt) && len(head) == 0 || len(head) > 0 && (kind == form.Unknown || kind == form.ASN1) {
		return nil, opened.wrongKey
	}
	opened.body = text
	return opened, nil
}

func (o *Opener) openPGP(in io.Reader) (*Opened, error) {
	if o.ring == nil {
		wanted, err := openpgp.Inspect(in)
		if err != nil {
			return nil, err
		}
		wrong := &NoMatchingKeyError{Have: o.String()}
		for _, id := range wanted {
			wrong.Wanted = append(wrong.Wanted, "OpenPGP key "+openpgp.Display(id))
		}
		return nil, wrong
	}
	m, err := openpgp.Decrypt(in, o.ring, o.ask)
	if no := (*openpgp.NoMatchingKeyError)(nil); errors.As(err, &no) {
		return nil, &NoMatchingKeyError{Wanted: no.Wanted, Have: o.String(), Err: err}
	}
	if err != nil {
		return nil, err
	}
	opened := &Opened{Kind: OpenPGP, Cipher: m.Cipher, authenticated: true, body: m}
	if len(m.Coats) > 0 {
		opened.Coat = strings.ReplaceAll(m.Coats.String(), form.PEM.String(), "armor")
	}
	for _, id := range m.Recipients {
		opened.Recipients = append(opened.Recipients, "OpenPGP key "+openpgp.Display(id))
	}
	return opened, nil
}
