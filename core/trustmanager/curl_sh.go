package trustmanager

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// shWords splits a text into commands and those into words as a POSIX shell does (IEEE 1003.1-2017, Shell Command
// Language, 2.2 and 2.3), with the $'…' of bash and zsh. Variables and substitutions are kept as they are written.
func shWords(text string) ([][]string, error) {
	s := &scanner{text: []rune(text)}
	g := &gatherer{}
	for {
		switch r := s.next(); r {
		case end:
			g.endCommand()
			return g.commands, nil
		case ' ', '\t':
			g.endWord()
		case '\n', '\r':
			g.endWord()
			if !s.goesOn() {
				g.endCommand()
			}
		case '#':
			if g.open {
				g.add(r)
				continue
			}
			if len(g.words) == 0 && strings.HasPrefix(strings.TrimLeft(s.rest(), " "), "curl") { // a prompt
				continue
			}
			for s.peek(0) != '\n' && s.peek(0) != end {
				s.next()
			}
		case '\\':
			switch e := s.next(); e {
			case '\n':
			case ' ', '\t': // blanks behind the sign, which a copy brings along
				n := 0
				for s.peek(n) == ' ' || s.peek(n) == '\t' {
					n++
				}
				if s.peek(n) == '\n' {
					s.at += n + 1
					g.endWord()
				} else {
					g.add(e)
				}
			case end:
			default:
				g.add(e)
			}
		case '\'':
			g.open = true
			if err := until(s, g, '\'', "'"); err != nil {
				return nil, err
			}
		case '"':
			if err := shDoubleQuoted(s, g); err != nil {
				return nil, err
			}
		case '$':
			if err := shDollar(s, g); err != nil {
				return nil, err
			}
		case '`':
			g.add(r)
			if err := until(s, g, '`', "`"); err != nil {
				return nil, err
			}
			g.add('`')
		case ';', '|':
			g.endCommand()
		case '&':
			if s.peek(0) != '&' && g.open && s.peek(0) != ' ' && s.peek(0) != '\n' && s.peek(0) != end {
				g.add(r) // a URL without its quotes
				continue
			}
			g.endCommand()
		case '<', '>':
			if r == '<' {
				if m := placeholderHere.FindString("<" + s.rest()); m != "" {
					g.text(m)
					s.at += utf8.RuneCountInString(m) - 1
					continue
				}
			}
			shRedirection(s, g)
		default:
			g.add(r)
		}
	}
}

// until takes everything up to a closing sign as it stands.
func until(s *scanner, g *gatherer, closing rune, name string) error {
	for {
		switch r := s.next(); r {
		case end:
			return openQuote(s, name)
		case closing:
			return nil
		default:
			g.add(r)
		}
	}
}

func shDoubleQuoted(s *scanner, g *gatherer) error {
	g.open = true
	for {
		switch r := s.next(); r {
		case end:
			return openQuote(s, `"`)
		case '"':
			return nil
		case '\\':
			switch e := s.next(); e {
			case '"', '\\', '$', '`':
				g.add(e)
			case '\n':
			case end:
				return openQuote(s, `"`)
			default:
				g.add(r)
				g.add(e)
			}
		case '$':
			if s.peek(0) == '(' || s.peek(0) == '{' {
				if err := shDollar(s, g); err != nil {
					return err
				}
				continue
			}
			g.add(r)
		default:
			g.add(r)
		}
	}
}

// shDollar reads what follows a dollar: $'…' is a text, the rest is kept as it is written.
func shDollar(s *scanner, g *gatherer) error {
	switch s.peek(0) {
	case '\'':
		s.next()
		return ansiQuoted(s, g)
	case '"':
		s.next()
		return shDoubleQuoted(s, g)
	case '(', '{':
		opening := s.next()
		closing := map[rune]rune{'(': ')', '{': '}'}[opening]
		g.text("$" + string(opening))
		for depth := 1; depth > 0; {
			r := s.next()
			switch r {
			case end:
				return openQuote(s, "$"+string(opening))
			case opening:
				depth++
			case closing:
				depth--
			}
			g.add(r)
		}
		return nil
	}
	g.add('$')
	return nil
}

// ansiQuoted reads $'…' (bash, "ANSI-C Quoting").
func ansiQuoted(s *scanner, g *gatherer) error {
	g.open = true
	var text []byte
	for {
		r := s.next()
		if r == end {
			return openQuote(s, "$'")
		}
		if r == '\'' {
			g.text(string(text))
			return nil
		}
		if r != '\\' {
			text = utf8.AppendRune(text, r)
			continue
		}
		e := s.next()
		if plain, ok := map[rune]byte{'a': 7, 'b': 8, 'e': 27, 'E': 27, 'f': 12, 'n': 10, 'r': 13, 't': 9, 'v': 11, '\\': '\\', '\'': '\'', '"': '"', '?': '?'}[e]; ok {
			text = append(text, plain)
			continue
		}
		switch e {
		case 'x':
			if n, ok := digits(s, 16, 2); ok {
				text = append(text, byte(n)) // #nosec G115 -- two digits
				continue
			}
		case 'u', 'U':
			if n, ok := digits(s, 16, map[rune]int{'u': 4, 'U': 8}[e]); ok {
				text = utf8.AppendRune(text, rune(min(n, utf8.MaxRune+1))) // #nosec G115 -- bounded
				continue
			}
		case 'c':
			if c := s.next(); c != end {
				text = append(text, byte(c)&0x1f) // #nosec G115 -- a control character by definition
				continue
			}
		case '0', '1', '2', '3', '4', '5', '6', '7':
			s.at--
			n, _ := digits(s, 8, 3)
			text = append(text, byte(n&0xff)) // #nosec G115 -- cut to a byte, as bash does
			continue
		case end:
			return openQuote(s, "$'")
		}
		text = append(text, '\\')
		text = utf8.AppendRune(text, e)
	}
}

// digits reads up to max digits of a base.
func digits(s *scanner, base, most int) (uint64, bool) {
	from := s.at
	for s.at-from < most {
		if _, err := strconv.ParseUint(string(s.peek(0)), base, 8); err != nil || s.peek(0) == end {
			break
		}
		s.next()
	}
	n, err := strconv.ParseUint(string(s.text[from:s.at]), base, 32)
	return n, err == nil
}

// shRedirection passes over "> file", "2>&1" and the like.
func shRedirection(s *scanner, g *gatherer) {
	if word := g.word.String(); g.open && strings.Trim(word, "0123456789") == "" {
		g.word.Reset() // the number of a stream
		g.open = false
	}
	g.endWord()
	for r := s.peek(0); r == '>' || r == '<' || r == '&' || r == '|' || r == ' ' || r == '\t'; r = s.peek(0) {
		s.next()
	}
	for quoted := rune(0); ; s.next() {
		r := s.peek(0)
		switch {
		case r == end:
			return
		case quoted != 0:
			if r == quoted {
				quoted = 0
			}
		case r == '"' || r == '\'':
			quoted = r
		case strings.ContainsRune(" \t\n;|&<>", r):
			return
		}
	}
}
