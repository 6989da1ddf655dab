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

// text finds characters that readers do not see or misread, those of one kind together.
func (c *checker) text(i int, cell string) {
	flaws := attribute.Text(cell)
	if len(flaws) == 0 && c.bits[i]&high == 0 {
		return
	}
	var first [len(flawRules)]*attribute.Flaw
	var more [len(flawRules)]int
	for k := range flaws {
		kind := flaws[k].Kind
		if first[kind] == nil {
			first[kind] = &flaws[k]
		} else {
			more[kind]++
		}
	}
	for kind, flaw := range first {
		if flaw == nil {
			continue
		}
		words := flaw.Reason
		if more[kind] > 0 {
			words += fmt.Sprintf(" and %d more", more[kind])
		}
		h := c.add(flawRules[kind], i, "%s: %s", quoted(cell), words)
		switch kind := attribute.FlawKind(kind); kind { // #nosec G115 -- an index of the table
		case attribute.OuterBlank:
			h.mend(strings.TrimFunc(cell, func(r rune) bool { return r == ' ' || r > 0x7E && unicode.Is(unicode.Zs, r) }))
		case attribute.Invisible:
			h.mend(visible(cell))
		case attribute.Control:
			if trimmed := strings.TrimFunc(cell, unicode.IsControl); !strings.ContainsFunc(trimmed, isControlOrSeparator) {
				h.mend(trimmed) // at the ends it was appended; within it may stand for something
			}
		}
	}
	if c.bits[i]&high != 0 && first[attribute.Damaged] == nil {
		if meant, ok := unmisread(cell); ok {
			c.add(RuleMojibake, i, "%s looks like %s, read in the wrong encoding", quoted(cell), quoted(meant)).mend(meant)
		}
	}
}

func isControlOrSeparator(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' }

// visible puts an ordinary blank for each other one and drops what has no width.
func visible(s string) string {
	for _, f := range attribute.Text(s) {
		if f.Kind == attribute.Invisible {
			old := f.Rune
			s = strings.Map(func(r rune) rune {
				switch {
				case r != old:
					return r
				case unicode.Is(unicode.Zs, r):
					return ' '
				}
				return -1
			}, s)
		}
	}
	return s
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
