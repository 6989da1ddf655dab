package csvdoc

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"unicode"
	"unicode/utf8"

	"enrollbench/core/form"
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
	if isUTF8(multibyte(head)) {
		return UTF8, false, true
	}
	return guessEncoding(head), false, true
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

// multibyte counts the words beyond ASCII that are UTF-8, slightly damaged or not, and those that are not. The bytes of a word are judged
// together: two of a Chinese word in GBK look like a character of UTF-8 often, all of them never.
func multibyte(b []byte) (valid, invalid int) {
	for len(b) > 0 {
		if b[0] < utf8.RuneSelf {
			b = b[1:]
			continue
		}
		proper, broken := 0, 0
		for len(b) > 0 && b[0] >= utf8.RuneSelf {
			r, n := utf8.DecodeRune(b)
			if r == utf8.RuneError && n == 1 {
				broken++
			} else {
				proper++
			}
			b = b[n:]
		}
		if proper > 2*broken {
			valid++
		} else {
			invalid++
		}
	}
	return valid, invalid
}

// isUTF8 tells damaged UTF-8, which is shown as such, from an encoding whose words look like it here and there: a short one of East Asia
// may by chance, one of western letters hardly ever.
func isUTF8(valid, invalid int) bool { return 2*valid >= invalid }

// detectForm finds delimiter, escape, ends of rows and quoting from text whose structure is ASCII.
func detectForm(d *Dialect, text []byte, whole bool) {
	d.Newline, d.NewRows = detectNewline(text, whole)
	sample := text
	if len(sample) > 64<<10 {
		sample, whole = sample[:64<<10], false
	}
	tries := []Newline{d.Newline}
	if d.Newline != CR && bytes.IndexByte(sample, '\r') >= 0 && bytes.Count(sample, []byte("\r")) > bytes.Count(sample, []byte("\r\n")) {
		tries = append(tries, CR) // the LF may stand within quotes only
	}
	best, found := math.Inf(-1), *d
	for _, newline := range tries {
		for _, delimiter := range Delimiters {
			for _, escape := range []Escape{Doubled, Backslash} {
				try := *d
				try.Delimiter, try.Escape = delimiter, escape
				if newline == CR {
					try.Newline, try.NewRows = CR, CR
				}
				if escape == Backslash && !bytes.Contains(sample, []byte(`\"`)) || try.check() != nil {
					continue
				}
				if score, all := rate(try, sample, whole); score > best {
					best, found = score, try
					found.QuoteAll = all
				}
			}
		}
	}
	*d = found
	if d.Newline == Mixed {
		d.Newline, d.NewRows = rowNewline(*d, text, whole && len(sample) == len(text))
	}
}

// rowNewline finds what ends rows where text has both LF and CRLF: one of them may stand within quotes only, as in a PEM
// of another system.
func rowNewline(d Dialect, text []byte, whole bool) (kind, most Newline) {
	lf, crlf := 0, 0
	for _, r := range takeRows(d, text, whole, math.MaxInt) {
		switch r.length {
		case 1:
			lf++
		case 2:
			crlf++
		}
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

// sampleRow is a row of the text that detection looks at.
type sampleRow struct {
	cells  [][]byte // their values, escapes aside
	quoted int      // cells in quotes
	stray  bool
	broken bool // an end of line stands in a cell without quotes
	length int  // of the row's end
}

// blank tells a row in which nothing stands.
func (r *sampleRow) blank() bool { return r.filled() == 0 }

func (r *sampleRow) filled() (n int) {
	for _, c := range r.cells {
		if len(bytes.TrimSpace(c)) > 0 {
			n++
		}
	}
	return n
}

// takeRows takes the first rows of text apart, at most limit.
func takeRows(d Dialect, text []byte, whole bool, limit int) (rows []sampleRow) {
	s := newScanner(d)
	var r rowSpans
	for p := 0; p < len(text) && len(rows) < limit; {
		next, unclosed := s.row(text, p, 0, whole, &r), false
		for next < 0 && whole && r.open >= 0 {
			s.literal, unclosed = append(s.literal, int64(r.open)), true
			next = s.row(text, p, 0, whole, &r)
		}
		if next < 0 {
			break
		}
		row := sampleRow{stray: r.stray || unclosed, length: next - r.end}
		for _, c := range r.cells {
			inner, tail := s.content(text, c)
			if c.kind != bare {
				row.quoted++
			} else if bytes.IndexByte(inner, '\n') >= 0 { // only where rows end with CR alone
				row.broken = true
			}
			if len(tail) > 0 {
				inner = text[c.start:c.end]
			}
			row.cells = append(row.cells, inner)
		}
		rows = append(rows, row)
		p = next
	}
	return rows
}

// rate says how well a dialect fits, and whether it quotes every cell: rows as wide as the header, more than one cell, no
// stray quotes. A title above the header does not count.
func rate(d Dialect, text []byte, whole bool) (score float64, quoteAll bool) {
	rows := takeRows(d, text, whole, 1000)
	if len(rows) == 0 {
		return 0, false
	}
	head := headerRow(rows)
	widths := map[int]int{}
	bad, cells, inQuotes, same, all := 0, 0, 0, 0, 0
	for i := range rows {
		r := &rows[i]
		if r.stray || r.broken {
			bad++
		}
		cells += len(r.cells)
		inQuotes += r.quoted
		if i >= head {
			widths[len(r.cells)]++
			same = max(same, widths[len(r.cells)])
			all++
		}
	}
	first := len(rows[head].cells)
	score = float64(widths[first]+same) / float64(2*all)
	if first > 1 {
		score += 1 + min(float64(first), 64)/1000
	}
	return score - 2*float64(bad)/float64(len(rows)), inQuotes == cells
}

// titleRows is how many rows may stand above a header.
const titleRows = 10

// headerRow finds the row that holds the names of the columns: 0, unless the first row is blank or a title and a row below it
// looks like names while the row under that does not.
func headerRow(rows []sampleRow) int {
	if !anyOfService(&rows[0]) {
		for h := 1; h <= titleRows && h < len(rows); h++ {
			if anyOfService(&rows[h]) {
				return h
			}
		}
	}
	if rows[0].filled() > max(1, len(rows[0].cells)/2) || allDotted(&rows[0]) {
		return 0
	}
	for h := 1; h <= titleRows && h+1 < len(rows); h++ {
		r, below := rows[h], &rows[h+1]
		for n := len(r.cells); n > 1 && len(bytes.TrimSpace(r.cells[n-1])) == 0; n-- {
			r.cells = r.cells[:n-1] // what spreadsheets leave behind the last column
		}
		if r.filled() < len(r.cells) || len(r.cells) == 1 && !allDotted(&r) {
			continue
		}
		seen := map[string]bool{}
		dotted, names, values := false, true, 0
		for i, c := range r.cells {
			seen[string(c)] = true
			names = names && name(c)
			if i < len(below.cells) && !name(below.cells[i]) && !dottedName(below.cells[i]) {
				values++
			}
			dotted = dotted || dottedName(c) && i < len(below.cells) && !dottedName(below.cells[i])
		}
		title := rows[0].blank()
		for _, c := range rows[0].cells {
			title = title || len(c) > 0 && !name(c)
		}
		if len(seen) == len(r.cells) && (dotted || title && names && values > 0) {
			return h
		}
	}
	return 0
}

// anyOfService tells whether a row has a name that only columns of the service have.
func anyOfService(r *sampleRow) bool {
	return slices.ContainsFunc(r.cells, func(c []byte) bool {
		name, ok := bytes.CutPrefix(bytes.ToLower(bytes.TrimSpace(c)), []byte("subject."))
		return ok && dottedName(c) && bytes.IndexByte(name, '.') < 0
	})
}

func allDotted(r *sampleRow) bool {
	return !slices.ContainsFunc(r.cells, func(c []byte) bool { return !dottedName(c) })
}

// dottedName: "subject.common_name", and the one column of the service that has no dot.
func dottedName(c []byte) bool {
	c = bytes.TrimSpace(c)
	if bytes.EqualFold(c, []byte("csr")) {
		return true
	}
	at := bytes.IndexAny(c, "._")
	return at > 0 && at < len(c)-1 && !bytes.ContainsFunc(c, func(r rune) bool { return r != '.' && r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }) &&
		unicode.IsLetter(rune(c[0]))
}

// name: letters, spaces and what joins them; no digits, as values have.
func name(c []byte) bool {
	c = bytes.TrimSpace(c)
	return len(c) > 0 && len(c) <= 64 && !bytes.ContainsFunc(c, func(r rune) bool {
		return r < utf8.RuneSelf && !unicode.IsLetter(r) && !bytes.ContainsRune([]byte(" ._-()/"), r)
	})
}

// oddForm is a form that reads as one of ours and means another.
type oddForm struct {
	separator    string // a character between the cells that is no delimiter, in words
	singleQuotes bool   // around the cells
	quotedRows   bool   // each row is one cell in quotes, with the delimiters in it
	doubleCR     bool   // lines end in CR CR LF
}

// oddities looks for such a form.
func oddities(rows []sampleRow) (odd oddForm) {
	if len(rows) < 2 {
		return odd
	}
	most := func(ok func(r *sampleRow) bool) bool {
		n := 0
		for i := range rows {
			if ok(&rows[i]) {
				n++
			}
		}
		return n*10 >= len(rows)*9
	}
	single := func(r *sampleRow) bool { // a delimiter within the quotes makes two cells of one
		begin, end := 0, 0
		for _, c := range r.cells {
			if len(c) > 1 && c[0] == '\'' {
				begin++
			}
			if len(c) > 1 && c[len(c)-1] == '\'' {
				end++
			}
		}
		return begin > 0 && begin == end
	}
	odd.singleQuotes = most(single)
	odd.doubleCR = most(func(r *sampleRow) bool { return bytes.HasSuffix(r.cells[len(r.cells)-1], []byte("\r")) })
	for _, sep := range []string{" ", ":", "^", "~", "#", "!", "/", "&", "，", "；", ",", ";", "\t", "|", "\x01", "\x1c", "\x1d", "\x1e", "\x1f"} {
		cut := func(r *sampleRow) [][]byte {
			if sep == " " {
				return bytes.Fields(r.cells[0])
			}
			return bytes.Split(r.cells[0], []byte(sep))
		}
		names := cut(&rows[0])
		dotted := 0
		for _, c := range names {
			if dottedName(bytes.Trim(c, "'")) {
				dotted++
			}
		}
		control := sep[0] < ' '
		if len(names) > 1 && (2*dotted >= len(names) || control) && most(func(r *sampleRow) bool { return len(r.cells) == 1 && len(cut(r)) >= len(names) }) {
			switch {
			case len(sep) == 1 && bytes.IndexByte(Delimiters, sep[0]) >= 0:
				odd.quotedRows = rows[0].quoted > 0
			case sep == " ":
				odd.separator = "a space"
			case control:
				odd.separator = fmt.Sprintf("the control character %02X", sep[0])
			default:
				odd.separator = fmt.Sprintf("%q", sep)
			}
			return odd
		}
	}
	return odd
}

// sepLine knows the line "sep=;" with which a file tells Excel its delimiter: how long it is, and the character; 0 where there
// is none.
func sepLine(text []byte) (length int, delimiter byte) {
	end := bytes.IndexAny(text, "\r\n")
	if end < 0 || end > 64 {
		return 0, 0
	}
	line := bytes.Trim(text[:end], " ")
	line = bytes.TrimPrefix(line, []byte{'"'})
	if len(line) < 5 || !bytes.EqualFold(line[:4], []byte("sep=")) || unicode.IsLetter(rune(line[4])) || unicode.IsDigit(rune(line[4])) {
		return 0, 0
	}
	// Excel itself, saving such a file, puts the cell in quotes and delimiters behind it.
	if rest := bytes.Trim(line[5:], "\" ,;\t|"); len(rest) > 0 {
		return 0, 0
	}
	length = end + 1
	if text[end] == '\r' && length < len(text) && text[length] == '\n' {
		length++
	}
	return length, line[4]
}

// Header reads the names in the first row of a CSV that is in memory, such as a template, in any dialect.
func Header(data []byte) ([]string, error) {
	if f := form.Detect(data); f.Table() || f.Archive() {
		return nil, fmt.Errorf("it is %s; give the CSV itself", f)
	}
	var d Dialect
	var bom bool
	d.Encoding, bom, _ = detectEncoding(data, true)
	if bom {
		data = data[len(Dialect{Encoding: d.Encoding, BOM: true}.bom()):]
	}
	if d.Encoding.utf16() {
		data, _ = io.ReadAll(newFromUTF16(bytes.NewReader(data), d.Encoding))
	}
	n, delimiter := sepLine(data)
	data = bytes.TrimLeft(data[n:], "\r\n")
	if bytes.IndexByte(data[:min(len(data), 4<<10)], 0) >= 0 {
		return nil, errors.New("it is not text")
	}
	detectForm(&d, data, true)
	if n > 0 && bytes.IndexByte(Delimiters, delimiter) >= 0 {
		d.Delimiter = delimiter
	}
	b := base{dialect: d, scanner: newScanner(d)}
	b.dialect.Header = true
	var r rowSpans
	if next := b.scanner.row(data, 0, 0, true, &r); next > 0 {
		data = data[:r.end]
	}
	b.header = data
	b.nameColumns()
	return b.names, nil
}
