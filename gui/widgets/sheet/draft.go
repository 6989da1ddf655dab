package sheet

import (
	"strings"
	"unicode/utf8"
)

// draft is a cell's text while it is edited. An entry knows one kind of line break and no bytes that are not UTF-8; the draft
// remembers what the cell has, so that what nobody touches stays as it is, byte for byte.
type draft struct {
	text  string // as the cell has it
	shown []rune // as the entry has it
	from  []int  // where in text each shown character begins, and the end
	line  string // what a new line break becomes
}

func newDraft(text string) draft {
	d := draft{text: text}
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		if r == '\r' {
			r = '\n'
			if strings.HasPrefix(text[i:], "\r\n") {
				n = 2
			}
		}
		if r == '\n' && d.line == "" {
			d.line = text[i : i+n]
		}
		d.shown, d.from = append(d.shown, r), append(d.from, i)
		i += n
	}
	d.from = append(d.from, len(text))
	if d.line == "" {
		d.line = "\n"
	}
	return d
}

// result is the cell's text after the entry was left with edited: its own bytes as far as beginning and end are the same,
// and between them what was typed, with the cell's own kind of line break.
func (d *draft) result(edited string) string {
	now := []rune(edited)
	head := 0
	for head < len(now) && head < len(d.shown) && now[head] == d.shown[head] {
		head++
	}
	tail := 0
	for tail < len(now)-head && tail < len(d.shown)-head && now[len(now)-1-tail] == d.shown[len(d.shown)-1-tail] {
		tail++
	}
	typed := string(now[head : len(now)-tail])
	typed = strings.ReplaceAll(strings.ReplaceAll(typed, "\r\n", "\n"), "\r", "\n")
	typed = strings.ReplaceAll(typed, "\n", d.line)
	return d.text[:d.from[head]] + typed + d.text[d.from[len(d.shown)-tail]:]
}
