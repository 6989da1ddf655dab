//go:build unix

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"text/tabwriter"
)

const pythonCSV = `import csv, sys
n = 0
with open(sys.argv[1], newline="", encoding="utf-8") as f:
    for row in csv.reader(f):
        n += 1
print(n)`

// csv compares reading a table with what else reads it, and measures what the editor does with it.
func (b *bencher) csv() error {
	path, size, err := b.ensureCSV()
	if err != nil {
		return err
	}
	out := filepath.Join(b.out, "saved.csv")
	defer os.Remove(out)
	ours := &contest{name: "core/csvdoc, every row found", do: func() (usage, error) { return run(b.self, "csv-index", path) }}
	library := &contest{name: "encoding/csv, every row found", do: func() (usage, error) { return run(b.self, "csv-library", path) }}
	python := &contest{name: "Python csv, every row read", do: func() (usage, error) { return run("python3", "-c", pythonCSV, path) }}
	miller := &contest{name: "Miller, every row read", do: func() (usage, error) { return run("mlr", "--icsv", "--ojson", "nothing", path) }}
	validate := &contest{name: "full validation", do: func() (usage, error) { return b.act("csv-validate", path) }}
	upload := &contest{name: "save for upload", do: func() (usage, error) { return b.act("csv-upload", path, out) }}
	save := &contest{name: "save, one cell edited", do: func() (usage, error) { return b.act("csv-save", path, out) }}
	all := []*contest{ours, library, validate, upload, save}
	var missing []string
	for tool, c := range map[string]*contest{"python3": python, "mlr": miller} {
		if _, err := exec.LookPath(tool); err != nil {
			missing = append(missing, tool)
			continue
		}
		all = append(all, c)
	}
	if err := b.hold(all); err != nil {
		return err
	}
	megabytes := float64(size) / 1e6
	fmt.Printf("\nA CSV of %s rows and 4 columns, %.0f MB\n", thousands(csvRows), megabytes)
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\tCPU s\tto reach\twall s\tpeak MB\tto reach\tMB a CPU-second\tto reach\tMB a second\tto reach\t")
	line := func(c *contest, cpu, memory, perCPU, perSecond string) {
		if c.best.Wall == 0 {
			return
		}
		peak := ""
		if c.best.Peak > 0 {
			peak = fmt.Sprint(c.best.Peak / 1e6)
		}
		fmt.Fprintf(w, "%s\t%.3f\t%s\t%.3f\t%s\t%s\t%.0f\t%s\t%.0f\t%s\t\n", c.name, c.best.CPU.Seconds(), cpu, c.best.Wall.Seconds(), peak, memory,
			megabytes/c.best.CPU.Seconds(), perCPU, megabytes/c.best.Wall.Seconds(), perSecond)
	}
	line(ours, "< 0.15", "< 32", "", "")
	line(library, "", "", "", "")
	line(python, "", "", "", "")
	line(miller, "", "", "", "")
	line(validate, "", "", "", "≥ 100")
	line(upload, "", "", "≥ 400", "")
	line(save, "", "", "", "")
	if err := w.Flush(); err != nil {
		return err
	}
	for _, tool := range missing {
		fmt.Printf("  %s: SKIPPED: it is missing\n", tool)
	}
	return b.editing(path)
}

// editing measures the acts of an editor; of each the least disturbed of all rounds counts.
func (b *bencher) editing(path string) error {
	var best editing
	var peak int64
	for round := range b.rounds {
		u, err := run(b.self, "csv-edit", path, b.out)
		if err != nil {
			return err
		}
		var e editing
		if err := json.Unmarshal(u.stdout, &e); err != nil {
			return err
		}
		peak = max(peak, u.Peak)
		if round == 0 {
			best = e
			continue
		}
		was, is := best.acts(), e.acts()
		for i := range was {
			*was[i] = usage{Wall: min(was[i].Wall, is[i].Wall), CPU: min(was[i].CPU, is[i].CPU)}
		}
	}
	fmt.Printf("\nEditing it, %s rows on the screen, by the clock; peak of the process %d MB\n", thousands(screen), peak/1e6)
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\tms\tto reach\tCPU ms\t")
	line := func(name string, u usage, target string) {
		cpu := ""
		if u.CPU > 0 {
			cpu = fmt.Sprintf("%.0f", float64(u.CPU.Microseconds())/1000)
		}
		fmt.Fprintf(w, "%s\t%.2f\t%s\t%s\t\n", name, float64(u.Wall.Microseconds())/1000, target, cpu)
	}
	line("opened, the first screen read", best.FirstRows, "")
	line("a scroll step, 99 of 100", best.Scroll, "< 5")
	line("a jump, 99 of 100", best.Jump, "< 5")
	line("a jump in a sorted view, 99 of 100", best.SortedJump, "< 5")
	line("a cell typed, 99 of 100", best.Typing, "")
	line(fmt.Sprintf("find by expression, %s hits", thousands(best.Hits)), best.Find, "")
	line(fmt.Sprintf("replace all, %s cells", thousands(best.Replaced)), best.ReplaceAll, "< 3000")
	line("its journal on disk", best.Synced, "< 2000")
	line("its undo", best.Undo, "< 500")
	line("its redo", best.Redo, "")
	line(fmt.Sprintf("replace %s ticked hits", thousands(best.Hits)), best.Replace, "< 3000")
	line("fill a series into every row", best.FillSeries, "")
	line("its undo", best.FillUndo, "< 500")
	line("sort by two columns", best.Sort, "")
	line("sort by numbers", best.SortNumber, "")
	line("filter", best.Filter, "")
	line("find duplicate rows", best.Duplicates, "")
	return w.Flush()
}

func (e *editing) acts() []*usage {
	return []*usage{&e.FirstRows, &e.Scroll, &e.Jump, &e.SortedJump, &e.Typing, &e.Find, &e.ReplaceAll, &e.Synced, &e.Undo, &e.Redo,
		&e.Replace, &e.FillSeries, &e.FillUndo, &e.Sort, &e.SortNumber, &e.Filter, &e.Duplicates}
}
