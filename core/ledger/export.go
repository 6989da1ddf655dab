package ledger

import (
	"bufio"
	"context"
	"encoding/hex"
	"encoding/json"
	"io"
	"strconv"

	"enrollbench/core/csvlist"
)

// entryTime is the form of an entry's time, exact to what is hashed.
const entryTime = "2006-01-02T15:04:05.000Z"

// entryLine is an entry as a line of JSON.
type entryLine struct {
	Seq         int64  `json:"seq"`
	At          string `json:"at"`
	Act         Act    `json:"act"`
	Environment string `json:"environment"`
	Batch       string `json:"batch"`
	Operator    string `json:"operator"`
	Account     string `json:"account"`
	Station     string `json:"station"`
	Detail      string `json:"detail"`
	Hash        string `json:"hash"`
}

// ExportJSON writes the audit log as JSON Lines: an object for each entry, with all that its hash is made of.
func (l *Ledger) ExportJSON(ctx context.Context, w io.Writer) error {
	out := bufio.NewWriter(w)
	line := json.NewEncoder(out)
	line.SetEscapeHTML(false)
	for e, err := range l.Entries(ctx, 0) {
		if err != nil {
			return err
		}
		if err := line.Encode(entryLine{e.Seq, e.At.Format(entryTime), e.Act, e.Environment, e.Batch, e.Operator, e.Account, e.Station, e.Detail, hex.EncodeToString(e.Hash[:])}); err != nil {
			return err
		}
	}
	return out.Flush()
}

// ExportCSV writes the audit log as a list for a spreadsheet; what a spreadsheet would take for a formula is defused.
func (l *Ledger) ExportCSV(ctx context.Context, w io.Writer) error {
	out := csvlist.NewWriter(w, "seq", "at", "act", "environment", "batch", "operator", "account", "station", "detail", "hash")
	for e, err := range l.Entries(ctx, 0) {
		if err != nil {
			return err
		}
		out.Row(strconv.FormatInt(e.Seq, 10), e.At.Format(entryTime), string(e.Act), e.Environment, e.Batch, e.Operator, e.Account, e.Station, e.Detail, hex.EncodeToString(e.Hash[:]))
	}
	return out.Flush()
}
