package trustmanager

import (
	"fmt"
	"strings"
)

// PromiseError is an order with a value that the connection's request has no place for: what was promised on the page would
// not be sent.
type PromiseError struct {
	Method  KeyMethod
	Missing []Promised
}

// Promised is one value of an order.
type Promised struct {
	What        string // in words: "the recipient of the keys"
	Placeholder string // without braces
	Field       string // the service's usual name of the field
}

// Error names what is missing and how to add it.
func (e *PromiseError) Error() string {
	var what, fields []string
	for _, m := range e.Missing {
		what = append(what, m.What)
		fields = append(fields, m.Field+"={"+m.Placeholder+"}")
	}
	return fmt.Sprintf("the request %q of this connection has no place for %s: paste the portal's command for this way of ordering, or add %s to %q in the connection's paths and names",
		e.Method.Title(), strings.Join(what, " and "), strings.Join(fields, " and "), e.Method.member())
}

// Promise checks that each value of an order has a place in the request that will be sent; *PromiseError names those that have
// none. What an order leaves to the service (no full chain) needs no place.
func (c *Contract) Promise(r *StartRequest) error {
	s := c.Start(r.KeyMethod())
	if s.Path == "" {
		return nil // the service has no such request, which is said elsewhere
	}
	var missing []Promised
	need := func(needed bool, what, field string, placeholders ...string) {
		if !needed {
			return
		}
		for _, p := range placeholders {
			if s.carries(p) {
				return
			}
		}
		missing = append(missing, Promised{what, placeholders[0], field})
	}
	need(true, "the profile", "enrollment_profile_id", "profile_id")
	need(true, "the certificate format", "certificate_format", "format")
	need(r.FullChain, "the full chain", "include_full_chain_with_each_certificate", "full_chain")
	need(len(r.Recipient) > 0, "the recipient of the keys", "certificate", "recipient")
	if r.Method == MAC {
		need(true, "the first MAC address", "start_mac_address", "mac_start")
		need(true, "the number of certificates", "certificate_count", "mac_count")
		need(true, "the increment", "increment", "mac_increment")
		need(!s.Unnamed, "the batch's id, which finds the job if an answer is lost (\"unnamed\": true does without)", "batch_name", "batch_id")
	} else {
		need(!s.Unnamed, "the batch's id", "batch_name", "batch_id", "file_name", "file")
	}
	for _, name := range OrderFields {
		need(r.Order[name] != "", fmt.Sprintf("the field %q of the order", name), name, name)
	}
	if len(missing) == 0 {
		return nil
	}
	return &PromiseError{r.KeyMethod(), missing}
}

// carries tells whether a placeholder stands somewhere in a start. A file that is the whole body carries no name.
func (s *Start) carries(placeholder string) bool {
	all := s.Path
	switch s.Encoding {
	case JSONBody:
		all += string(s.Body)
	case Multipart, URLEncoded:
		for _, p := range s.Parts {
			all += p.Value + string(p.Body)
		}
	}
	return strings.Contains(all, "{"+placeholder+"}")
}

// OrderFieldsOf are the order fields that a start has a place for.
func (c *Contract) OrderFieldsOf(m KeyMethod) (names []string) {
	for _, name := range OrderFields {
		if c.Start(m).carries(name) {
			names = append(names, name)
		}
	}
	return names
}

// orderField is the value of {device_group} and the like: the order's own, else the contract's.
func (c *Contract) orderField(r *StartRequest, name string) string {
	if value := r.Order[name]; value != "" {
		return value
	}
	return c.Order[name]
}

// Shown is a start as it will be sent, in words, for the page before it: the address and each field. A recipient is named and
// not shown.
func (c *Connection) Shown(r *StartRequest) string {
	s := c.Contract.Start(r.KeyMethod())
	values := values{"base": c.BaseURL, "profile_id": r.ProfileID, "batch_id": r.BatchID, "file_name": r.FileName, "format": r.Format,
		"full_chain": fmt.Sprint(r.FullChain), "recipient": "the recipient", "mac_start": r.MAC.Start, "mac_count": fmt.Sprint(r.MAC.Count),
		"mac_increment": fmt.Sprint(r.MAC.Increment), "file": r.FileName}
	if len(r.Recipient) == 0 {
		values["recipient"] = ""
	}
	for _, name := range OrderFields {
		values[name] = c.Contract.orderField(r, name)
	}
	path, _ := values.expand(s.Path)
	text := s.Method + " " + path
	var fields []string
	for _, p := range s.Parts {
		value, empty := values.expand(p.Value)
		if len(p.Body) > 0 {
			if body, err := values.json(p.Body); err == nil {
				value, empty = string(body), false
			}
		}
		if !empty {
			fields = append(fields, p.Name+"="+value)
		}
	}
	switch s.Encoding {
	case JSONBody:
		if body, err := values.json(s.Body); err == nil {
			fields = []string{string(body)}
		}
	case RawFile:
		fields = []string{"the file itself"}
	}
	return text + " with " + strings.Join(fields, ", ")
}
