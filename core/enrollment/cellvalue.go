package enrollment

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"enrollbench/core/attribute"
	"enrollbench/core/finding"
)

// value checks a value, without blanks around it, by what its column stands for.
func (c *checker) value(i int, col *column, value string) {
	if f := col.field; f != nil && f.Attribute != "" && len(value) > 32 {
		if err := attribute.Length(f.Attribute, value); err != nil {
			c.refuse(RuleTooLong, i, value, err)
		}
	}
	switch col.kind {
	case CountryCode:
		c.country(i, value)
	case DNSName:
		c.each(RuleDNS, i, value, func(s string) error { return attribute.DNSName(s, true) })
	case IPAddress:
		c.each(RuleIP, i, value, attribute.IP)
	case EmailAddress:
		c.each(RuleEmail, i, value, attribute.Email)
	case URI:
		c.each(RuleURI, i, value, attribute.URI)
	case PrincipalName:
		c.each(RulePrincipalName, i, value, principalName)
	case ObjectID:
		c.each(RuleObjectID, i, value, objectID)
	case DirectoryName:
		c.each(RuleDirectoryName, i, value, directoryName)
	case JSONObject:
		if err := jsonObject(value); err != nil {
			c.refuse(RuleJSON, i, value, err)
		}
	case KeyUsage:
		c.each(RuleKeyUsage, i, value, named("a key usage", keyUsages, false))
	case ExtKeyUsage:
		c.each(RuleExtKeyUsage, i, value, named("an extended key usage", extKeyUsages, true))
	case Algorithm:
		if !algorithms[squeezed(value)] {
			c.add(RuleAlgorithm, i, "%s is not a known signature algorithm", quoted(value))
		}
	case flag:
		if _, ok := yesOrNo[strings.ToLower(value)]; !ok {
			c.add(RuleYesNo, i, "%s is neither true nor false", quoted(value))
		}
	case Date:
		c.date(i, value)
	}
}

// refuse turns what package attribute says into a hit.
func (c *checker) refuse(r *finding.Rule, i int, value string, err error) *hit {
	h := c.add(r, i, "%v", err)
	var a *attribute.Error
	if errors.As(err, &a) {
		h.hint = a.Hint
	}
	return h
}

// refusal says why a value is none, in the words of package attribute's errors.
type refusal struct{ value, reason string }

func (r *refusal) Error() string { return quoted(r.value) + ": " + r.reason }

// each checks every value of a cell. Where the whole is no value and its parts are, the parts are several values.
func (c *checker) each(r *finding.Rule, i int, cell string, check func(string) error) {
	if sep := c.p.opt.Separator; sep != "" && strings.Contains(cell, sep) {
		for _, value := range c.p.opt.values(cell) {
			if err := check(value); err != nil {
				c.refuse(r, i, value, err)
				return // one finding a cell
			}
		}
		return
	}
	err := check(cell)
	if err == nil {
		return
	}
	if n, by := severalValues(cell, check); n > 1 {
		c.add(RuleSeveralValues, i, "%s holds %d values with %s between them", quoted(cell), n, by)
		return
	}
	h := c.refuse(r, i, cell, err)
	if r == RuleDNS {
		repairDNS(h, cell)
	}
}

var separators = []struct{ separator, words string }{{";", "semicolons"}, {",", "commas"}, {"|", "bars"}, {"\n", "line breaks"}}

// severalValues says how many good values a cell holds that is none by itself, and what stands between them.
func severalValues(cell string, check func(string) error) (int, string) {
	for _, by := range separators {
		if !strings.Contains(cell, by.separator) {
			continue
		}
		parts := strings.Split(cell, by.separator)
		if len(parts) < 2 || len(parts) > 1000 {
			continue
		}
		n := 0
		for _, part := range parts {
			part = strings.TrimSpace(part)
			if part == "" {
				continue
			}
			if check(part) != nil {
				n = 0
				break
			}
			n++
		}
		if n > 1 {
			return n, by.words
		}
	}
	return 0, ""
}

// repairDNS writes an international name in its A-labels, and takes away the dot of a fully qualified one.
func repairDNS(h *hit, value string) {
	if meant, ok := strings.CutPrefix(h.hint, "write "); ok && charsOf(value)&high != 0 && attribute.DNSName(meant, true) == nil {
		h.repair(meant)
	}
	if meant, ok := strings.CutSuffix(value, "."); ok && attribute.DNSName(meant, true) == nil {
		h.repair(meant)
	}
}

func (c *checker) country(i int, value string) {
	err := attribute.Country(value)
	if err == nil {
		return
	}
	r := RuleCountry
	if errors.Is(err, attribute.ErrUserAssigned) {
		r = RuleUserCountry
	}
	h := c.refuse(r, i, value, err)
	if meant, ok := strings.CutPrefix(h.hint, "write "); ok && attribute.Country(meant) == nil {
		h.repair(meant)
	}
}

func jsonObject(s string) error {
	var object map[string]json.RawMessage
	err := json.Unmarshal([]byte(s), &object)
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return &refusal{s, fmt.Sprintf("it is not JSON: %s, at byte %d", strings.TrimPrefix(syntax.Error(), "json: "), syntax.Offset)}
	case err != nil || object == nil:
		return &refusal{s, "it is JSON, but not an object with { and }"}
	}
	return nil
}

func principalName(s string) error {
	user, realm, ok := strings.Cut(s, "@")
	if !ok || user == "" || realm == "" || strings.ContainsAny(s, " \t<>") || strings.Contains(realm, "@") {
		return &refusal{s, "it is not of the form user@domain"}
	}
	return nil
}

func objectID(s string) error {
	arcs := strings.Split(s, ".")
	if len(arcs) < 2 || len(arcs) > 64 {
		return &refusal{s, "an object identifier is two numbers or more with dots between them"}
	}
	for i, arc := range arcs {
		if arc == "" || strings.Trim(arc, "0123456789") != "" || len(arc) > 1 && arc[0] == '0' || len(arc) > 39 {
			return &refusal{s, "its part " + strconv.Itoa(i+1) + " is not a number"}
		}
	}
	if len(arcs[0]) > 1 || arcs[0] > "2" {
		return &refusal{s, "the first number is 0, 1 or 2"}
	}
	if second, err := strconv.Atoi(arcs[1]); arcs[0] < "2" && (err != nil || second > 39) {
		return &refusal{s, "below 0 and 1 the second number is at most 39"}
	}
	return nil
}

// directoryName checks the string form of RFC 4514 §2.
func directoryName(s string) error {
	for part := range unescapedParts(s, ',') {
		for pair := range unescapedParts(part, '+') {
			name, _, ok := strings.Cut(pair, "=")
			name = strings.TrimSpace(name)
			if !ok || name == "" {
				return &refusal{s, quoted(strings.TrimSpace(pair)) + " is not of the form attribute=value"}
			}
			if name[0] >= '0' && name[0] <= '9' {
				if err := objectID(name); err != nil {
					return &refusal{s, err.Error()}
				}
			} else if strings.TrimFunc(name, func(r rune) bool {
				return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '-'
			}) != "" {
				return &refusal{s, quoted(name) + " is not the name of an attribute"}
			}
		}
	}
	return nil
}

// unescapedParts splits at a separator that no backslash stands before and that is not within quotes.
func unescapedParts(s string, sep byte) func(func(string) bool) {
	return func(yield func(string) bool) {
		from, inQuotes := 0, false
		for i := 0; i < len(s); i++ {
			switch {
			case s[i] == '\\':
				i++
			case s[i] == '"':
				inQuotes = !inQuotes
			case s[i] == sep && !inQuotes:
				if !yield(s[from:i]) {
					return
				}
				from = i + 1
			}
		}
		yield(s[from:])
	}
}

// named checks a value against names, in any case and with any punctuation, and against object identifiers where they may stand.
func named(what string, names map[string]string, identifiers bool) func(string) error {
	return func(s string) error {
		if _, ok := names[squeezed(s)]; ok {
			return nil
		}
		if identifiers && s != "" && strings.Trim(s, "0123456789.") == "" && objectID(s) == nil {
			return nil
		}
		return &refusal{s, "it is not the name of " + what}
	}
}

var yesOrNo = map[string]bool{"true": true, "false": false, "yes": true, "no": false, "1": true, "0": false}

// algorithms are the signature algorithms that services issue with, squeezed, by the names of RFC 4055, 5758, 8410 and 9881 and
// by those of Java and OpenSSL.
var algorithms = func() map[string]bool {
	m := map[string]bool{"ed25519": true, "ed448": true, "mldsa44": true, "mldsa65": true, "mldsa87": true, "rsassapss": true, "ecdsa": true, "rsa": true}
	for _, h := range []string{"sha224", "sha256", "sha384", "sha512", "sha3256", "sha3384", "sha3512"} {
		for _, form := range []string{"%withrsaencryption", "%withrsa", "rsa%", "%rsa", "ecdsawith%", "%withecdsa", "%ecdsa", "ecdsa%", "%withrsapss",
			"rsapss%", "%withrsaandmgf1", "%", "rsassapsswith%", "rsapsswith%"} {
			m[strings.ReplaceAll(form, "%", h)] = true
		}
	}
	return m
}()
