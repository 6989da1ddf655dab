package words

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Core says one of core's messages in the user's language. Core knows no language but English and gives whole sentences, so that a
// sentence is its own key, as with gettext: the languages' files hold each format of core ("row %d has %d cells") beside what it is there.
// A message is recognized by its format, and what stands in its places is said in the same way where it is of core again (a cause, a
// kind of file) and left as it is where it is data. What is not recognized stays English.
func Core(message string) string {
	s := in().sentences
	if s == nil || message == "" {
		return message
	}
	return s.say(message, 0)
}

// Error is an error of core in the user's language, with what cannot be seen made visible.
func Error(err error) string { return Visible(Core(err.Error())) }

// sentences is what core says, in another language.
type sentences struct {
	exact   map[string]string
	formats []*format // those with the most text first: the most particular one wins

	mu    sync.Mutex
	known map[string]string // messages that were said before
}

// knownMost bounds what is remembered; a list of findings has far fewer on the screen.
const knownMost = 4096

type format struct {
	key, target string
	longest     string // the longest piece of text between its verbs, which a message must hold
	weight      int    // all text between its verbs

	compile sync.Once
	match   *regexp.Regexp
}

// verb is a place of a format: %s, %[2]q, %.1f; %% is text.
var verb = regexp.MustCompile(`%(?:\[(\d+)\])?[-+# 0]*(?:\d+)?(?:\.\d+)?([a-zA-Z%])`)

func newSentences(core map[string]string) *sentences {
	s := &sentences{exact: map[string]string{}, known: map[string]string{}}
	for key, target := range core {
		if !strings.Contains(key, "%") {
			s.exact[key] = target
			continue
		}
		f := &format{key: key, target: target}
		for _, text := range verb.Split(key, -1) {
			f.weight += len(text)
			if len(text) > len(f.longest) {
				f.longest = text
			}
		}
		s.formats = append(s.formats, f)
	}
	slices.SortFunc(s.formats, func(a, b *format) int { return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.key, b.key)) })
	return s
}

// depthMost is how often a message may hold another one.
const depthMost = 8

func (s *sentences) say(message string, depth int) string {
	if target, ok := s.exact[message]; ok {
		return target
	}
	if depth > depthMost || !strings.ContainsAny(message, " ") {
		return message
	}
	s.mu.Lock()
	said, ok := s.known[message]
	s.mu.Unlock()
	if ok {
		return said
	}
	said = s.put(message, depth)
	s.mu.Lock()
	if len(s.known) >= knownMost {
		clear(s.known)
	}
	s.known[message] = said
	s.mu.Unlock()
	return said
}

func (s *sentences) put(message string, depth int) string {
	for _, f := range s.formats {
		if !strings.Contains(message, f.longest) {
			continue
		}
		if values := f.values(message); values != nil {
			for i, v := range values {
				values[i] = s.say(v, depth+1)
			}
			return f.with(values)
		}
	}
	// Sentences that core put behind each other, or a place in front of a reason.
	for _, sep := range []string{"\n", "; ", ". ", ": "} {
		if before, after, ok := strings.Cut(message, sep); ok {
			if sep == ". " && s.exact[before+"."] != "" {
				return s.exact[before+"."] + " " + s.say(after, depth+1)
			}
			return s.say(before, depth+1) + sep + s.say(after, depth+1)
		}
	}
	return message
}

// values is what stands in a message's places, or nil where it is not of this format.
func (f *format) values(message string) []string {
	f.compile.Do(func() {
		var b strings.Builder
		b.WriteString(`(?s)\A`)
		at := 0
		for _, m := range verb.FindAllStringSubmatchIndex(f.key, -1) {
			b.WriteString(regexp.QuoteMeta(f.key[at:m[0]]))
			switch at = m[1]; f.key[m[4]:m[5]] {
			case "%":
				b.WriteString("%")
			case "d":
				b.WriteString(`([-+]?\d[\d.,\x{a0}\x{202f}]*)`)
			case "q":
				b.WriteString("(\"(?:[^\"\\\\]|\\\\.)*\"|`[^`]*`|'[^']*')")
			default:
				b.WriteString(`(.+?)`)
			}
		}
		b.WriteString(regexp.QuoteMeta(f.key[at:]) + `\z`)
		f.match = regexp.MustCompile(b.String())
	})
	if m := f.match.FindStringSubmatch(message); m != nil {
		return m[1:]
	}
	return nil
}

// with puts values into the target's places: in their order, or by the number that a place names (%[2]s).
func (f *format) with(values []string) string {
	next := 0
	return verb.ReplaceAllStringFunc(f.target, func(place string) string {
		m := verb.FindStringSubmatch(place)
		if m[2] == "%" {
			return "%"
		}
		if m[1] != "" {
			next = int(m[1][0] - '1')
		}
		if next >= len(values) {
			return place
		}
		next++
		return values[next-1]
	})
}
