package trustmanager

import (
	"strings"
	"unicode/utf8"
)

// powerShellWords splits a text as PowerShell does (about_Parsing, about_Quoting_Rules, about_Special_Characters), with
// here-strings and typographic quotes, which it takes for plain ones. Variables are kept as they are written. A backslash
// before a double quote, which Windows PowerShell needs to hand the quote on to a program, is taken away.
func powerShellWords(text string) ([][]string, error) {
	s := &scanner{text: []rune(text)}
	g := &gatherer{}
	for {
		switch r := s.next(); {
		case r == end:
			g.endCommand()
			for _, words := range g.commands {
				for i, w := range words {
					words[i] = strings.ReplaceAll(w, `\"`, `"`)
				}
			}
			return g.commands, nil
		case r == ' ' || r == '\t':
			g.endWord()
		case r == '\n':
			g.endWord()
			if !s.goesOn() {
				g.endCommand()
			}
		case r == '`':
			n := 0
			for s.peek(n) == ' ' || s.peek(n) == '\t' {
				n++
			}
			if s.peek(n) == '\n' {
				s.at += n + 1
				g.endWord()
				continue
			}
			backtick(s, g)
		case r == '@' && !g.open && (isSingle(s.peek(0)) || isDouble(s.peek(0))) && s.peek(1) == '\n':
			if err := hereString(s, g); err != nil {
				return nil, err
			}
		case isSingle(r):
			g.open = true
			for {
				c := s.next()
				if c == end {
					return nil, openQuote(s, "'")
				}
				if isSingle(c) {
					if !isSingle(s.peek(0)) {
						break
					}
					s.next()
				}
				g.add(c)
			}
		case isDouble(r):
			if err := powerShellDouble(s, g); err != nil {
				return nil, err
			}
		case r == '$' && (s.peek(0) == '(' || s.peek(0) == '{'):
			if err := shDollar(s, g); err != nil {
				return nil, err
			}
		case r == '#' && !g.open:
			for s.peek(0) != '\n' && s.peek(0) != end {
				s.next()
			}
		case r == ';' || r == '|':
			g.endCommand()
		case r == '&' && !g.open:
			g.endWord()
		case r == '<' && placeholderHere.MatchString("<"+s.rest()):
			m := placeholderHere.FindString("<" + s.rest())
			g.text(m)
			s.at += utf8.RuneCountInString(m) - 1
		case r == '>' && isPrompt(strings.TrimPrefix(strings.Join(append(g.words, g.word.String()), " "), "PS ")):
			g.word.Reset()
			g.words, g.open = nil, false
		case r == '>' || r == '<':
			shRedirection(s, g)
		default:
			g.add(r)
		}
	}
}

func isSingle(r rune) bool { return r == '\'' || r == '‘' || r == '’' || r == '‚' || r == '‛' }
func isDouble(r rune) bool { return r == '"' || r == '“' || r == '”' || r == '„' }

func powerShellDouble(s *scanner, g *gatherer) error {
	g.open = true
	for {
		r := s.next()
		switch {
		case r == end:
			return openQuote(s, `"`)
		case isDouble(r):
			if !isDouble(s.peek(0)) {
				return nil
			}
			g.add(s.next())
		case r == '`':
			backtick(s, g)
		case r == '$' && s.peek(0) == '(':
			if err := shDollar(s, g); err != nil {
				return err
			}
		default:
			g.add(r)
		}
	}
}

// backtick reads what follows one.
func backtick(s *scanner, g *gatherer) {
	e := s.next()
	if plain, ok := map[rune]rune{'0': 0, 'a': 7, 'b': 8, 'e': 27, 'f': 12, 'n': '\n', 'r': '\r', 't': '\t', 'v': 11}[e]; ok {
		if plain != 0 {
			g.add(plain)
		}
		return
	}
	if e == 'u' && s.peek(0) == '{' {
		s.next()
		n, ok := digits(s, 16, 6)
		if s.peek(0) == '}' {
			s.next()
		}
		if ok && n <= utf8.MaxRune {
			g.add(rune(n)) // #nosec G115 -- bounded
		}
		return
	}
	if e != end {
		g.add(e)
	}
}

// hereString reads @'…'@ or @"…"@, whose quotes stand at the ends of lines of their own.
func hereString(s *scanner, g *gatherer) error {
	quote := s.next()
	s.next() // the end of the line
	rest, closing := s.rest(), "\n"+string(quote)+"@"
	text, _, ok := strings.Cut(rest, closing)
	if !ok {
		if !strings.HasPrefix(rest, closing[1:]) {
			return openQuote(s, "@"+string(quote))
		}
		text = "" // nothing stands in it
		s.at--
	}
	g.text(text)
	s.at += utf8.RuneCountInString(text) + utf8.RuneCountInString(closing)
	return nil
}
