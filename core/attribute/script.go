package attribute

import (
	"strings"
	"unicode"
)

// lookAlikes are the letters of Cyrillic and Greek that common typefaces draw like Latin ones, after the confusables of
// Unicode Technical Standard 39.
const (
	cyrillicLookAlikes = "АВЕЅІЈКМНОРСТУХԚԜаеѕіјорсухһԁԛԝ"
	greekLookAlikes    = "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧανορυικϲ"
)

// scripts follows one word after the other and says at which letter a word turns from one script to a look-alike of
// another. Words of several scripts without look-alikes pass: "日本Sensor" and "R-Ω2" deceive nobody.
type scripts struct {
	current string // script of the word's letters so far; "" at its start or where only other scripts stood
	marked  bool   // this word has its finding
	alike   bool   // a letter so far looks like a Latin one
	main    string // of the last finding: what the word began with
	odd     string // and what came into it
}

func (w *scripts) next(r rune) bool {
	if !unicode.IsLetter(r) {
		if !unicode.IsDigit(r) && !unicode.IsMark(r) && r != '\u200B' && r != '\u00AD' {
			w.current, w.marked, w.alike = "", false, false
		}
		return false
	}
	script, alike := "", false
	switch {
	case r < 0x80 || unicode.Is(unicode.Latin, r):
		script = "Latin"
	case unicode.Is(unicode.Cyrillic, r):
		script, alike = "Cyrillic", strings.ContainsRune(cyrillicLookAlikes, r)
	case unicode.Is(unicode.Greek, r):
		script, alike = "Greek", strings.ContainsRune(greekLookAlikes, r)
	default:
		return false
	}
	before, beforeAlike := w.current, w.alike
	if before == "" {
		w.current = script
	}
	w.alike = w.alike || alike
	if before == "" || before == script || w.marked || !alike && !beforeAlike {
		return false
	}
	w.marked, w.main, w.odd = true, before, script
	return true
}
