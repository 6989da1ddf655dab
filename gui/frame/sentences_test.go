package frame

import (
	"testing"
	"time"

	"enrollbench/core/job"
	"enrollbench/core/ledger"
	"enrollbench/gui/words"
)

// TestSentencesOfState: what a batch refuses, and what the ledger holds already, are whole sentences in each language, with the state and
// the day as the language writes them.
func TestSentencesOfState(t *testing.T) {
	defer words.Use("en")
	for tag, want := range map[string][3]string{
		"de": {"Batch 7 kann jetzt nicht gestartet werden: Status „vielleicht vorhanden“", "Batch 7 kann nicht freigegeben werden: Status im Bestandsbuch „ausgestellt“",
			`"dev-1" wurde am 03.03.2026 schon von Ada (Linie 4) bestellt: Batch b1, Zeile 118`},
		"ja": {"バッチ7は今は開始できません: 状態は「存在する可能性あり」です", "バッチ7は解放できません: 台帳での状態は「発行済み」です",
			`"dev-1"はすでに2026/03/03にAda (Linie 4)によって注文されています: バッチb1、118行目`},
	} {
		words.Use(tag)
		for i, message := range []string{(&job.StateError{ID: "7", Have: job.MayExist, Allowing: job.ToStart}).Error(),
			(&ledger.StateError{Batch: "7", Have: ledger.Issued, Allowing: ledger.ActReleased}).Error(),
			(&ledger.Conflict{Identity: ledger.Identity{Value: "dev-1"}, Row: 118, Holder: &ledger.Claim{State: ledger.Issued, Operator: "Ada", Station: "Linie 4", Batch: "b1",
				At: time.Date(2026, 3, 3, 12, 0, 0, 0, time.Local)}}).String()} {
			if got := words.Core(message); got != want[i] {
				t.Errorf("%s: %s\nwant %s", tag, got, want[i])
			}
		}
	}
}
