//go:build unix

package main

import (
	"strings"

	"enrollbench/windowtest/desktop"
)

// emptyPictures shows the rooms in which nothing was done yet, and the help.
func emptyPictures(p *desktop.Program, take func(string) error) error {
	key := func(keys ...string) func() error { return func() error { return p.Key(keys...) } }
	tab := func(name string) func(desktop.State) bool {
		return func(s desktop.State) bool { return s.Tab == name && !s.Busy && s.Dialog == "" }
	}
	return steps(p, take,
		step{do: key("ctrl+3"), what: "the MAC tab", shows: tab("MAC range"), name: "mac-empty"},
		step{do: key("ctrl+4"), what: "the jobs", shows: tab("Jobs"), name: "jobs-empty"},
		step{do: key("ctrl+6"), what: "the ledger", shows: tab("Ledger"), name: "ledger-empty"},
		step{do: key("ctrl+7"), what: "the settings", shows: tab("Settings"), name: "settings-empty"},
		step{do: key("ctrl+k"), what: "the panel", shows: tab("Encryption key"), name: "encryption-key-empty"},
		step{do: key("F1"), what: "the help", shows: tab("Help"), name: "help"},
		step{do: key("Escape", "ctrl+1"), what: "the CSR tab", shows: tab("CSR files")},
	)
}

// jobPictures shows a batch on its way through the practice service: the connections, the page that starts it, and the list
// of jobs before and after. The sample requests are in their tab already.
func jobPictures(p *desktop.Program, take func(string) error) error {
	key := func(keys ...string) func() error { return func() error { return p.Key(keys...) } }
	tab := func(name string) func(desktop.State) bool {
		return func(s desktop.State) bool { return s.Tab == name && !s.Busy && s.Dialog == "" }
	}
	return steps(p, take,
		step{do: key("Escape", "ctrl+7"), what: "the connections", shows: tab("Settings")},
		step{do: func() error { return press(p, "Row Practise now") }, what: "the practice service", shows: func(s desktop.State) bool { return s.Current == "Practice" && !s.Busy }},
		step{do: key("F5"), what: "the test", shows: func(s desktop.State) bool { return s.Sentence == "The connection works" }, name: "settings"},
		step{do: key("ctrl+1"), what: "the requests", shows: tab("CSR files")},
		step{do: key("ctrl+j"), what: "the question", shows: func(s desktop.State) bool { return s.Dialog != "" }},
		step{do: key("Return"), what: "the page that starts it", shows: func(s desktop.State) bool { return s.Tab == "Start batch job" && !s.Busy && s.Enabled }, name: "start"},
		step{do: key("ctrl+s"), what: "the end of the job", shows: func(s desktop.State) bool { return s.Tab == "Jobs" && s.Action == "Fetch and open" && !s.Busy }},
		step{do: key("Escape"), what: "no toast", shows: func(s desktop.State) bool { return s.Toast == "" }, name: "jobs"},
		step{do: key("ctrl+s"), what: "green", shows: func(s desktop.State) bool { return judged(s, "ready: ") && !s.Busy }},
		step{do: key("ctrl+6"), what: "the ledger", shows: tab("Ledger"), name: "ledger"},
		step{do: key("ctrl+7"), what: "the settings", shows: tab("Settings")},
		step{do: func() error { return press(p, "Button Add a connection…") }, what: "a new connection",
			shows: func(s desktop.State) bool { return strings.HasPrefix(s.Focus, "Entry") }, name: "connection"},
	)
}

// press presses Tab until a button has the focus, and then it.
func press(p *desktop.Program, focus string) error {
	for range 60 {
		s, err := state(p)
		if err != nil {
			return err
		}
		if s.Focus == focus {
			return p.Key("Return")
		}
		if err := p.Key("Tab"); err != nil {
			return err
		}
		if _, err := expect(p, "another focus", func(now desktop.State) bool { return now.Focus != s.Focus }); err != nil {
			return err
		}
	}
	return p.Key("Return")
}
