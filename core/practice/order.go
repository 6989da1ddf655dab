package practice

import (
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"time"

	"enrollbench/core/eui48"
	"enrollbench/core/finding"
	"enrollbench/core/recipient"
)

// readSeries reads an order by MAC addresses.
func readSeries(fields map[string]string) (eui48.Range, error) {
	none := eui48.Range{}
	start := strings.TrimSpace(fields["start_mac_address"])
	if start == "" {
		return none, invalid("there is neither a file (in the field data) nor a start_mac_address")
	}
	first, notation, err := eui48.Parse(start)
	if err != nil {
		return none, invalid("start_mac_address: %v", err)
	}
	if notation != eui48.Colons && notation != eui48.Hyphens {
		return none, invalid("start_mac_address %q has neither colons nor hyphens between its octets", start)
	}
	number := func(name string) (uint64, error) {
		text := strings.TrimSpace(fields[name])
		n, err := strconv.ParseUint(text, 10, 48)
		if err != nil || n == 0 {
			return 0, invalid("%s is %q, and not a whole number of 1 or more", name, text)
		}
		return n, nil
	}
	n, err := number("certificate_count")
	if err != nil {
		return none, err
	}
	if n > MaxMACs {
		return none, invalid("certificate_count is %d, and the limit is %d", n, MaxMACs)
	}
	step, err := number("increment")
	if err != nil {
		return none, err
	}
	series, err := eui48.NewRange(first, n, step)
	if err != nil {
		return none, invalid("%v", err)
	}
	return series, nil
}

// readRecipient reads the field certificate in each of the encodings that a client may choose, and returns the recipient
// as text.
func readRecipient(field string) (string, error) {
	if strings.TrimSpace(field) == "" {
		return "", invalid("the profile's keys are made here: the field certificate has to say to whom they are sealed")
	}
	data := []byte(field)
	if !strings.Contains(field, "-----BEGIN ") {
		decoded, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(field), ""))
		if err != nil {
			return "", invalid("the field certificate is neither PEM nor armor nor base64 of one")
		}
		data = decoded
	}
	found, report, err := recipient.Parse(data)
	for _, f := range report.All() {
		if f.Severity == finding.Error {
			return "", invalid("the field certificate: %s", f.Message)
		}
	}
	switch {
	case errors.Is(err, recipient.ErrNoRecipient), err == nil && len(found) == 0:
		return "", invalid("the field certificate holds neither a certificate nor an OpenPGP public key")
	case err != nil:
		return "", invalid("the field certificate: %v", err)
	case len(found) > 1:
		return "", invalid("the field certificate holds %d recipients, and one is wanted", len(found))
	}
	for _, f := range found[0].Findings(time.Now()).All() {
		if f.Severity == finding.Error {
			return "", invalid("the field certificate: %s", f.Message)
		}
	}
	text, err := found[0].Text()
	return string(text), err
}

// parseRecipient reads what readRecipient returned.
func parseRecipient(text string) (*recipient.Recipient, error) {
	found, _, err := recipient.Parse([]byte(text))
	if err != nil {
		return nil, err
	}
	return found[0], nil
}
