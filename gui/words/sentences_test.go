package words

import (
	"strings"
	"testing"
)

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
		"the same key%s as %s":           "derselbe Schlüssel%s wie %s",
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
		"the same key as a.csr":                                      "derselbe Schlüssel wie a.csr", // nothing in its first place
		"the same key (SPKI 12) as a.csr":                            "derselbe Schlüssel (SPKI 12) wie a.csr",
		"nobody wrote this":                                          "nobody wrote this",
		"the file cannot be read\nrow 1 has 2 cells":                 "die Datei lässt sich nicht lesen\nZeile 1 hat 2 Zellen",
		"the file cannot be read: the file cannot be read: a: b: c:": "Datei nicht lesbar: Datei nicht lesbar: a: b: c:",
	} {
		for range 2 { // the second time from memory
			if got := s.say(in); got != want {
				t.Errorf("%q: %q, want %q", in, got, want)
			}
		}
	}
}

// TestSentencesTakenApart: of all ways to take a message apart, the one that leaves the least English; none, where most would stay English.
func TestSentencesTakenApart(t *testing.T) {
	s := newSentences(map[string]string{
		"a %[2]s cannot hold %[1]q":  "ein %[2]s kann %[1]q nicht aufnehmen",
		"%s (OpenPGP)":               "%s nach OpenPGP",
		"this is %s":                 "das ist %s",
		"a message (OpenPGP)":        "eine OpenPGP-Nachricht",
		"%s is %s":                   "%s ist %s",
		"%s, not %d":                 "%s, nicht %d",
		"cells":                      "Zellen",
		"%q in row %d":               "%q in Zeile %d",
		"the file is read as %s: %s": "die Datei wird gelesen als %s: %s",
		"it is revoked":              "er ist widerrufen",
		"nothing for %s (%s)":        "für %s (%s) nichts",
		"key %s":                     "Schlüssel %s",
		"the %s":                     "%s",
		"the scheme is missing":      "das Schema fehlt",
		"no %s key in it":            "kein %s-Schlüssel darin",
		"no private key in it":       "kein privater Schlüssel darin",
		"open %q: %w":                "%q öffnen: %w",
	})
	for in, want := range map[string]string{
		"a PrintableString cannot hold '_'": "ein PrintableString kann '_' nicht aufnehmen",
		"this is a message (OpenPGP)":       "das ist eine OpenPGP-Nachricht",
		"2 cells, not 3":                    "2 Zellen, nicht 3",
		"1,200 cells":                       "1,200 Zellen",
		`"a is b" is x`:                     `"a is b" ist x`,
		`"a: the scheme is missing": the scheme is missing`:                               `"a: the scheme is missing": das Schema fehlt`,
		`the file is read as X: "a" in row 2, "b, c" in row 3`:                            `die Datei wird gelesen als X: "a" in Zeile 2, "b, c" in Zeile 3`,
		"nothing for k (key A1: it is revoked; key B2: x)":                                "für k (Schlüssel A1: er ist widerrufen; Schlüssel B2: x) nichts",
		"the connection to the server is somehow not what it was":                         "the connection to the server is somehow not what it was",
		"URI x: the scheme is missing":                                                    "URI x: das Schema fehlt",
		"f.key: no private key in it":                                                     "f.key: kein privater Schlüssel darin",
		"the big old proxy: the scheme is missing":                                        "the big old proxy: das Schema fehlt",
		`open "a": three words more; the scheme is missing; it is revoked; it is revoked`: `"a" öffnen: three words more; das Schema fehlt; er ist widerrufen; er ist widerrufen`,
		`f "x; it is revoked; y" it`:                                                      `f "x; it is revoked; y" it`,
		"apples, pears in a basket, cells":                                                "apples, pears in a basket, cells",
	} {
		if got := s.say(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	r := &reading{sentences: s, read: map[string]saying{}}
	if r.say(strings.Repeat("what is this; it is none of that: so it is, ", 200)); r.work > workMost {
		t.Errorf("%d bytes were looked at", r.work)
	}
}

func TestSentencesMemoryIsBounded(t *testing.T) {
	s := newSentences(map[string]string{"row %d has %d cells": "Zeile %d hat %d Zellen"})
	for i := range 3 * knownMost {
		s.say("row " + string(rune('a'+i%26)) + " " + Group(i))
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

// What core puts together at run time is said whole in another language: counted things, places, what lies in what.
func TestCoreInGerman(t *testing.T) {
	Use("de")
	t.Cleanup(func() { Use("en") })
	for in, want := range map[string]string{
		"the input has 3 warnings":            "3 Warnungen",
		"it becomes a series of 2 jobs":       "2 Jobs",
		"order.csv: row 500":                  "order.csv: Zeile 500",
		"encryption around ZIP":               "Verschlüsselung um ZIP",
		"encryption around base64 around ZIP": "um ZIP",
		"the certificate's RSA 3072 key":      "der RSA 3072-Schlüssel des Zertifikats",
		"Connection":                          "Verbindung",
	} {
		if got := Core(in); !strings.Contains(got, want) {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
