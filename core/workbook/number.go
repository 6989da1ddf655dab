package workbook

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// format is what a cell's number format does to its value, as far as it matters here.
type format struct {
	date  bool
	width int // of a number that is filled up with zeros: "0000"
	// pattern is what shows a whole number with characters between or beside its digits, as "SN-"0000 and 00\-00\-00 do: digit and maybe
	// stand for digits.
	pattern string
}

// The places of digits in a pattern: one that is filled up with a zero, and one that is not.
const (
	digit = '\x00'
	maybe = '\x01'
)

// formatOf reads a number format (ECMA-376 part 1, §18.8.30, §18.8.31).
func formatOf(id int, code string) format {
	switch {
	case id >= 14 && id <= 22, id >= 27 && id <= 36, id >= 45 && id <= 47, id >= 50 && id <= 58:
		return format{date: true}
	case id < 164 || code == "":
		return format{}
	case strings.Trim(code, "0") == "":
		return format{width: len(code)}
	}
	// Letters of dates outside quotes, brackets and escapes.
	quoted, bracket := false, false
	for i := 0; i < len(code); i++ {
		switch c := code[i]; {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '\\' || c == '_' || c == '*':
			i++
		case c == '[':
			bracket = true
		case c == ']':
			bracket = false
		case !bracket && strings.IndexByte("yYdDhHsS", c) >= 0:
			return format{date: true}
		}
	}
	return format{pattern: patternOf(code)}
}

// patternOf reads the section for positive numbers of a format that has nothing but whole digits and characters beside them; "" for any other.
func patternOf(code string) string {
	var out []rune
	digits, others := 0, 0
	literal := func(r rune) { out, others = append(out, r), others+1 }
	runes := []rune(code)
	for i := 0; i < len(runes); i++ {
		switch r := runes[i]; {
		case r == ';':
			i = len(runes)
		case r == '"':
			for i++; i < len(runes) && runes[i] != '"'; i++ {
				literal(runes[i])
			}
		case r == '\\' && i+1 < len(runes):
			i++
			literal(runes[i])
		case r == '[':
			end := slices.Index(runes[i:], ']')
			if end < 0 || slices.ContainsFunc(runes[i:i+end], func(r rune) bool { return strings.ContainsRune("<>=$", r) }) {
				return ""
			}
			i += end
		case r == '0':
			out, digits = append(out, digit), digits+1
		case r == '#':
			out, digits = append(out, maybe), digits+1
		case strings.HasPrefix(string(runes[i:]), "General"):
			out, digits = append(out, maybe), digits+1
			i += len("General") - 1
		case strings.ContainsRune("-+:()!^&'~{}= ", r):
			literal(r)
		default:
			return ""
		}
	}
	if digits == 0 || others == 0 {
		return ""
	}
	return string(out)
}

// shown is a whole number as its pattern shows it.
func shown(digits, pattern string) string {
	places := strings.Count(pattern, string(digit)) + strings.Count(pattern, string(maybe))
	var out strings.Builder
	for _, r := range pattern {
		if r != digit && r != maybe {
			out.WriteRune(r)
			continue
		}
		switch n := len(digits); {
		case n > places:
			out.WriteString(digits[:n-places+1])
			digits = digits[n-places+1:]
		case n == places:
			out.WriteByte(digits[0])
			digits = digits[1:]
		case r == digit:
			out.WriteByte('0')
		}
		places--
	}
	return out.String()
}

// number is a stored number as the text that a person would type.
func number(stored string, f format, from1904 bool) Cell {
	v, err := strconv.ParseFloat(stored, 64)
	if err != nil || math.IsInf(v, 0) || math.IsNaN(v) {
		return Cell{stored, Text}
	}
	if f.date && v >= 0 && v < 2958466 { // 9999-12-31
		return Cell{date(v, from1904), Date}
	}
	text := stored
	if v == 0 || math.Abs(v) < 1e21 && math.Abs(v) > 1e-7 {
		text = strconv.FormatFloat(v, 'f', -1, 64)
	}
	how := Number
	if math.Abs(v) >= 1e15 {
		how = Rounded
	}
	if n := f.width - len(text); n > 0 && v >= 0 {
		text = strings.Repeat("0", n) + text
	}
	if f.pattern != "" && strings.Trim(text, "0123456789") == "" {
		text = shown(text, f.pattern)
	}
	return Cell{text, how}
}

// date is a serial number of days as ISO 8601. Day 60 of 1900 is the 29 February that was none (ECMA-376 part 1, §18.17.4.1).
func date(v float64, from1904 bool) string {
	epoch := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	switch {
	case from1904:
		epoch = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	case v >= 1 && v < 60:
		epoch = epoch.AddDate(0, 0, 1)
	}
	days, part := math.Modf(v)
	at := epoch.AddDate(0, 0, int(days)).Add(time.Duration(math.Round(part*86400)) * time.Second)
	switch {
	case v < 1 && part > 0:
		return at.Format(time.TimeOnly)
	case part == 0:
		return at.Format(time.DateOnly)
	}
	return at.Format(time.DateTime)
}
