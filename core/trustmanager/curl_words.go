package trustmanager

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
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

// curlWords finds the curl command in a text and returns its arguments, each as the program would get it.
func curlWords(text string, shell Shell) ([]string, error) {
	if len(text) > maxCurl {
		return nil, fmt.Errorf("the command has %d bytes; %d are the most", len(text), maxCurl)
	}
	if strings.ContainsRune(text, 0) {
		return nil, errors.New("the command holds a zero byte")
	}
	text = strings.ReplaceAll(strings.TrimPrefix(text, "\ufeff"), "\r\n", "\n")
	text = strings.NewReplacer("\u00a0", " ", "\u2028", "\n").Replace(text) // what a copy from a web page brings along
	var commands [][]string
	var err error
	switch shell {
	case Sh:
		commands, err = shWords(text)
	case Cmd:
		commands, err = cmdWords(text)
	case PowerShell:
		commands, err = powerShellWords(text)
	default:
		return nil, fmt.Errorf("the shell %q is none of %s", shell, spelled(Shells))
	}
	if err != nil {
		return nil, err
	}
	for _, words := range commands {
		for i, w := range words {
			if isCurl(w) {
				return words[i+1:], nil
			}
			if !beforeCurl(w) {
				break
			}
		}
	}
	return nil, ErrNoCurl
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

// goesOn tells whether the next line continues the command without saying so: pages show options on lines of their own,
// and the sign at the line's end gets lost.
func (s *scanner) goesOn() bool {
	i := s.at
	for i < len(s.text) && (s.text[i] == ' ' || s.text[i] == '\t' || s.text[i] == '\n') {
		i++
	}
	return i+1 < len(s.text) && s.text[i] == '-' && (s.text[i+1] == '-' || isLetter(s.text[i+1]))
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

func openQuote(s *scanner, quote string) error {
	return fmt.Errorf("a quote %s is not closed (line %d)", quote, s.line())
}
