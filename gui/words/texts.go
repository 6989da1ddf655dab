package words

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"

	"enrollbench/resources"
)

// texts is one language's file: a text for each key, or its forms by number ("one", "other").
type texts map[string]forms

type forms map[string]string

// UnmarshalJSON reads a text, or an object of forms.
func (f *forms) UnmarshalJSON(b []byte) error {
	var text string
	if json.Unmarshal(b, &text) == nil {
		*f = forms{"": text}
		return nil
	}
	return json.Unmarshal(b, (*map[string]string)(f))
}

// spoken is a language with all that is said in it.
type spoken struct {
	tag       language.Tag
	texts     texts
	sentences *sentences // of core; nil in English
}

var current atomic.Pointer[spoken]

// in is the language that is spoken: the one that Use chose, or the system's.
func in() *spoken {
	if s := current.Load(); s != nil {
		return s
	}
	Use("")
	return current.Load()
}

// T is the text of a key. What the text leaves open ({{.Name}}) is given as pairs of name and value, or as one map of them. Each
// key stands in every language's file, which a test checks; a key that stands nowhere is shown as it is.
func T(key string, open ...any) string {
	f, ok := in().texts[key]
	if !ok {
		return key
	}
	return fill(f[""], named(open))
}

// N is the text of a key in the form that fits n things. {{.Number}} in it is n, grouped, unless it is given; the rest is given as for T.
func N(key string, n int, open ...any) string {
	s := in()
	f, ok := s.texts[key]
	if !ok {
		return key
	}
	values := named(open)
	if _, given := values["Number"]; !given {
		values["Number"] = Group(n)
	}
	text, ok := f[formNames[plural.Cardinal.MatchPlural(s.tag, n, 0, 0, 0, 0)]]
	if !ok {
		text = f["other"]
	}
	return fill(text, values)
}

var formNames = map[plural.Form]string{
	plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few", plural.Many: "many", plural.Other: "other",
}

// fill puts values in the places that a text leaves open, once: what a value holds is not looked at.
func fill(text string, values map[string]any) string {
	before, rest, found := strings.Cut(text, "{{.")
	if !found {
		return text
	}
	var b strings.Builder
	for found {
		b.WriteString(before)
		var name string
		name, rest, _ = strings.Cut(rest, "}}")
		fmt.Fprint(&b, values[name])
		before, rest, found = strings.Cut(rest, "{{.")
	}
	b.WriteString(before)
	return b.String()
}

// named is what a text leaves open, by name: pairs, or a map that was made before.
func named(open []any) map[string]any {
	values := make(map[string]any, len(open)/2+1)
	if len(open) == 1 {
		for k, v := range open[0].(map[string]any) {
			values[k] = v
		}
		return values
	}
	for i := 0; i < len(open); i += 2 {
		values[open[i].(string)] = open[i+1]
	}
	return values
}

// load reads a language's files. They are built in and tested: one that cannot be read is a mistake in the program.
func load(tag language.Tag) *spoken {
	s := &spoken{tag: tag, texts: texts{}}
	read := func(name string, to any) {
		raw, err := resources.Translations.ReadFile(resources.TranslationsDir + "/" + name)
		if err == nil {
			err = json.Unmarshal(raw, to)
		}
		if err != nil {
			panic("words: " + name + ": " + err.Error())
		}
	}
	read(tag.String()+".json", &s.texts)
	if tag != language.English {
		core := map[string]string{}
		read("core/"+tag.String()+".json", &core)
		s.sentences = newSentences(core)
	}
	return s
}
