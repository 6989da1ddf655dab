package eui48

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// numberError says why a text is no whole number. hint is the next step, where there is a better one than "write digits".
type numberError struct{ reason, hint string }

// parseNumber reads a decimal number of 0 or more as people type it. Groups of three digits are taken where they can
// mean nothing else: with blanks, apostrophes or underscores between them, or with more than one comma or point. A
// single comma or point is refused, because half the world reads it as the decimal mark. What exceeds uint64 comes
// back as the highest value. grouped says that separators were taken out.
func parseNumber(s string) (n uint64, grouped bool, bad *numberError) {
	if s == "" {
		return 0, false, &numberError{reason: "the field is empty"}
	}
	if len(s) > inputLimit {
		return 0, false, &numberError{reason: fmt.Sprintf("%d bytes are too many for a number", len(s))}
	}
	digits := s
	if i := strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }); i >= 0 {
		if digits, bad = ungroup(s, i); bad != nil {
			return 0, false, bad
		}
		grouped = true
	}
	n, err := strconv.ParseUint(digits, 10, 64)
	if err != nil { // only digits are left: out of range
		n = math.MaxUint64
	}
	return n, grouped, nil
}

// groupSeparators are the blanks and marks that separate groups of digits and never decimals.
const groupSeparators = " \u00a0\u2009\u202f'’_"

// ungroup takes the separators out of s, of which the first character that is no digit stands at byte i.
func ungroup(s string, i int) (digits string, bad *numberError) {
	r, size := utf8.DecodeRuneInString(s[i:])
	decimal := r == ',' || r == '.'
	if !decimal && !strings.ContainsRune(groupSeparators, r) {
		return "", notNumber(s, r, utf8.RuneCountInString(s[:i])+1)
	}
	groups := strings.Split(s, s[i:i+size])
	for _, g := range groups {
		for _, c := range g {
			if c < '0' || c > '9' {
				return "", &numberError{reason: fmt.Sprintf("%q and %q in one number", r, c), hint: "write it in digits only"}
			}
		}
	}
	joined := strings.Join(groups, "")
	regular := len(groups[0]) >= 1 && len(groups[0]) <= 3 && groups[0][0] != '0' &&
		!slices.ContainsFunc(groups[1:], func(g string) bool { return len(g) != 3 })
	switch {
	case regular && decimal && len(groups) == 2:
		return "", &numberError{
			reason: fmt.Sprintf("%q may separate thousands or decimals", r),
			hint:   fmt.Sprintf("write %s or %s", joined, groups[0]),
		}
	case regular:
		return joined, nil
	case decimal && len(groups) == 2:
		return "", &numberError{reason: "it is not a whole number", hint: "write a whole number, in digits only"}
	}
	return "", &numberError{reason: fmt.Sprintf("%q does not separate groups of three digits", r), hint: "write it in digits only"}
}

func notNumber(s string, r rune, at int) *numberError {
	if hex, err := strconv.ParseUint(strings.TrimPrefix(strings.ToLower(s), "0x"), 16, 48); err == nil {
		return &numberError{
			reason: "it looks hexadecimal; this number is decimal",
			hint:   fmt.Sprintf("write %d if the hexadecimal value is meant", hex),
		}
	}
	switch {
	case at == 1 && (r == '-' || r == '\u2212'):
		return &numberError{reason: "it is negative", hint: "write a number of 1 or more"}
	case at == 1 && r == '+':
		return &numberError{reason: "a sign is not needed", hint: "write " + s[1:]}
	}
	return &numberError{reason: fmt.Sprintf("character %d, %q, is not a digit", at, r), hint: "write it in digits only"}
}
