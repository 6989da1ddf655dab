package words

import (
	"strings"
	"testing"
	"time"
)

func TestVisible(t *testing.T) {
	if got := Visible("a\u202eb\x00c\nü"); got != "a\ufffdb\ufffdc\ufffdü" {
		t.Errorf("%q", got)
	}
	for in, want := range map[string]string{"do it": "Do it.", "RSA key": "RSA key.", "": "", "wait…": "Wait…", "is it?": "Is it?"} {
		if got := Sentence(in); got != want {
			t.Errorf("sentence(%q) = %q, want %q", in, got, want)
		}
	}
}

// TestTimes: a language writes dates with the layouts of its file, which must be layouts.
func TestTimes(t *testing.T) {
	defer Use("en")
	at := time.Date(2026, 3, 14, 9, 5, 7, 0, time.Local)
	for _, tag := range Languages() {
		Use(tag)
		for key, want := range map[string][]string{"time.date": {"2026", "14"}, "time.minute": {"2026", "14", "05"}, "time.second": {"14", "05", "07"}, "time.clock": {"05"}} {
			got := at.Format(T(key))
			for _, w := range want {
				if !strings.Contains(got, w) {
					t.Errorf("%s: %s gives %q", tag, key, got)
				}
			}
		}
	}
	Use("en")
	if got := Date(at) + "|" + Minute(at) + "|" + Second(at) + "|" + Clock(at); got != "2026-03-14|2026-03-14 09:05|2026-03-14 09:05:07|09:05" {
		t.Error(got)
	}
}
