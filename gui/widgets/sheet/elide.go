package sheet

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Elide says where a text that is too long loses its letters.
type Elide uint8

const (
	End    Elide = iota // "the beginning is rea…"
	Middle              // "/home/ana/ba…/dev-0001.csr": of a path the file name stays readable
)

const (
	ellipsis = '…'
	// longest is how many bytes of a text can matter on a screen. A cell may hold a megabyte, and looking at all of it
	// again and again would be felt.
	longest = 4096
)

// bounded cuts a text to what can matter: its beginning, or its beginning and end.
func bounded(text string, how Elide) string {
	if len(text) <= longest {
		return text
	}
	if how == Middle {
		return text[:boundary(text, longest/2)] + string(ellipsis) + text[boundary(text, len(text)-longest/2):]
	}
	return text[:boundary(text, longest)] + string(ellipsis)
}

// boundary is the beginning of the character that byte i belongs to.
func boundary(text string, i int) int {
	for i > 0 && i < len(text) && !utf8.RuneStart(text[i]) {
		i--
	}
	return i
}

// breaks says what a line break and a tab look like in a text of one line.
type breaks struct{ line, tab rune }

var (
	blanks = breaks{' ', ' '}
	arrows = breaks{'⏎', '⇥'} // where the difference matters, because the text is edited
)

// legible makes text fit for one line: a line break or tab is shown as b says, CR LF as one; other control characters, bytes that are not
// UTF-8 and the invisible marks that reorder or hide text become visible replacement characters.
func legible(text string, b breaks) string {
	plain := true
	for i := 0; i < len(text); i++ {
		if c := text[i]; c < ' ' || c >= 0x7f {
			plain = false
			break
		}
	}
	if plain {
		return text
	}
	if b.line != ' ' {
		text = strings.ReplaceAll(text, "\r\n", "\n")
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r':
			return b.line
		case r == '\t':
			return b.tab
		case unicode.IsControl(r), disguises(r):
			return utf8.RuneError
		}
		return r
	}, text)
}

// disguises reports a character that has no look of its own but changes or hides others: direction marks (Unicode
// Standard Annex 9), zero-width blanks, line separators, tags. The joiners U+200C and U+200D stay, scripts need them.
func disguises(r rune) bool {
	switch {
	case r == 0x00ad, r == 0x061c, r == 0x180e, r == 0x200b, r == 0x200e, r == 0x200f, r == 0xfeff:
		return true
	case r >= 0x2028 && r <= 0x202e, r >= 0x2060 && r <= 0x206f, r >= 0xfff9 && r <= 0xfffb, r >= 0xe0000 && r <= 0xe007f:
		return true
	}
	return false
}

// joins reports a character that belongs to the one before it, where no text may be cut.
func joins(r rune) bool {
	return r >= 0x300 && (unicode.In(r, unicode.Mn, unicode.Me) || r == 0x200d)
}

// elide shortens text to width and reports whether it had to. Only the cut, never the whole of a long text, is looked at.
func elide(text string, width float32, how Elide, r *ruler) (string, bool) {
	if r.width(text, width) <= width {
		return text, false
	}
	room := width - r.rune(ellipsis)
	switch {
	case width <= 0 || room < 0:
		return "", true
	case how == Middle:
		return elideMiddle(text, room, r), true
	}
	return strings.TrimRight(text[:head(text, room, r)], " ") + string(ellipsis), true
}

// elideMiddle keeps the last element of a path and fills up with the beginning. If that element alone is too long, its
// own beginning and end are kept.
func elideMiddle(text string, room float32, r *ruler) string {
	name := strings.LastIndexAny(strings.TrimRight(text, `/\`), `/\`)
	if name >= 0 {
		if w := r.width(text[name:], room); w <= room {
			return text[:head(text[:name], room-w, r)] + string(ellipsis) + text[name:]
		}
		text = text[name+1:]
	}
	half := head(text, room/2, r)
	return text[:half] + string(ellipsis) + text[tail(text, room-r.width(text[:half], room), r):]
}

// head is the length in bytes of the longest beginning of text that fits into room.
func head(text string, room float32, r *ruler) int {
	var w float32
	end := 0
	for i, c := range text {
		if !joins(c) {
			end = i
		}
		if w += r.rune(c); w > room {
			return end
		}
	}
	return len(text)
}

// tail is where the longest end of text that fits into room begins.
func tail(text string, room float32, r *ruler) int {
	var w float32
	start := len(text)
	for i := len(text); i > 0; {
		c, n := utf8.DecodeLastRuneInString(text[:i])
		i -= n
		if w += r.rune(c); w > room {
			break
		}
		if !joins(c) {
			start = i
		}
	}
	return start
}
