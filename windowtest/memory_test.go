//go:build window

package windowtest

import (
	"bytes"
	"fmt"
	"path/filepath"
	"testing"

	"enrollbench/windowtest/desktop"
)

// clearedMemory is what the program may hold once its lists are empty, in MB; it begins with some 210 under software GL.
const clearedMemory = 300

// Large lists that were opened and cleared leave the program as small as it was, however often.
func TestMemoryAfterClear(t *testing.T) {
	folder := t.TempDir()
	requests := many(t, filepath.Join(folder, "many"), 20_000)
	rows := bytes.NewBufferString("subject.common_name,subject.organization_name,subject.country\n")
	for i := range 400_000 {
		fmt.Fprintf(rows, "device-%08d,Example Works of the North,DE\n", i)
	}
	large := put(t, filepath.Join(folder, "large.csv"), rows.Bytes())
	small := put(t, filepath.Join(folder, "small.csv"), []byte("subject.common_name\nonly\n"))
	s := open(t)
	most := 0
	for range 3 {
		s.key("ctrl+1")
		s.dropped(requests)
		s.ready("20,000 ready")
		s.key("ctrl+2")
		s.dropped(large)
		s.expect("the large file", func(s desktop.State) bool { return s.Tab == "CSV" && !s.Busy && s.Rows == 400_000 })
		if mb, err := s.Memory(); err == nil {
			most = max(most, mb)
		}
		s.dropped(small)
		s.expect("the small file", func(s desktop.State) bool { return s.Tab == "CSV" && !s.Busy && s.Rows == 1 })
		s.key("ctrl+1")
		s.press("Clear")
		s.expect("the empty list", func(s desktop.State) bool { return s.Tab == "CSR files" && !s.Busy && s.Rows == 0 })
		held := 0
		err := desktop.Wait("memory given back", func() (_ bool, err error) {
			held, err = s.Memory()
			return err == nil && held < clearedMemory, err
		})
		t.Logf("%d MB at most, %d MB after the lists were cleared", most, held)
		if err != nil {
			t.Fatalf("%v: the program holds %d MB", err, held)
		}
	}
}
