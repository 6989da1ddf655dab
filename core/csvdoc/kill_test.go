package csvdoc

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// childEnv holds the folder that a child works in; its first argument after that is the seed.
const childEnv = "ENROLLBENCH_CSVDOC_CHILD"

// script is a sequence of edits that a seed decides: the child does them to a document, the parent to a naive model.
type script struct {
	random *rand.Rand
	m      *model
	past   []*model // for undo
	future []*model
	count  int
}

const killRows = 300

func killText() string {
	var b strings.Builder
	b.WriteString("a,\"b\",c\r\n")
	for i := range killRows {
		fmt.Fprintf(&b, "%d,\"row \"\"%d\"\"\",\r\n", i, i)
	}
	return b.String()
}

func newScript(seed uint64) *script {
	m := &model{names: []string{"a", "b", "c"}, ids: []ColumnID{0, 1, 2}}
	for i := range killRows {
		m.rows = append(m.rows, []string{strconv.Itoa(i), fmt.Sprintf("row %q", strconv.Itoa(i)), ""})
		m.keys = append(m.keys, RowID(i))
	}
	return &script{random: rand.New(rand.NewPCG(seed, 7)), m: m}
}

// next does one edit to the model and, unless it is nil, to the document.
func (s *script) next(d *Document) error {
	s.count++
	r := s.random
	op := r.IntN(10)
	n := len(s.m.rows)
	switch {
	case op == 0 && len(s.past) > 0:
		s.future = append(s.future, s.m)
		s.m = s.past[len(s.past)-1]
		s.past = s.past[:len(s.past)-1]
		if d == nil {
			return nil
		}
		_, err := d.Undo()
		return err
	case op == 1 && len(s.future) > 0:
		s.past = append(s.past, s.m)
		s.m = s.future[len(s.future)-1]
		s.future = s.future[:len(s.future)-1]
		if d == nil {
			return nil
		}
		_, err := d.Redo()
		return err
	}
	s.past, s.future = append(s.past, s.m), nil
	m := *s.m
	m.rows, m.keys = slices.Clone(m.rows), slices.Clone(m.keys)
	s.m = &m
	at := r.IntN(n)
	var err error
	switch {
	case op == 2:
		row := []string{"new", strconv.Itoa(s.count), "\n"}
		m.rows, m.keys = slices.Insert(m.rows, at, row), slices.Insert(m.keys, at, 0)
		if d != nil {
			_, err = d.InsertRows(at, [][]string{row})
		}
	case op == 3 && n > 10:
		m.rows, m.keys = slices.Delete(m.rows, at, at+1), slices.Delete(m.keys, at, at+1)
		if d != nil {
			_, err = d.DeleteRows([]RowID{d.Snapshot().ID(at)})
		}
	case op == 4 && at > 0:
		row := m.rows[at]
		m.rows = slices.Insert(slices.Delete(m.rows, at, at+1), 0, row)
		if d != nil {
			_, err = d.MoveRows([]RowID{d.Snapshot().ID(at)}, 0)
		}
	case op == 5: // a block over many rows: a record of several frames
		long := strings.Repeat("x", 3000) + strconv.Itoa(s.count)
		var block [][]string
		for k := range n {
			m.rows[k] = slices.Clone(m.rows[k])
			m.rows[k][2] = long
			block = append(block, []string{long})
		}
		if d != nil {
			_, err = d.SetBlock(0, 2, block)
		}
	default:
		c, v := r.IntN(3), fmt.Sprintf("edit \"%d\"", s.count)
		m.rows[at] = slices.Clone(m.rows[at])
		m.rows[at][c] = v
		if d != nil {
			_, err = d.SetCells("edit", []Cell{{d.Snapshot().ID(at), d.Snapshot().Columns()[c].ID, v}})
		}
	}
	return err
}

// child edits and saves until it is killed, and tells what it was promised.
func child() {
	dir := os.Getenv(childEnv)
	seed, _ := strconv.ParseUint(os.Args[len(os.Args)-1], 10, 64)
	fail := func(err error) {
		if err != nil {
			fmt.Println("error", err)
			os.Exit(3)
		}
	}
	d, err := Open(context.Background(), filepath.Join(dir, "a.csv"), Options{Journal: filepath.Join(dir, "journal")})
	fail(err)
	fail(d.Index(context.Background(), nil))
	s := newScript(seed)
	moments := rand.New(rand.NewPCG(seed, 8)) // apart from the script's, which the parent repeats
	fmt.Println("ready")
	for {
		fail(s.next(d))
		if int(d.edits) != s.count {
			fail(fmt.Errorf("%d edits are counted as %d", s.count, d.edits))
		}
		switch moments.IntN(12) {
		case 0, 1:
			fail(d.Sync())
			fmt.Println("ack", d.Acknowledged())
		case 2:
			fmt.Println("saving", s.count)
			fail(d.Save(context.Background(), "", SaveOptions{}, nil))
			fmt.Println("saved", s.count)
		}
	}
}

// A program that is killed at any moment loses no edit that it was told is kept, and leaves no half file.
func TestKilledAtAnyMoment(t *testing.T) {
	runs := 200
	if testing.Short() {
		runs = 20
	}
	var wg sync.WaitGroup
	seeds := make(chan uint64)
	var mu sync.Mutex
	seen := map[string]int{}
	for range 3 {
		wg.Go(func() {
			for seed := range seeds {
				what := killOnce(t, seed)
				mu.Lock()
				seen[what]++
				mu.Unlock()
			}
		})
	}
	for seed := range uint64(runs) {
		seeds <- seed
	}
	close(seeds)
	wg.Wait()
	t.Log(seen)
	if !testing.Short() && (seen["recovered"] == 0 || seen["saved and recovered"] == 0) { // which moments a few runs hit is chance
		t.Errorf("the runs do not cover what they should: %v", seen)
	}
}

func killOnce(t *testing.T, seed uint64) string {
	dir, err := os.MkdirTemp(t.TempDir(), "")
	if err != nil {
		t.Error(err)
		return ""
	}
	path := filepath.Join(dir, "a.csv")
	if err := os.WriteFile(path, []byte(killText()), 0o600); err != nil {
		t.Error(err)
		return ""
	}
	cmd := exec.Command(os.Args[0], strconv.FormatUint(seed, 10))
	cmd.Env = append(os.Environ(), childEnv+"="+dir)
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Error(err)
		return ""
	}
	// How long it may live is random; what it said is read to the end of the pipe.
	lines := bufio.NewScanner(out)
	lines.Scan()
	timer := time.AfterFunc(time.Duration(rand.New(rand.NewPCG(seed, 9)).IntN(30_000))*time.Microsecond, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	ack, saving, saved := 0, 0, 0
	for lines.Scan() {
		word, rest, _ := strings.Cut(lines.Text(), " ")
		n, _ := strconv.Atoi(rest)
		switch word {
		case "ack":
			ack = n
		case "saving":
			saving = n
		case "saved":
			saved = n
		default:
			t.Errorf("seed %d: the child says %q", seed, lines.Text())
		}
	}
	_ = cmd.Wait()
	states := []*model{newScript(seed).m}
	s := newScript(seed)
	state := func(n int) *model {
		for len(states) <= n {
			_ = s.next(nil)
			states = append(states, s.m)
		}
		return states[n]
	}
	// The file is that of the last save, or of one that was under way.
	onDisk := openedRows(t, path)
	switch {
	case sameRows(onDisk, state(saved).rows):
	case saving > saved && sameRows(onDisk, state(saving).rows):
		saved = saving
	default:
		t.Errorf("seed %d: the file is neither that of save %d nor of %d", seed, saved, saving)
		return ""
	}
	offered, err := Recoverable(filepath.Join(dir, "journal"))
	if err != nil || len(offered) > 1 {
		t.Errorf("seed %d: %+v, %v", seed, offered, err)
		return ""
	}
	if len(offered) == 0 {
		// Nothing unsaved: the last edit of all led to what the file holds. It may be one that nobody heard of, such as
		// an undo.
		for k := ack; ; k++ {
			if sameRows(onDisk, state(k).rows) {
				break
			}
			if k > ack+200 {
				t.Errorf("seed %d: edit %d was acknowledged, the file holds %d, nothing is offered", seed, ack, saved)
				break
			}
		}
		return "nothing to recover"
	}
	d, err := Recover(context.Background(), offered[0], Options{}, nil)
	if err != nil {
		t.Errorf("seed %d: %v", seed, err)
		return ""
	}
	if d.edits < uint64(max(ack, saved)) {
		t.Errorf("seed %d: edit %d was acknowledged, %d came back", seed, ack, d.edits)
	}
	if got := modelOf(d.Snapshot()); !sameRows(got.rows, state(int(d.edits)).rows) {
		t.Errorf("seed %d: what came back is not what was there after %d edits", seed, d.edits)
	}
	if !d.Dirty() {
		t.Errorf("seed %d: offered, but nothing is unsaved", seed)
	}
	// It goes on where it was: everything can be undone, and saving gives the first bytes.
	for d.CanUndo() {
		if _, err := d.Undo(); err != nil {
			t.Errorf("seed %d: undo: %v", seed, err)
			break
		}
	}
	if err := d.Save(context.Background(), "", SaveOptions{}, nil); err != nil {
		t.Errorf("seed %d: save: %v", seed, err)
	} else if b, _ := os.ReadFile(path); string(b) != killText() {
		t.Errorf("seed %d: undone to the beginning, the file is another one", seed)
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	if left, _ := os.ReadDir(filepath.Join(dir, "journal")); len(left) > 0 {
		t.Errorf("seed %d: %v is left", seed, left)
	}
	if saved > 0 {
		return "saved and recovered"
	}
	return "recovered"
}

func openedRows(t *testing.T, path string) [][]string {
	d, err := Open(context.Background(), path, Options{})
	if err == nil {
		defer d.Close()
		err = d.Index(context.Background(), nil)
	}
	if err != nil {
		t.Error(err)
		return nil
	}
	return modelOf(d.Snapshot()).rows
}

func sameRows(a, b [][]string) bool {
	return slices.EqualFunc(a, b, func(x, y []string) bool { return slices.Equal(x, y) })
}
