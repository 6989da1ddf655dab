//go:build unix

package main

import (
	"testing"
	"time"
)

func TestRate(t *testing.T) {
	tests := []struct {
		n    int
		d    time.Duration
		want string
	}{
		{200_000, 10 * time.Second, "20,000"},
		{500_000, 15 * time.Millisecond, "33,300,000"},
		{1000, 3 * time.Second, "333"},
		{999, time.Second, "999"},
		{1, time.Second, "1"},
		{1, 0, "-"},
	}
	for _, test := range tests {
		if got := rate(test.n, test.d); got != test.want {
			t.Errorf("%d in %v: got %s a second, want %s", test.n, test.d, got, test.want)
		}
	}
}

// Of two runs the one that took less CPU counts, but the larger peak of memory.
func TestBetter(t *testing.T) {
	slow := usage{CPU: 2 * time.Second, Wall: time.Second, Peak: 100}
	fast := usage{CPU: time.Second, Wall: 3 * time.Second, Peak: 200}
	want := usage{CPU: time.Second, Wall: 3 * time.Second, Peak: 200}
	for _, got := range []usage{better(slow, fast), better(fast, slow)} {
		if got.CPU != want.CPU || got.Wall != want.Wall || got.Peak != want.Peak {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
	if got := better(usage{}, slow); got.CPU != slow.CPU || got.Peak != slow.Peak {
		t.Errorf("the first run is not taken: %+v", got)
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
