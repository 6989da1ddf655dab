//go:build unix

package main

import (
	"testing"
	"time"
)

func TestRate(t *testing.T) {
	tests := []struct {
		n    float64
		d    time.Duration
		want string
	}{
		{200_000, 10 * time.Second, "20,000"},
		{500_000, 15 * time.Millisecond, "33,300,000"},
		{1000, 3 * time.Second, "333"},
		{999, time.Second, "999"},
		{1, time.Second, "1"},
		{1, 0, ""},
	}
	for _, test := range tests {
		if got := rate(test.n, test.d); got != test.want {
			t.Errorf("%.0f in %v: got %s a second, want %s", test.n, test.d, got, test.want)
		}
	}
}

func TestRun(t *testing.T) {
	u, err := run("sh", "-c", "echo out; echo err >&2")
	if err != nil {
		t.Fatal(err)
	}
	if string(u.stdout) != "out\n" || u.Wall <= 0 || u.Peak <= 0 {
		t.Errorf("got %q, %v, %d bytes", u.stdout, u.Wall, u.Peak)
	}
	if _, err := run("sh", "-c", "echo the reason >&2; exit 3"); err == nil || err.Error() != "sh -c echo the reason >&2; exit 3: exit status 3: the reason" {
		t.Errorf("a failing process: %v", err)
	}
}
