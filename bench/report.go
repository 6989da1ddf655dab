//go:build unix

package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"regexp"
	"runtime"
	"strings"
	"text/tabwriter"
	"time"

	"enrollbench/core/finding"
)

// figure is a row of the table: what something costs here, beside what it costs with another tool.
type figure struct {
	ours  *contest
	peer  *contest // nil where there is nobody to compare with
	count float64  // how much is done, for the speed; 0 where speed says nothing
	unit  string
	goals []goal
}

// goal is a limit that a figure is to keep.
type goal struct {
	of    *quantity
	limit float64
}

// quantity is what goals are about: a number of a figure, 0 where it is unknown.
type quantity struct {
	name  string // with %s for the limit
	least bool   // the limit is the least, not the most
	value func(f figure) float64
}

var (
	clockRatio = &quantity{"clock ≥ %s ×", true, func(f figure) float64 { return ratio(f.peer.median().Wall, f.ours.median().Wall) }}
	cpuRatio   = &quantity{"CPU ≥ %s ×", true, func(f figure) float64 { return ratio(f.peer.median().CPU, f.ours.median().CPU) }}
	clock      = &quantity{"clock < %s s", false, func(f figure) float64 { return f.ours.median().Wall.Seconds() }}
	cpuTime    = &quantity{"CPU < %s s", false, func(f figure) float64 { return f.ours.median().CPU.Seconds() }}
	memory     = &quantity{"peak < %s MB", false, func(f figure) float64 { return float64(f.ours.median().Peak) / 1e6 }}
	perSecond  = &quantity{"≥ %s a second", true, func(f figure) float64 { return f.count / f.ours.median().Wall.Seconds() }}
	perCPU     = &quantity{"≥ %s a CPU-second", true, func(f figure) float64 { return f.count / f.ours.median().CPU.Seconds() }}
)

func ratio(theirs, ours time.Duration) float64 {
	if ours <= 0 {
		return 0
	}
	return theirs.Seconds() / ours.Seconds()
}

// text is the goal in words, with whether it is kept; without that where what it is about is unknown.
func (g goal) text(f figure) string {
	words := fmt.Sprintf(g.of.name, fmt.Sprint(g.limit))
	is := g.of.value(f)
	switch {
	case is == 0:
		return words
	case g.of.least == (is >= g.limit):
		return words + " ✓"
	}
	return words + " ✗"
}

// group is the figures of one section under what they have in common.
type group struct {
	title   string
	figures []figure
}

// columns of the table, the ratios first: how many times as fast ours is, and what share of the peer's memory it needs.
var columns = []string{"clock ×", "CPU ×", "memory ×", "what", "clock", "CPU", "peak", "a second", "beside it", "clock", "CPU", "peak", "goal"}

const figuresFrom = 3 // columns before it are ratios

func (f figure) cells() []string {
	ours := f.ours.median()
	cells := []string{"", "", "", f.ours.name, duration(ours.Wall), duration(ours.CPU), ours.memory(), "", "", "", "", "", ""}
	if f.count > 0 && ours.Wall > 0 {
		cells[7] = rate(f.count, ours.Wall) + " " + f.unit
	}
	if f.peer != nil {
		cells[8] = f.peer.name
		if f.peer.missing() {
			cells[9] = "SKIPPED"
		} else {
			theirs := f.peer.median()
			cells[0], cells[1] = times(ratio(theirs.Wall, ours.Wall)), times(ratio(theirs.CPU, ours.CPU))
			if ours.Peak > 0 && theirs.Peak > 0 && !ours.Most && !theirs.Most {
				cells[2] = times(float64(ours.Peak) / float64(theirs.Peak))
			}
			cells[9], cells[10], cells[11] = duration(theirs.Wall), duration(theirs.CPU), theirs.memory()
		}
	}
	var goals []string
	for _, g := range f.goals {
		goals = append(goals, g.text(f))
	}
	cells[12] = strings.Join(goals, ", ")
	return cells
}

// times is a ratio with three digits that mean something; "" for none.
func times(r float64) string {
	switch {
	case r == 0:
		return ""
	case r >= 100:
		return fmt.Sprintf("%.0f", r)
	case r >= 10:
		return fmt.Sprintf("%.1f", r)
	}
	return fmt.Sprintf("%.2f", r)
}

// duration writes a time with the unit that people would use.
func duration(d time.Duration) string {
	switch {
	case d <= 0:
		return ""
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%.2f ms", d.Seconds()*1000)
	case d < time.Second:
		return fmt.Sprintf("%.0f ms", d.Seconds()*1000)
	case d < 100*time.Second:
		return fmt.Sprintf("%.2f s", d.Seconds())
	}
	return fmt.Sprintf("%.0f s", d.Seconds())
}

// memory is the peak, or its bound.
func (u usage) memory() string {
	if u.Most {
		return "< " + megabytes(u.Peak)
	}
	return megabytes(u.Peak)
}

func megabytes(n int64) string {
	if n <= 0 {
		return ""
	}
	return finding.Grouped(int((n+500_000)/1_000_000)) + " MB"
}

// table writes the groups for a terminal.
func table(out io.Writer, groups []group) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, strings.Join(columns, "\t"))
	for _, g := range groups {
		fmt.Fprintf(w, "%s%s\n", strings.Repeat("\t", figuresFrom), g.title)
		for _, f := range g.figures {
			fmt.Fprintln(w, strings.Join(f.cells(), "\t"))
		}
	}
	return w.Flush()
}

// page is docs/performance.md but for its table.
const page = `# Performance

<!-- make bench writes this page. Do not edit it. -->

What things cost, beside the tools that people use instead. ` + "`make bench`" + ` measures ours and theirs in the same run: in turn, each as a process of its own,
%d times. Clock and CPU are medians, the peak of memory is the largest. *CPU* is the time of all cores together.

- **clock ×**, **CPU ×**: how many times as fast EnrollBench is; below 1 it is slower.
- **memory ×**: its share of the other's memory; below 1 it needs less. A peak that is smaller than that of the program that measures is
  only known to be below it.
- **goal**: the limit that was set, with ✓ where this run keeps it and ✗ where it does not.

Measured on %s.

`

// markdown writes the groups as the page.
func markdown(out io.Writer, where string, rounds int, groups []group) error {
	w := bufio.NewWriter(out)
	fmt.Fprintf(w, page, rounds, where)
	row := func(cells []string) { fmt.Fprintf(w, "| %s |\n", strings.Join(cells, " | ")) }
	row(columns)
	rules := make([]string, len(columns))
	for i := range rules {
		rules[i] = "---"
		if i != figuresFrom && i != 8 && i != len(rules)-1 {
			rules[i] = "--:"
		}
	}
	row(rules)
	for _, g := range groups {
		cells := make([]string, len(columns))
		cells[figuresFrom] = "**" + g.title + "**"
		row(cells)
		for _, f := range g.figures {
			row(f.cells())
		}
	}
	return w.Flush()
}

// computer names what is measured on, and how busy it was before.
func computer() string {
	processor := runtime.GOARCH
	if data, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		processor = field(string(data), "model name", processor)
	} else if u, err := run("sysctl", "-n", "machdep.cpu.brand_string"); err == nil {
		processor = strings.TrimSpace(string(u.stdout))
	}
	system := runtime.GOOS
	if data, err := os.ReadFile("/etc/os-release"); err == nil {
		system = strings.Trim(field(strings.ReplaceAll(string(data), "=", ": "), "PRETTY_NAME", system), `"`)
	}
	where := fmt.Sprintf("%s, %d cores, ", processor, runtime.NumCPU())
	if data, err := os.ReadFile("/proc/meminfo"); err == nil {
		var kilobytes int64
		if _, err := fmt.Sscan(field(string(data), "MemTotal", ""), &kilobytes); err == nil {
			where += fmt.Sprintf("%d GB of memory, ", (kilobytes+500_000)/1_000_000)
		}
	}
	where += system + ", " + runtime.Version()
	if data, err := os.ReadFile("/proc/loadavg"); err == nil {
		load, _, _ := strings.Cut(string(data), " ")
		where += "; load before the run " + load
	}
	return where
}

// field is the value of the first line "name: value" in text.
func field(text, name, otherwise string) string {
	for line := range strings.Lines(text) {
		if key, value, found := strings.Cut(line, ":"); found && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return otherwise
}

// tools are the programs that we are measured beside, with how each tells its version.
var tools = [][]string{{"openssl", "version"}, {"gpg", "--version"}, {"zip", "-v"}, {"unzip", "-v"}, {"curl", "--version"}, {"awk", "-W", "version"},
	{"python3", "--version"}, {"mlr", "--version"}, {"duckdb", "--version"}}

var versionNumber = regexp.MustCompile(`\d+\.\d+[0-9A-Za-z.-]*`)

// versions names the tools that are there.
func versions() string {
	var all []string
	for _, tool := range tools {
		if u, err := run(tool[0], tool[1:]...); err == nil {
			all = append(all, tool[0]+" "+string(versionNumber.Find(u.stdout)))
		}
	}
	return strings.Join(all, ", ")
}
