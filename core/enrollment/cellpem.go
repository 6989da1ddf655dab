package enrollment

import (
	"bytes"
	"regexp"
	"strings"

	"enrollbench/core/csr"
)

// beginMark and endMark bound the text of PEM (RFC 7468 §3).
var beginMark, endMark = []byte("-----BEGIN "), []byte("-----END ")

// bodyOf finds where the base64 of the one PEM block begins and ends; ok is false where there is no such block.
func bodyOf(text []byte) (from, to int, ok bool) {
	begin := bytes.Index(text, beginMark)
	if begin < 0 {
		return 0, 0, false
	}
	from = begin + len(beginMark)
	label := bytes.Index(text[from:], []byte("-----"))
	if label < 0 {
		return 0, 0, false
	}
	from += label + 5
	end := bytes.Index(text[from:], endMark)
	return from, from + end, end >= 0
}

// blankInBody says whether a space or tab stands in the base64 of a row's PEM, or outside of its lines.
func blankInBody(raw []byte) bool {
	from, to, ok := bodyOf(raw)
	return !ok || bytes.ContainsAny(raw[from:to], " \t") || !bytes.Contains(raw, []byte(`"-----BEGIN `)) || !bytes.Contains(raw[to:], []byte(`-----"`))
}

// cleanPEM is a CSR as an upload holds it: no spaces and tabs in its base64 and around it, and no line breaks where it goes on one
// line. Readers of other programs take base64 with spaces for damaged.
func cleanPEM(cell []byte, form PEMForm) []byte {
	dropped := " \t"
	if form == OneLine {
		dropped = " \t\r\n"
	}
	if from, to, ok := bodyOf(cell); ok && bytes.ContainsAny(cell, dropped) {
		out := make([]byte, 0, len(cell))
		out = append(out, without(cell[:from], dropped[2:])...)
		out = append(out, without(cell[from:to], dropped)...)
		cell = append(out, without(cell[to:], dropped[2:])...)
	} else if form == OneLine {
		cell = without(cell, "\r\n")
	}
	return bytes.Trim(cell, " \t")
}

func without(text []byte, dropped string) []byte {
	if dropped == "" || !bytes.ContainsAny(text, dropped) {
		return text
	}
	return bytes.Map(func(r rune) rune {
		if strings.ContainsRune(dropped, r) {
			return -1
		}
		return r
	}, text)
}

// textMarks are the BEGIN and END lines as text programs write them: with dashes of any kind and length, and spaces of any kind.
var textMarks = regexp.MustCompile(`(?s)^[^\p{L}\d]*BEGIN[\s\p{Zs}]+(?:NEW[\s\p{Zs}]+)?CERTIFICATE[\s\p{Zs}]+REQUEST[^\p{L}\d]*?((?:[A-Za-z0-9+/=]|[\s\p{Zs}\p{Cf}])+?)[^\p{L}\d+/=]*END[\s\p{Zs}]+(?:NEW[\s\p{Zs}]+)?CERTIFICATE[\s\p{Zs}]+REQUEST[^\p{L}\d]*$`)

// plainPEM reads a request whose text a program changed: NUL characters of a UTF-16 text, typographic dashes, quotes around it. ok
// is false where the text can mean something else.
func plainPEM(cell string) (meant string, ok bool) {
	if len(cell) > 4*csr.MaxRequestBytes {
		return "", false
	}
	m := textMarks.FindStringSubmatch(strings.ReplaceAll(cell, "\x00", ""))
	if m == nil {
		return "", false
	}
	der, ok := bareRequest(m[1])
	if !ok {
		return "", false
	}
	return onOneLine(der), true
}
