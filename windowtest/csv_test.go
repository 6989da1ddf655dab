//go:build window

package windowtest

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"enrollbench/windowtest/desktop"
)

// welcomed is a desktop whose user has been welcomed: the first page of all does not come in front of the tabs.
func welcomed(t *testing.T) *desktop.Desktop {
	t.Helper()
	folder := t.TempDir()
	d, err := desktop.Start(folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	put(t, filepath.Join(folder, "home", ".config", "fyne", "org.enrollbench.EnrollBench", "preferences.json"), []byte(`{"welcomed":true}`))
	return d
}

// launched opens the window on a desktop.
func launched(t *testing.T, d *desktop.Desktop, args ...string) *shown {
	t.Helper()
	p, err := d.Launch(window, "light", args...)
	if err != nil {
		t.Fatal(err)
	}
	s := &shown{t, p}
	t.Cleanup(func() {
		if t.Failed() {
			s.keepPicture()
		}
		if err := p.Close(); err != nil {
			t.Errorf("closing the window: %v", err)
		}
	})
	return s
}

// csvTabOf opens the window with the CSV tab in front.
func csvTabOf(t *testing.T) *shown {
	t.Helper()
	s := launched(t, welcomed(t))
	s.expect("the window", func(s desktop.State) bool { return s.Tab == "CSR files" && !s.Busy })
	s.key("ctrl+2")
	s.expect("the CSV tab", func(s desktop.State) bool { return s.Tab == "CSV" && !s.Busy })
	return s
}

// read returns a file's bytes.
func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// semicolons is a file as it comes back from a spreadsheet, with three cells that a repair mends and two that it cannot.
const semicolons = "\ufeffsubject.common_name;subject.country;san.dns_name\r\n" +
	"dev-1;DE;a.example.com\r\n" +
	"dev-2 ;DE;b.example.com\r\n" +
	"dev-3 ;Germany;c.example.com\r\n" +
	"dev-4 ;DE;\"d_example,com\"\r\n" +
	"dev-5;DE;e.example.com\r\n"

// A CSV is dropped, edited, mended, saved for upload as enrollctl saves it, and saved in its own form.
func TestCSV(t *testing.T) {
	s := csvTabOf(t)
	folder := t.TempDir()
	path := put(t, filepath.Join(folder, "orders ü.csv"), []byte(semicolons))
	s.dropped(path)
	state := s.ready("3 ready", "2 errors")
	if state.Rows != 5 || state.Action != "Save for upload…" || !state.Enabled {
		t.Errorf("an open file is told as %+v", state)
	}

	// A cell is edited by typing, and taken back.
	s.key("ctrl+Home")
	s.expect("the first cell", func(s desktop.State) bool { return s.Current == "2 subject.common_name" && s.Focus == "Editor" })
	s.typed("changed")
	s.key("Return")
	s.expect("the next row", func(s desktop.State) bool { return s.Current == "3 subject.common_name" && !s.Busy })
	s.key("ctrl+s")
	s.expect("the word that it was saved", func(s desktop.State) bool { return strings.Contains(s.Toast, "saved as orders") })
	if got, want := string(read(t, path)), strings.Replace(semicolons, "dev-1;", "changed;", 1); got != want {
		t.Errorf("saved is\n%q\nwant\n%q", got, want)
	}
	s.key("ctrl+z")
	s.expect("the word that it was undone", func(s desktop.State) bool { return strings.HasPrefix(s.Toast, "Undone") && !s.Busy })

	// F8 goes from problem to problem.
	s.key("ctrl+Home", "F8")
	s.expect("a problem", func(s desktop.State) bool { return s.Current == "3 subject.common_name" })
	s.key("F8")
	s.expect("the next problem", func(s desktop.State) bool { return s.Current == "4 subject.common_name" })

	// The blanks at the ends are mended everywhere at once.
	s.key("ctrl+Tab")
	s.expect("the focus outside the sheet", func(s desktop.State) bool { return s.Focus != "Editor" && s.Focus != "" })
	s.focus("Row The cell begins or ends with a space, warning · 3 places · subject.common_name")
	s.key("Return")
	s.expect("the first place", func(s desktop.State) bool { return s.Current == "3 subject.common_name" && s.Focus == "Sheet" })
	s.back("Button Fix all 3")
	s.key("Return")
	s.expect("the word that they were mended", func(s desktop.State) bool { return strings.HasPrefix(s.Toast, "3 places fixed") && !s.Busy })

	// With errors it asks; left out they are in a file with their reasons, and what is uploaded is what enrollctl writes.
	out := t.TempDir()
	byWindow, byCtl := filepath.Join(out, "window.csv"), filepath.Join(out, "ctl.csv")
	s.expect("the focus on the sheet", func(s desktop.State) bool { return s.Focus == "Editor" })
	s.key("ctrl+Tab")
	s.expect("the focus outside the sheet", func(s desktop.State) bool { return s.Focus != "Editor" && s.Focus != "" })
	s.press("Save for upload…")
	asked := s.dialog("2 rows have errors")
	s.press(asked.Answers[len(asked.Answers)-1])
	s.saveAs("Save for upload", byWindow)
	s.key("ctrl+s")
	s.expect("the word that it was saved", func(s desktop.State) bool { return strings.Contains(s.Toast, "saved as orders") })
	ctl(t, 0, "csv", "save", "--leave-out-errors", "-o", byCtl, path)
	equalFiles(t, byWindow, byCtl)
	reasons := string(read(t, filepath.Join(out, "window.left-out.csv")))
	for _, want := range []string{"Germany", "csv/country", "csv/dns-name"} {
		if !strings.Contains(reasons, want) {
			t.Errorf("the list of what stayed out lacks %q:\n%s", want, reasons)
		}
	}
	want := strings.NewReplacer("dev-2 ", "dev-2", "dev-3 ", "dev-3", "dev-4 ", "dev-4").Replace(semicolons)
	if got := string(read(t, path)); got != want {
		t.Errorf("saved is\n%q\nwant\n%q", got, want)
	}
}

// Who closes the window with edits that are not saved is asked, and what is kept for later is offered at the next start.
func TestCSVKeepsEditsForTheNextStart(t *testing.T) {
	d := welcomed(t)
	path := put(t, filepath.Join(t.TempDir(), "kept.csv"), []byte(semicolons))
	s := launched(t, d, path)
	s.ready("3 ready", "2 errors")
	s.key("ctrl+Home")
	s.typed("edited")
	s.key("Return")
	s.expect("the next row", func(s desktop.State) bool { return strings.HasPrefix(s.Current, "3 ") && !s.Busy })
	s.key("alt+F4")
	s.dialog("kept.csv has edits that are not saved")
	s.press("Keep for later")
	if err := s.Ended(); err != nil {
		t.Fatal(err)
	}
	if got := string(read(t, path)); got != semicolons {
		t.Errorf("the file was touched: %q", got)
	}

	s = launched(t, d)
	s.expect("the window", func(s desktop.State) bool { return s.Tab == "CSR files" })
	s.key("ctrl+2")
	s.expect("the CSV tab", func(s desktop.State) bool { return s.Tab == "CSV" && !s.Busy })
	s.press("Recover")
	s.ready("3 ready", "2 errors")
	s.key("ctrl+s")
	s.expect("the word that it was saved", func(s desktop.State) bool { return strings.Contains(s.Toast, "saved as kept.csv") })
	if got, want := string(read(t, path)), strings.Replace(semicolons, "dev-1;", "edited;", 1); got != want {
		t.Errorf("recovered and saved is\n%q\nwant\n%q", got, want)
	}
}

// back presses Shift+Tab until what is meant has the focus; in the sheet, Tab goes from cell to cell.
func (s *shown) back(what string) {
	s.Helper()
	state := s.expect("a focus", func(s desktop.State) bool { return s.Focus != "" })
	for range 20 {
		if state.Focus == what {
			return
		}
		before := state.Focus
		s.key("shift+Tab")
		state = s.expect("the focus elsewhere than on "+before, func(now desktop.State) bool { return now.Focus != before })
	}
	s.Fatalf("Shift+Tab never comes to %q", what)
}

// millions writes a file of so many rows and four columns, some of whose cells can be mended.
func millions(t *testing.T, path string, rows int) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	w.WriteString("\"subject.common_name\",\"subject.organization_name\",\"san.dns_name\",\"serial\"\n")
	for i := range rows {
		blank := ""
		if i%1000 == 7 {
			blank = " "
		}
		fmt.Fprintf(w, "\"dev-%07d\",\"Example Works%s\",\"dev-%07d.example.com\",\"%012d\"\n", i, blank, i, i)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// One and a half million rows: opened, its end reached, edited, undone, pasted into, mended, saved.
func TestCSVMillions(t *testing.T) {
	const rows = 1_500_000
	s := csvTabOf(t)
	folder := t.TempDir()
	block, big := filepath.Join(folder, "block.csv"), filepath.Join(folder, "big.csv")
	millions(t, block, 10_000)
	millions(t, big, rows)
	before := read(t, big)

	// What is pasted later comes from a small file.
	s.dropped(block)
	s.expect("the block", func(s desktop.State) bool { return s.Rows == 10_000 && !s.Busy && s.Enabled })
	s.key("ctrl+a", "ctrl+c")
	s.expect("the copy", func(s desktop.State) bool { return strings.HasPrefix(s.Toast, "10,000 rows copied") })

	began := time.Now()
	s.dropped(big)
	s.expect("the first rows", func(s desktop.State) bool { return s.Rows > 10_000 })
	t.Logf("the first rows after %.2f s", time.Since(began).Seconds())
	s.expect("all rows, checked", func(s desktop.State) bool { return s.Rows == rows && !s.Busy && s.Enabled })
	t.Logf("read and checked after %.2f s", time.Since(began).Seconds())

	at := func(what string) func(desktop.State) bool {
		return func(s desktop.State) bool { return strings.HasPrefix(s.Current, what) && !s.Busy }
	}
	s.key("ctrl+End")
	s.expect("the last cell", at(fmt.Sprintf("%d serial", rows+1)))
	s.key("Home")
	s.expect("the last row's first cell", at(fmt.Sprintf("%d subject.common_name", rows+1)))
	s.typed("last")
	s.key("Tab") // Return would go on in a new row
	s.expect("the edit", func(s desktop.State) bool { return !s.Busy && s.Enabled })
	s.key("ctrl+z")
	s.expect("the word that it was undone", func(s desktop.State) bool { return strings.HasPrefix(s.Toast, "Undone") && !s.Busy })

	s.key("ctrl+Home")
	s.expect("the first cell", at("2 subject.common_name"))
	s.key("Page_Down")
	state := s.expect("a page further", func(s desktop.State) bool { return !strings.HasPrefix(s.Current, "2 ") && s.Current != "" })
	s.key("ctrl+v")
	s.expect("the paste", func(s desktop.State) bool { return strings.HasPrefix(s.Toast, "40,000 cells pasted") && !s.Busy })

	// 1,500 rows with blanks, and 24 whose names the block repeats, two of them with blanks.
	s.expect("the check of what was pasted", func(s desktop.State) bool { return strings.Contains(s.Sentence, "1,522 warnings") && !s.Busy })
	s.key("ctrl+Tab")
	s.expect("the focus outside the sheet", func(s desktop.State) bool { return s.Focus != "Editor" && s.Focus != "" })
	s.focus("Row The cell begins or ends with a space, warning · 1,500 places · subject.organization_name")
	s.key("Return")
	s.expect("the places", func(s desktop.State) bool { return s.Focus == "Sheet" })
	s.back("Button Fix all 1,500")
	s.key("Return")
	s.expect("the repair", func(s desktop.State) bool { return strings.Contains(s.Toast, "places fixed") && !s.Busy })
	s.key("ctrl+s")
	s.expect("the word that it was saved", func(s desktop.State) bool {
		return strings.Contains(s.Toast, "1,500,000 rows saved as big.csv") && !s.Busy
	})

	// The saved file is the first one with the block in its place and without the blanks.
	var first int
	fmt.Sscanf(state.Current, "%d ", &first)
	lines := bytes.SplitAfter(before, []byte("\n"))
	pasted := bytes.SplitAfter(read(t, block), []byte("\n"))
	copy(lines[first-1:], pasted[1:10_001])
	want := bytes.ReplaceAll(bytes.Join(lines, nil), []byte("Works \""), []byte("Works\""))
	if got := read(t, big); !bytes.Equal(got, want) {
		t.Errorf("the saved file has %d bytes, want %d, and differs at byte %d", len(got), len(want), differsAt(got, want))
	}
}

func differsAt(a, b []byte) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}
