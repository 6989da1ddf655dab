package words

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
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
	return s.say(message)
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
	order   []int // the numbers of its places as they stand: %[2]s before %[1]q
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

// say says a message, or gives it back where most of it would stay English: a sentence half in one language and half in another is
// worse than one in a language that few read.
func (s *sentences) say(message string) string {
	if target, ok := s.exact[message]; ok { // also of several lines
		return target
	}
	s.mu.Lock()
	said, ok := s.known[message]
	s.mu.Unlock()
	if ok {
		return said
	}
	lines := strings.Split(message, "\n")
	for i, line := range lines {
		lines[i] = (&reading{sentences: s, read: map[string]saying{}}).say(line).text
	}
	said = strings.Join(lines, "\n")
	s.mu.Lock()
	if len(s.known) >= knownMost {
		clear(s.known)
	}
	s.known[message] = said
	s.mu.Unlock()
	return said
}

// saying is how a message can be said, and how many of its letters stay English so.
type saying struct {
	text string
	left int
}

// reading looks for the way to take a message apart that leaves the fewest letters English: "nothing can be sealed to %s" within
// "%s: it is revoked", or the other way round.
type reading struct {
	*sentences
	read map[string]saying // parts that were read before
	work int               // bytes of the parts that were looked at
}

// workMost bounds the work for one line of a message, in bytes of its parts; a line of three hundred takes a few thousand.
const workMost = 100_000

var (
	counted  = regexp.MustCompile(`\A([-+]?\d[\d.,\x{a0}\x{202f}]*) (\D.*)\z`)
	anything = `((?:"(?:[^"\\]|\\.)*"|[^"])+?)` // a text that is in quotes is in one place as a whole
	glued    = `((?:"(?:[^"\\]|\\.)*"|[^"])*?)` // it may be missing: "the same public key%s as %s"
)

// foreign counts the letters of a text that are not in quotes, and is told where quotes are open. A single word is data as a rule, a
// name or a path.
func foreign(text string, at func(i int, inQuotes bool)) int {
	n, in := 0, false
	for i := 0; i < len(text); i++ {
		at(i, in)
		switch c := text[i]; {
		case c == '\\' && in:
			i++
		case c == '"':
			in = !in
		case !in && (c|0x20 >= 'a' && c|0x20 <= 'z'):
			n++
		}
	}
	if !strings.Contains(text, " ") {
		return min(n, 1)
	}
	return n
}

// coreDay is how core writes a day: 3 March 2026.
const coreDay = "2 January 2006"

// separators stand between sentences that core put behind each other, a place and a reason, the items of a list.
var separators = []string{"; ", ". ", ": ", ", "}

func (r *reading) say(message string) saying {
	if target, ok := r.exact[message]; ok {
		return saying{target, 0}
	}
	if known, ok := r.read[message]; ok {
		return known
	}
	if at, err := time.Parse(coreDay, message); err == nil {
		return saying{at.Format(T("time.date")), 0}
	}
	if r.work+len(message) > workMost {
		return saying{message, len(message)}
	}
	r.work += len(message)
	var splits [4][]int // where each separator stands, not in quotes
	best := saying{text: message}
	best.left = foreign(message, func(i int, inQuotes bool) {
		for k, sep := range separators {
			if !inQuotes && strings.HasPrefix(message[i:], sep) {
				splits[k] = append(splits[k], i)
			}
		}
	})
	if !strings.Contains(message, " ") || best.left == 0 {
		return best
	}
	r.read[message] = best
	whole := best.left
	if m := counted.FindStringSubmatch(message); m != nil { // "2 cells"
		if n := r.say(m[2]); n.left < best.left {
			best = saying{m[1] + " " + n.text, n.left}
		}
	}
	for _, f := range r.formats {
		if best.left == 0 {
			break
		}
		if !strings.Contains(message, f.longest) {
			continue
		}
		if values := f.values(message); values != nil {
			left := 0
			for i, v := range values {
				said := r.say(v)
				values[i], left = said.text, left+said.left
			}
			// Little text around much English says nothing ("%s is %s"), unless there is more around that.
			if left < best.left && (left <= f.weight || 4*left <= whole) {
				best = saying{f.with(values), left}
			}
		}
	}
	for k, sep := range separators {
		for _, i := range splits[k] {
			if best.left == 0 {
				break
			}
			before, between := message[:i], sep
			if sep == ". " {
				before, between = message[:i+1], " "
			}
			a, b := r.say(before), r.say(message[i+len(sep):])
			if left := a.left + b.left; left < best.left && (sep != ", " || left == 0) {
				best = saying{a.text + between + b.text, left}
			}
		}
	}
	r.read[message] = best
	return best
}

// values is what stands in a message's places by their numbers, or nil where it is not of this format.
func (f *format) values(message string) []string {
	f.compile.Do(func() {
		var b strings.Builder
		b.WriteString(`(?s)\A`)
		at, next := 0, 0
		for _, m := range verb.FindAllStringSubmatchIndex(f.key, -1) {
			b.WriteString(regexp.QuoteMeta(f.key[at:m[0]]))
			at = m[1]
			kind := f.key[m[4]:m[5]]
			if kind == "%" {
				b.WriteString("%")
				continue
			}
			if m[2] >= 0 {
				next = int(f.key[m[2]] - '1')
			}
			f.order = append(f.order, next)
			next++
			switch kind {
			case "d":
				b.WriteString(`([-+]?\d[\d.,\x{a0}\x{202f}]*)`)
			case "q":
				b.WriteString("(\"(?:[^\"\\\\]|\\\\.)*\"|`[^`]*`|'[^']*')")
			default:
				if m[0] > 0 && !strings.ContainsRune(" :(", rune(f.key[m[0]-1])) {
					b.WriteString(glued)
				} else {
					b.WriteString(anything)
				}
			}
		}
		b.WriteString(regexp.QuoteMeta(f.key[at:]) + `\z`)
		f.match = regexp.MustCompile(b.String())
	})
	m := f.match.FindStringSubmatch(message)
	if m == nil {
		return nil
	}
	values := make([]string, max(len(f.order), slices.Max(append([]int{0}, f.order...))+1))
	for i, v := range m[1:] {
		values[f.order[i]] = v
	}
	return values
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
