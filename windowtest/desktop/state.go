//go:build unix

package desktop

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
)

// StateVariable is the environment variable that makes the program write what its window shows to a file.
const StateVariable = "ENROLLBENCH_TEST_STATE"

// State is what the window shows: the last line of the state file. CONTRIBUTING.md describes the fields.
type State struct {
	Tab      string   `json:"tab"`
	Sentence string   `json:"sentence"`
	Action   string   `json:"action"`
	Enabled  bool     `json:"enabled"`
	Busy     bool     `json:"busy"`
	Rows     int      `json:"rows"`
	Current  string   `json:"current"`
	Verdict  string   `json:"verdict"`
	Toast    string   `json:"toast"`
	Dialog   string   `json:"dialog"`
	Text     string   `json:"text"`
	Answers  []string `json:"answers"`
	Focus    string   `json:"focus"`
	Unseen   bool     `json:"unseen"`
	Width    int      `json:"width"`
	Routines int      `json:"goroutines"`
}

// State reads what the window shows now.
func (p *Program) State() (s State, err error) {
	b, err := os.ReadFile(p.state)
	if err != nil {
		return s, err
	}
	end := bytes.LastIndexByte(b, '\n')
	if end < 0 {
		return s, fmt.Errorf("no state in %s yet", p.state)
	}
	line := b[bytes.LastIndexByte(b[:end], '\n')+1 : end]
	return s, json.Unmarshal(line, &s)
}

// Expect waits until the window shows what is meant. The error says what it shows instead.
func (p *Program) Expect(what string, shows func(State) bool) (State, error) {
	var s State
	err := Wait(what, func() (bool, error) {
		select {
		case <-p.child.exited:
			return false, fmt.Errorf("the program ended: %w: %s", p.child.err, p.Said())
		default:
		}
		var err error
		if s, err = p.State(); err != nil {
			return false, err
		}
		return shows(s), fmt.Errorf("the window shows %+v", s)
	})
	return s, err
}
