package enrollment

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// noDevice finds rows that order nothing although they hold something: the header once more, a total, an end mark. Nothing else
// is checked in such a row; the repair deletes it.
func (c *checker) noDevice(cells []string) bool {
	if c.repeatsHeader(cells) {
		c.add(RuleHeaderAgain, -1, "the row repeats the names of the columns").fixable = true
		return true
	}
	p := c.p
	if p.csr >= 0 && p.csr < len(cells) && !c.blank(p.csr, cells[p.csr]) {
		return false // a key makes it a device, whatever it is called
	}
	at := p.name
	if at < 0 || at >= len(cells) || c.blank(at, cells[at]) {
		for at = 0; at < len(cells) && c.blank(at, cells[at]); at++ {
		}
	}
	if at >= len(cells) || !isEndMark(strings.TrimFunc(cells[at], isBlankRune)) {
		return false
	}
	c.add(RuleNoDevice, at, "%s is not a device", quoted(cells[at])).fixable = true
	return true
}

// repeatsHeader says whether each cell of a row is empty or the name of its column; or the name of another column of the service, as where
// a file with its columns in another order was joined.
func (c *checker) repeatsHeader(cells []string) bool {
	same, known, elsewhere := 0, false, false
	for i := range c.p.columns {
		if i >= len(cells) || c.blank(i, cells[i]) {
			continue
		}
		of := i
		if !c.p.columns[i].called(cells[i]) {
			elsewhere = true
			if of = slices.IndexFunc(c.p.columns, func(other column) bool { return other.called(cells[i]) }); of < 0 {
				return false
			}
		}
		same, known = same+1, known || c.p.columns[of].field != nil
	}
	return known || same > 1 && !elsewhere
}

// called says whether a cell is the name of the column.
func (c *column) called(cell string) bool {
	return len(cell) <= len(c.name)+8 && strings.EqualFold(strings.TrimFunc(cell, isBlankRune), strings.TrimFunc(c.name, isBlankRune))
}

// endWords stand in the last row of exports: totals and end marks of the languages that lines use.
var endWords = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range []string{
		"total", "totals", "grand total", "sub total", "subtotal", "sum", "count", "end", "eof", "end of file", "end of list", "end of data",
		"end of report", "end of table", "end of batch", "end of export", "summe", "gesamt", "gesamtsumme", "insgesamt", "anzahl", "ende", "dateiende", "fin",
		"fin de fichier", "somme", "suma", "suma total", "fin de archivo", "razem", "suma końcowa", "ogółem", "koniec", "celkem", "konec", "totale",
		"somma", "totaal", "einde", "totalt", "slut", "összesen", "toplam", "итого", "всего", "конец", "合計", "总计", "合计", "總計", "合計件数", "終わり", "结束", "총계", "합계", "σ",
		"null", "nil", "n/a", "undefined", "nan", // what programs write for nothing
	} {
		m[w] = true
	}
	return m
}()

// totals stand before a number without a colon as well.
var totals = map[string]bool{"total": true, "grand total": true, "summe": true, "gesamt": true, "razem": true, "celkem": true, "totale": true, "итого": true, "всего": true}

// countedRows is what databases and exports write below the last row: "(12 rows affected)", "Total: 12 devices", "Summe: 12,5".
var countedRows = regexp.MustCompile(`(?i)^(?:\(?\d[\d.,' ]* (?:rows?|row\(s\)|records?|record\(s\)|lines?|devices?|entries|zeilen|datensätze|geräte|stück|lignes|filas)(?: (?:affected|selected|exported|returned|total))?\)?|([\p{L} ]+?) *[:=]? *\d[\d.,' ]*(?: ?\p{L}+)?)$`)

// notes are what reports write around a table: "Page 1 of 2", "Printed 1.12.2026", "# written by a program".
var notes = regexp.MustCompile(`(?i)^(?:(?:page|seite|página|pagina|strona|strana|стр\.?) ?\d+(?: ?(?:/|of|von|de|di|z|ze|из) ?\d+)?|(?:printed|created|generated|exported|erstellt|gedruckt|exportiert|imprimé|impreso|stampato)\b[^\pL]*(?:(?:on|at|am|le|el|il)\b)?.*\d{2,4}.*|(?:#|//|--) \pL.*)$`)

// isEndMark says whether a value marks the end of a list, or counts what stands above.
func isEndMark(s string) bool {
	if len(s) > 60 || s == "" {
		return false
	}
	if strings.Contains(s, " ") && notes.MatchString(s) {
		return true
	}
	inner := strings.TrimFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if inner == "" {
		return len(s) >= 3 && strings.Trim(s, s[:1]) == "" // a line: -----, =====
	}
	if !strings.ContainsAny(s, "0123456789") {
		return endWords[strings.Join(strings.Fields(strings.ToLower(inner)), " ")]
	}
	if '0' <= s[0] && s[0] <= '9' && !strings.Contains(s, " ") || !strings.ContainsAny(s, " (:=") {
		return false // names are many, and counts have one of these
	}
	m := countedRows.FindStringSubmatch(s)
	return m != nil && (m[1] == "" || endWords[strings.ToLower(m[1])] && (strings.ContainsAny(s, ":=") || totals[strings.ToLower(m[1])]))
}
