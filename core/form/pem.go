package form

import (
	"bytes"
	"strings"
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

// firstBlock finds the first PEM block that begins a line of text; the parameters of a key only where nothing else is.
func firstBlock(text []byte) (first layer, found bool) {
	scan := blocks{text: text}
	for at := 0; ; {
		b, ok, _ := scan.next(at)
		if !ok {
			return first, found
		}
		at = b.End
		line := bytes.TrimRight(text[:b.Start], " \t>\"'") // indented, or quoted in a mail or a program
		if b.Label == "" || len(line) > 0 && line[len(line)-1] != '\n' && line[len(line)-1] != '\r' {
			continue
		}
		if OfLabel(b.Label).has(private) && !b.HoldsKey() {
			continue // a text that speaks of such lines
		}
		skip := headerLines(b.Body)
		l := layer{coat: PEM, at: b.bodyAt + skip, body: b.Body[skip:], label: b.Label, private: privateBlock(text)}
		if k := OfLabel(b.Label); (k.cms() || k == PGPMessage || k == PGPPublicKey || k == PGPSecretKey) && b.changed() {
			l = layer{coat: Changed, at: b.Start}
		}
		if OfLabel(b.Label) != Parameters {
			return l, true
		}
		first, found = l, true
	}
}

// changed tells whether a block is not as programs write PEM, beyond what the decoder of a stream passes over.
func (b *Block) changed() bool {
	body := b.Body[:min(len(b.Body), 4<<10)]
	return b.Odd || bytes.Contains(body, []byte(`\n`)) || bytes.ContainsAny(body, "\"'>\u00A0")
}

// headerLines is how long the header lines before a block's base64 are, with the empty line that ends them (RFC 1421 §4.6,
// RFC 9580 §6.2.2).
func headerLines(body []byte) int {
	if i := bytes.IndexByte(body, ':'); i >= 0 {
		for _, blank := range []string{"\n\n", "\r\n\r\n", "\r\r"} {
			if j := bytes.Index(body[i:], []byte(blank)); j >= 0 {
				return i + j + len(blank)
			}
		}
	}
	return 0
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
