package privatekey

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"enrollbench/core/ber"
)

// Read returns the private key that data holds: the first one of a PEM file, with the certificates that stand in the
// file, or one in DER. A protected key is unlocked with what ask returns, at most MaxAttempts times; ask may be nil
// when the caller has no passphrase to offer.
//
// Errors: *NotAKeyError (matches ErrNotAKey) says what the file is instead; ErrNeedPassphrase (ask is nil),
// ErrWrongPassphrase (after the attempts), ErrDamaged, ErrUnsupported, *LimitError, or what ask returned. A wrong
// passphrase can be told from damage with PKCS#12, which has a MAC; the other forms have none, so that damaged
// ciphertext reads as a wrong passphrase there.
func Read(data []byte, ask Passphrase) (*Key, error) {
	if len(data) > MaxBytes {
		return nil, &LimitError{What: "bytes of file", Value: uint64(len(data)), Max: MaxBytes}
	}
	text := bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if bytes.Contains(text, []byte("-----BEGIN ")) && !looksLikeDER(text) {
		return readPEM(text, ask)
	}
	return readDER(text, ask)
}

// looksLikeDER: a PKCS#12 file may hold any bytes, PEM lines among them.
func looksLikeDER(data []byte) bool { return len(data) > 0 && data[0] == 0x30 }

// foreign names the PEM blocks that are no private key we can use.
var foreign = map[string]string{
	"CERTIFICATE":             "a certificate",
	"X509 CERTIFICATE":        "a certificate",
	"TRUSTED CERTIFICATE":     "a certificate",
	"CERTIFICATE REQUEST":     "a certificate request",
	"NEW CERTIFICATE REQUEST": "a certificate request",
	"PUBLIC KEY":              "a public key",
	"RSA PUBLIC KEY":          "a public key",
	"EC PARAMETERS":           "EC parameters",
	"DSA PRIVATE KEY":         "a DSA key, which cannot decrypt",
	"OPENSSH PRIVATE KEY":     "an OpenSSH private key (ssh-keygen -p -m PKCS8 converts it)",
	"PGP PRIVATE KEY BLOCK":   "an OpenPGP secret key",
	"PGP PUBLIC KEY BLOCK":    "an OpenPGP public key",
	"PGP MESSAGE":             "an OpenPGP message",
	"CMS":                     "a CMS message",
	"PKCS7":                   "a CMS message",
	"X509 CRL":                "a certificate revocation list",
}

func readPEM(text []byte, ask Passphrase) (*Key, error) {
	var key *Key
	var certificates []*x509.Certificate
	var found []string
	for rest := text; ; {
		var b *pem.Block
		if b, rest = pem.Decode(rest); b == nil {
			break
		}
		switch b.Type {
		case "CERTIFICATE", "X509 CERTIFICATE":
			if c, err := x509.ParseCertificate(b.Bytes); err == nil {
				certificates = append(certificates, c)
			}
			found = append(found, foreign[b.Type])
		case "PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "PKCS12":
			if key != nil {
				clear(b.Bytes)
				continue
			}
			k, err := readBlock(b, ask)
			clear(b.Bytes)
			if err != nil {
				return nil, err
			}
			key = k
		default:
			what, ok := foreign[b.Type]
			if !ok {
				what = fmt.Sprintf("a PEM block %q", b.Type)
			}
			found = append(found, what)
			clear(b.Bytes)
		}
	}
	switch {
	case key != nil:
		key.Certificates = append(key.Certificates, certificates...)
		return key, nil
	case bytes.Contains(text, []byte("PRIVATE KEY-----")) && !bytes.Contains(text, []byte("-----BEGIN OPENSSH")) && !containsAny(found, "DSA"):
		return nil, fmt.Errorf("%w: the PEM block cannot be decoded (cut short, or not base64)", ErrDamaged)
	case bytes.Contains(text, []byte("-----BEGIN PGP PRIVATE KEY")):
		return nil, &NotAKeyError{Found: foreign["PGP PRIVATE KEY BLOCK"]}
	case len(found) > 0:
		return nil, &NotAKeyError{Found: words(found)}
	case bytes.Contains(text, []byte("-----BEGIN PGP ")):
		return nil, &NotAKeyError{Found: "OpenPGP data"}
	}
	return nil, &NotAKeyError{Found: "a PEM block that cannot be decoded"}
}

func containsAny(found []string, word string) bool {
	for _, f := range found {
		if strings.Contains(f, word) {
			return true
		}
	}
	return false
}

// words joins without repeating: a chain of certificates is named once.
func words(found []string) string {
	var once []string
	seen := map[string]bool{}
	for _, f := range found {
		if !seen[f] {
			seen[f] = true
			once = append(once, f)
		}
	}
	return strings.Join(once, " and ")
}

func readBlock(b *pem.Block, ask Passphrase) (*Key, error) {
	switch b.Type {
	case "ENCRYPTED PRIVATE KEY":
		return readEncryptedPKCS8(b.Bytes, ask)
	case "PKCS12":
		return readDER(b.Bytes, ask)
	case "PRIVATE KEY":
		return parsePKCS8(b.Bytes, PKCS8)
	}
	if strings.HasPrefix(b.Headers["Proc-Type"], "4,ENCRYPTED") {
		return readLegacy(b, ask)
	}
	return parseTraditional(b.Type, b.Bytes, "")
}

// readDER finds out the form from its first elements.
func readDER(data []byte, ask Passphrase) (*Key, error) {
	switch {
	case len(bytes.TrimSpace(data)) == 0:
		return nil, &NotAKeyError{Found: "nothing"}
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}), bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		return nil, &NotAKeyError{Found: "text in UTF-16 (save it as plain text, UTF-8)"}
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return nil, &NotAKeyError{Found: "a ZIP archive"}
	}
	if what, ok := openPGPPackets[packetTag(data[0])]; ok && data[0]&0x80 != 0 {
		return nil, &NotAKeyError{Found: what}
	}
	if !looksLikeDER(data) {
		return nil, &NotAKeyError{Found: "neither PEM nor DER"}
	}
	der, rest, err := ber.DER(data, MaxBytes) // Firefox writes PKCS#12 in BER
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
	case first == asn1.SEQUENCE && second == asn1.BIT_STRING:
		return nil, &NotAKeyError{Found: foreign["PUBLIC KEY"]}
	case first == asn1.OBJECT_IDENTIFIER:
		return nil, &NotAKeyError{Found: foreign["CMS"]}
	}
	if _, err := x509.ParseCertificate(der); err == nil {
		return nil, &NotAKeyError{Found: foreign["CERTIFICATE"]}
	}
	if _, err := x509.ParseCertificateRequest(der); err == nil {
		return nil, &NotAKeyError{Found: foreign["CERTIFICATE REQUEST"]}
	}
	return nil, &NotAKeyError{Found: "DER of another kind"}
}

// openPGPPackets names a binary OpenPGP file by its first packet (RFC 9580 §4.3, §5).
var openPGPPackets = map[byte]string{
	1: "an OpenPGP message", 3: "an OpenPGP message", 5: "an OpenPGP secret key", 6: "an OpenPGP public key", 18: "an OpenPGP message",
}

// packetTag reads the packet type of an OpenPGP header, new or old format.
func packetTag(b byte) byte {
	if b&0x40 != 0 {
		return b & 0x3f
	}
	return b >> 2 & 0x0f
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
