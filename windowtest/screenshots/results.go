//go:build unix

package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"os"
	"strings"

	"enrollbench/windowtest/desktop"
	"enrollbench/windowtest/sample"
)

// step does something to the window and waits for what it shall show then.
type step struct {
	do    func() error
	what  string
	shows func(desktop.State) bool
	name  string // of a picture, "" for none
}

func steps(p *desktop.Program, take func(string) error, all ...step) error {
	for _, s := range all {
		if err := s.do(); err != nil {
			return err
		}
		if s.shows != nil {
			if _, err := expect(p, s.what, s.shows); err != nil {
				return err
			}
		}
		if s.name != "" {
			if err := take(s.name); err != nil {
				return err
			}
		}
	}
	return nil
}

// keyPictures shows the encryption key: a private one refused, and a recipient with its rehearsal.
func keyPictures(p *desktop.Program, r *sample.Result, take func(string) error) error {
	drop := func(path string) func() error {
		return func() error { return p.Drop(desktop.Width/2, desktop.Height/2, path) }
	}
	return steps(p, take,
		step{do: func() error { return p.Key("ctrl+k") }, what: "the key panel", shows: func(s desktop.State) bool { return s.Tab == "Encryption key" }},
		step{do: drop(r.Both), what: "the refusal", shows: func(s desktop.State) bool { return s.Rows == 1 }, name: "private-key"},
		step{do: drop(r.Certificate), what: "the recipient", shows: func(s desktop.State) bool { return s.Current == "line4" && s.Rows == 0 }},
		step{do: func() error { return p.Type(r.Key) }},
		step{do: func() error { return p.Key("Return") }, what: "the proof", shows: func(s desktop.State) bool {
			return foreign() && s.Rows == 0 && !s.Busy && s.Toast != "" || strings.HasSuffix(s.Sentence, "proven today")
		}},
		step{do: func() error { return p.Key("Escape") }, what: "no toast", shows: func(s desktop.State) bool { return s.Toast == "" }, name: "encryption-key"},
	)
}

// resultPictures shows a result on its way: given, amber, its issuer compared, green, exported, and a red one.
func resultPictures(p *desktop.Program, r *sample.Result, take func(string) error) error {
	text, err := os.ReadFile(r.Root)
	if err != nil {
		return err
	}
	block, _ := pem.Decode(text)
	sum := sha256.Sum256(block.Bytes)
	key := func(names ...string) func() error { return func() error { return p.Key(names...) } }
	drop := func(path string) func() error {
		return func() error { return p.Drop(desktop.Width/2, desktop.Height/2, path) }
	}
	verdict := func(prefix string) func(desktop.State) bool {
		return func(s desktop.State) bool { return !s.Busy && s.Toast == "" && judged(s, prefix) }
	}
	ready := func(s desktop.State) bool {
		return !s.Busy && s.Action == "Open and check" && s.Enabled && s.Toast == ""
	}
	// focus presses Tab until what is meant has the focus.
	focus := func(what string) func() error {
		return func() error {
			for range 40 {
				s, err := state(p)
				if err != nil || s.Focus == what {
					return err
				}
				if err := p.Key("shift+Tab"); err != nil {
					return err
				}
				if _, err := expect(p, "another focus", func(n desktop.State) bool { return n.Focus != s.Focus }); err != nil {
					return err
				}
			}
			_, err := expect(p, "the focus on "+what, func(s desktop.State) bool { return s.Focus == what })
			return err
		}
	}
	return steps(p, take,
		step{do: key("Escape", "ctrl+5"), what: "the tab", shows: func(s desktop.State) bool { return s.Tab == "Open results" && s.Toast == "" }, name: "results-empty"},
		step{do: drop(r.Short), what: "a result", shows: ready},
		step{do: drop(r.Order), what: "its order", shows: ready, name: "results-given"},
		step{do: key("ctrl+s"), what: "amber", shows: verdict("warning: Missing"), name: "results-amber"},
		step{do: drop(r.Complete), what: "a result", shows: ready},
		step{do: drop(r.Order), what: "its order", shows: ready}, // that of the result before is not kept
		step{do: key("ctrl+s"), what: "the issuer", shows: verdict("warning: Issuer"), name: "results-issuer"},
		step{do: focus("Button Pin this issuer…")},
		step{do: key("Return"), what: "the question", shows: func(s desktop.State) bool { return s.Dialog != "" }},
		step{do: func() error { return p.Type(hex.EncodeToString(sum[:])) }},
		step{do: focus("Button Pin this issuer"), name: "results-pin"},
		step{do: key("Return"), what: "the pin", shows: func(s desktop.State) bool {
			return !s.Busy && s.Toast != "" && judged(s, "ready")
		}},
		step{do: key("Escape"), what: "green", shows: verdict("ready"), name: "results-green"},
		step{do: key("ctrl+s"), what: "the export", shows: func(s desktop.State) bool { return s.Action == "Export" && s.Enabled }, name: "results-export"},
		step{do: drop(r.Damaged), what: "a result", shows: ready},
		step{do: key("ctrl+s"), what: "red", shows: verdict("error"), name: "results-red"},
	)
}
