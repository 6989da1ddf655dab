//go:build window

package windowtest

import (
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"enrollbench/core/job"
	"enrollbench/core/keychain"
	"enrollbench/core/practice"
	"enrollbench/core/store/storetest"
	"enrollbench/windowtest/desktop"
	"enrollbench/windowtest/sample"
)

// Two windows are two stations on one PostgreSQL. Both have a page that says nothing against ranges that overlap, and both start at
// once: one has the addresses, and the other is told who was first, and orders what is free instead.
func TestTwoStations(t *testing.T) {
	database := storetest.Database(t)
	folder := t.TempDir()
	service, err := practice.Open(t.Context(), practice.Options{Folder: filepath.Join(folder, "service")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = service.Close() })
	token, err := service.NewToken()
	if err != nil {
		t.Fatal(err)
	}
	roots := put(t, filepath.Join(folder, "roots.pem"), service.CertificatePEM())
	made := filepath.Join(folder, "line4")
	if err := os.Mkdir(made, 0o700); err != nil {
		t.Fatal(err)
	}
	key, err := sample.Write(made, 20)
	if err != nil {
		t.Fatal(err)
	}
	account := ""
	if u, err := user.Current(); err == nil {
		account = u.Username
	}

	names, starts := []string{"Ada", "Grace"}, []string{"00:1a:c2:7b:00:00", "00:1a:c2:7b:00:32"}
	windows, homes := make([]*shown, 2), make([]string, 2)
	for i, name := range names {
		home, station := t.TempDir(), "Line "+string(rune('1'+i))
		homes[i] = filepath.Join(home, "home", ".config", "enrollbench")
		if err := job.NewStation(homes[i], keychain.New()).SaveLedgerSettings(job.LedgerSettings{Station: station, Server: database}); err != nil {
			t.Fatal(err)
		}
		s := openIn(t, home, "light")
		windows[i] = s
		s.expect("the page of the first start", func(s desktop.State) bool { return s.Tab == "Welcome" && !s.Busy })
		s.key("Escape")
		s.focus("Row " + account + " @ " + station)
		s.key("Return")
		s.dialog("Who works here?")
		s.typed(name)
		s.key("Return")
		s.expect("the sign-in", func(s desktop.State) bool { return s.Dialog == "" && strings.Contains(s.Toast, name) })
		s.paste(service.URL(), string(token), roots)
		s.key("Return")
		s.expect("that the connection works", func(s desktop.State) bool { return !s.Busy && s.Verdict == "The connection works" })
		s.sealTo(key.Certificate, key.Key)
		s.typeRange(starts[i], "10", "10")
		s.ready("10 addresses ready")
		s.pageWithProfile("Start 10 certificates")
	}

	var pressed sync.WaitGroup
	errs := make([]error, 2)
	for i, s := range windows {
		pressed.Go(func() { errs[i] = s.Key("ctrl+s") })
	}
	pressed.Wait()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
	told := func(s desktop.State) bool { return s.Dialog == "The same was ordered before" }
	refused := -1
	for i, s := range windows {
		state := s.expect("the end of the job, or who was first", func(state desktop.State) bool {
			return state.Tab == "Jobs" && !state.Busy && (told(state) || state.Action == "Fetch and open")
		})
		if !told(state) {
			continue
		}
		if refused >= 0 {
			t.Fatal("both are refused")
		}
		refused = i
		first := 1 - i
		if want := "by " + names[first] + " (Line " + string(rune('1'+first)) + ")"; !strings.Contains(state.Text, want) || !strings.Contains(state.Text, "5 MAC addresses from 00-1a-c2-7b-00-32 on") {
			t.Errorf("it says %q, and not who was first: %s", state.Text, want)
		}
	}
	if refused < 0 {
		t.Fatal("both have the same addresses")
	}

	s := windows[refused]
	state := s.dialog("The same was ordered before")
	free := slices.IndexFunc(state.Answers, func(a string) bool { return strings.HasPrefix(a, "Use the free range from ") })
	if free < 0 {
		t.Fatalf("what is free is not offered: %q", state.Answers)
	}
	s.press(state.Answers[free])
	s.expect("the free range", func(s desktop.State) bool { return s.Tab == "MAC range" && !s.Busy && s.Rows == 10 })
	s.ready("10 addresses ready")
	s.key("ctrl+j")
	s.expect("the page, which has nothing against it", func(s desktop.State) bool {
		return s.Tab == "Start batch job" && !s.Busy && s.Enabled && s.Action == "Start 10 certificates"
	})
	s.key("ctrl+s")
	s.expect("the end of the job", func(s desktop.State) bool { return s.Tab == "Jobs" && !s.Busy && s.Action == "Fetch and open" })

	for i := range windows { // both see both, and neither has the same twice
		t.Setenv("ENROLLBENCH_CONFIG", homes[i])
		out := ctl(t, 0, "ledger", "list")
		if strings.Count(out, "10 identities") != 2 || !strings.Contains(out, "at Line 1") || !strings.Contains(out, "by "+names[1-refused]) {
			t.Errorf("station %d lists\n%s", i+1, out)
		}
		ctl(t, 0, "ledger", "verify")
	}
}
