package form

import (
	"bytes"
	"encoding/base64"
	"io"
)

// Detect says what a file is by its first bytes, HeadBytes of them or all. It looks through coats. Its memory does not
// grow beyond a small multiple of head.
func Detect(head []byte) Form { return detect(head, 0) }

func detect(b []byte, depth int) Form {
	l := look(b)
	if l.coat == 0 {
		return Form{Kind: l.kind, private: l.private, binary: l.binary}
	}
	if depth == maxCoats {
		return Form{Kind: TooDeep}
	}
	inner := detect(l.content(b), depth+1)
	switch {
	case l.coat == Base64 && !inner.Kind.Known() && inner.Kind != TooDeep:
		// Words without punctuation are base64 too, around nothing.
		if inner.Kind == ASN1 && len(inner.Coats) == 0 || l.dense {
			return Form{Kind: Base64Text}
		}
		return Form{Kind: Text}
	case l.coat == SMIME && !inner.Kind.Known() && inner.Kind != ASN1:
		return Form{Kind: Mail}
	case l.coat == PEM:
		inner = l.pem(inner)
	case inner.Kind == Empty, l.coat == Zeros && !inner.Kind.Known() && inner.Kind != ASN1:
		return inner
	}
	inner.private, inner.binary = inner.private || l.private, false
	inner.Coats = append(Coats{l.coat}, inner.Coats...)
	return inner
}

// layer is what one look tells: the kind, or the coat that lies around the rest.
type layer struct {
	kind    Kind
	coat    Coat   // 0: none, kind holds
	at      int    // where the content of the coat begins
	body    []byte // of PEM
	base64  bool   // the content of SMIME is base64
	stop    byte   // what ends base64; 0: the end of the data
	alone   bool   // no second value may follow that one
	label   string
	private bool
	binary  bool // no text
	dense   bool // base64 without spaces between its characters, as programs write it
}

// look knows the outermost layer of b.
func look(b []byte) layer {
	if k := magic(b); k != Unknown {
		return layer{kind: k, binary: true}
	}
	if k := der(b); k != Unknown {
		return layer{kind: k, binary: k.Known()} // "0" with line breaks is ASN.1 too
	}
	if bigEndian, mark := utf16Of(b); mark >= 0 {
		l := layer{coat: UTF16, at: mark, label: "LE"}
		if bigEndian {
			l.label = "BE"
		}
		return l
	}
	if k := packets(b); k != Unknown {
		return layer{kind: k, binary: true}
	}
	text := b[leadingSpace(b):]
	if skipped := len(b) - len(text); skipped > 0 && binaryKind(text) != Unknown {
		return layer{coat: Lead, at: skipped}
	}
	if len(bytes.TrimLeft(text, " \t\r\n\x00")) == 0 {
		return layer{kind: Empty}
	}
	if len(text) > 0 && text[0] == 0 {
		return layer{coat: Zeros, at: len(b) - len(bytes.TrimLeft(text, "\x00"))}
	}
	return lookText(b, text)
}

// binaryKind knows what begins as a binary file does, without white space before it.
func binaryKind(b []byte) Kind {
	if k := magic(b); k != Unknown {
		return k
	}
	if k := der(b); k.Known() {
		return k
	}
	return packets(b)
}

// lookText knows what begins as a text. text is b without what stands before its first character.
func lookText(b, text []byte) layer {
	skipped := len(b) - len(text)
	if k := textMagic(text); k != Unknown {
		if w, ok := wrapped(text, skipped); ok && k == XML {
			return w
		}
		return layer{kind: k, binary: true}
	}
	if isJSON(text) {
		l := layer{kind: JSON}
		if isJWK(text) {
			l.kind = JWK
		}
		if w, ok := wrapped(text, skipped); ok && l.kind == JSON {
			return w
		}
		l.private = privateBlock(text)
		return l
	}
	if isHexDump(text) {
		return layer{kind: HexDump}
	}
	if end := httpHeaders(text); end > 0 {
		return layer{coat: HTTP, at: skipped + end}
	}
	quoted, stop := quotedBase64(text)
	if digits, dense := base64Digits(text[quoted:]); digits >= minBase64 {
		return layer{coat: Base64, at: skipped + quoted, dense: dense, stop: stop}
	}
	if h, ok := mailHeaders(text); ok {
		if at := h.sealedPart(text); at > 0 {
			return layer{coat: SMIME, at: skipped + at, base64: true, stop: '-', alone: true}
		}
		if h.encoding == "base64" && h.boundary == "" && wanted(decodeHead(text[h.end:])) {
			return layer{coat: SMIME, at: skipped + h.end, base64: true}
		}
		if h.holdsCMS() {
			l := layer{coat: SMIME, at: skipped + h.end}
			l.base64 = h.encoding == "base64"
			return l
		}
		if l, ok := firstBlock(text); ok {
			l.at += skipped
			return l
		}
		return layer{kind: Mail}
	}
	if l, ok := firstBlock(text); ok {
		l.at += skipped
		return l
	}
	if isText(text) {
		if w, ok := wrapped(text, skipped); ok {
			return w
		}
		return layer{kind: Text, private: privateBlock(text)}
	}
	if isMangled(text) {
		return layer{kind: Mangled, binary: true}
	}
	return layer{kind: Unknown, binary: len(text) >= minBinary && controlKinds(text) > 8}
}

// content is what lies within the coat, as far as b shows it.
func (l *layer) content(b []byte) []byte {
	switch {
	case l.coat == UTF16:
		return fromUTF16(b[l.at:], l.label == "BE")
	case l.coat == PEM:
		return decodeHead(l.body)
	case l.coat == Wrapped:
		return decodeHead(unslashed(b[l.at:]))
	case l.coat == Base64, l.base64:
		return decodeHead(b[l.at:])
	case l.coat == Changed:
		plain, _ := io.ReadAll(newChangedReader(bytes.NewReader(b[l.at:]))) // memory gives no error
		return plain
	}
	return b[l.at:]
}

// minBase64 is how many characters are taken for base64 and not for a word.
const minBase64 = 16

// quotedBase64 is how long what stands before base64 is that a program wrote as a value: a quotation mark, which stop ends, or the
// beginning of a data URL (RFC 2397).
func quotedBase64(text []byte) (n int, stop byte) {
	if n = bytes.IndexAny(text[:min(len(text), 2)], `"'`); n < 0 || n == 1 && text[0] != 'b' {
		n = 0
	} else {
		stop = text[n]
		n++
	}
	const mark = ";base64,"
	if url := text[n:min(len(text), n+128)]; bytes.HasPrefix(url, []byte("data:")) {
		if i := bytes.Index(url, []byte(mark)); i > 0 {
			n += i + len(mark)
		}
	}
	return n, stop
}

// base64Digits counts the characters of base64 (RFC 4648 §4) that text begins with, 0 where it is none. A text that goes
// on as something else is taken for damaged base64 if a line of it stands there first.
func base64Digits(text []byte) (digits int, dense bool) {
	const line = 60
	dense = true
	url := false
	for i, c := range text {
		switch {
		case (c == '-' || c == '_') && text[0] == 'M': // as programs for the web write DER (RFC 4648 §5)
			digits++
			url = true
		case base64Digit(c), c == '=' && digits > 0:
			digits++
		case c == '\r' || c == '\n':
		case c == ' ' || c == '\t':
			if i > 0 && base64Digit(text[i-1]) && i+1 < len(text) && base64Digit(text[i+1]) {
				dense = false
			}
		case dense && digits >= line && !bytes.ContainsAny(text[:line], " \t"):
			return digits, true
		default:
			return 0, false
		}
	}
	if url && (digits < line || !dense) {
		return 0, false
	}
	return digits, dense
}

// fromURL is the character of base64 that stands for one of base64url (RFC 4648 §5).
func fromURL(c byte) byte {
	switch c {
	case '-':
		return '+'
	case '_':
		return '/'
	}
	return c
}

func base64Digit(c byte) bool {
	return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/'
}

// decodeHead decodes the whole quanta of base64 at the beginning of b; nil where there are none.
func decodeHead(b []byte) []byte {
	digits := make([]byte, 0, len(b))
	for _, c := range b {
		if c = fromURL(c); base64Digit(c) {
			digits = append(digits, c)
		} else if !isSpace(c) {
			break
		}
	}
	if len(digits)%4 == 1 { // one character alone says nothing
		digits = digits[:len(digits)-1]
	}
	n, _ := base64.RawStdEncoding.Decode(digits, digits)
	return digits[:n]
}

// leadingSpace counts a byte order mark and white space before the first character.
func leadingSpace(b []byte) int {
	n := Mark(b)
	for n < len(b) && isSpace(b[n]) {
		n++
	}
	return n
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }
