package eui48

import (
	"errors"
	"fmt"
	"strings"

	"enrollbench/core/finding"
)

// The names of the three fields, as findings of Check have them in Location.Column.
const (
	FieldStart     = "start"
	FieldCount     = "count"
	FieldIncrement = "increment"
)

// Check reads a series from what somebody typed into three fields and reports everything that is to be said about it at
// once. The series is valid exactly when its Count is not 0; with errors about a valid series (a multicast address,
// more than one order) it is returned too, so that it can be shown, but must not be ordered.
func Check(start, count, increment string) (Range, *finding.Report) {
	c := &check{report: &finding.Report{}}
	first, startOK := c.address(start)
	n, countOK := c.number(RuleCount, FieldCount, count)
	step, stepOK := c.number(RuleIncrement, FieldIncrement, increment)

	var series, clipped Range // clipped: as much of it as there are addresses
	if startOK && countOK && stepOK {
		series, clipped = c.series(first, n, step)
	}
	if startOK {
		c.bits(first, clipped)
	}
	if countOK && n > OrderLimit {
		c.orderLimit(n, series)
	}
	return series, c.report
}

type check struct{ report *finding.Report }

func (c *check) add(rule *finding.Rule, field, hint, format string, args ...any) {
	c.report.Add(rule.Finding(finding.Location{Column: field}, fmt.Sprintf(format, args...), hint))
}

// trimmed drops spaces around, which copying and scanners add, and says so.
func (c *check) trimmed(field, s string) string {
	t := strings.TrimSpace(s)
	if t != s && t != "" {
		c.add(RuleNotation, field, "", "the spaces around %s were left out", quote(t))
	}
	return t
}

func (c *check) address(text string) (Address, bool) {
	text = c.trimmed(FieldStart, text)
	a, notation, err := Parse(text)
	if e, is := errors.AsType[*ParseError](err); is {
		rule := RuleSyntax
		if e.Octets > 0 {
			rule = RuleOctets
		}
		c.add(rule, FieldStart, "", "%s", e)
		return 0, false
	}
	if notation != Colons && notation != Hyphens {
		c.add(RuleNotation, FieldStart, "", "%q, %s, was read as %s", text, notation, a)
	}
	return a, true
}

func (c *check) number(rule *finding.Rule, field, text string) (uint64, bool) {
	text = c.trimmed(field, text)
	n, grouped, bad := parseNumber(text)
	switch {
	case bad != nil:
		c.add(rule, field, bad.hint, "%s %s: %s", field, quote(text), bad.reason)
		return 0, false
	case n == 0:
		c.add(rule, field, "", "%s %q: it must be 1 or more", field, text)
		return 0, false
	case n > uint64(Last48)+1:
		c.add(rule, field, "", "%s %s: there are only %s addresses", field, quote(text), finding.Grouped(uint64(Last48)+1))
		return 0, false
	case grouped:
		c.add(RuleNotation, field, "", "%s %q was read as %d", field, text, n)
	}
	return n, true
}

// series makes the series and says when it does not fit; clipped is the part of it that does.
func (c *check) series(start Address, count, step uint64) (series, clipped Range) {
	series, err := NewRange(start, count, step)
	if e, is := errors.AsType[*RangeError](err); is {
		clipped = Range{start, e.Fits, step}
		c.add(RulePastEnd, FieldCount, fmt.Sprintf("order at most %d, or start lower", e.Fits),
			"%s addresses from %s in steps of %s run past %s; %s would fit",
			finding.Grouped(count), start, finding.Grouped(step), Last48, finding.Grouped(e.Fits))
		return Range{}, clipped
	}
	return series, series
}

// bits looks at the first octet of the start, and of all that follow where the series is known.
func (c *check) bits(start Address, r Range) {
	if r.Count == 0 {
		r = Range{start, 1, 1}
	}
	if first, n := r.Multicast(); n > 0 {
		if first == 0 {
			c.add(RuleMulticast, FieldStart, "", "the start %s is a multicast address: its first octet, %02x, is odd", start, byte(start>>40))
		} else {
			c.add(RuleMulticast, FieldCount, fmt.Sprintf("order at most %d, or use a block whose first octet stays even", first),
				"%s of the series are multicast addresses, from %s (number %s) on", finding.Grouped(n), r.At(first), finding.Grouped(first+1))
		}
	}
	if first, n := r.Local(); n > 0 {
		if first == 0 {
			c.add(RuleLocal, FieldStart, "", "the start %s is locally administered: bit 2 of its first octet, %02x, is set", start, byte(start>>40))
		} else {
			c.add(RuleLocal, FieldCount, "", "%s of the series are locally administered, from %s (number %s) on",
				finding.Grouped(n), r.At(first), finding.Grouped(first+1))
		}
	}
	if first, n := r.BeyondBlock(); n > 0 {
		c.add(RuleLeavesOUI, FieldCount, fmt.Sprintf("check that the next block is yours too, or order at most %d", first),
			"the last %s of the series, from %s on, are outside the block %s of the start, which has %s addresses",
			finding.Grouped(n), r.At(first), start.Block(), finding.Grouped(start.Block().Len()))
	}
}

// spelledOrders is how many orders a hint spells out; of more it shows the first ones and the last.
const spelledOrders = 4

// orderLimit names the orders that together would do what was asked for; series is zero where it is not valid.
func (c *check) orderLimit(count uint64, series Range) {
	orders := (count + OrderLimit - 1) / OrderLimit
	hint := fmt.Sprintf("split it into %s orders of at most %s", finding.Grouped(orders), finding.Grouped(OrderLimit))
	if series.Count > 0 {
		var words []string
		for part := range series.Orders() {
			if orders > spelledOrders && len(words) == spelledOrders-1 {
				words = append(words, "…", spellOrder(series.Part((orders-1)*OrderLimit, OrderLimit)))
				break
			}
			words = append(words, spellOrder(part))
		}
		hint = fmt.Sprintf("make %s orders: %s", finding.Grouped(orders), strings.Join(words, ", "))
	}
	c.add(RuleOrderLimit, FieldCount, hint, "%s addresses are more than the %s of one order", finding.Grouped(count), finding.Grouped(OrderLimit))
}

func spellOrder(r Range) string { return fmt.Sprintf("%d from %s", r.Count, r.Start) }
