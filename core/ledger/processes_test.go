//go:build unix

package ledger

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"enrollbench/core/eui48"
	"enrollbench/core/store/storetest"
)

func TestMain(m *testing.M) {
	switch os.Getenv("LEDGER_TEST_CHILD") {
	case "claim":
		if err := station(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	case "fault":
		os.Exit(faultChild())
	}
	storetest.Main(m)
}

// station is a program that claims at random, releases and ends some of its claims, and writes down what it was promised. It
// goes on where it was killed.
func station() error {
	journal, err := os.OpenFile(os.Getenv("LEDGER_TEST_JOURNAL"), os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	done, _ := strconv.Atoi(os.Getenv("LEDGER_TEST_DONE"))
	quota, _ := strconv.Atoi(os.Getenv("LEDGER_TEST_QUOTA"))
	number, _ := strconv.ParseUint(os.Getenv("LEDGER_TEST_NUMBER"), 10, 64)
	name := "station " + os.Getenv("LEDGER_TEST_NUMBER")
	l, err := Open(ctx, Config{Path: os.Getenv("LEDGER_TEST_PATH"), Server: os.Getenv("LEDGER_TEST_SERVER"), Station: name})
	if err != nil {
		return err
	}
	defer l.Close()
	random := rand.New(rand.NewPCG(number, uint64(done)))
	for n := done; n < quota; n++ {
		var ranges []eui48.Range
		for range random.IntN(3) {
			ranges = append(ranges, eui48.Range{Start: 0x001ac27b0000 + eui48.Address(random.IntN(4000)), Count: 2 + random.Uint64N(30), Step: 1 + random.Uint64N(9)})
		}
		var identities []Identity
		for row := range random.IntN(6) {
			identities = append(identities, Identity{CommonName, fmt.Sprint("Device ", random.IntN(400)), row + 2})
		}
		id, err := l.Claim(ctx, batch(fmt.Sprintf("%d-%d-%d", number, os.Getpid(), n), ranges, slices.Values(identities)))
		var conflict *ConflictError
		switch {
		case errors.As(err, &conflict):
			fmt.Fprintln(journal, "refused")
			continue
		case err != nil:
			return err
		}
		fmt.Fprintln(journal, "claimed", id)
		switch random.IntN(4) {
		case 0:
			err = l.Release(ctx, id, "Ada", "changed her mind")
			if err == nil {
				fmt.Fprintln(journal, "released", id)
			}
		case 1, 2:
			err = l.Started(ctx, id)
			var failed []Identity
			for _, r := range ranges {
				failed = append(failed, Identity{Kind: MAC, Value: r.At(random.Uint64N(r.Count)).String()})
			}
			for i := range identities {
				if i%2 == 0 {
					failed = append(failed, identities[i])
				}
			}
			if err == nil {
				_, err = l.Ended(ctx, id, Outcome{Failed: slices.Values(failed)})
			}
			if err == nil {
				fmt.Fprintln(journal, "ended", id)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// TestProcesses: several programs claim overlapping ranges and names, some are killed. LEDGER_CLAIMS=10000 makes it long.
func TestProcesses(t *testing.T) {
	claims := 240
	if n, err := strconv.Atoi(os.Getenv("LEDGER_CLAIMS")); err == nil {
		claims = n
	}
	both(t, func(t *testing.T, open func(string) *Ledger) {
		for _, programs := range []int{2, 8} {
			t.Run(fmt.Sprint(programs), func(t *testing.T) {
				l := open("judge")
				t.Cleanup(func() { l.Close() })
				compete(t, l, programs, claims)
			})
		}
	})
}

func compete(t *testing.T, l *Ledger, programs, claims int) {
	dir := t.TempDir()
	journal := func(i int) string { return filepath.Join(dir, fmt.Sprint(i)) }
	lines := func(i int) []string {
		data, _ := os.ReadFile(journal(i))
		return strings.Split(strings.TrimSpace(string(data)), "\n")
	}
	attempts := func(i int) (n int) {
		for _, line := range lines(i) {
			if line == "refused" || strings.HasPrefix(line, "claimed") {
				n++
			}
		}
		return n
	}
	start := func(i int) *exec.Cmd {
		self, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(self)
		cmd.Env = append(os.Environ(), "LEDGER_TEST_CHILD=claim", "LEDGER_TEST_JOURNAL="+journal(i), "LEDGER_TEST_PATH="+l.config.Path, "LEDGER_TEST_SERVER="+l.config.Server,
			fmt.Sprint("LEDGER_TEST_NUMBER=", 100*programs+i), fmt.Sprint("LEDGER_TEST_DONE=", attempts(i)), fmt.Sprint("LEDGER_TEST_QUOTA=", claims/programs))
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd
	}
	ended := make(chan error)
	for i := range programs {
		go func() {
			random := rand.New(rand.NewPCG(uint64(programs), uint64(i)))
			for kills := i % 3; ; kills-- { // some are never killed
				cmd := start(i)
				over := make(chan struct{})
				if kills > 0 {
					until := attempts(i) + 3 + random.IntN(8)
					go func() {
						tick := time.NewTicker(2 * time.Millisecond)
						defer tick.Stop()
						for attempts(i) < until {
							select {
							case <-over:
								return
							case <-tick.C:
							}
						}
						_ = cmd.Process.Kill()
					}()
				}
				err := cmd.Wait()
				close(over)
				if err == nil || kills == 0 {
					ended <- err
					return
				}
			}
		}()
	}
	for range programs {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	promised := map[ClaimID]string{}
	for i := range programs {
		if n := attempts(i); n < claims/programs {
			t.Errorf("station %d tried %d times of %d", i, n, claims/programs)
		}
		for _, line := range lines(i) {
			word, number, _ := strings.Cut(line, " ")
			if id, err := strconv.ParseInt(number, 10, 64); err == nil {
				promised[ClaimID(id)] = word
			}
		}
	}
	judge(t, l, promised)
}

// judge counts out what stands in the tables, without any of the arithmetic.
func judge(t *testing.T, l *Ledger, promised map[ClaimID]string) {
	t.Helper()
	claims, err := l.Batches(context.Background(), Filter{})
	if err != nil {
		t.Fatal(err)
	}
	holds, had := map[ClaimID]int64{}, map[ClaimID]int64{}
	taken := map[string]ClaimID{}
	count := func(what string, id ClaimID, slot int64) {
		had[id]++
		if slot < 0 {
			return
		}
		holds[id]++
		if other, twice := taken[what]; twice {
			t.Errorf("%s is held by the claims %d and %d", what, other, id)
		}
		taken[what] = id
	}
	rows, err := l.db.Reader().Query("SELECT claim, slot, start, last, step FROM mac")
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		var id ClaimID
		var slot, start, last, step int64
		if err := rows.Scan(&id, &slot, &start, &last, &step); err != nil {
			t.Fatal(err)
		}
		for a := start; a <= last; a += step {
			count(eui48.Address(a).String(), id, slot)
		}
	}
	rows, err = l.db.Reader().Query("SELECT claim, slot, value FROM name")
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		var id ClaimID
		var slot int64
		var value []byte
		if err := rows.Scan(&id, &slot, &value); err != nil {
			t.Fatal(err)
		}
		count(string(value), id, slot)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	known := map[ClaimID]State{}
	for _, c := range claims {
		known[c.ID] = c.State
		if had[c.ID] != c.Identities || had[c.ID]-holds[c.ID] != c.Released {
			t.Errorf("claim %d (%s) of %d identities, %d released, has %d and holds %d", c.ID, c.State, c.Identities, c.Released, had[c.ID], holds[c.ID])
		}
	}
	won := 0
	for id, word := range promised {
		switch state := known[id]; {
		case state == "", word == "released" && state != Released, word == "ended" && state != Issued:
			t.Errorf("claim %d was %s, and is %q", id, word, state)
		}
		won++
	}
	if won == 0 {
		t.Error("nobody claimed anything")
	}
	verify(t, l)
	t.Logf("%d claims, %d identities held", len(claims), len(taken))
}
