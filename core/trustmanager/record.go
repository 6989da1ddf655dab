package trustmanager

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"enrollbench/core/transcript"
)

// RecordContract asks the service everything that costs nothing (who one is, the profiles, the template and the
// specification of the first that takes batches, the list of jobs) and returns what it answered, without keys, names or ids. The
// answers are recorded whether they are good or bad; the error is that nothing was answered at all. The client records from then on
// and is of no other use.
func (c *Client) RecordContract(ctx context.Context) (*transcript.Transcript, error) {
	var recorder transcript.Recorder
	c.options.Record, c.options.Attempts = recorder.Add, 1
	result := c.Test(ctx)
	profiles, err := c.Profiles(ctx)
	for _, p := range profiles {
		if p.Batch() {
			_, templateErr := c.Template(ctx, p.ID)
			_, specificationErr := c.Specification(ctx, p.ID)
			_, findErr := c.Find(ctx, p.ID, "never-a-batch")
			err = errors.Join(err, templateErr, specificationErr, findErr)
			break
		}
	}
	exchanges := recorder.Exchanges()
	if len(exchanges) == 0 { // nothing was answered at all
		return nil, errors.Join(result.Err(), err)
	}
	own := c.contract().clone()
	for _, values := range []map[string]string{own.Headers.Extra, own.Order} {
		for name := range values {
			values[name] = "…"
		}
	}
	contract, err := json.Marshal(own)
	if err != nil {
		return nil, err
	}
	for i := range exchanges {
		exchanges[i].Path, exchanges[i].Body = c.blot(exchanges[i].Path), c.blot(exchanges[i].Body)
	}
	t := &transcript.Transcript{Service: c.connection.Kind.Title(), Contract: contract, Exchanges: exchanges}
	return t.Redact(), ctx.Err()
}

// ContractOf reads the contract that a transcript carries, so that a connection to its replay asks as the recorded one did.
func ContractOf(t *transcript.Transcript, kind Kind) (Contract, error) {
	c := Default(kind)
	if len(t.Contract) == 0 {
		return c, nil
	}
	if err := json.Unmarshal(t.Contract, &c); err != nil {
		return c, fmt.Errorf("the transcript's contract cannot be read: %w", err)
	}
	for name := range c.Headers.Extra { // their values were not recorded
		delete(c.Headers.Extra, name)
	}
	c.Order = nil
	return c, c.Validate()
}
