package trustmanager

import (
	"strings"
	"testing"
)

func TestCleanKey(t *testing.T) {
	const key = "01abcdef_9876543210fedcba"
	wide := func(s string, big bool) string {
		var b strings.Builder
		for _, r := range s {
			pair := []byte{byte(r), byte(r >> 8)}
			if big {
				pair[0], pair[1] = pair[1], pair[0]
			}
			b.Write(pair)
		}
		return b.String()
	}
	for text, note := range map[string]string{
		key:                            "",
		"  " + key + "\t\r":            "",
		"\ufeff" + key:                 "byte order mark",
		"\"" + key + "\"":              "quotes",
		"'" + key + "'":                "quotes",
		"x-api-key: " + key:            "header's name",
		"X-API-KEY:\"" + key + "\"":    "header's name",
		"Authorization: Bearer " + key: "header's name",
		wide("\ufeff"+key, false):      "UTF-16",
		wide("\ufeff"+key, true):       "UTF-16",
		wide(key, false):               "UTF-16",
		wide(key+"\r", true) + "\x00":  "UTF-16",
	} {
		got, notes := CleanKey([]byte(text))
		all := strings.Join(notes, "; ")
		if string(got) != key || !strings.Contains(all, note) || note == "" && all != "" || strings.Contains(all, key) {
			t.Errorf("%q: %q, %q", text, got, all)
		}
	}
	for _, text := range []string{"", "\"", "a\"b", "x-api-key:"} {
		if got, _ := CleanKey([]byte(text)); string(got) != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}
