package eui48

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// Notation is the way an address was written.
type Notation uint8

const (
	// Unknown is the notation of what is no address.
	Unknown Notation = iota
	// Colons: 00:1A:C2:7B:00:00.
	Colons
	// Hyphens: 00-1A-C2-7B-00-00.
	Hyphens
	// Bare: 001ac27b0000. Callers say how they read it.
	Bare
	// Dotted: 001a.c27b.0000, as some switches show it. Callers say how they read it.
	Dotted
	// Other: 001a-c27b-0000 and 001ac2-7b0000, as switches of other makers show it; 0x001ac27b0000; 00 1a c2 7b 00 00. Callers say how they
	// read it.
	Other
)

// String describes the notation in words.
func (n Notation) String() string {
	switch n {
	case Colons:
		return "colons"
	case Hyphens:
		return "hyphens"
	case Bare:
		return "twelve digits without separators"
	case Dotted:
		return "three groups of four digits with dots"
	case Other:
		return "twelve digits in another notation"
	}
	return "unknown"
}

// ParseError says why a text is no MAC address.
type ParseError struct {
	Input  string // as it was given
	Reason string // in words, without the input
	At     int    // the character that is wrong, counted from 1; 0 where the whole is
	Octets int    // how many octets were given where that number is what is wrong, else 0
}

func (e *ParseError) Error() string {
	if e.At > 0 {
		return fmt.Sprintf("MAC address %s: character %d: %s", quote(e.Input), e.At, e.Reason)
	}
	return fmt.Sprintf("MAC address %s: %s", quote(e.Input), e.Reason)
}

const (
	quoteLimit = 60  // bytes; keeps a pasted file out of a message
	inputLimit = 256 // bytes; no notation comes near it
)

func quote(s string) string {
	if len(s) <= quoteLimit {
		return fmt.Sprintf("%q", s)
	}
	return fmt.Sprintf("%q…", strings.ToValidUTF8(s[:quoteLimit], ""))
}

// Parse reads one address: six octets in hexadecimal, upper or lower case, with colons or hyphens between them, twelve
// digits without separators, three groups of four with dots, or what Other is. Nothing may stand around it. Errors are *ParseError.
func Parse(s string) (Address, Notation, error) {
	fail := func(at int, format string, args ...any) (Address, Notation, error) {
		return 0, Unknown, &ParseError{Input: s, At: at, Reason: fmt.Sprintf(format, args...)}
	}
	if s == "" {
		return fail(0, "the field is empty; six octets are needed, for example 00:1a:c2:7b:00:00")
	}
	if len(s) > inputLimit {
		return fail(0, "%d bytes are too many for an address", len(s))
	}
	if digits := groupedDigits(s); digits != "" {
		value, err := strconv.ParseUint(digits, 16, 48)
		if err == nil {
			return Address(value), Other, nil
		}
	}
	// One pass finds what is wrong with single characters and keeps the lengths of the groups between separators.
	var (
		value     uint64
		digits    int
		separator rune
		groups    = make([]int, 1, 8) // digits in each group
		starts    = append(make([]int, 0, 8), 1)
		at        int
	)
	for _, r := range s {
		at++
		switch v, isDigit := hexValue(r); {
		case isDigit:
			value = value<<4 | v // what overflows is refused below by its number of digits
			digits++
			groups[len(groups)-1]++
		case r != ':' && r != '-' && r != '.':
			return fail(at, "%s", strange(r))
		case separator != 0 && r != separator:
			return fail(at, "%q after %q: separators must all be the same", r, separator)
		default:
			separator = r
			groups = append(groups, 0)
			starts = append(starts, at+1)
		}
	}
	want, notation := 2, Colons
	switch separator {
	case '-':
		notation = Hyphens
	case '.':
		want, notation = 4, Dotted
	case 0:
		if digits%2 != 0 {
			return fail(0, "%d hexadecimal digits were given; twelve are needed, two for each of six octets", digits)
		}
		want, notation = digits, Bare
	}
	for i, n := range groups {
		switch {
		case n == 0 && i == 0:
			return fail(1, "%q has no digits before it", separator)
		case n == 0:
			return fail(starts[i]-1, "%q has no digits after it", separator)
		case n != want && notation == Dotted:
			return fail(starts[i], "a group of %d digits; with dots, write three groups of four, such as 001a.c27b.0000", n)
		case n != want:
			return fail(starts[i], "a group of %d digits; each octet has two, such as 00:1a:c2:7b:00:00", n)
		}
	}
	if digits != 12 {
		octets := digits / 2
		reason := fmt.Sprintf("%d octets were given; six are needed", octets)
		switch octets {
		case 1:
			reason = "one octet was given; six are needed"
		case 8:
			reason = "8 octets were given, which is an EUI-64; a MAC address (EUI-48) has six"
		}
		return 0, Unknown, &ParseError{Input: s, Reason: reason, Octets: octets}
	}
	return Address(value), notation, nil
}

// groupedDigits are the twelve digits of a text in one of the forms of Other, "" where it is in none: equal groups with one separator between
// them, or 0x and no separator.
func groupedDigits(s string) string {
	if len(s) < 13 || len(s) > 17 {
		return ""
	}
	if s[0] == '0' && (s[1] == 'x' || s[1] == 'X') && len(s) == 14 && hexOnly(s[2:]) {
		return s[2:]
	}
	every := map[int]int{13: 6, 14: 4, 17: 2}[len(s)]
	if every == 0 {
		return ""
	}
	separator := s[every]
	if strings.IndexByte(" _:-.", separator) < 0 || separator == '.' && every == 4 || every == 2 && (separator == ':' || separator == '-') {
		return "" // or it is in one of the usual notations
	}
	digits := make([]byte, 0, 12)
	for i := range len(s) {
		if (i+1)%(every+1) != 0 {
			digits = append(digits, s[i])
		} else if s[i] != separator {
			return ""
		}
	}
	if !hexOnly(string(digits)) {
		return ""
	}
	return string(digits)
}

func hexOnly(s string) bool { return strings.Trim(s, "0123456789abcdefABCDEF") == "" }

func hexValue(r rune) (uint64, bool) {
	switch {
	case r >= '0' && r <= '9':
		return uint64(r - '0'), true
	case r >= 'a' && r <= 'f':
		return uint64(r-'a') + 10, true
	case r >= 'A' && r <= 'F':
		return uint64(r-'A') + 10, true
	}
	return 0, false
}

// strange names a character that cannot stand in an address, and the one it is easily taken for.
func strange(r rune) string {
	switch {
	case r == 'O' || r == 'o':
		return fmt.Sprintf("%q is the letter, not the digit 0", r)
	case r == 'l' || r == 'I':
		return fmt.Sprintf("%q is a letter, not the digit 1", r)
	case unicode.Is(unicode.Pd, r) || r == '\u2212' || r == '\u00ad':
		return fmt.Sprintf("%U is a dash that only looks like the hyphen '-'", r)
	case unicode.IsSpace(r) || r == '\u200b' || r == '\ufeff':
		return fmt.Sprintf("%q is a space; an address has none", r)
	case unicode.IsDigit(r):
		return fmt.Sprintf("%q (%U) is not one of the digits 0 to 9", r, r)
	case r == '\ufffd':
		return "not a character: the text is not UTF-8"
	}
	return fmt.Sprintf("%q is not a hexadecimal digit", r)
}
