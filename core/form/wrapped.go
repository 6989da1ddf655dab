package form

import (
	"bytes"
	"io"
)

// minWrapped is how many characters of base64 the shortest sealed message or ZIP has.
const minWrapped = 200

// wanted tells what somebody may have put as base64 into a mail or a text, for the one who unpacks it: a result, or a request. data is the
// beginning of it.
func wanted(data []byte) bool {
	f := detect(data, maxCoats-2)
	return f.Kind.cms() && f.Kind != SignedData || f.Kind == PGPMessage || f.Kind == PKCS10 || f.Kind == ZIP
}

// wrapped knows a text, JSON or XML for instance, that has one value which matters: base64 of a sealed message or a ZIP, or such a message in
// PEM. Where certificates stand beside it, or keys, the text itself is the result, and its parts are for whoever reads it. skipped is what
// stands before text.
func wrapped(text []byte, skipped int) (l layer, ok bool) {
	scan := blocks{text: text}
	if b, found, _ := scan.next(0); found && b.Label != "" {
		if !b.HoldsKey() {
			return layer{}, false
		}
		if k := OfLabel(b.Label); k != SignedData && k.cms() || k == PGPMessage || b.Label == "PKCS7" && wanted(decodeHead(unslashed(b.Body))) {
			return layer{coat: Changed, at: skipped + b.Start}, true
		}
		return layer{}, false
	}
	for from, to := range Base64Runs(text, minWrapped) {
		kind := detect(decodeHead(unslashed(text[from:to])), maxCoats-2).Kind
		switch {
		case !kind.Known():
			continue
		case ok, kind == SignedData, !kind.cms() && kind != PGPMessage && kind != ZIP, namesKey(text[:from]):
			return layer{}, false
		}
		l, ok = layer{coat: Wrapped, at: skipped + from, stop: '\n', alone: true}, true
		if to < len(text) {
			l.stop = text[to]
		}
		if from > 0 && (text[from-1] == '"' || text[from-1] == '\'' || text[from-1] == '>') {
			l.stop = map[byte]byte{'>': '<'}[text[from-1]]
			if l.stop == 0 {
				l.stop = text[from-1]
			}
		}
		if l.stop == '\r' {
			l.stop = '\n'
		}
	}
	return l, ok
}

// namesKey tells whether what stands before a value calls it a key.
func namesKey(before []byte) bool {
	before = before[max(0, len(before)-40):]
	if i := bytes.LastIndexAny(before, "{,<\n"); i >= 0 {
		before = before[i:]
	}
	return bytes.Contains(bytes.ToLower(before), []byte("key"))
}

// unslashed leaves the escapes of JSON out that stand within base64.
func unslashed(text []byte) []byte {
	if bytes.IndexByte(text, '\\') < 0 {
		return text
	}
	return replacements{{`\/`, "/"}, {`\n`, ""}, {`\r`, ""}}.replace(text)
}

// checkAlone reads what follows the one value that was decoded, and fails where another one follows. It returns true, as the data ended.
func (b *base64Reader) checkAlone() bool {
	if !b.alone {
		return true
	}
	run := make([]byte, 0, minWrapped)
	for lineStart := false; ; {
		c, err := b.src.ReadByte()
		if err == io.EOF {
			return true
		}
		if err != nil {
			b.err = err
			return false
		}
		if c == '\n' && lineStart {
			run = run[:0] // an empty line ends the headers of a part
		}
		lineStart = c == '\n' || c == '\r' && lineStart
		switch {
		case base64Digit(c) && len(run) < cap(run):
			if run = append(run, c); len(run) == cap(run) && wanted(decodeHead(run)) {
				b.err = b.failf("a second file of this kind follows in it; give each in a file of its own")
				return false
			}
		case base64Digit(c), isSpace(c): // of the same run, or its line break
			if c == ' ' {
				run = run[:0]
			}
		default:
			run = run[:0]
		}
	}
}
