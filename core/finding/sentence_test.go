package finding

import "testing"

func TestSentence(t *testing.T) {
	for in, want := range map[string]string{"": "", "do it": "Do it.", "Do it.": "Do it.", "RSA key": "RSA key.", "wait…": "Wait…", "is it?": "Is it?",
		"a": "A.", "aES": "aES.", "über": "über.", "3 of 4": "3 of 4.", "stop!": "Stop!"} {
		if got := Sentence(in); got != want {
			t.Errorf("of %q it makes %q, want %q", in, got, want)
		}
	}
}
