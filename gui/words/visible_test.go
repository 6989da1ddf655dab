package words

import (
	"testing"
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
