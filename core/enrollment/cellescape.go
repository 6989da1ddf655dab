package enrollment

import (
	"encoding/hex"
	"html"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The ways in which programs write a character as several of ASCII. Names have none of them; what could stand in a part number by chance, such
// as one %41, is left alone.
var (
	htmlEscape    = regexp.MustCompile(`&(#[0-9]{1,6}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,31}[0-9]{0,2});`)
	jsonEscape    = regexp.MustCompile(`\\u[0-9a-fA-F]{4}`)
	percentEscape = regexp.MustCompile(`(%[0-9a-fA-F]{2})+`)
	quotedEscape  = regexp.MustCompile(`(=[0-9A-F]{2}){2,}`)
)

// unescaped is the text that a value holds in escapes: HTML's, JSON's, those of a URL or of a mail (quoted-printable). ok is false where it has
// none, or the result would not be text.
func unescaped(value string) (meant, of string, ok bool) {
	octets := func(mark string) func(string) string {
		return func(s string) string {
			b, err := hex.DecodeString(strings.ReplaceAll(s, mark, ""))
			if err != nil || !utf8.Valid(b) || len(b) == utf8.RuneCount(b) && s != "%20" {
				return s
			}
			return string(b)
		}
	}
	for _, way := range []struct {
		mark, of string
		find     *regexp.Regexp
		turn     func(string) string
	}{
		{"&", "HTML", htmlEscape, html.UnescapeString},
		{`\u`, "JSON", jsonEscape, func(s string) string {
			n, err := strconv.ParseUint(s[2:], 16, 16)
			if err != nil || n < 0x20 || n >= 0xD800 && n <= 0xDFFF {
				return s
			}
			return string(rune(n))
		}},
		{"%", "a URL", percentEscape, octets("%")},
		{"=", "a mail (quoted-printable)", quotedEscape, octets("=")},
	} {
		if !strings.Contains(value, way.mark) {
			continue
		}
		if meant := way.find.ReplaceAllStringFunc(value, way.turn); meant != value {
			return meant, way.of, true
		}
	}
	return "", "", false
}

// escapes tells of a value that holds such escapes.
func (c *checker) escapes(i int, col *column, value string) {
	switch col.kind {
	case URI, JSONObject, DirectoryName:
		return // they have escapes of their own
	}
	if len(value) > window {
		return
	}
	if meant, of, ok := unescaped(value); ok {
		c.add(RuleEscapedText, i, "%s holds escapes of %s and stands for %s", quoted(value), of, quoted(meant)).repair(meant)
	}
}
