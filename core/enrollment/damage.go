package enrollment

import (
	"slices"
	"strings"

	"enrollbench/core/csvlist"
	"enrollbench/core/eui48"
)

// damage finds what spreadsheets leave in a single cell, whatever stands in the others, and says whether the value is
// beyond being checked.
func (c *checker) damage(i int, value string, set charSet) bool {
	switch first := value[0]; {
	case first == '#':
		if what := errorValue(value); what != "" {
			c.add(RuleErrorValue, i, "%s: %s", quoted(value), what)
			return true
		}
	case first == '=' && len(value) > 1:
		if meant, ok := textFormula(value); ok {
			h := c.add(RuleFormula, i, "%s is a formula for the text %s", quoted(value), quoted(meant))
			h.hint = "write " + meant
			h.repair(meant)
		} else {
			c.add(RuleFormula, i, "%s begins with =, as a formula does", quoted(value))
		}
		return true
	case first == '\'' && csvlist.Plain(value) != value:
		c.add(RuleDefused, i, "%s stands for %s", quoted(value), quoted(csvlist.Plain(value)))
		return c.damage(i, csvlist.Plain(value), set)
	case first == '\'' && len(value) > 1 && strings.LastIndexByte(value, '\'') == 0:
		c.add(RuleTextMark, i, "%s begins with an apostrophe", quoted(value)).repair(value[1:])
		return true
	case set&digit != 0 && set&punctuation != 0 && isScientific(value):
		c.add(RuleScientific, i, "%s is a number in scientific notation", quoted(value))
		return true
	}
	return false
}

// errorValues are those of ECMA-376 Part 1 §18.17.3 and of newer versions of Excel, with the German, French and Spanish names.
var errorValues = map[string]string{
	"#REF!": "a formula lost what it pointed to", "#BEZUG!": "a formula lost what it pointed to", "#¡REF!": "a formula lost what it pointed to",
	"#N/A": "a formula found nothing", "#NV": "a formula found nothing", "#N/D": "a formula found nothing",
	"#VALUE!": "a formula met a value that it cannot work with", "#WERT!": "a formula met a value that it cannot work with",
	"#VALEUR!": "a formula met a value that it cannot work with", "#¡VALOR!": "a formula met a value that it cannot work with",
	"#NAME?": "a formula names something that is missing", "#NOM?": "a formula names something that is missing",
	"#¿NOMBRE?": "a formula names something that is missing",
	"#DIV/0!":   "a formula divides by zero", "#¡DIV/0!": "a formula divides by zero",
	"#NUM!": "a formula has no result", "#ZAHL!": "a formula has no result", "#NOMBRE!": "a formula has no result", "#¡NUM!": "a formula has no result",
	"#NULL!": "a formula names two areas that do not meet", "#NUL!": "a formula names two areas that do not meet",
	"#SPILL!": "a formula has no room for its results", "#ÜBERLAUF!": "a formula has no room for its results", "#CALC!": "a formula has no result",
	"#GETTING_DATA": "a formula was still waiting for data", "#FIELD!": "a formula names a field that is missing", "#BLOCKED!": "a formula was not allowed to read",
	"#CONNECT!": "a formula could not reach its data", "#UNKNOWN!": "a formula met a kind of data that it does not know", "#BUSY!": "a formula was still at work",
}

func errorValue(s string) string {
	if len(s) > 24 {
		if strings.Trim(s, "#") == "" {
			return "the column was too narrow for the number"
		}
		return ""
	}
	if what := errorValues[strings.ToUpper(s)]; what != "" {
		return what
	}
	if len(s) >= 2 && strings.Trim(s, "#") == "" {
		return "the column was too narrow for the number"
	}
	return ""
}

// textFormula reads ="00123", the form by which exports keep a spreadsheet from changing a value.
func textFormula(s string) (string, bool) {
	inner, ok := strings.CutPrefix(s, `="`)
	if !ok {
		return "", false
	}
	inner, ok = strings.CutSuffix(inner, `"`)
	if !ok || strings.Contains(strings.ReplaceAll(inner, `""`, ""), `"`) {
		return "", false
	}
	return strings.ReplaceAll(inner, `""`, `"`), true
}

// isScientific: as spreadsheets write it, 1.23E+11, with a comma in some countries. A part number such as 12E5 has no sign.
func isScientific(s string) bool {
	i := 0
	if s[0] == '-' || s[0] == '+' {
		i++
	}
	if i >= len(s) || s[i] < '0' || s[i] > '9' {
		return false
	}
	i++
	if i < len(s) && (s[i] == '.' || s[i] == ',') {
		i++
		from := i
		for i < len(s) && '0' <= s[i] && s[i] <= '9' {
			i++
		}
		if i == from {
			return false
		}
	}
	if i+3 > len(s) || s[i] != 'E' && s[i] != 'e' || s[i+1] != '+' && s[i+1] != '-' {
		return false
	}
	exponent := s[i+2:]
	return len(exponent) >= 2 && len(exponent) <= 3 && strings.Trim(exponent, "0123456789") == ""
}

// byColumn explains what only the other values of the column show to be damage.
func (c *checker) byColumn(i int, value string, set charSet, v *verdict) {
	var buf [8]class
	told := false
	for _, k := range slices.Backward(classesOf(buf[:0], value, set)) { // noMAC comes after what made it none
		r, fixable := v.rule(k)
		if r == nil || k.kind == noMAC && told {
			continue
		}
		told = told || r == RuleDamagedID || r == RuleDateForText || r == RuleBoolean
		switch r {
		case RuleDamagedID:
			c.add(r, i, "%s is a number or a time, the other values of the column are hexadecimal with %d characters", quoted(value), v.ids)
		case RuleLeadingZeros:
			h := c.add(r, i, "%s has %d digits, the other values of the column have %d characters", quoted(value), len(value), v.length)
			if fixable {
				meant := strings.Repeat("0", v.length-len(value)) + value
				h.hint = "write " + meant
				h.repair(meant)
			}
		case RuleDateForText:
			c.add(r, i, "%s is a date, the other values of the column are not", quoted(value))
		case RuleBoolean:
			c.add(r, i, "%s is a truth value, the other values of the column are not", quoted(value))
		case RuleDecimal:
			h := c.add(r, i, "%s is a whole number, written as a fraction", quoted(value))
			if h.hint = exportAgain; fixable {
				h.hint = ""
				h.repair(value[:len(value)-2])
			}
		case RuleRounded:
			c.add(r, i, "%s has %d digits, and zeros from the 16th on", quoted(value), len(value))
		case RuleMAC:
			c.add(r, i, "%s", notMAC(value))
		case RuleMACGroup:
			what := "a multicast address"
			if a, _, err := eui48.Parse(value); err == nil && a == eui48.Last48 {
				what = "the broadcast address"
			}
			c.add(r, i, "%s is %s", quoted(value), what)
		case RuleMACZero:
			c.add(r, i, "%s is not the address of a device", quoted(value))
		case RuleMACNotation:
			meant := inNotation(value, v.notation)
			h := c.add(r, i, "%s is written in another way than most addresses of the column (%s)", quoted(value), v.notation)
			h.hint = "write " + meant
			h.repair(meant)
		}
	}
}

// disguised says that a value looks like the address meant.
func (c *checker) disguised(i int, value, meant string) {
	var first rune
	n := 0
	for _, r := range value {
		if r >= 0x80 {
			if n++; n == 1 {
				first = r
			}
		}
	}
	say := func(format string, args ...any) *hit { return c.add(RuleMACCharacters, i, format, args...) }
	var h *hit
	if n == 1 {
		h = say("%s looks like a MAC address; %q (%U) is not the character that it looks like", quoted(value), first, first)
	} else {
		h = say("%s looks like a MAC address; %q (%U) and %d more characters are not those that they look like", quoted(value), first, first, n-1)
	}
	h.hint = "write " + meant
	h.repair(meant)
}
