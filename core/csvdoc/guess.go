package csvdoc

import (
	"fmt"
	"slices"
	"strings"

	"enrollbench/core/finding"
)

// Guess is an encoding that a file does not state, and what to judge it by.
type Guess struct {
	Encoding Encoding
	Samples  []Sample // at most three different cells with characters beyond ASCII
}

// Sample is a cell as the guess reads it.
type Sample struct {
	Row    int // as a spreadsheet shows it
	Column string
	Value  string
}

// String says the guess in a sentence, with its samples.
func (g Guess) String() string {
	var cells []string
	for _, s := range g.Samples {
		cells = append(cells, fmt.Sprintf("%q in row %d", s.Value, s.Row))
	}
	return fmt.Sprintf("the file does not say its encoding and is read as %s: %s", g.Encoding, strings.Join(cells, ", "))
}

// Guess says how the characters beyond ASCII of the document's file are read. ok is false where nothing is guessed: the file
// is Unicode or ASCII, the user chose the encoding, or ConfirmEncoding was called. No upload may hold what is only guessed.
func (d *Document) Guess() (g Guess, ok bool) {
	d.mu.Lock()
	ready := d.indexer == nil && !d.closed && !d.confirmed
	d.mu.Unlock()
	s := d.Snapshot()
	v := s.view
	if !ready || !v.dialect.Guessed {
		return g, false
	}
	g.Encoding = v.dialect.Encoding
	take := func(row int, column, value string) {
		known := slices.ContainsFunc(g.Samples, func(s Sample) bool { return s.Value == value })
		if !ascii([]byte(value)) && !known && len(g.Samples) < 3 {
			g.Samples = append(g.Samples, Sample{Row: row, Column: column, Value: value})
		}
	}
	for _, number := range v.faults.samples {
		if number == 0 {
			for _, name := range v.names {
				take(1, name, name)
			}
			continue
		}
		at, there := s.Index(RowID(number - 1))
		if !there {
			continue
		}
		for i, value := range s.Row(at, nil) {
			take(s.FileRow(at), s.columns[i].Name, value)
		}
	}
	return g, len(g.Samples) > 0
}

// ConfirmEncoding says that a user has looked at the samples of Guess and found them right.
func (d *Document) ConfirmEncoding() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.confirmed = true
}

// wholeFindings tells what is to be said about the file as a whole.
func (d *Document) wholeFindings(s *Snapshot, tell func(r *finding.Rule, row int, column, format string, args ...any) error) error {
	f := s.view.faults
	renamed := false
	for i, c := range s.columns {
		renamed = renamed || i < len(s.view.names) && c.Name != s.view.names[i]
	}
	var err error
	say := func(r *finding.Rule, row int, format string, args ...any) {
		if err == nil {
			err = tell(r, row, "", format, args...)
		}
	}
	if f.headerAt > 0 && !renamed {
		if strings.TrimSpace(strings.Join(s.view.names, "")) == "" {
			say(RuleHeaderBelow, 1, "row 1 is empty; the header seems to be in row %d", f.headerAt+1)
		} else {
			say(RuleHeaderBelow, 1, "row 1 is a title; the header seems to be in row %d", f.headerAt+1)
		}
	}
	if f.odd.separator != "" && !renamed {
		say(RuleSeparator, 1, "the cells seem to be separated by %s", f.odd.separator)
	}
	if f.odd.singleQuotes && !renamed {
		say(RuleSingleQuotes, 1, "the cells begin and end with a single quote (')")
	}
	if f.odd.quotedRows && !renamed {
		say(RuleQuotedRows, 1, "each row begins and ends with a quote and is one cell")
	}
	if f.odd.doubleCR && !renamed {
		say(RuleDoubleCR, 1, "the lines end in CR CR LF")
	}
	switch known := slices.Contains(Delimiters, f.sep); {
	case f.sep != 0 && known:
		say(RuleSepLine, 0, "the line sep=%c, a mark for Excel, is left out", f.sep)
	case f.sep != 0:
		say(RuleSepUnknown, 0, "the first line, sep=%c, names the delimiter for Excel; %q is unknown, use a comma, semicolon, tab or pipe", f.sep, f.sep)
	}
	if f.turned != "" {
		say(RuleTurned, 0, "the file is in %s and is read as UTF-8", f.turned)
	}
	if f.sheet != nil {
		f.sheet.tell(s.columns, func(r *finding.Rule, row int, column, format string, args ...any) {
			if err == nil {
				err = tell(r, row, column, format, args...)
			}
		})
	}
	for _, what := range f.untidy {
		say(RuleUntidyZIP, 0, "%s", what)
	}
	if g, ok := d.Guess(); ok {
		say(RuleEncoding, 0, "%s", g)
	}
	return err
}
