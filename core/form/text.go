package form

import (
	"bytes"
	"encoding/hex"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

var utf8Mark = []byte("\xEF\xBB\xBF")

// Mark is how long the byte order mark is that stands before a text in UTF-8, 0 where there is none.
func Mark(text []byte) int {
	if bytes.HasPrefix(text, utf8Mark) {
		return len(utf8Mark)
	}
	return 0
}

// printable tells whether b has no control characters but white space: the digit 0 is the octet that begins DER.
func printable(b []byte) bool {
	for _, c := range b {
		if c < ' ' && !isSpace(c) || c >= 0x7F {
			return false
		}
	}
	return true
}

// isText tells whether b is text in UTF-8 or an 8-bit character set: hardly any control characters.
func isText(b []byte) bool {
	b = b[:min(len(b), 4<<10)]
	controls := 0
	for _, c := range b {
		if c < ' ' && !isSpace(c) && c != '\f' && c != '\v' && c != 0x1B || c == 0x7F {
			controls++
		}
	}
	return controls*64 <= len(b)
}

// minBinary is from how many bytes on a file that is no text is told from a text with odd characters.
const minBinary = 256

// isHexDump knows the octets of DER or PEM as hexadecimal digits: bare, with colons, as a C array, or as xxd, od and hexdump print them.
func isHexDump(text []byte) bool {
	der := hexBytes(text[:min(len(text), 512)])
	if len(der) < 16 {
		return false
	}
	return der[0] == tagSequence && (der[1] == 0x81 || der[1] == 0x82) || bytes.HasPrefix(der, pemDash)
}

// hexBytes are the octets of a hex dump, without the offsets and letters that stand beside them, as far as lines of digits go. The
// name of a C array may stand before them.
func hexBytes(text []byte) []byte {
	if i := bytes.IndexByte(text[:min(len(text), 256)], '{'); i >= 0 && bytes.IndexByte(text[:i], '[') >= 0 {
		text = text[i:]
	}
	var digits []byte
	offsets := false
	for line := range bytes.Lines(text) {
		if at := bytes.IndexAny(line, "|>"); at > 0 {
			line = line[:at] // the same as letters
		}
		offset, rest, ok := bytes.Cut(line, []byte(" "))
		if offsets = offsets || ok && len(digits) == 0 && len(offset) >= 6 && len(bytes.Trim(offset, "0:")) == 0; offsets {
			line = bytes.TrimLeft(rest, " ")
			if at := bytes.Index(line, []byte("  ")); at > 24 {
				line = line[:at]
			}
		}
		line = bytes.ReplaceAll(bytes.ToLower(line), []byte("0x"), nil)
		line = bytes.Map(func(r rune) rune {
			if strings.ContainsRune(" \t\r\n:,{}-;", r) {
				return -1
			}
			return r
		}, line)
		if len(bytes.Trim(line, "0123456789abcdef")) > 0 {
			break
		}
		digits = append(digits, line...)
	}
	out := make([]byte, len(digits)/2)
	n, _ := hex.Decode(out, digits[:len(digits)/2*2])
	return out[:n]
}

// isMangled knows binary data that went through a decoder of text: it is UTF-8 full of characters beyond ASCII, U+FFFD for what
// could not be decoded, and of control characters.
func isMangled(b []byte) bool {
	b = b[:min(len(b), 4<<10)]
	b = bytes.TrimRightFunc(b, func(r rune) bool { return r == utf8.RuneError }) // one may be cut
	return utf8.Valid(b) && (len(b)-utf8.RuneCount(b))*8 >= len(b)
}

// controlKinds is how many different control characters b begins with that texts do not have.
func controlKinds(b []byte) (n int) {
	var seen [' ']bool
	for _, c := range b[:min(len(b), 4<<10)] {
		if c < ' ' && !isSpace(c) && c != '\f' && c != '\v' && c != 0x1B && !seen[c] {
			seen[c] = true
			n++
		}
	}
	return n
}

// utf16Of knows UTF-16: by its byte order mark, or, for western letters, by a zero in every other byte. mark is the length
// of the mark, -1 where it is no UTF-16.
func utf16Of(b []byte) (bigEndian bool, mark int) {
	switch {
	case bytes.HasPrefix(b, []byte{0xFF, 0xFE}):
		return false, 2
	case bytes.HasPrefix(b, []byte{0xFE, 0xFF}):
		return true, 2
	}
	b = b[:min(len(b), 1<<10)&^1]
	if len(b) < 8 {
		return false, -1
	}
	var zero, text [2]int
	for i, c := range b {
		if c == 0 {
			zero[i&1]++
		} else if printable(b[i : i+1]) {
			text[i&1]++
		}
	}
	n := len(b) / 2
	switch {
	case zero[1]*10 >= n*9 && text[0]*10 >= n*9:
		return false, 0
	case zero[0]*10 >= n*9 && text[1]*10 >= n*9:
		return true, 0
	}
	return false, -1
}

// UTF8 is a small text without its byte order mark, and out of UTF-16 where it is that: what PowerShell and Notepad save.
// The result may share memory with b. No other coat is looked through.
func UTF8(b []byte) []byte {
	if bigEndian, mark := utf16Of(b); mark >= 0 {
		return fromUTF16(b[mark:], bigEndian)
	}
	return bytes.TrimPrefix(b, utf8Mark)
}

// fromUTF16 turns whole characters into UTF-8.
func fromUTF16(b []byte, bigEndian bool) []byte {
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = uint16(b[2*i]) | uint16(b[2*i+1])<<8
		if bigEndian {
			units[i] = units[i]<<8 | units[i]>>8
		}
	}
	out := make([]byte, 0, len(units))
	for _, r := range utf16.Decode(units) {
		out = utf8.AppendRune(out, r)
	}
	return out
}

// textMagics are the first characters of texts that say themselves what they are.
var textMagics = []struct {
	begin string
	kind  Kind
}{
	{"PuTTY-User-Key-File-", PuTTYKey},
	{"---- BEGIN SSH2 ENCRYPTED PRIVATE KEY", SSHKey},
	{"---- BEGIN SSH2 PUBLIC KEY", SSHPublicKey},
	{"ssh-rsa AAAA", SSHPublicKey}, {"ssh-ed25519 AAAA", SSHPublicKey}, {"ssh-dss AAAA", SSHPublicKey}, {"ecdsa-sha2-nistp", SSHPublicKey},
	{"ID;PWXL", SymbolicLink}, {"ID;PCALCOOO", SymbolicLink}, {"<table", HTML},
	{"<!doctype html", HTML}, {"<html", HTML}, {"<head", HTML}, {"<body", HTML}, {"<script", HTML},
	{"<?xml", XML}, {"<RSAKeyValue", XML}, {"<DSAKeyValue", XML},
}

// textMagic knows a text by its first characters, without regard to case.
func textMagic(text []byte) Kind {
	for _, m := range textMagics {
		if len(text) < len(m.begin) || !bytes.EqualFold(text[:len(m.begin)], []byte(m.begin)) {
			continue
		}
		if m.kind == HTML && (m.begin == "<table" || bytes.Contains(text[:min(len(text), 4<<10)], []byte("schemas-microsoft-com:office:excel"))) {
			return HTMLWorkbook
		}
		if m.kind == XML {
			start := bytes.ToLower(text[:min(len(text), 1<<10)])
			switch {
			case bytes.Contains(start, []byte(`progid="excel.sheet"`)), bytes.Contains(start, []byte("office:spreadsheet")), bytes.Contains(start, []byte("opendocument.spreadsheet")):
				return XMLWorkbook
			case bytes.Contains(start, []byte("<html")) && bytes.Contains(start, []byte("schemas-microsoft-com:office:excel")):
				return HTMLWorkbook
			case bytes.Contains(start, []byte("<html")):
				return HTML
			case isXMLKey(text):
				return XMLKey
			}
		}
		return m.kind
	}
	return agentKey(text)
}

// isXMLKey knows the private half of a key as .NET's ToXmlString(true) writes it (RFC 3275 §4.4.2 has the public half).
func isXMLKey(text []byte) bool {
	return bytes.Contains(text, []byte("KeyValue>")) && (bytes.Contains(text, []byte("<D>")) || bytes.Contains(text, []byte("<X>")))
}

// agentKey knows gpg-agent's files of today, lines of names and values (agent/keyformat.txt of GnuPG).
func agentKey(text []byte) Kind {
	for line := range bytes.Lines(text[:min(len(text), 4<<10)]) {
		switch {
		case bytes.HasPrefix(line, []byte("Key: (shadowed-private-key")):
			return AgentStub
		case bytes.HasPrefix(line, []byte("Key: (private-key")), bytes.HasPrefix(line, []byte("Key: (protected-private-key")):
			return AgentKey
		case len(line) > 0 && !isSpace(line[0]) && !bytes.Contains(line, []byte(":")):
			return Unknown
		}
	}
	return Unknown
}

// isJSON tells whether text begins as an object or an array does (RFC 8259): "[section]" of a settings file does not.
func isJSON(text []byte) bool {
	if len(text) == 0 || text[0] != '{' && text[0] != '[' {
		return false
	}
	in := bytes.TrimLeft(text[1:], " \t\r\n")
	if len(in) == 0 {
		return true // cut short
	}
	switch c := in[0]; {
	case c == '"', c == text[0]+2: // ] and } follow their partners by two
		return true
	case text[0] == '{':
		return false
	case c == '{', c == '[', c == '-', c >= '0' && c <= '9':
		return true
	}
	for _, word := range []string{"true", "false", "null"} {
		if bytes.HasPrefix(in, []byte(word)) {
			return true
		}
	}
	return false
}

// isJWK tells whether a JSON text holds the private part of a key (RFC 7517 §4, RFC 7518 §6).
func isJWK(text []byte) bool {
	return bytes.Contains(text, []byte(`"kty"`)) && memberOf(text, `"d"`)
}

// memberOf tells whether a member of this name, with its quotes, has a value of some length.
func memberOf(text []byte, name string) bool {
	for at := 0; ; {
		i := bytes.Index(text[at:], []byte(name))
		if i < 0 {
			return false
		}
		at += i + len(name)
		value := bytes.TrimLeft(text[at:], " \t\r\n:")
		if len(value) > 20 && value[0] == '"' && bytes.IndexByte(value[1:21], '"') < 0 {
			return true
		}
	}
}
