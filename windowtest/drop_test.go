//go:build window

package windowtest

import (
	"archive/zip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"enrollbench/windowtest/desktop"
	"enrollbench/windowtest/sample"
)

// Files dropped on each room by a real drag: each room takes what belongs there, offers the way for what does not, and stops at a private
// key where none is used. gui/drop_test.go has every kind on every room; this proves the way through X11.
func TestDropOnEachRoom(t *testing.T) {
	folder := t.TempDir()
	made, err := sample.Write(folder, 2)
	if err != nil {
		t.Fatal(err)
	}
	requests, table := goodRequests(t, folder, 2), filepath.Join(folder, "order ü.csv")
	put(t, table, []byte("subject.common_name\ndev-1\ndev-2\ndev-3\n"))
	connections := filepath.Join(folder, "lines.json")
	put(t, connections, []byte(`{"format": "enrollbench-connections/2", "connections": []}`))
	batch := filepath.Join(folder, "lot 7.batch.zip")
	zipped(t, batch, "batch.json")
	report := filepath.Join(folder, "report 100%.docx")
	zipped(t, report, "[Content_Types].xml", "word/document.xml")

	s := open(t)
	for _, room := range []struct {
		key, tab string
		own      string                   // "" for a room that takes nothing
		taken    func(desktop.State) bool // what it then shows
		stops    bool                     // at a private key
	}{
		{"ctrl+1", "CSR files", requests, func(s desktop.State) bool { return s.Rows == 2 && strings.HasPrefix(s.Sentence, "2 ready") }, false},
		{"ctrl+2", "CSV", table, func(s desktop.State) bool { return s.Rows == 3 }, false},
		{"ctrl+3", "MAC range", "", nil, true},
		{"ctrl+4", "Jobs", batch, func(s desktop.State) bool { return s.Dialog == "The batch was not imported" }, true},
		{"ctrl+5", "Open results", made.Complete, func(s desktop.State) bool { return strings.HasPrefix(s.Sentence, "complete.zip.p7m") }, false},
		{"ctrl+6", "Ledger", "", nil, true},
		{"ctrl+7", "Settings", connections, func(s desktop.State) bool { return s.Toast != "" || s.Dialog != "" }, true},
		{"ctrl+k", "Encryption key", made.Certificate, func(s desktop.State) bool { return strings.HasPrefix(s.Sentence, "RSA 3072") }, false},
	} {
		s.key(room.key)
		s.expect(room.tab, func(s desktop.State) bool { return s.Tab == room.tab && !s.Busy })
		offered := func(path, title, answers string) {
			t.Helper()
			s.dropped(path)
			state := s.dialog(title)
			if got := strings.Join(state.Answers, ", "); got != answers {
				t.Errorf("%s on %s: %q", filepath.Base(path), room.tab, got)
			}
			s.key("Escape")
			s.expect("the room again", func(s desktop.State) bool { return s.Dialog == "" && s.Tab == room.tab })
		}
		offered(report, "report 100%.docx is an office document", "Close")
		if room.tab != "CSV" {
			offered(table, "order ü.csv is a table", "Go back, Open in CSV")
		}
		if room.stops {
			offered(made.Key, "PRIVATE KEY among the files", "Go back")
		}
		if room.own != "" {
			s.dropped(room.own)
			s.expect("what belongs there", func(s desktop.State) bool { return s.Tab == room.tab && !s.Busy && room.taken(s) })
			s.key("Escape")
			s.expect("no dialog", func(s desktop.State) bool { return s.Dialog == "" })
		}
	}
}

// zipped writes a ZIP whose entries are empty.
func zipped(t *testing.T, path string, names ...string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z := zip.NewWriter(f)
	for _, name := range names {
		if _, err := z.Create(name); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
}
