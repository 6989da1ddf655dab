//go:build window

package windowtest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"enrollbench/core/job"
	"enrollbench/core/watch"
	"enrollbench/windowtest/desktop"
)

// Line mode on the whole screen: a machine's file is sent and comes back without a hand, a person's drop goes the same way, Enter of a
// scanner does not end it, and leaving is asked.
func TestLineMode(t *testing.T) {
	for _, theme := range []string{"light", "dark"} {
		t.Run(theme, func(t *testing.T) {
			home := t.TempDir()
			folder := filepath.Join(home, "line4")
			if err := os.Mkdir(folder, 0o700); err != nil {
				t.Fatal(err)
			}
			plan := watch.Plan{Folder: folder, Connection: job.PracticeID, Profile: "Practice: keys from the device, any key", Count: 2, Minutes: 60}
			if err := watch.SavePlans(filepath.Join(home, "home", ".config", "enrollbench"), []watch.Plan{plan}); err != nil {
				t.Fatal(err)
			}
			s := openIn(t, home, theme, "-line")
			says := func(word string) {
				t.Helper()
				s.expect(word, func(s desktop.State) bool { return s.Tab == "Line mode" && strings.HasPrefix(s.Verdict, word+".") })
			}
			picture := func(name string) {
				if err := s.Picture(filepath.Join("..", "build", "windowtest", "line-"+name+"-"+theme+".png")); err != nil {
					t.Error(err)
				}
			}
			says("Waiting")
			picture("waiting")
			made := goodRequests(t, t.TempDir(), 2)
			files, err := filepath.Glob(filepath.Join(made, "*"))
			if err != nil || len(files) != 2 {
				t.Fatal(files, err)
			}
			data, err := os.ReadFile(files[0])
			if err != nil {
				t.Fatal(err)
			}
			put(t, filepath.Join(folder, theme+".csr"), data)
			says("Gathering")
			s.dropped(files[1])
			says("Done")
			picture("done")
			s.key("Return", "ctrl+1")
			says("Done")
			s.key("ctrl+8")
			s.dialog("Leave line mode?")
			s.key("Return")
			s.expect("line mode still", func(s desktop.State) bool { return s.Dialog == "" && s.Tab == "Line mode" })
			put(t, filepath.Join(folder, "letter.txt"), []byte("no request\n"))
			says("Refused")
			picture("refused")
			s.key("Escape")
			s.dialog("Leave line mode?")
			s.key("Tab", "Return")
			s.expect("the window again", func(s desktop.State) bool { return s.Dialog == "" && s.Tab != "Line mode" })
		})
	}
}
