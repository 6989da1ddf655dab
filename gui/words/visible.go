package words

import (
	"strings"
	"time"
	"unicode"

	"enrollbench/core/finding"
)

// visible makes control characters and marks that hide or reorder text visible: a name in a CSR may hold anything.
func Visible(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

// Sentence makes a sentence of one of core's messages, in the user's language; see finding.Sentence.
func Sentence(s string) string { return finding.Sentence(Core(s)) }

func Places(n int) string {
	return N("findings.places", n)
}

func SentenceCase(s string) string { return strings.TrimSuffix(Sentence(s), ".") }

// Date, Minute, Second and Clock write a time as the user's language does, in the local zone: its day, with hours and minutes, with seconds too, or hours and minutes alone.
func Date(at time.Time) string   { return at.Local().Format(T("time.date")) }
func Minute(at time.Time) string { return at.Local().Format(T("time.minute")) }
func Second(at time.Time) string { return at.Local().Format(T("time.second")) }
func Clock(at time.Time) string  { return at.Local().Format(T("time.clock")) }

// When writes a time short: the time of a day of today, else the date with it.
func When(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	if at.Local().Format(time.DateOnly) == time.Now().Local().Format(time.DateOnly) {
		return Clock(at)
	}
	return Minute(at)
}

// shortName is how much of a name stands where no room can be made for more.
const shortName = 36

// short leaves the middle of a long name out: what tells names apart stands at their ends.
func Short(s string) string {
	r := []rune(s)
	if len(r) <= shortName {
		return s
	}
	return string(r[:shortName/2-1]) + "…" + string(r[len(r)-shortName/2:])
}

// uploadSizeWords sets the size of an upload against the limit of one file, both in bytes.
func UploadSize(bytes, limit int64) string {
	data := map[string]any{"Size": Megabytes(bytes), "Limit": Group(limit / 1_000_000)}
	if bytes <= limit {
		return T("csr.size", data)
	}
	data["Parts"] = Group((bytes + limit - 1) / limit)
	return T("csr.size-parts", data)
}
