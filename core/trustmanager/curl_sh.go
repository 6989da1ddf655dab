package trustmanager

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

// What documents write and a shell would take for something else is held back while the shell's rules are applied:
// <profile id> is no redirection, and the & within a URL without quotes starts no background job.
var (
	angled    = regexp.MustCompile(`<([A-Za-z][A-Za-z0-9 _.|/\-]*)>`)
	ampersand = regexp.MustCompile(`([^\s&])&([^\s&])`)
	trailing  = regexp.MustCompile(`\\[ \t]+\n`)           // spaces behind the sign at the end of a line, which a copy brings along
	control   = regexp.MustCompile(`\\(?:c[\x00-\x7f]|.)`) // \cA in $'…', which the library does not know
	held      = strings.NewReplacer("\uE000", "<", "\uE001", ">", "\uE002", "&", "\uE003", " ", "\uE004", "|")
)

func hold(text string) string {
	text = angled.ReplaceAllStringFunc(text, func(s string) string {
		return "\uE000" + strings.NewReplacer(" ", "\uE003", "|", "\uE004").Replace(s[1:len(s)-1]) + "\uE001"
	})
	for range 2 { // neighbours share a character
		text = ampersand.ReplaceAllString(text, "$1\uE002$2")
	}
	return trailing.ReplaceAllString(text, "\\\n")
}

// shWords splits a text into commands and those into words as bash does. Variables and substitutions are kept as they are
// written. What was read before an error is returned with it.
func shWords(text string) ([][]string, error) {
	text = hold(strings.ToValidUTF8(text, "\uFFFD")) // the parser counts a broken character as several bytes
	var commands [][]string
	var err error
	for s, wrong := range syntax.NewParser(syntax.Variant(syntax.LangBash)).StmtsSeq(strings.NewReader(text)) {
		if wrong != nil {
			err = wrong
			break
		}
		syntax.Walk(s, func(n syntax.Node) bool {
			call, ok := n.(*syntax.CallExpr)
			if !ok {
				return true
			}
			var words []string
			for _, a := range call.Assigns {
				words = append(words, text[a.Pos().Offset():a.End().Offset()])
			}
			for _, w := range call.Args {
				words = append(words, held.Replace(shWord(text, w.Parts, false)))
			}
			if len(words) > 0 {
				commands = append(commands, words)
			}
			return false // what is substituted within a word is no command of the text's
		})
	}
	var wrong syntax.ParseError
	if errors.As(err, &wrong) {
		if lines := strings.Split(text, "\n"); strings.HasPrefix(strings.TrimSpace(lines[min(int(wrong.Pos.Line()), len(lines))-1]), "-") {
			commands = nil // the broken line goes on the command before it
		}
		if strings.Contains(wrong.Text, "quote") || syntax.IsIncomplete(err) {
			return commands, fmt.Errorf("a quote or bracket is not closed (it opens in line %d)", wrong.Pos.Line())
		}
		return commands, fmt.Errorf("line %d is not a shell command: %s", wrong.Pos.Line(), wrong.Text)
	}
	return commands, err
}

// shWord is what a program would get of a word's parts.
func shWord(text string, parts []syntax.WordPart, quoted bool) string {
	var b strings.Builder
	for _, part := range parts {
		switch p := part.(type) {
		case *syntax.Lit:
			b.WriteString(unescaped(p.Value, quoted))
		case *syntax.SglQuoted:
			value := p.Value
			if p.Dollar {
				value, _, _ = expand.Format(nil, control.ReplaceAllStringFunc(value, func(s string) string {
					if s[1] != 'c' {
						return s
					}
					return string(rune(s[2] & 0x1f))
				}), nil)
			}
			b.WriteString(value)
		case *syntax.DblQuoted:
			b.WriteString(shWord(text, p.Parts, true))
		default:
			b.WriteString(text[part.Pos().Offset():part.End().Offset()])
		}
	}
	return b.String()
}

// unescaped takes the backslashes away (IEEE 1003.1, 2.2.1 and 2.2.3).
func unescaped(text string, quoted bool) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' || i+1 == len(text) || quoted && !strings.ContainsRune("\"\\$`\n", rune(text[i+1])) {
			b.WriteByte(text[i])
			continue
		}
		if i++; text[i] != '\n' {
			b.WriteByte(text[i])
		}
	}
	return b.String()
}
