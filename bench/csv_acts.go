//go:build unix

package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"enrollbench/core/csvdoc"
	"enrollbench/core/enrollment"
)

// openCSV opens and indexes a document.
func openCSV(path, journal string) (*csvdoc.Document, error) {
	ctx := context.Background()
	d, err := csvdoc.Open(ctx, path, csvdoc.Options{Journal: journal})
	if err != nil {
		return nil, err
	}
	if err := d.Index(ctx, nil); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	if got := d.Snapshot().Rows(); got != size.Rows {
		return nil, fmt.Errorf("%s holds %d rows", path, got)
	}
	return d, nil
}

// csvIndex opens a file and finds every row, and does nothing else: the process is what is measured.
func csvIndex(args []string) error {
	d, err := openCSV(args[0], "")
	if err != nil {
		return err
	}
	return d.Close()
}

// csvLibrary reads a file with encoding/csv in the way that costs it least, and keeps where each row begins.
func csvLibrary(args []string) error {
	f, err := os.Open(args[0])
	if err != nil {
		return err
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.ReuseRecord = true
	var offsets []int64
	for {
		at := r.InputOffset()
		if _, err := r.Read(); err == io.EOF {
			break
		} else if err != nil {
			return err
		}
		offsets = append(offsets, at)
	}
	if len(offsets) != size.Rows+1 {
		return fmt.Errorf("%s holds %d rows", args[0], len(offsets))
	}
	return nil
}

// csvValidate measures the full check of a document that is open. Its argument is the file.
func csvValidate(args []string) error {
	d, err := openCSV(args[0], "")
	if err != nil {
		return err
	}
	defer d.Close()
	runtime.GC()
	return part(func() error {
		r, err := enrollment.Validate(context.Background(), d.Snapshot(), enrollment.Options{}, nil)
		if err == nil && r.Counts().Ready != size.Rows {
			err = fmt.Errorf("%+v", r.Counts())
		}
		return err
	})
}

// csvUpload measures the writing of an upload from a document that was checked before. Its arguments are the file and the
// upload to write.
func csvUpload(args []string) error {
	d, err := openCSV(args[0], "")
	if err != nil {
		return err
	}
	defer d.Close()
	ctx := context.Background()
	r, err := enrollment.Validate(ctx, d.Snapshot(), enrollment.Options{}, nil)
	if err != nil {
		return err
	}
	runtime.GC()
	return part(func() error {
		_, err := r.Save(ctx, enrollment.UploadOptions{Out: args[1], Replace: true}, nil)
		return err
	})
}

// csvSave measures Save of a document with one edit. Its arguments are the file and where to save it.
func csvSave(args []string) error {
	d, err := openCSV(args[0], "")
	if err != nil {
		return err
	}
	defer d.Close()
	s := d.Snapshot()
	if _, err := d.SetCells("edit", []csvdoc.Cell{{Row: s.ID(size.Rows / 2), Column: s.Columns()[0].ID, Value: "edited"}}); err != nil {
		return err
	}
	runtime.GC()
	return part(func() error { return d.Save(context.Background(), args[1], csvdoc.SaveOptions{Force: true}, nil) })
}

// editing is what the acts on an open document cost somebody who waits.
type editing struct {
	FirstRows, Scroll, Jump, SortedJump, Typing usage // but for the first, the slowest of ninety-nine in a hundred
	Find, ReplaceAll, Synced, Undo, Redo        usage
	Replace, FillSeries, FillUndo               usage
	Sort, SortNumber, Filter, Duplicates        usage
	Hits, Replaced                              int
}

// screen is how many rows a large window shows.
const screen = 60

// csvEdit measures what an editor does. Its arguments are the file and a folder for the journal.
func csvEdit(args []string) error {
	ctx := context.Background()
	var e editing
	began := time.Now()
	first, err := csvdoc.Open(ctx, args[0], csvdoc.Options{})
	if err != nil {
		return err
	}
	paint(first.Snapshot(), func(i int) int { return i })
	e.FirstRows.Wall = time.Since(began)
	if err := first.Close(); err != nil {
		return err
	}
	d, err := openCSV(args[0], filepath.Join(args[1], "journal"))
	if err != nil {
		return err
	}
	defer d.Close()
	s := d.Snapshot()
	columns := s.Columns()
	e.Scroll.Wall = slowest(2000, func(n int) { paint(s, func(i int) int { return 3*n + i }) })
	e.Jump.Wall = slowest(2000, func(int) { at := rand.IntN(size.Rows - screen); paint(s, func(i int) int { return at + i }) }) // #nosec G404 -- places to look at

	var failed error
	clock := func(f func() error) usage {
		runtime.GC()
		u, err := measure(f)
		if err != nil && failed == nil {
			failed = err
		}
		return u
	}
	var view *csvdoc.View
	e.Sort = clock(func() (err error) {
		view, err = csvdoc.NewView(ctx, s, []csvdoc.SortKey{{Column: columns[1].ID}, {Column: columns[2].ID, Descending: true}}, csvdoc.Filter{}, nil)
		return err
	})
	if failed != nil {
		return failed
	}
	e.SortedJump.Wall = slowest(2000, func(int) {
		at := rand.IntN(size.Rows - screen)
		paint(s, func(i int) int { return view.Index(at + i) })
	}) // #nosec G404 -- places to look at
	e.SortNumber = clock(func() error {
		_, err := csvdoc.NewView(ctx, s, []csvdoc.SortKey{{Column: columns[3].ID, Numeric: true}}, csvdoc.Filter{}, nil)
		return err
	})
	e.Filter = clock(func() error {
		_, err := csvdoc.NewView(ctx, s, nil, csvdoc.Filter{All: []csvdoc.Condition{{Query: csvdoc.Query{Text: "99"}}}}, nil)
		return err
	})
	e.Duplicates = clock(func() error {
		list, err := csvdoc.FindDuplicates(ctx, s, nil, nil)
		if err == nil && len(list) > 0 {
			err = fmt.Errorf("%d duplicates among rows that differ", len(list))
		}
		return err
	})
	query := csvdoc.Query{Text: `^device-(\d+)`, Regexp: true, Columns: []csvdoc.ColumnID{columns[0].ID}}
	var hits []csvdoc.Hit
	e.Find = clock(func() (err error) { hits, err = csvdoc.Find(ctx, s, query, nil); return err })
	e.Hits = len(hits)
	var change csvdoc.Change
	e.ReplaceAll = clock(func() (err error) { change, e.Replaced, err = d.ReplaceAll(ctx, query, "gate-$1", nil); return err })
	e.Synced = clock(func() error { return acknowledged(d, change) })
	e.Undo = clock(func() error { _, err := d.Undo(); return err })
	e.Redo = clock(func() error { _, err := d.Redo(); return err })
	e.Typing.Wall = slowest(200, func(n int) {
		if _, err := d.SetCells("type", []csvdoc.Cell{{Row: s.ID(7 * n), Column: columns[1].ID, Value: fmt.Sprint(n)}}); err != nil && failed == nil {
			failed = err
		}
	})
	for range 201 {
		if _, err := d.Undo(); err != nil {
			return err
		}
	}
	e.Replace = clock(func() error { _, err := d.Replace(ctx, hits, "gate-$1", query, nil); return err })
	hits = nil
	rows := make([]csvdoc.RowID, size.Rows)
	for i := range rows {
		rows[i] = s.ID(i)
	}
	series, err := csvdoc.ParseCounter("dev-0000001", 1, false)
	if err != nil {
		return err
	}
	e.FillSeries = clock(func() error { _, err := d.FillSeries(rows, columns[3].ID, series); return err })
	e.FillUndo = clock(func() error { _, err := d.Undo(); return err })
	if failed != nil {
		return failed
	}
	return json.NewEncoder(os.Stdout).Encode(e)
}

// acknowledged waits until a change is on disk.
func acknowledged(d *csvdoc.Document, c csvdoc.Change) error {
	if err := d.Sync(); err != nil {
		return err
	}
	if d.Acknowledged() < c.Edits {
		return errors.New("a change is not on disk after Sync")
	}
	return nil
}

// paint reads what a screen of rows shows.
func paint(s *csvdoc.Snapshot, row func(i int) int) {
	var cells []string
	for i := range screen {
		cells = s.Row(row(i), cells)
	}
}

// slowest runs f n times and returns the time that only one in a hundred exceeds.
func slowest(n int, f func(n int)) time.Duration {
	times := make([]time.Duration, n)
	for i := range times {
		began := time.Now()
		f(i)
		times[i] = time.Since(began)
	}
	slices.Sort(times)
	return times[n*99/100]
}
