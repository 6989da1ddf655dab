//go:build unix

package watch

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"enrollbench/core/job"
)

// childVariable makes the test program watch a folder until it is killed: "CONFIG|FOLDER|MOMENT".
const childVariable = "ENROLLBENCH_WATCH_CHILD"

func TestMain(m *testing.M) {
	if text := os.Getenv(childVariable); text != "" {
		if err := child(strings.Split(text, "|")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// child takes what is in a folder, until it is done or the moment comes.
func child(args []string) error {
	moment, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	s := job.NewStation(args[0], memory{})
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	if err := s.OpenJobs(ctx); err != nil {
		return err
	}
	w, err := Open(s, Options{Folder: args[1], Connection: job.PracticeID, Profile: profile, Once: true, Still: 10 * time.Millisecond, Poll: 50 * time.Millisecond})
	if err != nil {
		return err
	}
	w.moment = func() {
		if moment--; moment == 0 {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	}
	var asking sync.WaitGroup
	asking.Go(func() { _ = s.Jobs.Watch(ctx, func(job.Record) { w.Wake() }) })
	err = w.Run(ctx)
	stop()
	asking.Wait()
	return err
}

// Whatever moment the program is killed at, the next one goes on: each CSR is ordered once, and each file lies in one place.
func TestKilled(t *testing.T) {
	l := newLine(t, Options{})
	l.close()
	run := func(moment int) (killed bool) {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s|%s|%d", childVariable, l.config, l.Folder, moment))
		out, err := cmd.CombinedOutput()
		if err == nil {
			return false
		}
		if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || !status.Signaled() {
			t.Fatalf("moment %d: %v: %s", moment, err, out)
		}
		return true
	}
	devices, moment := 0, 1
	for killed := true; killed; moment++ {
		for range 2 {
			devices++
			l.drop(fmt.Sprintf("%03d.csr", devices), request(t, fmt.Sprintf("dev-%03d", devices)))
		}
		l.drop(fmt.Sprintf("%03d.txt", moment), []byte("no request\n"))
		killed = run(moment)
	}
	run(0)
	t.Logf("%d moments", moment-1)
	if moment < 12 {
		t.Errorf("only %d moments", moment)
	}
	l.open(l.Options)
	ordered := 0
	for _, r := range l.records() {
		ordered += r.Count
		if r.State != job.Delivered || r.Issued != r.Count {
			t.Errorf("%s is %s, %d of %d", r.ID, r.State, r.Issued, r.Count)
		}
	}
	if ordered != devices {
		t.Errorf("%d CSRs were ordered, %d were dropped", ordered, devices)
	}
	for n := 1; n <= devices; n++ {
		for pattern, folder := range map[string]string{"%03d.csr": takenFolder, "dev-%03d.pem": resultsFolder} {
			found, err := filepath.Glob(filepath.Join(l.Folder, folder, "*", fmt.Sprintf(pattern, n)))
			if err != nil || len(found) != 1 {
				t.Errorf("device %d lies in %q, %v", n, found, err)
			}
		}
	}
	for n := 1; n < moment; n++ {
		if name := filepath.Join(l.Folder, refusedFolder, fmt.Sprintf("%03d.txt", n)); !exists(name) || !exists(name+".txt") {
			t.Errorf("%s lies there without its reason, or not at all", name)
		}
	}
	if got := l.lies("."); len(got) != 3 {
		t.Errorf("left: %q", got)
	}
}

func exists(path string) bool { _, err := os.Stat(path); return err == nil }
