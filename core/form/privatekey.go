package form

import (
	"bytes"
	"io"
	"iter"
)

// PrivateKey looks for private key material anywhere in data: a key file in any coat; between other text; as base64 in JSON,
// a mail or a table. It does not open archives. Its work is linear in data. A text that only speaks of keys has none.
func PrivateKey(data []byte) (Kind, bool) { return privateKey(data, 0) }

func privateKey(data []byte, depth int) (Kind, bool) {
	f := Detect(data[:min(len(data), HeadBytes)])
	switch {
	case f.Kind.has(private):
		return f.Kind, true
	case f.private || privateBlock(data):
		return OtherKey, true
	case f.Kind == Empty || f.Archive() || f.Table() || depth == maxCoats:
		return Unknown, false
	}
	switch {
	case isJWK(data):
		return JWK, true
	case isXMLKey(data):
		return XMLKey, true
	case f.Kind == HexDump:
		if k := look(hexBytes(data)).kind; k.has(private) {
			return k, true
		}
	}
	if len(f.Coats) > 0 && f.Coats[0] != PEM {
		r, _, err := Unwrap(bytes.NewReader(data))
		if err != nil {
			return Unknown, false
		}
		inner, _ := io.ReadAll(io.LimitReader(r, 2*int64(len(data))))
		return privateKey(inner, depth+1)
	}
	return keyInBase64(data)
}

// minKeyText is how many characters of base64 in a row are looked into: the shortest key, Ed25519 in PKCS#8, has 64.
const minKeyText = 60

// keyInBase64 looks into every run of base64 in a text.
func keyInBase64(text []byte) (Kind, bool) {
	for from, to := range Base64Runs(text, minKeyText) {
		if k := look(decodeHead(text[from:min(to, from+512)])).kind; k.has(private) {
			return k, true
		}
	}
	return Unknown, false
}

// Base64Runs yields where in a text at least most characters of base64 stand in a row; line breaks between them, escaped ones
// and escaped slashes belong to the row.
func Base64Runs(text []byte, least int) iter.Seq2[int, int] {
	return func(yield func(from, to int) bool) {
		for at := 0; at < len(text); {
			if !base64Digit(text[at]) {
				at++
				continue
			}
			from, to, digits := at, at, 0
			for at < len(text) {
				switch c := text[at]; {
				case base64Digit(c) || c == '=':
					digits++
					at++
					to = at
					continue
				case c == '\r' || c == '\n':
					at++
					continue
				case c == '\\' && at+1 < len(text) && text[at+1] == '/':
					digits++
					at += 2
					to = at
					continue
				case c == '\\' && at+1 < len(text) && (text[at+1] == 'n' || text[at+1] == 'r'):
					at += 2
					continue
				}
				break
			}
			if digits >= least && !yield(from, to) {
				return
			}
		}
	}
}

// FindRequest is where in binary data a PKCS#10 request begins that fills it to the end, -1 where none does.
func FindRequest(data []byte) int {
	for at := range min(len(data), 4<<10) {
		if data[at] == tagSequence && der(data[at:]) == PKCS10 {
			if e, rest, ok := next(data[at:]); ok && !e.cut && len(rest) == 0 {
				return at
			}
		}
	}
	return -1
}

// privateBlock tells whether a block of a private key stands in text: a BEGIN line with such a label and base64 behind it.
// A text that only speaks of such lines has none.
func privateBlock(text []byte) bool {
	word := []byte("PRIVATE KEY")
	for at := 0; ; {
		i := bytes.Index(text[at:], word)
		if i < 0 {
			return false
		}
		at += i
		begin := bytes.LastIndex(text[max(0, at-40):at], []byte("BEGIN "))
		at += len(word)
		if begin >= 0 && keyFollows(text[at:]) {
			return true
		}
	}
}

// keyFollows tells whether base64 follows behind the label of a BEGIN line, before the next END, header lines and any marks
// between.
func keyFollows(b []byte) bool {
	b = b[:min(len(b), 400)]
	if end := bytes.Index(b, []byte("END ")); end >= 0 {
		b = b[:end]
	}
	return longRun(b)
}

// HoldsKey tells whether the block, whose label is that of a private key, has what could be one: nothing but base64, or a
// long row of it. A text that explains such blocks has dots there, or words.
func (b *Block) HoldsKey() bool {
	digits, dense := base64Digits(bytes.TrimSpace(b.Body))
	return b.Err == nil && digits > 0 && dense || longRun(b.Body)
}

// longRun tells whether 24 characters of base64 stand in a row.
func longRun(b []byte) bool {
	run := 0
	for _, c := range b {
		if !base64Digit(c) {
			run = 0
			continue
		}
		if run++; run >= 24 {
			return true
		}
	}
	return false
}
