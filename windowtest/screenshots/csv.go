//go:build unix

package main

import (
	"strings"

	"enrollbench/windowtest/desktop"
)

// csvPictures shows the CSV tab: empty, with the sample and its problems, one cause with its repair, and finding.
func csvPictures(p *desktop.Program, take func(string) error) error {
	const cause = "Row The cell begins or ends with a space"
	key := func(names ...string) func() error { return func() error { return p.Key(names...) } }
	quiet := func(s desktop.State) bool { return !s.Busy && s.Toast == "" }
	// focus presses Tab until what is meant has the focus; Ctrl+Tab leaves the sheet.
	focus := func(what string) func() error {
		return func() error {
			for range 40 {
				s, err := state(p)
				// The titles of rules stand in the code, in English: in another language the first cause is taken.
				if err != nil || strings.HasPrefix(s.Focus, what) || foreign() && what == cause && strings.HasPrefix(s.Focus, "Row ") && !strings.Contains(s.Focus, "subject.country") {
					return err
				}
				next := "Tab"
				if s.Focus == "Editor" {
					next = "ctrl+Tab"
				}
				if err := p.Key(next); err != nil {
					return err
				}
				if _, err := expect(p, "another focus", func(n desktop.State) bool { return n.Focus != s.Focus }); err != nil {
					return err
				}
			}
			_, err := expect(p, "the focus on "+what, func(s desktop.State) bool { return strings.HasPrefix(s.Focus, what) })
			return err
		}
	}
	return steps(p, take,
		step{do: key("ctrl+2"), what: "the CSV tab", shows: func(s desktop.State) bool { return s.Tab == "CSV" && quiet(s) }, name: "csv-empty"},
		step{do: focus("Row Try with a sample")},
		step{do: key("Return"), what: "the sample", shows: func(s desktop.State) bool { return s.Rows > 0 && quiet(s) && s.Enabled }},
		step{do: key("F8"), what: "the first problem", shows: func(s desktop.State) bool { return s.Current != "" && quiet(s) }, name: "csv"},
		step{do: focus(cause)},
		step{do: key("Return"), what: "its places", shows: func(s desktop.State) bool { return (s.Focus == "Sheet" || foreign()) && quiet(s) }, name: "csv-cause"},
		step{do: key("ctrl+f"), what: "the field", shows: func(s desktop.State) bool { return s.Focus == "Entry Find" }},
		step{do: func() error { return p.Type("thermostat") }},
		step{do: key("Tab")},
		step{do: func() error { return p.Type("sensor") }, what: "the hits", shows: quiet, name: "csv-find"},
		step{do: key("Escape", "ctrl+1"), what: "the CSR tab", shows: func(s desktop.State) bool { return s.Tab == "CSR files" }},
	)
}
