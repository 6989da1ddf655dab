//go:build unix

package main

import (
	"strings"
	"testing"
	"time"
)

// runs of a contest from seconds of the clock; the CPU takes half, in another order.
func timed(name string, peak int64, seconds ...int) *contest {
	c := &contest{name: name}
	for i, s := range seconds {
		c.runs = append(c.runs, usage{Wall: time.Duration(s) * time.Second, CPU: time.Duration(seconds[len(seconds)-1-i]) * time.Second / 2, Peak: peak - int64(i)})
	}
	return c
}

// One disturbed run moves neither clock nor CPU; the peak is the largest of all.
func TestMedian(t *testing.T) {
	if got := timed("", 100, 9, 1, 2, 3, 80).median(); got.Wall != 3*time.Second || got.CPU != 1500*time.Millisecond || got.Peak != 100 {
		t.Errorf("%+v", got)
	}
	if got := new(contest).median(); got.Wall != 0 || got.Peak != 0 {
		t.Errorf("nothing was run: %+v", got)
	}
}

func TestHold(t *testing.T) {
	var order []string
	contestant := func(name, tool string) *contest {
		return &contest{name: name, tool: tool, clean: func() error { order = append(order, "clean"); return nil },
			do: func() (usage, error) { order = append(order, name); return usage{Wall: 1}, nil }}
	}
	a, b, absent := contestant("a", ""), contestant("b", "sh"), contestant("c", "no-such-tool-here")
	if err := (&bencher{rounds: 2}).hold(a, absent, b); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(order, " "); got != "clean a clean b clean a clean b" || len(a.runs) != 2 || len(absent.runs) != 0 {
		t.Errorf("%s; %d and %d runs", got, len(a.runs), len(absent.runs))
	}
}

func TestAfter(t *testing.T) {
	got := after("both", timed("x", 10, 1, 2, 3), timed("y", 30, 10, 20, 30)).median()
	if got.Wall != 22*time.Second || got.CPU != 11*time.Second || got.Peak != 30 {
		t.Errorf("%+v", got)
	}
	x, y := timed("x", 1, 1), timed("y", 1, 1)
	y.tool = "no-such-tool-here"
	if !after("both", x, y).missing() || !after("both", y, x).missing() {
		t.Error("it is there though one of the two is missing")
	}
}

func TestCells(t *testing.T) {
	ours, theirs := timed("ours", 30_000_000, 2, 2, 2), timed("theirs", 120_000_000, 5, 5, 5)
	f := figure{ours, theirs, 200, "MB", []goal{{clockRatio, 2}, {memory, 20}, {cpuTime, 1.5}}}
	want := "2.50|2.50|0.25|ours|2.00 s|1.00 s|30 MB|100 MB|theirs|5.00 s|2.50 s|120 MB|clock ≥ 2 × ✓, peak < 20 MB ✗, CPU < 1.5 s ✓"
	if got := strings.Join(f.cells(), "|"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	f.peer = &contest{name: "theirs", tool: "no-such-tool-here"}
	want = "|||ours|2.00 s|1.00 s|30 MB|100 MB|theirs|SKIPPED|||clock ≥ 2 ×, peak < 20 MB ✗, CPU < 1.5 s ✓"
	if got := strings.Join(f.cells(), "|"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	f.peer = timed("theirs", 120_000_000, 5)
	f.peer.runs[0].Most = true
	want = "2.50|2.50||ours|2.00 s|1.00 s|30 MB|100 MB|theirs|5.00 s|2.50 s|< 120 MB|"
	if got := strings.Join(f.cells(), "|"); !strings.HasPrefix(got, want) {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	f = figure{ours: &contest{name: "an act", runs: []usage{{Wall: 340 * time.Microsecond}}}, goals: []goal{{clock, 0.005}}}
	want = "|||an act|0.34 ms||||||||clock < 0.005 s ✓"
	if got := strings.Join(f.cells(), "|"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestMarkdown(t *testing.T) {
	var out strings.Builder
	if err := markdown(&out, "a computer", 5, []group{{"Sealing", []figure{{ours: timed("ours", 1, 1)}}}}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"5 times.", "Measured on a computer.", "| clock × | CPU × |", "| --: | --: | --: | --- |", "| **Sealing** |", "| ours | 1.00 s |"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in:\n%s", want, out.String())
		}
	}
	cells := -1
	for line := range strings.Lines(out.String()) {
		if n := strings.Count(line, "|"); n > 0 && cells >= 0 && n != cells {
			t.Errorf("%d bars instead of %d: %s", n, cells, line)
		} else if n > 0 {
			cells = n
		}
	}
}

func TestField(t *testing.T) {
	const text = "processor\t: 0\nmodel name\t: A: fast one\nmodel name\t: Second\n"
	if got := field(text, "model name", "none"); got != "A: fast one" {
		t.Errorf("got %q", got)
	}
	if got := field(text, "model", "none"); got != "none" {
		t.Errorf("got %q", got)
	}
}

// What the variable names replaces the size of the run; the processes that are measured get all of them.
func TestSizes(t *testing.T) {
	defer func(was sizes) { size = was }(size)
	t.Setenv(sizesVariable, `{"Rows":7,"Rounds":3}`)
	if err := quick.choose(); err != nil {
		t.Fatal(err)
	}
	want := quick
	want.Rows, want.Rounds = 7, 3
	if size != want {
		t.Errorf("%+v", size)
	}
	if err := full.choose(); err != nil || size != want {
		t.Errorf("a measured process has %+v, %v", size, err)
	}
	t.Setenv(sizesVariable, "7")
	if err := full.choose(); err == nil {
		t.Error("a number is taken for sizes")
	}
}
