package recipient

import (
	"bytes"
	"encoding/base64"
)

// Form is what a file holds, as its first bytes tell.
type Form uint8

// The forms. A coat (S/MIME, PEM, base64) is looked through: Detect names what it covers.
const (
	Unknown     Form = iota
	CMS              // EnvelopedData or AuthEnvelopedData
	PGP              // an encrypted OpenPGP message
	ZIP              // not encrypted
	JSON             // not encrypted as a whole
	Certificate      // or several
	Key              // a private key, or an OpenPGP key of either half
	Base64           // base64 of something that is none of these
)

var forms = [...]string{"unknown", "CMS message", "OpenPGP message", "ZIP archive", "JSON", "certificate", "key", "base64 of something unknown"}

// String names the form in words.
func (f Form) String() string {
	if int(f) < len(forms) {
		return forms[f]
	}
	return "unknown"
}

// DetectBytes is how many of a file's first bytes Detect wants to see; more do no harm.
const DetectBytes = 4 << 10

// Detect tells the form of a file by its first bytes. It looks through a coat of base64, also one around text.
func Detect(head []byte) Form {
	form, _ := detect(head)
	return form
}

// maxCoats of base64 that are looked through.
const maxCoats = 3

// detect also counts the coats of base64 that lie around an OpenPGP message. Those of CMS are core/cms's business.
func detect(head []byte) (form Form, coats int) {
	for ; ; coats++ {
		if form := detectPlain(head); form != Unknown {
			return form, coats
		}
		inner, ok := decodeHead(head)
		if !ok {
			return Unknown, coats
		}
		if coats == maxCoats || detectPlain(inner) == Unknown {
			if _, again := decodeHead(inner); !again || coats == maxCoats {
				return Base64, coats
			}
		}
		head = inner
	}
}

var (
	oidEnvelopedData     = []byte{0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x03}
	oidAuthEnvelopedData = []byte{0x06, 0x0b, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x17}
)

// pemForms are PEM labels and what they cover.
var pemForms = []struct {
	label string
	form  Form
}{
	{"PGP MESSAGE", PGP}, {"PGP PUBLIC KEY BLOCK", Key}, {"PGP PRIVATE KEY BLOCK", Key}, {"CMS", CMS}, {"PKCS7", CMS}, {"PKCS #7 SIGNED DATA", Unknown},
	{"PRIVATE KEY", Key}, {"ENCRYPTED PRIVATE KEY", Key}, {"RSA PRIVATE KEY", Key}, {"EC PRIVATE KEY", Key},
	{"CERTIFICATE", Certificate}, {"X509 CERTIFICATE", Certificate}, {"TRUSTED CERTIFICATE", Certificate},
}

func detectPlain(head []byte) Form {
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	switch {
	case len(head) == 0:
		return Unknown
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return ZIP
	case head[0] == 0x30 && (bytes.Contains(head[:min(len(head), 32)], oidEnvelopedData) || bytes.Contains(head[:min(len(head), 32)], oidAuthEnvelopedData)):
		return CMS
	case head[0]&0x80 != 0 && !bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		return detectPackets(head)
	case bytes.HasPrefix(text, []byte("{")), bytes.HasPrefix(text, []byte("[")):
		return JSON
	}
	// Text may stand before a block; the first block counts.
	if at := bytes.Index(text, []byte("-----BEGIN ")); at == 0 || at > 0 && text[at-1] == '\n' {
		label := text[at+len("-----BEGIN "):]
		for _, p := range pemForms {
			if bytes.HasPrefix(label, []byte(p.label+"-----")) {
				return p.form
			}
		}
		return Unknown
	}
	if lower := bytes.ToLower(text); bytes.Contains(lower, []byte("application/pkcs7-mime")) || bytes.Contains(lower, []byte("application/x-pkcs7-mime")) {
		return CMS
	}
	return Unknown
}

// detectPackets knows OpenPGP by its first packet (RFC 9580 §4.3): envelopes, encrypted data and what may stand before
// them; keys.
func detectPackets(head []byte) Form {
	tag := head[0] >> 2 & 0x0f
	if head[0]&0x40 != 0 {
		tag = head[0] & 0x3f
	}
	switch tag {
	case 1, 3, 9, 10, 18, 20, 21:
		return PGP
	case 5, 6:
		return Key
	}
	return Unknown
}

// decodeHead decodes as much of a head as is whole quanta of base64.
func decodeHead(head []byte) ([]byte, bool) {
	text := make([]byte, 0, len(head))
	for _, c := range bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")) {
		switch {
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
		case c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/' || c == '=':
			text = append(text, c)
		default:
			return nil, false
		}
	}
	text = text[:len(text)/4*4]
	out := make([]byte, base64.StdEncoding.DecodedLen(len(text)))
	n, err := base64.StdEncoding.Decode(out, text)
	return out[:n], err == nil && n > 0
}
