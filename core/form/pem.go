package form

import (
	"bytes"
	"strings"
)

var (
	pemBegin = []byte("-----BEGIN ")
	pemEnd   = []byte("-----END ")
	pemDash  = []byte("-----")
)

// labels say what a PEM block holds (RFC 7468; RFC 9580 §6.2 for OpenPGP; what OpenSSL, gpgsm and others write).
var labels = map[string]Kind{
	"CERTIFICATE REQUEST": PKCS10, "NEW CERTIFICATE REQUEST": PKCS10,
	"CERTIFICATE": Certificate, "X509 CERTIFICATE": Certificate, "TRUSTED CERTIFICATE": Certificate,
	"X509 CRL":   CRL,
	"PUBLIC KEY": PublicKey, "RSA PUBLIC KEY": PublicKey, "DSA PUBLIC KEY": PublicKey,
	"PRIVATE KEY": PKCS8, "ENCRYPTED PRIVATE KEY": EncryptedPKCS8, "RSA PRIVATE KEY": RSAKey, "EC PRIVATE KEY": ECKey, "DSA PRIVATE KEY": DSAKey,
	"OPENSSH PRIVATE KEY": SSHKey, "PKCS12": PKCS12,
	"PKCS7": SignedData, "PKCS #7 SIGNED DATA": SignedData, "CMS": CMS, "ENCRYPTED MESSAGE": EnvelopedData, "SIGNED MESSAGE": SignedData,
	"PGP MESSAGE": PGPMessage, "PGP PUBLIC KEY BLOCK": PGPPublicKey, "PGP PRIVATE KEY BLOCK": PGPSecretKey, "PGP SECRET KEY BLOCK": PGPSecretKey,
	"PGP SIGNATURE": PGPSignature, "PGP SIGNED MESSAGE": PGPSignature,
}

// OfLabel says what a PEM block of this label holds, if it tells the truth; Unknown for a label of another kind.
func OfLabel(label string) Kind {
	if k, ok := labels[label]; ok {
		return k
	}
	switch {
	case strings.HasSuffix(label, "PRIVATE KEY"), strings.HasSuffix(label, "PRIVATE KEY BLOCK"):
		return OtherKey
	case strings.HasSuffix(label, " PARAMETERS"):
		return Parameters
	case strings.HasPrefix(label, "PGP "):
		return PGPMessage
	}
	return Unknown
}

// Label reads the label of a BEGIN or END line up to the five dashes that end it. text begins behind "BEGIN " or "END ".
func Label(text []byte) (string, bool) {
	n := bytes.Index(text[:min(len(text), 80)], pemDash)
	if n < 0 || bytes.ContainsAny(text[:n], "\r\n") {
		return "", false
	}
	for _, common := range [...]string{"CERTIFICATE", "PRIVATE KEY", "CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"} {
		if string(text[:n]) == common { // spares an allocation for each of 300,000
			return common, true
		}
	}
	return string(text[:n]), true
}

// firstBlock finds the first PEM block that begins a line of text; the parameters of a key only where nothing else is.
func firstBlock(text []byte) (first layer, found bool) {
	for at := 0; ; {
		i := bytes.Index(text[at:], pemBegin)
		if i < 0 {
			return first, found
		}
		at += i
		label, ok := Label(text[at+len(pemBegin):])
		line := bytes.TrimRight(text[:at], " \t>") // indented, or quoted in a mail
		if ok && (len(line) == 0 || line[len(line)-1] == '\n' || line[len(line)-1] == '\r') {
			l := layer{coat: PEM, at: at, label: label, private: privateBlock(text)}
			if OfLabel(label) != Parameters {
				return l, true
			}
			first, found = l, true
		}
		at += len(pemBegin)
	}
}

// pemBody is what stands behind the BEGIN line of a block, its header lines left out, as far as it is there, and where
// in the block it begins.
func pemBody(block []byte) (body []byte, at int) {
	label, _ := Label(block[len(pemBegin):])
	at = len(pemBegin) + len(label) + len(pemDash)
	body = block[at:]
	if end := bytes.Index(body, pemDash); end >= 0 {
		body = body[:end]
	}
	if i := bytes.IndexByte(body, ':'); i >= 0 { // RFC 1421 §4.6, RFC 9580 §6.2.2
		for _, blank := range []string{"\n\n", "\r\n\r\n", "\r\r"} {
			if j := bytes.Index(body[i:], []byte(blank)); j >= 0 {
				skip := i + j + len(blank)
				return body[skip:], at + skip
			}
		}
	}
	return body, at
}

// pem decides between what the label says and what the block holds: structures of DER tell the truth, all else leaves it
// to the label.
func (l *layer) pem(inner Form) Form {
	named := OfLabel(l.label)
	f := Form{Kind: named, Label: l.label}
	switch {
	case named == PGPMessage, named == PGPSignature, named == PGPPublicKey, named == PGPSecretKey, named == SSHKey:
	case inner.Kind.Known() && inner.Bare():
		f.Kind = inner.Kind
	case (named == RSAKey || named == ECKey || named == DSAKey) && inner.Kind == Unknown:
		f.Kind = LegacyEncryptedKey
	}
	return f
}
