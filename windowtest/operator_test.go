//go:build window

package windowtest

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"enrollbench/windowtest/desktop"
	"enrollbench/windowtest/sample"
)

// What the operator may cost: the program begins with some 210 MB under software GL and some 40 goroutines.
const (
	operatorActs     = 120 // `make test` goes on for five minutes, `make soak` for twenty
	operatorMemory   = 500 // MB at any time
	operatorRoutines = 300
)

// TestRandomOperator works with the window as somebody would who cannot read: it drops files, types, scans, presses and clicks at
// random, makes the practice service misbehave, cancels, and changes rooms, sizes and the theme. Whatever it does the window goes
// on working, nothing is sent twice, no row is lost, and the focus stays where it can be seen.
//
// It says its seed. OPERATOR_SEED=N does the same acts again, OPERATOR_ACTS=N so many, OPERATOR_MINUTES=N goes on for so long.
func TestRandomOperator(t *testing.T) {
	o := newOperator(t, number(t, "OPERATOR_SEED", uint64(time.Now().UnixNano())))
	acts, end := int(number(t, "OPERATOR_ACTS", operatorActs)), time.Now().Add(time.Duration(number(t, "OPERATOR_MINUTES", 0))*time.Minute)
	most := 0
	for ; o.done < acts || time.Now().Before(end); o.done++ {
		o.act()
		most = max(most, o.check())
	}
	t.Logf("%d acts, %d MB at most", o.done, most)
	o.leave()
}

func number(t *testing.T, variable string, otherwise uint64) uint64 {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

type operator struct {
	*shown
	random *rand.Rand
	done   int
	last   []string // what it did last
	drops  [][]string
}

func newOperator(t *testing.T, seed uint64) *operator {
	t.Logf("OPERATOR_SEED=%d", seed)
	o := &operator{random: rand.New(rand.NewPCG(seed, 0))}
	folder := t.TempDir()
	in := func(name, text string) string { return put(t, filepath.Join(folder, name), []byte(text)) }
	made := filepath.Join(folder, "line4")
	if err := os.Mkdir(made, 0o700); err != nil {
		t.Fatal(err)
	}
	results, err := sample.Write(made, 20)
	if err != nil {
		t.Fatal(err)
	}
	rows := "subject.common_name,subject.country\n"
	for i := range 40 {
		rows += fmt.Sprintf("dev-%d,DE\n", i)
	}
	o.drops = [][]string{
		{goodRequests(t, folder, 3)}, strangeNames(t, filepath.Join(folder, "strange")), {many(t, filepath.Join(folder, "many"), 300)},
		{in("order.csv", rows)}, {in("bad.csv", "subject.common_name,subject.country\nx,DEU\n\"broken")}, {in("empty.csv", "")},
		{in("notes.docx", "PK\x03\x04 no archive")}, {results.Certificate}, {results.Key}, {results.Complete}, {results.Short}, {results.Damaged},
		{results.Order}, {results.Practice}, {filepath.Join(folder, "nothing there")},
	}
	o.shown = openThemed(t, pick(o, "light", "dark"))
	if o.random.IntN(5) > 0 {
		o.press("Practise now")
		o.settled("the connection")
	}
	return o
}

// did notes what it does.
func (o *operator) did(format string, args ...any) {
	o.last = append(o.last, fmt.Sprintf("%d: ", o.done)+fmt.Sprintf(format, args...))
	if len(o.last) > 12 {
		o.last = o.last[1:]
	}
}

// fatal ends the test with the last acts.
func (o *operator) fatal(format string, args ...any) {
	o.Helper()
	o.Fatalf("%s\nthe last acts:\n%s", fmt.Sprintf(format, args...), strings.Join(o.last, "\n"))
}

// or ends the test where an act cannot be done.
func (o *operator) or(err error) {
	o.Helper()
	if err != nil {
		o.fatal("%v", err)
	}
}

func pick[T any](o *operator, all ...T) T { return all[o.random.IntN(len(all))] }

func (o *operator) keys(keys ...string) {
	o.Helper()
	o.did("keys %s", strings.Join(keys, " "))
	o.or(o.Key(keys...))
}

// act does something. Which act it is depends on the seed alone.
func (o *operator) act() {
	room := func() { o.keys("ctrl+" + pick(o, "1", "2", "3", "4", "5", "6", "7", "k")) }
	switch o.random.IntN(14) {
	case 0:
		room()
	case 1, 2:
		paths := pick(o, o.drops...)
		o.did("drop %s", strings.Join(paths, " "))
		o.or(o.Drop(200+o.random.IntN(900), 120+o.random.IntN(600), paths...))
	case 3:
		o.keys("Tab", "Tab", "Tab")
		o.keys(pick(o, "space", "Return", "Down", "Up", "Delete", "shift+Tab"))
	case 4:
		o.keys(pick(o, "F1", "F5", "F8", "Escape", "ctrl+z", "ctrl+y", "ctrl+f", "ctrl+h", "ctrl+a", "ctrl+c", "ctrl+v"))
	case 5:
		o.keys(pick(o, "ctrl+s", "ctrl+j", "ctrl+o"))
	case 6, 7:
		x, y := o.random.IntN(desktop.Width), o.random.IntN(desktop.Height)
		o.did("click %d %d", x, y)
		if o.random.IntN(4) == 0 {
			o.or(o.RightClick(x, y))
		} else {
			o.or(o.Click(x, y))
		}
	case 8:
		text := pick(o, "00:1a:c2:7b:00:00", "7", "dev-10", "a b; c", "0x", "line 4")
		o.did("type %s", text)
		o.or(o.Type(text))
		o.keys(pick(o, "Return", "Tab", "Escape"))
	case 9:
		o.scan()
	case 10: // an order, as far as the window lets it
		o.keys("Escape", "Escape", "ctrl+1")
		o.did("drop requests")
		o.or(o.Drop(desktop.Width/2, desktop.Height/2, o.drops[0]...))
		if !o.soon(func(s desktop.State) bool { return s.Tab == "CSR files" && !s.Busy && s.Dialog == "" && s.Rows > 0 }) {
			return
		}
		o.keys("ctrl+j")
		page := func(s desktop.State) bool { return s.Tab == "Start batch job" && !s.Busy && s.Enabled }
		if !o.soon(func(s desktop.State) bool { return page(s) || s.Dialog != "" }) {
			return
		}
		if s, err := o.State(); err == nil && s.Dialog != "" {
			o.keys("Return") // what has errors is left out
		}
		if o.soon(page) {
			o.keys("ctrl+s")
			o.soon(func(s desktop.State) bool { return s.Tab == "Jobs" && !s.Busy })
		}
	case 11: // the next step of a batch
		o.keys("Escape", "Escape", "ctrl+4")
		if o.soon(func(s desktop.State) bool { return s.Tab == "Jobs" && !s.Busy && s.Enabled }) {
			o.keys("ctrl+s")
		}
	case 12: // a fault of the practice service
		o.keys("Escape", "Escape", "ctrl+7")
		for range 3 + o.random.IntN(8) {
			o.keys("Tab")
		}
		o.keys(pick(o, "Down", "space"), "Tab", "Return", "Escape")
	case 13:
		w, h := pick(o, 1000, 1280, 1280), pick(o, 700, 860, 900)
		o.did("resize %d %d", w, h)
		o.or(o.Resize(w, h))
	}
}

// scan scans labels into the last row of the table, and no row is lost.
func (o *operator) scan() {
	o.Helper()
	o.keys("Escape", "Escape", "Escape", "ctrl+2")
	before := o.settled("the table")
	if before.Dialog != "" || before.Rows == 0 || before.Tab != "CSV" {
		return
	}
	o.keys("ctrl+End")
	o.did("scan")
	o.or(o.Type("label"))
	o.keys("Return")
	if after := o.settled("the scan"); after.Tab == "CSV" && after.Dialog == "" && after.Rows < before.Rows && after.Rows > 0 {
		o.fatal("there were %d rows, after a scan there are %d", before.Rows, after.Rows)
	}
}

// soon waits for a moment until the window shows what is meant, and says whether it does: it need not.
func (o *operator) soon(shows func(desktop.State) bool) bool {
	for range 60 {
		if s, err := o.State(); err == nil && shows(s) {
			return true
		}
		time.Sleep(50 * time.Millisecond)
	}
	return false
}

// settled waits until nothing runs.
func (o *operator) settled(what string) desktop.State {
	o.Helper()
	s, err := o.Expect(what, func(s desktop.State) bool { return !s.Busy })
	if err != nil {
		o.fatal("%v", err)
	}
	return s
}

// check looks whether all is in order still, and returns how many MB the program holds.
func (o *operator) check() int {
	o.Helper()
	s := o.settled("the end of what runs")
	if s.Tab == "" || s.Sentence == "" {
		o.fatal("the window says nothing: %+v", s)
	}
	if s.Unseen {
		// Between two frames it may just be on its way.
		if _, err := o.Expect("the focus within the window", func(s desktop.State) bool { return !s.Unseen }); err != nil {
			o.fatal("the focus is out of sight: %v", err)
		}
	}
	if s.Routines > operatorRoutines {
		o.fatal("there are %d goroutines", s.Routines)
	}
	mb, err := o.Memory()
	if err != nil || mb > operatorMemory {
		o.fatal("the program holds %d MB, %v", mb, err)
	}
	if said := o.Said(); strings.Contains(said, "Fyne call thread") || strings.Contains(said, "panic") {
		o.fatal("the program says %s", said)
	}
	return mb
}

// leave closes the window, whatever it asks, and looks at what is left: every batch in a readable state, nothing sent twice, no
// secret on the disk.
func (o *operator) leave() {
	o.Helper()
	calm := 0 // what was dropped last may ask yet
	for range 80 {
		if s := o.settled("the end of what runs"); len(s.Answers) > 0 {
			o.keys("Escape")
			calm = 0
		}
		if calm++; calm > 10 {
			break
		}
		time.Sleep(200 * time.Millisecond)
	}
	o.keys("alt+F4")
	ended := func() bool {
		select {
		case <-o.Exited():
			return true
		default:
			return false
		}
	}
	var s desktop.State
	for range 5 { // questions, one after the other: what is lost and what stops is agreed to
		answered := s.Dialog // its last line stays when the program ends
		_ = desktop.Wait("another question", func() (_ bool, err error) {
			s, err = o.State()
			return ended() || err == nil && len(s.Answers) > 1 && s.Dialog != answered, err
		})
		if ended() {
			break
		}
		o.press(s.Answers[1])
	}
	o.or(o.Ended())
	cmd := exec.Command(enrollctl, "job", "list", "--json")
	cmd.Env = append(os.Environ(), "HOME="+o.Home(), "XDG_CONFIG_HOME=", "XDG_DATA_HOME=", "XDG_STATE_HOME=", "XDG_CACHE_HOME=")
	out, err := cmd.Output()
	if err != nil {
		o.fatal("enrollctl job list: %v: %s", err, out)
	}
	var batches []struct{ ID, State, JobID string }
	decoder := json.NewDecoder(strings.NewReader(strings.ReplaceAll(string(out), `"job_id"`, `"JobID"`)))
	if err := decoder.Decode(&batches); err != nil {
		o.fatal("the list of batches cannot be read: %v: %s", err, out)
	}
	sent := map[string]string{}
	for _, b := range batches {
		if other := sent[b.JobID]; b.JobID != "" && other != "" {
			o.Errorf("the batches %s and %s are the same job %s", b.ID, other, b.JobID)
		}
		sent[b.JobID] = b.ID
	}
	o.Logf("%d batches", len(batches))
	nothingSecret(o.T, o.shown)
}
