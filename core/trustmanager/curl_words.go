package trustmanager

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
)

// Shell is the command line that a pasted command was written for.
type Shell string

// The shells.
const (
	Sh         Shell = "sh" // and bash, zsh
	Cmd        Shell = "cmd"
	PowerShell Shell = "PowerShell"
)

// Shells are all shells.
var Shells = []Shell{Sh, Cmd, PowerShell}

// maxCurl is the most bytes of a pasted command; a JSON body may be in it.
const maxCurl = 1 << 20

// ErrNoCurl is a text without a curl command.
var ErrNoCurl = errors.New("there is no curl command in it")

var (
	cmdSigns        = regexp.MustCompile(`\^[ \t]*\r?(\n|$)|\^"|(?m)^[A-Za-z]:\\[^>\n]*>`)
	powerShellSigns = regexp.MustCompile("`[ \t]*\r?(\n|$)|(?i)\\$env:|@['\"]\r?\n|(?m)^PS [^>\n]*>")
	percentNames    = regexp.MustCompile(`%[A-Za-z_][A-Za-z0-9_]*%`)
)

// DetectShell guesses for which shell a command was written: by how its lines go on, by its variables and its quotes.
func DetectShell(text string) Shell {
	switch {
	case powerShellSigns.MatchString(text) && !strings.Contains(text, "$("):
		return PowerShell
	case cmdSigns.MatchString(text):
		return Cmd
	}
	single := strings.Contains(text, " '") || strings.Contains(text, "\t'")
	switch {
	case strings.Contains(text, "curl.exe") && single:
		return PowerShell
	case strings.Contains(text, "curl.exe"):
		return Cmd
	case percentNames.MatchString(text) && !single && !strings.Contains(text, "\\\n"):
		return Cmd
	}
	return Sh
}

// curlWords finds the curl commands in a text and returns the arguments of each as the program would get them, and notes
// about what was cleaned away.
func curlWords(text string, shell Shell) (found [][]string, notes []string, err error) {
	if len(text) > maxCurl {
		return nil, nil, fmt.Errorf("the command has %d bytes; at most %d are allowed", len(text), maxCurl)
	}
	text, notes = clean(text, shell)
	if strings.ContainsRune(text, 0) {
		return nil, nil, errors.New("the command holds a zero byte")
	}
	var commands [][]string
	switch shell {
	case Sh:
		commands, err = shWords(text)
	case Cmd:
		commands, err = cmdWords(text)
	case PowerShell:
		commands, err = powerShellWords(text)
	default:
		return nil, nil, fmt.Errorf("the shell %q is unknown; use one of: %s", shell, spelled(Shells))
	}
	open := -1 // the curl command that lines of options go on with: pages lose the sign at the end of a line
	for _, words := range commands {
		if open >= 0 && len(words[0]) > 1 && words[0][0] == '-' {
			found[open] = append(found[open], words...)
			continue
		}
		open = -1
		for i, w := range words {
			if isCurl(w) {
				found = append(found, words[i+1:])
				open = len(found) - 1
				break
			}
			if !beforeCurl(w) {
				break
			}
		}
	}
	switch {
	case err != nil && len(found) == 0:
		return nil, notes, err
	case err != nil:
		notes = append(notes, "the text after the commands is ignored: "+err.Error())
	case len(found) == 0:
		return nil, notes, ErrNoCurl
	}
	return found, notes, nil
}

// What a copy from a page, a mail or a word processor puts into a command.
var (
	fences      = regexp.MustCompile("(?m)^[ \t]*```.*$")
	longDashes  = regexp.MustCompile(`(^|\s)[\x{2012}-\x{2015}]([A-Za-z][A-Za-z0-9]+-?)`)
	mixedDashes = regexp.MustCompile(`(^|\s)(?:[\x{2010}-\x{2015}]-|-[\x{2010}-\x{2015}])`)
	wideDashes  = regexp.MustCompile(`(^|\s)([\x{2010}-\x{2015}]{1,2})([A-Za-z])`)
	prompts     = regexp.MustCompile(`(?m)^[ \t]*[$#%>][ \t]+(curl\b)`)
	continued   = regexp.MustCompile(`(\\[ \t]*\n)[ \t]*>[ \t]`)
	quoteMarks  = strings.NewReplacer("‘", "'", "’", "'", "‚", "'", "‛", "'", "“", `"`, "”", `"`, "„", `"`, "″", `"`, "′", "'")
)

// clean takes away what does not belong to a command, and says so.
func clean(text string, shell Shell) (string, []string) {
	var notes []string
	step := func(note, after string) {
		if after != text {
			text = after
			if note != "" {
				notes = append(notes, note)
			}
		}
	}
	if utf16 := encodingOf(text); utf16 != nil {
		if decoded, err := utf16.NewDecoder().String(text); err == nil {
			step("the text was UTF-16 and was converted", decoded)
		}
	}
	step("", strings.NewReplacer("\ufeff", "", "\r\n", "\n", "\u00a0", " ", "\u202f", " ", "\u200b", "", "\u2028", "\n").Replace(text))
	step("the marks of a code block (```) were removed", fences.ReplaceAllString(text, ""))
	step("typographic hyphens were read as plain ones", strings.ReplaceAll(text, "\u2011", "-"))
	step("long dashes before options were read as --", mixedDashes.ReplaceAllString(text, "$1--"))
	step("long dashes before options were read as --", longDashes.ReplaceAllString(text, "$1--$2"))
	step("long dashes before options were read as hyphens", wideDashes.ReplaceAllStringFunc(text, func(s string) string {
		return strings.Map(func(r rune) rune {
			if r >= 0x2010 && r <= 0x2015 {
				return '-'
			}
			return r
		}, s)
	}))
	if shell != PowerShell { // which takes them for plain ones itself
		step("typographic quotes were read as plain ones", quoteMarks.Replace(text))
	}
	step("", prompts.ReplaceAllString(text, "$1"))
	step("", continued.ReplaceAllString(text, "$1"))
	return text, notes
}

// encodingOf tells UTF-16 by its mark, or by the zero bytes that plain letters have there; nil for anything else.
func encodingOf(text string) encoding.Encoding {
	switch {
	case len(text) < 4 || len(text)%2 != 0:
	case text[:2] == "\xff\xfe" || text[0] != 0 && text[1] == 0:
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case text[:2] == "\xfe\xff" || text[0] == 0 && text[1] != 0:
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	}
	return nil
}

// isCurl tells whether a word calls curl: "curl", "curl.exe", a path to either.
func isCurl(word string) bool {
	name := strings.ToLower(word[strings.LastIndexAny(word, `/\`)+1:])
	return name == "curl" || name == "curl.exe"
}

var drive = regexp.MustCompile(`^[A-Za-z]:\\`)

var assignment = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*=`)

// beforeCurl tells whether a word may stand before the command: a prompt, a variable, a command that runs another.
func beforeCurl(word string) bool {
	switch word {
	case "$", "#", "%", ">", "&", "sudo", "time", "env", "exec", "command", "PS", "start":
		return true
	}
	return assignment.MatchString(word) || strings.HasSuffix(word, ">") || drive.MatchString(word) || strings.HasSuffix(word, "$") || strings.HasSuffix(word, "#")
}

// scanner walks over a text by runes.
type scanner struct {
	text []rune
	at   int
}

// end is what next and peek return behind the text.
const end = rune(-1)

func (s *scanner) peek(n int) rune {
	if s.at+n >= len(s.text) {
		return end
	}
	return s.text[s.at+n]
}

func (s *scanner) next() rune {
	r := s.peek(0)
	if r != end {
		s.at++
	}
	return r
}

func (s *scanner) rest() string { return string(s.text[min(s.at, len(s.text)):]) }

// line is the number of the line that the scanner is in, from 1.
func (s *scanner) line() int {
	n := 1
	for _, r := range s.text[:min(s.at, len(s.text))] {
		if r == '\n' {
			n++
		}
	}
	return n
}

func isLetter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }

// gatherer collects the words of commands.
type gatherer struct {
	commands [][]string
	words    []string
	word     strings.Builder
	open     bool // a word has begun, even if it is empty
}

func (g *gatherer) add(r rune)       { g.word.WriteRune(r); g.open = true }
func (g *gatherer) text(text string) { g.word.WriteString(text); g.open = true }

func (g *gatherer) endWord() {
	if g.open {
		g.words = append(g.words, g.word.String())
	}
	g.word.Reset()
	g.open = false
}

func (g *gatherer) endCommand() {
	g.endWord()
	if len(g.words) > 0 {
		g.commands = append(g.commands, g.words)
	}
	g.words = nil
}

// placeholderHere reads <name> where a shell would see a redirection: documents write what is to be filled in so.
var placeholderHere = regexp.MustCompile(`^<[A-Za-z][A-Za-z0-9 _.\-]*>`)

func openQuote(line int, quote string) error {
	return fmt.Errorf("a quote %s is not closed (it opens in line %d)", quote, line)
}
