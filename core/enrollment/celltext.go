package enrollment

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"enrollbench/core/attribute"
	"enrollbench/core/finding"
)

func quoted(s string) string { return attribute.Quote(s) }

var flawRules = [...]*finding.Rule{
	attribute.Control: RuleControlCharacter, attribute.OuterBlank: RuleOuterBlank, attribute.Invisible: RuleInvisible,
	attribute.MixedScript: RuleMixedScript, attribute.Damaged: RuleDamagedText,
}

// flaws is what is wrong with the characters of a cell: the first of each kind, and how many there are.
type flaws struct {
	first [len(flawRules)]*attribute.Flaw
	count [len(flawRules)]int
	long  bool // the place within the cell is not known
}

// window is how much of a cell is looked at at once: a cell of megabytes must not make a million flaws at a time.
const window = 4 << 10

func flawsOf(cell string) (f flaws) {
	f.long = len(cell) > window
	for rest := cell; rest != ""; {
		part := rest
		if len(part) > window {
			part = part[:window]
			for len(part) > window-utf8.UTFMax && !utf8.RuneStart(rest[len(part)]) {
				part = part[:len(part)-1]
			}
		}
		rest = rest[len(part):]
		if f.long {
			part = "." + part + "." // its ends are not those of the cell
		}
		list := attribute.Text(part)
		for i := range list {
			kind := list[i].Kind
			if f.first[kind] == nil {
				f.first[kind] = &list[i]
			}
			f.count[kind]++
		}
	}
	if f.long && outerBlanksCut(cell) != cell {
		f.first[attribute.OuterBlank], f.count[attribute.OuterBlank] = &attribute.Flaw{Kind: attribute.OuterBlank}, 1
	}
	return f
}

// words tells of the flaws of one kind.
func (f *flaws) words(kind attribute.FlawKind) string {
	switch n := f.count[kind]; {
	case f.long && n == 1:
		return kind.String()
	case f.long:
		return fmt.Sprintf("%s, %d times", kind, n)
	case n == 1:
		return f.first[kind].Reason
	default:
		return fmt.Sprintf("%s and %d more", f.first[kind].Reason, n-1)
	}
}

// text finds characters that readers do not see or misread, those of one kind together.
func (c *checker) text(i int, cell string) {
	f := flawsOf(cell)
	for k, first := range f.first {
		if first == nil {
			continue
		}
		kind := attribute.FlawKind(k) // #nosec G115 -- an index of the table
		h := c.add(flawRules[kind], i, "%s: %s", quoted(cell), f.words(kind))
		switch kind {
		case attribute.OuterBlank:
			h.repair(outerBlanksCut(cell))
		case attribute.Invisible:
			h.repair(visible(cell))
		case attribute.Control:
			if trimmed := strings.TrimFunc(cell, unicode.IsControl); !strings.ContainsFunc(trimmed, isControlOrSeparator) {
				h.repair(trimmed) // at the ends it was appended; within it may stand for something
			}
		}
	}
	if c.bits[i]&high != 0 && f.first[attribute.Damaged] == nil {
		if meant, ok := unmisread(cell); ok {
			c.add(RuleMojibake, i, "%s looks like %s, read in the wrong encoding", quoted(cell), quoted(meant)).repair(meant)
		}
	}
}

func outerBlanksCut(s string) string {
	return strings.TrimFunc(s, func(r rune) bool { return r == ' ' || r > 0x7E && unicode.Is(unicode.Zs, r) })
}

func isControlOrSeparator(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' }

// visible puts an ordinary blank for each other one and drops what has no width.
func visible(s string) string {
	flawed := map[rune]bool{}
	for rest := s; rest != ""; {
		r, width := utf8.DecodeRuneInString(rest)
		rest = rest[width:]
		if _, known := flawed[r]; !known && r >= 0x80 {
			list := attribute.Text("." + string(r) + ".") // within, so that it is no outer blank
			flawed[r] = len(list) > 0 && list[0].Kind == attribute.Invisible
		}
	}
	return strings.Map(func(r rune) rune {
		switch {
		case !flawed[r]:
			return r
		case unicode.Is(unicode.Zs, r):
			return ' '
		}
		return -1
	}, s)
}

// unmisread undoes what happens when UTF-8 is read as Windows-1252: it is certain where every character beyond ASCII has
// a byte there and all bytes together are UTF-8 again, which true texts in those letters are not.
func unmisread(s string) (string, bool) {
	var b []byte
	for _, r := range s {
		if r < 0x80 {
			b = append(b, byte(r)) // #nosec G115 -- ASCII
			continue
		}
		c, ok := charmap.Windows1252.EncodeRune(r)
		if !ok {
			if r > 0xFF { // 0x81, 0x8D, 0x8F, 0x90 and 0x9D are nothing in Windows-1252, and pass through as they are
				return "", false
			}
			c = byte(r) // #nosec G115 -- below 0x100
		}
		b = append(b, c)
	}
	if !utf8.Valid(b) || utf8.RuneCount(b) >= utf8.RuneCountInString(s) {
		return "", false
	}
	for _, r := range string(b) {
		if r >= 0x80 && !unicode.IsPrint(r) {
			return "", false
		}
	}
	return string(b), true
}
