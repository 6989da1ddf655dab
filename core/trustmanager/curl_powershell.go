package trustmanager

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// powerShellToken is one token of PowerShell (about_Parsing, about_Quoting_Rules, about_Special_Characters), where a text
// begins. Typographic quotes are quotes to it.
var powerShellToken = regexp.MustCompile(`(?s)^(?:` + strings.Join([]string{
	"(?P<join>`[ \t]*\n)",
	`(?P<here>@['‘’‚‛]\n(?P<herein>.*?)\n?['‘’‚‛]@|@["“”„]\n(?P<hereindouble>.*?)\n?["“”„]@)`,
	`(?P<single>['‘’‚‛](?P<insingle>(?:[^'‘’‚‛]|['‘’‚‛]{2})*)['‘’‚‛])`,
	"(?P<double>[\"“”„](?P<indouble>(?:[^\"“”„`]|`.|[\"“”„]{2})*)[\"“”„])",
	`(?P<kept>\$\((?:[^()]|\([^()]*\))*\)|\$\{[^}]*\}|<[A-Za-z][A-Za-z0-9 _.\-]*>)`,
	"(?P<escaped>`(?:u\\{[0-9A-Fa-f]{1,6}\\}|.))",
	`(?P<end>[\n;|])`,
	`(?P<space>[ \t]+)`,
	`(?P<prompt>PS [^>\n]*>)`,
	`(?P<redirection>[0-9*]?>>?[ \t]*(?:&[0-9]|[^ \t\n;|]*))`,
	`(?P<comment>#[^\n]*)`,
	`(?P<rest>.)`,
}, "|") + `)`)

// powerShellWords splits a text as PowerShell does. Variables are kept as they are written. A backslash before a double quote,
// which Windows PowerShell needs to hand the quote on to a program, is taken away.
func powerShellWords(text string) ([][]string, error) {
	g := &gatherer{}
	names := powerShellToken.SubexpNames()
	for at := 0; at < len(text); {
		m := powerShellToken.FindStringSubmatchIndex(text[at:])
		group := map[string]string{}
		for i, name := range names {
			if m[2*i] >= 0 {
				group[name] = text[at+m[2*i] : at+m[2*i+1]]
			}
		}
		has := func(name string) bool { _, ok := group[name]; return ok }
		switch {
		case has("join") || has("space"):
			g.endWord()
		case has("here"):
			g.text(group["herein"] + group["hereindouble"])
		case has("single"):
			g.text(singlePairs.ReplaceAllString(group["insingle"], "$1"))
		case has("double"):
			g.text(inDouble.ReplaceAllStringFunc(group["indouble"], powerShellEscape))
		case has("kept"):
			g.text(group["kept"])
		case has("escaped"):
			g.text(powerShellEscape(group["escaped"]))
		case has("end"):
			g.endCommand()
		case has("prompt") && len(g.words) == 0 && !g.open, has("comment") && !g.open, has("redirection") && !g.open:
		default: // also a sign within a word that would be more at its beginning
			r, size := utf8.DecodeRuneInString(text[at:])
			if strings.ContainsRune("'\"‘’‚‛“”„", r) {
				return g.commands, openQuote(strings.Count(text[:at], "\n")+1, string(r))
			}
			g.text(text[at : at+size])
			at += size
			continue
		}
		at += m[1]
	}
	g.endCommand()
	for _, words := range g.commands {
		for i, w := range words {
			words[i] = strings.ReplaceAll(w, `\"`, `"`)
		}
	}
	return g.commands, nil
}

var (
	singlePairs = regexp.MustCompile(`['‘’‚‛](['‘’‚‛])`)
	inDouble    = regexp.MustCompile("(?s)`(?:u\\{[0-9A-Fa-f]{1,6}\\}|.)|[\"“”„]{2}")
)

// powerShellEscape is what `n, `u{e4} and the like stand for, and two quotes within quotes.
func powerShellEscape(text string) string {
	if first, size := utf8.DecodeRuneInString(text); first != '`' {
		return text[size:]
	}
	if hex, ok := strings.CutPrefix(text, "`u{"); ok {
		n, _ := strconv.ParseUint(strings.TrimSuffix(hex, "}"), 16, 32)
		return string(rune(min(n, utf8.MaxRune+1))) // #nosec G115 -- bounded
	}
	if plain, ok := map[string]string{"0": "", "a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}[text[1:]]; ok {
		return plain
	}
	return text[1:]
}
