package trustmanager

import "strings"

// cmdWords splits a text as cmd.exe does, and each command line as a Windows program does (CommandLineToArgvW and the C
// runtime since 2008). Variables (%NAME%) are kept as they are written; the doubled %% of batch files becomes one.
func cmdWords(text string) ([][]string, error) {
	s := &scanner{text: []rune(text)}
	var commands [][]string
	var line strings.Builder
	flush := func() error {
		words, err := windowsArguments(line.String())
		line.Reset()
		if len(words) > 0 {
			commands = append(commands, words)
		}
		return err
	}
	quoted := false
	for {
		r := s.next()
		switch {
		case r == end:
			err := flush()
			return commands, err
		case r == '^' && !quoted:
			n := 0
			for s.peek(n) == ' ' || s.peek(n) == '\t' {
				n++
			}
			if n > 0 && s.peek(n) == '\n' { // blanks behind the sign, which a copy brings along
				s.at += n
			}
			e := s.next()
			if e == '\n' { // the line goes on, and its first character is taken as it is
				if e = s.next(); e == ' ' || e == '\t' {
					line.WriteByte(' ')
					continue
				}
			}
			if e == '\n' {
				line.WriteString("\n")
			} else if e != end {
				line.WriteRune(e)
			}
		case r == '"':
			quoted = !quoted
			line.WriteRune(r)
		case r == '%' && s.peek(0) == '%':
			s.next()
			line.WriteRune(r)
		case r == '\n':
			if quoted { // cmd itself ends the line here; documents break long bodies so
				line.WriteRune(r)
				continue
			}
			if err := flush(); err != nil {
				return nil, err
			}
		case !quoted && (r == '&' || r == '|'):
			if err := flush(); err != nil {
				return nil, err
			}
		case !quoted && (r == '>' || r == '<'):
			if r == '<' {
				if m := placeholderHere.FindString("<" + s.rest()); m != "" {
					line.WriteString(m)
					s.at += len([]rune(m)) - 1
					continue
				}
			}
			if before := strings.TrimSpace(line.String()); r == '>' && isPrompt(before) {
				line.Reset()
				continue
			}
			for s.peek(0) == ' ' || s.peek(0) == '>' || s.peek(0) == '&' {
				s.next()
			}
			for !strings.ContainsRune(" \t\n&|", s.peek(0)) && s.peek(0) != end {
				s.next()
			}
		default:
			line.WriteRune(r)
		}
	}
}

// isPrompt tells whether a text is what cmd shows before its ">".
func isPrompt(text string) bool {
	return text == "" || len(text) >= 2 && isLetter(rune(text[0])) && text[1] == ':'
}

// windowsArguments splits a command line: a quote toggles, backslashes count before a quote only, and a doubled quote
// within quotes is one.
func windowsArguments(line string) ([]string, error) {
	s := &scanner{text: []rune(line)}
	g := &gatherer{}
	quoted := false
	for {
		r := s.next()
		switch {
		case r == end:
			if quoted {
				return nil, openQuote(s.line(), `"`)
			}
			g.endWord()
			return g.words, nil
		case !quoted && (r == ' ' || r == '\t' || r == '\n'):
			g.endWord()
		case r == '\\':
			n := 1
			for s.peek(0) == '\\' {
				s.next()
				n++
			}
			if s.peek(0) != '"' {
				g.text(strings.Repeat(`\`, n))
				continue
			}
			g.text(strings.Repeat(`\`, n/2))
			if n%2 == 1 {
				g.add(s.next())
			}
		case r == '"':
			g.open = true
			if quoted && s.peek(0) == '"' {
				g.add(s.next())
				continue
			}
			quoted = !quoted
		default:
			g.add(r)
		}
	}
}
