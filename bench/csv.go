//go:build unix

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"enrollbench/core/finding"
)

const pythonRead = `import csv, sys
n = 0
with open(sys.argv[1], newline="", encoding="utf-8") as f:
    for row in csv.reader(f):
        n += 1
print(n)`

const pythonSave = `import csv, sys
with open(sys.argv[1], newline="", encoding="utf-8") as f, open(sys.argv[2], "w", newline="", encoding="utf-8") as g:
    csv.writer(g, quoting=csv.QUOTE_ALL).writerows(csv.reader(f))`

// csv compares reading, checking and saving a table with what else reads and writes it.
func (b *bencher) csv() error {
	path, bytes, err := b.ensureCSV()
	if err != nil {
		return err
	}
	out := filepath.Join(b.out, "saved.csv")
	fresh := func() error { return os.RemoveAll(out) }
	defer fresh()
	// process is a contest of a process of its own.
	process := func(name, tool string, command ...string) *contest {
		return &contest{name: name, tool: tool, clean: fresh, do: func() (usage, error) { return run(command[0], command[1:]...) }}
	}
	duckDB := func(query string) []string {
		return []string{"duckdb", "-c", strings.NewReplacer("TABLE", "read_csv('"+path+"', all_varchar = true)", "OUT", "'"+out+"'").Replace(query)}
	}
	var (
		index    = process("core/csvdoc, every row found", "", b.self, "csv-index", path)
		library  = process("encoding/csv", "", b.self, "csv-library", path)
		python   = process("Python csv", "python3", "python3", "-c", pythonRead, path)
		miller   = process("Miller", "mlr", "mlr", "--icsv", "--ojson", "nothing", path)
		count    = process("DuckDB, count(*)", "duckdb", duckDB("SELECT count(*) FROM TABLE")...)
		check    = process("enrollctl csv check, every rule", "", "build/enrollctl", "csv", "check", path)
		distinct = process("DuckDB, two names counted distinct", "duckdb", duckDB(`SELECT count(DISTINCT "subject.common_name") + count(DISTINCT unique_identifier) FROM TABLE`)...)
		save     = process("enrollctl csv save, checked", "", "build/enrollctl", "csv", "save", "-o", out, path)
		pySave   = process("Python csv, QUOTE_ALL", "python3", "python3", "-c", pythonSave, path, out)
		mlrSave  = process("Miller, --quote-all", "mlr", "sh", "-c", `mlr --csv --quote-all cat "$1" >"$2"`, "sh", path, out)
		copied   = process("DuckDB, COPY", "duckdb", duckDB("COPY (SELECT * FROM TABLE) TO OUT (FORMAT csv, FORCE_QUOTE *)")...)
		validate = &contest{name: "the check alone, the file is open", do: func() (usage, error) { return b.act("csv-validate", path) }}
		upload   = &contest{name: "save for upload alone, it is checked", clean: fresh, do: func() (usage, error) { return b.act("csv-upload", path, out) }}
		edited   = &contest{name: "save alone, one cell edited", clean: fresh, do: func() (usage, error) { return b.act("csv-save", path, out) }}
	)
	if err := b.hold(index, library, python, miller, count, check, distinct, save, pySave, mlrSave, copied, validate, upload, edited); err != nil {
		return err
	}
	mb := float64(bytes) / 1e6
	beside := func(ours *contest, goals []goal, peers ...*contest) (all []figure) {
		for i, peer := range peers {
			f := figure{ours, peer, mb, "MB", nil}
			if i == 0 {
				f.goals = goals
			}
			all = append(all, f)
		}
		return all
	}
	title := fmt.Sprintf("A CSV of %s rows and 4 columns, %.0f MB: ", finding.Grouped(size.Rows), mb)
	b.report(title+"every row read", beside(index, []goal{{cpuTime, 0.15}, {memory, 32}}, library, python, miller, count)...)
	b.report(title+"checked (the others only read it)", append(beside(check, []goal{{memory, 100}}, python, miller, distinct),
		figure{validate, nil, mb, "MB", []goal{{perSecond, 100}}})...)
	b.report(title+"saved with every cell quoted (the others check nothing)", append(beside(save, []goal{{memory, 100}}, pySave, mlrSave, copied),
		figure{upload, nil, mb, "MB", []goal{{perCPU, 400}}}, figure{edited, nil, mb, "MB", nil})...)
	return nil
}

// editing measures the acts of an editor.
func (b *bencher) editing() error {
	path, _, err := b.ensureCSV()
	if err != nil {
		return err
	}
	var e editing
	process := &contest{do: func() (usage, error) {
		u, err := run(b.self, "csv-edit", path, b.out)
		if err != nil {
			return u, err
		}
		return u, json.Unmarshal(u.stdout, &e)
	}}
	acts := []struct {
		name string
		of   *usage
		ms   float64 // the goal; 0 for none
	}{
		{"opened, the first screen read", &e.FirstRows, 0},
		{"a scroll step, 99 of 100", &e.Scroll, 5},
		{"a jump, 99 of 100", &e.Jump, 5},
		{"a jump in a sorted view, 99 of 100", &e.SortedJump, 5},
		{"a cell typed, 99 of 100", &e.Typing, 0},
		{"find by expression, every row a hit", &e.Find, 0},
		{"replace all, every row", &e.ReplaceAll, 3000},
		{"its journal on disk", &e.Synced, 2000},
		{"its undo", &e.Undo, 500},
		{"its redo", &e.Redo, 0},
		{"replace the ticked hits, every row", &e.Replace, 3000},
		{"fill a series into every row", &e.FillSeries, 0},
		{"its undo", &e.FillUndo, 500},
		{"sort by two columns", &e.Sort, 0},
		{"sort by numbers", &e.SortNumber, 0},
		{"filter", &e.Filter, 0},
		{"find duplicate rows", &e.Duplicates, 0},
	}
	figures := make([]figure, len(acts))
	for i, act := range acts {
		figures[i].ours = &contest{name: act.name}
		if act.ms > 0 {
			figures[i].goals = []goal{{clock, act.ms / 1000}}
		}
	}
	for range b.rounds {
		e = editing{}
		u, err := process.do()
		if err != nil {
			return err
		}
		process.runs = append(process.runs, u)
		for i, act := range acts {
			figures[i].ours.runs = append(figures[i].ours.runs, *act.of)
		}
	}
	b.report(fmt.Sprintf("Editing it, %d rows on the screen; the process had %s at its peak", screen, megabytes(process.median().Peak)), figures...)
	return nil
}
