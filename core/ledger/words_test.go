package ledger

import (
	"testing"
	"time"

	"enrollbench/core/eui48"
)

// TestConflictWords: a conflict is one whole sentence, whatever is known of it.
func TestConflictWords(t *testing.T) {
	at := time.Date(2026, 3, 3, 12, 0, 0, 0, time.Local)
	name := Identity{Kind: CommonName, Value: "dev-1", Row: 9}
	address := Identity{Kind: MAC, Value: "00-1a-c2-7b-00-0a", Row: 9}
	series := eui48.Range{Count: 20, Step: 1}
	for _, c := range []struct {
		in   Conflict
		want string
	}{
		{Conflict{Identity: name, Row: 118, Holder: &Claim{State: Issued, Operator: "Ada", Station: "line 4", Batch: "b1", At: at}},
			`"dev-1" was already ordered on 3 March 2026 by Ada (line 4): batch b1, row 118`},
		{Conflict{Identity: name, Holder: &Claim{State: Reserved, Station: "line 4", Batch: "b1", At: at}},
			`"dev-1" was already reserved on 3 March 2026 by line 4: batch b1`},
		{Conflict{Identity: address, Range: series, Holder: &Claim{State: Claimed, Operator: "Ada", Batch: "b1", At: at}},
			`20 MAC addresses from 00-1a-c2-7b-00-0a on were already claimed on 3 March 2026 by Ada: batch b1`},
		{Conflict{Identity: name, Holder: &Claim{State: Issued, Imported: true, Batch: "b1", At: at}},
			`"dev-1" was already ordered and was imported on 3 March 2026 by an unknown station: batch b1`},
		{Conflict{Identity: address, Range: series, Row: 2}, `20 MAC addresses from 00-1a-c2-7b-00-0a on are in the batch twice: rows 2 and 9`},
		{Conflict{Identity: address, Range: series}, `20 MAC addresses from 00-1a-c2-7b-00-0a on are in the batch twice`},
		{Conflict{Identity: name, Row: 2}, `"dev-1" is in the batch twice: rows 2 and 9`},
		{Conflict{Identity: name}, `"dev-1" is in the batch twice`},
	} {
		if got := c.in.String(); got != c.want {
			t.Errorf("%s\nwant %s", got, c.want)
		}
	}
	all := []Conflict{{Identity: name}, {Identity: name}, {Identity: address, Range: series}}
	for n, want := range map[int]string{1: `"dev-1" is in the batch twice`, 2: `"dev-1" is in the batch twice; 1 more identity is taken`,
		3: `"dev-1" is in the batch twice; 21 more identities are taken`} {
		if got := (&ConflictError{all[:n]}).Error(); got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
}

// TestStateWords: every step that a claim can refuse has a sentence of its own.
func TestStateWords(t *testing.T) {
	for _, step := range []Act{ActClaimed, ActStarted, ActNotStarted, ActMayExist, ActEnded, ActReleased} {
		if refusals[step] == "" {
			t.Errorf("%q has no sentence", step)
		}
	}
	if got, want := (&StateError{Batch: "b1", Have: MayExist, Allowing: ActReleased}).Error(), `batch b1 cannot be released: its state in the ledger is "may exist"`; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}
