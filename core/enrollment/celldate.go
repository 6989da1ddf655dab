package enrollment

import (
	"strings"
	"time"
)

// dateForms are those of RFC 3339 and ISO 8601 that are read without a word.
var dateForms = []string{
	"2006-01-02", time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04Z07:00",
	"2006-01-02T15:04:05Z0700", "2006-01-02T15:04", "2006-01-02 15:04",
}

// localForms are read with a warning. Those that can mean two days have a partner that exchanges day and month.
var localForms = []struct{ form, other string }{
	{"2.1.2006", ""}, {"02.01.2006", ""}, {"2.1.2006 15:04", ""}, {"2.1.2006 15:04:05", ""}, {"2.1.06", ""},
	{"1/2/2006", "2/1/2006"}, {"2/1/2006", ""}, {"1/2/2006 15:04", "2/1/2006 15:04"}, {"2/1/2006 15:04", ""}, {"1/2/06", "2/1/06"}, {"2/1/06", ""},
	{"2006/1/2", ""}, {"2006/1/2 15:04:05", ""}, {"20060102", ""}, {"20060102150405Z", ""}, {"2-1-2006", "1-2-2006"}, {"1-2-2006", ""},
	{"2-Jan-2006", ""}, {"2-Jan-06", ""}, {"2 Jan 2006", ""}, {"2 January 2006", ""}, {"Jan 2, 2006", ""}, {"January 2, 2006", ""},
	{"2006-1-2", ""}, {"2006.1.2", ""},
}

// readDate reads a date. local says that it stands there in a form of one country, and sure that only one day can be meant.
func readDate(s string) (t time.Time, local, sure, ok bool) {
	if len(s) > 40 {
		return time.Time{}, false, false, false
	}
	for _, form := range dateForms {
		if t, err := time.Parse(form, s); err == nil {
			return t, false, true, true
		}
	}
	for _, f := range localForms {
		t, err := time.Parse(f.form, s)
		if err != nil {
			continue
		}
		if f.other == "" {
			return t, true, true, true
		}
		u, err := time.Parse(f.other, s)
		return t, true, err != nil || u.Equal(t), true
	}
	return time.Time{}, false, false, false
}

func (c *checker) date(i int, value string) {
	t, local, sure, ok := readDate(value)
	switch {
	case !ok:
		c.add(RuleDate, i, "%s is not a date", quoted(value))
		return
	case local && sure:
		meant := t.Format("2006-01-02")
		if strings.Contains(value, ":") || len(value) == len("20060102150405Z") {
			meant = t.Format("2006-01-02T15:04:05Z")
		}
		h := c.add(RuleDateForm, i, "%s means %s", quoted(value), meant)
		h.hint = "write " + meant
		h.repair(meant)
	case local:
		c.add(RuleDateForm, i, "%s can mean %s, or the same with day and month exchanged", quoted(value), t.Format("2 January 2006"))
	}
	if i == c.p.to && sure && len(strings.TrimSpace(value)) > 0 {
		end := t
		if !strings.Contains(value, ":") {
			end = end.AddDate(0, 0, 1) // the day counts to its end
		}
		if end.Before(c.p.now) {
			c.add(RuleValidityPast, i, "the validity ends on %s, which is in the past", t.Format("2006-01-02"))
		}
	}
}

// validity compares both ends.
func (c *checker) validity(from, to string) {
	f, _, sureFrom, ok1 := readDate(strings.TrimFunc(from, isBlankRune))
	t, _, sureTo, ok2 := readDate(strings.TrimFunc(to, isBlankRune))
	if ok1 && ok2 && sureFrom && sureTo && t.Before(f) {
		c.add(RuleValidityOrder, c.p.to, "the validity ends on %s, before it begins on %s", t.Format("2006-01-02"), f.Format("2006-01-02"))
	}
}
