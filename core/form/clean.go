package form

import (
	"bytes"
	"strings"
)

// marks are what programs, mails and people leave between the characters of base64 and what cannot mean anything there.
var marks = []struct{ text, note string }{
	{`\r\n`, escapedNote}, {`\n`, escapedNote}, {`\r`, escapedNote}, {`\t`, escapedNote},
	{"\\\r\n", "backslashes at the ends of lines"}, {"\\\n", "backslashes at the ends of lines"},
	{`\"`, quoteNote}, {`",`, quoteNote}, {`"`, quoteNote}, {`'`, quoteNote}, {"\u201C", quoteNote}, {"\u201D", quoteNote}, {"\u201E", quoteNote}, {"\u2018", quoteNote}, {"\u2019", quoteNote},
	{"%0D", escapedNote}, {"%0A", escapedNote}, {"&#10;", escapedNote}, {"&#13;", escapedNote}, {"&#xA;", escapedNote}, {"&#xD;", escapedNote},
	{"<br>", htmlNote}, {"<br/>", htmlNote}, {"<br />", htmlNote}, {"<p>", htmlNote}, {"</p>", htmlNote}, {"&nbsp;", htmlNote},
	{"\u00A0", spaceNote}, {"\u200B", spaceNote}, {"\uFEFF", spaceNote}, {"\u2007", spaceNote}, {"\u202F", spaceNote}, {"\u2009", spaceNote}, {"\u3000", spaceNote},
	{"\u2028", spaceNote}, {"\u00AD", spaceNote}, {"\u2060", spaceNote}, {"\xA0", spaceNote},
	{" ", ""}, {"\t", ""}, {"\f", ""}, {"\v", ""}, {"\r", ""}, {"\n", ""},
}

// escaped are characters of base64 as JSON and HTML write them.
var escaped = []struct{ text, means string }{
	{`\/`, "/"}, {`\u002b`, "+"}, {`\u002B`, "+"}, {`\u002f`, "/"}, {`\u002F`, "/"}, {`\u003d`, "="}, {`\u003D`, "="}, {`\u000a`, ""}, {`\u000A`, ""}, {`\u000d`, ""}, {`\u000D`, ""},
	{"%2B", "+"}, {"%2b", "+"}, {"%2F", "/"}, {"%2f", "/"}, {"%3D", "="}, {"%3d", "="},
	{"&#43;", "+"}, {"&#x2B;", "+"}, {"&#x2b;", "+"}, {"&#47;", "/"}, {"&#61;", "="},
}

const (
	escapedNote = `escaped line breaks (\n as two characters)`
	quoteNote   = "quotation marks"
	htmlNote    = "HTML tags"
	spaceNote   = "invisible characters or spaces of another kind"
	mailNote    = "marks of a quoted mail (>)"
	joinNote    = "parts of program text"
)

// CleanBase64 takes out of a text of base64 what can mean nothing there: white space, and with a note escaped line breaks,
// quotation marks, the marks of quoted mails and HTML line breaks. Everything else stays, for the decoder to name. The
// result shares no memory with text.
func CleanBase64(text []byte) (clean []byte, note string) {
	clean = make([]byte, 0, len(text))
	var notes []string
	add := func(n string) {
		for _, have := range notes {
			if have == n {
				return
			}
		}
		if n != "" {
			notes = append(notes, n)
		}
	}
	lineStart := true
	for len(text) > 0 {
		if c := text[0]; base64Digit(c) || c == '=' {
			clean, text, lineStart = append(clean, c), text[1:], false
			continue
		}
		if text[0] == '>' && lineStart {
			text = text[1:]
			add(mailNote)
			continue
		}
		if n := joint(text); n > 0 {
			text = text[n:]
			add(joinNote)
			continue
		}
		if n := len(text); text[0] == '\\' && n > 2 && text[1] == '\\' && (text[2] == 'n' || text[2] == 'r') {
			text = text[1:] // escaped twice
		}
		known := false
		for _, e := range escaped {
			if known = bytes.HasPrefix(text, []byte(e.text)); known {
				clean, text = append(clean, e.means...), text[len(e.text):]
				add("escaped characters")
				break
			}
		}
		for i := 0; i < len(marks) && !known; i++ {
			m := &marks[i]
			if known = len(text) >= len(m.text) && strings.EqualFold(string(text[:len(m.text)]), m.text); known {
				lineStart = m.text[len(m.text)-1] == '\n' || lineStart && m.note == ""
				text = text[len(m.text):]
				add(m.note)
			}
		}
		if !known {
			clean, text, lineStart = append(clean, text[0]), text[1:], false
		}
	}
	return clean, strings.Join(notes, ", ")
}

// joint is how long the text between two string constants of a program is: quotation mark, plus sign, quotation mark.
func joint(text []byte) int {
	if text[0] != '"' && text[0] != '\'' {
		return 0
	}
	plus := false
	for i, c := range text[1:min(len(text), 80)] {
		switch {
		case c == text[0]:
			if plus {
				return i + 2
			}
			return 0
		case c == '+' || c == '.' || c == '&':
			plus = true
		case !isSpace(c):
			return 0
		}
	}
	return 0
}
