package form

import "bytes"

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

// keyFollows tells whether base64 follows behind the label of a BEGIN line, before the next END: at least 24 characters in
// a row, header lines and any marks between.
func keyFollows(b []byte) bool {
	b = b[:min(len(b), 400)]
	if end := bytes.Index(b, []byte("END ")); end >= 0 {
		b = b[:end]
	}
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
