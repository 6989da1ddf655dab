package csvdoc

import (
	"bytes"
	"math"
	"unicode/utf8"
)

// sampleBytes is what detection looks at.
const sampleBytes = 256 << 10

// detectEncoding finds the encoding from the first bytes; whole says that these are all. certain is false where nothing
// but ASCII was seen: what follows may still decide (see indexer.settle).
func detectEncoding(head []byte, whole bool) (e Encoding, bom, certain bool) {
	switch {
	case bytes.HasPrefix(head, []byte("\xEF\xBB\xBF")):
		return UTF8, true, true
	case bytes.HasPrefix(head, []byte("\xFF\xFE")):
		return UTF16LE, true, true
	case bytes.HasPrefix(head, []byte("\xFE\xFF")):
		return UTF16BE, true, true
	}
	if e, ok := detectUTF16(head); ok {
		return e, false, true
	}
	if !whole { // the last character may be cut
		for k := 1; k <= utf8.UTFMax && k <= len(head); k++ {
			if c := head[len(head)-k]; utf8.RuneStart(c) {
				if c >= utf8.RuneSelf && !utf8.FullRune(head[len(head)-k:]) {
					head = head[:len(head)-k]
				}
				break
			}
		}
	}
	if ascii(head) {
		return UTF8, false, false
	}
	if valid, _ := multibyte(head); utf8.Valid(head) || valid {
		// One proper sequence of several bytes seldom happens by chance; the rest is damage and shown as such.
		return UTF8, false, true
	}
	return singleByteOf(head), false, true
}

// detectUTF16 finds UTF-16 without a byte order mark: text of western letters has a zero in every other byte.
func detectUTF16(head []byte) (Encoding, bool) {
	n := len(head) / 2
	if n < 2 {
		return 0, false
	}
	var zero [2]int
	for i, c := range head[:2*n] {
		if c == 0 {
			zero[i&1]++
		}
	}
	switch {
	case zero[1]*10 >= n*4 && zero[0]*20 < n:
		return UTF16LE, true
	case zero[0]*10 >= n*4 && zero[1]*20 < n:
		return UTF16BE, true
	}
	return 0, false
}

// multibyte tells whether b holds a sequence of several bytes that is UTF-8, and whether it holds bytes that are not.
func multibyte(b []byte) (valid, invalid bool) {
	for len(b) > 0 {
		if b[0] < utf8.RuneSelf {
			b = b[1:]
			continue
		}
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			invalid = true
		} else {
			valid = true
		}
		if valid && invalid {
			return
		}
		b = b[n:]
	}
	return
}

// singleByteOf tells Windows-1252 from ISO-8859-1 by the five bytes that the former leaves undefined.
func singleByteOf(b []byte) Encoding {
	for _, c := range b {
		switch c {
		case 0x81, 0x8D, 0x8F, 0x90, 0x9D:
			return ISO88591
		}
	}
	return Windows1252
}

// detectForm finds delimiter, escape, ends of rows and quoting from text whose structure is ASCII.
func detectForm(d *Dialect, text []byte, whole bool) {
	d.Newline, d.NewRows = detectNewline(text, whole)
	best := math.Inf(-1)
	sample := text
	if len(sample) > 64<<10 {
		sample, whole = sample[:64<<10], false
	}
	for _, delimiter := range Delimiters {
		for _, escape := range []Escape{Doubled, Backslash} {
			if escape == Backslash && !bytes.Contains(sample, []byte(`\"`)) {
				continue
			}
			try := *d
			try.Delimiter, try.Escape = delimiter, escape
			if score, all := rate(try, sample, whole); score > best {
				best = score
				d.Delimiter, d.Escape, d.QuoteAll = delimiter, escape, all
			}
		}
	}
	if d.Newline == Mixed {
		d.Newline, d.NewRows = rowNewline(*d, text, whole && len(sample) == len(text))
	}
}

// rowNewline finds what ends rows where text has both LF and CRLF: one of them may stand within quotes only, as in a PEM
// of another system.
func rowNewline(d Dialect, text []byte, whole bool) (kind, most Newline) {
	s := newScanner(d)
	var r rowSpans
	lf, crlf := 0, 0
	for p := 0; p < len(text); {
		next := s.row(text, p, 0, whole, &r)
		if next < 0 {
			break
		}
		switch next - r.end {
		case 1:
			lf++
		case 2:
			crlf++
		}
		p = next
	}
	switch {
	case lf == 0 && crlf == 0:
		return d.Newline, d.NewRows
	case crlf == 0:
		return LF, LF
	case lf == 0:
		return CRLF, CRLF
	case crlf >= lf:
		return Mixed, CRLF
	}
	return Mixed, LF
}

// detectNewline finds what ends rows, and which end is the most frequent one. It counts ends within quotes too: rowNewline
// looks closer once the quotes are known.
func detectNewline(text []byte, whole bool) (kind, most Newline) {
	lf := bytes.Count(text, []byte("\n"))
	crlf := bytes.Count(text, []byte("\r\n"))
	cr := bytes.Count(text, []byte("\r")) - crlf
	if !whole && len(text) > 0 && text[len(text)-1] == '\r' {
		cr--
	}
	switch {
	case lf == 0 && cr > 0:
		return CR, CR
	case crlf == 0:
		return LF, LF
	case crlf == lf:
		return CRLF, CRLF
	case crlf*2 >= lf:
		return Mixed, CRLF
	}
	return Mixed, LF
}

// rate says how well a dialect fits, and whether it quotes every cell: rows of one width, more than one cell, no stray
// quotes.
func rate(d Dialect, text []byte, whole bool) (score float64, quoteAll bool) {
	s := newScanner(d)
	var r rowSpans
	widths := map[int]int{}
	rows, stray, first, cells, inQuotes := 0, 0, 0, 0, 0
	for p := 0; p < len(text) && rows < 1000; rows++ {
		next := s.row(text, p, 0, whole, &r)
		if next < 0 && whole && r.open >= 0 {
			s.literal = append(s.literal, int64(r.open))
			stray++
			next = s.row(text, p, 0, whole, &r)
		}
		if next < 0 {
			break
		}
		if r.stray {
			stray++
		}
		if rows == 0 {
			first = len(r.cells)
		}
		widths[len(r.cells)]++
		for _, c := range r.cells {
			cells++
			if c.kind != bare {
				inQuotes++
			}
		}
		p = next
	}
	if rows == 0 {
		return 0, false
	}
	same := 0
	for _, n := range widths {
		same = max(same, n)
	}
	score = float64(widths[first]+same) / float64(2*rows)
	if first > 1 {
		score += 1 + min(float64(first), 64)/1000
	}
	return score - 2*float64(stray)/float64(rows), inQuotes == cells
}
