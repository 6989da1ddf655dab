package attribute

import (
	"fmt"
	"unicode"
	"unicode/utf8"
)

// FlawKind is what is wrong at one place of a text.
type FlawKind uint8

const (
	Control     FlawKind = iota // C0, DEL, C1, line and paragraph separators
	OuterBlank                  // a blank of any kind at the start or end
	Invisible                   // blanks other than U+0020 within the text, characters without width, direction marks
	MixedScript                 // a letter that looks like one of the word's other letters and is of another script
	Damaged                     // not UTF-8, or U+FFFD, which a failed conversion left behind
)

var flawNames = [...]string{"control character", "outer space", "invisible character", "mixed scripts", "damaged text"}

// String names the kind: "control character".
func (k FlawKind) String() string { return flawNames[k] }

// Flaw is one place of a text that readers will not see, or will misread.
type Flaw struct {
	Kind   FlawKind
	At     int    // index of the character, counted in runes from 0
	Rune   rune   // U+FFFD where the bytes are not UTF-8
	Reason string // in words: "U+0009 (tab) at character 5"; characters are counted from 1 there
}

// Text lists every flaw of a name or free text, in order. Printable ASCII without outer blanks, the usual case, costs
// one pass and no memory.
func Text(s string) []Flaw {
	if plain(s) {
		return nil
	}
	var flaws []Flaw
	add := func(kind FlawKind, at int, r rune, what string) {
		flaws = append(flaws, Flaw{Kind: kind, At: at, Rune: r, Reason: fmt.Sprintf("%U (%s) at character %d", r, what, at+1)})
	}
	first, last := innerRunes(s)
	at := 0
	var word scripts
	for i, r := range s {
		outer := at < first || at >= last
		switch {
		case r == utf8.RuneError:
			if _, width := utf8.DecodeRuneInString(s[i:]); width == 1 {
				add(Damaged, at, r, fmt.Sprintf("byte 0x%02X is not UTF-8", s[i]))
			} else {
				add(Damaged, at, r, "what a failed conversion leaves")
			}
		case unicode.IsControl(r) || r == '\u2028' || r == '\u2029':
			add(Control, at, r, controlName(r))
		case outer && isBlank(r):
			add(OuterBlank, at, r, blankName(r, at < first))
		case r == ' ':
		case isBlank(r):
			add(Invisible, at, r, "a space that is not an ordinary one")
		case isInvisible(r):
			add(Invisible, at, r, invisibleName(r))
		}
		if odd := word.next(r); odd {
			add(MixedScript, at, r, "a "+word.odd+" letter among "+word.main+" ones that look alike")
		}
		at++
	}
	return flaws
}

func plain(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < 0x20 || s[i] > 0x7E {
			return false
		}
	}
	return s == "" || s[0] != ' ' && s[len(s)-1] != ' '
}

// innerRunes gives the rune indices of the first character that is no blank and of the one behind the last.
func innerRunes(s string) (first, last int) {
	at, seen := 0, false
	for _, r := range s {
		if !isBlank(r) {
			if !seen {
				first, seen = at, true
			}
			last = at + 1
		}
		at++
	}
	if !seen {
		return at, at
	}
	return first, last
}

// isBlank: the blanks of Unicode (Zs), the ideographic U+3000 with them. Tabs and line breaks are control characters.
func isBlank(r rune) bool { return r == ' ' || r > 0x7E && unicode.Is(unicode.Zs, r) }

// isInvisible: format characters (Cf) and the fillers that show as nothing. Emoji and Indic joiners are among them: in
// the name of a device they are worth a look.
func isInvisible(r rune) bool {
	if r < 0xAD {
		return false
	}
	switch r {
	case '\u115F', '\u1160', '\u3164', '\uFFA0', '\u034F', '\u2800':
		return true
	}
	return unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r)
}

func controlName(r rune) string {
	switch r {
	case 0:
		return "NUL"
	case '\t':
		return "tab"
	case '\n':
		return "line feed"
	case '\r':
		return "carriage return"
	case 0x1B:
		return "escape"
	case '\u2028', '\u2029':
		return "line separator"
	}
	return "control character"
}

func blankName(r rune, start bool) string {
	what := "space"
	if r == '\u00A0' {
		what = "non-breaking space"
	}
	if start {
		return what + " at the start"
	}
	return what + " at the end"
}

func invisibleName(r rune) string {
	switch {
	case r == '\u200B' || r == '\uFEFF' || r == '\u2060':
		return "zero-width space"
	case r == '\u200C' || r == '\u200D':
		return "zero-width joiner"
	case r == '\u00AD':
		return "soft hyphen"
	case r == '\u200E' || r == '\u200F' || r == '\u061C' || '\u202A' <= r && r <= '\u202E' || '\u2066' <= r && r <= '\u2069':
		return "direction mark"
	}
	return "invisible character"
}
