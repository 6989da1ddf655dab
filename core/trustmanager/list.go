package trustmanager

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

const (
	maxPage    = 64 << 20 // bytes of one page of a list
	maxRecords = 1_000_000
)

// list reads a list page by page and gives each record to each, which returns the record's id. It returns nil only when
// the whole list was seen: where a service ends early or gives the same page again, the error matches ErrIncompleteList.
func (c *Client) list(ctx context.Context, r Request, v values, each func(json.RawMessage) (id string, err error)) error {
	size := c.contract().PageSize
	offset, ids := 0, map[string]bool{}
	for {
		page := values{"limit": strconv.Itoa(size), "offset": strconv.Itoa(offset)}
		for name, value := range v {
			page[name] = value
		}
		u, err := c.url(r, page, "list")
		if err != nil {
			return err
		}
		data, err := c.getJSON(ctx, u, maxPage)
		if err != nil {
			return err
		}
		records, total, err := c.contract().Answers.records(data)
		if err != nil {
			return &AnswerError{"GET " + u, err.Error()}
		}
		fresh := 0
		for _, record := range records {
			id, err := each(record)
			if err != nil {
				return &AnswerError{"GET " + u, err.Error()}
			}
			if id == "" || !ids[id] {
				fresh++
			}
			ids[id] = true
		}
		offset += len(records)
		paged := strings.Contains(r.Path, "{offset}")
		switch {
		case total >= 0 && offset >= total:
			return nil
		case !paged && total < 0 && (len(records) < size || !strings.Contains(r.Path, "{limit}")):
			return nil // a list that is given whole
		case !paged:
			return fmt.Errorf("%w: only its first page was given", ErrIncompleteList)
		case len(records) == 0 && total < 0:
			return nil
		case len(records) == 0:
			return fmt.Errorf("%w: only %d of %d records were given", ErrIncompleteList, offset, total)
		case fresh == 0 && total < 0 && len(records) != size:
			return nil // the same again: a service that knows no pages gave the whole list twice
		case fresh == 0:
			return fmt.Errorf("%w: the service gives the same page again", ErrIncompleteList)
		case offset > maxRecords:
			return fmt.Errorf("%w: more than %d records", ErrIncompleteList, maxRecords)
		}
	}
}

// records takes a list apart: an array, or an object that holds one. total is -1 where the list does not tell it.
func (a *Answers) records(data []byte) (records []json.RawMessage, total int, err error) {
	if err := unmarshal(data, &records); err == nil {
		return records, -1, nil
	}
	var object map[string]json.RawMessage
	if err := unmarshal(data, &object); err != nil {
		return nil, 0, fmt.Errorf("is not a list in JSON")
	}
	for _, name := range a.Records {
		if list, ok := object[name]; ok && unmarshal(list, &records) == nil {
			total = -1
			for _, name := range a.ListTotal {
				var n json.Number
				if raw, ok := object[name]; ok && unmarshal(raw, &n) == nil {
					if known, err := strconv.Atoi(n.String()); err == nil && known >= 0 {
						total = known
						break
					}
				}
			}
			return records, total, nil
		}
	}
	return nil, 0, fmt.Errorf("holds no list under any of %s", strings.Join(a.Records, ", "))
}
