package form

import (
	"bytes"
	"errors"
	"fmt"
)

// Block is one PEM block within a text.
type Block struct {
	Label      string
	Start, End int    // text[Start:End] is the block, BEGIN and END lines included
	Body       []byte // what stands between them
	Odd        bool   // dashes or spaces of its lines are not those of RFC 7468 §3, as word processors and mails make them
	Err        error  // why the block cannot be read, nil if its frame is whole

	bodyAt int
}

// maxLabelLine bounds what is looked at behind BEGIN or END for the dashes that end the line.
const maxLabelLine = 80

// NextBlock finds the first PEM block of text at or after from. ok is false where there is none. When the block may go on
// beyond the text, more is true: the caller that has more to read should bring it and ask again.
//
// Unlike encoding/pem it takes a block that stands on one line, says what is wrong with a broken one instead of passing
// over it, and reads lines whose hyphens a word processor has exchanged for dashes. Asking again from b.End on reads a text
// in time linear in its length.
func NextBlock(text []byte, from int) (b Block, ok, more bool) {
	s := blocks{text: text}
	return s.next(from)
}

// blocks finds the blocks of a text.
type blocks struct {
	text   []byte
	looked int // bytes that were searched, for the test that this stays linear
}

func (s *blocks) next(from int) (b Block, ok, more bool) {
	text := s.text
	for at := from; ; {
		i := bytes.Index(text[at:], wordBegin)
		if i < 0 {
			s.looked += len(text) - at
			return Block{}, false, false
		}
		s.looked += i + maxLabelLine
		i += at
		at = i + len(wordBegin)
		start, strict := dashesBefore(text, i, from)
		if start == i {
			continue
		}
		b = Block{Start: start}
		label, behind, how := readLabel(text, at)
		if how != none && (how == exact && strict || OfLabel(label) != Unknown) { // prose may hold a dash and the word
			b.Label, b.Odd = label, how == odd || !strict
			return s.body(b, behind)
		}
		if strict && at < len(text) && text[at] == ' ' {
			b.End = at + 1
			b.Err = errors.New("its BEGIN line does not end in five dashes")
			return b, true, len(text)-at < maxLabelLine
		}
	}
}

var (
	wordBegin = []byte("BEGIN")
	pemDash   = []byte("-----")
	pemBegin  = []byte("-----BEGIN ")
	pemEnd    = []byte("-----END ")
)

// body reads what stands from at to the END line.
func (s *blocks) body(b Block, at int) (Block, bool, bool) {
	text := s.text
	b.bodyAt = at
	if i := bytes.IndexByte(text[at:], '-'); i >= 0 && bytes.HasPrefix(text[at+i:], pemEnd) { // as nearly all are
		s.looked += i
		b.Body = text[at : at+i]
		return b.end(text, at+i+len(pemEnd)-1, true)
	}
	for from := at; ; {
		i := bytes.IndexByte(text[from:], 'N') // of END and BEGIN
		if i < 0 {
			break
		}
		s.looked += i + len(pemEnd)
		i += from
		from = i + 1
		word := i - 1
		if end := i > at && bytes.HasPrefix(text[i-1:], []byte("END")); !end {
			if word = i - 4; word < at || !bytes.HasPrefix(text[word:], wordBegin) {
				continue
			}
		}
		start, strict := dashesBefore(text, word, at)
		if start == word {
			continue
		}
		b.Body = text[at:start]
		if word == i-1 {
			return b.end(text, i+2, strict)
		}
		b.End, b.Err = start, errors.New("another BEGIN line follows before its END line")
		return b, true, false
	}
	s.looked += len(text) - at
	b.Body, b.End = text[at:], len(text)
	b.Err = errors.New("it has a BEGIN line but no END line; the file may be cut short")
	return b, true, true
}

// end reads the END line; at is behind the word.
func (b Block) end(text []byte, at int, strict bool) (Block, bool, bool) {
	label, behind, how := readLabel(text, at)
	if how == none {
		b.End = at
		b.Err = errors.New("its END line does not end in five dashes")
		return b, true, len(text)-at < maxLabelLine
	}
	b.End = behind
	b.Odd = b.Odd || !strict || how != exact
	if label != b.Label {
		b.Err = fmt.Errorf("it begins as %q and ends as %q", b.Label, label)
	}
	return b, true, b.Odd && len(text)-behind < maxLabelLine // a run of dashes may go on
}

// What readLabel found.
const (
	none  = iota
	exact // a space, the label, five hyphens
	odd   // other dashes, another number of them, or spaces of another kind
)

// readLabel reads what stands behind the word BEGIN or END at: a space, the label, dashes.
func readLabel(text []byte, at int) (label string, behind, how int) {
	line := text[at:min(len(text), at+maxLabelLine)]
	if i := bytes.IndexAny(line, "\r\n"); i >= 0 {
		line = line[:i]
	}
	if len(line) > 0 && line[0] == ' ' {
		if n := bytes.Index(line, pemDash); n > 0 {
			end := at + n + len(pemDash)
			glued := text[end:min(len(text), end+len(pemBegin))] // files joined without a line break
			if plainLabel(line[1:n]) && (!bytes.HasPrefix(glued, pemDash[:1]) || bytes.HasPrefix(glued, pemBegin) || bytes.HasPrefix(glued, pemEnd)) {
				return intern(line[1:n]), end, exact
			}
		}
	}
	var name []byte
	i := 0
	for i < len(line) {
		if n := dashAt(line[i:]); n > 0 {
			break
		}
		switch n, c := spaceAt(line[i:]), line[i]; {
		case n > 0:
			if len(name) > 0 && name[len(name)-1] != ' ' {
				name = append(name, ' ')
			}
			i += n
		case c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '#':
			name = append(name, c)
			i++
		default:
			return "", 0, none
		}
	}
	dashes := 0
	for i < len(line) && dashes < 2*len(pemDash) {
		n := dashAt(line[i:])
		if n == 0 {
			break
		}
		dashes++
		i += n
	}
	if dashes == 0 {
		return "", 0, none
	}
	return string(bytes.TrimSpace(name)), at + i, odd
}

// plainLabel: nothing but the characters of labels (RFC 7468 §3), with no space around them.
func plainLabel(b []byte) bool {
	if len(b) > 0 && (b[0] == ' ' || b[len(b)-1] == ' ') {
		return false
	}
	for _, c := range b {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

// dashesBefore is where the dashes before a word at i begin, at or after from; i where there are none. strict: they are
// the five hyphens of RFC 7468.
func dashesBefore(text []byte, i, from int) (start int, strict bool) {
	if i-len(pemDash) >= from && string(text[i-len(pemDash):i]) == string(pemDash) {
		start = i - len(pemDash)
		for start > from && text[start-1] == '-' && i-start < 2*len(pemDash) {
			start--
		}
		return start, start == i-len(pemDash)
	}
	at, spaces := i, 0
	for at > from && spaces < 3 { // a space between dashes and word
		n := spaceBefore(text[from:at])
		if n == 0 {
			break
		}
		at -= n
		spaces++
	}
	start = at
	for range 2 * len(pemDash) {
		n := dashBefore(text[from:start])
		if n == 0 {
			break
		}
		start -= n
	}
	if start == at {
		return i, false
	}
	return start, false
}

// dashes are what people and programs write for the hyphen: in UTF-8, in Windows-1252 and in Mac Roman.
var dashes = [...]string{
	"-", "\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "\u2015", "\u2212", "\u00AD", "\uFE58", "\uFE63", "\uFF0D", "\x96", "\x97", "\xD0", "\xD1",
}

// spaces other than line breaks, in UTF-8, alone in Windows-1252, and in a URL; invisible characters count too.
var spaces = [...]string{" ", "%20", "\t", "\u00A0", "\u2007", "\u202F", "\u2009", "\u3000", "\u200B", "\uFEFF", "\xA0"}

func dashAt(b []byte) int      { return prefixOf(b, dashes[:]) }
func spaceAt(b []byte) int     { return prefixOf(b, spaces[:]) }
func dashBefore(b []byte) int  { return suffixOf(b, dashes[:]) }
func spaceBefore(b []byte) int { return suffixOf(b, spaces[:]) }

func prefixOf(b []byte, of []string) int {
	for _, s := range of {
		if len(b) >= len(s) && string(b[:len(s)]) == s {
			return len(s)
		}
	}
	return 0
}

func suffixOf(b []byte, of []string) int {
	for _, s := range of {
		if len(b) >= len(s) && string(b[len(b)-len(s):]) == s {
			return len(s)
		}
	}
	return 0
}

// intern spares an allocation for each of 300,000 equal labels.
func intern(b []byte) string {
	for _, common := range [...]string{"CERTIFICATE", "PRIVATE KEY", "CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"} {
		if string(b) == common {
			return common
		}
	}
	return string(b)
}
