package words

import "testing"

func TestSentences(t *testing.T) {
	s := newSentences(map[string]string{
		"row %d has %d cells":            "Zeile %d hat %d Zellen",
		"%q stands in %s":                "in %[2]s steht %[1]q",
		"the file cannot be read":        "die Datei lässt sich nicht lesen",
		"the file cannot be read: %w":    "Datei nicht lesbar: %s",
		"an OpenPGP key":                 "ein OpenPGP-Schlüssel",
		"it is %s, not %s":               "es ist %s, nicht %s",
		"100 %% of %s":                   "100 %% von %s",
		"Try again.":                     "Noch einmal versuchen.",
		"Something else is wrong here.":  "Hier stimmt etwas anderes nicht.",
		"row %d of %s has %d cells, few": "zu wenige Zellen (%[3]d) in Zeile %[1]d von %[2]s",
	})
	for in, want := range map[string]string{
		"the file cannot be read":                                    "die Datei lässt sich nicht lesen",
		"row 12 has 3 cells":                                         "Zeile 12 hat 3 Zellen",
		"row 1,200 of a.csv has 3 cells, few":                        "zu wenige Zellen (3) in Zeile 1,200 von a.csv",
		`"it is x, not y" stands in row 4`:                           `in row 4 steht "it is x, not y"`, // what is quoted is data
		"it is an OpenPGP key, not the file cannot be read":          "es ist ein OpenPGP-Schlüssel, nicht die Datei lässt sich nicht lesen",
		"the file cannot be read: row 7 has 2 cells":                 "Datei nicht lesbar: Zeile 7 hat 2 Zellen",
		"C:/x.csv: row 7 has 2 cells; row 8 has 1 cells":             "C:/x.csv: Zeile 7 hat 2 Zellen; Zeile 8 hat 1 Zellen",
		"Try again. Something else is wrong here.":                   "Noch einmal versuchen. Hier stimmt etwas anderes nicht.",
		"100 % of an OpenPGP key":                                    "100 % von ein OpenPGP-Schlüssel",
		"row x has 3 cells":                                          "row x has 3 cells",
		"nobody wrote this":                                          "nobody wrote this",
		"the file cannot be read\nrow 1 has 2 cells":                 "die Datei lässt sich nicht lesen\nZeile 1 hat 2 Zellen",
		"the file cannot be read: the file cannot be read: a: b: c:": "Datei nicht lesbar: Datei nicht lesbar: a: b: c:",
	} {
		for range 2 { // the second time from memory
			if got := s.say(in, 0); got != want {
				t.Errorf("%q: %q, want %q", in, got, want)
			}
		}
	}
}

func TestSentencesMemoryIsBounded(t *testing.T) {
	s := newSentences(map[string]string{"row %d has %d cells": "Zeile %d hat %d Zellen"})
	for i := range 3 * knownMost {
		s.say("row "+string(rune('a'+i%26))+" "+Group(i), 0)
	}
	if len(s.known) > knownMost {
		t.Errorf("%d messages are remembered", len(s.known))
	}
}

// TestCoreInEnglish: English is what core speaks itself.
func TestCoreInEnglish(t *testing.T) {
	Use("en")
	if s := Core("the file cannot be read"); s != "the file cannot be read" {
		t.Error(s)
	}
}
